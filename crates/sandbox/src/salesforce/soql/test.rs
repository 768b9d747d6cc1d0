//! A condition that is ready to be asked of rows, and the rows that can be asked at all.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::super::cell::Cell;
use super::super::schema::Kind;
use super::super::state::State;
use super::super::table::Row;
use super::ast::Op;
use super::path::Path;

#[derive(Clone, Debug)]
pub(in crate::salesforce) enum Test {
    Always,
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    Compare {
        path: Path,
        op: Op,
        cell: Cell,
        exact: bool,
    },
    /// From, included, to, excluded.
    Within {
        path: Path,
        from: Cell,
        to: Cell,
    },
    OneOf {
        path: Path,
        texts: HashSet<String>,
        others: Vec<Cell>,
        exact: bool,
        negated: bool,
    },
    Like {
        path: Path,
        pattern: Vec<Piece>,
    },
    Has {
        path: Path,
        sets: Vec<Vec<String>>,
        negated: bool,
    },
}

/// One piece of a LIKE pattern.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::salesforce) enum Piece {
    Letter(char),
    One,
    Any,
}

impl Test {
    pub(in crate::salesforce) fn holds(&self, state: &State, object: usize, row: &Row) -> bool {
        match self {
            Self::Always => true,
            Self::And(all) => all.iter().all(|test| test.holds(state, object, row)),
            Self::Or(any) => any.iter().any(|test| test.holds(state, object, row)),
            Self::Not(inner) => !inner.holds(state, object, row),
            Self::Compare { path, op, cell, exact } => {
                let seen = path.see(state, object, row);
                compare(&value(&seen.cell, seen.kind), *op, cell, *exact)
            }
            Self::Within { path, from, to } => {
                let seen = path.see(state, object, row);
                !seen.cell.is_null() && seen.cell.order(from).is_ge() && seen.cell.order(to).is_lt()
            }
            Self::OneOf { path, texts, others, exact, negated } => {
                let seen = path.see(state, object, row);
                one_of(&value(&seen.cell, seen.kind), texts, others, *exact) != *negated
            }
            Self::Like { path, pattern } => {
                let seen = path.see(state, object, row);
                seen.cell.as_str().is_some_and(|text| like(text, pattern))
            }
            Self::Has { path, sets, negated } => {
                let seen = path.see(state, object, row);
                seen.cell.as_str().is_some_and(|text| has(text, sets)) != *negated
            }
        }
    }

    /// A few rows among which all that satisfy the test must be, if an index knows them.
    pub(super) fn candidates(&self, state: &State, object: usize) -> Option<Vec<usize>> {
        match self {
            Self::And(all) => all.iter().filter_map(|test| test.candidates(state, object)).min_by_key(Vec::len),
            Self::Or(any) => {
                let mut places =
                    any.iter().map(|test| test.candidates(state, object)).collect::<Option<Vec<_>>>()?.concat();
                places.sort_unstable();
                places.dedup();
                Some(places)
            }
            Self::Compare { path, op: Op::Eq, cell: Cell::Text(text), .. } => having(state, object, path.own()?, text),
            Self::Compare { path, op, cell: Cell::Stamp(ms), .. } => stamped(state, object, path.own()?, *op, *ms),
            Self::Within { path, from: Cell::Stamp(from), to: Cell::Stamp(to) } => {
                is_stamp(state, object, path.own()?).then(|| state.tables[object].stamped(*from, *to - 1).collect())
            }
            Self::OneOf { path, texts, others, negated: false, .. } if others.is_empty() => {
                let own = path.own()?;
                texts
                    .iter()
                    .map(|text| having(state, object, own, text))
                    .collect::<Option<Vec<_>>>()
                    .map(|found| found.concat())
            }
            _ => None,
        }
    }

    /// Whether rows are asked for by one of these fields with `=` or a plain `IN`.
    pub(super) fn pins(&self, fields: &[usize]) -> bool {
        match self {
            Self::And(all) => all.iter().any(|test| test.pins(fields)),
            Self::Compare { path, op: Op::Eq, .. } | Self::OneOf { path, negated: false, .. } => {
                path.own().is_some_and(|at| fields.contains(&at))
            }
            _ => false,
        }
    }
}

fn having(state: &State, object: usize, at: usize, text: &str) -> Option<Vec<usize>> {
    let table = &state.tables[object];
    if state.object(object).fields[at].name == "Id" {
        return Some(table.place(text).into_iter().collect());
    }
    Some(table.having(at, text)?.collect())
}

