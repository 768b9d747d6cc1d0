//! What rows must pass.

use super::literal::{Literal, escape_pattern};
use super::{QueryError, path};

/// A condition of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// A field compared with a value.
    Compare(String, Comparison, Literal),
    /// A text field that matches a pattern, or does not; `%` and `_` in the given text are themselves.
    Like {
        /// The field.
        field: String,
        /// What may stand before the text.
        open_start: bool,
        /// The text.
        text: String,
        /// What may stand after the text.
        open_end: bool,
        /// Whether rows must not match.
        negated: bool,
    },
    /// A field whose value is one of a list, or none of it.
    OneOf {
        /// The field.
        field: String,
        /// The list.
        values: Vec<Literal>,
        /// Whether rows must not have any of them.
        negated: bool,
    },
    /// A multi-select picklist that includes one of these values, or none.
    Includes {
        /// The field.
        field: String,
        /// The values; `a;b` means both at once.
        values: Vec<String>,
        /// Whether rows must not have any of them.
        negated: bool,
    },
    /// All must pass; none given passes every row.
    All(Vec<Filter>),
    /// One must pass; none given passes no row.
    Any(Vec<Filter>),
    /// Must not pass.
    Not(Box<Filter>),
}

/// How a field is compared. Texts compare without regard to case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Filter {
    /// `field` has this value.
    pub fn eq(field: impl Into<String>, value: impl Into<Literal>) -> Self {
        Self::compare(field, Comparison::Equal, value)
    }

    /// `field` has another value, or none.
    pub fn ne(field: impl Into<String>, value: impl Into<Literal>) -> Self {
        Self::compare(field, Comparison::NotEqual, value)
    }

    /// `field` compares so with this value.
    pub fn compare(field: impl Into<String>, comparison: Comparison, value: impl Into<Literal>) -> Self {
        Self::Compare(field.into(), comparison, value.into())
    }

    /// `field` is at least this value.
    pub fn at_least(field: impl Into<String>, value: impl Into<Literal>) -> Self {
        Self::compare(field, Comparison::AtLeast, value)
    }

    /// `field` is below this value.
    pub fn less(field: impl Into<String>, value: impl Into<Literal>) -> Self {
        Self::compare(field, Comparison::Less, value)
    }

    /// `field` has no value.
    pub fn is_null(field: impl Into<String>) -> Self {
        Self::eq(field, Literal::Null)
    }

    /// `field` has a value.
    pub fn is_set(field: impl Into<String>) -> Self {
        Self::ne(field, Literal::Null)
    }

    /// `field` has one of these values; an empty list passes no row.
    pub fn is_in<L: Into<Literal>>(field: impl Into<String>, values: impl IntoIterator<Item = L>) -> Self {
        Self::OneOf { field: field.into(), values: values.into_iter().map(Into::into).collect(), negated: false }
    }

    /// `field` has none of these values.
    pub fn not_in<L: Into<Literal>>(field: impl Into<String>, values: impl IntoIterator<Item = L>) -> Self {
        Self::OneOf { field: field.into(), values: values.into_iter().map(Into::into).collect(), negated: true }
    }

    /// The text `field` contains this text.
    pub fn contains(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Like { field: field.into(), open_start: true, text: text.into(), open_end: true, negated: false }
    }

    /// The text `field` starts with this text.
    pub fn starts_with(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Like { field: field.into(), open_start: false, text: text.into(), open_end: true, negated: false }
    }

    /// The text `field` ends with this text.
    pub fn ends_with(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Like { field: field.into(), open_start: true, text: text.into(), open_end: false, negated: false }
    }

    /// A multi-select `field` includes one of these values.
    pub fn includes<S: Into<String>>(field: impl Into<String>, values: impl IntoIterator<Item = S>) -> Self {
        Self::Includes { field: field.into(), values: values.into_iter().map(Into::into).collect(), negated: false }
    }

    /// All of these pass.
    pub fn all(filters: impl IntoIterator<Item = Filter>) -> Self {
        Self::All(filters.into_iter().collect())
    }

    /// One of these passes.
    pub fn any(filters: impl IntoIterator<Item = Filter>) -> Self {
        Self::Any(filters.into_iter().collect())
    }

    /// This one and the other pass.
    pub fn and(self, other: Filter) -> Self {
        match self {
            Self::All(mut filters) => {
                filters.push(other);
                Self::All(filters)
            }
            first => Self::All(vec![first, other]),
        }
    }

    /// This one does not pass.
    pub fn negate(self) -> Self {
        match self {
            Self::Like { field, open_start, text, open_end, negated } => {
                Self::Like { field, open_start, text, open_end, negated: !negated }
            }
            Self::OneOf { field, values, negated } => Self::OneOf { field, values, negated: !negated },
            Self::Includes { field, values, negated } => Self::Includes { field, values, negated: !negated },
            Self::Not(inner) => *inner,
            filter => Self::Not(Box::new(filter)),
        }
    }

    pub(super) fn write(&self, text: &mut String) -> Result<(), QueryError> {
        match self {
            Self::Compare(field, comparison, value) => {
                text.push_str(path(field)?);
                text.push_str(comparison.sign());
                value.write(text)
            }
            Self::Like { field, open_start, text: words, open_end, negated } => {
                let pattern =
                    [if *open_start { "%" } else { "" }, &escape_pattern(words), if *open_end { "%" } else { "" }]
                        .concat();
                // NOT takes its parentheses along: `NOT a LIKE b AND c` is a syntax error.
                text.push_str(if *negated { "(NOT " } else { "" });
                text.push_str(path(field)?);
                text.push_str(" LIKE '");
                text.push_str(&pattern);
                text.push_str(if *negated { "')" } else { "'" });
                Ok(())
            }
            Self::OneOf { field, values, negated } => {
                write_list(text, field, if *negated { " NOT IN (" } else { " IN (" }, values, *negated)
            }
            Self::Includes { field, values, negated } => {
                let values: Vec<Literal> = values.iter().map(|value| Literal::from(value.as_str())).collect();
                write_list(text, field, if *negated { " EXCLUDES (" } else { " INCLUDES (" }, &values, *negated)
            }
            Self::All(filters) => write_group(text, filters, " AND ", true),
            Self::Any(filters) => write_group(text, filters, " OR ", false),
            Self::Not(inner) => {
                text.push_str("(NOT ");
                inner.write(text)?;
                text.push(')');
                Ok(())
            }
        }
    }
}

