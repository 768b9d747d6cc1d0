//! Facts that cost a call and are fetched only when a plan asks for them: when each side last changed a field, and which
//! statuses both sides have.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use entente_core::{FieldPath, Known, MappingKey, Side, Sides, Value, plan::Need, plan::STATUS};
use entente_jira::{IssueChanges, IssueId, limits::CHANGELOG_FIELDS_MAX};
use entente_transport::CallError;
use jiff::Timestamp;

use super::Scene;
use crate::{apply::jira::is_ours, outside::FieldChange, unit::Work, workflow};

/// Fetches what the plans of `wanting` ask for.
pub(super) async fn fetch(scene: &Scene<'_>, works: &[Work], wanting: &[usize], known: &mut [Known]) {
    let asks = |n: &&usize, need: fn(&Need) -> bool| works[**n].plan.needs.iter().any(need);
    if wanting.iter().any(|n| asks(&n, |need| *need == Need::Workflow)) {
        match workflow::statuses(scene).await {
            Ok(workflow) => {
                let workflow = Arc::new(workflow);
                known.iter_mut().for_each(|known| known.workflow = Some(workflow.clone()));
            }
            Err(error) => tracing::warn!(item = scene.wired.item.name, "Statuses could not be learned: {error}"),
        }
    }
    let timely: Vec<usize> =
        wanting.iter().filter(|n| asks(n, |need| matches!(need, Need::ChangeTimes(_)))).copied().collect();
    if !timely.is_empty() {
        change_times(scene, works, &timely, known).await;
    }
}

/// One changelog call and one history query. When a side could not be asked, nothing is known: who wins must not depend
/// on a call that failed.
async fn change_times(scene: &Scene<'_>, works: &[Work], wanting: &[usize], known: &mut [Known]) {
    let (salesforce, jira) = match tokio::join!(salesforce(scene, works, wanting), jira(scene, works, wanting)) {
        (Ok(salesforce), Ok(jira)) => (salesforce, jira),
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(item = scene.wired.item.name, "It could not be learned when fields changed: {error}");
            return;
        }
    };
    for n in wanting {
        let work = &works[*n];
        for key in timed(work) {
            let of = |side, name: String| (work.id(side).to_owned(), name);
            // A line changes when any of its fields does. Without a row for each, the record's own stamp is an upper bound.
            let rows = names(scene, key, Side::Salesforce).into_iter();
            let rows = rows.map(|name| salesforce.get(&of(Side::Salesforce, name))?.iter().map(|row| row.at).max());
            let last_row = rows.collect::<Option<Vec<_>>>().and_then(|rows| rows.into_iter().max());
            let salesforce_at = last_row.or(work.seen.salesforce.modified);
            let in_jira = names(scene, key, Side::Jira);
            let edits = in_jira.iter().filter_map(|name| jira.get(&of(Side::Jira, name.clone()))?.last());
            let jira_edit = edits.max_by_key(|edit| edit.at);
            let times = Sides::new(
                scene.wired.org.to_our_time(salesforce_at),
                jira_edit.map(|edit| scene.wired.site.to_our_time(edit.at)),
            );
            #[cfg(feature = "simulation")]
            let times = if entente_core::wrong::is(entente_core::wrong::Wrong::CrossClock) {
                Sides::new(salesforce_at, jira_edit.map(|edit| edit.at))
            } else {
                times
            };
            known[*n].change_times.insert(key.clone(), times);
            if let (Some(edit), [_]) = (jira_edit, in_jira.as_slice()) {
                let before = edit.from.as_deref().map_or(Value::Empty, Value::text);
                known[*n].jira_before.insert(key.clone(), before);
            }
        }
    }
}

/// The mappings whose change times a plan asks for.
fn timed(work: &Work) -> impl Iterator<Item = &MappingKey> {
    work.plan.needs.iter().filter_map(|need| match need {
        Need::ChangeTimes(key) => Some(key),
        Need::Workflow => None,
    })
}

