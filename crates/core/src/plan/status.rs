//! Status, which flows both ways whatever the item's mode, and which Jira takes only as a transition.
//!
//! The side that changed since the base wins; both: the later; no base: Salesforce, so that a new issue never
//! overwrites the record it was made for.

use super::{
    FieldWrite, Need, Plan, Write,
    field::{Scene, Verdict},
};
use crate::{
    base::Base,
    item::{ConflictPolicy, ConnectedItem, Direction, Drift, FieldMapping, MappingKey, StatusMapping},
    known::Known,
    link::LinkFacts,
    plan::{Conflict, Note, NoteCode},
    record::{Field, FieldPath, Record},
    side::{Side, Sides},
    value::Value,
};

/// Key of the status in bases, notes and conflicts, and Jira's name for its field.
pub const STATUS: &str = "status";

/// The status table as a mapping like any other.
pub(super) fn mapping(status: &StatusMapping) -> FieldMapping {
    FieldMapping {
        key: MappingKey::named(STATUS),
        paths: Sides::new(status.field.clone(), FieldPath::from(STATUS)),
        direction: Direction::Both,
        values: Some(status.values.clone()),
        to_jira: Vec::new(),
        to_salesforce: Vec::new(),
        further: Sides::default(),
        conflicts: None,
    }
}

/// The status of a record that is about to be created.
pub(super) fn create(item: &ConnectedItem, target: Side, source: &Record, plan: &mut Plan) -> Option<FieldWrite> {
    let mapping = mapping(item.status.as_ref()?);
    super::presence::first_value(&mapping, target, source, plan)
}

/// What should happen to the status of a link whose sides are both there. A Salesforce status joins the record's
/// update; a Jira status is a write of its own, which is returned.
pub(super) fn reconcile(
    item: &ConnectedItem,
    link: &LinkFacts,
    base: Option<&Base>,
    now: Sides<&Record>,
    known: &Known,
    plan: &mut Plan,
    updates: &mut Sides<Vec<FieldWrite>>,
) -> Option<Write> {
    let status = item.status.as_ref()?;
    let (salesforce, jira) = (now.salesforce.field(status.field.as_str()), now.jira.field(STATUS));
    let (Some(Field::Known(salesforce)), Some(Field::Known(jira))) = (salesforce, jira) else {
        plan.notes.push(Note {
            code: NoteCode::Unreadable,
            key: Some(MappingKey::named(STATUS)),
            text: format!("The status cannot be read on both sides ({} and {STATUS})", status.field),
        });
        return None;
    };
    let agreed = base.and_then(|b| b.fields.get(STATUS));
    let chosen = link.decisions.get(STATUS);
    if chosen.is_none() && agreed.is_some_and(|a| a.salesforce == *salesforce && a.jira == *jira) {
        return None;
    }
    let mapping = mapping(status);
    let scene = Scene {
        mapping: &mapping,
        direction: Direction::Both,
        drift: Drift::Restore,
        policy: if agreed.is_some() { ConflictPolicy::LatestWins } else { ConflictPolicy::SalesforceWins },
        agreed,
        now: Sides::new(salesforce, jira),
    };
    let write = match scene.chosen(chosen, link) {
        Some(write) => write,
        None if scene.is_as_agreed() => return None,
        None => match scene.verdict(link, known) {
            Verdict::Write(side, why) => scene.write(side, why, link).map(|change| (side, change)),
            verdict => return unwritten(verdict, &mapping, scene.now, plan),
        },
    };
    match write {
        Ok((Side::Jira, change)) => return Some(Write::Status { change, via: Vec::new() }),
        Ok((Side::Salesforce, change)) => updates.salesforce.push(change),
        Err(note) => plan.notes.push(note),
    }
    None
}

fn unwritten(verdict: Verdict, mapping: &FieldMapping, now: Sides<&Value>, plan: &mut Plan) -> Option<Write> {
    match verdict {
        Verdict::Agree => plan.base.push((mapping.key.clone(), now.map(Value::clone))),
        Verdict::Need => plan.needs.push(Need::ChangeTimes(mapping.key.clone())),
        // The status is two-sided and has no `ask`, so neither can arise; a conflict is the safe reading of both.
        Verdict::Write(..) | Verdict::Conflict | Verdict::Drift(_) => {
            plan.conflicts.push(Conflict { key: mapping.key.clone(), now: now.map(Value::clone) });
        }
    }
    None
}
