//! The gauge of a connection's allowance: how many calls are left, as the peer's answers tell, and until when they last at
//! the rate of the past hour.
//!
//! An allowance belongs to everybody who calls the peer, not to us alone, so the rate is that of the peer's own count.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::limits::{DAY_SECS, GAUGE_SAMPLE_EVERY_MS, GAUGE_SAMPLES_MAX, QUOTA_LOOK_MS, STRETCH_MAX};

/// What one answer tells of an allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The peer's name for it.
    pub scope: String,
    /// Calls, or points, that there are in one window.
    pub allowed: u64,
    /// How many are left; some peers only tell when these become few.
    pub left: Option<u64>,
    /// When the window ends; none for one that slides.
    pub resets_at: Option<Timestamp>,
}

/// An allowance as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// What the peer told last.
    pub reading: Reading,
    /// When it did.
    pub read_at: Timestamp,
    /// How many were used per hour, of late.
    pub per_hour: Option<u64>,
    /// When nothing will be left at this rate; none if it lasts.
    pub runs_out_at: Option<Timestamp>,
}

impl Quota {
    /// The calls that are kept back, of which so many percent of the allowance are.
    pub fn reserve(&self, percent: u8) -> u64 {
        (self.reading.allowed / 100).saturating_mul(u64::from(percent))
            + (self.reading.allowed % 100) * u64::from(percent) / 100
    }

    /// How many times rarer than of late calls must become to last until there are more: for a day, where the window
    /// slides. 1 where they last, and where nobody can say.
    pub fn stretch(&self, percent: u8, now: Timestamp) -> u32 {
        let (Some(per_hour), Some(left)) = (self.per_hour, self.reading.left) else { return 1 };
        let (window_secs, there) = match self.reading.resets_at {
            Some(resets_at) => (resets_at.duration_since(now).as_secs().clamp(0, DAY_SECS), left),
            // What was used a day ago comes back as time goes by.
            None => (DAY_SECS, self.reading.allowed),
        };
        let wanted = per_hour.saturating_mul(window_secs.unsigned_abs()) / 3_600;
        let usable = there.saturating_sub(self.reserve(percent)).max(1);
        u32::try_from(wanted.div_ceil(usable)).unwrap_or(STRETCH_MAX).clamp(1, STRETCH_MAX)
    }

    /// For how long only the reserve is left; none while there is more, or while it is time to ask again.
    pub fn held_back(&self, percent: u8, now: Timestamp) -> Option<SignedDuration> {
        let left = self.reading.left.filter(|left| percent > 0 && *left <= self.reserve(percent));
        left?;
        let look_at = self.read_at + SignedDuration::from_millis(QUOTA_LOOK_MS);
        let until = self.reading.resets_at.unwrap_or(look_at);
        Some(until.duration_since(now)).filter(SignedDuration::is_positive)
    }
}

/// Keeps the last reading of a connection, and some from before.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last: Option<(Reading, Timestamp)>,
    /// When how many were used, about once in a minute, over an hour.
    samples: VecDeque<(Timestamp, u64)>,
}

impl Gauge {
    /// Takes a reading.
    pub(crate) fn read(&self, reading: Reading, at: Timestamp) {
        let mut state = self.state.lock();
        if let Some(left) = reading.left {
            let used = reading.allowed.saturating_sub(left);
            let another = state.last.as_ref().is_some_and(|(last, _)| last.scope != reading.scope);
            // Less than before: a new window has begun, or older calls are no longer counted.
            if another || state.samples.back().is_some_and(|(_, before)| *before > used) {
                state.samples.clear();
            }
            let due = |(last, _): &(Timestamp, u64)| at.duration_since(*last).as_millis() >= GAUGE_SAMPLE_EVERY_MS;
            if state.samples.back().is_none_or(due) {
                state.samples.push_back((at, used));
            }
            if state.samples.len() > GAUGE_SAMPLES_MAX {
                state.samples.pop_front();
            }
        }
        state.last = Some((reading, at));
    }

    /// What is known.
    pub(crate) fn quota(&self) -> Option<Quota> {
        let state = self.state.lock();
        let (reading, read_at) = state.last.clone()?;
        let per_hour = state.samples.front().and_then(|first| rate(*first, &reading, read_at));
        let lasts = |per_hour: u64| {
            let seconds = i64::try_from(reading.left?.saturating_mul(3_600).checked_div(per_hour)?).ok()?;
            let end = read_at.checked_add(SignedDuration::from_secs(seconds)).ok()?;
            // Where the peer names no end of its window, calls of a day ago count no longer.
            let window_ends = reading.resets_at.or_else(|| read_at.checked_add(SignedDuration::from_hours(24)).ok())?;
            Some(end).filter(|end| *end < window_ends)
        };
        Some(Quota { runs_out_at: per_hour.and_then(lasts), per_hour, reading, read_at })
    }
}

