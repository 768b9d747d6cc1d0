//! The login form.

use axum::response::Html;
use maud::html;

use super::layout::page;

/// The form, with a sentence about what went wrong the last time.
pub(crate) fn login(wrong: Option<&str>) -> Html<String> {
    let content = html! {
        main.login {
            h1 { "Entente" }
            p { "Paste one of the tokens under " code { "server.api_tokens" } " of the configuration." }
            form method="post" action="/login" {
                label for="token" { "Token" }
                input #token name="token" type="password" autocomplete="current-password" required autofocus;
                @if let Some(sentence) = wrong { p.wrong role="alert" { (sentence) } }
                button { "Log in" }
            }
        }
    };
    Html(page("Entente: log in", None, &content).into_string())
}
