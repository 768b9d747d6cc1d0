//! How fast a connection may be asked, and the manners after a refusal.
//!
//! Calls are spread per kind of method and bounded in number. After a 429 or 503 the pace is halved; it grows back
//! evenly within a minute. A pause that a peer asks for holds exactly what it covers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;
use crate::error::Scope;
use crate::limits::{HOLD_MS_MAX, PACE_CUT_SPACING_MS, PACE_FLOOR, PACE_RECOVERY_MS};

/// How fast a connection is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Within these limits, slower after refusals.
    Limits(PaceLimits),
    /// As fast as it goes: loopback and benches.
    Unlimited,
}

/// The fastest pace of a connection; `None` is no limit of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceLimits {
    /// Calls by GET and HEAD per second.
    pub get_per_second: Option<u32>,
    /// Calls by POST per second.
    pub post_per_second: Option<u32>,
    /// Calls by PUT, PATCH and DELETE per second.
    pub put_per_second: Option<u32>,
    /// Calls on their way at the same time.
    pub in_flight: u32,
}

/// Keeps one connection's [`Pace`].
#[derive(Debug)]
pub(crate) struct Pacer {
    limits: Option<PaceLimits>,
    places: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The share that was left after the last cut, and when that was.
    cut: Option<(f64, Timestamp)>,
    /// The time in microseconds at which the next call of a kind is due.
    due_us: [i64; 3],
    /// Until when what a peer named must rest; `None` is the whole connection.
    holds: HashMap<Option<&'static str>, Timestamp>,
}

