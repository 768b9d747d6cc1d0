//! Never lose, never double, never loop: the situations in which naive connectors do.

use std::time::Duration;

use entente_core::Side;
use entente_engine::SyncOptions;
use entente_sandbox::{Clock, Seed};
use entente_store::Store;
use entente_transport::{Clock as _, SystemClock};
use http::Method;
use serde_json::{Value, json};

use crate::stage::{ITEM, ORG, SITE, Stage};

/// A linked pair of a stage that was synchronized: the Case's id and the issue's key.
pub(crate) async fn pair(stage: &Stage) -> (String, String) {
    let case = stage.query("SELECT Id, Jira_Reference__c FROM Case WHERE Origin = 'Web' LIMIT 1").await.remove(0);
    let text = |field: &str| case[field].as_str().unwrap_or_else(|| panic!("{case}")).to_owned();
    (text("Id"), text("Jira_Reference__c"))
}

pub(crate) fn case_path(id: &str) -> String {
    format!("/services/data/v64.0/sobjects/Case/{id}")
}

/// Whether the journal holds a value that stood somewhere before it was replaced.
pub(crate) async fn is_kept(stage: &Stage, value: &str) -> bool {
    let journal = stage.engine().journal_tail(None, 100).await.unwrap();
    journal.iter().any(|entry| entry.what.before.as_ref() == Some(&entente_core::Value::text(value)))
}

/// What a round asks Jira when it reads one issue.
pub(crate) async fn read_of(stage: &Stage, key: &str) -> String {
    format!(r#""issueIdsOrKeys":["{}"]"#, stage.issue(key).await["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_lost_database_is_rebuilt_from_what_both_sides_show() {
    let mut stage = Stage::new(Seed::Demo, ITEM).await;
    let first = stage.sync().await;
    stage.store = Store::memory().await.unwrap();
    let again = stage.sync().await;
    assert_eq!((again.links, again.created.jira, again.created.salesforce), (first.links, 0, 0), "{again:?}");
    assert_eq!((again.writes.salesforce, again.writes.jira), (0, 0), "{again:?}");
}

#[tokio::test]
async fn a_case_that_was_made_for_an_issue_is_its_twin_though_it_does_not_pass_the_filter() {
    let mut stage = Stage::new(Seed::Demo, &ITEM.replace("auto_create: jira", "auto_create: both")).await;
    let first = stage.sync_patiently().await;
    let made = stage.query("SELECT Id, Origin FROM Case WHERE Entente_Key__c LIKE '%'").await;
    assert!(made.len() as u64 == first.created.salesforce && made.iter().any(|case| case["Origin"].is_null()));
    stage.store = Store::memory().await.unwrap();
    let again = stage.sync().await;
    assert_eq!((again.links, again.created.jira, again.created.salesforce), (first.links, 0, 0), "{again:?}");
}

#[tokio::test]
async fn a_lost_answer_to_a_creation_makes_no_second_twin() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let fault = json!({"name": "timeout_after_commit", "route": "POST /rest/api/3/issue/bulk", "times": 2});
    stage.fault(SITE, fault).await;
    let report = stage.sync_patiently().await;
    assert!(report.is_clean(), "{report:?}");
    let found = stage.search("project = OPS AND \"Salesforce Case ID\" is not EMPTY").await;
    assert_eq!(found.len() as u64, report.links, "one issue per link");
}

