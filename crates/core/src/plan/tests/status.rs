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

#[test]
fn status() {
    let mut item = item();
    item.fields.clear();
    item.mode = Mode::OneWay;
    let values = ValueMap::of_texts([("New", "To Do"), ("Working", "In Progress"), ("Closed", "Done")]);
    item.status = Some(StatusMapping::new("Status", values));
    let status = |base: Option<(&str, &str)>, salesforce: &str, jira: &str| {
        let base =
            base.map(|(s, j)| Base::of([(MappingKey::named(STATUS), Sides::new(Value::text(s), Value::text(j)))]));
        let now = Sides::new(state(&[("Status", salesforce)]), state(&[(STATUS, jira)]));
        let plan = plan(&item, &LinkFacts::default(), base.as_ref(), now.as_ref(), &Known::default());
        match &plan.writes[..] {
            [Write::Status { change, .. }] => format!("move to {}", change.to),
            _ => outcome(&plan),
        }
    };
    let rows = [
        ("first meeting: Salesforce", None, "Working", "To Do", "move to In Progress"),
        ("Salesforce changed", Some(("New", "To Do")), "Closed", "To Do", "move to Done"),
        ("Jira changed, even one-way", Some(("New", "To Do")), "New", "Done", "Salesforce := Closed"),
        ("both changed: when?", Some(("New", "To Do")), "Working", "Done", "need"),
        ("not in the table: what is there?", Some(("New", "To Do")), "On Hold", "To Do", "need"),
    ];
    for (name, base, salesforce, jira, expected) in rows {
        assert_eq!(status(base, salesforce, jira), expected, "{name}");
    }
}

#[test]
fn a_status_that_the_table_does_not_have_finds_the_closest_safe_one_or_none() {
    use crate::workflow::{Phase, Workflow};
    let mut item = item();
    item.fields.clear();
    let values = [("New", "To Do"), ("Closed", "Done"), ("Escalated", "Escalated"), ("Escalated", "In Progress")];
    item.status = Some(StatusMapping::new("Status", ValueMap::of_texts(values)));
    let salesforce =
        [("New", Phase::Open), ("On Hold", Phase::Open), ("Escalated", Phase::Open), ("Closed", Phase::Closed)];
    let jira =
        [("To Do", Phase::Open), ("In Progress", Phase::Open), ("Done", Phase::Closed), ("Rejected", Phase::Closed)];
    let owned = |all: &[(&str, Phase)]| all.iter().map(|(name, phase)| ((*name).to_owned(), *phase)).collect();
    let mut workflow = Workflow::new(Sides::new(owned(&salesforce), owned(&jira)));
    workflow.learn("To Do", "In Progress");
    workflow.learn("In Progress", "Done");
    let known = Known { workflow: Some(workflow.into()), ..Known::default() };
    let status = |salesforce: &str, jira: &str| {
        let agreed = Sides::new(Value::text("New"), Value::text("To Do"));
        let base = Base::of([(MappingKey::named(STATUS), agreed)]);
        let now = Sides::new(state(&[("Status", salesforce)]), state(&[(STATUS, jira)]));
        let plan = plan(&item, &LinkFacts::default(), Some(&base), now.as_ref(), &known);
        match (&plan.writes[..], &plan.notes[..]) {
            ([Write::Status { hops, .. }], _) => hops.iter().map(|hop| hop.to.as_str()).collect::<Vec<_>>().join(", "),
            ([], [note]) => note.text.clone(),
            _ => outcome(&plan),
        }
    };
    assert_eq!(status("Closed", "To Do"), "In Progress, Done", "by the way that is known");
    assert_eq!(status("Escalated", "To Do"), "In Progress", "the project has no status Escalated");
    assert_eq!(status("On Hold", "To Do"), "agree", "both are open");
    assert_eq!(status("New", "In Progress"), "Salesforce := Escalated", "the status that stands in for Escalated here");
    assert_eq!(status("New", "Rejected"), "Salesforce := Closed", "the only status that closes a case");
    let none = status("Mislaid", "To Do");
    for name in ["\"Mislaid\"", "\"To Do\"", "left as they are"] {
        assert!(none.contains(name), "{none}");
    }
}
