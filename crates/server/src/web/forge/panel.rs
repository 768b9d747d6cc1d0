//! The panel of an issue: its cards, and what people do there. Each does what its namesake under `/api/v1` does, for the
//! issue that the call is signed for and no other.
//!
//! ```text
//! GET  /forge/panel                     the items that apply to the issue, with what they have linked
//! GET  /forge/records?item=I&text=T     records to link
//! POST /forge/links                     {"item", "record"}: makes a link
//! POST /forge/links/{id}/unlink         dissolves one that a person made
//! POST /forge/links/{id}/refresh        brings Salesforce's values to Jira
//! ```

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use entente_engine::{Card, Found, Panel};
use http::StatusCode;
use serde::Deserialize;

use super::viewer::Viewer;
use crate::web::{App, Problem};

/// What is looked for, and for which item.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    item: String,
    text: String,
}

/// The record to link.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    item: String,
    record: String,
}

/// Answers with the cards.
pub(crate) async fn show(State(app): State<App>, viewer: Viewer) -> Result<Json<Panel>, Problem> {
    Ok(Json(app.engine().panel(&viewer.0).await?))
}

/// Answers with records that can be linked.
pub(crate) async fn records(
    State(app): State<App>,
    viewer: Viewer,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Found>, Problem> {
    let Query(wanted) =
        wanted.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "The query needs `item` and `text`."))?;
    shown(&viewer.editing(&app).await?, &wanted.item)?;
    Ok(Json(app.engine().search(&wanted.item, &wanted.text).await?))
}

/// Links a record.
pub(crate) async fn link(
    State(app): State<App>,
    viewer: Viewer,
    chosen: Result<Json<Chosen>, JsonRejection>,
) -> Result<(StatusCode, Json<Card>), Problem> {
    let Json(chosen) = chosen.map_err(Problem::unread(r#"Send {"item": NAME, "record": RECORD-ID}."#))?;
    shown(&viewer.editing(&app).await?, &chosen.item)?;
    let card = app.engine().link(&chosen.item, &chosen.record, &viewer.0.key, &viewer.by()).await?;
    Ok((StatusCode::CREATED, Json(card)))
}

/// Dissolves a link that a person made.
pub(crate) async fn unlink(
    State(app): State<App>,
    viewer: Viewer,
    Path(link): Path<i64>,
) -> Result<Json<Panel>, Problem> {
    linked(&viewer.editing(&app).await?, link)?;
    app.engine().unlink(link, &viewer.by(), false).await?;
    show(State(app), viewer).await
}

/// Refreshes a link.
pub(crate) async fn refresh(
    State(app): State<App>,
    viewer: Viewer,
    Path(link): Path<i64>,
) -> Result<Json<Panel>, Problem> {
    linked(&viewer.editing(&app).await?, link)?;
    app.engine().refresh(link).await?;
    show(State(app), viewer).await
}

fn shown(panel: &Panel, item: &str) -> Result<(), Problem> {
    let is_shown = panel.cards.iter().any(|card| card.item == item);
    let detail = || format!("Item \"{item}\" has nothing to do with {}.", panel.issue);
    if is_shown { Ok(()) } else { Err(Problem::new(StatusCode::NOT_FOUND, detail())) }
}

fn linked(panel: &Panel, link: i64) -> Result<(), Problem> {
    let is_linked = panel.cards.iter().flat_map(|card| &card.links).any(|card| card.link == link);
    let detail = || format!("{} has no link {link}, or it is dissolved.", panel.issue);
    if is_linked { Ok(()) } else { Err(Problem::new(StatusCode::NOT_FOUND, detail())) }
}
