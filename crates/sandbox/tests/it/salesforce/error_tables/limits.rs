//! Days that are full, sizes, and what stands before the org.

use super::*;

#[tokio::test]
async fn the_days_calls_come_to_an_end_and_begin_again() {
    let sandbox = Sandbox::empty().await;
    sandbox.door(Method::POST, "/limits", json!({"daily_calls": 2})).await;
    assert_eq!(sandbox.get("/limits").await.header("sforce-limit-info"), "api-usage=1/2");
    let batch =
        json!({"batchRequests": [{"method": "GET", "url": "v64.0/recent"}, {"method": "GET", "url": "v64.0/recent"}]});
    let parts = sandbox.post("/composite/batch", batch).await;
    assert_eq!(parts.body["results"][1]["result"][0]["errorCode"], "REQUEST_LIMIT_EXCEEDED", "{}", parts.text);
    let refused = sandbox.get("/limits").await;
    refused.refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    assert_eq!(refused.header("retry-after"), "", "the vendor never says when");
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 90_000})).await;
    sandbox.door(Method::POST, "/oauth", json!({"token_lifetime_seconds": 900_000})).await;
    let mut sandbox = sandbox;
    sandbox.sign_in("sandbox-client", "sandbox-secret").await;
    assert_eq!(sandbox.get("/limits").await.body["DailyApiRequests"], json!({"Max": 2, "Remaining": 1}));
}

#[tokio::test]
async fn what_stands_before_the_org_answers_with_a_page_or_with_nothing() {
    let sandbox = Sandbox::empty().await;
    let rows = [
        ("edge_420", 420, "sfdcedge"),
        ("too_many_requests", 429, "sfdcedge"),
        ("bad_gateway", 502, ""),
        ("html_error", 503, ""),
        ("gateway_timeout", 504, ""),
    ];
    for (name, status, server) in rows {
        sandbox.door(Method::POST, "/faults", json!({"name": name, "times": 1})).await;
        let reply = sandbox.get("/limits").await;
        assert_eq!((reply.status, reply.header("server")), (status, server), "{name}");
        assert!(reply.header("content-type").starts_with("text/html") && reply.text.starts_with("<html>"), "{name}");
        assert_eq!(reply.header("sforce-limit-info"), "", "{name}");
    }
    for (name, status, server) in [("not_acceptable", 406, "sfdcedge"), ("empty_error", 500, "")] {
        sandbox.door(Method::POST, "/faults", json!({"name": name, "times": 1})).await;
        let reply = sandbox.get("/limits").await;
        let said = (reply.status, reply.header("server"), reply.header("content-type"), reply.text.as_str());
        assert_eq!(said, (status, server, "", ""), "{name}");
    }
}

#[tokio::test]
async fn a_request_line_and_its_headers_have_a_size() {
    let sandbox = Sandbox::empty().await;
    let long = "x".repeat(16_400);
    let path = format!("/query?q={long}");
    let header = [("X-Long", long.as_str())];
    let uri = sandbox.get(&path).await;
    let headers = sandbox.call_with(Method::GET, "/limits", &header, None).await;
    let rows = [(uri, 414, "URI Too Long"), (headers, 431, "Request Header Fields Too Large")];
    for (reply, status, reason) in rows {
        let page = format!("<h1>Bad Message {status}</h1><pre>reason: {reason}</pre>");
        assert_eq!((reply.status, reply.text.as_str()), (status, page.as_str()));
        let said = (reply.header("content-type"), reply.header("connection"), reply.header("sforce-limit-info"));
        assert_eq!(said, ("text/html;charset=iso-8859-1", "close", ""));
    }
    let calls = sandbox.calls().await;
    assert_eq!((&calls["by_status"]["414"], &calls["by_status"]["431"]), (&json!(1), &json!(1)), "they are counted");
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let mut sandbox = Sandbox::empty().await;
    let records: Vec<Value> = (0..201).map(|_| record("Case", json!({"Subject": "x"}))).collect();
    let message = "record limit reached. cannot submit more than 200 records into this call";
    row(Method::POST, "/composite/sobjects", json!({"records": records}), 400, "EXCEEDED_ID_LIMIT", message)
        .hold(&sandbox)
        .await;
    let huge = json!({"Description": "x".repeat(52_428_800)});
    let message = "Maximum size of request reached. Maximum size of request is 52428800 bytes.";
    row(Method::POST, "/sobjects/Case", huge, 400, "JSON_PARSER_ERROR", message).hold(&sandbox).await;

    for _ in 0..2 {
        let case = sandbox.create("Case", json!({"Subject": "x"})).await;
        sandbox.create("Task", json!({"Subject": "x", "WhatId": case})).await;
    }
    sandbox.door(Method::POST, "/limits", json!({"distinct_ids": 1})).await;
    assert_eq!(sandbox.query("SELECT Id FROM Task").await.status, 200, "who sees everything is not checked");
    let right = json!({"user": "integration@sandbox.example", "object": "Task", "view_all": false});
    sandbox.door(Method::POST, "/rights", right).await;
    sandbox.sign_in("sandbox-least-client", "sandbox-least-secret").await;
    let message = "exceeded 1 distinct who/what's";
    row(Method::GET, "/query?q=SELECT+Id+FROM+Task", Value::Null, 400, "OPERATION_TOO_LARGE", message)
        .hold(&sandbox)
        .await;
    assert_eq!(sandbox.query("SELECT Id FROM Task LIMIT 1").await.status, 200);
}

#[tokio::test]
async fn a_soap_message_has_a_size() {
    let sandbox = Sandbox::empty().await;
    let headers = [("Content-Type", "text/xml")];
    let body = vec![b'x'; 52_428_801];
    let reply = sandbox.send(Method::POST, "/services/Soap/u/64.0", &headers, Some(body)).await.expect("an answer");
    assert_eq!((reply.status, reply.header("content-type")), (500, "text/xml; charset=utf-8"));
    let code = "<sf:exceptionCode>EXCEEDED_MAX_SIZE_REQUEST</sf:exceptionCode>";
    assert!(reply.text.contains(code), "{}", reply.text);
}

#[tokio::test]
async fn a_body_in_another_language_is_refused() {
    let sandbox = Sandbox::empty().await;
    let headers = [("Content-Type", "text/plain")];
    let reply = sandbox.call_with(Method::POST, "/sobjects/Case", &headers, Some(json!({}))).await;
    let message = "Content-Type header specified in HTTP request is not supported: text/plain";
    row(Method::POST, "/sobjects/Case", json!({}), 415, "UNSUPPORTED_MEDIA_TYPE", message).compare(&reply);
}
