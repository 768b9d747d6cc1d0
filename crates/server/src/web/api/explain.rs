//! `GET /api/v1/explain?about=A[&item=I]`: why something was written, or why nothing is.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use entente_engine::Explanation;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::web::{App, Problem};

/// What is asked about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    about: String,
    item: Option<String>,
}

/// One explanation per link of that name, or per item.
#[derive(Debug, Serialize)]
pub(crate) struct Explained {
    explanations: Vec<Explanation>,
}

/// Explains a link, or a record without one.
pub(crate) async fn explain(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Explained>, Problem> {
    let Query(asked) = asked.map_err(|_| {
        let detail =
            "The query knows `about` (a link's number, a record's id, an issue's key), which it needs, and `item`.";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    Ok(Json(Explained { explanations: app.engine().explain(&asked.about, asked.item.as_deref()).await? }))
}
