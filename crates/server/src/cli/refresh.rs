//! `entente refresh`: brings Salesforce's values to Jira, and nothing to Salesforce.

use clap::Args;
use serde_json::json;

use super::answer::json as document;
use super::ask::Ask;
use super::show::only_one;
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// Bring Salesforce's values to the issue of one link at once, and nothing to Salesforce
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente refresh OPS-7 --server http://127.0.0.1:7400 --token TOKEN")]
pub(crate) struct Refresh {
    /// The link's number, the key, or the record's id
    #[arg(value_name = "LINK|ISSUE|RECORD")]
    name: String,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Refresh {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let asked = self.ask.open(screen).await?;
        let answer = async {
            let link = only_one(&asked, &self.name).await?;
            asked.post(&["links", &link.to_string(), "refresh"], &json!({})).await
        };
        let answer = answer.await;
        asked.close().await;
        let answer = answer?;
        let text = match self.json {
            true => document(&answer),
            false => harmless(&format!("Link {} is refreshed.", answer["link"])),
        };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}
