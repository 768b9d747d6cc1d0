//! Finds a plan's rows and puts them in order.

use std::cmp::Ordering;

use serde_json::Value;

use super::super::cell::Cell;
use super::super::state::State;
use super::aggregate;
use super::bind::{Node, Plan, Shape, Sort, SortKey};

/// What a query found.
#[derive(Debug)]
pub(in crate::salesforce) enum Found {
    Rows(Vec<usize>),
    Count(usize),
    Groups(Vec<Value>),
}

/// Runs a plan over its whole table.
pub(super) fn run(state: &State, plan: &Plan, all_rows: bool) -> Found {
    let places = match plan.test.candidates(state, plan.base) {
        Some(mut places) => {
            places.sort_unstable();
            places.dedup();
            matching(state, plan, places.into_iter(), all_rows)
        }
        None => matching(state, plan, state.tables[plan.base].rows().map(|(place, _)| place), all_rows),
    };
    match &plan.shape {
        Shape::Count => Found::Count(window(plan, places).len()),
        Shape::Rows(_) => Found::Rows(window(plan, in_order(state, plan, places))),
        Shape::Groups { .. } => Found::Groups(aggregate::groups(state, plan, &places)),
    }
}

/// Runs a plan over some rows of its table: the children of one parent.
pub(super) fn among(state: &State, plan: &Plan, places: impl Iterator<Item = usize>) -> Vec<usize> {
    let places = matching(state, plan, places, false);
    window(plan, in_order(state, plan, places))
}

fn matching(state: &State, plan: &Plan, places: impl Iterator<Item = usize>, all_rows: bool) -> Vec<usize> {
    let deleted = state.object(plan.base).field_at("IsDeleted").filter(|_| !all_rows);
    let table = &state.tables[plan.base];
    let fits = |place: &usize| {
        table.row(*place).is_some_and(|row| {
            !deleted.is_some_and(|at| row.cell(at).is_true()) && plan.test.holds(state, plan.base, row)
        })
    };
    places.filter(fits).collect()
}

fn window(plan: &Plan, places: Vec<usize>) -> Vec<usize> {
    let limit = plan.limit.unwrap_or(usize::MAX);
    if plan.offset == 0 && limit >= places.len() {
        return places;
    }
    places.into_iter().skip(plan.offset).take(limit).collect()
}

fn in_order(state: &State, plan: &Plan, places: Vec<usize>) -> Vec<usize> {
    if plan.order.is_empty() {
        return places;
    }
    let keys = |place: usize| -> Vec<Cell> {
        let Some(row) = state.tables[plan.base].row(place) else { return Vec::new() };
        let key = |sort: &Sort| match &sort.by {
            SortKey::Path(path) => path.see(state, plan.base, row).sort_key(),
            SortKey::Column(_) => Cell::Null,
        };
        plan.order.iter().map(key).collect()
    };
    let mut keyed: Vec<_> = places.into_iter().map(|place| (keys(place), place)).collect();
    keyed.sort_by(|(left, _), (right, _)| by_keys(&plan.order, left, right));
    keyed.into_iter().map(|(_, place)| place).collect()
}

pub(super) fn by_keys(order: &[Sort], left: &[Cell], right: &[Cell]) -> Ordering {
    for (at, sort) in order.iter().enumerate() {
        let ordering = one_key(sort, &left[at], &right[at]);
        if ordering.is_ne() {
            return ordering;
        }
    }
    Ordering::Equal
}

/// Nulls come first unless the query says otherwise, whatever the direction.
fn one_key(sort: &Sort, left: &Cell, right: &Cell) -> Ordering {
    let nulls_first = match (left.is_null(), right.is_null()) {
        (false, false) => {
            let order = match (left, right) {
                // Folded when the key was made, where folding is due.
                (Cell::Text(left), Cell::Text(right)) => left.cmp(right),
                _ => left.order(right),
            };
            return if sort.descending { order.reverse() } else { order };
        }
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    };
    if sort.nulls_last { nulls_first.reverse() } else { nulls_first }
}

/// The texts of the first field that a plan selects, for a semi-join.
pub(super) fn values(state: &State, plan: &Plan) -> Vec<String> {
    let (Found::Rows(places), Shape::Rows(nodes)) = (run(state, plan, false), &plan.shape) else { return Vec::new() };
    let Some(Node::Leaf { leaf, .. }) = nodes.first() else { return Vec::new() };
    let rows = places.iter().filter_map(|place| state.tables[plan.base].row(*place));
    rows.filter_map(|row| leaf.see(state, plan.base, row).cell.as_str().map(str::to_owned)).collect()
}
