//! Files: upload with the XSRF header, metadata, bytes by a redirect to a place that wants no credentials.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use serde_json::json;

use super::answer::{Answer, Refusal, Reply};
use super::auth::MEDIA;
use super::issue::{Attachment, change, history};
use super::limits::{ATTACHMENTS_PER_ISSUE, FILES_PER_UPLOAD};
use super::session::{Call, Session};
use super::site::Site;
use super::webhook::event;

/// A file of an upload.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) filename: String,
    pub(crate) media_type: String,
    pub(crate) content: Bytes,
}

/// Reads the parts called `file`; the header is checked before anything else, as the vendor does.
pub(crate) async fn uploads(call: &Call) -> Result<Vec<Upload>, Refusal> {
    if !call
        .header("x-atlassian-token")
        .is_some_and(|v| v.eq_ignore_ascii_case("no-check") || v.eq_ignore_ascii_case("nocheck"))
    {
        return Err(Refusal::Text { status: 403, text: "XSRF check failed" });
    }
    let broken = || Refusal::message(400, "The request is not a valid multipart upload.");
    let mut request = Request::builder().uri("/");
    if let Some(media_type) = call.header("content-type") {
        request = request.header("content-type", media_type);
    }
    let mut request = request.body(call.body.clone().into()).map_err(|_| broken())?;
    // How large a file may be is the site's to say.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts =
        Multipart::from_request(request, &()).await.map_err(|_| Refusal::message(415, "Unsupported Media Type"))?;
    let mut files = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
        if part.name() != Some("file") {
            continue;
        }
        let filename = part.file_name().unwrap_or("file").to_owned();
        let media_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
        files.push(Upload { filename, media_type, content: part.bytes().await.map_err(|_| broken())? });
    }
    Ok(files)
}

/// `POST /issue/{issue}/attachments`.
pub(crate) async fn upload(State(site): State<Arc<Site>>, call: Call) -> Response {
    let files = uploads(&call).await;
    site.answer_with(&call, |s| add(s, files?))
}

const MAY_NOT_ATTACH: &str = "You do not have permission to create attachments for this issue.";

fn add(s: &mut Session<'_>, files: Vec<Upload>) -> Answer {
    let id = s.issue_with("CREATE_ATTACHMENTS", MAY_NOT_ATTACH)?;
    if files.is_empty() {
        return Err(Refusal::message(400, "No file was attached: the multipart parameter 'file' is missing."));
    }
    let limit = s.upload_bytes().ok_or_else(|| Refusal::message(403, MAY_NOT_ATTACH))?;
    let too_large = files.iter().any(|f| f.content.len() as u64 > limit);
    let after = s.issue()?.attachments.len() + files.len();
    if too_large || files.len() > FILES_PER_UPLOAD || s.is_full(after - 1, ATTACHMENTS_PER_ISSUE) {
        return Err(Refusal::message(413, "The attachment is too large, or there are too many of them."));
    }
    let ids: Vec<u64> = files.into_iter().map(|file| insert(s, id, file)).collect();
    let issue = s.issue()?;
    let view = s.view();
    Ok(Reply::ok(issue.attachments.iter().filter(|a| ids.contains(&a.id)).map(|a| view.attachment(a)).collect()))
}

/// Attaches one file, with its line in the history and its events.
pub(crate) fn insert(s: &mut Session<'_>, issue: u64, file: Upload) -> u64 {
    let id = s.contents.next_id();
    let attachment = Attachment {
        id,
        filename: file.filename.clone(),
        author: s.caller.clone().unwrap_or_default(),
        created: s.now,
        media_type: file.media_type,
        size: file.content.len() as u64,
        media_id: uuid::Uuid::from_u64_pair(0x3ED1_A000_0000_4000, 0x8000_0000_0000_0000 | id).to_string(),
        content: file.content,
    };
    let key = s.contents.change_issue(issue, |issue| {
        issue.attachments.push(attachment);
        issue.key.clone()
    });
    s.log(&key.unwrap_or_default(), "attachment", None, Some(file.filename.clone()));
    let line = history::system("Attachment", "attachment", (None, None), (Some(id.to_string()), Some(file.filename)));
    let entry = change::record(s, issue, vec![line], None);
    event::attachment(s, "attachment_created", issue, id);
    event::issue_updated(s, issue, Some(entry), None, None);
    id
}

fn missing(id: &str) -> Refusal {
    Refusal::message(404, format!("The attachment with id '{id}' does not exist"))
}

