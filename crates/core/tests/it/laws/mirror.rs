//! The same world seen from the other side, and the same plan.

use entente_core::{
    Base, Known, MappingKey, Plan, Side, Sides,
    item::{AutoCreate, ConflictPolicy, Direction, Mode},
    link::Take,
    plan::{FieldWrite, Why, Write, correlation_refusal},
};
use proptest::prelude::*;

use super::{
    chance::linked_by,
    lens::{Lens, PAIRS},
    world::{World, at},
};

/// Lenses that look the same from both sides.
const SYMMETRIC: [Lens; 2] = [Lens::Plain, PAIRS];

/// A world in which nothing prefers a side: flowing both ways, no status, and never two edits too close to order, for
/// then Salesforce wins.
pub(super) fn symmetric() -> impl Strategy<Value = World> {
    linked_by(&SYMMETRIC).prop_map(|mut world| {
        world.item.mode = Mode::TwoWay;
        world.item.status = None;
        for times in world.known.change_times.values_mut() {
            let jira_is_later = times.jira > times.salesforce;
            *times =
                Sides::from_view(if jira_is_later { Side::Jira } else { Side::Salesforce }, Some(at(500)), Some(at(0)));
        }
        world
    })
}

fn swap<T>(sides: Sides<T>) -> Sides<T> {
    Sides::new(sides.jira, sides.salesforce)
}

pub(super) fn world(world: &World) -> World {
    let mut item = world.item.clone();
    item.correlation = item.correlation.map(swap);
    item.conflicts = policy(item.conflicts);
    item.auto_create = match item.auto_create {
        AutoCreate::Jira => AutoCreate::Salesforce,
        AutoCreate::Salesforce => AutoCreate::Jira,
        same => same,
    };
    for mapping in &mut item.fields {
        mapping.paths = swap(mapping.paths.clone());
        mapping.conflicts = mapping.conflicts.map(policy);
        mapping.direction = match mapping.direction {
            Direction::Both => Direction::Both,
            Direction::ToJira => Direction::ToSalesforce,
            Direction::ToSalesforce => Direction::ToJira,
        };
        for pair in mapping.values.iter_mut().flat_map(|values| &mut values.pairs) {
            *pair = (pair.1.clone(), pair.0.clone());
        }
    }
    let mut link = world.link.clone();
    (link.salesforce_id, link.jira_key) = (link.jira_key, link.salesforce_id);
    for decision in link.decisions.values_mut() {
        decision.seen = swap(decision.seen.clone());
        match &mut decision.take {
            Take::Side(side) | Take::Value { side, .. } => *side = side.other(),
        }
    }
    link.blocked.values_mut().for_each(|blocked| blocked.side = blocked.side.other());
    link.blocked = link.blocked.into_iter().map(|(k, blocked)| (key(k), blocked)).collect();
    let base = world.base.fields.iter().map(|(key, values)| (key.clone(), swap(values.clone())));
    let times = world.known.change_times.iter().map(|(key, times)| (key.clone(), swap(*times))).collect();
    World {
        item,
        mapped: world.mapped.clone(),
        link,
        base: Base::of(base),
        now: swap(world.now.clone()),
        known: Known { change_times: times, ..world.known.clone() },
    }
}

/// Only the correlation is remembered by its side.
fn key(key: MappingKey) -> MappingKey {
    let side = Side::BOTH.into_iter().find(|side| key == correlation_refusal(*side));
    side.map_or(key, |side| correlation_refusal(side.other()))
}

fn policy(policy: ConflictPolicy) -> ConflictPolicy {
    match policy {
        ConflictPolicy::SalesforceWins => ConflictPolicy::JiraWins,
        ConflictPolicy::JiraWins => ConflictPolicy::SalesforceWins,
        same => same,
    }
}

/// A plan as the other side sees it. Only the wording of sentences may differ.
pub(super) fn plan(mut plan: Plan) -> Plan {
    for write in &mut plan.writes {
        match write {
            Write::Create { side, fields } | Write::Update { side, fields } => {
                *side = side.other();
                fields.iter_mut().for_each(won);
            }
            Write::Correlate { side, .. } => *side = side.other(),
            Write::Status { .. } | Write::Follow { .. } | Write::Unlink { .. } => {}
        }
    }
    plan.base.iter_mut().for_each(|(_, values)| *values = swap(values.clone()));
    plan.conflicts.iter_mut().for_each(|conflict| conflict.now = swap(conflict.now.clone()));
    plan.notes.iter_mut().for_each(|note| note.key = note.key.take().map(key));
    unordered(plan)
}

fn won(write: &mut FieldWrite) {
    if let Why::Won(by) = &mut write.why {
        *by = policy(*by);
    }
}

/// A plan without its wording and without the order in which it speaks of the two sides.
pub(super) fn unordered(mut plan: Plan) -> Plan {
    plan.writes.sort_by_key(|write| (step(write), write.side()));
    plan.notes.iter_mut().for_each(|note| note.text.clear());
    plan.notes.sort_by_key(|note| (note.key.clone(), note.code));
    plan.writes.iter_mut().for_each(|write| {
        if let Write::Unlink { reason } = write {
            reason.clear();
        }
    });
    plan
}

/// The order of a plan is a promise as far as the kinds of its writes go.
fn step(write: &Write) -> u8 {
    match write {
        Write::Follow { .. } | Write::Unlink { .. } => 0,
        Write::Create { .. } => 1,
        Write::Correlate { .. } => 2,
        Write::Update { .. } => 3,
        Write::Status { .. } => 4,
    }
}
