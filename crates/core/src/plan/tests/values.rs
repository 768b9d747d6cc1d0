//! What one value becomes of another: tables, steps and what a side can hold.

use super::*;

#[test]
fn nobody_is_never_written_where_somebody_must_be() {
    let mut item = item();
    item.fields[0].never_empty = Sides::new(true, false);
    let known = Known::default();
    let plan = subject(Some(("ann", "ann")), "ann", "", &item, &known);
    assert_eq!((plan.writes.len(), plan.notes.len()), (0, 1), "{plan:?}");
    assert_eq!(plan.notes[0].text, "Salesforce Subject must not be empty, and Jira summary is; left as it is");
    assert_eq!(outcome(&subject(Some(("ann", "ann")), "", "ann", &item, &known)), "Jira := ", "Jira may be empty");
    assert_eq!(outcome(&subject(Some(("ann", "ann")), "ann", "ben", &item, &known)), "Salesforce := ben");
}

#[test]
fn an_emptied_field_unticks_a_checkbox_only_where_the_table_says_so() {
    let unticked = |off: Value| {
        let mut item = item();
        let yes = Value::text("Yes");
        let pairs = vec![(Value::Flag(true), yes.clone()), (Value::Flag(false), off)];
        item.fields[0].values = Some(ValueMap { pairs, ..ValueMap::default() });
        item.fields[0].never_empty = Sides::new(true, false);
        let base = Base::of([(item.fields[0].key.clone(), Sides::new(Value::Flag(true), yes))]);
        let ticked = [(FieldPath::from("Subject"), Field::Known(Value::Flag(true)))];
        let now = Sides::new(State::Present(ticked.into_iter().collect()), state(&[("summary", "")]));
        plan(&item, &LinkFacts::default(), Some(&base), now.as_ref(), &Known::default())
    };
    assert_eq!(outcome(&unticked(Value::Empty)), "Salesforce := false");
    let plan = unticked(Value::text("No"));
    assert_eq!((plan.writes.len(), plan.notes.len()), (0, 1), "{plan:?}");
    assert_eq!(plan.notes[0].text, "Salesforce Subject must not be empty, and Jira summary is; left as it is");
}

#[test]
fn value_tables() {
    let mut item = item();
    item.fields[0].values = Some(ValueMap::of_texts([("New", "Open"), ("Working", "Busy"), ("Escalated", "Busy")]));
    let rows = [
        ("forward", Some(("New", "Open")), "Working", "Open", "Jira := Busy"),
        ("several to one agree", Some(("Working", "Busy")), "Escalated", "Busy", "agree"),
        ("back takes the first listed", Some(("New", "Open")), "New", "Busy", "Salesforce := Working"),
        ("back keeps what still fits", None, "Escalated", "Busy", "agree"),
        ("not in the table", Some(("New", "Open")), "Strange", "Open", "note"),
        ("not in the table, from Jira", Some(("New", "Open")), "New", "Strange", "note"),
        ("cleared", Some(("New", "Open")), "", "Open", "Jira := "),
    ];
    for (name, base, salesforce, jira, expected) in rows {
        assert_eq!(outcome(&subject(base, salesforce, jira, &item, &Known::default())), expected, "{name}");
    }
}

#[test]
fn a_cut_text_agrees_and_comes_back_whole() {
    let mut item = item();
    item.fields[0].to_jira = vec![Transform::FirstCharacters(3)];
    let rows = [
        ("cut on the way", None, "abcdef", "abc", "agree"),
        ("beyond the cut", Some(("abcdef", "abc")), "abcxyz", "abc", "agree"),
        ("Jira changed", Some(("abcdef", "abc")), "abcdef", "xyz", "Salesforce := xyz"),
        ("no Salesforce value shows as this", Some(("abcdef", "abc")), "abcdef", "wxyz", "note"),
    ];
    for (name, base, salesforce, jira, expected) in rows {
        assert_eq!(outcome(&subject(base, salesforce, jira, &item, &Known::default())), expected, "{name}");
    }
}

#[test]
fn where_only_the_way_back_has_a_rule_nothing_goes_there_that_would_come_back_as_another() {
    let mut item = item();
    item.fields[0].to_salesforce = vec![Transform::LowerCase];
    let rows = [
        ("it comes back as itself", Some(("a", "a")), "b", "a", "Jira := b"),
        ("it would not", Some(("a", "a")), "B", "a", "note"),
        ("the way back", Some(("a", "a")), "a", "B", "Salesforce := b"),
        ("they agree", None, "b", "B", "agree"),
    ];
    for (name, base, salesforce, jira, expected) in rows {
        assert_eq!(outcome(&subject(base, salesforce, jira, &item, &Known::default())), expected, "{name}");
    }
}

