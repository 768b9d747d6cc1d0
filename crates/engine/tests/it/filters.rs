//! Which records enter: what a vendor keeps back by itself is what we would have kept out.
//!
//! The same filter is judged twice: as it is, where a full look leaves to the vendor what the vendor can answer, and in an
//! OR with a test that no vendor takes, where everything travels and is judged here.

mod made;
mod table;

use entente_engine::SyncOptions;
use entente_sandbox::Seed;
use http::Method;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use crate::stage::Stage;

const CASES: u32 = 60;
const RECORDS: usize = 60;

const ITEM: &str = "
    salesforce: { connection: org, object: Case }
    jira: { connection: site, project: OPS, issue_type: Bug }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    related: { account: AccountId }
    fields: [ { salesforce: Subject, jira: summary } ]
";

/// What a full look finds to create, and how many bytes it read for that.
async fn entering(stage: &Stage) -> (Vec<String>, u64) {
    let before = stage.found_bytes();
    let plan = stage.engine().dry_run(&SyncOptions::default(), &|_| {}).await.expect("a dry run");
    let names = plan.writes.iter().filter(|write| write.op == "create");
    let names = names.filter(|write| matches!(write.field.as_deref(), Some("summary" | "Subject")));
    let mut names: Vec<String> = names.filter_map(|write| write.to.clone()).collect();
    names.sort();
    (names, stage.found_bytes() - before)
}

/// Both judgements of a filter, which must be the same; the bytes of each.
async fn judge(stage: &mut Stage, end: &'static str, filter: &Value) -> (usize, u64, u64) {
    let (open, never) = match end {
        "salesforce" => ("object: Case", r#"{"field":"Description","is":"no such text"}"#),
        _ => ("issue_type: Bug", r#"{"field":"summary","is":"no such text"}"#),
    };
    let asked = format!("{open}, filter: {filter}");
    stage.edit(open, &asked);
    let (pushed, pushed_bytes) = entering(stage).await;
    let local = format!("{open}, filter: {{ any: [ {filter}, {never} ] }}");
    stage.edit(&asked, &local);
    let (judged, judged_bytes) = entering(stage).await;
    stage.edit(&local, open);
    assert_eq!(pushed, judged, "{filter}");
    (judged.len(), pushed_bytes, judged_bytes)
}

fn runner() -> TestRunner {
    TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// How much travels with and without the vendor's help, over all filters.
async fn compare(stage: &mut Stage, end: &'static str, filters: impl Strategy<Value = Value>) {
    let mut runner = runner();
    let (mut n_passed, mut pushed, mut judged) = (0, 0, 0);
    for _ in 0..CASES {
        let filter = filters.new_tree(&mut runner).expect("a filter").current();
        let (n, pushed_bytes, judged_bytes) = judge(stage, end, &filter).await;
        (n_passed, pushed, judged) = (n_passed + n, pushed + pushed_bytes, judged + judged_bytes);
    }
    let n_seen = CASES as usize * RECORDS;
    assert!(n_passed * 5 > n_seen && n_passed * 5 < n_seen * 4, "filters that decide: {n_passed} of {n_seen}");
    assert!(pushed * 10 < judged * 9, "less travels: {pushed} of {judged} bytes");
}

#[tokio::test]
async fn what_soql_keeps_back_is_what_the_filter_keeps_out() {
    let mut stage = Stage::new(Seed::Empty, ITEM).await;
    made::records(&stage, &mut runner(), RECORDS).await;
    compare(&mut stage, "salesforce", made::salesforce_filters()).await;
}

#[tokio::test]
async fn what_jql_keeps_back_is_what_the_filter_keeps_out() {
    let mut stage = Stage::new(Seed::Empty, ITEM).await;
    stage.edit("auto_create: jira", "auto_create: salesforce");
    made::issues(&stage, &mut runner(), RECORDS).await;
    compare(&mut stage, "jira", made::jira_filters()).await;
}

/// What is linked stays in agreement, whether or not the filter would still take it, and whether or not the record still
/// names its issue.
#[tokio::test]
async fn a_linked_record_that_left_the_filter_is_still_met() {
    let web = ITEM.replace("object: Case", "object: Case, filter: { field: Origin, is: Web }");
    let stage = Stage::new(Seed::Empty, &web).await;
    let made = json!({ "Subject": "Pump", "Origin": "Web" });
    let made = stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", made).await;
    let path = format!("/services/data/v64.0/sobjects/Case/{}", made["id"].as_str().expect("an id"));
    stage.sync().await;
    for left in [
        json!({ "Subject": "Pump left", "Origin": "Phone" }),
        json!({ "Subject": "Pump without a name", "Jira_Reference__c": null }),
    ] {
        stage.salesforce(Method::PATCH, &path, left.clone()).await;
        let report = stage.sync().await;
        assert_eq!((report.links, report.created.jira), (1, 0), "{report:?}");
        assert_eq!(stage.issue("OPS-1").await["fields"]["summary"], left["Subject"]);
        assert_eq!(stage.salesforce(Method::GET, &path, Value::Null).await["Jira_Reference__c"], "OPS-1");
    }
    assert_eq!(stage.sync().await.noops, 1);
}
