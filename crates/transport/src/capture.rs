//! The last exchanges of a connection, redacted, for the person who asks why.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderMap;
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::call::Effect;
use crate::limits::EXCHANGES_KEPT;

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
    /// The beginning of the request's body, redacted.
    pub request_body: String,
    /// The status, absent if there was no answer.
    pub status: Option<u16>,
    /// The answer's headers, redacted.
    pub answer_headers: Vec<(String, String)>,
    /// The beginning of the answer's body, redacted; or why there was none.
    pub answer_body: String,
    /// From sending to the end of the body, in milliseconds.
    pub duration_ms: u64,
}

/// A ring of the last exchanges. Off, it costs one atomic load per call.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    on: AtomicBool,
    ring: Mutex<VecDeque<Exchange>>,
}

impl Recorder {
    pub(crate) fn switch(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
        if !on {
            self.ring.lock().clear();
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    pub(crate) fn push(&self, exchange: Exchange) {
        let mut ring = self.ring.lock();
        if ring.len() >= EXCHANGES_KEPT {
            ring.pop_front();
        }
        ring.push_back(exchange);
    }

    pub(crate) fn all(&self) -> Vec<Exchange> {
        self.ring.lock().iter().cloned().collect()
    }
}

/// The word for an effect in a captured exchange.
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
