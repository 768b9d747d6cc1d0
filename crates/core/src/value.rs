//! The canonical content of one field, equal on both sides when people would call it equal.

use std::fmt;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::rich::Document;

/// What a field holds, freed from the format in which a side keeps it.
///
/// Picklist values, options, priorities and statuses are [`Value::Text`]: their name is what people map. An empty
/// string does not exist; it is [`Value::Empty`], as it is in Salesforce.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// Nothing: null, an empty string, an empty list.
    #[default]
    Empty,
    /// Text in canonical form ([`Value::text`]).
    Text(String),
    /// Rich text, with what people read of it as plain text.
    Rich(Document),
    /// A number.
    Number(Number),
    /// A checkbox.
    Flag(bool),
    /// A day, without a time.
    Date(Date),
    /// A point in time.
    Instant(Timestamp),
    /// Several values in their order.
    List(Vec<Value>),
}

impl Value {
    /// Text in canonical form: line feeds only, no white space around it, at most one blank line in a row.
    ///
    /// Salesforce trims text and Jira keeps paragraphs, so neither detail can be told from an edit.
    #[must_use]
    pub fn text(raw: &str) -> Self {
        let canonical = crate::codec::plain::canonical(raw);
        if canonical.is_empty() { Self::Empty } else { Self::Text(canonical) }
    }

    /// Rich text, or [`Value::Empty`] when there is nothing in it.
    #[must_use]
    pub fn rich(document: Document) -> Self {
        if document.is_empty() { Self::Empty } else { Self::Rich(document) }
    }

    /// A list, or [`Value::Empty`] when it has no members.
    #[must_use]
    pub fn list(values: Vec<Self>) -> Self {
        if values.is_empty() { Self::Empty } else { Self::List(values) }
    }

    /// Several values of one field, in canonical form: each once, in the order of their texts.
    ///
    /// Labels, components, options: both vendors keep them as sets and answer in an order of their own.
    #[must_use]
    pub fn set(mut values: Vec<Self>) -> Self {
        values.retain(|value| !value.is_empty());
        values.sort_by_cached_key(ToString::to_string);
        values.dedup();
        Self::list(values)
    }

    /// The members of a list; any other value is its own only member.
    #[must_use]
    pub fn members(&self) -> &[Self] {
        match self {
            Self::Empty => &[],
            Self::List(values) => values,
            one => std::slice::from_ref(one),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// What a person typed, in the kind of `sample`; none when it cannot be read so. Nothing typed is nothing; members of
    /// a list stand between commas.
    #[must_use]
    pub fn like(sample: &Self, typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Some(Self::Empty);
        }
        match sample {
            Self::Empty | Self::Text(_) | Self::Rich(_) => Some(Self::text(typed)),
            Self::Number(_) => typed.parse().ok().and_then(Number::new).map(Self::Number),
            Self::Flag(_) => typed.parse().ok().map(Self::Flag),
            Self::Date(_) => typed.parse().ok().map(Self::Date),
            Self::Instant(_) => typed.parse().ok().map(Self::Instant),
            Self::List(_) => Some(Self::set(typed.split(',').map(Self::text).collect())),
        }
    }

    /// What kind of value it is, as people say it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Empty | Self::Text(_) | Self::Rich(_) => "text",
            Self::Number(_) => "number",
            Self::Flag(_) => "checkbox (true or false)",
            Self::Date(_) => "date (2026-12-31)",
            Self::Instant(_) => "time (2026-12-31T12:00:00Z)",
            Self::List(_) => "list",
        }
    }

    /// Whether two fields of different types say the same by these values: a number and its digits, a checkbox and the
    /// option `true`, a day and its midnight, one option and a list of it, rich text in the part that both sides can hold.
    #[must_use]
    pub fn means(&self, other: &Self) -> bool {
        self == other
            || match (self, other) {
                (Self::List(mine), Self::List(theirs)) => {
                    mine.len() == theirs.len() && mine.iter().zip(theirs).all(|(mine, theirs)| mine.means(theirs))
                }
                (Self::List(values), one) | (one, Self::List(values)) => match values.as_slice() {
                    [only] => only.means(one),
                    _ => one.as_text().is_some_and(|text| Self::listed(text) == Self::List(values.clone())),
                },
                (Self::Rich(mine), Self::Rich(theirs)) => mine.shared() == theirs.shared(),
                (Self::Rich(document), Self::Text(text)) | (Self::Text(text), Self::Rich(document)) => {
                    document.reads_as(text)
                }
                // What shows nothing over there is nothing over there.
                (Self::Rich(document), Self::Empty) | (Self::Empty, Self::Rich(document)) => {
                    document.shared().is_empty()
                }
                (Self::Date(date), Self::Instant(instant)) | (Self::Instant(instant), Self::Date(date)) => {
                    instant.to_zoned(TimeZone::UTC).date() == *date
                }
                _ => match (self.as_text(), other.as_text()) {
                    (Some(text), None) => other.reads_as(text),
                    (None, Some(text)) => self.reads_as(text),
                    (Some(_), Some(_)) | (None, None) => false,
                },
            }
    }

    fn reads_as(&self, text: &str) -> bool {
        match self {
            Self::Number(number) => text.parse() == Ok(number.get()),
            Self::Flag(flag) => text.eq_ignore_ascii_case(&flag.to_string()),
            Self::Date(date) => text.parse().is_ok_and(|read: Date| read == *date),
            Self::Instant(instant) => crate::codec::instant(text) == Some(*instant),
            Self::Empty | Self::Text(_) | Self::Rich(_) | Self::List(_) => false,
        }
    }

    /// The values that one text with commas or semicolons names.
    #[must_use]
    pub fn listed(text: &str) -> Self {
        Self::set(text.split([',', ';']).map(Self::text).collect())
    }

    /// The text, if it is text; of rich text what people read.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Rich(document) => Some(document.plain()),
            _ => None,
        }
    }
}

