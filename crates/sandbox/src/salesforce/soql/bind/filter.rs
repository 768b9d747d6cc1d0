//! Conditions: which field, may it be filtered, is the value of its kind.

use std::collections::HashSet;

use super::super::super::cell::Cell;
use super::super::super::refusal::Answered;
use super::super::super::schema::{Field, Kind};
use super::super::ast::{Cond, List, Literal, Name, Op, Operand};
use super::super::literal::{self, Period};
use super::super::path::{Leaf, Path};
use super::super::test::{Test, pattern};
use super::super::{complaint, run};
use super::{Measure, Scope, described, id_text, measure, midnight, path, plan};

/// A condition on groups.
#[derive(Clone, Debug)]
pub(in crate::salesforce::soql) enum Having {
    And(Vec<Having>),
    Or(Vec<Having>),
    Not(Box<Having>),
    Compare { measure: Measure, op: Op, cell: Cell },
}

pub(super) fn test(scope: &Scope<'_>, cond: &Cond) -> Answered<Test> {
    let all = |conds: &[Cond]| conds.iter().map(|cond| test(scope, cond)).collect::<Answered<Vec<_>>>();
    match cond {
        Cond::And(conds) => all(conds).map(Test::And),
        Cond::Or(conds) => all(conds).map(Test::Or),
        Cond::Not(inner) => Ok(Test::Not(Box::new(test(scope, inner)?))),
        Cond::Compare { operand: Operand::Path(name), op, value, value_at } => {
            compare(scope, name, *op, value, *value_at)
        }
        Cond::Compare { operand: Operand::Call(call), .. } => Err(complaint::unexpected(scope.text, call.at, "(")),
        Cond::In { path, negated, list: List::Values(values) } => one_of(scope, path, *negated, values),
        Cond::In { path, negated, list: List::Query(query) } => semi_join(scope, path, *negated, query),
        Cond::Includes { path: name, negated, sets } => {
            let path = path(scope, name)?;
            let sets = sets.iter().map(|set| set.split(';').map(str::to_owned).collect()).collect();
            Ok(Test::Has { path, sets, negated: *negated })
        }
    }
}

/// What a field is for a condition; a field of an uncertain object is text.
struct Target {
    path: Path,
    kind: Kind,
    exact: bool,
}

fn target(scope: &Scope<'_>, name: &Name) -> Answered<Target> {
    let path = path(scope, name)?;
    let field = described(scope, &path);
    if field.is_some_and(|field| !field.filterable || cannot_filter(scope, field)) {
        let message = format!("field '{}' can not be filtered in a query call", path.shown);
        return Err(complaint::at(scope.text, name.at, "INVALID_FIELD", &message));
    }
    let kind = match (&path.leaf, field) {
        (_, Some(field)) => field.kind,
        (Leaf::Field { kind, .. }, None) => *kind,
        (Leaf::Named(name), None) if name.ends_with("Id") => Kind::Id,
        (Leaf::Named(_), None) => Kind::Text,
    };
    let exact = matches!(kind, Kind::Id | Kind::Reference) || field.is_some_and(|field| field.case_sensitive);
    Ok(Target { path, kind, exact })
}

/// FeedItem cannot be filtered on its stamp.
fn cannot_filter(scope: &Scope<'_>, field: &Field) -> bool {
    scope.state.object(scope.object).name == "FeedItem" && field.name == "SystemModstamp"
}

fn compare(scope: &Scope<'_>, name: &Name, op: Op, value: &Literal, value_at: usize) -> Answered<Test> {
    let target = target(scope, name)?;
    if op == Op::Like {
        return like(scope, name, &target, value, value_at);
    }
    if let Literal::Period(word) = value {
        return within(scope, &target, op, word, value_at);
    }
    let cell = cell(scope, &target, value, value_at)?;
    Ok(Test::Compare { path: target.path, op, cell, exact: target.exact })
}

fn like(scope: &Scope<'_>, name: &Name, target: &Target, value: &Literal, value_at: usize) -> Answered<Test> {
    match (target.kind, value) {
        (Kind::Id | Kind::Reference, _) => {
            let message = "invalid operator on id field";
            Err(complaint::at(scope.text, name.at, "INVALID_QUERY_FILTER_OPERATOR", message))
        }
        (kind, Literal::Text { pattern: text, .. }) if is_text(kind) => {
            Ok(Test::Like { path: target.path.clone(), pattern: pattern(text) })
        }
        _ => Err(wrong_kind(scope, target, value_at)),
    }
}

/// A comparison with a span of time.
fn within(scope: &Scope<'_>, target: &Target, op: Op, word: &str, value_at: usize) -> Answered<Test> {
    let now = jiff::Timestamp::from_millisecond(scope.caller.stamp_ms).unwrap_or_default();
    let Some(Period { from, to }) = literal::period(word, now) else {
        return Err(complaint::unexpected(scope.text, value_at, word));
    };
    let edge = |date| match target.kind {
        Kind::DateTime => Ok(midnight(date)),
        Kind::Date => Ok(Cell::Date(date)),
        _ => Err(wrong_kind(scope, target, value_at)),
    };
    let (from, to) = (edge(from)?, edge(to)?);
    let path = target.path.clone();
    let side = |op, cell| Test::Compare { path: path.clone(), op, cell, exact: false };
    Ok(match op {
        Op::Lt => side(Op::Lt, from),
        Op::Le => side(Op::Lt, to),
        Op::Gt => side(Op::Ge, to),
        Op::Ge => side(Op::Ge, from),
        Op::Ne => Test::Not(Box::new(Test::Within { path, from, to })),
        Op::Eq | Op::Like => Test::Within { path, from, to },
    })
}

fn is_text(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Boolean | Kind::DateTime | Kind::Date | Kind::Double | Kind::Currency | Kind::Percent | Kind::Int
    )
}

