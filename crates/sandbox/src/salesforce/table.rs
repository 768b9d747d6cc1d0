//! The rows of one object, with the indexes that keep reads and checks quick.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::cell::{Cell, NULL};
use super::schema::Object;

/// One record. Fields added to the object after it was written are simply not there yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) id: Arc<str>,
    pub(super) cells: Vec<Cell>,
}

impl Row {
    pub(super) fn cell(&self, field: usize) -> &Cell {
        self.cells.get(field).unwrap_or(&NULL)
    }

    pub(super) fn set(&mut self, field: usize, cell: Cell) {
        if field >= self.cells.len() {
            self.cells.resize(field + 1, Cell::Null);
        }
        self.cells[field] = cell;
    }
}

/// All records of one object, deleted ones included. A place is a row's number, which never changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    rows: Vec<Option<Row>>,
    by_id: HashMap<Arc<str>, usize>,
    stamp_field: Option<usize>,
    by_stamp: BTreeSet<(i64, usize)>,
    indexes: HashMap<usize, Index>,
}

#[derive(Clone, Debug, Default)]
struct Index {
    case_sensitive: bool,
    places: HashMap<String, BTreeSet<usize>>,
}

impl Index {
    fn key(&self, text: &str) -> String {
        if self.case_sensitive { text.to_owned() } else { text.to_lowercase() }
    }
}

impl Table {
    pub(super) fn new(object: &Object) -> Self {
        let mut table = Self::default();
        table.learn(object);
        table
    }

    /// Takes note of the object's fields; again after one was added.
    pub(super) fn learn(&mut self, object: &Object) {
        self.stamp_field = object.field_at("SystemModstamp");
        for (at, field) in object.fields.iter().enumerate() {
            if field.is_indexed() && field.name != "Id" {
                let case_sensitive = field.case_sensitive || !field.references.is_empty();
                self.indexes.entry(at).or_insert_with(|| Index { case_sensitive, ..Index::default() });
            }
        }
    }

    pub(super) fn row(&self, place: usize) -> Option<&Row> {
        self.rows.get(place)?.as_ref()
    }

    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&Row> {
        self.row(self.place(id)?)
    }

    /// Every row, in the order of making.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, &Row)> {
        self.rows.iter().enumerate().filter_map(|(place, row)| Some((place, row.as_ref()?)))
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The rows stamped between two times, both included, oldest first.
    pub(super) fn stamped(&self, from_ms: i64, to_ms: i64) -> impl DoubleEndedIterator<Item = usize> {
        let range = (from_ms, 0)..=(to_ms, usize::MAX);
        // An empty range would panic.
        let sound = from_ms <= to_ms;
        sound.then(|| self.by_stamp.range(range)).into_iter().flatten().map(|(_, place)| *place)
    }

    /// The rows whose field has this text; `None` where the field has no index.
    pub(super) fn having(&self, field: usize, text: &str) -> Option<impl Iterator<Item = usize>> {
        let index = self.indexes.get(&field)?;
        Some(index.places.get(&index.key(text)).into_iter().flatten().copied())
    }

    pub(super) fn insert(&mut self, row: Row) -> usize {
        let place = self.rows.len();
        self.rows.push(None);
        self.put(place, Some(row));
        place
    }

    /// Puts a row into a place, or nothing; returns what was there.
    pub(super) fn put(&mut self, place: usize, row: Option<Row>) -> Option<Row> {
        let before = self.rows[place].take();
        if let Some(before) = &before {
            self.unlist(place, before, row.as_ref());
        }
        if let Some(row) = &row {
            self.list(place, row);
        }
        self.rows[place] = row;
        before
    }

    fn list(&mut self, place: usize, row: &Row) {
        self.by_id.insert(row.id.clone(), place);
        if let Some(ms) = self.stamp(row) {
            self.by_stamp.insert((ms, place));
        }
        for (field, index) in &mut self.indexes {
            if let Some(text) = row.cell(*field).as_str() {
                let key = index.key(text);
                index.places.entry(key).or_default().insert(place);
            }
        }
    }

    /// Takes a row off the lists, save where the next one stands there as well.
    fn unlist(&mut self, place: usize, row: &Row, next: Option<&Row>) {
        if next.is_none_or(|next| next.id != row.id) {
            self.by_id.remove(&row.id);
        }
        if let Some(ms) = self.stamp(row) {
            self.by_stamp.remove(&(ms, place));
        }
        for (field, index) in &mut self.indexes {
            let Some(text) = row.cell(*field).as_str() else { continue };
            if next.is_some_and(|next| next.cell(*field).as_str() == Some(text)) {
                continue;
            }
            let key = index.key(text);
            if let Some(places) = index.places.get_mut(&key) {
                places.remove(&place);
                if places.is_empty() {
                    index.places.remove(&key);
                }
            }
        }
    }

    fn stamp(&self, row: &Row) -> Option<i64> {
        row.cell(self.stamp_field?).as_ms()
    }
}