/// A place among the calls on their way; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Pacer {
    pub(crate) fn new(pace: Pace) -> Self {
        let limits = match pace {
            Pace::Limits(limits) => Some(PaceLimits { in_flight: limits.in_flight.max(1), ..limits }),
            Pace::Unlimited => None,
        };
        let places = limits.map_or(0, |limits| limits.in_flight as usize);
        Self { limits, places: Arc::new(Semaphore::new(places)), state: Mutex::default() }
    }

    /// Waits until a call of this kind may go.
    pub(crate) async fn enter(&self, method: &Method, clock: &dyn Clock) -> Place {
        let Some(limits) = self.limits else {
            return Place { _permit: None };
        };
        // At half pace a call takes two places, so the same semaphore also halves the number in flight.
        let weight = (1.0 / self.share(clock.now())).ceil().min(f64::from(limits.in_flight)) as u32;
        let permit = Arc::clone(&self.places).acquire_many_owned(weight).await.ok();
        let wait_us = self.reserve(&limits, method, clock.now());
        if wait_us > 0 {
            clock.sleep(Duration::from_micros(wait_us)).await;
        }
        Place { _permit: permit }
    }

    /// How long this route must still rest because the peer asked for it, and what else rests with it.
    pub(crate) fn held(&self, route: &'static str, now: Timestamp) -> Option<(Duration, Scope)> {
        self.limits?;
        let state = self.state.lock();
        let end = |key| state.holds.get(&key).copied();
        let (until, scope) =
            end(None).map(|end| (end, Scope::Connection)).max(end(Some(route)).map(|end| (end, Scope::Route)))?;
        let rest_ms = u64::try_from(until.as_millisecond() - now.as_millisecond()).ok().filter(|ms| *ms > 0)?;
        Some((Duration::from_millis(rest_ms), scope))
    }

    /// Halves the pace; refusals that come together count once.
    pub(crate) fn slow_down(&self, now: Timestamp) {
        let share = self.share(now);
        let mut state = self.state.lock();
        let recent = state.cut.is_some_and(|(_, at)| now.as_millisecond() - at.as_millisecond() < PACE_CUT_SPACING_MS);
        if !recent {
            state.cut = Some(((share / 2.0).max(PACE_FLOOR), now));
        }
    }

    /// Lets what `scope` covers rest for `after`. One record is not held here: only the caller knows which it is.
    pub(crate) fn hold(&self, scope: Scope, route: &'static str, after: Duration, now: Timestamp) {
        let key = match scope {
            Scope::Connection => None,
            Scope::Route => Some(route),
            Scope::Record => return,
        };
        let after_ms = i64::try_from(after.as_millis()).unwrap_or(HOLD_MS_MAX).min(HOLD_MS_MAX);
        let Ok(until) = Timestamp::from_millisecond(now.as_millisecond().saturating_add(after_ms)) else {
            return;
        };
        let mut state = self.state.lock();
        state.holds.retain(|_, end| *end > now);
        let end = state.holds.entry(key).or_insert(until);
        *end = until.max(*end);
    }

    /// The share of the limits that may be used now: what the last cut left, growing evenly to 1.
    fn share(&self, now: Timestamp) -> f64 {
        let Some((left, at)) = self.state.lock().cut else {
            return 1.0;
        };
        let age_ms = (now.as_millisecond() - at.as_millisecond()).clamp(0, PACE_RECOVERY_MS);
        left + (1.0 - left) * age_ms as f64 / PACE_RECOVERY_MS as f64
    }

    /// Takes the next slot of the method's kind and says how many microseconds away it is.
    fn reserve(&self, limits: &PaceLimits, method: &Method, now: Timestamp) -> u64 {
        let (kind, per_second) = match *method {
            Method::GET | Method::HEAD => (0, limits.get_per_second),
            Method::POST => (1, limits.post_per_second),
            _ => (2, limits.put_per_second),
        };
        let Some(per_second) = per_second.filter(|n| *n > 0) else {
            return 0;
        };
        let interval_us = (1_000_000.0 / (f64::from(per_second) * self.share(now))) as i64;
        // Slots that nobody used may be caught up with, as many as may be in flight.
        let credit_us = interval_us * i64::from(limits.in_flight);
        let mut state = self.state.lock();
        let slot_us = state.due_us[kind].max(now.as_microsecond() - credit_us);
        state.due_us[kind] = slot_us + interval_us;
        u64::try_from(slot_us - now.as_microsecond()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_covers_what_was_named_and_ends() {
        let limits = PaceLimits { get_per_second: None, post_per_second: None, put_per_second: None, in_flight: 1 };
        let start = Timestamp::UNIX_EPOCH;
        let after = Duration::from_secs(10);
        let at = |seconds| Timestamp::from_second(seconds).expect("in range");

        let pacer = Pacer::new(Pace::Limits(limits));
        pacer.hold(Scope::Record, "/a", after, start);
        assert_eq!(pacer.held("/a", start), None, "only the caller knows the record");
        pacer.hold(Scope::Route, "/a", after, start);
        assert_eq!(pacer.held("/a", at(4)), Some((Duration::from_secs(6), Scope::Route)));
        assert_eq!(pacer.held("/b", at(4)), None);
        pacer.hold(Scope::Connection, "/a", after, at(5));
        assert_eq!(pacer.held("/b", at(6)), Some((Duration::from_secs(9), Scope::Connection)));
        assert_eq!(pacer.held("/a", at(15)), None);

        pacer.hold(Scope::Connection, "/a", Duration::MAX, at(20));
        assert_eq!(pacer.held("/b", at(20)).map(|(rest, _)| rest.as_millis()), Some(HOLD_MS_MAX as u128), "bounded");
        let shorter = Duration::from_secs(1);
        pacer.hold(Scope::Connection, "/a", shorter, at(20));
        assert!(pacer.held("/b", at(22)).is_some(), "a later, shorter wish does not end an earlier one");
    }

    #[test]
    fn the_pace_has_a_floor() {
        let limits = PaceLimits { get_per_second: Some(16), post_per_second: None, put_per_second: None, in_flight: 1 };
        let pacer = Pacer::new(Pace::Limits(limits));
        let mut now = Timestamp::UNIX_EPOCH;
        for _ in 0..20 {
            now = Timestamp::from_millisecond(now.as_millisecond() + PACE_CUT_SPACING_MS).expect("in range");
            pacer.slow_down(now);
        }
        assert!((PACE_FLOOR..0.2).contains(&pacer.share(now)), "{}", pacer.share(now));
    }
}
