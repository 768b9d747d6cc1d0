//! `entente apply`: puts a configuration into the database, where it is in use from then on.

use std::io::{IsTerminal as _, stdin};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};

use super::acts::rows;
use super::answer::{counted, json as document};
use super::ask::{Ask, Asked, who};
use super::{Exit, Failure};
use crate::configuration::bounded;
use crate::limits::CONFIGURATION_BYTES_MAX;
use crate::screen::{Screen, harmless};

/// Put a configuration into use: show what changes, look at what would run, then keep it in the database
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  entente apply entente.yaml\n  entente apply entente.yaml --yes --server http://127.0.0.1:7400\n\n\
                        From then on the database has the configuration, and the file is a draft whenever it says \
                        something else. `entente configuration list` names the versions."
)]
pub(crate) struct Apply {
    /// The configuration file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Apply it without asking
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,

    /// Only show what would change
    #[arg(long)]
    dry_run: bool,

    /// Also if something stands against what would run: never tested, values that do not survive
    #[arg(long)]
    anyway: bool,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

/// How a text is put into use.
pub(super) struct How<'a> {
    /// What problems are said of.
    pub(super) file: &'a Path,
    pub(super) yes: bool,
    pub(super) dry_run: bool,
    pub(super) anyway: bool,
    pub(super) json: bool,
}

impl Apply {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let text = text(&self.file)?;
        let asked = self.ask.open_beside(&self.file, screen).await?;
        let Self { file, yes, dry_run, anyway, json, .. } = &self;
        let how = How { file, yes: *yes, dry_run: *dry_run, anyway: *anyway, json: *json };
        let ended = how.settle(&asked, &text, screen).await;
        asked.close().await;
        ended
    }
}

impl How<'_> {
    /// Shows what changes, asks, and puts the text into use.
    pub(super) async fn settle(&self, asked: &Asked, text: &str, screen: &Screen) -> Result<Exit, Failure> {
        let (exit, answer) = self.apply(asked, text, screen).await?;
        if self.json {
            screen.result(&document(&answer)).map_err(|error| Failure::output(&error))?;
        }
        Ok(exit)
    }

    async fn apply(&self, asked: &Asked, text: &str, screen: &Screen) -> Result<(Exit, Json), Failure> {
        let look = asked.post(&["configuration"], &json!({ "text": text, "dry_run": true })).await?;
        let show = |line: &str| if self.json { Ok(()) } else { screen.result(line) };
        show(&shown(&look, self.file)).map_err(|error| Failure::output(&error))?;
        if rows(&look, "problems").iter().any(|problem| problem["severity"] == "error") {
            return Ok((Exit::Misused, look));
        }
        let nothing_to_do = look["differs"] == false;
        let stopped = !rows(&look, "obstacles").is_empty() && !self.anyway;
        if self.dry_run || stopped || nothing_to_do {
            return Ok((if stopped { Exit::No } else { Exit::Done }, look));
        }
        if !self.yes && !agreed(screen)? {
            return Ok((Exit::No, look));
        }
        let expects = look["version"].as_i64().unwrap_or_default();
        let wish = json!({ "text": text, "expects": expects, "anyway": self.anyway, "by": who() });
        let done = asked.post(&["configuration"], &wish).await?;
        show(&format!("Version {} is in use.", done["version"])).map_err(|error| Failure::output(&error))?;
        Ok((Exit::Done, done))
    }
}

/// The text of a configuration file.
pub(super) fn text(file: &Path) -> Result<String, Failure> {
    bounded(file, CONFIGURATION_BYTES_MAX).map_err(|error| Failure::file("read", file, &error))
}

/// Asks whoever sits at the terminal.
pub(super) fn agreed(screen: &Screen) -> Result<bool, Failure> {
    if !stdin().is_terminal() {
        let remedy = "look at it with --dry-run, then give --yes";
        return Err(Failure::misuse("not-confirmed", "nobody is there to confirm it, so nothing was applied", remedy));
    }
    screen.say("Apply this? Write `yes`:");
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(|error| Failure::machine("cannot read the answer", &error))?;
    Ok(answer.trim() == "yes")
}

fn word(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

/// What would change, what is wrong, and what stands against it.
pub(super) fn shown(answer: &Json, file: &Path) -> String {
    let problems = rows(answer, "problems");
    let problem = |problem: &Json| {
        let place = format!("{}:{}:{}", file.display(), problem["line"], problem["column"]);
        format!(
            "{place}: {}: {}\n    {}",
            word(&problem["severity"]),
            word(&problem["message"]),
            word(&problem["remedy"])
        )
    };
    let obstacle = |row: &Json| format!("! {}\n    {}", word(&row["message"]), word(&row["remedy"]));
    let (changes, obstacles) = (rows(answer, "changes"), rows(answer, "obstacles"));
    let mut lines: Vec<_> = problems.iter().map(problem).collect();
    lines.extend(changes.iter().map(|change| word(&change["text"]).to_owned()));
    lines.extend(obstacles.iter().map(obstacle));
    let number = |name: &str| usize::try_from(answer[name].as_u64().unwrap_or_default()).unwrap_or(usize::MAX);
    let (writes, conflicts) = (number("writes"), number("conflicts"));
    if writes + conflicts > 0 {
        lines.push(format!(
            "A first look would bring {}, {}.",
            counted(writes, "write"),
            counted(conflicts, "conflict")
        ));
    }
    let is_wrong = problems.iter().any(|problem| problem["severity"] == "error");
    lines.push(match (is_wrong, obstacles.len(), changes.len()) {
        (true, ..) => "Not applied: correct what is wrong first.".to_owned(),
        (false, 0, 0) if answer["differs"] == true => "Nothing changes but its layout.".to_owned(),
        (false, 0, 0) => "Nothing changes.".to_owned(),
        (false, 0, n) => format!("{}.", counted(n, "change")),
        (false, n, _) => format!("{} against it; --anyway applies it all the same.", counted(n, "reason")),
    });
    lines.iter().map(|line| harmless_lines(line)).collect::<Vec<_>>().join("\n")
}

/// A message and its remedy keep the line break between them.
fn harmless_lines(text: &str) -> String {
    text.split('\n').map(harmless).collect::<Vec<_>>().join("\n")
}
