//! `POST /api/v1/undo`: takes writes back.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use entente_engine::{Undo, UndoReport};
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;

use crate::web::{App, Problem};

/// What is taken back: a round, or an item's writes since a time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    round: Option<String>,
    item: Option<String>,
    since: Option<Timestamp>,
    #[serde(default)]
    dry_run: bool,
    by: Option<String>,
}

/// Takes it back, or says what that would do.
pub(crate) async fn undo(
    State(app): State<App>,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Result<Json<UndoReport>, Problem> {
    let wrong = "Send {\"round\": R}, or {\"item\": NAME, \"since\": \"2026-12-31T12:00:00Z\"}; and \"dry_run\": true to look only.";
    let Json(wish) = wish.map_err(Problem::unread(wrong))?;
    let undo = match (wish.round, wish.item, wish.since) {
        (Some(round), None, None) => Undo { round: Some(round), ..Undo::default() },
        (None, Some(item), Some(since)) => {
            Undo { item: Some(item), since_ms: since.as_millisecond(), ..Undo::default() }
        }
        _ => return Err(Problem::new(StatusCode::BAD_REQUEST, wrong)),
    };
    let by = wish.by.as_deref().unwrap_or(super::SOMEBODY);
    Ok(Json(app.engine().undo(&undo, wish.dry_run, by).await?))
}
