//! Entity properties of issues (and, with the same rules, of comments and projects).
//!
//! They write no changelog and do not move `updated`; every account that sees the issue sees them.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Value, json};

use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::limits::{PROPERTY_CHARS, PROPERTY_KEY_CHARS};
use crate::jira::session::Session;
use crate::jira::webhook::event;

const MAY_NOT: &str = "You do not have permission to edit issues in this project.";

/// Reads `[{"key","value"}]` of a create, an edit or a comment.
pub(crate) fn read_list(list: Option<&Value>) -> Result<BTreeMap<String, Value>, Refusal> {
    let Some(list) = list.filter(|v| !v.is_null()) else { return Ok(BTreeMap::new()) };
    let rows = list.as_array().ok_or_else(Refusal::payload)?;
    rows.iter()
        .map(|row| {
            let key = row.get("key").and_then(Value::as_str).ok_or_else(Refusal::payload)?;
            let value = row.get("value").cloned().unwrap_or_default();
            check(key, &value, value.to_string().chars().count())?;
            Ok((key.to_owned(), value))
        })
        .collect()
}

fn check(key: &str, value: &Value, chars: usize) -> Result<(), Refusal> {
    if key.is_empty() || key.chars().count() > PROPERTY_KEY_CHARS {
        return Err(Refusal::message(400, "The property key must be between 1 and 255 characters long."));
    }
    if value.is_null() {
        return Err(Refusal::message(400, "The value of the property must not be empty."));
    }
    if chars > PROPERTY_CHARS {
        return Err(Refusal::message(400, "The property value must not exceed 32768 characters."));
    }
    Ok(())
}

/// The key of the path and the value of the body.
pub(crate) fn read_one(s: &Session<'_>) -> Result<(String, Value), Refusal> {
    let value = s.call.json()?;
    let key = s.call.param("property");
    check(key, &value, String::from_utf8_lossy(&s.call.body).chars().count())?;
    Ok((key.to_owned(), value))
}

pub(crate) fn missing(key: &str) -> Refusal {
    Refusal::message(404, format!("The property with key '{key}' does not exist."))
}

pub(crate) fn keys(properties: &BTreeMap<String, Value>, base: &str) -> Reply {
    let rows: Vec<Value> =
        properties.keys().map(|key| json!({ "self": format!("{base}/{key}"), "key": key })).collect();
    Reply::ok(json!({ "keys": rows }))
}

pub(crate) fn show(properties: &BTreeMap<String, Value>, key: &str) -> Answer {
    let value = properties.get(key).ok_or_else(|| missing(key))?;
    Ok(Reply::ok(json!({ "key": key, "value": value })))
}

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let issue = s.issue()?;
    Ok(keys(&issue.properties, &s.view().api(&format!("issue/{}/properties", issue.id))))
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    show(&s.issue()?.properties, s.call.param("property"))
}

pub(crate) fn put(s: &mut Session<'_>) -> Answer {
    let id = s.issue_with("EDIT_ISSUES", MAY_NOT)?;
    let (key, value) = read_one(s)?;
    let existed = set(s, id, key, Some(value));
    Ok(Reply::empty(if existed { StatusCode::OK } else { StatusCode::CREATED }))
}

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    let id = s.issue_with("EDIT_ISSUES", MAY_NOT)?;
    let key = s.call.param("property").to_owned();
    if set(s, id, key.clone(), None) { Ok(Reply::no_content()) } else { Err(missing(&key)) }
}

/// Sets what a create or an edit brought along.
pub(crate) fn set_all(s: &mut Session<'_>, id: u64, properties: BTreeMap<String, Value>) {
    for (key, value) in properties {
        set(s, id, key, Some(value));
    }
}

/// Returns whether there was a value before.
fn set(s: &mut Session<'_>, id: u64, key: String, value: Option<Value>) -> bool {
    let Some(issue) = s.contents.issues.get_mut(&id) else { return false };
    let before = match &value {
        Some(value) => issue.properties.insert(key.clone(), value.clone()),
        None => issue.properties.remove(&key),
    };
    if before == value {
        return before.is_some();
    }
    let issue_key = issue.key.clone();
    s.log(
        &issue_key,
        &format!("property:{key}"),
        before.as_ref().map(Value::to_string),
        value.as_ref().map(Value::to_string),
    );
    let name = if value.is_some() { "issue_property_set" } else { "issue_property_deleted" };
    event::property(s, name, id, &key, value.as_ref());
    before.is_some()
}
