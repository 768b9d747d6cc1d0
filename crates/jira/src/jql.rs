//! JQL as a value: clauses are built, never glued together from text.
//!
//! Field names and literals are quoted and escaped here and nowhere else, so a value that a person typed can never
//! become syntax. <https://support.atlassian.com/jira-service-management-cloud/docs/use-advanced-search-with-jira-query-language-jql/>

use std::fmt::{self, Display, Write as _};

use jiff::Timestamp;

use crate::id::{IssueId, IssueKey};

/// A search in Jira's query language.
///
/// ```
/// use entente_jira::jql::{Field, Jql, Order};
/// let since = "2026-01-31T14:05:27Z".parse().unwrap();
/// let jql = Jql::project_in(["OPS"])
///     .and(Jql::updated_since(since))
///     .and(Jql::equals(Field::named("summary"), "a \"b\""))
///     .order_by(Field::UPDATED, Order::Ascending);
/// assert_eq!(
///     jql.to_string(),
///     r#"project in ("OPS") AND updated >= 1769868300000 AND summary = "a \"b\"" ORDER BY updated ASC"#
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Jql {
    clause: Clause,
    order: Vec<(Field, Order)>,
}

/// A field as a clause names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field(Name);

/// A value to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Text, always quoted.
    Text(String),
    /// A number, written bare.
    Number(i64),
    /// A moment, written as epoch milliseconds: the only form that does not depend on the calling account's time zone.
    Moment(Timestamp),
}

