//! Each write by itself: where its value comes from, what it takes away, and what must never be written.

use std::collections::BTreeMap;

use entente_core::{
    MappingKey, Plan, Side, Sides, Value,
    item::{Direction, Mode},
    plan::{CORRELATION, FieldWrite, Need, NoteCode, STATUS, Write, correlation_refusal},
};
use proptest::prelude::*;

use super::{
    cases,
    chance::{alone, linked},
    world::{ISSUE_KEY, RECORD_ID, World, refusal},
};

/// All field writes of a plan, creations included, with their side.
fn field_writes(plan: &Plan) -> Vec<(Side, &FieldWrite)> {
    let of = |write| match write {
        &Write::Create { side, ref fields } | &Write::Update { side, ref fields } => {
            fields.iter().map(|field| (side, field)).collect()
        }
        Write::Status { change, .. } => vec![(Side::Jira, change)],
        Write::Correlate { .. } | Write::Follow { .. } | Write::Unlink { .. } => Vec::new(),
    };
    plan.writes.iter().flat_map(of).collect()
}

fn direction(world: &World, key: &MappingKey) -> Direction {
    let line = world.item.fields.iter().find(|mapping| mapping.key == *key);
    line.map_or(Direction::Both, |mapping| mapping.direction)
}

/// Whether a correlation field names the counterpart; people paste Salesforce ids of 15 characters.
fn is_id(side: Side, shown: &Value) -> bool {
    match (side, shown.as_text()) {
        (_, None) => false,
        (Side::Salesforce, Some(text)) => text == ISSUE_KEY,
        (Side::Jira, Some(text)) => text == RECORD_ID || text == &RECORD_ID[..15],
    }
}

