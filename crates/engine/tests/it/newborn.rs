//! A record that was just created shows values that nobody chose: its vendor's defaults.

use std::time::Duration;

use entente_engine::SyncOptions;
use entente_sandbox::{Clock, Seed};
use http::Method;
use serde_json::{Value, json};

use crate::{
    safety::case_path,
    stage::{ITEM, SITE, Stage},
};

/// An item whose table lacks some values on either side, and the rule for conflicts.
fn item(creates: &str, rule: &str, values: &str) -> String {
    format!(
        "
    mode: two-way
    salesforce: {{ connection: org, object: Case }}
    jira: {{ connection: site, project: OPS, issue_type: Bug }}
    auto_create: {creates}
    conflicts: {rule}
    correlation: {{ jira: Salesforce Case ID, salesforce: Jira_Reference__c }}
    fields:
      - {{ salesforce: Subject, jira: summary }}
      - {{ salesforce: Priority, jira: priority, values: {{ {values} }} }}
"
    )
}

/// Case and issue as they show their priorities after two runs, the second of which had nothing to do.
async fn priorities(stage: &Stage) -> (Value, Value) {
    let first = stage.engine().sync(&SyncOptions::default(), &|_| {}).await.unwrap();
    assert!(first.is_clean(), "{first:?}");
    let second = stage.engine().sync(&SyncOptions::default(), &|_| {}).await.unwrap();
    let n_writes = second.writes.salesforce + second.writes.jira;
    assert_eq!((n_writes, second.conflicts, second.waiting), (0, 0, 0), "{second:?}");
    let case = stage.query("SELECT Priority, Jira_Reference__c FROM Case").await.remove(0);
    let issue = stage.issue(case["Jira_Reference__c"].as_str().unwrap()).await;
    (case["Priority"].clone(), issue["fields"]["priority"]["name"].clone())
}

#[tokio::test]
async fn a_default_of_a_new_issue_overwrites_nothing_and_opens_no_conflict() {
    for rule in ["jira-wins", "latest-wins", "ask"] {
        for priority in [json!("Low"), Value::Null] {
            let stage = Stage::new(Seed::Empty, &item("jira", rule, "High: High, Medium: Medium")).await;
            let case = json!({"Subject": "A case", "Origin": "Web", "Priority": priority});
            stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case).await;
            assert_eq!(priorities(&stage).await, (priority, json!("Medium")), "{rule}");
        }
    }
}

#[tokio::test]
async fn a_default_of_a_new_case_overwrites_nothing_and_opens_no_conflict() {
    for rule in ["salesforce-wins", "latest-wins", "ask"] {
        let stage = Stage::new(Seed::Empty, &item("salesforce", rule, "High: High, Medium: Medium, Low: Low")).await;
        let fields = json!({"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "An issue",
            "priority": {"name": "Highest"}});
        stage.jira(Method::POST, "/rest/api/3/issue", json!({ "fields": fields })).await;
        assert_eq!(priorities(&stage).await, (json!("Medium"), json!("Highest")), "{rule}");
    }
}

#[tokio::test]
async fn a_later_edit_of_a_field_that_began_with_a_default_flows() {
    let stage = Stage::new(Seed::Empty, &item("jira", "jira-wins", "High: High, Medium: Medium")).await;
    let case = json!({"Subject": "A case", "Origin": "Web", "Priority": "Low"});
    let made = stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case).await;
    priorities(&stage).await;
    let path = crate::safety::case_path(made["id"].as_str().unwrap());
    stage.salesforce(Method::PATCH, &path, json!({"Priority": "High"})).await;
    stage.sync().await;
    assert_eq!(priorities(&stage).await, (json!("High"), json!("High")));
}

/// What case and issue showed when the issue was made is the base, not what the case shows when the issue is found.
#[tokio::test]
async fn a_status_that_both_sides_gave_before_anybody_heard_of_the_issue_is_that_of_the_later() {
    let hand = Clock::manual("2026-03-02T09:00:00Z".parse().unwrap());
    let stage = Stage::at(hand.clone(), Seed::Empty, ITEM).await;
    let case = json!({"Subject": "Both moved", "Origin": "Web"});
    let case = stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case).await;
    let path = case_path(case["id"].as_str().unwrap());
    let steps = stage.engine().steps().remove(0);
    assert!(steps.own().await.unwrap(), "nobody else works");
    let round = async || {
        steps.look().await.unwrap();
        for round in steps.rounds().await.unwrap() {
            round.run().await.unwrap();
        }
    };
    let later = async || {
        hand.advance(Duration::from_secs(200));
        assert!(steps.own().await.unwrap(), "nobody else has taken the org");
    };
    stage
        .fault(SITE, json!({"name": "timeout_after_commit", "route": "POST /rest/api/3/issue/bulk", "times": 1}))
        .await;
    round().await;
    let key = stage.search("project = OPS").await[0]["key"].as_str().unwrap().to_owned();
    hand.advance(Duration::from_secs(1));
    stage.move_issue(&key, "In Progress").await;
    later().await;
    stage.salesforce(Method::PATCH, &path, json!({"Status": "Closed"})).await;
    later().await;
    for _ in 0..3 {
        round().await;
    }
    let status = stage.salesforce(Method::GET, &path, Value::Null).await["Status"].clone();
    assert_eq!([status, stage.issue(&key).await["fields"]["status"]["name"].clone()], [json!("Closed"), json!("Done")]);
}
