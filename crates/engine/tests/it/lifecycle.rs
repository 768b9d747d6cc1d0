//! Items among each other and over time: who takes a record, what a broken one costs, what follows a renamed one.

use std::time::Duration;

use entente_core::Side;
use entente_engine::{Engine, EngineError, Status, SyncOptions, Unfinished};
use entente_sandbox::Seed;
use entente_store::{Hint, HintKey, Store};
use entente_transport::{Clock, SystemClock};
use http::Method;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::stage::{ITEM, ORG, SITE, Stage};

/// The item of the other tests, and a second one for what the first does not take.
fn two_items(filter: &str) -> String {
    let second = ITEM.replace("{ field: Origin, is one of: [Web, Email] }", filter).replace("Bug", "Task");
    format!("{ITEM}  all-the-rest:\n    owner: tests@sandbox.example\n{second}")
}

#[tokio::test]
async fn a_record_belongs_to_the_first_item_that_fits() {
    // The second item admits every Case with a Subject, those of the first included, and does not map their Origin.
    let stage = Stage::new(Seed::Demo, &two_items("{ field: Subject, is not empty: true }")).await;
    let cases = stage.query("SELECT Id FROM Case").await.len() as u64;
    let plan = stage.engine().dry_run(&SyncOptions::default(), &|_| {}).await.unwrap();
    let creations =
        plan.writes.iter().filter(|write| write.op == "create" && write.field.as_deref() == Some("summary"));
    assert_eq!(creations.count() as u64, cases, "each Case is planned once");
    let first = stage.sync().await;
    assert_eq!((first.links, first.created.jira), (cases, cases), "{first:?}");
    let second = stage.sync().await;
    assert_eq!((second.noops, second.writes.jira, second.writes.salesforce), (cases, 0, 0), "{second:?}");
    let verify = stage.verify().await;
    assert_eq!((verify.links, verify.agree, verify.missing), (cases, cases, 0), "{:#?}", verify.differences);
}

#[tokio::test]
async fn a_record_that_a_person_has_separated_gets_no_twin_from_another_item() {
    let stage = Stage::new(Seed::Empty, &two_items("{ field: Subject, is not empty: true }")).await;
    let case = json!({"Subject": "A case", "Origin": "Web"});
    let made = stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case).await;
    stage.sync().await;
    let (path, id) = (crate::safety::case_path(made["id"].as_str().unwrap()), made["id"].as_str().unwrap().to_owned());
    let link = stage.store.links_by_records("org", Side::Salesforce, "org", &[id]).await.unwrap().remove(0);
    let engine = stage.engine();
    engine.unlink(link.id, "ada", true).await.unwrap();
    stage.salesforce(Method::PATCH, &path, json!({"Jira_Reference__c": null, "Subject": "Apart"})).await;
    let issue = json!({"fields": { stage.field("Salesforce Case ID").await: null }});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{}", link.jira_key), issue).await;
    let plan = engine.dry_run(&SyncOptions::default(), &|_| {}).await.unwrap();
    assert_eq!(plan.writes.len(), 0, "{:#?}", plan.writes);
    let report = stage.sync().await;
    assert_eq!((report.created.jira, report.parked, report.waiting), (0, 0, 0), "{report:?}");
}

#[tokio::test]
async fn a_clone_does_not_take_the_place_of_its_original() {
    let mut stage = Stage::new(Seed::Demo, ITEM).await;
    let before = stage.sync().await;
    let case = stage.query("SELECT Id, Jira_Reference__c FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let fields = json!({
        "project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "CLONE",
        stage.field("Salesforce Case ID").await: case["Id"],
    });
    let clone = stage.jira(Method::POST, "/rest/api/3/issue", json!({"fields": fields})).await;
    assert!(clone["key"].is_string(), "{clone}");
    stage.store = Store::memory().await.unwrap();
    let after = stage.sync().await;
    assert_eq!((after.links, after.writes.jira, after.writes.salesforce), (before.links, 0, 0), "{after:?}");
    let id = case["Id"].as_str().unwrap_or_default().to_owned();
    let links = stage.store.links_by_records("org", Side::Salesforce, "org", &[id]).await.unwrap();
    assert_eq!(links[0].jira_key, case["Jira_Reference__c"], "{links:?}");
    let verify = stage.verify().await;
    assert_eq!((verify.agree, verify.missing), (before.links, 0), "{:#?}", verify.differences);
}

