//! What happened, append-only: every hint's end, write, overwritten value, decision and configuration change.
//!
//! The database itself refuses to change or remove a row.

use entente_core::{MappingKey, Side, Value};

use crate::{LinkId, Store, StoreError};

/// One thing that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewEntry {
    /// Its kind, in one word: `write`, `overwritten`, `decision`.
    pub kind: String,
    /// The Salesforce connection.
    pub org: Option<String>,
    /// The item.
    pub item: Option<String>,
    /// The link. Inside [`crate::NewLink`] it is filled in by the store.
    pub link_id: Option<LinkId>,
    /// On which side.
    pub side: Option<Side>,
    /// To which record.
    pub record_id: Option<String>,
    /// To which field.
    pub mapping: Option<MappingKey>,
    /// What was there before: enough to restore it.
    pub before: Option<Value>,
    /// What is there now.
    pub after: Option<Value>,
    /// The sentence for people.
    pub text: String,
    /// The round in which it happened.
    pub round: Option<String>,
}

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number; later entries of one org have higher ones.
    pub id: i64,
    /// When it happened.
    pub at_ms: i64,
    /// What happened.
    pub what: NewEntry,
}

impl Store {
    /// Appends entries that belong to no round.
    pub async fn journal(&self, entries: &[NewEntry], now_ms: i64) -> Result<(), StoreError> {
        let _ = (entries, now_ms);
        todo!()
    }

    /// Entries after one, the oldest first; begin with `after = 0`.
    pub async fn journal_tail(&self, after: i64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let _ = (after, limit);
        todo!()
    }

    /// The newest entries first, before one, or from the end.
    pub async fn journal_before(&self, before: Option<i64>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let _ = (before, limit);
        todo!()
    }

    /// The newest entries of one link first.
    pub async fn journal_of_link(&self, link_id: LinkId, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let _ = (link_id, limit);
        todo!()
    }
}