fn addressed<'s>(s: &'s Session<'_>) -> Result<(u64, &'s Attachment), Refusal> {
    let asked = s.call.param("attachment");
    let id: u64 = asked.parse().map_err(|_| missing(asked))?;
    let issue =
        s.contents.home_of(id).filter(|issue| s.may("BROWSE_PROJECTS", issue.project)).ok_or_else(|| missing(asked))?;
    Ok((issue.id, issue.attachments.iter().find(|a| a.id == id).ok_or_else(|| missing(asked))?))
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let (_, attachment) = addressed(s)?;
    let mut row = s.view().attachment(attachment);
    // Here, and only here, the id is a number.
    row["id"] = json!(attachment.id);
    Ok(Reply::ok(row))
}

/// 303 to the media service, unless `redirect=false`.
pub(crate) fn content(s: &mut Session<'_>) -> Answer {
    let (_, attachment) = addressed(s)?;
    if !s.call.query_flag("redirect", true) {
        return serve(s.call, attachment);
    }
    let name: String = url::form_urlencoded::byte_serialize(attachment.filename.as_bytes()).collect();
    let location = format!(
        "{}{MEDIA}file/{}/binary?token={}&name={name}",
        media_host(&s.site.control().base_url()),
        attachment.media_id,
        media_token(attachment)
    );
    Ok(Reply::empty(StatusCode::SEE_OTHER).with("location", location))
}

/// Another host, so that clients drop their credentials on the way; on loopback that is its other name.
fn media_host(base: &str) -> String {
    if base.contains("//127.0.0.1") {
        base.replacen("127.0.0.1", "localhost", 1)
    } else if base.contains("//localhost") {
        base.replacen("localhost", "127.0.0.1", 1)
    } else {
        base.replacen("://", "://media.", 1)
    }
}

fn media_token(attachment: &Attachment) -> String {
    super::webhook::send::signature(b"media", attachment.media_id.as_bytes())
}

/// The media service stands on a host of its own and knows no Jira accounts: credentials make it refuse.
pub(crate) fn media(s: &mut Session<'_>) -> Answer {
    let wanted = s.call.param("media");
    let found = s
        .contents
        .issues
        .values()
        .flat_map(|i| &i.attachments)
        .find(|a| a.media_id == wanted)
        .ok_or_else(|| missing(wanted))?;
    if s.call.query("token").as_deref() != Some(&media_token(found)) {
        return Err(Refusal::Raw {
            status: 403,
            body: json!({ "error": { "code": "JwtAuthoriser:TokenError" } }),
            headers: Vec::new(),
        });
    }
    serve(s.call, found)
}

/// The bytes, or a range of them.
fn serve(call: &Call, attachment: &Attachment) -> Answer {
    let all = &attachment.content;
    let disposition = format!("attachment; filename=\"{}\"", attachment.filename.replace('"', ""));
    let reply = match call.header("range") {
        None => Reply::bytes(StatusCode::OK, &attachment.media_type, all.clone()),
        Some(range) => {
            let (from, to) =
                byte_range(range, all.len()).ok_or(Refusal::Text { status: 416, text: "Range Not Satisfiable" })?;
            Reply::bytes(StatusCode::PARTIAL_CONTENT, &attachment.media_type, all.slice(from..to))
                .with("content-range", format!("bytes {from}-{}/{}", to - 1, all.len()))
        }
    };
    Ok(reply.with("content-disposition", disposition))
}

/// `bytes=0-99`, `bytes=100-`, `bytes=-100` as a half-open range.
fn byte_range(header: &str, length: usize) -> Option<(usize, usize)> {
    let (from, to) = header.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, to.saturating_add(1).min(length)),
        (Ok(from), Err(_)) if to.is_empty() => (from, length),
        (Err(_), Ok(last)) if from.is_empty() => (length.saturating_sub(last), length),
        _ => return None,
    };
    (range.0 < range.1).then_some(range)
}

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    let me = s.me()?;
    let (issue, attachment) = addressed(s)?;
    let (id, filename) = (attachment.id, attachment.filename.clone());
    let project = s.contents.issues.get(&issue).map(|i| i.project).unwrap_or_default();
    let own = attachment.author == me && s.may("DELETE_OWN_ATTACHMENTS", project);
    if !own && !s.may("DELETE_ALL_ATTACHMENTS", project) {
        return Err(Refusal::message(403, "You do not have permission to delete attachments for this issue."));
    }
    event::attachment(s, "attachment_deleted", issue, id);
    let key = s.contents.change_issue(issue, |issue| {
        issue.attachments.retain(|a| a.id != id);
        issue.key.clone()
    });
    s.log(&key.unwrap_or_default(), "attachment", Some(filename.clone()), None);
    let line = history::system("Attachment", "attachment", (Some(id.to_string()), Some(filename)), (None, None));
    change::record(s, issue, vec![line], None);
    Ok(Reply::no_content())
}
