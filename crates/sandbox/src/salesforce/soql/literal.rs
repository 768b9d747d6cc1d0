//! Date literals: `TODAY`, `LAST_N_DAYS:3` and their kin, as a span of time.
//!
//! Vendor page: SOQL and SOSL Reference, "Date Formats and Date Literals". They are meant in the user's time zone; every
//! user of the sandbox lives in UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};

/// From the first moment to the first moment after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from: Date,
    pub(super) to: Date,
}

#[derive(Clone, Copy)]
enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// Whether a word is a date literal.
pub(super) fn is_period(word: &str) -> bool {
    period(word, Timestamp::UNIX_EPOCH).is_some()
}

/// The time that a literal means at `now`.
pub(super) fn period(word: &str, now: Timestamp) -> Option<Period> {
    let today = TimeZone::UTC.to_datetime(now).date();
    if let Some((name, n)) = word.split_once(':') {
        return counted(name, n.parse().ok()?, today);
    }
    match word {
        "TODAY" => around(Unit::Day, today, 0),
        "YESTERDAY" => around(Unit::Day, today, -1),
        "TOMORROW" => around(Unit::Day, today, 1),
        "LAST_90_DAYS" => span(shift(Unit::Day, today, -90)?, shift(Unit::Day, today, 1)?),
        "NEXT_90_DAYS" => span(shift(Unit::Day, today, 1)?, shift(Unit::Day, today, 91)?),
        _ => {
            let (which, unit) = word.split_once('_')?;
            let n = match which {
                "LAST" => -1,
                "THIS" => 0,
                "NEXT" => 1,
                _ => return None,
            };
            around(unit_of(unit.strip_prefix("FISCAL_").unwrap_or(unit))?, today, n)
        }
    }
}

/// `LAST_N_DAYS:n` counts today in; the larger units count whole ones before the current.
fn counted(name: &str, n: i64, today: Date) -> Option<Period> {
    if let Some(unit) = name.strip_suffix("_AGO").and_then(|name| name.strip_prefix("N_")) {
        return around(unit_of(unit.strip_suffix('S')?)?, today, -n);
    }
    let (which, unit) = name.split_once("_N_")?;
    let unit = unit_of(unit.strip_prefix("FISCAL_").unwrap_or(unit).strip_suffix('S')?)?;
    let current = start(unit, today);
    let next = shift(unit, current, 1)?;
    match (which, unit) {
        ("LAST", Unit::Day) => span(shift(unit, current, -n)?, next),
        ("LAST", _) => span(shift(unit, current, -n)?, current),
        ("NEXT", _) => span(next, shift(unit, next, n)?),
        _ => None,
    }
}

fn unit_of(word: &str) -> Option<Unit> {
    Some(match word {
        "DAY" => Unit::Day,
        "WEEK" => Unit::Week,
        "MONTH" => Unit::Month,
        "QUARTER" => Unit::Quarter,
        "YEAR" => Unit::Year,
        _ => return None,
    })
}

fn around(unit: Unit, today: Date, n: i64) -> Option<Period> {
    let from = shift(unit, start(unit, today), n)?;
    span(from, shift(unit, from, 1)?)
}

fn span(from: Date, to: Date) -> Option<Period> {
    Some(Period { from, to })
}

/// The first day of the unit that holds a day; weeks begin on Sunday, as in the locale of the United States.
fn start(unit: Unit, day: Date) -> Date {
    let back: Span = match unit {
        Unit::Day => 0.days(),
        Unit::Week => i64::from(day.weekday().to_sunday_zero_offset()).days(),
        Unit::Month => i64::from(day.day() - 1).days(),
        Unit::Quarter => return start(Unit::Month, day).saturating_sub(i64::from((day.month() - 1) % 3).months()),
        Unit::Year => i64::from(day.day_of_year() - 1).days(),
    };
    day.saturating_sub(back)
}

fn shift(unit: Unit, day: Date, n: i64) -> Option<Date> {
    let by = match unit {
        Unit::Day => Span::new().try_days(n),
        Unit::Week => Span::new().try_weeks(n),
        Unit::Month => Span::new().try_months(n),
        Unit::Quarter => Span::new().try_months(n.checked_mul(3)?),
        Unit::Year => Span::new().try_years(n),
    };
    day.checked_add(by.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time() {
        let now = "2026-11-21T10:00:00Z".parse().expect("a time");
        let cases = [
            ("TODAY", "2026-11-21", "2026-11-22"),
            ("YESTERDAY", "2026-11-20", "2026-11-21"),
            ("LAST_N_DAYS:1", "2026-11-20", "2026-11-22"),
            ("N_DAYS_AGO:2", "2026-11-19", "2026-11-20"),
            ("THIS_WEEK", "2026-11-15", "2026-11-22"),
            ("LAST_MONTH", "2026-10-01", "2026-11-01"),
            ("THIS_QUARTER", "2026-10-01", "2027-01-01"),
            ("LAST_N_MONTHS:2", "2026-09-01", "2026-11-01"),
            ("NEXT_N_YEARS:1", "2027-01-01", "2028-01-01"),
            ("NEXT_90_DAYS", "2026-11-22", "2027-02-20"),
        ];
        for (word, from, to) in cases {
            let period = period(word, now).unwrap_or_else(|| panic!("{word}"));
            assert_eq!((period.from.to_string().as_str(), period.to.to_string().as_str()), (from, to), "{word}");
        }
        for word in ["NEVER", "LAST_N_DAYS", "LAST_N_DAYS:x", "SOME_DAY"] {
            assert!(!is_period(word), "{word}");
        }
    }
}
