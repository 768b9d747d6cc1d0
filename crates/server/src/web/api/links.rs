//! `/api/v1/links`: links as people see them, made and dissolved by hand.
//!
//! ```text
//! GET  /links?name=N             those that a number, an issue key or a record id names
//! GET  /links/all?text=T         a page of all; `item` and `state` narrow it, `after` goes on
//! POST /links                    {"item", "record", "issue", "by"}: makes one
//! POST /links/{id}/unlink        {"by", "sure"}: dissolves it
//! POST /links/{id}/refresh       brings Salesforce's values to Jira
//! ```

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use bytes::Bytes;
use entente_engine::{Card, EngineError};
use entente_store::LinkFilter;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{SOMEBODY, optional};
use crate::limits::{LINKS_ANSWER_MAX, LINKS_ANSWER_USUAL};
use crate::web::{App, Caller, Problem, Role};

/// What names the links.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    name: String,
}

/// Which links are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    item: Option<String>,
    state: Option<String>,
    text: Option<String>,
    after: Option<i64>,
    limit: Option<usize>,
}

/// A page of links.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    links: Vec<Card>,
    /// The `after` of the next call; none when these were all.
    next: Option<i64>,
}

/// Some links.
#[derive(Debug, Serialize)]
pub(crate) struct Cards {
    links: Vec<Card>,
}

/// A pair to link.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    item: String,
    record: String,
    issue: String,
    by: Option<String>,
}

/// Who asks for a link to be dissolved, and whether an automatic one shall be, too.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parting {
    by: Option<String>,
    #[serde(default)]
    sure: bool,
}

/// The link that something was done to.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    link: i64,
}

/// Answers with the links that something names.
pub(crate) async fn named(
    State(app): State<App>,
    named: Result<Query<Named>, QueryRejection>,
) -> Result<Json<Cards>, Problem> {
    let Query(named) = named.map_err(|_| {
        let detail = "The query knows `name`, which it needs: a link's number, an issue's key or a record's id.";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    Ok(Json(Cards { links: app.engine().links_named(&named.name).await? }))
}

/// Answers with a page of all links, in the order in which they were made.
pub(crate) async fn all(
    State(app): State<App>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let Query(Wanted { item, state, text, after, limit }) = wanted.map_err(|_| {
        let detail = "The query knows `item`, `state`, `text`, and the whole numbers `after` and `limit`.";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    let limit = limit.unwrap_or(LINKS_ANSWER_USUAL).clamp(1, LINKS_ANSWER_MAX);
    let filter = LinkFilter { item, state, text: text.unwrap_or_default(), after: after.unwrap_or(0) };
    let links = app.engine().links(&filter, limit).await?;
    let next = links.last().filter(|_| links.len() == limit).map(|card| card.link);
    Ok(Json(Page { links, next }))
}

/// Makes a link.
pub(crate) async fn make(
    State(app): State<App>,
    pair: Result<Json<Pair>, JsonRejection>,
) -> Result<(StatusCode, Json<Card>), Problem> {
    let Json(pair) = pair.map_err(Problem::unread(
        "Send {\"item\": NAME, \"record\": RECORD-ID, \"issue\": ISSUE-KEY}, and \"by\": WHO if you like.",
    ))?;
    let by = pair.by.as_deref().unwrap_or(SOMEBODY);
    let card = app.engine().link(&pair.item, &pair.record, &pair.issue, by).await?;
    Ok((StatusCode::CREATED, Json(card)))
}

/// Dissolves a link.
pub(crate) async fn dissolve(
    State(app): State<App>,
    caller: Caller,
    id: Result<Path<i64>, PathRejection>,
    body: Bytes,
) -> Result<Json<Done>, Problem> {
    let link = number(id)?;
    let parting: Parting = optional(&body, r#"Send nothing, or {"by": WHO, "sure": true or false}."#)?;
    let by = parting.by.as_deref().unwrap_or(SOMEBODY);
    let may_be_sure = caller.must_be(Role::Administrator);
    match app.engine().unlink(link, by, parting.sure && may_be_sure.is_ok()).await {
        // An automatic link is dissolved by administrators only.
        Err(EngineError::Declined(_)) if parting.sure && may_be_sure.is_err() => {
            may_be_sure.map(|()| Json(Done { link }))
        }
        ended => Ok(ended.map(|()| Json(Done { link }))?),
    }
}

/// Refreshes a link.
pub(crate) async fn refresh(
    State(app): State<App>,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Done>, Problem> {
    let link = number(id)?;
    app.engine().refresh(link).await?;
    Ok(Json(Done { link }))
}

fn number(id: Result<Path<i64>, PathRejection>) -> Result<i64, Problem> {
    id.map(|Path(link)| link).map_err(|_| unnumbered())
}

/// A link's number as text.
pub(super) fn numbered(id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| unnumbered())
}

fn unnumbered() -> Problem {
    let detail = "A link is named by its number here; GET /api/v1/links?name=N finds it.";
    Problem::new(StatusCode::NOT_FOUND, detail)
}
