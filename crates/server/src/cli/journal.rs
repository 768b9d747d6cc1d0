//! `entente journal`: what happened, and whether the journal is what was written.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::answer::json as document;
use super::ask::Ask;
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
    #[arg(long, value_name = "T")]
    since: Option<Timestamp>,

    /// Print one JSON document
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    ask: Ask,
}

#[derive(Debug, Args)]
struct Verify {
    /// Print one JSON document
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    ask: Ask,
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
            Some(Act::Verify(verify)) => verify.json,
            None => self.list.json,
        }
    }
}

impl List {
    async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let asked = self.ask.open(screen).await?;
        let query = [
            ("link", self.link.map(|link| link.to_string())),
            ("item", self.item),
            ("since", self.since.map(|since| since.to_string())),
        ];
        let all = asked.pages(&["journal"], &query, "entries").await;
        asked.close().await;
        let all = all?;
        let text = if self.json {
            document(&json!({ "entries": all }))
        } else {
            let nothing = all.is_empty().then(|| "The journal has nothing about that.".to_owned());
            all.iter().map(line).chain(nothing).collect::<Vec<_>>().join("\n")
        };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }
}

impl Verify {
    async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let asked = self.ask.open(screen).await?;
        let answer = asked.get(&["journal", "verify"], &[]).await;
        asked.close().await;
        let answer = answer?;
        let text = if self.json { document(&answer) } else { verdict(&answer) };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(if answer["intact"] == true { Exit::Done } else { Exit::No })
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
    match (answer["intact"] == true, answer["broken"].as_i64()) {
        (true, _) => format!("The journal is what was written: {} rows.", answer["rows"]),
        (false, Some(id)) => format!(
            "Row {id} is not what was written, or the row before it is missing. Compare it with a backup of the database."
        ),
        (false, None) => {
            "Rows are missing at the end of the journal. Compare it with a backup of the database.".to_owned()
        }
    }
}
