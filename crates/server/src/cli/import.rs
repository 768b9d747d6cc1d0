//! `entente import`: items that were tested elsewhere, taken over.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use entente_core::config::{changes, with_items_of};

use super::answer::{Report, Row};
use super::apply::{How, agreed, text as text_of};
use super::ask::{Ask, Asked};
use super::{Exit, Failure};
use crate::configuration::parse;
use crate::screen::{Screen, harmless};
use crate::web::rewrite;

/// What cannot be known where the file only lies, and says nothing against it.
const ELSEWHERE: [&str; 2] = ["unresolved-reference", "empty-value"];

/// Take items over from another environment: show what changes, look at what would run, then put it into use
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  entente import bugs.yaml --map staging-org=acme-org --map staging-site=acme-site --data-dir entente-data\n  \
                        entente import bugs.yaml --into entente.yaml\n\n\
                        An item that is there keeps its place and its state. A new one is a draft until somebody activates \
                        it. Connections and everything else stay as they are here."
)]
pub(crate) struct Import {
    /// A file, or a directory whose .yaml files are taken in the order of their names
    #[arg(value_name = "PATH")]
    path: PathBuf,

    /// A connection of the file is called otherwise here; may be given several times
    #[arg(long = "map", value_name = "THERE=HERE", value_parser = pair)]
    names: Vec<(String, String)>,

    /// Change this configuration file, and nothing else
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,

    /// Do it without asking
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,

    /// Only show what would change
    #[arg(long)]
    dry_run: bool,

    /// Also if something stands against what would run: never tested, values that do not survive
    #[arg(long)]
    anyway: bool,

    /// Print one JSON document
    #[arg(long, conflicts_with = "into")]
    pub(crate) json: bool,

    #[command(flatten)]
    ask: Ask,
}

impl Import {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        if let Some(file) = &self.into {
            return self.change(file, screen);
        }
        let asked = self.ask.open(screen).await?;
        let ended = self.apply(&asked, screen).await;
        asked.close().await;
        ended
    }

    async fn apply(&self, asked: &Asked, screen: &Screen) -> Result<Exit, Failure> {
        let now = asked.get(&["configuration", "text"], &[]).await?;
        let text = self.taken_over(now["text"].as_str().unwrap_or_default())?;
        let how = How { file: &self.path, yes: self.yes, dry_run: self.dry_run, anyway: self.anyway, json: self.json };
        how.settle(asked, &text, screen).await
    }

    /// Changes a file where it lies.
    fn change(&self, file: &Path, screen: &Screen) -> Result<Exit, Failure> {
        let before = text_of(file)?;
        let after = self.taken_over(&before)?;
        let (_, problems) = parse(&after, &self.ask.data.secrets(file));
        let told = problems.iter().filter(|problem| !ELSEWHERE.contains(&problem.code));
        Report::new(told.map(|problem| Row::of_problem(problem, file)).collect()).say(screen);
        if problems.iter().any(|problem| problem.is_error() && !ELSEWHERE.contains(&problem.code)) {
            return Ok(Exit::Misused);
        }
        let changes: Vec<String> =
            changes(Some(before.as_str()), &after).iter().map(|one| harmless(&one.to_string())).collect();
        let show = |text: &str| screen.result(text).map_err(|error| Failure::output(&error));
        if changes.is_empty() {
            return show("Nothing changes.").map(|()| Exit::Done);
        }
        show(&changes.join("\n"))?;
        if self.dry_run {
            return Ok(Exit::Done);
        }
        if !self.yes && !agreed(screen)? {
            return Ok(Exit::No);
        }
        rewrite(file, &after).map_err(|error| Failure::file("write", file, &error))?;
        show(&format!("{} is changed.", file.display())).map(|()| Exit::Done)
    }

    fn taken_over(&self, into: &str) -> Result<String, Failure> {
        let names: BTreeMap<String, String> = self.names.iter().cloned().collect();
        let mut text = into.to_owned();
        for file in self.files()? {
            let remedy = "look at what it says with `entente check`";
            let refused = |why: String| Failure::misuse("not-imported", format!("{}: {why}", file.display()), remedy);
            text = with_items_of(&text, &text_of(&file)?, &names).map_err(refused)?;
        }
        Ok(text)
    }

    fn files(&self) -> Result<Vec<PathBuf>, Failure> {
        if !self.path.is_dir() {
            return Ok(vec![self.path.clone()]);
        }
        let unread = |error: std::io::Error| Failure::file("read", &self.path, &error);
        let entries = fs::read_dir(&self.path).map_err(unread)?.collect::<Result<Vec<_>, _>>().map_err(unread)?;
        let is_yaml =
            |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(is_yaml).collect();
        files.sort();
        Ok(files)
    }
}

/// Reads `staging-org=acme-org`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (there, here) = text.split_once('=').unwrap_or_default();
    match there.is_empty() || here.is_empty() {
        true => Err("write it like staging-org=acme-org".to_owned()),
        false => Ok((there.to_owned(), here.to_owned())),
    }
}
