//! The change budget: what could be a mishap on a large scale (separations, writes over edits) stops the item once it is
//! too much within an hour. Nothing of the round is written, and a person lets the item go on.

use entente_store::Spent;

use super::Scene;
use crate::{
    error::EngineError,
    limits::{CHANGE_BUDGET_MIN, CHANGE_BUDGET_PERCENT, CHANGE_BUDGET_WINDOW_MS},
    unit::{End, Work},
};

/// Whether the round must not write; its units are then put off, and the item is held.
pub(super) async fn stops(scene: &Scene<'_>, works: &mut [Work]) -> Result<bool, EngineError> {
    let acts = acts(works.iter().filter(|work| work.is_open()));
    if acts == 0 {
        return Ok(false);
    }
    let (store, item, now_ms) = (scene.worker.store(), &scene.wired.item.name, scene.worker.outside().now_ms());
    let links = store.count_links(Some(item)).await?;
    let limit = CHANGE_BUDGET_MIN.max(links * CHANGE_BUDGET_PERCENT / 100);
    let fence = scene.worker.fence()?;
    let Spent::Over(spent) = store.spend(&fence, item, acts, limit, CHANGE_BUDGET_WINDOW_MS, now_ms).await? else {
        return Ok(false);
    };
    let reason = format!(
        "{spent} links would have been separated, or edits overwritten, within an hour; the limit is {limit}. See what \
         happened, then `entente resume {item}`"
    );
    tracing::warn!(item, acts, "Item {item} is held: {reason}");
    store.hold(item, &reason, now_ms).await?;
    let due_ms = scene.worker.later_together(works.iter().map(|work| &work.unit));
    for work in works.iter_mut() {
        work.again(due_ms, reason.clone());
        work.stopped = true;
    }
    Ok(true)
}

/// Takes back what was counted for units that come again with nothing written: it is counted when it is done.
pub(super) async fn give_back(scene: &Scene<'_>, works: &[Work]) -> Result<(), EngineError> {
    let is_undone =
        |work: &&Work| matches!(work.end, End::Again { .. }) && !work.journal.iter().any(|entry| entry.kind == "write");
    let acts = acts(works.iter().filter(is_undone));
    if acts > 0 {
        let (item, now_ms) = (&scene.wired.item.name, scene.worker.outside().now_ms());
        scene.worker.store().give_back(&scene.worker.fence()?, item, acts, now_ms).await?;
    }
    Ok(())
}

/// A pair that meets for the first time was never agreed on: a first load is looked at before it is run.
fn acts<'w>(works: impl Iterator<Item = &'w Work>) -> u64 {
    works.filter(|work| work.unit.link.is_some()).map(|work| work.plan.acts()).sum()
}
