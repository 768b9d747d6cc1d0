//! Times as this vendor writes them: milliseconds, and an offset without a colon, in the caller's own zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `2026-02-16T12:00:00.000+0000`.
pub(crate) fn show(ms: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S.%3f%z").to_string()
}

/// Reads the same form, and RFC 3339; `None` if it is neither or lacks its offset.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let n = bytes.len();
    let bare_offset = n > 5 && matches!(bytes[n - 5], b'+' | b'-') && bytes[n - 4..].iter().all(u8::is_ascii_digit);
    let text = if bare_offset { format!("{}:{}", &text[..n - 2], &text[n - 2..]) } else { text.to_owned() };
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// A zone by its name; one that is not known is UTC.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_offset_without_a_colon() {
        let ms = parse("2026-02-16T12:00:00.250+0000").unwrap();
        assert_eq!(show(ms, &TimeZone::UTC), "2026-02-16T12:00:00.250+0000");
        assert_eq!(show(ms, &zone("Asia/Kolkata")), "2026-02-16T17:30:00.250+0530");
        assert_eq!(parse("2026-02-16T13:00:00.250+01:00"), Some(ms));
        assert_eq!(parse("2026-02-16"), None);
        assert_eq!(parse("nonsenseé+0000"), None);
    }
}
