//! `entente unlink`: dissolves a link; both records stay.

use clap::Args;
use serde_json::json;

use super::answer::json as document;
use super::ask::{Ask, who};
use super::show::only_one;
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// Dissolve a link; both records stay as they are
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente unlink OPS-7 --config entente.yaml\n\n\
                        A link that its item made is dissolved only with --yes; the record then gets no other issue \
                        by itself.")]
pub(crate) struct Unlink {
    /// The link's number, the key, or the record's id
    #[arg(value_name = "LINK|ISSUE|RECORD")]
    name: String,

    /// Dissolve the link also when its item made it
    #[arg(long)]
    yes: bool,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Unlink {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let asked = self.ask.open(screen).await?;
        let answer = async {
            let link = only_one(&asked, &self.name).await?;
            asked.post(&["links", &link.to_string(), "unlink"], &json!({ "by": who(), "sure": self.yes })).await
        };
        let answer = answer.await;
        asked.close().await;
        let answer = answer?;
        let text =
            if self.json { document(&answer) } else { harmless(&format!("Link {} is dissolved.", answer["link"])) };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}
