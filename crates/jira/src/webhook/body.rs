//! The few fields of a webhook body that are read. Everything else is skipped while parsing, so a large body costs no
//! memory, and a field that changes its shape cannot make a delivery unreadable.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Webhook, WebhookEvent};
use crate::id::{IssueId, IssueKey};
use crate::time;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    webhook_event: String,
    #[serde(default, deserialize_with = "time::lenient")]
    timestamp: Option<Timestamp>,
    issue: Option<Issue>,
    comment: Option<Part>,
    attachment: Option<Part>,
    worklog: Option<Part>,
    issue_link: Option<IssueLink>,
    user: Option<Account>,
}

#[derive(Deserialize)]
pub(super) struct Issue {
    #[serde(default, deserialize_with = "issue_id")]
    pub(super) id: Option<IssueId>,
    #[serde(default)]
    key: Value,
    fields: Option<Fields>,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(default, deserialize_with = "time::lenient")]
    updated: Option<Timestamp>,
}

/// A comment, file or worklog.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    #[serde(default)]
    id: Value,
    #[serde(rename = "self", default)]
    address: Value,
    #[serde(default, deserialize_with = "issue_id")]
    issue_id: Option<IssueId>,
    author: Option<Account>,
    update_author: Option<Account>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IssueLink {
    #[serde(default, deserialize_with = "issue_id")]
    source_issue_id: Option<IssueId>,
    #[serde(default, deserialize_with = "issue_id")]
    destination_issue_id: Option<IssueId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    account_id: Option<String>,
}

impl Body {
    pub(super) fn into_webhook(self) -> Webhook {
        let event = WebhookEvent::of_name(&self.webhook_event);
        Webhook {
            event,
            issue: self.issue(),
            linked_issue: self.issue_link.as_ref().and_then(|link| link.destination_issue_id),
            updated: self.issue.as_ref().and_then(Issue::updated),
            comment_id: self.comment.as_ref().and_then(Part::id),
            attachment_id: self.attachment.as_ref().and_then(Part::id),
            actor_account_id: self.actor(event),
            timestamp: self.timestamp,
            event_name: self.webhook_event,
        }
    }

    fn issue(&self) -> Option<(IssueId, Option<IssueKey>)> {
        let named = self.issue.as_ref().and_then(|issue| Some((issue.id?, issue.key())));
        let part = [&self.comment, &self.worklog, &self.attachment].into_iter().flatten().find_map(Part::issue);
        let link = self.issue_link.as_ref().and_then(|link| link.source_issue_id);
        named.or_else(|| Some((part.or(link)?, None)))
    }

    fn actor(&self, event: WebhookEvent) -> Option<String> {
        let part = [&self.comment, &self.worklog, &self.attachment].into_iter().flatten().next();
        let last_author = part.and_then(|part| part.update_author.as_ref().or(part.author.as_ref()));
        // The body of a deleted comment names its authors, not the one who deleted it.
        let deleted = matches!(
            event,
            WebhookEvent::CommentDeleted | WebhookEvent::AttachmentDeleted | WebhookEvent::WorklogDeleted
        );
        let account = self.user.as_ref().or(last_author.filter(|_| !deleted))?;
        account.account_id.clone()
    }
}

impl Issue {
    pub(super) fn updated(&self) -> Option<Timestamp> {
        self.fields.as_ref()?.updated
    }

    fn key(&self) -> Option<IssueKey> {
        self.key.as_str()?.parse().ok()
    }
}

impl Part {
    fn id(&self) -> Option<String> {
        match &self.id {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Its issue: named, or out of `.../rest/api/2/issue/10013/comment/10082`.
    fn issue(&self) -> Option<IssueId> {
        let (_, rest) = self.address.as_str().unwrap_or_default().rsplit_once("/issue/").unwrap_or_default();
        let from_address = rest.split('/').next().and_then(|id| id.parse().ok());
        self.issue_id.or(from_address)
    }
}

/// An issue id as text or number; anything else counts as absent.
fn issue_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<IssueId>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}
