//! The page: how things stand, and what happened. Rendered here, without a build step, and useful without scripts.

mod layout;
mod login;
mod overview;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use super::{App, Problem, token};
use crate::limits::JOURNAL_PAGE;

pub(crate) use login::login;

/// `GET /`: for people who have logged in; others are sent to do so.
pub(crate) async fn overview(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    if !token::is_logged_in(&app.config(), &headers, app.now_ms()) {
        return Ok(Redirect::to("/login").into_response());
    }
    let status = app.status().await?;
    let entries = app.store().journal_before(None, JOURNAL_PAGE).await?;
    Ok(Html(overview::render(&status, &entries, app.now_ms()).into_string()).into_response())
}

/// `GET /assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    let (kind, text) = match name.as_str() {
        "page.css" => ("text/css; charset=utf-8", include_str!("page/page.css")),
        "refresh.js" => ("text/javascript; charset=utf-8", include_str!("page/refresh.js")),
        _ => return Err(Problem::new(StatusCode::NOT_FOUND, "There is no such file.")),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "max-age=300")], text).into_response())
}
