//! What a person decides is carried out, or stays until it can be; and it holds for what the person saw.

use entente_core::Side;
use entente_engine::{Undo, Wish};
use entente_sandbox::Seed;
use http::Method;
use serde_json::{Value, json};

use crate::{
    safety::{case_path, pair},
    stage::{ITEM, Stage},
};

fn asking() -> String {
    format!("{ITEM}    conflicts: ask\n")
}

async fn edit_summary(stage: &Stage, key: &str, summary: &str) {
    let edit = json!({"fields": {"summary": summary}});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), edit).await;
}

/// A pair on whose first line both sides have been edited, and the number of the conflict.
async fn conflict(stage: &Stage) -> (String, String, i64) {
    stage.sync().await;
    let (id, key) = pair(stage).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Theirs"})).await;
    edit_summary(stage, &key, "Ours").await;
    stage.sync().await;
    let open = stage.engine().conflicts(None, 0, 9).await.unwrap();
    assert_eq!(open.len(), 1, "{open:?}");
    (id, key, open[0].id)
}

#[tokio::test]
async fn an_undo_in_the_middle_of_a_round_is_carried_out_by_the_next() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let first = stage.issue(&key).await["fields"]["summary"].clone();
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Taken back"})).await;
    stage.sync().await;
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "Taken back");

    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Description": "Meanwhile"})).await;
    let other = stage.engine();
    stage.after("Meanwhile", async move {
        let all = Undo { item: Some("support-bugs".to_owned()), ..Undo::default() };
        let report = other.undo(&all, false, "ada").await.expect("something to take back");
        assert_eq!(report.back.len(), 1, "{report:?}");
    });
    let report = stage.sync().await;
    assert_eq!(report.conflicts, 0, "{report:?}");
    assert_eq!(stage.issue(&key).await["fields"]["summary"], first);
    assert_eq!(stage.salesforce(Method::GET, &case_path(&id), Value::Null).await["Subject"], first);
}

#[tokio::test]
async fn a_decision_outlasts_a_round_that_did_not_find_the_issue() {
    let stage = Stage::new(Seed::Demo, &asking()).await;
    let (_, key, conflict) = conflict(&stage).await;
    stage.engine().resolve(conflict, &Wish::Side(Side::Salesforce), "ada").await.unwrap();
    stage.jira(Method::DELETE, &format!("/rest/api/3/issue/{key}"), Value::Null).await;
    stage.sync().await;
    let open = stage.engine().conflict(conflict).await.unwrap();
    assert_eq!(open.decision.map(|decision| decision.by).as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_decision_that_an_edit_made_void_does_not_come_back_with_the_old_value() {
    let stage = Stage::new(Seed::Demo, &asking()).await;
    let (id, key, conflict) = conflict(&stage).await;
    stage.engine().resolve(conflict, &Wish::Side(Side::Salesforce), "ada").await.unwrap();
    edit_summary(&stage, &key, "Ours, better").await;
    stage.sync().await;
    let open = stage.engine().conflict(conflict).await.unwrap();
    assert_eq!((open.decision, open.jira.value.as_str()), (None, "Ours, better"));

    edit_summary(&stage, &key, "Ours").await;
    let report = stage.sync().await;
    assert_eq!((report.conflicts, report.writes.jira, report.writes.salesforce), (1, 0, 0), "{report:?}");
    assert_eq!(stage.salesforce(Method::GET, &case_path(&id), Value::Null).await["Subject"], "Theirs");
}
