//! `entente journal`: what happened, and whether the journal is what was written.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::acts::{self, Act as _, Common, instant, rows};
use super::ask::Asked;
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// List what happened, or verify that nobody has changed the list
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "Example:\n  entente journal --link 7 --config entente.yaml\n  \
                        entente journal verify --config entente.yaml")]
pub(crate) struct Journal {
    #[command(subcommand)]
    act: Option<Act>,

    #[command(flatten)]
    list: List,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Check every seal, and name the first row that is not what was written
    Verify(Verify),
}

#[derive(Debug, Args)]
struct List {
    /// Only about this link
    #[arg(long, value_name = "L")]
    link: Option<i64>,

    /// Only about this connected item
    #[arg(long, value_name = "I")]
    item: Option<String>,

    /// Not older than this: 2026-12-31T12:00:00Z
    #[arg(long, value_name = "T", value_parser = instant)]
    since: Option<Timestamp>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Verify {
    #[command(flatten)]
    common: Common,
}

impl Journal {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        match self.act {
            Some(Act::Verify(verify)) => verify.run(screen).await,
            None => self.list.run(screen).await,
        }
    }

    /// Whether the answer is one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        match &self.act {
            Some(Act::Verify(verify)) => verify.is_json(),
            None => self.list.is_json(),
        }
    }
}

impl acts::Act for List {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let query = [
            ("link", self.link.map(|link| link.to_string())),
            ("item", self.item.clone()),
            ("since", self.since.map(|since| since.to_string())),
        ];
        Ok(json!({ "entries": asked.pages(&["journal"], &query, "entries").await? }))
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        let all = rows(answer, "entries");
        let nothing = all.is_empty().then(|| "The journal has nothing about that.".to_owned());
        all.iter().map(line).chain(nothing).collect::<Vec<_>>().join("\n")
    }
}

impl acts::Act for Verify {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        asked.get(&["journal", "verify"], &[]).await
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        verdict(answer)
    }

    fn exit(&self, answer: &Json) -> Exit {
        if answer["intact"] == true { Exit::Done } else { Exit::No }
    }
}

fn line(entry: &Json) -> String {
    let text = |name: &str| entry[name].as_str();
    let link = entry["link"].as_i64().map(|link| format!(", link {link}")).unwrap_or_default();
    let round = text("round").map(|round| format!(" [round {round}]")).unwrap_or_default();
    let (at, item) = (text("at").unwrap_or("?"), text("item").unwrap_or("-"));
    harmless(&format!("{}  {at}  {item}{link}: {}{round}", entry["id"], text("text").unwrap_or("?")))
}

fn verdict(answer: &Json) -> String {
    match answer["intact"] == true {
        true => format!("The journal is what was written: {} rows.", answer["rows"]),
        false => format!("{} Compare it with a backup of the database.", broken_at(answer["broken"].as_i64())),
    }
}

/// Where a journal is broken first.
pub(super) fn broken_at(row: Option<i64>) -> String {
    match row {
        Some(id) => format!("Row {id} is not what was written, or the row before it is missing."),
        None => "Rows are missing at the end of the journal.".to_owned(),
    }
}
