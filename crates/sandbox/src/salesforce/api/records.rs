//! Single records: read, create, change, upsert, delete.

use std::sync::Arc;

use http::Method;
use serde_json::{Map, Value, json};

use super::super::id;
use super::super::refusal::{Answered, Refusal};
use super::super::schema::Kind;
use super::super::soql;
use super::super::state::State;
use super::super::write::{self, Caller, Upserted};
use super::answer::Answer;
use super::call::Call;
use super::condition::{not_modified, still_unmodified};
use super::{Context, blob, http_date, object, with_headers, wrong_method};

/// `POST V/sobjects/Case`.
pub(super) fn create(state: &mut State, context: &Context<'_>, call: &Call, object: usize) -> Answered<Answer> {
    let caller = with_headers(context.caller.clone(), &call.headers);
    let id = write::create(state, &caller, object, call.record()?, call.blob())?;
    see(state, &caller, call, &id);
    Ok(created(state, &caller, object, &id, false))
}

/// Notes that the caller saw a record of an object that people look at.
fn see(state: &mut State, caller: &Caller, call: &Call, id: &Arc<str>) {
    let unnoticed = call.header("Sforce-Mru").is_some_and(|value| value.replace(' ', "").contains("updateMru=false"));
    if !unnoticed && state.schema.by_id(id).is_some_and(|object| state.object(object).can.layout) {
        state.recent.see(&caller.user, id);
    }
}

fn created(state: &State, caller: &Caller, object: usize, id: &str, by_upsert: bool) -> Answer {
    let location = format!("/services/data/{}/sobjects/{}/{id}", caller.version, state.object(object).name);
    let mut body = json!({ "id": id, "success": true, "errors": [] });
    if by_upsert {
        body["created"] = json!(true);
    }
    Answer::json(body).with(201).header("Location", location)
}

/// `V/sobjects/Case/500..`.
pub(super) fn by_id(state: &mut State, context: &Context<'_>, call: &Call, name: &str, id: &str) -> Answered<Answer> {
    let object = object(state, context, name)?;
    if id == "Id" && call.method == Method::POST {
        return create(state, context, call, object);
    }
    match call.method {
        Method::GET | Method::HEAD => {
            let answer = read(state, context, call, object, id)?;
            if let Some((_, row)) = id::normalise(id).and_then(|id| state.row(&id)) {
                let seen = row.id.clone();
                see(state, &context.caller, call, &seen);
            }
            Ok(answer)
        }
        Method::PATCH => change(state, context, call, object, id),
        Method::DELETE => {
            let caller = with_headers(context.caller.clone(), &call.headers);
            unmodified(state, call, object, id)?;
            write::delete(state, &caller, object, id)?;
            Ok(Answer::empty(204))
        }
        _ => Err(wrong_method(call, "DELETE,GET,HEAD,PATCH")),
    }
}

fn read(state: &State, context: &Context<'_>, call: &Call, object: usize, id: &str) -> Answered<Answer> {
    let unknown = || Refusal::no_such_key(id);
    let normal = id::normalise(id).ok_or_else(unknown)?;
    let place = state.tables[object].place(&normal).ok_or_else(unknown)?;
    show(state, context, call, object, place)
}

fn show(state: &State, context: &Context<'_>, call: &Call, object: usize, place: usize) -> Answered<Answer> {
    let row = state.tables[object].row(place).ok_or_else(Refusal::not_found)?;
    if state.is_deleted(object, row) {
        return Err(Refusal::deleted());
    }
    let modified_ms = state.get(object, row, "LastModifiedDate").as_ms().unwrap_or_default();
    if let Some(answer) = not_modified(call, modified_ms) {
        return Ok(answer);
    }
    let fields = fields_asked(state, &context.caller, object, call.get("fields"))?;
    let shown = soql::select(state, &context.caller, object, place, &fields)?;
    Ok(Answer::json(shown).header("Last-Modified", http_date(modified_ms)))
}

/// The fields of the query string, or all that the caller may read.
pub(super) fn fields_asked(state: &State, caller: &Caller, object: usize, asked: Option<&str>) -> Answered<String> {
    let described = state.object(object);
    let Some(asked) = asked else {
        let readable =
            described.fields.iter().filter(|field| state.rights.field(&caller.user, &described.name, &field.name).read);
        return Ok(readable.map(|field| field.name.as_str()).collect::<Vec<_>>().join(","));
    };
    let names: Vec<&str> = asked.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    for name in names.iter().filter(|name| !name.contains('.')) {
        if described
            .field(name)
            .is_none_or(|field| !state.rights.field(&caller.user, &described.name, &field.name).read)
        {
            return Err(Refusal::no_column(name, &described.name));
        }
    }
    Ok(names.join(","))
}

fn unmodified(state: &State, call: &Call, object: usize, id: &str) -> Answered<()> {
    let row = id::normalise(id).and_then(|id| state.tables[object].by_id(&id));
    let modified_ms = row.and_then(|row| state.get(object, row, "LastModifiedDate").as_ms());
    modified_ms.map_or(Ok(()), |ms| still_unmodified(call, ms))
}

fn change(state: &mut State, context: &Context<'_>, call: &Call, object: usize, id: &str) -> Answered<Answer> {
    let caller = with_headers(context.caller.clone(), &call.headers);
    write::target(state, object, id)?;
    unmodified(state, call, object, id)?;
    write::update(state, &caller, object, id, call.record()?)?;
    Ok(Answer::empty(204))
}

