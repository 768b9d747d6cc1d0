//! The answers that faults give, in the words of the vendor whose side this is.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::fault::Fault;
use super::{Control, Vendor};

/// Marks a response that must never reach the caller: over TCP the connection is cut instead.
#[derive(Clone, Copy, Debug)]
pub struct Reset;

/// Whether the caller of this response sees a cut connection; for callers without a socket.
pub fn was_reset(response: &Response) -> bool {
    response.extensions().get::<Reset>().is_some()
}

pub(super) fn reset() -> Response {
    let mut response = StatusCode::BAD_GATEWAY.into_response();
    response.extensions_mut().insert(Reset);
    response
}

/// The fault's own status with the fault's or the vendor's body, and the headers of every answer.
pub(super) fn status(fault: &Fault, control: &Control) -> Response {
    let body = match &fault.body {
        Some(Value::String(text)) => text.clone(),
        Some(json) => json.to_string(),
        None => vendor_error(control.vendor, fault.status()),
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = fault.status();
    if !body.is_empty() {
        let json_type = HeaderValue::from_static("application/json;charset=UTF-8");
        response.headers_mut().insert(header::CONTENT_TYPE, json_type);
        *response.body_mut() = Body::from(body);
    }
    let mut response = with_headers(response, fault);
    if let (Some(side), true) = (control.side(), response.headers().contains_key(header::CONTENT_TYPE)) {
        side.sign(&mut response);
    }
    response
}

pub(super) fn html(fault: &Fault) -> Response {
    let status = fault.status();
    let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
    with_headers((status, axum::response::Html(page)).into_response(), fault)
}

pub(super) fn with_headers(mut response: Response, fault: &Fault) -> Response {
    for (name, value) in &fault.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str())) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The first half of the response's body, announced in full length, then an error.
pub(super) async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = whole.slice(..whole.len() / 2);
    // One pause lets the half reach the wire before the connection ends.
    let cut = async {
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    };
    let pieces = futures_util::stream::iter([Ok(half)]).chain(futures_util::stream::once(cut));
    Response::from_parts(parts, Body::from_stream(pieces))
}

/// How the vendor words an error of this status when nothing more is known.
pub(super) fn vendor_error(vendor: Vendor, status: StatusCode) -> String {
    match vendor {
        Vendor::Salesforce => salesforce_error(status).to_string(),
        Vendor::Jira => jira_error(status).to_string(),
    }
}

fn salesforce_error(status: StatusCode) -> Value {
    let (code, message) = match status.as_u16() {
        401 => ("INVALID_SESSION_ID", "Session expired or invalid"),
        403 => ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        404 => ("NOT_FOUND", "The requested resource does not exist"),
        412 => ("PRECONDITION_FAILED", "The precondition of the request was not met"),
        503 => ("SERVER_UNAVAILABLE", "The server is temporarily unavailable"),
        _ => {
            ("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support: 0")
        }
    };
    json!([{ "message": message, "errorCode": code }])
}

fn jira_error(status: StatusCode) -> Value {
    let message = match status.as_u16() {
        401 => "Client must be authenticated to access this resource.",
        403 => "You do not have permission to perform this operation.",
        404 => "The requested resource was not found.",
        429 => "Rate limit exceeded.",
        _ => "Internal server error",
    };
    json!({ "errorMessages": [message], "errors": {} })
}
