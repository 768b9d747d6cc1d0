//! `entente resume`: lets an item run again that a guard has stopped.

use clap::Args;
use serde_json::json;

use super::answer::json as document;
use super::ask::{Ask, who};
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// Let a held item run again; what the guard stopped goes through
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente resume support-bugs --config entente.yaml\n\n\
                        `entente status` names the items that are held, and why.")]
pub(crate) struct Resume {
    /// The connected item
    #[arg(value_name = "ITEM")]
    item: String,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Resume {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let asked = self.ask.open(screen).await?;
        let answer = asked.post(&["items", &self.item, "resume"], &json!({ "by": who() })).await;
        asked.close().await;
        let answer = answer?;
        let text = if self.json { document(&answer) } else { harmless(&format!("{} runs again.", self.item)) };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}
