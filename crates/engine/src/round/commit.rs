//! The end of a round: everything it achieved in one transaction, fenced by the lease.

mod link;
mod taken;

use std::collections::HashSet;

use entente_core::{Side, Sides, plan::NoteCode};
use entente_store::{Again, Heard, Hint, HintKey, Link, LinkId, NewEntry, Parked, ParkedKey, RoundCommit};

use super::{Scene, alike, landed, siblings, succession};
use crate::{
    error::EngineError,
    limits::BACKOFF_MAX_MS,
    unit::{End, Ticket, Unit, Work},
    wiring::Wired,
    worker::Worker,
};

/// Commits the round, which began to read at `began_ms`. Units that only another item may take come back.
pub(super) async fn run(scene: &Scene<'_>, mut works: Vec<Work>, began_ms: i64) -> Result<Vec<Unit>, EngineError> {
    succession::journal_rests(scene, &mut works).await?;
    let mut ends = Ends::default();
    ends.round.offers = alike::news(scene, &works).await?;
    ends.round.offers.extend(siblings::neighbours(scene, &works).await?);
    // A write that was still on its way when the round read may have landed since.
    let settled_ms = began_ms - landed::settle_ms(scene);
    ends.round.heard = Heard { round: scene.round.clone(), settled_ms, ..Heard::default() };
    let mut passed_on = Vec::new();
    let mut told = Vec::new();
    let mut busy = Vec::with_capacity(works.len());
    for mut work in works {
        told.append(&mut work.told);
        if work.end == End::PassOn && !work.unit.later.is_empty() {
            // What was refused here waits here no longer.
            ends.round.unparked.push(candidate(scene, &work));
            passed_on.push(work.unit);
            continue;
        }
        add(scene, &mut ends, &mut work);
        busy.push(work.unit);
    }
    // A hint that brought several links here is done when it is for all of them.
    let again: HashSet<HintKey> = ends.round.hints_again.iter().map(|again| again.key.clone()).collect();
    ends.round.hints_done.retain(|(key, _)| !again.contains(key));
    let committed = commit(scene.worker, ends, &busy).await;
    for unit in &busy {
        scene.worker.busy.release(unit, &scene.wired.org.name, &scene.wired.site.name);
    }
    committed?;
    scene.worker.finished(scene.wired, &busy, told);
    Ok(passed_on)
}

/// What a round ends with.
#[derive(Default)]
struct Ends {
    round: RoundCommit,
    /// Hints of links that are done, while others of the same record still wait.
    shared: Vec<(Ticket, LinkId)>,
}

async fn commit(worker: &Worker, mut ends: Ends, units: &[Unit]) -> Result<(), EngineError> {
    let now_ms = worker.outside().now_ms();
    loop {
        match worker.commit(&ends.round, now_ms).await {
            Ok(()) => break,
            Err(error) => taken::leave_out(worker, &mut ends, units, error)?,
        }
    }
    ends.shared.iter().for_each(|(ticket, link)| worker.busy.meet(ticket, *link));
    ends.round.hints_done.iter().for_each(|(key, _)| worker.busy.met_all(key));
    Ok(())
}

/// Puts all units of a round off: nothing could be read.
pub(super) async fn put_off(worker: &Worker, wired: &Wired, units: Vec<Unit>, reason: &str) -> Result<(), EngineError> {
    let n_units = units.len();
    let records = if n_units == 1 { "record" } else { "records" };
    tracing::warn!(n_units, "Put {n_units} {records} off: {reason}");
    let due_ms = worker.later_together(units.iter());
    put_off_until(worker, wired, units, due_ms).await
}

/// Puts all units of a round of a held item off for long: the person who lets the item go on makes them due, and has been
/// told of it when it was held.
pub(super) async fn hold(worker: &Worker, wired: &Wired, units: Vec<Unit>, reason: &str) -> Result<(), EngineError> {
    let (item, n_units) = (&wired.item.name, units.len());
    tracing::debug!(item, n_units, "Item {item} is held: {reason}");
    let due_ms = worker.outside().now_ms() + BACKOFF_MAX_MS;
    put_off_until(worker, wired, units, due_ms).await
}

async fn put_off_until(worker: &Worker, wired: &Wired, units: Vec<Unit>, due_ms: i64) -> Result<(), EngineError> {
    let again = units.iter().flat_map(|unit| again(unit, due_ms)).collect();
    let round = RoundCommit { hints_again: again, ..RoundCommit::default() };
    let committed = worker.commit(&round, worker.outside().now_ms()).await;
    units.iter().for_each(|unit| worker.busy.release(unit, &wired.org.name, &wired.site.name));
    committed?;
    Ok(())
}

fn again(unit: &Unit, due_ms: i64) -> Vec<Again> {
    unit.tickets.iter().map(|ticket| Again { key: ticket.key.clone(), seq: ticket.seq, due_ms }).collect()
}

fn add(scene: &Scene<'_>, ends: &mut Ends, work: &mut Work) {
    answer_hints(ends, work);
    if work.stopped {
        return;
    }
    let round = &mut ends.round;
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::NoIntent) {
        work.intent = None;
    }
    match work.intent.take() {
        Some((op, Ok(target))) => round.intents_done.push((op, target)),
        Some((op, Err(reason))) => round.intents_failed.push((op, reason)),
        None => {}
    }
    park(scene, round, work);
    hear(&mut round.heard, work);
    landed::remember(work);
    let journal = std::mem::take(&mut work.journal);
    let journal: Vec<NewEntry> = journal.into_iter().map(|entry| stamped(scene, work, entry)).collect();
    match (&work.unit.link, &work.unit.ids) {
        (Some(link), _) => add_link(scene, round, work, link, journal),
        (None, Sides { salesforce: Some(_), jira: Some(_) }) if !matches!(work.end, End::PassOn | End::Refused) => {
            unpark(scene, round, work);
            round.offers.extend(siblings::next(scene, work));
            round.links_new.push(link::new(scene, work, journal));
            round.offers.extend(once_more(scene, work));
        }
        (None, _) => round.journal.extend(journal),
    }
}

