//! `entente link`: links a record and an issue by hand.

use clap::Args;
use serde_json::json;

use super::answer::json as document;
use super::ask::{Ask, who};
use super::show::in_words;
use super::{Exit, Failure};
use crate::screen::Screen;

/// Link a Salesforce record and a Jira issue by hand
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente link 5005g00000Abcde OPS-7 --item support-bugs --config entente.yaml\n\n\
                        `entente search ITEM TEXT` finds the record's id.")]
pub(crate) struct Link {
    /// Id of the Salesforce record, of 15 or 18 characters
    #[arg(value_name = "RECORD")]
    record: String,

    /// Key of the Jira issue
    #[arg(value_name = "ISSUE")]
    issue: String,

    /// The connected item under which they belong together
    #[arg(long, value_name = "ITEM")]
    item: String,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Link {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let asked = self.ask.open_to_remember(screen).await?;
        let pair = json!({ "item": self.item, "record": self.record, "issue": self.issue, "by": who() });
        let answer = asked.post(&["links"], &pair).await;
        asked.close().await;
        let answer = answer?;
        let text = if self.json { document(&answer) } else { in_words(&answer) };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}
