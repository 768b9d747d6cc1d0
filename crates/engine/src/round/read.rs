//! Both sides of every unit as they are now: one Salesforce query and one Jira bulk fetch for the whole batch.

use std::collections::{BTreeMap, HashMap, HashSet};

use entente_core::{Side, Sides, State};
use entente_jira::IssueId;
use entente_transport::CallError;
use jiff::Timestamp;

use super::{Scene, meet};
use crate::{
    limits::GONE_AFTER_MS,
    outside::{OrgRow, SiteIssue, issue_refs, origin_operation, origin_source},
    scheme::ENTENTE_KEY,
    translate,
    unit::{Seen, Unit, Work},
};

/// Reads both sides; on failure of either, the units come back unread.
pub(crate) async fn both(scene: &Scene<'_>, units: Vec<Unit>) -> Result<Vec<Work>, (Vec<Unit>, CallError)> {
    let records: Vec<String> = units.iter().filter_map(|unit| unit.ids.salesforce.clone()).collect();
    let issues: Vec<String> = units.iter().filter_map(|unit| unit.ids.jira.clone()).collect();
    let read = tokio::join!(salesforce(scene, &records), jira(scene, &issues));
    let (rows, found) = match read {
        (Ok(rows), Ok(found)) => (rows, found),
        (Err(error), _) => {
            scene.wired.org.health.failed(&error);
            return Err((units, error));
        }
        (_, Err(error)) => {
            scene.wired.site.health.failed(&error);
            return Err((units, error));
        }
    };
    let deleted = match deleted(scene, &units, &rows).await {
        Ok(deleted) => deleted,
        Err(error) => return Err((units, error)),
    };
    let seen = |unit: Unit| {
        let record = unit.ids.salesforce.as_ref().and_then(|id| rows.get(id));
        let issue = unit.ids.jira.as_ref().and_then(|id| found.get(id));
        let is_deleted = unit.ids.salesforce.as_ref().is_some_and(|id| deleted.contains(id));
        let salesforce = record
            .map_or_else(|| missing(scene, &unit, Side::Salesforce, is_deleted), |row| salesforce_seen(scene, row));
        let jira = issue.map_or_else(|| missing(scene, &unit, Side::Jira, false), |issue| jira_seen(scene, issue));
        Work::new(unit, Sides::new(salesforce, jira))
    };
    let mut works: Vec<Work> = units.into_iter().map(seen).collect();
    confirm_missing(scene, &mut works).await;
    Ok(works)
}

/// Rows by id.
pub(crate) async fn salesforce(scene: &Scene<'_>, ids: &[String]) -> Result<HashMap<String, OrgRow>, CallError> {
    let object = &scene.wired.item.salesforce.object;
    let rows = scene.wired.org.read(object, &scene.scheme.salesforce_paths, ids).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Issues by id.
async fn jira(scene: &Scene<'_>, ids: &[String]) -> Result<BTreeMap<String, SiteIssue>, CallError> {
    // The marker of an unlinked issue may be all that ties it to its record, so it is read with every issue.
    let issues = scene.wired.site.read(issue_refs(ids), &scene.scheme.jira_ids, true).await?;
    Ok(issues.into_iter().map(|issue| (issue.id(), issue)).collect())
}

/// Which of the missing Salesforce records are surely deleted: the recycle bin says so.
async fn deleted(
    scene: &Scene<'_>,
    units: &[Unit],
    rows: &HashMap<String, OrgRow>,
) -> Result<HashSet<String>, CallError> {
    let ids = units.iter().filter(|unit| unit.link.is_some()).filter_map(|unit| unit.ids.salesforce.clone());
    let missing: Vec<String> = ids.filter(|id| !rows.contains_key(id)).collect();
    if missing.is_empty() {
        return Ok(HashSet::new());
    }
    scene.wired.org.deleted_among(&scene.wired.item.salesforce.object, &missing).await
}

pub(crate) fn salesforce_seen(scene: &Scene<'_>, row: &OrgRow) -> Seen {
    let record = translate::salesforce::record(scene.scheme.salesforce.values(), &row.fields);
    Seen {
        state: State::Present(record),
        version: row.version(),
        read_ms: row.read_ms,
        modified: row.instant("LastModifiedDate"),
        created: row.instant("CreatedDate"),
        key: None,
        modified_by: row.text("LastModifiedById").map(str::to_owned),
        name: row
            .text(&scene.scheme.salesforce_name)
            .map(|name| format!("{} {name}", scene.wired.item.salesforce.object)),
        marked: None,
        operation: row.text(ENTENTE_KEY).map(str::to_owned),
        in_scope: true,
        deletion_seen: false,
    }
}

pub(crate) fn jira_seen(scene: &Scene<'_>, issue: &SiteIssue) -> Seen {
    let record = translate::jira::record(scene.scheme.jira.values(), &issue.issue.fields);
    Seen {
        state: State::Present(record),
        version: issue.version(),
        read_ms: issue.read_ms,
        modified: issue.issue.updated(),
        created: issue.created(),
        key: Some(issue.key()),
        modified_by: None,
        name: None,
        marked: origin_source(&issue.issue).map(str::to_owned),
        operation: origin_operation(&issue.issue).map(str::to_owned),
        in_scope: meet::in_scope(scene, issue),
        deletion_seen: false,
    }
}

/// A side that was not found. For a link it had a record once; it is gone for certain when an event or the recycle bin
/// says so, or when it was missed before, long enough ago. Without a link there never was one.
fn missing(scene: &Scene<'_>, unit: &Unit, side: Side, is_deleted: bool) -> Seen {
    let Some(link) = &unit.link else {
        let state = match unit.ids.get(side) {
            Some(_) => State::Unreadable("it was not found".to_owned()),
            None => State::None,
        };
        return Seen::absent(state);
    };
    let now_ms = scene.worker.outside().now_ms();
    let since_ms = link.missing_since.get(side).unwrap_or(now_ms);
    #[cfg(feature = "simulation")]
    let is_deleted = is_deleted || entente_core::wrong::is(entente_core::wrong::Wrong::GoneAtOnce);
    let deletion_seen = is_deleted || unit.deletion_announced(side);
    let confirmed = deletion_seen || now_ms - since_ms >= GONE_AFTER_MS;
    let since = Timestamp::from_millisecond(since_ms).unwrap_or_default();
    Seen { deletion_seen, ..Seen::absent(State::Gone { since, confirmed }) }
}

/// A bulk fetch that leaves an issue out is a doubt, not a proof: before a link is dissolved because its issue was
/// missed twice, the issue is asked for by itself.
async fn confirm_missing(scene: &Scene<'_>, works: &mut [Work]) {
    for work in works.iter_mut() {
        let by_time =
            matches!(work.seen.jira.state, State::Gone { confirmed: true, .. }) && !work.seen.jira.deletion_seen;
        let Some(id) = work.unit.ids.jira.as_ref().filter(|_| by_time).and_then(|id| id.parse::<IssueId>().ok()) else {
            continue;
        };
        match scene.wired.site.client.issue(id, &["updated"], &[]).await {
            Err(CallError::Gone { .. }) => {}
            Ok(_) => work.seen.jira.state = State::Unreadable("it was left out of a bulk read".to_owned()),
            Err(error) => work.seen.jira.state = State::Unreadable(error.to_string()),
        }
    }
}
