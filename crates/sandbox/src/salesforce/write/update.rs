//! Changing a record.

use serde_json::{Map, Value};

use super::super::cell::Cell;
use super::super::id;
use super::super::refusal::{Answered, Refusal};
use super::super::rules;
use super::super::state::State;
use super::{Caller, Draft, checks, input, log};

/// Changes some fields of a record; on a refusal nothing has changed.
pub(in crate::salesforce) fn update(
    state: &mut State,
    caller: &Caller,
    object: usize,
    id: &str,
    fields: &Map<String, Value>,
) -> Answered<()> {
    let savepoint = state.savepoint();
    let changed = attempt(state, caller, object, id, fields);
    if changed.is_err() {
        state.roll_back(savepoint);
    }
    changed
}

/// The place of a record that a write is aimed at.
pub(in crate::salesforce) fn target(state: &State, object: usize, id: &str) -> Answered<usize> {
    let normal = id::normalise(id).ok_or_else(|| {
        let message = format!("{} ID: id value of incorrect type: {id}", state.object(object).label);
        Refusal::of_fields("MALFORMED_ID", message, &["Id"])
    })?;
    let place = state.tables[object].place(&normal).ok_or_else(Refusal::no_such_target)?;
    let row = state.tables[object].row(place).ok_or_else(Refusal::no_such_target)?;
    if state.is_deleted(object, row) { Err(Refusal::deleted()) } else { Ok(place) }
}

fn attempt(state: &mut State, caller: &Caller, object: usize, id: &str, fields: &Map<String, Value>) -> Answered<()> {
    let place = target(state, object, id)?;
    let may = state.rights.object(&caller.user, &state.object(object).name);
    if !may.update || !state.object(object).can.update {
        return Err(Refusal::no_access());
    }
    let Some(before) = state.tables[object].row(place).cloned() else { return Err(Refusal::no_such_target()) };
    let mut draft = Draft { object, row: before.clone(), before: Some(before), given: Vec::new(), blob: None };
    input::read(state, caller, &mut draft, fields)?;
    rules::complete(state, caller, &mut draft)?;
    checks::all(state, caller, &draft)?;
    // A write that changes nothing still counts as a change, as at the vendor's.
    draft.set(state, "LastModifiedById", Cell::Text(caller.user.clone()));
    draft.set(state, "LastModifiedDate", Cell::Stamp(caller.stamp_ms));
    draft.set(state, "SystemModstamp", Cell::Stamp(caller.stamp_ms));
    state.replace(object, place, Some(draft.row.clone()));
    state.touch(object, &draft.row.id);
    log(state, caller, &draft);
    rules::follow(state, caller, &draft)
}
