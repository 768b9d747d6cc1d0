//! Several links that share a record: who speaks for all, and what cannot be told.

use super::*;
use crate::{
    item::Cardinality,
    roll_up::{RollUp, Sibling, Siblings},
};

fn many_issues() -> ConnectedItem {
    let line = FieldMapping {
        direction: Direction::ToSalesforce,
        roll_up: Some(RollUp::Join),
        ..FieldMapping::plain("Subject", "summary")
    };
    let correlation = Some(Sides::new(FieldPath::from("Key__c"), FieldPath::from("Case")));
    ConnectedItem { cardinality: Cardinality::ManyIssues, fields: vec![line], correlation, ..item() }
}

/// Two issues, of which the second shows `second`, seen from the link of one of them.
fn planned(leads: bool, second: State, case_shows: &str, base: Option<&Base>) -> Plan {
    let first = state(&[("summary", "one"), ("Case", "500")]);
    let sibling = |id: &str, state: &State| Sibling {
        id: id.into(),
        name: format!("OPS-{id}"),
        modified: None,
        state: state.clone(),
    };
    let members = if leads { vec![sibling("1", &first), sibling("2", &second)] } else { Vec::new() };
    let link = LinkFacts {
        salesforce_id: Some("500".into()),
        jira_key: Some(if leads { "OPS-1" } else { "OPS-2" }.into()),
        siblings: Some(Siblings { leads, named: "OPS-1".into(), members }),
        ..LinkFacts::default()
    };
    let case = state(&[("Subject", "before"), ("Key__c", case_shows)]);
    plan(&many_issues(), &link, base, Sides::new(&case, &first), &Known::default())
}

#[test]
fn only_the_first_writes_what_all_say_together() {
    let second = || state(&[("summary", "two"), ("Case", "500")]);
    assert_eq!(outcome(&planned(true, second(), "OPS-1", None)), "Salesforce := one, two over an edit, agree");
    assert_eq!(outcome(&planned(false, second(), "OPS-1", None)), "agree", "only that the case names the first");
}

#[test]
fn one_that_cannot_be_read_leaves_the_shared_record_as_it_is() {
    let unread = planned(true, State::Unreadable("it was not read".into()), "OPS-1", None);
    assert_eq!((outcome(&unread).as_str(), unread.notes[0].code), ("agree, note", NoteCode::Unreadable));
    let gone = |confirmed| State::Gone { since: Timestamp::UNIX_EPOCH, confirmed };
    assert_eq!(planned(true, gone(false), "OPS-1", None).notes[0].code, NoteCode::Unreadable);
    assert_eq!(outcome(&planned(true, gone(true), "OPS-1", None)), "Salesforce := one over an edit, agree");
}

#[test]
fn what_they_share_names_the_first_of_them() {
    let second = || state(&[("summary", "two"), ("Case", "500")]);
    assert!(planned(false, second(), "", None).writes.is_empty(), "that is for the first to see to");
    let names = Sides::new(Value::text("OPS-9"), Value::text("500"));
    let base = Base::of([(MappingKey::named(CORRELATION), names)]);
    let writes = planned(true, second(), "OPS-9", Some(&base)).writes;
    assert!(
        matches!(&writes[0], Write::Correlate { side: Side::Salesforce, .. }),
        "the one before it is gone: {writes:?}"
    );
}

#[test]
fn what_may_share_no_more_is_left_alone() {
    let link = LinkFacts { crowded: Some("OPS-1, OPS-2".into()), ..LinkFacts::default() };
    let now = Sides::new(state(&[("Subject", "a")]), state(&[("summary", "b")]));
    let plan = plan(&item(), &link, None, now.as_ref(), &Known::default());
    assert_eq!((outcome(&plan).as_str(), plan.notes[0].code), ("note", NoteCode::Crowded));
}
