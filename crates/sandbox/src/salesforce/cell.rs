//! One field's value as the org keeps it, and as it stands on the wire.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Number, Value};

use super::schema::Kind;

/// A value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Cell {
    #[default]
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
    /// Milliseconds since 1970.
    Stamp(i64),
    Date(Date),
}

/// The one null that rows lend out for fields they never had.
pub(super) static NULL: Cell = Cell::Null;

impl Cell {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_ms(&self) -> Option<i64> {
        match self {
            Self::Stamp(ms) => Some(*ms),
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        *self == Self::Null
    }

    pub(super) fn is_true(&self) -> bool {
        *self == Self::Bool(true)
    }

    /// The value on the wire.
    pub(super) fn to_wire(&self, kind: Kind) -> Value {
        match self {
            Self::Null if kind == Kind::Boolean => Value::Bool(false),
            Self::Null => Value::Null,
            Self::Bool(yes) => Value::Bool(*yes),
            Self::Number(number) if kind == Kind::Int => Value::Number(whole(*number).into()),
            Self::Number(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
            Self::Text(text) => Value::String(text.to_string()),
            Self::Stamp(ms) => Value::String(stamp(*ms)),
            Self::Date(date) => Value::String(date.to_string()),
        }
    }

    /// Order as `ORDER BY` and comparisons see it: text without regard to case, null before everything.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Less,
            (_, Self::Null) => Ordering::Greater,
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.total_cmp(right),
            (Self::Stamp(left), Self::Stamp(right)) => left.cmp(right),
            (Self::Date(left), Self::Date(right)) => left.cmp(right),
            (Self::Text(left), Self::Text(right)) => folded(left).cmp(folded(right)),
            _ => Ordering::Equal,
        }
    }
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

#[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and int fields are checked when written")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// A datetime as the REST API writes it: no colon in the zone.
pub(super) fn stamp(ms: i64) -> String {
    let moment = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let at = TimeZone::UTC.to_datetime(moment);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}+0000",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

/// A datetime as callers may write it: `Z`, `+00:00` or `+0000`, with or without fractions; also a bare date.
pub(super) fn parse_stamp(text: &str) -> Option<i64> {
    let at = text.len().checked_sub(5);
    let zone = at
        .and_then(|at| text.get(at..))
        .filter(|zone| zone.starts_with(['+', '-']) && zone[1..].bytes().all(|byte| byte.is_ascii_digit()));
    let moment = match (at, zone) {
        (Some(at), Some(zone)) if text.contains('T') => format!("{}{}:{}", &text[..at], &zone[..3], &zone[3..]),
        _ if text.len() == 10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    moment.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datetimes_on_the_wire() {
        let ms = parse_stamp("2026-01-02T03:04:05Z").expect("a datetime");
        assert_eq!(stamp(ms), "2026-01-02T03:04:05.000+0000");
        for same in ["2026-01-02T03:04:05.000+0000", "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05.000Z"] {
            assert_eq!(parse_stamp(same), Some(ms), "{same}");
        }
        assert_eq!(parse_stamp("2026-01-02"), parse_stamp("2026-01-02T00:00:00Z"));
        assert_eq!(parse_stamp("yesterday"), None);
    }

    #[test]
    fn text_is_ordered_without_case_and_null_comes_first() {
        assert_eq!(Cell::text("apple").order(&Cell::text("Banana")), Ordering::Less);
        assert_eq!(Cell::text("ABC").order(&Cell::text("abc")), Ordering::Equal);
        assert_eq!(Cell::Null.order(&Cell::text("")), Ordering::Less);
    }
}
