//! `entente comments`: what people say about a pair, and the word to carry one comment.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::answer::{counted, json as document};
use super::ask::{Ask, who};
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// Characters of a comment that a line shows.
const SHOWN_MAX: usize = 60;

/// List the comments of a link, and let one be copied to the other side
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente comments list 7 --config entente.yaml\n  \
                        entente comments push 7 10042 --server http://127.0.0.1:7400 --token TOKEN")]
pub(crate) struct Comments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List the comments of a link, on both sides
    List(List),
    /// Let one comment be copied to the other side; the next round does it, and later edits follow
    Push(Push),
}

#[derive(Debug, Args)]
struct List {
    /// The link's number, as `entente show` tells it
    #[arg(value_name = "LINK")]
    link: String,

    /// Print one JSON document
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    ask: Ask,
}

#[derive(Debug, Args)]
struct Push {
    /// The link's number
    #[arg(value_name = "LINK")]
    link: String,

    /// The comment's id, as `entente comments list` shows it
    #[arg(value_name = "ID")]
    comment: String,

    /// Print one JSON document
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Comments {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let as_json = self.is_json();
        let (answer, text) = match self.act {
            Act::List(list) => list.run(screen).await?,
            Act::Push(push) => push.run(screen).await?,
        };
        let text = if as_json { document(&answer) } else { text };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(Exit::Done)
    }

    /// Whether the answer is one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        match &self.act {
            Act::List(list) => list.json,
            Act::Push(push) => push.json,
        }
    }
}

impl List {
    async fn run(self, screen: &Screen) -> Result<(Json, String), Failure> {
        let asked = self.ask.open(screen).await?;
        let answer = asked.get(&["links", &self.link, "comments"], &[]).await;
        asked.close().await;
        let answer = answer?;
        let all = answer["comments"].as_array().cloned().unwrap_or_default();
        let lines = all.iter().map(line).chain([format!("{}.", counted(all.len(), "comment"))]);
        let text = lines.collect::<Vec<_>>().join("\n");
        Ok((answer, text))
    }
}

impl Push {
    async fn run(self, screen: &Screen) -> Result<(Json, String), Failure> {
        let asked = self.ask.open(screen).await?;
        let runs = asked.is_running();
        let path = ["links", &self.link, "comments", &self.comment, "push"];
        let answer = asked.post(&path, &json!({ "by": who() })).await;
        asked.close().await;
        let answer = answer?;
        let when = if runs { "the server copies it now" } else { "the next `entente sync` or `serve` copies it" };
        let text = harmless(&format!("Comment {} is let go; {when}.", self.comment));
        Ok((answer, text))
    }
}

fn line(comment: &Json) -> String {
    let text = |key: &str| comment[key].as_str().unwrap_or("?").to_owned();
    let said = text("text").split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = said.chars().take(SHOWN_MAX).collect();
    let more = if shown.len() < said.len() { "..." } else { "" };
    let (side, id, at, author, state) = (text("side"), text("id"), text("at"), text("author"), text("state"));
    harmless(&format!("{side} {id}  {at}  {author} ({state}): {shown}{more}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_one_line_whatever_it_says() {
        let comment = json!({
            "side": "jira", "id": "10042", "author": "Ada", "at": "2026-01-02T03:04:05Z", "state": "original",
            "text": "line one\nline two", "audience": "staff",
        });
        assert_eq!(line(&comment), "jira 10042  2026-01-02T03:04:05Z  Ada (original): line one line two");
    }
}
