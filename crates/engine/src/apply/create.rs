//! Twins for records that have none. Every creation is announced durably before it is sent, carries its own marker, and
//! is looked for by that marker before it is ever sent again: an answer that was lost never becomes a second twin.
//!
//! ```text
//! announced --sent--> created            the marker names the operation
//!                \--> nobody knows       probe; not found and settled -> sent again, same operation
//! ```

use std::collections::{BTreeMap, HashMap};

use entente_core::{
    MappingKey, Side, Sides, State, Value,
    link::Blocked,
    plan::{CORRELATION, FieldWrite, Write},
};
use entente_jira::{Created, IssueRef, NewIssue, Property, limits::BULK_CREATE_ISSUES_MAX};
use entente_store::{Intent, IntentState, NewEntry, NewIntent, ParkedClass};
use entente_transport::{CallError, CallProblem};
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value as Json, json};

use super::{
    payload::Payload,
    receipt::{correlated, note_health, wire_name},
    reference::Referents,
};
use crate::{
    limits::{BACKOFF_FIRST_MS, EDITS_IN_FLIGHT_MAX, PROBE_AFTER_MS},
    outside::{ORIGIN_PROPERTY, SiteIssue},
    round::{Scene, read},
    translate,
    unit::{Refused, Seen, Work},
};

