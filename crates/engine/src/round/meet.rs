//! Records without a link find their counterpart, by correlation field or by our own marker, or are known to have none.
//!
//! At the end each open unit either has both ids, or may be created for, or is passed on to the next item.

use std::collections::{BTreeMap, HashMap};

use entente_core::{Side, State, filter::Verdict, plan::admits};
use entente_jira::{IssueKey, IssueRef};
use entente_store::{LinkState, NewEntry};

use super::{Scene, read};
use crate::{
    error::EngineError,
    outside::{OrgRow, SiteIssue, issue_refs},
    unit::{End, Work},
};

/// What names the counterpart of a record.
enum Name {
    Id(String),
    Key(IssueKey),
}

pub(super) async fn counterparts(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    let mut issue_names: HashMap<usize, Name> = HashMap::new();
    let mut record_ids: HashMap<usize, String> = HashMap::new();
    for (n, work) in works.iter_mut().enumerate().filter(|(_, work)| work.unit.link.is_none()) {
        match (&work.unit.ids.salesforce, &work.unit.ids.jira) {
            (Some(id), None) => {
                let id = id.clone();
                if enters(scene, work, Side::Salesforce)
                    && let Some(name) = issue_named(scene, work, &id)
                {
                    issue_names.insert(n, name);
                }
            }
            (None, Some(_)) => {
                if enters(scene, work, Side::Jira)
                    && let Some(id) = record_named(scene, work)
                {
                    record_ids.insert(n, id);
                }
            }
            _ => {}
        }
    }
    fetch_issues(scene, works, &issue_names).await?;
    fetch_records(scene, works, &record_ids).await?;
    for work in works.iter_mut().filter(|work| work.unit.link.is_none() && work.is_open()) {
        may_create(scene, work);
    }
    Ok(())
}

/// Whether a record may enter the item; else its unit is passed on, or done with.
fn enters(scene: &Scene<'_>, work: &mut Work, side: Side) -> bool {
    let Some(record) = work.seen.get(side).record() else {
        // It was deleted, or hidden, since the hint was offered: there is nothing to link.
        work.end = End::PassOn;
        return false;
    };
    match admits(&scene.wired.item, side, record) {
        Verdict::Passes => true,
        Verdict::Fails => {
            work.end = End::PassOn;
            false
        }
        Verdict::Unknown(path) => {
            let reason = format!("{side} {} cannot be filtered: {path} cannot be read", work.id(side));
            work.parked = Some((reason, String::new()));
            work.end = End::PassOn;
            false
        }
    }
}

/// The issue that a record names, or that names the record.
fn issue_named(scene: &Scene<'_>, work: &mut Work, salesforce_id: &str) -> Option<Name> {
    if let Some(issue) = scene.wired.claim(salesforce_id) {
        return Some(Name::Id(issue));
    }
    let path = &scene.wired.item.correlation.as_ref()?.salesforce;
    let shown = work.seen.salesforce.record()?.value(path.as_str())?.as_text()?;
    match shown.parse() {
        Ok(key) => Some(Name::Key(key)),
        Err(_) => {
            let reason = format!(
                "Salesforce {path} shows \"{shown}\", which is no issue key; clear it to let an issue be created"
            );
            work.parked = Some((reason, String::new()));
            work.end = End::PassOn;
            None
        }
    }
}

/// The Salesforce record that an issue names; an issue of another project or type is passed on.
fn record_named(scene: &Scene<'_>, work: &mut Work) -> Option<String> {
    if !work.seen.jira.in_scope {
        work.end = End::PassOn;
        return None;
    }
    work.seen.jira.marked.clone().or_else(|| {
        let path = &scene.wired.item.correlation.as_ref()?.jira;
        let shown = work.seen.jira.record()?.value(path.as_str())?.as_text()?;
        entente_salesforce::RecordId::parse(shown).ok().map(|id| id.to_string())
    })
}

async fn fetch_issues(scene: &Scene<'_>, works: &mut [Work], names: &HashMap<usize, Name>) -> Result<(), EngineError> {
    if names.is_empty() {
        return Ok(());
    }
    let refs: Vec<IssueRef> = names
        .values()
        .flat_map(|name| match name {
            Name::Id(id) => issue_refs([id]),
            Name::Key(key) => vec![IssueRef::from(key.clone())],
        })
        .collect();
    let issues = match scene.wired.site.read(refs, &scene.scheme.jira_ids, false).await {
        Ok(issues) => issues,
        Err(error) => {
            let due_ms = scene.worker.outside().now_ms() + crate::limits::BACKOFF_FIRST_MS;
            names.keys().for_each(|n| works[*n].again(due_ms, error.to_string()));
            return Ok(());
        }
    };
    let by_id: BTreeMap<String, &SiteIssue> = issues.iter().map(|issue| (issue.id(), issue)).collect();
    let by_key: BTreeMap<String, &SiteIssue> = issues.iter().map(|issue| (issue.key(), issue)).collect();
    let ids: Vec<String> = by_id.keys().cloned().collect();
    let taken = taken(scene, Side::Jira, &ids).await?;
    for (n, name) in names {
        let work = &mut works[*n];
        let issue = match name {
            Name::Id(id) => by_id.get(id),
            Name::Key(key) => by_key.get(&key.to_string()),
        };
        let Some(issue) = issue else {
            let key = match name {
                Name::Id(id) => id.clone(),
                Name::Key(key) => key.to_string(),
            };
            refuse(
                work,
                format!("it names issue {key}, which was not found; clear the reference to let a new issue be created"),
            );
            continue;
        };
        if !in_scope(scene, issue) {
            let (project, kind) = (issue.named("project", "key"), issue.named("issuetype", "name"));
            let (project, kind) = (project.unwrap_or_default(), kind.unwrap_or_default());
            refuse(
                work,
                format!("it names issue {}, a {kind} of {project}, which this item is not about", issue.key()),
            );
        } else if let Some(holder) = taken.get(&issue.id()) {
            refuse(work, format!("it names issue {}, which is linked to {holder} already", issue.key()));
        } else {
            join(scene, work, Side::Jira, issue.id(), read::jira_seen(scene, issue));
        }
    }
    Ok(())
}

