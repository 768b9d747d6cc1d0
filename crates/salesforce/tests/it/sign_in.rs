//! Signing in: what each flow sends, where calls go afterwards, and what each refusal means.
//!
//! The key pair beside this file was made for these tests; nothing else knows it.

use std::collections::HashMap;
use std::sync::Arc;

use entente_salesforce::{Auth, CallError, normalize_login_url};
use entente_transport::{Exchange, Onlooker, Veil};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::stage::{Asked, Org, TOKEN, connection, say, secret_auth};

fn form(asked: &Asked) -> HashMap<String, String> {
    url::form_urlencoded::parse(&asked.body).into_owned().collect()
}

#[tokio::test]
async fn client_credentials_are_sent_without_a_scope() {
    let org = Org::saying(say(200, "[]"));
    let signed_in = org.client().signed_in().await.expect("signed in");
    assert_eq!(signed_in.instance_url.as_str(), "https://acme.my.salesforce.com/");
    assert_eq!(
        (signed_in.organization.as_str(), signed_in.user.as_str()),
        ("00Dxx0000001gPLEAY", "005xx000001SwiUAAS")
    );
    let asked = &org.sign_ins()[0];
    assert_eq!(
        (asked.method.as_str(), asked.url.as_str()),
        ("POST", "https://acme.my.salesforce.com/services/oauth2/token")
    );
    let sent = form(asked);
    assert_eq!(sent["grant_type"], "client_credentials");
    assert_eq!((sent["client_id"].as_str(), sent["client_secret"].as_str()), ("3MVG9", "s&cret"));
    assert!(!sent.contains_key("scope"), "the endpoint refuses it");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "an assertion lives by the real time")]
async fn an_assertion_is_signed_for_three_minutes() {
    let table = [
        ("https://acme.my.salesforce.com", None, "https://login.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", None, "https://test.salesforce.com"),
        ("https://test.salesforce.com", None, "https://test.salesforce.com"),
        ("https://acme.my.salesforce.com", Some("https://own.example".to_owned()), "https://own.example"),
    ];
    for (login_url, audience, expected) in table {
        let org = Org::saying(say(200, "[]"));
        let auth = Auth::JwtBearer {
            client_id: "3MVG9".into(),
            username: "bot@acme.example".into(),
            private_key_pem: include_str!("test_key.pem").into(),
            audience,
        };
        let mut connection = connection(auth);
        connection.login_url = normalize_login_url(login_url, false).expect("a login URL");
        org.client_of(connection).signed_in().await.expect("signed in");
        let sent = form(&org.sign_ins()[0]);
        assert_eq!(sent["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
        let key = DecodingKey::from_rsa_pem(include_bytes!("test_key.pub.pem")).expect("a key");
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_audience(&[expected]);
        let claims = decode::<Value>(&sent["assertion"], &key, &rules).expect("a signed assertion").claims;
        assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some("3MVG9"), Some("bot@acme.example")));
        let life = claims["exp"].as_i64().expect("an end") - jiff::Timestamp::now().as_second();
        assert!((1..=180).contains(&life), "{life}");
    }
}

#[tokio::test]
async fn a_key_that_is_none_is_named() {
    let org = Org::saying(say(200, "[]"));
    let auth = Auth::JwtBearer {
        client_id: "3MVG9".into(),
        username: "bot@acme.example".into(),
        private_key_pem: "canary".into(),
        audience: None,
    };
    let error = org.client_of(connection(auth)).signed_in().await.expect_err("no key");
    assert!(
        matches!(&error, CallError::Auth { reason } if reason.contains("PEM") && !reason.contains("canary")),
        "{error}"
    );
    assert!(org.sign_ins().is_empty());
}

#[tokio::test]
async fn a_password_is_sent_with_its_token_behind_it() {
    let org = Org::saying(say(200, "[]"));
    let auth = Auth::Password {
        client_id: "3MVG9".into(),
        client_secret: "secret".into(),
        username: "ann@acme.example".into(),
        password: "pass+word".into(),
        security_token: "token".into(),
    };
    org.client_of(connection(auth)).signed_in().await.expect("signed in");
    let sent = form(&org.sign_ins()[0]);
    assert_eq!((sent["grant_type"].as_str(), sent["password"].as_str()), ("password", "pass+wordtoken"));
}

#[tokio::test]
async fn each_refusal_has_its_sentence_and_remedy() {
    let table = [
        (400, "invalid_client_id", "client identifier invalid", "client id"),
        (400, "invalid_client", "client identifier invalid", "client id"),
        (400, "invalid_client", "invalid client credentials", "secret"),
        (401, "invalid_client", "invalid client credentials", "secret"),
        (400, "invalid_grant", "no client credentials user enabled", "Run As"),
        (400, "invalid_grant", "request not supported on this domain", "My Domain"),
        (400, "invalid_grant", "no valid scopes defined", "scope `api`"),
        (400, "invalid_grant", "authentication failure", "lock the user"),
        (400, "invalid_grant", "expired access/refresh token", "again"),
        (400, "invalid_grant", "user hasn't approved this consumer", "permission set"),
        (400, "invalid_grant", "audience is invalid", "https://test.salesforce.com"),
        (400, "invalid_grant", "Audience validation failed", "https://test.salesforce.com"),
        (400, "invalid_grant", "invalid assertion", "certificate"),
        (400, "invalid_grant", "invalid authorization code", "again"),
        (400, "invalid_grant", "something new", "policies"),
        (400, "invalid_app_access", "user is not admin approved to access this app", "permission set"),
        (400, "unsupported_grant_type", "grant type not supported", "Enable it"),
        (400, "invalid_request", "scope parameter not supported", "scope"),
        (400, "invalid_scope", "", "scope `api`"),
        (400, "invalid_scope", "Too many scopes requested", "take the others out"),
        (400, "invalid_request", "too many scopes requested", "take the others out"),
        (400, "inactive_user", "user is inactive", "Activate"),
        (400, "inactive_org", "", "suspended"),
    ];
    for (status, code, description, remedy) in table {
        let org = Org::new(move |_| say(status, json!({ "error": code, "error_description": description })));
        let error = org.client().signed_in().await.expect_err("refused");
        let CallError::Auth { reason } = &error else { panic!("{code} {description}: {error:?}") };
        assert!(reason.contains(remedy) && reason.contains(code), "{code} {description}: {reason}");
        assert_eq!(org.sign_ins().len(), 1, "{code}: repeated tries lock the user");
    }
}

