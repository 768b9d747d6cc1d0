//! Writes to one issue and to the site: what is sent, what comes back, what is done when Jira says no.

use entente_jira::jql::Jql;
use entente_jira::webhook::WebhookEvent;
use entente_jira::{
    CallError, Edit, HistoryMetadata, IssueId, NewWebhook, Participant, Property, RemoteLink, Scope, TransitionTo,
};
use serde_json::{Map, Value, json};

use crate::stage::{Script, error, raw, reply};

const ISSUE: IssueId = IssueId::new(10_042);
const EDIT: &str = "PUT /rest/api/3/issue/10042";

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn edit() -> Edit {
    Edit { fields: map(json!({"summary": "new"})), ..Edit::default() }
}

#[tokio::test]
async fn an_edit_is_quiet_and_shows_what_it_replaced() {
    let script = Script::signed_in();
    let change = json!({"id": "5", "created": "2026-01-31T10:00:00.000+0000",
                        "items": [{"field": "summary", "fieldId": "summary", "from": null, "fromString": "theirs", "to": null, "toString": "new"}],
                        "historyMetadata": {"type": "entente", "generator": {"id": "op-1"}}});
    let issue = json!({"id": "10042", "key": "OPS-7", "fields": {"summary": "new"}, "changelog": {"startAt": 0, "maxResults": 1, "total": 1, "histories": [change]}});
    script.on(EDIT, [reply(200, &issue)]);
    let generator = Participant { id: Some("op-1".into()), kind: None };
    let history =
        HistoryMetadata { kind: Some("entente".into()), generator: Some(generator), ..HistoryMetadata::default() };
    let edit = Edit {
        operations: map(json!({"labels": [{"add": "x"}]})),
        properties: vec![Property { key: "p".into(), value: json!(1) }],
        history: Some(history.clone()),
        ..edit()
    };
    let edited = script.client().edit(ISSUE, &edit).await.expect("edited");
    let issue = edited.issue.expect("the issue");
    assert_eq!(issue.changes()[0].items[0].from_string.as_deref(), Some("theirs"));
    assert_eq!(issue.changes()[0].history_metadata.as_ref(), Some(&history));
    assert!(!edited.notified);
    let seen = script.seen();
    assert_eq!(seen[0].line, format!("{EDIT}?notifyUsers=false&returnIssue=true&expand=changelog"));
    let expected = json!({"fields": {"summary": "new"}, "update": {"labels": [{"add": "x"}]}, "properties": [{"key": "p", "value": 1}],
                          "historyMetadata": {"type": "entente", "generator": {"id": "op-1"}}});
    assert_eq!(seen[0].body, expected);
}

#[tokio::test]
async fn where_silence_is_not_allowed_the_edit_is_sent_with_mail() {
    let script = Script::signed_in();
    script.on(
        EDIT,
        [
            error(403, "To discard the user notification either admin or project admin permissions are required."),
            raw(204, ""),
        ],
    );
    let edited = script.client().edit(ISSUE, &edit()).await.expect("edited");
    assert!(edited.notified && edited.issue.is_none());
    let lines = script.lines();
    assert!(lines[0].contains("notifyUsers=false") && lines[1].contains("notifyUsers=true"), "{lines:?}");
}

#[tokio::test]
async fn an_edit_without_the_right_to_edit_is_denied() {
    let script = Script::signed_in();
    script.on(EDIT, [error(403, "no")]);
    let loud = Edit { notify: true, ..edit() };
    assert!(matches!(script.client().edit(ISSUE, &loud).await, Err(CallError::Denied { .. })));
    assert_eq!(script.seen().len(), 1);
    assert!(matches!(script.client().edit(ISSUE, &edit()).await, Err(CallError::Denied { .. })));
    assert_eq!(script.seen().len(), 3);
}

