//! Ten thousand issues: no timing is asserted here, only that the big pages are right; a slow path shows as a slow test.

use serde_json::{Value, json};

use super::Site;

#[tokio::test]
async fn ten_thousand_issues_are_walked_in_pages() {
    let site = Site::empty().await;
    let rows: Vec<Value> = (1..=10_000u64)
        .map(|n| {
            let at = format!("2026-01-{:02}T{:02}:{:02}:00.000+0000", 1 + n / 500, (n / 60) % 24, n % 60);
            json!({ "id": (100_000 + n).to_string(), "key": format!("BIG-{n}"), "fields": { "summary": format!("Issue {n}"), "created": at, "updated": at, "issuetype": { "name": "Bug" }, "status": { "name": "To Do", "statusCategory": { "key": "new" } } } })
        })
        .collect();
    assert_eq!(site.world.import_jira(&Value::Array(rows)), Vec::<String>::new());
    let (mut n, mut token) = (0, None::<Value>);
    loop {
        let mut body =
            json!({ "jql": "project = BIG ORDER BY updated ASC", "fields": ["summary", "status"], "maxResults": 5000 });
        if let Some(token) = token.take() {
            body["nextPageToken"] = token;
        }
        let page = site.post("/rest/api/3/search/jql", &body).await.is(200);
        let rows = page["issues"].as_array().map_or(0, Vec::len);
        assert!(rows <= 100, "pages with fields are short");
        n += rows;
        token = page.get("nextPageToken").cloned();
        if token.is_none() {
            break;
        }
    }
    assert_eq!(n, 10_000);
    let ids: Vec<String> = (1..=100).map(|n| format!("BIG-{}", n * 100)).collect();
    let found =
        site.post("/rest/api/3/issue/bulkfetch", &json!({ "issueIdsOrKeys": ids, "fields": ["*all"] })).await.is(200);
    assert_eq!(found["issues"].as_array().map(Vec::len), Some(100));
}
