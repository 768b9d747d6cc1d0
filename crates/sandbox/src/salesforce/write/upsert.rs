//! Changing the record with a key, or making it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::id;
use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::{Caller, create, update};

/// What became of an upsert.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::salesforce) enum Upserted {
    Created(Arc<str>),
    Updated(Arc<str>),
    /// Several records have the key; nothing was written.
    Ambiguous(Vec<Arc<str>>),
}

/// Changes or makes the record whose `key` field has this value. `may_create` is off for `updateOnly=true`.
pub(in crate::salesforce) fn upsert(
    state: &mut State,
    caller: &Caller,
    object: usize,
    key: &str,
    value: &str,
    fields: &Map<String, Value>,
    may_create: bool,
) -> Answered<Upserted> {
    let key_at = key_field(state, object, key)?;
    if state.object(object).fields[key_at].name == "Id" {
        return by_id(state, caller, object, value, fields);
    }
    let found = find(state, object, key_at, value);
    match found.as_slice() {
        [] if !may_create => Err(Refusal::not_found()),
        [] => {
            let mut fields = fields.clone();
            fields.insert(state.object(object).fields[key_at].name.clone(), Value::String(value.to_owned()));
            create(state, caller, object, &fields, None).map(Upserted::Created)
        }
        [one] => update(state, caller, object, one, fields).map(|()| Upserted::Updated(one.clone())),
        _ => Ok(Upserted::Ambiguous(found)),
    }
}

/// A field that records may be addressed by.
pub(in crate::salesforce) fn key_field(state: &State, object: usize, key: &str) -> Answered<usize> {
    let described = state.object(object);
    let at = described.field_at(key).filter(|at| {
        let field = &described.fields[*at];
        field.external_id || field.id_lookup
    });
    at.ok_or_else(|| Refusal::no_such_key(key))
}

/// The living records with this key.
pub(in crate::salesforce) fn find(state: &State, object: usize, key_at: usize, value: &str) -> Vec<Arc<str>> {
    let table = &state.tables[object];
    if state.object(object).fields[key_at].name == "Id" {
        let row = id::normalise(value).and_then(|id| table.by_id(&id));
        return row.filter(|row| !state.is_deleted(object, row)).map(|row| row.id.clone()).into_iter().collect();
    }
    let found = table.having(key_at, value).into_iter().flatten().filter_map(|place| table.row(place));
    found.filter(|row| !state.is_deleted(object, row)).map(|row| row.id.clone()).collect()
}

fn by_id(
    state: &mut State,
    caller: &Caller,
    object: usize,
    id: &str,
    fields: &Map<String, Value>,
) -> Answered<Upserted> {
    if id.is_empty() {
        return create(state, caller, object, fields, None).map(Upserted::Created);
    }
    update(state, caller, object, id, fields)?;
    let id = id::normalise(id).ok_or_else(Refusal::no_such_target)?;
    Ok(Upserted::Updated(Arc::from(id)))
}
