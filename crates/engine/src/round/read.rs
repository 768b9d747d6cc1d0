//! Both sides of every unit as they are now: one Salesforce query and one Jira bulk fetch for the whole batch.

use std::collections::{BTreeMap, HashMap};

use entente_core::{Field, FieldPath, Record, Side, Sides, State, Value, record::shown};
use entente_jira::IssueId;
use entente_transport::CallError;
use jiff::Timestamp;

use super::{Scene, meet, renumbered};
use crate::{
    error::EngineError,
    limits::GONE_AFTER_MS,
    outside::{OrgRow, SiteIssue, issue_refs, origin_operation, origin_source},
    scheme::{CONVERTED, ENTENTE_KEY, IS_CONVERTED},
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
        let fate = unit.ids.salesforce.as_ref().and_then(|id| deleted.get(id));
        let mut salesforce = record
            .map_or_else(|| missing(scene, &unit, Side::Salesforce, fate.is_some()), |row| salesforce_seen(scene, row));
        salesforce.merged_into = fate.cloned().flatten();
        let jira = issue.map_or_else(|| missing(scene, &unit, Side::Jira, false), |issue| jira_seen(scene, issue));
        Work::new(unit, Sides::new(salesforce, jira))
    };
    let mut works: Vec<Work> = units.into_iter().map(seen).collect();
    if let Err(error) = renumbered::mark(scene, &mut works).await {
        return Err((works.into_iter().map(|work| work.unit).collect(), error));
    }
    confirm_missing(scene, &mut works).await;
    Ok(works)
}

