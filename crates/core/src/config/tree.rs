//! The document as a tree whose every node knows its line and column. What the nodes mean is not known here.

mod build;
mod resolve;

pub(crate) use build::build;
pub(crate) use resolve::resolve;
use saphyr_parser::ScalarStyle;

/// A place in the document, both counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Position {
    /// The first character of the document.
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

/// A value of the document and where it begins.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: Position,
    pub(crate) content: Content,
}

/// The three shapes of YAML.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: Position,
    pub(crate) value: Node,
}

/// A word of the document. Messages show what is written, never what a reference stands for.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) written: String,
    pub(crate) style: ScalarStyle,
    pub(crate) meant: Meant,
}

/// What a scalar stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    AsWritten,
    Resolved(String),
    /// A reference in it has no value, which has been reported.
    Unknown,
}

/// What stands in for a key that is not there, so that reading can go on.
static ABSENT: Node = Node {
    at: Position::START,
    content: Content::Scalar(Scalar { written: String::new(), style: ScalarStyle::Plain, meant: Meant::AsWritten }),
};

impl Node {
    /// What is not there.
    pub(crate) fn absent() -> Self {
        ABSENT.clone()
    }

    /// The value of a key; null when this is no mapping or has no such key.
    pub(crate) fn get(&self, key: &str) -> &Self {
        self.entry(key).map_or(&ABSENT, |entry| &entry.value)
    }

    /// Whether this is a mapping that has the key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Where the key stands; where this mapping begins, when it has no such key.
    pub(crate) fn key_at(&self, key: &str) -> Position {
        self.entry(key).map_or(self.at, |entry| entry.at)
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries, if this is a mapping.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Map(entries) => entries,
            Content::Scalar(_) | Content::List(_) => &[],
        }
    }

    pub(crate) fn entries_mut(&mut self) -> &mut [Entry] {
        match &mut self.content {
            Content::Map(entries) => entries,
            Content::Scalar(_) | Content::List(_) => &mut [],
        }
    }

    /// The members, if this is a list.
    pub(crate) fn members(&self) -> &[Self] {
        match &self.content {
            Content::List(members) => members,
            Content::Scalar(_) | Content::Map(_) => &[],
        }
    }

    pub(crate) fn members_mut(&mut self) -> &mut [Self] {
        match &mut self.content {
            Content::List(members) => members,
            Content::Scalar(_) | Content::Map(_) => &mut [],
        }
    }

    /// The scalar, if this is one.
    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.content {
            Content::Scalar(scalar) => Some(scalar),
            Content::List(_) | Content::Map(_) => None,
        }
    }

    /// What the scalar says, without white space around it; `None` for null, for what has no value, and for what is no
    /// scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        let scalar = self.scalar().filter(|scalar| !scalar.is_null())?;
        scalar.text().map(str::trim)
    }

    /// What the scalar says, or nothing.
    pub(crate) fn text_or_empty(&self) -> &str {
        self.text().unwrap_or_default()
    }

    /// The scalar as it is written, for messages: what a reference stands for may be a secret.
    pub(crate) fn shown(&self) -> &str {
        self.scalar().map(|scalar| scalar.written.as_str()).unwrap_or_default()
    }

    /// A part of what the scalar says, as it is written; all of it, where a reference hides the part.
    pub(crate) fn shown_part<'a>(&'a self, part: &'a str) -> &'a str {
        if self.shown().contains(part) { part } else { self.shown() }
    }

    /// The word that the scalar says, as the enum that serialises to it.
    pub(crate) fn word<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_value(self.text()?.into()).ok()
    }

    /// The boolean that the scalar says.
    pub(crate) fn flag(&self) -> Option<bool> {
        self.text()?.parse().ok()
    }

    /// The whole number that the scalar says.
    pub(crate) fn whole<T: std::str::FromStr>(&self) -> Option<T> {
        self.text()?.parse().ok()
    }
}

impl Scalar {
    /// Whether it is one of the ways in which YAML writes nothing.
    pub(crate) fn is_null(&self) -> bool {
        self.style == ScalarStyle::Plain && matches!(self.written.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// What it stands for, if that is known.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.meant {
            Meant::AsWritten => Some(&self.written),
            Meant::Resolved(text) => Some(text),
            Meant::Unknown => None,
        }
    }
}
