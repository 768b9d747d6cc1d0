//! The reconciliation table, row by row, and the questions around it.

use jiff::Timestamp;

use super::{explain::why, *};
use crate::{
    filter::{Condition, Filter},
    item::{
        AutoCreate, BaseForm, Cardinality, Direction, Drift, FieldMapping, ItemState, JiraEnd, Mode, OnConvert,
        OnDelete, OnLeave, OnMerge, SalesforceEnd, Start, StatusMapping, ValueMap,
    },
    link::{Blocked, Decision, Heir, Succession, Take},
    record::{Field, Record},
    transform::Transform,
};

mod presence;
mod rich_text;
mod siblings;
mod status;
mod whole;

fn item() -> ConnectedItem {
    ConnectedItem {
        name: "support-bugs".into(),
        owner: None,
        state: ItemState::Active,
        actions: Sides::new(ItemState::Active, ItemState::Active),
        mode: Mode::TwoWay,
        start: Start::Everything,
        salesforce: SalesforceEnd { connection: "org".into(), object: "Case".into(), filter: Filter::default() },
        jira: JiraEnd {
            connection: "site".into(),
            projects: vec!["OPS".into()],
            issue_type: Some("Bug".into()),
            filter: Filter::default(),
        },
        cardinality: Cardinality::OneToOne,
        on_leave: OnLeave::Keep,
        on_delete: OnDelete::Unlink,
        on_merge: OnMerge::Follow,
        on_convert: OnConvert::Keep,
        auto_create: AutoCreate::Jira,
        correlation: None,
        match_rules: Vec::new(),
        related: Default::default(),
        fields: vec![FieldMapping::plain("Subject", "summary")],
        status: None,
        conflicts: ConflictPolicy::Ask,
        drift: Drift::Restore,
        base: BaseForm::Values,
        batch: None,
        comments: None,
        attachments: None,
        link_note: false,
        poll_seconds: None,
        says: String::new(),
    }
}

fn record(fields: &[(&str, &str)]) -> Record {
    fields.iter().map(|(p, v)| (FieldPath::from(*p), Field::Known(Value::text(v)))).collect()
}

fn state(fields: &[(&str, &str)]) -> State {
    State::Present(record(fields))
}

fn subject(base: Option<(&str, &str)>, salesforce: &str, jira: &str, item: &ConnectedItem, known: &Known) -> Plan {
    let key = item.fields[0].key.clone();
    let base = base.map(|(s, j)| Base::of([(key, Sides::new(Value::text(s), Value::text(j)))]));
    let now = Sides::new(state(&[("Subject", salesforce)]), state(&[("summary", jira)]));
    plan(item, &LinkFacts::default(), base.as_ref(), now.as_ref(), known)
}

/// One word for what a plan does to the only field.
fn outcome(plan: &Plan) -> String {
    let write = plan.writes.first().map(|write| match write {
        Write::Update { side, fields } => {
            let overwrites = if fields[0].overwrites { " over an edit" } else { "" };
            format!("{side} := {}{overwrites}", fields[0].to)
        }
        other => format!("{other:?}"),
    });
    let rest = [
        ("agree", !plan.base.is_empty()),
        ("conflict", !plan.conflicts.is_empty()),
        ("need", !plan.needs.is_empty()),
        ("note", !plan.notes.is_empty()),
    ];
    let rest = rest.iter().filter(|(_, is)| *is).map(|(word, _)| (*word).to_owned());
    let words: Vec<String> = write.into_iter().chain(rest).collect();
    if words.is_empty() { "nothing".into() } else { words.join(", ") }
}

