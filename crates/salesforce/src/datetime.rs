//! Salesforce's date and time texts.
//!
//! Out come `2026-01-02T03:04:05.000+0000`, without a colon in the zone; in go `Z` and offsets with a colon as well.
//! Record stamps are whole seconds in practice.
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_valid_date_formats.htm>

use jiff::Timestamp;

/// The moment that a datetime field says; `None` if it says none.
pub fn parse(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

/// The text of a datetime field, to the millisecond, in UTC.
pub fn format(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The text of an HTTP date header, which knows whole seconds only.
pub(crate) fn http_date(moment: Timestamp) -> String {
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Reads a datetime field of a document.
pub(crate) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = <String as serde::Deserialize>::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| serde::de::Error::custom("not a datetime"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_vendor_is_the_same_moment() {
        let moment: Timestamp = "2026-01-02T03:04:05Z".parse().expect("a moment");
        for text in [
            "2026-01-02T03:04:05.000+0000",
            "2026-01-02T03:04:05.000Z",
            "2026-01-02T03:04:05Z",
            "2026-01-02T05:04:05+02:00",
            "2026-01-01T23:04:05.000-0400",
        ] {
            assert_eq!(parse(text), Some(moment), "{text}");
        }
        assert_eq!(format(moment), "2026-01-02T03:04:05.000Z");
        assert_eq!(parse(&format(moment)), Some(moment));
        assert_eq!(http_date(moment), "Fri, 02 Jan 2026 03:04:05 GMT");
    }

    #[test]
    fn a_date_alone_or_nonsense_is_no_moment() {
        for text in ["", "2026-01-02", "yesterday", "2026-13-02T03:04:05Z"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
