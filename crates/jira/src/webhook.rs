//! What a webhook says: which issue, which event, which version. Nothing else of the body is kept or trusted.
//!
//! Bodies are of the v2 kind (wiki text), arrive late, twice or out of order, and may be stale on arrival, so a reader
//! takes the ids and asks Jira. Signatures are [`verify_signature`]'s; registering webhooks is
//! [`Client::create_webhook`](crate::Client::create_webhook)'s.
//! <https://developer.atlassian.com/cloud/jira/platform/webhooks/>

mod app;
mod body;
mod event;
mod signature;

pub use app::{AppEvent, parse_app_event};
pub use event::WebhookEvent;
pub use signature::{SIGNATURE_HEADER, verify_signature};

use jiff::Timestamp;

use crate::id::{IssueId, IssueKey};
use crate::limits::WEBHOOK_BODY_BYTES_MAX;

/// The header by which Jira names one delivery; retries of it carry the same value.
pub const IDENTIFIER_HEADER: &str = "X-Atlassian-Webhook-Identifier";

/// The ids and the version out of one webhook body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// What happened.
    pub event: WebhookEvent,
    /// The vendor's own name of the event, for the log; it may be one this client has never heard of.
    pub event_name: String,
    /// When Jira made the body; enforce freshness with it, since the signature covers no time.
    pub timestamp: Option<Timestamp>,
    /// The issue it is about. Comment events of old servers carry no issue object, then the id comes out of the
    /// comment's own address.
    pub issue: Option<(IssueId, Option<IssueKey>)>,
    /// The other end of an issue link.
    pub linked_issue: Option<IssueId>,
    /// `issue.fields.updated`: the version of the issue that the body shows. Absent in comment and attachment events.
    pub updated: Option<Timestamp>,
    /// The comment that was added, edited or deleted.
    pub comment_id: Option<String>,
    /// The file that was added or deleted.
    pub attachment_id: Option<String>,
    /// The account that acted, where the event says so. May lower a hint's priority, never more.
    pub actor_account_id: Option<String>,
}

/// Why a body is no webhook of Jira's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Larger than Jira sends.
    #[error("the body has {bytes} bytes, more than the {WEBHOOK_BODY_BYTES_MAX} that Jira sends")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not JSON of the documented shape.
    #[error("the body is not a Jira webhook: {reason}")]
    NotAWebhook {
        /// What the parser met, and where.
        reason: String,
    },
    /// An event about an issue that names no issue.
    #[error("the event {event} names no issue")]
    NoIssue {
        /// The vendor's name of the event.
        event: String,
    },
}

/// Reads one webhook body.
///
/// Events that this client does not act on (versions, sprints, users, ...) come back as [`WebhookEvent::Ignored`]:
/// the door answers those with success too, because Jira retries what it takes for a failure.
///
/// # Errors
/// [`Problem`], when the body is too large, not JSON, or about an issue without saying which.
pub fn parse(body: &[u8]) -> Result<Webhook, Problem> {
    if body.len() > WEBHOOK_BODY_BYTES_MAX {
        return Err(Problem::TooLarge { bytes: body.len() });
    }
    let body: body::Body =
        serde_json::from_slice(body).map_err(|error| Problem::NotAWebhook { reason: error.to_string() })?;
    let webhook = body.into_webhook();
    if webhook.issue.is_none() && webhook.event != WebhookEvent::Ignored {
        return Err(Problem::NoIssue { event: webhook.event_name });
    }
    Ok(webhook)
}

#[cfg(test)]
mod tests;
