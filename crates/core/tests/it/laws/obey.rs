//! Obeys a plan as two faultless vendors would.

use entente_core::{
    Field, MappingKey, Plan, Record, Side, Sides, State, Value,
    plan::{CORRELATION, FieldWrite, STATUS, Write},
};

use super::world::{ISSUE_KEY, RECORD_ID, World};

/// What is left of a round.
#[derive(Clone, Copy)]
pub(super) enum Memory {
    /// The base was committed.
    Kept,
    /// The process died between the vendors' answers and the commit.
    Lost,
}

/// The world after a plan, where the vendors keep what they are given as `peer` makes of it.
pub(super) fn obey(world: &World, plan: &Plan, memory: Memory, peer: fn(&Value) -> Value) -> World {
    let mut after = world.clone();
    for write in &plan.writes {
        match write {
            Write::Create { side, fields } => {
                create(&mut after, *side);
                fields.iter().for_each(|field| put(&mut after, *side, field, peer));
            }
            Write::Update { side, fields } => fields.iter().for_each(|field| put(&mut after, *side, field, peer)),
            Write::Status { change, .. } => put(&mut after, Side::Jira, change, peer),
            Write::Correlate { side, path, .. } => {
                let expected = Sides::new(ISSUE_KEY, RECORD_ID).map(Value::text);
                after.set(*side, path.clone(), Field::Known(expected.get(*side).clone()));
                after.base.set(MappingKey::named(CORRELATION), expected);
            }
            Write::Follow { reason, .. } | Write::Unlink { reason } => {
                panic!("there is no world after a link: {reason}")
            }
        }
    }
    for (key, values) in &plan.base {
        after.base.set(key.clone(), values.clone());
    }
    if matches!(memory, Memory::Lost) {
        after.base = world.base.clone();
    }
    after
}

/// As a vendor keeps what it is given.
pub(super) fn faithful(value: &Value) -> Value {
    value.clone()
}

/// A vendor with ideas of its own.
pub(super) fn shouting(value: &Value) -> Value {
    value.as_text().map_or(value.clone(), |text| Value::text(&format!("{}!", text.to_uppercase())))
}

fn put(world: &mut World, side: Side, write: &FieldWrite, peer: fn(&Value) -> Value) {
    // Statuses are chosen from a list; nobody rewrites them.
    let shown = if write.key.as_str() == STATUS { write.to.clone() } else { peer(&write.to) };
    world.set(side, write.path.clone(), Field::Known(shown.clone()));
    world.base.set(write.key.clone(), Sides::from_view(side, shown, write.source.clone()));
}

/// A new record: nothing in it but the name of its counterpart, and in Jira the status that the workflow begins with.
fn create(world: &mut World, side: Side) {
    let mut record = Record::default();
    for mapped in &world.mapped {
        let begins = mapped.key.as_str() == STATUS && side == Side::Jira;
        let value = if begins { Value::text("x") } else { Value::Empty };
        record.set(mapped.paths.get(side).clone(), Field::Known(value));
    }
    if let Some(paths) = &world.item.correlation {
        let expected = Sides::new(ISSUE_KEY, RECORD_ID);
        record.set(paths.get(side).clone(), Field::Known(Value::text(expected.get(side))));
    }
    *world.now.get_mut(side) = State::Present(record);
    world.link.salesforce_id = Some(RECORD_ID.into());
    world.link.jira_key = Some(ISSUE_KEY.into());
}
