//! `GET /api/v1/status`: how things stand.

use axum::Json;
use axum::extract::State;
use entente_engine::Status;

use crate::web::{App, Problem};

/// Answers with the state of the whole.
pub(crate) async fn status(State(app): State<App>) -> Result<Json<Status>, Problem> {
    Ok(Json(app.status().await?))
}
