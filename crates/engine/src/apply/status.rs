//! Statuses in Jira, transition by transition along the way that the plan names. Each is looked up just before it is taken;
//! if it is not there, the issue stays where it is and a note says so.

use std::sync::Arc;

use entente_core::{
    FieldPath, MappingKey, Side, Sides, Value,
    plan::{FieldWrite, Hop, Note, NoteCode, STATUS},
    workflow::same,
};
use entente_jira::{Change, IssueId, Transition, TransitionTo};
use entente_store::NewEntry;
use entente_transport::{CallError, CallProblem};
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value as Json};

use super::{jira::history, receipt, unheard};
use crate::{
    limits::EDITS_IN_FLIGHT_MAX,
    outside::issue_refs,
    round::{Scene, read},
    translate,
    unit::Work,
    workflow,
};

/// What became of one status, and how far the issue got.
struct Moved {
    end: End,
    /// The last status that was reached on the way.
    reached: Option<String>,
}

enum End {
    /// It is there: by our transitions, or because it was there already.
    There,
    /// There is another way than the one that was planned: plan again.
    Detour,
    /// The workflow offers no way.
    NoWay(String),
    /// It refuses the way.
    Refused(String),
    /// The call failed.
    Failed(CallError),
}

/// The issues that shall be moved: those that are reopened, and the others. Only where comments are carried does it matter.
pub(super) async fn turns(scene: &Scene<'_>, works: &[Work]) -> (Vec<usize>, Vec<usize>) {
    let wanting: Vec<usize> = (0..works.len()).filter(|n| works[*n].status().is_some()).collect();
    if wanting.is_empty() || scene.wired.item.comments.is_none() {
        return (Vec::new(), wanting);
    }
    let workflow = match scene.wired.workflow() {
        Some(workflow) => Ok(workflow),
        None => workflow::statuses(scene).await.map(Arc::new),
    };
    // Without it the order is the usual one.
    let Ok(workflow) = workflow else { return (Vec::new(), wanting) };
    let reopens = |change: &FieldWrite| workflow.reopens(Side::Jira, &change.from.to_string(), &change.to.to_string());
    wanting.into_iter().partition(|n| works[*n].status().is_some_and(reopens))
}

/// Moves those of these issues whose other writes went well.
pub(super) async fn write(scene: &Scene<'_>, works: &mut [Work], wanting: &[usize]) {
    let wanting = wanting.iter().copied().filter(|n| works[*n].is_open() && works[*n].unit.ids.jira.is_some());
    let (there, to_move): (Vec<usize>, Vec<usize>) = wanting.partition(|n| is_there(&works[*n]));
    let works_seen: &[Work] = works;
    let moves: Vec<_> = to_move.iter().map(|n| move_one(scene, works_seen, *n)).collect();
    let moved: Vec<(usize, Moved)> = stream::iter(moves).buffer_unordered(EDITS_IN_FLIGHT_MAX).collect().await;
    for n in there {
        settle(scene, &mut works[n], Moved { end: End::There, reached: None });
    }
    let reached: Vec<usize> = moved.iter().filter(|(_, moved)| moved.reached.is_some()).map(|(n, _)| *n).collect();
    let lost = lost(scene, works, &reached).await;
    for (n, moved) in moved {
        settle(scene, &mut works[n], moved);
    }
    match lost {
        Ok(lost) => lost.into_iter().for_each(|(n, entry)| works[n].journal.push(entry)),
        // What our transitions replaced is asked for again, as long as the pair is not at rest.
        Err(error) => {
            for n in &reached {
                let due_ms = scene.worker.later_after(&works[*n].unit, error.after());
                works[*n].again(due_ms, error.to_string());
            }
        }
    }
    let ids: Vec<String> = reached.into_iter().map(|n| works[n].id(Side::Jira).to_owned()).collect();
    read_back(scene, works, &ids).await;
}

fn target(work: &Work) -> String {
    work.status().map(|change| change.to.to_string()).unwrap_or_default()
}

fn is_there(work: &Work) -> bool {
    let shown = work.seen.jira.record().and_then(|record| record.value(STATUS));
    shown.is_some_and(|shown| same(&shown.to_string(), &target(work)))
}

async fn move_one(scene: &Scene<'_>, works: &[Work], n: usize) -> (usize, Moved) {
    (n, along(scene, &works[n]).await)
}

