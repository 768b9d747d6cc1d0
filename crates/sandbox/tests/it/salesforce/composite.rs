//! Several calls in one.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::Sandbox;

const BASE: &str = "/services/data/v64.0";

fn part(method: &str, url: &str, id: &str, body: Value) -> Value {
    json!({"method": method, "url": format!("{BASE}{url}"), "referenceId": id, "body": body})
}

#[tokio::test]
async fn parts_refer_to_each_other() {
    let sandbox = Sandbox::empty().await;
    let parts = json!([
        part("POST", "/sobjects/Account", "acc", json!({"Name": "Acme"})),
        part("POST", "/sobjects/Case", "case", json!({"Subject": "x", "AccountId": "@{acc.id}"})),
        part("GET", "/query?q=SELECT+Id,Name+FROM+Account", "q", Value::Null),
        part("PATCH", "/sobjects/Case/@{case.id}", "p", json!({"Subject": "for @{q.records[0].Name}"})),
        part("GET", "/sobjects/Case/@{nobody.id}", "bad", Value::Null),
    ]);
    let reply = sandbox.post("/composite", json!({"compositeRequest": parts, "collateSubrequests": false})).await;
    assert_eq!(reply.status, 200);
    let answers = &reply.body["compositeResponse"];
    let statuses: Vec<_> =
        answers.as_array().expect("answers").iter().map(|answer| answer["httpStatusCode"].clone()).collect();
    assert_eq!(statuses, [json!(201), json!(201), json!(200), json!(204), json!(400)]);
    let case = answers[1]["body"]["id"].as_str().expect("an id");
    assert_eq!(answers[1]["httpHeaders"]["Location"], format!("{BASE}/sobjects/Case/{case}"));
    assert_eq!((&answers[3]["body"], &answers[3]["referenceId"]), (&Value::Null, &json!("p")));
    assert_eq!(answers[4]["body"][0]["errorCode"], "PROCESSING_HALTED");
    assert_eq!(sandbox.get(&format!("/sobjects/Case/{case}")).await.body["Subject"], "for Acme");
    let calls = sandbox.calls().await;
    assert_eq!(calls["by_route"]["POST /services/data/v64.0/composite"], 1, "{calls}");
}

#[tokio::test]
async fn all_or_none_rolls_back_and_names_the_culprit() {
    let sandbox = Sandbox::empty().await;
    let parts = json!([
        part("POST", "/sobjects/Case", "a", json!({"Subject": "x"})),
        part("POST", "/sobjects/Contact", "b", json!({})),
        part("POST", "/sobjects/Case", "c", json!({"Subject": "y"})),
    ]);
    let reply = sandbox.post("/composite", json!({"allOrNone": true, "compositeRequest": parts})).await;
    let halted = json!([{"errorCode": "PROCESSING_HALTED", "message": "The transaction was rolled back since another operation in the same transaction failed."}]);
    let answers = &reply.body["compositeResponse"];
    assert_eq!((&answers[0]["body"], &answers[2]["body"]), (&halted, &halted));
    assert_eq!(answers[1]["body"][0]["errorCode"], "REQUIRED_FIELD_MISSING");
    assert_eq!(sandbox.query("SELECT COUNT() FROM Case").await.body["totalSize"], 0);
}

#[tokio::test]
async fn composites_that_break_the_rules_are_refused_as_a_whole() {
    let sandbox = Sandbox::empty().await;
    let one = |id: &str| part("GET", "/sobjects", id, Value::Null);
    let many: Vec<_> = (0..26).map(|n| one(&format!("r{n}"))).collect();
    let queries: Vec<_> =
        (0..6).map(|n| part("GET", "/query?q=SELECT+Id+FROM+Case", &format!("q{n}"), Value::Null)).collect();
    let mut with_header = one("a");
    with_header["httpHeaders"] = json!({"Authorization": "Bearer x"});
    for parts in [json!(many), json!(queries), json!([one("a"), one("a")]), json!([one("a-b")]), json!([with_header])] {
        let reply = sandbox.post("/composite", json!({"compositeRequest": parts})).await;
        assert_eq!(reply.status, 400, "{parts}");
    }
    let search =
        sandbox.post("/composite", json!({"compositeRequest": [part("GET", "/limits", "l", Value::Null)]})).await;
    assert_eq!(search.body["compositeResponse"][0]["httpStatusCode"], 400);
}