#[tokio::test]
async fn a_shared_host_is_told_to_use_my_domain() {
    let org = Org::new(|_| say(400, json!({ "error": "invalid_grant", "error_description": "not here" })));
    let mut connection = connection(secret_auth());
    connection.login_url = normalize_login_url("https://login.salesforce.com", false).expect("a login URL");
    let error = org.client_of(connection).signed_in().await.expect_err("refused");
    assert!(error.to_string().contains("My Domain"), "{error}");
}

#[tokio::test]
async fn what_passes_is_no_refusal() {
    let rate = json!({ "error": "rate_limit_exceeded", "error_description": "" }).to_string();
    let table = [
        (503, "<html>busy</html>".to_owned(), "not applied"),
        (
            500,
            json!({ "error": "unknown_error", "error_description": "retry your request" }).to_string(),
            "not applied",
        ),
        (429, String::new(), "not applied"),
        (400, rate, "throttled"),
        (403, json!([{ "errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "limit" }]).to_string(), "throttled"),
        (404, "<html>no such page</html>".to_owned(), "auth"),
        (200, "<html>hello</html>".to_owned(), "broken"),
        (200, "{}".to_owned(), "broken"),
    ];
    for (status, body, expected) in table {
        let said = body.clone();
        let org = Org::new(move |_| say(status, &said));
        let seen = match org.client().signed_in().await.expect_err("no token") {
            CallError::NotApplied { .. } => "not applied",
            CallError::Throttled { .. } => "throttled",
            CallError::Auth { .. } => "auth",
            CallError::Broken { .. } => "broken",
            other => panic!("{other:?}"),
        };
        assert_eq!(seen, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn a_token_cannot_send_us_elsewhere() {
    for host in [
        "https://evil.example",
        "http://acme.my.salesforce.com",
        "https://127.0.0.1",
        "https://salesforce.com.evil.example",
    ] {
        let org = Org::new(move |_| say(200, TOKEN.replace("https://acme.my.salesforce.com", host)));
        let error = org.client().versions().await.expect_err("refused");
        assert!(matches!(error, CallError::Auth { .. }), "{host}: {error}");
        assert!(org.asked().is_empty(), "{host}: the token went out");
    }
}

#[tokio::test]
async fn calls_go_to_the_instance_and_a_dead_session_is_renewed_once() {
    let org = Org::new(|asked| match (asked.url.ends_with("/oauth2/token"), asked.header("authorization")) {
        (true, _) => say(200, TOKEN.replace("acme.my", "acme-42.my")),
        _ => say(401, json!([{ "errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid" }])),
    });
    let error = org.client().limits().await.expect_err("refused");
    assert!(matches!(error, CallError::Auth { .. }), "{error}");
    let urls: Vec<_> = org.asked().into_iter().map(|asked| asked.url).collect();
    assert_eq!(urls, ["https://acme-42.my.salesforce.com/services/data/v64.0/limits"; 2]);
    assert_eq!(org.sign_ins().len(), 2);
    assert_eq!(org.asked()[0].header("authorization"), Some("Bearer 00Dxx0000001gPL!canary"));
}

#[tokio::test]
async fn a_401_that_no_token_cures_renews_nothing() {
    let text = json!([{ "errorCode": "INVALID_SESSION_ID", "message": "This session is not valid for use with the REST API" }]);
    let org = Org::saying(say(401, text));
    assert!(matches!(org.client().limits().await, Err(CallError::Auth { .. })));
    assert_eq!((org.asked().len(), org.sign_ins().len()), (1, 1));
}

/// Looks on, and remembers what it saw.
#[derive(Default)]
struct Witness(Mutex<Vec<Exchange>>);

impl Onlooker for Witness {
    fn looks(&self, _now: Timestamp) -> Option<Arc<Veil>> {
        Some(Arc::default())
    }

    fn saw(&self, exchange: Exchange) {
        self.0.lock().push(exchange);
    }
}

#[tokio::test]
async fn who_looks_on_at_a_sign_in_sees_no_secret() {
    let org = Org::saying(say(200, "{}"));
    let client = org.client();
    let witness = Arc::new(Witness::default());
    client.transport().show_to(witness.clone());
    client.limits().await.expect("answered");
    let text = format!("{:?} {client:?}", witness.0.lock());
    assert!(text.contains("client_credentials"), "{text}");
    assert!(!text.contains("canary") && !text.contains("s&cret") && !text.contains("s%26cret"), "{text}");
}
