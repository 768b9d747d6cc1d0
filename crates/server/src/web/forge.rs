//! The doors of a Forge app: what its panel and its admin page inside Jira show, and the events that it forwards.
//!
//! Atlassian signs every call (see [`invocation`]), and says in the signature which site and which issue it is about:
//! neither is ever taken out of path or body. What concerns an issue is answered after Jira has shown that issue to the
//! person who looks (see [`viewer`]); a token of theirs that comes along is used for that and kept nowhere.

mod admin;
mod events;
mod invocation;
mod keys;
mod panel;
mod token;
mod viewer;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};

use super::{App, api};
use crate::limits::{FORM_BYTES_MAX, HOOK_BYTES_MAX, TRACE_LETTERS_MAX};

pub(crate) use keys::Keys;

/// The only kind of answer that Forge takes, refusals included.
/// <https://developer.atlassian.com/platform/forge/forge-remote-invocation-contract/>
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// By which Atlassian names one call in its logs.
const TRACE: HeaderName = HeaderName::from_static("x-b3-traceid");

/// Everything under `/forge`.
pub(crate) fn router(app: &App) -> Router<App> {
    let events = Router::new()
        .route("/events", post(events::take))
        .route("/lifecycle", post(events::note))
        .route("/tick", post(events::note))
        .layer(DefaultBodyLimit::max(HOOK_BYTES_MAX));
    let panel = Router::new()
        .route("/panel", get(panel::show))
        .route("/records", get(panel::records))
        .route("/links", post(panel::link))
        .route("/links/{id}/unlink", post(panel::unlink))
        .route("/links/{id}/refresh", post(panel::refresh))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX));
    // The same answers as under `/api/v1`, for administrators of the site.
    let admin = Router::new()
        .route("/reach", get(admin::reach))
        .route("/status", get(api::status))
        .route("/connections", get(api::connections::list))
        .route("/connections/{name}/identity", get(api::connections::identity))
        .route("/items/{name}", get(api::items::show))
        .layer(middleware::from_fn_with_state(app.clone(), admin::guard));
    events.merge(panel).nest("/admin", admin).layer(middleware::from_fn(answered))
}

/// Answers in the form that Forge takes, and lets a refusal be found again: by the id that the person is shown.
async fn answered(request: Request, next: Next) -> Response {
    let is_id =
        |id: &&HeaderValue| id.len() <= TRACE_LETTERS_MAX && id.as_bytes().iter().all(u8::is_ascii_alphanumeric);
    let trace = request.headers().get(TRACE).filter(is_id).cloned();
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if response.headers().contains_key(CONTENT_TYPE) {
        response.headers_mut().insert(CONTENT_TYPE, JSON);
    }
    if let Some(trace) = trace {
        if !response.status().is_success() {
            let (status, id) = (response.status().as_u16(), trace.to_str().unwrap_or_default());
            tracing::info!(path, status, trace = id, "Refused a call of the Forge app with {status}");
        }
        response.headers_mut().insert(TRACE, trace);
    }
    response
}
