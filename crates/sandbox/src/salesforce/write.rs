//! Making, changing and deleting records, with every check the vendor makes.
//!
//! A [`Draft`] is a record on its way: the caller's input is read into it ([`input`]), the object's own rules complete
//! it ([`super::rules`]), [`checks`] looks it over, and only then does it become a row.

mod checks;
mod convert;
mod create;
mod delete;
mod input;
mod merge;
mod update;
mod upsert;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::cell::Cell;
use super::state::State;
use super::table::Row;
use crate::control;

pub(super) use convert::{Conversion, Converted, convert};
pub(super) use create::create;
pub(super) use delete::{delete, purge, undelete};
pub(super) use merge::{MERGEABLE, merge};
pub(super) use update::{target, update};
pub(super) use upsert::{Upserted, find, key_field, upsert};

/// Who makes a call, and what its headers say.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) user: Arc<str>,
    pub(super) username: String,
    /// The time that the call's rows are stamped with, in whole seconds.
    pub(super) stamp_ms: i64,
    /// Method and route template, for the write log.
    pub(super) route: String,
    /// The version in the URL, `v64.0`.
    pub(super) version: String,
    /// `Sforce-Auto-Assign`, which is true unless the caller says otherwise.
    pub(super) auto_assign: bool,
    /// `Sforce-Duplicate-Rule-Header: allowSave=true`.
    pub(super) allow_duplicates: bool,
}

impl Caller {
    /// Whoever set up the org, for what the control door does.
    pub(super) fn administrator(state: &State, now_ms: i64) -> Self {
        let username = crate::credentials::SALESFORCE_USERNAME;
        Self {
            user: super::oauth::user_named(state, username).unwrap_or_else(|| Arc::from("")),
            username: username.to_owned(),
            stamp_ms: now_ms - now_ms.rem_euclid(1_000),
            route: "(control door)".to_owned(),
            version: "v64.0".to_owned(),
            auto_assign: false,
            allow_duplicates: true,
        }
    }
}

/// A record on its way into a table.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) object: usize,
    pub(super) row: Row,
    /// The row before, for a change.
    pub(super) before: Option<Row>,
    /// The fields that the caller gave, in the caller's order.
    pub(super) given: Vec<usize>,
    pub(super) blob: Option<Bytes>,
}

impl Draft {
    pub(super) fn get<'a>(&'a self, state: &State, field: &str) -> &'a Cell {
        state.get(self.object, &self.row, field)
    }

    pub(super) fn set(&mut self, state: &State, field: &str, cell: Cell) {
        if let Some(at) = state.object(self.object).field_at(field) {
            self.row.set(at, cell);
        }
    }

    pub(super) fn is_new(&self) -> bool {
        self.before.is_none()
    }

    pub(super) fn is_given(&self, state: &State, field: &str) -> bool {
        state.object(self.object).field_at(field).is_some_and(|at| self.given.contains(&at))
    }

    /// Whether the field's value is not what it was; true for a new record.
    pub(super) fn is_changed(&self, state: &State, field: &str) -> bool {
        let Some(at) = state.object(self.object).field_at(field) else { return false };
        self.before.as_ref().is_none_or(|before| before.cell(at) != self.row.cell(at))
    }
}

/// Notes the fields that the caller gave, changed or not: a test wants to see needless writes as well.
fn log(state: &mut State, caller: &Caller, draft: &Draft) {
    for at in &draft.given {
        let field = &state.object(draft.object).fields[*at];
        let wire = |row: &Row| row.cell(*at).to_wire(field.kind);
        let write = control::Write {
            route: caller.route.clone(),
            record: draft.row.id.to_string(),
            field: field.name.clone(),
            before: draft.before.as_ref().map_or(Value::Null, wire),
            after: wire(&draft.row),
            by: caller.username.clone(),
        };
        state.log(write);
    }
}
