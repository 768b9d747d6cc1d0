//! Webhooks: who registered for what, what an event says, and how it is signed and sent.
//!
//! Nothing is posted here: deliveries go into the side's outbox, which loses, doubles, delays, reorders and retries them.

use serde::{Deserialize, Serialize};

pub(crate) mod admin;
pub(crate) mod dynamic;
pub(crate) mod event;
pub(crate) mod send;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) url: String,
    pub(crate) events: Vec<String>,
    /// Filter on issue-related events; empty takes all.
    pub(crate) jql: String,
    pub(crate) exclude_body: bool,
    pub(crate) secret: Option<String>,
    pub(crate) enabled: bool,
    pub(crate) changed_by: String,
    pub(crate) changed: i64,
    /// Only for webhooks that an app registered.
    pub(crate) dynamic: Option<Dynamic>,
}

/// What a webhook of an OAuth app has beside the rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Dynamic {
    pub(crate) expires: i64,
    pub(crate) fields: Vec<String>,
    /// Signs the bearer token of its deliveries.
    pub(crate) client_secret: String,
}

impl Webhook {
    pub(crate) fn hears(&self, event: &str, now: i64) -> bool {
        let alive = self.enabled && self.dynamic.as_ref().is_none_or(|d| d.expires > now);
        alive && self.events.iter().any(|e| e == event)
    }
}
