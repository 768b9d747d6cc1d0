//! `entente matches`: records that are like several, and the word of a person who knows which belong together.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::acts::{self, Act as _, Common, listed, rows};
use super::answer::counted;
use super::ask::{Asked, who};
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// List the records whose twin is in doubt, and say which issue it is
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente matches list --config entente.yaml\n  \
                        entente matches resolve 500000000000001AAA --take OPS-7 --config entente.yaml")]
pub(crate) struct Matches {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List all records whose twin is in doubt
    List(List),
    /// Show one, beside everybody it is like
    Show(Show),
    /// Say who its twin is: one of the issues, a new one, or none
    Resolve(Resolve),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    within: Within,
}

#[derive(Debug, Args)]
struct Show {
    /// The Salesforce record's id
    #[arg(value_name = "RECORD")]
    record: String,

    #[command(flatten)]
    within: Within,
}

#[derive(Debug, Args)]
struct Resolve {
    /// The Salesforce record's id
    #[arg(value_name = "RECORD")]
    record: String,

    /// Its twin: the key of an issue, `new` for one of its own, or `none`
    #[arg(long, value_name = "ISSUE|new|none")]
    take: String,

    #[command(flatten)]
    within: Within,
}

#[derive(Debug, Args)]
struct Within {
    /// Only this connected item
    #[arg(long, value_name = "NAME")]
    item: Option<String>,

    #[command(flatten)]
    common: Common,
}

impl Matches {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        self.act.run(screen).await
    }

    /// Whether the answer is one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.act.is_json()
    }
}

impl Act {
    fn within(&self) -> &Within {
        match self {
            Self::List(List { within }) | Self::Show(Show { within, .. }) | Self::Resolve(Resolve { within, .. }) => {
                within
            }
        }
    }
}

impl acts::Act for Act {
    fn common(&self) -> &Common {
        &self.within().common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let item = self.within().item.clone();
        match self {
            Self::List(_) => asked.get(&["matches"], &[("item", item)]).await,
            Self::Show(show) => asked.get(&["matches", &show.record], &[("item", item)]).await,
            Self::Resolve(Resolve { record, take, .. }) => {
                let said = json!({ "take": take, "item": item, "by": who() });
                asked.post(&["matches", record, "resolve"], &said).await
            }
        }
    }

    fn in_words(&self, answer: &Json, runs: bool) -> String {
        match self {
            Self::List(_) => {
                let all = rows(answer, "matches");
                let open = all.iter().filter(|one| one["state"] == "open").count();
                listed(&all, line, format!("{} in doubt.", counted(open, "record")))
            }
            Self::Show(_) => std::iter::once(line(answer)).chain(side_by_side(answer)).collect::<Vec<_>>().join("\n"),
            Self::Resolve(_) => harmless(&decided(answer, runs)),
        }
    }
}

fn text<'a>(value: &'a Json, name: &str) -> &'a str {
    value[name].as_str().unwrap_or("?")
}

fn names(all: &Json) -> String {
    let names = all.as_array().into_iter().flatten().map(|one| text(one, "name"));
    names.collect::<Vec<_>>().join(", ")
}

fn line(one: &Json) -> String {
    let said = match text(one, "state") {
        "none" => "; decided: it stays without an issue",
        "new" => "; decided: it gets an issue of its own",
        _ => "",
    };
    let (record, item, name) = (text(one, "record"), text(one, "item"), text(one, "name"));
    let rivals: Vec<&str> = one["records"].as_array().into_iter().flatten().map(|one| text(one, "name")).collect();
    let rivals: Vec<&str> = rivals.into_iter().filter(|rival| *rival != name).collect();
    let rivals = if rivals.is_empty() { String::new() } else { format!(", and so could {}", rivals.join(", ")) };
    let why = format!("{}: {:?}", text(one, "rule"), text(one, "value"));
    harmless(&format!("{record}  {item}: {name} could belong to {}{rivals} ({why}){said}", names(&one["issues"])))
}

/// What each of them shows.
fn side_by_side(one: &Json) -> Vec<String> {
    let all = [&one["records"], &one["issues"]].into_iter().filter_map(Json::as_array).flatten();
    let shown = |candidate: &Json| {
        let fields = candidate["fields"].as_array().into_iter().flatten();
        let fields = fields.map(|field| harmless(&format!("      {}: {}", text(field, "field"), text(field, "value"))));
        let (record, name) = (text(candidate, "record"), text(candidate, "name"));
        let head = if record == name { name.to_owned() } else { format!("{name} ({record})") };
        std::iter::once(harmless(&format!("    {head}"))).chain(fields).collect::<Vec<_>>()
    };
    all.flat_map(shown).collect()
}

fn decided(answer: &Json, runs: bool) -> String {
    let name = text(answer, "name");
    let what = match text(answer, "state") {
        "linked" => format!("{name} is linked"),
        "new" => format!("{name} gets an issue of its own"),
        _ => format!("{name} stays without an issue"),
    };
    let when = if runs { "the server carries it out now" } else { "the next `entente sync` or `serve` carries it out" };
    format!("{what}; {when}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_is_one_line_whatever_it_holds() {
        let one = json!({
            "item": "bugs", "record": "500A", "name": "Case 1", "rule": "Serial__c = Serial", "value": "a\nb", "state": "none",
            "issues": [{"record": "OPS-3", "name": "OPS-3"}, {"record": "OPS-4", "name": "OPS-4"}],
            "records": [{"record": "500A", "name": "Case 1"}, {"record": "500B", "name": "Case 2"}],
        });
        insta::assert_snapshot!(
            line(&one),
            @r#"500A  bugs: Case 1 could belong to OPS-3, OPS-4, and so could Case 2 (Serial__c = Serial: "a\nb"); decided: it stays without an issue"#
        );
    }
}
