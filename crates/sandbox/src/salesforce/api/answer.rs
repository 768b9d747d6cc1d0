//! An answer before it is an HTTP response: a composite's parts stay in this form.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::refusal::Refusal;

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Empty,
    Json(Value),
    Bytes(Bytes),
}

impl Answer {
    pub(super) fn json(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body: Content::Json(body) }
    }

    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Content::Empty }
    }

    pub(super) fn with(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(super) fn refused(refusal: &Refusal) -> Self {
        let answer = Self::json(json!([refusal.body()])).with(refusal.status);
        match refusal.status {
            401 => answer.header("WWW-Authenticate", "Token".to_owned()),
            _ => answer,
        }
    }

    pub(super) fn is_error(&self) -> bool {
        self.status >= 300
    }

    /// The body as JSON, for composite answers.
    pub(super) fn into_json(self) -> Value {
        match self.body {
            Content::Json(value) => value,
            Content::Empty | Content::Bytes(_) => Value::Null,
        }
    }

    pub(super) fn into_response(self, usage: Option<String>, pretty: bool) -> Response {
        let (body, kind) = match self.body {
            Content::Empty => (Bytes::new(), None),
            Content::Json(value) if pretty => {
                (Bytes::from(format!("{value:#}")), Some("application/json;charset=UTF-8"))
            }
            Content::Json(value) => (Bytes::from(value.to_string()), Some("application/json;charset=UTF-8")),
            Content::Bytes(bytes) => (bytes, Some("application/octetstream")),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        if let Some(kind) = kind {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        let usage = usage.map(|usage| ("Sforce-Limit-Info", usage));
        for (name, value) in self.headers.into_iter().chain(usage) {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// A time as HTTP headers write it.
pub(in crate::salesforce) fn http_date(ms: i64) -> String {
    let moment = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
