//! What single objects do beyond fields: derived values, side records, prohibitions.
//!
//! [`complete`] runs before a draft is checked and may change it, [`follow`] runs after it became a row and may make
//! other rows, [`may_delete`] runs before a deletion.

pub(super) mod case;
mod comment;
pub(super) mod custom;
mod deal;
mod feed;
mod file;
mod idea;
mod person;

use serde_json::{Map, Value};

use super::refusal::Answered;
use super::state::State;
use super::write::{Caller, Draft};

/// Derives what the object derives.
pub(super) fn complete(state: &mut State, caller: &Caller, draft: &mut Draft) -> Answered<()> {
    match state.object(draft.object).name.as_str() {
        "Case" => case::complete(state, caller, draft),
        "CaseComment" => comment::complete(state, caller, draft)?,
        "Contact" | "Lead" | "User" => person::complete(state, draft)?,
        "Group" | "UserRole" => person::complete_group(state, draft),
        "Opportunity" => deal::complete_opportunity(state, draft),
        "Order" | "Contract" => deal::complete_agreement(state, draft)?,
        "Task" => deal::complete_task(state, caller, draft),
        "FeedItem" => feed::complete_item(state, caller, draft)?,
        "FeedComment" => feed::complete_comment(state, caller, draft),
        "EmailMessage" => feed::complete_mail(state, draft)?,
        "ContentVersion" => file::complete_version(state, caller, draft)?,
        "ContentDocumentLink" => file::complete_link(state, draft)?,
        "Attachment" => file::complete_attachment(state, draft),
        _ => {}
    }
    Ok(())
}

/// Makes what follows from a row.
pub(super) fn follow(state: &mut State, caller: &Caller, draft: &Draft) -> Answered<()> {
    match state.object(draft.object).name.as_str() {
        "Case" => case::follow(state, caller, draft),
        "FeedComment" => feed::follow_comment(state, draft),
        "ContentVersion" => file::follow_version(state, caller, draft),
        "IdeaComment" => {
            idea::follow_comment(state, draft);
            Ok(())
        }
        "Vote" => {
            idea::follow_vote(state, draft);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Says no where an object forbids deleting.
pub(super) fn may_delete(state: &State, caller: &Caller, object: usize, _place: usize) -> Answered<()> {
    match state.object(object).name.as_str() {
        "CaseComment" => comment::needs_modify_all(state, caller),
        _ => Ok(()),
    }
}

/// The fields of a record that a rule makes.
fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
