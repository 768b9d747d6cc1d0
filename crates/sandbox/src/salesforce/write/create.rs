//! Making a record.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::cell::Cell;
use super::super::record_type;
use super::super::refusal::{Answered, Refusal};
use super::super::rules;
use super::super::schema::Kind;
use super::super::state::State;
use super::super::table::Row;
use super::{Caller, Draft, checks, input, log};

/// Makes a record of an object; on a refusal nothing has changed.
pub(in crate::salesforce) fn create(
    state: &mut State,
    caller: &Caller,
    object: usize,
    fields: &Map<String, Value>,
    blob: Option<bytes::Bytes>,
) -> Answered<Arc<str>> {
    let savepoint = state.savepoint();
    let made = attempt(state, caller, object, fields, blob);
    if made.is_err() {
        state.roll_back(savepoint);
    }
    made
}

fn attempt(
    state: &mut State,
    caller: &Caller,
    object: usize,
    fields: &Map<String, Value>,
    blob: Option<bytes::Bytes>,
) -> Answered<Arc<str>> {
    let may = state.rights.object(&caller.user, &state.object(object).name);
    if !state.object(object).can.create {
        let message = format!("entity type cannot be inserted: {}", state.object(object).label);
        return Err(Refusal {
            fields: Some(Vec::new()),
            ..Refusal::new(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)
        });
    }
    if !may.create {
        return Err(Refusal::no_access());
    }
    let row = Row { id: Arc::from(""), cells: Vec::with_capacity(state.object(object).fields.len()) };
    let mut draft = Draft { object, row, before: None, given: Vec::new(), blob };
    input::read(state, caller, &mut draft, fields)?;
    fill_defaults(state, caller, &mut draft);
    record_type::complete(state, &mut draft);
    rules::complete(state, caller, &mut draft)?;
    checks::all(state, caller, &draft)?;
    let id = name(state, &mut draft);
    state.insert(object, draft.row.clone());
    if let Some(blob) = draft.blob.take() {
        state.blobs.insert(id.clone(), blob);
    }
    state.touch(object, &id);
    log(state, caller, &draft);
    rules::follow(state, caller, &draft)?;
    Ok(id)
}

/// Gives the record its id and its automatic numbers: last, so that a refused record uses none.
fn name(state: &mut State, draft: &mut Draft) -> Arc<str> {
    let id = state.next_id(draft.object);
    draft.row.id = id.clone();
    draft.row.set(0, Cell::Text(id.clone()));
    let object = state.object(draft.object);
    let numbered: Vec<_> =
        object.fields.iter().enumerate().filter_map(|(at, field)| Some((at, field.autonumber?))).collect();
    let counter = format!("{}#", object.name);
    for (at, n_digits) in numbered {
        let number = state.count(&counter);
        draft.row.set(at, Cell::text(&format!("{number:0n_digits$}")));
    }
    let object = state.object(draft.object);
    let unnamed =
        object.is_custom().then(|| object.field_at("Name")).flatten().filter(|at| draft.row.cell(*at).is_null());
    if let Some(at) = unnamed {
        // A custom object's record without a name is called by its id.
        draft.row.set(at, Cell::text(&id));
    }
    id
}

fn fill_defaults(state: &State, caller: &Caller, draft: &mut Draft) {
    let object = state.object(draft.object);
    for (at, field) in object.fields.iter().enumerate() {
        if draft.given.contains(&at) && !(field.defaulted && draft.row.cell(at).is_null()) {
            continue;
        }
        match (field.kind, field.default_choice()) {
            (Kind::Boolean, _) => draft.row.set(at, Cell::Bool(field.checked)),
            (Kind::Picklist, Some(value)) => draft.row.set(at, Cell::text(value)),
            (Kind::Text, _) if let Some(text) = &field.formula => draft.row.set(at, Cell::text(text.trim_matches('"'))),
            (Kind::DateTime, _) if field.formula.is_some() => draft.row.set(at, Cell::Stamp(caller.stamp_ms)),
            _ => {}
        }
    }
    let me = Cell::Text(caller.user.clone());
    let now = Cell::Stamp(caller.stamp_ms);
    if draft.get(state, "OwnerId").is_null() {
        draft.set(state, "OwnerId", me.clone());
    }
    for field in ["CreatedById", "LastModifiedById"] {
        draft.set(state, field, me.clone());
    }
    for field in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] {
        draft.set(state, field, now.clone());
    }
}
