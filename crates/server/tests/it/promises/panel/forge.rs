//! Forge as a server meets it: keys that are published, tokens signed with them, calls of an app.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use reqwest::Method;
use serde_json::{Value, json};

use crate::process::send;

/// The app that the configuration names.
pub(super) const APP: &str = "ari:cloud:ecosystem::app/7d0b0a4e-9e2b-4a53-8f6a-0c9d1d2f3a4b";

/// Forge, with one key.
pub(super) struct Forge {
    key: EncodingKey,
    /// Where the key is published.
    pub(super) keys_url: String,
}

impl Forge {
    pub(super) fn new() -> Self {
        let pem = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap().serialize_pem();
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        let mut published = Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap();
        published.common.key_id = Some("forge/invocation-token/1".to_owned());
        let keys = serde_json::to_string(&JwkSet { keys: vec![published] }).unwrap();
        Self { key, keys_url: publish(keys) }
    }

    /// A token for a call from the panel of an issue.
    pub(super) fn token(&self, cloud_id: &str, issue: &str) -> String {
        self.sign(&claims(cloud_id, issue), "forge/invocation-token/1")
    }

    pub(super) fn sign(&self, claims: &Value, key_id: &str) -> String {
        let header = Header { kid: Some(key_id.to_owned()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}

/// What a token says that is in order.
#[expect(clippy::disallowed_methods, reason = "a token is good for some seconds of real time")]
pub(super) fn claims(cloud_id: &str, issue: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    json!({
        "iss": "forge/invocation-token", "aud": APP, "iat": now, "nbf": now, "exp": now + 60, "jti": "one",
        "app": { "id": APP, "apiBaseUrl": format!("https://api.atlassian.com/ex/jira/{cloud_id}") },
        "context": { "cloudId": cloud_id, "extension": { "type": "jira:issuePanel", "issue": { "id": issue } } },
        "principal": "712020:a",
    })
}

/// A call of the app: status and body.
pub(super) fn call(url: &str, method: Method, token: &str, person: &str, body: &Value) -> (u16, Value) {
    let request = reqwest::Client::new().request(method, url).bearer_auth(token);
    let request = if person.is_empty() { request } else { request.header("x-forge-oauth-user", person) };
    let request = request.header("x-b3-traceid", "a523").header("content-type", "application/json");
    let (status, body) = send(request.body(body.to_string())).expect("the server answers");
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

/// Answers every request with this document, for as long as the test runs.
fn publish(document: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/keys.json", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 4_096];
            let _read = stream.read(&mut request);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let _sent = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{document}", document.len());
        }
    });
    url
}
