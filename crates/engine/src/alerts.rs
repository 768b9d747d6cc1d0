//! Owners of items are told by mail what waits for a person. What they are told is decided by `entente_core::alert`; the
//! mail is sent by `apply/alert.rs`. Without a mail server for it, nothing is looked at.

use std::collections::BTreeSet;

use entente_core::{
    ConnectedItem,
    alert::{Next, Told, Trouble, next},
    config::MailServer,
};
use tokio_util::sync::CancellationToken;

use crate::{apply, error::EngineError, outside::Ailment, wiring::Wired, worker::Worker};

/// Looks as often as records are asked for.
pub(crate) async fn keep(worker: &Worker, stop: &CancellationToken) -> Result<(), EngineError> {
    let Some(server) = &worker.wiring.config.alerts else {
        stop.cancelled().await;
        return Ok(());
    };
    let every_ms = u64::from(worker.wiring.config.triggers.poll_seconds.max(1)) * 1_000;
    loop {
        look(worker, server).await?;
        if !worker.pause(every_ms, stop).await {
            return Ok(());
        }
    }
}

async fn look(worker: &Worker, server: &MailServer) -> Result<(), EngineError> {
    let (store, now_ms) = (worker.store(), worker.outside().now_ms());
    let counts = store.counts(now_ms).await?.items;
    for wired in worker.wiring.items_of(&worker.org.name).filter(|wired| wired.item.runs()) {
        let Some(owner) = &wired.item.owner else { continue };
        let of_item = counts.get(&wired.item.name);
        let trouble = Trouble {
            is_held: store.item_runtime(&wired.item.name).await?.held.is_some(),
            refused: refused(wired),
            parked: of_item.map_or(0, |counts| counts.parked),
            conflicts: of_item.map_or(0, |counts| counts.conflicts),
        };
        let before = store.get_cursor(&worker.org.name, &told_cursor(&wired.item)).await?;
        let before: Told = before.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        match next(&trouble, &before, now_ms) {
            Next::Rest => {}
            Next::Remember(told) => remember(worker, &wired.item, &told).await?,
            Next::Tell(told) => {
                let letter = trouble.letter(&wired.item.name, owner);
                apply::alert::tell(worker, server, &wired.item, &letter, &before, &told).await?;
            }
        }
    }
    Ok(())
}

/// The connections of an item for which a person has to do something.
fn refused(wired: &Wired) -> BTreeSet<String> {
    let ends = [(&wired.org.name, &wired.org.health), (&wired.site.name, &wired.site.health)];
    let is_refused = ends
        .into_iter()
        .filter(|(_, health)| health.now().problem.is_some_and(|(ailment, _)| ailment == Ailment::Refused));
    is_refused.map(|(name, _)| name.clone()).collect()
}

pub(crate) async fn remember(worker: &Worker, item: &ConnectedItem, told: &Told) -> Result<(), EngineError> {
    let text = serde_json::to_string(told).unwrap_or_default();
    let now_ms = worker.outside().now_ms();
    worker.store().advance(&worker.fence()?, &told_cursor(item), &text, &[], now_ms).await?;
    Ok(())
}

fn told_cursor(item: &ConnectedItem) -> String {
    format!("told the owner of {}", item.name)
}
