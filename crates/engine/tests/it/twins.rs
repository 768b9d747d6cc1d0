//! Which record and which issue belong together, when what they show is doubtful.

use std::time::Duration;

use entente_core::Side;
use entente_engine::SyncReport;
use entente_sandbox::Seed;
use entente_store::{DueHint, Entry, Hint, HintKey, Store};
use entente_transport::{Clock, SystemClock};
use http::Method;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{
    lifecycle::until,
    safety::{case_path, pair},
    stage::{ITEM, ORG, SITE, Stage},
};

/// Makes an issue by hand; answers its id and its key.
async fn issue(stage: &Stage, mut fields: Value) -> (String, String) {
    fields["project"] = json!({"key": "OPS"});
    fields["issuetype"] = json!({"name": "Bug"});
    let made = stage.jira(Method::POST, "/rest/api/3/issue", json!({"fields": fields})).await;
    let text = |field: &str| made[field].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    (text("id"), text("key"))
}

async fn case(stage: &Stage, fields: Value) -> String {
    let made = stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", fields).await;
    made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

fn hint(connection: &str, kind: &str, record_id: &str) -> Hint {
    let (org, connection) = ("org".to_owned(), connection.to_owned());
    let key = HintKey { org, connection, kind: kind.to_owned(), record_id: record_id.to_owned() };
    Hint::about(key, SystemClock.now().as_millisecond())
}

/// The issue to which a Case is linked.
async fn linked_to(stage: &Stage, case: &str) -> Option<String> {
    let links = stage.store.links_by_records("org", Side::Salesforce, "org", &[case.to_owned()]).await.unwrap();
    links.first().map(|link| link.jira_key.clone())
}

async fn hide_reference(stage: &Stage, hide: bool) {
    let right = json!({"object": "Case", "field": "Jira_Reference__c", "read": !hide, "update": !hide});
    stage.control(ORG, "rights", right).await;
}

async fn count_issues(stage: &Stage) -> usize {
    stage.search("project = OPS").await.len()
}

#[tokio::test]
async fn nothing_is_created_while_the_correlation_field_cannot_be_read() {
    let item = ITEM.replace("auto_create: jira", "auto_create: both");
    let stage = Stage::new(Seed::Demo, &item).await;
    let (_, key) = issue(&stage, json!({"summary": "Made by hand"})).await;
    let named = case(&stage, json!({"Subject": "Names it", "Origin": "Web", "Jira_Reference__c": key})).await;
    let (cases, issues) = (stage.query("SELECT Id FROM Case").await.len(), count_issues(&stage).await);
    hide_reference(&stage, true).await;
    let (engine, stop) = (stage.engine(), CancellationToken::new());
    let is_told = |problem: &Option<String>| problem.as_ref().is_some_and(|told| told.contains("Jira_Reference__c"));
    let watched = async {
        until(&engine, |status| status.items.iter().any(|item| is_told(&item.problem))).await;
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(engine.run(stop.clone()), watched);
    ended.unwrap();
    assert_eq!((stage.query("SELECT Id FROM Case").await.len(), count_issues(&stage).await), (cases, issues));

    hide_reference(&stage, false).await;
    let report = stage.sync().await;
    assert_eq!((report.parked, linked_to(&stage, &named).await), (0, Some(key)), "{report:?}");
}

/// A stage whose database is lost, and which has a clone of a linked Case whose original left the filter.
async fn with_a_cloned_case() -> (Stage, SyncReport, String, String) {
    let mut stage = Stage::new(Seed::Demo, ITEM).await;
    let before = stage.sync().await;
    let (id, key) = pair(&stage).await;
    let clone = json!({"Subject": "Another matter", "Origin": "Web", "Jira_Reference__c": key});
    let clone = case(&stage, clone).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Origin": "Phone"})).await;
    stage.store = Store::memory().await.unwrap();
    (stage, before, clone, key)
}

#[tokio::test]
async fn a_cloned_case_does_not_take_the_issue_of_its_original() {
    let (stage, before, clone, key) = with_a_cloned_case().await;
    let summary = stage.issue(&key).await["fields"]["summary"].clone();
    let report = stage.sync().await;
    assert_eq!((report.links, report.parked, report.created.jira), (before.links - 1, 1, 0), "{report:?}");
    assert_eq!((linked_to(&stage, &clone).await, &stage.issue(&key).await["fields"]["summary"]), (None, &summary));
    let parked = stage.engine().parked(None).await.unwrap();
    assert!(parked[0].reason.contains(&format!("it names issue {key}, which names")), "{parked:?}");
}

#[tokio::test]
async fn a_cloned_issue_does_not_take_the_case_of_its_original() {
    let mut stage = Stage::new(Seed::Demo, ITEM).await;
    let before = stage.sync().await;
    let (id, key) = pair(&stage).await;
    let names_case = json!({"summary": "CLONE", stage.field("Salesforce Case ID").await: id});
    let (clone, _) = issue(&stage, names_case).await;
    stage.store = Store::memory().await.unwrap();
    stage.store.offer(&[hint("site", "issue", &clone)], SystemClock.now().as_millisecond()).await.unwrap();
    let report = stage.sync().await;
    assert_eq!((report.links, report.parked, report.writes.jira), (before.links, 1, 0), "{report:?}");
    assert_eq!(linked_to(&stage, &id).await, Some(key.clone()));
    let parked = stage.engine().parked(None).await.unwrap();
    assert!(parked[0].reason.contains(&format!("which names issue {key}")), "{parked:?}");
}

#[tokio::test]
async fn a_link_made_in_the_middle_of_a_round_costs_the_round_nothing_else() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let (_, by_hand) = issue(&stage, json!({"summary": "Made by hand"})).await;
    let fresh = case(&stage, json!({"Subject": "New", "Origin": "Web"})).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Edited once"})).await;
    let (other, record, its) = (stage.engine(), fresh.clone(), by_hand.clone());
    stage.after("Edited once", async move {
        other.link("support-bugs", &record, &its, "ada").await.expect("a link");
    });
    let report = stage.sync().await;
    assert_eq!((report.parked, linked_to(&stage, &fresh).await), (0, Some(by_hand)), "{report:?}");
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "Edited once");
    let journal = stage.engine().journal_tail(None, 99).await.unwrap();
    let edited = entente_core::Value::text("Edited once");
    let of_edit = journal.iter().filter(|entry| entry.what.after.as_ref() == Some(&edited));
    let kinds: Vec<&str> = of_edit.map(|entry| entry.what.kind.as_str()).collect();
    assert_eq!(kinds, ["write"], "what the round wrote was recorded: {journal:#?}");
    let number = stage.query(&format!("SELECT CaseNumber FROM Case WHERE Id = '{fresh}'")).await.remove(0);
    let number = number["CaseNumber"].as_str().unwrap_or_else(|| panic!("{number}"));
    let created = |entry: &Entry| entry.what.kind == "create" && entry.what.text.ends_with(number);
    assert!(journal.iter().any(created), "the issue that was made for it is told: {journal:#?}");
}

