//! What is said of a whole plan: what waits in it, how much it risks, what it would cost to refuse.

use super::*;

/// A write of `b` over `a`.
fn write(key: &str, overwrites: bool, why: Why) -> FieldWrite {
    FieldWrite {
        key: MappingKey::named(key),
        path: "summary".into(),
        from: Value::text("a"),
        to: Value::text("b"),
        source: Value::text("b"),
        overwrites,
        why,
    }
}

#[test]
fn what_would_be_written_to_a_side_that_is_not_active_waits() {
    let mut item = item();
    item.status = Some(StatusMapping::new("Status", ValueMap::of_texts([("New", "To Do"), ("Closed", "Done")])));
    let key = item.fields[0].key.clone();
    let agreed = |salesforce, jira| Sides::new(Value::text(salesforce), Value::text(jira));
    let base = Base::of([(key, agreed("a", "a")), (MappingKey::named(STATUS), agreed("New", "To Do"))]);
    let edited =
        Sides::new(state(&[("Subject", "b"), ("Status", "Closed")]), state(&[("summary", "a"), (STATUS, "To Do")]));
    let planned = |item: &ConnectedItem| {
        let plan = plan(item, &LinkFacts::default(), Some(&base), edited.as_ref(), &Known::default());
        let notes: Vec<_> = plan.notes.iter().map(|note| (note.code, note.text.clone())).collect();
        (plan.writes.len(), notes)
    };
    assert_eq!(planned(&item), (2, vec![]));
    item.actions.salesforce = ItemState::Paused;
    assert_eq!(planned(&item), (2, vec![]), "nothing is written there");
    item.actions.jira = ItemState::Paused;
    let waits = |field: &str| {
        let text = format!("Jira {field} waits: what is written to Jira is not active");
        (NoteCode::Paused, text)
    };
    assert_eq!(planned(&item), (0, vec![waits("summary"), waits(STATUS)]));
}

#[test]
fn separations_and_edits_that_are_written_over_are_acts() {
    let follows = write("any", false, Why::Changed);
    let wins = write("any", true, Why::Won(ConflictPolicy::SalesforceWins));
    let decided = write("any", true, Why::Decided);
    let update = |fields| Write::Update { side: Side::Jira, fields };
    let unlink = Write::Unlink { reason: String::new() };
    let acts = |writes: Vec<Write>| Plan { writes, ..Plan::default() }.acts();
    assert_eq!(acts(vec![]), 0);
    assert_eq!(acts(vec![update(vec![follows.clone(), decided])]), 0);
    assert_eq!(acts(vec![update(vec![wins.clone(), follows, wins.clone()])]), 2);
    assert_eq!(acts(vec![unlink, Write::Status { change: wins, hops: vec![] }]), 2);
}

#[test]
fn a_plan_is_quiet_when_it_says_nothing_but_what_a_side_cannot_show() {
    let note = |code| Note { code, key: None, text: String::new() };
    let with = |notes| Plan { notes, ..Plan::default() };
    assert!(Plan::default().is_quiet());
    assert!(with(vec![note(NoteCode::Formatting)]).is_quiet());
    assert!(!with(vec![note(NoteCode::Drift)]).is_quiet());
    assert!(!with(vec![note(NoteCode::Formatting), note(NoteCode::Drift)]).is_quiet());
    let needs = vec![Need::Workflow];
    assert!(!Plan { needs, ..with(vec![note(NoteCode::Formatting)]) }.is_quiet());
}

#[test]
fn a_line_says_what_jira_would_show() {
    let mut item = item();
    item.fields[0].values = Some(ValueMap::of_texts([("High", "Highest")]));
    item.fields.push(FieldMapping::plain("Description", "description"));
    item.status = Some(StatusMapping::new("Status", ValueMap::of_texts([("Closed", "Done")])));
    let shown = |key: &MappingKey, value| counterpart(&item, key, &Value::text(value), &Value::Empty);
    let (first, second) = (&item.fields[0].key, &item.fields[1].key);
    assert_eq!(shown(first, "High"), Some(Value::text("Highest")));
    assert_eq!(shown(first, "Odd"), None);
    assert_eq!(shown(second, "Odd"), Some(Value::text("Odd")));
    assert_eq!(shown(&MappingKey::named(STATUS), "Closed"), Some(Value::text("Done")));
    assert_eq!(shown(&MappingKey::named("no such line"), "a"), None);
}

#[test]
fn a_refused_status_is_remembered_with_where_it_came_from() {
    assert_eq!(write("other", false, Why::Changed).refusal(), Value::text("b"));
    let moved = Value::list(vec![Value::text("a"), Value::text("b")]);
    assert_eq!(write(STATUS, false, Why::Changed).refusal(), moved);
}

#[test]
fn a_need_names_the_line_that_waits_for_it() {
    let key = item().fields[0].key.clone();
    assert_eq!(Need::ChangeTimes(key.clone()).mapping(), key);
    assert_eq!(Need::Workflow.mapping(), MappingKey::named(STATUS));
}

#[test]
fn every_reason_is_a_clause_of_its_own() {
    let clauses = [
        (Why::Changed, "Salesforce changed"),
        (Why::Filled, "the link is new and Jira is empty"),
        (Why::Created, "the record is new"),
        (Why::Won(ConflictPolicy::LatestWins), "both changed and Salesforce changed later"),
        (
            Why::Unordered,
            "both changed, within 120 seconds of each other or at a time that is not known, and then Salesforce stands",
        ),
        (Why::Won(ConflictPolicy::SalesforceWins), "both changed and the rule prefers Salesforce"),
        (Why::Remapped, "the mapping changed"),
        (Why::Joined, "both changed and the rule joins them"),
        (Why::Decided, "a person decided what stands"),
        (Why::Restored, "the field does not flow from Jira"),
    ];
    for (why, clause) in clauses {
        assert_eq!(explain::why(&write("any", false, why), Side::Jira), clause);
    }
}
