//! A record that was just created shows values that nobody chose: its vendor's defaults.

use entente_engine::SyncOptions;
use entente_sandbox::Seed;
use http::Method;
use serde_json::{Value, json};

use crate::stage::Stage;

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
