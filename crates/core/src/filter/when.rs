//! Days and times as a filter names them. A day is a day of UTC.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::{codec, value::Value};

/// `2026-12-31`.
const DAY_CHARS: usize = 10;

/// What vendors keep of a time at best.
pub(super) const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

/// What a filter compares a date or a time with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// The whole day.
    Day(Date),
    /// A point in time.
    Time(Timestamp),
}

impl When {
    /// A day (`2026-12-31`), or a time that says its offset (`2026-12-31T12:00:00Z`).
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Date(day) => Some(Self::Day(*day)),
            Value::Instant(time) => Some(Self::Time(*time)),
            Value::Text(text) if text.len() == DAY_CHARS => text.parse().ok().map(Self::Day),
            Value::Text(text) => codec::instant(text).map(Self::Time),
            Value::Empty | Value::Rich(_) | Value::Number(_) | Value::Flag(_) | Value::List(_) => None,
        }
    }

    /// The day, or the day on which it is.
    pub(super) fn day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Time(time) => day_of(time),
        }
    }

    /// The first and the last time that count as this, in the milliseconds that vendors keep at best.
    pub(super) fn ends(self) -> Option<(Timestamp, Timestamp)> {
        let begin = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
        match self {
            Self::Day(day) => Some((begin(day)?, begin(day.tomorrow().ok()?)?.checked_sub(MILLISECOND).ok()?)),
            Self::Time(time) => (time.subsec_nanosecond() % 1_000_000 == 0).then_some((time, time)),
        }
    }
}

pub(super) fn day_of(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}
