//! Which record and which issue belong together, when what they show is doubtful.

use entente_core::Side;
use entente_engine::SyncReport;
use entente_sandbox::Seed;
use entente_store::{Hint, HintKey, Store};
use entente_transport::{Clock, SystemClock};
use http::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    lifecycle::until,
    safety::{case_path, pair},
    stage::{ITEM, ORG, Stage},
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
    Hint { key, version: None, due_ms: SystemClock.now().as_millisecond(), priority: 0 }
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
    let wanted = stage.query("SELECT Id FROM Case WHERE Origin IN ('Web','Email')").await.len()
        + stage.search("project = OPS AND issuetype = Bug").await.len();
    let (cases, issues) = (stage.query("SELECT Id FROM Case").await.len(), count_issues(&stage).await);
    hide_reference(&stage, true).await;
    let (engine, stop) = (stage.engine(), CancellationToken::new());
    let watched = async {
        until(&engine, |status| status.parked == wanted as u64).await;
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(engine.run(stop.clone()), watched);
    ended.unwrap();
    assert_eq!((stage.query("SELECT Id FROM Case").await.len(), count_issues(&stage).await), (cases, issues));
    for parked in engine.parked(None).await.unwrap() {
        assert!(parked.reason.contains("Jira_Reference__c") && parked.reason.contains("cannot be read"), "{parked:?}");
    }

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
