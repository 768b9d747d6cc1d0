//! Copies of comments. Each is announced before it is sent and carries its own marker: in Jira a property, in Salesforce,
//! where a comment has no place for one, its text under our name. An answer that was lost is looked for among the comments
//! of the pair before anything is sent again, and what comes after it waits.

use std::collections::{HashSet, VecDeque};

use entente_core::{
    Side, Value,
    codec::adf,
    threads::{Copy, Pair, Standing, Step},
};
use entente_jira::{CommentAudience, NewComment, Property};
use entente_salesforce::limits::COLLECTION_ROWS_MAX;
use entente_store::{LinkId, NewEntry};
use entente_transport::CallError;
use futures_util::{StreamExt, future::join_all, stream};
use serde_json::json;

use crate::{
    limits::EDITS_IN_FLIGHT_MAX,
    outside::Talk,
    round::Scene,
    threads::{self, COPY_PROPERTY, note},
    unit::Work,
};

/// What became of a step: the id of what was created.
struct Outcome {
    work: usize,
    step: Step,
    result: Result<Option<String>, CallError>,
}

impl Outcome {
    /// Comments appear in the order in which they were written, so what is not known, or could be sent later, holds up
    /// the next; what the vendor will never take does not.
    fn holds_up(&self) -> bool {
        !matches!(self.result, Ok(_) | Err(CallError::Invalid { .. }))
    }
}

/// Carries the comments of all links whose comments have changed.
pub(super) async fn write(scene: &Scene<'_>, works: &mut [Work]) {
    if let Err(error) = threads::read(scene, works).await {
        let is_concerned = |work: &Work| work.is_open() && work.unit.link.is_some();
        return put_off(scene, works, &error.to_string(), is_concerned);
    }
    works.iter_mut().for_each(adopt);
    if !announce(scene, works).await {
        return;
    }
    let works_seen: &[Work] = works;
    let (salesforce, jira) = tokio::join!(in_salesforce(scene, works_seen), in_jira(scene, works_seen));
    for outcome in salesforce.into_iter().chain(jira) {
        settle(scene, works, outcome);
    }
    works.iter_mut().for_each(wait);
}

fn put_off(scene: &Scene<'_>, works: &mut [Work], reason: &str, is_concerned: impl Fn(&Work) -> bool) {
    for work in works.iter_mut().filter(|work| is_concerned(work)) {
        let due_ms = scene.worker.later(&work.unit);
        work.thread.get_or_insert_default().again(due_ms, reason);
    }
}

/// Copies that were found need no call. One whose answer was lost is told now.
fn adopt(work: &mut Work) {
    let Some(thread) = &mut work.thread else { return };
    let was_sent = |found: &Pair| {
        thread.pairs.iter().any(|pair| pair.key == found.key && matches!(pair.standing, Standing::Sent { .. }))
    };
    let mut lost: Vec<Step> = Vec::new();
    for step in &thread.plan.steps {
        let Step::Adopt(pair) = step else { continue };
        if was_sent(pair) {
            lost.push(step.clone());
        }
        thread.known.push(pair.clone());
    }
    for step in lost {
        let text = told(work, &step);
        work.journal.push(entry(work, &step, text.clone()));
        work.told.push(text);
    }
}

/// What is planned for a link's comments on a side, none once they are put off.
fn steps(work: &Work, side: Side) -> Vec<&Step> {
    let thread = work.thread.as_ref().filter(|thread| thread.again.is_none());
    thread.map(|thread| thread.plan.writes(side).collect()).unwrap_or_default()
}