#[tokio::test]
async fn links_follow_their_item_rest_without_it_and_are_taken_up_again() {
    let mut stage = Stage::new(Seed::Demo, ITEM).await;
    let before = stage.sync().await;
    stage.edit("  support-bugs:\n", "  bugs:\n    renamed_from: support-bugs\n");
    let renamed = stage.sync().await;
    assert_eq!((renamed.links, renamed.created.jira, renamed.noops), (before.links, 0, before.links), "{renamed:?}");
    assert_eq!(stage.store.count_links(Some("bugs")).await.unwrap(), before.links);

    let case = stage.query("SELECT Id, Jira_Reference__c FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let (id, key) = (case["Id"].as_str().unwrap_or_default(), case["Jira_Reference__c"].as_str().unwrap_or_default());
    let was = stage.issue(key).await["fields"]["summary"].clone();
    stage.edit("  bugs:\n    renamed_from: support-bugs\n", "  other:\n");
    stage.edit("is one of: [Web, Email]", "is one of: [Nowhere]");
    let path = format!("/services/data/v64.0/sobjects/Case/{id}");
    stage.salesforce(Method::PATCH, &path, json!({"Subject": "While its item is gone"})).await;
    let removed = stage.sync().await;
    assert_eq!((removed.writes.jira, removed.writes.salesforce), (0, 0), "{removed:?}");
    assert_eq!(stage.issue(key).await["fields"]["summary"], was);

    stage.edit("  other:\n", "  bugs:\n");
    stage.edit("is one of: [Nowhere]", "is one of: [Web, Email]");
    let back = stage.sync().await;
    assert_eq!((back.links, back.created.jira), (before.links, 0), "{back:?}");
    assert_eq!(stage.issue(key).await["fields"]["summary"], "While its item is gone");
}

/// Waits until the state of an engine is as wanted.
pub(crate) async fn until(engine: &Engine, wanted: impl Fn(&Status) -> bool) -> Status {
    let waiting = async {
        loop {
            let status = engine.status().await.unwrap();
            if wanted(&status) {
                return status;
            }
            SystemClock.sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("the state that is waited for")
}

/// A second item, whose project is not there.
fn with_broken_item() -> String {
    let broken = ITEM.replace("OPS", "NOPE").replace("Web, Email", "Phone");
    format!("{ITEM}  broken:\n    owner: tests@sandbox.example\n{broken}")
}

#[tokio::test]
async fn a_broken_item_stops_no_other_and_is_named() {
    let stage = Stage::new(Seed::Demo, &with_broken_item()).await;
    let wanted = stage.query("SELECT Id FROM Case WHERE Origin IN ('Web','Email')").await.len() as u64;
    let engine = stage.engine();
    let result = engine.sync(&SyncOptions::default(), &|_| {}).await;
    let Err(Unfinished { error, done }) = result else { panic!("{result:?}") };
    assert!(matches!(&error, EngineError::Item { item, .. } if item == "broken"), "{error:?}");
    assert_eq!((done.links, done.created.jira), (wanted, wanted), "what was done for the others is told");
    assert_eq!(stage.store.count_links(Some("support-bugs")).await.unwrap(), wanted);
    assert!(matches!(engine.verify(&|_| {}).await, Err(EngineError::Item { item, .. }) if item == "broken"));
}

#[tokio::test]
async fn a_server_with_a_broken_item_serves_the_others_and_shows_the_problem() {
    let stage = Stage::new(Seed::Demo, &with_broken_item()).await;
    let wanted = stage.query("SELECT Id FROM Case WHERE Origin IN ('Web','Email')").await.len() as u64;
    let (engine, stop) = (stage.engine(), CancellationToken::new());
    let watched = async {
        let status = until(&engine, |status| status.links == wanted && status.items[1].problem.is_some()).await;
        assert!(status.items[1].problem.as_deref().is_some_and(|problem| problem.contains("NOPE")), "{status:#?}");
        assert_eq!(status.items[0].problem, None);
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(engine.run(stop.clone()), watched);
    ended.unwrap();
}

#[tokio::test]
async fn a_look_that_hangs_does_not_hold_up_the_end() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let hang = json!({"side_effect": "committed", "answer": "slow", "delay_ms": 600_000, "route": "POST /rest/api/3/search/jql"});
    stage.fault(SITE, hang).await;
    let (engine, stop) = (stage.engine(), CancellationToken::new());
    let stopping = async {
        while stage.hits(SITE).await == 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    let both = async { tokio::join!(engine.run(stop.clone()), stopping) };
    let (ended, ()) = tokio::time::timeout(Duration::from_secs(60), both).await.expect("the end");
    ended.unwrap();
}

/// Without a wake the worker sleeps for minutes.
#[tokio::test]
async fn what_a_poll_has_found_is_carried_although_files_may_not_be_asked_about() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    attachments: {{ direction: both }}\n")).await;
    stage.sync().await;
    let case = stage.query("SELECT Id, Jira_Reference__c FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let [id, key] = ["Id", "Jira_Reference__c"].map(|field| case[field].as_str().unwrap_or_default().to_owned());
    let route = "POST /services/data/v64.0/composite";
    let fault = json!({"side_effect": "none", "answer": "status", "status": 403, "route": route,
                       "match": {"body_contains": "ContentDocumentLink"}});
    let (engine, stop) = (stage.engine(), CancellationToken::new());
    let edited = async {
        until(&engine, |status| status.idle).await;
        stage.fault(ORG, fault).await;
        while stage.hits(ORG).await == 0 {
            SystemClock.sleep(Duration::from_millis(20)).await;
        }
        let path = format!("/services/data/v64.0/sobjects/Case/{id}");
        stage.salesforce(Method::PATCH, &path, json!({"Subject": "Found by a poll"})).await;
        while stage.issue(&key).await["fields"]["summary"] != "Found by a poll" {
            SystemClock.sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
    };
    let both = async { tokio::join!(engine.run(stop.clone()), edited) };
    tokio::time::timeout(Duration::from_secs(60), both).await.expect("the edit in Jira").0.unwrap();
}

#[tokio::test]
async fn a_record_that_waits_for_the_first_look_has_not_failed() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let hang = json!({"side_effect": "committed", "answer": "slow", "delay_ms": 600_000, "route": "POST /rest/api/3/search/jql"});
    stage.fault(SITE, hang).await;
    let case = stage.query("SELECT Id FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let record_id = case["Id"].as_str().unwrap_or_default().to_owned();
    let (now_ms, org) = (SystemClock.now().as_millisecond(), "org".to_owned());
    let key = HintKey { connection: org.clone(), org, kind: "Case".to_owned(), record_id: record_id.clone() };
    let hint = Hint { version: Some("7".to_owned()), ..Hint::about(key, now_ms) };
    stage.store.offer(&[hint], now_ms).await.unwrap();
    let (engine, stop, about) = (stage.engine(), CancellationToken::new(), [record_id]);
    let put_off = async {
        let mut waits = stage.store.hints_about("org", &about).await.unwrap().remove(0);
        while waits.hint.due_ms == now_ms {
            SystemClock.sleep(Duration::from_millis(20)).await;
            waits = stage.store.hints_about("org", &about).await.unwrap().remove(0);
        }
        stop.cancel();
        assert_eq!((waits.attempts, waits.hint.version.as_deref()), (0, Some("7")));
    };
    let both = async { tokio::join!(engine.run(stop.clone()), put_off) };
    tokio::time::timeout(Duration::from_secs(60), both).await.expect("it is put off").0.unwrap();
}

#[tokio::test]
async fn a_lease_that_nobody_renews_is_waited_for() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let now_ms = SystemClock.now().as_millisecond();
    stage.store.acquire("org", "somebody who died", 1_000, now_ms).await.unwrap().expect("a free lease");
    assert!(stage.sync().await.links > 0);
}

#[tokio::test]
async fn one_item_is_looked_at_and_reported_alone() {
    let stage = Stage::new(Seed::Demo, &two_items("{ field: Origin, is one of: [Phone] }")).await;
    let all = stage.sync().await;
    let mine = stage.store.count_links(Some("support-bugs")).await.unwrap();
    let others = stage.query("SELECT Id, Jira_Reference__c FROM Case WHERE Origin = 'Phone' LIMIT 1").await.remove(0);
    let (id, key) =
        (others["Id"].as_str().unwrap_or_default(), others["Jira_Reference__c"].as_str().unwrap_or_default());
    let path = format!("/services/data/v64.0/sobjects/Case/{id}");
    stage.salesforce(Method::PATCH, &path, json!({"Subject": "Of the other item"})).await;
    let hint = HintKey { org: "org".into(), connection: "org".into(), kind: "Case".into(), record_id: id.to_owned() };
    let hint = Hint::about(hint, 0);
    stage.store.offer(&[hint], 0).await.unwrap();

    let options = SyncOptions { item: Some("support-bugs".to_owned()), ..SyncOptions::default() };
    let report = stage.engine().sync(&options, &|_| {}).await.unwrap();
    assert!(mine < all.links, "{all:?}");
    assert_eq!((report.links, report.noops, report.waiting), (mine, mine, 0), "{report:?}");
    assert_ne!(stage.issue(key).await["fields"]["summary"], "Of the other item");
    assert_eq!(stage.store.backlog(None, 1).await.unwrap().due, 1, "the other item's hint is kept");
    stage.sync().await;
    assert_eq!(stage.issue(key).await["fields"]["summary"], "Of the other item");
}

#[tokio::test]
async fn verify_does_not_trust_a_search_that_lags() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let links = stage.sync().await.links;
    let key = stage.query("SELECT Jira_Reference__c FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let key = key["Jira_Reference__c"].as_str().unwrap_or_default().to_owned();
    stage.control(SITE, "index", json!({"lag_ms": 600_000})).await;
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), json!({"fields": {"summary": "Agreed by now"}})).await;
    stage.engine().sync(&SyncOptions::default(), &|_| {}).await.unwrap();
    let verify = stage.verify().await;
    assert_eq!(verify.links, links, "{:#?}", verify.differences);
    assert_eq!(verify.missing, 0, "{:#?}", verify.differences);
}

#[tokio::test]
async fn a_record_that_names_an_issue_which_is_not_there_lacks_its_twin() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let case = stage.query("SELECT Id FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let path = format!("/services/data/v64.0/sobjects/Case/{}", case["Id"].as_str().unwrap_or_default());
    stage.salesforce(Method::PATCH, &path, json!({"Jira_Reference__c": "OPS-999999"})).await;
    let report = stage.sync().await;
    let verify = stage.verify().await;
    assert_eq!((report.parked, verify.missing), (1, 1), "{:#?}", verify.differences);
    assert!(verify.differences.iter().all(|difference| difference.why == entente_engine::DifferenceWhy::Blocked));
}

#[tokio::test]
async fn a_conflict_that_both_sides_take_back_is_forgotten() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: ask\n")).await;
    stage.sync().await;
    let case =
        stage.query("SELECT Id, Subject, Jira_Reference__c FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let path = format!("/services/data/v64.0/sobjects/Case/{}", case["Id"].as_str().unwrap_or_default());
    let issue = format!("/rest/api/3/issue/{}", case["Jira_Reference__c"].as_str().unwrap_or_default());
    stage.salesforce(Method::PATCH, &path, json!({"Subject": "Theirs"})).await;
    stage.jira(Method::PUT, &issue, json!({"fields": {"summary": "Ours"}})).await;
    assert_eq!(stage.sync().await.conflicts, 1);
    stage.salesforce(Method::PATCH, &path, json!({"Subject": case["Subject"]})).await;
    stage.jira(Method::PUT, &issue, json!({"fields": {"summary": case["Subject"]}})).await;
    assert_eq!(stage.sync().await.conflicts, 0);
}
