//! Facts that cost a call and are fetched only when a plan asks for them: when each side last changed a field, and which
//! statuses both sides have.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use entente_core::{Known, MappingKey, Side, Sides, Value, plan::Need, plan::STATUS};
use entente_jira::{IssueChanges, limits::CHANGELOG_FIELDS_MAX};
use entente_transport::CallError;
use jiff::Timestamp;

use super::Scene;
use crate::{apply::jira::is_ours, unit::Work, workflow};

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
            let paths = paths(scene, key);
            let record_time = salesforce.get(&(work.id(Side::Salesforce).to_owned(), paths.salesforce.clone()));
            // Without a history row the record's own stamp is an upper bound of the field's.
            let salesforce_at = record_time.copied().or(work.seen.salesforce.modified);
            let jira_edit = jira.get(&(work.id(Side::Jira).to_owned(), paths.jira));
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
            if let Some(edit) = jira_edit {
                known[*n].jira_before.insert(key.clone(), edit.before.clone());
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

/// The vendor's names of a mapping's two fields.
fn paths(scene: &Scene<'_>, key: &MappingKey) -> Sides<String> {
    let path = |side| scene.wired.item.path(key, side);
    let salesforce = path(Side::Salesforce).and_then(|path| scene.scheme.salesforce.get(&path)?.query_path.clone());
    let jira = path(Side::Jira).and_then(|path| scene.scheme.jira.get(&path)?.id.clone());
    Sides::new(salesforce.unwrap_or_default(), jira.unwrap_or_default())
}

fn wanted(scene: &Scene<'_>, works: &[Work], wanting: &[usize], side: Side) -> (Vec<String>, BTreeSet<String>) {
    let ids = wanting.iter().map(|n| works[*n].id(side).to_owned()).collect();
    let keys = wanting.iter().flat_map(|n| timed(&works[*n]));
    let fields = keys.map(|key| paths(scene, key).get(side).clone()).filter(|field| !field.is_empty());
    (ids, fields.collect())
}

type Times = HashMap<(String, String), Timestamp>;

/// The newest history row per record and field, where the field is tracked. Objects without a history have none.
async fn salesforce(scene: &Scene<'_>, works: &[Work], wanting: &[usize]) -> Result<Times, CallError> {
    let (ids, fields) = wanted(scene, works, wanting, Side::Salesforce);
    let fields: Vec<String> = fields.into_iter().collect();
    match scene.wired.org.history(&scene.wired.item.salesforce.object, &ids, &fields).await {
        Err(CallError::Invalid { .. } | CallError::Gone { .. } | CallError::Denied { .. }) => Ok(Times::new()),
        other => other,
    }
}

/// The newest edit of a field in Jira.
struct Edit {
    at: Timestamp,
    before: Value,
    /// A transition of ours, perhaps one on the way to another: nobody's word about the status.
    is_our_move: bool,
}

type Edits = HashMap<(String, String), Edit>;

/// The newest changelog entry per issue and field.
async fn jira(scene: &Scene<'_>, works: &[Work], wanting: &[usize]) -> Result<Edits, CallError> {
    let (ids, fields) = wanted(scene, works, wanting, Side::Jira);
    let issues: Vec<entente_jira::IssueId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let mut newest = Edits::new();
    for fields in fields.chunks(CHANGELOG_FIELDS_MAX) {
        for issue in scene.wired.site.client.bulk_changelogs(&issues, fields).await? {
            add_newest(&mut newest, &issue);
        }
    }
    newest.retain(|_, edit| !edit.is_our_move);
    Ok(newest)
}

fn add_newest(newest: &mut Edits, issue: &IssueChanges) {
    for change in &issue.changes {
        let Some(at) = change.created else { continue };
        for item in &change.items {
            let Some(field) = item.field_id.clone() else { continue };
            let key = (issue.issue.to_string(), field);
            if newest.get(&key).is_none_or(|edit| edit.at <= at) {
                let before = item.from_string.as_deref().map_or(Value::Empty, Value::text);
                let is_our_move = key.1 == STATUS && is_ours(change);
                newest.insert(key, Edit { at, before, is_our_move });
            }
        }
    }
}
