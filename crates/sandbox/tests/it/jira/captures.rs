//! What the webhooks say has the keys and the types of what real sites were seen to send.
//!
//! The captures lie beside the checkout; without them nothing is compared, and that is said. Fields of one's own
//! (`customfield_..`) differ from site to site and are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use super::contract;
use super::doc;
use super::webhooks::{Quiet, hook};

/// Places of a body with the types that were seen there.
type Shape = BTreeMap<String, BTreeSet<&'static str>>;

/// (place, or its end; why the site is right)
const NEWER: &[(&str, &str)] = &[
    ("/accountType", "Sites have told it since 2019; older captures lack it."),
    ("/issuetype/hierarchyLevel", "Newer than the captures; the OpenAPI document has it."),
    ("/issuetype/avatarId", "Issue types without a picture of their own lack it."),
    ("/project/simplified", "Newer than some captures."),
    ("/project/projectTypeKey", "Newer than some captures."),
    ("/avatarUrls", "Pictures were cut out of some samples."),
    ("/releaseDate", "Only of versions that have one."),
    ("/changelog/items/#/fieldId", "Newer than some captures."),
    ("/issue/fields/parent", "A sub-task's only."),
    ("/issue/fields/issuerestriction", "A part of the product that the sandbox does not have."),
    ("/issue/fields/comment", "Some captures leave the long lists out."),
    ("/issue/fields/worklog", "Some captures leave the long lists out."),
    ("/issue/fields/thumbnail", "Some captures leave it out."),
    ("/issue/fields/aggregatetimespent", "The one capture of a deletion leaves it out."),
];

/// (place, or its end; why the site lacks it)
const OLDER: &[(&str, &str)] = &[
    ("/key", "Names and keys of users went with the privacy changes of 2019."),
    ("/name", "As for `key`."),
    ("/emailAddress", "Shown only where a profile allows it."),
];

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn shape(value: &Value, place: &str, found: &mut Shape) {
    found.entry(place.to_owned()).or_default().insert(kind(value));
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| !key.starts_with("customfield_")) {
                shape(value, &format!("{place}/{key}"), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| shape(item, &format!("{place}/#"), found)),
        _ => {}
    }
}

/// Real bodies of one event, each with its shape.
fn captures(event: &str) -> Option<Vec<Shape>> {
    let folder = contract::folder()?.join("webhooks");
    let read =
        |path: std::path::PathBuf| -> Value { serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON") };
    let files = fs::read_dir(folder.join("mattermost")).expect("a folder");
    let paths = files.map(|file| file.expect("a file").path());
    let of_cloud = |path: &std::path::PathBuf| !path.to_string_lossy().contains("webhook-server");
    let more = read(folder.join("extra-samples.json"));
    let more = more.as_object().into_iter().flatten().map(|(_, body)| body.clone());
    let bodies = paths.filter(of_cloud).map(read).chain(more);
    let of_event = bodies.filter(|body| body["webhookEvent"] == event);
    Some(
        of_event
            .map(|body| {
                let mut found = Shape::new();
                shape(&body, "", &mut found);
                found
            })
            .collect(),
    )
}

fn excused(place: &str, table: &[(&str, &str)]) -> bool {
    table.iter().any(|(end, _)| place.ends_with(end) || place.contains(&format!("{end}/")))
}

/// Every difference between what the site said and what was captured.
fn differences(said: &Value, captured: &[Shape]) -> Vec<String> {
    let mut ours = Shape::new();
    shape(said, "", &mut ours);
    let seen =
        |place: &str| captured.iter().filter_map(|shape| shape.get(place)).flatten().copied().collect::<BTreeSet<_>>();
    let mut found = Vec::new();
    for (place, kinds) in &ours {
        let seen = seen(place);
        let parent = place.rsplit_once('/').map_or("", |(parent, _)| parent);
        let parent_was_seen =
            captured.iter().filter_map(|shape| shape.get(parent)).any(|kinds| kinds.contains("an object"));
        // What was empty in every capture says nothing about what it may hold.
        if seen.is_empty() && parent_was_seen && !excused(place, NEWER) {
            found.push(format!("{place} was never seen"));
        }
        let is_known = |kind: &&'static str| *kind == "nothing" || seen.contains(kind);
        if !seen.is_empty() && !seen.iter().all(|kind| *kind == "nothing") && !kinds.iter().all(is_known) {
            found.push(format!("{place} is {kinds:?}, and was {seen:?}"));
        }
    }
    // What every capture has, provided that what holds it is there too.
    for place in captured[0].keys().filter(|place| captured.iter().all(|shape| shape.contains_key(*place))) {
        let parent = place.rsplit_once('/').map_or("", |(parent, _)| parent);
        let is_held = ours.get(parent).is_some_and(|kinds| kinds.contains("an object"));
        if is_held && !ours.contains_key(place) && !excused(place, OLDER) {
            found.push(format!("{place} is missing"));
        }
    }
    found
}

/// One of everything that webhooks tell about.
async fn everything(site: &Quiet) {
    let bug = json!({ "fields": { "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "A bug", "description": doc("It broke"), "labels": ["a"] } });
    let key = site.call("POST", "/rest/api/3/issue", &bug).await["key"].as_str().expect("a key").to_owned();
    let other = site.call("POST", "/rest/api/3/issue", &bug).await["key"].clone();
    let path = format!("/rest/api/3/issue/{key}");
    let me = json!({ "accountId": "5b10a2844c20165700ede21g" });
    let edit = json!({ "fields": { "summary": "Worse", "priority": { "name": "High" }, "assignee": me, "fixVersions": [{ "id": "10201" }] } });
    site.call("PUT", &path, &edit).await;
    site.call("POST", &format!("{path}/transitions"), &json!({ "transition": { "id": "41" } })).await;
    let comment = site.call("POST", &format!("{path}/comment"), &json!({ "body": doc("Said") })).await["id"].clone();
    let comment = format!("{path}/comment/{}", comment.as_str().expect("an id"));
    site.call("PUT", &comment, &json!({ "body": doc("Said again") })).await;
    site.call("POST", &format!("{path}/worklog"), &json!({ "timeSpent": "1h", "comment": doc("Work") })).await;
    let link = json!({ "type": { "name": "Blocks" }, "inwardIssue": { "key": key }, "outwardIssue": { "key": other } });
    site.call("POST", "/rest/api/3/issueLink", &link).await;
    site.call("DELETE", &comment, &json!({})).await;
    site.upload(&path).await;
    site.call("DELETE", &path, &json!({})).await;
}

#[tokio::test]
async fn webhooks_have_the_keys_and_types_of_real_ones() {
    let events = [
        "jira:issue_created",
        "jira:issue_updated",
        "jira:issue_deleted",
        "comment_created",
        "comment_updated",
        "comment_deleted",
        "attachment_created",
        "worklog_created",
        "issuelink_created",
    ];
    let site = Quiet::new();
    site.call("POST", "/rest/webhooks/1.0/webhook", &hook(&events, "")).await;
    everything(&site).await;
    let said: Vec<Value> = site.deliveries().into_iter().map(|(_, body)| body).collect();
    for event in events {
        let said: Vec<&Value> = said.iter().filter(|body| body["webhookEvent"] == event).collect();
        assert!(!said.is_empty(), "{event} was not told");
        let Some(captured) = captures(event) else { return };
        assert!(!captured.is_empty(), "{event} was not captured");
        for body in said {
            let found = differences(body, &captured);
            assert!(found.is_empty(), "{event}:\n  {}\n{body}", found.join("\n  "));
        }
    }
}
