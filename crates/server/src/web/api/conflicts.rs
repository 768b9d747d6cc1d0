//! `GET /api/v1/conflicts[?item=I&after=N&limit=N]`, `GET /api/v1/conflicts/{id}`, `POST /api/v1/conflicts/{id}/resolve`.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use entente_core::Side;
use entente_engine::{OpenConflict, Wish};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::limits::{CONFLICTS_ANSWER_MAX, CONFLICTS_ANSWER_USUAL};
use crate::web::{App, Problem};

/// Which conflicts are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    item: Option<String>,
    after: Option<i64>,
    limit: Option<usize>,
}

/// Some conflicts, and where to go on.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    conflicts: Vec<OpenConflict>,
    /// The `after` of the next call; none when these were all.
    next: Option<i64>,
}

/// What shall stand: what a side shows, or a value, as Salesforce would show it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decided {
    take: Option<Side>,
    value: Option<String>,
    by: Option<String>,
}

/// Lists open conflicts, by number.
pub(crate) async fn list(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let Query(asked) = asked.map_err(|_| {
        let detail = "The query knows `item`, `after` and `limit`; the last two are whole numbers.";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    let limit = asked.limit.unwrap_or(CONFLICTS_ANSWER_USUAL).clamp(1, CONFLICTS_ANSWER_MAX);
    let conflicts = app.engine().conflicts(asked.item.as_deref(), asked.after.unwrap_or(0), limit).await?;
    let next = conflicts.last().filter(|_| conflicts.len() == limit).map(|conflict| conflict.id);
    Ok(Json(Page { conflicts, next }))
}

/// Shows one.
pub(crate) async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<OpenConflict>, Problem> {
    Ok(Json(app.engine().conflict(number(&id)?).await?))
}

/// Decides one.
pub(crate) async fn resolve(
    State(app): State<App>,
    Path(id): Path<String>,
    decided: Result<Json<Decided>, JsonRejection>,
) -> Result<Json<OpenConflict>, Problem> {
    let wrong = "Send {\"take\": \"salesforce\" or \"jira\"}, or {\"value\": TEXT}.";
    let Json(decided) = decided.map_err(Problem::unread(wrong))?;
    let wish = match (decided.take, decided.value) {
        (Some(side), None) => Wish::Side(side),
        (None, Some(value)) => Wish::Value(value),
        _ => return Err(Problem::new(StatusCode::BAD_REQUEST, wrong)),
    };
    let by = decided.by.as_deref().unwrap_or(super::SOMEBODY);
    Ok(Json(app.engine().resolve(number(&id)?, &wish, by).await?))
}

fn number(id: &str) -> Result<i64, Problem> {
    let wrong =
        || format!("A conflict is named by its number, as `entente conflicts list` shows it; \"{id}\" is none.");
    id.parse().map_err(|_| Problem::new(StatusCode::BAD_REQUEST, wrong()))
}
