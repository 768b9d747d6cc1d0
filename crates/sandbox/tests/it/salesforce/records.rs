//! Single records: made, read, changed, upserted, deleted, and what the org derives.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{Sandbox, ids};

#[tokio::test]
async fn what_hangs_on_a_record_does_not_change_it() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let stamps = async || {
        let row = sandbox.get(&format!("/sobjects/Case/{case}?fields=LastModifiedDate,SystemModstamp")).await.body;
        (row["LastModifiedDate"].clone(), row["SystemModstamp"].clone())
    };
    let before = stamps().await;
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 60})).await;
    let comment = sandbox.create("CaseComment", json!({"ParentId": case, "CommentBody": "hi"})).await;
    sandbox.patch(&format!("/sobjects/CaseComment/{comment}"), json!({"CommentBody": "ho"})).await;
    sandbox.create("FeedItem", json!({"ParentId": case, "Body": "post"})).await;
    sandbox.create("Task", json!({"Subject": "call", "WhatId": case})).await;
    let file = json!({"Title": "t", "PathOnClient": "t.txt", "VersionData": "aGk=", "FirstPublishLocationId": case});
    sandbox.create("ContentVersion", file).await;
    assert_eq!(stamps().await, before);
    sandbox.patch(&format!("/sobjects/Case/{case}"), json!({"Subject": "y"})).await;
    let after = stamps().await;
    assert!(after.0 != before.0 && after.0 == after.1, "{after:?}");
    let stamp = after.1.as_str().expect("a text");
    assert!(stamp.ends_with(".000+0000"), "whole seconds: {stamp}");
}

#[tokio::test]
async fn a_record_is_made_read_changed_and_deleted() {
    let sandbox = Sandbox::empty().await;
    let made = sandbox.post("/sobjects/Case", json!({"Subject": "  Pump stands still  ", "Origin": "Web"})).await;
    assert_eq!(made.status, 201);
    assert_eq!((&made.body["success"], &made.body["errors"]), (&json!(true), &json!([])));
    let id = made.id();
    assert_eq!(made.header("Location"), format!("/services/data/v64.0/sobjects/Case/{id}"));

    let read = sandbox.get(&format!("/sobjects/Case/{id}")).await;
    assert_eq!(
        read.body["attributes"],
        json!({"type": "Case", "url": format!("/services/data/v64.0/sobjects/Case/{id}")})
    );
    assert_eq!(read.body["Subject"], "Pump stands still", "text is trimmed");
    assert_eq!(
        (&read.body["Status"], &read.body["Priority"], &read.body["CaseNumber"]),
        (&json!("New"), &json!("Medium"), &json!("00000001"))
    );
    assert_eq!(read.body["IsClosed"], json!(false));
    let stamp = read.body["SystemModstamp"].as_str().expect("a stamp");
    assert!(stamp.ends_with(".000+0000") && stamp.len() == 28, "{stamp}");
    let short = sandbox.get(&format!("/sobjects/Case/{}?fields=Id,Subject", &id[..15])).await;
    assert_eq!(short.body.as_object().map(serde_json::Map::len), Some(3), "{}", short.text);

    let changed = sandbox
        .patch(&format!("/sobjects/Case/{id}"), json!({"Subject": "", "Description": "two\n\nparagraphs"}))
        .await;
    assert_eq!((changed.status, changed.text.as_str()), (204, ""));
    let read = sandbox.get(&format!("/sobjects/Case/{id}?fields=Subject,Description")).await;
    assert_eq!((&read.body["Subject"], &read.body["Description"]), (&Value::Null, &json!("two\n\nparagraphs")));

    let by_post = sandbox.post(&format!("/sobjects/Case/{id}?_HttpMethod=PATCH"), json!({"Subject": "again"})).await;
    assert_eq!(by_post.status, 204);
    assert_eq!(sandbox.delete(&format!("/sobjects/Case/{id}")).await.status, 204);
    sandbox.patch(&format!("/sobjects/Case/{id}"), json!({"Subject": "late"})).await.refused(
        404,
        "ENTITY_IS_DELETED",
        "entity is deleted",
    );
    sandbox.delete(&format!("/sobjects/Case/{id}")).await.refused(404, "ENTITY_IS_DELETED", "entity is deleted");
}

