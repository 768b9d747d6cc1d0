//! `IssueId` and `IssueKey`: the two names of an issue.
//!
//! The id is for ever; the key changes when an issue moves to another project or a project is renamed.
//! Whatever is stored keeps the id; the key is for people and for links.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The numeric id of an issue, which no move or rename changes.
///
/// JSON writes it as a string of digits; some webhooks as a number. Both are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IssueId(u64);

/// The key of an issue, such as `OPS-7`: upper case, project and number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IssueKey {
    project: String,
    number: u64,
}

/// An issue named by its id or by its key; every call that reads accepts either.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IssueRef {
    /// By the id that never changes.
    Id(IssueId),
    /// By the key, which Jira also resolves after a move.
    Key(IssueKey),
}

/// Text that is not an issue id or key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct NotAnIssue {
    text: String,
    expected: &'static str,
}

impl IssueId {
    /// The id with this number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number itself, as the search's `reconcileIssues` wants it.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for IssueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for IssueId {
    type Err = NotAnIssue;

    fn from_str(text: &str) -> Result<Self, NotAnIssue> {
        // `u64::from_str` alone would accept "+7".
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|_| digits)
            .map(Self)
            .ok_or_else(|| NotAnIssue::of(text, "an issue id: digits only, such as 10042"))
    }
}

impl Serialize for IssueId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IssueId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdVisitor)
    }
}

struct IdVisitor;

impl de::Visitor<'_> for IdVisitor {
    type Value = IssueId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an issue id as a string of digits or as a number")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<IssueId, E> {
        Ok(IssueId(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<IssueId, E> {
        u64::try_from(number).map(IssueId).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<IssueId, E> {
        text.parse().map_err(E::custom)
    }
}

impl IssueKey {
    /// The key of issue `number` in `project`; `None` if the project key could not be one.
    #[must_use]
    pub fn new(project: &str, number: u64) -> Option<Self> {
        let letter_first = project.starts_with(|c: char| c.is_ascii_alphabetic());
        let word = project.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (letter_first && word).then(|| Self { project: project.to_ascii_uppercase(), number })
    }

    /// The project's key: `OPS` of `OPS-7`.
    #[must_use]
    pub fn project(&self) -> &str {
        &self.project
    }

    /// The number in the project: `7` of `OPS-7`.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }
}

impl fmt::Display for IssueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.project, self.number)
    }
}

impl FromStr for IssueKey {
    type Err = NotAnIssue;

    fn from_str(text: &str) -> Result<Self, NotAnIssue> {
        text.rsplit_once('-')
            .and_then(|(project, number)| Self::new(project, number.parse::<IssueId>().ok()?.0))
            .ok_or_else(|| NotAnIssue::of(text, "an issue key: project, hyphen, number, such as OPS-7"))
    }
}

impl Serialize for IssueKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IssueKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl From<IssueId> for IssueRef {
    fn from(id: IssueId) -> Self {
        Self::Id(id)
    }
}

impl From<IssueKey> for IssueRef {
    fn from(key: IssueKey) -> Self {
        Self::Key(key)
    }
}

impl From<&IssueId> for IssueRef {
    fn from(id: &IssueId) -> Self {
        Self::Id(*id)
    }
}

impl From<&IssueKey> for IssueRef {
    fn from(key: &IssueKey) -> Self {
        Self::Key(key.clone())
    }
}

impl fmt::Display for IssueRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Key(key) => key.fmt(f),
        }
    }
}

impl FromStr for IssueRef {
    type Err = NotAnIssue;

    fn from_str(text: &str) -> Result<Self, NotAnIssue> {
        let by_id = text.parse().map(Self::Id);
        by_id.or_else(|_| text.parse().map(Self::Key))
    }
}

impl NotAnIssue {
    fn of(text: &str, expected: &'static str) -> Self {
        Self { text: text.chars().take(64).collect(), expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_digits_and_nothing_else() {
        for (text, expected) in [
            ("10042", Some(10042)),
            ("0", Some(0)),
            ("", None),
            ("+7", None),
            ("-7", None),
            ("7 ", None),
            ("OPS-7", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(text.parse::<IssueId>().ok().map(IssueId::number), expected, "{text:?}");
        }
    }

    #[test]
    fn ids_are_read_from_strings_and_numbers_and_written_as_strings() {
        for json in ["\"10042\"", "10042"] {
            assert_eq!(serde_json::from_str::<IssueId>(json).ok(), Some(IssueId(10042)), "{json}");
        }
        for json in ["-1", "\"x\"", "null", "1.5"] {
            assert!(serde_json::from_str::<IssueId>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::to_string(&IssueId(7)).ok().as_deref(), Some("\"7\""));
    }

    #[test]
    fn keys_are_normalised_to_upper_case_and_split_at_the_last_hyphen() {
        for (text, expected) in [
            ("OPS-7", Some("OPS-7")),
            ("ops-7", Some("OPS-7")),
            ("A1_B-12", Some("A1_B-12")),
            ("OPS-", None),
            ("-7", None),
            ("OPS7", None),
            ("1OPS-7", None),
            ("O PS-7", None),
            ("OPS-7/../8", None),
        ] {
            assert_eq!(text.parse::<IssueKey>().ok().map(|key| key.to_string()).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_reference_prefers_the_id() {
        assert!(matches!("7".parse(), Ok(IssueRef::Id(IssueId(7)))));
        assert!(matches!("OPS-7".parse(), Ok(IssueRef::Key(_))));
        assert!("?".parse::<IssueRef>().is_err());
    }
}
