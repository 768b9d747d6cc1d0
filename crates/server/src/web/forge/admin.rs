//! The admin page, for people who administer the site: how the connections do and what the items do.

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use super::invocation::Invocation;
use crate::web::{App, Problem};

/// How the app reaches this server.
#[derive(Debug, Serialize)]
pub(crate) struct Reach {
    /// The connection to the site that the page is on.
    site: String,
    /// Entente's version.
    version: &'static str,
    /// Seconds since Forge last sent an event or a tick; none since this process started.
    heard_seconds: Option<i64>,
    /// Where people change what the page shows; none without a `server.public_url`.
    console: Option<String>,
}

/// Lets administrators of the site pass.
pub(crate) async fn guard(
    State(app): State<App>,
    call: Invocation,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if app.engine().administers(&call.site, &call.person()?).await? {
        return Ok(next.run(request).await);
    }
    let detail = "This page is for people who administer Jira (the global permission \"Administer Jira\").";
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

/// Says how the app reaches this server.
pub(crate) async fn reach(State(app): State<App>, call: Invocation) -> Json<Reach> {
    let heard_seconds = app.forge_event_ms().map(|at_ms| (app.now_ms() - at_ms) / 1_000);
    let console = app.config().server.public_url.clone();
    Json(Reach { site: call.site, version: env!("CARGO_PKG_VERSION"), heard_seconds, console })
}
