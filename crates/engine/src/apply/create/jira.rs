//! Twins in Jira: created in bulk, and after a lost answer looked for by key, from a number on, by their marker.

use std::collections::BTreeMap;

use entente_core::Side;
use entente_jira::{Created, IssueRef, NewIssue, Property, limits::BULK_CREATE_ISSUES_MAX};
use entente_store::{Intent, IntentState};
use entente_transport::CallError;
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value as Json, json};

use super::{Made, Outcome, adopt, announce, made, mark_sent, put_off, sort, wanting};
use crate::{
    apply::{payload::Payload, receipt::wire_name},
    limits::EDITS_IN_FLIGHT_MAX,
    outside::{ORIGIN_PROPERTY, SiteIssue},
    round::{Scene, read},
    translate,
    unit::{Seen, Work},
};

/// Creates the issues that the plans of a round ask for.
pub(super) async fn create(scene: &Scene<'_>, works: &mut [Work]) {
    let Some((intents, project)) = announce_issues(scene, works).await else { return };
    let (unknown, fresh): (Vec<_>, Vec<_>) =
        intents.into_iter().partition(|(_, intent)| intent.state == IntentState::Sent);
    let mut to_send = fresh;
    to_send.extend(probe(scene, works, unknown, &project).await);
    if to_send.is_empty() || !mark_sent(scene, works, &to_send, Side::Jira).await {
        return;
    }
    let batches: Vec<Vec<(usize, Intent)>> = to_send.chunks(BULK_CREATE_ISSUES_MAX).map(<[_]>::to_vec).collect();
    let works_seen: &[Work] = works;
    let sent: Vec<_> = batches.iter().map(|batch| send_issues(scene, works_seen, batch)).collect();
    let sent: Vec<Vec<_>> = stream::iter(sent).buffered(EDITS_IN_FLIGHT_MAX).collect().await;
    let sent = batches.into_iter().flatten().zip(sent.into_iter().flatten());
    let created = made(scene, works, Side::Jira, sent).await;
    adopt_created(scene, works, created, &project).await;
}

/// Announces a creation for every unit whose plan has one. Answers with nothing when there are none, or when the store
/// or the floor could not be reached; the units are then put off.
async fn announce_issues(scene: &Scene<'_>, works: &mut [Work]) -> Option<(Vec<(usize, Intent)>, String)> {
    let wanting: Vec<usize> = wanting(works, Side::Jira);
    let (project, _) = scene.scheme.project.clone()?;
    if wanting.is_empty() {
        return None;
    }
    let floor = match scene.wired.site.floor(&project).await {
        Ok(floor) => i64::try_from(floor).unwrap_or_default(),
        Err(error) => {
            put_off(scene, works, &wanting, &error.to_string());
            return None;
        }
    };
    let intents = announce(scene, works, &wanting, Side::Jira, Some(floor)).await?;
    Some((intents, project))
}

/// What became of creations whose outcome is unknown, in their order.
pub(crate) async fn outcomes(
    scene: &Scene<'_>,
    intents: impl Iterator<Item = &Intent> + Clone,
    project: &str,
) -> Result<Vec<Outcome<Created>>, CallError> {
    let floor = intents.clone().filter_map(|intent| intent.new.probe_floor).min().unwrap_or_default();
    let began_ms = scene.wired.site.to_their_ms(scene.worker.outside().now_ms());
    let found = scene.wired.site.probe(project, u64::try_from(floor).unwrap_or_default()).await?;
    let outcome = |intent: &Intent| {
        let made = found.get(&intent.new.op_id).and_then(created_of);
        Outcome::of(made, intent, began_ms)
    };
    Ok(intents.map(outcome).collect())
}

/// Looks for creations whose outcome is unknown, and adopts what is found; what is sent again.
async fn probe(
    scene: &Scene<'_>,
    works: &mut [Work],
    unknown: Vec<(usize, Intent)>,
    project: &str,
) -> Vec<(usize, Intent)> {
    if unknown.is_empty() {
        return unknown;
    }
    let now_ms = scene.worker.outside().now_ms();
    let outcomes = outcomes(scene, unknown.iter().map(|(_, intent)| intent), project).await;
    let (made, to_send) = sort(scene, works, unknown, outcomes, now_ms);
    adopt_created(scene, works, made, project).await;
    to_send
}

fn created_of(issue: &SiteIssue) -> Option<Created> {
    Some(Created { id: issue.issue.id, key: issue.issue.key.clone()? })
}

/// One bulk create; outcomes in order, also when the whole call failed.
async fn send_issues(scene: &Scene<'_>, works: &[Work], batch: &[(usize, Intent)]) -> Vec<Result<Created, CallError>> {
    let issues: Vec<NewIssue> = batch.iter().map(|(n, intent)| new_issue(scene, &works[*n], intent)).collect();
    match scene.wired.site.client.bulk_create(&issues).await {
        Ok(outcomes) => outcomes,
        Err(error) => batch.iter().map(|_| Err(error.clone())).collect(),
    }
}

fn new_issue(scene: &Scene<'_>, work: &Work, intent: &Intent) -> NewIssue {
    let mut fields = Map::new();
    if let (Some((_, project_id)), Some(issue_type)) = (&scene.scheme.project, &scene.scheme.issue_type) {
        fields.insert("project".to_owned(), json!({"id": project_id}));
        fields.insert("issuetype".to_owned(), json!({"id": issue_type}));
    }
    for (path, value) in Payload::parse(&intent.new.payload).values(&scene.wired.item, Side::Jira) {
        let Some(field) = scene.scheme.jira.get(path) else { continue };
        translate::jira::put(&mut fields, field, value, None);
    }
    if let Some(correlation) = &scene.wired.item.correlation {
        fields.insert(wire_name(scene, Side::Jira, &correlation.jira), Json::from(work.id(Side::Salesforce)));
    }
    let origin = json!({"op": intent.new.op_id, "source": work.id(Side::Salesforce), "item": scene.wired.item.name});
    let properties = vec![Property { key: ORIGIN_PROPERTY.to_owned(), value: origin }];
    NewIssue { fields, properties, history: None }
}

/// Reads created issues back, so that the base is what they show and not what we believe.
async fn adopt_created(scene: &Scene<'_>, works: &mut [Work], created: Made<Created>, project: &str) {
    // One that was found in another project says nothing about the numbers of this one.
    for (_, _, issue) in created.iter().filter(|(_, _, issue)| issue.key.project() == project) {
        scene.wired.site.raise_floor(project, issue.key.number());
    }
    let refs: Vec<IssueRef> = created.iter().map(|(_, _, issue)| IssueRef::from(issue.id)).collect();
    let issues = scene.wired.site.read(refs, &scene.scheme.jira_ids).await.unwrap_or_default();
    let seen: BTreeMap<String, Seen> = issues.iter().map(|issue| (issue.id(), read::jira_seen(scene, issue))).collect();
    for (n, intent, issue) in created {
        let id = issue.id.to_string();
        let after = seen.get(&id).cloned();
        works[n].facts.jira_key = Some(issue.key.to_string());
        adopt(scene, &mut works[n], Side::Jira, &intent, id, after).await;
    }
}
