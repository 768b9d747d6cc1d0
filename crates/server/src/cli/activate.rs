//! `entente activate` and `entente deactivate`: lets an item of the configuration in the database run, or rest.

use std::path::Path;

use clap::Args;
use serde_json::json;

use super::answer::json as document;
use super::apply::shown;
use super::ask::{Ask, who};
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// Let an item run, once it was looked at: tested, everything there, live values survive
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente activate support-bugs --data-dir entente-data\n\n\
                        The configuration must be kept in the database (`entente apply`). In a file, write \
                        `state: active`.")]
pub(crate) struct Activate {
    /// The connected item
    #[arg(value_name = "ITEM")]
    item: String,

    /// Only say what stands against it
    #[arg(long)]
    dry_run: bool,

    /// Also if something stands against it
    #[arg(long)]
    anyway: bool,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

/// Let an item rest: nothing is written for it until it is activated again
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente deactivate support-bugs --data-dir entente-data")]
pub(crate) struct Deactivate {
    /// The connected item
    #[arg(value_name = "ITEM")]
    item: String,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Activate {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let asked = self.ask.open(screen).await?;
        let path = ["items", &self.item, "activate"];
        let ended = async {
            let look = asked.post(&path, &json!({ "dry_run": true })).await?;
            let stopped = look["obstacles"].as_array().is_some_and(|rows| !rows.is_empty()) && !self.anyway;
            if self.dry_run || stopped {
                return Ok((if stopped { Exit::No } else { Exit::Done }, look));
            }
            let done = asked.post(&path, &json!({ "anyway": self.anyway, "by": who() })).await?;
            Ok::<_, Failure>((Exit::Done, done))
        };
        let ended = ended.await;
        asked.close().await;
        let (exit, answer) = ended?;
        let text = match (self.json, answer["applied"] == true) {
            (true, _) => document(&answer),
            (false, true) => harmless(&format!("{} runs, in version {}.", self.item, answer["version"])),
            (false, false) => shown(&answer, Path::new("configuration")),
        };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(exit)
    }
}

impl Deactivate {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let asked = self.ask.open(screen).await?;
        let answer = asked.post(&["items", &self.item, "deactivate"], &json!({ "by": who() })).await;
        asked.close().await;
        let answer = answer?;
        let said = format!("{} rests, in version {}.", self.item, answer["version"]);
        let text = if self.json { document(&answer) } else { harmless(&said) };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}