/// `V/sobjects/Case/{key field}/{value}`, `V/sobjects/Case/{id}/{relationship or blob field}`.
pub(super) fn by_two(
    state: &mut State,
    context: &Context<'_>,
    call: &Call,
    name: &str,
    first: &str,
    second: &str,
) -> Answered<Answer> {
    let object = object(state, context, name)?;
    let own_id = id::normalise(first).filter(|id| state.schema.by_id(id) == Some(object));
    if let Some(id) = own_id {
        return relationship(state, context, call, object, &id, second);
    }
    match call.method {
        Method::GET | Method::HEAD => by_key(state, context, call, object, first, second),
        Method::PATCH => upsert(state, context, call, object, first, second),
        Method::DELETE => {
            let caller = with_headers(context.caller.clone(), &call.headers);
            let key_at = write::key_field(state, object, first)?;
            match write::find(state, object, key_at, second).as_slice() {
                [] => Err(Refusal::not_found()),
                [one] => write::delete(state, &caller, object, one).map(|()| Answer::empty(204)),
                several => Ok(choices(state, &caller, object, several)),
            }
        }
        _ => Err(wrong_method(call, "DELETE,GET,HEAD,PATCH")),
    }
}

/// 300: the key fits several records, whose URLs are the answer.
fn choices(state: &State, caller: &Caller, object: usize, ids: &[std::sync::Arc<str>]) -> Answer {
    let name = &state.object(object).name;
    let urls: Vec<_> = ids.iter().map(|id| format!("/services/data/{}/sobjects/{name}/{id}", caller.version)).collect();
    Answer::json(json!(urls)).with(300)
}

fn by_key(
    state: &State,
    context: &Context<'_>,
    call: &Call,
    object: usize,
    key: &str,
    value: &str,
) -> Answered<Answer> {
    let key_at = write::key_field(state, object, key)?;
    let found = write::find(state, object, key_at, value);
    match found.as_slice() {
        [] => Err(Refusal::not_found()),
        [one] => {
            let place = state.tables[object].place(one).ok_or_else(Refusal::not_found)?;
            show(state, context, call, object, place)
        }
        several => Ok(choices(state, &context.caller, object, several)),
    }
}

fn upsert(
    state: &mut State,
    context: &Context<'_>,
    call: &Call,
    object: usize,
    key: &str,
    value: &str,
) -> Answered<Answer> {
    let caller = with_headers(context.caller.clone(), &call.headers);
    let may_create = call.get("updateOnly") != Some("true");
    let key_at = write::key_field(state, object, key)?;
    let fields: Map<String, Value> = call.record()?.clone();
    let key_name = state.object(object).fields[key_at].name.clone();
    if fields.keys().any(|name| name.eq_ignore_ascii_case(&key_name)) {
        let message = format!("The {key_name} field should not be specified in the sobject data.");
        return Err(Refusal::of_fields("INVALID_FIELD", message, &[&key_name]));
    }
    if let [one] = write::find(state, object, key_at, value).as_slice() {
        unmodified(state, call, object, one)?;
    }
    match write::upsert(state, &caller, object, key, value, &fields, may_create)? {
        Upserted::Created(id) => Ok(created(state, &caller, object, &id, true)),
        Upserted::Updated(id) => {
            Ok(Answer::json(json!({ "id": &*id, "success": true, "errors": [], "created": false })))
        }
        Upserted::Ambiguous(ids) => Ok(choices(state, &caller, object, &ids)),
    }
}

/// A parent, a list of children, or the bytes of a blob field.
fn relationship(
    state: &State,
    context: &Context<'_>,
    call: &Call,
    object: usize,
    id: &str,
    name: &str,
) -> Answered<Answer> {
    if !matches!(call.method, Method::GET | Method::HEAD) {
        return Err(wrong_method(call, "GET,HEAD"));
    }
    if state.object(object).field(name).is_some_and(|field| field.kind == Kind::Base64) {
        return if context.in_composite { Err(Refusal::not_found()) } else { blob::download(state, object, id, name) };
    }
    let row = state.tables[object].by_id(id).ok_or_else(Refusal::not_found)?;
    if let Some(at) = state.object(object).relationship_at(name) {
        let parent = row.cell(at).as_str().and_then(|parent| state.row(parent)).ok_or_else(Refusal::not_found)?;
        let place = state.tables[parent.0].place(&parent.1.id).ok_or_else(Refusal::not_found)?;
        return show(state, context, call, parent.0, place);
    }
    let lists = state.schema.children_of(object);
    let list =
        lists.into_iter().find(|list| list.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name)));
    let list = list.ok_or_else(Refusal::not_found)?;
    let fields = fields_asked(state, &context.caller, list.object, call.get("fields"))?;
    let child = state.object(list.object);
    let text = format!("SELECT {fields} FROM {} WHERE {} = '{id}'", child.name, child.fields[list.field].name);
    let result = soql::query(state, &context.caller, &text, false)?;
    let soql::Found::Rows(places) = &result.found else { return Err(Refusal::not_found()) };
    Ok(Answer::json(soql::relationship_rows(soql::rows(state, &context.caller, &result.plan, places))))
}
