//! The end of a round: everything it achieved in one transaction, fenced by the lease.

use std::collections::HashSet;

use entente_core::{Base, Side, Sides, State, link::Origin, plan::NoteCode};
use entente_store::{
    Again, FolderUpdate, Heard, Hint, HintKey, Link, LinkId, LinkState, LinkUpdate, NewConflict, NewEntry, NewLink,
    NewNote, Parked, ParkedKey, RoundCommit, StoreError, ThreadUpdate,
};

use super::{Scene, alike, digests::Digests, landed, meet, siblings, succession};
use crate::{
    error::EngineError,
    folders::{self, Folder},
    unit::{End, LinkNote, Ticket, Unit, Work},
    wiring::Wired,
    worker::Worker,
};

/// Commits the round. Units that the item does not take and that another may take come back.
pub(super) async fn run(scene: &Scene<'_>, mut works: Vec<Work>) -> Result<Vec<Unit>, EngineError> {
    succession::journal_rests(scene, &mut works).await?;
    let mut ends = Ends::default();
    ends.round.offers = alike::news(scene, &works).await?;
    ends.round.offers.extend(siblings::neighbours(scene, &works).await?);
    let settled_ms = scene.worker.outside().now_ms() - landed::settle_ms(scene);
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
        match worker.store().commit(&worker.fence()?, &ends.round, now_ms).await {
            Ok(_) => break,
            Err(error) => leave_out_taken(worker, &mut ends, units, error)?,
        }
    }
    ends.shared.iter().for_each(|(ticket, link)| worker.busy.meet(ticket, *link));
    ends.round.hints_done.iter().for_each(|(key, _)| worker.busy.met_all(key));
    Ok(())
}

/// A link whose place was taken meanwhile, by another round or by a person, is left out: a new one, or one that would go
/// on with another record. Its unit comes again and finds the link that is there now; what was created for it stays in
/// the journal, and the rest of the round stands.
fn leave_out_taken(worker: &Worker, ends: &mut Ends, units: &[Unit], error: StoreError) -> Result<(), StoreError> {
    let StoreError::LinkTaken { side, record_id, .. } = &error else { return Err(error) };
    let left_out = leave_out_new(&mut ends.round, *side, record_id, units)
        .or_else(|| leave_out_heir(&mut ends.round, record_id, units));
    let Some(unit) = left_out else { return Err(error) };
    tracing::warn!("A link is left out: {error}");
    let is_own = |key: &HintKey| unit.tickets.iter().any(|ticket| ticket.key == *key);
    ends.round.hints_done.retain(|(key, _)| !is_own(key));
    ends.shared.retain(|(ticket, _)| !is_own(&ticket.key));
    if !ends.round.hints_again.iter().any(|hint| is_own(&hint.key)) {
        ends.round.hints_again.extend(again(unit, worker.soon(unit)));
    }
    Ok(())
}

fn leave_out_new<'u>(round: &mut RoundCommit, side: Side, record_id: &String, units: &'u [Unit]) -> Option<&'u Unit> {
    let end = |link: &NewLink| Sides::new(&link.salesforce_id, &link.jira_id).get(side) == &record_id;
    let link = round.links_new.remove(round.links_new.iter().rposition(end)?);
    round.journal.extend(link.journal.into_iter().filter(|entry| entry.kind != "link"));
    units.iter().find(|unit| unit.link.is_none() && unit.ids.salesforce.as_ref() == Some(&link.salesforce_id))
}

fn leave_out_heir<'u>(round: &mut RoundCommit, heir: &String, units: &'u [Unit]) -> Option<&'u Unit> {
    let goes_on = |link: &LinkUpdate| link.follows.as_ref().is_some_and(|(_, id)| id == heir);
    let id = round.links.remove(round.links.iter().rposition(goes_on)?).id;
    round.journal.retain(|entry| entry.link_id != Some(id));
    units.iter().find(|unit| unit.link.as_ref().is_some_and(|link| link.id == id))
}

/// Puts all units of a round off: nothing could be read.
pub(super) async fn put_off(worker: &Worker, wired: &Wired, units: Vec<Unit>, reason: &str) -> Result<(), EngineError> {
    tracing::warn!(n_units = units.len(), "Put {} units off: {reason}", units.len());
    let due_ms = worker.later_together(units.iter());
    let again = units.iter().flat_map(|unit| again(unit, due_ms)).collect();
    let round = RoundCommit { hints_again: again, ..RoundCommit::default() };
    let committed = worker.store().commit(&worker.fence()?, &round, worker.outside().now_ms()).await;
    units.iter().for_each(|unit| worker.busy.release(unit, &wired.org.name, &wired.site.name));
    committed?;
    Ok(())
}

