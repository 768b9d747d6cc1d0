//! `entente undo`: takes writes back.

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::Failure;
use super::acts::{Act, Common, instant};
use super::answer::counted;
use super::ask::{Asked, who};
use crate::screen::harmless;

/// Put back, on both sides, what Entente has written over; what was changed since stays
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true))]
#[command(
    after_help = "Example:\n  entente undo --item support-bugs --since 2026-12-31T12:00:00Z --dry-run --config entente.yaml\n  \
                        entente undo --round 0197d6a0-8f7e-7c41-9d2b-3a5c7e1f0b24 --yes --config entente.yaml\n\n\
                        `entente journal` names the round of each write. Records that were created are not removed."
)]
pub(crate) struct Undo {
    /// The writes of this round
    #[arg(long, value_name = "R", group = "which", conflicts_with = "since")]
    round: Option<String>,

    /// The writes of this connected item ..
    #[arg(long, value_name = "I", group = "which", requires = "since")]
    item: Option<String>,

    /// .. since this time: 2026-12-31T12:00:00Z
    #[arg(long, value_name = "T", requires = "item", value_parser = instant)]
    since: Option<Timestamp>,

    /// Only say what would be put back
    #[arg(long)]
    dry_run: bool,

    /// Put it back
    #[arg(long, conflicts_with = "dry_run", required_unless_present = "dry_run")]
    yes: bool,

    #[command(flatten)]
    common: Common,
}

impl Act for Undo {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let since = self.since.map(|since| since.to_string());
        let dry_run = self.dry_run || !self.yes;
        let wish = json!({ "round": self.round, "item": self.item, "since": since, "dry_run": dry_run, "by": who() });
        asked.post(&["undo"], &wish).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        in_words(answer)
    }
}

fn in_words(answer: &Json) -> String {
    let rows = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    let (back, left) = (rows("back"), rows("left"));
    let verb = match (answer["done"] == true, back.len()) {
        (true, 1) => "goes back by the next round",
        (true, _) => "go back by the next round",
        (false, _) => "would go back",
    };
    let sum = format!("{} {verb}; {} left as they are.", counted(back.len(), "value"), left.len());
    let forgotten = answer["forgotten_before"].as_str();
    let forgotten = forgotten.map(|time| format!("What was written before {time} is forgotten and stays as it is."));
    back.iter().chain(&left).map(line).chain(forgotten).chain([sum]).collect::<Vec<_>>().join("\n")
}

fn line(row: &Json) -> String {
    let text = |name: &str| row[name].as_str().unwrap_or("?");
    let why = row["why"].as_str().map(|why| format!(" (left: {why})")).unwrap_or_default();
    let (record, field, from, to) = (text("record"), text("field"), text("from"), text("to"));
    harmless(&format!("link {}, {record} {field}: {from:?} -> {to:?}{why}", row["link"]))
}
