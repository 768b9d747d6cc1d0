//! `entente comments`: what people say about a pair, and the word to carry one comment.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::acts::{self, Act as _, Common, listed, rows};
use super::answer::counted;
use super::ask::{Asked, who};
use super::show::only_one;
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
    /// The link's number, the key, or the record's id
    #[arg(value_name = "LINK|ISSUE|RECORD")]
    name: String,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Push {
    /// The link's number, the key, or the record's id
    #[arg(value_name = "LINK|ISSUE|RECORD")]
    name: String,

    /// The comment's id, as `entente comments list` shows it
    #[arg(value_name = "ID")]
    comment: String,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Rules {
    #[command(flatten)]
    common: Common,
}

impl Comments {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        self.act.run(screen).await
    }

    /// Whether the answer is one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.act.is_json()
    }
}

impl acts::Act for Act {
    fn common(&self) -> &Common {
        match self {
            Self::List(List { common, .. }) | Self::Push(Push { common, .. }) | Self::Rules(Rules { common }) => common,
        }
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        match self {
            Self::List(List { name, .. }) => {
                let link = only_one(asked, name).await?.to_string();
                asked.get(&["links", &link, "comments"], &[]).await
            }
            Self::Push(Push { name, comment, .. }) => {
                let link = only_one(asked, name).await?.to_string();
                asked.post(&["links", &link, "comments", comment, "push"], &json!({ "by": who() })).await
            }
            Self::Rules(_) => asked.get(&["comments", "rules"], &[]).await,
        }
    }

    fn in_words(&self, answer: &Json, runs: bool) -> String {
        match self {
            Self::List(_) => {
                let all = rows(answer, "comments");
                listed(&all, line, format!("{}.", counted(all.len(), "comment")))
            }
            Self::Push(Push { comment, .. }) => {
                let when =
                    if runs { "the server copies it now" } else { "the next `entente sync` or `serve` copies it" };
                harmless(&format!("Comment {comment} is let go; {when}."))
            }
            Self::Rules(_) => rows(answer, "items").iter().flat_map(item).collect::<Vec<_>>().join("\n"),
        }
    }
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