/// As people read it in a message; empty is nothing.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Rich(document) => f.write_str(document.plain()),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Instant(instant) => instant.fmt(f),
            Self::List(values) => {
                for (n, value) in values.iter().enumerate() {
                    if n > 0 {
                        f.write_str(", ")?;
                    }
                    value.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

/// A number that can be compared for equality: never NaN, and minus zero is zero.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(f64);

impl Number {
    /// The number, or `None` for NaN and the infinities, which neither side can hold.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(if value == 0.0 { 0.0 } else { value }))
    }

    /// The number as a float.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

// A finite float without minus zero is equal to itself and only to itself.
impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fields_of_different_types_say() {
        let (text, number) = (Value::text, |n: f64| Value::Number(Number::new(n).unwrap()));
        let list = |texts: &[&str]| Value::set(texts.iter().map(|t| Value::text(t)).collect());
        let rich = |html: &str| Value::rich(crate::codec::html::read(html));
        let day = Value::Date(jiff::civil::date(2026, 1, 2));
        let time = |text: &str| Value::Instant(text.parse().unwrap());
        let rows = [
            (number(5.0), text("5.00"), true),
            (number(5.0), text("5 apples"), false),
            (Value::Flag(true), text("True"), true),
            (Value::Flag(false), Value::Empty, false),
            (day.clone(), text("2026-01-02"), true),
            (day.clone(), time("2026-01-02T23:00:00Z"), true),
            (day, time("2026-01-03T00:00:00Z"), false),
            (time("2026-01-02T03:04:05Z"), text("2026-01-02T03:04:05.000+0000"), true),
            (list(&["a"]), text("a"), true),
            (list(&["b", "a"]), text("a, b"), true),
            (list(&["b", "a"]), text("b;a"), true),
            (list(&["b", "a"]), text("a"), false),
            (text("a"), text("A"), false),
            (rich("<p>a <b>b</b></p><ul><li>c</li></ul>"), text("a b\n\n- c"), true),
            (rich("<p>a&nbsp;b</p>"), text("a\u{a0}b"), true),
            (rich("<p>a <b>b</b></p>"), rich("a <strong>b</strong>"), true),
            (rich("<p>a <b>b</b></p>"), rich("<p>a b</p>"), false),
            (rich("<p>5.0</p>"), number(5.0), true),
            (rich("<p>b, a</p>"), list(&["a", "b"]), true),
            (Value::Empty, text("x"), false),
        ];
        for (one, other, expected) in rows {
            assert_eq!((one.means(&other), other.means(&one)), (expected, expected), "{one:?} {other:?}");
        }
    }
}
