//! Dates and times as people write them, in their own zone, and back.
//!
//! Formats are those of `strftime`: <https://docs.rs/jiff/latest/jiff/fmt/strtime/index.html>. The zones come with the
//! program, so that the same document means the same everywhere.

use jiff::{
    Timestamp, Zoned,
    civil::Date,
    fmt::strtime,
    tz::{TimeZone, TimeZoneDatabase},
};

use crate::{codec::instant, value::Value};

/// Digits of a number from which on it counts milliseconds: those of 1973, or seconds of the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// How a date or a time is written.
#[derive(Clone, Debug, PartialEq)]
pub struct DateFormat {
    format: String,
    zone: TimeZone,
}

/// All time zones, by name.
pub fn zone_names() -> Vec<String> {
    TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
}

impl DateFormat {
    /// A format in a zone; the error names what is wrong.
    pub fn new(format: &str, zone: &str) -> Result<Self, FormatProblem> {
        let zone = TimeZoneDatabase::bundled().get(zone).map_err(|_| FormatProblem::Zone)?;
        let sample = Timestamp::UNIX_EPOCH.to_zoned(zone.clone());
        strtime::format(format, &sample).map_err(|error| FormatProblem::Format(error.to_string()))?;
        Ok(Self { format: format.to_owned(), zone })
    }

    /// A day, a point in time, ISO 8601, or a count of seconds or milliseconds since 1970, as people write it.
    pub(super) fn write(&self, value: &Value) -> Option<String> {
        strtime::format(&self.format, &self.zoned(value)?).ok()
    }

    fn zoned(&self, value: &Value) -> Option<Zoned> {
        let here = |instant: Timestamp| Some(instant.to_zoned(self.zone.clone()));
        match value {
            Value::Instant(instant) => here(*instant),
            Value::Date(date) => date.to_zoned(self.zone.clone()).ok(),
            Value::Number(number) => here(epoch(number.get())?),
            Value::Text(text) => match (text.parse::<f64>(), text.parse::<Date>(), instant(text)) {
                (Ok(number), _, _) => here(epoch(number)?),
                (_, _, Some(instant)) => here(instant),
                (_, Ok(date), _) => date.to_zoned(self.zone.clone()).ok(),
                _ => None,
            },
            Value::Empty | Value::Flag(_) | Value::Rich(_) | Value::List(_) => None,
        }
    }

    /// What was written in this format: a point in time if it tells the hour, else a day.
    pub(super) fn read(&self, text: &str) -> Option<Value> {
        let parts = strtime::parse(&self.format, text).ok()?;
        if let Ok(instant) = parts.to_timestamp() {
            return Some(Value::Instant(instant));
        }
        let date = parts.to_date().ok()?;
        match parts.hour() {
            None => Some(Value::Date(date)),
            Some(_) => {
                let time = date.to_datetime(parts.to_time().ok()?);
                Some(Value::Instant(time.to_zoned(self.zone.clone()).ok()?.timestamp()))
            }
        }
    }
}

/// What is wrong about a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatProblem {
    /// There is no zone of this name.
    Zone,
    /// The format has something in it that no format has.
    Format(String),
}

/// The time of a count of seconds or milliseconds since 1970.
fn epoch(number: f64) -> Option<Timestamp> {
    let milliseconds = if number.abs() < MILLISECONDS_FROM { number * 1_000.0 } else { number };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is too large for a time is cut to what is still too large"
    )]
    Timestamp::from_millisecond(milliseconds.round() as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_can_be_read_back() {
        let new_york = DateFormat::new("%m/%d/%Y %I:%M %p", "America/New_York").unwrap();
        let at = Value::Instant("2026-07-02T18:30:00Z".parse().unwrap());
        assert_eq!(new_york.write(&at).as_deref(), Some("07/02/2026 02:30 PM"));
        assert_eq!(new_york.read("07/02/2026 02:30 PM"), Some(at));
        let day = DateFormat::new("%d.%m.%Y", "Europe/Berlin").unwrap();
        assert_eq!(day.read("02.07.2026"), Some(Value::Date(jiff::civil::date(2026, 7, 2))));
        assert_eq!(day.read("02/07/2026"), None);
    }

    #[test]
    fn a_zone_or_a_format_that_does_not_exist_is_refused() {
        assert_eq!(DateFormat::new("%Y", "Europe/Bern"), Err(FormatProblem::Zone));
        assert!(matches!(DateFormat::new("%Y %", "UTC"), Err(FormatProblem::Format(_))));
        assert!(zone_names().iter().any(|name| name == "Europe/Berlin"));
    }
}
