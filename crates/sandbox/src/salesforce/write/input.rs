//! From the caller's JSON to cells, field by field.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::civil::{Date, date};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value};

use super::super::cell::{Cell, parse_stamp};
use super::super::id;
use super::super::refusal::{Answered, Refusal};
use super::super::schema::{Field, Kind};
use super::super::state::State;
use super::{Caller, Draft};

/// Reads the caller's fields into a draft.
pub(super) fn read(state: &State, caller: &Caller, draft: &mut Draft, input: &Map<String, Value>) -> Answered<()> {
    let mut refused = Vec::new();
    for (name, value) in input {
        if name == "attributes" {
            continue;
        }
        let object = state.object(draft.object);
        let Some(at) = visible(state, caller, draft.object, name) else {
            relationship(state, caller, draft, name, value)?;
            continue;
        };
        let field = &object.fields[at];
        if field.kind == Kind::Id && field.name == "Id" {
            return Err(id_in_body(draft));
        }
        if !may_write(state, caller, draft, field) {
            refused.push(field.name.as_str());
            continue;
        }
        if field.kind == Kind::Base64 {
            draft.blob = blob(field, value)?;
        } else {
            let cell = cell(state, draft.object, field, value)?;
            if field.kind == Kind::Reference {
                may_refer(state, caller, &cell)?;
            }
            draft.row.set(at, cell);
        }
        draft.given.push(at);
    }
    if refused.is_empty() { Ok(()) } else { Err(not_writable(&refused)) }
}

/// Nobody refers to a record that he may not read.
fn may_refer(state: &State, caller: &Caller, cell: &Cell) -> Answered<()> {
    let Some(id) = cell.as_str() else { return Ok(()) };
    let target = state.schema.by_id(id).map(|object| &state.object(object).name);
    if target.is_none_or(|target| state.rights.object(&caller.user, target).read) {
        return Ok(());
    }
    let message = format!("insufficient access rights on cross-reference id: {id}");
    Err(Refusal::of_fields("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message, &[]))
}

/// A field that this caller may see.
fn visible(state: &State, caller: &Caller, object: usize, name: &str) -> Option<usize> {
    let object = state.object(object);
    let at = object.field_at(name)?;
    state.rights.field(&caller.user, &object.name, name).read.then_some(at)
}

fn may_write(state: &State, caller: &Caller, draft: &Draft, field: &Field) -> bool {
    let rights = state.rights.field(&caller.user, &state.object(draft.object).name, &field.name);
    if draft.is_new() { field.createable && rights.create } else { field.updateable && rights.update }
}

fn id_in_body(draft: &Draft) -> Refusal {
    if draft.is_new() {
        return Refusal::of_fields("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", &["Id"]);
    }
    Refusal::of_fields("INVALID_FIELD", "The Id field should not be specified in the sobject data.", &["Id"])
}

fn not_writable(fields: &[&str]) -> Refusal {
    let names = fields.join(", ");
    let message = format!(
        "Unable to create/update fields: {names}. Please check the security settings of this field and verify that it \
         is read/write for your profile or permission set."
    );
    Refusal::of_fields("INVALID_FIELD_FOR_INSERT_UPDATE", message, fields)
}

/// `{"Account": {"Ext__c": "A-1"}}` sets the lookup to the record with that external id.
fn relationship(state: &State, caller: &Caller, draft: &mut Draft, name: &str, value: &Value) -> Answered<()> {
    let object = state.object(draft.object);
    let unknown = || Refusal::no_column(name, &object.name);
    let at = object.relationship_at(name).ok_or_else(unknown)?;
    let field = &object.fields[at];
    if !may_write(state, caller, draft, field) {
        return Err(not_writable(&[&field.name]));
    }
    if value.is_null() {
        draft.row.set(at, Cell::Null);
        draft.given.push(at);
        return Ok(());
    }
    let key = value.as_object().ok_or_else(unknown)?;
    let said_type = key.get("attributes").and_then(|attributes| attributes["type"].as_str());
    let target_name = said_type.unwrap_or(&field.references[0]);
    let target = state.schema.object_at(target_name).ok_or_else(unknown)?;
    let (key_name, key_value) = key.iter().find(|(name, _)| *name != "attributes").ok_or_else(unknown)?;
    let text = key_value.as_str().map_or_else(|| key_value.to_string(), str::to_owned);
    let key_at = state.object(target).field_at(key_name).ok_or_else(|| Refusal::no_column(key_name, target_name))?;
    let key_field = &state.object(target).fields[key_at];
    if !key_field.external_id && !key_field.id_lookup {
        let message = format!(
            "Field name provided, {key_name} does not match an External ID, Salesforce Id, or indexed field for {target_name}"
        );
        return Err(Refusal::of_fields("INVALID_FIELD", message, &[]));
    }
    let id = match super::find(state, target, key_at, &text).as_slice() {
        [one] => one.clone(),
        [] => {
            let message =
                format!("Foreign key external ID: {text} not found for field {key_name} in entity {target_name}");
            return Err(Refusal::of_fields("INVALID_FIELD", message, &[]));
        }
        several => return Err(Refusal::several(&state.object(target).fields[key_at].label, several, key_name)),
    };
    draft.row.set(at, Cell::Text(id));
    draft.given.push(at);
    Ok(())
}

fn blob(field: &Field, value: &Value) -> Answered<Option<Bytes>> {
    let Some(text) = value.as_str() else {
        return if value.is_null() { Ok(None) } else { Err(wrong_type(field, value)) };
    };
    let compact: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(compact).map(|bytes| Some(Bytes::from(bytes))).map_err(|_| wrong_type(field, value))
}

/// One value in the form that the org keeps.
pub(super) fn cell(state: &State, object: usize, field: &Field, value: &Value) -> Answered<Cell> {
    match (field.kind, value) {
        (Kind::Boolean, Value::Null) => {
            let message = format!("{}: value not of required type: null", field.label);
            Err(Refusal::of_fields("INVALID_TYPE_ON_FIELD_IN_RECORD", message, &[&field.name]))
        }
        (_, Value::Null) => Ok(Cell::Null),
        (Kind::Boolean, _) => boolean(field, value),
        (Kind::Double | Kind::Currency | Kind::Percent | Kind::Int, _) => number(field, value),
        (_, Value::String(text)) => from_text(state, object, field, text),
        _ => Err(wrong_type(field, value)),
    }
}

fn boolean(field: &Field, value: &Value) -> Answered<Cell> {
    match value {
        Value::Bool(yes) => Ok(Cell::Bool(*yes)),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Cell::Bool(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Cell::Bool(false)),
        _ => Err(wrong_type(field, value)),
    }
}

fn number(field: &Field, value: &Value) -> Answered<Cell> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| number.is_finite()).ok_or_else(|| wrong_type(field, value))?;
    let limit = match field.kind {
        Kind::Int => f64::from(i32::MAX),
        _ => 10f64.powi(i32::try_from(field.precision.saturating_sub(field.scale)).unwrap_or(18)),
    };
    if number.abs() > limit {
        let message = format!("{}: value outside of valid range on numeric field: {number}", field.label);
        return Err(Refusal::of_fields("NUMBER_OUTSIDE_VALID_RANGE", message, &[&field.name]));
    }
    if field.kind == Kind::Int && number.fract() != 0.0 {
        return Err(wrong_type(field, value));
    }
    let factor = 10f64.powi(i32::try_from(field.scale).unwrap_or(0));
    Ok(Cell::Number(if field.kind == Kind::Int { number } else { (number * factor).round() / factor }))
}

