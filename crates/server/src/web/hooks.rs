//! The webhook doors. They check size and hand the body to the engine's intake, which checks who sent it; when they
//! answer, the hint is on disk.

use axum::extract::{FromRequest, Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use entente_engine::IntakeError;
use entente_salesforce::{callout, outbound};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use super::{App, Problem};
use crate::limits::{BODY_TIME, HOOK_BYTES_MAX};

/// Jira signs the body with HMAC: `sha256=..`.
/// <https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks>
const JIRA_SIGNATURE: &str = "x-hub-signature";

/// `POST /hooks/jira/{connection}`.
pub(crate) async fn jira(
    State(app): State<App>,
    Path(connection): Path<String>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<StatusCode, Problem> {
    let signature = headers.get(JIRA_SIGNATURE).and_then(|value| value.to_str().ok());
    let taken = app.engine().intake_jira(&connection, signature, &body).await;
    taken.map(|_| StatusCode::ACCEPTED).map_err(refusal)
}

/// `POST /hooks/salesforce/{connection}`.
pub(crate) async fn salesforce(
    State(app): State<App>,
    Path(connection): Path<String>,
    Body(body): Body,
) -> Result<Response, Problem> {
    offer(&app, &connection, None, &body).await
}

/// `POST /hooks/salesforce/{connection}/{secret}`: an outbound message can carry a secret in its address only, and a flow's
/// callout does the same.
pub(crate) async fn salesforce_with_secret(
    State(app): State<App>,
    Path((connection, secret)): Path<(String, String)>,
    Body(body): Body,
) -> Result<Response, Problem> {
    offer(&app, &connection, Some(&secret), &body).await
}

async fn offer(app: &App, connection: &str, secret: Option<&str>, body: &[u8]) -> Result<Response, Problem> {
    app.engine().intake_salesforce(connection, secret, body).await.map_err(refusal)?;
    // A flow is content with any success.
    if callout::is_one(body) {
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    Ok(([(CONTENT_TYPE, "text/xml; charset=utf-8")], outbound::ACK).into_response())
}

pub(crate) fn refusal(error: IntakeError) -> Problem {
    match error {
        IntakeError::NoSuchDoor(_) => {
            let detail = "There is no such connection, or no active item uses it.";
            Problem::new(StatusCode::NOT_FOUND, detail)
        }
        IntakeError::Refused(_) => {
            Problem::new(StatusCode::UNAUTHORIZED, "The signature or the secret is not the one that was agreed on.")
        }
        IntakeError::Malformed { reason, .. } => {
            Problem::new(StatusCode::BAD_REQUEST, format!("The body cannot be read: {reason}."))
        }
        IntakeError::Unavailable { connection, reason } => {
            tracing::error!(connection, reason, "Could not take a push for {connection}");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "It cannot be taken now; send it again later.")
        }
    }
}

/// A body that is small enough and comes in time.
pub(crate) struct Body(pub(crate) Bytes);

impl FromRequest<App> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if announced(&request) > HOOK_BYTES_MAX {
            return Err(too_large());
        }
        match tokio::time::timeout(BODY_TIME, Bytes::from_request(request, app)).await {
            Ok(Ok(body)) => Ok(Self(body)),
            Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
            Ok(Err(_)) => Err(Problem::new(StatusCode::BAD_REQUEST, "The body ended early.")),
            Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "The body did not come in time.")),
        }
    }
}

/// How long the caller says that its body is.
fn announced(request: &Request) -> usize {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

fn too_large() -> Problem {
    let detail = format!("A webhook's body has at most {HOOK_BYTES_MAX} bytes.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}
