//! How a format becomes canonical text or a tree of rich text, and the way back.

pub mod adf;
pub mod html;
pub mod plain;

use jiff::Timestamp;

/// A point in time as both vendors write it: the `Z` form, or an offset without a colon (`+0000`).
#[must_use]
pub fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(timestamp) = text.parse() {
        return Some(timestamp);
    }
    jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).and_then(|time| time.to_timestamp()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_vendors_write_times_without_a_colon() {
        for text in [
            "2026-01-02T03:04:05.000+0000",
            "2026-01-02T05:04:05.000+0200",
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.000Z",
        ] {
            assert_eq!(instant(text), Some("2026-01-02T03:04:05Z".parse().unwrap()), "{text}");
        }
        assert_eq!(instant("yesterday"), None);
    }
}
