//! `entente sync`: one full look at both sides, then rounds until nothing is due.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use entente_core::Side;
use entente_core::config::Config;
use entente_engine::{
    DryRun, Engine, EngineError, Incomplete, Outside, PerSide, PlannedWrite, SyncOptions, SyncReport, Unfinished,
};
use serde::Serialize;

use super::answer::{counted, left_alone as told};
use super::configured::Configured;
use super::data::Data;
use super::progress::Shown;
use super::{Exit, Failure, refusals};
use crate::screen::{Screen, harmless};

/// Bring both sides into agreement once, then end
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente sync --config entente.yaml --dry-run\n  \
                        entente sync --config entente.yaml --item support-bugs --wait 60")]
pub(crate) struct Sync {
    /// The configuration file; without it, the configuration in the database that is named
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Only this connected item
    #[arg(long, value_name = "NAME")]
    item: Option<String>,

    /// Write only towards this side
    #[arg(long, value_enum)]
    direction: Option<Towards>,

    /// Write nothing; say what would be written
    #[arg(long, conflicts_with = "wait")]
    dry_run: bool,

    /// Wait so long for what cannot be done at once, such as writes that a vendor puts off
    #[arg(long, value_name = "SECONDS")]
    wait: Option<u64>,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    data: Data,
}

/// A direction on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Towards {
    ToJira,
    ToSalesforce,
}

impl From<Towards> for Side {
    fn from(towards: Towards) -> Self {
        match towards {
            Towards::ToSalesforce => Self::Salesforce,
            Towards::ToJira => Self::Jira,
        }
    }
}

impl Sync {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let mut configured = Configured::find(&self.data, self.config.as_deref(), screen).await?;
        // What writes nothing may be about a draft.
        let config = if self.dry_run { configured.drafted()? } else { configured.config.clone() };
        let options = self.options(&config)?;
        let store = configured.store;
        let items = names(&config, self.item.as_deref());
        let engine = Engine::new(config.clone().into(), store.clone(), Outside::system())?;
        let shown = Shown::on(screen);
        let ended = if self.dry_run {
            let dry_run = engine.dry_run(&options, &|progress| shown.step(&progress)).await;
            dry_run.map(|plan| (Exit::Done, self.answer(&plan, planned)))
        } else {
            let report = engine.sync(&options, &|progress| shown.step(&progress)).await;
            let report = report.map_err(|unfinished| failed(unfinished, screen));
            report.map(|report| (exit(&report), self.answer(&report, done)))
        };
        drop(shown);
        if ended.is_ok() && !self.dry_run {
            for name in resting(&config, &items) {
                screen.say(&format!("item {name} rests, so nothing was done for it: none of its actions is active"));
            }
            refusals::say(&store, &items, screen).await?;
        }
        store.close().await;
        let (exit, text) = ended?;
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(exit)
    }

    fn options(&self, config: &Config) -> Result<SyncOptions, Failure> {
        if let Some(name) = self.item.as_deref().filter(|name| config.item(name).is_none()) {
            let names: Vec<_> = config.items.iter().map(|item| item.name.as_str()).collect();
            let file =
                self.config.as_ref().map_or_else(|| "this configuration".to_owned(), |file| file.display().to_string());
            let message = format!("{file} has no connected item `{name}`");
            return Err(Failure::misuse("unknown-item", message, format!("it has: {}", names.join(", "))));
        }
        Ok(SyncOptions {
            item: self.item.clone(),
            direction: self.direction.map(Side::from),
            wait: self.wait.map(Duration::from_secs),
        })
    }

    fn answer<T: Serialize>(&self, report: &T, in_words: fn(&T) -> String) -> String {
        if self.json { super::answer::json(report) } else { in_words(report) }
    }
}

/// What kept it from its end; what it did for others until then is said, if it did anything.
fn failed(Unfinished { error, done: before }: Unfinished, screen: &Screen) -> EngineError {
    if before.created != PerSide::default() || before.writes != PerSide::default() {
        screen.say(&format!("Before it failed: {}", done(&before)));
    }
    error
}

/// The items that are brought into agreement.
fn names(config: &Config, only: Option<&str>) -> Vec<String> {
    let names = config.items.iter().map(|item| item.name.clone());
    names.filter(|name| only.is_none_or(|only| only == name)).collect()
}

/// Those of them that do not run.
fn resting<'a>(config: &Config, items: &'a [String]) -> Vec<&'a str> {
    let rests = |name: &&str| config.item(name).is_some_and(|item| !item.runs());
    items.iter().map(String::as_str).filter(rests).collect()
}

fn exit(report: &SyncReport) -> Exit {
    let settled = report.conflicts + report.parked + report.waiting == 0;
    if settled && report.incomplete.is_empty() { Exit::Done } else { Exit::No }
}

