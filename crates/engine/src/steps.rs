//! The worker of one org, one step at a time, in the caller's order. Each loop of `worker` is only "wait; step"; a
//! simulation takes the same steps under its own clock. Compiled only with the feature `simulation`.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::{Engine, EngineError, SyncOptions, access, limits::LEASE_TTL_MS, look, poll, setup, unit, worker::Worker};

/// One org's worker. Clones share it.
#[derive(Clone)]
pub struct Steps {
    worker: Arc<Worker>,
    offered: Arc<Mutex<poll::Offered>>,
}

/// A round that was taken from the due hints, and is under way until it has run.
pub struct Round {
    worker: Arc<Worker>,
    round: unit::Round,
}

impl Engine {
    /// The workers of this engine's orgs, by hand.
    #[must_use]
    pub fn steps(&self) -> Vec<Steps> {
        let wiring = self.inner.wiring();
        let workers = self.workers(&wiring, &wiring.items, &SyncOptions::default());
        workers.into_iter().map(|worker| Steps { worker, offered: Arc::default() }).collect()
    }
}

impl Steps {
    /// Takes the lease, as a worker does before anything else; `false` when another worker holds it.
    ///
    /// # Errors
    /// The store.
    pub async fn own(&self) -> Result<bool, EngineError> {
        if !self.worker.acquire().await? {
            return Ok(false);
        }
        self.worker.busy.clear();
        // What an owner of before has offered may never have been stored.
        if let Ok(mut offered) = self.offered.try_lock() {
            *offered = poll::Offered::default();
        }
        self.worker.follow_items().await?;
        Ok(true)
    }

    /// Registers webhooks.
    pub async fn set_up(&self) {
        setup::webhooks(setup::wanted(&self.worker.wiring)).await;
    }

    /// Renews the lease; `false` when it was lost.
    ///
    /// # Errors
    /// The store.
    pub async fn renew(&self) -> Result<bool, EngineError> {
        let fence = self.worker.fence()?;
        let now_ms = self.worker.outside().now_ms();
        let renewed = self.worker.store().renew(&fence, self.worker.owner(), LEASE_TTL_MS, now_ms).await?;
        if renewed {
            self.worker.extend_tenure(now_ms);
        }
        Ok(renewed)
    }

    /// Gives the lease back, as a worker does when a part of its work has failed.
    pub async fn release(&self) {
        self.worker.release().await;
    }

    /// One full look at every item.
    ///
    /// # Errors
    /// The first item that could not be looked at.
    pub async fn look(&self) -> Result<(), EngineError> {
        let mut failed = None;
        for wired in self.worker.wiring.items_of(&self.worker.org.name) {
            failed = failed.or(look::offer(&self.worker, wired, &|_| {}).await.err());
        }
        failed.map_or(Ok(()), Err)
    }

    /// One poll of both sides.
    ///
    /// # Errors
    /// The store; a side that does not answer is none.
    pub async fn poll(&self) -> Result<(), EngineError> {
        poll::once(&self.worker, &mut *self.offered.lock().await).await
    }

    /// One look at the requests for portal access, and at what Jira shows of those at rest; whether nothing is left to do.
    ///
    /// # Errors
    /// The store; a side that does not answer is none.
    pub async fn access(&self) -> Result<bool, EngineError> {
        match access::once(&self.worker, true).await {
            Ok(looked) => Ok(!looked.is_delayed),
            Err(error @ EngineError::Store(_)) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// Rounds for the hints that are due now.
    ///
    /// # Errors
    /// The store.
    pub async fn rounds(&self) -> Result<Vec<Round>, EngineError> {
        let sites = self.worker.sites();
        let rounds = self.worker.next_rounds(&sites.iter().map(String::as_str).collect(), false).await?;
        Ok(rounds.into_iter().map(|round| Round { worker: self.worker.clone(), round }).collect())
    }
}

impl Round {
    /// Reads, plans, applies and commits.
    ///
    /// # Errors
    /// The store.
    pub async fn run(self) -> Result<(), EngineError> {
        self.worker.one(self.round).await
    }
}
