//! Wire rows to canonical records, and canonical values to wire values. Neither direction decides anything.

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
    /// A Jira account: `accountId`.
    Account,
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
