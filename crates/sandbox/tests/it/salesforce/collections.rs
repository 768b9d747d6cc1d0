//! Up to 200 records in one call.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{Sandbox, record};

#[tokio::test]
async fn each_record_is_answered_in_its_place() {
    let sandbox = Sandbox::empty().await;
    let records = json!([
        record("Case", json!({"Subject": "a"})),
        record("Contact", json!({})),
        record("Case", json!({"Nope": 1}))
    ]);
    let reply = sandbox.post("/composite/sobjects", json!({"records": records})).await;
    assert_eq!(reply.status, 200);
    assert_eq!((&reply.body[0]["success"], &reply.body[0]["errors"]), (&json!(true), &json!([])));
    let missing = json!({"statusCode": "REQUIRED_FIELD_MISSING", "message": "Required fields are missing: [LastName]", "fields": ["LastName"]});
    assert_eq!(reply.body[1], json!({"success": false, "errors": [missing]}));
    assert_eq!(reply.body[2]["errors"][0]["statusCode"], "INVALID_FIELD");
    let id = reply.body[0]["id"].clone();

    let update = json!([
        record("Case", json!({"id": id, "Subject": "b"})),
        record("Case", json!({"id": "5005g0000000zzz", "Subject": "c"}))
    ]);
    let reply = sandbox.patch("/composite/sobjects", json!({"records": update})).await;
    assert_eq!(reply.body[0], json!({"id": id, "success": true, "errors": []}));
    assert_eq!(reply.body[1]["errors"][0]["statusCode"], "INVALID_CROSS_REFERENCE_KEY");
    let twice =
        json!([record("Case", json!({"id": id, "Subject": "1"})), record("Case", json!({"id": id, "Subject": "2"}))]);
    let reply = sandbox.patch("/composite/sobjects", json!({"records": twice})).await;
    assert_eq!(reply.body[0]["errors"][0]["statusCode"], "DUPLICATE_VALUE");

    let reply = sandbox.delete(&format!("/composite/sobjects?ids={},xyz", id.as_str().expect("an id"))).await;
    assert_eq!(
        (&reply.body[0]["success"], &reply.body[1]["errors"][0]["statusCode"]),
        (&json!(true), &json!("MALFORMED_ID"))
    );
}

#[tokio::test]
async fn all_or_none_takes_everything_back() {
    let sandbox = Sandbox::empty().await;
    let records = json!([record("Case", json!({"Subject": "a"})), record("Contact", json!({}))]);
    let reply = sandbox.post("/composite/sobjects", json!({"allOrNone": true, "records": records})).await;
    assert_eq!(reply.body[0]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert_eq!(reply.body[1]["errors"][0]["statusCode"], "REQUIRED_FIELD_MISSING");
    assert_eq!(sandbox.query("SELECT COUNT() FROM Case").await.body["totalSize"], 0);
    let writes = sandbox.door(Method::GET, "/writes", Value::Null).await;
    assert_eq!(writes.body, json!([]), "what was rolled back was not written");
}

#[tokio::test]
async fn an_upsert_tells_what_it_made() {
    let sandbox = Sandbox::empty().await;
    let keyed = |key: &str| record("Case", json!({"Entente_Key__c": key, "Subject": key}));
    let path = "/composite/sobjects/Case/Entente_Key__c";
    let first = sandbox.patch(path, json!({"records": [keyed("a")]})).await;
    assert_eq!(first.body[0]["created"], json!(true));
    let second = sandbox
        .patch(path, json!({"records": [keyed("a"), keyed("b"), keyed("b"), record("Case", json!({"Subject": "x"}))]}))
        .await;
    assert_eq!((&second.body[0]["created"], &second.body[0]["id"]), (&json!(false), &first.body[0]["id"]));
    assert_eq!(second.body[1]["created"], json!(true));
    assert_eq!(second.body[2]["errors"][0]["statusCode"], "DUPLICATE_VALUE");
    assert_eq!(second.body[3]["errors"][0]["statusCode"], "MISSING_ARGUMENT");
}

#[tokio::test]
async fn reading_by_id_leaves_a_null_for_what_is_not_there() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.create("Case", json!({"Subject": "a"})).await;
    let gone = sandbox.create("Case", json!({"Subject": "b"})).await;
    sandbox.delete(&format!("/sobjects/Case/{gone}")).await;
    let asked = json!({"ids": [gone, id, "5005g0000000zzz"], "fields": ["Id", "Subject", "Owner.Name"]});
    let reply = sandbox.post("/composite/sobjects/Case", asked).await;
    assert_eq!((&reply.body[0], &reply.body[2]), (&Value::Null, &Value::Null));
    assert_eq!((&reply.body[1]["Subject"], &reply.body[1]["Owner"]["Name"]), (&json!("a"), &json!("Avery Admin")));
    let by_get = sandbox.get(&format!("/composite/sobjects/Case?ids={id}&fields=Subject")).await;
    assert_eq!(by_get.body[0]["Subject"], "a");
    sandbox.post("/composite/sobjects/Case", json!({"ids": [id], "fields": ["Foo"]})).await.refused(
        400,
        "INVALID_FIELD",
        "No such column 'Foo' on sobject of type Case",
    );
}

#[tokio::test]
async fn too_many_records_are_refused() {
    let sandbox = Sandbox::empty().await;
    let records = vec![record("Case", json!({"Subject": "a"})); 201];
    let reply = sandbox.post("/composite/sobjects", json!({"records": records})).await;
    reply.refused(400, "EXCEEDED_ID_LIMIT", "cannot submit more than 200 records into this call");
    let mixed: Vec<_> =
        (0..12).map(|n| record(if n % 2 == 0 { "Case" } else { "Account" }, json!({"Description": "x"}))).collect();
    let reply = sandbox.post("/composite/sobjects", json!({"records": mixed})).await;
    reply.refused(400, "INVALID_INPUT", "chunks");
}

#[tokio::test]
async fn a_fault_can_strike_one_row() {
    let sandbox = Sandbox::empty().await;
    let fault = json!({"name": "row_lock", "route": "POST /services/data/v64.0/composite/sobjects", "in_composite": true, "times": 1});
    sandbox.door(Method::POST, "/faults", fault).await;
    let records = json!([record("Case", json!({"Subject": "a"})), record("Case", json!({"Subject": "b"}))]);
    let reply = sandbox.post("/composite/sobjects", json!({"records": records})).await;
    assert_eq!(reply.body[0]["errors"][0]["statusCode"], "UNABLE_TO_LOCK_ROW");
    assert_eq!(reply.body[1]["success"], json!(true));
}
