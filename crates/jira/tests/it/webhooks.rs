//! Real webhook captures: every one gives its issue.

use std::fs;

use entente_jira::webhook::{self, WebhookEvent};
use serde_json::Value;

use crate::shared;

#[test]
fn every_captured_body_names_its_issue_and_event() {
    let Some(folder) = shared::folder("webhooks/mattermost") else { return };
    let mut n_read = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = fs::read(&path).expect("a file");
        let webhook = webhook::parse(&bytes).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
        let body: Value = serde_json::from_slice(&bytes).expect("JSON");
        agrees(&webhook, &body, &path.display().to_string());
        n_read += 1;
    }
    assert!(n_read >= 55, "{n_read} bodies");
}

fn agrees(webhook: &webhook::Webhook, body: &Value, name: &str) {
    assert_ne!(webhook.event, WebhookEvent::Ignored, "{name}");
    assert_eq!(Some(webhook.event_name.as_str()), body["webhookEvent"].as_str(), "{name}");
    let (id, key) = webhook.issue.as_ref().unwrap_or_else(|| panic!("{name}: no issue"));
    if let Some(issue_id) = body["issue"]["id"].as_str() {
        assert_eq!(id.to_string(), issue_id, "{name}");
        assert_eq!(key.as_ref().map(ToString::to_string).as_deref(), body["issue"]["key"].as_str(), "{name}");
    }
    assert_eq!(webhook.timestamp.map(|at| at.as_millisecond()), body["timestamp"].as_i64(), "{name}");
    assert_eq!(webhook.updated.is_some(), body["issue"]["fields"]["updated"].is_string(), "{name}");
    assert_eq!(webhook.comment_id.as_deref(), body["comment"]["id"].as_str(), "{name}");
}

#[test]
fn the_other_families_are_read_too() {
    let Some(folder) = shared::folder("webhooks") else { return };
    let bytes = fs::read(folder.join("extra-samples.json")).expect("a file");
    let samples: Value = serde_json::from_slice(&bytes).expect("JSON");
    for (name, event, issue) in [
        ("attachment_created", WebhookEvent::AttachmentCreated, 10_000),
        ("worklog_created", WebhookEvent::WorklogCreated, 10_014),
        ("issuelink_created", WebhookEvent::IssueLinkCreated, 18_715),
        ("issuelink_created_system_epic", WebhookEvent::IssueLinkCreated, 31_608),
    ] {
        let webhook = webhook::parse(samples[name].to_string().as_bytes()).expect("a webhook");
        assert_eq!((webhook.event, webhook.issue.map(|(id, _)| id.number())), (event, Some(issue)), "{name}");
    }
}
