//! The shape of the document, as tables: which keys stand where, what they hold, and what they are for.
//!
//! The tables are the one source of three things that must not drift apart: what `check` accepts, which key it suggests
//! for a misspelt one, and the published JSON Schema.

mod access;
mod connections;
mod document;
mod fields;
mod items;

pub(crate) use document::DOCUMENT;

use crate::config::suggest::listed;

/// A mapping with known keys.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What it is, and its name in the schema.
    pub(crate) name: &'static str,
    /// One sentence about it.
    pub(crate) about: &'static str,
    pub(crate) keys: &'static [Key],
}

impl Shape {
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|key| key.name)
    }
}

/// One key of a shape.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) about: &'static str,
}

impl Key {
    const fn required(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, required: true, about }
    }

    const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, required: false, about }
    }
}

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A text that is not empty.
    Text,
    /// The same, white space counted.
    Verbatim,
    /// Any scalar, nothing included.
    Free,
    /// A text, or `file:/path` or `secret:NAME` in place of it.
    Setting,
    /// The same, never shown.
    Secret,
    Flag,
    /// Only true: its opposite has a word of its own.
    Yes,
    Whole {
        min: u64,
        max: u64,
    },
    Word(&'static [&'static str]),
    List {
        of: &'static Kind,
        min: usize,
        max: usize,
    },
    Map(&'static Shape),
    /// A mapping whose keys are names that the document gives.
    Named {
        what: &'static str,
        of: &'static Kind,
        min: usize,
    },
    /// The first that fits what is written: a scalar, a list or a mapping.
    Either(&'static [Kind]),
}

/// No limit on the length of a list but the document's own.
pub(crate) const MANY: usize = usize::MAX;
const TEXTS: Kind = Kind::List { of: &Kind::Text, min: 0, max: MANY };
/// One secret, or two while one takes the other's place.
const SECRETS: Kind = Kind::Either(&[Kind::Secret, Kind::List { of: &Kind::Secret, min: 1, max: 2 }]);

impl Kind {
    /// What is expected, as the rest of a sentence: "must be ...".
    pub(crate) fn expected(&self) -> String {
        match self {
            Self::Text | Self::Verbatim | Self::Free | Self::Setting | Self::Secret => "a text".into(),
            Self::Flag => "`true` or `false`".into(),
            Self::Yes => "`true`".into(),
            Self::Whole { min, max } if min == max => format!("the number {min}"),
            Self::Whole { min, max } => format!("a whole number from {min} to {max}"),
            Self::Word(words) => Self::expected_word(words),
            Self::List { .. } => "a list".into(),
            Self::Map(_) => "a mapping".into(),
            Self::Named { what, .. } => format!("a mapping, one key per {what}"),
            Self::Either(kinds) => kinds.iter().map(Self::expected).collect::<Vec<_>>().join(", or "),
        }
    }

    /// What to write, as the rest of a sentence: "write ...".
    pub(crate) fn remedy(&self) -> String {
        match self {
            Self::Map(shape) => format!("a mapping with keys out of {}", listed(shape.names())),
            Self::Either([Self::Word(words), Self::Map(shape)]) if shape.key("direction").is_some() => {
                format!("`{{ direction: both }}` for both ways, or {}", Self::expected_word(words))
            }
            _ => self.expected(),
        }
    }

    /// What is expected where only these words are possible.
    pub(crate) fn expected_word(words: &[&'static str]) -> String {
        listed(words.iter().copied())
    }
}