/// Creates the issues that the plans of a round ask for.
pub(super) async fn in_jira(scene: &Scene<'_>, works: &mut [Work]) {
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
    let (mut created, mut unclear) = (Vec::new(), Vec::new());
    for ((n, intent), outcome) in batches.into_iter().flatten().zip(sent.into_iter().flatten()) {
        match outcome {
            Ok(issue) => created.push((n, intent, issue)),
            Err(error) => {
                refused(scene, &mut works[n], Side::Jira, &intent, &error);
                if matches!(error, CallError::Ambiguous { .. } | CallError::Broken { .. }) {
                    unclear.push((n, intent));
                }
            }
        }
    }
    if !unclear.is_empty() {
        // What a lost request may still do, it may do from now on, not from when it was sent.
        mark_sent(scene, works, &unclear, Side::Jira).await;
    }
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

fn wanting(works: &[Work], side: Side) -> Vec<usize> {
    (0..works.len()).filter(|n| works[*n].is_open() && works[*n].creates(side)).collect()
}

fn put_off(scene: &Scene<'_>, works: &mut [Work], which: &[usize], reason: &str) {
    for n in which {
        let due_ms = scene.worker.later(&works[*n].unit);
        works[*n].again(due_ms, reason);
    }
}

async fn announce(
    scene: &Scene<'_>,
    works: &mut [Work],
    wanting: &[usize],
    side: Side,
    probe_floor: Option<i64>,
) -> Option<Vec<(usize, Intent)>> {
    let new = |n: &usize| NewIntent {
        op_id: scene.worker.chance_id(),
        item: scene.wired.item.name.clone(),
        side,
        source_id: works[*n].id(side.other()).to_owned(),
        probe_floor,
        payload: Payload::of(&scene.scheme.item, &works[*n], side).to_text(),
    };
    let new: Vec<NewIntent> = wanting.iter().map(new).collect();
    let now_ms = scene.worker.outside().now_ms();
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::NoIntent) {
        let unannounced =
            |new| Intent { new, org: scene.wired.org.name.clone(), state: IntentState::Planned, settle_until_ms: None };
        return Some(wanting.iter().copied().zip(new.into_iter().map(unannounced)).collect());
    }
    let planned = match scene.worker.fence() {
        Ok(fence) => scene.worker.store().plan_intents(&fence, &new, now_ms).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match planned {
        Ok(intents) => Some(by_unit(scene, works, wanting, side, intents)),
        Err(reason) => {
            put_off(scene, works, wanting, &reason);
            None
        }
    }
}

/// Each unit with its announcement. One whose record another round or a person has linked meanwhile has none.
fn by_unit(
    scene: &Scene<'_>,
    works: &mut [Work],
    wanting: &[usize],
    side: Side,
    intents: Vec<Intent>,
) -> Vec<(usize, Intent)> {
    let mut by_source: HashMap<String, Intent> =
        intents.into_iter().map(|intent| (intent.new.source_id.clone(), intent)).collect();
    let announced = |n: &usize| match by_source.remove(works[*n].id(side.other())) {
        Some(intent) => Some((*n, intent)),
        None => {
            let due_ms = scene.worker.soon(&works[*n].unit);
            works[*n].again(due_ms, "it was linked a moment ago");
            None
        }
    };
    wanting.iter().filter_map(announced).collect()
}

/// What is remembered of a creation that was refused as a whole, and what people read of it: also what was left out of it
/// before, without which it was not taken either.
fn as_a_whole(work: &mut Work, side: Side, error: &CallError) -> (String, String) {
    if work.blocked_next.is_empty() {
        return (error.to_string(), fingerprint(work));
    }
    let reason = format!("{error}; left out of it before: {}", in_words(&work.blocked_next));
    let value = work.plan.writes.iter().find_map(Write::fingerprint).unwrap_or_default();
    let whole = work.refusal(side, value, &error.to_string(), false);
    work.blocked_next.insert(MappingKey::named(CORRELATION), whole);
    (reason, values_to_text(&work.blocked_next))
}

fn in_words(refused: &BTreeMap<MappingKey, Blocked>) -> String {
    let said = refused.iter().map(|(key, blocked)| format!("{} refused {key}: {}", blocked.side, blocked.message));
    said.collect::<Vec<_>>().join("; ")
}

/// The values that were left out of a creation, as they are remembered until it is made.
fn values_to_text(refused: &BTreeMap<MappingKey, Blocked>) -> String {
    serde_json::to_string(refused).unwrap_or_default()
}

/// The values that are to be left out of a creation; none where it was refused as a whole at once.
pub(crate) fn values_left_out(fingerprint: &str) -> Option<BTreeMap<MappingKey, Blocked>> {
    serde_json::from_str(fingerprint).ok()
}

/// What a creation would send, for remembering a refusal.
fn fingerprint(work: &Work) -> String {
    let value = work.plan.writes.iter().find_map(Write::fingerprint).unwrap_or_default();
    serde_json::to_string(&value).unwrap_or_default()
}

/// Until when a creation that is sent now may take effect: in Jira by Jira's clock.
fn settle_until_ms(scene: &Scene<'_>, side: Side) -> i64 {
    let now_ms = scene.worker.outside().now_ms();
    let (began_ms, settle_ms) = match side {
        Side::Salesforce => (now_ms, scene.wired.org.settle_ms),
        Side::Jira => (scene.wired.site.to_their_ms_at_most(now_ms), scene.wired.site.settle_ms),
    };
    #[cfg(feature = "simulation")]
    let settle_ms = if entente_core::wrong::is(entente_core::wrong::Wrong::NoSettle) { 0 } else { settle_ms };
    began_ms + settle_ms
}

async fn mark_sent(scene: &Scene<'_>, works: &mut [Work], intents: &[(usize, Intent)], side: Side) -> bool {
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::NoIntent) {
        return true;
    }
    let until_ms = settle_until_ms(scene, side);
    let ops: Vec<String> = intents.iter().map(|(_, intent)| intent.new.op_id.clone()).collect();
    let now_ms = scene.worker.outside().now_ms();
    let marked = match scene.worker.fence() {
        Ok(fence) => scene.worker.store().mark_sent(&fence, &ops, now_ms, until_ms).await.map_err(|e| e.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(reason) = &marked {
        let which: Vec<usize> = intents.iter().map(|(n, _)| *n).collect();
        put_off(scene, works, &which, reason);
    }
    marked.is_ok()
}

/// Looks for creations whose outcome is unknown. What is found is adopted; what is not found waits until a late request
/// can no longer take effect, and is then sent again.
async fn probe(
    scene: &Scene<'_>,
    works: &mut [Work],
    unknown: Vec<(usize, Intent)>,
    project: &str,
) -> Vec<(usize, Intent)> {
    let Some(floor) = unknown.iter().filter_map(|(_, intent)| intent.new.probe_floor).min() else { return Vec::new() };
    let floor = u64::try_from(floor).unwrap_or_default();
    let now_ms = scene.worker.outside().now_ms();
    let found = match scene.wired.site.probe(project, floor).await {
        Ok(found) => found,
        Err(error) => {
            let which: Vec<usize> = unknown.iter().map(|(n, _)| *n).collect();
            put_off(scene, works, &which, &error.to_string());
            return Vec::new();
        }
    };
    // Whatever was settled before the probe began and is not in it will never be there.
    let began_ms = scene.wired.site.to_their_ms(now_ms);
    let (mut adopted, mut to_send) = (Vec::new(), Vec::new());
    for (n, intent) in unknown {
        if let Some(created) = found.get(&intent.new.op_id).and_then(created_of) {
            adopted.push((n, intent, created));
        } else if intent.settle_until_ms.is_none_or(|until_ms| began_ms >= until_ms) {
            to_send.push((n, intent));
        } else {
            let rest_ms = intent.settle_until_ms.map_or(0, |until_ms| until_ms - began_ms);
            works[n].again(
                now_ms + rest_ms.min(BACKOFF_FIRST_MS),
                "an issue may still be on its way; waiting until that is settled",
            );
        }
    }
    adopt_created(scene, works, adopted, project).await;
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
async fn adopt_created(scene: &Scene<'_>, works: &mut [Work], created: Vec<(usize, Intent, Created)>, project: &str) {
    // One that was found in another project says nothing about the numbers of this one.
    for (_, _, issue) in created.iter().filter(|(_, _, issue)| issue.key.project() == project) {
        scene.wired.site.raise_floor(project, issue.key.number());
    }
    let refs: Vec<IssueRef> = created.iter().map(|(_, _, issue)| IssueRef::from(issue.id)).collect();
    let issues = scene.wired.site.read(refs, &scene.scheme.jira_ids, false).await.unwrap_or_default();
    let seen: BTreeMap<String, Seen> = issues.iter().map(|issue| (issue.id(), read::jira_seen(scene, issue))).collect();
    for (n, intent, issue) in created {
        let id = issue.id.to_string();
        let after = seen.get(&id).cloned();
        works[n].facts.jira_key = Some(issue.key.to_string());
        adopt(scene, &mut works[n], Side::Jira, &intent, id, after).await;
    }
}

/// The unit has its twin. The base is what was sent; what either side shows beyond that is an edit, and goes its way.
async fn adopt(scene: &Scene<'_>, work: &mut Work, side: Side, intent: &Intent, id: String, after: Option<Seen>) {
    work.intent = Some((intent.new.op_id.clone(), Ok(id.clone())));
    *work.unit.ids.get_mut(side) = Some(id);
    if side == Side::Salesforce {
        work.facts.salesforce_id = work.unit.ids.salesforce.clone();
    }
    let ourselves = scene.wired.org.user_id().await;
    let payload = Payload::parse(&intent.new.payload);
    work.base_next = payload.base(&scene.wired.item, side, after.as_ref(), ourselves.as_deref());
    // What was left out has still to get there.
    for key in work.blocked_next.keys().filter(|key| scene.wired.item.mapping(key).is_some()) {
        let given = work.base_next.get(key).map(|values| values.get(side).clone()).unwrap_or_default();
        work.base_next.set(key.clone(), Sides::from_view(side, given, Value::Empty));
    }
    scene.worker.count_created(side);
    let (from, to) = (work.name(side.other()).to_owned(), work.label(side).to_owned());
    let text = format!("{from} -> {to} created");
    tracing::info!(item = scene.wired.item.name, op = intent.new.op_id, "{text}");
    work.told.push(text);
    work.journal.push(NewEntry {
        kind: "create".to_owned(),
        side: Some(side),
        record_id: Some(work.id(side).to_owned()),
        text: format!("Created {side} {to} for {from}"),
        ..NewEntry::default()
    });
    match after {
        Some(seen) => *work.seen.get_mut(side) = seen,
        None => {
            *work.seen.get_mut(side) =
                Seen::absent(State::Unreadable("it was created but not read back yet".to_owned()));
            work.again(scene.worker.outside().now_ms(), "it was created but not read back yet");
        }
    }
    correlated(work, side);
}

/// A creation that did not succeed, by what is known of it.
fn refused(scene: &Scene<'_>, work: &mut Work, side: Side, intent: &Intent, error: &CallError) {
    let op = intent.new.op_id.clone();
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::BlindRetry) && side == Side::Jira {
        work.intent = Some((op, Err(error.to_string())));
        work.again(scene.worker.later(&work.unit), error.to_string());
        return;
    }
    match error {
        // The announcement stays: the next round looks for the marker before anything else.
        CallError::Ambiguous { .. } | CallError::Broken { .. } => {
            work.again(scene.worker.outside().now_ms() + PROBE_AFTER_MS, error.to_string());
        }
        // And while an earlier request may make the record: another operation would make a second one.
        _ if may_still_land(scene, side, intent) => {
            let later_ms = scene.worker.later_after(&work.unit, error.after());
            work.again(later_ms.max(settle_until_ms(scene, side)), error.to_string());
        }
        CallError::NotApplied { .. }
        | CallError::Throttled { .. }
        | CallError::Auth { .. }
        | CallError::Stale { .. } => {
            note_health(scene, side, error);
            work.intent = Some((op, Err(error.to_string())));
            work.again(scene.worker.later_after(&work.unit, error.after()), error.to_string());
        }
        // What was refused is what an earlier round announced: what the record says now was never sent.
        CallError::Denied { .. } | CallError::Invalid { .. } | CallError::Gone { .. }
            if intent.new.payload != Payload::of(&scene.scheme.item, work, side).to_text() =>
        {
            work.intent = Some((op, Err(error.to_string())));
            work.again(scene.worker.outside().now_ms(), error.to_string());
        }
        CallError::Invalid { problems } if leave_out(scene, work, side, problems) => {
            work.intent = Some((op, Err(error.to_string())));
            let reason = in_words(&work.blocked_next);
            work.parked = Some(Refused::new(reason, ParkedClass::Rejected, values_to_text(&work.blocked_next)));
            work.again(scene.worker.outside().now_ms(), "it is created without what was refused");
        }
        CallError::Denied { .. } | CallError::Invalid { .. } | CallError::Gone { .. } => {
            work.intent = Some((op, Err(error.to_string())));
            let class = match error {
                CallError::Denied { .. } | CallError::Gone { .. } => ParkedClass::Denied,
                _ => ParkedClass::Rejected,
            };
            let (reason, fingerprint) = as_a_whole(work, side, error);
            work.parked = Some(Refused::new(reason, class, fingerprint));
            let text = format!("{side} refused to create a twin for {}: {error}", work.name(side.other()));
            work.journal.push(NewEntry {
                kind: "refused".to_owned(),
                side: Some(side),
                record_id: Some(work.id(side.other()).to_owned()),
                text,
                ..NewEntry::default()
            });
        }
    }
}

/// Whether an earlier request of the operation may take effect yet. In Jira none is sent again before.
fn may_still_land(scene: &Scene<'_>, side: Side, intent: &Intent) -> bool {
    let now_ms = scene.worker.outside().now_ms();
    side == Side::Salesforce
        && intent.state == IntentState::Sent
        && intent.settle_until_ms.is_some_and(|until_ms| until_ms > now_ms)
}

/// Remembers the values that were refused by the names of their fields, if that is all that was refused: the record is
/// created without them. What cannot be left out is refused once more, as the want of it, and then for good.
fn leave_out(scene: &Scene<'_>, work: &mut Work, side: Side, problems: &[CallProblem]) -> bool {
    let writes = work.creation(side).unwrap_or_default().to_vec();
    let mut refused: Vec<(&FieldWrite, &CallProblem)> = Vec::new();
    for problem in problems {
        let named =
            |write: &&FieldWrite| problem.field.as_deref() == Some(wire_name(scene, side, &write.path).as_str());
        let Some(write) = writes.iter().find(named) else { return false };
        refused.push((write, problem));
    }
    if refused.is_empty() {
        return false;
    }
    for (write, problem) in refused {
        let blocked = work.refusal(side, write.refusal(), &problem.message, false);
        work.blocked_next.insert(write.key.clone(), blocked);
        let text = format!("{side} refused \"{}\" for {}: {}", write.to, write.path, problem.message);
        work.journal.push(NewEntry {
            kind: "refused".to_owned(),
            side: Some(side),
            record_id: Some(work.id(side.other()).to_owned()),
            mapping: Some(write.key.clone()),
            text,
            ..NewEntry::default()
        });
    }
    true
}

/// Creates the Salesforce records that the plans of a round ask for. The operation id is a unique external id there, so
/// sending a creation again finds the first one.
pub(super) async fn in_salesforce(scene: &Scene<'_>, works: &mut [Work]) {
    let wanting = wanting(works, Side::Salesforce);
    if wanting.is_empty() {
        return;
    }
    if !scene.scheme.salesforce_markers {
        let object = &scene.wired.item.salesforce.object;
        let reason = format!(
            "{object} has no field {} that the integration user can write; deploy apps/salesforce/core",
            crate::scheme::ENTENTE_KEY
        );
        for n in wanting {
            works[n].parked = Some(Refused::new(reason.clone(), ParkedClass::Rejected, fingerprint(&works[n])));
        }
        return;
    }
    let Some(intents) = announce(scene, works, &wanting, Side::Salesforce, None).await else { return };
    if !mark_sent(scene, works, &intents, Side::Salesforce).await {
        return;
    }
    let payloads: Vec<Payload> = intents.iter().map(|(_, intent)| Payload::parse(&intent.new.payload)).collect();
    let values = payloads.iter().flat_map(|payload| payload.values(&scene.wired.item, Side::Salesforce));
    let referents = Referents::find(scene, values).await;
    let (mut intents_sent, mut rows) = (Vec::new(), Vec::new());
    for ((n, intent), payload) in intents.into_iter().zip(&payloads) {
        match new_record(scene, &works[n], payload, &referents) {
            Ok(row) => {
                rows.push((intent.new.op_id.clone(), row));
                intents_sent.push((n, intent));
            }
            Err(error) => refused(scene, &mut works[n], Side::Salesforce, &intent, &error),
        }
    }
    if rows.is_empty() {
        return;
    }
    let outcomes = scene.wired.org.create(&scene.wired.item.salesforce.object, rows).await;
    let created: Vec<String> = outcomes.iter().filter_map(|outcome| outcome.clone().ok()).collect();
    let rows = read::salesforce(scene, &created).await.unwrap_or_default();
    let seen: HashMap<String, Seen> =
        rows.iter().map(|(id, row)| (id.clone(), read::salesforce_seen(scene, row))).collect();
    for ((n, intent), outcome) in intents_sent.into_iter().zip(outcomes) {
        match outcome {
            Ok(id) => {
                let after = seen.get(&id).cloned();
                adopt(scene, &mut works[n], Side::Salesforce, &intent, id, after).await;
            }
            Err(error) => refused(scene, &mut works[n], Side::Salesforce, &intent, &error),
        }
    }
}

fn new_record(
    scene: &Scene<'_>,
    work: &Work,
    payload: &Payload,
    referents: &Referents,
) -> Result<Map<String, Json>, CallError> {
    let mut row = Map::new();
    for (path, value) in payload.values(&scene.wired.item, Side::Salesforce) {
        let Some(field) = scene.scheme.salesforce.get(path) else { continue };
        referents.put(&mut row, scene, field, value)?;
    }
    if let (Some(correlation), Some(key)) = (&scene.wired.item.correlation, &work.facts.jira_key) {
        row.insert(wire_name(scene, Side::Salesforce, &correlation.salesforce), Json::from(key.as_str()));
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use entente_core::Value;

    #[test]
    fn a_fingerprint_reads_back() {
        let value = Value::list(vec![Value::text("summary"), Value::text("a")]);
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
