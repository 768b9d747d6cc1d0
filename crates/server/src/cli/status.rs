//! `entente status`: how things stand, and what waits for a person.

use clap::Args;
use serde_json::Value as Json;

use super::Failure;
use super::acts::{Act, Common};
use super::answer::{counted, left_alone};
use super::ask::Asked;
use crate::screen::harmless;

/// Say how things stand: links, conflicts, parked work, items, connections
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente status --config entente.yaml\n  \
                        entente status --server http://127.0.0.1:7400 --token TOKEN --json")]
pub(crate) struct Status {
    #[command(flatten)]
    common: Common,
}

impl Act for Status {
    fn common(&self) -> &Common {
        &self.common
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        let mut answer = asked.get(&["status"], &[]).await?;
        if !asked.is_running() {
            unasked(&mut answer);
        }
        Ok(answer)
    }

    fn in_words(&self, answer: &Json, runs: bool) -> String {
        in_words(answer, runs)
    }
}

/// Where no server runs, nobody has asked the connections; what is due is all that there is to do, where the last `sync` has
/// finished.
fn unasked(status: &mut Json) {
    let is_troubled = |item: &Json| item["state"] == "active" && !item["problem"].is_null();
    let is_whole = !status["items"].as_array().into_iter().flatten().any(is_troubled);
    status["idle"] = (is_whole && status["backlog"] == 0).into();
    for connection in status["connections"].as_array_mut().into_iter().flatten() {
        connection["state"] = "unasked".into();
    }
    if !status["access"].is_null() {
        status["access"]["state"] = "unasked".into();
    }
}

fn in_words(status: &Json, runs: bool) -> String {
    let count = |name: &str| status[name].as_u64().unwrap_or_default();
    let n = |name: &str, noun: &str| counted(usize::try_from(count(name)).unwrap_or(usize::MAX), noun);
    let n_left_alone = match count("left_alone") {
        0 => String::new(),
        n => format!("{n} left alone, "),
    };
    let mut lines = vec![format!(
        "{}, {}, {} parked, {n_left_alone}{} waiting, {} due.",
        n("links", "link"),
        n("conflicts", "conflict"),
        count("parked"),
        count("waiting"),
        count("backlog")
    )];
    let rows = |name: &str| status[name].as_array().cloned().unwrap_or_default();
    lines.extend(rows("items").iter().map(item));
    lines.extend(rows("fields_left_alone").iter().map(|row| {
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        left_alone(text("item"), text("field"), row["links"].as_u64().unwrap_or_default(), text("example"))
    }));
    if runs {
        lines.extend(rows("connections").iter().flat_map(|row| std::iter::once(connection(row)).chain(quota(row))));
        lines.extend(access(&status["access"]));
    } else {
        lines.push("connections: not asked; `entente doctor --config FILE` asks them".to_owned());
    }
    lines.extend(rows("waits_for").iter().map(waiting));
    lines.extend(status["database_problem"].as_str().map(|problem| format!("database: {problem}")));
    lines.extend(status["configuration_problem"].as_str().map(|problem| format!("configuration: {problem}")));
    lines.iter().map(|line| harmless(line)).collect::<Vec<_>>().join("\n")
}

