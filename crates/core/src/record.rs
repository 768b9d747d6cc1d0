//! What one side of a link looks like: its fields, and whether it is there at all.

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::value::Value;

/// The name of a field as the configuration writes it: `Subject`, `account.Name`, `summary`, `Salesforce Case ID`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldPath(Arc<str>);

impl FieldPath {
    /// Wraps a name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for FieldPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for FieldPath {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names of what is no field of a record, and which it shows all the same: lines of a mapping may carry it over, and
/// nothing writes it.
pub mod shown {
    use crate::side::Side;

    /// The address at which people open the Salesforce record.
    pub const RECORD_URL: &str = "record.url";
    /// The key of the issue, as it is now.
    pub const ISSUE_KEY: &str = "issue.key";
    /// The id of the issue, which stays when it moves.
    pub const ISSUE_ID: &str = "issue.id";
    /// The address at which people open the issue.
    pub const ISSUE_URL: &str = "issue.url";

    /// Whether a side has such a name.
    #[must_use]
    pub fn has(side: Side, path: &str) -> bool {
        match side {
            Side::Salesforce => path == RECORD_URL,
            Side::Jira => [ISSUE_KEY, ISSUE_ID, ISSUE_URL].contains(&path),
        }
    }
}

/// One field of a record that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// It was read.
    Known(Value),
    /// It could not be read; the sentence says why. Never to be taken for empty.
    Unreadable(String),
}

/// The content of one side that was read, by field name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Record {
    fields: BTreeMap<FieldPath, Field>,
}

impl Record {
    /// The field, if it was asked for.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<&Field> {
        self.fields.get(path)
    }

    /// The value of a field that was read; `None` when it was not asked for or could not be read.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&Value> {
        match self.fields.get(path) {
            Some(Field::Known(value)) => Some(value),
            Some(Field::Unreadable(_)) | None => None,
        }
    }

    /// Adds or replaces a field.
    pub fn set(&mut self, path: FieldPath, field: Field) {
        self.fields.insert(path, field);
    }

    /// All fields in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldPath, &Field)> {
        self.fields.iter()
    }
}

impl FromIterator<(FieldPath, Field)> for Record {
    fn from_iter<I: IntoIterator<Item = (FieldPath, Field)>>(fields: I) -> Self {
        Self { fields: fields.into_iter().collect() }
    }
}

/// How one side of a link looks now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There never was one: it may be created.
    None,
    /// It is there.
    Present(Record),
    /// There was one and it is not there any more: never created again silently.
    Gone {
        /// When it was first missed.
        since: Timestamp,
        /// Whether the loss is certain (an event, or two misses far enough apart while others could be read).
        confirmed: bool,
    },
    /// It could not be read; the sentence says why. Nothing may be concluded from it.
    Unreadable(String),
}

impl State {
    /// The record, when it is there.
    #[must_use]
    pub fn present(&self) -> Option<&Record> {
        match self {
            Self::Present(record) => Some(record),
            Self::None | Self::Gone { .. } | Self::Unreadable(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_read_has_a_value() {
        let mut record = Record::default();
        record.set("Subject".into(), Field::Known(Value::text("a")));
        record.set("Secret__c".into(), Field::Unreadable("no access".into()));
        assert_eq!(record.value("Subject"), Some(&Value::text("a")));
        assert_eq!((record.value("Secret__c"), record.value("Other")), (None, None));
        assert_eq!(record.field("Secret__c"), Some(&Field::Unreadable("no access".into())));
        let names: Vec<&str> = record.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, ["Secret__c", "Subject"]);
        assert_eq!(State::Present(record.clone()).present(), Some(&record));
        assert_eq!(State::Unreadable("403".into()).present(), None);
    }
}
