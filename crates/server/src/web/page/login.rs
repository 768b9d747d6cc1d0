//! The login form, and the way to it.

use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::Uri;
use maud::html;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::layout::page;

/// What the form says and remembers.
#[derive(Debug, Default)]
pub(crate) struct Login<'a> {
    /// What went wrong the last time.
    pub(crate) wrong: Option<&'a str>,
    /// Where the caller wanted to go.
    pub(crate) to: &'a str,
}

/// The form.
pub(crate) fn login(Login { wrong, to }: &Login<'_>) -> Html<String> {
    let content = html! {
        main.login {
            h1 { "Entente" }
            p { "Paste your token, or one of those under " code { "server.api_tokens" } " of the configuration." }
            form method="post" action="/login" {
                label for="token" { "Token" }
                input #token name="token" type="password" autocomplete="current-password" required autofocus;
                input name="to" type="hidden" value=(to);
                @if let Some(sentence) = wrong { p.wrong role="alert" { (sentence) } }
                button { "Log in" }
            }
        }
    };
    Html(page("Entente: log in", None, &content).into_string())
}

/// Sends a caller to the form, which then leads back.
pub(crate) fn first(wanted: &Uri) -> Response {
    let wanted = wanted.path_and_query().map_or("/", |wanted| wanted.as_str());
    match wanted {
        "/" => Redirect::to("/login").into_response(),
        _ => Redirect::to(&format!("/login?to={}", utf8_percent_encode(wanted, NON_ALPHANUMERIC))).into_response(),
    }
}
