//! The main job: records and issues come to agree, and stay so.

use std::{cell::Cell, rc::Rc};

use entente_engine::SyncOptions;
use entente_sandbox::Seed;
use entente_store::{
    Hint, HintKey,
    simulation::{Fate, Moment, watch},
};
use entente_transport::{Clock as _, SystemClock};
use http::Method;
use serde_json::{Value, json};

use crate::stage::{ITEM, Stage};

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

/// S2-45: a run that ends half-way, at whichever of its writes, did not happen: the next one sees the same records.
#[tokio::test]
async fn a_run_that_ends_at_any_write_is_made_again() {
    let since = r#"object: Case, filter: { field: CreatedDate, greater than: "{lasttime}" }"#;
    let item = ITEM.replace("object: Case, filter: { all: [ { field: Origin, is one of: [Web, Email] } ] }", since);
    for n in 0.. {
        let stage = Stage::new(Seed::Empty, &item).await;
        for subject in ["One", "Two"] {
            stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", json!({ "Subject": subject })).await;
        }
        let n_commits = Rc::new(Cell::new(0));
        let count = n_commits.clone();
        watch(Some(Box::new(move |moment| {
            count.set(count.get() + u32::from(moment == Moment::Before));
            if moment == Moment::Before && count.get() > n { Fate::Fails } else { Fate::Goes }
        })));
        // Only the end of the lease is missed by nobody.
        let _ = stage.engine().sync(&SyncOptions::default(), &|_| {}).await;
        watch(None);
        if n_commits.get() <= n {
            assert!(n > 5, "{n} commits");
            return;
        }
        // A lease that nobody gave back runs out.
        let later_ms = SystemClock.now().as_millisecond() + 60_000;
        let fence = stage.store.acquire("org", "the next run", 1_000, later_ms).await.unwrap().expect("the lease");
        stage.store.release(&fence).await.unwrap();
        stage.sync().await;
        stage.sync().await;
        assert_eq!(stage.search("project = OPS").await.len(), 2, "after {n} commits");
    }
}

/// Hints of other items stay where they are and hide none of the one that is asked for.
#[tokio::test]
async fn a_long_queue_of_other_hints_hides_no_record_of_the_item_that_is_asked_for() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let key = |n: u32| HintKey {
        org: "org".to_owned(),
        connection: "org".to_owned(),
        kind: "Account".to_owned(),
        record_id: format!("001{n:015}"),
    };
    let foreign: Vec<Hint> = (0..4_100).map(|n| Hint::about(key(n), 0)).collect();
    stage.store.offer(&foreign, 0).await.unwrap();
    let wanted = stage.query("SELECT Id FROM Case WHERE Origin IN ('Web','Email')").await.len() as u64;
    let only = SyncOptions { item: Some("support-bugs".to_owned()), ..SyncOptions::default() };
    let report = stage.engine().sync(&only, &|_| {}).await.expect("a sync");
    assert_eq!(report.created.jira, wanted, "{report:?}");
    assert_eq!(stage.store.due("org", 1, 9_999).await.unwrap().len(), foreign.len(), "they are for another run");
}
