//! Everything the org remembers, behind its one lock.
//!
//! Writes go through a transaction: [`State::savepoint`] and [`State::roll_back`] bracket what must happen as a whole,
//! [`State::commit`] makes it final, fills the write log and sends outbound messages.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::cell::Cell;
use super::cursor::Cursors;
use super::id;
use super::oauth::Sessions;
use super::push::Pushes;
use super::quota::Quota;
use super::recent::Recent;
use super::record_type::{self, RecordTypes};
use super::rights::Rights;
use super::rules::custom::CustomRules;
use super::schema::{Object, Schema, notation, tables};
use super::table::{Row, Table};
use crate::control::{Control, Write};

/// Custom objects' prefixes are `a00`, `a01`, ...
const CUSTOM_PREFIX_RADIX: usize = 36;

/// The org's memory.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(super) schema: Schema,
    pub(super) tables: Vec<Table>,
    /// Custom objects and fields in the order in which they were added, for snapshots.
    pub(super) customised: Vec<Value>,
    pub(super) counters: HashMap<String, u64>,
    pub(super) blobs: HashMap<Arc<str>, Bytes>,
    pub(super) sessions: Sessions,
    pub(super) rights: Rights,
    pub(super) rules: CustomRules,
    pub(super) pushes: Pushes,
    pub(super) cursors: Cursors,
    pub(super) recent: Recent,
    pub(super) record_types: RecordTypes,
    pub(super) quota: Quota,
    /// When an object, a field or a right last changed, for conditional describes.
    pub(super) schema_changed_ms: i64,
    undo: Vec<Undo>,
    writes: Vec<Write>,
    touched: Vec<(usize, Arc<str>)>,
}

#[derive(Clone, Debug)]
struct Undo {
    object: usize,
    place: usize,
    before: Option<Row>,
}

/// A point in a transaction to which it can return.
#[derive(Clone, Copy, Debug)]
pub(super) struct Savepoint {
    n_undo: usize,
    n_writes: usize,
    n_touched: usize,
}

impl State {
    /// The schema of a fresh world, without rows.
    pub(super) fn new(prerequisites: bool) -> Self {
        let mut state = Self::standard();
        for customised in tables::own(prerequisites) {
            if let Err(error) = state.customise(&customised) {
                panic!("schema/own.yaml: {error}");
            }
        }
        state
    }

    /// The vendor's own schema, without rows.
    pub(super) fn standard() -> Self {
        let schema = tables::standard();
        Self {
            tables: schema.objects.iter().map(Table::new).collect(),
            schema,
            customised: Vec::new(),
            counters: HashMap::new(),
            blobs: HashMap::new(),
            sessions: Sessions::default(),
            rights: Rights::default(),
            rules: CustomRules::default(),
            pushes: Pushes::default(),
            cursors: Cursors::default(),
            recent: Recent::default(),
            record_types: RecordTypes::default(),
            quota: Quota::default(),
            schema_changed_ms: 0,
            undo: Vec::new(),
            writes: Vec::new(),
            touched: Vec::new(),
        }
    }

    /// Adds a custom object, or fields to an object that is there.
    pub(super) fn customise(&mut self, written: &Value) -> Result<(), String> {
        let name = ["object", "name", "fullName"].iter().find_map(|key| written[*key].as_str());
        let name = name.ok_or("say which `object`")?;
        let object = match self.schema.object_at(name) {
            Some(at) => at,
            None if name.ends_with("__c") => self.add_object(name, written)?,
            None => return Err(format!("there is no object {name}, and a custom one's name ends in __c")),
        };
        for (name, field) in notation::fields(&written["fields"])? {
            let field = notation::field(&name, &field)?;
            for part in notation::parts(&field)? {
                self.schema.objects[object].add(part);
            }
            self.schema.objects[object].add(field);
        }
        record_type::learn(self, object, written)?;
        self.tables[object].learn(&self.schema.objects[object]);
        self.customised.push(written.clone());
        Ok(())
    }

    fn add_object(&mut self, name: &str, written: &Value) -> Result<usize, String> {
        let number = self.schema.objects.iter().filter(|object| object.is_custom()).count();
        let digit = |at: usize| char::from_digit(u32::try_from(at % CUSTOM_PREFIX_RADIX).unwrap_or(0), 36);
        let digits: String = [number / CUSTOM_PREFIX_RADIX, number].iter().filter_map(|at| digit(*at)).collect();
        let mut object = notation::object(name, &format!("a{}", digits.to_uppercase()), &without_fields(written))?;
        for (name, line) in [
            ("OwnerId", "reference(Group User) as Owner defaulted \"Owner ID\""),
            ("Name", "string(80) defaulted name"),
        ] {
            object.add(notation::line(name, line)?);
        }
        self.tables.push(Table::new(&object));
        Ok(self.schema.add(object))
    }

    pub(crate) fn has_object(&self, name: &str) -> bool {
        self.schema.object_at(name).is_some()
    }

