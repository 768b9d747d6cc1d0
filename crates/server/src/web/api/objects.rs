//! `GET /api/v1/connections/{name}/objects` and `.../objects/{object}`: what of an org can be connected.
//! `GET .../projects`, `.../projects/{project}` and `.../projects/{project}/types/{type}`: what of a site.

use axum::Json;
use axum::extract::{Path, State};
use entente_engine::{Catalogue, IssueFields, IssueTypes, ObjectFields, Projects};

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

/// The projects of a site.
pub(crate) async fn projects(
    State(app): State<App>,
    Path(connection): Path<String>,
) -> Result<Json<Projects>, Problem> {
    Ok(Json(app.engine().projects(&connection).await?))
}

/// The issue types of one of them.
pub(crate) async fn types(
    State(app): State<App>,
    Path((connection, project)): Path<(String, String)>,
) -> Result<Json<IssueTypes>, Problem> {
    Ok(Json(app.engine().issue_types(&connection, &project).await?))
}

/// The fields of one of those.
pub(crate) async fn issue_fields(
    State(app): State<App>,
    Path((connection, project, kind)): Path<(String, String, String)>,
) -> Result<Json<IssueFields>, Problem> {
    Ok(Json(app.engine().issue_fields(&connection, &project, &kind).await?))
}