fn from_text(state: &State, object: usize, field: &Field, text: &str) -> Answered<Cell> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Cell::Null);
    }
    match field.kind {
        // "Regular dateTime fields are full timestamps with a precision of one second."
        // <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/primitive_data_types.htm>
        Kind::DateTime => {
            let ms = parse_stamp(text).ok_or_else(|| wrong_type(field, &text.into()))?;
            let day = Timestamp::from_millisecond(ms).map(|at| at.to_zoned(TimeZone::UTC).date());
            in_range(field, text, day.unwrap_or(Date::MAX))?;
            Ok(Cell::Stamp(ms - ms.rem_euclid(1_000)))
        }
        Kind::Date => {
            let date = text.get(..10).and_then(|date| date.parse().ok());
            let date = date.ok_or_else(|| wrong_type(field, &text.into()))?;
            in_range(field, text, date)?;
            Ok(Cell::Date(date))
        }
        Kind::Time => time(text).map(|time| Cell::text(&time)).ok_or_else(|| wrong_type(field, &text.into())),
        Kind::Reference => reference(state, object, field, text),
        Kind::Id => id::normalise(text).map(|id| Cell::text(&id)).ok_or_else(|| wrong_id(field, text)),
        Kind::Picklist => picklist(field, text),
        Kind::MultiPicklist => {
            text.split(';').try_for_each(|one| picklist(field, one).map(drop)).map(|()| Cell::text(text))
        }
        _ => plain_text(field, text),
    }
}

/// "The earliest valid date is 1700-01-01T00:00:00Z GMT ... The latest valid date is 4000-12-31T00:00:00Z GMT."
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm>
fn in_range(field: &Field, text: &str, day: Date) -> Answered<()> {
    if (date(1700, 1, 1)..=date(4000, 12, 31)).contains(&day) {
        return Ok(());
    }
    let message = format!("{}: invalid date: {text}", field.label);
    Err(Refusal::of_fields("FIELD_INTEGRITY_EXCEPTION", message, &[&field.name]))
}

