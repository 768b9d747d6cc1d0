//! What an onlooker sees: complete enough to explain, empty of secrets and of what is veiled.

use entente_transport::{Call, Effect, Veil};
use http::header::COOKIE;
use http::{HeaderValue, Method};
use serde_json::json;

use crate::stage::{Act, Stage, read, status, write};

/// Every secret of this test contains it.
const CANARY: &str = "canary";

fn seen(stage: &Stage) -> String {
    serde_json::to_string(&*stage.witness.saw.lock()).expect("exchanges are JSON")
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
    stage.witness.look(Some(Veil::default()));
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
    let text = seen(&stage);
    assert!(!text.contains(CANARY), "{text}");
    assert!(!text.contains("token-1"), "the credential itself: {text}");
    for kept in ["username=ann", "plain=1", "Pump", "login.example/id/00D/005", "[29 bytes of text/xml]"] {
        assert!(text.contains(kept), "{kept} is needed to understand the exchange: {text}");
    }
}

#[tokio::test]
async fn nothing_is_seen_by_who_does_not_look() {
    let stage = Stage::new([status(200)]);
    stage.send(read()).await.expect("answered");
    assert!(stage.witness.saw.lock().is_empty(), "off until it looks");
    stage.witness.look(Some(Veil::default()));
    stage.send(read()).await.expect("answered");
    stage.witness.look(None);
    stage.send(read()).await.expect("answered");
    let saw = stage.witness.saw.lock();
    let [exchange] = saw.as_slice() else { panic!("{saw:?}") };
    assert_eq!(exchange.url, "https://peer.example/thing/1");
    assert_eq!((exchange.method.as_str(), exchange.status, exchange.effect), ("GET", Some(200), "read"));
}

/// A veiled field shows its value nowhere: not as a field, not in a history, a refusal, a query, or the address of one.
#[tokio::test]
async fn veiled_fields_show_no_value() {
    let answer = r#"{"fields":{"summary":"canary","priority":{"name":"High"}},
        "items":[{"field":"summary","fieldId":"summary","fromString":"canary","toString":"canary"}],
        "errors":[{"message":"canary is no value","fields":["SUMMARY"]},{"message":"kept","fields":["Status"]}]}"#;
    let stage = Stage::new([Act::Answer(200, vec![], answer)]);
    stage.witness.look(Some(Veil::over(["summary"])));
    let soql = "/query?q=SELECT+Id+FROM+Case+WHERE+Subject+%3D+%27canary+%5C%27+canary%27+AND+Status+%3D+%27x%27";
    let composite = json!({ "compositeRequest": [{ "url": soql, "body": { "Summary": "canary" } }] });
    for call in [
        Call::get("/query", soql),
        Call::get("/search", "/search?q=FIND+%7Bcanary%7D+RETURNING+Case"),
        write().json(&json!({ "jql": "summary ~ \"canary\" AND project = OPS" })),
        write().json(&composite),
    ] {
        stage.send(call).await.expect("answered");
    }
    let text = seen(&stage);
    assert!(!text.contains(CANARY), "{text}");
    for kept in ["High", "fieldId", "kept", "project = OPS", "RETURNING"] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
}

#[tokio::test]
async fn a_failed_exchange_is_seen_with_its_reason_and_what_was_sent() {
    let stage = Stage::new([Act::Lost]);
    stage.witness.look(Some(Veil::default()));
    let call = write().json(&json!({ "Description": "é".repeat(9_000) }));
    stage.send(call).await.expect_err("lost");
    let exchange = stage.witness.saw.lock().remove(0);
    assert_eq!(exchange.status, None);
    assert!(exchange.answer_body.contains("reset"), "{}", exchange.answer_body);
    assert!(exchange.request_body.len() > 18_000, "the whole body");
}
