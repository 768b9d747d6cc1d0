//! Values in a query, and their escaping.

use jiff::Timestamp;
use jiff::civil::Date;

use super::QueryError;
use crate::RecordId;

/// A value that a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// No value.
    Null,
    /// A text, at most 4,000 characters.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A truth.
    Bool(bool),
    /// A day.
    Date(Date),
    /// A moment.
    DateTime(Timestamp),
    /// So many days back, today included, in the user's time zone (`LAST_N_DAYS:n`).
    LastDays(u16),
}

impl Literal {
    pub(super) fn write(&self, text: &mut String) -> Result<(), QueryError> {
        match self {
            Self::Null => text.push_str("NULL"),
            Self::Text(value) => {
                text.push('\'');
                escape(value, text);
                text.push('\'');
            }
            Self::Integer(value) => text.push_str(&value.to_string()),
            // Never in exponent form, which SOQL does not read.
            Self::Number(value) if value.is_finite() => text.push_str(&value.to_string()),
            Self::Number(_) => return Err(QueryError::Number),
            Self::Bool(value) => text.push_str(if *value { "TRUE" } else { "FALSE" }),
            Self::Date(value) => text.push_str(&value.strftime("%Y-%m-%d").to_string()),
            // Stamps are whole seconds; a fraction is only written where somebody gave one.
            Self::DateTime(value) if value.subsec_millisecond() == 0 => {
                text.push_str(&value.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
            }
            Self::DateTime(value) => text.push_str(&value.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()),
            Self::LastDays(days) => {
                text.push_str("LAST_N_DAYS:");
                text.push_str(&days.to_string());
            }
        }
        Ok(())
    }
}

/// Escapes a text for single quotes. Any other backslash in a literal is an error, so nothing else is escaped.
/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm>
fn escape(value: &str, text: &mut String) {
    for c in value.chars() {
        match c {
            '\'' => text.push_str("\\'"),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            c => text.push(c),
        }
    }
}

/// Escapes a text inside a LIKE pattern, where `%` and `_` stand for anything.
pub(super) fn escape_pattern(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for piece in value.split_inclusive(['%', '_']) {
        let wild = piece.ends_with(['%', '_']);
        let (words, last) = piece.split_at(piece.len() - usize::from(wild));
        escape(words, &mut escaped);
        if wild {
            escaped.push('\\');
            escaped.push_str(last);
        }
    }
    escaped
}

impl From<&str> for Literal {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Literal {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&RecordId> for Literal {
    fn from(value: &RecordId) -> Self {
        Self::Text(value.to_string())
    }
}

impl From<RecordId> for Literal {
    fn from(value: RecordId) -> Self {
        Self::from(&value)
    }
}

impl From<i64> for Literal {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<i32> for Literal {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<f64> for Literal {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Date> for Literal {
    fn from(value: Date) -> Self {
        Self::Date(value)
    }
}

impl From<Timestamp> for Literal {
    fn from(value: Timestamp) -> Self {
        Self::DateTime(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(literal: impl Into<Literal>) -> Result<String, QueryError> {
        let mut text = String::new();
        literal.into().write(&mut text)?;
        Ok(text)
    }

    #[test]
    fn each_literal_has_its_text() {
        let moment: Timestamp = "2026-01-02T03:04:05Z".parse().expect("a moment");
        let finer: Timestamp = "2026-01-02T03:04:05.120Z".parse().expect("a moment");
        let table = [
            (text(Literal::Null), "NULL"),
            (text("it's"), r"'it\'s'"),
            (text("a\\b\n\r\t\u{8}\u{c}"), r"'a\\b\n\r\t\b\f'"),
            (text("100%_"), "'100%_'"),
            (text("'; DELETE FROM Case--"), r"'\'; DELETE FROM Case--'"),
            (text("\\' OR Id != NULL OR Name = \\'"), r"'\\\' OR Id != NULL OR Name = \\\''"),
            (text(-7_i64), "-7"),
            (text(1e21), "1000000000000000000000"),
            (text(0.1), "0.1"),
            (text(true), "TRUE"),
            (text(jiff::civil::date(2026, 1, 2)), "2026-01-02"),
            (text(moment), "2026-01-02T03:04:05Z"),
            (text(finer), "2026-01-02T03:04:05.120Z"),
            (text(Literal::LastDays(30)), "LAST_N_DAYS:30"),
            (text(RecordId::parse("500410000021Zt4").expect("an id")), "'500410000021Zt4AAE'"),
        ];
        for (written, expected) in table {
            assert_eq!(written.as_deref(), Ok(expected));
        }
        assert_eq!(text(f64::NAN), Err(QueryError::Number));
        assert_eq!(text(f64::INFINITY), Err(QueryError::Number));
    }
}
