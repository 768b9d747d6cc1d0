//! Records that should have a twin but were refused one: remembered, so that the same refusal is not asked for twice.

use entente_core::Side;

use crate::{Store, StoreError};

/// Which candidate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParkedKey {
    /// The item under which it should have a twin.
    pub item: String,
    /// The side on which the record lives.
    pub side: Side,
    /// The record.
    pub record_id: String,
}

/// A candidate that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Which one.
    pub key: ParkedKey,
    /// The refusal, in the vendor's words or ours.
    pub reason: String,
    /// What was refused; while it stays the same there is no point in trying again.
    pub fingerprint: String,
    /// Since when this fingerprint is refused. Given by the store when it is written.
    pub since_ms: i64,
}

impl Store {
    /// Which of some records are parked under an item.
    pub async fn parked_among(&self, item: &str, side: Side, record_ids: &[String]) -> Result<Vec<Parked>, StoreError> {
        let _ = (item, side, record_ids);
        todo!()
    }

    /// Parked candidates of an item, the oldest first.
    pub async fn parked_of_item(&self, item: &str, limit: usize) -> Result<Vec<Parked>, StoreError> {
        let _ = (item, limit);
        todo!()
    }
}
