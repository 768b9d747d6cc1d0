//! The calls on records: each record is a transaction of its own, unless all or none of them shall be.

use serde_json::{Map, Value, json};

use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::super::write::{self, Caller, Upserted};
use super::answer::{element, errors, optional};
use super::object_at;
use super::xml::Element;

/// A record as SOAP writes it.
pub(super) struct Record {
    pub(super) object: usize,
    pub(super) id: Option<String>,
    pub(super) fields: Map<String, Value>,
}

pub(super) fn create(state: &mut State, caller: &Caller, call: &Element, all_or_none: bool) -> Vec<String> {
    let create = |state: &mut State, each: &Element| {
        let record = read(state, caller, each)?;
        write::create(state, caller, record.object, &record.fields, None).map(|id| (id.to_string(), None))
    };
    each(state, &records(call), all_or_none, create)
}

pub(super) fn update(state: &mut State, caller: &Caller, call: &Element, all_or_none: bool) -> Vec<String> {
    let update = |state: &mut State, each: &Element| {
        let record = read(state, caller, each)?;
        let id = record.id.ok_or_else(no_id)?;
        write::update(state, caller, record.object, &id, &record.fields).map(|()| (id, None))
    };
    each(state, &records(call), all_or_none, update)
}

pub(super) fn upsert(state: &mut State, caller: &Caller, call: &Element, all_or_none: bool) -> Vec<String> {
    let key = call.value("externalIDFieldName").unwrap_or("Id");
    let upsert = |state: &mut State, each: &Element| {
        let mut record = read(state, caller, each)?;
        let value = if key.eq_ignore_ascii_case("Id") { record.id } else { taken(&mut record.fields, key) };
        let value = value.unwrap_or_default();
        match write::upsert(state, caller, record.object, key, &value, &record.fields, true)? {
            Upserted::Created(id) => Ok((id.to_string(), Some(true))),
            Upserted::Updated(id) => Ok((id.to_string(), Some(false))),
            Upserted::Ambiguous(ids) => {
                let field = state.object(record.object).field(key);
                Err(Refusal::several(field.map_or(key, |field| &field.label), &ids, key))
            }
        }
    };
    each(state, &records(call), all_or_none, upsert)
}

pub(super) fn delete(state: &mut State, caller: &Caller, call: &Element, all_or_none: bool) -> Vec<String> {
    let delete = |state: &mut State, each: &Element| {
        let object = state.schema.by_id(&each.text).ok_or_else(|| malformed_id(&each.text))?;
        write::delete(state, caller, object, &each.text).map(|()| (each.text.clone(), None))
    };
    each(state, &ids(call), all_or_none, delete)
}

pub(super) fn undelete(state: &mut State, caller: &Caller, call: &Element, all_or_none: bool) -> Vec<String> {
    let undelete =
        |state: &mut State, each: &Element| write::undelete(state, caller, &each.text).map(|id| (id.to_string(), None));
    each(state, &ids(call), all_or_none, undelete)
}

/// `emptyRecycleBin`, for single records.
pub(super) fn purge(state: &mut State, caller: &Caller, call: &Element) -> Vec<String> {
    let purge =
        |state: &mut State, each: &Element| write::purge(state, caller, &each.text).map(|id| (id.to_string(), None));
    each(state, &ids(call), false, purge)
}

fn records(call: &Element) -> Vec<&Element> {
    call.all("sObjects").collect()
}

fn ids(call: &Element) -> Vec<&Element> {
    call.all("ids").collect()
}

/// What became of one record: its id, and whether an upsert made it.
type Done = Answered<(String, Option<bool>)>;

fn each(
    state: &mut State,
    elements: &[&Element],
    all_or_none: bool,
    mut act: impl FnMut(&mut State, &Element) -> Done,
) -> Vec<String> {
    let savepoint = state.savepoint();
    let mut done: Vec<Done> = elements.iter().map(|each| act(state, each)).collect();
    if all_or_none && done.iter().any(Result::is_err) {
        state.roll_back(savepoint);
        for one in done.iter_mut().filter(|one| one.is_ok()) {
            *one = Err(Refusal::rolled_back());
        }
    }
    done.iter().map(result).collect()
}

fn result(done: &Done) -> String {
    match done {
        Ok((id, created)) => {
            let created = created.map_or_else(String::new, |created| element("created", &created.to_string()));
            created + &element("id", id) + &element("success", "true")
        }
        Err(refusal) => errors(refusal) + &optional("id", None) + &element("success", "false"),
    }
}

/// A record: `type` first, the names of fields to clear, the fields.
pub(super) fn read(state: &State, caller: &Caller, written: &Element) -> Answered<Record> {
    let object = object_at(state, caller, written.value("type").unwrap_or_default())?;
    let mut record = Record { object, id: None, fields: Map::new() };
    for child in &written.children {
        match child.name.as_str() {
            "type" => {}
            "Id" => record.id = Some(child.text.clone()).filter(|id| !id.is_empty()),
            "fieldsToNull" => drop(record.fields.insert(child.text.clone(), Value::Null)),
            name => drop(record.fields.insert(name.to_owned(), value(child))),
        }
    }
    Ok(record)
}

/// Text, nothing, or a parent by its external id.
fn value(written: &Element) -> Value {
    if written.is_nil {
        return Value::Null;
    }
    if written.children.is_empty() {
        return json!(written.text);
    }
    let mut parent = Map::new();
    for child in &written.children {
        match child.name.as_str() {
            "type" => drop(parent.insert("attributes".to_owned(), json!({ "type": child.text }))),
            name => drop(parent.insert(name.to_owned(), value(child))),
        }
    }
    Value::Object(parent)
}

fn taken(fields: &mut Map<String, Value>, key: &str) -> Option<String> {
    let name = fields.keys().find(|name| name.eq_ignore_ascii_case(key))?.clone();
    fields.remove(&name)?.as_str().map(str::to_owned)
}

fn no_id() -> Refusal {
    Refusal::of_fields("MISSING_ARGUMENT", "Id not specified in an update call", &[])
}

fn malformed_id(id: &str) -> Refusal {
    Refusal::of_fields("MALFORMED_ID", format!("malformed id {id}"), &[])
}
