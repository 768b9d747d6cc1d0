//! One round: read both sides now, plan, fetch what the plans still want, guard, apply, commit.
//!
//! ```text
//! Round -> read -> meet -> plan (-> needs -> plan) -> guard -> apply -> settle -> commit
//! ```
//! Nothing here remembers anything between rounds: whatever is not finished leaves its hint behind.

pub(crate) mod alike;
pub(crate) mod budget;
mod commit;
pub(crate) mod digests;
pub(crate) mod facts;
mod guard;
mod landed;
pub(crate) mod meet;
mod needs;
pub(crate) mod precedence;
pub(crate) mod read;
pub(crate) mod refusals;
mod renumbered;
mod settle;
pub(crate) mod siblings;
pub(crate) mod succession;

use std::collections::HashMap;

use entente_core::{
    Known, Side, plan,
    plan::{Need, Note, NoteCode},
};
use entente_store::{Link, LinkId, StoreError};
use entente_transport::CallError;

use crate::{
    apply,
    error::EngineError,
    inspection,
    limits::PLANS_PER_ROUND_MAX,
    scheme::Scheme,
    unit::{End, Round, Unit, Work},
    wiring::Wired,
    worker::Worker,
};

/// What a round works with.
pub(crate) struct Scene<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) wired: &'a Wired,
    pub(crate) scheme: &'a Scheme,
    /// The round's name in the journal; none where nothing is written.
    pub(crate) round: String,
}

/// Takes a round from hints to a commit. Units that the item does not take come back, to be offered to the next.
pub(crate) async fn run(worker: &Worker, round: Round) -> Result<Vec<Unit>, EngineError> {
    let wired = round.wired.clone();
    inspection::working_for(&wired.item.name, run_all(worker, round)).await
}

async fn run_all(worker: &Worker, round: Round) -> Result<Vec<Unit>, EngineError> {
    let wired = round.wired;
    if let Some(reason) = worker.store().item_runtime(&wired.item.name).await?.held {
        return commit::hold(worker, &wired, round.units, &reason).await.map(|()| Vec::new());
    }
    let scheme = match wired.scheme().await {
        Ok(scheme) => scheme,
        Err(error) => {
            return commit::put_off(worker, &wired, round.units, &error.to_string()).await.map(|()| Vec::new());
        }
    };
    if let Err(error) = wired.org.is_the_same(worker.store()).await {
        return commit::put_off(worker, &wired, round.units, &error.to_string()).await.map(|()| Vec::new());
    }
    let units = as_linked_now(worker, &wired, round.units).await?;
    let scene = Scene { worker, wired: &wired, scheme: &scheme, round: worker.chance_id() };
    let began_ms = worker.outside().now_ms();
    let mut works = match read::both(&scene, units).await {
        Ok(works) => works,
        Err((units, error)) => {
            // A field that vanished since it was looked up makes the whole question invalid.
            if matches!(error, CallError::Invalid { .. }) {
                wired.forget_scheme();
            }
            let reason = error.to_string();
            return commit::put_off(worker, &wired, units, &reason).await.map(|()| Vec::new());
        }
    };
    achieve(&scene, &mut works).await?;
    commit::run(&scene, works, began_ms).await
}

/// The units with their links as they are now that no other round works on them: the hints were joined to links before
/// that. Where a link went on with another record or was dissolved meanwhile, the hint is joined anew.
async fn as_linked_now(worker: &Worker, wired: &Wired, units: Vec<Unit>) -> Result<Vec<Unit>, EngineError> {
    let ids: Vec<LinkId> = units.iter().filter_map(|unit| unit.link.as_ref()).map(|link| link.id).collect();
    let links = worker.store().links_by_ids(&ids).await?;
    let mut now: HashMap<LinkId, Link> = links.into_iter().map(|link| (link.id, link)).collect();
    let (mut current, mut changed) = (Vec::with_capacity(units.len()), Vec::new());
    for mut unit in units {
        let Some(was) = unit.link.take() else {
            current.push(unit);
            continue;
        };
        let link = now.remove(&was.id).filter(|link| is_still(link, &was));
        let pile = if link.is_some() { &mut current } else { &mut changed };
        unit.link = link.or(Some(was));
        pile.push(unit);
    }
    if !changed.is_empty() {
        commit::put_off(worker, wired, changed, "they are linked otherwise by now").await?;
    }
    Ok(current)
}

/// Whether a link is neither dissolved nor another pair's by now.
pub(crate) fn is_still(link: &Link, was: &Link) -> bool {
    link.is_live() && place(link) == place(was)
}

fn place(link: &Link) -> (&str, &str, &str) {
    (&link.item, &link.salesforce_id, &link.jira_id)
}

/// One unit by itself, for somebody who looks on: `watch` sees what came of it before it is committed.
pub(crate) async fn run_one(
    worker: &Worker,
    wired: &Wired,
    unit: Unit,
    watch: impl FnOnce(&mut Work),
) -> Result<(), EngineError> {
    inspection::working_for(&wired.item.name, async {
        let scheme = wired.scheme().await?;
        let scene = Scene { worker, wired, scheme: &scheme, round: worker.chance_id() };
        let began_ms = worker.outside().now_ms();
        let mut works = read::both(&scene, vec![unit])
            .await
            .map_err(|(_, error)| EngineError::Item { item: wired.item.name.clone(), reason: error.to_string() })?;
        achieve(&scene, &mut works).await?;
        works.first_mut().map(watch);
        commit::run(&scene, works, began_ms).await.map(drop)
    })
    .await
}