/// `13:30`, `13:30:00Z` and the like as the vendor writes them; times of day have no zone.
fn time(text: &str) -> Option<String> {
    let time: jiff::civil::Time = text.trim_end_matches('Z').parse().ok()?;
    Some(format!("{}Z", time.strftime("%H:%M:%S%.3f")))
}

fn plain_text(field: &Field, text: &str) -> Answered<Cell> {
    if field.kind == Kind::Email && !looks_like_email(text) {
        let message = format!("{}: invalid email address: {text}", field.label);
        return Err(Refusal::of_fields("INVALID_EMAIL_ADDRESS", message, &[&field.name]));
    }
    // Counted in characters; CaseComment alone counts bytes, which is its own rule.
    if text.len() > field.length && text.chars().count() > field.length {
        let message = format!("{}: data value too large: {text} (max length={})", field.label, field.length);
        return Err(Refusal::of_fields("STRING_TOO_LONG", message, &[&field.name]));
    }
    Ok(Cell::text(text))
}

fn looks_like_email(text: &str) -> bool {
    let (name, host) = text.split_once('@').unwrap_or_default();
    !name.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !text.contains(char::is_whitespace)
        && !host.contains('@')
}

fn picklist(field: &Field, text: &str) -> Answered<Cell> {
    let known = field.choices.iter().find(|choice| choice.value.eq_ignore_ascii_case(text));
    match known {
        Some(choice) if choice.active || !field.restricted => Ok(Cell::text(&choice.value)),
        _ if field.restricted => Err(Refusal::bad_choice(&field.label, &field.name, text)),
        _ => plain_text(field, text),
    }
}

fn reference(state: &State, object: usize, field: &Field, text: &str) -> Answered<Cell> {
    let id = id::normalise(text).ok_or_else(|| wrong_id(field, text))?;
    let target = state.schema.by_id(&id).ok_or_else(|| wrong_id(field, text))?;
    let target_name = &state.object(target).name;
    // A custom field without targets is a bug of the definition, not of the caller.
    if !field.references.iter().any(|name| name == target_name) {
        return Err(wrong_id(field, text));
    }
    let unknown = || match field.name.as_str() {
        "RecordTypeId" => Refusal::no_such_record_type(&id),
        _ => Refusal::of_fields("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[]),
    };
    let row = state.tables[target].by_id(&id).ok_or_else(unknown)?;
    if state.is_deleted(target, row) {
        return Err(Refusal { status: 400, ..Refusal::deleted() });
    }
    if field.name == "OwnerId" && target_name == "User" && !state.get(target, row, "IsActive").is_true() {
        let owned = state.object(object).label.to_lowercase();
        let message = format!("operation performed with inactive user [{id}] as owner of {owned}");
        return Err(Refusal::of_fields("INACTIVE_OWNER_OR_USER", message, &["OwnerId"]));
    }
    Ok(Cell::text(&id))
}

fn wrong_id(field: &Field, text: &str) -> Refusal {
    let message = format!("{}: id value of incorrect type: {text}", field.label);
    Refusal::of_fields("MALFORMED_ID", message, &[&field.name])
}

/// The JSON parser's complaint. The vendor tells a line and column; here it is always the first.
fn wrong_type(field: &Field, value: &Value) -> Refusal {
    let wanted = match field.kind {
        Kind::Boolean => "boolean",
        Kind::Int => "int",
        Kind::Double | Kind::Percent => "double",
        Kind::Currency => "currency",
        Kind::Date => "date",
        Kind::DateTime => "datetime",
        Kind::Base64 => "base64",
        Kind::Time => "time",
        Kind::Reference | Kind::Id => "reference",
        _ => "string",
    };
    let (token, shown) = match value {
        Value::String(text) => ("VALUE_STRING", text.clone()),
        Value::Bool(true) => ("VALUE_TRUE", "true".to_owned()),
        Value::Bool(false) => ("VALUE_FALSE", "false".to_owned()),
        Value::Number(number) if number.is_f64() => ("VALUE_NUMBER_FLOAT", number.to_string()),
        Value::Number(number) => ("VALUE_NUMBER_INT", number.to_string()),
        Value::Array(_) => ("START_ARRAY", "[".to_owned()),
        _ => ("START_OBJECT", "{".to_owned()),
    };
    Refusal::json(format!(
        "Cannot deserialize instance of {wanted} from {token} value {shown} or request may be missing a required field \
         at [line:1, column:1]"
    ))
}
