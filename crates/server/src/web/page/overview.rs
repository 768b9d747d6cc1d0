//! How things stand, on one page: the numbers, the items, the connections, and what happened last.

use entente_engine::{ConnectionStatus, ItemStatus, Status};
use entente_store::Entry;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::layout::page;

/// How often the page comes again.
const REFRESH_SECONDS: u32 = 3;

/// The page at `now_ms`; `entries` are the newest first.
pub(crate) fn render(status: &Status, entries: &[Entry], now_ms: i64) -> Markup {
    let (mood, sentence) = summary(status);
    let content = html! {
        header {
            h1 { "Entente" }
            p.mood.(mood) role="status" { (sentence) }
            form method="post" action="/logout" { button.quiet { "Log out" } }
        }
        main #overview {
            @if let Some(problem) = &status.configuration_problem {
                p.banner role="alert" {
                    strong { "The configuration on disk is not in use." } " The one before it still runs: " (problem)
                }
            }
            @for waiting in &status.waits_for {
                p.banner role="alert" {
                    strong { "This server waits." } " " (waiting.connection) " is worked on by " (waiting.holder)
                }
            }
            @if let Some(problem) = &status.database_problem {
                p.banner role="alert" { strong { "What is done cannot be kept." } " " (problem) }
            }
            @if !status.held.is_empty() {
                p.banner role="alert" { strong { "Held by a guard: " } (status.held.join(", ")) }
            }
            (numbers(status))
            (items(&status.items))
            (connections(&status.connections))
            (journal(entries))
            footer { "As of " (instant(now_ms)) ", UTC. Version " (env!("CARGO_PKG_VERSION")) "." }
        }
    };
    page("Entente", Some(REFRESH_SECONDS), &content)
}

/// The whole in one sentence, and how it should look.
fn summary(status: &Status) -> (&'static str, String) {
    let to_decide = status.conflicts + status.parked;
    let is_broken = |connection: &&ConnectionStatus| !matches!(connection.state, "ok" | "starting" | "unused");
    let broken = status.connections.iter().filter(is_broken).count();
    let busy = status.backlog + status.in_flight;
    if status.database_problem.is_some() {
        return ("bad", "What is done cannot be kept".to_owned());
    }
    if !status.waits_for.is_empty() {
        return ("warn", "This server waits: another one works".to_owned());
    }
    match (broken, to_decide, status.idle) {
        (1.., _, _) => ("bad", format!("{broken} of {} connections do not work", status.connections.len())),
        (0, 1.., _) => ("warn", format!("{to_decide} for a person to decide")),
        (0, 0, false) => ("busy", format!("Working: {busy} to do")),
        (0, 0, true) if status.access.as_ref().is_some_and(|access| !matches!(access.state, "ok" | "starting")) => {
            ("warn", "Portal access needs a person".to_owned())
        }
        (0, 0, true) => ("good", "In agreement".to_owned()),
    }
}

fn numbers(status: &Status) -> Markup {
    let tiles = [
        ("kept in agreement", status.links, "good"),
        ("to do now", status.backlog + status.in_flight, "busy"),
        ("waiting", status.waiting, "busy"),
        ("conflicts", status.conflicts, "warn"),
        ("parked", status.parked, "warn"),
    ];
    html! {
        dl.numbers {
            @for (name, n, mood) in tiles {
                div.(if n == 0 { "none" } else { mood }) { dt { (name) } dd { (n) } }
            }
        }
    }
}

fn items(items: &[ItemStatus]) -> Markup {
    html! {
        section {
            h2 { "Connected items" }
            table {
                thead { tr { th { "Item" } th { "Owner" } th { "State" } th.number { "Links" } th { "Last round" } th { "" } } }
                tbody {
                    @for item in items {
                        tr {
                            td { (item.name) }
                            td { (item.owner.as_deref().unwrap_or("nobody")) }
                            td { span.state.(item.state) { (item.state) } }
                            td.number { (item.links) }
                            td { (item.last_sync.as_deref().map_or("not yet".to_owned(), round_time)) }
                            td { (item.problem.as_deref().unwrap_or("")) }
                        }
                    }
                }
            }
        }
    }
}