/// Nothing is found in a project that was hidden between a round's reading and its probe.
#[tokio::test]
async fn a_lost_creation_is_not_taken_for_failed_while_its_project_is_hidden() {
    let hand = Clock::manual("2026-03-02T09:00:00Z".parse().unwrap());
    let stage = Stage::at(hand.clone(), Seed::Empty, ITEM).await;
    let case = |subject: &str| json!({"Subject": subject, "Origin": "Web"});
    let steps = stage.engine().steps().remove(0);
    assert!(steps.own().await.unwrap(), "nobody else works");
    let rounds = async || {
        hand.advance(Duration::from_secs(10));
        assert!(steps.renew().await.unwrap(), "nobody else has taken the org");
        for round in steps.rounds().await.unwrap() {
            round.run().await.unwrap();
        }
    };
    let shown = async |granted: bool| {
        let browse = json!({"user": "admin@sandbox.example", "project": "OPS", "permission": "BROWSE_PROJECTS", "granted": granted});
        stage.control(SITE, "rights", browse).await;
    };
    let make = async |subject: &str| {
        stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case(subject)).await;
        steps.look().await.unwrap();
        rounds().await;
    };
    make("Before").await;
    stage
        .fault(SITE, json!({"name": "timeout_after_commit", "route": "POST /rest/api/3/issue/bulk", "times": 1}))
        .await;
    make("Lost").await;
    // Were it sent again, it would arrive when the project is shown again.
    let late = json!({"name": "late_commit", "route": "POST /rest/api/3/issue/bulk", "times": 1, "delay_ms": 11_000});
    stage.fault(SITE, late).await;
    shown(false).await;
    rounds().await;
    shown(true).await;
    for _ in 0..4 {
        stage.world.jira.control().run_late_calls().await;
        steps.look().await.unwrap();
        rounds().await;
    }
    assert_eq!(stage.search("project = OPS").await.len(), 2);
}

/// A new case of which nobody has heard is found by its key, and not set back to what it was made with.
#[tokio::test]
async fn a_case_that_was_edited_before_anybody_heard_of_it_keeps_the_edit() {
    let stage = Stage::new(Seed::Empty, &ITEM.replace("auto_create: jira", "auto_create: both")).await;
    let issue = json!({"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "Found in Jira"});
    let issue = stage.jira(Method::POST, "/rest/api/3/issue", json!({"fields": issue})).await;
    let route = "PATCH /services/data/v64.0/composite/sobjects/{..}/{..}";
    stage.fault(ORG, json!({"name": "timeout_after_commit", "route": route, "times": 1})).await;
    stage.rounds_until_struck(ORG).await;
    let made = stage.query("SELECT Id FROM Case WHERE Subject = 'Found in Jira'").await;
    let path = case_path(made[0]["Id"].as_str().unwrap());
    stage.world.salesforce.control().clock().shift(1_000);
    stage.salesforce(Method::PATCH, &path, json!({"Subject": "Edited at once"})).await;
    stage.sync_patiently().await;
    let report = stage.sync_patiently().await;
    assert_eq!((report.links, report.is_clean()), (1, true), "{report:?}");
    let case = stage.salesforce(Method::GET, &path, Value::Null).await;
    let summary = stage.issue(issue["key"].as_str().unwrap()).await["fields"]["summary"].clone();
    assert_eq!([case["Subject"].clone(), summary], [json!("Edited at once"), json!("Edited at once")]);
}

/// A refusal says nothing of an earlier request of the same creation that is still on its way.
#[tokio::test]
async fn a_case_whose_creation_is_refused_while_an_earlier_request_is_under_way_is_made_once() {
    let stage = Stage::new(Seed::Empty, &ITEM.replace("auto_create: jira", "auto_create: both")).await;
    let issue = json!({"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "Found in Jira"});
    stage.jira(Method::POST, "/rest/api/3/issue", json!({"fields": issue})).await;
    let route = "PATCH /services/data/v64.0/composite/sobjects/{..}/{..}";
    stage.fault(ORG, json!({"name": "late_commit", "route": route, "times": 1, "delay_ms": 6_000})).await;
    stage.fault(ORG, json!({"name": "row_lock", "route": route, "times": 1, "in_composite": true})).await;
    let report = stage.sync_patiently().await;
    let control = stage.world.salesforce.control();
    while control.oldest_late_call_ms().is_some() {
        control.clock().shift(1_000);
        control.run_late_calls().await;
    }
    let made = stage.query("SELECT Id FROM Case WHERE Subject = 'Found in Jira'").await;
    assert_eq!((report.links, made.len()), (1, 1), "{report:?}");
}

#[tokio::test]
async fn a_created_issue_that_was_moved_before_anybody_heard_of_it_is_found_in_its_new_project() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    let case = |subject: &str| json!({"Subject": subject, "Origin": "Web"});
    stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case("Before")).await;
    stage.sync().await;
    let (_, key) = pair(&stage).await;
    let number: u64 = key.trim_start_matches("OPS-").parse().unwrap();
    stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case("On the move")).await;
    let fault = json!({"name": "timeout_after_commit", "route": "POST /rest/api/3/issue/bulk", "times": 1});
    stage.fault(SITE, fault).await;
    stage.move_after("On the move", &format!("OPS-{}", number + 1), "SUP");
    let report = stage.sync_patiently().await;
    let (stayed, moved) = (stage.search("project = OPS").await.len(), stage.search("project = SUP").await.len());
    assert_eq!((report.links, stayed, moved), (2, 1, 1), "{report:?}");
}

#[tokio::test]
async fn a_creation_that_surely_failed_is_made_once_later() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.fault(SITE, json!({"name": "error_before", "route": "POST /rest/api/3/issue/bulk", "times": 1})).await;
    let report = stage.sync_patiently().await;
    let found = stage.search("project = OPS AND \"Salesforce Case ID\" is not EMPTY").await;
    assert_eq!((report.is_clean(), found.len() as u64), (true, report.links), "{report:?}");
}

