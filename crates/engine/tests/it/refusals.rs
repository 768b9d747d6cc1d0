//! What was refused a twin is remembered only for as long as it waits for one.

use entente_engine::SyncReport;
use entente_sandbox::Seed;
use http::Method;
use serde_json::{Value, json};

use crate::{safety::case_path, stage::Stage};

/// An item whose issues Jira refuses, because nothing maps to the summary, and one that takes what that one does not.
const ITEMS: &str = r"
    salesforce: { connection: org, object: Case, filter: { field: Origin, is: Web } }
    jira: { connection: site, project: OPS, issue_type: Bug }
    auto_create: jira # of the first
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Subject, jira: Salesforce Reference } ]
  others:
    owner: tests@sandbox.example
    salesforce: { connection: org, object: Case, filter: { field: Origin, is: Phone } }
    jira: { connection: site, project: OPS, issue_type: Bug }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Subject, jira: summary } ]
";

/// An item that lets go of what leaves it, and one behind it whose issues Jira refuses.
const LETS_GO: &str = r"
    salesforce: { connection: org, object: Case, filter: { field: Origin, is: Phone } }
    jira: { connection: site, project: OPS, issue_type: Bug }
    auto_create: jira
    on_leave: unlink
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Subject, jira: summary } ]
  others:
    owner: tests@sandbox.example
    salesforce: { connection: org, object: Case, filter: { field: Origin, is: Web } }
    jira: { connection: site, project: OPS, issue_type: Task }
    auto_create: jira
    correlation: { salesforce: SuppliedName, jira: Salesforce Reference }
    fields: [ { salesforce: Subject, jira: Customer } ]
";

async fn case(stage: &Stage, subject: &str) -> String {
    let fields = json!({"Subject": subject, "Origin": "Web"});
    let made = stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", fields).await;
    made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

fn counts(report: &SyncReport) -> (u64, u64) {
    (report.links, report.parked)
}

#[tokio::test]
async fn what_was_refused_is_forgotten_when_it_wants_no_twin_any_more() {
    let mut stage = Stage::new(Seed::Empty, ITEMS).await;
    let [deleted, taken, linked, _unwanted] = [
        case(&stage, "Deleted").await,
        case(&stage, "Taken").await,
        case(&stage, "Linked").await,
        case(&stage, "Unwanted").await,
    ];
    assert_eq!(counts(&stage.sync().await), (0, 4));
    assert_eq!(counts(&stage.sync().await), (0, 4), "as long as it stands");
    stage.salesforce(Method::DELETE, &case_path(&deleted), Value::Null).await;
    assert_eq!(counts(&stage.sync().await), (0, 3), "nobody is left to be refused");
    stage.salesforce(Method::PATCH, &case_path(&taken), json!({"Origin": "Phone"})).await;
    assert_eq!(counts(&stage.sync().await), (1, 2), "another item has taken it");
    let issue = json!({"fields": {"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "By hand"}});
    let issue = stage.jira(Method::POST, "/rest/api/3/issue", issue).await["key"].as_str().unwrap().to_owned();
    stage.engine().link("others", &linked, &issue, "ada").await.unwrap();
    assert_eq!(counts(&stage.sync().await), (2, 1), "a person has linked it under another item");
    stage.edit("auto_create: jira # of the first", "auto_create: none");
    assert_eq!(counts(&stage.sync().await), (2, 0), "it is to have no issue");
}

#[tokio::test]
async fn what_is_back_in_its_item_is_refused_by_no_other_any_more() {
    let stage = Stage::new(Seed::Empty, LETS_GO).await;
    let id = case(&stage, "Comes and goes").await;
    let is_from = async |origin: &str| {
        stage.salesforce(Method::PATCH, &case_path(&id), json!({ "Origin": origin })).await;
        counts(&stage.sync_patiently().await)
    };
    assert_eq!(is_from("Phone").await, (1, 0));
    assert_eq!(is_from("Web").await, (0, 1));
    let parked = stage.store.parked(None).await.unwrap();
    assert!(parked[0].reason.starts_with("Case 0000"), "people know the number: {}", parked[0].reason);
    assert_eq!(is_from("Phone").await, (1, 0));
}

#[tokio::test]
async fn the_deletion_of_what_was_refused_is_heard_of_without_a_look() {
    let stage = Stage::new(Seed::Empty, ITEMS).await;
    let id = case(&stage, "Refused").await;
    let steps = stage.engine().steps().remove(0);
    assert!(steps.own().await.unwrap());
    steps.look().await.unwrap();
    let run = async || {
        for round in steps.rounds().await.unwrap() {
            round.run().await.unwrap();
        }
        stage.store.parked(None).await.unwrap().len()
    };
    assert_eq!(run().await, 1);
    stage.salesforce(Method::DELETE, &case_path(&id), Value::Null).await;
    steps.poll().await.unwrap();
    assert_eq!(run().await, 0);
    steps.release().await;
}
