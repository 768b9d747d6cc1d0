//! How clauses are written: the one place where a name or a value becomes JQL.

use std::fmt::{self, Display, Write as _};

use super::{Clause, Field, Jql, Literal, Name, Order};

impl Display for Jql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.clause.fmt(f)?;
        for (position, (field, order)) in self.order.iter().enumerate() {
            f.write_str(if position == 0 { " ORDER BY " } else { ", " })?;
            write!(f, "{field} {order}")?;
        }
        Ok(())
    }
}

impl Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(field, operator, value) => write!(f, "{field} {operator} {value}"),
            Self::Empty(field, operator) => write!(f, "{field} {operator} EMPTY"),
            Self::Both(a, b) => write!(f, "{} AND {}", Grouped(a), Grouped(b)),
            Self::Either(a, b) => write!(f, "{a} OR {b}"),
            Self::Not(clause) => write!(f, "NOT ({clause})"),
            Self::List(field, operator, values) => {
                write!(f, "{field} {operator} (")?;
                for (position, value) in values.iter().enumerate() {
                    let separator = if position == 0 { "" } else { ", " };
                    write!(f, "{separator}{value}")?;
                }
                f.write_char(')')
            }
        }
    }
}

/// A part of an `AND`: `OR` binds weaker, so it gets parentheses there.
struct Grouped<'a>(&'a Clause);

impl Display for Grouped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Clause::Either(..) => write!(f, "({})", self.0),
            _ => self.0.fmt(f),
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Name::Fixed(name) => f.write_str(name),
            Name::Custom(number) => write!(f, "cf[{number}]"),
            Name::Named(name) if is_plain_word(name) => f.write_str(name),
            Name::Named(name) => quote(name, f),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quote(text, f),
            Self::Number(number) => number.fmt(f),
            Self::Decimal(number) => number.fmt(f),
            Self::Moment(moment) => moment.as_millisecond().fmt(f),
        }
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ascending => "ASC",
            Self::Descending => "DESC",
        })
    }
}

/// System field names that are safe to write bare; everything else is quoted, so the vendor's long list of reserved
/// words needs no copy here.
fn is_plain_word(name: &str) -> bool {
    const PLAIN: [&str; 12] = [
        "assignee",
        "component",
        "created",
        "creator",
        "description",
        "fixVersion",
        "id",
        "parent",
        "priority",
        "reporter",
        "resolution",
        "summary",
    ];
    PLAIN.contains(&name)
}

/// The one place where text becomes JQL.
/// <https://support.atlassian.com/jira-software-cloud/docs/jql-reserved-characters/>
fn quote(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

/// A phrase of the text search, which has an escaping of its own inside the literal.
pub(super) fn phrase(words: &str) -> String {
    let mut text = String::with_capacity(words.len() + 2);
    text.push('"');
    for c in words.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
    text
}
