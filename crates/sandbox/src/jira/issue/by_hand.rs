//! What people do to issues on the vendor's screens and no call of the API does: moving one to another project, and
//! what follows when administrators change a workflow.

use super::{History, HistoryItem, history};
use crate::jira::auth::Caller;
use crate::jira::catalogue::IssueType;
use crate::jira::contents::Contents;
use crate::jira::people::ADMIN_ID;
use crate::jira::session::{Call, Session};
use crate::jira::site::Site;
use crate::jira::webhook::event;

/// Moves an issue to another project: new key, old one remembered; a type, a status and values that the new project does
/// not have are given up for those it has. Returns the new key.
pub(crate) fn move_issue(site: &Site, issue: &str, project: &str) -> Result<String, String> {
    let now = site.control().clock().now_ms();
    let contents = &mut *site.contents().lock();
    let id = contents.find_issue(issue).map(|i| i.id).ok_or_else(|| format!("There is no issue {issue}."))?;
    let to = contents.find_project(project).map(|p| p.id).ok_or_else(|| format!("There is no project {project}."))?;
    let mut items = rename(contents, id, to).unwrap_or_default();
    items.extend(fit_type(contents, id));
    items.extend(fit_status(contents, id, now));
    items.extend(drop_values(contents, id));
    let entry = tell(contents, id, items, now);
    let call = Call::default();
    let caller = Caller { account: Some(ADMIN_ID.to_owned()), failed: false };
    event::issue_updated(
        &mut Session::new(site, contents, &call, caller, now),
        id,
        Some(entry),
        None,
        Some("issue_moved"),
    );
    Ok(contents.issues.get(&id).map(|issue| issue.key.clone()).unwrap_or_default())
}

fn rename(contents: &mut Contents, id: u64, to: u64) -> Option<Vec<HistoryItem>> {
    let target = contents.catalogue.projects.get_mut(&to)?;
    target.last_number += 1;
    let key = format!("{}-{}", target.key, target.last_number);
    let after = (Some(to.to_string()), Some(target.name.clone()));
    let issue = contents.issues.get(&id)?;
    let old_key = issue.key.clone();
    let before = contents.catalogue.projects.get(&issue.project).map(|p| (p.id.to_string(), p.name.clone())).unzip();
    contents.old_keys.insert(old_key.clone(), id);
    contents.change_issue(id, |issue| {
        issue.key.clone_from(&key);
        issue.project = to;
    });
    Some(vec![
        history::system("Key", "", (None, Some(old_key)), (None, Some(key))),
        history::system("project", "project", before, after),
    ])
}

/// A type of the same level, if the project does not know the issue's own.
fn fit_type(contents: &mut Contents, id: u64) -> Option<HistoryItem> {
    let issue = contents.issues.get(&id)?;
    let project = contents.catalogue.projects.get(&issue.project)?;
    let own = contents.catalogue.issue_type(&issue.kind)?;
    if project.issue_types.contains(&own.id) {
        return None;
    }
    let other = contents.catalogue.types_of(project).find(|kind| kind.level == own.level)?;
    let show = |kind: &IssueType| (Some(kind.id.clone()), Some(kind.name.clone()));
    let (from, to, kind) = (show(own), show(other), other.id.clone());
    contents.change_issue(id, |issue| issue.kind = kind);
    Some(history::system("issuetype", "issuetype", from, to))
}

/// The workflow's first status, if it does not have the issue's own.
fn fit_status(contents: &mut Contents, id: u64, now: i64) -> Option<HistoryItem> {
    let issue = contents.issues.get(&id)?;
    let workflow = contents.catalogue.workflow_for(issue)?;
    if workflow.statuses.is_empty() || workflow.statuses.contains(&issue.status) {
        return None;
    }
    let name = |id: &str| contents.catalogue.status(id).map(|status| status.name.clone());
    let (before, after) = (issue.status.clone(), workflow.initial.clone());
    let (from, to) = ((Some(before.clone()), name(&before)), (Some(after.clone()), name(&after)));
    contents.change_issue(id, |issue| {
        issue.status = after;
        issue.status_changed = now;
    });
    Some(history::system("status", "status", from, to))
}

/// Components and versions belong to a project and stay behind.
fn drop_values(contents: &mut Contents, id: u64) -> Vec<HistoryItem> {
    let Some(issue) = contents.issues.get(&id) else { return Vec::new() };
    let mut items = Vec::new();
    let mut gone = Vec::new();
    for field in &contents.catalogue.fields {
        let Some(before) = issue.value(&field.id).filter(|_| field.kind.belongs_to_project()) else { continue };
        items.extend(history::items(field, Some(before), None, contents, issue.project));
        gone.push(field.id.clone());
    }
    contents.change_issue(id, |issue| issue.values.retain(|field, _| !gone.contains(field)));
    items
}

fn tell(contents: &mut Contents, id: u64, items: Vec<HistoryItem>, now: i64) -> u64 {
    let entry = contents.next_id();
    let author = Some(ADMIN_ID.to_owned());
    contents.change_issue(id, |issue| {
        issue.updated = now;
        issue.histories.push(History { id: entry, author, created: now, items, metadata: None });
    });
    entry
}

/// Gives every issue of a project a status that its workflow has.
pub(crate) fn fit_statuses(contents: &mut Contents, project: u64, now: i64) {
    let issues = contents.issues.values().filter(|issue| issue.project == project);
    let ids: Vec<u64> = issues.map(|issue| issue.id).collect();
    for id in ids {
        if let Some(item) = fit_status(contents, id, now) {
            tell(contents, id, vec![item], now);
        }
    }
}