#[tokio::test]
async fn a_record_whose_issue_is_being_worked_on_waits_longer_each_time() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let (_, key) = issue(&stage, json!({"summary": "Made by hand"})).await;
    let names = |origin: &str| json!({"Subject": "Names it", "Origin": origin, "Jira_Reference__c": key});
    let second = case(&stage, names("Phone")).await;
    let first = case(&stage, names("Web")).await;
    // The first one's id does not reach the issue yet, so the second still believes in it.
    stage.fault(SITE, json!({"name": "error_before", "route": "PUT /rest/api/3/issue/{..}", "times": 1})).await;
    let enters = stage.later(&case_path(&second), &json!({"Origin": "Web"})).await;
    let (store, (waits, waited)) = (stage.store.clone(), oneshot::channel());
    stage.after(&first, async move {
        enters.await;
        let put_off = async {
            while !store.hints_about("org", std::slice::from_ref(&second)).await.unwrap().iter().any(waits_longer) {
                SystemClock.sleep(Duration::from_millis(20)).await;
            }
        };
        waits.send(tokio::time::timeout(Duration::from_secs(30), put_off).await.is_ok()).expect("a test that waits");
    });
    let (engine, stop) = (stage.engine(), CancellationToken::new());
    let watched = async {
        assert!(waited.await.unwrap(), "it is read again as fast as calls return");
        until(&engine, |status| status.parked == 1).await;
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(engine.run(stop.clone()), watched);
    ended.unwrap();
    assert_eq!(linked_to(&stage, &first).await, Some(key));
}

/// Put off more than once, and not due again yet.
fn waits_longer(due: &DueHint) -> bool {
    due.attempts > 1 && due.hint.due_ms > SystemClock.now().as_millisecond()
}

#[tokio::test]
async fn a_refusal_of_what_was_announced_earlier_says_nothing_about_what_the_record_says_now() {
    let stage = Stage::new(Seed::Demo, &ITEM.replace("High: High", "High: Nowhere")).await;
    let before = stage.sync().await;
    let fresh = case(&stage, json!({"Subject": "Soon low", "Origin": "Web", "Priority": "High"})).await;
    let lost = json!({"side_effect": "none", "answer": "reset", "route": "POST /rest/api/3/issue/bulk", "times": 1});
    stage.fault(SITE, lost).await;
    stage.edit_after("Soon low", &case_path(&fresh), &json!({"Priority": "Low"})).await;
    let report = stage.sync_patiently().await;
    assert_eq!((report.links, report.parked), (before.links + 1, before.parked), "{report:?}");
    let key = linked_to(&stage, &fresh).await.unwrap();
    assert_eq!(stage.issue(&key).await["fields"]["priority"]["name"], "Low");
}
