//! The control door: counts, faults, reset, the clock. On the Salesforce side; the frame is the same on both.

use reqwest::Method;
use serde_json::{Value, json};

use crate::salesforce::harness::Sandbox;

const CREATE: &str = "/services/data/v64.0/sobjects/Case";

async fn n_cases(sandbox: &Sandbox) -> Value {
    sandbox.query("SELECT COUNT() FROM Case").await.body["totalSize"].clone()
}

async fn create(sandbox: &Sandbox) -> reqwest::Result<crate::salesforce::harness::Reply> {
    sandbox.send(Method::POST, CREATE, &[], Some(br#"{"Subject":"x"}"#.to_vec())).await
}

#[tokio::test]
async fn calls_are_counted_under_their_route() {
    let sandbox = Sandbox::empty().await;
    sandbox.door(Method::POST, "/calls/reset", json!({})).await;
    let id = sandbox.create("Case", json!({"Subject": "x"})).await;
    sandbox.get(&format!("/sobjects/Case/{id}")).await;
    sandbox.get("/sobjects/Case/5005g0000000zzz").await;
    sandbox.get("/nowhere/at/all").await;
    let calls = sandbox.door(Method::GET, "/calls?log=2", Value::Null).await.body;
    assert_eq!(
        calls["by_route"],
        json!({
            "GET /(no such route)": 1,
            "GET /services/data/v64.0/sobjects/{..}/{..}": 2,
            "POST /services/data/v64.0/sobjects/{..}": 1,
        })
    );
    assert_eq!((&calls["total"], &calls["by_status"]), (&json!(4), &json!({"200": 1, "201": 1, "404": 2})));
    let last = calls["last"].as_array().expect("the last calls");
    assert_eq!((last.len(), &last[1]["status"], &last[1]["method"]), (2, &json!(404), &json!("GET")));
}

#[tokio::test]
async fn a_cut_connection_leaves_the_commit_or_not() {
    let sandbox = Sandbox::empty().await;
    for (fault, n_expected) in [("timeout_after_commit", 1), ("reset_before", 1)] {
        sandbox
            .door(
                Method::POST,
                "/faults",
                json!({"name": fault, "route": "POST /services/data/v64.0/sobjects/{..}", "times": 1}),
            )
            .await;
        let error = create(&sandbox).await.expect_err("no answer");
        assert!(error.is_request(), "{error:?}");
        assert_eq!(n_cases(&sandbox).await, n_expected, "{fault}");
    }
    let calls = sandbox.calls().await;
    assert_eq!(calls["by_status"]["reset"], 2);
}

#[tokio::test]
async fn an_error_can_come_before_or_after_the_commit() {
    let sandbox = Sandbox::empty().await;
    let rows = [
        (json!({"name": "error_before", "times": 1}), 503, 0),
        (json!({"name": "error_after_commit", "times": 1}), 500, 1),
        (
            json!({"side_effect": "none", "answer": "status", "status": 403, "headers": {"X-Why": "limits"}, "times": 1}),
            403,
            1,
        ),
        (json!({"name": "html_error", "match": {"body_contains": "Subject"}, "times": 1}), 503, 1),
    ];
    for (fault, status, n_expected) in rows {
        sandbox.door(Method::POST, "/faults", fault.clone()).await;
        let reply = create(&sandbox).await.expect("an answer");
        assert_eq!(reply.status, status, "{fault}");
        match fault["name"].as_str() {
            Some("html_error") => {
                assert!(reply.text.starts_with("<html>") && reply.header("Content-Type").starts_with("text/html"))
            }
            None => assert_eq!(
                (reply.header("X-Why"), &reply.body[0]["errorCode"]),
                ("limits", &json!("REQUEST_LIMIT_EXCEEDED"))
            ),
            _ => assert!(reply.body[0]["errorCode"].is_string(), "{}", reply.text),
        }
        assert_eq!(n_cases(&sandbox).await, n_expected, "{fault}");
    }
}

#[tokio::test]
async fn a_truncated_answer_breaks_off() {
    let sandbox = Sandbox::empty().await;
    sandbox.door(Method::POST, "/faults", json!({"name": "truncated", "route": "POST *", "times": 1})).await;
    let error = create(&sandbox).await.expect_err("half an answer");
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(n_cases(&sandbox).await, 1);
}

#[tokio::test]
async fn a_late_call_takes_effect_after_its_answer() {
    let sandbox = Sandbox::empty().await;
    let fault = json!({"side_effect": "late", "answer": "status", "status": 504, "delay_ms": 3_600_000, "times": 1});
    sandbox.door(Method::POST, "/faults", fault).await;
    assert_eq!(create(&sandbox).await.expect("an answer").status, 504);
    assert_eq!(n_cases(&sandbox).await, 0);
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 3_600})).await;
    while n_cases(&sandbox).await == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn faults_are_listed_and_taken_away() {
    let sandbox = Sandbox::empty().await;
    sandbox
        .door(Method::POST, "/faults", json!([{"name": "expired_token", "route": "*"}, {"status": 500, "rate": 0.0}]))
        .await;
    sandbox.get("/limits").await.refused(401, "INVALID_SESSION_ID", "Session expired or invalid");
    let listed = sandbox.door(Method::GET, "/faults", Value::Null).await.body;
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["hits"]), (Some(2), &json!(1)));
    sandbox.door(Method::DELETE, "/faults", Value::Null).await;
    assert_eq!(sandbox.get("/limits").await.status, 200);
    let wrong = sandbox
        .send(Method::POST, "/__sandbox/faults", &[], Some(br#"{"name":"boom"}"#.to_vec()))
        .await
        .expect("an answer");
    assert_eq!(wrong.status, 400);
    assert!(
        wrong.body["error"].as_str().is_some_and(|said| said.contains("timeout_after_commit")),
        "the names are told"
    );
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let mut sandbox = Sandbox::empty().await;
    sandbox.create("Case", json!({"Subject": "x"})).await;
    sandbox.door(Method::POST, "/push", json!({"object": "Case", "url": "http://127.0.0.1:9/"})).await;
    sandbox.door(Method::POST, "/faults", json!({"name": "server_error"})).await;
    sandbox.door(Method::POST, "/reset", json!({"seed": "demo", "records": 12})).await;
    sandbox.get("/limits").await.refused(401, "INVALID_SESSION_ID", "");
    sandbox.sign_in("sandbox-client", "sandbox-secret").await;
    assert_eq!(n_cases(&sandbox).await, 12);
    assert_eq!(sandbox.door(Method::GET, "/writes", Value::Null).await.body, json!([]));
    assert_eq!(sandbox.door(Method::GET, "/push", Value::Null).await.body, json!([]));
    sandbox.door(Method::POST, "/reset", Value::Null).await;
    sandbox.sign_in("sandbox-client", "sandbox-secret").await;
    assert_eq!(n_cases(&sandbox).await, 0);
}

#[tokio::test]
async fn each_side_has_its_own_clock() {
    let sandbox = Sandbox::empty().await;
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 86_400})).await;
    let behind_ms = sandbox.world.salesforce.control().clock().now_ms() - sandbox.world.jira.control().clock().now_ms();
    assert!((86_300_000..86_500_000).contains(&behind_ms), "{behind_ms}");
    let answer = sandbox.get("/limits").await;
    let told = jiff::fmt::rfc2822::parse(answer.headers["date"].to_str().expect("a text")).expect("a date");
    let ahead_secs = told.timestamp().as_second() - sandbox.world.jira.control().clock().now().as_second();
    assert!((86_300..86_500).contains(&ahead_secs), "the Date of an answer is the side's own: {ahead_secs}");
}

#[tokio::test]
async fn a_stopped_world_lets_go_of_its_ports() {
    let sandbox = Sandbox::empty().await;
    let address = sandbox.served.salesforce();
    sandbox.served.stop().await;
    tokio::net::TcpListener::bind(address).await.expect("the port is free again");
}
