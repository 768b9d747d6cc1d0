//! The change budget: what could be a mishap on a large scale (separations, writes over edits) stops the item once it is
//! too much within an hour. Nothing of the round is written, and a person lets the item go on.

use entente_core::{Side, plan::Write};
use entente_store::Spent;

use super::Scene;
use crate::{
    error::EngineError,
    limits::{CHANGE_BUDGET_MIN, CHANGE_BUDGET_PERCENT, MASS_PARTING_MIN, change_budget},
    unit::{End, Work},
    worker::Worker,
};

/// The units whose acts were counted, and when.
pub(super) struct Counted {
    units: Vec<usize>,
    at_ms: i64,
}

/// Counts what the round is about to do. None where that is too much: its units are then put off, and the item is held.
pub(super) async fn count(scene: &Scene<'_>, works: &mut [Work]) -> Result<Option<Counted>, EngineError> {
    let at_ms = scene.worker.outside().now_ms();
    let units: Vec<usize> = (0..works.len()).filter(|n| works[*n].is_open()).collect();
    let acts = units.iter().map(|n| acts(&works[*n])).sum();
    let n_parting = units.iter().filter(|n| parts(&works[**n])).count() as u64;
    let Some(reason) = spend(scene.worker, &scene.wired.item.name, acts, n_parting, at_ms).await? else {
        return Ok(Some(Counted { units, at_ms }));
    };
    let due_ms = scene.worker.later_together(works.iter().map(|work| &work.unit));
    for work in works.iter_mut() {
        work.again(due_ms, reason.clone());
        work.stopped = true;
    }
    Ok(None)
}

/// Holds the item where what a whole look would separate is too much, before any round separates or creates anything:
/// of a filter that was changed by mistake, a single round sees a part.
pub(crate) async fn foresee(worker: &Worker, item: &str, n_parting: u64) -> Result<(), EngineError> {
    let store = worker.store();
    if n_parting == 0 || store.item_runtime(item).await?.held.is_some() {
        return Ok(());
    }
    let now_ms = worker.outside().now_ms();
    if spend(worker, item, n_parting, n_parting, now_ms).await?.is_none() {
        // Rounds count what they do.
        store.give_back(&worker.fence()?, item, n_parting, now_ms).await?;
    }
    Ok(())
}

/// Counts acts, of which so many separate pairs. Where that is too much the item is held, for the reason that is given.
async fn spend(
    worker: &Worker,
    item: &str,
    acts: u64,
    n_parting: u64,
    now_ms: i64,
) -> Result<Option<String>, EngineError> {
    if acts == 0 {
        return Ok(None);
    }
    let store = worker.store();
    let links = store.count_links(Some(item)).await?;
    let is_mass = n_parting >= MASS_PARTING_MIN && n_parting * 2 >= links;
    // Beside what a person has confirmed, nothing at all is allowed then.
    let limit = if is_mass { 0 } else { CHANGE_BUDGET_MIN.max(links * CHANGE_BUDGET_PERCENT / 100) };
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::BudgetPerRound) && acts <= limit {
        return Ok(None);
    }
    let spent = store.spend(&worker.fence()?, item, acts, change_budget(limit), now_ms).await?;
    let Spent::Over(spent) = spent else { return Ok(None) };
    let what = match is_mass {
        true => {
            format!("{n_parting} of {links} links would have been separated: their records are not the item's any more")
        }
        false => format!(
            "{spent} links would have been separated, or edits overwritten, within an hour; the limit is {limit}"
        ),
    };
    let reason = format!("{what}. See what happened, then `entente resume {item}`");
    tracing::warn!(item, acts, "Item {item} is held: {reason}");
    store.hold(item, &reason, now_ms).await?;
    Ok(Some(reason))
}

/// Takes back what was counted for units that come again with nothing written: it is counted when it is done.
pub(super) async fn give_back(scene: &Scene<'_>, works: &[Work], counted: &Counted) -> Result<(), EngineError> {
    let is_undone =
        |work: &&Work| matches!(work.end, End::Again { .. }) && !work.journal.iter().any(|entry| entry.kind == "write");
    let acts = counted.units.iter().map(|n| &works[*n]).filter(is_undone).map(acts).sum();
    if acts > 0 {
        let (store, item) = (scene.worker.store(), &scene.wired.item.name);
        store.give_back(&scene.worker.fence()?, item, acts, counted.at_ms).await?;
    }
    Ok(())
}

/// Whether a pair is separated though both its ends are there: one has left the item.
pub(crate) fn parts(work: &Work) -> bool {
    let is_there = |side: Side| work.seen.get(side).record().is_some();
    let unlinks = work.plan.writes.iter().any(|write| matches!(write, Write::Unlink { .. }));
    unlinks && Side::BOTH.into_iter().all(is_there) && work.facts.succession.is_none()
}

/// A pair that meets for the first time was never agreed on: a first load is looked at before it is run.
fn acts(work: &Work) -> u64 {
    work.unit.link.as_ref().map_or(0, |_| work.plan.acts())
}
