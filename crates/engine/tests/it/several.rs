//! Records with several links: one hint concerns all of them, one after the other.

use entente_engine::Engine;
use entente_sandbox::Seed;
use http::Method;
use serde_json::json;

use crate::{
    safety::{case_path, pair},
    stage::{ITEM, SITE, Stage},
};

/// A second item of cases, linked by hand.
const SECOND: &str = r"
  second:
    owner: tests@sandbox.example
    salesforce: { connection: org, object: Case }
    jira: { connection: site, project: SUP, issue_type: Bug }
    correlation: { salesforce: SuppliedPhone, jira: Salesforce Reference }
    fields: [ { salesforce: Subject, jira: summary } ]
";

/// A stage whose only case is linked under both items, by an engine.
async fn linked_twice() -> (Stage, Engine, String, [String; 2]) {
    let stage = Stage::new(Seed::Empty, &format!("{ITEM}{SECOND}")).await;
    let case = json!({"Subject": "Linked twice", "Origin": "Web"});
    stage.salesforce(Method::POST, "/services/data/v64.0/sobjects/Case", case).await;
    let engine = stage.engine();
    engine.sync(&Default::default(), &|_| {}).await.unwrap();
    let (id, first) = pair(&stage).await;
    let issue = json!({"fields": {"project": {"key": "SUP"}, "issuetype": {"name": "Bug"}, "summary": "Linked twice"}});
    let second = stage.jira(Method::POST, "/rest/api/3/issue", issue).await["key"].as_str().unwrap().to_owned();
    engine.link("second", &id, &second, "ada").await.unwrap();
    (stage, engine, id, [first, second])
}

#[tokio::test]
async fn each_link_of_a_record_has_its_turn() {
    let (stage, engine, id, keys) = linked_twice().await;
    assert_eq!(engine.sync(&Default::default(), &|_| {}).await.unwrap().links, 2);
    stage.salesforce(Method::PATCH, &case_path(&id), json!({"Subject": "Edited"})).await;
    let report = engine.sync(&Default::default(), &|_| {}).await.unwrap();
    assert_eq!((report.links, report.waiting), (2, 0), "{report:?}");
    for key in keys {
        assert_eq!(stage.issue(&key).await["fields"]["summary"], "Edited");
    }
    assert_eq!(stage.store.due("org", i64::MAX, 9).await.unwrap(), []);
}

#[tokio::test]
async fn a_record_with_two_links_rests_as_one() {
    let (stage, engine, id, _) = linked_twice().await;
    let steps = engine.steps().remove(0);
    assert!(steps.own().await.unwrap());
    stage.fault(SITE, json!({"answer": "status", "status": 503, "route": "*"})).await;
    for _ in 0..4 {
        engine.explain(&id, None).await.expect_err("the site is down");
    }
    let site = engine.status().await.unwrap().connections.pop().unwrap();
    assert_eq!((site.name.as_str(), site.circuit, site.state), ("site", "open", "unreachable"));
    assert!(site.problem.is_some(), "whoever is not reached is told why");
    assert_eq!(steps.rounds().await.unwrap().len(), 0);
    let waiting = stage.store.due("org", i64::MAX, 9).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].attempts), (1, 0), "nothing was tried: {waiting:?}");
}
