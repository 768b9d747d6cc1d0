//! The day's calls: how many there may be, and how many there were.
//!
//! Vendor page: "API Request Limits and Allocations". The vendor counts over the last 24 hours; here a day begins with
//! the first call after the one before has ended.

use super::refusal::{Answered, Refusal};

const DAY_MS: i64 = 24 * 3_600_000;
/// What a sandbox org may be called in a day.
const DAILY_CALLS_MAX: u64 = 5_000_000;
/// Records that the activities of one query may be about.
const DISTINCT_IDS_MAX: usize = 100_000;

/// The count of the day, and what else is limited.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    pub(super) max: u64,
    pub(super) distinct_ids_max: usize,
    n_used: u64,
    began_ms: i64,
}

impl Default for Quota {
    fn default() -> Self {
        Self { max: DAILY_CALLS_MAX, distinct_ids_max: DISTINCT_IDS_MAX, n_used: 0, began_ms: 0 }
    }
}

impl Quota {
    /// Counts a call, or refuses it.
    pub(super) fn take(&mut self, now_ms: i64) -> Answered<()> {
        if now_ms >= self.began_ms.saturating_add(DAY_MS) {
            (self.n_used, self.began_ms) = (0, now_ms);
        }
        if self.n_used >= self.max {
            return Err(Refusal::new(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."));
        }
        self.n_used += 1;
        Ok(())
    }

    /// How many calls the day still has room for.
    pub(super) fn remaining(&self) -> u64 {
        self.max.saturating_sub(self.n_used)
    }

    /// The count as `Sforce-Limit-Info` tells it.
    pub(super) fn usage(&self) -> String {
        format!("api-usage={}/{}", self.n_used, self.max)
    }
}
