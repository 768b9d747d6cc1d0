//! `GET /api/v1/parked[?item=I]`, `POST /api/v1/retry`: what was refused, and trying it once more.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use entente_engine::{ParkedWork, Retry};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::web::{App, Problem};

/// Which work is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    item: Option<String>,
}

/// All of it.
#[derive(Debug, Serialize)]
pub(crate) struct Parked {
    parked: Vec<ParkedWork>,
}

/// What is tried again: exactly one of the three.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    link: Option<i64>,
    item: Option<String>,
    #[serde(default)]
    all: bool,
    by: Option<String>,
}

/// How many pieces of work are tried again.
#[derive(Debug, Serialize)]
pub(crate) struct Retried {
    retried: usize,
}

/// Lists what was refused.
pub(crate) async fn list(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Parked>, Problem> {
    let Query(asked) =
        asked.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "The query knows `item` and nothing else."))?;
    Ok(Json(Parked { parked: app.engine().parked(asked.item.as_deref()).await? }))
}

/// Lets it be tried again.
pub(crate) async fn retry(
    State(app): State<App>,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Result<Json<Retried>, Problem> {
    let wrong = "Send one of {\"link\": NUMBER}, {\"item\": NAME} and {\"all\": true}.";
    let Json(wish) = wish.map_err(Problem::unread(wrong))?;
    let which = match (wish.link, wish.item, wish.all) {
        (Some(link), None, false) => Retry::Link(link),
        (None, Some(item), false) => Retry::Item(item),
        (None, None, true) => Retry::All,
        _ => return Err(Problem::new(StatusCode::BAD_REQUEST, wrong)),
    };
    let by = wish.by.as_deref().unwrap_or(super::SOMEBODY);
    Ok(Json(Retried { retried: app.engine().retry(&which, by).await? }))
}
