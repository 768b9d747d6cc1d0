//! SOQL: from text to rows to the JSON of an answer.
//!
//! [`parse`] reads the text into [`ast`], [`bind`] resolves every name against the schema and the caller's rights and
//! says no as the vendor does, [`run`] finds and orders the rows, [`render`] shows them.

mod aggregate;
mod ast;
mod bind;
mod complaint;
mod literal;
mod parse;
mod path;
mod render;
mod run;
mod test;
mod token;

use serde_json::Value;

use super::refusal::Answered;
use super::state::State;
use super::table::Row;
use super::write::Caller;
pub(super) use bind::Plan;
pub(super) use render::{relationship_rows, rows};
pub(super) use run::Found;

/// A query that was understood, and the places of its rows.
#[derive(Debug)]
pub(super) struct Result {
    pub(super) plan: Plan,
    pub(super) found: Found,
}

/// Runs a query; `all_rows` shows deleted rows too.
pub(super) fn query(state: &State, caller: &Caller, text: &str, all_rows: bool) -> Answered<Result> {
    let parsed = parse::query(text)?;
    let plan = bind::plan(state, caller, text, &parsed)?;
    let found = run::run(state, &plan, all_rows);
    Ok(Result { plan, found })
}

/// Whether a condition holds for a row that need not be in a table.
pub(super) fn holds(state: &State, caller: &Caller, object: usize, row: &Row, condition: &str) -> Answered<bool> {
    let parsed = parse::condition(condition)?;
    let test = bind::condition(state, caller, condition, object, &parsed)?;
    Ok(test.holds(state, object, row))
}

/// The rows of a search's object that satisfy an optional condition, in an order, at most so many.
pub(super) fn refine(
    state: &State,
    caller: &Caller,
    object: &str,
    places: &[usize],
    (condition, order, limit): (Option<&str>, Option<&str>, usize),
) -> Answered<Vec<usize>> {
    let filter = condition.map_or_else(String::new, |condition| format!(" WHERE {condition}"));
    let order = order.map_or_else(String::new, |order| format!(" ORDER BY {order}"));
    let text = format!("SELECT Id FROM {object}{filter}{order}");
    let found = query(state, caller, &text, false)?.found;
    let wanted: std::collections::HashSet<_> = places.iter().collect();
    let Found::Rows(places) = found else { return Ok(Vec::new()) };
    Ok(places.into_iter().filter(|place| wanted.contains(place)).take(limit).collect())
}

/// One row as a SELECT of these fields shows it.
pub(super) fn select(state: &State, caller: &Caller, object: usize, place: usize, fields: &str) -> Answered<Value> {
    Ok(select_many(state, caller, object, &[place], fields)?.pop().unwrap_or_default())
}

/// Some rows as a SELECT of these fields shows them.
pub(super) fn select_many(
    state: &State,
    caller: &Caller,
    object: usize,
    places: &[usize],
    fields: &str,
) -> Answered<Vec<Value>> {
    let text = format!("SELECT {fields} FROM {}", state.object(object).name);
    let parsed = parse::query(&text)?;
    let plan = bind::rows_of(state, caller, &text, &parsed, object)?;
    Ok(rows(state, caller, &plan, places))
}
