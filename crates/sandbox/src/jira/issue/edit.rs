//! `PUT /issue/{issue}`: fields set and lists edited, all or nothing.

use serde_json::{Map, Value};

use super::change::{self, Screen, Target};
use super::{history, property};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::render::issue::Wanted;
use crate::jira::session::Session;
use crate::jira::webhook::event;

pub(crate) fn edit(s: &mut Session<'_>) -> Answer {
    let id = s.issue_with("EDIT_ISSUES", "You do not have permission to edit issues in this project.")?;
    let body = s.call.object()?;
    let none = Map::new();
    let part = |name: &str| body.get(name).and_then(Value::as_object).unwrap_or(&none);
    if part("fields").is_empty() && part("update").is_empty() && !body.contains_key("properties") {
        return Err(Refusal::message(400, "one of 'fields' or 'update' required"));
    }
    let project = s.issue()?.project;
    let edits = change::read(s, Target { project, issue: Some(id) }, Screen::Edit, part("fields"), part("update"))?;
    let properties = property::read_list(body.get("properties"))?;
    // Everything is judged; from here on nothing fails.
    let metadata = body.get("historyMetadata").filter(|m| !m.is_null()).cloned();
    finish(s, id, edits, metadata);
    property::set_all(s, id, properties);
    if s.call.query_flag("returnIssue", false) {
        let wanted = Wanted::new(&[], "*all", s.call.query_list("expand"), Vec::new());
        return Ok(Reply::ok(s.view().issue(s.find(&id.to_string())?, &wanted)));
    }
    Ok(Reply::no_content())
}

/// Writes judged edits and tells about them.
fn finish(s: &mut Session<'_>, id: u64, edits: change::Edits, metadata: Option<Value>) {
    let further = edits.kind.and_then(|kind| change_kind(s, id, &kind)).into_iter().collect();
    let entry = change::apply(s, id, edits.values, further, metadata);
    let mut told = None;
    for comment in edits.comments {
        told = Some(comment.insert(s, id));
    }
    for link in edits.links {
        link.insert(s, id);
    }
    for worklog in edits.worklogs {
        worklog.insert(s, id);
    }
    if entry.is_some() {
        event::issue_updated(s, id, entry, told, None);
    }
}

fn change_kind(s: &mut Session<'_>, id: u64, kind: &str) -> Option<super::HistoryItem> {
    let before = s.contents.issues.get(&id)?.kind.clone();
    if before == kind {
        return None;
    }
    let name = |id: &str| (Some(id.to_owned()), s.contents.catalogue.issue_type(id).map(|t| t.name.clone()));
    let (from, to) = (name(&before), name(kind));
    let key = s.contents.issues.get(&id)?.key.clone();
    s.log(&key, "issuetype", from.1.clone(), to.1.clone());
    s.before_change(id);
    s.contents.change_issue(id, |issue| kind.clone_into(&mut issue.kind));
    Some(history::system("issuetype", "issuetype", from, to))
}
