//! A query whose names are known, and whether an issue fits it.

use std::collections::HashSet;

use serde_json::Value;

use crate::jira::adf;
use crate::jira::contents::Contents;
use crate::jira::fields::Kind;
use crate::jira::issue::Issue;

/// A condition on one issue.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    All(Vec<Rule>),
    Any(Vec<Rule>),
    Not(Box<Rule>),
    Nothing,
    Ids(HashSet<u64>),
    Projects(HashSet<u64>),
    Types(HashSet<String>),
    Statuses(HashSet<String>),
    Creators(HashSet<String>),
    Watchers(HashSet<String>),
    /// A stored id or text, or one of a stored list, is among these.
    Stored(String, HashSet<String>),
    Empty(String),
    /// From (inclusive) and to (exclusive).
    Time(Clock, i64, i64),
    /// Dates compare as text.
    Date(String, Bounds<String>),
    Number(String, Bounds<f64>),
    Text(Vec<String>, Pattern),
}

/// Which time of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Clock {
    Created,
    Updated,
    Resolved,
    StatusChanged,
    Field(String),
}

/// From and to, each with whether it belongs to the range.
#[derive(Debug, Clone)]
pub(crate) struct Bounds<T> {
    pub(crate) from: Option<(T, bool)>,
    pub(crate) to: Option<(T, bool)>,
}

impl<T: PartialOrd> Bounds<T> {
    fn hold(&self, value: &T) -> bool {
        let after = self.from.as_ref().is_none_or(|(from, inclusive)| value > from || (*inclusive && value == from));
        let before = self.to.as_ref().is_none_or(|(to, inclusive)| value < to || (*inclusive && value == to));
        after && before
    }
}

/// What `~` looks for: words in any order, the last letters open after `*`, or a phrase in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    phrase: bool,
    words: Vec<(String, bool)>,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        let trimmed = text.trim();
        let phrase = trimmed.len() >= 2 && trimmed.starts_with('"') && trimmed.ends_with('"');
        let open = |word: &str| word.ends_with('*');
        let words = trimmed.split_whitespace().flat_map(|piece| {
            let cut = words_of(piece);
            let last = cut.len();
            let is_open = open(piece);
            cut.into_iter().enumerate().map(move |(n, word)| (word, is_open && n + 1 == last)).collect::<Vec<_>>()
        });
        Self { phrase, words: words.collect() }
    }

    fn found_in(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        // Most texts lack a word altogether; only the others are worth cutting up.
        if self.words.iter().any(|(word, _)| !lower.contains(word.as_str())) {
            return false;
        }
        let text = words_of(&lower);
        let equal = |(wanted, open): &(String, bool), word: &String| {
            if *open { word.starts_with(wanted) } else { word == wanted }
        };
        if self.words.is_empty() {
            return false;
        }
        if self.phrase {
            return text
                .windows(self.words.len())
                .any(|window| self.words.iter().zip(window).all(|(wanted, word)| equal(wanted, word)));
        }
        self.words.iter().all(|wanted| text.iter().any(|word| equal(wanted, word)))
    }
}

/// The search index's words: letters and digits, in lower case.
fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

impl Rule {
    pub(crate) fn fits(&self, issue: &Issue, contents: &Contents) -> bool {
        match self {
            Self::All(rules) => rules.iter().all(|rule| rule.fits(issue, contents)),
            Self::Any(rules) => rules.iter().any(|rule| rule.fits(issue, contents)),
            Self::Not(rule) => !rule.fits(issue, contents),
            Self::Nothing => false,
            Self::Ids(ids) => ids.contains(&issue.id),
            Self::Projects(ids) => ids.contains(&issue.project),
            Self::Types(ids) => ids.contains(&issue.kind),
            Self::Statuses(ids) => ids.contains(&issue.status),
            Self::Creators(ids) => ids.contains(&issue.creator),
            Self::Watchers(ids) => ids.iter().any(|id| issue.watchers.contains(id)),
            Self::Stored(field, values) => issue.value(field).is_some_and(|stored| among(stored, values)),
            Self::Empty(field) => is_empty(issue, field),
            Self::Time(clock, from, to) => time_of(issue, clock).is_some_and(|ms| (*from..*to).contains(&ms)),
            Self::Date(field, bounds) => {
                issue.value(field).and_then(Value::as_str).is_some_and(|day| bounds.hold(&day.to_owned()))
            }
            Self::Number(field, bounds) => issue.value(field).and_then(Value::as_f64).is_some_and(|n| bounds.hold(&n)),
            Self::Text(fields, pattern) => fields.iter().any(|field| text_fits(issue, field, pattern, contents)),
        }
    }

    /// The earliest `updated` this rule lets through, to skip older issues.
    pub(crate) fn updated_from(&self) -> i64 {
        match self {
            Self::Time(Clock::Updated, from, _) => *from,
            Self::All(rules) => rules.iter().map(Self::updated_from).max().unwrap_or(i64::MIN),
            _ => i64::MIN,
        }
    }

    /// The only ids this rule can let through, if it names them.
    pub(crate) fn ids(&self) -> Option<&HashSet<u64>> {
        match self {
            Self::Ids(ids) => Some(ids),
            Self::All(rules) => rules.iter().find_map(Self::ids),
            _ => None,
        }
    }
}

fn among(stored: &Value, values: &HashSet<String>) -> bool {
    match stored {
        Value::String(text) => values.contains(text),
        Value::Array(items) => items.iter().any(|item| among(item, values)),
        other => values.contains(&other.to_string()),
    }
}

fn is_empty(issue: &Issue, field: &str) -> bool {
    match field {
        "comment" => issue.comments.is_empty(),
        "attachment" => issue.attachments.is_empty(),
        "resolutiondate" => issue.resolved.is_none(),
        _ => issue.value(field).is_none(),
    }
}

fn time_of(issue: &Issue, clock: &Clock) -> Option<i64> {
    match clock {
        Clock::Created => Some(issue.created),
        Clock::Updated => Some(issue.updated),
        Clock::Resolved => issue.resolved,
        Clock::StatusChanged => Some(issue.status_changed),
        Clock::Field(field) => issue.value(field)?.as_i64(),
    }
}

fn text_fits(issue: &Issue, field: &str, pattern: &Pattern, contents: &Contents) -> bool {
    if field == "comment" {
        return issue.comments.iter().any(|comment| pattern.found_in(&adf::text::of_stored(&comment.body)));
    }
    let Some(stored) = issue.value(field) else { return false };
    let rich = contents.catalogue.field(field).is_some_and(|f| f.kind == Kind::Rich);
    if rich {
        pattern.found_in(&adf::text::of_stored(stored))
    } else {
        pattern.found_in(stored.as_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_prefixes_and_phrases() {
        let found = |pattern: &str, text: &str| Pattern::new(pattern).found_in(text);
        assert!(found("login page", "The PAGE after login"));
        assert!(!found("login page", "The login"));
        assert!(found("log*", "The login"));
        assert!(!found("log", "The login"));
        assert!(found("\"after login\"", "The page after login"));
        assert!(!found("\"login page\"", "The page after login"));
        assert!(found("5005g00000AbCdEAAV", "5005g00000abcdeaav"));
        assert!(!found("", "anything"));
    }
}
