//! The org's lease in a worker's hand: taken, kept, prolonged before anything is sent, and given back.

use entente_store::{Fence, StoreError};
use tokio_util::sync::CancellationToken;

use super::Worker;
use crate::{
    error::EngineError,
    limits::{LEASE_MARGIN_MS, LEASE_RENEW_MS, LEASE_TTL_MS},
};

impl Worker {
    /// The proof that this worker owns the org.
    pub(crate) fn fence(&self) -> Result<Fence, StoreError> {
        self.fence.lock().clone().ok_or_else(|| StoreError::Fenced { org: self.org.name.clone() })
    }

    /// Takes the org's lease; `false` when another worker holds it.
    pub(crate) async fn acquire(&self) -> Result<bool, StoreError> {
        let now_ms = self.outside().now_ms();
        let fence = self.store().acquire(&self.org.name, &self.inner.owner, LEASE_TTL_MS, now_ms).await?;
        let acquired = fence.is_some();
        if acquired {
            self.extend_tenure(now_ms);
        }
        *self.fence.lock() = fence;
        Ok(acquired)
    }

    /// The lease was taken or renewed at this time.
    pub(crate) fn extend_tenure(&self, now_ms: i64) {
        self.tenure.extend(now_ms + LEASE_TTL_MS - LEASE_MARGIN_MS);
    }

    /// Gives the lease back.
    pub(crate) async fn release(&self) {
        let fence = self.fence.lock().take();
        if let Some(fence) = fence
            && let Err(error) = self.store().release(&fence).await
        {
            tracing::warn!(org = self.org.name, "The lease of {} ends by itself: {error}", self.org.name);
        }
    }

    /// Prolongs the lease, also before anything is sent: whoever was asleep for longer than it lasts must not write what
    /// has been decided before.
    pub(crate) async fn renew(&self) -> Result<(), EngineError> {
        let (fence, now_ms) = (self.fence()?, self.outside().now_ms());
        #[cfg(feature = "simulation")]
        if entente_core::wrong::is(entente_core::wrong::Wrong::NoEpoch) {
            self.extend_tenure(now_ms);
            return Ok(());
        }
        if self.store().renew(&fence, &self.inner.owner, LEASE_TTL_MS, now_ms).await? {
            self.extend_tenure(now_ms);
            return Ok(());
        }
        *self.fence.lock() = None;
        Err(StoreError::Fenced { org: self.org.name.clone() }.into())
    }

    pub(super) async fn keep_lease(&self, stop: &CancellationToken) -> Result<(), EngineError> {
        while self.pause(LEASE_RENEW_MS, stop).await {
            self.renew().await?;
        }
        Ok(())
    }

    /// Renews the lease for as long as some work takes.
    pub(crate) async fn keep_lease_while(
        &self,
        work: impl Future<Output = Result<(), EngineError>>,
    ) -> Result<(), EngineError> {
        let never = CancellationToken::new();
        tokio::select! {
            result = work => result,
            lost = self.keep_lease(&never) => lost,
        }
    }
}
