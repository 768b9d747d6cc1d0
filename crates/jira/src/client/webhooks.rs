//! Admin webhooks: where Jira pushes to. They need the right to administer Jira, never expire, and are signed.
//!
//! <https://developer.atlassian.com/cloud/jira/platform/webhooks/#registering-a-webhook-via-the-jira-rest-api-for-non-connect-apps>

use std::collections::BTreeMap;

use entente_transport::CallError;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::Client;
use super::account::absent_is_none;
use crate::jql::Jql;
use crate::request::{Request, refused};

const ROUTE_LIST: &str = "GET /rest/webhooks/1.0/webhook";
const ROUTE_CREATE: &str = "POST /rest/webhooks/1.0/webhook";
const ROUTE_UPDATE: &str = "PUT /rest/webhooks/1.0/webhook/{id}";
const ROUTE_DELETE: &str = "DELETE /rest/webhooks/1.0/webhook/{id}";

/// The name under which the filter of issue events stands.
const ISSUE_FILTER: &str = "issue-related-events-section";

/// A webhook to be.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// The name that administrators see.
    pub name: String,
    /// Where Jira pushes to: https with a certificate that everyone trusts.
    pub url: String,
    /// Event names, such as [`WebhookEvent::SYNC_NAMES`](crate::webhook::WebhookEvent::SYNC_NAMES).
    pub events: Vec<String>,
    /// Which issues; all if none is given.
    pub jql: Option<Jql>,
    /// What deliveries are signed with. Jira never shows it again, and without it every delivery would be refused.
    pub secret: SecretString,
}

/// A webhook that is registered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisteredWebhook {
    /// Its id; Jira gives it only as the end of the webhook's address.
    #[serde(rename = "self", deserialize_with = "id_of_address")]
    pub id: u64,
    /// The name that administrators see.
    #[serde(default)]
    pub name: String,
    /// Where Jira pushes to.
    #[serde(default)]
    pub url: String,
    /// Event names.
    #[serde(default)]
    pub events: Vec<String>,
    /// Whether it is on: administrators can switch it off.
    #[serde(default = "on")]
    pub enabled: bool,
    /// Whether bodies are left out; then nobody knows what was pushed.
    #[serde(default)]
    pub exclude_body: bool,
    /// Whether deliveries are signed.
    #[serde(default)]
    pub is_signed: bool,
    #[serde(default)]
    filters: BTreeMap<String, Value>,
}

fn on() -> bool {
    true
}

fn id_of_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let address = String::deserialize(deserializer)?;
    let last = address.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    last.parse().map_err(|_| serde::de::Error::custom(format!("{address:?} does not end in a webhook's id")))
}

impl RegisteredWebhook {
    /// Which issues it is for; `None`: all.
    #[must_use]
    pub fn jql(&self) -> Option<&str> {
        self.filters.get(ISSUE_FILTER)?.as_str().filter(|jql| !jql.is_empty())
    }
}

impl NewWebhook {
    fn body(&self) -> Result<Value, CallError> {
        if self.secret.expose_secret().is_empty() {
            return Err(refused("a webhook needs a secret: unsigned deliveries are not accepted"));
        }
        let mut body = json!({
            "name": self.name,
            "url": self.url,
            "events": self.events,
            "excludeBody": false,
            "secret": self.secret.expose_secret(),
        });
        if let Some(jql) = &self.jql {
            body["filters"] = json!({ ISSUE_FILTER: jql.to_string() });
        }
        Ok(body)
    }
}

impl Client {
    /// Every admin webhook of the site, other tools' too.
    ///
    /// # Errors
    /// `Denied` without the right to administer Jira.
    pub async fn webhooks(&self) -> Result<Vec<RegisteredWebhook>, CallError> {
        self.fetch(Request::read(ROUTE_LIST)).await
    }

    /// Registers a webhook. Look whether yours is there already: Jira takes the same address twice and then pushes twice.
    ///
    /// # Errors
    /// `Invalid` for an address, event or JQL that Jira refuses, or an empty secret; `Denied` without the right to
    /// administer Jira.
    pub async fn create_webhook(&self, webhook: &NewWebhook) -> Result<RegisteredWebhook, CallError> {
        self.fetch(Request::write(ROUTE_CREATE).json(webhook.body()?)).await
    }

    /// Replaces a webhook, its secret included.
    ///
    /// # Errors
    /// As [`Client::create_webhook`]; `Gone`, when it is not there.
    pub async fn update_webhook(&self, id: u64, webhook: &NewWebhook) -> Result<RegisteredWebhook, CallError> {
        self.fetch(Request::write(ROUTE_UPDATE).segment(id).json(webhook.body()?).retry_safe()).await
    }

    /// Removes a webhook; one that is not there counts as removed.
    ///
    /// # Errors
    /// `Denied` without the right to administer Jira.
    pub async fn delete_webhook(&self, id: u64) -> Result<(), CallError> {
        absent_is_none(self.send(Request::write(ROUTE_DELETE).segment(id).retry_safe()).await).map(drop)
    }
}