fn again(unit: &Unit, due_ms: i64) -> Vec<Again> {
    unit.tickets.iter().map(|ticket| Again { key: ticket.key.clone(), seq: ticket.seq, due_ms }).collect()
}

fn add(scene: &Scene<'_>, ends: &mut Ends, work: &mut Work) {
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
    if work.stopped {
        return;
    }
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
        (Some(link), _) => {
            round.links.push(update(scene, work, link.id));
            round.threads.extend(talked(scene, work, link.id));
            round.link_notes.extend(noted(work, link.id));
            round.folders.extend(filed(scene, work, link.id));
            let has_new_comments = work.thread.as_ref().is_some_and(|thread| thread.moved);
            if has_new_comments || work.folder.as_ref().is_some_and(|folder| folder.moved) {
                round.offers.extend(once_more(scene, work));
            }
            round.journal.extend(moved(link, work).map(|entry| stamped(scene, work, entry)));
            round.journal.extend(journal);
            round.offers.extend(succession::next(scene, work));
            round.offers.extend(siblings::next(scene, work));
        }
        (None, Sides { salesforce: Some(_), jira: Some(_) }) if !matches!(work.end, End::PassOn | End::Refused) => {
            unpark(scene, round, work);
            round.offers.extend(siblings::next(scene, work));
            round.links_new.push(new_link(scene, work, journal));
            round.offers.extend(once_more(scene, work));
        }
        (None, _) => round.journal.extend(journal),
    }
}

/// What is known of its comments now.
fn talked(scene: &Scene<'_>, work: &Work, link_id: LinkId) -> Option<ThreadUpdate> {
    let thread = work.thread.as_ref()?;
    // What this run may not copy is found again by the next.
    let is_whole = scene.worker.only.is_none();
    let is_known = is_whole && thread.rests() && !thread.is_young && thread.plan.notes.is_empty();
    let rests = is_known.then(|| thread.looks.clone());
    Some(ThreadUpdate { link_id, rests, pairs: thread.known.clone() })
}

/// What is known of the note about it now.
fn noted(work: &Work, link_id: LinkId) -> Option<(LinkId, Option<i64>)> {
    match work.link_note? {
        LinkNote::Due => None,
        LinkNote::Sent { until_ms } => Some((link_id, Some(until_ms))),
        LinkNote::There => Some((link_id, None)),
    }
}

/// What is known of its files now.
fn filed(scene: &Scene<'_>, work: &Work, link_id: LinkId) -> Option<FolderUpdate> {
    let folder = work.folder.as_ref().filter(|folder| folder.has_changed)?;
    // What this run may not copy is found again by the next.
    let rests = folder.rests() && folders::limit(scene.worker).is_none();
    let rests = rests.then(|| folder.looks.clone());
    let forgotten = folder.forgotten().cloned().collect();
    Some(FolderUpdate { link_id, rests, copies: folder.known.clone(), forgotten })
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
            key,
            reason: refused.reason.clone(),
            class: refused.class,
            fingerprint: refused.fingerprint.clone(),
            circumstances: refused.circumstances.clone(),
            since_ms: 0,
        }),
        None if !still_refused && !matches!(work.end, End::Again { .. }) => round.unparked.push(key),
        None => {}
    }
}

/// The record or the issue that waits for a twin, as it is remembered when it is refused one.
fn candidate(scene: &Scene<'_>, work: &Work) -> ParkedKey {
    let side =
        if work.unit.tickets.iter().any(|ticket| ticket.key.kind == "issue") { Side::Jira } else { Side::Salesforce };
    ParkedKey { item: scene.wired.item.name.clone(), side, record_id: work.id(side).to_owned() }
}

/// Neither end of a new link waits for a twin any more.
fn unpark(scene: &Scene<'_>, round: &mut RoundCommit, work: &Work) {
    round.unparked.extend(Side::BOTH.map(|side| ParkedKey {
        item: scene.wired.item.name.clone(),
        side,
        record_id: work.id(side).to_owned(),
    }));
}

/// Versions that may mark a hint as our own echo: only of a pair that was read in full and is at rest.
fn versions(work: &Work) -> Sides<Option<String>> {
    match work.at_rest && work.end == End::Done {
        true => Sides::new(work.seen.salesforce.version.clone(), work.seen.jira.version.clone()),
        false => Sides::new(None, None),
    }
}

/// When the reads began that the last rest of a link rests on: what we have done since may still be unheard.
fn read_ms(work: &Work) -> Sides<i64> {
    match (&work.unit.link, work.at_rest && work.end == End::Done) {
        (Some(link), false) => link.read_ms,
        _ => Sides::new(work.seen.salesforce.read_ms, work.seen.jira.read_ms),
    }
}

