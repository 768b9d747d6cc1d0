//! GROUP BY and the functions over groups.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::super::cell::Cell;
use super::super::schema::Kind;
use super::super::state::State;
use super::super::table::Row;
use super::ast::{Function, Op};
use super::bind::Having;
use super::bind::{Column, Measure, Plan, Shape, SortKey};
use super::path::Path;
use super::run;

/// The aggregate rows of a plan over these places.
pub(super) fn groups(state: &State, plan: &Plan, places: &[usize]) -> Vec<Value> {
    let Shape::Groups { by, show, having } = &plan.shape else { return Vec::new() };
    let rows: Vec<&Row> = places.iter().filter_map(|place| state.tables[plan.base].row(*place)).collect();
    let mut order = Vec::new();
    let mut groups: HashMap<String, Vec<&Row>> = HashMap::new();
    for row in rows {
        let key = by.iter().map(|path| wire(state, plan, path, row).to_string()).collect::<Vec<_>>().join("\u{1f}");
        let group = groups.entry(key.clone()).or_default();
        if group.is_empty() {
            order.push(key);
        }
        group.push(row);
    }
    // Without GROUP BY there is one group, even of no rows.
    if by.is_empty() && order.is_empty() {
        order.push(String::new());
    }
    let group = |key: &String| groups.get(key).map(Vec::as_slice).unwrap_or_default();
    let kept =
        order.iter().map(group).filter(|rows| having.as_ref().is_none_or(|having| passes(state, plan, having, rows)));
    let mut shown: Vec<Vec<(Cell, Value)>> =
        kept.map(|rows| show.iter().map(|column| column_value(state, plan, by, column, rows)).collect()).collect();
    sort(plan, &mut shown);
    let windowed = shown.into_iter().skip(plan.offset).take(plan.limit.unwrap_or(usize::MAX));
    windowed.map(|values| object(show, values)).collect()
}

fn sort(plan: &Plan, shown: &mut [Vec<(Cell, Value)>]) {
    let keys = |values: &[(Cell, Value)]| -> Vec<Cell> {
        let key = |by: &SortKey| match by {
            SortKey::Column(at) => values.get(*at).map(|(cell, _)| cell.clone()).unwrap_or_default(),
            SortKey::Path(_) => Cell::Null,
        };
        plan.order.iter().map(|sort| key(&sort.by)).collect()
    };
    shown.sort_by(|left, right| run::by_keys(&plan.order, &keys(left), &keys(right)));
}

fn object(show: &[Column], values: Vec<(Cell, Value)>) -> Value {
    let mut object = Map::new();
    object.insert("attributes".to_owned(), json!({ "type": "AggregateResult" }));
    object.extend(show.iter().map(|column| column.name.clone()).zip(values.into_iter().map(|(_, value)| value)));
    Value::Object(object)
}

fn wire(state: &State, plan: &Plan, path: &Path, row: &Row) -> Value {
    let seen = path.see(state, plan.base, row);
    seen.cell.to_wire(seen.kind)
}

fn column_value(state: &State, plan: &Plan, by: &[Path], column: &Column, rows: &[&Row]) -> (Cell, Value) {
    match &column.value {
        Measure::Key(at) => match rows.first() {
            Some(row) => {
                let seen = by[*at].see(state, plan.base, row);
                (seen.sort_key(), seen.cell.to_wire(seen.kind))
            }
            None => (Cell::Null, Value::Null),
        },
        Measure::Call { function, path } => {
            let (cell, kind) = call(state, plan, *function, path.as_ref(), rows);
            let value = cell.to_wire(kind);
            (cell, value)
        }
    }
}

fn call(state: &State, plan: &Plan, function: Function, path: Option<&Path>, rows: &[&Row]) -> (Cell, Kind) {
    let Some(path) = path else { return (count(rows.len()), Kind::Int) };
    let seen: Vec<_> =
        rows.iter().map(|row| path.see(state, plan.base, row)).filter(|seen| !seen.cell.is_null()).collect();
    let kind = seen.first().map_or(Kind::Text, |seen| seen.kind);
    let numbers =
        || seen.iter().filter_map(|seen| if let Cell::Number(number) = &*seen.cell { Some(*number) } else { None });
    let cells = || seen.iter().map(|seen| seen.cell.clone().into_owned());
    match function {
        Function::Count => (count(seen.len()), Kind::Int),
        Function::CountDistinct => {
            let distinct: HashSet<String> =
                seen.iter().map(|seen| seen.cell.to_wire(seen.kind).to_string().to_lowercase()).collect();
            (count(distinct.len()), Kind::Int)
        }
        Function::Max => (cells().max_by(Cell::order).unwrap_or_default(), kind),
        Function::Min => (cells().min_by(Cell::order).unwrap_or_default(), kind),
        Function::Sum if seen.is_empty() => (Cell::Null, Kind::Double),
        Function::Sum => (Cell::Number(numbers().sum()), Kind::Double),
        Function::Avg if seen.is_empty() => (Cell::Null, Kind::Double),
        #[expect(clippy::cast_precision_loss, reason = "no table has 2^52 rows")]
        Function::Avg => (Cell::Number(numbers().sum::<f64>() / seen.len() as f64), Kind::Double),
    }
}

#[expect(clippy::cast_precision_loss, reason = "no table has 2^52 rows")]
fn count(n: usize) -> Cell {
    Cell::Number(n as f64)
}

fn passes(state: &State, plan: &Plan, having: &Having, rows: &[&Row]) -> bool {
    match having {
        Having::And(all) => all.iter().all(|having| passes(state, plan, having, rows)),
        Having::Or(any) => any.iter().any(|having| passes(state, plan, having, rows)),
        Having::Not(inner) => !passes(state, plan, inner, rows),
        Having::Compare { measure: Measure::Key(_), .. } => true,
        Having::Compare { measure: Measure::Call { function, path }, op, cell } => {
            let order = call(state, plan, *function, path.as_ref(), rows).0.order(cell);
            match op {
                Op::Eq => order.is_eq(),
                Op::Ne => order.is_ne(),
                Op::Lt => order.is_lt(),
                Op::Le => order.is_le(),
                Op::Gt => order.is_gt(),
                Op::Ge => order.is_ge(),
                Op::Like => false,
            }
        }
    }
}
