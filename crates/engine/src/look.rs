//! A full look at both sides of an item: every record, every issue, every link, planned in bulk.
//!
//! The same look finds existing twins before anything is created, reconciles once a day, and serves the dry run and
//! `verify`. It writes nothing: what it finds to do is offered as hints without a version, which are never dropped.

mod alike;
pub(crate) mod asked;
pub(crate) mod astray;
mod claims;
mod earlier;
mod issues;
mod pages;
mod recovery;

use std::{
    collections::{BTreeSet, HashMap},
    sync::atomic::Ordering,
};

use entente_core::{MappingKey, Side, State, plan::NoteCode};
use entente_store::{Hint, HintKey, Link, LinkId};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::{
    apply::link_note,
    error::EngineError,
    folders, inspection,
    limits::{LOOK_PAGE_LINKS, LOOK_RETRY_FIRST_MS, REFUSALS_EVERY_POLLS},
    poll::{jira_cursor, last_run_cursor, salesforce_cursor},
    report::Progress,
    round::{
        Needs, Scene, budget,
        refusals::{self, Overlooked},
        succession::rests_that_begin,
    },
    threads,
    unit::Work,
    wiring::Wired,
    worker::Worker,
};

pub(crate) use earlier::Earlier;
pub(crate) use pages::{each_page, each_page_for_sure, read_again};

/// What leaves a field as it is, though nobody refused anything.
const LEFT_ALONE: [NoteCode; 3] = [NoteCode::Unmapped, NoteCode::Unreadable, NoteCode::Crowded];

/// What a look saw besides the pages it handed over.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    /// When each side's reading began, by its own clock: polls go on from there.
    pub(crate) salesforce_began: Option<Timestamp>,
    pub(crate) jira_began: Option<Timestamp>,
    /// Unlinked issues that name a Salesforce record, by that record.
    pub(crate) claims: HashMap<String, String>,
}

/// Looks at the items of an org: at once, and then as often as the configuration says. An item that cannot be looked at
/// holds up no other.
pub(crate) async fn keep(worker: &Worker, stop: &CancellationToken) -> Result<(), EngineError> {
    let looks = worker.wiring.items_of(&worker.org.name).map(|wired| keep_one(worker, wired, stop));
    try_join_all(looks).await?;
    // Without items there is nothing to look at, which is no reason for anybody else to end.
    stop.cancelled().await;
    Ok(())
}

async fn keep_one(worker: &Worker, wired: &Wired, stop: &CancellationToken) -> Result<(), EngineError> {
    let every_ms = worker.wiring.config.triggers.reconcile.every_seconds().map(|seconds| u64::from(seconds) * 1_000);
    let mut n_failures = 0_u32;
    loop {
        let pause_ms = match offer(worker, wired, &|_| {}).await {
            Ok(()) => {
                n_failures = 0;
                every_ms
            }
            // Without its store, or its lease, the worker starts over.
            Err(error @ EngineError::Store(_)) => return Err(error),
            // Nothing is created for the item until a look has finished.
            Err(_) => {
                let pause_ms = worker.backoff_ms(n_failures, LOOK_RETRY_FIRST_MS);
                n_failures = n_failures.saturating_add(1);
                Some(pause_ms.unsigned_abs())
            }
        };
        if !until_next(worker, wired, pause_ms, stop).await? {
            return Ok(());
        }
        // Fields, and who is who, may have changed since.
        wired.forget_scheme();
    }
}

/// Waits for the time of the next look, or until what was refused may go through; `false` when told to stop.
async fn until_next(
    worker: &Worker,
    wired: &Wired,
    pause_ms: Option<u64>,
    stop: &CancellationToken,
) -> Result<bool, EngineError> {
    let every_ms = u64::from(worker.wiring.config.triggers.poll_seconds.max(1)) * 1_000 * REFUSALS_EVERY_POLLS;
    let mut left_ms = pause_ms;
    loop {
        let step_ms = left_ms.map_or(every_ms, |left_ms| left_ms.min(every_ms));
        if !worker.pause(step_ms, stop).await {
            return Ok(false);
        }
        left_ms = left_ms.map(|left_ms| left_ms - step_ms);
        if left_ms == Some(0) || wired.held_back().is_none() && refusals::may_pass(worker, wired).await? {
            return Ok(true);
        }
    }
}

