//! The last look before anything is written: a batch in which half of the records are suddenly missing is a lost
//! permission or a wrong connection until the opposite is shown, and one with issues that are not what was linked is a
//! migrated site.

use entente_core::{Side, State};
use entente_store::LinkId;

use super::{Scene, read, renumbered};
use crate::{
    error::EngineError,
    limits::{MASS_MISSING_MIN, change_budget},
    unit::Work,
};

/// Why the round must not write, if it must not; its units are then put off. While others of the kind can be read, the
/// item is held, and what is missing is remembered: a person who lets the item go on has said that it is. While nothing
/// can be read, it may only be hidden, and the round comes again.
pub(super) async fn stops(scene: &Scene<'_>, works: &mut [Work]) -> Result<Option<String>, EngineError> {
    if let Some(reason) = renumbered::reason(scene, works) {
        scene.worker.store().hold(&scene.wired.item.name, &reason, scene.worker.outside().now_ms()).await?;
        return Ok(Some(stop(scene, works, reason)));
    }
    for side in Side::BOTH {
        let linked: Vec<&Work> = works.iter().filter(|work| work.unit.link.is_some()).collect();
        let missing: Vec<LinkId> = linked.iter().filter_map(|work| surprise(work, side)).collect();
        if missing.len() < MASS_MISSING_MIN || missing.len() * 2 < linked.len() {
            continue;
        }
        let what = format!("{} of {} {side} records are missing at once", missing.len(), linked.len());
        let reason = match read::others_can_be_read(scene, side).await {
            Ok(true) => hold(scene, side, &missing, &what).await?,
            Ok(false) => format!("{what}, and no other of their kind can be read; nothing is written"),
            Err(error) => format!("{what}; nothing is written (the connection says: {error})"),
        };
        return Ok(Some(stop(scene, works, reason)));
    }
    Ok(None)
}

fn stop(scene: &Scene<'_>, works: &mut [Work], reason: String) -> String {
    let item = &scene.wired.item.name;
    tracing::warn!(item, "Stopped a round of item {item}: {reason}");
    for work in works {
        let due_ms = scene.worker.later(&work.unit);
        work.again(due_ms, reason.clone());
        work.stopped = true;
    }
    reason
}

async fn hold(scene: &Scene<'_>, side: Side, missing: &[LinkId], what: &str) -> Result<String, EngineError> {
    let (store, item, now_ms) = (scene.worker.store(), &scene.wired.item.name, scene.worker.outside().now_ms());
    let reason = format!("{what}. See what happened, then `entente resume {item}`");
    store.miss(&scene.worker.fence()?, side, missing, now_ms).await?;
    // The budget knows of them too: a person who lets the item go on has confirmed so many separations.
    let n_missing = missing.len() as u64;
    store.spend(&scene.worker.fence()?, item, n_missing, change_budget(u64::MAX), now_ms).await?;
    store.hold(item, &reason, now_ms).await?;
    Ok(reason)
}

/// The link of a record that is missing. A deletion that was seen to happen is no surprise, nor is a miss that was
/// noted before.
fn surprise(work: &Work, side: Side) -> Option<LinkId> {
    let (link, seen) = (work.unit.link.as_ref()?, work.seen.get(side));
    let is_known = seen.deletion_seen || link.missing_since.get(side).is_some();
    (!matches!(seen.state, State::Present(_)) && !is_known).then_some(link.id)
}
