//! Bodies of each kind, made here from the documented shapes; the real captures are read in `tests/it`.

use serde_json::{Value, json};

use super::*;

fn read(body: &Value) -> Result<Webhook, Problem> {
    parse(body.to_string().as_bytes())
}

fn webhook(body: &Value) -> Webhook {
    read(body).expect("a webhook")
}

fn id(number: u64) -> IssueId {
    IssueId::new(number)
}

#[test]
fn an_update_gives_id_key_version_and_actor() {
    let webhook = webhook(&json!({
        "timestamp": 1_700_000_000_123_i64, "webhookEvent": "jira:issue_updated", "issue_event_type_name": "issue_generic",
        "user": {"accountId": "712020:a"},
        "issue": {"id": "10042", "key": "OPS-7", "fields": {"summary": "x", "updated": "2026-02-16T14:00:00.250+0200"}},
        "changelog": {"id": "1", "items": [{"field": "status", "to": "3"}]},
    }));
    assert_eq!(webhook.event, WebhookEvent::IssueUpdated);
    assert_eq!(webhook.issue, Some((id(10042), "OPS-7".parse().ok())));
    assert_eq!(webhook.updated, "2026-02-16T12:00:00.25Z".parse().ok());
    assert_eq!(webhook.timestamp.map(Timestamp::as_millisecond), Some(1_700_000_000_123));
    assert_eq!(webhook.actor_account_id.as_deref(), Some("712020:a"));
}

#[test]
fn a_comment_gives_its_id_and_its_last_author() {
    let body = |event: &str| {
        json!({
            "timestamp": 1, "webhookEvent": event,
            "comment": {"id": "77", "self": "https://a.atlassian.net/rest/api/2/issue/10042/comment/77",
                        "author": {"accountId": "first"}, "updateAuthor": {"accountId": "last"}, "body": "text"},
            "issue": {"id": "10042", "key": "OPS-7", "fields": {"summary": "x"}},
        })
    };
    let updated = webhook(&body("comment_updated"));
    assert_eq!(updated.comment_id.as_deref(), Some("77"));
    assert_eq!(updated.actor_account_id.as_deref(), Some("last"));
    assert_eq!(updated.updated, None, "comment events show no version of the issue");
    let deleted = webhook(&body("comment_deleted"));
    assert_eq!(deleted.actor_account_id, None, "nobody says who deleted a comment");
}

#[test]
fn the_issue_is_found_where_there_is_no_issue_object() {
    for (what, body) in [
        (
            "comment",
            json!({"webhookEvent": "comment_created", "comment": {"id": "1", "self": "http://h/rest/api/2/issue/10013/comment/1"}}),
        ),
        ("worklog", json!({"webhookEvent": "worklog_created", "worklog": {"id": "1", "issueId": "10013"}})),
        (
            "link",
            json!({"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 10013, "destinationIssueId": 5}}),
        ),
    ] {
        let webhook = webhook(&body);
        assert_eq!(webhook.issue, Some((id(10013), None)), "{what}");
        assert_eq!(webhook.linked_issue, (what == "link").then(|| id(5)), "{what}");
    }
}

#[test]
fn all_sixteen_families_are_tolerated() {
    for event in [
        "jira:issue_created",
        "comment_created",
        "attachment_created",
        "issuelink_created",
        "worklog_created",
        "issue_property_set",
        "jira:version_released",
        "project_created",
        "user_updated",
        "sprint_started",
        "board_created",
        "option_voting_changed",
        "jira_expression_evaluation_failed",
        "filter_updated",
        "component_created",
        "something_new",
    ] {
        let body =
            json!({"timestamp": 1, "webhookEvent": event, "issue": {"id": 9, "key": "A-1"}, "sprint": {"id": 1}});
        let webhook = webhook(&body);
        assert_eq!(webhook.event_name, event);
        assert_eq!(webhook.issue, Some((id(9), "A-1".parse().ok())));
    }
    let ignored = webhook(&json!({"webhookEvent": "sprint_started", "sprint": {"id": 1}}));
    assert_eq!((ignored.event, ignored.issue), (WebhookEvent::Ignored, None));
}

#[test]
fn every_name_that_is_registered_is_understood() {
    for name in WebhookEvent::SYNC_NAMES {
        assert_ne!(WebhookEvent::of_name(name), WebhookEvent::Ignored, "{name}");
    }
}

#[test]
fn odd_leaves_do_not_spoil_the_rest() {
    let webhook = webhook(&json!({
        "timestamp": "soon", "webhookEvent": "jira:issue_updated",
        "issue": {"id": 10042, "key": 7, "fields": {"updated": {"not": "a date"}}},
    }));
    assert_eq!(webhook.issue, Some((id(10042), None)));
    assert_eq!((webhook.timestamp, webhook.updated), (None, None));
}

#[test]
fn what_is_no_webhook_is_refused_with_a_reason() {
    for (what, body) in [
        ("nothing", &b""[..]),
        ("html", b"<html>"),
        ("half", br#"{"webhookEvent": "jira:issue"#),
        ("a list", b"[]"),
        ("no event", b"{}"),
        ("bytes", b"\xff\xfe"),
    ] {
        assert!(matches!(parse(body), Err(Problem::NotAWebhook { .. })), "{what}");
    }
    let deep = "[".repeat(100_000);
    assert!(matches!(parse(deep.as_bytes()), Err(Problem::NotAWebhook { .. })), "deep nesting");
    let large = vec![b' '; WEBHOOK_BODY_BYTES_MAX + 1];
    assert_eq!(parse(&large), Err(Problem::TooLarge { bytes: WEBHOOK_BODY_BYTES_MAX + 1 }));
}

#[test]
fn an_issue_event_without_an_issue_is_refused() {
    for issue in [json!(null), json!({"key": "OPS-7"}), json!({"id": "x"})] {
        let body = json!({"webhookEvent": "jira:issue_updated", "issue": issue});
        assert_eq!(read(&body), Err(Problem::NoIssue { event: "jira:issue_updated".into() }), "{body}");
    }
}
