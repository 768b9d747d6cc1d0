//! Items among each other and over time: who takes a record, what a broken one costs, what follows a renamed one.

use entente_core::Side;
use entente_engine::SyncOptions;
use entente_sandbox::Seed;
use entente_store::Store;
use http::Method;
use serde_json::json;

use crate::stage::{ITEM, Stage};

/// The item of the other tests, and a second one for what the first does not take.
fn two_items(filter: &str) -> String {
    let second = ITEM.replace("{ field: Origin, is one of: [Web, Email] }", filter).replace("Bug", "Task");
    format!("{ITEM}  all-the-rest:\n    owner: tests@sandbox.example\n{second}")
}

#[tokio::test]
async fn a_record_belongs_to_the_first_item_that_fits() {
    // The second item admits every Case with a Subject, those of the first included, and does not map their Origin.
    let stage = Stage::new(Seed::Demo, &two_items("{ field: Subject, is not empty: true }")).await;
    let cases = stage.query("SELECT Id FROM Case").await.len() as u64;
    let plan = stage.engine().dry_run(&SyncOptions::default(), &|_| {}).await.unwrap();
    let creations =
        plan.writes.iter().filter(|write| write.op == "create" && write.field.as_deref() == Some("summary"));
    assert_eq!(creations.count() as u64, cases, "each Case is planned once");
    let first = stage.sync().await;
    assert_eq!((first.links, first.created.jira), (cases, cases), "{first:?}");
    let second = stage.sync().await;
    assert_eq!((second.noops, second.writes.jira, second.writes.salesforce), (cases, 0, 0), "{second:?}");
    let verify = stage.verify().await;
    assert_eq!((verify.links, verify.agree, verify.missing), (cases, cases, 0), "{:#?}", verify.differences);
}

#[tokio::test]
async fn a_clone_does_not_take_the_place_of_its_original() {
    let mut stage = Stage::new(Seed::Demo, ITEM).await;
    let before = stage.sync().await;
    let case = stage.query("SELECT Id, Jira_Reference__c FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let fields = json!({
        "project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "CLONE",
        stage.field("Salesforce Case ID").await: case["Id"],
    });
    let clone = stage.jira(Method::POST, "/rest/api/3/issue", json!({"fields": fields})).await;
    assert!(clone["key"].is_string(), "{clone}");
    stage.store = Store::memory().await.unwrap();
    let after = stage.sync().await;
    assert_eq!((after.links, after.writes.jira, after.writes.salesforce), (before.links, 0, 0), "{after:?}");
    let id = case["Id"].as_str().unwrap_or_default().to_owned();
    let links = stage.store.links_by_records("org", Side::Salesforce, "org", &[id]).await.unwrap();
    assert_eq!(links[0].jira_key, case["Jira_Reference__c"], "{links:?}");
    let verify = stage.verify().await;
    assert_eq!((verify.agree, verify.missing), (before.links, 0), "{:#?}", verify.differences);
}

#[tokio::test]
async fn links_follow_their_item_rest_without_it_and_are_taken_up_again() {
    let mut stage = Stage::new(Seed::Demo, ITEM).await;
    let before = stage.sync().await;
    stage.edit("  support-bugs:\n", "  bugs:\n    renamed_from: support-bugs\n");
    let renamed = stage.sync().await;
    assert_eq!((renamed.links, renamed.created.jira, renamed.noops), (before.links, 0, before.links), "{renamed:?}");
    assert_eq!(stage.store.count_links(Some("bugs")).await.unwrap(), before.links);

    let case = stage.query("SELECT Id, Jira_Reference__c FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let (id, key) = (case["Id"].as_str().unwrap_or_default(), case["Jira_Reference__c"].as_str().unwrap_or_default());
    let was = stage.issue(key).await["fields"]["summary"].clone();
    stage.edit("  bugs:\n    renamed_from: support-bugs\n", "  other:\n");
    stage.edit("is one of: [Web, Email]", "is one of: [Nowhere]");
    let path = format!("/services/data/v64.0/sobjects/Case/{id}");
    stage.salesforce(Method::PATCH, &path, json!({"Subject": "While its item is gone"})).await;
    let removed = stage.sync().await;
    assert_eq!((removed.writes.jira, removed.writes.salesforce), (0, 0), "{removed:?}");
    assert_eq!(stage.issue(key).await["fields"]["summary"], was);

    stage.edit("  other:\n", "  bugs:\n");
    stage.edit("is one of: [Nowhere]", "is one of: [Web, Email]");
    let back = stage.sync().await;
    assert_eq!((back.links, back.created.jira), (before.links, 0), "{back:?}");
    assert_eq!(stage.issue(key).await["fields"]["summary"], "While its item is gone");
}
