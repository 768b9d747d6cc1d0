//! Up to 200 records in one call, each answered by a row of its own.
//!
//! Vendor page: REST API Developer Guide, "sObject Collections".

use std::collections::HashSet;

use http::Method;
use serde_json::{Map, Value, json};

use super::super::id;
use super::super::refusal::{Answered, Refusal};
use super::super::soql;
use super::super::state::{Savepoint, State};
use super::super::write::{self, Caller, Upserted};
use super::answer::Answer;
use super::call::Call;
use super::records::fields_asked;
use super::{Context, object, with_headers, wrong_method};
use crate::control::fault::{self, SideEffect};

const RECORDS_MAX: usize = 200;
/// Records that one POST may read.
const READ_MAX: usize = 2_000;
/// Runs of records of one type.
const CHUNKS_MAX: usize = 10;

/// `V/composite/sobjects`: create, change, delete.
pub(super) fn any_object(state: &mut State, context: &Context<'_>, call: &Call) -> Answered<Answer> {
    match call.method {
        Method::POST => each_record(state, context, call, create),
        Method::PATCH => each_record(state, context, call, change),
        Method::DELETE => delete(state, context, call),
        _ => Err(wrong_method(call, "DELETE,PATCH,POST")),
    }
}

type One = fn(&mut State, &Context<'_>, &Caller, &Map<String, Value>) -> Answered<Value>;

fn each_record(state: &mut State, context: &Context<'_>, call: &Call, one: One) -> Answered<Answer> {
    let (records, all_or_none) = records(call)?;
    let caller = with_headers(context.caller.clone(), &call.headers);
    let chunks = records.iter().map(type_of).collect::<Vec<_>>().chunk_by(|left, right| left == right).count();
    if chunks > CHUNKS_MAX {
        let message = format!(
            "Cannot have more than {CHUNKS_MAX} chunks in a single operation. Please rearrange the data to reduce chunking."
        );
        return Err(Refusal::new(400, "INVALID_INPUT", message));
    }
    let twice = ids_given_twice(records);
    let savepoint = state.savepoint();
    let rows = records.iter().map(|record| {
        let own_id = record.get("id").or_else(|| record.get("Id")).and_then(Value::as_str).and_then(id::normalise);
        if let Some(id) = own_id.filter(|id| twice.contains(id)) {
            let message = format!("duplicate id specified: {id}");
            return refused(&Refusal::of_fields("DUPLICATE_VALUE", message, &[]));
        }
        with_faults(state, context, call, record, |state| match record.as_object() {
            Some(fields) => one(state, context, &caller, fields).unwrap_or_else(|refusal| refused(&refusal)),
            None => refused(&Refusal::json("A record must be a JSON object.")),
        })
    });
    let rows: Vec<Value> = rows.collect();
    Ok(finish(state, savepoint, rows, all_or_none))
}

/// The records of the body, and whether they stand or fall together.
fn records(call: &Call) -> Answered<(&Vec<Value>, bool)> {
    let body = call.record()?;
    let records = body.get("records").and_then(Value::as_array);
    let records =
        records.ok_or_else(|| Refusal::new(400, "REQUIRED_FIELD_MISSING", "The required field is missing: records"))?;
    not_too_many(records.len(), RECORDS_MAX)?;
    Ok((records, body.get("allOrNone").and_then(Value::as_bool).unwrap_or(false)))
}

fn not_too_many(n: usize, max: usize) -> Answered<()> {
    if n > max {
        let message = format!("record limit reached. cannot submit more than {max} records into this call");
        return Err(Refusal::new(400, "EXCEEDED_ID_LIMIT", message));
    }
    Ok(())
}

fn type_of(record: &Value) -> Option<&str> {
    record.get("attributes")?.get("type")?.as_str()
}

fn ids_given_twice(records: &[Value]) -> HashSet<String> {
    let mut seen = HashSet::new();
    let ids = records.iter().filter_map(|record| record.get("id").or_else(|| record.get("Id"))?.as_str());
    ids.filter_map(id::normalise).filter(|id| !seen.insert(id.clone())).collect()
}

/// A fault with `in_composite` strikes single rows too.
fn with_faults(
    state: &mut State,
    context: &Context<'_>,
    call: &Call,
    record: &Value,
    run: impl FnOnce(&mut State) -> Value,
) -> Value {
    let path = format!("/services/data/{}/{}", context.caller.version, call.path.join("/"));
    let text = record.to_string();
    let part = fault::Call {
        method: call.method.as_str(),
        route: &path,
        path: &path,
        body: text.as_bytes(),
        in_composite: true,
    };
    let Some(fault) = context.control.draw_fault(&part) else { return run(state) };
    if fault.side_effect == SideEffect::Committed {
        run(state);
    }
    let usual = || serde_json::from_str(&context.control.vendor_error(fault.status())).unwrap_or_default();
    let said = fault.body.clone().unwrap_or_else(usual);
    let error = said.get(0).unwrap_or(&said);
    json!({ "success": false, "errors": [{ "statusCode": error["errorCode"], "message": error["message"], "fields": [] }] })
}

fn object_of(state: &State, context: &Context<'_>, fields: &Map<String, Value>) -> Answered<usize> {
    let name = fields.get("attributes").and_then(|attributes| attributes["type"].as_str());
    let name =
        name.ok_or_else(|| Refusal::new(400, "INVALID_INPUT", "attributes.type must be specified for each record"))?;
    object(state, context, name).map_err(|_| {
        let message = format!("sObject type '{name}' is not supported.");
        Refusal::new(400, "INVALID_TYPE", message)
    })
}

fn create(state: &mut State, context: &Context<'_>, caller: &Caller, fields: &Map<String, Value>) -> Answered<Value> {
    let object = object_of(state, context, fields)?;
    let id = write::create(state, caller, object, fields, None)?;
    Ok(json!({ "id": &*id, "success": true, "errors": [] }))
}

fn change(state: &mut State, context: &Context<'_>, caller: &Caller, fields: &Map<String, Value>) -> Answered<Value> {
    let object = object_of(state, context, fields)?;
    let (id, rest) = take_id(fields);
    let id = id.ok_or_else(|| Refusal::of_fields("MISSING_ARGUMENT", "Id not specified in an update call", &[]))?;
    write::update(state, caller, object, &id, &rest)?;
    Ok(json!({ "id": id::normalise(&id), "success": true, "errors": [] }))
}

fn take_id(fields: &Map<String, Value>) -> (Option<String>, Map<String, Value>) {
    let mut rest = fields.clone();
    let id = rest.shift_remove("id").or_else(|| rest.shift_remove("Id"));
    (id.and_then(|id| id.as_str().map(str::to_owned)), rest)
}

fn refused(refusal: &Refusal) -> Value {
    json!({ "success": false, "errors": [refusal.row()] })
}

/// With `allOrNone` one refused row takes all others back.
fn finish(state: &mut State, savepoint: Savepoint, mut rows: Vec<Value>, all_or_none: bool) -> Answer {
    let failed = rows.iter().any(|row| row["success"] == json!(false));
    if all_or_none && failed {
        state.roll_back(savepoint);
        let rolled_back = refused(&Refusal::rolled_back());
        rows.iter_mut().filter(|row| row["success"] == json!(true)).for_each(|row| *row = rolled_back.clone());
    }
    Answer::json(Value::Array(rows))
}

/// `PATCH V/composite/sobjects/Case/{key field}`.
pub(super) fn upsert(state: &mut State, context: &Context<'_>, call: &Call, name: &str, key: &str) -> Answered<Answer> {
    if call.method != Method::PATCH {
        return Err(wrong_method(call, "PATCH"));
    }
    let object = object(state, context, name)?;
    let key_at = write::key_field(state, object, key)?;
    let key_name = state.object(object).fields[key_at].name.clone();
    let (records, all_or_none) = records(call)?;
    let caller = with_headers(context.caller.clone(), &call.headers);
    let savepoint = state.savepoint();
    let mut seen = HashSet::new();
    let mut rows = Vec::with_capacity(records.len());
    for record in records {
        let row = with_faults(state, context, call, record, |state| {
            one_upsert(state, &caller, object, &key_name, record, &mut seen).unwrap_or_else(|refusal| refused(&refusal))
        });
        rows.push(row);
    }
    Ok(finish(state, savepoint, rows, all_or_none))
}

fn one_upsert(
    state: &mut State,
    caller: &Caller,
    object: usize,
    key: &str,
    record: &Value,
    seen: &mut HashSet<String>,
) -> Answered<Value> {
    let mut fields = record.as_object().cloned().ok_or_else(|| Refusal::json("A record must be a JSON object."))?;
    let named = fields.keys().find(|name| name.eq_ignore_ascii_case(key)).cloned();
    let value = named.and_then(|name| fields.shift_remove(&name)).filter(|value| !value.is_null());
    let value = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let value = match (value, key) {
        (Some(value), _) => value,
        (None, "Id") => String::new(),
        (None, _) => {
            let message = format!("{key} not specified");
            return Err(Refusal::of_fields("MISSING_ARGUMENT", message, &[key]));
        }
    };
    if !value.is_empty() && !seen.insert(value.clone()) {
        let message = format!("Duplicate external id specified: {value}");
        return Err(Refusal::of_fields("DUPLICATE_VALUE", message, &[key]));
    }
    match write::upsert(state, caller, object, key, &value, &fields, true)? {
        Upserted::Created(id) => Ok(json!({ "id": &*id, "success": true, "errors": [], "created": true })),
        Upserted::Updated(id) => Ok(json!({ "id": &*id, "success": true, "errors": [], "created": false })),
        Upserted::Ambiguous(ids) => {
            Err(Refusal::several(state.object(object).field(key).map_or(key, |field| &field.label), &ids, key))
        }
    }
}

fn delete(state: &mut State, context: &Context<'_>, call: &Call) -> Answered<Answer> {
    let ids: Vec<&str> =
        call.get("ids").unwrap_or_default().split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    if ids.is_empty() {
        return Err(Refusal::new(400, "MISSING_ARGUMENT", "The ids parameter is required"));
    }
    not_too_many(ids.len(), RECORDS_MAX)?;
    let all_or_none = call.get("allOrNone") == Some("true");
    let caller = with_headers(context.caller.clone(), &call.headers);
    let savepoint = state.savepoint();
    let rows = ids.into_iter().map(|id| match one_delete(state, &caller, id) {
        Ok(id) => json!({ "id": id, "success": true, "errors": [] }),
        Err(refusal) => refused(&refusal),
    });
    let rows: Vec<Value> = rows.collect();
    Ok(finish(state, savepoint, rows, all_or_none))
}

fn one_delete(state: &mut State, caller: &Caller, id: &str) -> Answered<String> {
    let malformed = || Refusal::of_fields("MALFORMED_ID", format!("malformed id {id}"), &[]);
    let normal = id::normalise(id).ok_or_else(malformed)?;
    let object = state.schema.by_id(&normal).ok_or_else(malformed)?;
    write::delete(state, caller, object, &normal)?;
    Ok(normal)
}

/// `V/composite/sobjects/Case`: rows by id, null for those that are not there.
pub(super) fn retrieve(state: &mut State, context: &Context<'_>, call: &Call, name: &str) -> Answered<Answer> {
    let object = object(state, context, name)?;
    let (ids, fields): (Vec<String>, Vec<String>) = match call.method {
        Method::GET => (listed(call.get("ids")), listed(call.get("fields"))),
        Method::POST => {
            let body = call.record()?;
            (strings(body.get("ids")), strings(body.get("fields")))
        }
        _ => return Err(wrong_method(call, "GET,POST")),
    };
    if ids.is_empty() || fields.is_empty() {
        let missing = if ids.is_empty() { "ids" } else { "fields" };
        return Err(Refusal::new(400, "MISSING_ARGUMENT", format!("The required parameter is missing: {missing}")));
    }
    not_too_many(ids.len(), READ_MAX)?;
    let fields = fields_asked(state, &context.caller, object, Some(&fields.join(",")))?;
    let place = |id: &String| {
        let place = state.tables[object].place(&id::normalise(id)?)?;
        let row = state.tables[object].row(place)?;
        (!state.is_deleted(object, row)).then_some(place)
    };
    let places: Vec<Option<usize>> = ids.iter().map(place).collect();
    let found: Vec<usize> = places.iter().flatten().copied().collect();
    let mut shown = soql::select_many(state, &context.caller, object, &found, &fields)?.into_iter();
    let rows: Vec<Value> = places.iter().map(|place| place.and_then(|_| shown.next()).unwrap_or_default()).collect();
    Ok(Answer::json(Value::Array(rows)))
}

fn listed(text: Option<&str>) -> Vec<String> {
    let words = text.unwrap_or_default().split(',').map(str::trim);
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn strings(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}
