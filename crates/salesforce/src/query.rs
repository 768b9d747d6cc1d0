//! Queries: pages, all rows, several at once.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_query.htm>

use entente_transport::{Answer, Call, CallError};
use futures_util::stream::{Stream, try_unfold};
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::client::{Client, Row, broken, encode, refused};
use crate::composite::Part;
use crate::limits::{COMPOSITE_QUERIES_MAX, QUERY_URI_BYTES_MAX, ROWS_MAX};
use crate::soql::{Query, QueryError};

const QUERY_OPTIONS: HeaderName = HeaderName::from_static("sforce-query-options");

/// Where the next page is. Good for two days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(String);

/// One page of a query's rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// How many rows the whole query has.
    pub total: u64,
    /// This page's rows, each with its `attributes`. A page may be shorter than asked for and is not the last for that.
    pub rows: Vec<Row>,
    /// The next page, `None` at the end.
    pub next: Option<PageToken>,
    /// The org's time at its answer, in whole seconds: the upper bound of what the page can contain.
    pub date: Option<Timestamp>,
    /// Our time when the question was sent.
    pub began: Timestamp,
}

/// All rows of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The rows of all pages, in order.
    pub rows: Vec<Row>,
    /// The org's time at the first page.
    pub date: Option<Timestamp>,
    /// Our time when the first page was asked for.
    pub began: Timestamp,
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "totalSize")]
    total: u64,
    done: bool,
    #[serde(rename = "nextRecordsUrl")]
    next: Option<String>,
    records: Vec<Row>,
}

impl Client {
    /// The first page of a query.
    pub async fn query(&self, query: &Query) -> Result<Page, CallError> {
        let (route, resource) = query.place();
        let encoded = encode(&query.soql()?);
        if encoded.len() > QUERY_URI_BYTES_MAX {
            return self.long_query(query).await;
        }
        let mut call = Call::get(route, [&self.path(resource), "?q=", &encoded].concat());
        if let Some(rows) = query.batch() {
            let value = HeaderValue::try_from(format!("batchSize={rows}"));
            call = call.header(QUERY_OPTIONS, value.map_err(|_| broken("a header is not text"))?);
        }
        Page::read(&self.send(call).await?)
    }

    /// The page behind a token. A token that is too old is [`CallError::Stale`]: ask the query again.
    pub async fn next(&self, token: &PageToken) -> Result<Page, CallError> {
        Page::read(&self.send(Call::get("/services/data/{v}/query/{locator}", token.0.clone())).await?)
    }

    /// The pages of a query, each asked for when it is wanted. Rows may change between pages.
    pub fn pages<'a>(&'a self, query: &'a Query) -> impl Stream<Item = Result<Page, CallError>> + Send + 'a {
        enum Turn {
            First,
            Next(PageToken),
            End,
        }
        try_unfold(Turn::First, move |turn| async move {
            let page = match turn {
                Turn::First => self.query(query).await?,
                Turn::Next(token) => self.next(&token).await?,
                Turn::End => return Ok(None),
            };
            let turn = page.next.clone().map_or(Turn::End, Turn::Next);
            Ok(Some((page, turn)))
        })
    }

    /// All rows of a query, at most [`ROWS_MAX`](crate::limits::ROWS_MAX); more are refused.
    pub async fn all_rows(&self, query: &Query) -> Result<Rows, CallError> {
        let mut page = self.query(query).await?;
        let mut all = Rows { rows: page.rows, date: page.date, began: page.began };
        while let Some(token) = page.next {
            page = self.next(&token).await?;
            all.rows.append(&mut page.rows);
            if all.rows.len() > ROWS_MAX {
                return Err(refused(format!("the query has more than {ROWS_MAX} rows; narrow it")));
            }
        }
        Ok(all)
    }

    /// The first pages of up to [`COMPOSITE_QUERIES_MAX`](crate::limits::COMPOSITE_QUERIES_MAX) queries in one request; each can fail by itself.
    pub async fn queries(&self, queries: &[Query]) -> Result<Vec<Result<Page, CallError>>, CallError> {
        if queries.len() > COMPOSITE_QUERIES_MAX {
            return Err(refused(format!("one request takes {COMPOSITE_QUERIES_MAX} queries, not {}", queries.len())));
        }
        let parts = queries.iter().map(Part::query).collect::<Result<Vec<_>, _>>()?;
        let (answers, answer) = self.composite_answer(parts, false).await?;
        let page = |body: Value| {
            Page::of(serde_json::from_value(body).map_err(|_| broken("a page is not as expected"))?, &answer)
        };
        Ok(answers.into_iter().map(|outcome| outcome.and_then(|part| page(part.body))).collect())
    }

    /// A query too long for a URL travels in a composite's body.
    async fn long_query(&self, query: &Query) -> Result<Page, CallError> {
        let mut pages = self.queries(std::slice::from_ref(query)).await?;
        pages.pop().unwrap_or_else(|| Err(broken("a composite of one query answered nothing")))
    }
}

impl Page {
    fn read(answer: &Answer) -> Result<Self, CallError> {
        Self::of(answer.json()?, answer)
    }

    fn of(document: Document, answer: &Answer) -> Result<Self, CallError> {
        // The token becomes a path of ours: it must stay inside the API.
        let next = match document.next {
            _ if document.done => None,
            Some(path) if path.starts_with("/services/data/") => Some(PageToken(path)),
            _ => return Err(broken("a page is not the last and names no next")),
        };
        Ok(Self { total: document.total, rows: document.records, next, date: answer.date, began: answer.began })
    }
}

impl From<QueryError> for CallError {
    fn from(error: QueryError) -> Self {
        refused(error.to_string())
    }
}
