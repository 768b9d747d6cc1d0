//! `GET /api/v1/figures?hours=N`: how often what happened, hour by hour.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use entente_store::Figure;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::{FIGURES_ENTRIES_MAX, FIGURES_HOURS_MAX, FIGURES_HOURS_USUAL};
use crate::web::{App, Problem};

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// How far back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    hours: Option<i64>,
}

/// What was counted.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    /// The first hour.
    since: String,
    figures: Vec<Told>,
}

#[derive(Debug, Serialize)]
struct Told {
    /// When the hour began.
    at: String,
    kind: String,
    n: u64,
}

/// Counts the journal, of which the newest entries are looked at.
pub(crate) async fn figures(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Figures>, Problem> {
    let wrong = || Problem::new(StatusCode::BAD_REQUEST, "The query knows `hours`, a whole number.");
    let Query(asked) = asked.map_err(|_| wrong())?;
    let hours = asked.hours.unwrap_or(FIGURES_HOURS_USUAL).clamp(1, FIGURES_HOURS_MAX);
    let now_ms = app.now_ms();
    let since_ms = now_ms - now_ms.rem_euclid(HOUR_MS) - (hours - 1) * HOUR_MS;
    let figures = app.store().journal_figures(since_ms, HOUR_MS, FIGURES_ENTRIES_MAX).await?;
    Ok(Json(Figures { since: rfc_3339(since_ms), figures: figures.into_iter().map(Told::from).collect() }))
}

impl From<Figure> for Told {
    fn from(Figure { from_ms, kind, n }: Figure) -> Self {
        Self { at: rfc_3339(from_ms), kind, n }
    }
}

fn rfc_3339(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().to_string()
}
