//! Takes secrets out of what people will read.
//!
//! Names decide, since values cannot be recognised. What cannot be parsed is not shown at all.

use http::HeaderMap;
use serde_json::Value;
use url::Url;

use crate::limits::REDACT_BYTES_MAX;
use crate::onlooker::Veil;

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

/// The URL, and no value that it asks for in words while a field is veiled: any of them may be that field's.
pub(crate) fn veiled_url(given: &Url, veil: &Veil) -> String {
    let mut shown = given.clone();
    if given.query().is_some() && !veil.is_empty() {
        let without = given.query_pairs().map(|(name, value)| (name, without_literals(&value)));
        shown.query_pairs_mut().clear().extend_pairs(without);
    }
    url(&shown)
}

/// A query without what stands in quotes, or between the braces of a search.
fn without_literals(query: &str) -> String {
    let (mut shown, mut closes, mut is_escaped) = (String::with_capacity(query.len()), None, false);
    for letter in query.chars() {
        match (closes, letter) {
            (None, '\'' | '"') => closes = Some(letter),
            (None, '{') => closes = Some('}'),
            (Some(_), '\\') if !is_escaped => {
                is_escaped = true;
                continue;
            }
            (Some(close), letter) if letter == close && !is_escaped => {
                closes = None;
                shown.push_str(REDACTED);
            }
            (Some(_), _) => {
                is_escaped = false;
                continue;
            }
            (None, _) => {}
        }
        shown.push(letter);
    }
    shown
}

/// A body: JSON and forms with their secrets replaced, anything else by its size only.
pub(crate) fn body(content_type: &str, bytes: &[u8], veil: &Veil) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    let shown = if bytes.len() > REDACT_BYTES_MAX {
        None
    } else if content_type.contains("x-www-form-urlencoded") {
        Some(form(bytes))
    } else {
        serde_json::from_slice(bytes).ok().map(|value| json(value, veil))
    };
    match shown {
        Some(text) => text,
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

fn json(mut value: Value, veil: &Veil) -> String {
    hide(&mut value, veil);
    value.to_string()
}

fn hide(value: &mut Value, veil: &Veil) {
    match value {
        Value::Object(map) => {
            let is_about_veiled = is_about_veiled(map, veil);
            for (name, inner) in map {
                if is_secret(name) {
                    hide_leaves(inner, veil);
                } else if veil.hides(name) || is_about_veiled && TELLING_NAMES.contains(&name.as_str()) {
                    *inner = REDACTED.into();
                } else if let (Value::String(text), true, true) =
                    (&*inner, ASKING_NAMES.contains(&name.as_str()), !veil.is_empty())
                {
                    *inner = asked(text).into();
                } else {
                    hide(inner, veil);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, veil)),
        _ => {}
    }
}

/// Where queries stand in a body.
const ASKING_NAMES: [&str; 3] = ["jql", "url", "query"];

/// What tells a value in an object that names its field: an entry of a history, or a refusal.
const TELLING_NAMES: [&str; 7] = ["from", "fromString", "to", "toString", "message", "oldValue", "newValue"];

fn is_about_veiled(map: &serde_json::Map<String, Value>, veil: &Veil) -> bool {
    let names = |value: &Value| value.as_str().is_some_and(|name| veil.hides(name));
    let one = ["field", "fieldId", "Field"].iter().filter_map(|key| map.get(*key)).any(names);
    one || map.get("fields").and_then(Value::as_array).is_some_and(|all| all.iter().any(names))
}

/// A query, or the address of one in a composite request.
fn asked(text: &str) -> String {
    match text.split_once('?') {
        Some((path, query)) if path.starts_with('/') => {
            let pairs = url::form_urlencoded::parse(query.as_bytes());
            let pairs = pairs.map(|(name, value)| (name, without_literals(&value)));
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            format!("{path}?{query}")
        }
        _ => without_literals(text),
    }
}

/// Hides what a secret's name stands over, in lists too. Only a leaf is a secret: an object named `tokens` may hold more
/// to look at.
fn hide_leaves(value: &mut Value, veil: &Veil) {
    match value {
        Value::Object(_) => hide(value, veil),
        Value::Array(items) => items.iter_mut().for_each(|item| hide_leaves(item, veil)),
        Value::Null => {}
        leaf => *leaf = REDACTED.into(),
    }
}
