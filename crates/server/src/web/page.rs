//! The plain page: how things stand, and what happened. Rendered here, without a build step, and useful without scripts.
//! It stands in for the console where none was built.

mod layout;
mod login;
mod overview;
mod request;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode, Uri};

use super::{App, Problem, console, token};
use crate::limits::JOURNAL_PAGE;

pub(crate) use login::{Login, login};
pub(crate) use request::{request, request_taken};

/// `GET /` and the addresses below it: the console, or where none was built, the plain page. For people who have logged
/// in; others are sent to do so, and come back.
pub(crate) async fn front(state: State<App>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let is_logged_in = token::who_is_logged_in(&state, &headers).await?.is_some();
    match console::page() {
        Some(page) if is_logged_in => Ok(page),
        Some(_) => Ok(login::first(&uri)),
        None => plain(state, uri, headers).await,
    }
}

/// `GET /plain`: how things stand, without scripts.
pub(crate) async fn plain(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    if token::who_is_logged_in(&app, &headers).await?.is_none() {
        return Ok(login::first(&uri));
    }
    let status = app.status().await?;
    let entries = app.store().journal_before(None, JOURNAL_PAGE).await?;
    Ok(Html(overview::render(&status, &entries, app.now_ms()).into_string()).into_response())
}

/// `GET /assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    let (kind, text) = match name.as_str() {
        "page.css" => ("text/css; charset=utf-8", include_str!("page/page.css")),
        "icon.svg" => ("image/svg+xml", include_str!("page/icon.svg")),
        "refresh.js" => ("text/javascript; charset=utf-8", include_str!("page/refresh.js")),
        _ => return Err(Problem::new(StatusCode::NOT_FOUND, "There is no such file.")),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "max-age=300")], text).into_response())
}
