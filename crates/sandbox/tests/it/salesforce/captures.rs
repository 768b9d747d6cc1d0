//! What the org says has the keys and the types of what orgs were recorded to say, where the records lie beside the
//! repository.

use std::collections::BTreeMap;
use std::path::PathBuf;

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::Sandbox;

/// A recorded answer.
#[expect(clippy::print_stderr, reason = "a test that had nothing to compare with must say so")]
fn recorded(path: &str) -> Option<Value> {
    let shared = std::env::var("ENTENTE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let text = std::fs::read_to_string(shared.join("data/salesforce/wire").join(path)).ok();
    if text.is_none() {
        eprintln!("not compared, because it is not here: {path}");
    }
    Some(serde_json::from_str(&text?).expect("JSON"))
}

/// Each place of an answer and what stands there; of a list the first element is looked at.
fn shape(value: &Value, place: &str, found: &mut BTreeMap<String, &'static str>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    found.insert(place.to_owned(), kind);
    match value {
        Value::Array(items) => {
            if let Some(item) = items.first() {
                shape(item, &format!("{place}/#"), found);
            }
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| shape(value, &format!("{place}/{name}"), found));
        }
        _ => {}
    }
}

/// The shape without the places below those that are an object's own fields.
fn shape_of(value: &Value, own: &[&str]) -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    shape(value, "", &mut found);
    found.retain(|place, _| !own.iter().any(|own| place.starts_with(own)));
    found
}

#[tokio::test]
async fn answers_have_the_keys_and_types_of_recorded_ones() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let gone = sandbox.create("Case", json!({"Subject": "y"})).await;
    sandbox.delete(&format!("/sobjects/Case/{gone}")).await;
    let restforce = |name: &str| format!("restforce/spec/fixtures/sobject/{name}_response.json");
    let now = sandbox.world.salesforce.control().clock().now();
    let span = |end: i64| {
        let time =
            |secs: i64| format!("{}", (now + jiff::SignedDuration::from_secs(secs)).strftime("%Y-%m-%dT%H:%M:%SZ"));
        format!("start={}&end={}", time(-3_600), time(end))
    };
    let query = sandbox.query("SELECT Subject FROM Case").await.body;
    let none = sandbox.query("SELECT Subject FROM Case WHERE Subject = 'z'").await.body;
    let groups = sandbox.query("SELECT Status, COUNT(Id) FROM Case GROUP BY Status").await.body;
    let updated = sandbox.get(&format!("/sobjects/Case/updated?{}", span(120))).await.body;
    let deleted = sandbox.get(&format!("/sobjects/Case/deleted?{}", span(120))).await.body;
    let made = sandbox.post("/sobjects/Case", json!({"Subject": "z"})).await.body;
    let wrong = sandbox.post("/sobjects/Case", json!({"foo": 1})).await.body;
    let missing = sandbox.get("/sobjects/Case/Entente_Key__c/none").await.body;
    let versions = sandbox.send(Method::GET, "/services/data", &[], None).await.expect("an answer");
    let fields = &["/records/#/"][..];
    let rows = [
        (restforce("query_success"), query, fields),
        (restforce("query_empty"), none, fields),
        (restforce("query_aggregate_success"), groups, fields),
        (restforce("get_updated_success"), updated, &[]),
        (restforce("get_deleted_success"), deleted, &[]),
        (restforce("create_success"), made, &[]),
        (restforce("write_error"), wrong, &[]),
        (restforce("sobject_find_error"), missing, &[]),
        ("restforce/spec/fixtures/services_data_success_response.json".to_owned(), versions.body, &[]),
    ];
    for (path, said, own) in rows {
        let Some(recorded) = recorded(&path) else { continue };
        assert_eq!(shape_of(&said, own), shape_of(&recorded, own), "{path}: {said}");
    }
    let limits = sandbox.get("/limits").await.body;
    if let Some(recorded) = recorded("camel/limits.json") {
        let of_calls = |limits: &Value| {
            shape_of(
                &json!({"Max": limits["DailyApiRequests"]["Max"], "Remaining": limits["DailyApiRequests"]["Remaining"]}),
                &[],
            )
        };
        assert_eq!(of_calls(&limits), of_calls(&recorded));
    }
    let url = |tail: &str| format!("/services/data/v64.0/sobjects/{tail}");
    let part = |at: &str, body: Value| json!({"method": "POST", "url": url("Case"), "referenceId": at, "body": body});
    let failing = json!({"allOrNone": true, "compositeRequest": [
        part("a", json!({"Subject": "x"})), part("b", json!({"Account": {"Name": "none"}})),
    ]});
    let failed = sandbox.post("/composite", failing).await.body;
    if let Some(recorded) = recorded("camel/composite_response_example_failure.json") {
        let parts = |answer: &Value| -> Vec<_> {
            answer["compositeResponse"].as_array().expect("parts").iter().map(|part| shape_of(part, &[])).collect()
        };
        assert_eq!(parts(&failed), parts(&recorded), "{failed}");
        assert_eq!(failed["compositeResponse"][0]["body"], recorded["compositeResponse"][0]["body"]);
    }
    assert!(sandbox.get(&format!("/sobjects/Case/{case}")).await.status == 200);
}