fn item(item: &Json) -> String {
    let text = |name: &str| item[name].as_str();
    let seen = text("last_sync").map_or_else(|| "not looked at yet".to_owned(), |at| format!("last look {at}"));
    let links = counted(item["links"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default(), "link");
    let problem = text("problem").map(|problem| format!(": {problem}")).unwrap_or_default();
    format!("item {}: {}, {links}, {seen}{problem}", text("name").unwrap_or("?"), text("state").unwrap_or("?"))
}

fn connection(connection: &Json) -> String {
    let text = |name: &str| connection[name].as_str();
    let read = connection["fresh_seconds"].as_i64().map(|seconds| format!(", read {seconds} s ago"));
    let problem = text("problem").map(|problem| format!(": {problem}")).unwrap_or_default();
    let circuit = match (text("circuit"), connection["circuit_seconds"].as_i64()) {
        (Some("open"), Some(seconds)) => format!(", circuit open for another {seconds} s"),
        (Some("half-open"), _) => ", circuit half-open".to_owned(),
        _ => String::new(),
    };
    let (name, state) = (text("name").unwrap_or("?"), text("state").unwrap_or("?"));
    format!("connection {name}: {state}{}{circuit}{problem}", read.unwrap_or_default())
}

/// An org that another process works on.
fn waiting(waiting: &Json) -> String {
    let text = |name: &str| waiting[name].as_str().unwrap_or("?");
    let (org, holder, until) = (text("connection"), text("holder"), text("until"));
    format!("this server waits: {org} is worked on by {holder}; its lease ends at {until} unless it is renewed")
}

/// How portal access is doing, where there is any.
pub(super) fn access(access: &Json) -> Option<String> {
    let state = access["state"].as_str()?;
    let count = |name: &str| access[name].as_u64().unwrap_or_default();
    let problem = access["problem"].as_str().map(|problem| format!(": {problem}")).unwrap_or_default();
    Some(format!("portal access: {state}, {} waiting, {} failed{problem}", count("waiting"), count("failed")))
}

/// What is left of a connection's calls, once it has told.
fn quota(connection: &Json) -> Option<String> {
    let quota = connection["quota"].as_object()?;
    let number = |name: &str| quota.get(name).and_then(Json::as_u64);
    let text = |name: &str| quota.get(name).and_then(Json::as_str);
    let left = number("left").map_or("many".to_owned(), |left| left.to_string());
    let mut line = format!("  {left} of {} calls left ({})", number("allowed")?, text("scope")?);
    line.extend(number("per_hour").map(|per_hour| format!(", {per_hour} an hour")));
    line.extend(text("runs_out_at").map(|at| format!(", none left at {at}")));
    line.extend(text("resets_at").map(|at| format!(", all of them again at {at}")));
    let reserve = number("reserve")?;
    line.push_str(&match quota.get("held_back")?.as_bool()? {
        true => format!("; nothing new is begun, the last {reserve} are for finishing what was"),
        false => format!("; {reserve} in reserve"),
    });
    Some(line)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_item_and_each_connection_has_its_line() {
        let status = json!({
            "links": 12, "conflicts": 1, "parked": 2, "left_alone": 4, "waiting": 0, "backlog": 3,
            "items": [{"name": "bugs", "state": "active", "links": 12, "last_sync": null, "problem": "no field X"}],
            "connections": [{"name": "org", "state": "ok", "fresh_seconds": 3, "problem": null, "circuit": "closed",
                 "quota": {"scope": "daily calls", "allowed": 15000, "left": 14983, "per_hour": 40, "runs_out_at": null,
                           "resets_at": null, "reserve": 1500, "held_back": false}},
                {"name": "site", "state": "unreachable", "circuit": "open", "circuit_seconds": 12, "problem": "reset",
                 "quota": {"scope": "tenant-app-quota", "allowed": 1000, "left": 50, "per_hour": 600,
                           "runs_out_at": "2026-11-21T14:05:00Z", "resets_at": "2026-11-21T15:00:00Z", "reserve": 100,
                           "held_back": true}},
                {"name": "desk", "state": "unreachable", "circuit": "half-open", "problem": "reset"}],
            "access": {"state": "attention", "waiting": 2, "failed": 1, "problem": "000001: it was refused"},
            "waits_for": [{"connection": "org", "holder": "process 7 on machine a", "until": "2026-11-21T14:00:20Z"}],
            "database_problem": "there is no room left",
            "configuration_problem": null,
        });
        insta::assert_snapshot!(in_words(&status, true), @r"
        12 links, 1 conflict, 2 parked, 4 left alone, 0 waiting, 3 due.
        item bugs: active, 12 links, not looked at yet: no field X
        connection org: ok, read 3 s ago
          14983 of 15000 calls left (daily calls), 40 an hour; 1500 in reserve
        connection site: unreachable, circuit open for another 12 s: reset
          50 of 1000 calls left (tenant-app-quota), 600 an hour, none left at 2026-11-21T14:05:00Z, all of them again at 2026-11-21T15:00:00Z; nothing new is begun, the last 100 are for finishing what was
        connection desk: unreachable, circuit half-open: reset
        portal access: attention, 2 waiting, 1 failed: 000001: it was refused
        this server waits: org is worked on by process 7 on machine a; its lease ends at 2026-11-21T14:00:20Z unless it is renewed
        database: there is no room left
        ");
        assert!(
            in_words(&status, false).contains("\nconnections: not asked; `entente doctor --config FILE` asks them")
        );
    }
}
