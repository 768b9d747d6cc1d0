//! SOSL and parameterizedSearch.

use serde_json::json;

use super::harness::{Sandbox, encoded};

#[tokio::test]
async fn a_search_finds_words_in_any_text() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.create("Case", json!({"Subject": "Pump stands still", "Priority": "High"})).await;
    sandbox.create("Case", json!({"Subject": "Pump is loud", "Priority": "Low"})).await;
    sandbox.create("Account", json!({"Name": "Pump House"})).await;
    let by_get = sandbox
        .get("/parameterizedSearch?q=pump&sobject=Case&Case.fields=Id,Subject&Case.limit=1&sobject=Account")
        .await;
    let types: Vec<_> = by_get.body["searchRecords"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["attributes"]["type"].clone())
        .collect();
    assert_eq!(types, ["Case", "Account"]);
    let body = json!({"q": "still", "fields": ["Id"], "sobjects": [{"name": "Case", "fields": ["Id", "CaseNumber"], "where": "Priority = 'High'", "limit": 5}]});
    let by_post = sandbox.post("/parameterizedSearch", body).await;
    assert_eq!(by_post.body["searchRecords"][0]["Id"], json!(id));
    let sosl = encoded(
        "FIND {pump*} IN ALL FIELDS RETURNING Case(Id, Subject WHERE Priority = 'High' ORDER BY CaseNumber LIMIT 20), Account(Id)",
    );
    let found = sandbox.get(&format!("/search?q={sosl}")).await;
    assert_eq!(found.body["searchRecords"].as_array().map(Vec::len), Some(2));
    assert_eq!(found.body["searchRecords"][0]["Subject"], "Pump stands still");
}

#[tokio::test]
async fn searches_that_make_no_sense_are_refused() {
    let sandbox = Sandbox::empty().await;
    sandbox.get("/search?q=FIND+pump").await.refused(
        400,
        "MALFORMED_SEARCH",
        "No search term found. The search term must be enclosed in braces.",
    );
    sandbox.get("/parameterizedSearch?q=p&sobject=Case").await.refused(
        400,
        "MALFORMED_SEARCH",
        "longer than one character",
    );
    sandbox.get("/parameterizedSearch?q=pump&sobject=Nonsense").await.refused(400, "INVALID_TYPE", "Nonsense");
}

#[tokio::test]
async fn limits_and_counts_are_told() {
    let sandbox = Sandbox::empty().await;
    let first = sandbox.get("/limits").await;
    let second = sandbox.get("/limits").await;
    let left = |reply: &super::harness::Reply| reply.body["DailyApiRequests"]["Remaining"].as_u64().expect("a number");
    assert_eq!(left(&first) - left(&second), 1);
    sandbox.create("Case", json!({"Subject": "x"})).await;
    let count = sandbox.get("/limits/recordCount?sObjects=Case").await;
    assert_eq!(count.body, json!({"sObjects": [{"count": 1, "name": "Case"}]}));
}
