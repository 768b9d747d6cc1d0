//! FeedItem, FeedComment, EmailMessage: which posts can be made, and what of a mail can be changed.
//!
//! Vendor pages: Object Reference, "FeedItem", "FeedComment", "EmailMessage".

use super::super::cell::Cell;
use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::super::write::{Caller, Draft};

const POSTABLE: &[&str] = &["TextPost", "ContentPost", "LinkPost", "QuestionPost"];

pub(super) fn complete_item(state: &State, caller: &Caller, draft: &mut Draft) -> Answered<()> {
    if draft.is_new() {
        let kind = draft.get(state, "Type").as_str().unwrap_or_default();
        if !POSTABLE.contains(&kind) {
            let message = format!("Type: bad value for restricted picklist field: {kind}");
            return Err(Refusal::of_fields("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, &["Type"]));
        }
        if kind == "TextPost" && draft.get(state, "Body").is_null() {
            return Err(Refusal::of_fields("REQUIRED_FIELD_MISSING", "Required fields are missing: [Body]", &["Body"]));
        }
        draft.set(state, "InsertedById", Cell::Text(caller.user.clone()));
        for counter in ["CommentCount", "LikeCount"] {
            draft.set(state, counter, Cell::Number(0.0));
        }
    }
    revise(state, caller, draft);
    Ok(())
}

pub(super) fn complete_comment(state: &State, caller: &Caller, draft: &mut Draft) {
    if draft.is_new() {
        draft.set(state, "InsertedById", Cell::Text(caller.user.clone()));
        let parent = draft.get(state, "FeedItemId").as_str().and_then(|item| {
            let (object, row) = state.row(item)?;
            Some(state.get(object, row, "ParentId").clone())
        });
        draft.set(state, "ParentId", parent.unwrap_or_default());
    }
    revise(state, caller, draft);
}

fn revise(state: &State, caller: &Caller, draft: &mut Draft) {
    let before = match draft.get(state, "Revision") {
        Cell::Number(revision) => *revision,
        _ => 0.0,
    };
    draft.set(state, "Revision", Cell::Number(before + 1.0));
    if !draft.is_new() {
        draft.set(state, "LastEditById", Cell::Text(caller.user.clone()));
        draft.set(state, "LastEditDate", Cell::Stamp(caller.stamp_ms));
    }
}

/// The post counts its comments, without being stamped.
pub(super) fn follow_comment(state: &mut State, draft: &Draft) -> Answered<()> {
    let item = draft.get(state, "FeedItemId").as_str().map(str::to_owned);
    let found = item.and_then(|item| {
        let (object, row) = state.row(&item)?;
        Some((object, state.tables[object].place(&row.id)?, row.clone()))
    });
    if let Some((object, place, mut row)) = found.filter(|_| draft.is_new())
        && let Some(at) = state.object(object).field_at("CommentCount")
    {
        let count = if let Cell::Number(count) = row.cell(at) { *count } else { 0.0 };
        row.set(at, Cell::Number(count + 1.0));
        state.replace(object, place, Some(row));
    }
    Ok(())
}

/// Mails that are no drafts can only be shown or hidden, and marked as read.
pub(super) fn complete_mail(state: &State, draft: &Draft) -> Answered<()> {
    let Some(before) = &draft.before else { return Ok(()) };
    if state.get(draft.object, before, "Status").as_str() == Some("5") {
        return Ok(());
    }
    let fixed = draft.given.iter().map(|at| &state.object(draft.object).fields[*at]).find(|field| {
        !field.is_custom()
            && field.name != "IsExternallyVisible"
            && field.name != "Status"
            && draft.is_changed(state, &field.name)
    });
    match fixed {
        None => Ok(()),
        Some(field) => {
            let message = format!("Unable to create/update fields: {}. Only draft emails can be changed.", field.name);
            Err(Refusal::of_fields("INVALID_FIELD_FOR_INSERT_UPDATE", message, &[&field.name]))
        }
    }
}
