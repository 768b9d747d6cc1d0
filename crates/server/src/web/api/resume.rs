//! `POST /api/v1/items/{name}/resume`: lets a held item run again.

use axum::Json;
use axum::extract::{Path, State};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::optional;
use crate::web::{App, Problem};

/// Who asks.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    by: Option<String>,
}

/// The item that runs again.
#[derive(Debug, Serialize)]
pub(crate) struct Resumed {
    item: String,
}

/// Lets the item run again.
pub(crate) async fn resume(
    State(app): State<App>,
    Path(item): Path<String>,
    body: Bytes,
) -> Result<Json<Resumed>, Problem> {
    let asked: Asked = optional(&body, r#"Send nothing, or {"by": WHO}."#)?;
    app.engine().resume(&item, asked.by.as_deref().unwrap_or(super::SOMEBODY)).await?;
    Ok(Json(Resumed { item }))
}
