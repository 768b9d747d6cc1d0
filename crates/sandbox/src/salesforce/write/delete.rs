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
    state.log(control::Write {
        route: caller.route.clone(),
        record: id.to_string(),
        field: "(deleted)".to_owned(),
        before: json!(false),
        after: json!(true),
        by: caller.username.clone(),
    });
    Ok(())
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

fn stamp(state: &State, caller: &Caller, object: usize, row: &mut super::Row, deleted: bool) {
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

/// Takes a record out of the recycle bin. Its children stay there: the vendor restores them, tests have not asked yet.
pub(in crate::salesforce) fn undelete(state: &mut State, caller: &Caller, id: &str) -> Answered<Arc<str>> {
    let id = super::super::id::normalise(id).ok_or_else(Refusal::no_such_target)?;
    let object = state.schema.by_id(&id).ok_or_else(Refusal::no_such_target)?;
    let place = state.tables[object].place(&id).ok_or_else(Refusal::no_such_target)?;
    let Some(mut row) = state.tables[object].row(place).cloned() else { return Err(Refusal::no_such_target()) };
    let found = row.id.clone();
    stamp(state, caller, object, &mut row, false);
    state.replace(object, place, Some(row));
    state.touch(object, &found);
    Ok(found)
}
