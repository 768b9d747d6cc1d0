//! What must be true after every kill, and what must be true in the end.

use std::collections::BTreeMap;

use super::Stage;
use super::life::BIRTH;
use super::people::{Place, Record};
use crate::process::{Ended, run};

/// How long the last look may wait for what is put off: longer than the settling of a creation and every back-off.
const WAIT_SECONDS: &str = "30";

/// At most one issue per case, whatever was going on.
pub(super) fn nothing_is_doubled(stage: &Stage) {
    by_case(stage);
}

/// The issues, by the case that they name; two of one case are the duplicate that must never be.
fn by_case(stage: &Stage) -> BTreeMap<String, Record> {
    let mut by_case: BTreeMap<String, Record> = BTreeMap::new();
    for issue in stage.people.company().issues() {
        let case = issue.twin.clone().unwrap();
        if let Some(first) = by_case.get(&case) {
            let keys = [case.as_str(), &first.key, &issue.key];
            panic!("case {case} has two issues: {} and {}\n{}", first.key, issue.key, said(stage, &keys));
        }
        by_case.insert(case, issue);
    }
    by_case
}

/// One undisturbed look, then: one issue per case, every edit on both sides, and nothing left to do.
pub(super) fn everything_agrees(stage: &Stage) {
    stage.people.company().clear_faults();
    let first = command(stage, &["sync", "--wait", WAIT_SECONDS, "--json"]);
    assert_eq!(first.code, 0, "{first:?}");
    every_case_has_its_issue(stage);
    every_edit_stands(stage);
    let verified = command(stage, &["verify", "--strict", "--json"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    nothing_is_left_to_do(stage);
}

fn command(stage: &Stage, words: &[&str]) -> Ended {
    run(&[words, &stage.server.known_by()[..]].concat())
}

fn every_case_has_its_issue(stage: &Stage) {
    let mut issues = by_case(stage);
    for (id, case) in stage.people.company().cases() {
        let issue = issues.remove(&id);
        let key = issue.as_ref().map(|issue| issue.key.clone());
        assert_eq!(case.wants_twin(), key.is_some(), "case {id} and {key:?}\n{}", said(stage, &[&id, &case.key]));
        assert_eq!(case.twin, key, "case {id} names another issue than the one that names it");
    }
    assert!(issues.is_empty(), "issues of cases that are not there: {issues:?}");
}

fn every_edit_stands(stage: &Stage) {
    let (cases, issues) = (stage.people.company().cases(), by_case(stage));
    for ((id, field), written) in stage.people.ledger() {
        let Some(issue) = issues.get(id) else { continue };
        let (there, here) = (cases[id].shows(*field), issue.shows(*field));
        assert!(
            written.stands(*field, there, here),
            "{field:?}: {written:?} was written last, yet case {id} shows \"{there}\" and {} shows \"{here}\"\n{}",
            issue.key,
            said(stage, &[id, &cases[id].key, &issue.key]),
        );
    }
}

fn nothing_is_left_to_do(stage: &Stage) {
    let n_writes = stage.people.company().writes_of_entente();
    let again = command(stage, &["sync", "--json"]);
    assert_eq!(again.code, 0, "{again:?}");
    let report = again.json();
    for side in [Place::Salesforce, Place::Jira] {
        let side = format!("{side:?}").to_lowercase();
        assert_eq!(report["writes"][&side], 0, "{report}");
    }
    assert_eq!(stage.people.company().writes_of_entente(), n_writes);
}

/// What was written into some records, what the server said about them, and in which of its lives, for the reader of a
/// failure.
fn said(stage: &Stage, names: &[&str]) -> String {
    let log = std::fs::read_to_string(stage.desk.path("server.log")).unwrap();
    let mut n_lives = 0;
    let mut said = String::new();
    let writes = stage.people.company().writes();
    for write in writes.iter().filter(|write| names.iter().any(|name| write["record"] == *name)) {
        said.push_str(&format!("written: {write}\n"));
    }
    for line in log.lines() {
        n_lives += usize::from(line == BIRTH);
        if names.iter().any(|name| line.contains(name)) {
            said.push_str(&format!("life {n_lives}: {line}\n"));
        }
    }
    said
}
