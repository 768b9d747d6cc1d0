//! `entente inspect`: looking on for a while at what a running server sends and receives.

use std::time::Duration;

use clap::{Args, Subcommand};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::acts::{self, Act as _, Common, listed, rows};
use super::answer::counted;
use super::ask::{Asked, who};
use super::{Exit, Failure};
use crate::screen::{Screen, harmless};

/// Look on at what a running server sends and receives, and at what becomes of each record
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  entente inspect start --for 15m --connection acme-site --server http://127.0.0.1:7400\n  \
                        entente inspect list --server http://127.0.0.1:7400\n  \
                        entente inspect show 7 --server http://127.0.0.1:7400\n\n\
                        What is seen stays in the server's memory and is forgotten an hour after the end. Secrets are never \
                        in it; what records hold is."
)]
pub(crate) struct Inspect {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Begin; it ends by itself
    Start(Start),
    /// List what was seen
    List(Plain),
    /// Show one of them whole: headers, bodies, times
    Show(Show),
    /// End it before its time
    Stop(Plain),
}

#[derive(Debug, Args)]
struct Start {
    /// For how long: 90s, 15m, 2h; at most 4h
    #[arg(long = "for", value_name = "TIME", default_value = "15m", value_parser = time)]
    time: Duration,

    /// Only calls to this connection
    #[arg(long, value_name = "C")]
    connection: Option<String>,

    /// Only what is done for this item
    #[arg(long, value_name = "I")]
    item: Option<String>,

    /// Only what names an end of this link
    #[arg(long, value_name = "L")]
    link: Option<i64>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Plain {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Show {
    /// Its number, as `entente inspect list` shows it
    #[arg(value_name = "N")]
    id: u64,

    #[command(flatten)]
    common: Common,
}

impl Inspect {
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
            Self::Start(Start { common, .. }) | Self::Show(Show { common, .. }) => common,
            Self::List(Plain { common }) | Self::Stop(Plain { common }) => common,
        }
    }

    async fn ask(&self, asked: &Asked) -> Result<Json, Failure> {
        if !asked.is_running() {
            let remedy = "start the server, and name it with --server and --token";
            let message = "an inspection looks on at a server that runs, and none is named";
            return Err(Failure::misuse("no-server", message, remedy));
        }
        match self {
            Self::Start(Start { time, connection, item, link, .. }) => {
                let wish = json!({
                    "seconds": time.as_secs(), "connection": connection, "item": item, "link": link, "by": who(),
                });
                asked.post(&["inspection"], &wish).await
            }
            Self::List(_) => {
                let mut page = asked.get(&["inspection"], &[]).await?;
                page["sightings"] = asked.pages(&["inspection"], &[], "sightings").await?.into();
                Ok(page)
            }
            Self::Show(Show { id, .. }) => asked.get(&["inspection", &id.to_string()], &[]).await,
            Self::Stop(_) => asked.post(&["inspection", "stop"], &json!({ "by": who() })).await,
        }
    }

    fn in_words(&self, answer: &Json, _runs: bool) -> String {
        match self {
            Self::Start(_) => harmless(&format!("Looking on until {}.", word(answer, "until"))),
            Self::Stop(_) => {
                let n_kept = usize::try_from(answer["kept"].as_u64().unwrap_or_default()).unwrap_or(usize::MAX);
                let forgotten = word(answer, "forgotten");
                harmless(&format!("Ended. {} kept until {forgotten}.", counted(n_kept, "sighting")))
            }
            Self::List(_) => listed(&rows(answer, "sightings"), line, state(&answer["inspection"])),
            Self::Show(_) => whole(answer),
        }
    }
}

fn word<'a>(of: &'a Json, name: &str) -> &'a str {
    of[name].as_str().unwrap_or("-")
}

fn line(sighting: &Json) -> String {
    let text = |name: &str| word(sighting, name);
    let rest = match text("what") {
        "step" => format!("{} {} {}: {}", text("phase"), text("record"), text("issue"), text("text")),
        _ => format!("{} {}", text("connection"), call(sighting)),
    };
    harmless(&format!("{}  {}  {rest}", sighting["id"], text("at")))
}

fn call(sighting: &Json) -> String {
    let text = |name: &str| word(sighting, name);
    let status = sighting["status"].as_u64().map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    format!("{} {} -> {status} in {} ms", text("method"), text("url"), sighting["duration_ms"])
}

fn whole(sighting: &Json) -> String {
    if word(sighting, "what") == "step" {
        return line(sighting);
    }
    let headers = |name: &str| {
        let all = sighting[name].as_array().cloned().unwrap_or_default();
        let shown =
            all.iter().map(|pair| format!("{}: {}", pair[0].as_str().unwrap_or("?"), pair[1].as_str().unwrap_or("?")));
        shown.collect::<Vec<_>>()
    };
    let part = |title: &str, head: &str, body: &str| {
        let body = word(sighting, body);
        let body = if body == "-" { "" } else { body };
        [&[title.to_owned()][..], &headers(head), &[String::new(), body.to_owned()]].concat()
    };
    let sent = part("Sent:", "request_headers", "request_body");
    let received = part("Received:", "answer_headers", "answer_body");
    let lines = [vec![line(sighting)], sent, received].concat();
    lines.iter().map(|line| harmless(line)).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

fn state(inspection: &Json) -> String {
    let text = |name: &str| word(inspection, name);
    match (inspection.is_null(), inspection["running"] == true) {
        (true, _) => "Nobody inspects; `entente inspect start` begins.".to_owned(),
        (_, true) => harmless(&format!("{} looks on until {}.", text("by"), text("until"))),
        _ => harmless(&format!("Ended at {}; forgotten at {}.", text("until"), text("forgotten"))),
    }
}

/// Reads a time such as `15m`.
fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "write it like 90s, 15m or 2h".to_owned();
    let time: SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(time).ok().filter(|time| time.as_secs() > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_time_is_written_as_people_say_it() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("2h", 7_200), ("1h 30m", 5_400)] {
            assert_eq!(time(text).unwrap().as_secs(), seconds, "{text}");
        }
        for wrong in ["", "15", "-5m", "0s", "soon"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
