//! `search/jql`: what is found, in which pages, and what is refused.

use serde_json::{Value, json};

use super::Site;

const SEARCH: &str = "/rest/api/3/search/jql";

async fn keys(site: &Site, jql: &str) -> Vec<String> {
    let body = json!({ "jql": jql, "fields": ["key"], "maxResults": 5000 });
    let found = site.post(SEARCH, &body).await.is(200);
    found["issues"].as_array().expect("issues").iter().filter_map(|i| i["key"].as_str()).map(str::to_owned).collect()
}

#[tokio::test]
async fn rows_have_only_ids_unless_fields_are_named() {
    let site = Site::demo().await;
    let bare = site.post(SEARCH, &json!({ "jql": "project = OPS" })).await.is(200);
    assert_eq!(bare["issues"].as_array().map(Vec::len), Some(40));
    assert_eq!((bare["issues"][0].get("fields"), bare.get("total"), &bare["isLast"]), (None, None, &json!(true)));
    let named =
        site.get(&format!("{SEARCH}?jql=project%3DOPS&fields=summary,status&maxResults=2&expand=names")).await.is(200);
    assert_eq!(named["issues"][0]["fields"].as_object().map(serde_json::Map::len), Some(2));
    assert_eq!(named["names"]["summary"], "Summary");
}

#[tokio::test]
async fn pages_follow_by_token_in_every_order() {
    let site = Site::demo().await;
    for order in [
        "updated ASC",
        "updated ASC, key ASC",
        "updated DESC",
        "key ASC",
        "created DESC",
        "priority DESC, key ASC",
        "id ASC",
        "summary",
    ] {
        let (mut seen, mut token) = (Vec::new(), None::<Value>);
        loop {
            let mut body = json!({ "jql": format!("project in (OPS, SUP) ORDER BY {order}"), "maxResults": 7, "fields": ["summary"] });
            if let Some(token) = token.take() {
                body["nextPageToken"] = token;
            }
            let page = site.post(SEARCH, &body).await.is(200);
            seen.extend(page["issues"].as_array().expect("issues").iter().map(|i| i["id"].clone()));
            match page.get("nextPageToken") {
                Some(next) => token = Some(next.clone()),
                None => {
                    assert_eq!(page["isLast"], true);
                    break;
                }
            }
        }
        let distinct: std::collections::BTreeSet<String> = seen.iter().map(Value::to_string).collect();
        assert_eq!((seen.len(), distinct.len()), (45, 45), "{order}");
    }
}

#[tokio::test]
async fn what_the_vendor_refuses_is_refused() {
    let site = Site::demo().await;
    let unbounded = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.";
    for (body, text) in [
        (json!({ "jql": "order by key" }), unbounded),
        (json!({ "jql": "" }), unbounded),
        (
            json!({ "jql": "project = OPS ORDER BY key, id, created, updated, status, priority, summary, assignee" }),
            "JQL can be ordered by at most 7 fields.",
        ),
        (json!({ "jql": "project = NOPE" }), "The value 'NOPE' does not exist for the field 'project'."),
        (json!({ "jql": "size = 3" }), "Field 'size' does not exist or you do not have permission to view it."),
        (json!({ "jql": "key = OPS-999" }), "An issue with key 'OPS-999' does not exist for field 'key'."),
        (json!({ "jql": "summary = x" }), "The operator '=' is not supported by the 'summary' field."),
        (
            json!({ "jql": "project = OPS", "nextPageToken": "garbage" }),
            "The provided next page token is invalid or expired.",
        ),
        (json!({ "jql": "project = OPS", "maxResults": 0 }), "The value of maxResults must be between 1 and 5000."),
        (json!({ "jql": "project = OPS", "maxResults": 5001 }), "The value of maxResults must be between 1 and 5000."),
        (
            json!({ "jql": "project = " }),
            "Error in the JQL Query: Expecting a value before the end of the query. (line 1, character 11)",
        ),
    ] {
        site.post(SEARCH, &body).await.says(400, text);
    }
    site.post(SEARCH, &json!({ "jql": "project = OPS", "startAt": 0 })).await.is(400);
    for path in ["/rest/api/3/search?jql=x", "/rest/api/2/search"] {
        let gone = site.get(path).await.is(410);
        assert!(gone["errorMessages"][0].as_str().is_some_and(|m| m.contains("CHANGE-2046")));
    }
}

