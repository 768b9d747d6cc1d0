//! What a migration to another site does to issues: keys, values, comments, files and history go over, ids do not.
//!
//! <https://support.atlassian.com/migration/docs/how-the-jira-cloud-migration-assistant-links-your-data/>

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::Issue;
use crate::jira::contents::{Contents, IssueLink};

/// Puts the issues into a site of another cloud id, where they have ids from `first_id` on in the order in which they were
/// made, as have the things that hang on them. The keys that issues had before they moved, and the webhooks, stay behind.
pub(crate) fn migrate(contents: &mut Contents, first_id: u64) {
    contents.cloud_id = uuid::Uuid::now_v7().to_string();
    let issues = std::mem::take(&mut contents.issues);
    let new_ids: HashMap<u64, u64> = issues.keys().copied().zip(first_id..).collect();
    // What hangs on the issues is numbered above all that the old site had, and above all issues.
    contents.last_id = contents.last_id.max(first_id + issues.len() as u64);
    let moved: Vec<Issue> = issues.into_values().map(|issue| renumbered(contents, &new_ids, issue)).collect();
    contents.issues = moved.into_iter().map(|issue| (issue.id, issue)).collect();
    let links = std::mem::take(&mut contents.links);
    contents.links =
        links.into_values().filter_map(|link| linked(contents, &new_ids, link)).collect::<BTreeMap<_, _>>();
    contents.old_keys.clear();
    contents.webhooks.clear();
    contents.deleted_worklogs.clear();
    contents.reindex();
}

fn renumbered(contents: &mut Contents, new_ids: &HashMap<u64, u64>, mut issue: Issue) -> Issue {
    issue.id = new_ids[&issue.id];
    let parent = issue.parent().and_then(|parent| new_ids.get(&parent).copied());
    match parent {
        Some(parent) => drop(issue.values.insert("parent".to_owned(), json!(parent))),
        None => drop(issue.values.remove("parent")),
    }
    let comments: HashMap<u64, u64> = issue.comments.iter().map(|comment| (comment.id, contents.next_id())).collect();
    for comment in &mut issue.comments {
        comment.id = comments[&comment.id];
        comment.parent = comment.parent.and_then(|parent| comments.get(&parent).copied());
    }
    issue.attachments.iter_mut().for_each(|file| file.id = contents.next_id());
    issue.worklogs.iter_mut().for_each(|worklog| worklog.id = contents.next_id());
    issue.histories.iter_mut().for_each(|history| history.id = contents.next_id());
    issue.remote_links.iter_mut().for_each(|link| link.id = contents.next_id());
    issue
}

fn linked(contents: &mut Contents, new_ids: &HashMap<u64, u64>, link: IssueLink) -> Option<(u64, IssueLink)> {
    let (source, destination) = (*new_ids.get(&link.source)?, *new_ids.get(&link.destination)?);
    let id = contents.next_id();
    Some((id, IssueLink { id, source, destination, ..link }))
}
