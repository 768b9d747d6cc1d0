//! Who runs an org until when: one lease per Salesforce connection, with an epoch that fences every commit.

use crate::{Store, StoreError};

/// Proof that a worker holds an org's lease, as of one epoch. Every write of a round carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The Salesforce connection.
    pub org: String,
    /// Rises each time the lease changes hands.
    pub epoch: i64,
}

impl Store {
    /// Takes the lease of `org`, if it is free, expired or already this owner's; `None` while another owner holds it.
    ///
    /// Every success is a new epoch, so that what an earlier life of the same owner left behind is fenced too.
    pub async fn acquire(&self, org: &str, owner: &str, ttl_ms: i64, now_ms: i64) -> Result<Option<Fence>, StoreError> {
        let _ = (org, owner, ttl_ms, now_ms);
        todo!()
    }

    /// Prolongs a lease; `false` when it was lost.
    pub async fn renew(&self, fence: &Fence, owner: &str, ttl_ms: i64, now_ms: i64) -> Result<bool, StoreError> {
        let _ = (fence, owner, ttl_ms, now_ms);
        todo!()
    }

    /// Gives a lease back, so that another worker need not wait for its end. Nothing happens when it was lost.
    pub async fn release(&self, fence: &Fence) -> Result<(), StoreError> {
        let _ = fence;
        todo!()
    }
}