/// From what was read to what was achieved.
async fn achieve(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    inspection::collected(scene, works);
    meet::counterparts(scene, works).await?;
    facts::load(scene, works).await?;
    plan_all(scene, works, Needs::Fetched).await?;
    if let Err(error) = precedence::wait(scene, works).await {
        put_off_creations(scene, works, &error);
    }
    meet::refuse_unsure(scene, works);
    succession::take_heirs(scene, works).await?;
    gather(scene, works);
    let stopped = guard::stops(scene, works).await?;
    scene.wired.rests(stopped.clone());
    apply::put_off_young(scene, works);
    inspection::processed(scene, works);
    if stopped.is_none()
        && let Some(counted) = budget::count(scene, works).await?
    {
        if works.iter().any(|work| work.is_open() && work.has_writes()) {
            scene.worker.renew().await?;
        }
        scene.worker.tenure.during(apply::run(scene, works)).await;
        budget::give_back(scene, works, &counted).await?;
        siblings::see_the_same(scene, works);
        settle::run(scene, works);
        refusals::stamp(scene, works).await;
    }
    inspection::delivered(scene, works);
    Ok(())
}

/// Nobody knows whose a record is.
fn put_off_creations(scene: &Scene<'_>, works: &mut [Work], error: &EngineError) {
    for work in works.iter_mut().filter(|work| Side::BOTH.into_iter().any(|side| work.creates(side))) {
        work.again(scene.worker.later(&work.unit), error.to_string());
    }
}

/// Puts off what the item says can wait.
fn gather(scene: &Scene<'_>, works: &mut [Work]) {
    for work in works.iter_mut().filter(|work| work.is_open()) {
        if let Some(due_ms) = scene.worker.gathers_until(&scene.scheme.item, work) {
            work.again(due_ms, "it can wait, as the item says");
        }
    }
}

/// What becomes of facts that a plan asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// They are fetched, and it is planned again.
    Fetched,
    /// They stay open.
    Open,
}

/// Plans every open unit, where needs are fetched again with the facts that the first plans asked for.
pub(crate) async fn plan_all(scene: &Scene<'_>, works: &mut [Work], needs: Needs) -> Result<(), StoreError> {
    let item = &scene.scheme.item;
    let started = scene.worker.item_started(item).await?;
    let workflow = scene.wired.workflow();
    #[cfg(feature = "simulation")]
    let ourselves = scene.wired.org.user_id().await;
    let mut known = vec![
        Known { item_started: started, workflow, offered: scene.wired.offered(), ..Known::default() };
        works.len()
    ];
    for pass in 1..=PLANS_PER_ROUND_MAX {
        for (work, known) in works.iter_mut().zip(&known).filter(|(work, _)| work.is_open()) {
            let now = entente_core::Sides::new(&work.seen.salesforce.state, &work.seen.jira.state);
            work.plan = plan(item, &work.facts, work.base.as_ref(), now, known);
            work.plan.writes.retain(|write| scene.worker.carries_out(write));
            work.undone = work.undone_by(&work.plan);
            #[cfg(feature = "simulation")]
            if entente_core::wrong::is(entente_core::wrong::Wrong::EchoByActor)
                && work.base.is_some()
                && is_by(work, ourselves.as_deref())
            {
                work.plan.writes.retain(|write| write.side() != Some(Side::Jira));
            }
        }
        let wanting: Vec<usize> =
            (0..works.len()).filter(|n| works[*n].is_open() && !works[*n].plan.needs.is_empty()).collect();
        if needs == Needs::Open || wanting.is_empty() || pass == PLANS_PER_ROUND_MAX {
            break;
        }
        needs::fetch(scene, works, &wanting, &mut known).await;
    }
    for (work, known) in works.iter_mut().zip(known).filter(|(work, _)| needs == Needs::Fetched && work.is_open()) {
        if !known.change_times.is_empty() {
            work.asked = Some((work.versions(), known));
        }
        if !work.plan.needs.is_empty() {
            do_without(scene, work);
        }
    }
    Ok(())
}

/// What could not be learned is noted, and the other fields go on; a twin is made with all its values or not yet.
fn do_without(scene: &Scene<'_>, work: &mut Work) {
    let notes: Vec<Note> = work.plan.needs.iter().map(unknown).collect();
    if Side::BOTH.into_iter().any(|side| work.creation(side).is_some()) {
        let reason = notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>().join("; ");
        work.again(scene.worker.later(&work.unit), reason);
    }
    work.notes.extend(notes);
}

fn unknown(need: &Need) -> Note {
    let text = match need {
        Need::ChangeTimes(key) => format!("it could not be learned when {key} changed"),
        Need::Workflow => "the statuses of both sides could not be learned".to_owned(),
    };
    Note { code: NoteCode::Unreadable, key: Some(need.mapping()), text }
}

#[cfg(feature = "simulation")]
fn is_by(work: &Work, user: Option<&str>) -> bool {
    user.is_some() && work.seen.salesforce.modified_by.as_deref() == user
}

impl Work {
    /// Whether the plan would create a twin on a side.
    pub(crate) fn creates(&self, side: Side) -> bool {
        self.end != End::PassOn && self.creation(side).is_some()
    }
}
