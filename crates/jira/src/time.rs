//! Jira's ways of writing a moment, read into one type.
//!
//! `2026-02-16T12:00:00.000+0000` is not RFC 3339 (no colon in the offset), and the offset is that of the calling
//! account's profile, so it differs between accounts for the same moment. Webhooks and bulk answers use epoch numbers.
//! <https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/>

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Epoch numbers below this are seconds (this many seconds is the year 5138), at or above it milliseconds.
const EPOCH_MILLIS_FROM: i64 = 100_000_000_000;

/// Reads a date-time as Jira writes it, with any offset, with or without fraction and colon; `None` if it is none.
///
/// ```
/// let noon = entente_jira::time::parse("2026-02-16T13:00:00.000+0100");
/// assert_eq!(noon, "2026-02-16T12:00:00Z".parse().ok());
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let vendor = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text);
    vendor.or_else(|_| text.parse()).ok()
}

/// Writes a moment as Jira's date-time fields accept it: milliseconds, `+0000`.
#[must_use]
pub fn format(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// Reads an epoch number, in seconds or milliseconds by its size: `changelog/bulkfetch` has been seen with either.
#[must_use]
pub fn from_epoch(number: i64) -> Option<Timestamp> {
    if number.abs() < EPOCH_MILLIS_FROM {
        Timestamp::from_second(number).ok()
    } else {
        Timestamp::from_millisecond(number).ok()
    }
}

/// For serde fields: text or epoch number; null and what cannot be read become `None`, so that one odd stamp does not
/// make a page of issues unreadable.
pub(crate) fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => parse(&text),
        Value::Number(number) => number.as_i64().and_then(from_epoch),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_same_moment_is_equal() {
        let noon: Timestamp = "2026-02-16T12:00:00.25Z".parse().expect("a moment");
        for text in [
            "2026-02-16T12:00:00.250+0000",
            "2026-02-16T14:00:00.250+0200",
            "2026-02-16T17:30:00.250+0530",
            "2026-02-16T12:00:00.25+00:00",
            "2026-02-16T12:00:00.250Z",
        ] {
            assert_eq!(parse(text), Some(noon), "{text}");
        }
        assert_eq!(from_epoch(noon.as_millisecond()), Some(noon));
        assert_eq!(from_epoch(1_492_070_429), Timestamp::from_second(1_492_070_429).ok());
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in ["", "yesterday", "2026-02-16", "2026-13-16T12:00:00.000+0000", "2026-02-16T12:00:00.000"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(from_epoch(i64::MAX), None);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let moment = from_epoch(1_790_102_915_652).expect("a moment");
        assert_eq!(format(moment), "2026-09-22T18:48:35.652+0000");
        assert_eq!(parse(&format(moment)), Some(moment));
    }
}
