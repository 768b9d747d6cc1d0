//! A Salesforce record and a Jira issue that belong together under one item, and what both showed when they last agreed.
//!
//! Links are written by the end of a round only (`round.rs`). Unlinking leaves a tombstone, for ever: a late hint must
//! not bring a pair back to life.

use std::collections::{BTreeMap, HashMap};

use entente_core::{
    Base, MappingKey, Side, Sides,
    link::{Blocked, Origin},
};

use crate::{Store, StoreError};

/// A link's id.
pub type LinkId = i64;

/// What may happen to a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LinkState {
    /// It is kept in agreement.
    #[default]
    Active,
    /// It waits for a person or for another version of its records.
    Parked {
        /// Why, in a sentence.
        reason: String,
    },
    /// Its item was removed from the configuration: kept, not written, adopted when the item comes back.
    Detached,
    /// A tombstone: the pair was separated, and both records are free for other links.
    Unlinked {
        /// Why, in a sentence.
        reason: String,
    },
}

/// One link, without its base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// The item under which it lives.
    pub item: String,
    /// The Salesforce connection.
    pub org: String,
    /// The Salesforce record id.
    pub salesforce_id: String,
    /// The Jira connection.
    pub site: String,
    /// The Jira issue id, which never changes.
    pub jira_id: String,
    /// The Jira issue key, which changes when the issue moves.
    pub jira_key: String,
    /// Who made it.
    pub origin: Origin,
    /// What may happen to it.
    pub state: LinkState,
    /// When the read that the base rests on began, by each peer's own clock.
    pub read_ms: Sides<i64>,
    /// The records' own versions at that read.
    pub versions: Sides<Option<String>>,
    /// Since when a side has not been found.
    pub missing_since: Sides<Option<i64>>,
    /// Writes that a vendor refused.
    pub blocked: BTreeMap<MappingKey, Blocked>,
    /// When it was made.
    pub created_ms: i64,
    /// When the store last wrote it.
    pub changed_ms: i64,
}

impl Store {
    /// All links, tombstones included, that a record of one side takes part in. For Salesforce, `connection` is `org`.
    pub async fn links_by_records(
        &self,
        org: &str,
        side: Side,
        connection: &str,
        record_ids: &[String],
    ) -> Result<Vec<Link>, StoreError> {
        let _ = (org, side, connection, record_ids);
        todo!()
    }

    /// Links by their ids, in the order of the ids; unknown ones are left out.
    pub async fn links_by_ids(&self, ids: &[LinkId]) -> Result<Vec<Link>, StoreError> {
        let _ = ids;
        todo!()
    }

    /// One page of an item's links in the order of their ids, tombstones left out; begin with `after = 0`.
    pub async fn links_of_item(&self, item: &str, after: LinkId, limit: usize) -> Result<Vec<Link>, StoreError> {
        let _ = (item, after, limit);
        todo!()
    }

    /// How many links there are, tombstones left out, under one item or all.
    pub async fn count_links(&self, item: Option<&str>) -> Result<u64, StoreError> {
        let _ = item;
        todo!()
    }

    /// What was last agreed, with the version of the canonical form it was stored in.
    pub async fn bases(&self, ids: &[LinkId]) -> Result<HashMap<LinkId, (Base, u32)>, StoreError> {
        let _ = ids;
        todo!()
    }
}