#[tokio::test]
async fn what_orgs_were_seen_to_refuse_is_refused_with_the_same_status_and_keys() {
    let Some(observed) = recorded("error-bodies-observed.json") else { return };
    let known = refusals().await;
    for entry in observed.as_array().expect("entries") {
        let Some(code) = entry["body"][0]["errorCode"].as_str() else { continue };
        let theirs = shape_of(&entry["body"], &["/0", "/#/duplicateResut/"]);
        let status = entry["status"].as_u64().expect("a status");
        let same = known.iter().any(|(known_status, body)| {
            let ours = shape_of(body, &["/0", "/#/duplicateResut/"]);
            u64::from(*known_status) == status && body[0]["errorCode"] == code && ours == theirs
        });
        assert!(same, "{status} {} in {known:?}", entry["body"]);
    }
}

/// One refusal of each kind that a call or a fault leads to.
async fn refusals() -> Vec<(u16, Value)> {
    let sandbox = Sandbox::empty().await;
    let door = async |path: &str, body: Value| sandbox.door(Method::POST, path, body).await;
    door("/rules", json!({"duplicates": {"object": "Contact", "field": "Email"}})).await;
    door("/objects", json!({"object": "Case", "recordTypes": [{"developerName": "Visit", "name": "Visit"}]})).await;
    let contact = json!({"LastName": "x", "Email": "a@b.example"});
    sandbox.create("Contact", contact.clone()).await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let gone = sandbox.create("Case", json!({"Subject": "x"})).await;
    sandbox.delete(&format!("/sobjects/Case/{gone}")).await;
    let account = sandbox.create("Account", json!({"Name": "x"})).await;
    let one = format!("/sobjects/Case/{case}");
    let mut replies = vec![
        sandbox.post("/sobjects/Account", json!({})).await,
        sandbox.post("/sobjects/Group", json!({"Name": "x", "Type": "Odd"})).await,
        sandbox.patch(&one, json!({"IsClosed": true})).await,
        sandbox.post("/sobjects/Case", json!({"RecordTypeId": "0125g0000000zzzAAA"})).await,
        sandbox.patch("/sobjects/Case/5005g0000000zzzAAA", json!({})).await,
        sandbox.delete(&format!("/sobjects/Case/{gone}")).await,
        sandbox.post("/sobjects/Case", json!({"Account": {"Name": "none"}})).await,
        sandbox.query("SELECT COUNT() FROM Nonsense").await,
        sandbox.post("/sobjects/Case", json!({"Subject": "s".repeat(256)})).await,
        sandbox.post("/sobjects/Case", json!({"Description": "x".repeat(52_428_800)})).await,
        sandbox.query("SELECT Id FROM ContentDocumentLink").await,
        sandbox.post("/sobjects/Contact", contact).await,
        sandbox.get("/sobjects/Nonsense__c").await,
        sandbox.get("/sobjects/Case/23foo").await,
        sandbox.post("/sobjects/Case", json!({"foo": 1})).await,
        sandbox.post("/sobjects/Case", json!({"AccountId": "5x"})).await,
    ];
    for name in ["expired_token", "daily_limit", "concurrent_limit", "row_lock"] {
        door("/faults", json!({"name": name, "times": 1})).await;
        replies.push(sandbox.get("/limits").await);
    }
    door("/rights", json!({"object": "Account", "read": false})).await;
    replies.push(sandbox.patch(&one, json!({"AccountId": account})).await);
    replies.into_iter().map(|reply| (reply.status, reply.body)).collect()
}