#[tokio::test]
async fn the_language_means_what_it_says() {
    let site = Site::empty().await;
    let one = site.bug(json!({ "summary": "Login page fails", "labels": ["red"], "customfield_10030": "500ABC", "priority": { "name": "High" } })).await;
    let two = site.bug(json!({ "summary": "Printer is dark", "assignee": { "accountId": "5b10ac8d82e05b22cc7d4ef5" }, "customfield_10035": 5, "duedate": "2026-12-24" })).await;
    let both = vec![one.clone(), two.clone()];
    let (one, two, none) = (vec![one], vec![two], Vec::<String>::new());
    for (jql, expected) in [
        ("project = OPS", &both),
        ("project in (10000, \"SUP\") and issuetype = Bug", &both),
        ("summary ~ login", &one),
        ("summary ~ \"prin*\"", &two),
        ("text ~ \"dark printer\"", &two),
        ("cf[10030] ~ \"500ABC\"", &one),
        ("\"Salesforce Case ID\" ~ 500abc", &one),
        ("\"Salesforce Case ID\" is EMPTY", &two),
        ("labels = red", &one),
        ("labels != red", &none),
        ("labels != red or labels is empty", &two),
        ("not labels = red", &two),
        ("assignee is not EMPTY", &two),
        ("assignee in (\"5b10ac8d82e05b22cc7d4ef5\", EMPTY)", &both),
        ("reporter = currentUser()", &both),
        ("priority = High", &one),
        ("priority in (1, 2) and status = \"To Do\"", &one),
        ("statusCategory = Done", &none),
        ("resolution = Unresolved", &both),
        ("cf[10035] >= 5", &two),
        ("\"Affected Users\" < 5", &none),
        ("due <= 2026-12-24", &two),
        ("due < \"2026/12/24\"", &none),
        ("updated >= -5m", &both),
        ("created > now()", &none),
        ("created >= startOfDay(-1d) AND created < endOfDay(1d)", &both),
        ("updated >= 1000", &both),
        ("updated < 1000", &none),
        ("key in (OPS-1, OPS-2) AND NOT (summary ~ printer)", &one),
        ("issuekey = OPS-2", &two),
    ] {
        let mut found = keys(&site, jql).await;
        found.sort();
        assert_eq!(found, *expected, "{jql}");
    }
}

#[tokio::test]
async fn dates_are_read_in_the_callers_zone_to_the_minute() {
    let site = Site::empty().await;
    site.world.import_jira(&json!([{ "id": "31000", "key": "OLD-1", "fields": { "summary": "old", "updated": "2026-01-31T14:05:30.000+0000", "created": "2026-01-01T00:00:00.000+0000" } }]));
    assert_eq!(keys(&site, "updated >= \"2026/01/31 14:05\" and project = OLD").await.len(), 1);
    assert_eq!(keys(&site, "updated >= \"2026/01/31 14:06\" and project = OLD").await.len(), 0);
    assert_eq!(keys(&site, "updated = \"2026-01-31 14:05\"").await.len(), 1);
    assert_eq!(keys(&site, "updated >= 1769868330000 and updated <= 1769868330000").await.len(), 1);
    // The account with few rights lives in New York, five hours behind.
    let site = site.limited();
    assert_eq!(keys(&site, "updated = \"2026-01-31 14:05\"").await.len(), 0);
    assert_eq!(keys(&site, "updated = \"2026-01-31 09:05\"").await.len(), 1);
}

#[tokio::test]
async fn the_index_lags_and_reconciling_helps() {
    let site = Site::empty().await;
    let old = site.bug(json!({})).await;
    site.control("index", &json!({ "lag_ms": 3_600_000 })).await;
    let new = site.bug(json!({})).await;
    site.put(&format!("/rest/api/3/issue/{old}"), &json!({ "fields": { "summary": "altered" } })).await.is(204);
    let id: Value = site.get(&format!("/rest/api/3/issue/{new}")).await.is(200)["id"].clone();
    assert_eq!(keys(&site, "project = OPS").await, std::slice::from_ref(&old));
    assert_eq!(keys(&site, "project = OPS and summary ~ altered").await, Vec::<String>::new());
    let number: u64 = id.as_str().and_then(|id| id.parse().ok()).expect("an id");
    let found = site.post(SEARCH, &json!({ "jql": "project = OPS", "reconcileIssues": [number] })).await.is(200);
    assert_eq!(found["issues"].as_array().map(Vec::len), Some(2));
    site.control("clock", &json!({ "advance_seconds": 7200 })).await;
    assert_eq!(keys(&site, "project = OPS and summary ~ altered").await, [old]);
}

#[tokio::test]
async fn filters_can_be_checked_and_matched() {
    let site = Site::empty().await;
    let key = site.bug(json!({})).await;
    let id = site.get(&format!("/rest/api/3/issue/{key}")).await.is(200)["id"].clone();
    let matched = site
        .post(
            "/rest/api/3/jql/match",
            &json!({ "issueIds": [id], "jqls": ["project = OPS", "project = SUP", "x = 1"] }),
        )
        .await
        .is(200);
    assert_eq!(matched["matches"][0]["matchedIssues"].as_array().map(Vec::len), Some(1));
    assert_eq!(matched["matches"][1]["matchedIssues"], json!([]));
    assert!(matched["matches"][2]["errors"][0].is_string());
    let parsed = site
        .post("/rest/api/3/jql/parse?validation=strict", &json!({ "queries": ["project = OPS", "project = NO"] }))
        .await
        .is(200);
    assert_eq!(
        (parsed["queries"][0].get("errors"), parsed["queries"][1]["errors"].as_array().map(Vec::len)),
        (None, Some(1))
    );
}
