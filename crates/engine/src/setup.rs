//! Registers our webhooks in Jira. Nothing else here changes anything outside.

use std::{sync::Arc, time::Duration};

use entente_core::Side;
use entente_jira::{NewWebhook, jql::Jql, webhook::WebhookEvent};
use entente_transport::{CallError, Clock};

use crate::{
    limits::{BACKOFF_FIRST_MS, BACKOFF_MAX_MS},
    outside::Site,
    wiring::Wiring,
};

/// Makes sure that every site with a secret pushes to our public address, and then waits for ever. A site that refuses
/// costs latency only; it is asked again, and the status says so meanwhile.
pub(crate) async fn keep_webhooks(wiring: &Wiring, clock: &dyn Clock) {
    let (mut open, mut pause_ms) = (wanted(wiring), BACKOFF_FIRST_MS);
    loop {
        open = webhooks(open).await;
        if open.is_empty() {
            return std::future::pending().await;
        }
        clock.sleep(Duration::from_millis(pause_ms.unsigned_abs())).await;
        pause_ms = pause_ms.saturating_mul(2).min(BACKOFF_MAX_MS);
    }
}

/// Registers each once; those that were refused come back.
pub(crate) async fn webhooks(wanted: Vec<(Arc<Site>, NewWebhook)>) -> Vec<(Arc<Site>, NewWebhook)> {
    let mut refused = Vec::new();
    for (site, webhook) in wanted {
        let outcome = register(&site, &webhook).await;
        site.health.pushes(&outcome);
        match outcome {
            Ok(()) => tracing::info!(connection = site.name, url = webhook.url, "Jira pushes to {}", webhook.url),
            Err(error) => {
                tracing::warn!(
                    connection = site.name,
                    "Jira does not push yet, so changes there are seen at the next poll: {error}"
                );
                refused.push((site, webhook));
            }
        }
    }
    refused
}

/// The webhooks that should be there.
pub(crate) fn wanted(wiring: &Wiring) -> Vec<(Arc<Site>, NewWebhook)> {
    let Some(public_url) = wiring.config.server.public_url.as_deref().filter(|_| wiring.config.triggers.push) else {
        return Vec::new();
    };
    let mut wanted = Vec::new();
    for site in wiring.sites.values() {
        let Some(secret) = site.webhook_secrets.first() else {
            tracing::warn!(
                connection = site.name,
                "Jira does not push for {}: it has no webhook_secret, so changes there are seen at the next poll",
                site.name
            );
            continue;
        };
        let projects: Vec<String> = projects(wiring, site);
        if projects.is_empty() {
            continue;
        }
        let webhook = NewWebhook {
            name: format!("Entente {}", site.name),
            url: format!("{}/hooks/jira/{}", public_url.trim_end_matches('/'), site.name),
            events: WebhookEvent::SYNC_NAMES.iter().map(|name| (*name).to_owned()).collect(),
            jql: Some(Jql::project_in(projects.iter().map(String::as_str))),
            secret: secret.clone(),
        };
        wanted.push((site.clone(), webhook));
    }
    wanted
}

fn projects(wiring: &Wiring, site: &Site) -> Vec<String> {
    let items = wiring.items.iter().filter(|wired| wired.site.name == site.name && wired.item.listens_to(Side::Jira));
    let mut projects: Vec<String> = items.flat_map(|wired| wired.item.jira.projects.clone()).collect();
    projects.sort();
    projects.dedup();
    projects
}

/// The secret cannot be read back, so a webhook that is there is written again.
async fn register(site: &Site, webhook: &NewWebhook) -> Result<(), CallError> {
    let existing = site.client.webhooks().await?.into_iter().find(|there| there.url == webhook.url);
    match existing {
        Some(there) => site.client.update_webhook(there.id, webhook).await.map(drop),
        None => site.client.create_webhook(webhook).await.map(drop),
    }
}
