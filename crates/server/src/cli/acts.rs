//! Commands, and acts of commands as `entente users add`, that are one question to whoever answers, and the words in which
//! a person reads the answer.

use clap::Args;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::answer::json as document;
use super::ask::{Ask, Asked};
use super::{Exit, Failure};
use crate::screen::Screen;

/// What every act takes.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Print one JSON document
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    ask: Ask,
}

/// A command that is one question, or one act of a command.
pub(super) trait Act {
    /// What every act takes.
    fn common(&self) -> &Common;

    /// Whether the answer is one JSON document.
    fn is_json(&self) -> bool {
        self.common().json
    }

    /// Whether it has something to remember, and makes the database where there is none.
    fn remembers(&self) -> bool {
        false
    }

    /// Asks.
    async fn ask(&self, asked: &Asked) -> Result<Json, Failure>;

    /// What is said beside the answer, before it.
    fn foreword(&self) -> Option<String> {
        None
    }

    /// The answer as a person reads it; `runs` when a server runs that carries things out at once.
    fn in_words(&self, answer: &Json, runs: bool) -> String;

    /// What the answer means to a script.
    fn exit(&self, _answer: &Json) -> Exit {
        Exit::Done
    }

    /// Asks, and prints the answer.
    async fn run(&self, screen: &Screen) -> Result<Exit, Failure> {
        let Common { json: as_json, ask } = self.common();
        let asked = if self.remembers() { ask.open_to_remember(screen).await? } else { ask.open(screen).await? };
        let answer = self.ask(&asked).await;
        let runs = asked.is_running();
        asked.close().await;
        let answer = answer?;
        if !as_json {
            self.foreword().iter().for_each(|said| screen.say(said));
        }
        let text = if *as_json { document(&answer) } else { self.in_words(&answer, runs) };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(self.exit(&answer))
    }
}

/// A line for each row of a list, and one below that sums them up.
pub(super) fn listed(rows: &[Json], line: impl Fn(&Json) -> String, sum: String) -> String {
    rows.iter().map(line).chain([sum]).collect::<Vec<_>>().join("\n")
}

/// The rows of a list.
pub(super) fn rows(of: &Json, name: &str) -> Vec<Json> {
    of[name].as_array().cloned().unwrap_or_default()
}

/// Reads a time as people give it.
pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "write it like 2026-12-31T12:00:00Z".to_owned())
}
