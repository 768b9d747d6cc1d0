//! Search: pages by token, rows once, and no endless search.

use entente_jira::jql::{Field, Jql, Order};
use entente_jira::{CallError, IssueId, Search};
use serde_json::{Value, json};

use crate::stage::{Script, error, reply};

const ROUTE: &str = "POST /rest/api/3/search/jql";

fn issues(ids: &[u64]) -> Vec<Value> {
    ids.iter().map(|id| json!({"id": id.to_string(), "key": format!("OPS-{id}"), "fields": {"updated": "2026-01-31T10:00:00.000+0000"}})).collect()
}

fn search() -> Search {
    Search::new(Jql::project_in(["OPS"]).order_by(Field::UPDATED, Order::Ascending), ["updated"])
}

#[tokio::test]
async fn pages_follow_tokens_and_rows_come_once() {
    let script = Script::signed_in();
    script.on(
        ROUTE,
        [
            reply(200, &json!({"issues": issues(&[1, 2]), "nextPageToken": "a", "isLast": false})),
            reply(200, &json!({"issues": issues(&[]), "nextPageToken": "b", "isLast": false})),
            reply(200, &json!({"issues": issues(&[2, 3]), "isLast": true})),
        ],
    );
    let mut pages = script.client().search(search());
    let mut found = Vec::new();
    while let Some(page) = pages.next().await.expect("a page") {
        found.push(page.issues.iter().map(|issue| issue.id.number()).collect::<Vec<_>>());
    }
    assert_eq!(found, [vec![1, 2], vec![], vec![3]], "an empty page is not the end; a repeated row is dropped");
    let seen = script.seen();
    assert_eq!(
        seen[0].body,
        json!({"jql": r#"project in ("OPS") ORDER BY updated ASC"#, "maxResults": 100, "fields": ["updated"]})
    );
    assert_eq!((&seen[1].body["nextPageToken"], &seen[2].body["nextPageToken"]), (&json!("a"), &json!("b")));
    assert!(pages.next().await.expect("the end").is_none());
    assert_eq!(script.seen().len(), 3, "nothing is asked after the end");
}

#[tokio::test]
async fn the_end_is_the_mark_or_a_missing_token() {
    for last in [
        json!({"issues": [], "isLast": true, "nextPageToken": "x"}),
        json!({"issues": []}),
        json!({"issues": [], "nextPageToken": null}),
    ] {
        let script = Script::signed_in();
        script.on(ROUTE, [reply(200, &last)]);
        assert!(script.client().search(search()).all().await.expect("issues").is_empty());
        assert_eq!(script.seen().len(), 1, "{last}");
    }
}

#[tokio::test]
async fn a_repeated_token_ends_the_search_with_an_error() {
    let script = Script::signed_in();
    script.on(ROUTE, [reply(200, &json!({"issues": issues(&[1]), "nextPageToken": "a"}))]);
    let outcome = script.client().search(search()).all().await;
    assert!(matches!(outcome, Err(CallError::NotApplied { .. })), "{outcome:?}");
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test]
async fn everything_that_can_be_asked_is_sent_in_jiras_own_forms() {
    let script = Script::signed_in();
    let issue = json!({"id": "1", "key": "OPS-1", "properties": {"sync.origin": {"op": "x"}},
                       "changelog": {"histories": [{"id": "9", "items": []}]}});
    script.on(ROUTE, [reply(200, &json!({"issues": [issue], "isLast": true}))]);
    let none: [&str; 0] = [];
    let mut search = Search::new(Jql::project_in(["OPS"]), none);
    search.properties = vec!["sync.origin".into()];
    search.changelog = true;
    search.reconcile = vec![IssueId::new(10_042)];
    let found = script.client().search(search).all().await.expect("issues");
    assert_eq!(found[0].properties["sync.origin"]["op"], "x");
    assert_eq!(found[0].changes()[0].id, "9");
    assert_eq!(found[0].updated(), None);
    let expected = json!({"jql": r#"project in ("OPS")"#, "maxResults": 100, "fields": ["id"], "properties": ["sync.origin"],
                          "expand": "changelog", "reconcileIssues": [10042]});
    assert_eq!(script.seen()[0].body, expected);
}

#[tokio::test]
async fn limits_are_kept_before_anything_is_sent() {
    let script = Script::signed_in();
    let client = script.client();
    let properties = Search { properties: vec!["p".into(); 6], ..search() };
    let reconcile = Search { reconcile: vec![IssueId::new(1); 51], ..search() };
    for search in [properties, reconcile] {
        assert!(matches!(client.search(search).next().await, Err(CallError::Invalid { .. })));
    }
    assert!(script.seen_all().is_empty());
}

#[tokio::test]
async fn refused_jql_is_invalid() {
    let script = Script::signed_in();
    script.on(ROUTE, [error(400, "Field 'x' does not exist")]);
    let error = script.client().search(search()).next().await.expect_err("refused");
    assert!(matches!(&error, CallError::Invalid { problems } if problems[0].message.contains("'x'")), "{error:?}");
}

#[tokio::test]
async fn counts_are_approximate() {
    let script = Script::signed_in();
    script.on("POST /rest/api/3/search/approximate-count", [reply(200, &json!({"count": 153}))]);
    assert_eq!(script.client().approximate_count(&Jql::project_in(["OPS"])).await, Ok(153));
}
