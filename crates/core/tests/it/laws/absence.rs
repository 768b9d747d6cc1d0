//! What may be concluded from a record that is not there: little.

use entente_core::{
    Field, MappingKey, Plan, Record, Side, State, Value,
    filter::Verdict,
    item::{Mode, OnLeave},
    link::Blocked,
    plan::{CORRELATION, NoteCode, Write, admits},
};
use proptest::prelude::*;

use super::{
    cases,
    chance::{alone, uncertain},
    world::{FILTER_FIELD, FILTER_TEXT, World},
};

fn created(plan: &Plan) -> Option<Side> {
    plan.writes.iter().find_map(|write| match write {
        Write::Create { side, .. } => Some(*side),
        _ => None,
    })
}

/// Whether the record of a side is there and shows that it belongs to the item.
fn enters(world: &World, side: Side) -> bool {
    let shown = world.now.get(side).present().and_then(|record| record.value(FILTER_FIELD));
    shown == Some(&Value::text(FILTER_TEXT))
}

/// Whether the record of a side shows that it has, or is meant to have, a twin; or hides whether it does.
fn names(world: &World, side: Side) -> bool {
    let Some(paths) = &world.item.correlation else { return false };
    let shows = |record: &Record| record.value(paths.get(side).as_str()).is_none_or(|shown| !shown.is_empty());
    world.now.get(side).present().is_some_and(shows)
}

fn is_surely_gone(state: &State) -> bool {
    matches!(state, State::Gone { confirmed: true, .. })
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn a_twin_is_made_only_for_a_record_that_enters_and_where_there_never_was_one(world in uncertain()) {
        let plan = world.plan();
        for side in Side::BOTH {
            let lacks = *world.now.get(side) == State::None;
            let wanted = lacks && enters(&world, side.other()) && world.item.creates_on(side) && !names(&world, side.other());
            prop_assert_eq!(created(&plan) == Some(side), wanted, "{}: {:#?}", side, plan);
        }
        let n_created = plan.writes.iter().filter(|write| write.fingerprint().is_some()).count();
        prop_assert!(n_created <= 1);
    }

    #[test]
    fn a_link_is_dissolved_only_for_a_certain_loss_or_by_the_items_own_rule(world in uncertain()) {
        let plan = world.plan();
        let lost = Side::BOTH.into_iter().any(|side| is_surely_gone(world.now.get(side)));
        let left = |record| admits(&world.item, Side::Salesforce, record) == Verdict::Fails;
        let left = world.item.on_leave == OnLeave::Unlink && world.now.salesforce.present().is_some_and(left);
        if plan.writes.iter().any(|write| matches!(write, Write::Unlink { .. })) {
            prop_assert!(lost || left, "{plan:#?}");
            prop_assert_eq!(plan.writes.len(), 1, "nothing is written to a link that ends");
        }
    }

    #[test]
    fn nothing_is_concluded_from_a_record_that_cannot_be_read(world in uncertain()) {
        let unreadable = |side: &Side| matches!(world.now.get(*side), State::Unreadable(_));
        if !Side::BOTH.iter().any(unreadable) {
            return Ok(());
        }
        let plan = world.plan();
        let codes: Vec<NoteCode> = plan.notes.iter().map(|note| note.code).collect();
        prop_assert_eq!(codes, [NoteCode::Unreadable]);
        prop_assert_eq!(Plan { notes: Vec::new(), ..plan }, Plan::default());
    }

    #[test]
    fn a_loss_that_is_not_certain_waits(world in uncertain()) {
        let waits = |side: &Side| matches!(world.now.get(*side), State::Gone { confirmed: false, .. });
        if !Side::BOTH.iter().any(waits) {
            return Ok(());
        }
        let plan = world.plan();
        prop_assert!(plan.writes.is_empty() && plan.base.is_empty() && plan.conflicts.is_empty(), "{plan:#?}");
    }

    #[test]
    fn fields_are_written_only_where_both_records_are(world in uncertain()) {
        let there = Side::BOTH.into_iter().all(|side| world.now.get(side).present().is_some());
        let plan = world.plan();
        if !there && created(&plan).is_none() {
            prop_assert!(plan.writes.iter().all(|write| matches!(write, Write::Unlink { .. })), "{plan:#?}");
            prop_assert!(plan.base.is_empty() && plan.conflicts.is_empty() && plan.needs.is_empty(), "{plan:#?}");
        }
    }

    #[test]
    fn a_record_that_left_the_filter_is_left_alone_where_the_item_says_so(world in uncertain()) {
        let (salesforce, jira) = (world.now.salesforce.present(), world.now.jira.present());
        if salesforce.is_none() || jira.is_none() || world.item.mode == Mode::DisplayOnly {
            return Ok(());
        }
        let origin = salesforce.and_then(|record| record.field(FILTER_FIELD));
        let left = matches!(origin, Some(Field::Known(value)) if *value != Value::text(FILTER_TEXT));
        let plan = world.plan();
        let rests = plan.notes.iter().any(|note| note.code == NoteCode::Left);
        prop_assert_eq!(rests, left && world.item.on_leave == OnLeave::Pause);
        prop_assert!(!rests || plan.writes.is_empty(), "{plan:#?}");
    }

    #[test]
    fn a_refused_creation_is_not_tried_again_until_it_would_be_another((world, _) in alone()) {
        let mut world = world;
        let plan = world.plan();
        let refused = plan.writes.iter().find_map(Write::fingerprint).expect("it is created");
        let side = created(&plan).expect("it is created");
        let blocked = Blocked::new(side, refused, "no");
        world.link.blocked.insert(MappingKey::named(CORRELATION), blocked);
        prop_assert_eq!(created(&world.plan()), None);
        let other = Blocked::new(side, Value::text("other"), "no");
        world.link.blocked.insert(MappingKey::named(CORRELATION), other);
        prop_assert_eq!(world.plan(), plan);
    }
}
