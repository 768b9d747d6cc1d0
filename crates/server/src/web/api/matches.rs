//! `GET /api/v1/matches[?item=I]`, `GET /api/v1/matches/{record}[?item=I]`, `POST /api/v1/matches/{record}/resolve`:
//! records whose twin is in doubt, and what a person says about them.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use entente_engine::{Match, Pick};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::web::{App, Problem};

/// Which item is asked about.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    item: Option<String>,
}

/// All of them.
#[derive(Debug, Serialize)]
pub(crate) struct Matches {
    matches: Vec<Match>,
}

/// The twin: an issue key, `new`, or `none`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    take: String,
    item: Option<String>,
    by: Option<String>,
}

/// Lists them, the oldest first.
pub(crate) async fn list(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Matches>, Problem> {
    let asked = understood(asked)?;
    Ok(Json(Matches { matches: app.engine().matches(asked.item.as_deref()).await? }))
}

/// Shows one, with what everybody shows now.
pub(crate) async fn show(
    State(app): State<App>,
    Path(record): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Match>, Problem> {
    let asked = understood(asked)?;
    Ok(Json(app.engine().match_of(&record, asked.item.as_deref()).await?))
}

/// Says who the twin is.
pub(crate) async fn resolve(
    State(app): State<App>,
    Path(record): Path<String>,
    said: Result<Json<Said>, JsonRejection>,
) -> Result<Json<Match>, Problem> {
    let wrong = "Send {\"take\": ISSUE KEY or \"new\" or \"none\"}; `item` and `by` may stand beside it.";
    let Json(said) = said.map_err(Problem::unread(wrong))?;
    let pick = match said.take.as_str() {
        "new" => Pick::New,
        "none" => Pick::None,
        key => Pick::Issue(key.to_owned()),
    };
    let by = said.by.as_deref().unwrap_or(super::SOMEBODY);
    Ok(Json(app.engine().resolve_match(&record, said.item.as_deref(), &pick, by).await?))
}

fn understood(asked: Result<Query<Asked>, QueryRejection>) -> Result<Asked, Problem> {
    let Query(asked) =
        asked.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "The query knows `item` and nothing else."))?;
    Ok(asked)
}
