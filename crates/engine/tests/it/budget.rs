//! The change budget: what could be a mishap on a large scale stops its item, and a person lets go on what was stopped.

use std::collections::HashSet;

use entente_engine::SyncReport;
use entente_sandbox::Seed;
use http::Method;
use serde_json::{Value, json};

use crate::stage::{ITEM, ORG, SITE, Stage};

/// Has both sides of some pairs edited, so that the rule overwrites Jira; and synchronizes.
async fn overwritten(stage: &Stage, n_pairs: usize, word: &str) -> SyncReport {
    edit_both(stage, n_pairs, word).await;
    stage.sync().await
}

async fn edit_both(stage: &Stage, n_pairs: usize, word: &str) {
    let soql = format!("SELECT Id, Jira_Reference__c FROM Case WHERE Origin = 'Web' LIMIT {n_pairs}");
    let pairs = stage.query(&soql).await;
    assert_eq!(pairs.len(), n_pairs);
    for pair in &pairs {
        let key = pair["Jira_Reference__c"].as_str().expect("a key");
        let edit = json!({"fields": {"summary": format!("Ours, {word}")}});
        stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), edit).await;
    }
    // At once, so that all of them bear one stamp.
    let edit =
        |pair: &Value| json!({"attributes": {"type": "Case"}, "id": pair["Id"], "Subject": format!("Theirs, {word}")});
    let edits: Vec<Value> = pairs.iter().map(edit).collect();
    let body = json!({"allOrNone": true, "records": edits});
    stage.salesforce(Method::PATCH, "/services/data/v64.0/composite/sobjects", body).await;
}

#[tokio::test]
async fn a_resume_lets_through_what_was_stopped_and_leaves_the_guard_in_force() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: salesforce-wins\n")).await;
    stage.sync().await;
    let stopped = overwritten(&stage, 30, "first").await;
    assert_eq!((stopped.held > 0, stopped.writes.jira), (true, 0), "{stopped:?}");
    let waiting = stage.store.due("org", i64::MAX, 99).await.unwrap();
    let times: HashSet<i64> = waiting.iter().map(|waiting| waiting.hint.due_ms).collect();
    assert_eq!(
        (waiting.len() >= 30, times.len()),
        (true, 1),
        "they come again together, as one round that is told of once"
    );
    stage.engine().resume("support-bugs", "ada").await.unwrap();
    let resumed = stage.sync().await;
    assert_eq!((resumed.held, resumed.writes.jira, resumed.waiting), (0, 30, 0), "{resumed:?}");
    let again = overwritten(&stage, 60, "second").await;
    assert_eq!((again.held > 0, again.writes.jira), (true, 0), "{again:?}");
}

#[tokio::test]
async fn tries_that_overwrite_nothing_are_not_counted() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: salesforce-wins\n")).await;
    stage.sync().await;
    edit_both(&stage, 12, "while it is down").await;
    stage.fault(SITE, json!({"name": "error_before", "route": "PUT /rest/api/3/issue/{..}"})).await;
    while stage.hits(SITE).await <= 30 {
        assert_eq!(stage.sync().await.held, 0, "more tries than the limit of acts");
    }
}

#[tokio::test]
async fn what_is_put_off_before_it_is_counted_earns_no_credit() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: jira-wins\n")).await;
    stage.sync().await;
    // Stamped a little ahead, so that the first rounds read the cases as edited just now.
    stage.control(ORG, "clock", json!({"advance_seconds": 2})).await;
    edit_both(&stage, 30, "at once").await;
    stage.control(ORG, "clock", json!({"advance_seconds": -2})).await;
    let report = stage.sync_patiently().await;
    assert_eq!((report.held > 0, report.writes.salesforce), (true, 0), "{report:?}");
}

#[tokio::test]
async fn a_filter_that_was_changed_by_mistake_is_held_before_anything_is_created() {
    let mut stage = Stage::new(Seed::Demo, &format!("{ITEM}    on_leave: unlink\n")).await;
    let first = stage.sync().await;
    stage.edit("[Web, Email]", "[Phone]");
    // The rounds that separate pairs are still reading when those that create could begin.
    stage.fault(SITE, json!({"name": "slow", "route": "POST /rest/api/3/issue/bulkfetch", "delay_ms": 1000})).await;
    let report = stage.sync().await;
    assert_eq!((report.held > 0, report.created.jira, report.links), (true, 0, first.links), "{report:?}");
    stage.engine().resume("support-bugs", "ada").await.unwrap();
    let resumed = stage.sync().await;
    assert_eq!((resumed.held, resumed.created.jira, resumed.links), (0, 99, 99), "what a person lets go on is done");
}
