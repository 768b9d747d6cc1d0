//! The part of a filter that a vendor answers, in the vendor's query language.
//!
//! What is compared with a value never says anything of a field that is empty, whatever the vendor makes of `!=` there:
//! SOQL lets such a record through, JQL does not. So it is always asked for by name.

use entente_core::{
    FieldPath, Value,
    filter::{Asked, Comparable},
};
use entente_jira::jql::{self, Jql};
use entente_salesforce::{Comparison, Field as Described, Filter, Literal};

use super::Kind;
use crate::scheme::{JiraField, SalesforceField};

/// How SOQL compares a field; `own` is a field of the object itself. A field in which case counts is found by the exact
/// letters only, and a checkbox of an empty lookup is nothing to us and false to some.
pub(crate) fn in_soql(described: &Described, own: bool) -> Option<Comparable> {
    if !described.filterable {
        return None;
    }
    match described.kind.as_str() {
        "string" | "picklist" | "combobox" | "email" | "phone" | "url" if !described.case_sensitive => {
            Some(Comparable::Line)
        }
        "multipicklist" => Some(Comparable::Names),
        "int" | "double" | "currency" | "percent" => Some(Comparable::Number),
        "boolean" if own => Some(Comparable::Flag),
        "date" => Some(Comparable::Date),
        "datetime" => Some(Comparable::Instant),
        "string" | "reference" => Some(Comparable::Presence),
        _ => None,
    }
}

/// How JQL compares a field that travels as this kind. Texts are searched by the stems of their words, and labels by the
/// exact letters, so of these is only asked whether they are there.
pub(crate) fn in_jql(kind: &Kind) -> Option<Comparable> {
    match kind {
        Kind::Named | Kind::Option => Some(Comparable::Name),
        Kind::Number => Some(Comparable::Number),
        Kind::Date => Some(Comparable::Date),
        Kind::Instant => Some(Comparable::Instant),
        Kind::Account | Kind::Cascade(None) => Some(Comparable::Presence),
        Kind::Text | Kind::Document => Some(Comparable::Filled),
        Kind::List(kind) => match **kind {
            Kind::Named | Kind::Option => Some(Comparable::Names),
            _ => Some(Comparable::Presence),
        },
        Kind::Html
        | Kind::Flag
        | Kind::Cascade(Some(_))
        | Kind::Keyed
        | Kind::Compound
        | Kind::Semicolons
        | Kind::Foreign(_) => None,
    }
}

/// In SOQL; none when a field has no name there.
pub(crate) fn soql<'f>(asked: &Asked, field: &impl Fn(&FieldPath) -> Option<&'f SalesforceField>) -> Option<Filter> {
    let all = |parts: &[Asked]| parts.iter().map(|part| soql(part, field)).collect::<Option<Vec<_>>>();
    let find = |path: &FieldPath| Some((field(path)?.query_path.clone()?, field(path)?.kind == Kind::Semicolons));
    let or_empty = |name: String, filter: Filter| Filter::any([Filter::is_null(name), filter]);
    Some(match asked {
        Asked::All(parts) => Filter::all(all(parts)?),
        Asked::Any(parts) => Filter::any(all(parts)?),
        Asked::Empty(path) => Filter::is_null(find(path)?.0),
        Asked::Filled(path) => Filter::is_set(find(path)?.0),
        Asked::OneOf(path, values) => one_of(find(path)?, values),
        Asked::NoneOf(path, values) => or_empty(find(path)?.0, one_of(find(path)?, values).negate()),
        Asked::Contains(path, text) => Filter::contains(find(path)?.0, text),
        Asked::ContainsNot(path, text) => or_empty(find(path)?.0, Filter::contains(find(path)?.0, text).negate()),
        Asked::Less(path, value) => Filter::compare(find(path)?.0, Comparison::Less, literal(value)),
        Asked::Greater(path, value) => Filter::compare(find(path)?.0, Comparison::Greater, literal(value)),
    })
}

fn one_of((name, is_set): (String, bool), values: &[Value]) -> Filter {
    match values {
        _ if is_set => Filter::includes(name, values.iter().map(ToString::to_string)),
        [Value::Flag(flag)] => Filter::eq(name, *flag),
        _ => Filter::is_in(name, values.iter().map(literal)),
    }
}

pub(crate) fn literal(value: &Value) -> Literal {
    match value {
        Value::Empty => Literal::Null,
        Value::Text(text) => Literal::Text(text.clone()),
        Value::Number(number) => Literal::Number(number.get()),
        Value::Flag(flag) => Literal::Bool(*flag),
        Value::Date(date) => Literal::Date(*date),
        Value::Instant(instant) => Literal::DateTime(*instant),
        Value::Rich(_) | Value::List(_) => Literal::Text(value.to_string()),
    }
}

/// In JQL; none when a field has no name there.
pub(crate) fn jql<'f>(asked: &Asked, field: &impl Fn(&FieldPath) -> Option<&'f JiraField>) -> Option<Jql> {
    let all = |parts: &[Asked], join: fn(Jql, Jql) -> Jql| {
        let parts = parts.iter().map(|part| jql(part, field)).collect::<Option<Vec<_>>>()?;
        parts.into_iter().reduce(join)
    };
    let find = |path: &FieldPath| field(path)?.clause.clone();
    let any_of = |clause: &jql::Field, values: &[Value]| {
        values.iter().map(|value| Jql::equals(clause.clone(), jql_literal(value))).reduce(Jql::or)
    };
    Some(match asked {
        Asked::All(parts) => all(parts, Jql::and)?,
        Asked::Any(parts) => all(parts, Jql::or)?,
        Asked::Empty(path) => Jql::is_empty(find(path)?),
        Asked::Filled(path) => Jql::is_not_empty(find(path)?),
        Asked::OneOf(path, values) => any_of(&find(path)?, values)?,
        Asked::NoneOf(path, values) => Jql::is_empty(find(path)?).or(any_of(&find(path)?, values)?.negate()),
        Asked::Less(path, Value::Instant(instant)) => Jql::until(find(path)?, *instant),
        Asked::Greater(path, Value::Instant(instant)) => Jql::since(find(path)?, *instant),
        Asked::Less(path, value) => Jql::less_than(find(path)?, jql_literal(value)),
        Asked::Greater(path, value) => Jql::more_than(find(path)?, jql_literal(value)),
        // JQL finds words, not parts of texts.
        Asked::Contains(..) | Asked::ContainsNot(..) => return None,
    })
}

fn jql_literal(value: &Value) -> jql::Literal {
    match value {
        Value::Number(number) => number.get().into(),
        _ => value.to_string().into(),
    }
}
