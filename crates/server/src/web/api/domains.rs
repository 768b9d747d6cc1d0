//! `GET|POST /api/v1/domains`, `POST /api/v1/domains/{domain}/withdraw`: the domains from which people are let in.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use bytes::Bytes;
use entente_engine::{DomainChanged, DomainTold};
use serde::{Deserialize, Serialize};

use crate::web::{App, Problem};

/// All of them.
#[derive(Debug, Serialize)]
pub(crate) struct Domains {
    domains: Vec<DomainTold>,
}

/// A domain for the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Added {
    domain: String,
    by: Option<String>,
}

/// Lists them, and those that are asked about.
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Domains>, Problem> {
    Ok(Json(Domains { domains: app.engine().domains().await? }))
}

/// Puts one on the list.
pub(crate) async fn add(
    State(app): State<App>,
    added: Result<Json<Added>, JsonRejection>,
) -> Result<Json<DomainChanged>, Problem> {
    let wrong = "Send {\"domain\": NAME}; `by` may stand beside it.";
    let Json(Added { domain, by }) = added.map_err(Problem::unread(wrong))?;
    Ok(Json(app.engine().add_domain(&domain, by.as_deref().unwrap_or(super::SOMEBODY)).await?))
}

/// Takes one off the list.
pub(crate) async fn withdraw(
    State(app): State<App>,
    Path(domain): Path<String>,
    body: Bytes,
) -> Result<Json<DomainChanged>, Problem> {
    Ok(Json(app.engine().withdraw_domain(&domain, &super::access::who(&body)?).await?))
}
