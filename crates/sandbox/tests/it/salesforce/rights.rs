//! Rights taken away through the control door.

use reqwest::Method;
use serde_json::json;

use super::harness::Sandbox;

#[tokio::test]
async fn a_hidden_field_is_not_there() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.create("Case", json!({"Subject": "x", "Reason": "Other"})).await;
    sandbox.door(Method::POST, "/rights", json!({"object": "Case", "field": "Reason", "read": false})).await;
    let describe = sandbox.get("/sobjects/Case/describe").await.body;
    assert!(describe["fields"].as_array().expect("fields").iter().all(|field| field["name"] != "Reason"));
    assert!(sandbox.get(&format!("/sobjects/Case/{id}")).await.body.get("Reason").is_none());
    sandbox.query("SELECT Reason FROM Case").await.refused(
        400,
        "INVALID_FIELD",
        "No such column 'Reason' on entity 'Case'",
    );
    sandbox.query("SELECT Id FROM Case WHERE Reason = 'Other'").await.refused(
        400,
        "INVALID_FIELD",
        "No such column 'Reason'",
    );
    sandbox.post("/sobjects/Case", json!({"Reason": "Other"})).await.refused(
        400,
        "INVALID_FIELD",
        "No such column 'Reason' on sobject of type Case",
    );
}

#[tokio::test]
async fn a_read_only_field_is_not_written() {
    let sandbox = Sandbox::empty().await;
    sandbox.door(Method::POST, "/rights", json!({"object": "Case", "field": "Priority", "update": false})).await;
    let reply = sandbox.post("/sobjects/Case", json!({"Priority": "High"})).await;
    reply.refused(400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Priority.");
    let describe = sandbox.get("/sobjects/Case/describe").await.body;
    let priority = describe["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .find(|field| field["name"] == "Priority")
        .expect("a field");
    assert_eq!((&priority["createable"], &priority["updateable"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn an_object_can_be_closed_in_every_way() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.create("Case", json!({"Subject": "x"})).await;
    let path = format!("/sobjects/Case/{id}");
    for (right, method) in [("create", Method::POST), ("update", Method::PATCH), ("delete", Method::DELETE)] {
        sandbox.door(Method::POST, "/rights", json!({"object": "Case", right: false})).await;
        let target = if method == Method::POST { "/sobjects/Case" } else { &path };
        let body = (method != Method::DELETE).then(|| json!({"Subject": "y"}));
        sandbox.call(method, target, body).await.refused(
            403,
            "INSUFFICIENT_ACCESS_OR_READONLY",
            "insufficient access rights on object id",
        );
    }
    sandbox.door(Method::POST, "/rights", json!({"object": "Case", "read": false})).await;
    sandbox.get(&path).await.refused(404, "NOT_FOUND", "");
    sandbox.query("SELECT Id FROM Case").await.refused(400, "INVALID_TYPE", "sObject type 'Case' is not supported.");
    sandbox.door(Method::POST, "/rights", json!({"api_enabled": false})).await;
    sandbox.get("/limits").await.refused(
        403,
        "API_DISABLED_FOR_ORG",
        "The REST API is not enabled for this Organization",
    );
}

#[tokio::test]
async fn a_comment_is_changed_only_with_modify_all() {
    let mut sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let id = sandbox.create("CaseComment", json!({"ParentId": case, "CommentBody": "one"})).await;
    let path = format!("/sobjects/CaseComment/{id}");
    assert_eq!(sandbox.patch(&path, json!({"CommentBody": "two"})).await.status, 204, "the administrator may");
    sandbox.sign_in("sandbox-least-client", "sandbox-least-secret").await;
    sandbox.patch(&path, json!({"CommentBody": "three"})).await.refused(
        403,
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "insufficient access rights",
    );
    assert_eq!(sandbox.patch(&path, json!({"IsPublished": true})).await.status, 204, "publishing is always allowed");
    sandbox.delete(&path).await.refused(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights");
    let moved = sandbox.patch(&path, json!({"ParentId": case})).await;
    moved.refused(400, "INVALID_FIELD_FOR_INSERT_UPDATE", "ParentId");
    let user = json!({"user": "integration@sandbox.example", "object": "Case", "modify_all": true});
    sandbox.door(Method::POST, "/rights", user).await;
    assert_eq!(sandbox.patch(&path, json!({"CommentBody": "four"})).await.status, 204);
}