async fn along(scene: &Scene<'_>, work: &Work) -> Moved {
    let Ok(id) = work.id(Side::Jira).parse::<IssueId>() else {
        return Moved { end: End::NoWay("it has no issue id".to_owned()), reached: None };
    };
    let mut reached = None;
    for hop in work.hops() {
        match transition(scene, work, id, hop, reached.as_deref()).await {
            End::There => reached = Some(hop.to.clone()),
            end => return Moved { end, reached },
        }
    }
    Moved { end: End::There, reached }
}

/// One hop, from the status that was reached before it, or the one that the issue was read with.
async fn transition(scene: &Scene<'_>, work: &Work, id: IssueId, hop: &Hop, reached: Option<&str>) -> End {
    let client = &scene.wired.site.client;
    let offered = match client.transitions(id).await {
        Ok(offered) => offered,
        Err(error) => return End::Failed(error),
    };
    let Some(way) = offered.iter().find(|way| way.is_available && same(&way.to.name, &hop.to)) else {
        return another_way(scene, work, reached.map_or_else(|| shown(work), str::to_owned), &offered).await;
    };
    let fields = screen(way, &hop.fields);
    let to = TransitionTo { transition_id: way.id.clone(), fields, history: Some(history(work)) };
    match client.transition(id, &to).await {
        Ok(()) => End::There,
        Err(CallError::Invalid { problems }) => End::Refused(demands(way, &problems)),
        Err(CallError::Denied { reason }) => End::Refused(reason),
        Err(error) => End::Failed(error),
    }
}

fn shown(work: &Work) -> String {
    let shown = work.seen.jira.record().and_then(|record| record.value(STATUS));
    shown.map(ToString::to_string).unwrap_or_default()
}

/// What the issue offers differs from what was planned with: whether what is known now shows another way.
async fn another_way(scene: &Scene<'_>, work: &Work, here: String, offered: &[Transition]) -> End {
    let wanted = target(work);
    match workflow::learn_ways(scene, &here, offered).await {
        Ok(workflow) if workflow.path(&here, &wanted).is_some() => End::Detour,
        Ok(_) => End::NoWay(no_way(&here, &wanted, offered)),
        Err(error) => End::Failed(error),
    }
}

/// The values for fields that the transition's screen has; Jira refuses all others.
fn screen(way: &Transition, wanted: &[(FieldPath, Value)]) -> Map<String, Json> {
    let filled = wanted.iter().filter_map(|(path, value)| {
        let is_named = |name: &str| name.eq_ignore_ascii_case(path.as_str());
        let field = way.fields.iter().find(|field| is_named(&field.field_id) || is_named(&field.name))?;
        Some((field.field_id.clone(), translate::jira::to_wire(&translate::jira::kind(&field.schema), value)))
    });
    filled.collect()
}

/// A refused transition in words: what the workflow demands, and where a value for it belongs.
fn demands(way: &Transition, problems: &[CallProblem]) -> String {
    let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let (button, status) = (&way.name, &way.to.name);
    let remedy = problems
        .iter()
        .find_map(|problem| problem.field.as_deref())
        .map(|field| format!("; give it a value in the status table: `on: {{ {status}: {{ {field}: .. }} }}`"));
    format!("the transition \"{button}\" was refused: {}{}", words.join(" "), remedy.unwrap_or_default())
}

fn no_way(here: &str, wanted: &str, offered: &[Transition]) -> String {
    let closed = offered.iter().find(|way| !way.is_available && same(&way.to.name, wanted));
    if let Some(way) = closed {
        return format!("a condition of the transition \"{}\" does not hold for this issue and account", way.name);
    }
    let mut ways: Vec<&str> = offered.iter().map(|way| way.to.name.as_str()).collect();
    ways.dedup();
    if ways.is_empty() {
        return format!(
            "Jira offers no transition from {here}; either the account lacks the permission Transition issues, or the workflow ends there"
        );
    }
    format!(
        "the workflow has no transition from {here} to {wanted}, and no other way was seen; it offers {}",
        ways.join(", ")
    )
}

