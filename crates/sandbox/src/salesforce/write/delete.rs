//! Deleting a record into the recycle bin, and taking it out again.

use std::sync::Arc;

use serde_json::json;

use super::super::cell::Cell;
use super::super::refusal::{Answered, Refusal};
use super::super::rules;
use super::super::schema::OnDelete;
use super::super::state::State;
use super::{Caller, update};
use crate::control;

/// Deletes a record and what hangs on it; on a refusal nothing has changed.
pub(in crate::salesforce) fn delete(state: &mut State, caller: &Caller, object: usize, id: &str) -> Answered<()> {
    let savepoint = state.savepoint();
    let deleted = attempt(state, caller, object, id);
    if deleted.is_err() {
        state.roll_back(savepoint);
    }
    deleted
}

fn attempt(state: &mut State, caller: &Caller, object: usize, id: &str) -> Answered<()> {
    let place = update::target(state, object, id)?;
    let may = state.rights.object(&caller.user, &state.object(object).name);
    if !may.delete || !state.object(object).can.delete {
        return Err(Refusal::no_access());
    }
    rules::may_delete(state, caller, object, place)?;
    discard(state, caller, object, place)
}

fn discard(state: &mut State, caller: &Caller, object: usize, place: usize) -> Answered<()> {
    let Some(mut row) = state.tables[object].row(place).cloned() else { return Ok(()) };
    let id = row.id.clone();
    for children in state.schema.children_of(object) {
        let Some(found) = state.tables[children.object].having(children.field, &id) else { continue };
        let living = |place: &usize| {
            let row = state.tables[children.object].row(*place);
            row.is_some_and(|row| !state.is_deleted(children.object, row))
        };
        let found: Vec<_> = found.filter(living).collect();
        let on_delete = state.object(children.object).fields[children.field].on_delete;
        match on_delete {
            _ if found.is_empty() => {}
            OnDelete::Restrict => return Err(held_by(state, object, children.object)),
            OnDelete::Cascade => found.iter().try_for_each(|child| discard(state, caller, children.object, *child))?,
            OnDelete::Clear => found.iter().for_each(|child| clear(state, children.object, *child, children.field)),
        }
    }
    stamp(state, caller, object, &mut row, true);
    if state.object(object).field_at("IsDeleted").is_some() {
        state.replace(object, place, Some(row));
    } else {
        state.replace(object, place, None);
    }
    note_deleted(state, caller, &id);
    Ok(())
}

pub(super) fn note_deleted(state: &mut State, caller: &Caller, id: &str) {
    state.log(control::Write {
        route: caller.route.clone(),
        record: id.to_owned(),
        field: "(deleted)".to_owned(),
        before: json!(false),
        after: json!(true),
        by: caller.username.clone(),
    });
}

fn held_by(state: &State, object: usize, children: usize) -> Refusal {
    let message = format!(
        "Your attempt to delete this {} could not be completed because it is associated with the following {}.",
        state.object(object).label.to_lowercase(),
        state.object(children).plural.to_lowercase()
    );
    Refusal::of_fields("DELETE_FAILED", message, &[])
}

fn clear(state: &mut State, object: usize, place: usize, field: usize) {
    if let Some(mut row) = state.tables[object].row(place).cloned() {
        row.set(field, Cell::Null);
        state.replace(object, place, Some(row));
    }
}

/// Marks a row as deleted or not, now and by the caller.
pub(super) fn stamp(state: &State, caller: &Caller, object: usize, row: &mut super::Row, deleted: bool) {
    let cells = [
        ("IsDeleted", Cell::Bool(deleted)),
        ("LastModifiedById", Cell::Text(caller.user.clone())),
        ("LastModifiedDate", Cell::Stamp(caller.stamp_ms)),
        ("SystemModstamp", Cell::Stamp(caller.stamp_ms)),
    ];
    for (name, cell) in cells {
        if let Some(at) = state.object(object).field_at(name) {
            row.set(at, cell);
        }
    }
}

/// Takes a record out of the recycle bin, with what went there together with it.
pub(in crate::salesforce) fn undelete(state: &mut State, caller: &Caller, id: &str) -> Answered<Arc<str>> {
    let (object, place) = in_bin(state, id)?;
    let found = restore(state, caller, object, place);
    found.ok_or_else(Refusal::no_such_target)
}

/// The place of a record that is in the recycle bin.
fn in_bin(state: &State, id: &str) -> Answered<(usize, usize)> {
    let normal = super::super::id::normalise(id).unwrap_or_default();
    let place = state.schema.by_id(&normal).and_then(|object| Some((object, state.tables[object].place(&normal)?)));
    let (object, place) = place.ok_or_else(Refusal::no_such_target)?;
    let deleted = state.tables[object].row(place).is_some_and(|row| state.is_deleted(object, row));
    if !deleted {
        return Err(Refusal::of_fields("UNDELETE_FAILED", "Entity is not in the recycle bin", &[]));
    }
    Ok((object, place))
}

fn restore(state: &mut State, caller: &Caller, object: usize, place: usize) -> Option<Arc<str>> {
    let before = state.tables[object].row(place).cloned()?;
    for children in state.schema.children_of(object) {
        if state.object(children.object).fields[children.field].on_delete != OnDelete::Cascade {
            continue;
        }
        let found: Vec<_> = state.tables[children.object].having(children.field, &before.id)?.collect();
        for child in found {
            if state.tables[children.object]
                .row(child)
                .is_some_and(|row| went_along(state, object, &before, children.object, row))
            {
                restore(state, caller, children.object, child);
            }
        }
    }
    let mut row = before;
    let found = row.id.clone();
    stamp(state, caller, object, &mut row, false);
    if let Some(at) = state.object(object).field_at("MasterRecordId") {
        row.set(at, Cell::Null);
    }
    state.replace(object, place, Some(row));
    state.touch(object, &found);
    Some(found)
}

/// Whether a child was deleted by its parent's deletion: both bear its stamp.
fn went_along(state: &State, object: usize, parent: &super::Row, children: usize, child: &super::Row) -> bool {
    let stamp = |object: usize, row| state.get(object, row, "SystemModstamp").as_ms();
    state.is_deleted(children, child) && stamp(children, child) == stamp(object, parent)
}

/// Takes a record out of the recycle bin for good.
pub(in crate::salesforce) fn purge(state: &mut State, caller: &Caller, id: &str) -> Answered<Arc<str>> {
    let (object, place) = in_bin(state, id)?;
    let id = state.tables[object].row(place).map(|row| row.id.clone()).ok_or_else(Refusal::no_such_target)?;
    if !state.rights.object(&caller.user, &state.object(object).name).delete {
        return Err(Refusal::no_access());
    }
    state.replace(object, place, None);
    Ok(id)
}
