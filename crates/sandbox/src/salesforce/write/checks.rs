//! What a draft must satisfy before it becomes a row.

use super::super::record_type;
use super::super::refusal::{Answered, Refusal};
use super::super::schema::{Field, Kind};
use super::super::state::State;
use super::{Caller, Draft};

const OWNER: &str = "OwnerId";

pub(super) fn all(state: &State, caller: &Caller, draft: &Draft) -> Answered<()> {
    required(state, draft)?;
    owned(state, draft)?;
    restricted(state, draft)?;
    record_type::check(state, draft)?;
    record_type::check_dependencies(state, draft)?;
    unique(state, draft)?;
    state.rules.check(state, caller, draft)
}

fn required(state: &State, draft: &Draft) -> Answered<()> {
    let is_missing = |at: usize, field: &Field| {
        let asked = field.createable && !field.nillable && !field.defaulted;
        let empty = if field.kind == Kind::Base64 {
            draft.is_new() && draft.blob.is_none()
        } else {
            draft.row.cell(at).is_null()
        };
        asked && empty && (draft.is_new() || draft.given.contains(&at))
    };
    let fields = state.object(draft.object).fields.iter().enumerate();
    let missing: Vec<&str> =
        fields.filter(|(at, field)| is_missing(*at, field)).map(|(_, field)| field.name.as_str()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("Required fields are missing: [{}]", missing.join(", "));
    Err(Refusal::of_fields("REQUIRED_FIELD_MISSING", message, &missing))
}

/// A record always has an owner. Left out of a new one it is given, taken away it is refused.
fn owned(state: &State, draft: &Draft) -> Answered<()> {
    let fields = &state.object(draft.object).fields;
    let taken_away = draft.given.iter().find(|at| fields[**at].name == OWNER && draft.row.cell(**at).is_null());
    let Some(at) = taken_away.filter(|_| !draft.is_new()) else { return Ok(()) };
    let message = format!("{}: owner cannot be blank", fields[*at].label);
    Err(Refusal::of_fields("INVALID_CROSS_REFERENCE_KEY", message, &[OWNER]))
}

/// A restricted picklist of a field that must not be empty.
fn restricted(state: &State, draft: &Draft) -> Answered<()> {
    for at in &draft.given {
        let field = &state.object(draft.object).fields[*at];
        if field.kind == Kind::Picklist && field.restricted && field.defaulted && draft.row.cell(*at).is_null() {
            return Err(Refusal::bad_choice(&field.label, &field.name, "null"));
        }
    }
    Ok(())
}

fn unique(state: &State, draft: &Draft) -> Answered<()> {
    let table = &state.tables[draft.object];
    for (at, field) in state.object(draft.object).fields.iter().enumerate().filter(|(_, field)| field.unique) {
        let Some(text) = draft.row.cell(at).as_str() else { continue };
        let twins = table.having(at, text).into_iter().flatten().filter_map(|place| table.row(place));
        // The recycle bin does not hold on to unique values.
        let twin = twins.into_iter().find(|twin| twin.id != draft.row.id && !state.is_deleted(draft.object, twin));
        if let Some(twin) = twin {
            let message =
                format!("duplicate value found: {} duplicates value on record with id: {}", field.name, &twin.id);
            return Err(Refusal::of_fields("DUPLICATE_VALUE", message, &[]));
        }
    }
    Ok(())
}
