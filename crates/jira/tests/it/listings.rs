//! Listings: all pages, each paging style, and an end even where Jira gives none.

use entente_jira::{CallError, CommentOrder, IssueId};
use serde_json::{Value, json};

use crate::stage::{Script, reply};

const ISSUE: IssueId = IssueId::new(10_042);

fn fields(names: &[&str]) -> Vec<Value> {
    names
        .iter()
        .map(
            |name| json!({"fieldId": name, "key": name, "name": name, "required": false, "schema": {"type": "string"}}),
        )
        .collect()
}

#[tokio::test]
async fn create_metadata_is_read_to_its_last_page() {
    let script = Script::signed_in();
    let page = |start: usize, names: &[&str]| {
        reply(200, &json!({"startAt": start, "maxResults": 2, "total": 3, "fields": fields(names)}))
    };
    script.on(
        "GET /rest/api/3/issue/createmeta/OPS/issuetypes/10004",
        [page(0, &["summary", "priority"]), page(2, &["labels"])],
    );
    let meta = script.client().create_meta("OPS", "10004").await.expect("metadata");
    let ids: Vec<&str> = meta.iter().map(|field| field.field_id.as_str()).collect();
    assert_eq!(ids, ["summary", "priority", "labels"]);
    assert_eq!(
        script.lines(),
        [
            "GET /rest/api/3/issue/createmeta/OPS/issuetypes/10004?startAt=0&maxResults=50",
            "GET /rest/api/3/issue/createmeta/OPS/issuetypes/10004?startAt=2&maxResults=50",
        ]
    );
}

#[tokio::test]
async fn the_last_page_is_known_by_its_mark_by_the_total_or_by_being_empty() {
    let row = json!({"id": "1", "key": "A", "name": "A"});
    for (how, pages) in [
        ("mark", vec![json!({"isLast": true, "values": [row]})]),
        ("total", vec![json!({"total": 1, "values": [row]})]),
        ("empty", vec![json!({"values": [row]}), json!({"values": []})]),
        ("absent", vec![json!({"values": [row]}), json!({})]),
    ] {
        let script = Script::signed_in();
        let n_pages = pages.len();
        script.on("GET /rest/api/3/project/search", pages.iter().map(|page| reply(200, page)));
        // Without rows there is no list: `{}` is a null list, which is an answer of an unknown shape.
        let projects = script.client().projects().await;
        if how == "absent" {
            assert!(matches!(projects, Err(CallError::Broken { .. })), "{how}");
        } else {
            assert_eq!(projects.expect("projects").len(), 1, "{how}");
        }
        assert_eq!(script.seen().len(), n_pages, "{how}");
    }
}

#[tokio::test]
async fn a_listing_that_never_ends_is_given_up() {
    let script = Script::signed_in();
    script.on(
        "GET /rest/api/3/project/search",
        [reply(200, &json!({"values": [{"id": "1", "key": "A"}], "total": 1_000_000}))],
    );
    assert!(matches!(script.client().projects().await, Err(CallError::Broken { .. })));
}

#[tokio::test]
async fn comments_come_with_what_decides_their_audience() {
    let script = Script::signed_in();
    let internal = json!({"key": "sd.public.comment", "value": {"internal": true}});
    let comments = json!([
        {"id": "1", "author": {"accountId": "a"}, "body": {"type": "doc"}, "created": "2026-01-31T10:00:00.000+0000",
         "updated": "2026-01-31T11:00:00.000+0100", "jsdPublic": false, "properties": [internal], "parentId": 7},
        {"id": "2", "body": {"type": "doc"}, "visibility": {"type": "role", "value": "Developers", "identifier": "Developers"}},
    ]);
    script.on(
        "GET /rest/api/3/issue/10042/comment",
        [reply(200, &json!({"startAt": 0, "maxResults": 100, "total": 2, "comments": comments}))],
    );
    let comments = script.client().comments(ISSUE, CommentOrder::NewestFirst).await.expect("comments");
    assert_eq!(comments[0].jsd_public, Some(false));
    assert_eq!(comments[0].properties[0].key, "sd.public.comment");
    assert_eq!(comments[0].updated, comments[0].created);
    assert_eq!(comments[0].parent_id.as_deref(), Some("7"));
    assert_eq!((comments[1].jsd_public, comments[1].author.clone()), (None, None), "nothing is guessed");
    assert_eq!(comments[1].visibility.as_ref().map(|v| v.value.as_str()), Some("Developers"));
    assert!(script.lines()[0].contains("orderBy=-created") && script.lines()[0].contains("expand=properties"));
}

#[tokio::test]
async fn users_are_asked_in_batches_with_their_size_said() {
    let script = Script::signed_in();
    script.on("GET /rest/api/3/user/bulk", [reply(200, &json!({"values": [{"accountId": "a"}]}))]);
    let ids: Vec<String> = (0..51).map(|n| format!("712020:{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    script.client().users(&ids).await.expect("users");
    let lines = script.lines();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("GET /rest/api/3/user/bulk?maxResults=50&accountId=712020%3A0&accountId=712020%3A1&"),
        "{}",
        lines[0]
    );
    assert!(lines[1].ends_with("?maxResults=50&accountId=712020%3A50"), "{}", lines[1]);
}

#[tokio::test]
async fn changelogs_of_many_issues_are_gathered_over_pages() {
    let script = Script::signed_in();
    let entry = |id: &str| json!({"id": id, "created": 1_492_070_429, "items": [{"field": "Status", "fieldId": "status", "from": "1", "fromString": "To Do", "to": "3", "toString": "Done"}]});
    let pages = [
        json!({"issueChangeLogs": [{"issueId": "2", "changeHistories": [entry("20")]}, {"issueId": "1", "changeHistories": [entry("10")]}], "nextPageToken": "t"}),
        json!({"issueChangeLogs": [{"issueId": "2", "changeHistories": [entry("21")]}], "nextPageToken": null}),
    ];
    script.on("POST /rest/api/3/changelog/bulkfetch", pages.iter().map(|page| reply(200, page)));
    let issues = [IssueId::new(1), IssueId::new(2)];
    let logs = script.client().bulk_changelogs(&issues, &["status"]).await.expect("changelogs");
    let ids: Vec<Vec<&str>> =
        logs.iter().map(|log| log.changes.iter().map(|change| change.id.as_str()).collect()).collect();
    assert_eq!(ids, [vec!["10"], vec!["20", "21"]]);
    assert_eq!(logs[0].changes[0].items[0].to_string.as_deref(), Some("Done"));
    let seen = script.seen();
    assert_eq!(seen[0].body, json!({"issueIdsOrKeys": ["1", "2"], "maxResults": 1000, "fieldIds": ["status"]}));
    assert_eq!(seen[1].body["nextPageToken"], "t");
}

#[tokio::test]
async fn changelog_pages_that_repeat_come_to_an_end() {
    let script = Script::signed_in();
    script.on(
        "POST /rest/api/3/changelog/bulkfetch",
        [reply(200, &json!({"issueChangeLogs": [], "nextPageToken": "t"}))],
    );
    let outcome = script.client().bulk_changelogs(&[ISSUE], &[]).await;
    assert!(matches!(outcome, Err(CallError::NotApplied { .. })), "{outcome:?}");
    assert_eq!(script.seen().len(), 2);
    let too_many = ["f"; 11];
    assert!(matches!(script.client().bulk_changelogs(&[ISSUE], &too_many).await, Err(CallError::Invalid { .. })));
}
