//! Remote links: from an issue to a page elsewhere, upserted by `globalId`.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{RemoteLink, change, history};
use crate::jira::answer::{Answer, Problems, Refusal, Reply};
use crate::jira::limits::{REMOTE_GLOBAL_ID_CHARS, REMOTE_LINKS_PER_ISSUE};
use crate::jira::session::Session;

const MAY_NOT: &str = "You do not have permission to link issues in this project.";

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let issue = s.issue()?;
    let view = s.view();
    match s.call.query("globalId") {
        None => Ok(Reply::ok(issue.remote_links.iter().map(|link| view.remote_link(issue, link)).collect())),
        Some(global_id) => {
            let link = issue
                .remote_links
                .iter()
                .find(|link| link.global_id.as_deref() == Some(&global_id))
                .ok_or_else(missing)?;
            Ok(Reply::ok(view.remote_link(issue, link)))
        }
    }
}

fn missing() -> Refusal {
    Refusal::message(404, "The remote issue link does not exist.")
}

/// The link of the path; one of another issue is not found here but refused.
fn addressed(s: &Session<'_>) -> Result<(u64, u64), Refusal> {
    let issue = s.issue()?;
    let id: u64 = s.call.param("link").parse().map_err(|_| Refusal::conversion("linkId", s.call.param("link")))?;
    if issue.remote_links.iter().any(|link| link.id == id) {
        return Ok((issue.id, id));
    }
    let elsewhere = s.contents.issues.values().any(|issue| issue.remote_links.iter().any(|link| link.id == id));
    Err(if elsewhere {
        Refusal::message(400, "The remote issue link does not belong to the specified issue.")
    } else {
        missing()
    })
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let (_, id) = addressed(s)?;
    let issue = s.issue()?;
    let link = issue.remote_links.iter().find(|link| link.id == id).ok_or_else(missing)?;
    Ok(Reply::ok(s.view().remote_link(issue, link)))
}

struct Draft {
    global_id: Option<String>,
    body: Value,
}

fn read(s: &Session<'_>) -> Result<Draft, Refusal> {
    let mut body = s.call.object()?;
    let mut problems = Problems::default();
    let text = |name: &str| body.get("object").and_then(|o| o.get(name)).and_then(Value::as_str).unwrap_or_default();
    if text("title").is_empty() {
        problems.field("title", "'title' is required.");
    }
    if text("url").is_empty() {
        problems.field("url", "'url' is required.");
    }
    let global_id = body.get("globalId").and_then(Value::as_str).map(str::to_owned);
    if global_id.as_ref().is_some_and(|id| id.chars().count() > REMOTE_GLOBAL_ID_CHARS) {
        problems.field("globalId", "'globalId' must be at most 255 characters long.");
    }
    problems.check()?;
    body.retain(|key, _| matches!(key.as_str(), "application" | "relationship" | "object"));
    // What is left out becomes null: an update replaces the whole link.
    body.entry("application").or_insert_with(|| json!({}));
    Ok(Draft { global_id, body: Value::Object(body) })
}

pub(crate) fn create_or_update(s: &mut Session<'_>) -> Answer {
    let issue = s.issue_with("LINK_ISSUES", MAY_NOT)?;
    let draft = read(s)?;
    let existing = s
        .contents
        .issues
        .get(&issue)
        .and_then(|i| i.remote_links.iter().find(|l| l.global_id.is_some() && l.global_id == draft.global_id))
        .map(|l| l.id);
    if existing.is_none() && s.is_full(s.issue()?.remote_links.len(), REMOTE_LINKS_PER_ISSUE) {
        return Err(Refusal::message(413, "The issue has reached the maximum number of remote links."));
    }
    let status = if existing.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let id = put_link(s, issue, existing, draft);
    let url = s.view().api(&format!("issue/{}/remotelink/{id}", s.issue()?.key));
    Ok(Reply::json(status, json!({ "id": id, "self": url })))
}

pub(crate) fn put(s: &mut Session<'_>) -> Answer {
    s.issue_with("LINK_ISSUES", MAY_NOT)?;
    let (issue, id) = addressed(s)?;
    let draft = read(s)?;
    put_link(s, issue, Some(id), draft);
    Ok(Reply::no_content())
}

/// Writes the link; the same once more changes nothing.
fn put_link(s: &mut Session<'_>, issue: u64, existing: Option<u64>, draft: Draft) -> u64 {
    let id = existing.unwrap_or_else(|| s.contents.next_id());
    let link = RemoteLink { id, global_id: draft.global_id, body: draft.body };
    let title = title(&link.body);
    let replaced =
        s.contents.issues.get_mut(&issue).map(|issue| match issue.remote_links.iter_mut().find(|l| l.id == id) {
            Some(old) => Some(std::mem::replace(old, link.clone())),
            None => {
                issue.remote_links.push(link.clone());
                None
            }
        });
    let before = replaced.flatten();
    if before.as_ref().is_some_and(|old| old.body == link.body && old.global_id == link.global_id) {
        return id;
    }
    told(s, issue, id, before.as_ref().map(|old| self::title(&old.body)), Some(title));
    id
}

fn title(body: &Value) -> String {
    let object = body.get("object").cloned().unwrap_or(Value::Object(Map::new()));
    format!("{} {}", object["title"].as_str().unwrap_or_default(), object["url"].as_str().unwrap_or_default())
}

fn told(s: &mut Session<'_>, issue: u64, id: u64, before: Option<String>, after: Option<String>) {
    let Some(key) = s.contents.issues.get(&issue).map(|i| i.key.clone()) else { return };
    s.log(&key, "remotelink", before.clone(), after.clone());
    let side = |text: Option<String>| {
        (text.as_ref().map(|_| id.to_string()), text.map(|t| format!("This issue links to \"{t}\"")))
    };
    change::record(s, issue, vec![history::system("RemoteIssueLink", "", side(before), side(after))], None);
}

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    s.issue_with("LINK_ISSUES", MAY_NOT)?;
    let (issue, id) = addressed(s)?;
    remove(s, issue, id);
    Ok(Reply::no_content())
}

pub(crate) fn delete_by_global_id(s: &mut Session<'_>) -> Answer {
    let issue = s.issue_with("LINK_ISSUES", MAY_NOT)?;
    let global_id = s.call.query("globalId").ok_or_else(|| Refusal::message(400, "'globalId' is required."))?;
    let found = s.issue()?.remote_links.iter().find(|l| l.global_id.as_deref() == Some(&global_id)).map(|l| l.id);
    remove(s, issue, found.ok_or_else(missing)?);
    Ok(Reply::no_content())
}

fn remove(s: &mut Session<'_>, issue: u64, id: u64) {
    let gone = s.contents.issues.get_mut(&issue).and_then(|issue| {
        let at = issue.remote_links.iter().position(|link| link.id == id)?;
        Some(issue.remote_links.remove(at))
    });
    if let Some(link) = gone {
        told(s, issue, id, Some(title(&link.body)), None);
    }
}
