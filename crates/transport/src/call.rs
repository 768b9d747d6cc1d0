//! What goes in and what comes out: a [`Call`] and its [`Answer`].

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{ACCEPT, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::error::CallError;
use crate::limits::CALL_TIMEOUT_MS;
use crate::wire::ByteStream;

/// What a call does to the peer; this, not the HTTP method, decides about re-sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Changes nothing (also a search by POST).
    Read,
    /// Changes something.
    Write,
    /// Obtains or ends a session.
    Auth,
}

/// The body of a [`Call`], repeatable because a call may be replayed after a renewed sign-in.
#[derive(Clone)]
pub enum Payload {
    /// No body.
    Empty,
    /// A body in memory.
    Bytes(Bytes),
    /// A body that is opened anew for each sending, such as a file on its way from one side to the other.
    Stream(Arc<dyn Fn() -> BoxFuture<'static, io::Result<ByteStream>> + Send + Sync>),
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// One request to a peer, complete in itself.
#[derive(Debug, Clone)]
pub struct Call {
    /// The HTTP method.
    pub method: Method,
    /// A path with its query on the connection's base (`/services/data`), or an absolute URL. A credential is only ever
    /// put on requests to the base's own origin.
    pub target: String,
    /// The path with placeholders (`/rest/api/3/issue/{key}`): names the call in logs, counters and pacing.
    pub route: &'static str,
    /// What it does to the peer.
    pub effect: Effect,
    /// Headers beside `Accept: application/json`, which is set unless given.
    pub headers: HeaderMap,
    /// The body.
    pub payload: Payload,
    /// The deadline of the whole call, re-sends included, in milliseconds.
    pub timeout_ms: u64,
    /// A write that may be sent twice with the same outcome as once: it is re-sent like a read.
    pub retry_safe: bool,
    /// Sent without a credential, for hosts that are not the peer's own.
    pub anonymous: bool,
    /// Statuses outside 200-299 that are answers to this call, not failures.
    pub answers: &'static [u16],
}

impl Call {
    /// A call without body, with the default deadline.
    pub fn new(effect: Effect, method: Method, route: &'static str, target: impl Into<String>) -> Self {
        Self {
            method,
            target: target.into(),
            route,
            effect,
            headers: HeaderMap::new(),
            payload: Payload::Empty,
            timeout_ms: CALL_TIMEOUT_MS,
            retry_safe: false,
            anonymous: false,
            answers: &[],
        }
    }

    /// A `GET`.
    pub fn get(route: &'static str, target: impl Into<String>) -> Self {
        Self::new(Effect::Read, Method::GET, route, target)
    }

    /// A write by `method`.
    pub fn write(method: Method, route: &'static str, target: impl Into<String>) -> Self {
        Self::new(Effect::Write, method, route, target)
    }

    /// With a JSON body.
    pub fn json(self, body: &serde_json::Value) -> Self {
        self.body(HeaderValue::from_static("application/json"), body.to_string())
    }

    /// With a body in memory.
    pub fn body(mut self, content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        self.headers.insert(CONTENT_TYPE, content_type);
        self.payload = Payload::Bytes(body.into());
        self
    }

    /// With a body that `open` provides for each sending.
    pub fn stream<F>(mut self, content_type: HeaderValue, open: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, io::Result<ByteStream>> + Send + Sync + 'static,
    {
        self.headers.insert(CONTENT_TYPE, content_type);
        self.payload = Payload::Stream(Arc::new(open));
        self
    }

    /// With one more header; the last value of a name wins.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With another deadline, in milliseconds.
    pub fn timeout_ms(mut self, timeout_ms: u64) -> Self {
        self.timeout_ms = timeout_ms;
        self
    }

    /// Declares that sending this write twice is the same as sending it once.
    pub fn retry_safe(mut self) -> Self {
        self.retry_safe = true;
        self
    }

    /// Sent without a credential.
    pub fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Takes these statuses as answers too.
    pub fn answers(mut self, statuses: &'static [u16]) -> Self {
        self.answers = statuses;
        self
    }

    pub(crate) fn accepts(&self, status: StatusCode) -> bool {
        status.is_success() || self.answers.contains(&status.as_u16())
    }

    pub(crate) fn full_headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        headers
    }
}

/// What the peer said, body included.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The route of the call.
    pub route: &'static str,
    /// The effect of the call.
    pub effect: Effect,
    /// The HTTP status.
    pub status: StatusCode,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The whole body, decompressed, at most [`crate::RESPONSE_BYTES_MAX`].
    pub body: Bytes,
    /// The peer's own time, from its `Date` header (whole seconds).
    pub date: Option<Timestamp>,
    /// When the request was sent, by our clock.
    pub began: Timestamp,
}

impl Answer {
    pub(crate) fn new(call: &Call, parts: http::response::Parts, body: Bytes, began: Timestamp) -> Self {
        let date = text(&parts.headers, &DATE).and_then(http_date);
        Self { route: call.route, effect: call.effect, status: parts.status, headers: parts.headers, body, date, began }
    }

    /// The value of a header, if it is there and printable.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        text(&self.headers, name)
    }

    /// The pause the peer asks for: `Retry-After` in seconds or as a date (measured against its own `Date`).
    pub fn retry_after(&self) -> Option<Duration> {
        let value = text(&self.headers, &RETRY_AFTER)?;
        if let Ok(seconds) = value.trim().parse::<f64>() {
            return Duration::try_from_secs_f64(seconds.max(0.0)).ok();
        }
        let until = http_date(value)?.as_millisecond() - self.date.unwrap_or(self.began).as_millisecond();
        Some(Duration::from_millis(u64::try_from(until).unwrap_or(0)))
    }

    /// The body as `T`. A body that is not `T` makes a read [`CallError::Broken`] and a write [`CallError::Ambiguous`]:
    /// it did happen.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            CallError::unreadable(
                self.effect,
                format!("the answer to {} is not the JSON that was expected ({error})", self.route),
            )
        })
    }
}

/// An answer whose body is still on its way: see [`crate::Transport::open`].
#[derive(Debug)]
pub struct Opened {
    /// The HTTP status.
    pub status: StatusCode,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The body, with its length where the peer said it.
    pub body: ByteStream,
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn http_date(value: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(value.trim()).ok().map(|zoned| zoned.timestamp())
}
