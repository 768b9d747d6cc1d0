//! Coming to rest: a link at rest stays there, and one round brings every other link there.

use std::collections::BTreeSet;

use entente_core::{
    Known, MappingKey, Plan,
    item::{Mode, OnLeave},
    plan::{CORRELATION, FieldWrite, Need, STATUS, Write},
};
use proptest::prelude::*;

use super::{
    cases,
    chance::{agreed, alone, linked},
    mirror,
    obey::{Memory, faithful, obey, shouting},
    world::World,
};

fn is_unlinked(plan: &Plan) -> bool {
    plan.writes.iter().any(|write| matches!(write, Write::Unlink { .. }))
}

/// What a plan says about each field, in an order that does not depend on theirs.
fn by_field(plan: Plan) -> BTreeSet<String> {
    let writes = plan.writes.into_iter().flat_map(|write| match write {
        Write::Update { side, fields } => fields.iter().map(|field| format!("{side}: {field:?}")).collect(),
        Write::Status { change, .. } => vec![format!("Jira: {change:?}")],
        other => vec![format!("{other:?}")],
    });
    let base = plan.base.iter().map(|base| format!("{base:?}"));
    let conflicts = plan.conflicts.iter().map(|conflict| format!("{conflict:?}"));
    let notes = plan.notes.iter().map(|note| format!("{note:?}"));
    let needs = plan.needs.iter().map(|need| format!("{need:?}"));
    writes.chain(base).chain(conflicts).chain(notes).chain(needs).collect()
}

/// What a new twin is made with.
fn first_values(write: &Write) -> &[FieldWrite] {
    match write {
        Write::Create { fields, .. } => fields,
        _ => &[],
    }
}

/// The same world with only one of its lines, or with the status alone.
fn only(world: &World, key: &MappingKey) -> World {
    let mut world = world.clone();
    world.item.fields.retain(|mapping| mapping.key == *key);
    world.item.status = world.item.status.filter(|_| key.as_str() == STATUS);
    world
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn a_link_that_is_as_it_was_agreed_is_quiet(world in agreed()) {
        let plan = world.plan();
        prop_assert!(plan.is_quiet(), "{plan:#?}");
    }

    #[test]
    fn one_round_settles_a_link(world in linked()) {
        let plan = world.plan();
        prop_assert!(plan.needs.is_empty(), "what was asked for was given: {plan:#?}");
        if is_unlinked(&plan) {
            return Ok(());
        }
        let after = obey(&world, &plan, Memory::Kept, faithful);
        let second = after.plan();
        prop_assert!(second.writes.is_empty(), "{plan:#?}\n{second:#?}");
        let moves: Vec<_> = second.base.iter().filter(|(key, _)| key.as_str() != CORRELATION).collect();
        prop_assert!(moves.is_empty(), "{second:#?}");
        prop_assert_eq!(&second.conflicts, &plan.conflicts);
        prop_assert_eq!(&second.notes, &plan.notes);
        // I1: what is neither written nor as it was agreed is in sight of a person.
        for mapped in &after.mapped {
            let Some(now) = after.values(mapped).map(|values| values.map(ToString::to_string)) else { continue };
            let told = second.conflicts.iter().any(|c| c.key == mapped.key)
                || second.notes.iter().any(|n| n.key.as_ref() == Some(&mapped.key));
            let rests = world.is_as_agreed(mapped) || !has_started(&world);
            prop_assert!(mapped.lens.agree(&now.salesforce, &now.jira) || told || rests, "{mapped:?}: {now:?}");
        }
    }

    #[test]
    fn a_crash_between_the_writes_and_the_commit_costs_no_second_write(world in linked()) {
        let plan = world.plan();
        if is_unlinked(&plan) {
            return Ok(());
        }
        let second = obey(&world, &plan, Memory::Lost, faithful).plan();
        prop_assert!(second.writes.is_empty(), "{plan:#?}\n{second:#?}");
    }

    #[test]
    fn a_vendor_that_rewrites_what_it_is_given_starts_no_ping_pong(world in linked()) {
        let plan = world.plan();
        if is_unlinked(&plan) {
            return Ok(());
        }
        let second = obey(&world, &plan, Memory::Kept, shouting).plan();
        prop_assert!(second.writes.is_empty(), "{plan:#?}\n{second:#?}");
    }

    #[test]
    fn a_new_twin_is_complete_after_a_second_look((world, there) in alone()) {
        let plan = world.plan();
        let created = plan.writes.first().filter(|write| write.fingerprint().is_some()).and_then(Write::side);
        prop_assert_eq!(created, Some(there.other()));
        let made = obey(&world, &plan, Memory::Kept, faithful);
        // The status of a new issue and fields that flow towards the record wait for the second round.
        let filled = obey(&made, &made.plan(), Memory::Kept, faithful);
        prop_assert!(filled.plan().writes.is_empty(), "{plan:#?}\n{:#?}", filled.plan());
        for write in plan.writes.iter().flat_map(first_values) {
            let path = world.mapped(&write.key).paths.get(there);
            prop_assert_eq!(filled.value(there, path), Some(&write.source), "the record stays as it was");
        }
    }

    #[test]
    fn the_same_world_has_the_same_plan_whatever_else_is_known(world in linked()) {
        prop_assert_eq!(world.plan(), world.plan());
        // Change times are asked for once the statuses are known.
        let statuses = Known { workflow: world.known.workflow.clone(), ..Known::default() };
        let asked: Vec<_> = world.plan_knowing(&statuses).needs;
        let mut enough = world.known.clone();
        enough.change_times.retain(|key, _| asked.contains(&Need::ChangeTimes(key.clone())));
        prop_assert_eq!(world.plan_knowing(&enough), world.plan_knowing(&world.known));
    }

    #[test]
    fn no_field_has_a_say_in_another(world in linked()) {
        let mut world = world;
        world.item.correlation = None;
        world.item.on_leave = OnLeave::Keep;
        let apart = world.mapped.iter().flat_map(|mapped| by_field(only(&world, &mapped.key).plan())).collect();
        prop_assert_eq!(by_field(world.plan()), apart);
    }

    #[test]
    fn neither_side_is_preferred_where_the_item_prefers_none(world in mirror::symmetric()) {
        let here = mirror::plan(world.plan());
        let there = mirror::unordered(mirror::world(&world).plan());
        prop_assert_eq!(here, there);
    }
}

/// A display-only item writes nothing and says nothing.
fn has_started(world: &World) -> bool {
    world.item.mode != Mode::DisplayOnly
}