fn connections(connections: &[ConnectionStatus]) -> Markup {
    html! {
        section {
            h2 { "Connections" }
            table {
                thead { tr { th { "Connection" } th { "State" } th { "Last read" } th { "" } } }
                tbody {
                    @for connection in connections {
                        tr {
                            td { (connection.name) @if connection.sandbox { " (stand-in)" } }
                            td { span.state.(connection.state) { (connection.state) } }
                            td { (connection.fresh_seconds.map_or("not yet".to_owned(), |n| format!("{n} s ago"))) }
                            td { (connection.problem.as_deref().or(connection.push_problem.as_deref()).unwrap_or("")) }
                        }
                    }
                }
            }
        }
    }
}

fn journal(entries: &[Entry]) -> Markup {
    html! {
        section {
            h2 { "Activity" }
            @if entries.is_empty() { p { "Nothing has happened yet." } }
            ol.journal {
                @for Entry { at_ms, what, .. } in entries {
                    li {
                        time { (instant(*at_ms)) }
                        span.kind.(what.kind) { (what.kind) }
                        span.text {
                            (what.text)
                            @if let (Some(side), Some(record)) = (what.side, &what.record_id) {
                                " " span.record { (side) " " (record) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn instant(at_ms: i64) -> String {
    readable(Timestamp::from_millisecond(at_ms).unwrap_or_default())
}

/// An RFC 3339 time for people; anything else as it is.
fn round_time(at: &str) -> String {
    at.parse().map_or_else(|_| at.to_owned(), readable)
}

fn readable(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%F %T").to_string()
}

#[cfg(test)]
mod tests {
    use entente_store::NewEntry;

    use super::*;

    fn status() -> Status {
        Status {
            idle: true,
            links: 312,
            items: vec![ItemStatus {
                name: "support-bugs".to_owned(),
                owner: Some("integrations@acme.example".to_owned()),
                state: "active",
                actions: None,
                last_sync: Some("2026-11-21T04:52:22.973Z".to_owned()),
                links: 312,
                problem: Some("project NOPE is not there".to_owned()),
            }],
            connections: vec![ConnectionStatus {
                name: "acme-org".to_owned(),
                sandbox: true,
                state: "ok",
                fresh_seconds: Some(3),
                problem: None,
                circuit: "closed",
                circuit_seconds: None,
                quota: None,
                push_problem: None,
            }],
            ..Status::default()
        }
    }

    fn entry(text: &str) -> Entry {
        let what = NewEntry { kind: "write".to_owned(), text: text.to_owned(), ..NewEntry::default() };
        Entry { id: 1, at_ms: 0, what }
    }

    #[test]
    fn the_numbers_and_the_names_are_there() {
        let page = render(&status(), &[entry("OPS-7 summary -> Case 00001007 Subject")], 1_000).into_string();
        for part in [
            "In agreement",
            ">312<",
            "support-bugs",
            "integrations@acme.example",
            "project NOPE is not there",
            "acme-org (stand-in)",
            "3 s ago",
            "OPS-7",
            "2026-11-21 04:52:22",
            "1970-01-01 00:00:01",
        ] {
            assert!(page.contains(part), "{part} is not on the page:\n{page}");
        }
    }

    #[test]
    fn what_people_wrote_cannot_become_markup() {
        let mut status = status();
        status.configuration_problem = Some("<img src=x onerror=alert(1)>".to_owned());
        let page = render(&status, &[entry("<script>alert(1)</script>")], 0).into_string();
        assert!(!page.contains("<script>alert") && !page.contains("<img"));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    }

    #[test]
    fn the_worst_news_come_first() {
        let mut status = status();
        assert_eq!(summary(&status).0, "good");
        status.idle = false;
        assert_eq!(summary(&status).0, "busy");
        status.conflicts = 2;
        assert_eq!(summary(&status), ("warn", "2 for a person to decide".to_owned()));
        status.connections[0].state = "unreachable";
        assert_eq!(summary(&status), ("bad", "1 of 1 connections do not work".to_owned()));
    }
}
