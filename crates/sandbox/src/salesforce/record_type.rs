//! Record types: which there are of an object, which one is the default, and which values of a picklist each has.
//!
//! The types themselves are rows of RecordType; this is what stands beside them. Vendor page: Object Reference,
//! "RecordType".

use std::collections::HashMap;

use serde_json::{Value, json};

use super::cell::Cell;
use super::refusal::{Answered, Refusal};
use super::schema::{Kind, notation};
use super::state::State;
use super::write::Draft;

/// What an object's record types say, by the object's name.
#[derive(Clone, Debug, Default)]
pub(super) struct RecordTypes {
    by_object: HashMap<String, Vec<RecordType>>,
}

#[derive(Clone, Debug)]
struct RecordType {
    developer_name: String,
    is_default: bool,
    /// The values of a picklist that records of the type may have, by field.
    picklists: HashMap<String, Vec<String>>,
}

/// Takes `recordTypes` of a description: `{"developerName", "name", "default", "active", "picklists": {field: [..]}}`.
pub(super) fn learn(state: &mut State, object: usize, written: &Value) -> Result<(), String> {
    let Some(types) = written["recordTypes"].as_array() else { return Ok(()) };
    let name = state.object(object).name.clone();
    state.schema.objects[object]
        .add(notation::line("RecordTypeId", "reference(RecordType) as RecordType \"Record Type ID\"")?);
    for written in types {
        let developer_name = written["developerName"].as_str().ok_or("a record type needs a `developerName`")?;
        let picklists = serde_json::from_value(written.get("picklists").cloned().unwrap_or_else(|| json!({})))
            .map_err(|error| format!("the picklists of record type {developer_name}: {error}"))?;
        let is_default = written["default"].as_bool().unwrap_or(false);
        let known = RecordType { developer_name: developer_name.to_owned(), is_default, picklists };
        let own = state.record_types.by_object.entry(name.clone()).or_default();
        own.retain(|other| other.developer_name != known.developer_name);
        own.push(known);
        plant(state, &name, developer_name, written);
    }
    Ok(())
}

/// Makes the row, unless it is there.
fn plant(state: &mut State, object: &str, developer_name: &str, written: &Value) {
    if row_of(state, object, developer_name).is_some() {
        return;
    }
    let label = written["name"].as_str().unwrap_or(developer_name);
    let cells = [
        ("Name", Cell::text(label)),
        ("DeveloperName", Cell::text(developer_name)),
        ("SobjectType", Cell::text(object)),
        ("IsActive", Cell::Bool(written["active"].as_bool().unwrap_or(true))),
    ];
    state.plant("RecordType", None, &cells);
}

/// The id of the record type of this developer name.
fn row_of(state: &State, object: &str, developer_name: &str) -> Option<Cell> {
    let types = state.schema.object_at("RecordType")?;
    let is = |row, field: &str, value: &str| state.get(types, row, field).as_str() == Some(value);
    let mut rows = state.tables[types].rows().map(|(_, row)| row);
    let row = rows.find(|row| is(row, "SobjectType", object) && is(row, "DeveloperName", developer_name))?;
    Some(Cell::Text(row.id.clone()))
}

/// Whether records of an object have this type unless they say otherwise.
pub(super) fn is_default(state: &State, object: &str, developer_name: &str) -> bool {
    let own = state.record_types.by_object.get(object);
    own.into_iter().flatten().any(|known| known.is_default && known.developer_name == developer_name)
}

/// Gives a new record the default type.
pub(super) fn complete(state: &State, draft: &mut Draft) {
    let object = &state.object(draft.object).name;
    let Some(own) = state.record_types.by_object.get(object).filter(|_| draft.is_new()) else { return };
    if draft.get(state, "RecordTypeId").is_null()
        && let Some(usual) = own.iter().find(|known| known.is_default)
        && let Some(id) = row_of(state, object, &usual.developer_name)
    {
        draft.set(state, "RecordTypeId", id);
    }
}

/// Says no to a type of another object, and to a value that the type does not have.
pub(super) fn check(state: &State, draft: &Draft) -> Answered<()> {
    let object = state.object(draft.object);
    let Some(own) = state.record_types.by_object.get(&object.name) else { return Ok(()) };
    let Some(id) = draft.get(state, "RecordTypeId").as_str() else { return Ok(()) };
    let row = state.row(id).filter(|(types, row)| {
        state.get(*types, row, "SobjectType").as_str() == Some(&object.name)
            && state.get(*types, row, "IsActive").is_true()
    });
    let Some((types, row)) = row else {
        return Err(Refusal::no_such_record_type(id));
    };
    let developer_name = state.get(types, row, "DeveloperName").as_str().unwrap_or_default();
    let Some(known) = own.iter().find(|known| known.developer_name == developer_name) else { return Ok(()) };
    for at in &draft.given {
        let field = &object.fields[*at];
        let (Some(values), Some(text)) = (known.picklists.get(&field.name), draft.row.cell(*at).as_str()) else {
            continue;
        };
        if field.restricted && !values.iter().any(|value| value == text) {
            return Err(Refusal::bad_choice(&field.label, &field.name, text));
        }
    }
    Ok(())
}

/// Says no to a value that does not go with the controlling field's; the vendor does so where the list is restricted.
pub(super) fn check_dependencies(state: &State, draft: &Draft) -> Answered<()> {
    let object = state.object(draft.object);
    for (at, field) in object.fields.iter().enumerate().filter(|(_, field)| field.restricted) {
        let Some(controller) = field.controller.as_deref().and_then(|name| object.field_at(name)) else { continue };
        if !draft.given.contains(&at) && !draft.given.contains(&controller) {
            continue;
        }
        let Some(text) = draft.row.cell(at).as_str() else { continue };
        let by = draft.row.cell(controller).to_wire(Kind::Text);
        let by = by.as_str().map_or_else(|| by.to_string(), str::to_owned);
        let choice = field.choices.iter().find(|choice| choice.value == text);
        if choice.is_some_and(|choice| !choice.valid_for.contains(&by)) {
            let message =
                format!("{}: value {text} is not valid for {} {by}", field.label, object.fields[controller].label);
            return Err(Refusal::of_fields("FIELD_INTEGRITY_EXCEPTION", message, &[&field.name]));
        }
    }
    Ok(())
}