#[test]
fn the_reconciliation_table() {
    let rows = [
        ("nobody changed", Some(("a", "a")), "a", "a", "nothing"),
        ("Salesforce changed", Some(("a", "a")), "b", "a", "Jira := b"),
        ("Jira changed", Some(("a", "a")), "a", "b", "Salesforce := b"),
        ("both made the same edit", Some(("a", "a")), "b", "b", "agree"),
        ("both changed", Some(("a", "a")), "b", "c", "conflict"),
        ("Salesforce was cleared", Some(("a", "a")), "", "a", "Jira := "),
        ("first meeting, equal", None, "a", "a", "agree"),
        ("first meeting, Jira empty", None, "a", "", "Jira := a"),
        ("first meeting, Salesforce empty", None, "", "a", "Salesforce := a"),
        ("first meeting, different", None, "a", "b", "conflict"),
        ("both empty", None, "", "", "agree"),
        ("agreed to differ by what a peer made of it", Some(("a", "A.")), "a", "A.", "nothing"),
    ];
    for (name, base, salesforce, jira, expected) in rows {
        let plan = subject(base, salesforce, jira, &item(), &Known::default());
        assert_eq!(outcome(&plan), expected, "{name}");
    }
}

#[test]
fn who_wins_when_both_changed() {
    use ConflictPolicy::{JiraWins, LatestWins, SalesforceWins};
    let at = |second| Some(at(second));
    let rows = [
        ("Salesforce wins", SalesforceWins, None, "Jira := b over an edit"),
        ("Jira wins", JiraWins, None, "Salesforce := c over an edit"),
        ("latest, times unknown yet", LatestWins, None, "need"),
        ("latest, Jira later", LatestWins, Some((at(0), at(121))), "Salesforce := c over an edit"),
        ("latest, Jira later but too close", LatestWins, Some((at(0), at(120))), "Jira := b over an edit"),
        ("latest, Salesforce later", LatestWins, Some((at(500), at(0))), "Jira := b over an edit"),
        ("latest, Jira cannot tell", LatestWins, Some((at(0), None)), "Jira := b over an edit"),
    ];
    for (name, policy, times, expected) in rows {
        let item = ConnectedItem { conflicts: policy, ..item() };
        let mut known = Known::default();
        if let Some((salesforce, jira)) = times {
            known.change_times.insert(item.fields[0].key.clone(), Sides::new(salesforce, jira));
        }
        assert_eq!(outcome(&subject(Some(("a", "a")), "b", "c", &item, &known)), expected, "{name}");
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn who_was_later_is_said_only_where_it_is_known() {
    let item = ConnectedItem { conflicts: ConflictPolicy::LatestWins, ..item() };
    let said = |jira| {
        let mut known = Known::default();
        known.change_times.insert(item.fields[0].key.clone(), Sides::new(Some(at(0)), jira));
        let plan = subject(Some(("a", "a")), "b", "c", &item, &known);
        let side = plan.writes[0].side().unwrap();
        why(&plan.writes[0].fields()[0], side)
    };
    assert_eq!(said(Some(at(121))), "both changed and Jira changed later");
    assert_eq!(said(Some(at(-121))), "both changed and Salesforce changed later");
    let unknown =
        "both changed, within 120 seconds of each other or at a time that is not known, and then Salesforce stands";
    assert_eq!(said(Some(at(120))), unknown);
    assert_eq!(said(Some(at(-120))), unknown);
    assert_eq!(said(None), unknown);
}

#[test]
fn an_edit_on_top_of_a_write_that_was_never_recorded_is_no_conflict() {
    let item = ConnectedItem { conflicts: ConflictPolicy::LatestWins, ..item() };
    let key = item.fields[0].key.clone();
    let mut known = Known::default();
    known.change_times.insert(key.clone(), Sides::new(Some(at(0)), Some(at(1))));
    known.jira_before.insert(key.clone(), Value::text("b"));
    assert_eq!(outcome(&subject(Some(("a", "a")), "b", "c", &item, &known)), "Salesforce := c over an edit");
    known.jira_before.insert(key, Value::text("a"));
    assert_eq!(outcome(&subject(Some(("a", "a")), "b", "c", &item, &known)), "Jira := b over an edit", "side by side");
}

#[test]
fn where_a_write_of_ours_may_not_have_been_recorded_no_rule_decides_before_jira_was_asked() {
    let unsettled = LinkFacts { is_unsettled: true, ..LinkFacts::default() };
    for policy in [ConflictPolicy::SalesforceWins, ConflictPolicy::JiraWins, ConflictPolicy::Ask, ConflictPolicy::Union]
    {
        let item = ConnectedItem { conflicts: policy, ..item() };
        let key = item.fields[0].key.clone();
        let of = |base: Option<&Base>, known: &Known| {
            let now = Sides::new(state(&[("Subject", "b")]), state(&[("summary", "c")]));
            outcome(&plan(&item, &unsettled, base, now.as_ref(), known))
        };
        let base = Base::of([(key.clone(), Sides::new(Value::text("a"), Value::text("a")))]);
        let mut known = Known::default();
        assert_eq!(of(Some(&base), &known), "need", "{policy:?}");
        assert_ne!(of(None, &known), "need", "{policy:?}: nothing was agreed, so nothing was written");
        known.change_times.insert(key.clone(), Sides::new(None, None));
        let settled = subject(Some(("a", "a")), "b", "c", &item, &Known::default());
        assert_eq!(of(Some(&base), &known), outcome(&settled), "{policy:?}: Jira's history says nothing");
        known.jira_before.insert(key, Value::text("b"));
        assert_eq!(of(Some(&base), &known), "Salesforce := c over an edit", "{policy:?}");
    }
}

#[test]
fn two_edits_are_joined_where_the_line_says_so() {
    let mut item = item();
    item.fields[0].conflicts = Some(ConflictPolicy::Append);
    let rows = [
        ("both added", Some(("a", "a")), "a b", "a c", "Jira := a b c"),
        ("Jira shows it, and Salesforce gets it", Some(("a b", "a c")), "a b", "a b c", "Salesforce := a b c"),
        ("it was never recorded", Some(("a", "a")), "a b", "a b c", "Salesforce := a b c"),
        ("only one side changed", Some(("a", "a")), "a b", "a", "Jira := a b"),
    ];
    for (name, base, salesforce, jira, expected) in rows {
        assert_eq!(outcome(&subject(base, salesforce, jira, &item, &Known::default())), expected, "{name}");
    }
}

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
fn a_persons_decision_settles_a_conflict() {
    let item = item();
    let now = Sides::new(state(&[("Subject", "b")]), state(&[("summary", "c")]));
    let key = item.fields[0].key.clone();
    let seen = |salesforce, jira| Sides::new(Value::text(salesforce), Value::text(jira));
    let decided = |take: &Take, seen| {
        let decision = Decision { take: take.clone(), seen };
        LinkFacts { decisions: [(key.clone(), decision)].into(), ..LinkFacts::default() }
    };
    let planned = |link: &LinkFacts| outcome(&plan(&item, link, None, now.as_ref(), &Known::default()));
    let jira = Take::Side(Side::Jira);
    assert_eq!(planned(&decided(&jira, seen("b", "c"))), "Salesforce := c over an edit");
    assert_eq!(planned(&decided(&jira, seen("b", "x"))), "conflict", "Jira was edited since");
}

#[test]
fn a_value_that_a_person_gave_goes_to_the_one_side_and_then_to_the_other() {
    let item = item();
    let key = item.fields[0].key.clone();
    let take = |value| Take::Value { side: Side::Salesforce, value: Value::text(value) };
    let rows = [
        ("both edited", Some(("a", "a")), ("b", "c"), ("b", "c"), "d", "Salesforce := d over an edit"),
        ("half way", Some(("d", "c")), ("d", "c"), ("b", "c"), "d", "Jira := d"),
        ("half way, and the vendor rewrote it", Some(("D", "c")), ("D", "c"), ("b", "c"), "d", "Jira := D"),
        ("carried out", Some(("d", "d")), ("d", "d"), ("b", "c"), "d", "nothing"),
        ("what was agreed is taken back", Some(("b", "b")), ("b", "b"), ("b", "b"), "a", "Salesforce := a"),
        ("Jira was edited since", Some(("b", "b")), ("b", "x"), ("b", "b"), "a", "Salesforce := x"),
        ("Salesforce was edited since", Some(("b", "b")), ("x", "b"), ("b", "b"), "a", "Jira := x"),
    ];
    for (name, base, now, seen, value, expected) in rows {
        let seen = Sides::new(Value::text(seen.0), Value::text(seen.1));
        let decisions = [(key.clone(), Decision { take: take(value), seen })].into();
        let base = base.map(|(salesforce, jira)| {
            let mut base = Base::default();
            base.set(key.clone(), Sides::new(Value::text(salesforce), Value::text(jira)));
            base
        });
        let now = Sides::new(state(&[("Subject", now.0)]), state(&[("summary", now.1)]));
        let link = LinkFacts { decisions, ..LinkFacts::default() };
        let plan = plan(&item, &link, base.as_ref(), now.as_ref(), &Known::default());
        assert_eq!(outcome(&plan), expected, "{name}");
    }
}

#[test]
fn one_way_fields() {
    let to_jira = |drift| {
        let mut item = ConnectedItem { drift, ..item() };
        item.fields[0].direction = Direction::ToJira;
        item
    };
    let rows = [
        ("the source changed", Drift::Restore, Some(("a", "a")), "b", "a", "Jira := b"),
        ("the target was edited", Drift::Restore, Some(("a", "a")), "a", "x", "Jira := a over an edit"),
        ("the target was edited and may stay", Drift::Keep, Some(("a", "a")), "a", "x", "note"),
        ("both", Drift::Restore, Some(("a", "a")), "b", "x", "Jira := b over an edit"),
        ("first meeting, the source is empty", Drift::Restore, None, "", "x", "note"),
    ];
    for (name, drift, base, salesforce, jira, expected) in rows {
        let plan = subject(base, salesforce, jira, &to_jira(drift), &Known::default());
        assert_eq!(outcome(&plan), expected, "{name}");
    }
    let one_way = ConnectedItem { mode: Mode::OneWay, ..item() };
    assert_eq!(outcome(&subject(Some(("a", "a")), "a", "x", &one_way, &Known::default())), "Jira := a over an edit");
    let display = ConnectedItem { mode: Mode::DisplayOnly, ..item() };
    assert_eq!(outcome(&subject(None, "a", "x", &display, &Known::default())), "agree", "what is shown is remembered");
    assert_eq!(outcome(&subject(Some(("a", "")), "a", "x", &display, &Known::default())), "nothing");
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

#[test]
fn a_refused_value_is_not_sent_again_but_another_is() {
    let item = item();
    let blocked = |value: &str| LinkFacts {
        blocked: [(item.fields[0].key.clone(), Blocked::new(Side::Jira, Value::text(value), "too long"))].into(),
        ..LinkFacts::default()
    };
    let now = Sides::new(state(&[("Subject", "b")]), state(&[("summary", "")]));
    let same = plan(&item, &blocked("b"), None, now.as_ref(), &Known::default());
    assert_eq!((outcome(&same).as_str(), same.notes[0].code), ("note", NoteCode::Blocked));
    let other = plan(&item, &blocked("z"), None, now.as_ref(), &Known::default());
    assert_eq!(outcome(&other), "Jira := b");
}

#[test]
fn an_unreadable_field_is_never_taken_for_empty() {
    let item = item();
    let mut hidden = record(&[]);
    hidden.set("Subject".into(), Field::Unreadable("no access".into()));
    for salesforce in [State::Present(hidden), State::Present(Record::default()), State::Unreadable("403".into())] {
        let jira = state(&[("summary", "a")]);
        let plan = plan(&item, &LinkFacts::default(), None, Sides::new(&salesforce, &jira), &Known::default());
        assert_eq!((outcome(&plan).as_str(), plan.notes[0].code), ("note", NoteCode::Unreadable));
    }
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
