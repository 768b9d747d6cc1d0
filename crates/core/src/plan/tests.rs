//! The reconciliation table, row by row, and the questions around it.

use jiff::Timestamp;

use super::*;
use crate::{
    filter::{Condition, Filter},
    item::{
        AutoCreate, BaseForm, Direction, Drift, FieldMapping, ItemState, JiraEnd, Mode, OnConvert, OnLeave, OnMerge,
        SalesforceEnd, Start, StatusMapping, ValueMap,
    },
    link::{Blocked, Decision, Heir, Succession, Take},
    record::{Field, Record},
    transform::Transform,
};

mod rich_text;

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
        on_leave: OnLeave::Keep,
        on_merge: OnMerge::Follow,
        on_convert: OnConvert::Keep,
        auto_create: AutoCreate::Jira,
        correlation: None,
        related: Default::default(),
        fields: vec![FieldMapping::plain("Subject", "summary")],
        status: None,
        conflicts: ConflictPolicy::Ask,
        drift: Drift::Restore,
        base: BaseForm::Values,
        batch: None,
        poll_seconds: None,
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
    let base = base.map(|(s, j)| Base { fields: [(key, Sides::new(Value::text(s), Value::text(j)))].into() });
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
    let at = |s: i64| Some(Timestamp::from_second(s).unwrap());
    let rows = [
        ("Salesforce wins", SalesforceWins, None, "Jira := b over an edit"),
        ("Jira wins", JiraWins, None, "Salesforce := c over an edit"),
        ("latest, times unknown yet", LatestWins, None, "need"),
        ("latest, Jira clearly later", LatestWins, Some((at(0), at(121))), "Salesforce := c over an edit"),
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

#[test]
fn an_edit_on_top_of_a_write_that_was_never_recorded_is_no_conflict() {
    let item = ConnectedItem { conflicts: ConflictPolicy::LatestWins, ..item() };
    let key = item.fields[0].key.clone();
    let at = |s: i64| Some(Timestamp::from_second(s).unwrap());
    let mut known = Known::default();
    known.change_times.insert(key.clone(), Sides::new(at(0), at(1)));
    known.jira_before.insert(key.clone(), Value::text("b"));
    assert_eq!(outcome(&subject(Some(("a", "a")), "b", "c", &item, &known)), "Salesforce := c over an edit");
    known.jira_before.insert(key, Value::text("a"));
    assert_eq!(outcome(&subject(Some(("a", "a")), "b", "c", &item, &known)), "Jira := b over an edit", "side by side");
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
        let base = Base { fields: [(key, Sides::new(base.0, Value::text(base.1)))].into() };
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

#[test]
fn creation() {
    let mut item = item();
    item.salesforce.filter = Filter::Test("Origin".into(), Condition::Is(Value::text("Web")));
    item.correlation = Some(Sides::new("Jira_Reference__c".into(), "Salesforce Case ID".into()));
    item.status = Some(StatusMapping::new("Status", ValueMap::of_texts([("New", "To Do")])));
    let create = |origin: &str, item: &ConnectedItem, link: &LinkFacts, known: &Known| {
        let source = state(&[("Subject", "a"), ("Origin", origin), ("Status", "New"), ("Jira_Reference__c", "")]);
        plan(item, link, None, Sides::new(&source, &State::None), known)
    };
    let made = create("Web", &item, &LinkFacts::default(), &Known::default());
    let kinds: Vec<_> = made.writes.iter().map(explain::operation).collect();
    assert_eq!(kinds, ["create", "update", "transition"], "create, then correlation, then status");
    let other = create("Phone", &item, &LinkFacts::default(), &Known::default());
    assert!(other.is_quiet(), "the filter decides entry");
    let none = ConnectedItem { auto_create: AutoCreate::None, ..item.clone() };
    assert!(create("Web", &none, &LinkFacts::default(), &Known::default()).is_quiet());

    let refused = made.writes[0].fingerprint().unwrap();
    let blocked = Blocked::new(Side::Jira, refused, "no");
    let link = LinkFacts { blocked: [(MappingKey::named(CORRELATION), blocked)].into(), ..LinkFacts::default() };
    let again = create("Web", &item, &link, &Known::default());
    assert_eq!((again.writes.len(), again.notes[0].code), (0, NoteCode::Blocked), "not tried again unchanged");

    let now = ConnectedItem { start: Start::Now, ..item };
    let (early, late) = (Timestamp::from_second(10).unwrap(), Timestamp::from_second(20).unwrap());
    let known = Known { item_started: Some(late), ..Known::default() };
    let born = |created| LinkFacts { created: Some(created), ..LinkFacts::default() };
    assert!(create("Web", &now, &born(early), &known).is_quiet(), "older than the item's start");
    assert!(!create("Web", &now, &born(late), &known).is_quiet());
}

#[test]
fn a_record_that_is_gone_is_never_made_again() {
    let item = item();
    let kept = state(&[("summary", "a")]);
    let since = Timestamp::from_second(0).unwrap();
    let gone = |confirmed| State::Gone { since, confirmed };
    let maybe = plan(&item, &LinkFacts::default(), None, Sides::new(&gone(false), &kept), &Known::default());
    assert_eq!((maybe.writes.len(), maybe.notes[0].code), (0, NoteCode::Missing));
    let surely = plan(&item, &LinkFacts::default(), None, Sides::new(&gone(true), &kept), &Known::default());
    assert!(matches!(surely.writes[..], [Write::Unlink { .. }]));
}

#[test]
fn leaving_the_filter() {
    let leave = |on_leave| {
        let mut item = ConnectedItem { on_leave, ..item() };
        item.salesforce.filter = Filter::Test("Origin".into(), Condition::Is(Value::text("Web")));
        let now = Sides::new(state(&[("Subject", "b"), ("Origin", "Phone")]), state(&[("summary", "a")]));
        plan(&item, &LinkFacts::default(), None, now.as_ref(), &Known::default())
    };
    assert_eq!(outcome(&leave(OnLeave::Keep)), "conflict");
    assert_eq!(outcome(&leave(OnLeave::Pause)), "note");
    assert!(matches!(leave(OnLeave::Unlink).writes[..], [Write::Unlink { .. }]));
}

#[test]
fn an_issue_that_left_the_project_is_treated_as_a_record_that_left_the_filter() {
    let link = LinkFacts { out_of_scope: Some("SUP-3 is a Task of SUP".into()), ..LinkFacts::default() };
    let leave = |on_leave| {
        let item = ConnectedItem { on_leave, ..item() };
        let now = Sides::new(state(&[("Subject", "b")]), state(&[("summary", "a")]));
        plan(&item, &link, None, now.as_ref(), &Known::default())
    };
    assert_eq!(outcome(&leave(OnLeave::Keep)), "conflict");
    assert_eq!(leave(OnLeave::Pause).notes[0].text, "SUP-3 is a Task of SUP; the link rests");
    assert!(matches!(&leave(OnLeave::Unlink).writes[..], [Write::Unlink { reason }] if reason.contains("SUP")));
}

#[test]
fn a_record_that_goes_on_in_another_one() {
    let item = ConnectedItem { on_convert: OnConvert::FollowContact, ..item() };
    let since = Timestamp::from_second(0).unwrap();
    let (gone, there) = (State::Gone { since, confirmed: true }, state(&[("Subject", "a")]));
    let kept = state(&[("summary", "b")]);
    let heir = |issue: Option<&str>| Heir { item: "other".into(), id: "500B".into(), issue: issue.map(Into::into) };
    let merged = |issue| Succession::Merged(heir(issue));
    let converted = |heir: Option<Heir>| Succession::Converted { heir, lacking: Some("there is no item".into()) };
    let run = |item: &ConnectedItem, salesforce: &State, succession| {
        let link = LinkFacts { succession: Some(succession), ..LinkFacts::default() };
        let plan = plan(item, &link, None, Sides::new(salesforce, &kept), &Known::default());
        match &plan.writes[..] {
            [Write::Follow { item, salesforce_id, .. }] => format!("follow {salesforce_id} in {item}"),
            [Write::Unlink { reason }] => format!("unlink: {reason}"),
            _ => outcome(&plan),
        }
    };
    assert_eq!(run(&item, &gone, merged(None)), "follow 500B in other");
    let taken =
        "unlink: The Salesforce record was merged into 500B, which is linked with OPS-3; the Jira record is kept";
    assert_eq!(run(&item, &gone, merged(Some("OPS-3"))), taken);
    let alone = ConnectedItem { on_merge: OnMerge::Unlink, ..item.clone() };
    assert!(run(&alone, &gone, merged(None)).starts_with("unlink: The Salesforce record was merged into 500B;"));
    assert_eq!(run(&item, &there, converted(Some(heir(None)))), "follow 500B in other");
    assert_eq!(run(&item, &there, converted(None)), "conflict, note", "nobody to follow");
    let unlinks = ConnectedItem { on_convert: OnConvert::Unlink, ..item.clone() };
    assert_eq!(run(&unlinks, &there, converted(None)), "unlink: The lead was converted; the Jira record is kept");
    let wins = ConnectedItem { on_convert: OnConvert::Keep, conflicts: ConflictPolicy::JiraWins, ..item };
    assert_eq!(run(&wins, &there, converted(Some(heir(None)))), "note", "nothing is written to a converted lead");
}

#[test]
fn what_had_a_twin_or_goes_on_elsewhere_gets_no_twin() {
    let make = |link: LinkFacts| {
        let now = Sides::new(state(&[("Subject", "a")]), State::None);
        plan(&item(), &link, None, now.as_ref(), &Known::default())
    };
    assert!(matches!(make(LinkFacts::default()).writes[0], Write::Create { .. }));
    assert!(make(LinkFacts { was_linked: true, ..LinkFacts::default() }).is_quiet());
    let converted = Succession::Converted { heir: None, lacking: None };
    assert!(make(LinkFacts { succession: Some(converted), ..LinkFacts::default() }).is_quiet());
}

#[test]
fn correlation_is_kept_true_and_never_stolen() {
    let mut item = item();
    item.fields.clear();
    item.correlation = Some(Sides::new("Ref".into(), "Case ID".into()));
    let link = LinkFacts {
        salesforce_id: Some("500000000000001AAA".into()),
        jira_key: Some("OPS-7".into()),
        ..LinkFacts::default()
    };
    let correlate = |reference: &str, case_id: &str, base: Option<&Base>| {
        let now = Sides::new(state(&[("Ref", reference)]), state(&[("Case ID", case_id)]));
        plan(&item, &link, base, now.as_ref(), &Known::default())
    };
    let empty = correlate("", "", None);
    assert_eq!(empty.writes.len(), 2);
    let both = correlate("OPS-7", "500000000000001", None);
    assert_eq!(outcome(&both), "agree", "a 15-character id is the same id");
    let taken = correlate("OPS-9", "500000000000001AAA", None);
    assert_eq!((taken.writes.len(), taken.notes[0].code), (0, NoteCode::CorrelationTaken));
    let ours = Sides::new(Value::text("OLD-3"), Value::text("500000000000001AAA"));
    let base = Base { fields: [(MappingKey::named(CORRELATION), ours)].into() };
    let moved = correlate("OLD-3", "500000000000001AAA", Some(&base));
    assert!(matches!(moved.writes[..], [Write::Correlate { side: Side::Salesforce, .. }]), "the issue moved");
    let found = LinkFacts { former_key: Some("OLD-3".into()), ..link.clone() };
    let now = Sides::new(state(&[("Ref", "OLD-3")]), state(&[("Case ID", "500000000000001AAA")]));
    let moved = plan(&item, &found, None, now.as_ref(), &Known::default());
    assert!(matches!(moved.writes[..], [Write::Correlate { side: Side::Salesforce, .. }]), "before it was linked");
}

#[test]
fn a_record_whose_correlation_field_is_not_seen_to_be_empty_gets_no_twin() {
    let correlation = Sides::new("Ref".into(), "Case ID".into());
    let item = ConnectedItem { correlation: Some(correlation), auto_create: AutoCreate::Both, ..item() };
    let rows = [
        ("empty", Some(Field::Known(Value::Empty)), None),
        ("it names another", Some(Field::Known(Value::text("X"))), Some(NoteCode::CorrelationTaken)),
        ("hidden", Some(Field::Unreadable("hidden".to_owned())), Some(NoteCode::Unreadable)),
        ("not returned", None, Some(NoteCode::Unreadable)),
    ];
    for (name, shown, code) in rows {
        for (side, path, field) in [(Side::Salesforce, "Ref", "Subject"), (Side::Jira, "Case ID", "summary")] {
            let mut source = record(&[(field, "a")]);
            shown.clone().into_iter().for_each(|shown| source.set(path.into(), shown));
            let (there, none) = (State::Present(source), State::None);
            let now = Sides::from_view(side, &there, &none);
            let plan = plan(&item, &LinkFacts::default(), None, now, &Known::default());
            assert_eq!(plan.notes.first().map(|note| note.code), code, "{name} in {side}");
            assert_eq!(plan.writes.is_empty(), code.is_some(), "{name} in {side}: {:?}", plan.writes);
        }
    }
}

#[test]
fn status() {
    let mut item = item();
    item.fields.clear();
    item.mode = Mode::OneWay;
    let values = ValueMap::of_texts([("New", "To Do"), ("Working", "In Progress"), ("Closed", "Done")]);
    item.status = Some(StatusMapping::new("Status", values));
    let status = |base: Option<(&str, &str)>, salesforce: &str, jira: &str| {
        let base = base.map(|(s, j)| Base {
            fields: [(MappingKey::named(STATUS), Sides::new(Value::text(s), Value::text(j)))].into(),
        });
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
        let base = Base { fields: [(MappingKey::named(STATUS), agreed)].into() };
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
    assert_eq!(status("New", "Rejected"), "Salesforce := Closed", "the only status that closes a case");
    let none = status("Mislaid", "To Do");
    for name in ["\"Mislaid\"", "\"To Do\"", "left as they are"] {
        assert!(none.contains(name), "{none}");
    }
}
