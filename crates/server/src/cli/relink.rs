//! `entente relink`: lets the links of an item follow their issues to a migrated site.

use clap::Args;
use serde_json::{Value as Json, json};

use super::acts::{Act, Common, rows};
use super::answer::counted;
use super::ask::{Asked, who};
use super::{Exit, Failure};
use crate::screen::harmless;

/// Point the links of an item to the issues that have their keys now; for a site that was migrated
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente relink support-bugs --config entente.yaml\n\n\
                        Make sure first that the connection leads to the right site. Nothing is written to Salesforce or\n\
                        Jira; the item runs again when every issue was found.")]
pub(crate) struct Relink {
    /// The connected item
    #[arg(value_name = "ITEM")]
    item: String,

    #[command(flatten)]
    common: Common,
}

impl Act for Relink {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        asked.post(&["items", &self.item, "relink"], &json!({ "by": who() })).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        let n = |name: &str| usize::try_from(answer[name].as_u64().unwrap_or_default()).unwrap_or_default();
        let left = rows(answer, "left");
        let lines = left.iter().filter_map(Json::as_str).map(harmless);
        let after = match left.len() {
            0 => format!("{} runs again where it was held.", self.item),
            _ => "Dissolve those that are left (`entente unlink`), or bring their issues over; then relink again."
                .to_owned(),
        };
        let sum = format!(
            "{} relinked, {} as before, {} left. {after}",
            counted(n("relinked"), "link"),
            n("unchanged"),
            left.len()
        );
        lines.chain([harmless(&sum)]).collect::<Vec<_>>().join("\n")
    }

    fn exit(&self, answer: &Json) -> Exit {
        if rows(answer, "left").is_empty() { Exit::Done } else { Exit::No }
    }
}
