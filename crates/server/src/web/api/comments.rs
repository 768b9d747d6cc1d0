//! `/api/v1/links/{id}/comments`: what people say about a pair, and the word to carry one comment.
//!
//! ```text
//! GET  /links/{id}/comments                   all comments of both sides, and which has a copy
//! POST /links/{id}/comments/{comment}/push    {"by"}: lets one be copied to the other side
//! ```

mod rules;

use axum::Json;
use axum::extract::{Path, State};
use bytes::Bytes;
use entente_engine::Said;
use serde::{Deserialize, Serialize};

use super::{SOMEBODY, links::numbered, optional};
use crate::web::{App, Problem};

pub(crate) use rules::rules;

/// The comments of a link.
#[derive(Debug, Serialize)]
pub(crate) struct Comments {
    comments: Vec<Said>,
}

/// Who lets a comment be copied.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pushed {
    by: Option<String>,
}

/// Lists the comments of a link.
pub(crate) async fn list(State(app): State<App>, Path(id): Path<String>) -> Result<Json<Comments>, Problem> {
    Ok(Json(Comments { comments: app.engine().comments(numbered(&id)?).await? }))
}

/// Lets a comment be copied.
pub(crate) async fn push(
    State(app): State<App>,
    Path((id, comment)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Said>, Problem> {
    let pushed: Pushed = optional(&body, r#"Send nothing, or {"by": WHO}."#)?;
    let by = pushed.by.as_deref().unwrap_or(SOMEBODY);
    Ok(Json(app.engine().push_comment(numbered(&id)?, &comment, by).await?))
}