#[tokio::test]
async fn a_status_closes_and_reopens_a_case() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.create("Case", json!({"Subject": "x"})).await;
    let path = format!("/sobjects/Case/{id}");
    sandbox.patch(&path, json!({"Status": "Closed"})).await;
    let read = sandbox.get(&path).await.body;
    assert_eq!(read["IsClosed"], json!(true));
    assert!(read["ClosedDate"].is_string());
    sandbox.patch(&path, json!({"Status": "Working"})).await;
    let read = sandbox.get(&path).await.body;
    assert_eq!((&read["IsClosed"], &read["ClosedDate"]), (&json!(false), &Value::Null));
    let off_list = sandbox.patch(&path, json!({"Status": "Somewhere else"})).await;
    assert_eq!(off_list.status, 204, "Status is not restricted");
    let history = sandbox
        .query(&format!("SELECT Field, OldValue, NewValue FROM CaseHistory WHERE CaseId = '{id}' AND Field = 'Status'"))
        .await;
    assert_eq!(history.body["totalSize"], 3);
    assert_eq!(
        (&history.body["records"][0]["OldValue"], &history.body["records"][0]["NewValue"]),
        (&json!("New"), &json!("Closed"))
    );
}

#[tokio::test]
async fn a_contact_brings_its_account_and_shows_through() {
    let sandbox = Sandbox::empty().await;
    let account = sandbox.create("Account", json!({"Name": "Acme"})).await;
    let contact = sandbox
        .create(
            "Contact",
            json!({"FirstName": "Ada", "LastName": "Moss", "AccountId": account, "Email": "ada@acme.example"}),
        )
        .await;
    let id = sandbox.create("Case", json!({"Subject": "x", "ContactId": contact})).await;
    let read = sandbox.get(&format!("/sobjects/Case/{id}")).await.body;
    assert_eq!((&read["AccountId"], &read["ContactEmail"]), (&json!(account), &json!("ada@acme.example")));
    let parent = sandbox.get(&format!("/sobjects/Case/{id}/Contact")).await;
    assert_eq!(parent.body["Name"], "Ada Moss");
    sandbox.get(&format!("/sobjects/Case/{id}/Parent")).await.refused(404, "NOT_FOUND", "The requested resource");
    let children = sandbox.get(&format!("/sobjects/Account/{account}/Cases?fields=Id,Subject")).await;
    assert_eq!((&children.body["totalSize"], &children.body["records"][0]["Id"]), (&json!(1), &json!(id)));
}

#[tokio::test]
async fn a_comment_does_not_touch_its_case() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let before = sandbox.get(&format!("/sobjects/Case/{case}")).await.body;
    sandbox.door(Method::POST, "/clock", json!({"advance_seconds": 90})).await;
    let comment = sandbox.create("CaseComment", json!({"ParentId": case, "CommentBody": "seen"})).await;
    let after = sandbox.get(&format!("/sobjects/Case/{case}")).await.body;
    assert_eq!(before["SystemModstamp"], after["SystemModstamp"]);
    let read = sandbox.get(&format!("/sobjects/CaseComment/{comment}")).await.body;
    assert_eq!(read["IsPublished"], json!(false));
    assert_ne!(read["SystemModstamp"], after["SystemModstamp"]);
    // `Comments` is another way to write one.
    sandbox.patch(&format!("/sobjects/Case/{case}"), json!({"Comments": "written from outside"})).await;
    let comments = sandbox
        .query(&format!("SELECT Id, CommentBody FROM CaseComment WHERE ParentId = '{case}' ORDER BY CreatedDate, Id"))
        .await;
    assert_eq!(ids(&comments).len(), 2);
    assert_eq!(comments.body["records"][1]["CommentBody"], "written from outside");
    assert_eq!(sandbox.get(&format!("/sobjects/Case/{case}")).await.body["Comments"], Value::Null);
}

