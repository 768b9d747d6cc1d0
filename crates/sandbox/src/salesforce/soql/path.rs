//! A field reached from a row, perhaps over its parents.

use std::borrow::Cow;

use super::super::cell::{Cell, NULL};
use super::super::schema::Kind;
use super::super::state::State;
use super::super::table::Row;

/// One step to a parent: the reference field's name, and its place where the object before is certain.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hop {
    pub(super) field: String,
    pub(super) at: Option<usize>,
    /// The relationship's name, as answers show it.
    pub(super) shown: String,
}

impl Hop {
    /// The parent of a row.
    pub(super) fn follow<'a>(&self, state: &'a State, object: usize, row: &Row) -> Option<(usize, &'a Row)> {
        let at = self.at.or_else(|| state.object(object).field_at(&self.field))?;
        state.row(row.cell(at).as_str()?)
    }
}

/// The field at the end.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Leaf {
    Field {
        at: usize,
        kind: Kind,
    },
    /// Of a parent that may be of several objects.
    Named(String),
}

/// A whole path.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    pub(super) hops: Vec<Hop>,
    pub(super) leaf: Leaf,
    /// The last name, as answers show it.
    pub(super) shown: String,
}

/// A value and what it is.
pub(super) struct Seen<'a> {
    pub(super) cell: Cow<'a, Cell>,
    pub(super) kind: Kind,
}

impl Seen<'_> {
    /// The value as rows are ordered by it: text without regard to case, ids with.
    pub(super) fn sort_key(&self) -> Cell {
        match &*self.cell {
            Cell::Text(text) if !matches!(self.kind, Kind::Id | Kind::Reference) => Cell::text(&text.to_lowercase()),
            other => other.clone(),
        }
    }
}

impl Path {
    /// The value for a row; null where a parent is missing.
    pub(super) fn see<'a>(&self, state: &'a State, object: usize, row: &'a Row) -> Seen<'a> {
        let mut here = Some((object, row));
        for hop in &self.hops {
            here = here.and_then(|(object, row)| hop.follow(state, object, row));
        }
        match here {
            Some((object, row)) => self.leaf.see(state, object, row),
            None => Seen { cell: Cow::Borrowed(&NULL), kind: Kind::Text },
        }
    }

    /// The field's place when it is one of the row's own.
    pub(super) fn own(&self) -> Option<usize> {
        match self.leaf {
            Leaf::Field { at, .. } if self.hops.is_empty() => Some(at),
            _ => None,
        }
    }
}

impl Leaf {
    pub(super) fn see<'a>(&self, state: &'a State, object: usize, row: &'a Row) -> Seen<'a> {
        match self {
            Self::Field { at, kind } => Seen { cell: field(state, object, row, *at), kind: *kind },
            Self::Named(name) if name.eq_ignore_ascii_case("Type") && state.object(object).field(name).is_none() => {
                Seen { cell: Cow::Owned(Cell::text(&state.object(object).name)), kind: Kind::Text }
            }
            Self::Named(name) => match state.object(object).field_at(name) {
                Some(at) => Seen { cell: field(state, object, row, at), kind: state.object(object).fields[at].kind },
                None => Seen { cell: Cow::Borrowed(&NULL), kind: Kind::Text },
            },
        }
    }
}

/// A row's own value, or the parent's that the field reads through.
pub(in crate::salesforce) fn field<'a>(state: &'a State, object: usize, row: &'a Row, at: usize) -> Cow<'a, Cell> {
    let described = state.object(object);
    let Some((by, target)) = described.fields.get(at).and_then(|field| field.through.as_ref()) else {
        return Cow::Borrowed(row.cell(at));
    };
    let parent = described.field_at(by).and_then(|by| state.row(row.cell(by).as_str()?));
    Cow::Borrowed(parent.map_or(&NULL, |(object, row)| state.get(object, row, target)))
}
