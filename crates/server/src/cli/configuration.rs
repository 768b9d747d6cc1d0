//! `entente configuration`: the versions of the configuration that is kept in the database.

use clap::{Args, Subcommand};
use serde_json::Value as Json;

use super::answer::json as document;
use super::ask::Ask;
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// List what was applied, and print one of the texts
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente configuration list --data-dir entente-data\n  \
                        entente configuration show 3 --data-dir entente-data > entente.yaml")]
pub(crate) struct Configuration {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// All versions, the newest first
    List(List),
    /// The text of one version, or of the one in use
    Show(Show),
}

#[derive(Debug, Args)]
struct List {
    /// Print one JSON document
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    ask: Ask,
}

#[derive(Debug, Args)]
struct Show {
    /// Which version; usually the one in use
    #[arg(value_name = "VERSION")]
    version: Option<i64>,

    /// Print one JSON document
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Configuration {
    /// Whether the answer is one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        match &self.what {
            What::List(list) => list.json,
            What::Show(show) => show.json,
        }
    }

    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let text = match self.what {
            What::List(list) => list.answer(screen).await?,
            What::Show(show) => show.answer(screen).await?,
        };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}

impl List {
    async fn answer(self, screen: &Screen) -> Result<String, Failure> {
        let asked = self.ask.open(screen).await?;
        let versions = asked.pages(&["configuration", "versions"], &[], "versions").await;
        asked.close().await;
        let versions = versions?;
        let line = |row: &Json| {
            let text = |name: &str| row[name].as_str().unwrap_or("?");
            harmless(&format!("version {}: {} applied it at {}", row["version"], text("by"), text("at")))
        };
        match versions.is_empty() {
            _ if self.json => Ok(document(&serde_json::json!({ "versions": versions }))),
            true => Ok("No configuration is kept in this database.".to_owned()),
            false => Ok(versions.iter().map(line).collect::<Vec<_>>().join("\n")),
        }
    }
}

impl Show {
    async fn answer(self, screen: &Screen) -> Result<String, Failure> {
        let asked = self.ask.open(screen).await?;
        let version = self.version.map(|version| version.to_string());
        let path = match &version {
            Some(version) => vec!["configuration", "versions", version],
            None => vec!["configuration"],
        };
        let answer = asked.get(&path, &[]).await;
        asked.close().await;
        let answer = answer?;
        let text = || answer["text"].as_str().unwrap_or_default().trim_end_matches('\n').to_owned();
        Ok(if self.json { document(&answer) } else { text() })
    }
}
