//! `entente items`: one table of all items, those that synchronize and those that only show.

use clap::Args;
use serde_json::Value as Json;

use super::Failure;
use super::acts::{Act, Common};
use super::answer::counted;
use super::ask::Asked;
use super::status::access;
use crate::screen::harmless;

/// List the items: what each pairs, how much it does, and how it is doing
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente items --config entente.yaml\n  \
                        entente items --server http://127.0.0.1:7400 --token TOKEN --json")]
pub(crate) struct Items {
    #[command(flatten)]
    common: Common,
}

const COLUMNS: [&str; 10] =
    ["NAME", "MODE", "SALESFORCE", "JIRA", "ISSUE TYPE", "FIELDS", "CREATES", "STATUS", "LINKS", "LATEST SYNC"];

impl Act for Items {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let mut answer = asked.get(&["items"], &[]).await?;
        if !asked.is_running() {
            // Nobody asks again by itself.
            for item in answer["items"].as_array_mut().into_iter().flatten() {
                item["next_poll_seconds"] = Json::Null;
            }
            answer.as_object_mut().map(|answer| answer.remove("access"));
        }
        Ok(answer)
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        in_words(answer)
    }
}

/// A table, and below it what does not fit into one.
fn in_words(answer: &Json) -> String {
    let items = answer["items"].as_array().cloned().unwrap_or_default();
    let rows: Vec<[String; 10]> = std::iter::once(COLUMNS.map(str::to_owned)).chain(items.iter().map(row)).collect();
    let width = |n: usize| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    let line = |row: &[String; 10]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let more = items.iter().flat_map(more).chain(access(&answer["access"]));
    rows.iter().map(line).chain(more).map(|line| harmless(&line)).collect::<Vec<_>>().join("\n")
}

fn row(item: &Json) -> [String; 10] {
    let word = |value: &Json| value.as_str().unwrap_or("-").to_owned();
    let projects: Vec<String> = item["jira"]["projects"].as_array().into_iter().flatten().map(word).collect();
    let issue_type = item["jira"]["issue_type"].as_str().unwrap_or("manual link only");
    let mode = match item["state"].as_str() {
        Some("active") | None => word(&item["mode"]),
        Some(state) => format!("{} ({state})", word(&item["mode"])),
    };
    [
        word(&item["name"]),
        mode,
        word(&item["salesforce"]["object"]),
        projects.join(", "),
        issue_type.to_owned(),
        item["fields"].to_string(),
        word(&item["auto_create"]),
        if item["status"] == true { "yes" } else { "off" }.to_owned(),
        item["links"].to_string(),
        latest(item),
    ]
}

fn latest(item: &Json) -> String {
    let sync = &item["latest_sync"];
    let at = sync["at"].as_str().map(|at| format!(" at {at}")).unwrap_or_default();
    let n = |value: &Json| usize::try_from(value.as_u64().unwrap_or_default()).unwrap_or(usize::MAX);
    let (salesforce, jira) = (n(&sync["written"]["salesforce"]), n(&sync["written"]["jira"]));
    let next = item["next_poll_seconds"].as_i64().map(|seconds| format!(", next in {seconds} s")).unwrap_or_default();
    match sync["state"].as_str() {
        Some("display-only") => format!("shown only{at}{next}"),
        Some("waiting") => "waits for its first run".to_owned(),
        Some("attention") => format!("needs a person{at}{next}"),
        _ => format!("written{at}: {salesforce} in Salesforce, {jira} in Jira{next}"),
    }
}

/// What people have to do about an item, and who.
fn more(item: &Json) -> Option<String> {
    let number = |name: &str| usize::try_from(item[name].as_u64().unwrap_or_default()).unwrap_or(usize::MAX);
    let mut open: Vec<String> = item["latest_sync"]["problem"].as_str().map(str::to_owned).into_iter().collect();
    if number("conflicts") > 0 {
        open.push(format!("{} (`entente conflicts list`)", counted(number("conflicts"), "conflict")));
    }
    if number("parked") > 0 {
        open.push(format!("{} parked (`entente parked`)", number("parked")));
    }
    let owner = item["owner"].as_str().map(|owner| format!("; {owner} answers for it")).unwrap_or_default();
    let name = item["name"].as_str().unwrap_or("?");
    (!open.is_empty()).then(|| format!("{name}: {}{owner}", open.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_item_has_its_line_and_what_is_open_below() {
        let item = |name: &str, mode: &str, issue_type: Json, sync: Json| {
            json!({
                "name": name, "owner": "a@acme.example", "mode": mode, "state": "active", "fields": 3, "status": true,
                "salesforce": { "object": "Case" }, "jira": { "projects": ["OPS", "SUP"], "issue_type": issue_type },
                "auto_create": "jira", "links": 12, "conflicts": 0, "parked": 2, "latest_sync": sync,
                "next_poll_seconds": 42,
            })
        };
        let answer = json!({ "items": [
            item("bugs", "two-way", json!("Bug"),
                 json!({ "state": "attention", "at": "2026-11-21T12:00:00Z", "written": { "salesforce": 1, "jira": 4 }, "problem": "held" })),
            item("card", "display-only", Json::Null, json!({ "state": "display-only", "at": null, "written": {} })),
        ] });
        let text = in_words(&answer);
        let lines: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
            .collect();
        assert_eq!(lines[0], COLUMNS);
        let usual = ["Case", "OPS, SUP"];
        assert_eq!(lines[1][..4], ["bugs", "two-way", usual[0], usual[1]]);
        assert_eq!(
            lines[1][4..],
            ["Bug", "3", "jira", "yes", "12", "needs a person at 2026-11-21T12:00:00Z, next in 42 s"]
        );
        assert_eq!(lines[2][4..], ["manual link only", "3", "jira", "yes", "12", "shown only, next in 42 s"]);
        assert_eq!(text.lines().nth(3), Some("bugs: held, 2 parked (`entente parked`); a@acme.example answers for it"));
    }
}