fn comes_from_the_other_side(world: &World, plan: &Plan) -> Result<(), TestCaseError> {
    for (side, write) in field_writes(plan) {
        let mapped = world.mapped(&write.key);
        let source = world.value(side.other(), mapped.paths.get(side.other()));
        prop_assert_eq!(Some(&write.source), source, "{:#?}", write);
        let text = write.source.to_string();
        let to = match side {
            Side::Salesforce => mapped.lens.to_salesforce(&text),
            Side::Jira => mapped.lens.to_jira(&text),
        };
        prop_assert_eq!(Some(write.to.to_string()), to, "{:#?}", write);
        prop_assert_eq!(&write.path, mapped.paths.get(side));
        prop_assert!(direction(world, &write.key).allows(side), "{write:#?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn every_written_value_came_from_the_other_side_through_the_mapping(world in linked()) {
        comes_from_the_other_side(&world, &world.plan())?;
    }

    #[test]
    fn every_value_of_a_new_twin_came_from_its_record((world, there) in alone()) {
        let plan = world.plan();
        comes_from_the_other_side(&world, &plan)?;
        for (_, write) in field_writes(&plan) {
            prop_assert!(write.from.is_empty() && !write.to.is_empty() && !write.overwrites, "{write:#?}");
        }
        for write in &plan.writes {
            if let Write::Correlate { side, path, from } = write {
                prop_assert_eq!((*side, world.value(there, path)), (there, Some(from)));
            }
        }
    }

    #[test]
    fn no_edit_is_lost(world in linked()) {
        for (side, write) in field_writes(&world.plan()) {
            let shown = world.value(side, &write.path);
            prop_assert_eq!(shown, Some(&write.from), "a write knows what it replaces");
            let agreed = world.base.get(&write.key).map(|base| base.get(side));
            let somebodys = !write.from.is_empty() && agreed != Some(&write.from);
            prop_assert_eq!(write.overwrites, somebodys, "{:#?}", write);
            prop_assert_ne!(&write.to, &write.from, "what is there already is not written");
        }
    }

    #[test]
    fn every_field_that_is_not_as_agreed_is_accounted_for_once(world in linked()) {
        let plan = world.plan();
        let mut told: BTreeMap<MappingKey, usize> = BTreeMap::new();
        let keys = field_writes(&plan).into_iter().map(|(_, write)| &write.key);
        let keys = keys.chain(plan.base.iter().map(|(key, _)| key)).chain(plan.conflicts.iter().map(|c| &c.key));
        let keys = keys.chain(plan.notes.iter().filter_map(|note| note.key.as_ref()));
        let keys = keys.cloned().chain(plan.needs.iter().map(Need::mapping));
        keys.for_each(|key| *told.entry(key).or_default() += 1);
        told.retain(|key, _| !key.as_str().starts_with(CORRELATION));
        for mapped in &world.mapped {
            let times = told.remove(&mapped.key).unwrap_or_default();
            match world.values(mapped) {
                _ if world.item.mode == Mode::DisplayOnly => prop_assert!(times <= 1, "{:#?}", plan),
                Some(_) => prop_assert_eq!(times, usize::from(!world.is_as_agreed(mapped)), "{:#?}", plan),
                None => prop_assert!(times >= 1, "{:?} cannot be read: {:#?}", mapped.key, plan),
            }
        }
        prop_assert!(told.is_empty(), "nobody mapped {told:?}");
    }

    #[test]
    fn what_cannot_be_read_on_both_sides_is_never_written(world in linked()) {
        let plan = world.plan();
        for (_, write) in field_writes(&plan) {
            prop_assert!(world.values(world.mapped(&write.key)).is_some(), "{write:#?}");
        }
        for (key, _) in plan.base.iter().filter(|_| world.item.mode != Mode::DisplayOnly) {
            let readable = world.mapped.iter().find(|m| m.key == *key).is_none_or(|m| world.values(m).is_some());
            prop_assert!(readable, "{key} became base unread");
        }
    }

    #[test]
    fn what_a_vendor_refused_is_not_sent_again(world in linked()) {
        let plan = world.plan();
        for (side, write) in field_writes(&plan) {
            let again = refusal(&write.key, &write.from, &write.to);
            let refused = world.link.blocked.get(&write.key).is_some_and(|b| b.side == side && b.value == again);
            prop_assert!(!refused, "{write:#?}");
        }
        for note in plan.notes.iter().filter(|note| note.code == NoteCode::Blocked) {
            let known = note.key.as_ref().is_some_and(|key| world.link.blocked.contains_key(key));
            prop_assert!(known, "only what was refused is called so: {note:?}");
        }
    }

    #[test]
    fn a_correlation_field_is_never_taken_from_another(world in linked()) {
        let plan = world.plan();
        let agreed = world.base.fields.get(CORRELATION);
        let Some(paths) = &world.item.correlation else {
            let invented = plan.writes.iter().any(|write| matches!(write, Write::Correlate { .. }));
            prop_assert!(!invented);
            return Ok(());
        };
        let n_said = |code| plan.notes.iter().filter(|note| note.code == code).count();
        let mut n_taken = 0;
        for side in Side::BOTH.into_iter().filter(|_| world.item.mode != Mode::DisplayOnly) {
            let shown = world.value(side, paths.get(side));
            let written = plan.writes.iter().find_map(|write| match write {
                Write::Correlate { side: at, from, .. } if *at == side => Some(from),
                _ => None,
            });
            let wrong = shown.filter(|value| !is_id(side, value) && !world.link.blocked.contains_key(&correlation_refusal(side)));
            let free = wrong.filter(|value| value.is_empty() || agreed.is_some_and(|a| a.get(side) == *value));
            prop_assert_eq!(written, free, "{} shows {:?}", side, shown);
            n_taken += usize::from(wrong.is_some() && free.is_none());
        }
        prop_assert_eq!(n_said(NoteCode::CorrelationTaken), n_taken);
    }

    #[test]
    fn the_mode_bounds_every_write(world in linked()) {
        let plan = world.plan();
        match world.item.mode {
            Mode::DisplayOnly => {
                prop_assert!(plan.writes.is_empty() && plan.conflicts.is_empty() && plan.needs.is_empty(), "{plan:#?}");
            }
            Mode::TwoWay => {}
            Mode::OneWay => for (side, write) in field_writes(&plan) {
                prop_assert!(side == Side::Jira || write.key.as_str() == STATUS, "{write:#?}");
            }
        }
    }

    #[test]
    fn what_agrees_becomes_base_as_each_side_shows_it(world in linked()) {
        for (key, values) in world.plan().base {
            if key.as_str() == CORRELATION {
                prop_assert_eq!(values, Sides::new(ISSUE_KEY, RECORD_ID).map(Value::text));
                let paths = world.item.correlation.as_ref().expect("what is not there does not agree");
                let right = |side: Side| world.value(side, paths.get(side)).is_some_and(|value| is_id(side, value));
                prop_assert!(right(Side::Salesforce) && right(Side::Jira));
                continue;
            }
            if world.item.mode == Mode::DisplayOnly {
                // Nothing agrees there: what Salesforce shows is remembered.
                let line = world.item.fields.iter().find(|line| line.key == key).expect("a line");
                let shown = world.value(Side::Salesforce, &line.paths.salesforce).cloned();
                prop_assert_eq!(Some(values), shown.map(|shown| Sides::new(shown, Value::Empty)));
                continue;
            }
            let mapped = world.mapped(&key);
            prop_assert_eq!(Some(values.as_ref()), world.values(mapped));
            let texts = values.map(|value| value.to_string());
            prop_assert!(mapped.lens.agree(&texts.salesforce, &texts.jira), "{key}: {texts:?}");
        }
    }
}
