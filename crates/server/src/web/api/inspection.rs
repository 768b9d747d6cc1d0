//! `/api/v1/inspection`: looking on for a while at what is sent and received, and at what becomes of each record.
//!
//! ```text
//! GET  /inspection?after=N&limit=N   what was seen, in short; with the inspection that runs or ran last
//! GET  /inspection/{id}              one of them whole
//! POST /inspection                   {"seconds", "connection", "item", "link", "by"}: switches it on
//! POST /inspection/stop              {"by"}: ends it
//! ```

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use bytes::Bytes;
use entente_engine::{InspectionTold, InspectionWish, Seen, Sighting};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::SOMEBODY;
use crate::limits::{SIGHTINGS_ANSWER_MAX, SIGHTINGS_ANSWER_USUAL};
use crate::web::{App, Problem};

/// Which page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    after: Option<u64>,
    limit: Option<usize>,
}

/// What was seen.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    inspection: Option<InspectionTold>,
    sightings: Vec<Sighting>,
    /// The `after` of the next call.
    next: u64,
}

/// What is to be looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    seconds: u64,
    connection: Option<String>,
    item: Option<String>,
    link: Option<i64>,
    by: Option<String>,
}

/// Lists what was seen, the oldest first, without headers and bodies.
pub(crate) async fn list(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let wrong = "The query knows the whole numbers `after` and `limit`.";
    let Query(Asked { after, limit }) = asked.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, wrong))?;
    let after = after.unwrap_or_default();
    let limit = limit.unwrap_or(SIGHTINGS_ANSWER_USUAL).clamp(1, SIGHTINGS_ANSWER_MAX);
    let mut sightings = app.engine().sightings(after, limit);
    sightings.iter_mut().for_each(shorten);
    let next = sightings.last().map_or(after, |sighting| sighting.id);
    Ok(Json(Page { inspection: app.engine().inspection(), sightings, next }))
}

/// Shows one whole.
pub(crate) async fn show(State(app): State<App>, Path(id): Path<u64>) -> Result<Json<Sighting>, Problem> {
    let found = app.engine().sightings(id.saturating_sub(1), 1).into_iter().find(|sighting| sighting.id == id);
    let forgotten = || format!("Nothing is remembered under the number {id}; it may be forgotten by now.");
    found.map(Json).ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, forgotten()))
}

/// Switches it on.
pub(crate) async fn start(
    State(app): State<App>,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Result<(StatusCode, Json<InspectionTold>), Problem> {
    let wrong = "Send {\"seconds\": N}; `connection`, `item`, `link` and `by` may stand beside it.";
    let Json(wish) = wish.map_err(Problem::unread(wrong))?;
    let by = wish.by.as_deref().unwrap_or(SOMEBODY);
    let Wish { seconds, connection, item, link, .. } = &wish;
    let asked = InspectionWish { seconds: *seconds, connection: connection.clone(), item: item.clone(), link: *link };
    Ok((StatusCode::CREATED, Json(app.engine().start_inspection(asked, by).await?)))
}

/// Ends it.
pub(crate) async fn stop(State(app): State<App>, body: Bytes) -> Result<Json<InspectionTold>, Problem> {
    Ok(Json(app.engine().stop_inspection(&super::access::who(&body)?).await?))
}

fn shorten(sighting: &mut Sighting) {
    if let Seen::Exchange { exchange, .. } = &mut sighting.seen {
        exchange.request_headers.clear();
        exchange.answer_headers.clear();
        exchange.request_body.clear();
        exchange.answer_body.clear();
    }
}