#[tokio::test]
async fn a_deleted_case_ends_its_link_and_nothing_else() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let before = stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.salesforce(Method::DELETE, &case_path(&id), Value::Null).await;
    let after = stage.sync().await;
    assert_eq!((after.links, after.created.salesforce), (before.links - 1, 0), "{after:?}");
    assert!(stage.issue(&key).await["key"].is_string(), "the issue is kept");
    let again = stage.sync().await;
    assert_eq!((again.links, again.writes.salesforce + again.writes.jira), (after.links, 0), "{again:?}");
}

#[tokio::test]
async fn a_deleted_issue_is_never_made_again() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let before = stage.sync().await;
    let (_, key) = pair(&stage).await;
    stage.jira(Method::DELETE, &format!("/rest/api/3/issue/{key}"), Value::Null).await;
    let after = stage.sync().await;
    assert_eq!((after.created.jira, after.links), (0, before.links), "missing once is not gone: {after:?}");
}

/// What the store says was missed long ago.
async fn missed_long_ago(stage: &Stage, issues: &[String]) {
    let links = stage.store.links_by_records("org", Side::Jira, "site", issues).await.unwrap();
    let ids: Vec<i64> = links.iter().map(|link| link.id).collect();
    let fence = stage.store.acquire("org", "a test", 1_000, 0).await.unwrap().expect("a free lease");
    stage.store.miss(&fence, Side::Jira, &ids, 0).await.unwrap();
    stage.store.release(&fence).await.unwrap();
}

pub(crate) fn new_issue(kind: &str) -> Value {
    json!({"fields": {"project": {"key": "OPS"}, "issuetype": {"name": kind}, "summary": "a neighbour"}})
}

#[tokio::test]
async fn what_may_only_be_hidden_is_not_taken_for_deleted() {
    let stage = Stage::new(Seed::Empty, ITEM).await;
    let case = json!({"Subject": "The only one", "Origin": "Web"});
    stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case).await;
    assert_eq!(stage.sync().await.links, 1);
    let (_, key) = pair(&stage).await;
    let id = stage.issue(&key).await["id"].as_str().unwrap_or_default().to_owned();
    stage.jira(Method::DELETE, &format!("/rest/api/3/issue/{key}"), Value::Null).await;
    missed_long_ago(&stage, std::slice::from_ref(&id)).await;
    assert_eq!(stage.sync().await.links, 1, "no issue of the project can be read, so it proves nothing");
    stage.jira(Method::POST, "/rest/api/3/issue", new_issue("Task")).await;
    missed_long_ago(&stage, &[id]).await;
    assert_eq!(stage.sync().await.links, 0, "others can be read");
}

