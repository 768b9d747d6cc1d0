//! One situation per row: what is there, what is remembered, what happens.

use super::*;
use crate::{
    item::{Direction, FileRules},
    side::Sides,
};

const NOW_MS: i64 = 1_000_000;

fn file(id: &str, second: i64) -> File {
    File {
        id: id.into(),
        name: format!("{id}.txt"),
        n_bytes: 5,
        added: Timestamp::from_second(second).unwrap(),
        is_by_us: false,
        copy_of: None,
        is_elsewhere: false,
    }
}

/// What Entente's account added, under this name.
fn ours(id: &str, name: &str) -> File {
    File { name: name.into(), is_by_us: true, ..file(id, 9) }
}

fn copy(origin: Side, original: &str, standing: FileStanding) -> FileCopy {
    let key = FileKey { origin, file: original.into() };
    FileCopy { key, name: format!("{original}.txt"), n_bytes: 5, standing, is_finished: true }
}

fn made(id: &str) -> FileStanding {
    FileStanding::Made { id: id.into() }
}

#[derive(Clone, Default)]
struct Case {
    rules: FileRules,
    salesforce: Vec<File>,
    jira: Vec<File>,
    copies: Vec<FileCopy>,
    is_asked: bool,
}

impl Case {
    fn plan(&self) -> FilePlan {
        plan(&FileFacts {
            rules: &self.rules,
            files: Sides::new(&self.salesforce, &self.jira),
            copies: &self.copies,
            writes_to: Sides::new(true, true),
            is_asked: self.is_asked,
            now_ms: NOW_MS,
        })
    }