/// High and urgent is Highest: the line reads a second field, whose change counts like one of its own.
#[test]
fn a_line_that_reads_further_fields_sees_their_changes() {
    let when = |field: &str, is: &str, then: &str| Transform::When {
        filter: Filter::Test(field.into(), Condition::Is(Value::text(is))),
        then: Value::text(then),
    };
    let mut item = item();
    let mapping = FieldMapping {
        values: Some(ValueMap::of_texts([("High", "High"), ("Low", "Low")])),
        to_jira: vec![when("Urgency", "Urgent", "Highest")],
        to_salesforce: vec![when("priority", "Highest", "High")],
        ..FieldMapping::plain("Priority", "priority")
    };
    item.fields = vec![mapping.with_further_fields()];
    let both = |priority: &str, urgency: &str| Value::List(vec![Value::text(priority), Value::text(urgency)]);
    let plan_of = |base: (Value, &str), priority: &str, urgency: &str, jira: &str| {
        let key = item.fields[0].key.clone();
        let base = Base::of([(key, Sides::new(base.0, Value::text(base.1)))]);
        let salesforce = state(&[("Priority", priority), ("Urgency", urgency)]);
        let jira = state(&[("priority", jira)]);
        plan(&item, &LinkFacts::default(), Some(&base), Sides::new(&salesforce, &jira), &Known::default())
    };
    let calm = || (both("High", ""), "High");
    let rows = [
        ("nobody changed", calm(), ("High", "", "High"), "nothing"),
        ("the further field changed", calm(), ("High", "Urgent", "High"), "Jira := Highest"),
        ("it was agreed already", (both("High", ""), "Highest"), ("High", "Urgent", "Highest"), "agree"),
        ("Jira was calmed", (both("High", "Urgent"), "Highest"), ("High", "Urgent", "Low"), "note"),
        ("Jira changed", calm(), ("High", "", "Low"), "Salesforce := Low"),
        ("no Salesforce value shows as this", calm(), ("High", "", "Highest"), "note"),
        ("a base from before the line read two fields", (Value::text("High"), "High"), ("High", "", "High"), "agree"),
    ];
    for (name, base, (priority, urgency, jira), expected) in rows {
        assert_eq!(outcome(&plan_of(base, priority, urgency, jira)), expected, "{name}");
    }
    let said = |plan: Plan| plan.notes[0].text.clone();
    let no_way_back = "Jira priority is \"Highest\", and under the `when` of the line no Priority in Salesforce would show as that; \
                       left as it is";
    assert_eq!(said(plan_of(calm(), "High", "", "Highest")), no_way_back);
    let unlisted = "Salesforce Priority is \"Medium\", to which no `when` of the line applies, and which the value table does not \
                    map to Jira; left as it is";
    assert_eq!(said(plan_of(calm(), "Medium", "", "High")), unlisted);
    let changed = plan_of(calm(), "High", "Urgent", "High");
    let Write::Update { fields, .. } = &changed.writes[0] else { panic!("{changed:?}") };
    assert_eq!((&fields[0].source, fields[0].overwrites), (&both("High", "Urgent"), false));
    let mut hidden = record(&[("Priority", "High")]);
    hidden.set("Urgency".into(), Field::Unreadable("no access".into()));
    let (hidden, jira) = (State::Present(hidden), state(&[("priority", "High")]));
    let plan = plan(&item, &LinkFacts::default(), None, Sides::new(&hidden, &jira), &Known::default());
    assert_eq!((outcome(&plan).as_str(), plan.notes[0].code), ("note", NoteCode::Unreadable));
}

#[test]
fn a_constant_is_something_to_say() {
    let mut item = item();
    item.fields[0].to_jira = vec![Transform::Constant(Value::text("Support"))];
    item.fields[0].direction = Direction::ToJira;
    assert_eq!(outcome(&subject(None, "", "x", &item, &Known::default())), "Jira := Support over an edit");
    assert_eq!(outcome(&subject(None, "", "Support", &item, &Known::default())), "agree");
}

/// A value may stand for nothing in Jira; nothing in Salesforce is nothing all the same.
#[test]
fn a_table_may_have_a_value_for_nothing() {
    let mut item = item();
    let values = ValueMap::of_texts([("A", "a"), ("B", "b"), ("C", "")]);
    item.fields = vec![FieldMapping { values: Some(values), ..FieldMapping::plain("P__c", "JP") }];
    let planned = |base: Option<(&str, &str)>, salesforce: &str, jira: &str| {
        let agreed = base.map(|(s, j)| Sides::new(Value::text(s), Value::text(j)));
        let base = agreed.map(|agreed| Base::of([(item.fields[0].key.clone(), agreed)]));
        let now = Sides::new(state(&[("P__c", salesforce)]), state(&[("JP", jira)]));
        outcome(&plan(&item, &LinkFacts::default(), base.as_ref(), now.as_ref(), &Known::default()))
    };
    assert_eq!(planned(None, "", ""), planned(None, "A", "a"), "both empty is agreement");
    assert_eq!(planned(None, "C", ""), planned(None, "A", "a"));
    assert_eq!(planned(Some(("B", "b")), "", "b"), "Jira := ");
    assert_eq!(planned(Some(("A", "a")), "A", ""), "Salesforce := ");
    assert_eq!(planned(Some(("A", "a")), "C", "a"), "Jira := ");
    assert_eq!(planned(Some(("C", "")), "C", "b"), "Salesforce := B");
}