/// `false` when it could not be announced; nothing may be sent then.
async fn announce(scene: &Scene<'_>, works: &mut [Work]) -> bool {
    let now_ms = scene.worker.outside().now_ms();
    let (mut copies, mut entries): (Vec<(LinkId, Pair)>, Vec<NewEntry>) = (Vec::new(), Vec::new());
    for work in works.iter() {
        let Some(link) = work.link_id() else { continue };
        for step in Side::BOTH.into_iter().flat_map(|side| steps(work, side)) {
            match step {
                Step::Create { key, copy, digest } => {
                    let until_ms = now_ms + scene.wired.settle_ms(step.side());
                    copies.push((link, sent(key, copy, digest, until_ms)));
                }
                Step::Edit { before, copy, rewrites: true, .. } => {
                    entries.push(overwrites(scene, work, step, before, copy));
                }
                Step::Edit { .. } | Step::Adopt(_) => {}
            }
        }
    }
    if copies.is_empty() && entries.is_empty() {
        return true;
    }
    let store = scene.worker.store();
    let announced = async { store.announce_copies(&scene.worker.fence()?, &copies, &entries, now_ms).await };
    let Err(error) = announced.await else { return true };
    put_off(scene, works, &error.to_string(), |work| work.thread.is_some());
    false
}

fn sent(key: &entente_core::threads::PairKey, copy: &Copy, digest: &str, until_ms: i64) -> Pair {
    let (standing, says) = (Standing::Sent { until_ms }, copy.digest());
    Pair { key: key.clone(), standing, audience: copy.audience(), digest: digest.to_owned(), says, is_fixed: false }
}

fn overwrites(scene: &Scene<'_>, work: &Work, step: &Step, before: &str, copy: &Copy) -> NewEntry {
    NewEntry {
        kind: "overwrite".to_owned(),
        org: Some(scene.wired.org.name.clone()),
        item: Some(scene.wired.item.name.clone()),
        link_id: work.link_id(),
        round: Some(scene.round.clone()),
        before: Some(Value::text(before)),
        after: Some(Value::text(copy.text().plain())),
        ..entry(work, step, format!("About to let a comment in {} follow its original", step.side()))
    }
}

fn entry(work: &Work, step: &Step, text: String) -> NewEntry {
    let side = step.side();
    let record_id = Some(work.id(side).to_owned());
    NewEntry { kind: "comment".to_owned(), side: Some(side), record_id, text, ..NewEntry::default() }
}

/// One comment of each issue at a time, the issues side by side.
async fn in_jira(scene: &Scene<'_>, works: &[Work]) -> Vec<Outcome> {
    let issues: Vec<_> = (0..works.len()).map(|n| in_issue(scene, works, n)).collect();
    let outcomes: Vec<Vec<Outcome>> = stream::iter(issues).buffer_unordered(EDITS_IN_FLIGHT_MAX).collect().await;
    outcomes.into_iter().flatten().collect()
}

async fn in_issue(scene: &Scene<'_>, works: &[Work], n: usize) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    for step in steps(&works[n], Side::Jira) {
        let result = jira_step(scene, &works[n], step).await;
        outcomes.push(Outcome { work: n, step: step.clone(), result });
        if outcomes.last().is_some_and(Outcome::holds_up) {
            break;
        }
    }
    outcomes
}

async fn jira_step(scene: &Scene<'_>, work: &Work, step: &Step) -> Result<Option<String>, CallError> {
    let client = &scene.wired.site.client;
    let issue = work.issue_id()?;
    match step {
        Step::Create { key, copy, .. } => {
            let audience = match copy.audience().includes_customers() {
                true => CommentAudience::Customer,
                false => CommentAudience::Staff,
            };
            let marker = Property { key: COPY_PROPERTY.to_owned(), value: json!({ "of": key.marker() }) };
            let new = NewComment { body: adf::write(copy.text()), audience, properties: vec![marker] };
            client.add_comment(issue, &new).await.map(|comment| Some(comment.id))
        }
        Step::Edit { id, copy, rewrites, narrows, .. } => {
            #[cfg(feature = "simulation")]
            if entente_core::wrong::is(entente_core::wrong::Wrong::TextBeforeReaders) && *rewrites {
                client.edit_comment(issue, id, &adf::write(copy.text())).await?;
            }
            // First the readers, then the text: customers must not read what is no longer meant for them.
            if *narrows {
                client.hide_comment(id).await?;
            }
            if *rewrites {
                client.edit_comment(issue, id, &adf::write(copy.text())).await?;
            }
            Ok(None)
        }
        Step::Adopt(_) => Ok(None),
    }
}