#[tokio::test]
async fn an_upsert_makes_then_changes_then_cannot_choose() {
    let sandbox = Sandbox::empty().await;
    let path = "/sobjects/Case/Entente_Key__c/op%2D1";
    let made = sandbox.patch(path, json!({"Subject": "first"})).await;
    assert_eq!((made.status, &made.body["created"]), (201, &json!(true)), "{}", made.text);
    let changed = sandbox.patch(path, json!({"Subject": "second"})).await;
    assert_eq!((changed.status, &changed.body["created"], &changed.body["id"]), (200, &json!(false), &made.body["id"]));
    let read = sandbox.get(path).await;
    assert_eq!((&read.body["Subject"], &read.body["Entente_Key__c"]), (&json!("second"), &json!("op-1")));

    let update_only =
        sandbox.patch("/sobjects/Case/Entente_Key__c/other?updateOnly=true", json!({"Subject": "x"})).await;
    update_only.refused(404, "NOT_FOUND", "The requested resource does not exist");
    let in_body = sandbox.patch(path, json!({"Entente_Key__c": "op-1"})).await;
    in_body.refused(400, "INVALID_FIELD", "should not be specified in the sobject data");

    for subject in ["a", "b"] {
        sandbox.create("Case", json!({"Subject": subject, "Jira_Reference__c": "OPS-1"})).await;
    }
    let ambiguous = sandbox.patch("/sobjects/Case/Jira_Reference__c/OPS-1", json!({"Subject": "x"})).await;
    assert_eq!((ambiguous.status, ambiguous.body.as_array().map(Vec::len)), (300, Some(2)));
    assert!(ambiguous.body[0].as_str().is_some_and(|url| url.starts_with("/services/data/v64.0/sobjects/Case/500")));
    sandbox.get("/sobjects/Case/Subject/a").await.refused(
        404,
        "NOT_FOUND",
        "Provided external ID field does not exist or is not accessible: Subject",
    );
    sandbox.get("/sobjects/Case/Entente_Key__c/nobody").await.refused(
        404,
        "NOT_FOUND",
        "The requested resource does not exist",
    );
}

#[tokio::test]
async fn a_lookup_can_be_set_by_external_id() {
    let sandbox = Sandbox::empty().await;
    let account = sandbox.create("Account", json!({"Name": "Acme", "Entente_Key__c": "A-1"})).await;
    let id = sandbox.create("Case", json!({"Subject": "x", "Account": {"Entente_Key__c": "A-1"}})).await;
    assert_eq!(sandbox.get(&format!("/sobjects/Case/{id}")).await.body["AccountId"], json!(account));
    let unknown = sandbox.post("/sobjects/Case", json!({"Account": {"Entente_Key__c": "A-2"}})).await;
    unknown.refused(
        400,
        "INVALID_FIELD",
        "Foreign key external ID: A-2 not found for field Entente_Key__c in entity Account",
    );
}

#[tokio::test]
async fn deleting_cascades_and_is_restricted_where_the_vendor_says_so() {
    let sandbox = Sandbox::empty().await;
    let account = sandbox.create("Account", json!({"Name": "Acme"})).await;
    let contact = sandbox.create("Contact", json!({"LastName": "Moss", "AccountId": account})).await;
    let case = sandbox.create("Case", json!({"Subject": "x", "AccountId": account})).await;
    sandbox.create("CaseComment", json!({"ParentId": case, "CommentBody": "c"})).await;
    sandbox.delete(&format!("/sobjects/Account/{account}")).await.refused(
        400,
        "DELETE_FAILED",
        "associated with the following cases",
    );
    assert_eq!(sandbox.delete(&format!("/sobjects/Case/{case}")).await.status, 204);
    assert_eq!(sandbox.query("SELECT COUNT() FROM CaseComment").await.body["totalSize"], 0);
    assert_eq!(sandbox.delete(&format!("/sobjects/Account/{account}")).await.status, 204);
    sandbox.get(&format!("/sobjects/Contact/{contact}")).await.refused(404, "ENTITY_IS_DELETED", "entity is deleted");
    sandbox.door(Method::POST, "/undelete", json!({"ids": [account]})).await;
    assert_eq!(sandbox.get(&format!("/sobjects/Account/{account}")).await.status, 200);
}

#[tokio::test]
async fn the_write_log_tells_each_field_that_was_sent() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.create("Case", json!({"Subject": "x"})).await;
    sandbox.patch(&format!("/sobjects/Case/{id}"), json!({"Subject": "y", "Priority": "Medium"})).await;
    sandbox.patch(&format!("/sobjects/Case/{id}"), json!({"Subject": "z", "NoSuchField": 1})).await;
    let mut writes = sandbox.door(Method::GET, "/writes", Value::Null).await.body;
    let at = |write: &mut Value| write.as_object_mut().and_then(|write| write.remove("at")).expect("a time");
    let times: Vec<Value> = writes.as_array_mut().expect("writes").iter_mut().map(at).collect();
    assert!(times.iter().all(Value::is_string), "{times:?}");
    let by = "admin@sandbox.example";
    let change = "PATCH /services/data/v64.0/sobjects/{..}/{..}";
    assert_eq!(
        writes,
        json!([
            {"route": "POST /services/data/v64.0/sobjects/{..}", "record": id, "field": "Subject", "before": null, "after": "x", "by": by},
            {"route": change, "record": id, "field": "Subject", "before": "x", "after": "y", "by": by},
            {"route": change, "record": id, "field": "Priority", "before": "Medium", "after": "Medium", "by": by},
        ])
    );
}
