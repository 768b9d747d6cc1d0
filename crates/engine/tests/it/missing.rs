//! A side that is not found, or cannot be read: nothing is concluded from it, and it is looked at again.

use entente_core::{Side, Sides};
use entente_sandbox::Seed;
use entente_store::{LinkUpdate, RoundCommit};
use entente_transport::{Clock, SystemClock};
use http::Method;
use serde_json::{Value, json};

use crate::{
    safety::{case_path, new_issue, pair},
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
async fn many_losses_at_once_hold_the_item_until_a_person_has_looked() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    for n in 0..6 {
        let case = json!({"Subject": format!("Case {n}"), "Origin": "Web"});
        stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case).await;
    }
    assert_eq!(stage.sync().await.links, 6);
    stage.jira(Method::POST, "/rest/api/3/issue", new_issue("Task")).await;
    let issues = stage.search("project = OPS AND issuetype = Bug").await;
    let ids: Vec<String> = issues.iter().filter_map(|issue| issue["id"].as_str().map(str::to_owned)).collect();
    for id in &ids {
        stage.jira(Method::DELETE, &format!("/rest/api/3/issue/{id}"), Value::Null).await;
    }
    let held = stage.sync().await;
    assert_eq!((held.links, held.held), (6, 6), "{held:?}");
    let status = stage.engine().status().await.unwrap();
    let problem = status.items[0].problem.clone().unwrap_or_default();
    assert!(problem.contains("6 of 6 Jira records are missing at once"), "{problem}");
    assert!(problem.contains("`entente resume support-bugs`"), "{problem}");
    stage.sync().await;
    let soon_ms = SystemClock.now().as_millisecond() + 60_000;
    assert_eq!(
        stage.store.due("org", soon_ms, 99).await.unwrap().len(),
        0,
        "nothing is tried before a person has looked"
    );

    stage.engine().resume("support-bugs", "a person").await.unwrap();
    let known = stage.sync().await;
    assert_eq!(
        (known.links, known.held, known.waiting),
        (6, 0, 6),
        "a person knows; it is only not certain: {known:?}"
    );
}

/// More than the change budget would let go by itself.
#[tokio::test]
async fn losses_that_a_person_has_let_go_are_not_held_once_more() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    let case = |n| json!({"attributes": {"type": "Case"}, "Subject": format!("Case {n}"), "Origin": "Web"});
    let cases = json!({"allOrNone": true, "records": (0..26).map(case).collect::<Vec<_>>()});
    stage.salesforce(Method::POST, "/services/data/v64.0/composite/sobjects", cases).await;
    assert_eq!(stage.sync().await.links, 26);
    stage.jira(Method::POST, "/rest/api/3/issue", new_issue("Task")).await;
    let cases = stage.query("SELECT Id, Jira_Reference__c FROM Case").await;
    let text = |case: &Value, field: &str| case[field].as_str().unwrap_or_default().to_owned();
    for case in &cases {
        let key = text(case, "Jira_Reference__c");
        stage.jira(Method::DELETE, &format!("/rest/api/3/issue/{key}"), Value::Null).await;
    }
    assert_eq!(stage.sync().await.held, 26);
    stage.engine().resume("support-bugs", "a person").await.unwrap();
    for case in &cases {
        missed_long_ago(&stage, &text(case, "Id")).await;
    }
    let report = stage.sync().await;
    assert_eq!((report.links, report.held, report.created.jira), (0, 0, 0), "{report:?}");
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