/// Looks at one item and offers a hint for everything that is not as it should be.
pub(crate) async fn offer(
    worker: &Worker,
    wired: &Wired,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(), EngineError> {
    let result = inspection::working_for(&wired.item.name, offer_all(worker, wired, progress)).await;
    wired.looked(&result);
    if let Err(EngineError::Peer { connection, error }) = &result {
        // Before the first look has finished no poll asks it, so that nothing else would say so.
        let health = if *connection == wired.org.name { &wired.org.health } else { &wired.site.health };
        health.failed(error);
    }
    if let Err(error) = &result {
        tracing::warn!(item = wired.item.name, "The look at item {} did not finish: {error}", wired.item.name);
    }
    result
}

async fn offer_all(worker: &Worker, wired: &Wired, progress: &(dyn Fn(Progress) + Sync)) -> Result<(), EngineError> {
    let started_ms = worker.outside().now_ms();
    wired.site.verify().await?;
    may_begin(worker, wired).await?;
    // How many calls are left a new process learns from the first answers.
    if let Some(held_back) = wired.held_back() {
        return Err(held_back);
    }
    let store = worker.store();
    let (mut candidates, mut parting) = (Vec::new(), Vec::new());
    let mut n_offered = 0;
    let mut overlooked = Overlooked::all(worker, wired).await?;
    let looked = each_page(worker, wired, Needs::Open, progress, async |mut works: Vec<Work>| {
        find_talking(worker, wired, &mut works).await?;
        let mut hints = unsettled(worker, wired, &works).await?;
        hints.iter().for_each(|(hint, _)| overlooked.is_offered(&hint.key));
        works.iter().for_each(|work| overlooked.is_met(wired, work));
        if !wired.is_discovered() {
            // Rounds could only put them off until this look has ended.
            candidates.extend(hints.extract_if(.., |(_, work)| work.unit.link.is_none()).map(|(hint, _)| hint));
            parting.extend(hints.extract_if(.., |(_, work)| budget::parts(work)).map(|(hint, _)| hint));
        }
        let hints: Vec<Hint> = hints.into_iter().map(|(hint, _)| hint).collect();
        n_offered += hints.len();
        store.offer(&hints, worker.outside().now_ms()).await?;
        worker.wake();
        Ok(())
    })
    .await?;
    let found = recovery::run(worker, wired, &candidates).await?;
    candidates.extend(overlooked.hints(worker, wired).await?);
    budget::foresee(worker, &wired.item.name, parting.len() as u64).await?;
    candidates.extend(parting);
    for hints in candidates.chunks(LOOK_PAGE_LINKS) {
        n_offered += hints.len();
        store.offer(hints, worker.outside().now_ms()).await?;
    }
    finish(worker, wired, &looked, started_ms).await?;
    // Only now may rounds create: the time of the item's first run is known, and all that it found is offered.
    wired.discover(found.into_iter().chain(looked.claims).collect());
    tracing::info!(item = wired.item.name, n_offered, "Looked at item {}", wired.item.name);
    worker.wake();
    Ok(())
}

/// Twins that were made without a field would have to be mended one by one. A field that is lost later stops no other.
pub(crate) async fn may_begin(worker: &Worker, wired: &Wired) -> Result<(), EngineError> {
    match worker.store().item_runtime(&wired.item.name).await?.last_sync_ms {
        None => wired.check_names().await,
        Some(_) => wired.scheme().await.map(drop),
    }
}

/// Marks the links whose comments or files have changed, or whose note is missing.
async fn find_talking(worker: &Worker, wired: &Wired, works: &mut [Work]) -> Result<(), EngineError> {
    let scheme = wired.scheme().await?;
    let scene = Scene { worker, wired, scheme: &scheme, round: String::new() };
    for (n, thread, _) in threads::changed(&scene, works).await? {
        works[n].thread = Some(thread);
    }
    for (n, folder, _) in folders::looked_at(&scene, works).await? {
        works[n].folder = Some(folder);
    }
    link_note::read(&scene, works).await
}

/// Polls go on from where this look began.
async fn finish(worker: &Worker, wired: &Wired, looked: &Looked, started_ms: i64) -> Result<(), EngineError> {
    let fence = worker.fence()?;
    let store = worker.store();
    let now_ms = worker.outside().now_ms();
    if let Some(began) = looked.salesforce_began {
        let name = salesforce_cursor(&wired.item.salesforce.object);
        store.advance(&fence, &name, &began.as_millisecond().to_string(), &[], now_ms).await?;
        wired.org.health.read_to_the_end(worker.outside().clock.now());
    }
    if let Some(began) = looked.jira_began {
        store.advance(&fence, &jira_cursor(&wired.site.name), &began.as_millisecond().to_string(), &[], now_ms).await?;
        wired.site.health.read_to_the_end(worker.outside().clock.now());
    }
    for (side, began) in [(Side::Salesforce, looked.salesforce_began), (Side::Jira, looked.jira_began)] {
        if let Some(began) = began {
            let name = last_run_cursor(&wired.item.name, side);
            store.advance(&fence, &name, &began.as_millisecond().to_string(), &[], now_ms).await?;
        }
    }
    wired.org.remember(worker).await?;
    store.finish_sync(&fence, &wired.item.name, started_ms).await?;
    store.set_discovered(&fence, &wired.item.name).await?;
    Ok(())
}

/// Hints for the units of a page that are not as they should be, each with its unit.
async fn unsettled<'w>(
    worker: &Worker,
    wired: &Wired,
    works: &'w [Work],
) -> Result<Vec<(Hint, &'w Work)>, EngineError> {
    let conflicts = stored_conflicts(worker, works).await?;
    let told = told(worker, works).await?;
    let rests = rests_that_begin(worker, works.iter()).await?;
    let begins = |work: &Work| work.unit.link.as_ref().is_some_and(|link| rests.iter().any(|(id, _)| *id == link.id));
    let (settled, unsettled): (Vec<&Work>, Vec<&Work>) =
        works.iter().partition(|work| is_settled(work, &conflicts) && is_told(work, &told) && !begins(work));
    inspection::left_alone(worker, wired, settled.iter().copied());
    let n_quiet = settled.iter().filter(|work| work.unit.link.is_some()).count();
    worker.tally.noops.fetch_add(n_quiet as u64, Ordering::Relaxed);
    Ok(unsettled.into_iter().map(|work| (hint(worker, wired, work), work)).collect())
}

