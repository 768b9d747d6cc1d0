//! Statuses in Jira, by the one transition that leads there. It is looked up just before it is taken; if there is none,
//! the status stays and a note says so.

use entente_core::{
    Side,
    link::Blocked,
    plan::{FieldWrite, Note, NoteCode, STATUS},
};
use entente_jira::{IssueId, Transition, TransitionTo};
use entente_transport::CallError;
use futures_util::{StreamExt, stream};

use super::{jira::history, receipt};
use crate::{
    limits::{EDITS_IN_FLIGHT_MAX, PROBE_AFTER_MS},
    outside::issue_refs,
    round::{Scene, read},
    unit::Work,
};

/// What became of one status.
enum Moved {
    /// It is there: by our transition, or because it was there already.
    There,
    /// The workflow offers no way, or refuses it.
    NoWay(String),
    /// The call failed.
    Failed(CallError),
}

/// Moves every issue whose plan says so and whose other writes went well.
pub(super) async fn write(scene: &Scene<'_>, works: &mut [Work]) {
    let wanting: Vec<usize> = (0..works.len())
        .filter(|n| works[*n].is_open() && works[*n].unit.ids.jira.is_some() && works[*n].status().is_some())
        .collect();
    let (there, to_move): (Vec<usize>, Vec<usize>) = wanting.into_iter().partition(|n| is_there(&works[*n]));
    let works_seen: &[Work] = works;
    let moves: Vec<_> = to_move.iter().map(|n| move_one(scene, works_seen, *n)).collect();
    let moved: Vec<(usize, Moved)> = stream::iter(moves).buffer_unordered(EDITS_IN_FLIGHT_MAX).collect().await;
    for n in there {
        settle(scene, &mut works[n], Moved::There);
    }
    let ids: Vec<String> = moved
        .iter()
        .filter(|(_, moved)| matches!(moved, Moved::There))
        .map(|(n, _)| works[*n].id(Side::Jira).to_owned())
        .collect();
    for (n, moved) in moved {
        settle(scene, &mut works[n], moved);
    }
    read_back(scene, works, &ids).await;
}

fn target(work: &Work) -> String {
    work.status().map(|change| change.to.to_string()).unwrap_or_default()
}

fn is_there(work: &Work) -> bool {
    let shown = work.seen.jira.record().and_then(|record| record.value(STATUS));
    shown.is_some_and(|shown| shown.to_string().eq_ignore_ascii_case(&target(work)))
}

async fn move_one(scene: &Scene<'_>, works: &[Work], n: usize) -> (usize, Moved) {
    (n, transition(scene, &works[n]).await)
}

async fn transition(scene: &Scene<'_>, work: &Work) -> Moved {
    let Ok(id) = work.id(Side::Jira).parse::<IssueId>() else { return Moved::NoWay("it has no issue id".to_owned()) };
    let client = &scene.wired.site.client;
    let offered = match client.transitions(id).await {
        Ok(offered) => offered,
        Err(error) => return Moved::Failed(error),
    };
    let wanted = target(work);
    let Some(way) = offered.iter().find(|way| way.is_available && way.to.name.eq_ignore_ascii_case(&wanted)) else {
        return Moved::NoWay(no_way(work, &wanted, &offered));
    };
    let to = TransitionTo { transition_id: way.id.clone(), history: Some(history(work)), ..TransitionTo::default() };
    match client.transition(id, &to).await {
        Ok(()) => Moved::There,
        Err(CallError::Invalid { problems }) => {
            let words: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
            Moved::NoWay(words.join(" "))
        }
        Err(CallError::Denied { reason }) => Moved::NoWay(reason),
        Err(error) => Moved::Failed(error),
    }
}

fn no_way(work: &Work, wanted: &str, offered: &[Transition]) -> String {
    let now = work.seen.jira.record().and_then(|record| record.value(STATUS)).map(ToString::to_string);
    let ways: Vec<&str> = offered.iter().map(|way| way.to.name.as_str()).collect();
    let ways = if ways.is_empty() { "nothing".to_owned() } else { ways.join(", ") };
    format!("the workflow has no transition from {} to {wanted}; it offers {ways}", now.unwrap_or_default())
}

fn settle(scene: &Scene<'_>, work: &mut Work, moved: Moved) {
    let Some(change) = work.status().cloned() else { return };
    match moved {
        Moved::There => {
            let was_there = is_there(work);
            if was_there {
                work.base_next
                    .set(change.key.clone(), entente_core::Sides::new(change.source.clone(), change.to.clone()));
            } else {
                receipt::agree(work, Side::Jira, &change, &change.to);
                receipt::tell(scene, work, Side::Jira, &change);
            }
        }
        Moved::NoWay(reason) => refused(work, &change, reason),
        Moved::Failed(error @ CallError::Ambiguous { .. }) => {
            let due_ms = scene.worker.outside().now_ms() + PROBE_AFTER_MS;
            work.again(due_ms, error.to_string());
        }
        Moved::Failed(CallError::Stale { reason }) => {
            let due_ms = scene.worker.soon(&work.unit);
            work.again(due_ms, reason);
        }
        Moved::Failed(error) => {
            receipt::note_health(scene, Side::Jira, &error);
            work.again(scene.worker.later_after(&work.unit, error.after()), error.to_string());
        }
    }
}

fn refused(work: &mut Work, change: &FieldWrite, reason: String) {
    let text = format!("Jira status cannot become \"{}\": {reason}", change.to);
    work.notes.push(Note { code: NoteCode::Blocked, key: Some(change.key.clone()), text: text.clone() });
    let blocked = Blocked { side: Side::Jira, value: change.refusal(), message: reason };
    work.blocked_next.insert(change.key.clone(), blocked);
    let entry = super::written(work, Side::Jira, &change.key, &change.from, &change.to, text);
    work.journal.push(entente_store::NewEntry { kind: "refused".to_owned(), ..entry });
}

/// What the moved issues show now: post functions may have changed more than the status.
async fn read_back(scene: &Scene<'_>, works: &mut [Work], ids: &[String]) {
    let Ok(issues) = scene.wired.site.read(issue_refs(ids), &scene.scheme.jira_ids, false).await else { return };
    for issue in issues {
        if let Some(work) = works.iter_mut().find(|work| work.id(Side::Jira) == issue.id()) {
            work.seen.jira = read::jira_seen(scene, &issue);
        }
    }
}