#[tokio::test]
async fn an_edit_that_may_have_been_applied_is_never_sent_again() {
    let script = Script::signed_in();
    script.on(EDIT, [raw(504, "")]);
    assert!(matches!(script.client().edit(ISSUE, &edit()).await, Err(CallError::Ambiguous { .. })));
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test]
async fn the_limit_of_one_issue_is_the_issues_own() {
    let script = Script::signed_in();
    let throttled = error(429, "slow").header("ratelimit-reason", "jira-per-issue-on-write").header("retry-after", "2");
    script.on(EDIT, [throttled]);
    let outcome = script.client().edit(ISSUE, &edit()).await;
    assert!(matches!(outcome, Err(CallError::Throttled { scope: Scope::Record, .. })), "{outcome:?}");
}

#[tokio::test]
async fn transitions_are_read_with_screens_and_taken_by_id() {
    let script = Script::signed_in();
    let resolution = json!({"required": true, "name": "Resolution", "key": "resolution", "operations": ["set"], "schema": {"type": "resolution", "system": "resolution"}, "allowedValues": [{"id": "1", "name": "Done"}]});
    let to = json!({"id": "3", "name": "Done", "statusCategory": {"id": 3, "key": "done", "name": "Fertig"}});
    let transition = json!({"id": "31", "name": "Finish", "to": to, "hasScreen": true, "isGlobal": false, "fields": {"resolution": resolution}});
    script.on(
        "GET /rest/api/3/issue/10042/transitions",
        [reply(200, &json!({"expand": "transitions", "transitions": [transition]}))],
    );
    script.on("POST /rest/api/3/issue/10042/transitions", [raw(204, "")]);
    let client = script.client();
    let transitions = client.transitions(ISSUE).await.expect("transitions");
    assert_eq!(transitions[0].to.category, entente_jira::StatusCategory::Done);
    assert_eq!(transitions[0].fields[0].field_id, "resolution");
    assert!(transitions[0].is_available, "sites that leave it out list available ones only");
    let to =
        TransitionTo { transition_id: "31".into(), fields: map(json!({"resolution": {"id": "1"}})), history: None };
    client.transition(ISSUE, &to).await.expect("done");
    let seen = script.seen();
    assert_eq!(seen[0].line, "GET /rest/api/3/issue/10042/transitions?expand=transitions.fields");
    assert_eq!(seen[1].body, json!({"transition": {"id": "31"}, "fields": {"resolution": {"id": "1"}}}));
}

#[tokio::test]
async fn a_transition_that_lost_a_race_is_stale() {
    let script = Script::signed_in();
    script.on("POST /rest/api/3/issue/10042/transitions", [error(409, "conflict")]);
    let outcome = script.client().transition(ISSUE, &TransitionTo::default()).await;
    assert!(matches!(outcome, Err(CallError::Stale { .. })), "{outcome:?}");
}

#[tokio::test]
async fn properties_are_set_read_and_removed() {
    let script = Script::signed_in();
    let path = "/rest/api/3/issue/10042/properties/sync.origin";
    script.on(&format!("PUT {path}"), [raw(201, "")]);
    script.on(
        &format!("GET {path}"),
        [reply(200, &json!({"key": "sync.origin", "value": {"a": 1}})), error(404, "none")],
    );
    script.on(&format!("DELETE {path}"), [raw(204, ""), error(404, "none")]);
    let client = script.client();
    let property = Property { key: "sync.origin".into(), value: json!({"a": 1}) };
    client.set_property(ISSUE, &property).await.expect("set");
    assert_eq!(client.property(ISSUE, "sync.origin").await, Ok(Some(json!({"a": 1}))));
    assert_eq!(client.property(ISSUE, "sync.origin").await, Ok(None));
    client.delete_property(ISSUE, "sync.origin").await.expect("removed");
    client.delete_property(ISSUE, "sync.origin").await.expect("removed already");
    assert_eq!(script.seen()[0].body, json!({"a": 1}));
    let long = Property { key: "p".into(), value: json!("x".repeat(32_768)) };
    assert!(matches!(client.set_property(ISSUE, &long).await, Err(CallError::Invalid { .. })));
}

