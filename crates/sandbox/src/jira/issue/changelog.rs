//! The changelog's own calls: pages of one issue, chosen entries, and many issues at once.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{History, Issue};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::limits::{CHANGELOG_BULK_FIELDS, CHANGELOG_BULK_ISSUES, CHANGELOG_BULK_PAGE, PAGE};
use crate::jira::paging::Page;
use crate::jira::render::View;
use crate::jira::session::{Session, texts};

/// Oldest first, unlike the expansion of an issue.
pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, PAGE, PAGE)?;
    let issue = s.issue()?;
    let view = s.view();
    let rows = page.cut(issue.histories.iter().map(|h| view.history(h)));
    let url = view.api(&format!("issue/{}/changelog", issue.key));
    Ok(Reply::ok(page.values(&url, rows, issue.histories.len())))
}

pub(crate) fn by_ids(s: &mut Session<'_>) -> Answer {
    let body = s.call.closed_object(&["changelogIds"])?;
    let ids = texts(body.get("changelogIds"), usize::MAX, "")?;
    let issue = s.issue()?;
    let view = s.view();
    let rows: Vec<Value> =
        issue.histories.iter().filter(|h| ids.contains(&h.id.to_string())).map(|h| view.history(h)).collect();
    let page = Page { start: 0, size: rows.len() };
    let total = rows.len();
    Ok(Reply::ok(page.values(&view.api(&format!("issue/{}/changelog/list", issue.key)), rows, total)))
}

const BULK: &[&str] = &["issueIdsOrKeys", "fieldIds", "maxResults", "nextPageToken"];

/// Histories of up to 1,000 issues; a page may end in the middle of an issue.
pub(crate) fn bulk_fetch(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let body = s.call.closed_object(BULK)?;
    let asked =
        texts(body.get("issueIdsOrKeys"), CHANGELOG_BULK_ISSUES, "The number of issues exceeds the limit of 1000.")?;
    let fields = texts(body.get("fieldIds"), CHANGELOG_BULK_FIELDS, "The number of fields exceeds the limit of 10.")?;
    if asked.is_empty() {
        return Err(Refusal::message(400, "issueIdsOrKeys must not be empty."));
    }
    let size = body
        .get("maxResults")
        .and_then(Value::as_u64)
        .map_or(1000, |n| usize::try_from(n).unwrap_or(CHANGELOG_BULK_PAGE))
        .clamp(1, CHANGELOG_BULK_PAGE);
    let start = match body.get("nextPageToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => read_token(token).ok_or_else(|| Refusal::message(400, "The nextPageToken is invalid."))?,
    };
    let ids: BTreeSet<u64> = asked.iter().filter_map(|id| s.find(id).ok()).map(|issue| issue.id).collect();
    let issues = ids.iter().filter_map(|id| s.contents.issues.get(id));
    let rows: Vec<(&Issue, &History)> = issues
        .flat_map(|issue| issue.histories.iter().map(move |h| (issue, h)))
        .filter(|(_, h)| concerns(h, &fields))
        .collect();
    let view = s.view();
    let mut answer = json!({ "issueChangeLogs": grouped(&view, rows.iter().skip(start).take(size)) });
    if start + size < rows.len() {
        answer["nextPageToken"] = json!(URL_SAFE_NO_PAD.encode((start + size).to_string()));
    }
    Ok(Reply::ok(answer))
}

fn concerns(history: &History, fields: &[String]) -> bool {
    fields.is_empty() || history.items.iter().any(|item| fields.contains(&item.field_id))
}

fn read_token(token: &str) -> Option<usize> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?.parse().ok()
}

fn grouped<'r>(view: &View<'_>, rows: impl Iterator<Item = &'r (&'r Issue, &'r History)>) -> Vec<Value> {
    let mut groups: Vec<Value> = Vec::new();
    for (issue, history) in rows {
        let id = json!(issue.id.to_string());
        if groups.last().is_none_or(|group| group["issueId"] != id) {
            groups.push(json!({ "issueId": id, "changeHistories": [] }));
        }
        let mut row = view.history(history);
        // Here, and only here, the time is a number.
        row["created"] = json!(history.created);
        if let Some(list) = groups.last_mut().and_then(|group| group["changeHistories"].as_array_mut()) {
            list.push(row);
        }
    }
    groups
}
