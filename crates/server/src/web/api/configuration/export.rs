//! `GET /api/v1/configuration/export?items=A,B`: the text that is the truth as it may lie in version control: without
//! credentials and, if that is asked for, with some of its items only.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use entente_core::config::{with_items_only, without_secrets};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::text::kept;
use crate::web::{App, Problem};

/// Which items.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    items: Option<String>,
}

/// What was written.
#[derive(Debug, Serialize)]
pub(crate) struct Exported {
    text: String,
}

/// Answers with the text.
pub(crate) async fn export(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Exported>, Problem> {
    let wrong = "The query knows `items`, names with commas between them, and nothing else.";
    let Query(Asked { items }) = asked.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, wrong))?;
    let refused = |sentence: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, sentence);
    let text = without_secrets(kept(&app).await?.text()).map_err(refused)?;
    let Some(items) = items else { return Ok(Json(Exported { text })) };
    let items: Vec<String> = items.split(',').map(|item| item.trim().to_owned()).collect();
    Ok(Json(Exported { text: with_items_only(&text, &items).map_err(refused)? }))
}