async fn fetch_records(scene: &Scene<'_>, works: &mut [Work], ids: &HashMap<usize, String>) -> Result<(), EngineError> {
    if ids.is_empty() {
        return Ok(());
    }
    let wanted: Vec<String> = ids.values().cloned().collect();
    let rows: HashMap<String, OrgRow> = match read::salesforce(scene, &wanted).await {
        Ok(rows) => rows,
        Err(error) => {
            let due_ms = scene.worker.outside().now_ms() + crate::limits::BACKOFF_FIRST_MS;
            ids.keys().for_each(|n| works[*n].again(due_ms, error.to_string()));
            return Ok(());
        }
    };
    let taken = taken(scene, Side::Salesforce, &wanted).await?;
    for (n, id) in ids {
        let work = &mut works[*n];
        let Some(row) = rows.get(id) else {
            refuse(work, format!("it names Salesforce record {id}, which was not found"));
            continue;
        };
        let seen = read::salesforce_seen(scene, row);
        let enters = seen.record().map(|record| admits(&scene.wired.item, Side::Salesforce, record));
        if let Some(holder) = taken.get(id) {
            refuse(work, format!("it names Salesforce record {id}, which is linked to {holder} already"));
        } else if enters != Some(Verdict::Passes) {
            work.end = End::PassOn;
        } else {
            join(scene, work, Side::Salesforce, id.clone(), seen);
        }
    }
    Ok(())
}

/// Project and type are part of how an item finds issues.
pub(crate) fn in_scope(scene: &Scene<'_>, issue: &SiteIssue) -> bool {
    let project = scene.scheme.project.as_ref().map(|(_, id)| id.as_str());
    issue.named("project", "id") == project && issue.named("issuetype", "id") == scene.scheme.issue_type.as_deref()
}

/// Counterparts that have a link under this item already, with the name of its other end.
async fn taken(scene: &Scene<'_>, side: Side, ids: &[String]) -> Result<HashMap<String, String>, EngineError> {
    let connection = match side {
        Side::Salesforce => &scene.wired.org.name,
        Side::Jira => &scene.wired.site.name,
    };
    let links = scene.worker.store().links_by_records(&scene.wired.org.name, side, connection, ids).await?;
    let live = links
        .into_iter()
        .filter(|link| link.item == scene.wired.item.name && !matches!(link.state, LinkState::Unlinked { .. }));
    Ok(live
        .map(|link| match side {
            Side::Salesforce => (link.salesforce_id, link.jira_key),
            Side::Jira => (link.jira_id, link.salesforce_id),
        })
        .collect())
}

/// The unit has both ends now, unless another round is working on the other end.
fn join(scene: &Scene<'_>, work: &mut Work, side: Side, id: String, seen: crate::unit::Seen) {
    let connection = match side {
        Side::Salesforce => &scene.wired.org.name,
        Side::Jira => &scene.wired.site.name,
    };
    if !scene.worker.busy.take_record(side, connection, &id) {
        work.again(scene.worker.outside().now_ms() + 50, "its counterpart is being worked on");
        return;
    }
    *work.unit.ids.get_mut(side) = Some(id);
    *work.seen.get_mut(side) = seen;
}

fn refuse(work: &mut Work, reason: String) {
    let side = if work.unit.ids.salesforce.is_some() { Side::Salesforce } else { Side::Jira };
    work.parked = Some((format!("{side} {}: {reason}", work.id(side)), String::new()));
    work.end = End::PassOn;
}

/// A creation waits until existing twins have been looked for, and one end that is not readable creates nothing.
fn may_create(scene: &Scene<'_>, work: &mut Work) {
    let creates = matches!((&work.seen.salesforce.state, &work.seen.jira.state), (_, State::None) | (State::None, _));
    if creates && !scene.wired.is_discovered() {
        work.again(
            scene.worker.outside().now_ms() + crate::limits::BACKOFF_FIRST_MS,
            "existing twins are still being looked for",
        );
    }
}

/// The journal's words for a pair that was found, not made.
pub(super) fn matched(work: &Work) -> NewEntry {
    NewEntry {
        kind: "link".to_owned(),
        record_id: Some(work.id(Side::Salesforce).to_owned()),
        text: format!("Linked {} and {}, which name each other", work.id(Side::Salesforce), work.label(Side::Jira)),
        ..NewEntry::default()
    }
}