impl Comparison {
    fn sign(self) -> &'static str {
        match self {
            Self::Equal => " = ",
            Self::NotEqual => " != ",
            Self::Less => " < ",
            Self::AtMost => " <= ",
            Self::Greater => " > ",
            Self::AtLeast => " >= ",
        }
    }
}

fn write_list(
    text: &mut String,
    field: &str,
    opening: &str,
    values: &[Literal],
    passes_when_empty: bool,
) -> Result<(), QueryError> {
    let field = path(field)?;
    if values.is_empty() {
        write_constant(text, passes_when_empty);
        return Ok(());
    }
    text.push_str(field);
    text.push_str(opening);
    for (n, value) in values.iter().enumerate() {
        text.push_str(if n == 0 { "" } else { "," });
        value.write(text)?;
    }
    text.push(')');
    Ok(())
}

/// Always in parentheses: mixed AND and OR without them is an error.
fn write_group(text: &mut String, filters: &[Filter], joint: &str, passes_when_empty: bool) -> Result<(), QueryError> {
    match filters {
        [] => write_constant(text, passes_when_empty),
        [only] => only.write(text)?,
        _ => {
            text.push('(');
            for (n, filter) in filters.iter().enumerate() {
                text.push_str(if n == 0 { "" } else { joint });
                filter.write(text)?;
            }
            text.push(')');
        }
    }
    Ok(())
}

/// SOQL has no constants; every row has an id.
fn write_constant(text: &mut String, passes: bool) {
    text.push_str(if passes { "Id != NULL" } else { "Id = NULL" });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Query;

    fn condition(filter: Filter) -> String {
        let soql = Query::select(["Id"]).from("Case").filter(filter).soql().expect("a query");
        soql.trim_start_matches("SELECT Id FROM Case WHERE ").to_owned()
    }

    #[test]
    fn each_condition_has_its_text() {
        let table = [
            (Filter::eq("A", 1), "A = 1"),
            (Filter::ne("A", "x"), "A != 'x'"),
            (Filter::at_least("A", 2.5), "A >= 2.5"),
            (Filter::less("A", -3), "A < -3"),
            (Filter::compare("A", Comparison::Greater, 1), "A > 1"),
            (Filter::compare("A", Comparison::AtMost, 1), "A <= 1"),
            (Filter::is_null("A"), "A = NULL"),
            (Filter::is_set("A"), "A != NULL"),
            (Filter::is_in("A", ["x", "y"]), "A IN ('x','y')"),
            (Filter::not_in("A", ["x"]), "A NOT IN ('x')"),
            (Filter::is_in("A", [""; 0]), "Id = NULL"),
            (Filter::not_in("A", [""; 0]), "Id != NULL"),
            (Filter::contains("A", "x"), "A LIKE '%x%'"),
            (Filter::starts_with("A", "x"), "A LIKE 'x%'"),
            (Filter::ends_with("A", "x"), "A LIKE '%x'"),
            (Filter::contains("A", "100%_'\\"), r"A LIKE '%100\%\_\'\\%'"),
            (Filter::contains("A", "x").negate(), "(NOT A LIKE '%x%')"),
            (Filter::contains("A", "x").negate().negate(), "A LIKE '%x%'"),
            (Filter::includes("A", ["x;y", "z"]), "A INCLUDES ('x;y','z')"),
            (Filter::includes("A", ["x"]).negate(), "A EXCLUDES ('x')"),
            (Filter::eq("A", 1).negate(), "(NOT A = 1)"),
            (Filter::eq("A", 1).negate().negate(), "A = 1"),
            (Filter::all([]), "Id != NULL"),
            (Filter::any([]), "Id = NULL"),
            (Filter::any([Filter::eq("A", 1)]), "A = 1"),
            (Filter::eq("A", 1).and(Filter::eq("B", 2)).and(Filter::eq("C", 3)), "(A = 1 AND B = 2 AND C = 3)"),
            (
                Filter::any([Filter::eq("A", 1), Filter::all([Filter::eq("B", 2), Filter::eq("C", 3)])]),
                "(A = 1 OR (B = 2 AND C = 3))",
            ),
        ];
        for (filter, expected) in table {
            assert_eq!(condition(filter), expected);
        }
    }
}
