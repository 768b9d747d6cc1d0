//! Until when somebody may write. Who works under a lease must not write after it: somebody else does by then, and a
//! process that stood still does not know for how long.
//!
//! The peers cannot check a lease, so this is looked at in the last moment before a write leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

tokio::task_local! {
    static TENURE: Tenure;
}

/// The time, in epoch milliseconds by our own clock, after which writes are not sent any more. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Tenure {
    until_ms: Arc<AtomicI64>,
}

impl Tenure {
    /// Writes may be sent until then.
    pub fn extend(&self, until_ms: i64) {
        self.until_ms.store(until_ms, Ordering::Release);
    }

    /// Does `work`, of which no write leaves after the tenure has ended. Tasks that it spawns are not covered.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        TENURE.scope(self.clone(), work).await
    }
}

/// Whether whoever is sending may not write any more.
pub(crate) fn has_ended(now: Timestamp) -> bool {
    let ended = |tenure: &Tenure| tenure.until_ms.load(Ordering::Acquire) < now.as_millisecond();
    TENURE.try_with(ended).unwrap_or(false)
}
