//! From an event to deliveries: filters, URL variables, headers and signature.

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Dynamic, Webhook};
use crate::delivery::{Delivery, Policy};
use crate::jira::issue::Issue;
use crate::jira::jql;
use crate::jira::session::Session;

/// Up to five retries, 5 to 15 minutes after each other, the number of each in a header; none after a 4xx that another
/// attempt would not change.
const POLICY: Policy = Policy {
    gaps_ms: &[300_000, 420_000, 540_000, 660_000, 780_000],
    answer_contains: None,
    retry_header: Some("X-Atlassian-Webhook-Retry"),
    timeout_ms: 30_000,
    tries_again: |status| matches!(status, 408 | 409 | 425 | 429 | 500..),
};

/// Which of the vendor's two queues an event travels in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Primary,
    /// What follows from a delete or a bulk change: up to 15 minutes late.
    Secondary,
}

/// What happened, and to which issue if the event knows one.
pub(crate) struct Event<'e> {
    pub(crate) name: &'e str,
    pub(crate) issue: Option<&'e Issue>,
    pub(crate) flow: Flow,
    /// Ids of changed fields, for webhooks that listen to some only.
    pub(crate) fields: Vec<String>,
}

/// The ids of the webhooks that want an event.
pub(crate) fn listeners(s: &Session<'_>, event: &Event<'_>) -> Vec<u64> {
    let hooks = s.contents.webhooks.values().filter(|hook| hook.hears(event.name, s.now));
    hooks.filter(|hook| fits(s, hook, event)).map(|hook| hook.id).collect()
}

fn fits(s: &Session<'_>, hook: &Webhook, event: &Event<'_>) -> bool {
    let listens = |dynamic: &Dynamic| {
        dynamic.fields.is_empty() || event.fields.is_empty() || event.fields.iter().any(|f| dynamic.fields.contains(f))
    };
    if !hook.dynamic.as_ref().is_none_or(listens) {
        return false;
    }
    match event.issue {
        // Events without an issue cannot be filtered.
        None => true,
        Some(_) if hook.jql.trim().is_empty() => true,
        Some(issue) => jql::matches(s.contents, &hook.jql, issue, Some(&hook.changed_by), s.now),
    }
}

/// Puts one delivery per listener into the outbox.
pub(crate) fn post(s: &mut Session<'_>, event: &Event<'_>, listeners: &[u64], body: &Value) {
    for id in listeners {
        let number = s.contents.next_id();
        let Some(hook) = s.contents.webhooks.get(id) else { continue };
        let delivery = delivery(s, hook, event, number, body);
        s.site.control().outbox().post(delivery);
    }
}

fn delivery(s: &Session<'_>, hook: &Webhook, event: &Event<'_>, number: u64, body: &Value) -> Delivery {
    let mut body = body.clone();
    if hook.dynamic.is_some() {
        body["matchedWebhookIds"] = json!([hook.id]);
    }
    let bytes = if hook.exclude_body { Bytes::new() } else { Bytes::from(body.to_string()) };
    let flow = if event.flow == Flow::Primary { "Primary" } else { "Secondary" };
    let mut headers = vec![
        ("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()),
        ("User-Agent".to_owned(), "Atlassian Webhook HTTP Client".to_owned()),
        // Unique per site and the same in every retry; made from the site's counter, so that a seed repeats it.
        (
            "X-Atlassian-Webhook-Identifier".to_owned(),
            uuid::Uuid::from_u64_pair(0x5EED_0000_0000_4000, 0x8000_0000_0000_0000 | number).to_string(),
        ),
        ("X-Atlassian-Webhook-Flow".to_owned(), flow.to_owned()),
    ];
    if let Some(secret) = hook.secret.as_deref().filter(|secret| !secret.is_empty()) {
        headers.push(("X-Hub-Signature".to_owned(), format!("sha256={}", signature(secret.as_bytes(), &bytes))));
    }
    if let Some(dynamic) = &hook.dynamic {
        headers.push((
            "Authorization".to_owned(),
            format!("Bearer {}", super::dynamic::token(&dynamic.client_secret, s.now)),
        ));
    }
    Delivery { url: address(s, hook, event.issue), headers, body: bytes, policy: POLICY, n_attempts: 0 }
}

/// `{issue.key}` and its like in the URL.
fn address(s: &Session<'_>, hook: &Webhook, issue: Option<&Issue>) -> String {
    let Some(issue) = issue else { return hook.url.clone() };
    let project_key = s.contents.catalogue.projects.get(&issue.project).map(|p| p.key.as_str()).unwrap_or_default();
    let url = hook.url.replace("{issue.key}", &issue.key).replace("{issue.id}", &issue.id.to_string());
    url.replace("{project.key}", project_key).replace("{project.id}", &issue.project.to_string())
}

/// Hex HMAC-SHA256 of the raw body.
pub(crate) fn signature(secret: &[u8], body: &[u8]) -> String {
    mac(secret, body).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn mac(secret: &[u8], body: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return Vec::new() };
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs_the_vendors_test_vector() {
        // The example of the vendor's page on webhook signatures.
        let signed = super::signature(b"It's a Secret to Everybody", b"Hello World!");
        assert_eq!(signed, "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9");
    }
}