#[tokio::test]
async fn a_property_is_sent_again_since_twice_is_once() {
    let script = Script::signed_in();
    script.on("PUT /rest/api/3/issue/10042/properties/p", [raw(502, ""), raw(200, "")]);
    let property = Property { key: "p".into(), value: json!(true) };
    script.client().set_property(ISSUE, &property).await.expect("set");
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test]
async fn a_remote_link_is_sent_whole_so_that_an_update_empties_nothing() {
    let script = Script::signed_in();
    script.on("POST /rest/api/3/issue/10042/remotelink", [reply(201, &json!({"id": 7, "self": "x"}))]);
    let link = RemoteLink {
        global_id: "system=https://org.my.salesforce.com&id=500".into(),
        application_name: "Salesforce".into(),
        relationship: "relates to case".into(),
        url: "https://org.my.salesforce.com/500".into(),
        title: "Case 1".into(),
        summary: "Broken".into(),
        icon_url: Some("https://x.example/i.png".into()),
        resolved: true,
    };
    assert_eq!(script.client().upsert_remote_link(ISSUE, &link).await, Ok(7));
    let expected = json!({"globalId": "system=https://org.my.salesforce.com&id=500", "application": {"name": "Salesforce"}, "relationship": "relates to case",
        "object": {"url": "https://org.my.salesforce.com/500", "title": "Case 1", "summary": "Broken", "status": {"resolved": true},
                   "icon": {"url16x16": "https://x.example/i.png", "title": "Salesforce"}}});
    assert_eq!(script.seen()[0].body, expected);
    let long = RemoteLink { global_id: "x".repeat(256), ..link };
    assert!(matches!(script.client().upsert_remote_link(ISSUE, &long).await, Err(CallError::Invalid { .. })));
}

#[tokio::test]
async fn webhooks_are_registered_with_a_filter_and_a_secret() {
    let script = Script::signed_in();
    let address = "https://acme.atlassian.net/rest/webhooks/1.0/webhook/72";
    let stored = json!({"name": "entente", "url": "https://h.example/hooks/jira/site", "excludeBody": false, "events": ["jira:issue_updated"],
        "filters": {"issue-related-events-section": "project in (\"OPS\")"}, "enabled": true, "self": address, "lastUpdated": 1, "isSigned": true});
    script.on("POST /rest/webhooks/1.0/webhook", [reply(201, &stored)]);
    script.on("GET /rest/webhooks/1.0/webhook", [reply(200, &json!([stored]))]);
    script.on("PUT /rest/webhooks/1.0/webhook/72", [reply(200, &stored)]);
    script.on("DELETE /rest/webhooks/1.0/webhook/72", [raw(204, ""), error(404, "none")]);
    let client = script.client();
    let webhook = NewWebhook {
        name: "entente".into(),
        url: "https://h.example/hooks/jira/site".into(),
        events: WebhookEvent::SYNC_NAMES.map(String::from).to_vec(),
        jql: Some(Jql::project_in(["OPS"])),
        secret: "hush".into(),
    };
    let registered = client.create_webhook(&webhook).await.expect("registered");
    assert_eq!((registered.id, registered.jql(), registered.is_signed), (72, Some("project in (\"OPS\")"), true));
    assert_eq!(client.webhooks().await.expect("webhooks")[0], registered);
    client.update_webhook(72, &webhook).await.expect("updated");
    client.delete_webhook(72).await.expect("removed");
    client.delete_webhook(72).await.expect("removed already");
    let body = &script.seen()[0].body;
    assert_eq!((&body["secret"], &body["excludeBody"]), (&json!("hush"), &json!(false)));
    assert_eq!(body["filters"]["issue-related-events-section"], "project in (\"OPS\")");
    assert!(!format!("{webhook:?}").contains("hush"), "secrets do not print");
    let unsigned = NewWebhook { secret: "".into(), ..webhook };
    assert!(matches!(client.create_webhook(&unsigned).await, Err(CallError::Invalid { .. })));
}
