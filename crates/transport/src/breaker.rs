//! A circuit per connection: a peer that fails again and again is left alone for a while, then asked by one call.
//!
//! Only what says that the peer itself is down or overrun counts as a failure. What it refuses is an answer, and so is a
//! 500 to a write: one record that breaks it must not stop all others.

use std::collections::VecDeque;
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::call::{Answer, Call, Effect};
use crate::error::CallError;
use crate::limits::{CIRCUIT_FAILURES_MAX, CIRCUIT_OPEN_FIRST_MS, CIRCUIT_OPEN_MAX_MS, CIRCUIT_WINDOW_CALLS};

/// Whether calls go to a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// They do.
    Closed,
    /// Nothing is sent before this time.
    Open {
        /// When one call may find out whether the peer is back.
        until: Timestamp,
    },
    /// The next call finds out, or one is just doing so; all others wait for it.
    HalfOpen,
}

/// How long nothing is sent, and how the call failed after which that was so.
pub(crate) type Rest = (Duration, String);

/// Keeps the [`Circuit`] of one connection.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The last outcomes: the route on which the peer failed, if it did.
    outcomes: VecDeque<Option<&'static str>>,
    opened: Option<Opened>,
}

#[derive(Debug)]
struct Opened {
    until: Timestamp,
    /// How the last call before that failed.
    reason: String,
    /// How often in succession it opened, this time included.
    n_times: u32,
    /// A call is finding out; should its outcome never be told, another may try after this time.
    probing_until: Option<Timestamp>,
}

/// The leave to send one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// One among others.
    Usual,
    /// The one that finds out whether the peer is back.
    Probe,
}

/// What an outcome made of the circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turned {
    /// It opened, for so long.
    Open(Duration),
    /// It closed.
    Closed,
}

impl Breaker {
    /// Lets a call go, or says how long nothing is sent and why.
    pub(crate) fn enter(&self, now: Timestamp, call_ends: Timestamp) -> Result<Leave, Rest> {
        let mut state = self.state.lock();
        let Some(opened) = &mut state.opened else { return Ok(Leave::Usual) };
        if let Some(rest) = opened.rest(now) {
            return Err((rest, opened.reason.clone()));
        }
        opened.probing_until = Some(call_ends);
        Ok(Leave::Probe)
    }

    /// How long nothing is sent, and why.
    pub(crate) fn rest(&self, now: Timestamp) -> Option<Rest> {
        let state = self.state.lock();
        let opened = state.opened.as_ref()?;
        Some((opened.rest(now)?, opened.reason.clone()))
    }

    /// How it stands.
    pub(crate) fn circuit(&self, now: Timestamp) -> Circuit {
        match &self.state.lock().opened {
            None => Circuit::Closed,
            Some(opened) if opened.until > now => Circuit::Open { until: opened.until },
            Some(_) => Circuit::HalfOpen,
        }
    }

    /// Takes a call's outcome into account; `chance` keeps connections from coming back in step.
    pub(crate) fn ended(
        &self,
        route: &'static str,
        leave: Leave,
        failure: Option<String>,
        now: Timestamp,
        chance: impl FnOnce() -> u64,
    ) -> Option<Turned> {
        let mut state = self.state.lock();
        let n_times = match (state.opened.as_ref().map(|opened| opened.n_times), leave) {
            (Some(_), Leave::Probe) if failure.is_none() => {
                *state = State::default();
                return Some(Turned::Closed);
            }
            (Some(n_times), Leave::Probe) => n_times + 1,
            // It was under way before the circuit opened.
            (Some(_), Leave::Usual) => return None,
            (None, _) if !state.is_too_much(failure.is_some().then_some(route)) => return None,
            (None, _) => 1,
        };
        let longest_ms = CIRCUIT_OPEN_FIRST_MS.saturating_mul(1 << (n_times - 1).min(20)).min(CIRCUIT_OPEN_MAX_MS);
        let rest = Duration::from_millis(longest_ms / 2 + chance() % (longest_ms / 2 + 1));
        let until = now.checked_add(rest).unwrap_or(Timestamp::MAX);
        *state = State {
            opened: Some(Opened { until, reason: failure.unwrap_or_default(), n_times, probing_until: None }),
            ..State::default()
        };
        Some(Turned::Open(rest))
    }
}

impl State {
    /// Counts an outcome; whether too many have failed now. One route that fails alone may be broken while the peer is not,
    /// so it takes twice as many.
    fn is_too_much(&mut self, failed: Option<&'static str>) -> bool {
        self.outcomes.push_back(failed);
        if self.outcomes.len() > CIRCUIT_WINDOW_CALLS {
            self.outcomes.pop_front();
        }
        let in_a_row: Vec<&str> = self.outcomes.iter().rev().map_while(|failed| *failed).collect();
        let all: Vec<&str> = self.outcomes.iter().flatten().copied().collect();
        let half = self.outcomes.len() == CIRCUIT_WINDOW_CALLS && all.len() * 2 >= CIRCUIT_WINDOW_CALLS;
        failed.is_some()
            && (in_a_row.len() >= 2 * CIRCUIT_FAILURES_MAX
                || in_a_row.len() >= CIRCUIT_FAILURES_MAX && are_several(&in_a_row)
                || half && are_several(&all))
    }
}

