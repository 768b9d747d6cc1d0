//! `entente verify`: do both sides agree?

use std::path::PathBuf;

use clap::Args;
use entente_engine::{Difference, DifferenceWhy, Engine, Outside, VerifyReport};

use super::answer::json;
use super::configured::Configured;
use super::data::Data;
use super::progress::Shown;
use super::{Exit, Failure};
use crate::screen::{Screen, brief, harmless};

/// Read both sides and say where they differ, and why; write nothing
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  entente verify --config entente.yaml --strict")]
pub(crate) struct Verify {
    /// The configuration file; without it, the configuration in the database that is named
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Differences that have a known reason make the answer a no, too
    #[arg(long)]
    strict: bool,

    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    data: Data,
}

impl Verify {
    /// Runs the command.
    pub(crate) async fn run(self, screen: &Screen) -> Result<Exit, Failure> {
        let Configured { config, store, .. } = Configured::find(&self.data, self.config.as_deref(), screen).await?;
        let engine = Engine::new(config.into(), store.clone(), Outside::system())?;
        let shown = Shown::on(screen);
        let report = engine.verify(&|progress| shown.step(&progress)).await;
        drop(shown);
        store.close().await;
        let report = report?;
        let text = if self.json { json(&report) } else { in_words(&report) };
        screen.result(&text).map_err(|error| Failure::output(&error))?;
        Ok(if report.is_agreement(self.strict) { Exit::Done } else { Exit::No })
    }
}

fn in_words(report: &VerifyReport) -> String {
    let VerifyReport { links, agree, explained, disagree, missing, differences, incomplete } = report;
    let sum = format!("{links} links: {agree} agree, {explained} explained, {disagree} disagree; {missing} missing.");
    let lacking = incomplete.iter().map(|one| format!("item {} is incomplete: {}", one.item, harmless(&one.reason)));
    differences.iter().map(|one| harmless(&difference(one))).chain(lacking).chain([sum]).collect::<Vec<_>>().join("\n")
}

fn difference(difference: &Difference) -> String {
    let Difference { item, link, field, salesforce, jira, why } = difference;
    let link = link.map_or_else(|| "no link".to_owned(), |link| format!("link {link}"));
    let (salesforce, jira) = (brief(salesforce), brief(jira));
    format!("{item}, {link}: {field}: {salesforce:?} in Salesforce, {jira:?} in Jira ({})", in_a_word(*why))
}

/// Why two sides differ, as people say it.
fn in_a_word(why: DifferenceWhy) -> &'static str {
    match why {
        DifferenceWhy::Conflict => "both sides changed, and a person decides",
        DifferenceWhy::Blocked => "a vendor refused the value",
        DifferenceWhy::Unmapped => "the value table, `people:` or a step has no answer",
        DifferenceWhy::Unreadable => "a side cannot be read",
        DifferenceWhy::Drift => "it does not flow back, and stays",
        DifferenceWhy::Paused => "what would be written there is not active",
        DifferenceWhy::Unexplained => "nothing explains it",
    }
}

#[cfg(test)]
mod tests {
    use entente_engine::DifferenceWhy;

    use super::*;

    #[test]
    fn every_difference_is_one_line_and_the_sum_comes_last() {
        let one = Difference {
            item: "support-bugs".to_owned(),
            link: Some(7),
            field: "Subject>summary".to_owned(),
            salesforce: "Printer".to_owned(),
            jira: "Printer on fire".to_owned(),
            why: DifferenceWhy::Unexplained,
        };
        let report = VerifyReport { links: 2, agree: 1, disagree: 1, differences: vec![one], ..Default::default() };
        insta::assert_snapshot!(in_words(&report), @r#"
        support-bugs, link 7: Subject>summary: "Printer" in Salesforce, "Printer on fire" in Jira (nothing explains it)
        2 links: 1 agree, 0 explained, 1 disagree; 0 missing.
        "#);
    }
}