    pub(super) fn object(&self, at: usize) -> &Object {
        &self.schema.objects[at]
    }

    /// The row of an id of any object.
    pub(super) fn row(&self, id: &str) -> Option<(usize, &Row)> {
        let object = self.schema.by_id(id)?;
        Some((object, self.tables[object].by_id(id)?))
    }

    /// A field of a row by name; null if there is none of that name.
    pub(super) fn get<'a>(&self, object: usize, row: &'a Row, field: &str) -> &'a Cell {
        self.object(object).field_at(field).map_or(&super::cell::NULL, |at| row.cell(at))
    }

    pub(super) fn is_deleted(&self, object: usize, row: &Row) -> bool {
        self.get(object, row, "IsDeleted").is_true()
    }

    /// The next id of an object.
    pub(super) fn next_id(&mut self, object: usize) -> Arc<str> {
        let prefix = self.object(object).prefix.clone();
        let number = self.count(&prefix);
        Arc::from(id::make(&prefix, number))
    }

    /// The next number of a counter, from 1.
    pub(crate) fn count(&mut self, counter: &str) -> u64 {
        let number = self.counters.entry(counter.to_owned()).or_default();
        *number += 1;
        *number
    }

    /// Where the transaction stands.
    pub(super) fn savepoint(&self) -> Savepoint {
        Savepoint { n_undo: self.undo.len(), n_writes: self.writes.len(), n_touched: self.touched.len() }
    }

    /// Undoes everything since a savepoint. Numbers that were given out stay used, as at the vendor's.
    pub(super) fn roll_back(&mut self, to: Savepoint) {
        for undo in self.undo.drain(to.n_undo..).rev() {
            self.tables[undo.object].put(undo.place, undo.before);
        }
        self.writes.truncate(to.n_writes);
        self.touched.truncate(to.n_touched);
    }

    /// Makes the transaction final.
    pub(super) fn commit(&mut self, control: &Control) {
        self.undo.clear();
        self.writes.drain(..).for_each(|write| control.log_write(write));
        let touched = std::mem::take(&mut self.touched);
        self.pushes.send(control, &self.schema, self.sessions.org_id(), &touched);
    }

    pub(super) fn insert(&mut self, object: usize, row: Row) -> usize {
        let place = self.tables[object].insert(row);
        self.undo.push(Undo { object, place, before: None });
        place
    }

    pub(super) fn replace(&mut self, object: usize, place: usize, row: Option<Row>) {
        let before = self.tables[object].put(place, row);
        self.undo.push(Undo { object, place, before });
    }

    /// Notes a field that a call wrote.
    pub(super) fn log(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// Notes a record that outbound messages should tell about.
    pub(super) fn touch(&mut self, object: usize, id: &Arc<str>) {
        self.touched.push((object, id.clone()));
    }

    /// Adds a row as it is, outside of any transaction: for seeds, imports and snapshots.
    pub(crate) fn plant(&mut self, object: &str, id: Option<Arc<str>>, cells: &[(&str, Cell)]) -> Arc<str> {
        let Some(object) = self.schema.object_at(object) else { return Arc::from("") };
        let id = id.unwrap_or_else(|| self.next_id(object));
        let mut row = Row { id: id.clone(), cells: Vec::with_capacity(self.object(object).fields.len()) };
        row.set(0, Cell::Text(id.clone()));
        for (name, cell) in cells {
            if let Some(at) = self.object(object).field_at(name) {
                row.set(at, cell.clone());
            }
        }
        self.plant_row(object, row);
        id
    }

    /// The people who can own records.
    pub(crate) fn active_users(&self) -> Vec<Arc<str>> {
        self.ids_where("User", |state, object, row| {
            let own = state.get(object, row, "Username").as_str();
            state.get(object, row, "IsActive").is_true() && own != Some(crate::credentials::SALESFORCE_LEAST_USERNAME)
        })
    }

    /// The queues.
    pub(crate) fn queues(&self) -> Vec<Arc<str>> {
        self.ids_where("Group", |state, object, row| state.get(object, row, "Type").as_str() == Some("Queue"))
    }

    fn ids_where(&self, object: &str, wanted: impl Fn(&Self, usize, &Row) -> bool) -> Vec<Arc<str>> {
        let Some(object) = self.schema.object_at(object) else { return Vec::new() };
        let rows = self.tables[object].rows().filter(|(_, row)| wanted(self, object, row));
        rows.map(|(_, row)| row.id.clone()).collect()
    }

    /// Adds a whole row, or replaces the one of its id.
    pub(super) fn plant_row(&mut self, object: usize, row: Row) {
        match self.tables[object].place(&row.id) {
            Some(place) => drop(self.tables[object].put(place, Some(row))),
            None => drop(self.tables[object].insert(row)),
        }
    }
}

fn without_fields(written: &Value) -> Value {
    let mut written = written.clone();
    if let Some(mapping) = written.as_object_mut() {
        mapping.remove("fields");
    }
    written
}
