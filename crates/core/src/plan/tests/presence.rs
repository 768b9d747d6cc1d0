//! What is there and what is not: creation, deletion, leaving, going on, correlation.

use super::*;

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
    let edited = state(&[("Subject", "b"), ("Origin", "Web"), ("Status", "New"), ("Jira_Reference__c", "")]);
    let edited = plan(&item, &link, None, Sides::new(&edited, &State::None), &Known::default());
    assert!(!edited.writes.is_empty(), "it is another creation now");

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
fn who_loses_a_record_is_told_whether_the_other_was_edited() {
    let item = item();
    let base = Base::of([(item.fields[0].key.clone(), Sides::new(Value::text("a"), Value::text("a")))]);
    let gone = State::Gone { since: Timestamp::from_second(0).unwrap(), confirmed: true };
    let told = |shown: &str| {
        let kept = state(&[("Subject", shown)]);
        let plan = plan(&item, &LinkFacts::default(), Some(&base), Sides::new(&kept, &gone), &Known::default());
        let [Write::Unlink { reason }] = &plan.writes[..] else { panic!("{plan:?}") };
        reason.clone()
    };
    assert_eq!(told("a"), "The Jira record was deleted; the Salesforce record is kept");
    assert_eq!(told("b"), "The Jira record was deleted; the Salesforce record, which was edited since, is kept");
}

#[test]
fn a_pair_ends_only_when_both_losses_are_certain() {
    let gone = |confirmed| State::Gone { since: Timestamp::from_second(0).unwrap(), confirmed };
    let rows = [
        (gone(true), gone(true), "unlink"),
        (gone(true), gone(false), "wait"),
        (gone(false), gone(true), "wait"),
        (gone(true), State::None, "nothing"),
        (State::None, State::None, "nothing"),
    ];
    for (salesforce, jira, expected) in rows {
        let plan = plan(&item(), &LinkFacts::default(), None, Sides::new(&salesforce, &jira), &Known::default());
        let found = match (&plan.writes[..], &plan.notes[..]) {
            ([Write::Unlink { .. }], []) => "unlink",
            ([], [note]) if note.code == NoteCode::Missing => "wait",
            ([], []) => "nothing",
            _ => panic!("{plan:?}"),
        };
        assert_eq!(found, expected, "{salesforce:?} {jira:?}");
    }
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
    let link = LinkFacts { out_of_scope: Some("SUP-3 is of type Task in SUP".into()), ..LinkFacts::default() };
    let leave = |on_leave| {
        let item = ConnectedItem { on_leave, ..item() };
        let now = Sides::new(state(&[("Subject", "b")]), state(&[("summary", "a")]));
        plan(&item, &link, None, now.as_ref(), &Known::default())
    };
    assert_eq!(outcome(&leave(OnLeave::Keep)), "conflict");
    assert_eq!(leave(OnLeave::Pause).notes[0].text, "SUP-3 is of type Task in SUP; the link rests");
    assert!(matches!(&leave(OnLeave::Unlink).writes[..], [Write::Unlink { reason }] if reason.contains("SUP")));
}

#[test]
fn a_link_of_which_one_side_was_deleted_ends_or_rests() {
    let since = Timestamp::from_second(0).unwrap();
    let lose = |on_delete, confirmed| {
        let (item, kept) = (ConnectedItem { on_delete, ..item() }, state(&[("Subject", "a")]));
        plan(
            &item,
            &LinkFacts::default(),
            None,
            Sides::new(&kept, &State::Gone { since, confirmed }),
            &Known::default(),
        )
    };
    assert!(
        matches!(&lose(OnDelete::Unlink, true).writes[..], [Write::Unlink { reason }] if reason.contains("deleted"))
    );
    let rests = lose(OnDelete::Pause, true);
    assert!(rests.writes.is_empty() && rests.notes[0].text.contains("the link rests until it is back"), "{rests:?}");
    for on_delete in [OnDelete::Unlink, OnDelete::Pause] {
        assert_eq!(lose(on_delete, false).notes[0].code, NoteCode::Missing, "nothing is decided before it is certain");
    }
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
    let waits = make(LinkFacts { waits_for: Some("first".into()), ..LinkFacts::default() });
    assert!(waits.writes.is_empty(), "{waits:?}");
    assert_eq!((waits.notes.len(), waits.notes[0].code), (1, NoteCode::Paused), "{waits:?}");
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
    for other in ["500", "500000000000002", "500000000000001AAB"] {
        let plan = correlate("OPS-7", other, None);
        assert_eq!((plan.writes.len(), plan.notes[0].code), (0, NoteCode::CorrelationTaken), "{other}");
    }
    let taken = correlate("OPS-9", "500000000000001AAA", None);
    assert_eq!((taken.writes.len(), taken.notes[0].code), (0, NoteCode::CorrelationTaken));
    let ours = Sides::new(Value::text("OLD-3"), Value::text("500000000000001AAA"));
    let base = Base::of([(MappingKey::named(CORRELATION), ours)]);
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