#[tokio::test]
async fn both_edited_and_the_rule_asks() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: ask\n")).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Theirs"})).await;
    let edit = json!({"fields": {"summary": "Ours"}});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), edit).await;
    let report = stage.sync().await;
    assert_eq!((report.conflicts, report.writes.jira, report.writes.salesforce), (1, 0, 0), "{report:?}");
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "Ours");
    let verify = stage.verify().await;
    assert_eq!((verify.explained, verify.disagree), (1, 0), "{:?}", verify.differences);
}

#[tokio::test]
async fn both_edited_and_a_side_wins_with_the_loser_in_the_journal() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: jira-wins\n")).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Theirs"})).await;
    let edit = json!({"fields": {"summary": "Ours"}});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), edit).await;
    stage.sync().await;
    assert_eq!(stage.salesforce(Method::GET, &case_path(&id), Value::Null).await["Subject"], "Ours");
    let journal = stage.engine().journal_tail(None, 10).await.unwrap();
    let lost = entente_core::Value::text("Theirs");
    assert!(journal.iter().any(|entry| entry.what.before.as_ref() == Some(&lost)), "{journal:#?}");
}

#[tokio::test]
async fn an_edit_between_our_write_and_its_read_back_is_an_edit_and_no_conflict() {
    let mut stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: ask\n")).await;
    // The engine is not the administrator, who edits.
    stage.edit(
        "sandbox-client, client_secret: sandbox-secret",
        "sandbox-least-client, client_secret: sandbox-least-secret",
    );
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.edit_after(r#""Subject":"From Jira""#, &case_path(&id), &json!({"Subject": "Faster"})).await;
    let edit = json!({"fields": {"summary": "From Jira"}});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), edit).await;
    let report = stage.sync().await;
    assert_eq!((report.conflicts, report.writes.salesforce), (0, 1), "{report:?}");
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "Faster");
}

#[tokio::test]
async fn whoever_has_lost_the_lease_since_the_read_writes_nothing_any_more() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let before = stage.issue(&key).await["fields"]["summary"].clone();
    let (store, later_ms) = (stage.store.clone(), SystemClock.now().as_millisecond() + 60_000);
    stage.after(&read_of(&stage, &key).await, async move {
        store.acquire("org", "another server", 60_000, later_ms).await.unwrap().expect("a lease that ran out");
    });
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Decided before"})).await;
    let ended = stage.engine().sync(&SyncOptions::default(), &|_| {}).await;
    assert!(ended.is_err(), "{ended:?}");
    assert_eq!(stage.issue(&key).await["fields"]["summary"], before);
}

#[tokio::test]
async fn what_a_write_that_was_heard_has_replaced_is_no_lost_edit() {
    let stage = Stage::new(Seed::Empty, &format!("{ITEM}    conflicts: salesforce-wins\n")).await;
    let case = json!({"Subject": "First", "Origin": "Web"});
    stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Second"})).await;
    stage.sync().await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Third"})).await;
    let edit = json!({"fields": {"summary": "In between"}});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), edit).await;
    stage.sync().await;
    assert_eq!(stage.issue(&key).await["fields"]["summary"], "Third");
    let journal = stage.engine().journal_tail(None, 99).await.unwrap();
    let lost: Vec<_> = journal.iter().filter(|entry| entry.what.kind == "lost").collect();
    assert!(lost.is_empty(), "{lost:#?}");
}