fn cell(scope: &Scope<'_>, target: &Target, value: &Literal, value_at: usize) -> Answered<Cell> {
    match (target.kind, value) {
        (_, Literal::Null) => Ok(Cell::Null),
        (kind, Literal::Text { plain, .. }) if is_text(kind) => match id_text(kind, plain) {
            Some(text) => Ok(Cell::text(&text)),
            None if plain.is_empty() => Ok(Cell::Null),
            None => {
                let message = format!("invalid ID field: {plain}");
                Err(complaint::at(scope.text, value_at, "INVALID_QUERY_FILTER_OPERATOR", &message))
            }
        },
        (Kind::Boolean, Literal::Bool(yes)) => Ok(Cell::Bool(*yes)),
        (Kind::Int | Kind::Double | Kind::Currency | Kind::Percent, Literal::Number(number)) => {
            Ok(Cell::Number(*number))
        }
        (Kind::DateTime, Literal::Stamp(ms)) => Ok(Cell::Stamp(*ms)),
        (Kind::Date, Literal::Date(date)) => Ok(Cell::Date(*date)),
        _ => Err(wrong_kind(scope, target, value_at)),
    }
}

fn wrong_kind(scope: &Scope<'_>, target: &Target, value_at: usize) -> super::super::super::refusal::Refusal {
    let (kind, quotes) = match target.kind {
        Kind::Boolean => ("boolean", "should not"),
        Kind::DateTime => ("dateTime", "should not"),
        Kind::Date => ("date", "should not"),
        Kind::Int => ("int", "should not"),
        Kind::Double | Kind::Currency | Kind::Percent => ("double", "should not"),
        _ => ("string", "should"),
    };
    let field = &target.path.shown;
    let message = format!(
        "value of filter criterion for field '{field}' must be of type {kind} and {quotes} be enclosed in quotes"
    );
    complaint::at(scope.text, value_at, "INVALID_FIELD", &message)
}

fn one_of(scope: &Scope<'_>, name: &Name, negated: bool, values: &[(Literal, usize)]) -> Answered<Test> {
    let target = target(scope, name)?;
    let (mut texts, mut others) = (HashSet::new(), Vec::new());
    for (value, at) in values {
        match cell(scope, &target, value, *at)? {
            Cell::Text(text) if target.exact => drop(texts.insert(text.to_string())),
            Cell::Text(text) => drop(texts.insert(text.to_lowercase())),
            other => others.push(other),
        }
    }
    Ok(Test::OneOf { path: target.path, texts, others, exact: target.exact, negated })
}

/// `Id IN (SELECT ..)`: the inner query runs first.
fn semi_join(scope: &Scope<'_>, name: &Name, negated: bool, query: &super::super::ast::Query) -> Answered<Test> {
    let target = target(scope, name)?;
    if scope.state.object(scope.object).name.eq_ignore_ascii_case(&query.from.text) {
        let message = format!("The inner and outer selects should not be on the same object type: {}", query.from.text);
        return Err(complaint::at(scope.text, query.from.at, "MALFORMED_QUERY", &message));
    }
    let inner = plan(scope.state, scope.caller, scope.text, query)?;
    let texts = run::values(scope.state, &inner).into_iter().collect();
    Ok(Test::OneOf { path: target.path, texts, others: Vec::new(), exact: true, negated })
}

/// The rows that a view shows of its base's table.
pub(super) fn of_view(scope: &Scope<'_>, test: Test) -> Test {
    let Some((_, parent)) = &scope.state.object(scope.object).view_of else { return test };
    let base = scope.state.object(scope.base);
    let (Some(at), Some(parent)) = (base.field_at("ParentId"), scope.state.schema.object(parent)) else { return test };
    let path = Path { hops: Vec::new(), leaf: Leaf::Field { at, kind: Kind::Text }, shown: "ParentId".to_owned() };
    let of_parent = Test::Like { path, pattern: pattern(&format!("{}%", parent.prefix)) };
    Test::And(vec![of_parent, test])
}

/// ContentDocumentLink cannot be scanned.
/// Vendor page: Object Reference, "ContentDocumentLink", usage.
pub(super) fn restrict_links(scope: &Scope<'_>, test: &Test) -> Answered<()> {
    let object = scope.state.object(scope.object);
    if object.name != "ContentDocumentLink" {
        return Ok(());
    }
    let pins: Vec<_> =
        ["Id", "ContentDocumentId", "LinkedEntityId"].iter().filter_map(|name| object.field_at(name)).collect();
    if test.pins(&pins) {
        return Ok(());
    }
    let message = "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or \
                   LinkedEntityId using the equals operator or multiple Id's using the IN operator.";
    Err(complaint::at(scope.text, 0, "MALFORMED_QUERY", message))
}

pub(super) fn having(scope: &Scope<'_>, cond: &Cond) -> Answered<Having> {
    let all = |conds: &[Cond]| conds.iter().map(|cond| having(scope, cond)).collect::<Answered<Vec<_>>>();
    match cond {
        Cond::And(conds) => all(conds).map(Having::And),
        Cond::Or(conds) => all(conds).map(Having::Or),
        Cond::Not(inner) => Ok(Having::Not(Box::new(having(scope, inner)?))),
        Cond::Compare { operand: Operand::Call(call), op, value: Literal::Number(number), .. } => {
            Ok(Having::Compare { measure: measure(scope, call)?, op: *op, cell: Cell::Number(*number) })
        }
        Cond::Compare { value_at, .. } => Err(complaint::unexpected(scope.text, *value_at, "HAVING")),
        Cond::In { path, .. } | Cond::Includes { path, .. } => {
            Err(complaint::unexpected(scope.text, path.at, &path.text))
        }
    }
}
