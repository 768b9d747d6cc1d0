//! `PUT /issue/{issue}/assignee`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::change;
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::session::Session;
use crate::jira::webhook::event;

/// `null` empties the field; `"-1"` is the project's default, which here is nobody.
pub(crate) fn assign(s: &mut Session<'_>) -> Answer {
    let id = s.issue_with("ASSIGN_ISSUES", "You do not have permission to assign issues.")?;
    let body = s.call.object()?;
    let stored = match body.get("accountId") {
        Some(Value::Null) => Value::Null,
        Some(Value::String(account)) if account == "-1" => Value::Null,
        Some(Value::String(account)) if s.contents.people.assignable(account) => json!(account),
        Some(Value::String(account)) => {
            return Err(Refusal::field(400, "assignee", format!("User '{account}' cannot be assigned issues.")));
        }
        _ => return Err(Refusal::payload()),
    };
    let entry = change::apply(s, id, BTreeMap::from([("assignee".to_owned(), stored)]), Vec::new(), None);
    if entry.is_some() {
        event::issue_updated(s, id, entry, None, Some("issue_assigned"));
    }
    Ok(Reply::no_content())
}
