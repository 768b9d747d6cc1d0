//! What polls have offered already: looking back finds it again, and finds it for nothing.

use std::collections::HashMap;

use jiff::Timestamp;

/// Versions that were offered within the overlap.
#[derive(Default)]
pub(crate) struct Offered {
    versions: HashMap<(String, String), String>,
}

impl Offered {
    /// Whether this version is new; a record without a version always is. A version counts as offered only from a poll
    /// that began `after_ms` behind it: until then another edit may carry the same stamp.
    pub(super) fn is_new(
        &mut self,
        connection: &str,
        id: &str,
        version: Option<&String>,
        began: Option<Timestamp>,
        after_ms: i64,
    ) -> bool {
        let Some(version) = version else { return true };
        let stamp_ms: i64 = version.parse().unwrap_or(i64::MAX);
        if began.is_none_or(|began| began.as_millisecond() < stamp_ms.saturating_add(after_ms)) {
            return self.versions.get(&(connection.to_owned(), id.to_owned())) != Some(version);
        }
        self.versions.insert((connection.to_owned(), id.to_owned()), version.clone()).as_ref() != Some(version)
    }

    /// Forgets what lies before the overlap. Versions are epoch milliseconds.
    pub(super) fn forget_before(&mut self, since: Timestamp) {
        let since_ms = since.as_millisecond();
        self.versions.retain(|_, version| version.parse::<i64>().is_ok_and(|ms| ms >= since_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::ECHO_AGE_MS;

    fn at(ms: i64) -> Option<Timestamp> {
        Timestamp::from_millisecond(ms).ok()
    }

    #[test]
    fn a_second_edit_within_a_whole_second_is_offered_too() {
        let (mut offered, stamp) = (Offered::default(), "10000".to_owned());
        let mut poll = |began_ms| offered.is_new("org", "500", Some(&stamp), at(began_ms), ECHO_AGE_MS);
        assert!(poll(10_400), "seen between two edits of one second");
        assert!(poll(11_999), "the second edit carries the same stamp");
        assert!(poll(12_000), "from here on nothing can hide behind the stamp");
        assert!(!poll(17_000));
    }

    #[test]
    fn a_stamp_of_milliseconds_is_offered_once() {
        let (mut offered, stamp) = (Offered::default(), "10000".to_owned());
        assert!(offered.is_new("site", "1", Some(&stamp), at(10_000), 0));
        assert!(!offered.is_new("site", "1", Some(&stamp), at(15_000), 0));
        assert!(offered.is_new("site", "1", Some(&"10001".to_owned()), at(15_000), 0));
        assert!(offered.is_new("site", "1", None, at(15_000), 0), "without a version nobody can say");
    }
}
