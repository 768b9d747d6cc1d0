//! Conditional headers.

use reqwest::Method;
use serde_json::json;

use super::harness::Sandbox;

#[tokio::test]
async fn a_row_that_did_not_change_is_not_sent_again() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.create("Case", json!({"Subject": "x"})).await;
    let path = format!("/sobjects/Case/{id}");
    let seen = sandbox.get(&path).await.header("Last-Modified").to_owned();
    let headers = [("If-Modified-Since", seen.as_str())];
    let again = sandbox.call_with(Method::GET, &path, &headers, None).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 5})).await;
    sandbox.patch(&path, json!({"Subject": "y"})).await;
    assert_eq!(sandbox.call_with(Method::GET, &path, &headers, None).await.status, 200);
}

#[tokio::test]
async fn a_write_over_somebody_elses_change_is_refused() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.create("Case", json!({"Subject": "x"})).await;
    let path = format!("/sobjects/Case/{id}");
    let seen = sandbox.get(&path).await.header("Last-Modified").to_owned();
    let headers = [("If-Unmodified-Since", seen.as_str())];
    let mine = sandbox.call_with(Method::PATCH, &path, &headers, Some(json!({"Subject": "mine"}))).await;
    assert_eq!(mine.status, 204);
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 5})).await;
    sandbox.patch(&path, json!({"Subject": "theirs"})).await;
    let late = sandbox.call_with(Method::PATCH, &path, &headers, Some(json!({"Subject": "mine again"}))).await;
    late.refused(412, "PRECONDITION_FAILED", "If-Unmodified-Since");
    assert_eq!(sandbox.get(&path).await.body["Subject"], "theirs");
    let part = json!({"compositeRequest": [{
        "method": "PATCH", "url": format!("/services/data/v64.0{path}"), "referenceId": "a",
        "httpHeaders": {"If-Unmodified-Since": seen}, "body": {"Subject": "mine"},
    }]});
    let composite = sandbox.post("/composite", part).await;
    assert_eq!(composite.body["compositeResponse"][0]["httpStatusCode"], 412);
}

#[tokio::test]
async fn a_describe_is_sent_again_only_after_the_schema_changed() {
    let sandbox = Sandbox::empty().await;
    let seen = sandbox.get("/sobjects/Case/describe").await.header("Last-Modified").to_owned();
    let headers = [("If-Modified-Since", seen.as_str())];
    for path in ["/sobjects/Case/describe", "/sobjects"] {
        assert_eq!(sandbox.call_with(Method::GET, path, &headers, None).await.status, 304);
    }
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 5})).await;
    sandbox.door(Method::POST, "/objects", json!({"object": "Case", "fields": {"Plant__c": "string(40)"}})).await;
    assert_eq!(sandbox.call_with(Method::GET, "/sobjects/Case/describe", &headers, None).await.status, 200);
}
