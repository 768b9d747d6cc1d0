//! The form on which people ask for portal access.

use axum::response::Html;
use entente_engine::FormRequest;
use maud::html;

use super::layout::page;

/// The form as it was written so far, with a sentence about what went wrong the last time.
pub(crate) fn request(written: &FormRequest, wrong: Option<&str>) -> Html<String> {
    let content = html! {
        main.login {
            h1 { "Access to our customer portal" }
            form method="post" action="/access/request" {
                label for="name" { "Your name" }
                input #name name="name" autocomplete="name" value=(written.name) required;
                label for="email" { "Your e-mail address at work" }
                input #email name="email" type="email" autocomplete="email" value=(written.email) required;
                label for="company" { "Your company" }
                input #company name="company" autocomplete="organization" value=(written.company) required;
                label for="message" { "What do you want to use it for?" }
                textarea #message name="message" rows="4" { (written.message) }
                @if let Some(sentence) = wrong { p.wrong role="alert" { (sentence) } }
                button { "Ask for access" }
            }
        }
    };
    Html(page("Ask for access", None, &content).into_string())
}

/// The answer to every request that can be one.
pub(crate) fn request_taken() -> Html<String> {
    let content = html! {
        main.login {
            h1 { "Thank you" }
            p role="status" { "We look at your request and write to you." }
        }
    };
    Html(page("Ask for access", None, &content).into_string())
}
