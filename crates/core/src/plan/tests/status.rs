//! The status: what cannot be judged before the statuses are at hand, and what a vendor refused.

use super::*;

/// What becomes of a status that was `New` and `To Do` when both sides last agreed.
fn planned(values: ValueMap, link: &LinkFacts, salesforce: &str) -> Plan {
    planned_at(values, link, salesforce, "To Do")
}

fn planned_at(values: ValueMap, link: &LinkFacts, salesforce: &str, jira: &str) -> Plan {
    let status = Some(StatusMapping::new("Status", values));
    let item = ConnectedItem { fields: Vec::new(), status, ..item() };
    let agreed = Sides::new(Value::text("New"), Value::text("To Do"));
    let base = Base::of([(MappingKey::named(STATUS), agreed)]);
    let now = Sides::new(state(&[("Status", salesforce)]), state(&[(STATUS, jira)]));
    plan(&item, link, Some(&base), now.as_ref(), &Known::default())
}

#[test]
fn only_a_choice_between_several_waits_for_the_statuses_of_the_project() {
    let several = || ValueMap::of_texts([("New", "To Do"), ("Working", "Doing"), ("Working", "In Progress")]);
    let needs = |salesforce: &str| planned(several(), &LinkFacts::default(), salesforce).needs;
    assert_eq!(needs("Working"), [Need::Workflow]);
    assert!(needs("New").is_empty());
    let moved = |jira: &str| planned_at(several(), &LinkFacts::default(), "New", jira).needs;
    assert_eq!(moved("In Progress"), [Need::Workflow], "it may stand in for another");
    assert!(needs("").is_empty(), "an empty status has no counterpart, whatever the project has");
}

#[test]
fn a_refused_move_is_told_in_the_vendors_words() {
    let values = || ValueMap::of_texts([("New", "To Do"), ("Closed", "Done")]);
    let refused = Value::list(vec![Value::text("To Do"), Value::text("Done")]);
    let blocked = Blocked::new(Side::Jira, refused, "a field is required");
    let link = LinkFacts { blocked: [(MappingKey::named(STATUS), blocked)].into(), ..LinkFacts::default() };
    let plan = planned(values(), &link, "Closed");
    assert_eq!((plan.writes.len(), plan.notes[0].code), (0, NoteCode::Blocked));
    assert!(plan.notes[0].text.contains("a field is required"), "{}", plan.notes[0].text);
    assert_eq!(planned(values(), &LinkFacts::default(), "Closed").writes.len(), 1);
}

#[test]
fn an_emptied_status_field_leaves_the_issue_where_it_is() {
    let plan = planned(ValueMap::of_texts([("New", "To Do"), ("Closed", "Done")]), &LinkFacts::default(), "");
    assert_eq!((plan.writes.len(), plan.notes[0].code), (0, NoteCode::Unmapped));
    let said = "Salesforce Status is empty, and Jira status stays \"To Do\": an issue has one";
    assert_eq!(plan.notes[0].text, said);
}
