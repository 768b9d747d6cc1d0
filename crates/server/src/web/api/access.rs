//! `GET|POST /api/v1/access`, `GET /api/v1/access/{grant}`, `POST /api/v1/access/{grant}/revoke|retry`: who is let into
//! the customer portal.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use bytes::Bytes;
use entente_engine::{AccessWish, GrantFilter, GrantTold};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::web::{App, Problem};

/// Which grants are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    status: Option<String>,
    account: Option<String>,
    organization: Option<String>,
}

/// All of them, and what more can be granted from.
#[derive(Debug, Serialize)]
pub(crate) struct Grants {
    grants: Vec<GrantTold>,
    /// The kinds of sources, as the configuration calls them.
    sources: Vec<String>,
}

/// For whom access is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    source: String,
    record: String,
    person: Option<String>,
    #[serde(default)]
    anyway: bool,
    by: Option<String>,
}

/// Who asks.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct By {
    by: Option<String>,
}

/// Lists grants.
pub(crate) async fn list(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Grants>, Problem> {
    let wrong = "The query knows `status`, `account` and `organization`, and nothing else.";
    let Query(asked) = asked.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, wrong))?;
    let Asked { status, account, organization } = asked;
    let grants = app.engine().grants(&GrantFilter { status, account, organization }).await?;
    let config = app.config();
    let sources = config.access.iter().flat_map(|access| &access.sources).map(|source| source.name.clone()).collect();
    Ok(Json(Grants { grants, sources }))
}

/// Shows one.
pub(crate) async fn show(State(app): State<App>, Path(grant): Path<String>) -> Result<Json<GrantTold>, Problem> {
    Ok(Json(app.engine().grant(&grant).await?))
}

/// Asks for access.
pub(crate) async fn request(
    State(app): State<App>,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Result<Json<GrantTold>, Problem> {
    let wrong =
        "Send {\"source\": NAME, \"record\": ID, \"person\": ID or E-MAIL}; `anyway` and `by` may stand beside it.";
    let Json(Wish { source, record, person, anyway, by }) = wish.map_err(Problem::unread(wrong))?;
    let wish = AccessWish { source, record, person, anyway };
    Ok(Json(app.engine().request_access(&wish, by.as_deref().unwrap_or(super::SOMEBODY)).await?))
}

/// Takes access back.
pub(crate) async fn revoke(
    State(app): State<App>,
    Path(grant): Path<String>,
    body: Bytes,
) -> Result<Json<GrantTold>, Problem> {
    Ok(Json(app.engine().revoke_access(&grant, &who(&body)?).await?))
}

/// Has it tried again.
pub(crate) async fn retry(
    State(app): State<App>,
    Path(grant): Path<String>,
    body: Bytes,
) -> Result<Json<GrantTold>, Problem> {
    Ok(Json(app.engine().retry_access(&grant, &who(&body)?).await?))
}

pub(super) fn who(body: &Bytes) -> Result<String, Problem> {
    let By { by } = super::optional(body, "Send {\"by\": NAME}, or nothing.")?;
    Ok(by.unwrap_or_else(|| super::SOMEBODY.to_owned()))
}