fn are_several(routes: &[&str]) -> bool {
    routes.iter().any(|route| *route != routes[0])
}

impl Opened {
    fn rest(&self, now: Timestamp) -> Option<Duration> {
        let end = self.probing_until.unwrap_or(self.until);
        let rest_ms = u64::try_from(end.as_millisecond() - now.as_millisecond()).ok().filter(|ms| *ms > 0)?;
        // While a probe is under way its outcome may come at any time.
        let rest_ms = if self.probing_until.is_some() { rest_ms.min(CIRCUIT_OPEN_FIRST_MS) } else { rest_ms };
        Some(Duration::from_millis(rest_ms))
    }
}

/// What an outcome says of a peer that is down or overrun; nothing when it is neither.
pub(crate) fn failure(call: &Call, outcome: &Result<Answer, CallError>) -> Option<String> {
    match outcome {
        Ok(answer) if call.effect == Effect::Write && answer.status == StatusCode::INTERNAL_SERVER_ERROR => None,
        Ok(answer) if answer.status.is_server_error() => {
            Some(format!("it answered {} to {}", answer.status.as_u16(), call.route))
        }
        Err(CallError::NotApplied { reason, .. } | CallError::Ambiguous { reason }) => Some(reason.clone()),
        // An answer that is too long is one.
        Ok(_) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::constant(1_795_000_000, 0);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(START.as_second() + seconds).expect("in range")
    }

    fn word() -> String {
        "reset".to_owned()
    }

    /// Calls of two routes in turn.
    fn after(outcomes: impl IntoIterator<Item = bool>) -> (Breaker, Option<Turned>) {
        let (breaker, mut last) = (Breaker::default(), None);
        for (failed, route) in outcomes.into_iter().zip(["/a", "/b", "/c"].into_iter().cycle()) {
            last = breaker.ended(route, Leave::Usual, failed.then(word), START, || 0);
        }
        (breaker, last)
    }

    #[test]
    fn a_route_that_fails_alone_must_fail_twice_as_often() {
        let breaker = Breaker::default();
        let fail = || breaker.ended("/a", Leave::Usual, Some(word()), START, || 0);
        assert!((0..9).all(|_| fail().is_none()));
        assert!(fail().is_some());
        let breaker = Breaker::default();
        for n in 0..100 {
            let failure = (n % 2 == 0).then(word);
            assert_eq!(breaker.ended("/a", Leave::Usual, failure, START, || 0), None, "half of them, and others pass");
        }
    }

    #[test]
    fn five_in_a_row_or_half_of_twenty_open_it() {
        let opened = Some(Turned::Open(Duration::from_secs(2)));
        for (outcomes, turned, why) in [
            (vec![true; 5], opened, "five in a row"),
            (vec![true; 4], None, "four may be chance"),
            ([true, true, true, true, false].repeat(3), None, "fewer than twenty are no sample"),
            ([false, true].repeat(10), opened, "half of twenty"),
            ([false, false, true].repeat(7), None, "a third of twenty"),
            ([vec![true; 4], vec![false; 1], vec![true; 4]].concat(), None, "an answer in between"),
        ] {
            assert_eq!(after(outcomes).1, turned, "{why}");
        }
    }

    #[test]
    fn one_call_finds_out_and_the_pause_doubles_up_to_a_minute() {
        let (breaker, _) = after([true; 5]);
        assert_eq!(breaker.circuit(START), Circuit::Open { until: at(2) });
        assert_eq!(breaker.enter(at(1), at(60)), Err((Duration::from_secs(1), word())));
        let mut now = at(2);
        for pause_secs in [4, 8, 16, 30, 30] {
            assert_eq!(breaker.circuit(now), Circuit::HalfOpen);
            assert_eq!(breaker.enter(now, now + Duration::from_secs(60)), Ok(Leave::Probe));
            assert!(breaker.enter(now, now).is_err(), "only one");
            assert_eq!(breaker.ended("/a", Leave::Usual, None, now, || 0), None, "an answer from before says nothing");
            let turned = breaker.ended("/a", Leave::Probe, Some(word()), now, || 0);
            assert_eq!(turned, Some(Turned::Open(Duration::from_secs(pause_secs))));
            now += Duration::from_secs(pause_secs);
        }
        assert_eq!(breaker.enter(now, now), Ok(Leave::Probe));
        assert_eq!(breaker.ended("/a", Leave::Probe, None, now, || 0), Some(Turned::Closed));
        assert_eq!((breaker.circuit(now), breaker.enter(now, now)), (Circuit::Closed, Ok(Leave::Usual)));
    }

    #[test]
    fn a_probe_that_nobody_hears_of_again_is_replaced() {
        let (breaker, _) = after([true; 5]);
        assert_eq!(breaker.enter(at(2), at(10)), Ok(Leave::Probe));
        assert!(breaker.enter(at(9), at(20)).is_err());
        assert_eq!(breaker.enter(at(10), at(20)), Ok(Leave::Probe));
    }
}
