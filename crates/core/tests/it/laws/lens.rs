//! What a mapping means, said a second time, in plain texts and without a line of the code under test.
//!
//! An empty text is nothing.

use entente_core::{
    FieldMapping,
    item::{Direction, ValueMap},
    transform::Transform,
};

/// The texts that all records are made of: few, so that they meet often, and next to one another under every lens.
pub(super) const TEXTS: [&str; 6] = ["", "a", "b", "x", "A", "ab"];

/// The kinds of mapping lines, one of each that behaves in its own way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lens {
    Plain,
    Table(&'static [(&'static str, &'static str)]),
    /// The first characters, on the way to Jira.
    Cut(usize),
    /// Lower case on the way to Jira, and no way back is given.
    Lower,
    /// Lower case there, upper case back.
    LowerUpper,
    /// Lower case there, then the table.
    LowerTable(&'static [(&'static str, &'static str)]),
    /// Upper case, on the way to Salesforce only.
    UpperBack,
}

/// One to one.
pub(super) const PAIRS: Lens = Lens::Table(&[("a", "x"), ("b", "a"), ("x", "b")]);
/// Two to one.
pub(super) const MERGED: Lens = Lens::Table(&[("a", "x"), ("b", "x"), ("A", "ab")]);
/// Nothing has a counterpart of its own.
pub(super) const MAPS_EMPTY: Lens = Lens::Table(&[("a", ""), ("b", "b")]);

pub(super) const LENSES: [Lens; 9] = [
    Lens::Plain,
    PAIRS,
    MERGED,
    MAPS_EMPTY,
    Lens::Cut(1),
    Lens::Lower,
    Lens::LowerUpper,
    Lens::LowerTable(&[("a", "x"), ("b", "A")]),
    Lens::UpperBack,
];

impl Lens {
    /// The line of the configuration that it stands for.
    pub(super) fn mapping(self, salesforce: &str, jira: &str, direction: Direction) -> FieldMapping {
        let (to_jira, to_salesforce) = match self {
            Self::Plain | Self::Table(_) => (vec![], vec![]),
            Self::Cut(n) => (vec![Transform::FirstCharacters(n)], vec![]),
            Self::Lower | Self::LowerTable(_) => (vec![Transform::LowerCase], vec![]),
            Self::LowerUpper => (vec![Transform::LowerCase], vec![Transform::UpperCase]),
            Self::UpperBack => (vec![], vec![Transform::UpperCase]),
        };
        let values = self.table().map(|pairs| ValueMap::of_texts(pairs.iter().copied()));
        FieldMapping { direction, values, to_jira, to_salesforce, ..FieldMapping::plain(salesforce, jira) }
    }

    /// Whether values may flow this way: what has only a way back flows only back.
    pub(super) fn allows(self, direction: Direction) -> bool {
        self != Self::UpperBack || direction == Direction::ToSalesforce
    }

    fn table(self) -> Option<&'static [(&'static str, &'static str)]> {
        match self {
            Self::Table(pairs) | Self::LowerTable(pairs) => Some(pairs),
            _ => None,
        }
    }

    pub(super) fn agree(self, salesforce: &str, jira: &str) -> bool {
        match self {
            Self::UpperBack => jira.to_uppercase() == salesforce,
            _ => self.to_jira(salesforce).as_deref() == Some(jira),
        }
    }

    /// What Jira should show for a Salesforce text.
    pub(super) fn to_jira(self, salesforce: &str) -> Option<String> {
        match self {
            Self::Plain | Self::UpperBack => Some(salesforce.to_owned()),
            Self::Cut(n) => Some(salesforce.chars().take(n).collect()),
            Self::Lower | Self::LowerUpper => Some(salesforce.to_lowercase()),
            Self::Table(_) => self.look_up(salesforce, |(from, to)| (from, to)),
            Self::LowerTable(_) => self.look_up(&salesforce.to_lowercase(), |(from, to)| (from, to)),
        }
    }

    /// What Salesforce should show for a Jira text that it does not agree with yet.
    pub(super) fn to_salesforce(self, jira: &str) -> Option<String> {
        let back = match self {
            Self::Plain | Self::Cut(_) | Self::Lower => jira.to_owned(),
            Self::LowerUpper | Self::UpperBack => jira.to_uppercase(),
            Self::Table(_) | Self::LowerTable(_) => self.look_up(jira, |(to, from)| (from, to))?,
        };
        self.agree(&back, jira).then_some(back)
    }

    /// The first line that fits. Nothing stands for nothing, unless the table says what nothing in Salesforce stands for.
    fn look_up(
        self,
        text: &str,
        turn: impl Fn((&'static str, &'static str)) -> (&'static str, &'static str),
    ) -> Option<String> {
        let pairs = self.table().unwrap_or_default();
        if text.is_empty() && pairs.iter().all(|(salesforce, _)| !salesforce.is_empty()) {
            return Some(String::new());
        }
        pairs.iter().map(|pair| turn(*pair)).find(|(from, _)| *from == text).map(|(_, to)| to.to_owned())
    }
}
