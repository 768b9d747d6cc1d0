//! When work that could not be done comes again: later with each attempt, and never all at once.

use std::time::Duration;

use super::Worker;
use crate::{
    limits::{BACKOFF_FIRST_MS, BACKOFF_MAX_MS, PROBE_AFTER_MS},
    unit::Unit,
};

impl Worker {
    /// At once for the first time, later after that: for what another look at it may settle.
    pub(crate) fn soon(&self, unit: &Unit) -> i64 {
        match unit.tickets.iter().all(|ticket| ticket.attempts == 0) {
            true => self.outside().now_ms(),
            false => self.later(unit),
        }
    }

    /// When a unit that could not be handled comes again: later with each attempt, and never all at once.
    pub(crate) fn later(&self, unit: &Unit) -> i64 {
        let attempts = unit.tickets.iter().map(|ticket| ticket.attempts).max().unwrap_or_default();
        self.outside().now_ms() + self.backoff_ms(attempts, BACKOFF_FIRST_MS)
    }

    /// Later, but not before the peer wants to hear of us again.
    pub(crate) fn later_after(&self, unit: &Unit, after: Option<Duration>) -> i64 {
        let asked_ms = after.and_then(|after| i64::try_from(after.as_millis()).ok()).unwrap_or_default();
        self.later(unit).max(self.outside().now_ms() + asked_ms)
    }

    /// Later, for units of a round of which none could be handled: together, so that they are one round again.
    pub(crate) fn later_together<'u>(&self, units: impl Iterator<Item = &'u Unit>) -> i64 {
        units.map(|unit| self.later(unit)).min().unwrap_or_else(|| self.outside().now_ms())
    }

    /// When to look for what a write has achieved whose answer was lost.
    pub(crate) fn probe_at(&self, unit: &Unit) -> i64 {
        self.later(unit).max(self.outside().now_ms() + PROBE_AFTER_MS)
    }

    /// A wait that doubles with each failure, up to a limit, and never ends for all at once.
    pub(crate) fn backoff_ms(&self, n_failures: u32, first_ms: i64) -> i64 {
        let longest = first_ms.saturating_mul(1 << n_failures.min(20)).min(BACKOFF_MAX_MS);
        let half = longest / 2;
        let jitter = i64::try_from(self.outside().rng.next_u64() % (half.unsigned_abs() + 1)).unwrap_or_default();
        half + jitter
    }
}
