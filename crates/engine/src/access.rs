//! Portal access: the open grants of an org, each brought to where it says it should be.
//!
//! `keep` asks the org for open grants; [`round`] reads what both systems show of each, asks `core::access` what is
//! missing, lets [`crate::apply::access`] do it, and reads again until nothing is left. [`sweep`] goes the other way: what
//! Jira shows now is shown on records that are at rest. Nothing is remembered between two rounds but announcements.

pub(crate) mod form;
pub(crate) mod grants;
pub(crate) mod health;
pub(crate) mod lacking;
pub(crate) mod remedy;
pub(crate) mod round;
mod sweep;
mod task;
mod unheard;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use entente_core::config::Access;
use tokio_util::sync::CancellationToken;

pub(crate) use self::{grants::Row, round::Round};
use crate::{delivery, error::EngineError, limits::BACKOFF_FIRST_MS, outside::Site, wiring::Wiring, worker::Worker};

/// The object of the grants.
pub(crate) const GRANT: &str = "Entente_Access__c";

/// Portal access of an org, and the site it leads to.
pub(crate) fn of_org<'w>(wiring: &'w Wiring, org: &str) -> Option<(&'w Access, &'w Arc<Site>)> {
    let access = wiring.config.access.as_ref().filter(|access| access.salesforce == org)?;
    Some((access, wiring.sites.get(&access.jira)?))
}

/// How a look at what is open ended.
#[derive(Default)]
pub(crate) struct Looked {
    /// Something could not be finished now.
    pub(crate) is_delayed: bool,
    /// The ids of what was open.
    pub(crate) seen: BTreeSet<String>,
    /// What is still open.
    pub(crate) waiting: health::Told,
    /// What the configuration names and the org does not have: the first of it, and what to do.
    pub(crate) lacking: Option<String>,
}

/// Works on grants until told to stop. A peer that fails is asked again later.
pub(crate) async fn keep(worker: &Worker, stop: &CancellationToken) -> Result<(), EngineError> {
    let Some((access, _)) = of_org(&worker.wiring, &worker.org.name) else {
        stop.cancelled().await;
        return Ok(());
    };
    let (poll_ms, sweep_ms) = (i64::from(access.poll_seconds) * 1_000, i64::from(access.sweep_seconds) * 1_000);
    let (mut swept_ms, mut n_failures) = (i64::MIN, 0);
    while !stop.is_cancelled() {
        let now_ms = worker.outside().now_ms();
        let sweeps = now_ms >= swept_ms.saturating_add(sweep_ms);
        let (is_delayed, after) = match once(worker, sweeps).await {
            Ok(looked) => (looked.is_delayed, None),
            Err(error @ EngineError::Store(_)) => return Err(error),
            Err(error) => {
                worker.access_health.stopped(&error);
                if error.is_about_names() {
                    worker.org.forget_metadata();
                }
                tracing::warn!(org = worker.org.name, "Portal access of {} waits: {error}", worker.org.name);
                (true, error.passes_after())
            }
        };
        if sweeps && !is_delayed {
            swept_ms = now_ms;
        }
        n_failures = if is_delayed { n_failures + 1 } else { 0 };
        let pause_ms = match is_delayed {
            true => worker.backoff_ms(n_failures, BACKOFF_FIRST_MS).min(poll_ms),
            false => poll_ms,
        };
        let asked_ms = after.and_then(|after| i64::try_from(after.as_millis()).ok()).unwrap_or_default();
        tokio::select! {
            () = stop.cancelled() => {}
            () = worker.access_wake.notified() => {}
            () = worker.outside().clock.sleep(Duration::from_millis(pause_ms.max(asked_ms).unsigned_abs())) => {}
        }
    }
    Ok(())
}

/// One look at the open grants, and at the others too if `sweeps`.
pub(crate) async fn once(worker: &Worker, sweeps: bool) -> Result<Looked, EngineError> {
    let Some((access, site)) = of_org(&worker.wiring, &worker.org.name) else {
        return Ok(Looked::default());
    };
    if worker.org.held_back().or_else(|| site.held_back()).is_some() {
        return Ok(Looked { is_delayed: true, ..Looked::default() });
    }
    worker.org.is_the_same(worker.store()).await?;
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::AccessUnleased) {
        return Box::pin(look(worker, access, site, sweeps)).await;
    }
    // Reading takes its time, and whoever has lost the lease meanwhile writes nothing more.
    worker.tenure.during(Box::pin(look(worker, access, site, sweeps))).await
}

async fn look(worker: &Worker, access: &Access, site: &Site, sweeps: bool) -> Result<Looked, EngineError> {
    if sweeps && worker.access_health.is_lacking() {
        worker.org.forget_metadata();
    }
    let lacking = lacking::everything(&worker.org, access).await?;
    form::tell_owner(worker, access).await?;
    // Deliveries first: they request access, and neither Jira nor the mail server holds up the other.
    let delivered = delivery::once(worker, access).await;
    let mut round = Round::begin(worker, access, site).await?;
    let mut looked = round.run().await?;
    if sweeps {
        sweep::run(&mut round).await?;
    }
    let delivered = delivered?;
    looked.is_delayed |= !round.unheard.is_empty();
    looked.lacking = lacking.first().map(lacking::Lacking::sentence);
    looked.seen.extend(delivered.seen);
    looked.waiting.and(delivered.waiting);
    health::note(worker, access, &looked, sweeps).await?;
    Ok(looked)
}

/// Looks until nothing is delayed any more, or it is too late.
pub(crate) async fn settle(worker: &Worker, give_up_ms: i64) -> Result<(), EngineError> {
    let mut n_failures = 0;
    while once(worker, n_failures == 0).await?.is_delayed {
        let pause_ms = worker.backoff_ms(n_failures, BACKOFF_FIRST_MS);
        if worker.outside().now_ms().saturating_add(pause_ms) > give_up_ms {
            return Ok(());
        }
        n_failures += 1;
        worker.outside().clock.sleep(Duration::from_millis(pause_ms.unsigned_abs())).await;
    }
    Ok(())
}
