//! What an item is doing, as opposed to what it is: held, last run, first run, change budget.

use crate::{Fence, Store, StoreError};

/// The running state of an item. An item that was never seen has the default one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemRuntime {
    /// The item.
    pub item: String,
    /// Why a guard stopped it, until somebody resumes it.
    pub held: Option<String>,
    /// Start of its last look at both sides that finished.
    pub last_sync_ms: Option<i64>,
    /// When it first ran.
    pub first_run_ms: Option<i64>,
    /// Whether its existing pairs have been looked for once.
    pub discovered: bool,
}

/// Whether the change budget allows some acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// It does, and they are counted; this many were spent in the window, these included.
    Within(u64),
    /// It does not, and nothing was counted; this many would have been spent.
    Over(u64),
}

impl Store {
    /// The running state of one item.
    pub async fn item_runtime(&self, item: &str) -> Result<ItemRuntime, StoreError> {
        let _ = item;
        todo!()
    }

    /// The running state of all items that ever ran, by name.
    pub async fn item_runtimes(&self) -> Result<Vec<ItemRuntime>, StoreError> {
        todo!()
    }

    /// Stops an item until it is resumed; the first reason stands. Journalled.
    pub async fn hold(&self, item: &str, reason: &str, now_ms: i64) -> Result<(), StoreError> {
        let _ = (item, reason, now_ms);
        todo!()
    }

    /// Lets a held item run again, with its whole change budget; `false` when it was not held. Journalled.
    pub async fn resume(&self, item: &str, by: &str, now_ms: i64) -> Result<bool, StoreError> {
        let _ = (item, by, now_ms);
        todo!()
    }

    /// Notes that a full look at both sides, begun at `started_ms`, has finished. The first one is the item's first run.
    pub async fn finish_sync(&self, fence: &Fence, item: &str, started_ms: i64) -> Result<(), StoreError> {
        let _ = (fence, item, started_ms);
        todo!()
    }

    /// Notes that the item's existing pairs have been looked for.
    pub async fn set_discovered(&self, fence: &Fence, item: &str) -> Result<(), StoreError> {
        let _ = (fence, item);
        todo!()
    }

    /// Counts `acts` against the item's change budget of `limit` within the last `window_ms`, before they are done: what
    /// a crash leaves undone stays counted, which errs on the safe side.
    pub async fn spend(&self, fence: &Fence, item: &str, acts: u64, limit: u64, window_ms: i64, now_ms: i64) -> Result<Spent, StoreError> {
        let _ = (fence, item, acts, limit, window_ms, now_ms);
        todo!()
    }
}
