//! `entente test-record`: one record through one action of an item that does not run it.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use super::answer::json as document;
use super::ask::{Ask, who};
use super::sync::Towards;
use super::{Exit, Failure, apply};
use crate::screen::{Screen, harmless};

/// Try an item that is not active on one record: really deliver it, and show both sides
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente test-record support-bugs 500000000000001AAA --config entente.yaml\n  \
                        entente test-record support-bugs OPS-7 --config entente.yaml\n  \
                        entente test-record support-bugs 500000000000001AAA --config entente.yaml --remove\n  \
                        entente test-record support-bugs OPS-7 --draft entente.yaml\n\n\
                        Nothing but the one twin is written. A `!` marks what does not show what was written.")]
pub(crate) struct TestRecord {
    /// The connected item: a draft, paused, or with that action paused
    #[arg(value_name = "ITEM")]
    item: String,

    /// The record to begin with: a Salesforce id, or an issue key
    #[arg(value_name = "RECORD")]
    record: String,

    /// Which action; usually the one that leads away from where the record lives
    #[arg(long, value_enum)]
    direction: Option<Towards>,

    /// Try the item as it is in this file, which is not in use
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,

    /// Delete the twin that a test of this record made
    #[arg(long)]
    remove: bool,

    /// Remove the twin also if somebody has edited it since
    #[arg(long, requires = "remove")]
    yes: bool,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl TestRecord {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let text = self.draft.as_deref().map(apply::text).transpose()?;
        let asked = match &self.draft {
            Some(file) => self.ask.open_beside(file, screen).await?,
            None => self.ask.open_to_remember(screen).await?,
        };
        let draft = text.or_else(|| asked.draft());
        let direction = self.direction.map(|towards| match towards {
            Towards::ToSalesforce => "to-salesforce",
            Towards::ToJira => "to-jira",
        });
        let body =
            json!({ "record": self.record, "direction": direction, "draft": draft, "yes": self.yes, "by": who() });
        let path = ["items", &self.item, "trial", "remove"];
        let path = if self.remove { &path[..] } else { &path[..3] };
        let answer = asked.post(path, &body).await;
        asked.close().await;
        let answer = answer?;
        let in_words = if self.remove { removed } else { shown };
        let text = if self.json { document(&answer) } else { in_words(&answer) };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        let fine = self.remove || answer["outcome"] != "nothing" && answer["unexpected"] == 0;
        Ok(if fine { Exit::Done } else { Exit::No })
    }
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

fn removed(answer: &Json) -> String {
    harmless(&format!("{} is removed, and the link with it.", text(&answer["removed"]["name"])))
}

/// Both sides, line by line.
fn shown(trial: &Json) -> String {
    let outcome = match text(&trial["outcome"]) {
        "created" => "a twin was made",
        "updated" => "the twin was changed",
        "agreed" => "the twin shows everything already",
        _ => "nothing was done",
    };
    let first = format!("{}, {}: {outcome}.", text(&trial["item"]), text(&trial["direction"]));
    let records = [("Salesforce", "salesforce"), ("Jira", "jira")].map(|(name, side)| {
        let record = &trial[side];
        record.is_object().then(|| format!("  {name:11}{}  {}", text(&record["name"]), text(&record["url"])))
    });
    let fields = trial["fields"].as_array().into_iter().flatten().map(field);
    let notes = trial["notes"].as_array().into_iter().flatten().map(|note| format!("  {}", text(note)));
    let lines = [first].into_iter().chain(records.into_iter().flatten()).chain(fields).chain(notes);
    lines.map(|line| harmless(&line)).collect::<Vec<_>>().join("\n")
}

fn field(field: &Json) -> String {
    let unexpected = field["unexpected"] == true;
    let mark = if unexpected { '!' } else { ' ' };
    let (salesforce, jira) = (text(&field["salesforce"]), text(&field["jira"]));
    let written = if unexpected { format!(", but {:?} was written", text(&field["written"])) } else { String::new() };
    format!("{mark} {}: {salesforce:?} in Salesforce, {jira:?} in Jira{written}", text(&field["field"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_stand_beside_each_other_and_what_is_unexpected_is_marked() {
        let trial = json!({
            "item": "support-bugs", "direction": "to-jira", "outcome": "created", "unexpected": 1,
            "salesforce": { "id": "500", "name": "Case 00001026", "url": "https://acme.my.salesforce.com/500" },
            "jira": { "id": "10007", "name": "OPS-7", "url": "https://acme.atlassian.net/browse/OPS-7" },
            "fields": [
                { "field": "Subject>summary", "salesforce": "On fire", "jira": "On fire", "written": "On fire", "unexpected": false },
                { "field": "Priority>priority", "salesforce": "High", "jira": "Medium", "written": "High", "unexpected": true },
            ],
            "notes": [],
        });
        insta::assert_snapshot!(shown(&trial), @r#"
        support-bugs, to-jira: a twin was made.
          Salesforce Case 00001026  https://acme.my.salesforce.com/500
          Jira       OPS-7  https://acme.atlassian.net/browse/OPS-7
          Subject>summary: "On fire" in Salesforce, "On fire" in Jira
        ! Priority>priority: "High" in Salesforce, "Medium" in Jira, but "High" was written
        "#);
    }
}