#[tokio::test]
async fn a_status_that_a_transition_of_ours_took_away_is_in_the_journal() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    let path = format!("/rest/api/3/issue/{key}/transitions");
    let offered = stage.jira(Method::GET, &path, Value::Null).await;
    let way = offered["transitions"].as_array().unwrap().iter().find(|t| t["to"]["name"] != "Done").unwrap();
    let between = json!({"transition": {"id": way["id"]}});
    stage.in_jira_after(&read_of(&stage, &key).await, Method::POST, &path, &between);
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Status": "Closed"})).await;
    stage.sync().await;
    assert_eq!(stage.issue(&key).await["fields"]["status"]["name"], "Done");
    assert!(is_kept(&stage, way["to"]["name"].as_str().unwrap()).await);
}

#[tokio::test]
async fn a_second_edit_within_the_second_of_the_first_is_no_less_an_edit() {
    let stage = Stage::new(Seed::Demo, &format!("{ITEM}    conflicts: jira-wins\n")).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.edit_after(&read_of(&stage, &key).await, &case_path(&id), &json!({"Subject": "Same second"})).await;
    let edit = json!({"fields": {"summary": "From Jira"}});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), edit).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "First"})).await;
    stage.sync().await;
    assert_eq!(stage.salesforce(Method::GET, &case_path(&id), Value::Null).await["Subject"], "From Jira");
    assert!(is_kept(&stage, "Same second").await);
}

#[tokio::test]
async fn an_edit_of_a_field_that_only_flows_to_salesforce_is_not_overwritten_unseen() {
    let item = ITEM.replace("{ salesforce: Description, jira: description }", TO_SALESFORCE);
    let stage = Stage::new(Seed::Demo, &item).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.edit_after(&read_of(&stage, &key).await, &case_path(&id), &json!({"Description": "Theirs"})).await;
    let edit = json!({"fields": {"description": adf("From Jira")}});
    stage.jira(Method::PUT, &format!("/rest/api/3/issue/{key}"), edit).await;
    stage.sync().await;
    assert!(is_kept(&stage, "Theirs").await);
}

const TO_SALESFORCE: &str = "{ salesforce: Description, jira: description, direction: to-salesforce }";

fn adf(text: &str) -> Value {
    let paragraph = json!({"type": "paragraph", "content": [{"type": "text", "text": text}]});
    json!({"type": "doc", "version": 1, "content": [paragraph]})
}

#[tokio::test]
async fn a_refused_value_is_parked_and_costs_no_further_write() {
    let item = ITEM
        .replace(", to_jira: [ { first_characters: 255 } ]", "")
        .replace("salesforce: Subject", "salesforce: SuppliedName");
    let stage = Stage::new(Seed::Demo, &item.replace("jira: summary", "jira: Salesforce Reference")).await;
    let report = stage.sync().await;
    // The summary is required in Jira and nothing maps to it: every creation is refused, by name.
    assert!(report.parked > 0 && report.links == 0, "{report:?}");
    let again = stage.sync().await;
    assert_eq!((again.writes.jira, again.parked), (0, report.parked), "not asked for again: {again:?}");
}

#[tokio::test]
async fn a_dry_run_says_all_and_does_nothing() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    let plan = stage.engine().dry_run(&SyncOptions::default(), &|_| {}).await.unwrap();
    let creations =
        plan.writes.iter().filter(|write| write.op == "create" && write.field.as_deref() == Some("summary"));
    let report = stage.sync().await;
    assert_eq!(creations.count() as u64, report.created.jira);
    assert_eq!(plan.links, 0);
}

#[tokio::test]
async fn statuses_follow_both_ways() {
    let stage = Stage::new(Seed::Demo, ITEM).await;
    stage.sync().await;
    let (id, key) = pair(&stage).await;
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Status": "Working"})).await;
    stage.sync().await;
    assert_eq!(stage.issue(&key).await["fields"]["status"]["name"], "In Progress");
    stage.move_issue(&key, "Done").await;
    let report = stage.sync().await;
    assert_eq!(stage.salesforce(Method::GET, &case_path(&id), Value::Null).await["Status"], "Closed", "{report:?}");
}
