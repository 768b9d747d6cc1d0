//! `POST /issue/bulk` and `POST /issue/bulkfetch`: many at once, where some may fail.

use serde_json::{Value, json};

use super::create::Draft;
use crate::jira::answer::{Answer, NO_ISSUE, Refusal, Reply};
use crate::jira::limits::{BULK_CREATE_ISSUES, BULK_FETCH_ISSUES, PROPERTIES_PER_READ};
use crate::jira::render::issue::Wanted;
use crate::jira::session::{Session, texts};

/// Creates up to 50 issues; 201 if any of them came to be, 400 if none.
pub(crate) fn create(s: &mut Session<'_>) -> Answer {
    let body = s.call.object()?;
    let drafts = body.get("issueUpdates").and_then(Value::as_array).cloned().unwrap_or_default();
    if drafts.is_empty() || drafts.len() > BULK_CREATE_ISSUES {
        return Err(Refusal::message(
            400,
            format!("You can only create up to {BULK_CREATE_ISSUES} issues at a time, and at least one."),
        ));
    }
    let (mut made, mut errors) = (Vec::new(), Vec::new());
    for (number, body) in drafts.iter().enumerate() {
        let draft = match s.struck(body) {
            Some(fault) => Err(fault),
            None => body.as_object().ok_or_else(Refusal::payload).and_then(|body| Draft::read(s, body)),
        };
        match draft {
            Ok(draft) => made.push(draft.make(s).row),
            Err(refusal) => {
                let (status, problems) = refusal.parts();
                errors.push(
                    json!({ "status": status, "elementErrors": problems.to_json(), "failedElementNumber": number }),
                );
            }
        }
    }
    let status = if made.is_empty() { http::StatusCode::BAD_REQUEST } else { http::StatusCode::CREATED };
    Ok(Reply::json(status, json!({ "issues": made, "errors": errors })))
}

const FETCH: &[&str] = &["issueIdsOrKeys", "fields", "expand", "properties", "fieldsByKeys"];

/// Reads up to 100 issues, in order of their ids; those that cannot be seen are told apart.
pub(crate) fn fetch(s: &mut Session<'_>) -> Answer {
    let body = s.call.closed_object(FETCH)?;
    let asked = texts(
        body.get("issueIdsOrKeys"),
        BULK_FETCH_ISSUES,
        "The number of issues to fetch exceeds the limit of 100.",
    )?;
    if asked.is_empty() {
        return Err(Refusal::message(400, "issueIdsOrKeys must not be empty."));
    }
    let fields = texts(body.get("fields"), usize::MAX, "")?;
    let expand = texts(body.get("expand"), usize::MAX, "")?;
    let properties =
        texts(body.get("properties"), PROPERTIES_PER_READ, "The number of properties exceeds the limit of 5.")?;
    let wanted = Wanted::new(&fields, "*navigable", expand, properties);
    let mut found = Vec::new();
    let mut errors = Vec::new();
    for id in &asked {
        match s.find(id).map(|issue| issue.id) {
            Ok(issue) if s.struck(&json!(id)).is_none() => found.push(issue),
            _ => errors.push(json!({ "id": id, "errorMessage": NO_ISSUE })),
        }
    }
    found.sort_unstable();
    found.dedup();
    let view = s.view();
    let issues: Vec<Value> =
        found.iter().filter_map(|id| s.contents.issues.get(id)).map(|issue| view.issue(issue, &wanted)).collect();
    // Assigned, not written into `json!`, which would copy every row once more.
    let mut answer = json!({ "expand": "names,schema", "issues": [], "issueErrors": errors });
    answer["issues"] = Value::Array(issues);
    for (name, facet) in [("names", "name"), ("schema", "schema")] {
        if wanted.expands(name) {
            answer[name] = view.field_facets(&wanted, facet);
        }
    }
    Ok(Reply::ok(answer))
}
