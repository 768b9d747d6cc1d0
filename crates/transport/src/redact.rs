//! Takes secrets out of what people will read.
//!
//! Names decide, since values cannot be recognised. What cannot be parsed is not shown at all.

use http::HeaderMap;
use serde_json::Value;
use url::Url;

use crate::limits::{CAPTURE_BYTES_MAX, REDACT_BYTES_MAX};

/// What stands in the place of a secret.
pub(crate) const REDACTED: &str = "[redacted]";

/// A name that contains one of these holds a secret, whatever its case.
const SECRET_NAMES: [&str; 13] = [
    "authorization",
    "token",
    "secret",
    "password",
    "passwd",
    "assertion",
    "cookie",
    "signature",
    "session",
    "credential",
    "apikey",
    "api_key",
    "api-key",
];

/// Names that look secret and are not, but are needed to understand an exchange.
const PLAIN_NAMES: [&str; 4] = ["nextpagetoken", "token_type", "token_type_hint", "passwordpolicy"];

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !PLAIN_NAMES.contains(&name.as_str()) && (name == "code" || SECRET_NAMES.iter().any(|secret| name.contains(secret)))
}

/// The headers as text.
pub(crate) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = |name: &http::HeaderName, value: &http::HeaderValue| {
        let text = value.to_str().unwrap_or("[not text]");
        let hide = value.is_sensitive() || is_secret(name.as_str());
        (name.to_string(), if hide { REDACTED.to_owned() } else { url_or_text(name.as_str(), text) })
    };
    headers.iter().map(|(name, value)| shown(name, value)).collect()
}

fn url_or_text(name: &str, text: &str) -> String {
    match Url::parse(text) {
        Ok(parsed) if name == "location" => url(&parsed),
        _ => text.to_owned(),
    }
}

/// The URL with user, password and secret query values replaced.
pub(crate) fn url(given: &Url) -> String {
    let mut shown = given.clone();
    if shown.password().is_some() {
        let _no_password_on_this_scheme = shown.set_password(Some(REDACTED));
    }
    if given.query().is_some() {
        shown.query_pairs_mut().clear().extend_pairs(pairs(given.query_pairs()));
    }
    shown.to_string()
}

/// The beginning of a body: JSON and forms with their secrets replaced, anything else by its size only.
pub(crate) fn body(content_type: &str, bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    let shown = if bytes.len() > REDACT_BYTES_MAX {
        None
    } else if content_type.contains("x-www-form-urlencoded") {
        Some(form(bytes))
    } else {
        serde_json::from_slice(bytes).ok().map(json)
    };
    match shown {
        Some(text) => cut(text),
        None => format!(
            "[{} bytes of {}]",
            bytes.len(),
            if content_type.is_empty() { "unknown type" } else { content_type }
        ),
    }
}

fn form(bytes: &[u8]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs(url::form_urlencoded::parse(bytes)))
        .finish()
}

fn pairs<'a>(
    given: url::form_urlencoded::Parse<'a>,
) -> impl Iterator<Item = (std::borrow::Cow<'a, str>, std::borrow::Cow<'a, str>)> {
    given.map(|(name, value)| {
        let value = if is_secret(&name) { REDACTED.into() } else { value };
        (name, value)
    })
}

fn json(mut value: Value) -> String {
    hide(&mut value);
    value.to_string()
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(map) => map.iter_mut().for_each(|(name, inner)| {
            if is_secret(name) {
                hide_leaves(inner);
            } else {
                hide(inner);
            }
        }),
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

/// Hides what a secret's name stands over, in lists too. Only a leaf is a secret: an object named `tokens` may hold more
/// to look at.
fn hide_leaves(value: &mut Value) {
    match value {
        Value::Object(_) => hide(value),
        Value::Array(items) => items.iter_mut().for_each(hide_leaves),
        Value::Null => {}
        leaf => *leaf = REDACTED.into(),
    }
}

fn cut(mut text: String) -> String {
    if text.len() > CAPTURE_BYTES_MAX {
        let end = (0..=CAPTURE_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let rest = text.len() - end;
        text.truncate(end);
        text.push_str(&format!(" [{rest} bytes more]"));
    }
    text
}