/// The next comment of each record at a time, those of all records in one call.
async fn in_salesforce(scene: &Scene<'_>, works: &[Work]) -> Vec<Outcome> {
    let Some(talk) = &scene.scheme.talk else { return Vec::new() };
    let queue = |n: usize| (n, VecDeque::from(steps(&works[n], Side::Salesforce)));
    let mut queues: Vec<(usize, VecDeque<&Step>)> = (0..works.len()).map(queue).collect();
    let mut outcomes = Vec::new();
    loop {
        let next: Vec<(usize, &Step)> =
            queues.iter_mut().filter_map(|(n, steps)| Some((*n, steps.pop_front()?))).collect();
        if next.is_empty() {
            return outcomes;
        }
        let done = one_of_each(scene, talk, works, &next).await;
        let held_up: HashSet<usize> =
            done.iter().filter(|outcome| outcome.holds_up()).map(|outcome| outcome.work).collect();
        queues.retain(|(n, _)| !held_up.contains(n));
        outcomes.extend(done);
    }
}

async fn one_of_each(scene: &Scene<'_>, talk: &Talk, works: &[Work], next: &[(usize, &Step)]) -> Vec<Outcome> {
    let org = &scene.wired.org;
    let mut outcomes = Vec::new();
    let creations: Vec<(usize, &Step, &Copy)> = next
        .iter()
        .filter_map(|(n, step)| match step {
            Step::Create { copy, .. } => Some((*n, *step, copy)),
            Step::Edit { .. } | Step::Adopt(_) => None,
        })
        .collect();
    for chunk in creations.chunks(COLLECTION_ROWS_MAX) {
        let copies: Vec<(String, &Copy)> =
            chunk.iter().map(|(n, _, copy)| (works[*n].id(Side::Salesforce).to_owned(), *copy)).collect();
        let made = org.add_comments(talk, &copies).await;
        outcomes.extend(chunk.iter().zip(made).map(|((n, step, _), result)| Outcome {
            work: *n,
            step: (*step).clone(),
            result: result.map(Some),
        }));
    }
    let mut edits = Vec::new();
    for (n, step) in next.iter().filter(|(_, step)| matches!(step, Step::Edit { .. })) {
        edits.push(edit_in_salesforce(scene, talk, *n, step));
    }
    outcomes.extend(join_all(edits).await);
    outcomes
}

async fn edit_in_salesforce(scene: &Scene<'_>, talk: &Talk, n: usize, step: &Step) -> Outcome {
    let result = match step {
        Step::Edit { id, copy, version, rewrites, narrows, .. } => {
            // Only a text can overwrite one, so that a copy is taken away from customers whoever has edited it.
            let (copy, since) = (rewrites.then_some(copy), version.filter(|_| *rewrites));
            scene.wired.org.edit_comment(talk, id, copy, *narrows, since).await.map(|()| None)
        }
        Step::Create { .. } | Step::Adopt(_) => Ok(None),
    };
    Outcome { work: n, step: step.clone(), result }
}

