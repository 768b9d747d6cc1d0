//! The org as one JSON value, and back.
//!
//! Rows are kept as objects in the wire's own form, so that a snapshot can be read by a person and survives a change of
//! the schema's order.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::cell::{Cell, parse_stamp};
use super::schema::{Field, Kind};
use super::state::State;
use super::table::Row;

pub(super) fn save(state: &State) -> Value {
    let tables: Map<String, Value> = (0..state.tables.len())
        .filter(|object| state.tables[*object].len() > 0)
        .map(|object| (state.object(object).name.clone(), rows(state, object)))
        .collect();
    let blobs: Map<String, Value> =
        state.blobs.iter().map(|(id, bytes)| (id.to_string(), json!(STANDARD.encode(bytes)))).collect();
    json!({
        "customised": state.customised,
        "counters": state.counters,
        "tables": tables,
        "blobs": blobs,
        "pushes": state.pushes.all,
        "rules": state.rules,
    })
}

fn rows(state: &State, object: usize) -> Value {
    let fields = &state.object(object).fields;
    let row = |row: &Row| {
        let filled = fields.iter().enumerate().filter(|(at, _)| !row.cell(*at).is_null());
        Value::Object(filled.map(|(at, field)| (field.name.clone(), row.cell(at).to_wire(field.kind))).collect())
    };
    Value::Array(state.tables[object].rows().map(|(_, each)| row(each)).collect())
}

/// A state from what [`save`] made.
pub(super) fn load(saved: &Value) -> Result<State, String> {
    let tables = saved["tables"].as_object().ok_or("the Salesforce half of the snapshot has no `tables`")?;
    let mut state = State::standard();
    for customised in saved["customised"].as_array().into_iter().flatten() {
        state.customise(customised)?;
    }
    for (name, rows) in tables {
        let object =
            state.schema.object_at(name).ok_or_else(|| format!("the snapshot has an unknown object {name}"))?;
        for row in rows.as_array().into_iter().flatten() {
            let row = self::row(&state, object, row).ok_or_else(|| format!("a row of {name} has no Id"))?;
            state.plant_row(object, row);
        }
    }
    for (id, text) in saved["blobs"].as_object().into_iter().flatten() {
        let bytes = STANDARD
            .decode(text.as_str().unwrap_or_default())
            .map_err(|_| format!("the bytes of {id} are no base64"))?;
        state.blobs.insert(Arc::from(id.as_str()), Bytes::from(bytes));
    }
    let read = |error: serde_json::Error| error.to_string();
    state.counters = serde_json::from_value(saved["counters"].clone()).map_err(read)?;
    state.pushes.all = serde_json::from_value(saved["pushes"].clone()).map_err(read)?;
    state.rules = serde_json::from_value(saved["rules"].clone()).map_err(read)?;
    let users = state.schema.object_at("User");
    let least = super::oauth::user_named(&state, crate::credentials::SALESFORCE_LEAST_USERNAME);
    if let (Some(_), Some(least)) = (users, least) {
        state.rights.make_least(&least);
    }
    Ok(state)
}

fn row(state: &State, object: usize, written: &Value) -> Option<Row> {
    let id: Arc<str> = Arc::from(written["Id"].as_str()?);
    let mut row = Row { id, cells: Vec::with_capacity(state.object(object).fields.len()) };
    for (name, value) in written.as_object()? {
        if let Some(at) = state.object(object).field_at(name) {
            row.set(at, cell(&state.object(object).fields[at], value));
        }
    }
    Some(row)
}

/// A value in the wire's form, taken as it is: what was once in the org is not judged again.
pub(super) fn cell(field: &Field, value: &Value) -> Cell {
    match (field.kind, value) {
        (_, Value::Null) => Cell::Null,
        (Kind::DateTime, Value::String(text)) => parse_stamp(text).map_or(Cell::Null, Cell::Stamp),
        (Kind::Date, Value::String(text)) => {
            text.get(..10).and_then(|date| date.parse().ok()).map_or(Cell::Null, Cell::Date)
        }
        (Kind::Boolean, Value::String(text)) => Cell::Bool(text.eq_ignore_ascii_case("true")),
        (Kind::Double | Kind::Currency | Kind::Percent | Kind::Int, Value::String(text)) => {
            text.parse().map_or(Cell::Null, Cell::Number)
        }
        (_, Value::Bool(yes)) => Cell::Bool(*yes),
        (_, Value::Number(number)) if is_number(field.kind) => Cell::Number(number.as_f64().unwrap_or_default()),
        (_, Value::String(text)) => Cell::text(text),
        (_, other) => Cell::text(&other.to_string()),
    }
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Double | Kind::Currency | Kind::Percent | Kind::Int)
}
