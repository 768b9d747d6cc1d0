//! SOQL as a value: the only place where query text is made.
//!
//! Names are checked, literals are escaped, and both limits of the language and of its grammar are kept here, so a value
//! from outside can never become syntax.
//! <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql.htm>

use thiserror::Error;

use crate::limits::SOQL_CHARS_MAX;

mod filter;
mod literal;

pub use filter::{Comparison, Filter};
pub use literal::Literal;

/// A query for the rows of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    fields: Vec<String>,
    children: Vec<Query>,
    object: String,
    filter: Option<Filter>,
    order: Vec<(String, Order)>,
    limit: Option<u32>,
    batch_size: Option<u16>,
    with_deleted: bool,
}

/// Which way to sort; nulls come first when ascending, last when descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Why a query cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QueryError {
    /// A name has characters that no object, field or relationship has.
    #[error("`{0}` is not a Salesforce name")]
    Name(String),
    /// A number is no number.
    #[error("a query cannot compare with a number that is not finite")]
    Number,
    /// The statement is longer than the language allows.
    #[error("the query is longer than {SOQL_CHARS_MAX} characters; ask for fewer records at a time")]
    TooLong,
    /// Nothing is selected.
    #[error("a query selects at least one field of an object")]
    Empty,
}

impl Query {
    /// A query for these fields; `Account.Name` reaches over a lookup, up to five steps.
    pub fn select<S: Into<String>>(fields: impl IntoIterator<Item = S>) -> Self {
        Self {
            fields: fields.into_iter().map(Into::into).collect(),
            children: Vec::new(),
            object: String::new(),
            filter: None,
            order: Vec::new(),
            limit: None,
            batch_size: None,
            with_deleted: false,
        }
    }

    /// A query that only counts: its page has a total and no rows.
    pub fn count() -> Self {
        Self::select(["COUNT()"])
    }

    /// Of this object; inside [`Query::with_children`], of this child relationship.
    pub fn from(mut self, object: impl Into<String>) -> Self {
        self.object = object.into();
        self
    }

    /// Only rows that pass; several filters must all pass.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(match self.filter {
            Some(first) => first.and(filter),
            None => filter,
        });
        self
    }

    /// Sorted by this field, after the fields named before.
    pub fn order_by(mut self, field: impl Into<String>, order: Order) -> Self {
        self.order.push((field.into(), order));
        self
    }

    /// At most so many rows.
    pub fn limit(mut self, rows: u32) -> Self {
        self.limit = Some(rows);
        self
    }

    /// With each row's children of one relationship (`CaseComments`), as a nested result under its name.
    pub fn with_children(mut self, children: Query) -> Self {
        self.children.push(children);
        self
    }

    /// Pages of about so many rows, 200 to 2,000; the vendor takes it as a hint.
    pub fn batch_size(mut self, rows: u16) -> Self {
        self.batch_size = Some(rows.clamp(200, 2_000));
        self
    }

    /// With rows that are deleted (recycle bin) or archived; select `IsDeleted` to tell them.
    pub fn with_deleted(mut self) -> Self {
        self.with_deleted = true;
        self
    }

    /// Where it is asked: the route, and the resource.
    pub(crate) fn place(&self) -> (&'static str, &'static str) {
        match self.with_deleted {
            false => ("/services/data/{v}/query", "/query"),
            true => ("/services/data/{v}/queryAll", "/queryAll"),
        }
    }

    pub(crate) fn batch(&self) -> Option<u16> {
        self.batch_size
    }

    /// The statement.
    pub fn soql(&self) -> Result<String, QueryError> {
        let mut text = String::new();
        self.write(&mut text)?;
        if text.chars().count() > SOQL_CHARS_MAX { Err(QueryError::TooLong) } else { Ok(text) }
    }

    fn write(&self, text: &mut String) -> Result<(), QueryError> {
        if self.fields.is_empty() && self.children.is_empty() || self.object.is_empty() {
            return Err(QueryError::Empty);
        }
        text.push_str("SELECT ");
        for (n, field) in self.fields.iter().enumerate() {
            text.push_str(if n == 0 { "" } else { "," });
            text.push_str(if field == "COUNT()" { field } else { path(field)? });
        }
        for (n, children) in self.children.iter().enumerate() {
            text.push_str(if n == 0 && self.fields.is_empty() { "(" } else { ",(" });
            children.write(text)?;
            text.push(')');
        }
        text.push_str(" FROM ");
        text.push_str(path(&self.object)?);
        if let Some(filter) = &self.filter {
            text.push_str(" WHERE ");
            filter.write(text)?;
        }
        for (n, (field, order)) in self.order.iter().enumerate() {
            text.push_str(if n == 0 { " ORDER BY " } else { "," });
            text.push_str(path(field)?);
            text.push_str(if *order == Order::Ascending { " ASC" } else { " DESC" });
        }
        if let Some(limit) = self.limit {
            text.push_str(" LIMIT ");
            text.push_str(&limit.to_string());
        }
        Ok(())
    }
}

/// A name, or names joined by dots, if that is what it is.
pub(crate) fn path(name: &str) -> Result<&str, QueryError> {
    let is_name = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if name.split('.').all(is_name) { Ok(name) } else { Err(QueryError::Name(name.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_reads_like_soql() {
        let query = Query::select(["Id", "Account.Name", "Jira_Reference__c"])
            .from("Case")
            .with_children(Query::select(["Id"]).from("CaseComments").filter(Filter::eq("IsPublished", true)))
            .filter(Filter::eq("Status", "New"))
            .filter(Filter::any([Filter::eq("Priority", "High"), Filter::is_null("OwnerId")]))
            .order_by("SystemModstamp", Order::Ascending)
            .order_by("Id", Order::Descending)
            .limit(50);
        assert_eq!(
            query.soql().as_deref(),
            Ok(
                "SELECT Id,Account.Name,Jira_Reference__c,(SELECT Id FROM CaseComments WHERE IsPublished = TRUE) FROM Case \
                WHERE (Status = 'New' AND (Priority = 'High' OR OwnerId = NULL)) ORDER BY SystemModstamp ASC,Id DESC LIMIT 50"
            )
        );
        assert_eq!(Query::count().from("Case").soql().as_deref(), Ok("SELECT COUNT() FROM Case"));
    }

    #[test]
    fn names_are_names() {
        for name in ["", "Id FROM User", "Id,Name", "1st", "a.", ".a", "a..b", "Näme", "COUNT(Id)", "a'b", "x--"] {
            let expected = Err(QueryError::Name(name.to_owned()));
            assert_eq!(Query::select([name]).from("Case").soql(), expected, "as field");
            assert_eq!(Query::select(["Id"]).from("Case").filter(Filter::eq(name, 1)).soql(), expected, "in a filter");
            assert_eq!(
                Query::select(["Id"]).from("Case").order_by(name, Order::Ascending).soql(),
                expected,
                "in the order"
            );
        }
        assert_eq!(Query::select(["Id"]).from("Case; x").soql(), Err(QueryError::Name("Case; x".into())));
        assert_eq!(Query::select(["Id"]).soql(), Err(QueryError::Empty));
        assert_eq!(Query::select([""; 0]).from("Case").soql(), Err(QueryError::Empty));
    }

    #[test]
    fn a_statement_has_a_limit() {
        let ids = (0..10_000).map(|n| Literal::from(format!("{n:015}")));
        let query = Query::select(["Id"]).from("Case").filter(Filter::is_in("Id", ids));
        assert_eq!(query.soql(), Err(QueryError::TooLong));
    }
}