fn settle(scene: &Scene<'_>, work: &mut Work, moved: Moved) {
    let Some(mut change) = work.status().cloned() else { return };
    if let Some(reached) = moved.reached.filter(|_| !matches!(moved.end, End::There)) {
        half_way(work, &change, &reached);
        change.from = Value::text(&reached);
    }
    match moved.end {
        End::There if is_there(work) => {
            let pair = Sides::new(change.source.clone(), change.to.clone());
            work.base_next.set(change.key.clone(), pair);
        }
        End::There => {
            receipt::agree(scene, work, Side::Jira, &change, &change.to, change.to.clone());
            receipt::tell(scene, work, Side::Jira, &change);
        }
        End::Detour => work.again(scene.worker.soon(&work.unit), "the workflow leads there by another way"),
        End::NoWay(reason) => {
            let key = refused(work, change, reason);
            work.blocked_next.entry(key).and_modify(|blocked| blocked.lacks_way = true);
        }
        End::Refused(reason) => drop(refused(work, change, reason)),
        End::Failed(error @ CallError::Ambiguous { .. }) => {
            work.again(scene.worker.probe_at(&work.unit), error.to_string());
        }
        End::Failed(CallError::Stale { reason }) => {
            let due_ms = scene.worker.soon(&work.unit);
            work.again(due_ms, reason);
        }
        End::Failed(error) => {
            receipt::note_health(scene, Side::Jira, &error);
            work.again(scene.worker.later_after(&work.unit, error.after()), error.to_string());
        }
    }
}

/// The issue stopped on its way. That it stands there is our doing, so Jira has not changed since both agreed, and
/// Salesforce still has: the next plan goes on from here.
fn half_way(work: &mut Work, change: &FieldWrite, reached: &str) {
    let agreed = work.base_next.get(&change.key).map(|agreed| agreed.salesforce.clone()).unwrap_or_default();
    work.base_next.set(change.key.clone(), Sides::new(agreed, Value::text(reached)));
    let text = format!("Jira status := \"{reached}\", on the way to \"{}\"", change.to);
    work.journal.push(super::written(work, Side::Jira, &change.key, &change.from, &Value::text(reached), text));
}

fn refused(work: &mut Work, mut change: FieldWrite, reason: String) -> MappingKey {
    if change.from.is_empty() {
        // A new issue begins somewhere; the next plan starts from there.
        change.from = Value::text(&shown(work));
    }
    if work.base_next.get(&change.key).is_none() {
        // Nobody chose where it begins: whoever moves it from there has changed it.
        work.base_next.set(change.key.clone(), Sides::new(Value::Empty, change.from.clone()));
    }
    let text = format!("Jira status cannot become \"{}\": {reason}", change.to);
    work.notes.push(Note { code: NoteCode::Blocked, key: Some(change.key.clone()), text: text.clone() });
    let blocked = work.refusal(Side::Jira, change.refusal(), &reason);
    work.blocked_next.insert(change.key.clone(), blocked);
    let entry = super::written(work, Side::Jira, &change.key, &change.from, &change.to, text);
    work.journal.push(NewEntry { kind: "refused".to_owned(), ..entry });
    change.key
}

/// Statuses that people gave between our read and our transition, which took them away: Jira's changelog says so.
async fn lost(scene: &Scene<'_>, works: &[Work], moved: &[usize]) -> Result<Vec<(usize, NewEntry)>, CallError> {
    let issues: Vec<IssueId> = moved.iter().filter_map(|n| works[*n].id(Side::Jira).parse().ok()).collect();
    if issues.is_empty() {
        return Ok(Vec::new());
    }
    let logs = scene.wired.site.client.bulk_changelogs(&issues, &[STATUS]).await?;
    let of = |n: usize| {
        let work = &works[n];
        let log = logs.iter().find(|log| log.issue.to_string() == work.id(Side::Jira))?;
        let since = |change: &&Change| work.seen.jira.modified.is_none_or(|read| change.created > Some(read));
        let changes: Vec<&Change> = log.changes.iter().filter(since).collect();
        let lost = unheard::replaced_by_us(&changes, STATUS, &Value::text(&shown(work)));
        let key = &work.status()?.key;
        Some(lost.into_iter().map(move |value| (n, receipt::lost_entry(work, Side::Jira, key, &value))))
    };
    Ok(moved.iter().filter_map(|n| of(*n)).flatten().collect())
}

/// What the moved issues show now: post functions may have changed more than the status.
async fn read_back(scene: &Scene<'_>, works: &mut [Work], ids: &[String]) {
    let Ok(issues) = scene.wired.site.read(issue_refs(ids), &scene.scheme.jira_ids).await else { return };
    for issue in issues {
        if let Some(work) = works.iter_mut().find(|work| work.id(Side::Jira) == issue.id()) {
            work.shows_ours(Side::Jira, read::jira_seen(scene, &issue));
        }
    }
}
