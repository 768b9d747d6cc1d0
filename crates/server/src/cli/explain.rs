//! `entente explain`: why something was written, or why nothing is.

use clap::Args;
use serde_json::Value as Json;

use super::Failure;
use super::acts::{Act, Common};
use super::ask::Asked;
use crate::screen::{brief, harmless};

/// Say why something was written, or why nothing is; reads both sides and writes nothing
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente explain OPS-7 --config entente.yaml\n  \
                        entente explain 5005g00000ABCDEAA4 --config entente.yaml --json")]
pub(crate) struct Explain {
    /// The number of a link, a Salesforce record id, or an issue key
    #[arg(value_name = "LINK|RECORD-ID|ISSUE-KEY")]
    about: String,

    /// Only under this connected item
    #[arg(long, value_name = "I")]
    item: Option<String>,

    #[command(flatten)]
    common: Common,
}

impl Act for Explain {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let (about, item) = (Some(self.about.clone()), self.item.clone());
        asked.get(&["explain"], &[("about", about), ("item", item)]).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        rows(&answer["explanations"]).map(in_words).collect::<Vec<_>>().join("\n\n")
    }
}

fn in_words(told: &Json) -> String {
    let text = |value: &Json| value.as_str().unwrap_or("?").to_owned();
    let plan = &told["plan"];
    let link = told["link"].as_i64().map_or("not linked".to_owned(), |link| format!("link {link}"));
    let mut lines = vec![format!("{}, item {}, {link}:", text(&told["about"]), text(&told["item"]))];
    lines.extend(rows(&told["findings"]).map(|finding| format!("  {}", text(finding))));
    lines.extend(rows(&plan["writes"]).map(|write| {
        let field = write["field"].as_str().map(|field| format!(" {field}")).unwrap_or_default();
        let (op, side, record) = (text(&write["op"]), text(&write["side"]), text(&write["record"]));
        format!("  next: {op} in {side}, {record}{field} ({})", text(&write["why"]))
    }));
    lines.extend(rows(&plan["conflicts"]).map(|conflict| {
        let shown = |side: &str| text(&conflict[side]);
        let (salesforce, jira) = (shown("salesforce"), shown("jira"));
        format!(
            "  conflict on {}: \"{salesforce}\" in Salesforce, \"{jira}\" in Jira; a person decides",
            shown("field")
        )
    }));
    lines.extend(rows(&plan["notes"]).map(|note| format!("  {}", text(&note["text"]))));
    lines.extend(rows(&told["history"]).map(|entry| format!("  {}", text(entry))));
    lines.iter().map(|line| harmless(&brief(line))).collect::<Vec<_>>().join("\n")
}

fn rows(value: &Json) -> impl Iterator<Item = &Json> {
    value.as_array().into_iter().flatten()
}
