//! What a handler gives back: a `Reply`, or a `Refusal` in one of the vendor's several error shapes.
//!
//! Nothing here decides when to refuse; see the handlers. The shapes are those of the platform API
//! (`ErrorCollection`), the type converter (RFC 7807), the service desk API and the gateway.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};

const JSON: &str = "application/json;charset=UTF-8";
const PROBLEM: &str = "application/problem+json;charset=UTF-8";
/// Plain text, as `/myself` sends it to a stranger.
pub(crate) const LOGIN_TEXT: &str = "Client must be authenticated to access this resource.";
/// The same for an issue that is missing and one that may not be seen.
pub(crate) const NO_ISSUE: &str = "Issue does not exist or you do not have permission to see it.";

/// The outcome of a handler.
pub(crate) type Answer = Result<Reply, Refusal>;

/// A success.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    body: Payload,
}

#[derive(Debug)]
enum Payload {
    Empty,
    Json(Value),
    Bytes(String, Bytes),
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(crate) fn created(body: Value) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    pub(crate) fn json(status: StatusCode, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Payload::Json(body) }
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Payload::Empty }
    }

    pub(crate) fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    pub(crate) fn bytes(status: StatusCode, media_type: &str, body: Bytes) -> Self {
        Self { status, headers: Vec::new(), body: Payload::Bytes(media_type.to_owned(), body) }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Payload::Empty => Response::new(Body::empty()),
            Payload::Json(value) => typed(JSON, Body::from(value.to_string())),
            Payload::Bytes(media_type, bytes) => typed(&media_type, Body::from(bytes)),
        };
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

fn typed(media_type: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    let value = HeaderValue::from_str(media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}

/// A refusal, in the shape of the part of the vendor that speaks.
#[derive(Debug, Clone)]
pub(crate) enum Refusal {
    /// `ErrorCollection` of the platform API.
    Platform { status: u16, problems: Problems },
    /// Malformed JSON, closed schemas: `errorMessages` and no `errors` key at all.
    Message { status: u16, text: String },
    /// RFC 7807: unknown routes, values of the wrong type in path or query.
    Problem { status: u16, title: &'static str, detail: String },
    /// Plain text.
    Text { status: u16, text: &'static str },
    /// A page, where the call did not even reach the API.
    Html { status: u16, text: &'static str },
    /// The service desk API.
    Desk { status: u16, message: String, key: &'static str },
    /// Anything else that is JSON, with the headers that belong to it.
    Raw { status: u16, body: Value, headers: Vec<(&'static str, String)> },
}

/// The two halves of an `ErrorCollection`; clients must read both.
#[derive(Debug, Clone, Default)]
pub(crate) struct Problems {
    pub(crate) messages: Vec<String>,
    pub(crate) errors: Map<String, Value>,
}

impl Problems {
    pub(crate) fn field(&mut self, field: &str, text: impl Into<String>) {
        self.errors.insert(field.to_owned(), Value::String(text.into()));
    }

    pub(crate) fn message(&mut self, text: impl Into<String>) {
        self.messages.push(text.into());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.errors.is_empty()
    }

    /// Refuses with 400 unless there is nothing to complain about.
    pub(crate) fn check(self) -> Result<(), Refusal> {
        if self.is_empty() { Ok(()) } else { Err(Refusal::Platform { status: 400, problems: self }) }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "errorMessages": self.messages, "errors": self.errors })
    }
}

impl Refusal {
    /// `errorMessages` with an empty `errors` object.
    pub(crate) fn message(status: u16, text: impl Into<String>) -> Self {
        let mut problems = Problems::default();
        problems.message(text);
        Self::Platform { status, problems }
    }

    pub(crate) fn field(status: u16, field: &str, text: impl Into<String>) -> Self {
        let mut problems = Problems::default();
        problems.field(field, text);
        Self::Platform { status, problems }
    }

    pub(crate) fn no_issue() -> Self {
        Self::message(404, NO_ISSUE)
    }

    pub(crate) fn login() -> Self {
        Self::Text { status: 401, text: LOGIN_TEXT }
    }

    pub(crate) fn malformed() -> Self {
        Self::Message {
            status: 400,
            text: "There was an error parsing JSON. Check that your request body is valid.".into(),
        }
    }

    pub(crate) fn payload() -> Self {
        Self::Message {
            status: 400,
            text: "Invalid request payload. Refer to the REST API documentation and try again.".into(),
        }
    }

    pub(crate) fn conversion(name: &str, value: &str) -> Self {
        Self::Problem {
            status: 400,
            title: "Bad Request",
            detail: format!("Failed to convert '{name}' with value: '{value}'"),
        }
    }

    /// As `{"status","elementErrors"}` of a bulk answer wants it.
    pub(crate) fn parts(&self) -> (u16, Problems) {
        match self {
            Self::Platform { status, problems } => (*status, problems.clone()),
            Self::Message { status, text } | Self::Desk { status, message: text, .. } => {
                (*status, Problems { messages: vec![text.clone()], ..Problems::default() })
            }
            Self::Problem { status, detail, .. } => {
                (*status, Problems { messages: vec![detail.clone()], ..Problems::default() })
            }
            Self::Text { status, text } | Self::Html { status, text } => {
                (*status, Problems { messages: vec![(*text).to_owned()], ..Problems::default() })
            }
            Self::Raw { status, .. } => (*status, Problems::default()),
        }
    }

    /// The answer on the wire; `path` becomes the RFC 7807 `instance`.
    pub(crate) fn into_response_at(self, path: &str) -> Response {
        let (status, media_type, body, headers) = match self {
            Self::Platform { status, problems } => (status, JSON, problems.to_json(), Vec::new()),
            Self::Message { status, text } => (status, JSON, json!({ "errorMessages": [text] }), Vec::new()),
            Self::Problem { status, title, detail } => {
                let body = json!({ "type": "about:blank", "title": title, "status": status, "detail": detail, "instance": path });
                (status, PROBLEM, body, Vec::new())
            }
            Self::Desk { status, message, key } => {
                let body = json!({ "errorMessage": message, "i18nErrorMessage": { "i18nKey": key, "parameters": [] } });
                (status, JSON, body, Vec::new())
            }
            Self::Raw { status, body, headers } => (status, "application/json", body, headers),
            Self::Text { status, text } => return text_response(status, "text/plain;charset=UTF-8", text),
            Self::Html { status, text } => return text_response(status, "text/html;charset=UTF-8", text),
        };
        let mut response = typed(media_type, Body::from(body.to_string()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

fn text_response(status: u16, media_type: &str, text: &'static str) -> Response {
    let mut response = typed(media_type, Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED);
    response
}
