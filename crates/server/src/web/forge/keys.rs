//! The keys that Atlassian signs with, fetched when a token names one that is not known, and kept for an hour.

use std::sync::Arc;

use bytes::BytesMut;
use entente_transport::{Body, Egress, is_this_machine};
use http::{Request, StatusCode};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use parking_lot::RwLock;
use tokio::sync::Mutex;
use url::Url;

use crate::limits::{FORGE_KEYS_AGE_MS, FORGE_KEYS_BYTES_MAX, FORGE_KEYS_TIME, FORGE_KEYS_WAIT_MS};
use crate::web::App;

/// The keys that were published at an address.
#[derive(Default)]
pub(crate) struct Keys {
    known: RwLock<Known>,
    /// Held by whoever asks, so that all who wait share one answer.
    asking: Mutex<()>,
}

#[derive(Clone, Default)]
struct Known {
    /// Where they came from; another address in the configuration makes them void.
    url: String,
    set: Option<Arc<JwkSet>>,
    /// When they came, and when they were last asked for.
    at_ms: i64,
    asked_ms: i64,
}

/// Why there is no key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoKey {
    /// Atlassian does not know it either.
    Unknown,
    /// No keys could be had.
    Unavailable,
}

impl Known {
    fn find(&self, id: &str) -> Option<Jwk> {
        self.set.as_ref()?.find(id).cloned()
    }

    /// Whether to ask: for a key that is not there, or because what is there is old; and not again and again.
    fn is_due(&self, url: &str, id: &str, now_ms: i64) -> bool {
        if self.url != url {
            return true;
        }
        let is_old = now_ms - self.at_ms >= FORGE_KEYS_AGE_MS;
        (is_old || self.find(id).is_none()) && now_ms - self.asked_ms >= FORGE_KEYS_WAIT_MS
    }
}

impl Keys {
    /// The key of this id, out of what is published at `url`.
    pub(crate) async fn find(&self, app: &App, url: &str, id: &str) -> Result<Jwk, NoKey> {
        if self.is_due(app, url, id) {
            let _asking = self.asking.lock().await;
            if self.is_due(app, url, id) {
                self.renew(app, url).await;
            }
        }
        let known = self.known.read();
        match known.find(id) {
            Some(key) => Ok(key),
            None if known.set.is_some() => Err(NoKey::Unknown),
            None => Err(NoKey::Unavailable),
        }
    }

    fn is_due(&self, app: &App, url: &str, id: &str) -> bool {
        self.known.read().is_due(url, id, app.now_ms())
    }

    /// Keys that were good stay good while their place does not answer.
    async fn renew(&self, app: &App, url: &str) {
        let fetched = tokio::time::timeout(FORGE_KEYS_TIME, fetch(app, url)).await;
        let fetched = fetched.unwrap_or_else(|_| Err("it did not answer in time".to_owned()));
        let now_ms = app.now_ms();
        let mut known = self.known.write();
        if known.url != url {
            *known = Known { url: url.to_owned(), ..Known::default() };
        }
        known.asked_ms = now_ms;
        match fetched {
            Ok(set) => (known.set, known.at_ms) = (Some(Arc::new(set)), now_ms),
            Err(reason) => tracing::warn!(url, reason, "Could not fetch the keys of Forge"),
        }
    }
}

async fn fetch(app: &App, url: &str) -> Result<JwkSet, String> {
    let parsed = Url::parse(url).map_err(|error| error.to_string())?;
    let egress = Egress::to(parsed.host_str()).or_this_machine(is_this_machine(&parsed));
    let wire = app.engine().way_out(egress).map_err(|error| error.to_string())?;
    let request = Request::get(url).body(Body::Empty).map_err(|error| error.to_string())?;
    let response = wire.send(request).await.map_err(|error| error.to_string())?;
    if response.status() != StatusCode::OK {
        return Err(format!("it answered {}", response.status()));
    }
    let (mut body, mut bytes) = (response.into_body().into_stream(), BytesMut::new());
    while let Some(piece) = body.next().await {
        bytes.extend_from_slice(&piece.map_err(|error| error.to_string())?);
        if bytes.len() > FORGE_KEYS_BYTES_MAX {
            return Err("its answer is too long for a set of keys".to_owned());
        }
    }
    serde_json::from_slice(&bytes).map_err(|error| format!("its answer is no set of keys: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_asked_for_when_one_is_missing_or_all_are_old_and_not_again_and_again() {
        let set: JwkSet =
            serde_json::from_str(r#"{"keys":[{"kty":"RSA","kid":"one","n":"AQAB","e":"AQAB"}]}"#).unwrap();
        let known = Known { url: "u".to_owned(), set: Some(Arc::new(set)), at_ms: 0, asked_ms: 0 };
        let (soon, later, old) = (FORGE_KEYS_WAIT_MS - 1, FORGE_KEYS_WAIT_MS, FORGE_KEYS_AGE_MS);
        for (url, id, now_ms, due) in [
            ("u", "one", later, false),
            ("u", "one", old, true),
            ("u", "two", soon, false),
            ("u", "two", later, true),
            ("elsewhere", "one", soon, true),
        ] {
            assert_eq!(known.is_due(url, id, now_ms), due, "{url} {id} {now_ms}");
        }
        let failed = Known { asked_ms: old, ..known };
        assert!(!failed.is_due("u", "one", old + soon), "what failed is left alone for a while");
        assert!(failed.find("one").is_some(), "and the old keys are still good");
    }
}
