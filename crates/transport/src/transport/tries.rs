//! Whether and when a call is sent again.

use std::time::Duration;

use jiff::Timestamp;
use tracing::debug;

use super::Transport;
use crate::call::{Call, Effect};
use crate::error::CallError;
use crate::limits::{BACKOFF_BASE_MS, RESENDS_MAX};

/// The sendings of one call.
pub(super) struct Tries<'a> {
    transport: &'a Transport,
    call: &'a Call,
    deadline: Timestamp,
    n_resent: u32,
    maybe_applied: bool,
}

impl<'a> Tries<'a> {
    pub(super) fn new(transport: &'a Transport, call: &'a Call) -> Self {
        Self { transport, call, deadline: transport.deadline(call), n_resent: 0, maybe_applied: false }
    }

    /// When all sendings must be over.
    pub(super) fn deadline(&self) -> Timestamp {
        self.deadline
    }

    /// Waits until the call may be sent again after `error`; gives the error back if it must not be.
    pub(super) async fn another(&mut self, error: CallError) -> Result<(), CallError> {
        self.maybe_applied |= matches!(error, CallError::Ambiguous { .. });
        let Some(wait) = self.wait_after(&error) else { return Err(self.remember_ambiguity(error)) };
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        debug!(route = self.call.route, n_resent = self.n_resent, wait_ms, "Sending again: {error}");
        self.transport.clock.sleep(wait).await;
        self.n_resent += 1;
        Ok(())
    }

    /// How long to wait before the next sending, `None` if there must not be one.
    fn wait_after(&self, error: &CallError) -> Option<Duration> {
        let is_write = self.call.effect == Effect::Write;
        let harmless = match error {
            CallError::NotApplied { .. } => true,
            CallError::Throttled { .. } => !is_write,
            CallError::Ambiguous { .. } => !is_write || self.call.retry_safe,
            _ => false,
        };
        if !harmless || self.n_resent >= RESENDS_MAX || self.transport.rest().is_some() {
            return None;
        }
        // Full jitter, with the peer's own wish as a floor: waiting callers must not come back in step.
        let jitter_ms = self.transport.rng.next_u64() % (BACKOFF_BASE_MS << self.n_resent);
        let wait = error.after().unwrap_or_default().saturating_add(Duration::from_millis(jitter_ms));
        (wait < self.transport.time_left(self.deadline)).then_some(wait)
    }

    /// Once an earlier sending may have been applied, a later one that surely was not proves nothing.
    fn remember_ambiguity(&self, error: CallError) -> CallError {
        match error {
            CallError::NotApplied { reason, .. } | CallError::Throttled { reason, .. } if self.maybe_applied => {
                CallError::Ambiguous { reason }
            }
            error => error,
        }
    }
}
