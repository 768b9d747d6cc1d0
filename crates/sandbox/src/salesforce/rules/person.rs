//! Contact, Lead, User: a name made of its parts. Group, UserRole: a developer name made of the name.

use super::super::cell::Cell;
use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::super::write::Draft;

pub(super) fn complete(state: &State, draft: &mut Draft) -> Answered<()> {
    if !draft.is_new() && draft.get(state, "IsConverted").is_true() {
        let message = "cannot reference converted lead";
        return Err(Refusal { fields: Some(Vec::new()), ..Refusal::new(400, "CANNOT_UPDATE_CONVERTED_LEAD", message) });
    }
    let part = |name: &str| draft.get(state, name).as_str().unwrap_or_default().to_owned();
    let name = format!("{} {}", part("FirstName"), part("LastName"));
    let name = name.trim();
    let cell = if name.is_empty() { Cell::Null } else { Cell::text(name) };
    draft.set(state, "Name", cell);
    Ok(())
}

pub(super) fn complete_group(state: &State, draft: &mut Draft) {
    if draft.get(state, "DeveloperName").is_null() {
        let name =
            draft.get(state, "Name").as_str().unwrap_or_default().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        draft.set(state, "DeveloperName", Cell::text(&name));
    }
}
