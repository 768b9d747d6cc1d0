//! What is kept of a connection's allowance: when only the reserve is left, nothing new is begun. What was begun, a
//! creation whose answer was lost, may still be finished.

use entente_transport::{CallError, Clock, Quota, Scope, Transport};

use crate::report::{QuotaStatus, to_the_second};

/// Why, and for how long, only what was begun may use a connection.
pub(crate) fn held_back(transport: &Transport, clock: &dyn Clock, reserve_percent: u8) -> Option<CallError> {
    let quota = transport.quota()?;
    let after = quota.held_back(reserve_percent, clock.now())?.unsigned_abs();
    let reason = format!(
        "{} of {} calls are left ({}), and the last {} are kept for finishing what was begun (reserve_percent)",
        quota.reading.left.unwrap_or_default(),
        quota.reading.allowed,
        quota.reading.scope,
        quota.reserve(reserve_percent)
    );
    Some(CallError::Throttled { after, scope: Scope::Connection, reason })
}

/// How many times rarer polls must come for a connection's calls to last.
pub(crate) fn stretch(transport: &Transport, clock: &dyn Clock, reserve_percent: u8) -> u32 {
    transport.quota().map_or(1, |quota| quota.stretch(reserve_percent, clock.now()))
}

/// What is left, for people and machines that watch.
pub(crate) fn status(quota: Quota, reserve_percent: u8, clock: &dyn Clock) -> QuotaStatus {
    QuotaStatus {
        reserve: quota.reserve(reserve_percent),
        held_back: quota.held_back(reserve_percent, clock.now()).is_some(),
        scope: quota.reading.scope,
        allowed: quota.reading.allowed,
        left: quota.reading.left,
        per_hour: quota.per_hour,
        runs_out_at: quota.runs_out_at.map(to_the_second),
        resets_at: quota.reading.resets_at.map(to_the_second),
    }
}
