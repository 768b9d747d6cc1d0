//! getUpdated and getDeleted.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{Sandbox, encoded};

async fn asked(sandbox: &Sandbox, what: &str, start: &str, end: &str) -> super::harness::Reply {
    sandbox.get(&format!("/sobjects/Case/{what}/?start={}&end={}", encoded(start), encoded(end))).await
}

/// The sandbox's time, moved by some seconds, as a datetime.
async fn time(sandbox: &Sandbox, seconds: i64) -> String {
    let now = sandbox.door(Method::GET, "/clock", Value::Null).await.body["now"].as_str().expect("a time").to_owned();
    let moment: jiff::Timestamp = now.parse().expect("a time");
    let moved = moment + jiff::SignedDuration::from_secs(seconds);
    moved.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

#[tokio::test]
async fn changes_and_deletions_are_found_between_two_minutes() {
    let sandbox = Sandbox::empty().await;
    let kept = sandbox.create("Case", json!({"Subject": "kept"})).await;
    let gone = sandbox.create("Case", json!({"Subject": "gone"})).await;
    sandbox.delete(&format!("/sobjects/Case/{gone}")).await;
    let (start, end) = (time(&sandbox, -120).await, time(&sandbox, 120).await);
    let updated = asked(&sandbox, "updated", &start, &end).await;
    assert_eq!(updated.body["ids"], json!([kept]));
    assert!(
        updated.body["latestDateCovered"].as_str().is_some_and(|covered| covered.ends_with(":00.000+0000")),
        "whole minutes, not in the future"
    );
    let deleted = asked(&sandbox, "deleted", &start, &end).await;
    assert_eq!(deleted.body["deletedRecords"][0]["id"], json!(gone));
    assert!(deleted.body["earliestDateAvailable"].is_string());
}

#[tokio::test]
async fn spans_that_make_no_sense_are_refused() {
    let sandbox = Sandbox::empty().await;
    let now = time(&sandbox, 0).await;
    let rows =
        [(time(&sandbox, -31 * 86_400).await, now.clone()), (now.clone(), now.clone()), ("soon".to_owned(), now)];
    for (start, end) in rows {
        asked(&sandbox, "updated", &start, &end).await.refused(400, "INVALID_REPLICATION_DATE", "");
    }
}

#[tokio::test]
async fn an_open_transaction_holds_the_covered_date_back() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let fault = json!({"name": "late_commit", "route": "PATCH /services/data/v64.0/sobjects/{..}/{..}", "delay_ms": 600_000, "times": 1});
    sandbox.door(Method::POST, "/faults", fault).await;
    let path = format!("/services/data/v64.0/sobjects/Case/{case}");
    let body = json!({"Subject": "late"}).to_string().into_bytes();
    sandbox.send(Method::PATCH, &path, &[], Some(body)).await.expect_err("no answer");
    let made = time(&sandbox, 0).await;
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 300})).await;
    let (start, end) = (time(&sandbox, -3_600).await, time(&sandbox, 0).await);
    let covered =
        asked(&sandbox, "updated", &start, &end).await.body["latestDateCovered"].as_str().expect("a date").to_owned();
    assert!(covered[..16] <= made[..16], "{covered} is not after {made}");
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 301})).await;
    loop {
        let row = sandbox.get(&format!("/sobjects/Case/{case}")).await.body;
        if row["Subject"] == "late" {
            assert!(
                row["SystemModstamp"].as_str().expect("a stamp")[..16] <= made[..16],
                "stamped when it was written, seen when it was committed"
            );
            break;
        }
        tokio::task::yield_now().await;
    }
}