type Conflicts = HashMap<i64, Vec<entente_store::Conflict>>;

async fn stored_conflicts(worker: &Worker, works: &[Work]) -> Result<Conflicts, EngineError> {
    let ids: Vec<LinkId> = works.iter().filter_map(Work::link_id).collect();
    let mut by_link = Conflicts::new();
    for conflict in worker.store().conflicts(&ids).await? {
        by_link.entry(conflict.link_id).or_default().push(conflict);
    }
    Ok(by_link)
}

/// Fields that are left as they are, as people were told so far, by link.
type Told = HashMap<i64, BTreeSet<(String, MappingKey)>>;

async fn told(worker: &Worker, works: &[Work]) -> Result<Told, EngineError> {
    let ids: Vec<LinkId> = works.iter().filter_map(Work::link_id).collect();
    let mut told = Told::new();
    for note in worker.store().notes(&ids).await? {
        let Some(key) = note.note.mapping.filter(|_| LEFT_ALONE.iter().any(|code| code.as_str() == note.note.code))
        else {
            continue;
        };
        told.entry(note.link_id).or_default().insert((note.note.code, key));
    }
    Ok(told)
}

/// Whether people were told of all fields that are left as they are, and of no others.
fn is_told(work: &Work, told: &Told) -> bool {
    let Some(link) = &work.unit.link else { return true };
    let notes = work.plan.notes.iter().filter(|note| LEFT_ALONE.contains(&note.code));
    let now: BTreeSet<_> = notes.filter_map(|note| Some((note.code.as_str().to_owned(), note.key.clone()?))).collect();
    told.get(&link.id).map_or_else(|| now.is_empty(), |told| *told == now)
}

/// Nothing to write, nothing to store, nothing to ask; open conflicts are those that are known.
fn is_settled(work: &Work, conflicts: &Conflicts) -> bool {
    let plan = &work.plan;
    if work.is_base_stale
        || work.is_unjudged
        || work.thread.is_some()
        || work.link_note.is_some()
        || work.folder.as_ref().is_some_and(|folder| folder.has_changed)
        || (work.unit.link.is_none() && !work.unit.ended.is_empty())
        || !plan.writes.is_empty()
        || !plan.base.is_empty()
        || !plan.needs.is_empty()
        || !work.is_open()
    {
        return false;
    }
    if work.unit.link.is_none() {
        // A refused creation, or a record that is not for this item. What could not be read, a round reads, or parks.
        let readable = work.unsure_of_twin().is_none()
            && Side::BOTH.into_iter().all(|side| !matches!(work.seen.get(side).state, State::Unreadable(_)));
        return readable && plan.conflicts.is_empty();
    }
    let present = Side::BOTH.into_iter().all(|side| work.seen.get(side).record().is_some());
    if work.unit.link.as_ref().is_some_and(|link| has_stale_facts(link, work)) {
        return false;
    }
    let known = work.unit.link.as_ref().and_then(|link| conflicts.get(&link.id)).map(Vec::as_slice).unwrap_or_default();
    let same = plan.conflicts.iter().all(|c| known.iter().any(|k| k.mapping == c.key && k.values == c.now));
    let refused = |k: &entente_store::Conflict| k.decided.is_some() && work.undone.contains(&k.mapping);
    present && same && known.iter().filter(|k| !refused(k)).count() == plan.conflicts.len()
}

/// Whether the link remembers a miss of a side that is there, or a refusal that stands in the way of nothing any more.
fn has_stale_facts(link: &Link, work: &Work) -> bool {
    let missed = Side::BOTH.into_iter().any(|side| link.missing_since.get(side).is_some());
    let in_the_way = |key: &MappingKey| {
        work.plan.notes.iter().any(|note| note.code == NoteCode::Blocked && note.key.as_ref() == Some(key))
    };
    missed || !link.blocked.keys().all(in_the_way)
}

fn hint(worker: &Worker, wired: &Wired, work: &Work) -> Hint {
    // Of several issues that may belong to one record, each is looked at by itself.
    let is_further = work.unit.link.is_none() && work.unit.ids.jira.is_some();
    let by_issue = is_further && wired.item.cardinality.one() == Some(Side::Salesforce);
    let side = if work.unit.ids.salesforce.is_some() && !by_issue { Side::Salesforce } else { Side::Jira };
    let key = HintKey::of(&wired.item, side, work.id(side));
    Hint::about(key, worker.outside().now_ms())
}
