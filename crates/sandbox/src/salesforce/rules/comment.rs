//! CaseComment: its text is limited in bytes, and only Modify All on Case may change it.
//!
//! Vendor page: Object Reference, "CaseComment".

use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::super::write::{Caller, Draft};

/// Bytes of UTF-8, not characters.
const BODY_BYTES_MAX: usize = 4_000;

pub(super) fn complete(state: &State, caller: &Caller, draft: &Draft) -> Answered<()> {
    let body = draft.get(state, "CommentBody").as_str().unwrap_or_default();
    if body.len() > BODY_BYTES_MAX {
        let message = format!("Body: data value too large: {body} (max length={BODY_BYTES_MAX})");
        return Err(Refusal::of_fields("STRING_TOO_LONG", message, &["CommentBody"]));
    }
    if draft.is_new() || !draft.is_given(state, "CommentBody") {
        return Ok(());
    }
    needs_modify_all(state, caller)
}

pub(super) fn needs_modify_all(state: &State, caller: &Caller) -> Answered<()> {
    let may = state.rights.object(&caller.user, "Case").modify_all;
    if may { Ok(()) } else { Err(Refusal::no_access()) }
}
