//! The last look before anything is written: a batch in which half of the records are suddenly missing is a lost
//! permission or a wrong connection until the opposite is shown.

use entente_core::{Side, State};

use super::Scene;
use crate::{
    limits::MASS_MISSING_MIN,
    unit::{Seen, Work},
};

/// Whether the round must not write; its units are then put off.
pub(super) async fn stops(scene: &Scene<'_>, works: &mut [Work]) -> bool {
    for side in Side::BOTH {
        let linked: Vec<&Work> = works.iter().filter(|work| work.unit.link.is_some()).collect();
        // A deletion that was seen to happen is no surprise; being missed for long is.
        let expected = |seen: &Seen| matches!(seen.state, State::Present(_)) || seen.deletion_seen;
        let missing = linked.iter().filter(|work| !expected(work.seen.get(side))).count();
        if missing < MASS_MISSING_MIN || missing * 2 < linked.len() {
            continue;
        }
        // The canary: whoever asked for these records may not be allowed to see anything any more.
        let canary = match side {
            Side::Salesforce => scene.wired.org.canary().await,
            Side::Jira => scene.wired.site.client.verify().await.map(drop),
        };
        let canary = canary.map_or_else(
            |error| format!("the connection says: {error}"),
            |()| "the connection itself works".to_owned(),
        );
        let reason =
            format!("{missing} of {} {side} records are missing at once; nothing is written ({canary})", linked.len());
        tracing::warn!(
            item = scene.wired.item.name,
            missing,
            "Stopped a round of item {}: {reason}",
            scene.wired.item.name
        );
        for work in works.iter_mut() {
            let due_ms = scene.worker.later(&work.unit);
            work.again(due_ms, reason.clone());
            work.stopped = true;
        }
        return true;
    }
    false
}
