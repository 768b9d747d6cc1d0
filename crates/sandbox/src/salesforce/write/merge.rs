//! Up to three records become one.
//!
//! Vendor page: SOAP API Developer Guide, "merge()". What hangs on the losers moves to the master, the losers go to the
//! recycle bin with `MasterRecordId`.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::cell::Cell;
use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::delete::{note_deleted, stamp};
use super::{Caller, update};

/// What can be merged.
pub(in crate::salesforce) const MERGEABLE: [&str; 4] = ["Account", "Contact", "Lead", "Case"];
/// The vendor merges two losers at a time.
const LOSERS_MAX: usize = 2;

/// Merges the losers into the master, which takes the fields; returns the ids of what moved.
pub(in crate::salesforce) fn merge(
    state: &mut State,
    caller: &Caller,
    object: usize,
    master: &str,
    fields: &Map<String, Value>,
    losers: &[&str],
) -> Answered<Vec<Arc<str>>> {
    let savepoint = state.savepoint();
    let merged = attempt(state, caller, object, master, fields, losers);
    if merged.is_err() {
        state.roll_back(savepoint);
    }
    merged
}

fn attempt(
    state: &mut State,
    caller: &Caller,
    object: usize,
    master: &str,
    fields: &Map<String, Value>,
    losers: &[&str],
) -> Answered<Vec<Arc<str>>> {
    let name = &state.object(object).name;
    if !MERGEABLE.contains(&name.as_str()) {
        return Err(Refusal::new(400, "INVALID_TYPE", format!("sObject type '{name}' is not supported.")));
    }
    if losers.is_empty() || losers.len() > LOSERS_MAX {
        let message = format!("between 1 and {LOSERS_MAX} records can be merged into one, not {}", losers.len());
        return Err(Refusal::new(400, "EXCEEDED_ID_LIMIT", message));
    }
    if !state.rights.object(&caller.user, name).delete {
        return Err(Refusal::no_access());
    }
    let place = update::target(state, object, master)?;
    let master = state.tables[object].row(place).map(|row| row.id.clone()).ok_or_else(Refusal::no_such_target)?;
    update(state, caller, object, &master, fields)?;
    let mut moved = Vec::new();
    for loser in losers {
        let place = update::target(state, object, loser)?;
        let loser = state.tables[object].row(place).map(|row| row.id.clone()).ok_or_else(Refusal::no_such_target)?;
        if loser == master {
            return Err(Refusal::no_such_target());
        }
        hand_over(state, caller, object, &loser, &master, &mut moved);
        discard(state, caller, object, place, &master);
    }
    Ok(moved)
}

/// Moves everything that refers to the loser.
fn hand_over(
    state: &mut State,
    caller: &Caller,
    object: usize,
    loser: &str,
    master: &Arc<str>,
    moved: &mut Vec<Arc<str>>,
) {
    for children in state.schema.children_of(object) {
        if state.object(children.object).fields[children.field].name == "MasterRecordId" {
            continue;
        }
        let table = &state.tables[children.object];
        let found: Vec<_> = table.having(children.field, loser).into_iter().flatten().collect();
        for place in found {
            let Some(mut row) = state.tables[children.object].row(place).cloned() else { continue };
            if state.is_deleted(children.object, &row) {
                continue;
            }
            row.set(children.field, Cell::Text(master.clone()));
            stamp(state, caller, children.object, &mut row, false);
            state.touch(children.object, &row.id);
            moved.push(row.id.clone());
            state.replace(children.object, place, Some(row));
        }
    }
}

fn discard(state: &mut State, caller: &Caller, object: usize, place: usize, master: &Arc<str>) {
    let Some(mut row) = state.tables[object].row(place).cloned() else { return };
    if let Some(at) = state.object(object).field_at("MasterRecordId") {
        row.set(at, Cell::Text(master.clone()));
    }
    stamp(state, caller, object, &mut row, true);
    note_deleted(state, caller, &row.id);
    state.replace(object, place, Some(row));
}