fn conflicts(work: &Work) -> Vec<NewConflict> {
    let conflicts = work.plan.conflicts.iter();
    let open = conflicts.map(|conflict| NewConflict { mapping: conflict.key.clone(), values: conflict.now.clone() });
    // A decision lasts until it is carried out, and its conflict with it.
    let undone = work.undone.iter().filter_map(|key| {
        let values = work.facts.decisions.get(key)?.seen.clone();
        Some(NewConflict { mapping: key.clone(), values })
    });
    open.chain(undone).collect()
}

fn notes(work: &Work) -> Vec<NewNote> {
    let of_files = work.folder.iter().flat_map(Folder::notes);
    let notes = work.plan.notes.iter().chain(&work.notes).cloned().chain(of_files);
    notes.map(|note| NewNote { code: note.code.as_str().to_owned(), mapping: note.key, text: note.text }).collect()
}

fn new_link(scene: &Scene<'_>, work: &Work, mut journal: Vec<NewEntry>) -> NewLink {
    if work.intent.is_none() && work.creation(Side::Jira).is_none() && work.creation(Side::Salesforce).is_none() {
        journal.insert(0, stamped(scene, work, meet::matched(scene, work)));
    }
    NewLink {
        item: scene.wired.item.name.clone(),
        salesforce_id: work.id(Side::Salesforce).to_owned(),
        site: scene.wired.site.name.clone(),
        jira_id: work.id(Side::Jira).to_owned(),
        jira_key: work.facts.jira_key.clone().unwrap_or_default(),
        shares: scene.wired.item.cardinality.one(),
        origin: work.unit.before(&scene.wired.item.name).map_or(Origin::Auto, |before| before.origin),
        base: stored(scene, work),
        read_ms: read_ms(work),
        versions: versions(work),
        blocked: work.blocked_next.clone(),
        conflicts: conflicts(work),
        notes: notes(work),
        journal,
    }
}

/// What was agreed, in the form that the item asks for.
fn stored(scene: &Scene<'_>, work: &Work) -> Base {
    Digests { item: &scene.wired.item, link: work.id(Side::Jira) }.stored(&work.base_next.stamped(&scene.wired.item))
}

fn update(scene: &Scene<'_>, work: &Work, id: i64) -> LinkUpdate {
    let missed_before = work.unit.link.as_ref().map_or(Sides::new(None, None), |link| link.missing_since);
    let since = |side: Side| match &work.seen.get(side).state {
        State::Gone { since, .. } => Some(since.as_millisecond()),
        State::Unreadable(_) => *missed_before.get(side),
        State::None | State::Present(_) => None,
    };
    if let Some((item, salesforce_id)) = &work.follows {
        return succession::followed(scene, work, id, item, salesforce_id);
    }
    // A side that was not read keeps nothing that would let a hint pass for an echo.
    LinkUpdate {
        id,
        base: (work.is_base_stale || work.base_next.has_news() || work.base.as_ref() != Some(&work.base_next))
            .then(|| stored(scene, work)),
        read_ms: read_ms(work),
        versions: versions(work),
        state: Some(state(work)),
        jira_key: work.seen.jira.key.clone(),
        follows: None,
        missing_since: left(scene, work).unwrap_or_else(|| Sides::new(since(Side::Salesforce), since(Side::Jira))),
        blocked: work.blocked_next.clone(),
        was_blocked: was_blocked(work),
        conflicts: conflicts(work),
        judged: is_judged(work).then(|| work.decided_ms.clone()),
        notes: notes(work),
    }
}

/// A pair that was separated while both ends are there and neither goes on elsewhere: one has left the item, and may come
/// back as what was lost may.
fn left(scene: &Scene<'_>, work: &Work) -> Option<Sides<Option<i64>>> {
    let has_left = work.unlinked.is_some() && work.has_both_ends() && work.facts.succession.is_none();
    let now_ms = Some(scene.worker.outside().now_ms());
    has_left.then(|| match &work.facts.out_of_scope {
        Some(_) => Sides::new(None, now_ms),
        None => Sides::new(now_ms, None),
    })
}

fn was_blocked(work: &Work) -> bool {
    work.unit.link.as_ref().is_some_and(|link| !link.blocked.is_empty())
}

/// Whether the plan could say something about every field: conflicts that it does not name are over.
fn is_judged(work: &Work) -> bool {
    let present = |side: &Side| work.seen.get(*side).record().is_some();
    work.unlinked.is_some() || (Side::BOTH.iter().all(present) && work.plan.needs.is_empty())
}

fn state(work: &Work) -> LinkState {
    if let Some(reason) = &work.unlinked {
        return LinkState::Unlinked { reason: reason.clone() };
    }
    LinkState::of(&work.blocked_next)
}
