//! Comments where something goes wrong on the way: no copy is carried back, and no word of a copy is lost.

use entente_core::Side;
use entente_sandbox::Seed;
use entente_store::Link;
use http::Method;
use serde_json::{Value, json};

use crate::{
    safety::is_kept,
    stage::{ITEM, ORG, Stage},
};

const CASE_COMMENTS: &str = "/services/data/v64.0/sobjects/CaseComment";

/// Linked pairs whose comments are carried; a colleague may edit every comment.
async fn stage() -> Stage {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    comments: {{ direction: both }}\n")).await;
    let right = json!({"user": "integration@sandbox.example", "object": "Case", "modify_all": true});
    stage.control(ORG, "rights", right).await;
    stage.sync().await;
    stage
}

async fn links(stage: &Stage) -> Vec<Link> {
    let cases = stage.query("SELECT Id FROM Case ORDER BY Id").await;
    let ids: Vec<String> = cases.iter().filter_map(|case| case["Id"].as_str()).map(str::to_owned).collect();
    stage.store.links_by_records("org", Side::Salesforce, "org", &ids).await.unwrap()
}

fn document(text: &str) -> Value {
    let content = json!([{"type": "paragraph", "content": [{"type": "text", "text": text}]}]);
    json!({"type": "doc", "version": 1, "content": content})
}

async fn say_in_jira(stage: &Stage, issue: &str, text: &str) -> Value {
    stage.jira(Method::POST, &format!("/rest/api/3/issue/{issue}/comment"), json!({"body": document(text)})).await
}

/// All that is said about an issue, as one text.
async fn said_in_jira(stage: &Stage, issue: &str) -> String {
    stage.jira(Method::GET, &format!("/rest/api/3/issue/{issue}/comment"), Value::Null).await["comments"].to_string()
}

async fn copies(stage: &Stage, text: &str) -> Vec<Value> {
    let comments = stage.query("SELECT Id, ParentId, CommentBody FROM CaseComment").await;
    comments.into_iter().filter(|row| row["CommentBody"].as_str().is_some_and(|body| body.contains(text))).collect()
}

/// What the notes of a link say.
async fn notes(stage: &Stage, link: &Link) -> String {
    let explained = stage.engine().explain(&link.jira_key, None).await.unwrap();
    serde_json::to_string(&explained).unwrap()
}

#[tokio::test]
async fn a_copy_on_a_case_that_was_merged_into_another_is_not_carried_to_the_other_issue() {
    let stage = stage().await;
    let links = links(&stage).await;
    let [loser, master, ..] = links.as_slice() else { panic!("{links:?}") };
    say_in_jira(&stage, &loser.jira_key, "Said about the loser").await;
    stage.sync().await;
    assert_eq!(copies(&stage, "Said about the loser").await.len(), 1);
    stage.merge("Case", &master.salesforce_id, &[&loser.salesforce_id]).await;
    stage.sync().await;
    let copy = copies(&stage, "Said about the loser").await;
    assert_eq!((copy.len(), copy[0]["ParentId"].as_str()), (1, Some(master.salesforce_id.as_str())), "it went along");
    assert!(!said_in_jira(&stage, &master.jira_key).await.contains("Said about the loser"));
    assert!(notes(&stage, master).await.contains("it begins as a copy does"));
}

#[tokio::test]
async fn a_copy_whose_answer_was_lost_and_that_somebody_edited_since_is_not_carried_back() {
    let stage = stage().await;
    let link = links(&stage).await.remove(0);
    let lost = json!({"body_contains": "Said in Jira"});
    let lost = json!({"name": "timeout_after_commit", "route": "POST /services/data/v64.0/composite/sobjects", "match": lost, "times": 1});
    stage.fault(ORG, lost).await;
    say_in_jira(&stage, &link.jira_key, "Said in Jira").await;
    stage.rounds_until_struck(ORG).await;
    let copy = copies(&stage, "Said in Jira").await.remove(0);
    let path = format!("{CASE_COMMENTS}/{}", copy["Id"].as_str().unwrap());
    stage.salesforce_as_colleague(Method::PATCH, &path, json!({"CommentBody": "Made of the copy"})).await;
    assert_eq!(copies(&stage, "Made of the copy").await.len(), 1);
    stage.sync_patiently().await;
    assert!(!said_in_jira(&stage, &link.jira_key).await.contains("Made of the copy"));
    assert!(notes(&stage, &link).await.contains("somebody else has changed it since"));
}

#[tokio::test]
async fn what_somebody_makes_of_a_copy_while_it_is_about_to_follow_its_original_is_in_the_journal() {
    let stage = stage().await;
    let link = links(&stage).await.remove(0);
    let original = say_in_jira(&stage, &link.jira_key, "Said in Jira").await;
    stage.sync_patiently().await;
    let copy = copies(&stage, "Said in Jira").await.remove(0);
    // What is written within seconds of the last edit is put off.
    stage.world.salesforce.control().clock().shift(10_000);
    let path = format!("/rest/api/3/issue/{}/comment/{}", link.jira_key, original["id"].as_str().unwrap());
    stage.jira(Method::PUT, &path, json!({"body": document("Said otherwise")})).await;
    let path = format!("{CASE_COMMENTS}/{}", copy["Id"].as_str().unwrap());
    let edit = stage.later_as_colleague(&path, &json!({"CommentBody": "Made of the copy"})).await;
    let steps = stage.engine().steps().remove(0);
    assert!(steps.own().await.unwrap());
    steps.look().await.unwrap();
    stage.after("CommentBody%2CIsPublished", edit);
    for round in steps.rounds().await.unwrap() {
        round.run().await.unwrap();
    }
    assert_eq!(copies(&stage, "Made of the copy").await.len(), 1, "it was not overwritten unseen");
    steps.release().await;
    let report = stage.sync_patiently().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(copies(&stage, "Said otherwise").await.len(), 1, "the copy has followed");
    assert!(is_kept(&stage, "Made of the copy").await);
}
