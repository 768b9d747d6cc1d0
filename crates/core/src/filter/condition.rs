//! One test of a field: eleven operators.
//!
//! `is` compares texts, picklist values and identities; `equals` compares numbers, dates and booleans by value, so that
//! `equals: 1` takes `1.0` and `equals: "2026-01-02"` takes a date, and every time of that day. Text compares without
//! regard to case, as both vendors' query languages do.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Serialize};

use super::when::{When, day_of};
use crate::value::{Number, Value};

/// The operators, as a configuration writes them.
pub const OPERATORS: [&str; 11] = [
    "is",
    "is not",
    "is one of",
    "is not one of",
    "is empty",
    "is not empty",
    "contains",
    "does not contain",
    "less than",
    "greater than",
    "equals",
];

/// One condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The same text, picklist value or identity.
    Is(Value),
    /// Another text, or nothing.
    IsNot(Value),
    /// One of these texts.
    IsOneOf(Vec<Value>),
    /// None of these texts.
    IsNotOneOf(Vec<Value>),
    /// Nothing in it.
    IsEmpty,
    /// Something in it.
    IsNotEmpty,
    /// The text occurs in it, or it is a member of the list.
    Contains(Value),
    /// The text does not occur in it.
    DoesNotContain(Value),
    /// Smaller number, earlier date.
    LessThan(Value),
    /// Greater number, later date.
    GreaterThan(Value),
    /// The same number, date or boolean.
    Equals(Value),
}

impl Condition {
    /// What it compares texts and identities with.
    pub(super) fn wanted(&self) -> &[Value] {
        match self {
            Self::Is(value)
            | Self::IsNot(value)
            | Self::Equals(value)
            | Self::Contains(value)
            | Self::DoesNotContain(value) => std::slice::from_ref(value),
            Self::IsOneOf(values) | Self::IsNotOneOf(values) => values,
            Self::IsEmpty | Self::IsNotEmpty | Self::LessThan(_) | Self::GreaterThan(_) => &[],
        }
    }

    pub(super) fn reworded(&self, word: &impl Fn(&Value) -> Value) -> Self {
        let all = |values: &[Value]| values.iter().map(word).collect();
        match self {
            Self::Is(value) => Self::Is(word(value)),
            Self::IsNot(value) => Self::IsNot(word(value)),
            Self::IsOneOf(values) => Self::IsOneOf(all(values)),
            Self::IsNotOneOf(values) => Self::IsNotOneOf(all(values)),
            Self::Contains(value) => Self::Contains(word(value)),
            Self::DoesNotContain(value) => Self::DoesNotContain(word(value)),
            Self::Equals(value) => Self::Equals(word(value)),
            Self::IsEmpty | Self::IsNotEmpty | Self::LessThan(_) | Self::GreaterThan(_) => self.clone(),
        }
    }

    /// Whether a value meets this condition.
    #[must_use]
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Is(wanted) => same_text(value, wanted),
            Self::IsNot(wanted) => !same_text(value, wanted),
            Self::IsOneOf(wanted) => wanted.iter().any(|w| same_text(value, w)),
            Self::IsNotOneOf(wanted) => !wanted.iter().any(|w| same_text(value, w)),
            Self::IsEmpty => value.is_empty(),
            Self::IsNotEmpty => !value.is_empty(),
            Self::Contains(wanted) => contains(value, wanted),
            Self::DoesNotContain(wanted) => !contains(value, wanted),
            Self::LessThan(wanted) => compare(value, wanted) == Some(Ordering::Less),
            Self::GreaterThan(wanted) => compare(value, wanted) == Some(Ordering::Greater),
            Self::Equals(wanted) => compare(value, wanted) == Some(Ordering::Equal),
        }
    }
}

/// As a person reads it after the field's name: `is not "Web"`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |values: &[Value]| values.iter().map(|v| format!("\"{v}\"")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Is(wanted) => write!(f, "is \"{wanted}\""),
            Self::IsNot(wanted) => write!(f, "is not \"{wanted}\""),
            Self::IsOneOf(wanted) => write!(f, "is one of {}", quoted(wanted)),
            Self::IsNotOneOf(wanted) => write!(f, "is not one of {}", quoted(wanted)),
            Self::IsEmpty => f.write_str("is empty"),
            Self::IsNotEmpty => f.write_str("is not empty"),
            Self::Contains(wanted) => write!(f, "contains \"{wanted}\""),
            Self::DoesNotContain(wanted) => write!(f, "does not contain \"{wanted}\""),
            Self::LessThan(wanted) => write!(f, "is less than \"{wanted}\""),
            Self::GreaterThan(wanted) => write!(f, "is greater than \"{wanted}\""),
            Self::Equals(wanted) => write!(f, "equals \"{wanted}\""),
        }
    }
}

/// A list is the text if one of its members is.
fn same_text(value: &Value, wanted: &Value) -> bool {
    match value {
        Value::List(values) => values.iter().any(|v| same_text(v, wanted)),
        _ => folded(value) == folded(wanted),
    }
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match value {
        Value::List(values) => values.iter().any(|v| same_text(v, wanted)),
        _ => folded(value).contains(&folded(wanted)),
    }
}

fn folded(value: &Value) -> String {
    value.to_string().to_lowercase()
}

