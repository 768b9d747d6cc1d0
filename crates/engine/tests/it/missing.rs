//! A side that is not found, or cannot be read: nothing is concluded from it, and it is looked at again.

use entente_core::{Side, Sides};
use entente_sandbox::Seed;
use entente_store::{LinkUpdate, RoundCommit};
use entente_transport::{Clock, SystemClock};
use http::Method;
use serde_json::{Value, json};

use crate::{
    safety::{case_path, pair},
    stage::{ITEM, SITE, Stage},
};

/// Has the store believe that an issue was missed long ago.
async fn missed_long_ago(stage: &Stage, case: &str) -> i64 {
    let (store, now_ms) = (&stage.store, SystemClock.now().as_millisecond());
    let long_ago_ms = now_ms - 3_600_000;
    let link = store.links_by_records("org", Side::Salesforce, "org", &[case.to_owned()]).await.unwrap().remove(0);
    let update = LinkUpdate {
        id: link.id,
        base: None,
        read_ms: link.read_ms,
        versions: link.versions,
        state: None,
        jira_key: None,
        follows: None,
        missing_since: Sides::new(None, Some(long_ago_ms)),
        was_blocked: !link.blocked.is_empty(),
        blocked: link.blocked,
        conflicts: Vec::new(),
        judged: None,
        notes: Vec::new(),
    };
    let fence = store.acquire("org", "a test", 60_000, now_ms).await.unwrap().unwrap();
    store.commit(&fence, &RoundCommit { links: vec![update], ..RoundCommit::default() }, now_ms).await.unwrap();
    store.release(&fence).await.unwrap();
    long_ago_ms
}

#[tokio::test]
async fn a_link_whose_missing_issue_could_not_be_asked_for_is_asked_for_again() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let before = stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.jira(Method::DELETE, &format!("/rest/api/3/issue/{key}"), Value::Null).await;
    let since_ms = missed_long_ago(&stage, &id).await;
    stage.fault(SITE, json!({"name": "error_before", "route": "GET /rest/api/3/issue/{..}", "times": 9})).await;
    let report = stage.sync().await;
    assert_eq!((report.links, report.waiting), (before.links, 1), "{report:?}");
    let link = stage.store.links_by_records("org", Side::Salesforce, "org", &[id]).await.unwrap().remove(0);
    assert_eq!(link.missing_since.jira, Some(since_ms), "the first miss stays the first");
}

#[tokio::test]
async fn a_field_whose_change_times_cannot_be_learned_holds_up_no_other() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: latest-wins\n")).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let edit = json!({"Subject": "Theirs", "Description": "Only here"});
    stage.salesforce(Method::PATCH, &case_path(&id), edit).await;
    let edit = json!({"fields": {"summary": "Ours"}});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), edit).await;
    let route = "POST /rest/api/3/changelog/bulkfetch";
    stage.fault(SITE, json!({"name": "error_before", "route": route, "times": 99})).await;
    let report = stage.sync().await;
    let issue = stage.issue(&key).await;
    assert_eq!((report.waiting, issue["fields"]["summary"].as_str()), (1, Some("Ours")), "{report:?}");
    assert!(issue["fields"]["description"].to_string().contains("Only here"), "{issue}");
    let link = stage.store.links_by_records("org", Side::Salesforce, "org", &[id]).await.unwrap().remove(0);
    let notes = stage.store.notes(&[link.id]).await.unwrap();
    assert!(notes.iter().any(|note| note.note.text.contains("it could not be learned when Subject")), "{notes:?}");
}
