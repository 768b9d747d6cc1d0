//! A configuration that is not in use: to look at it, or to try a record on it, tells the journal no value that one of the
//! two keeps as a digest.

use entente_sandbox::Seed;
use http::Method;
use serde_json::json;

use crate::{
    safety::case_path,
    stage::{ITEM, Stage},
};

/// From here on, the stage's configuration keeps subjects as digests.
fn close(stage: &mut Stage) {
    stage.edit("triggers:", "journal: { digest_only: [ Subject ] }\ntriggers:");
}

async fn case(stage: &Stage) -> String {
    let fields = json!({"Subject": "Secret first", "Origin": "Web"});
    let made = stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", fields).await;
    made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

async fn edit(stage: &Stage, id: &str, subject: &str) {
    stage.salesforce(Method::PATCH, &case_path(id), json!({ "Subject": subject })).await;
}

/// What was written is shown by the issue, and the journal knows it only as a digest.
async fn is_kept_as_a_digest(stage: &Stage, word: &str) {
    let [issue] = stage.search("project = OPS").await.try_into().expect("one issue");
    let key = issue["key"].as_str().unwrap();
    assert_eq!(stage.issue(key).await["fields"]["summary"], word);
    let journal = format!("{:?}", stage.store.journal_tail(0, 99).await.unwrap());
    assert!(journal.contains("sha256:") && !journal.contains("Secret"), "{journal}");
}

#[tokio::test]
async fn to_look_at_another_configuration_opens_nothing_that_the_journal_keeps_closed() {
    let mut stage = Stage::new(Seed::Empty, ITEM).await;
    let open = stage.config();
    close(&mut stage);
    let engine = stage.engine();
    let sync = async || engine.sync(&Default::default(), &|_| {}).await.unwrap();
    let id = case(&stage).await;
    sync().await;
    engine.with(open).unwrap().check_online().await;
    edit(&stage, &id, "Secret second").await;
    sync().await;
    is_kept_as_a_digest(&stage, "Secret second").await;
}

#[tokio::test]
async fn a_test_of_a_draft_keeps_closed_what_the_draft_does() {
    let mut stage = Stage::new(Seed::Empty, &format!("{ITEM}    state: draft\n")).await;
    let engine = stage.engine();
    close(&mut stage);
    let draft = stage.config();
    let id = case(&stage).await;
    for subject in ["Secret first", "Secret second"] {
        edit(&stage, &id, subject).await;
        let tried = engine.try_record(Some(draft.clone()), "support-bugs", &id, None, "ada").await.unwrap();
        assert_eq!(tried.unexpected, 0, "{tried:?}");
    }
    is_kept_as_a_digest(&stage, "Secret second").await;
}