/// Its hints are done, or come again.
fn answer_hints(ends: &mut Ends, work: &Work) {
    let Ends { round, shared } = ends;
    match &work.end {
        End::Again { due_ms, reason } => {
            tracing::debug!(due_ms, "Put {} off: {reason}", work.label(Side::Jira));
            round.hints_again.extend(again(&work.unit, *due_ms));
        }
        End::Done | End::PassOn | End::Refused => {
            for ticket in &work.unit.tickets {
                match work.unit.link.as_ref().filter(|_| ticket.others_wait) {
                    Some(link) => shared.push((ticket.clone(), link.id)),
                    None => round.hints_done.push((ticket.key.clone(), ticket.seq)),
                }
            }
        }
    }
}

/// A link that was there, with what the round has learned of it.
fn add_link(scene: &Scene<'_>, round: &mut RoundCommit, work: &Work, link: &Link, journal: Vec<NewEntry>) {
    round.links.push(link::update(scene, work, link.id));
    round.threads.extend(link::thread(scene, work, link.id));
    round.link_notes.extend(link::link_note(work, link.id));
    round.folders.extend(link::folder(scene, work, link.id));
    let has_new_comments = work.thread.as_ref().is_some_and(|thread| thread.moved);
    if has_new_comments || work.folder.as_ref().is_some_and(|folder| folder.moved) {
        round.offers.extend(once_more(scene, work));
    }
    round.journal.extend(moved(link, work).map(|entry| stamped(scene, work, entry)));
    round.journal.extend(journal);
    round.offers.extend(succession::next(scene, work));
    round.offers.extend(siblings::next(scene, work));
}

/// The comments and files of a pair are carried once it is a link, and looked at once more after each copy.
fn once_more(scene: &Scene<'_>, work: &Work) -> Option<Hint> {
    let item = &scene.wired.item;
    if item.comments.is_none() && item.attachments.is_none() && !item.link_note {
        return None;
    }
    let key = HintKey::of(&scene.wired.item, Side::Salesforce, work.id(Side::Salesforce));
    Some(Hint::about(key, scene.worker.outside().now_ms()))
}

/// What was announced and is known now need not be remembered.
fn hear(heard: &mut Heard, work: &Work) {
    let Some(pair) = work.pair() else { return };
    heard.landed.extend(work.heard.iter().cloned());
    if !work.earlier.is_empty() && work.at_rest && work.end == End::Done {
        heard.at_rest.push(pair.clone());
    }
    let has_updates = Side::BOTH.into_iter().any(|side| !work.updates(side).is_empty());
    if has_updates && !work.unheard {
        heard.answered.push(pair);
    }
}

/// The journal's words for an issue that has another key.
fn moved(link: &Link, work: &Work) -> Option<NewEntry> {
    let key = work.seen.jira.key.as_ref().filter(|key| **key != link.jira_key)?;
    Some(NewEntry {
        kind: "move".to_owned(),
        side: Some(Side::Jira),
        record_id: Some(link.jira_id.clone()),
        text: format!("{} is {key} now: it was moved, or its project was given another key", link.jira_key),
        ..NewEntry::default()
    })
}

/// A journal entry with everything that the round knows about where it belongs.
fn stamped(scene: &Scene<'_>, work: &Work, entry: NewEntry) -> NewEntry {
    NewEntry {
        org: Some(scene.wired.org.name.clone()),
        item: Some(scene.wired.item.name.clone()),
        link_id: work.link_id(),
        round: Some(scene.round.clone()),
        ..entry
    }
}

/// Remembers a refused creation, or forgets the refusal of one that went through or no longer applies.
fn park(scene: &Scene<'_>, round: &mut RoundCommit, work: &Work) {
    if work.unit.link.is_some() {
        return;
    }
    let key = candidate(scene, work);
    let still_refused = work.plan.notes.iter().any(|note| note.code == NoteCode::Blocked && note.key.is_none());
    match &work.parked {
        Some(refused) => round.parked.push(Parked {
            reason: by_name(work, key.side, &refused.reason),
            key,
            class: refused.class,
            fingerprint: refused.fingerprint.clone(),
            circumstances: refused.circumstances.clone(),
            since_ms: 0,
        }),
        None if !still_refused && !matches!(work.end, End::Again { .. }) => round.unparked.push(key),
        None => {}
    }
}

/// A reason that says whose it is: people know no ids.
fn by_name(work: &Work, side: Side, reason: &str) -> String {
    let name = work.name(side);
    match reason.contains(name) || name == work.id(side) {
        true => reason.to_owned(),
        false => format!("{name}: {reason}"),
    }
}

/// The record or the issue that waits for a twin, as it is remembered when it is refused one.
fn candidate(scene: &Scene<'_>, work: &Work) -> ParkedKey {
    let side =
        if work.unit.tickets.iter().any(|ticket| ticket.key.kind == "issue") { Side::Jira } else { Side::Salesforce };
    ParkedKey { item: scene.wired.item.name.clone(), side, record_id: work.id(side).to_owned() }
}

/// Neither end of a new link waits for a twin any more, under whatever item it was refused one.
fn unpark(scene: &Scene<'_>, round: &mut RoundCommit, work: &Work) {
    for item in &scene.worker.wiring.config.items {
        let key = |side| ParkedKey { item: item.name.clone(), side, record_id: work.id(side).to_owned() };
        round.unparked.extend(Side::BOTH.map(key));
    }
}
