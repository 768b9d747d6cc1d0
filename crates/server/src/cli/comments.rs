//! `entente comments`: what people say about a pair, and the word to carry one comment.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::answer::{counted, json as document};
use super::ask::{Ask, who};
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// Characters of a comment that a line shows.
const SHOWN_MAX: usize = 60;

/// List the comments of a link, let one be copied, and show what comments and files may cross
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  entente comments list 7 --config entente.yaml\n  entente comments rules --config entente.yaml\n  \
                        entente comments push 7 10042 --server http://127.0.0.1:7400 --token TOKEN"
)]
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
    /// What each item lets cross of comments and files, and who may read it there
    Rules(Rules),
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

#[derive(Debug, Args)]
struct Rules {
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
            Act::Rules(rules) => rules.run(screen).await?,
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
            Act::Rules(rules) => rules.json,
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

impl Rules {
    async fn run(self, screen: &Screen) -> Result<(Json, String), Failure> {
        let asked = self.ask.open(screen).await?;
        let answer = asked.get(&["comments", "rules"], &[]).await;
        asked.close().await;
        let answer = answer?;
        let text = rows(&answer, "items").iter().flat_map(item).collect::<Vec<_>>().join("\n");
        Ok((answer, text))
    }
}

fn rows(of: &Json, name: &str) -> Vec<Json> {
    of[name].as_array().cloned().unwrap_or_default()
}

/// What one item lets cross.
fn item(item: &Json) -> Vec<String> {
    let owner = item["owner"].as_str().unwrap_or("nobody answers for it");
    let rests = if item["runs"] == true { "" } else { ", rests" };
    let crossings = [("comments", "Comments"), ("files", "Files")].map(|(key, what)| {
        let mut lines: Vec<String> = rows(item, key).iter().map(|one| format!("  {what} {}", crossing(one))).collect();
        if lines.is_empty() {
            lines.push(format!("  {what}: none cross."));
        }
        lines
    });
    let head = format!("{} ({owner}{rests})", item["item"].as_str().unwrap_or("?"));
    std::iter::once(head).chain(crossings.concat()).map(|line| harmless(&line)).collect()
}

fn crossing(one: &Json) -> String {
    let names = |key: &str| {
        let all = rows(one, key);
        all.iter().filter_map(Json::as_str).map(str::to_owned).collect::<Vec<_>>().join(", ")
    };
    let (excluded, included) = (names("exclude_authors"), names("include"));
    let parts = [
        Some(format!("to {}: read by {}", one["to"].as_str().unwrap_or("?"), one["readers"].as_str().unwrap_or("?"))),
        (one["picked"] == true).then(|| "only what a person picks".to_owned()),
        (one["restricted"] == true).then(|| "also what only some may read".to_owned()),
        (!excluded.is_empty()).then(|| format!("not by {excluded}")),
        (!included.is_empty()).then(|| format!("only with one of: {included}")),
        one["n_bytes_max"].as_u64().map(|n_bytes| format!("up to {n_bytes} bytes")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
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
