//! Captured exchanges: complete enough to explain, empty of secrets.

use entente_transport::{Call, EXCHANGES_KEPT, Effect};
use http::header::COOKIE;
use http::{HeaderValue, Method};
use serde_json::json;

use crate::stage::{Act, Stage, read, status, write};

/// Every secret of this test contains it.
const CANARY: &str = "canary";

fn captured(stage: &Stage) -> String {
    serde_json::to_string(&stage.transport.exchanges()).expect("exchanges are JSON")
}

#[tokio::test]
async fn no_secret_survives_in_a_captured_exchange() {
    let stage = Stage::new([Act::Answer(
        200,
        vec![
            ("set-cookie", "sid=canary"),
            ("x-vendor-token", "canary"),
            ("location", "https://h.example/?token=canary"),
        ],
        r#"{"access_token":"canary","id":"https://login.example/id/00D/005","deep":[{"clientSecret":"canary"}],"scope":"api"}"#,
    )]);
    stage.transport.capture(true);
    let form = "grant_type=password&client_secret=canary&password=canary&assertion=canary&username=ann";
    let calls = [
        Call::new(Effect::Auth, Method::POST, "/token", "/token?refresh_token=canary&plain=1")
            .body(HeaderValue::from_static("application/x-www-form-urlencoded"), form),
        write().json(&json!({ "password": CANARY, "api_key": CANARY, "Subject": "Pump" })),
        write().header(COOKIE, HeaderValue::from_static("sid=canary")),
        write().body(HeaderValue::from_static("text/xml"), "<SessionId>canary</SessionId>"),
    ];
    for call in calls {
        stage.send(call).await.expect("answered");
    }
    let text = captured(&stage);
    assert!(!text.contains(CANARY), "{text}");
    assert!(!text.contains("token-1"), "the credential itself: {text}");
    for kept in ["username=ann", "plain=1", "Pump", "login.example/id/00D/005", "[29 bytes of text/xml]"] {
        assert!(text.contains(kept), "{kept} is needed to understand the exchange: {text}");
    }
}

#[tokio::test]
async fn the_ring_keeps_the_last_exchanges() {
    let stage = Stage::new([status(200)]);
    stage.send(read()).await.expect("answered");
    assert!(stage.transport.exchanges().is_empty(), "off until switched on");
    stage.transport.capture(true);
    for n in 0..EXCHANGES_KEPT + 5 {
        stage.send(Call::get("/thing/{id}", format!("/thing/{n}"))).await.expect("answered");
    }
    let exchanges = stage.transport.exchanges();
    assert_eq!(exchanges.len(), EXCHANGES_KEPT);
    assert_eq!(exchanges[0].url, "https://peer.example/thing/5");
    assert_eq!((exchanges[0].method.as_str(), exchanges[0].status, exchanges[0].effect), ("GET", Some(200), "read"));
    stage.transport.capture(false);
    assert!(stage.transport.exchanges().is_empty());
}

#[tokio::test]
async fn a_failed_exchange_is_captured_with_its_reason_and_long_bodies_are_cut() {
    let stage = Stage::new([Act::Lost]);
    stage.transport.capture(true);
    let call = write().json(&json!({ "Description": "é".repeat(9_000) }));
    stage.send(call).await.expect_err("lost");
    let exchange = &stage.transport.exchanges()[0];
    assert_eq!(exchange.status, None);
    assert!(exchange.answer_body.contains("reset"), "{}", exchange.answer_body);
    assert!(exchange.request_body.len() < 5_000 && exchange.request_body.ends_with("bytes more]"));
}