fn is_stamp(state: &State, object: usize, at: usize) -> bool {
    state.object(object).fields[at].name == "SystemModstamp"
}

fn stamped(state: &State, object: usize, at: usize, op: Op, ms: i64) -> Option<Vec<usize>> {
    let (from, to) = match op {
        Op::Eq => (ms, ms),
        Op::Gt => (ms + 1, i64::MAX),
        Op::Ge => (ms, i64::MAX),
        Op::Lt => (i64::MIN, ms - 1),
        Op::Le => (i64::MIN, ms),
        Op::Ne | Op::Like => return None,
    };
    is_stamp(state, object, at).then(|| state.tables[object].stamped(from, to).collect())
}

/// Booleans are never null.
fn value(cell: &Cell, kind: Kind) -> Cell {
    if kind == Kind::Boolean && cell.is_null() { Cell::Bool(false) } else { cell.clone() }
}

fn compare(seen: &Cell, op: Op, wanted: &Cell, exact: bool) -> bool {
    let order = match (seen, wanted) {
        (Cell::Text(seen), Cell::Text(wanted)) if exact => seen.cmp(wanted),
        _ => seen.order(wanted),
    };
    match op {
        Op::Eq => order == Ordering::Equal,
        Op::Ne => order != Ordering::Equal,
        // Null is neither less nor greater than anything.
        _ if seen.is_null() || wanted.is_null() => false,
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::Gt => order.is_gt(),
        Op::Ge => order.is_ge(),
        Op::Like => false,
    }
}

fn one_of(seen: &Cell, texts: &HashSet<String>, others: &[Cell], exact: bool) -> bool {
    match seen {
        Cell::Text(text) if exact => texts.contains(&**text),
        Cell::Text(text) => texts.contains(&text.to_lowercase()),
        _ => others.iter().any(|other| seen.order(other).is_eq()),
    }
}

/// The pattern of a LIKE, whose wildcards may be escaped.
pub(super) fn pattern(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '%' => pieces.push(Piece::Any),
            '_' => pieces.push(Piece::One),
            '\\' => pieces.extend(letters.next().into_iter().flat_map(char::to_lowercase).map(Piece::Letter)),
            _ => pieces.extend(letter.to_lowercase().map(Piece::Letter)),
        }
    }
    pieces
}

/// Wildcard match in linear space: on a mismatch the last `%` swallows one letter more.
fn like(text: &str, pattern: &[Piece]) -> bool {
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let (mut at, mut piece) = (0, 0);
    let mut retry = None;
    while at < letters.len() {
        match pattern.get(piece) {
            Some(Piece::Any) => {
                retry = Some((piece, at));
                piece += 1;
            }
            Some(Piece::One) => (at, piece) = (at + 1, piece + 1),
            Some(Piece::Letter(letter)) if *letter == letters[at] => (at, piece) = (at + 1, piece + 1),
            _ => match &mut retry {
                Some((any, from)) => {
                    *from += 1;
                    (at, piece) = (*from, *any + 1);
                }
                None => return false,
            },
        }
    }
    pattern[piece..].iter().all(|left| *left == Piece::Any)
}

fn has(text: &str, sets: &[Vec<String>]) -> bool {
    let values: HashSet<String> = text.split(';').map(str::to_lowercase).collect();
    sets.iter().any(|set| set.iter().all(|one| values.contains(&one.to_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_patterns() {
        let cases = [
            ("Pump is broken", "pump%", true),
            ("Pump is broken", "%IS%", true),
            ("Pump", "p_mp", true),
            ("Pump", "p_p", false),
            ("100%", "100\\%", true),
            ("1000", "100\\%", false),
            ("aXbXc", "a%b%c", true),
            ("", "%", true),
            ("", "_", false),
        ];
        for (text, like_text, expected) in cases {
            assert_eq!(like(text, &pattern(like_text)), expected, "{text} LIKE {like_text}");
        }
    }

    #[test]
    fn null_is_unequal_but_neither_less_nor_greater() {
        let wanted = Cell::text("x");
        let holds: Vec<bool> =
            [Op::Eq, Op::Ne, Op::Lt, Op::Ge].iter().map(|op| compare(&Cell::Null, *op, &wanted, false)).collect();
        assert_eq!(holds, [false, true, false, false]);
    }
}
