//! Records from elsewhere: an export of a real org, or rows written by hand.
//!
//! They are taken as they are wherever possible; what cannot be taken is told in a sentence and left out.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::cell::Cell;
use super::id;
use super::setup::audit;
use super::snapshot;
use super::state::State;
use super::table::Row;
use crate::credentials::SALESFORCE_USERNAME;

/// Adds records grouped by object, or a list of records with `attributes.type`.
pub(super) fn import(state: &mut State, records: &Value, now_ms: i64) -> Vec<String> {
    let mut problems = Vec::new();
    for (object, records) in grouped(records, &mut problems) {
        let Some(at) = object_for(state, &object, &mut problems) else { continue };
        for record in records {
            one(state, at, record, now_ms, &mut problems);
        }
    }
    problems
}

fn grouped<'a>(records: &'a Value, problems: &mut Vec<String>) -> Vec<(String, Vec<&'a Map<String, Value>>)> {
    let mut groups: Vec<(String, Vec<&Map<String, Value>>)> = Vec::new();
    let mut add = |object: &str, record: &'a Value, problems: &mut Vec<String>| match record.as_object() {
        None => problems.push(format!("A record of {object} is not a JSON object and was left out.")),
        Some(record) => match groups.iter_mut().find(|(name, _)| name == object) {
            Some((_, list)) => list.push(record),
            None => groups.push((object.to_owned(), vec![record])),
        },
    };
    // The answer of a query has its rows under `records`.
    let records = records.get("records").filter(|rows| rows.is_array()).unwrap_or(records);
    match records {
        Value::Array(list) => list.iter().for_each(|record| match record["attributes"]["type"].as_str() {
            Some(object) => add(object, record, problems),
            None => problems.push("A record without attributes.type was left out.".to_owned()),
        }),
        Value::Object(by_object) => {
            for (object, list) in by_object {
                list.as_array().into_iter().flatten().for_each(|record| add(object, record, problems));
            }
        }
        _ => problems.push("The import is neither a list of records nor records grouped by object.".to_owned()),
    }
    groups
}

fn object_for(state: &mut State, name: &str, problems: &mut Vec<String>) -> Option<usize> {
    if state.schema.object_at(name).is_none() && name.ends_with("__c") {
        let written = serde_json::json!({ "object": name, "fields": {} });
        if let Err(error) = state.customise(&written) {
            problems.push(format!("Object {name} could not be made: {error}."));
        }
    }
    let at = state.schema.object_at(name);
    if at.is_none() {
        problems.push(format!("The sandbox has no object {name}; its records were left out."));
    }
    at
}

fn one(state: &mut State, object: usize, record: &Map<String, Value>, now_ms: i64, problems: &mut Vec<String>) {
    let given = record.get("Id").and_then(Value::as_str).and_then(id::normalise);
    let own = given.filter(|id| state.schema.by_id(id) == Some(object));
    let id: Arc<str> = own.map_or_else(|| state.next_id(object), Arc::from);
    let mut row = Row { id: id.clone(), cells: Vec::new() };
    let admin = super::oauth::user_named(state, SALESFORCE_USERNAME).unwrap_or_else(|| Arc::from(""));
    for (name, cell) in
        audit(now_ms - now_ms.rem_euclid(1_000), &admin).into_iter().chain([("OwnerId", Cell::Text(admin.clone()))])
    {
        if let Some(at) = state.object(object).field_at(name) {
            row.set(at, cell);
        }
    }
    for (name, value) in record.iter().filter(|(name, _)| *name != "attributes" && *name != "Id") {
        set(state, object, &mut row, name, value, problems);
    }
    row.set(0, Cell::Text(id));
    derive(state, object, &mut row);
    state.plant_row(object, row);
}

fn set(state: &mut State, object: usize, row: &mut Row, name: &str, value: &Value, problems: &mut Vec<String>) {
    if value.is_object() || value.is_array() {
        // Parents and lists of children that a query showed beside the fields.
        return;
    }
    let at = state.object(object).field_at(name).or_else(|| make_field(state, object, name, value));
    let Some(at) = at else {
        let object = &state.object(object).name;
        let sentence = format!("{object} has no field {name}; its values were left out.");
        if !problems.contains(&sentence) {
            problems.push(sentence);
        }
        return;
    };
    let cell = snapshot::cell(&state.object(object).fields[at], value);
    if !cell.is_null() {
        row.set(at, cell);
    }
}

/// An unknown custom field becomes a custom text, number or boolean field.
fn make_field(state: &mut State, object: usize, name: &str, value: &Value) -> Option<usize> {
    if !name.ends_with("__c") {
        return None;
    }
    let line = match value {
        Value::Bool(_) => "boolean",
        Value::Number(_) => "double(18 2)",
        _ => "textarea(32768)",
    };
    let written = serde_json::json!({ "object": state.object(object).name, "fields": { name: line } });
    state.customise(&written).ok()?;
    state.object(object).field_at(name)
}

/// What the org would have derived.
fn derive(state: &mut State, object: usize, row: &mut Row) {
    let missing = |state: &State, row: &Row, field: &str| {
        state.object(object).field_at(field).filter(|at| row.cell(*at).is_null())
    };
    if let Some(at) = missing(state, row, "CaseNumber") {
        let number = state.count("Case#");
        row.set(at, Cell::text(&format!("{number:08}")));
    }
    if let Some(at) = missing(state, row, "IsClosed") {
        let status = state.get(object, row, "Status").as_str().unwrap_or_default().to_owned();
        row.set(at, Cell::Bool(super::rules::case::is_closed(state, &status)));
    }
    if let Some(at) = missing(state, row, "Name").filter(|_| state.object(object).field_at("LastName").is_some()) {
        let part = |field: &str| state.get(object, row, field).as_str().unwrap_or_default().to_owned();
        let name = format!("{} {}", part("FirstName"), part("LastName"));
        row.set(at, Cell::text(name.trim()));
    }
    let stamp = state.get(object, row, "LastModifiedDate").clone();
    if let Some(at) = state.object(object).field_at("SystemModstamp").filter(|_| !stamp.is_null()) {
        row.set(at, stamp);
    }
}
