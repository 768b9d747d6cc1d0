//! Wire rows to canonical records, and canonical values to wire values. Neither direction decides anything.

pub(crate) mod asked;
pub(crate) mod changelog;
pub(crate) mod jira;
pub(crate) mod salesforce;

pub(crate) use entente_core::codec::instant;
use entente_core::{Field, Value};
use jiff::civil;

/// How a field keeps its value on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// HTML in a string.
    Html,
    /// An ADF document.
    Document,
    /// A JSON number.
    Number,
    /// A JSON boolean.
    Flag,
    /// `YYYY-MM-DD`.
    Date,
    /// A point in time with an offset.
    Instant,
    /// An object with a `name`: priority, status, resolution, component, version.
    Named,
    /// An object with a `value`: an option of a custom field.
    Option,
    /// An option and the option below it, of which a line maps one or both.
    Cascade(Option<Level>),
    /// A Jira account: `accountId`.
    Account,
    /// Another issue: its `key`.
    Keyed,
    /// Several fields in one object, which can only be read.
    Compound,
    /// Several of the same kind.
    List(Box<Kind>),
    /// Several values in one string, separated by semicolons: a multi-select picklist.
    Semicolons,
    /// Something that this version does not translate; its vendor's name.
    Foreign(String),
}

fn date(text: &str) -> Option<civil::Date> {
    text.parse().ok()
}

/// Which option of a cascading field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// `FIELD.parent`.
    Parent,
    /// `FIELD.child`.
    Child,
}

impl Level {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Child => "child",
        }
    }
}

/// A day as a point in time: both sides must come to the same, so it begins at midnight, UTC.
fn midnight(date: civil::Date) -> Option<jiff::Timestamp> {
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

/// The day of a point in time, by the same clock.
fn day(instant: jiff::Timestamp) -> civil::Date {
    instant.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// A value that was read, or why it could not be.
fn known(value: Option<Value>, shown: &serde_json::Value, kind: &Kind) -> Field {
    match value {
        Some(value) => Field::Known(value),
        None => {
            let shown: String = shown.to_string().chars().take(80).collect();
            Field::Unreadable(format!("{shown} is not a value of the kind {kind:?}"))
        }
    }
}
