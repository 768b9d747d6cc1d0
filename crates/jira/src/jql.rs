//! JQL as a value: clauses are built, never glued together from text.
//!
//! Field names and literals are quoted and escaped here and nowhere else, so a value that a person typed can never
//! become syntax. <https://support.atlassian.com/jira-service-management-cloud/docs/use-advanced-search-with-jira-query-language-jql/>

mod text;

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
    /// A number with a fraction, written bare and never with an exponent.
    Decimal(f64),
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
        Self::since(Field::UPDATED, since)
    }

    /// Issues created at `since` or later, floored like [`Jql::updated_since`].
    #[must_use]
    pub fn created_since(since: Timestamp) -> Self {
        Self::since(Field::CREATED, since)
    }

    /// Issues whose time in a field is `since` or later, floored like [`Jql::updated_since`].
    #[must_use]
    pub fn since(field: Field, since: Timestamp) -> Self {
        let millis = since.as_millisecond();
        Clause::Compare(field, ">=", Literal::Number(millis - millis.rem_euclid(60_000))).into()
    }

    /// Issues whose time in a field is `until` or earlier, the whole minute included: JQL compares whole minutes.
    #[must_use]
    pub fn until(field: Field, until: Timestamp) -> Self {
        let millis = until.as_millisecond();
        Clause::Compare(field, "<", Literal::Number(millis - millis.rem_euclid(60_000) + 60_000)).into()
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
        Clause::Compare(field, "~", Literal::Text(text::phrase(words))).into()
    }

    /// The opposite of [`Jql::contains`].
    #[must_use]
    pub fn contains_not(field: Field, words: &str) -> Self {
        Clause::Compare(field, "!~", Literal::Text(text::phrase(words))).into()
    }

    /// `field in (values)`; no values match no issue.
    #[must_use]
    pub fn one_of<T: Into<Literal>>(field: Field, values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<Literal> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            // `in ()` is a syntax error. Every issue was created at some time, so this matches none.
            return Self::is_empty(Field::CREATED);
        }
        Clause::List(field, "in", values).into()
    }

    /// `field not in (values)`; no values match every issue.
    #[must_use]
    pub fn none_of<T: Into<Literal>>(field: Field, values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<Literal> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            return Self::is_not_empty(Field::CREATED);
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
    /// `created`
    pub const CREATED: Self = Self(Name::Fixed("created"));
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

impl From<f64> for Literal {
    fn from(number: f64) -> Self {
        let whole = number.fract() == 0.0 && number.abs() < 1e15;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within the range")]
        if whole { Self::Number(number as i64) } else { Self::Decimal(number) }
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

#[cfg(test)]
mod tests;