fn done(report: &SyncReport) -> String {
    let SyncReport { links, created, writes, reads, conflicts, parked, left_alone, waiting, held, seconds, .. } =
        report;
    let calls =
        writes.salesforce + writes.jira + reads.salesforce + reads.jira + report.auth.salesforce + report.auth.jira;
    // What is left is counted in records and fields, so it cannot be taken from the number of links.
    let agree = if report.is_clean() && *left_alone == 0 && *links > 0 { " in agreement" } else { "" };
    let mut text = format!(
        "{}{agree}; created {} in Salesforce, {} in Jira; {calls} calls in {seconds:.1} s.",
        counted(usize::try_from(*links).unwrap_or(usize::MAX), "link"),
        created.salesforce,
        created.jira
    );
    let left = [
        (*conflicts, "conflicts: both sides changed, a person decides"),
        (*parked, "parked: refused, or the twin is in doubt; `entente parked` and `entente matches` name them"),
        (*left_alone, "left alone: the value has no counterpart or cannot be read"),
        (*waiting, "waiting: run it again later, or use --wait"),
        (*held, "held: a guard stopped the item; `entente status` says why, `entente resume` lets it go on"),
    ];
    for (n, what) in left.into_iter().filter(|(n, _)| *n > 0) {
        text.push_str(&format!("\n  {n} {what}"));
    }
    for field in &report.fields_left_alone {
        text.push_str(&format!("\n  {}", told(&field.item, &field.field, field.links, &field.example)));
    }
    for Incomplete { item, reason } in &report.incomplete {
        text.push_str(&format!("\n  item {item} is incomplete: {}", harmless(reason)));
    }
    text
}

fn planned(plan: &DryRun) -> String {
    let writes = plan.writes.iter().map(write);
    let conflicts = plan.conflicts.iter().map(|conflict| {
        let (field, salesforce, jira) = (&conflict.field, &conflict.salesforce, &conflict.jira);
        format!("{}: conflict on {field}: {salesforce:?} in Salesforce, {jira:?} in Jira", conflict.item)
    });
    let notes = plan.notes.iter().map(|note| {
        let place = std::iter::once(&note.item).chain(&note.record).cloned().collect::<Vec<_>>();
        format!("{}: {}", place.join(": "), note.text)
    });
    let calls = plan.calls.salesforce + plan.calls.jira;
    // Linking what is there already changes neither side.
    let n = plan.writes.iter().filter(|write| write.op != "link").count();
    let conflicts_n = plan.conflicts.len();
    let sum =
        format!("{n} writes and {conflicts_n} conflicts on {} links; about {calls} calls that write.", plan.links);
    let lines = writes.chain(conflicts).chain(notes).map(|line| harmless(&line));
    lines.chain([sum]).collect::<Vec<_>>().join("\n")
}

fn write(write: &PlannedWrite) -> String {
    let PlannedWrite { item, side, op, record, field, from, to, why, .. } = write;
    let field = field.iter().map(|field| format!(" {field}"));
    let change = match (from, to) {
        (None, None) => None,
        (from, to) => Some(format!(": {:?} -> {:?}", from.as_deref().unwrap_or(""), to.as_deref().unwrap_or(""))),
    };
    let what: String = field.chain(change).collect();
    format!("{item}: {op} in {side}, {record}{what} ({why})")
}

#[cfg(test)]
mod tests {
    use entente_engine::FieldLeftAlone;

    use super::*;

    #[test]
    fn what_is_left_is_told_with_what_to_do() {
        let created = PerSide { salesforce: 0, jira: 3 };
        let report = SyncReport { links: 3, created, conflicts: 1, seconds: 1.26, ..SyncReport::default() };
        insta::assert_snapshot!(done(&report), @r"
        3 links; created 0 in Salesforce, 3 in Jira; 0 calls in 1.3 s.
          1 conflicts: both sides changed, a person decides
        ");
        assert_eq!(exit(&report), Exit::No);
        let field = FieldLeftAlone {
            item: "bugs".to_owned(),
            field: "Region__c>Region".to_owned(),
            links: 9,
            example: "Jira Region cannot be read".to_owned(),
        };
        let left_alone =
            SyncReport { links: 9, left_alone: 9, fields_left_alone: vec![field], ..SyncReport::default() };
        insta::assert_snapshot!(done(&left_alone), @r"
        9 links; created 0 in Salesforce, 0 in Jira; 0 calls in 0.0 s.
          9 left alone: the value has no counterpart or cannot be read
          item bugs: Region__c>Region is left alone on 9 links: Jira Region cannot be read
        ");
        let lacking = Incomplete { item: "bugs".to_owned(), reason: "there is no field Region".to_owned() };
        let incomplete = SyncReport { links: 9, incomplete: vec![lacking], ..SyncReport::default() };
        insta::assert_snapshot!(done(&incomplete), @r"
        9 links; created 0 in Salesforce, 0 in Jira; 0 calls in 0.0 s.
          item bugs is incomplete: there is no field Region
        ");
        assert_eq!(exit(&incomplete), Exit::No);
        assert_eq!(exit(&SyncReport::default()), Exit::Done);
    }

    #[test]
    fn a_planned_write_is_one_line_whatever_it_holds() {
        let planned_write = PlannedWrite {
            item: "support-bugs".to_owned(),
            link: Some(7),
            side: "jira",
            op: "update",
            record: "OPS-7".to_owned(),
            field: Some("summary".to_owned()),
            from: Some("Old".to_owned()),
            to: Some("New\nline".to_owned()),
            why: "Salesforce changed".to_owned(),
        };
        let paired = PlannedWrite { op: "link", field: None, from: None, to: None, ..planned_write.clone() };
        let plan = DryRun { links: 1, writes: vec![paired, planned_write], ..DryRun::default() };
        insta::assert_snapshot!(planned(&plan), @r#"
        support-bugs: link in jira, OPS-7 (Salesforce changed)
        support-bugs: update in jira, OPS-7 summary: "Old" -> "New\nline" (Salesforce changed)
        1 writes and 0 conflicts on 1 links; about 0 calls that write.
        "#);
    }
}
