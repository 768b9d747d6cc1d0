//! What each event says. Rich text in it is wiki markup and its URLs are version 2, whatever version caused it.

use serde_json::{Value, json};

use super::send::{Event, Flow, listeners, post};
use crate::jira::contents::IssueLink;
use crate::jira::fields::Rich;
use crate::jira::issue::{HistoryItem, Issue};
use crate::jira::render::View;
use crate::jira::render::issue::Wanted;
use crate::jira::render::parts::history_item;
use crate::jira::session::Session;

/// How webhooks see the site: version 2, without anybody's e-mail.
fn view<'s>(s: &'s Session<'_>) -> View<'s> {
    View::new(s.contents, s.site.control().base_url(), Rich::Wiki, (s.now, s.zone()), None)
}

fn head(s: &Session<'_>, name: &str) -> Value {
    json!({ "timestamp": s.now, "webhookEvent": name })
}

/// Asks who listens, and only then makes the body.
fn tell(
    s: &mut Session<'_>,
    name: &str,
    issue: Option<u64>,
    flow: Flow,
    fields: Vec<String>,
    body: impl FnOnce(&Session<'_>, &View<'_>, &mut Value),
) {
    if s.contents.webhooks.is_empty() {
        return;
    }
    let issue: Option<Issue> = issue.and_then(|id| s.contents.issues.get(&id)).cloned();
    let event = Event { name, issue: issue.as_ref(), flow, fields };
    let listeners = listeners(s, &event);
    if listeners.is_empty() {
        return;
    }
    let mut said = head(s, name);
    body(s, &view(s), &mut said);
    post(s, &event, &listeners, &said);
}

fn actor(s: &Session<'_>, view: &View<'_>) -> Value {
    view.user_or_null(s.caller.as_deref())
}

fn whole(s: &Session<'_>, view: &View<'_>, id: u64) -> Value {
    s.contents.issues.get(&id).map_or(Value::Null, |issue| without_expand(view.issue(issue, &Wanted::all())))
}

pub(crate) fn issue_created(s: &mut Session<'_>, id: u64, entry: u64, items: &[HistoryItem]) {
    tell(s, "jira:issue_created", Some(id), Flow::Primary, Vec::new(), |s, view, body| {
        body["issue_event_type_name"] = json!("issue_created");
        body["user"] = actor(s, view);
        body["issue"] = whole(s, view, id);
        body["changelog"] =
            json!({ "id": entry.to_string(), "items": items.iter().map(history_item).collect::<Vec<_>>() });
    });
}

/// `kind` is the vendor's word for the sort of change; it is an open set.
pub(crate) fn issue_updated(
    s: &mut Session<'_>,
    id: u64,
    entry: Option<u64>,
    comment: Option<u64>,
    kind: Option<&str>,
) {
    let history =
        entry.and_then(|entry| s.contents.issues.get(&id)?.histories.iter().rfind(|h| h.id == entry).cloned());
    let fields = history.iter().flat_map(|h| h.items.iter().map(|item| item.field_id.clone())).collect();
    tell(s, "jira:issue_updated", Some(id), Flow::Primary, fields, |s, view, body| {
        body["issue_event_type_name"] = json!(kind.unwrap_or("issue_updated"));
        body["user"] = actor(s, view);
        body["issue"] = whole(s, view, id);
        if let Some(history) = &history {
            body["changelog"] = json!({ "id": history.id.to_string(), "items": history.items.iter().map(history_item).collect::<Vec<_>>() });
        }
        let issue = s.contents.issues.get(&id);
        if let Some((issue, comment)) = issue.and_then(|issue| Some((issue, issue.comment(comment?)?))) {
            body["comment"] = view.comment(issue, comment);
        }
    });
}

