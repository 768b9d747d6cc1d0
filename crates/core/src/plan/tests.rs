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
mod values;
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

/// A decision is kept while it is refused or cannot be judged; what somebody edits since makes it void, whatever becomes of
/// that edit.
#[test]
fn a_decision_is_kept_until_it_is_carried_out_or_void() {
    let item = item();
    let key = item.fields[0].key.clone();
    let is_kept = |refused: (Side, &str), salesforce: State, jira: &str| {
        let take = Take::Value { side: Side::Jira, value: Value::text("a") };
        let decision = Decision { take, seen: Sides::new(Value::text("b"), Value::text("b")) };
        let blocked = Blocked::new(refused.0, Value::text(refused.1), "too long");
        let (decisions, blocked) = ([(key.clone(), decision)].into(), [(key.clone(), blocked)].into());
        let link = LinkFacts { decisions, blocked, ..LinkFacts::default() };
        let mut base = Base::default();
        base.set(key.clone(), Sides::new(Value::text("b"), Value::text("b")));
        let now = Sides::new(salesforce, state(&[("summary", jira)]));
        plan(&item, &link, Some(&base), now.as_ref(), &Known::default()).decided == [key.clone()]
    };
    let subject = |value: &str| state(&[("Subject", value)]);
    assert!(is_kept((Side::Jira, "x"), subject("b"), "b"), "it is carried out");
    assert!(is_kept((Side::Jira, "a"), subject("b"), "b"), "its value is refused");
    let mut hidden = Record::default();
    hidden.set("Subject".into(), Field::Unreadable("no access".into()));
    assert!(is_kept((Side::Jira, "x"), State::Present(hidden), "b"), "nobody can say");
    assert!(!is_kept((Side::Jira, "x"), subject("x"), "b"), "what was edited since is refused");
    assert!(!is_kept((Side::Jira, "x"), subject("c"), "b"), "it was edited since");
    assert!(!is_kept((Side::Jira, "x"), subject("a"), "a"), "it stands");
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
