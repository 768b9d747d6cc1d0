//! `entente show`: a link as it is known, also while Salesforce, Jira or both do not answer.

use clap::Args;
use jiff::SignedDuration;
use serde_json::Value as Json;

use super::Failure;
use super::acts::{Act, Common, rows};
use super::ask::Asked;
use crate::screen::harmless;

/// Show what both sides of a link last held, and how old that is
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente show OPS-7 --config entente.yaml")]
pub(crate) struct Show {
    /// The link's number, the key, or the record's id
    #[arg(value_name = "LINK|ISSUE|RECORD")]
    name: String,

    #[command(flatten)]
    common: Common,
}

impl Act for Show {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let answer = named(asked, &self.name).await?;
        if rows(&answer, "links").is_empty() { Err(unknown(&self.name)) } else { Ok(answer) }
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        rows(answer, "links").iter().map(in_words).collect::<Vec<_>>().join("\n\n")
    }
}

async fn named(asked: &Asked, name: &str) -> Result<Json, Failure> {
    asked.get(&["links"], &[("name", Some(name.to_owned()))]).await
}

fn unknown(name: &str) -> Failure {
    let remedy = format!(
        "give a link's number, an issue's key or a record's id; a record's id is found by its name: `entente search ITEM \"{name}\"`"
    );
    Failure::misuse("no-link", format!("no link is known by \"{name}\""), remedy)
}

/// The number of the only link that something names.
pub(super) async fn only_one(asked: &Asked, name: &str) -> Result<i64, Failure> {
    let answer = named(asked, name).await?;
    match &rows(&answer, "links")[..] {
        [] => Err(unknown(name)),
        [only] => Ok(only["link"].as_i64().unwrap_or_default()),
        several => {
            let each = several.iter().map(|link| format!("{} (item {})", link["link"], text(&link["item"])));
            let message = format!("\"{name}\" has several links: {}", each.collect::<Vec<_>>().join(", "));
            Err(Failure::misuse("several-links", message, "give the number of one of them"))
        }
    }
}

/// A card in words: who belongs together, how, and what both last showed.
pub(super) fn in_words(card: &Json) -> String {
    let (salesforce, jira) = (&card["salesforce"], &card["jira"]);
    let status = if card["status_sync"] == true { "status in agreement" } else { "no status" };
    let (item, mode) = (text(&card["item"]), text(&card["mode"]));
    let mut lines = vec![
        format!(
            "link {}: {} {} and {}",
            card["link"],
            text(&card["object"]),
            text(&salesforce["id"]),
            text(&jira["id"])
        ),
        format!("  item {item}, {mode}, {status}; made by {}, {}", origin(card), text(&card["state"])),
        format!("  {} ({})", text(&salesforce["url"]), age(salesforce)),
        format!("  {} ({})", text(&jira["url"]), age(jira)),
    ];
    let siblings: Vec<String> = rows(card, "siblings").iter().map(|name| text(name).to_owned()).collect();
    if !siblings.is_empty() {
        lines.push(format!("  together with {}", siblings.join(", ")));
    }
    lines.extend(rows(card, "fields").iter().map(|field| {
        let mark = if field["conflict"] == true { "  CONFLICT" } else { "" };
        let (name, other) = (text(&field["salesforce_field"]), text(&field["jira_field"]));
        format!("  {name} \"{}\" | {other} \"{}\"{mark}", text(&field["salesforce"]), text(&field["jira"]))
    }));
    lines.extend(rows(card, "notes").iter().map(|note| format!("  note: {}", text(note))));
    lines.iter().map(|line| harmless(line)).collect::<Vec<_>>().join("\n")
}

fn origin(card: &Json) -> &'static str {
    if card["origin"] == "manual" { "a person" } else { "its item" }
}

fn age(end: &Json) -> String {
    end["age_seconds"].as_i64().map_or_else(
        || "not read yet".to_owned(),
        |seconds| format!("as of {:#} ago", SignedDuration::from_secs(seconds)),
    )
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}