/// The issue's last state; its comments and files follow as secondary events.
pub(crate) fn issue_deleted(s: &mut Session<'_>, id: u64) {
    tell(s, "jira:issue_deleted", Some(id), Flow::Primary, Vec::new(), |s, view, body| {
        body["user"] = actor(s, view);
        body["issue"] = whole(s, view, id);
    });
    let Some(issue) = s.contents.issues.get(&id) else { return };
    let comments: Vec<u64> = issue.comments.iter().map(|c| c.id).collect();
    let files: Vec<u64> = issue.attachments.iter().map(|a| a.id).collect();
    for comment in comments {
        comment_in(s, "comment_deleted", id, comment, Flow::Secondary);
    }
    for file in files {
        attachment_in(s, "attachment_deleted", id, file, Flow::Secondary);
    }
}

/// No `user` at the top: who acted is the comment's update author, and who deleted is not said.
pub(crate) fn comment(s: &mut Session<'_>, name: &str, issue: u64, id: u64) {
    comment_in(s, name, issue, id, Flow::Primary);
}

fn comment_in(s: &mut Session<'_>, name: &str, issue: u64, id: u64, flow: Flow) {
    tell(s, name, Some(issue), flow, Vec::new(), |s, view, body| {
        let Some(issue) = s.contents.issues.get(&issue) else { return };
        body["comment"] = issue.comment(id).map_or(Value::Null, |comment| view.comment(issue, comment));
        body["issue"] = short(view, issue, &["summary", "issuetype", "project", "assignee", "priority", "status"]);
    });
}

fn short(view: &View<'_>, issue: &Issue, fields: &[&str]) -> Value {
    let fields: Vec<String> = fields.iter().map(|f| (*f).to_owned()).collect();
    without_expand(view.issue(issue, &Wanted::new(&fields, "*all", Vec::new(), Vec::new())))
}

/// Nothing can be expanded in a webhook.
fn without_expand(mut row: Value) -> Value {
    row.as_object_mut().map(|map| map.remove("expand"));
    row
}

pub(crate) fn attachment(s: &mut Session<'_>, name: &str, issue: u64, id: u64) {
    attachment_in(s, name, issue, id, Flow::Primary);
}

fn attachment_in(s: &mut Session<'_>, name: &str, issue: u64, id: u64, flow: Flow) {
    tell(s, name, Some(issue), flow, Vec::new(), |s, view, body| {
        let Some(issue) = s.contents.issues.get(&issue) else { return };
        body["attachment"] = issue.attachments.iter().find(|a| a.id == id).map_or(Value::Null, |a| view.attachment(a));
        body["issue"] = short(view, issue, &["summary"]);
    });
}

/// Numeric ids, no issue, no user, and no filter by JQL.
pub(crate) fn link(s: &mut Session<'_>, name: &str, link: &IssueLink) {
    tell(s, name, None, Flow::Primary, Vec::new(), |s, _, body| {
        let Some(kind) = s.contents.catalogue.link_type(&link.kind) else { return };
        body["issueLink"] = json!({
            "id": link.id,
            "sourceIssueId": link.source,
            "destinationIssueId": link.destination,
            "issueLinkType": {
                "id": kind.id.parse::<u64>().unwrap_or_default(),
                "name": kind.name,
                "outwardName": kind.outward,
                "inwardName": kind.inward,
                "isSubTaskLinkType": false,
                "isSystemLinkType": false,
            },
            "systemLink": false,
        });
    });
}

pub(crate) fn worklog(s: &mut Session<'_>, name: &str, issue: u64, id: u64) {
    tell(s, name, None, Flow::Primary, Vec::new(), |s, view, body| {
        let Some(issue) = s.contents.issues.get(&issue) else { return };
        body["worklog"] = issue.worklogs.iter().find(|w| w.id == id).map_or(Value::Null, |w| view.worklog(issue, w));
        body["isFromIssueLimitTransformation"] = json!(false);
    });
}

pub(crate) fn property(s: &mut Session<'_>, name: &str, issue: u64, key: &str, value: Option<&Value>) {
    tell(s, name, Some(issue), Flow::Primary, Vec::new(), |s, view, body| {
        let Some(issue) = s.contents.issues.get(&issue) else { return };
        body["user"] = actor(s, view);
        body["issue"] = short(view, issue, &["summary"]);
        body["property"] = json!({ "key": key });
        if let Some(value) = value {
            body["property"]["value"] = value.clone();
        }
    });
}
