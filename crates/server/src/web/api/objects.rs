//! `GET /api/v1/connections/{name}/objects` and `.../objects/{object}`: what of an org can be connected.

use axum::Json;
use axum::extract::{Path, State};
use entente_engine::{Catalogue, ObjectFields};

use crate::web::{App, Problem};

/// The objects of an org, in groups.
pub(crate) async fn all(State(app): State<App>, Path(connection): Path<String>) -> Result<Json<Catalogue>, Problem> {
    Ok(Json(app.engine().catalogue(&connection).await?))
}

/// The fields of one of them.
pub(crate) async fn fields(
    State(app): State<App>,
    Path((connection, object)): Path<(String, String)>,
) -> Result<Json<ObjectFields>, Problem> {
    Ok(Json(app.engine().object_fields(&connection, &object).await?))
}