/// The direction of one `ORDER BY` field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest or oldest first.
    Ascending,
    /// Largest or newest first.
    Descending,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Fixed(&'static str),
    Custom(u64),
    Named(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Clause {
    Compare(Field, &'static str, Literal),
    List(Field, &'static str, Vec<Literal>),
    Empty(Field, &'static str),
    Both(Box<Clause>, Box<Clause>),
    Either(Box<Clause>, Box<Clause>),
    Not(Box<Clause>),
}

impl Jql {
    /// Issues of any of these projects, by id or key.
    #[must_use]
    pub fn project_in<T: Into<Literal>>(projects: impl IntoIterator<Item = T>) -> Self {
        Self::one_of(Field::PROJECT, projects)
    }

    /// Issues of any of these types, by id (names repeat between team-managed projects).
    #[must_use]
    pub fn issue_type_in<T: Into<Literal>>(types: impl IntoIterator<Item = T>) -> Self {
        Self::one_of(Field::ISSUE_TYPE, types)
    }

    /// Issues with any of these ids. An id that does not exist makes Jira refuse the whole search with 400.
    #[must_use]
    pub fn id_in(ids: impl IntoIterator<Item = IssueId>) -> Self {
        Self::one_of(Field(Name::Fixed("id")), ids)
    }

    /// Issues with any of these keys. A key that does not exist makes Jira refuse the whole search with 400.
    #[must_use]
    pub fn key_in<'a>(keys: impl IntoIterator<Item = &'a IssueKey>) -> Self {
        Self::one_of(Field::KEY, keys.into_iter().map(|key| Literal::Text(key.to_string())))
    }

    /// Issues updated at `since` or later. The bound is floored to its minute, since JQL compares whole minutes; the
    /// caller subtracts its overlap. There is no upper bound on purpose: one made from a clock that is not Jira's
    /// hides the busiest issues.
    #[must_use]
    pub fn updated_since(since: Timestamp) -> Self {
        Self::at_least(Field::UPDATED, since)
    }

    /// Issues created at `since` or later, floored like [`Jql::updated_since`].
    #[must_use]
    pub fn created_since(since: Timestamp) -> Self {
        Self::at_least(Field(Name::Fixed("created")), since)
    }

    fn at_least(field: Field, since: Timestamp) -> Self {
        let millis = since.as_millisecond();
        Clause::Compare(field, ">=", Literal::Number(millis - millis.rem_euclid(60_000))).into()
    }

    /// `field = value`
    #[must_use]
    pub fn equals(field: Field, value: impl Into<Literal>) -> Self {
        Clause::Compare(field, "=", value.into()).into()
    }

    /// `field != value`. Jira leaves out issues whose field is empty.
    #[must_use]
    pub fn differs(field: Field, value: impl Into<Literal>) -> Self {
        Clause::Compare(field, "!=", value.into()).into()
    }

    /// `field > value`
    #[must_use]
    pub fn more_than(field: Field, value: impl Into<Literal>) -> Self {
        Clause::Compare(field, ">", value.into()).into()
    }

    /// `field < value`
    #[must_use]
    pub fn less_than(field: Field, value: impl Into<Literal>) -> Self {
        Clause::Compare(field, "<", value.into()).into()
    }

    /// Text fields that contain these words in this order. The vendor's search stems words and ignores punctuation, so
    /// this finds candidates; the caller compares the values it reads.
    #[must_use]
    pub fn contains(field: Field, words: &str) -> Self {
        Clause::Compare(field, "~", Literal::Text(phrase(words))).into()
    }

    /// The opposite of [`Jql::contains`].
    #[must_use]
    pub fn contains_not(field: Field, words: &str) -> Self {
        Clause::Compare(field, "!~", Literal::Text(phrase(words))).into()
    }

    /// `field in (values)`; no values match no issue.
    #[must_use]
    pub fn one_of<T: Into<Literal>>(field: Field, values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<Literal> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            // `in ()` is a syntax error. Every issue has a project, so this matches none.
            return Self::is_empty(Field::PROJECT);
        }
        Clause::List(field, "in", values).into()
    }

    /// `field not in (values)`; no values match every issue.
    #[must_use]
    pub fn none_of<T: Into<Literal>>(field: Field, values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<Literal> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            return Self::is_not_empty(Field::PROJECT);
        }
        Clause::List(field, "not in", values).into()
    }

    /// `field is EMPTY`
    #[must_use]
    pub fn is_empty(field: Field) -> Self {
        Clause::Empty(field, "is").into()
    }

    /// `field is not EMPTY`
    #[must_use]
    pub fn is_not_empty(field: Field) -> Self {
        Clause::Empty(field, "is not").into()
    }

    /// Both hold. The order of `self` stays; that of `other` is dropped, as for every combination.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { clause: Clause::Both(Box::new(self.clause), Box::new(other.clause)), order: self.order }
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { clause: Clause::Either(Box::new(self.clause), Box::new(other.clause)), order: self.order }
    }

    /// It does not hold.
    #[must_use]
    pub fn negate(self) -> Self {
        Self { clause: Clause::Not(Box::new(self.clause)), order: self.order }
    }

    /// Adds a field to the order of the results; the vendor takes at most seven.
    #[must_use]
    pub fn order_by(mut self, field: Field, order: Order) -> Self {
        self.order.push((field, order));
        self
    }
}

impl Field {
    /// `project`
    pub const PROJECT: Self = Self(Name::Fixed("project"));
    /// `issuetype`
    pub const ISSUE_TYPE: Self = Self(Name::Fixed("issuetype"));
    /// `updated`
    pub const UPDATED: Self = Self(Name::Fixed("updated"));
    /// `key`
    pub const KEY: Self = Self(Name::Fixed("key"));
    /// `status`
    pub const STATUS: Self = Self(Name::Fixed("status"));
    /// `labels`
    pub const LABELS: Self = Self(Name::Fixed("labels"));

    /// The field with this id: `customfield_10021` becomes `cf[10021]`, which no second field of the same name can
    /// make ambiguous; a system field keeps its id as its name.
    #[must_use]
    pub fn of_id(id: &str) -> Self {
        let custom = id.strip_prefix("customfield_").and_then(|number| number.parse().ok());
        Self(custom.map_or_else(|| Name::Named(id.to_owned()), Name::Custom))
    }

    /// A field by its clause name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(Name::Named(name.to_owned()))
    }
}

