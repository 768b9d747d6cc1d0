//! The main job: records and issues come to agree, and stay so.

use http::Method;
use serde_json::{Value, json};

use crate::stage::{ITEM, Stage};
use entente_sandbox::Seed;

#[tokio::test]
async fn a_first_sync_makes_twins_and_a_second_one_writes_nothing() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let wanted = stage.query("SELECT Id FROM Case WHERE Origin IN ('Web','Email')").await.len() as u64;
    let first = stage.sync().await;
    assert_eq!((first.links, first.created.jira), (wanted, wanted), "{first:?}");
    assert!(first.is_clean(), "{first:?}");
    let second = stage.sync().await;
    assert_eq!((second.writes.salesforce, second.writes.jira, second.noops), (0, 0, wanted), "{second:?}");
    let verify = stage.verify().await;
    assert_eq!((verify.agree, verify.disagree, verify.missing), (wanted, 0, 0), "{:#?}", verify.differences);
}

#[tokio::test]
async fn an_edit_on_either_side_reaches_the_other() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let case = stage.query("SELECT Id, Jira_Reference__c FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let (id, key) = (case["Id"].as_str().unwrap(), case["Jira_Reference__c"].as_str().unwrap());
    let path = format!("/services/data/v64.0/sobjects/Case/{id}");
    stage.salesforce(Method::PATCH, &path, json!({"Subject": "From Salesforce"})).await;
    stage.sync().await;
    assert_eq!(stage.issue(key).await["fields"]["summary"], "From Salesforce");
    let edit = json!({"fields": {"summary": "From Jira", "priority": {"name": "Low"}}});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), edit).await;
    stage.sync().await;
    let case = stage.salesforce(Method::GET, &path, Value::Null).await;
    assert_eq!((case["Subject"].as_str(), case["Priority"].as_str()), (Some("From Jira"), Some("Low")));
    let report = stage.sync().await;
    assert_eq!((report.writes.salesforce, report.writes.jira), (0, 0), "no echo: {report:?}");
}
