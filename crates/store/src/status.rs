//! Counts for status and verify: how much there is of everything.

use std::collections::BTreeMap;

use crate::{Backlog, Store, StoreError};

/// Counts of one item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    /// Links, tombstones left out.
    pub links: u64,
    /// Open conflicts.
    pub conflicts: u64,
    /// Parked links and parked candidates.
    pub parked: u64,
}

/// Counts of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sums over all items.
    pub all: ItemCounts,
    /// By item.
    pub items: BTreeMap<String, ItemCounts>,
    /// Hints, due and waiting.
    pub backlog: Backlog,
    /// Creates whose end is not known.
    pub open_intents: u64,
}

impl Store {
    /// Counts everything.
    pub async fn counts(&self, now_ms: i64) -> Result<Counts, StoreError> {
        let _ = now_ms;
        todo!()
    }
}