/// Orders two values of one kind; a text that reads as the other's kind is taken as such.
fn compare(value: &Value, wanted: &Value) -> Option<Ordering> {
    match (value, wanted) {
        // Nothing, and what is of another kind, stands in no order: none of these has a place for it.
        (Value::Rich(document), wanted) => compare(&Value::text(document.plain()), wanted),
        (Value::Number(a), b) => a.partial_cmp(&number(b)?),
        (Value::Flag(a), b) => Some(a.cmp(&flag(b)?)),
        (Value::Date(a), b) => Some(a.cmp(&When::of(b)?.day())),
        (Value::Instant(a), b) => Some(match When::of(b)? {
            When::Day(b) => day_of(*a).cmp(&b),
            When::Time(b) => a.cmp(&b),
        }),
        (Value::Text(_), b @ (Value::Number(_) | Value::Flag(_) | Value::Date(_) | Value::Instant(_))) => {
            compare(b, value).map(Ordering::reverse)
        }
        (Value::Text(a), Value::Text(b)) => match (number(value), number(wanted)) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => Some(a.to_lowercase().cmp(&b.to_lowercase())),
        },
        _ => None,
    }
}

pub(super) fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => text.parse().ok().and_then(Number::new),
        _ => None,
    }
}

pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Flag(flag) => Some(*flag),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn number(n: f64) -> Value {
        Value::Number(Number::new(n).unwrap())
    }

    #[test]
    fn the_eleven_operators() {
        let text = Value::text("Web");
        let list = Value::list(vec![Value::text("red"), Value::text("blue")]);
        let date = Value::Date(jiff::civil::date(2026, 1, 2));
        let [early, late] = [1, 3].map(|second| Value::Instant(Timestamp::from_second(second).unwrap()));
        let rich = Value::rich(crate::rich::Document::of_plain("a b"));
        let rows: &[(&str, &Value, Condition, bool)] = &[
            ("is, other case", &text, Condition::Is(Value::text("WEB")), true),
            ("is, part only", &text, Condition::Is(Value::text("We")), false),
            ("is, member of a list", &list, Condition::Is(Value::text("blue")), true),
            ("is not", &text, Condition::IsNot(Value::text("Email")), true),
            ("is one of", &text, Condition::IsOneOf(vec![Value::text("Email"), Value::text("Web")]), true),
            ("is not one of", &text, Condition::IsNotOneOf(vec![Value::text("Web")]), false),
            ("empty is empty", &Value::Empty, Condition::IsEmpty, true),
            ("text is not empty", &text, Condition::IsNotEmpty, true),
            ("contains a part", &text, Condition::Contains(Value::text("eb")), true),
            ("list contains a member, not a part", &list, Condition::Contains(Value::text("re")), false),
            ("does not contain", &text, Condition::DoesNotContain(Value::text("x")), true),
            ("number less than a text number", &number(2.0), Condition::LessThan(Value::text("10")), true),
            ("date greater than a text date", &date, Condition::GreaterThan(Value::text("2026-01-01")), true),
            ("number equals a text number", &number(1.0), Condition::Equals(Value::text("1.0")), true),
            ("flag equals a text", &Value::Flag(true), Condition::Equals(Value::text("true")), true),
            ("date equals a date", &date, Condition::Equals(date.clone()), true),
            ("time greater than a time", &late, Condition::GreaterThan(early.clone()), true),
            ("time less than a text time", &early, Condition::LessThan(Value::text("1970-01-01T00:00:02Z")), true),
            ("text number greater than a number", &Value::text("10"), Condition::GreaterThan(number(2.0)), true),
            ("text numbers by value", &Value::text("10"), Condition::GreaterThan(Value::text("9")), true),
            ("texts by their letters", &text, Condition::GreaterThan(Value::text("ever")), true),
            ("rich text by its words", &rich, Condition::Equals(Value::text("a b")), true),
            ("number less than a number", &number(1.0), Condition::LessThan(number(2.0)), true),
            ("flag equals a flag", &Value::Flag(true), Condition::Equals(Value::Flag(true)), true),
            ("flag equals another text", &Value::Flag(true), Condition::Equals(Value::text("no")), false),
            ("a date is no number", &date, Condition::LessThan(number(1.0)), false),
            ("nothing follows nothing", &Value::Empty, Condition::Equals(Value::Empty), false),
            ("nothing is not less than anything", &Value::Empty, Condition::LessThan(number(1.0)), false),
        ];
        for (name, value, condition, expected) in rows {
            assert_eq!(condition.holds(value), *expected, "{name}");
        }
    }

    #[test]
    fn a_day_against_a_time_is_the_whole_day_and_a_time_against_a_day_is_its_day() {
        let time = |text: &str| Value::Instant(text.parse().unwrap());
        let (first, last) = (time("2026-01-02T00:00:00Z"), time("2026-01-02T23:59:59.999Z"));
        let (before, after) = (time("2026-01-01T23:59:59.999Z"), time("2026-01-03T00:00:00Z"));
        let day = Value::Date(jiff::civil::date(2026, 1, 2));
        // What each is: before, within, after.
        let rows: [(&str, &Value, &str, [bool; 3]); 9] = [
            ("a time of the day before", &before, "2026-01-02", [true, false, false]),
            ("the first time of the day", &first, "2026-01-02", [false, true, false]),
            ("the last time of the day", &last, "2026-01-02", [false, true, false]),
            ("the first time after it", &after, "2026-01-02", [false, false, true]),
            ("a day and a later time of it", &day, "2026-01-02T12:00:00Z", [false, true, false]),
            ("a day and a time of the next in UTC", &day, "2026-01-02T23:00:00-02:00", [true, false, false]),
            ("a time as Jira writes it", &first, "2026-01-02T02:00:00.000+0200", [false, true, false]),
            ("a word", &first, "yesterday", [false; 3]),
            ("a time without its offset", &first, "2026-01-02T00:00:00", [false; 3]),
        ];
        for (name, value, wanted, expected) in rows {
            let wanted = || Value::text(wanted);
            let conditions =
                [Condition::LessThan(wanted()), Condition::Equals(wanted()), Condition::GreaterThan(wanted())];
            assert_eq!(conditions.map(|condition| condition.holds(value)), expected, "{name}");
        }
    }
}
