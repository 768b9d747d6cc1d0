//! `GET /api/v1/requests`, `POST /api/v1/requests/{id}/approve|deny`: what people asked for by the form.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use bytes::Bytes;
use entente_engine::{Approval, GrantTold, RequestTold};
use serde::{Deserialize, Serialize};

use super::access::who;
use crate::web::{App, Problem};

/// All of them.
#[derive(Debug, Serialize)]
pub(crate) struct Requests {
    requests: Vec<RequestTold>,
}

/// What access is granted from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approved {
    source: String,
    record: String,
    person: Option<String>,
    #[serde(default)]
    anyway: bool,
    by: Option<String>,
}

/// Lists the requests that wait.
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Requests>, Problem> {
    Ok(Json(Requests { requests: app.engine().access_requests().await? }))
}

/// Grants what a request asks for.
pub(crate) async fn approve(
    State(app): State<App>,
    Path(id): Path<String>,
    approved: Result<Json<Approved>, JsonRejection>,
) -> Result<Json<GrantTold>, Problem> {
    let wrong = "Send {\"source\": NAME, \"record\": ID}; `person`, `anyway` and `by` may stand beside it.";
    let Json(Approved { source, record, person, anyway, by }) = approved.map_err(Problem::unread(wrong))?;
    let by = by.as_deref().unwrap_or(super::SOMEBODY);
    Ok(Json(app.engine().approve_request(&id, Approval { source, record, person, anyway }, by).await?))
}

/// Says no.
pub(crate) async fn deny(
    State(app): State<App>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<RequestTold>, Problem> {
    Ok(Json(app.engine().deny_request(&id, &who(&body)?).await?))
}