    #[track_caller]
    fn does(&self, expected: &[&str]) {
        let shown = |step: &FileStep| match step {
            FileStep::Copy { key, .. } => format!("copy {}", key.marker()),
            FileStep::Finish(copy) => format!("finish {}", copy.key.marker()),
            FileStep::Know(FileCopy { key, standing, .. }) => match standing {
                FileStanding::Made { id } => format!("{} is {id}", key.marker()),
                FileStanding::Skipped { .. } => format!("skip {}", key.marker()),
                FileStanding::Sent { .. } | FileStanding::Refused { .. } => panic!("{key:?} {standing:?}"),
            },
            FileStep::Forget(key) => format!("forget {}", key.marker()),
        };
        assert_eq!(self.plan().steps.iter().map(shown).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn files_go_both_ways_the_oldest_first_and_once() {
    let both = Case { salesforce: vec![file("b", 2), file("a", 1)], jira: vec![file("1", 1)], ..Case::default() };
    both.does(&["copy jira/1", "copy salesforce/a", "copy salesforce/b"]);
    let copies = vec![
        copy(Side::Salesforce, "a", made("2")),
        copy(Side::Salesforce, "b", made("3")),
        copy(Side::Jira, "1", made("c")),
    ];
    let after = Case { salesforce: vec![file("a", 1), file("b", 2), file("c", 3)], copies, ..Case::default() };
    Case { jira: vec![file("1", 1), file("2", 2), file("3", 3)], ..after }.does(&[]);
}

#[test]
fn what_is_deleted_on_one_side_stays_on_the_other() {
    let copies = vec![copy(Side::Salesforce, "a", made("2")), copy(Side::Jira, "1", made("c"))];
    Case { salesforce: vec![file("a", 1)], jira: vec![file("1", 1)], copies: copies.clone(), ..Case::default() }
        .does(&[]);
    Case { salesforce: vec![file("c", 1)], jira: vec![file("2", 1)], copies, ..Case::default() }.does(&[]);
}

#[test]
fn a_copy_of_which_nobody_heard_is_found() {
    let sent = |side, original| copy(side, original, FileStanding::Sent { until_ms: NOW_MS + 1 });
    let in_jira = Case {
        salesforce: vec![file("a", 1)],
        jira: vec![file("1", 2), ours("2", "a.txt")],
        copies: vec![sent(Side::Salesforce, "a")],
        ..Case::default()
    };
    in_jira.does(&["salesforce/a is 2", "copy jira/1"]);
    let marked = File { copy_of: Some("1".into()), ..ours("c", "1.txt") };
    let in_salesforce = Case {
        salesforce: vec![marked.clone()],
        jira: vec![file("1", 1)],
        copies: vec![sent(Side::Jira, "1")],
        ..Case::default()
    };
    in_salesforce.does(&["jira/1 is c"]);

    // Without any memory too; what follows a copy may not have been done.
    let lost = Case { copies: Vec::new(), ..in_jira };
    lost.does(&["salesforce/a is 2", "copy jira/1", "finish salesforce/a"]);
    Case { copies: Vec::new(), ..in_salesforce }.does(&["jira/1 is c", "finish jira/1"]);
    // A copy whose original is gone, or in another issue, is still a copy.
    Case { salesforce: vec![marked], ..Case::default() }.does(&[]);
}

#[test]
fn a_note_tells_copies_of_one_name_and_size_apart() {
    let noted = |id, original: &str| File { copy_of: Some(original.into()), ..ours(id, "log.txt") };
    let log = |id, n| File { name: "log.txt".into(), ..file(id, n) };
    // The first version of `a` is not there any more; its copy is that of no other file.
    let case = Case {
        salesforce: vec![log("a2", 1), log("b", 2)],
        jira: vec![noted("1", "a"), noted("2", "b")],
        ..Case::default()
    };
    case.does(&["salesforce/b is 2", "copy salesforce/a2", "finish salesforce/b"]);
}

#[test]
fn notes_are_asked_for_where_nothing_that_is_remembered_says_what_a_file_of_ours_is() {
    let sent = |until_ms| copy(Side::Salesforce, "a", FileStanding::Sent { until_ms });
    let ours = File { n_bytes: 5, ..ours("1", "a.txt") };
    assert!(wants_notes(&[file("2", 1), ours.clone()], &[]));
    assert!(wants_notes(std::slice::from_ref(&ours), &[sent(0)]), "what never arrived");
    for known in [sent(NOW_MS), copy(Side::Salesforce, "b", made("1")), copy(Side::Jira, "1", made("c"))] {
        assert!(!wants_notes(std::slice::from_ref(&ours), &[known]));
    }
    assert!(!wants_notes(&[file("2", 1)], &[]), "somebody else's");
}

#[test]
fn what_merely_looks_alike_is_no_copy() {
    let sent = copy(Side::Salesforce, "a", FileStanding::Sent { until_ms: NOW_MS + 1 });
    for other in
        [file("2", 1), File { name: "a.txt".into(), ..file("2", 1) }, File { n_bytes: 6, ..ours("2", "a.txt") }]
    {
        let case =
            Case { salesforce: vec![file("a", 1)], jira: vec![other], copies: vec![sent.clone()], ..Case::default() };
        case.does(&["copy jira/2"]);
        assert_eq!(case.plan().waits_until_ms, Some(NOW_MS + 1));
    }
}

#[test]
fn what_was_sent_holds_up_the_next_until_its_time_is_over() {
    let sent = |until_ms| vec![copy(Side::Salesforce, "a", FileStanding::Sent { until_ms })];
    let case = Case { salesforce: vec![file("a", 1), file("b", 2)], copies: sent(NOW_MS + 1), ..Case::default() };
    case.does(&[]);
    assert!(!case.plan().is_quiet());
    Case { copies: sent(NOW_MS), ..case }.does(&["copy salesforce/a", "copy salesforce/b"]);
}

#[test]
fn what_was_sent_of_a_file_that_is_gone_holds_up_the_next_too() {
    let sent = |until_ms| vec![copy(Side::Salesforce, "a", FileStanding::Sent { until_ms })];
    let case = Case { salesforce: vec![file("a2", 1)], copies: sent(NOW_MS + 1), ..Case::default() };
    case.does(&[]);
    assert_eq!(case.plan().waits_until_ms, Some(NOW_MS + 1));
    Case { copies: sent(NOW_MS), ..case.clone() }.does(&["forget salesforce/a", "copy salesforce/a2"]);
    // What is certain not to have arrived is not what is found.
    let there = Case { jira: vec![ours("1", "a.txt")], copies: sent(0), ..case };
    there.does(&["forget salesforce/a", "copy jira/1", "copy salesforce/a2"]);
}

#[test]
fn a_file_of_ten_mebibytes_goes_and_one_byte_more_stays() {
    let sized = |n_bytes| File { n_bytes, ..file("a", 1) };
    let case = |n_bytes| Case { salesforce: vec![sized(n_bytes)], ..Case::default() };
    case(10 * 1024 * 1024).does(&["copy salesforce/a"]);
    let large = case(10 * 1024 * 1024 + 1);
    large.does(&["skip salesforce/a"]);
    let FileStep::Know(skipped) = large.plan().steps.remove(0) else { panic!() };
    let note = skipped.note().unwrap();
    assert!(note.contains("a.txt") && note.contains("10485761") && note.contains("10485760"), "{note}");
    let known = Case { copies: vec![skipped], ..large };
    known.does(&[]);
    // A higher limit lets it go, and its end forgets it.
    let rules = FileRules { n_bytes_max: 20 * 1024 * 1024, ..FileRules::default() };
    Case { rules, salesforce: known.salesforce.clone(), copies: known.copies.clone(), ..Case::default() }
        .does(&["copy salesforce/a"]);
    Case { salesforce: Vec::new(), ..known }.does(&["forget salesforce/a"]);
}

#[test]
fn a_link_to_elsewhere_has_nothing_to_copy() {
    Case { salesforce: vec![File { is_elsewhere: true, ..file("a", 1) }], ..Case::default() }
        .does(&["skip salesforce/a"]);
}

#[test]
fn what_was_refused_is_not_sent_again() {
    let refused = copy(Side::Jira, "1", FileStanding::Refused { reason: "no".into() });
    let note = refused.note().unwrap();
    assert!(note.contains("Salesforce does not take the file 1.txt: no"), "{note}");
    Case { jira: vec![file("1", 1)], copies: vec![refused], ..Case::default() }.does(&[]);
}

#[test]
fn files_flow_as_the_item_says() {
    let case = |direction| Case {
        rules: FileRules { direction, ..FileRules::default() },
        salesforce: vec![file("a", 1)],
        jira: vec![file("1", 1)],
        ..Case::default()
    };
    case(Direction::ToJira).does(&["copy salesforce/a"]);
    case(Direction::ToSalesforce).does(&["copy jira/1"]);
}

#[test]
fn by_hand_nothing_goes_unless_a_person_asks() {
    let rules = FileRules { manual: true, ..FileRules::default() };
    let case = Case { rules, salesforce: vec![file("a", 1)], ..Case::default() };
    case.does(&[]);
    Case { is_asked: true, ..case }.does(&["copy salesforce/a"]);
}
