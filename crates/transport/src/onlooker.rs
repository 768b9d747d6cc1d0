//! Whoever looks on at a connection's exchanges, redacted, because a person asks why.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::HeaderMap;
use jiff::Timestamp;

use crate::call::Effect;

/// Sees exchanges. Nothing is prepared for it while it does not look: a call then costs one question.
pub trait Onlooker: Send + Sync {
    /// What is kept from it of an exchange that begins now; none while it does not look.
    fn looks(&self, now: Timestamp) -> Option<Arc<Veil>>;

    /// An exchange that it looked at has ended.
    fn saw(&self, exchange: Exchange);
}

/// Fields whose values are not shown, though they are no secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Veil {
    fields: BTreeSet<String>,
}

impl Veil {
    /// Keeps the values of these fields back, whatever the case of their names.
    pub fn over(fields: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self { fields: fields.into_iter().map(|name| name.as_ref().to_lowercase()).collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub(crate) fn hides(&self, name: &str) -> bool {
        !self.is_empty() && self.fields.contains(&name.to_lowercase())
    }
}

/// One request and what came back, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Exchange {
    /// When it was sent.
    pub at: Timestamp,
    /// `read`, `write` or `auth`.
    pub effect: &'static str,
    /// The HTTP method.
    pub method: String,
    /// The URL; secrets in its query are replaced.
    pub url: String,
    /// The request's headers, redacted.
    pub request_headers: Vec<(String, String)>,
    /// The request's body, redacted.
    pub request_body: String,
    /// The status, absent if there was no answer.
    pub status: Option<u16>,
    /// The answer's headers, redacted.
    pub answer_headers: Vec<(String, String)>,
    /// The answer's body, redacted; or why there was none.
    pub answer_body: String,
    /// From sending to the end of the body, in milliseconds.
    pub duration_ms: u64,
}

/// The word for an effect in an exchange.
pub(crate) fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "read",
        Effect::Write => "write",
        Effect::Auth => "auth",
    }
}

/// The content type, or nothing.
pub(crate) fn content_type(headers: &HeaderMap) -> &str {
    headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("")
}
