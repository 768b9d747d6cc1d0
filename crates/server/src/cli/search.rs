//! `entente search`: finds the Salesforce record to link.

use clap::Args;

use super::answer::json as document;
use super::ask::Ask;
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

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

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Search {
    /// Runs the command; finding nothing is a no.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let asked = self.ask.open(screen).await?;
        let answer = asked.get(&["items", &self.item, "records"], &[("text", Some(self.text.clone()))]).await;
        asked.close().await;
        let answer = answer?;
        let records = answer["records"].as_array().cloned().unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let rows = records.iter().map(|row| format!("{}  {}", text(&row["id"]), text(&row["display"])));
        let lines: Vec<String> = rows.chain(answer["message"].as_str().map(str::to_owned)).collect();
        let lines: Vec<String> = lines.iter().map(|line| harmless(line)).collect();
        let printed = if self.json { document(&answer) } else { lines.join("\n") };
        screen.result(&printed).map_err(|error| Failure::output(&error))?;
        Ok(if records.is_empty() { Exit::No } else { Exit::Done })
    }
}
