//! `entente search`: finds the Salesforce record to link.

use clap::Args;
use serde_json::Value as Json;

use super::acts::{Act, Common, rows};
use super::ask::Asked;
use super::{Exit, Failure};
use crate::screen::harmless;

/// Find Salesforce records of an item's object, by what people call them or by id
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente search support-bugs 00001026 --config entente.yaml")]
pub(crate) struct Search {
    /// The connected item
    #[arg(value_name = "ITEM")]
    item: String,

    /// A fragment of the record's number or name, or its id
    #[arg(value_name = "TEXT")]
    text: String,

    #[command(flatten)]
    common: Common,
}

impl Act for Search {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        asked.get(&["items", &self.item, "records"], &[("text", Some(self.text.clone()))]).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let records = rows(answer, "records");
        let found = records.iter().map(|row| format!("{}  {}", text(&row["id"]), text(&row["display"])));
        let lines = found.chain(answer["message"].as_str().map(str::to_owned));
        lines.map(|line| harmless(&line)).collect::<Vec<_>>().join("\n")
    }

    /// Finding nothing is a no.
    fn exit(&self, answer: &Json) -> Exit {
        if rows(answer, "records").is_empty() { Exit::No } else { Exit::Done }
    }
}