/// Takes an outcome into account.
fn settle(scene: &Scene<'_>, works: &mut [Work], outcome: Outcome) {
    let work = &mut works[outcome.work];
    let (soon, later) = (scene.worker.soon(&work.unit), scene.worker.later(&work.unit));
    let (step, known) = (&outcome.step, known(scene, work, &outcome));
    let told = outcome.result.is_ok().then(|| told(work, step));
    let mut entries = Vec::new();
    if let Some(text) = told {
        entries.push(entry(work, step, text.clone()));
        work.told.push(text);
    }
    let Some(thread) = &mut work.thread else { return };
    thread.known.extend(known);
    match &outcome.result {
        Ok(_) => thread.moved = true,
        Err(error @ (CallError::Denied { .. } | CallError::Invalid { .. })) => {
            let text = format!("{} does not take a comment: {error}", step.side());
            let is_refused = matches!((error, step), (CallError::Invalid { .. }, Step::Create { .. }));
            let is_edit = matches!(step, Step::Edit { rewrites: true, .. });
            thread.again(if is_refused || is_edit { soon } else { later }, text.clone());
            work.notes.push(note(&text));
        }
        // Somebody was quicker: what they wrote is read, and journalled, before the copy follows.
        Err(error @ CallError::Stale { .. }) => thread.again(soon, format!("a comment was not edited: {error}")),
        Err(
            error @ (CallError::NotApplied { .. }
            | CallError::Ambiguous { .. }
            | CallError::Throttled { .. }
            | CallError::Auth { .. }
            | CallError::Gone { .. }
            | CallError::Broken { .. }),
        ) => {
            let due_ms = scene.worker.later_after(&work.unit, error.after());
            thread.again(due_ms, format!("a comment was not written to {}: {error}", step.side()));
        }
    }
    work.journal.extend(entries);
}

/// What is known of a copy after a step.
fn known(scene: &Scene<'_>, work: &Work, outcome: &Outcome) -> Option<Pair> {
    let pair = |key: &_, standing, copy: &Copy, digest: &str| Pair {
        key: Clone::clone(key),
        standing,
        audience: copy.audience(),
        digest: digest.to_owned(),
        says: copy.digest(),
        is_fixed: false,
    };
    match (&outcome.step, &outcome.result) {
        (Step::Create { key, copy, digest }, Ok(Some(id))) => {
            Some(pair(key, Standing::Made { id: id.clone() }, copy, digest))
        }
        (Step::Create { key, copy, digest }, Err(error)) => {
            let now_ms = scene.worker.outside().now_ms();
            let standing = match error {
                CallError::Invalid { .. } => Standing::Refused { reason: error.to_string() },
                // What a lost request may still do, it may do from now on, not from when it was sent.
                CallError::Ambiguous { .. } | CallError::Broken { .. } => {
                    Standing::Sent { until_ms: now_ms + scene.wired.settle_ms(outcome.step.side()) }
                }
                CallError::NotApplied { .. }
                | CallError::Throttled { .. }
                | CallError::Auth { .. }
                | CallError::Denied { .. }
                | CallError::Stale { .. }
                | CallError::Gone { .. } => Standing::Sent { until_ms: 0 },
            };
            Some(pair(key, standing, copy, digest))
        }
        (Step::Edit { key, id, copy, digest, .. }, Ok(_)) => {
            let is_fixed = before(work, &outcome.step).is_some_and(|before| before.is_fixed);
            Some(Pair { is_fixed, ..pair(key, Standing::Made { id: id.clone() }, copy, digest) })
        }
        // Its text cannot be edited by us: the edit becomes a comment of its own.
        (Step::Edit { rewrites: true, .. }, Err(CallError::Denied { .. } | CallError::Invalid { .. })) => {
            before(work, &outcome.step).map(|before| Pair { is_fixed: true, ..before.clone() })
        }
        (Step::Create { .. } | Step::Edit { .. } | Step::Adopt(_), _) => None,
    }
}

fn before<'w>(work: &'w Work, step: &Step) -> Option<&'w Pair> {
    let thread = work.thread.as_ref()?;
    thread.known.iter().chain(&thread.pairs).find(|pair| pair.key == *step.key())
}

fn told(work: &Work, step: &Step) -> String {
    let side = step.side();
    let what = match step {
        Step::Create { .. } | Step::Adopt(_) => "copied to",
        Step::Edit { rewrites: true, .. } => "edited in",
        Step::Edit { .. } => "hidden from customers in",
    };
    format!("{} comment {what} {}", work.name(side.other()), work.name(side))
}

/// What is waited for is looked at when its time is over.
fn wait(work: &mut Work) {
    let Some(thread) = &mut work.thread else { return };
    if let Some(until_ms) = thread.plan.waits_until_ms {
        thread.again(until_ms, "a comment that was sent may still appear");
    }
    thread.moved |= !thread.known.is_empty();
}