/// Used per hour since a first sample, once a minute has passed since.
fn rate((since, before): (Timestamp, u64), reading: &Reading, at: Timestamp) -> Option<u64> {
    let passed_ms = u64::try_from(at.duration_since(since).as_millis()).ok()?;
    let used = reading.allowed.checked_sub(reading.left?)?.checked_sub(before)?;
    (passed_ms >= GAUGE_SAMPLE_EVERY_MS as u64).then(|| used.saturating_mul(3_600_000) / passed_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + minutes * 60).expect("in range")
    }

    fn gauge(readings: &[(i64, u64)], resets_at: Option<Timestamp>) -> Quota {
        let gauge = Gauge::default();
        for (minutes, left) in readings {
            let reading = Reading { scope: "day".to_owned(), allowed: 1_000, left: Some(*left), resets_at };
            gauge.read(reading, at(*minutes));
        }
        gauge.quota().expect("a reading")
    }

    #[test]
    fn calls_become_rarer_where_the_present_rate_would_not_last() {
        let soon = Some(at(30 + 60));
        for (readings, resets_at, stretch, why) in [
            (&[(0, 900)][..], None, 1, "one reading is no rate"),
            (&[(0, 900), (30, 885)], None, 1, "30 an hour are 720 a day, of 900"),
            (&[(0, 900), (30, 800)], None, 6, "200 an hour are 4,800 a day, of 900"),
            (&[(0, 900), (30, 800)], soon, 1, "200 more until the window ends, of 700"),
            (&[(0, 500), (30, 300)], soon, 2, "400 more, of 200"),
            (&[(0, 900), (30, 100)], soon, 60, "none but the reserve is left"),
        ] {
            assert_eq!(gauge(readings, resets_at).stretch(10, at(30)), stretch, "{why}");
        }
    }

    #[test]
    fn the_forecast_follows_the_peers_own_count() {
        for (readings, resets_at, per_hour, runs_out_at, why) in [
            (&[(0, 900)][..], None, None, None, "one reading is no rate"),
            (&[(0, 900), (30, 800)], None, Some(200), Some(at(30 + 240)), "100 in half an hour"),
            (&[(0, 900), (30, 900)], None, Some(0), None, "nothing used"),
            (&[(0, 900), (30, 800)], Some(at(100)), Some(200), None, "it lasts until the window ends"),
            (&[(0, 900), (30, 885)], None, Some(30), None, "it lasts for a day"),
            (&[(0, 100), (30, 800), (60, 700)], None, Some(200), Some(at(60 + 210)), "a new window"),
        ] {
            let quota = gauge(readings, resets_at);
            assert_eq!((quota.per_hour, quota.runs_out_at), (per_hour, runs_out_at), "{why}");
        }
        let long: Vec<(i64, u64)> = (0..600).map(|minute| (minute, 1_000 - u64::try_from(minute).unwrap())).collect();
        assert_eq!(gauge(&long, None).per_hour, Some(60), "over the last hour");
    }

    #[test]
    fn the_reserve_is_kept_until_the_window_ends_or_it_is_time_to_ask() {
        for (left, percent, resets_at, now, held, why) in [
            (101, 10, None, at(0), None, "more than the reserve"),
            (100, 10, None, at(0), Some(5), "only the reserve"),
            (0, 10, None, at(4), Some(1), "still"),
            (0, 10, None, at(5), None, "time to ask"),
            (0, 10, Some(at(40)), at(10), Some(30), "a window that ends"),
            (0, 10, Some(at(40)), at(40), None, "a window that has ended"),
            (0, 0, None, at(0), None, "nothing is kept"),
        ] {
            let quota = gauge(&[(0, left)], resets_at);
            assert_eq!(quota.held_back(percent, now).map(|rest| rest.as_mins()), held, "{why}");
        }
        assert_eq!(
            Quota { reading: Reading { allowed: 99, ..gauge(&[(0, 5)], None).reading }, ..gauge(&[(0, 5)], None) }
                .reserve(10),
            9
        );
    }
}