#[tokio::test]
async fn a_part_has_its_own_headers() {
    let sandbox = Sandbox::empty().await;
    let queue = sandbox.query("SELECT Id FROM Group WHERE Type = 'Queue'").await.body["records"][0]["Id"].clone();
    sandbox.door(Method::POST, "/rules", json!({"assignment": {"object": "Case", "queue_id": queue}})).await;
    let mut quiet = part("POST", "/sobjects/Case", "a", json!({"Subject": "x"}));
    quiet["httpHeaders"] = json!({"Sforce-Auto-Assign": "FALSE"});
    let loud = part("POST", "/sobjects/Case", "b", json!({"Subject": "y"}));
    sandbox.post("/composite", json!({"compositeRequest": [quiet, loud]})).await;
    let rows = sandbox.query("SELECT Subject, OwnerId FROM Case ORDER BY Subject").await.body;
    assert_ne!(rows["records"][0]["OwnerId"], queue);
    assert_eq!(rows["records"][1]["OwnerId"], queue);
}

#[tokio::test]
async fn a_fault_can_strike_a_part_before_or_after_it_was_committed() {
    let sandbox = Sandbox::empty().await;
    let fault = |side_effect: &str| json!({"side_effect": side_effect, "answer": "status", "status": 500, "route": "POST /services/data/v64.0/sobjects/{..}", "in_composite": true, "times": 1});
    for (side_effect, n_expected) in [("none", 0), ("committed", 1)] {
        sandbox.door(Method::POST, "/faults", fault(side_effect)).await;
        let parts = json!([part("POST", "/sobjects/Case", "a", json!({"Subject": "x"}))]);
        let reply = sandbox.post("/composite", json!({"compositeRequest": parts})).await;
        assert_eq!(reply.body["compositeResponse"][0]["httpStatusCode"], 500);
        assert_eq!(sandbox.query("SELECT COUNT() FROM Case").await.body["totalSize"], n_expected);
    }
}

#[tokio::test]
async fn a_batch_answers_each_part_and_can_halt() {
    let sandbox = Sandbox::empty().await;
    let parts = json!([
        {"method": "GET", "url": "v64.0/limits"},
        {"method": "GET", "url": "v64.0/sobjects/Nonsense"},
        {"method": "POST", "url": "v64.0/sobjects/Case", "richInput": {"Subject": "x"}},
    ]);
    let reply = sandbox.post("/composite/batch", json!({"batchRequests": parts})).await;
    assert_eq!(reply.body["hasErrors"], json!(true));
    assert_eq!(
        (&reply.body["results"][1]["statusCode"], &reply.body["results"][2]["statusCode"]),
        (&json!(404), &json!(201))
    );
    let halted = sandbox.post("/composite/batch", json!({"haltOnError": true, "batchRequests": parts})).await;
    assert_eq!(halted.body["results"][2]["statusCode"], 412);
    assert_eq!(halted.body["results"][2]["result"][0]["errorCode"], "BATCH_PROCESSING_HALTED");
}

#[tokio::test]
async fn a_tree_grows_whole_or_not_at_all() {
    let sandbox = Sandbox::empty().await;
    let tree = |name: Value| {
        json!({"records": [{
            "attributes": {"type": "Account", "referenceId": "r1"}, "Name": "Acme",
            "Contacts": {"records": [{"attributes": {"type": "Contact", "referenceId": "r2"}, "LastName": name}]},
        }]})
    };
    let reply = sandbox.post("/composite/tree/Account", tree(json!("Moss"))).await;
    assert_eq!((reply.status, &reply.body["hasErrors"]), (201, &json!(false)));
    let account = &reply.body["results"][0]["id"];
    assert_eq!(sandbox.query("SELECT AccountId FROM Contact").await.body["records"][0]["AccountId"], *account);
    let failed = sandbox.post("/composite/tree/Account", tree(Value::Null)).await;
    assert_eq!((failed.status, &failed.body["results"][0]["referenceId"]), (400, &json!("r2")));
    assert_eq!(sandbox.query("SELECT COUNT() FROM Account").await.body["totalSize"], 1);
}

#[tokio::test]
async fn graphs_stand_and_fall_one_by_one() {
    let sandbox = Sandbox::empty().await;
    let graph = |id: &str, object: &str| json!({"graphId": id, "compositeRequest": [part("POST", &format!("/sobjects/{object}"), "a", json!({"Description": "x"}))]});
    let reply = sandbox.post("/composite/graph", json!({"graphs": [graph("1", "Case"), graph("2", "Contact")]})).await;
    let successful: Vec<_> =
        reply.body["graphs"].as_array().expect("graphs").iter().map(|graph| graph["isSuccessful"].clone()).collect();
    assert_eq!(successful, [json!(true), json!(false)]);
}