/// The vendor's names of the fields that a line reads on a side, its own first.
pub(super) fn names(scene: &Scene<'_>, key: &MappingKey, side: Side) -> Vec<String> {
    let item = &scene.wired.item;
    let paths: Vec<FieldPath> = match item.mapping(key) {
        Some(mapping) => mapping.read_on(side).cloned().collect(),
        None => item.path(key, side).into_iter().collect(),
    };
    let name = |path: &FieldPath| match side {
        Side::Salesforce => scene.scheme.salesforce.get(path)?.query_path.clone(),
        Side::Jira => scene.scheme.jira.get(path)?.id.clone(),
    };
    paths.iter().filter_map(name).collect()
}

fn wanted(scene: &Scene<'_>, works: &[Work], wanting: &[usize], side: Side) -> (BTreeSet<String>, BTreeSet<String>) {
    let ids = wanting.iter().map(|n| works[*n].id(side).to_owned()).collect();
    let keys = wanting.iter().flat_map(|n| timed(&works[*n]));
    (ids, keys.flat_map(|key| names(scene, key, side)).collect())
}

async fn salesforce(scene: &Scene<'_>, works: &[Work], wanting: &[usize]) -> Result<Rows, CallError> {
    let (ids, fields) = wanted(scene, works, wanting, Side::Salesforce);
    rows(scene, ids, fields).await
}

async fn jira(scene: &Scene<'_>, works: &[Work], wanting: &[usize]) -> Result<Edits, CallError> {
    let (ids, fields) = wanted(scene, works, wanting, Side::Jira);
    let mut edits = edits(scene, ids, fields).await?;
    // A transition of ours, perhaps one on the way to another, is nobody's word about the status.
    edits.retain(|(_, field), steps| field != STATUS || steps.last().is_some_and(|step| !step.is_ours));
    Ok(edits)
}

type Rows = HashMap<(String, String), Vec<FieldChange>>;

/// The history rows per record and field, where the field is tracked. Objects without a history have none.
pub(super) async fn rows(
    scene: &Scene<'_>,
    ids: BTreeSet<String>,
    fields: BTreeSet<String>,
) -> Result<Rows, CallError> {
    let (ids, fields): (Vec<String>, Vec<String>) = (ids.into_iter().collect(), fields.into_iter().collect());
    match scene.wired.org.history(&scene.wired.item.salesforce.object, &ids, &fields).await {
        Err(CallError::Invalid { .. } | CallError::Gone { .. } | CallError::Denied { .. }) => Ok(Rows::new()),
        other => other,
    }
}

/// One change of a field, on either side.
pub(super) struct Step {
    pub(super) at: Timestamp,
    pub(super) is_ours: bool,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

type Edits = HashMap<(String, String), Vec<Step>>;

/// The changelog entries per issue and field, the oldest first, as Jira gives them.
/// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-changelog-bulkfetch-post>
pub(super) async fn edits(
    scene: &Scene<'_>,
    ids: BTreeSet<String>,
    fields: BTreeSet<String>,
) -> Result<Edits, CallError> {
    let issues: Vec<IssueId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let mut edits = Edits::new();
    for fields in fields.chunks(CHANGELOG_FIELDS_MAX) {
        for issue in scene.wired.site.client.bulk_changelogs(&issues, fields).await? {
            add(&mut edits, issue);
        }
    }
    Ok(edits)
}

fn add(edits: &mut Edits, issue: IssueChanges) {
    for change in issue.changes {
        let (Some(at), is_ours) = (change.created, is_ours(&change)) else { continue };
        for item in change.items {
            let Some(field) = item.field_id else { continue };
            let step = Step { at, is_ours, from: item.from_string, to: item.to_string };
            edits.entry((issue.issue.to_string(), field)).or_default().push(step);
        }
    }
}
