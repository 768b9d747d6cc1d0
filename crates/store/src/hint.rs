//! "Look at this record": the work that waits, one row per record however often it was offered.
//!
//! A hint carries no data and names no item and no link; dispatch joins those. Offering is the only way in, and the end
//! of a round the only way out, by the `seq` that the round had seen: what was offered meanwhile stays.

use serde::Serialize;

use crate::{Store, StoreError};

/// Which record a hint is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct HintKey {
    /// The Salesforce connection whose lease will handle it.
    pub org: String,
    /// The connection on which the record lives: the org itself, or a Jira site.
    pub connection: String,
    /// The Salesforce object (`Case`), or `issue`.
    pub kind: String,
    /// The Salesforce record id or the Jira issue id.
    pub record_id: String,
}

/// One wish to look at a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// Which record.
    #[serde(flatten)]
    pub key: HintKey,
    /// The version that was announced. A hint without one is never taken for our own echo.
    pub version: Option<String>,
    /// Not before this time.
    pub due_ms: i64,
    /// Higher goes first.
    pub priority: i32,
}

/// A hint whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueHint {
    /// What was offered.
    pub hint: Hint,
    /// How many offers it stands for; it is done only for offers up to this one.
    pub seq: i64,
    /// How often it was put off since it was last offered from outside.
    pub attempts: u32,
    /// When the oldest offer that it stands for was made.
    pub offered_ms: i64,
}

/// How much work waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Hints that may be handled now.
    pub due: u64,
    /// Hints that wait for their time.
    pub waiting: u64,
}

impl Store {
    /// Offers hints, all in one transaction; returns once they are durable.
    ///
    /// A record that waits already keeps its row: `seq` rises, the earlier due time and the higher priority stand,
    /// attempts start anew. Its version stands only while every offer named the same one: two different versions, or an
    /// offer without one, leave none, for then an echo may hide somebody's edit.
    pub async fn offer(&self, hints: &[Hint], now_ms: i64) -> Result<(), StoreError> {
        let _ = (hints, now_ms);
        todo!()
    }

    /// Hints of an org whose time has come: highest priority first, then the longest due.
    pub async fn due(&self, org: &str, now_ms: i64, limit: usize) -> Result<Vec<DueHint>, StoreError> {
        let _ = (org, now_ms, limit);
        todo!()
    }

    /// When the next hint of an org comes due; in the past when one is due already.
    pub async fn next_due_ms(&self, org: &str) -> Result<Option<i64>, StoreError> {
        let _ = org;
        todo!()
    }

    /// How much work waits, in one org or in all.
    pub async fn backlog(&self, org: Option<&str>, now_ms: i64) -> Result<Backlog, StoreError> {
        let _ = (org, now_ms);
        todo!()
    }
}