impl From<Clause> for Jql {
    fn from(clause: Clause) -> Self {
        Self { clause, order: Vec::new() }
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Literal {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Literal {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Literal {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Timestamp> for Literal {
    fn from(moment: Timestamp) -> Self {
        Self::Moment(moment)
    }
}

impl From<IssueId> for Literal {
    fn from(id: IssueId) -> Self {
        // Ids stay far below i64::MAX; a larger one would be no issue's id anyway.
        Self::Number(i64::try_from(id.number()).unwrap_or(i64::MAX))
    }
}

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
fn phrase(words: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Field {
        Field::named("summary")
    }

    #[test]
    fn literals_never_become_syntax() {
        for (value, expected) in [
            ("plain", r#"summary = "plain""#),
            (r#"x" OR project = "SECRET"#, r#"summary = "x\" OR project = \"SECRET""#),
            (r"back\slash", r#"summary = "back\\slash""#),
            (r#"\" OR 1"#, r#"summary = "\\\" OR 1""#),
            ("two\nlines\r\t", r#"summary = "two\nlines\r\t""#),
            ("bell\u{7}", r#"summary = "bell\u0007""#),
            ("näh ✓", r#"summary = "näh ✓""#),
            ("", r#"summary = """#),
        ] {
            assert_eq!(Jql::equals(summary(), value).to_string(), expected, "{value:?}");
        }
    }

    #[test]
    fn field_names_never_become_syntax() {
        for (field, expected) in [
            (Field::of_id("customfield_10021"), "cf[10021]"),
            (Field::of_id("customfield_x"), r#""customfield_x""#),
            (Field::of_id("priority"), "priority"),
            (Field::named("Salesforce Case ID"), r#""Salesforce Case ID""#),
            (Field::named("order"), r#""order""#),
            (Field::named(r#"a" is EMPTY OR "b"#), r#""a\" is EMPTY OR \"b""#),
        ] {
            assert_eq!(Jql::is_empty(field).to_string(), format!("{expected} is EMPTY"));
        }
    }

    #[test]
    fn or_inside_and_is_grouped() {
        let a = || Jql::equals(summary(), "a");
        let b = || Jql::equals(summary(), "b");
        let (x, y) = (r#"summary = "a""#, r#"summary = "b""#);
        assert_eq!(a().and(a().or(b())).to_string(), format!("{x} AND ({x} OR {y})"));
        assert_eq!(a().or(b()).and(b()).to_string(), format!("({x} OR {y}) AND {y}"));
        assert_eq!(a().and(b()).or(b()).to_string(), format!("{x} AND {y} OR {y}"));
        assert_eq!(a().or(b()).negate().to_string(), format!("NOT ({x} OR {y})"));
    }

    #[test]
    fn empty_lists_stay_valid_jql_with_the_right_meaning() {
        let none: [&str; 0] = [];
        assert_eq!(Jql::project_in(none).to_string(), "project is EMPTY");
        assert_eq!(Jql::none_of(Field::STATUS, none).to_string(), "project is not EMPTY");
        assert_eq!(Jql::none_of(Field::STATUS, ["Done"]).to_string(), r#"status not in ("Done")"#);
    }

    #[test]
    fn bounds_in_time_are_floored_to_the_minute() {
        for (text, millis) in
            [("1970-01-01T00:01:59.999Z", 60_000), ("1970-01-01T00:02:00Z", 120_000), ("1969-12-31T23:59:59Z", -60_000)]
        {
            let since = text.parse().expect("a moment");
            assert_eq!(Jql::updated_since(since).to_string(), format!("updated >= {millis}"), "{text}");
        }
    }

    #[test]
    fn ids_keys_and_order() {
        let key: IssueKey = "ops-7".parse().expect("a key");
        let jql = Jql::id_in([IssueId::new(1), IssueId::new(2)])
            .or(Jql::key_in([&key]))
            .order_by(Field::UPDATED, Order::Ascending)
            .order_by(Field::KEY, Order::Descending);
        assert_eq!(jql.to_string(), r#"id in (1, 2) OR key in ("OPS-7") ORDER BY updated ASC, key DESC"#);
    }

    #[test]
    fn phrases_are_escaped_twice() {
        assert_eq!(Jql::contains(summary(), r#"a "b" c\d"#).to_string(), r#"summary ~ "\"a \\\"b\\\" c\\\\d\"""#);
        assert_eq!(Jql::contains_not(summary(), "x").to_string(), r#"summary !~ "\"x\"""#);
    }

    #[test]
    fn comparisons_write_numbers_bare() {
        let field = Field::of_id("customfield_1");
        assert_eq!(Jql::more_than(field.clone(), 5).to_string(), "cf[1] > 5");
        assert_eq!(Jql::less_than(field.clone(), -5).to_string(), "cf[1] < -5");
        assert_eq!(Jql::differs(field, "5").to_string(), r#"cf[1] != "5""#);
    }
}
