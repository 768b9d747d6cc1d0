//! A call of the data API, read and taken apart.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, header, request};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::{Map, Value};

use super::super::refusal::{Answered, Refusal};
use super::blob;

/// Larger JSON bodies are refused.
const JSON_BYTES_MAX: usize = 52_428_800;
/// Larger uploads are refused; the vendor takes 2 GB, a test does not need them.
const UPLOAD_BYTES_MAX: usize = 256 * 1024 * 1024;

/// One call, or one part of a composite call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// What follows the version, segment by segment.
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) payload: Payload,
}

/// A call's body.
#[derive(Debug)]
pub(super) enum Payload {
    None,
    Json(Value),
    /// A record and the bytes of its blob field.
    Upload {
        fields: Map<String, Value>,
        blob: Option<Bytes>,
    },
}

impl Call {
    /// Reads an HTTP request.
    pub(super) async fn read(parts: &request::Parts, body: Body) -> Answered<Self> {
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_upload = kind.starts_with("multipart/form-data");
        let max = if is_upload { UPLOAD_BYTES_MAX } else { JSON_BYTES_MAX };
        let body = Limited::new(body, max).collect().await.map_err(|error| too_large(error.as_ref()))?.to_bytes();
        let payload = match body.is_empty() {
            true => Payload::None,
            false if is_upload => blob::read(kind, &body)?,
            false => json(kind, &body)?,
        };
        let path_and_query = parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str).unwrap_or_default();
        let mut call = Self::new(parts.method.clone(), path_and_query, parts.headers.clone(), payload);
        // The connection leaves the body of such an answer out by itself.
        if call.method == Method::HEAD {
            call.method = Method::GET;
        }
        // A client that cannot send PATCH says so in the query.
        let said = call.get("_HttpMethod").and_then(|method| Method::try_from(method).ok());
        if let Some(method) = said.filter(|_| call.method == Method::POST) {
            call.method = method;
        }
        Ok(call)
    }

    /// A call by its path, which begins with `/services/data/vNN.0`.
    pub(super) fn new(method: Method, path_and_query: &str, headers: HeaderMap, payload: Payload) -> Self {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let path = path.split('/').filter(|segment| !segment.is_empty()).skip(3).map(decoded).collect();
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { method, path, query, headers, payload }
    }

    /// A parameter of the query string.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as one JSON object.
    pub(super) fn record(&self) -> Answered<&Map<String, Value>> {
        match &self.payload {
            Payload::Json(Value::Object(record)) => Ok(record),
            Payload::Upload { fields, .. } => Ok(fields),
            Payload::Json(_) => {
                Err(Refusal::json("The HTTP entity body is not one JSON object, as this resource wants it."))
            }
            Payload::None => {
                Err(Refusal::json("The HTTP entity body is required, but this request has no entity body."))
            }
        }
    }

    pub(super) fn json(&self) -> Answered<&Value> {
        match &self.payload {
            Payload::Json(value) => Ok(value),
            _ => Err(Refusal::json("The HTTP entity body is required, but this request has no entity body.")),
        }
    }

    pub(super) fn blob(&self) -> Option<Bytes> {
        match &self.payload {
            Payload::Upload { blob, .. } => blob.clone(),
            _ => None,
        }
    }
}

fn too_large(error: &(dyn std::error::Error + 'static)) -> Refusal {
    match error.downcast_ref::<LengthLimitError>() {
        Some(_) => Refusal::json(format!(
            "Maximum size of request reached. Maximum size of request is {JSON_BYTES_MAX} bytes."
        )),
        None => Refusal::json("The request body could not be read."),
    }
}

fn json(kind: &str, body: &Bytes) -> Answered<Payload> {
    if !kind.starts_with("application/json") {
        let message = format!("Content-Type header specified in HTTP request is not supported: {kind}");
        return Err(Refusal::new(415, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    let parsed = serde_json::from_slice(body);
    parsed.map(Payload::Json).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Refusal::json(format!("Unexpected character in the request body at [line:{line}, column:{column}]"))
    })
}

/// A path segment without its percent signs; a plus is a plus there.
fn decoded(segment: &str) -> String {
    let plus_kept = segment.replace('+', "%2B");
    let parsed = url::form_urlencoded::parse(plus_kept.as_bytes()).next();
    // `=` and `&` mean nothing in a path, so only segments without them may go through the form parser.
    if segment.contains(['=', '&']) {
        return segment.to_owned();
    }
    parsed.map_or_else(String::new, |(text, _)| text.into_owned())
}