/// Rows by id.
pub(crate) async fn salesforce(scene: &Scene<'_>, ids: &[String]) -> Result<HashMap<String, OrgRow>, CallError> {
    let object = &scene.wired.item.salesforce.object;
    let rows = scene.wired.org.read(object, &scene.scheme.salesforce_paths, ids).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Records of one side by id, as an item reads them, as far as they may be of it.
pub(super) async fn records(
    scene: &Scene<'_>,
    side: Side,
    ids: &[String],
) -> Result<BTreeMap<String, Record>, EngineError> {
    let seen: Vec<(String, Seen)> = match side {
        Side::Salesforce => {
            let rows = salesforce(scene, ids).await.map_err(EngineError::peer(&scene.wired.org.name))?;
            rows.into_iter().map(|(id, row)| (id, salesforce_seen(scene, &row))).collect()
        }
        Side::Jira => {
            let issues = jira(scene, ids).await.map_err(EngineError::peer(&scene.wired.site.name))?;
            issues.into_iter().map(|(id, issue)| (id, jira_seen(scene, &issue))).collect()
        }
    };
    let in_scope = seen.into_iter().filter(|(_, seen)| seen.out_of_scope.is_none());
    Ok(in_scope.filter_map(|(id, seen)| Some((id, seen.record()?.clone()))).collect())
}

/// Issues by id.
pub(super) async fn jira(scene: &Scene<'_>, ids: &[String]) -> Result<BTreeMap<String, SiteIssue>, CallError> {
    // The marker of an unlinked issue may be all that ties it to its record, so it is read with every issue.
    let issues = scene.wired.site.read_marked(issue_refs(ids), &scene.scheme.jira_ids).await?;
    Ok(issues.into_iter().map(|issue| (issue.id(), issue)).collect())
}

/// Which of the missing Salesforce records are surely deleted, and what each was merged into: the recycle bin says so.
async fn deleted(
    scene: &Scene<'_>,
    units: &[Unit],
    rows: &HashMap<String, OrgRow>,
) -> Result<HashMap<String, Option<String>>, CallError> {
    let ids = units.iter().filter(|unit| unit.link.is_some()).filter_map(|unit| unit.ids.salesforce.clone());
    let missing: Vec<String> = ids.filter(|id| !rows.contains_key(id)).collect();
    if missing.is_empty() {
        return Ok(HashMap::new());
    }
    scene.wired.org.deleted_among(&scene.wired.item.salesforce.object, &missing).await
}

pub(crate) fn salesforce_seen(scene: &Scene<'_>, row: &OrgRow) -> Seen {
    let mut record = translate::salesforce::record(scene.scheme.salesforce.values(), &row.fields);
    show(&mut record, shown::RECORD_URL, &scene.wired.org.url_of(&row.id));
    Seen {
        state: State::Present(record),
        version: row.version(),
        read_ms: row.read_ms,
        modified: row.instant("LastModifiedDate"),
        created: row.instant("CreatedDate"),
        key: None,
        former_key: None,
        modified_by: row.text("LastModifiedById").map(str::to_owned),
        name: row
            .text(&scene.scheme.salesforce_name)
            .map(|name| format!("{} {name}", scene.wired.item.salesforce.object)),
        marked: None,
        operation: row.text(ENTENTE_KEY).map(str::to_owned),
        out_of_scope: None,
        merged_into: None,
        became: became(row),
        deletion_seen: false,
        is_renumbered: false,
    }
}

/// What a converted lead became.
fn became(row: &OrgRow) -> Option<BTreeMap<&'static str, String>> {
    row.fields.get(IS_CONVERTED).filter(|converted| **converted == true)?;
    let id = |(object, field): &(&'static str, &str)| Some((*object, row.text(field)?.to_owned()));
    Some(CONVERTED.iter().filter_map(id).collect())
}

/// Adds what a record shows without a field of its own.
fn show(record: &mut Record, name: &str, value: &str) {
    record.set(FieldPath::from(name), Field::Known(Value::text(value)));
}

pub(crate) fn jira_seen(scene: &Scene<'_>, issue: &SiteIssue) -> Seen {
    let mut record = translate::jira::record(scene.scheme.jira.values(), &issue.issue.fields);
    show(&mut record, shown::ISSUE_KEY, &issue.key());
    show(&mut record, shown::ISSUE_ID, &issue.id());
    show(&mut record, shown::ISSUE_URL, &scene.wired.site.url_of(&issue.key()));
    Seen {
        state: State::Present(record),
        version: issue.version(),
        read_ms: issue.read_ms,
        modified: issue.issue.updated(),
        created: issue.created(),
        key: Some(issue.key()),
        former_key: None,
        modified_by: None,
        name: None,
        marked: origin_source(&issue.issue).map(str::to_owned),
        operation: origin_operation(&issue.issue).map(str::to_owned),
        out_of_scope: meet::out_of_scope(scene, issue),
        merged_into: None,
        became: None,
        deletion_seen: false,
        is_renumbered: false,
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

/// Time alone proves nothing: a right that was taken away looks the same. A loss that nobody saw counts only while another
/// record of that object, or another issue of that project, can be read; and since a bulk fetch that leaves an issue out is
/// a doubt, the issue is asked for by itself.
async fn confirm_missing(scene: &Scene<'_>, works: &mut [Work]) {
    let by_time = |seen: &Seen| matches!(seen.state, State::Gone { confirmed: true, .. }) && !seen.deletion_seen;
    for side in Side::BOTH {
        if !works.iter().any(|work| by_time(work.seen.get(side))) {
            continue;
        }
        let doubt = match others_can_be_read(scene, side).await {
            Ok(true) => continue,
            Ok(false) => format!("no other record of its kind can be read in {side} now, so it may only be hidden"),
            Err(error) => {
                // A project that was archived or hidden is not known any more, which the item then says.
                if matches!(error, CallError::Invalid { .. }) {
                    scene.wired.forget_scheme();
                }
                error.to_string()
            }
        };
        for seen in works.iter_mut().map(|work| work.seen.get_mut(side)).filter(|seen| by_time(seen)) {
            seen.state = State::Unreadable(doubt.clone());
        }
    }
    for work in works.iter_mut().filter(|work| by_time(&work.seen.jira)) {
        let Some(id) = work.unit.ids.jira.as_ref().and_then(|id| id.parse::<IssueId>().ok()) else { continue };
        match scene.wired.site.client.issue(id, &["updated"], &[]).await {
            Err(CallError::Gone { .. }) => {}
            Ok(_) => work.seen.jira.state = State::Unreadable("it was left out of a bulk read".to_owned()),
            Err(error) => work.seen.jira.state = State::Unreadable(error.to_string()),
        }
    }
}

/// The canary: whether any record of the item's object, or any issue of its project, can be read.
pub(super) async fn others_can_be_read(scene: &Scene<'_>, side: Side) -> Result<bool, CallError> {
    match side {
        Side::Salesforce => scene.wired.org.shows_any(&scene.wired.item.salesforce.object).await,
        Side::Jira => scene.wired.site.shows_any(&scene.wired.item.jira.projects).await,
    }
}
