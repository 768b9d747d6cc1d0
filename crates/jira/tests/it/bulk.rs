//! Bulk fetch and bulk create: chunks, what is missing, and an outcome for each element.

use entente_jira::limits::BULK_CREATE_ISSUES_MAX;
use entente_jira::{BulkFetch, CallError, IssueId, IssueRef, NewIssue, Property};
use serde_json::{Map, Value, json};

use crate::stage::{Script, error, raw, reply};

const FETCH: &str = "POST /rest/api/3/issue/bulkfetch";
const CREATE: &str = "POST /rest/api/3/issue/bulk";

fn new_issue(summary: &str) -> NewIssue {
    let fields = json!({"project": {"key": "OPS"}, "issuetype": {"id": "10004"}, "summary": summary});
    let fields: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
    NewIssue {
        fields,
        properties: vec![Property { key: "sync.origin".into(), value: json!({"op": "1"}) }],
        history: None,
    }
}

#[tokio::test]
async fn a_bulk_fetch_is_cut_into_hundreds_and_tells_what_is_missing() {
    let script = Script::signed_in();
    let first = json!({"issues": [{"id": "1", "key": "OPS-1", "fields": {"summary": "x"}}], "issueErrors": [{"id": "2", "errorMessage": "too large"}]});
    script.on(
        FETCH,
        [
            reply(200, &first).header("date", "Sat, 21 Nov 2026 10:00:03 GMT"),
            reply(200, &json!({"issues": [], "issueErrors": []})),
        ],
    );
    let mut wanted = BulkFetch::new((1..=101).map(IssueId::new), ["summary"]);
    wanted.properties = vec!["sync.origin".into()];
    wanted.changelog = true;
    let fetched = script.client().bulk_fetch(&wanted).await.expect("issues");
    assert_eq!(fetched.issues.len(), 1);
    assert_eq!((fetched.faults[0].id.as_str(), fetched.faults[0].error_message.as_str()), ("2", "too large"));
    assert_eq!(fetched.missing.len(), 99);
    assert_eq!(fetched.missing[0], IssueRef::Id(IssueId::new(3)));
    assert_eq!(fetched.moment.and_then(|moment| moment.theirs), "2026-11-21T10:00:03Z".parse().ok());
    let seen = script.seen();
    assert_eq!(seen[0].body["issueIdsOrKeys"].as_array().map(Vec::len), Some(100));
    let second = json!({"issueIdsOrKeys": ["101"], "fields": ["summary"], "properties": ["sync.origin"], "expand": ["changelog"]});
    assert_eq!(seen[1].body, second);
}

#[tokio::test]
async fn keys_are_matched_whatever_their_case() {
    let script = Script::signed_in();
    script.on(
        FETCH,
        [reply(
            200,
            &json!({"issues": [{"id": "7", "key": "OPS-7"}], "issueErrors": [{"id": "ops-8", "errorMessage": "x"}]}),
        )],
    );
    let keys = ["ops-7", "OPS-8", "OPS-9"].map(|key| key.parse::<IssueRef>().expect("a key"));
    let fetched = script.client().bulk_fetch(&BulkFetch::new(keys, ["summary"])).await.expect("issues");
    let missing: Vec<String> = fetched.missing.iter().map(ToString::to_string).collect();
    assert_eq!(missing, ["OPS-9"]);
}

#[tokio::test]
async fn nothing_wanted_is_nothing_asked() {
    let script = Script::signed_in();
    let client = script.client();
    let none: [IssueId; 0] = [];
    let fetched = client.bulk_fetch(&BulkFetch::new(none, ["summary"])).await.expect("nothing");
    assert!(fetched.issues.is_empty() && fetched.moment.is_none());
    assert!(client.bulk_create(&[]).await.expect("nothing").is_empty());
    assert!(script.seen_all().is_empty());
}

#[tokio::test]
async fn a_bulk_create_gives_each_issue_its_own_outcome() {
    let script = Script::signed_in();
    let failed = json!({"status": 400, "failedElementNumber": 0, "elementErrors": {"errorMessages": [], "errors": {"summary": "You must specify a summary of the issue."}}});
    script.on(CREATE, [reply(201, &json!({"issues": [{"id": "10001", "key": "OPS-2"}], "errors": [failed]}))]);
    let outcomes = script.client().bulk_create(&[new_issue(""), new_issue("b")]).await.expect("outcomes");
    assert!(
        matches!(&outcomes[0], Err(CallError::Invalid { problems }) if problems[0].field.as_deref() == Some("summary"))
    );
    assert_eq!(outcomes[1].as_ref().map(|created| created.key.to_string()).as_deref(), Ok("OPS-2"));
    let update = &script.seen()[0].body["issueUpdates"][1];
    assert_eq!(update["fields"]["summary"], "b");
    assert_eq!(update["properties"], json!([{"key": "sync.origin", "value": {"op": "1"}}]));
}

#[tokio::test]
async fn when_all_are_refused_each_still_has_its_outcome() {
    let script = Script::signed_in();
    let failed = |n: usize| json!({"status": 400, "failedElementNumber": n, "elementErrors": {"errorMessages": ["no"], "errors": {}}});
    script.on(CREATE, [reply(400, &json!({"issues": [], "errors": [failed(0), failed(1)]}))]);
    let outcomes = script.client().bulk_create(&[new_issue("a"), new_issue("b")]).await.expect("outcomes");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(CallError::Invalid { .. }))), "{outcomes:?}");
}

#[tokio::test]
async fn a_request_that_jira_cannot_read_fails_as_a_whole() {
    let script = Script::signed_in();
    script.on(CREATE, [error(400, "There was an error parsing JSON.")]);
    let outcome = script.client().bulk_create(&[new_issue("a")]).await;
    assert!(
        matches!(&outcome, Err(CallError::Invalid { problems }) if problems[0].message.contains("parsing")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn an_answer_that_cannot_be_trusted_is_ambiguous_and_never_sent_again() {
    for answer in [raw(201, "<html>"), raw(502, ""), reply(201, &json!({"issues": [], "errors": []}))] {
        let script = Script::signed_in();
        script.on(CREATE, [answer]);
        let outcome = script.client().bulk_create(&[new_issue("a")]).await;
        assert!(matches!(outcome, Err(CallError::Ambiguous { .. })), "{outcome:?}");
        assert_eq!(script.seen().len(), 1);
    }
}

#[tokio::test]
async fn more_than_fifty_are_refused_before_anything_is_sent() {
    let script = Script::signed_in();
    let issues = vec![new_issue("a"); BULK_CREATE_ISSUES_MAX + 1];
    assert!(matches!(script.client().bulk_create(&issues).await, Err(CallError::Invalid { .. })));
    assert!(script.seen_all().is_empty());
}
