//! Case: what Status closes, whose account it is, who gets it, and its history.
//!
//! Vendor page: Object Reference, "Case".

use serde_json::json;

use super::super::cell::Cell;
use super::super::refusal::Answered;
use super::super::state::State;
use super::super::write::{self, Caller, Draft};
use super::fields;

/// The fields whose changes are kept as CaseHistory.
const TRACKED: &[&str] = &["Status", "Priority", "OwnerId", "Origin"];

pub(super) fn complete(state: &State, caller: &Caller, draft: &mut Draft) {
    if draft.is_changed(state, "Status") {
        close_or_open(state, caller, draft);
    }
    derive_account(state, draft);
    if caller.auto_assign
        && !draft.is_given(state, "OwnerId")
        && let Some(queue) = state.rules.assigned_queue("Case")
    {
        draft.set(state, "OwnerId", Cell::text(queue));
    }
    if draft.get(state, "Status").is_null() {
        draft.set(state, "Status", Cell::text("New"));
    }
}

fn close_or_open(state: &State, caller: &Caller, draft: &mut Draft) {
    let closes = draft.get(state, "Status").as_str().is_some_and(|status| is_closed(state, status));
    let was_closed = draft.get(state, "IsClosed").is_true();
    draft.set(state, "IsClosed", Cell::Bool(closes));
    match (was_closed, closes) {
        (false, true) => draft.set(state, "ClosedDate", Cell::Stamp(caller.stamp_ms)),
        (true, false) => draft.set(state, "ClosedDate", Cell::Null),
        _ => {}
    }
}

/// Whether a status closes a case, by the CaseStatus rows.
pub(in crate::salesforce) fn is_closed(state: &State, status: &str) -> bool {
    let Some(object) = state.schema.object_at("CaseStatus") else { return false };
    let named = |row: &super::super::table::Row| {
        state.get(object, row, "ApiName").as_str().is_some_and(|name| name.eq_ignore_ascii_case(status))
    };
    state.tables[object].rows().any(|(_, row)| named(row) && state.get(object, row, "IsClosed").is_true())
}

/// The contact's account, when a contact was set and there is none yet.
fn derive_account(state: &State, draft: &mut Draft) {
    if !draft.is_changed(state, "ContactId") || !draft.get(state, "AccountId").is_null() {
        return;
    }
    let account = draft.get(state, "ContactId").as_str().and_then(|contact| {
        let (object, row) = state.row(contact)?;
        Some(state.get(object, row, "AccountId").clone())
    });
    if let Some(account) = account {
        draft.set(state, "AccountId", account);
    }
}

pub(super) fn follow(state: &mut State, caller: &Caller, draft: &Draft) -> Answered<()> {
    keep_internal_comment(state, caller, draft)?;
    keep_history(state, caller, draft);
    Ok(())
}

/// `Comments` is written as an internal CaseComment and reads as null.
fn keep_internal_comment(state: &mut State, caller: &Caller, draft: &Draft) -> Answered<()> {
    if !draft.is_given(state, "Comments") {
        return Ok(());
    }
    let Some(text) = draft.get(state, "Comments").as_str().map(str::to_owned) else { return Ok(()) };
    if let Some(comments) = state.schema.object_at("CaseComment") {
        let comment = fields([("ParentId", json!(&*draft.row.id)), ("CommentBody", json!(text))]);
        write::create(state, caller, comments, &comment, None)?;
    }
    let place = state.tables[draft.object].place(&draft.row.id);
    if let (Some(place), Some(at)) = (place, state.object(draft.object).field_at("Comments")) {
        let mut row = draft.row.clone();
        row.set(at, Cell::Null);
        state.replace(draft.object, place, Some(row));
    }
    Ok(())
}

fn keep_history(state: &mut State, caller: &Caller, draft: &Draft) {
    let Some(history) = state.schema.object_at("CaseHistory") else { return };
    let changed: Vec<_> = match &draft.before {
        None => vec![("created", Cell::Null, Cell::Null)],
        Some(before) => TRACKED
            .iter()
            .filter(|field| draft.is_changed(state, field))
            .map(|field| (*field, state.get(draft.object, before, field).clone(), draft.get(state, field).clone()))
            .collect(),
    };
    for (field, old, new) in changed {
        let id = state.next_id(history);
        let shown = if field == "OwnerId" { "Owner" } else { field };
        let cells = [
            ("Id", Cell::Text(id.clone())),
            ("IsDeleted", Cell::Bool(false)),
            ("CaseId", Cell::Text(draft.row.id.clone())),
            ("Field", Cell::text(shown)),
            ("DataType", Cell::text("Text")),
            ("OldValue", old),
            ("NewValue", new),
            ("CreatedDate", Cell::Stamp(caller.stamp_ms)),
            ("CreatedById", Cell::Text(caller.user.clone())),
        ];
        let mut row = super::super::table::Row { id, cells: Vec::new() };
        for (name, cell) in cells {
            if let Some(at) = state.object(history).field_at(name) {
                row.set(at, cell);
            }
        }
        state.insert(history, row);
    }
}
