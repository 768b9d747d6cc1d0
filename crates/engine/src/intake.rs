//! Pushes become hints: ids and versions only. Whatever else a push says is not trusted and not used.

use entente_core::Side;
use entente_jira::webhook::{self, WebhookEvent};
use entente_salesforce::{callout, outbound};
use entente_store::{Hint, HintKey};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use crate::{Inner, access, limits::PUSH_PRIORITY, unit::DELETED, wiring::Wiring};

/// Why a push is not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum IntakeError {
    /// There is no such door, or it is closed.
    #[error("there is no active door for connection {0}")]
    NoSuchDoor(String),
    /// The signature or the secret is wrong.
    #[error("the push for connection {0} is not signed with its secret")]
    Refused(String),
    /// It is not what the vendor sends.
    #[error("the push for connection {connection} cannot be read: {reason}")]
    Malformed {
        /// The connection.
        connection: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It could not be kept; the vendor will send it again.
    #[error("the push for connection {connection} cannot be taken now: {reason}")]
    Unavailable {
        /// The connection.
        connection: String,
        /// Why.
        reason: String,
    },
}

/// Takes a Jira webhook: how many hints it made. They are durable when this returns.
pub(crate) async fn jira(
    inner: &Inner,
    wiring: &Wiring,
    connection: &str,
    signature: Option<&str>,
    body: &[u8],
) -> Result<usize, IntakeError> {
    let open =
        |site: &&std::sync::Arc<crate::outside::Site>| !site.webhook_secrets.is_empty() && wiring.config.triggers.push;
    let site = wiring.sites.get(connection).filter(open);
    let orgs = wiring.orgs_that_listen_to(connection);
    let site = site.filter(|_| !orgs.is_empty());
    let site = site.ok_or_else(|| IntakeError::NoSuchDoor(connection.to_owned()))?;
    if !webhook::verify_signature(&site.webhook_secrets, signature, body) {
        return Err(IntakeError::Refused(connection.to_owned()));
    }
    let push = webhook::parse(body)
        .map_err(|problem| IntakeError::Malformed { connection: connection.to_owned(), reason: problem.to_string() })?;
    let Some((id, _)) = push.issue.filter(|_| push.event != WebhookEvent::Ignored) else { return Ok(0) };
    let version = match push.event {
        WebhookEvent::IssueDeleted => Some(DELETED.to_owned()),
        _ => push.updated.map(|updated| updated.as_millisecond().to_string()),
    };
    let hints = orgs.into_iter().map(|org| HintKey::issue(&org, connection, &id.to_string()));
    offer(inner, connection, hints.collect(), version).await
}

/// Takes an event of a Forge app, whose sender was verified: how many hints it made. They are durable when this returns.
pub(crate) async fn app(inner: &Inner, wiring: &Wiring, connection: &str, body: &[u8]) -> Result<usize, IntakeError> {
    let event = webhook::parse_app_event(body)
        .map_err(|problem| IntakeError::Malformed { connection: connection.to_owned(), reason: problem.to_string() })?;
    let Some(id) = event.issue.filter(|_| wiring.config.triggers.push) else { return Ok(0) };
    let version = match event.is_deletion {
        true => Some(DELETED.to_owned()),
        false => event.updated.map(|updated| updated.as_millisecond().to_string()),
    };
    let orgs = wiring.orgs_that_listen_to(connection).into_iter();
    let hints = orgs.map(|org| HintKey::issue(&org, connection, &id.to_string()));
    offer(inner, connection, hints.collect(), version).await
}

/// Takes a Salesforce outbound message: how many hints it made. They are durable when this returns.
pub(crate) async fn salesforce(
    inner: &Inner,
    wiring: &Wiring,
    connection: &str,
    secret: Option<&str>,
    body: &[u8],
) -> Result<usize, IntakeError> {
    let org = wiring.orgs.get(connection).filter(|_| wiring.config.triggers.push);
    let listens = || wiring.items_of(connection).any(|wired| wired.item.listens_to(Side::Salesforce));
    let org = org.filter(|_| listens() || access::of_org(wiring, connection).is_some());
    let org = org.ok_or_else(|| IntakeError::NoSuchDoor(connection.to_owned()))?;
    if !org.webhook_secrets.is_empty() && !is_one_of(&org.webhook_secrets, secret) {
        return Err(IntakeError::Refused(connection.to_owned()));
    }
    let message = if callout::is_one(body) { callout::parse(body) } else { outbound::parse(body) };
    let message = message
        .map_err(|problem| IntakeError::Malformed { connection: connection.to_owned(), reason: problem.to_string() })?;
    // Neither of them is signed: the org's id, and the secret in the address, are all that there is.
    let ourselves = org
        .client
        .signed_in()
        .await
        .map_err(|error| IntakeError::Unavailable { connection: connection.to_owned(), reason: error.to_string() })?;
    if message.organization != ourselves.organization {
        return Err(IntakeError::Refused(connection.to_owned()));
    }
    let mut n_hints = 0;
    for notification in message.notifications {
        if access::of_org(wiring, connection).is_some() && notification.object == access::GRANT {
            // Open grants are asked for by what they show, so there is nothing to remember.
            inner.seat(connection).access_wake.notify_one();
            n_hints += 1;
            continue;
        }
        let version = notification.version.map(|version| version.as_millisecond().to_string());
        let key = HintKey::record(connection, &notification.object, notification.record.as_str());
        n_hints += offer(inner, connection, vec![key], version).await?;
    }
    Ok(n_hints)
}

/// Takes equally long for every wrong secret: digests have one length, and all are compared.
fn is_one_of(secrets: &[SecretString], given: Option<&str>) -> bool {
    let given = Sha256::digest(given.unwrap_or_default());
    let equal = |secret: &SecretString| Sha256::digest(secret.expose_secret()).ct_eq(&given);
    secrets.iter().map(equal).fold(Choice::from(0), |any, one| any | one).into()
}

async fn offer(
    inner: &Inner,
    connection: &str,
    keys: Vec<HintKey>,
    version: Option<String>,
) -> Result<usize, IntakeError> {
    let now_ms = inner.outside.now_ms();
    let n_hints = keys.len();
    for key in keys {
        let org = key.org.clone();
        // Somebody is waiting for this one: it goes before what polls and looks have found.
        let hint = Hint { version: version.clone(), priority: PUSH_PRIORITY, ..Hint::about(key, now_ms) };
        inner.offers.offer(hint, now_ms).await.map_err(|error| IntakeError::Unavailable {
            connection: connection.to_owned(),
            reason: error.to_string(),
        })?;
        inner.wake(&org).notify_one();
    }
    Ok(n_hints)
}
