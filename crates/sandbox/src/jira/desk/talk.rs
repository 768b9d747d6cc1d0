//! What is said on a request: comments with their audience, and files in two steps.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::paging::{agent, missing, page, refuse};
use super::request::addressed;
use crate::jira::adf;
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::attachment::{self, Upload, uploads};
use crate::jira::issue::{Attachment, Comment, Issue, comment};
use crate::jira::limits::FILES_PER_UPLOAD;
use crate::jira::session::{Call, Session};
use crate::jira::site::Site;

fn show(s: &Session<'_>, issue: &Issue, comment: &Comment) -> Value {
    let view = s.view();
    json!({
        "_expands": ["attachment", "renderedBody"],
        "id": comment.id.to_string(),
        "body": adf::wiki::of_stored(&comment.body),
        "public": comment.is_public(),
        "author": view.customer(&comment.author),
        "created": view.desk_time(comment.created),
        "_links": { "self": view.desk_api(&format!("request/{}/comment/{}", issue.id, comment.id)) },
    })
}

/// Internal comments are for agents; others get an emptier list, not a refusal.
fn sees(s: &Session<'_>, comment: &Comment) -> bool {
    comment.is_public() || agent(s).is_ok()
}

pub(super) fn list(s: &mut Session<'_>) -> Answer {
    let issue = addressed(s)?;
    let (public, internal) = (s.call.query_flag("public", true), s.call.query_flag("internal", true));
    let wanted = |c: &&Comment| if c.is_public() { public } else { internal };
    let rows = issue.comments.iter().filter(|c| sees(s, c)).filter(wanted).map(|c| show(s, issue, c)).collect();
    page(s, &format!("request/{}/comment", issue.key), rows)
}

/// What the caller may read of a request's comments.
pub(super) fn rows(s: &Session<'_>, issue: &Issue) -> Vec<Value> {
    issue.comments.iter().filter(|c| sees(s, c)).map(|c| show(s, issue, c)).collect()
}

pub(super) fn get(s: &mut Session<'_>) -> Answer {
    let issue = addressed(s)?;
    let found = s.call.param("comment").parse().ok().and_then(|id| issue.comment(id)).filter(|c| sees(s, c));
    Ok(Reply::ok(show(s, issue, found.ok_or_else(|| missing("comment"))?)))
}

pub(super) fn add(s: &mut Session<'_>) -> Answer {
    let id = addressed(s)?.id;
    let body = s.call.closed_object(&["body", "public"])?;
    let text = body.get("body").and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| refuse(400, "Comment body can not be empty!", "sd.comment.body.empty"))?.to_owned();
    let public = body.get("public").and_then(Value::as_bool);
    let public = public.ok_or_else(|| refuse(400, "The 'public' field is required.", "sd.comment.public.required"))?;
    if !public && agent(s).is_err() {
        return Err(refuse(403, "You do not have permission to add internal comments.", "sd.comment.internal.denied"));
    }
    let made = comment::plain(&text, public).insert(s, id);
    let issue = addressed(s)?;
    Ok(Reply::created(show(s, issue, issue.comment(made).ok_or_else(|| missing("comment"))?)))
}

/// `POST /servicedesk/{desk}/attachTemporaryFile`.
pub(super) async fn upload(State(site): State<Arc<Site>>, call: Call) -> Response {
    let files = uploads(&call).await;
    site.answer_with(&call, |s| keep(s, files?))
}

fn keep(s: &mut Session<'_>, files: Vec<Upload>) -> Answer {
    s.me()?;
    super::customer::desk(s)?;
    if files.len() > FILES_PER_UPLOAD {
        return Err(refuse(413, "Too many files.", "sd.attachment.too.many"));
    }
    let mut rows = Vec::new();
    for file in files {
        let id = format!("temp{}", s.contents.next_id());
        rows.push(json!({ "temporaryAttachmentId": id, "fileName": file.filename }));
        s.contents.desks.temporary.insert(id, file);
    }
    Ok(Reply::created(json!({ "temporaryAttachments": rows })))
}

/// The second step: files become attachments and are named in a comment of the chosen audience.
pub(super) fn attach(s: &mut Session<'_>) -> Answer {
    let id = addressed(s)?.id;
    let body = s.call.object()?;
    let ids: Vec<&str> = body
        .get("temporaryAttachmentIds")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let public = body.get("public") == Some(&json!(true));
    if ids.is_empty() || ids.iter().any(|id| !s.contents.desks.temporary.contains_key(*id)) {
        return Err(refuse(400, "The temporary attachment does not exist.", "sd.attachment.temporary.missing"));
    }
    let files: Vec<Upload> = ids.iter().filter_map(|id| s.contents.desks.temporary.remove(*id)).collect();
    let names: Vec<String> = files.iter().map(|f| format!("[^{}]", f.filename)).collect();
    let made: Vec<u64> = files.into_iter().map(|file| attachment::insert(s, id, file)).collect();
    let said = body.get("additionalComment").and_then(|c| c.get("body")).and_then(Value::as_str).unwrap_or_default();
    let text = format!("{said}\n\n{}", names.join("\n"));
    let comment = comment::plain(text.trim(), public).insert(s, id);
    answer(s, id, comment, &made)
}

fn answer(s: &Session<'_>, id: u64, comment: u64, made: &[u64]) -> Answer {
    let issue = s.contents.issues.get(&id).ok_or_else(Refusal::no_issue)?;
    let comment = issue.comment(comment).map(|c| show(s, issue, c));
    let files: Vec<Value> = issue.attachments.iter().filter(|a| made.contains(&a.id)).map(|a| file_row(s, a)).collect();
    let count = files.len();
    Ok(Reply::created(
        json!({ "comment": comment, "attachments": { "size": count, "start": 0, "limit": count, "isLastPage": true, "values": files } }),
    ))
}

fn file_row(s: &Session<'_>, file: &Attachment) -> Value {
    let view = s.view();
    json!({
        "filename": file.filename,
        "author": view.customer(&file.author),
        "created": view.desk_time(file.created),
        "size": file.size,
        "mimeType": file.media_type,
        "_links": {
            "jiraRest": view.api(&format!("attachment/{}", file.id)),
            "content": view.api(&format!("attachment/content/{}", file.id)),
        },
    })
}

pub(super) fn file_rows(s: &Session<'_>, issue: &Issue) -> Vec<Value> {
    issue.attachments.iter().map(|file| file_row(s, file)).collect()
}

pub(super) fn files(s: &mut Session<'_>) -> Answer {
    let issue = addressed(s)?;
    page(s, &format!("request/{}/attachment", issue.key), file_rows(s, issue))
}

/// Comments only name their files; the site does not know which belong to which.
pub(super) fn no_files(s: &mut Session<'_>) -> Answer {
    let issue = addressed(s)?;
    let id = s.call.param("comment");
    if !id.parse().ok().and_then(|id| issue.comment(id)).is_some_and(|comment| sees(s, comment)) {
        return Err(missing("comment"));
    }
    page(s, &format!("request/{}/comment/{id}/attachment", issue.key), Vec::new())
}
