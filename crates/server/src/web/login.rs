//! Logging in on the page, by pasting a token, and logging out.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::page::{self, Login};
use super::{App, Problem, token};
use crate::limits::FORM_BYTES_MAX;

/// What a login form, or the demo's link, carries.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Shown {
    #[serde(default)]
    token: String,
    /// Where to go from here.
    #[serde(default)]
    to: String,
}

impl Shown {
    /// An address of ours: another site's would begin with two slashes, or with a backslash, which browsers take for one.
    fn to(&self) -> &str {
        let is_ours = self.to.starts_with('/') && !self.to[1..].starts_with(['/', '\\']);
        // A header holds nothing else.
        let is_plain = self.to.bytes().all(|byte| byte.is_ascii_graphic());
        if is_ours && is_plain { &self.to } else { "/" }
    }
}

/// `GET /login`: the form; and where the demo allows it, the login itself.
pub(crate) async fn form(State(app): State<App>, Query(shown): Query<Shown>) -> Response {
    if app.link_logs_in() && token::is_token(&app.config(), &shown.token) {
        return welcome(&app, &shown.token, shown.to()).await;
    }
    page::login(&Login { to: shown.to(), wrong: None }).into_response()
}

/// `POST /login`: shows a token.
pub(crate) async fn log_in(
    State(app): State<App>,
    headers: HeaderMap,
    shown: Result<Form<Shown>, FormRejection>,
) -> Response {
    if let Err(problem) = own_form(&headers) {
        return problem.into_response();
    }
    if let Ok(Form(shown)) = &shown {
        match token::who_shows(&app, shown.token.trim()).await {
            Ok(Some(_)) => return welcome(&app, shown.token.trim(), shown.to()).await,
            Ok(None) => {}
            Err(error) => return Problem::from(error).into_response(),
        }
    }
    match shown {
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let detail = format!("A form has at most {FORM_BYTES_MAX} bytes.");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).into_response()
        }
        shown => {
            let shown = shown.map(|Form(shown)| shown).unwrap_or_default();
            let wrong = Some("This is neither a user's token nor one of those under server.api_tokens.");
            (StatusCode::UNAUTHORIZED, page::login(&Login { wrong, to: shown.to() })).into_response()
        }
    }
}

/// `POST /logout`.
pub(crate) async fn log_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    own_form(&headers)?;
    Ok(([(SET_COOKIE, token::no_cookie(&app.config()))], Redirect::to("/login")).into_response())
}

async fn welcome(app: &App, token: &str, to: &str) -> Response {
    match token::cookie_for(app, token).await {
        Ok(cookie) => ([(SET_COOKIE, cookie)], Redirect::to(to)).into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Refuses forms that another site's page sent. Browsers say where a request comes from; other callers need not.
pub(super) fn own_form(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(Problem::new(StatusCode::FORBIDDEN, "This form belongs to another site.")),
    }
}
