use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use serde_json::json;

use super::*;

const APP: &str = "ari:cloud:ecosystem::app/7d0b0a4e-9e2b-4a53-8f6a-0c9d1d2f3a4b";
const NOW_MS: i64 = 1_790_000_000_000;
const NOW: i64 = NOW_MS / 1_000;

struct Signer {
    pem: String,
}

impl Signer {
    fn new() -> Self {
        Self { pem: KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap().serialize_pem() }
    }

    fn key(&self) -> EncodingKey {
        EncodingKey::from_rsa_pem(self.pem.as_bytes()).unwrap()
    }

    fn published(&self) -> Jwk {
        Jwk::from_encoding_key(&self.key(), Algorithm::RS256).unwrap()
    }

    fn sign(&self, algorithm: Algorithm, claims: &Value) -> String {
        let header = Header { kid: Some("forge/invocation-token/1".to_owned()), ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, claims, &self.key()).unwrap()
    }
}

fn claims() -> Value {
    json!({
        "iss": "forge/invocation-token", "aud": APP, "iat": NOW - 1, "nbf": NOW - 1, "exp": NOW + 24, "jti": "one",
        "app": { "id": APP, "apiBaseUrl": "https://api.atlassian.com/ex/jira/1-cloud" },
        "context": { "cloudId": "1-cloud", "extension": { "issue": { "id": "10007", "key": "OPS-7" } } },
        "principal": "712020:a",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[test]
fn a_token_that_is_in_order_names_site_and_issue() {
    let signer = Signer::new();
    for (claims, cloud, issue) in [
        (claims(), Some("1-cloud"), Some("10007")),
        (with("aud", json!([APP, "another"])), Some("1-cloud"), Some("10007")),
        (with("context", json!({ "extension": { "issue": { "id": 10007 } } })), Some("1-cloud"), Some("10007")),
        (without("nbf"), Some("1-cloud"), Some("10007")),
        (with("context", json!({ "cloudId": "2-cloud" })), Some("2-cloud"), None),
        (with("exp", json!(NOW - 9)), Some("1-cloud"), Some("10007")),
    ] {
        let token = signer.sign(Algorithm::RS256, &claims);
        assert_eq!(key_id(&token).as_deref(), Ok("forge/invocation-token/1"));
        let verified = verify(&token, &signer.published(), APP, NOW_MS).unwrap_or_else(|why| panic!("{why}: {claims}"));
        assert_eq!((verified.cloud_id(), verified.issue().as_deref()), (cloud, issue), "{claims}");
    }
}

#[test]
fn whatever_is_not_in_order_is_refused_with_the_reason() {
    let signer = Signer::new();
    for (claims, why) in [
        (with("iss", json!("somebody")), "it was not made by Forge"),
        (without("iss"), "it does not say who made it, for whom, or until when it is good"),
        (
            with("aud", json!("ari:cloud:ecosystem::app/other")),
            "it was made for another app than `server.forge.app_id`",
        ),
        (without("aud"), "it does not say who made it, for whom, or until when it is good"),
        (without("exp"), "it does not say who made it, for whom, or until when it is good"),
        (with("exp", json!("tomorrow")), "it is no invocation token"),
        (with("exp", json!(NOW - 10)), "it has expired"),
        (with("exp", json!(0)), "it has expired"),
        (with("nbf", json!(NOW + 11)), "it is not good yet; compare the clocks"),
    ] {
        let token = signer.sign(Algorithm::RS256, &claims);
        assert_eq!(verify(&token, &signer.published(), APP, NOW_MS).err(), Some(why), "{claims}");
    }
}

#[test]
fn only_the_key_that_it_names_and_only_rs256_may_have_signed_it() {
    let (signer, other) = (Signer::new(), Signer::new());
    let forged = other.sign(Algorithm::RS256, &claims());
    let why = "its signature is not by the key that it names";
    assert_eq!(verify(&forged, &signer.published(), APP, NOW_MS).err(), Some(why));

    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none", "kid": "1" })), part(&claims()));
    assert_eq!(key_id(&unsigned), Err("it is no invocation token"));
    assert!(verify(&unsigned, &signer.published(), APP, NOW_MS).is_err());

    // The published key, which everybody has, taken for a shared secret.
    let public = serde_json::to_vec(&signer.published()).unwrap();
    let header = Header { kid: Some("1".to_owned()), ..Header::new(Algorithm::HS256) };
    let mixed = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&public)).unwrap();
    assert_eq!(key_id(&mixed), Err("it is not signed in the way that Atlassian signs (RS256)"));
    assert!(verify(&mixed, &signer.published(), APP, NOW_MS).is_err());
    assert!(key_id(&signer.sign(Algorithm::RS384, &claims())).is_err());

    let nameless = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims(), &signer.key()).unwrap();
    assert_eq!(key_id(&nameless), Err("it does not say which key signed it"));
    for text in ["", "a.b.c", "....", "ä"] {
        assert_eq!(key_id(text), Err("it is no invocation token"));
    }
}
