//! Bringing Salesforce's values to the issue of one link, while somebody waits: a round of one unit, and its outcome.

use std::{sync::Arc, time::Duration};

use entente_core::Side;
use entente_store::{DueHint, Hint, HintKey, Link};

use crate::{
    Engine, EngineError,
    limits::{REFRESH_STEP_MS, REFRESH_WAIT_MS},
    round, sync,
    trial::{NO_HINT, to_the_end},
    unit::{End, Ticket, Unit, Work},
    wiring::Wired,
    worker::Worker,
};

impl Engine {
    /// Brings Salesforce's values to Jira, and neither values nor comments to Salesforce; files go wherever the item carries
    /// them. Done when this returns.
    ///
    /// # Errors
    /// There is no such link, its item does not run, a side does not answer or refuses a value, or the store.
    pub async fn refresh(&self, id: i64) -> Result<(), EngineError> {
        let link = self.live_link(id).await?;
        let (inner, wiring) = (self.inner.clone(), self.inner.wiring());
        let Some(wired) = wiring.item(&link.item).cloned() else {
            return Err(EngineError::Declined(format!("Link {id} rests: its item {} does not run.", link.item)));
        };
        if let Some(reason) = inner.store.item_runtime(&link.item).await?.held {
            return Err(EngineError::Declined(format!("Item {} is held: {reason}.", link.item)));
        }
        to_the_end(async move || {
            let worker = Worker::refreshing(inner.clone(), wiring, wired.org.clone());
            sync::at_work(&inner, &worker, one(&worker, &wired, link)).await
        })
        .await
    }
}

async fn one(worker: &Worker, wired: &Arc<Wired>, link: Link) -> Result<(), EngineError> {
    wired.org.is_the_same(worker.store()).await?;
    wired.site.verify().await?;
    let held = unit(worker, wired, &link);
    take(worker, wired, &held).await?;
    let result = in_hand(worker, wired, &link).await;
    worker.busy.release(&held, &wired.org.name, &wired.site.name);
    result.map_err(|error| match error {
        EngineError::Declined(reason) => EngineError::Declined(format!("Link {} is not refreshed: {reason}.", link.id)),
        error => error,
    })
}

/// The same while no other round works on the pair: one that did may have dissolved the link, or let it go on elsewhere.
async fn in_hand(worker: &Worker, wired: &Wired, was: &Link) -> Result<(), EngineError> {
    let declined = |reason: String| Err(EngineError::Declined(reason));
    let now = worker.store().links_by_ids(&[was.id]).await?.pop();
    let Some(link) = now.filter(|link| round::is_still(link, was)) else {
        return declined("it is dissolved, or goes on with another record by now".to_owned());
    };
    let mut left = None;
    round::run_one(worker, wired, unit(worker, wired, &link), |work| left = left_undone(work)).await?;
    left.map_or(Ok(()), declined)
}

/// Waits for a round that has the pair in its hands.
async fn take(worker: &Worker, wired: &Wired, unit: &Unit) -> Result<(), EngineError> {
    for _ in 0..REFRESH_WAIT_MS / REFRESH_STEP_MS {
        if worker.busy.take(unit, &wired.org.name, &wired.site.name) {
            return Ok(());
        }
        worker.outside().clock.sleep(Duration::from_millis(REFRESH_STEP_MS)).await;
    }
    Err(EngineError::Declined("The pair is being worked on right now; try again.".to_owned()))
}

fn unit(worker: &Worker, wired: &Wired, link: &Link) -> Unit {
    let key = HintKey::of(&wired.item, Side::Salesforce, &link.salesforce_id);
    let now_ms = worker.outside().now_ms();
    let ticket =
        Ticket::from(DueHint { hint: Hint::about(key, now_ms), seq: NO_HINT, attempts: 0, offered_ms: now_ms });
    Unit { tickets: vec![ticket], ..Unit::linked(link.clone()) }
}

/// Why Jira does not show what it should.
fn left_undone(work: &Work) -> Option<String> {
    match &work.end {
        End::Again { reason, .. } => Some(reason.clone()),
        End::Done | End::PassOn | End::Refused => {
            let refused = work.blocked_next.values().find(|blocked| blocked.side == Side::Jira);
            refused.map(|blocked| format!("Jira refused it: {}", blocked.message))
        }
    }
}
