//! The change budget: what could be a mishap on a large scale (separations, writes over edits) stops the item once it is
//! too much within an hour. Nothing of the round is written, and a person lets the item go on.

use entente_core::{Side, plan::Write};
use entente_store::Spent;

use super::Scene;
use crate::{
    error::EngineError,
    limits::{CHANGE_BUDGET_MIN, CHANGE_BUDGET_PERCENT, CHANGE_BUDGET_WINDOW_MS, MASS_PARTING_MIN},
    unit::{End, Work},
};

/// The units whose acts were counted, and when.
pub(super) struct Counted {
    units: Vec<usize>,
    at_ms: i64,
}

/// Counts what the round is about to do. None where that is too much: its units are then put off, and the item is held.
pub(super) async fn count(scene: &Scene<'_>, works: &mut [Work]) -> Result<Option<Counted>, EngineError> {
    let (store, item, now_ms) = (scene.worker.store(), &scene.wired.item.name, scene.worker.outside().now_ms());
    let units: Vec<usize> = (0..works.len()).filter(|n| works[*n].is_open()).collect();
    let acts = units.iter().map(|n| acts(&works[*n])).sum();
    let counted = Counted { units, at_ms: now_ms };
    if acts == 0 {
        return Ok(Some(counted));
    }
    let links = store.count_links(Some(item)).await?;
    let parting = counted.units.iter().filter(|n| parts(&works[**n])).count() as u64;
    let is_mass = parting >= MASS_PARTING_MIN && parting * 2 >= links;
    // Beside what a person has confirmed, nothing at all is allowed then.
    let limit = if is_mass { 0 } else { CHANGE_BUDGET_MIN.max(links * CHANGE_BUDGET_PERCENT / 100) };
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::BudgetPerRound) && acts <= limit {
        return Ok(Some(counted));
    }
    let fence = scene.worker.fence()?;
    let Spent::Over(spent) = store.spend(&fence, item, acts, limit, CHANGE_BUDGET_WINDOW_MS, now_ms).await? else {
        return Ok(Some(counted));
    };
    let what = match is_mass {
        true => {
            format!("{parting} of {links} links would have been separated: their records are not the item's any more")
        }
        false => format!(
            "{spent} links would have been separated, or edits overwritten, within an hour; the limit is {limit}"
        ),
    };
    let reason = format!("{what}. See what happened, then `entente resume {item}`");
    tracing::warn!(item, acts, "Item {item} is held: {reason}");
    store.hold(item, &reason, now_ms).await?;
    let due_ms = scene.worker.later_together(works.iter().map(|work| &work.unit));
    for work in works.iter_mut() {
        work.again(due_ms, reason.clone());
        work.stopped = true;
    }
    Ok(None)
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
fn parts(work: &Work) -> bool {
    let is_there = |side: Side| work.seen.get(side).record().is_some();
    let unlinks = work.plan.writes.iter().any(|write| matches!(write, Write::Unlink { .. }));
    unlinks && Side::BOTH.into_iter().all(is_there) && work.facts.succession.is_none()
}

/// A pair that meets for the first time was never agreed on: a first load is looked at before it is run.
fn acts(work: &Work) -> u64 {
    work.unit.link.as_ref().map_or(0, |_| work.plan.acts())
}
