//! `POST /api/v1/items/{name}/relink`: lets the links of an item follow their issues to a migrated site.

use axum::Json;
use axum::extract::{Path, State};
use bytes::Bytes;
use entente_engine::Relinked;
use serde::Deserialize;

use super::optional;
use crate::web::{App, Problem};

/// Who asks.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    by: Option<String>,
}

/// Points the links to the issues that have their keys now.
pub(crate) async fn relink(
    State(app): State<App>,
    Path(item): Path<String>,
    body: Bytes,
) -> Result<Json<Relinked>, Problem> {
    let asked: Asked = optional(&body, r#"Send nothing, or {"by": WHO}."#)?;
    Ok(Json(app.engine().relink(&item, asked.by.as_deref().unwrap_or(super::SOMEBODY)).await?))
}
