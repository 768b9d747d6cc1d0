//! Conditional headers: `If-Modified-Since` on reads, `If-Unmodified-Since` on writes. Whole seconds.

use jiff::fmt::rfc2822::DateTimeParser;

use super::super::refusal::{Answered, Refusal};
use super::answer::Answer;
use super::call::Call;

fn header_ms(call: &Call, name: &str) -> Option<i64> {
    let moment = DateTimeParser::new().parse_timestamp(call.header(name)?).ok()?;
    Some(moment.as_millisecond())
}

/// The answer to a caller who has seen this state already.
pub(super) fn not_modified(call: &Call, modified_ms: i64) -> Option<Answer> {
    let seen_ms = header_ms(call, "If-Modified-Since")?;
    (modified_ms - modified_ms.rem_euclid(1_000) <= seen_ms).then(|| Answer::empty(304))
}

/// Refuses a write to a record that somebody else changed meanwhile.
pub(super) fn still_unmodified(call: &Call, modified_ms: i64) -> Answered<()> {
    let changed = header_ms(call, "If-Unmodified-Since")
        .is_some_and(|seen_ms| modified_ms - modified_ms.rem_euclid(1_000) > seen_ms);
    if changed {
        let message = "The requested resource was modified since the time given in If-Unmodified-Since";
        return Err(Refusal::new(412, "PRECONDITION_FAILED", message));
    }
    Ok(())
}
