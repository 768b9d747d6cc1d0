//! `GET /api/v1/items/{name}/records?text=T`: the Salesforce records that a person may mean.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use entente_engine::Found;
use http::StatusCode;
use serde::Deserialize;

use crate::web::{App, Problem};

/// What is looked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    text: String,
}

/// Answers with the records.
pub(crate) async fn records(
    State(app): State<App>,
    Path(item): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Found>, Problem> {
    let Query(wanted) = wanted.map_err(|_| {
        let detail = "The query knows `text`, which it needs: a fragment of a name or a number, or an id.";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    Ok(Json(app.engine().search(&item, &wanted.text).await?))
}
