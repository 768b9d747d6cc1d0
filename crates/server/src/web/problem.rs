//! Refusals: RFC 9457 problem documents, each with a sentence for the reader.

use std::any::Any;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse, Response};
use entente_engine::EngineError;
use entente_store::StoreError;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;

use crate::trouble;

/// The `Retry-After` of a refusal that passes by itself, in seconds.
const RETRY_AFTER_SECONDS: &str = "5";

const TOO_LARGE: &str = "The body is larger than this address takes.";

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    /// What to do, where that is not part of the sentence.
    remedy: &'static str,
}

impl Problem {
    /// A refusal with a sentence that says why, and what to do.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), remedy: "" }
    }

    /// Why a body was not read, in the parser's own words where they say more than we could.
    pub(crate) fn misread(rejection: JsonRejection) -> Self {
        let words = rejection.body_text();
        Self::unread(&words)(rejection)
    }

    /// Why a body was not read. `usage` says what the address takes, where nothing but that is wrong with it.
    pub(crate) fn unread(usage: &str) -> impl FnOnce(JsonRejection) -> Self {
        move |rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                let detail = "Send the body as JSON, with the header `content-type: application/json`.";
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
            }
            _ => Self::new(StatusCode::BAD_REQUEST, usage),
        }
    }

    fn unanswered(error: &EngineError) -> Self {
        let detail = format!("This cannot be answered now: {error}.");
        Self { remedy: trouble::remedy(error).1, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Problem");
        let mut body = json!({
            "type": "about:blank",
            "title": title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if !self.remedy.is_empty() {
            body["remedy"] = self.remedy.into();
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match self.status {
            StatusCode::UNAUTHORIZED => drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
            }
            _ => {}
        }
        response
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Missing(sentence) => Self::new(StatusCode::NOT_FOUND, sentence),
            EngineError::Unfit(sentence) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, sentence),
            EngineError::Declined(sentence) => Self::new(StatusCode::CONFLICT, sentence),
            EngineError::Peer { .. }
            | EngineError::Connection { .. }
            | EngineError::Item { .. }
            | EngineError::NoSuchItem(_)
            | EngineError::Leased { .. } => Self::unanswered(&error),
            EngineError::Store(_) | EngineError::Defect(_) => {
                tracing::error!(%error, "Could not answer a caller");
                Self::unanswered(&error)
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        EngineError::Store(error).into()
    }
}

/// What the framework refuses before a handler sees it, in the words of this API.
pub(crate) async fn of_framework(response: Response) -> Response {
    let is_text = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let status = response.status();
    if !(status.is_client_error() && is_text) {
        return response;
    }
    let detail = match status {
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
        _ => "The address or the body cannot be read: a part of it is not of the form that this address takes.",
    };
    Problem::new(status, detail).into_response()
}

/// The answer when a handler had a defect; the message itself is for the log only.
pub(crate) fn of_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let message = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!(panic = message, "A handler had a defect");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Entente has a defect here; its log says more.").into_response()
}
