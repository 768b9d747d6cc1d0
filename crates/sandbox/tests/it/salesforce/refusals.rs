//! What the vendor refuses, in the vendor's words.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::Sandbox;

#[tokio::test]
async fn a_record_that_is_wrong_is_refused_with_its_reason() {
    let sandbox = Sandbox::empty().await;
    let account = sandbox.create("Account", json!({"Name": "Acme"})).await;
    let long = "x".repeat(256);
    let rows: Vec<(&str, Value, &str, String, Value)> = vec![
        ("Contact", json!({"FirstName": "Ada"}), "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]".into(), json!(["LastName"])),
        ("Case", json!({"Subject": long}), "STRING_TOO_LONG", format!("Subject: data value too large: {long} (max length=255)"), json!(["Subject"])),
        ("Case", json!({"Foo": 1}), "INVALID_FIELD", "No such column 'Foo' on sobject of type Case".into(), Value::Null),
        ("Case", json!({"CaseNumber": "1"}), "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: CaseNumber. Please check the security settings of this field and verify that it is read/write for your profile or permission set.".into(), json!(["CaseNumber"])),
        ("Case", json!({"AccountId": "001x"}), "MALFORMED_ID", "Account ID: id value of incorrect type: 001x".into(), json!(["AccountId"])),
        ("Case", json!({"ContactId": account}), "MALFORMED_ID", format!("Contact ID: id value of incorrect type: {account}"), json!(["ContactId"])),
        ("Case", json!({"AccountId": "0015g0000000zzz"}), "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id".into(), json!([])),
        ("Contact", json!({"LastName": "x", "Email": "123"}), "INVALID_EMAIL_ADDRESS", "Email: invalid email address: 123".into(), json!(["Email"])),
        ("Case", json!({"IsEscalated": null}), "INVALID_TYPE_ON_FIELD_IN_RECORD", "Escalated: value not of required type: null".into(), json!(["IsEscalated"])),
        ("Case", json!({"IsEscalated": "maybe"}), "JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from VALUE_STRING value maybe".into(), Value::Null),
        ("Case", json!({"Subject": 5}), "JSON_PARSER_ERROR", "Cannot deserialize instance of string from VALUE_NUMBER_INT value 5".into(), Value::Null),
        ("Account", json!({"Name": "x", "NumberOfEmployees": 9_999_999_999_i64}), "NUMBER_OUTSIDE_VALID_RANGE", "Employees: value outside of valid range".into(), json!(["NumberOfEmployees"])),
        ("Opportunity", json!({"Name": "x", "StageName": "Prospecting", "CloseDate": "soon"}), "JSON_PARSER_ERROR", "Cannot deserialize instance of date from VALUE_STRING value soon".into(), Value::Null),
        ("Opportunity", json!({"Name": "x", "StageName": "Prospecting", "CloseDate": "0000-01-01"}), "FIELD_INTEGRITY_EXCEPTION", "Close Date: invalid date: 0000-01-01".into(), json!(["CloseDate"])),
        ("Opportunity", json!({"Name": "x", "StageName": "Prospecting", "CloseDate": "4001-01-01"}), "FIELD_INTEGRITY_EXCEPTION", "Close Date: invalid date: 4001-01-01".into(), json!(["CloseDate"])),
        ("Event", json!({"Subject": "x", "DurationInMinutes": 5, "ActivityDateTime": "1699-12-31T23:59:59Z"}), "FIELD_INTEGRITY_EXCEPTION", "Due Date Time: invalid date: 1699-12-31T23:59:59Z".into(), json!(["ActivityDateTime"])),
        ("Group", json!({"Name": "x", "Type": "Committee"}), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Type: bad value for restricted picklist field: Committee".into(), json!(["Type"])),
        ("CaseStatus", json!({"MasterLabel": "x"}), "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: Case Status Value".into(), json!([])),
        ("Case", json!({"Id": "500000000000001"}), "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call".into(), json!(["Id"])),
    ];
    for (object, fields, code, message, about) in rows {
        let reply = sandbox.post(&format!("/sobjects/{object}"), fields.clone()).await;
        reply.refused(400, code, &message);
        assert_eq!(reply.body[0].get("fields").cloned().unwrap_or_default(), about, "{fields}");
        assert_eq!(reply.body.as_array().map(Vec::len), Some(1), "errors are a list");
    }
    assert_eq!(sandbox.query("SELECT COUNT() FROM Case").await.body["totalSize"], 0);
}

#[tokio::test]
async fn an_activated_contract_is_never_a_draft_again() {
    let sandbox = Sandbox::empty().await;
    let account = sandbox.create("Account", json!({"Name": "Acme"})).await;
    let contract = sandbox.create("Contract", json!({"AccountId": account})).await;
    let path = format!("/sobjects/Contract/{contract}");
    let become_ = |status: &str| sandbox.patch(&path, json!({"Status": status}));
    assert_eq!(become_("In Approval Process").await.status, 204);
    assert_eq!(become_("Draft").await.status, 204);
    assert_eq!(become_("Activated").await.status, 204);
    for status in ["Draft", "In Approval Process"] {
        let message = "Choose a valid contract status and save your changes. Ask your admin for details.";
        become_(status).await.refused(400, "FAILED_ACTIVATION", message);
    }
    let described = sandbox.patch(&path, json!({"Description": "x"})).await;
    assert_eq!(described.status, 204);
}

#[tokio::test]
async fn a_unique_value_is_refused_with_the_id_of_its_owner() {
    let sandbox = Sandbox::empty().await;
    let first = sandbox.create("Case", json!({"Entente_Key__c": "k"})).await;
    let twin = sandbox.post("/sobjects/Case", json!({"Entente_Key__c": "k"})).await;
    twin.refused(
        400,
        "DUPLICATE_VALUE",
        &format!("duplicate value found: Entente_Key__c duplicates value on record with id: {first}"),
    );
    let other_case = sandbox.post("/sobjects/Case", json!({"Entente_Key__c": "K"})).await;
    assert_eq!(other_case.status, 201, "the key is case-sensitive");
    sandbox.delete(&format!("/sobjects/Case/{first}")).await;
    assert_eq!(
        sandbox.post("/sobjects/Case", json!({"Entente_Key__c": "k"})).await.status,
        201,
        "the bin holds no keys"
    );
}

#[tokio::test]
async fn wrong_targets_are_refused() {
    let sandbox = Sandbox::empty().await;
    let unknown = "5005g0000000zzzAAA";
    sandbox.get(&format!("/sobjects/Case/{unknown}")).await.refused(
        404,
        "NOT_FOUND",
        &format!("Provided external ID field does not exist or is not accessible: {unknown}"),
    );
    sandbox.patch(&format!("/sobjects/Case/{unknown}"), json!({})).await.refused(
        404,
        "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id",
    );
    sandbox.delete(&format!("/sobjects/Case/{unknown}")).await.refused(
        404,
        "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id",
    );
    sandbox.patch("/sobjects/Case/xyz", json!({})).await.refused(
        400,
        "MALFORMED_ID",
        "Case ID: id value of incorrect type: xyz",
    );
    sandbox.get("/sobjects/Nonsense/describe").await.refused(404, "NOT_FOUND", "The requested resource does not exist");
    sandbox.call(Method::PUT, "/sobjects/Case", Some(json!({}))).await.refused(
        405,
        "METHOD_NOT_ALLOWED",
        "HTTP Method 'PUT' not allowed. Allowed are",
    );
}

#[tokio::test]
async fn bodies_that_are_no_json_are_refused() {
    let sandbox = Sandbox::empty().await;
    let path = "/services/data/v64.0/sobjects/Case";
    let plain = [("Content-Type", "text/plain")];
    let reply = sandbox.send(Method::POST, path, &plain, Some(b"Subject".to_vec())).await.expect("an answer");
    reply.refused(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type header specified in HTTP request is not supported");
    let broken = sandbox.send(Method::POST, path, &[], Some(b"{\"Subject\": ".to_vec())).await.expect("an answer");
    broken.refused(400, "JSON_PARSER_ERROR", "[line:1");
    let nothing = sandbox.call(Method::POST, "/sobjects/Case", None).await;
    nothing.refused(400, "JSON_PARSER_ERROR", "The HTTP entity body is required");
}

#[tokio::test]
async fn a_comment_is_measured_in_bytes() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let fits =
        sandbox.post("/sobjects/CaseComment", json!({"ParentId": case, "CommentBody": "\u{e9}".repeat(2_000)})).await;
    assert_eq!(fits.status, 201);
    let too_long =
        sandbox.post("/sobjects/CaseComment", json!({"ParentId": case, "CommentBody": "\u{e9}".repeat(2_001)})).await;
    too_long.refused(400, "STRING_TOO_LONG", "(max length=4000)");
}

#[tokio::test]
async fn an_administrators_rules_refuse_in_their_own_words() {
    let sandbox = Sandbox::empty().await;
    let rule = json!({"validation": {"object": "Case", "error_when": "Status = 'Closed' AND Reason = null", "message": "Say why.", "field": "Reason"}});
    sandbox.door(Method::POST, "/rules", rule).await;
    let id = sandbox.create("Case", json!({"Subject": "x"})).await;
    let refused = sandbox.patch(&format!("/sobjects/Case/{id}"), json!({"Status": "Closed"})).await;
    refused.refused(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Say why.");
    assert_eq!(refused.body[0]["fields"], json!(["Reason"]));
    let closed = sandbox.patch(&format!("/sobjects/Case/{id}"), json!({"Status": "Closed", "Reason": "Other"})).await;
    assert_eq!(closed.status, 204);

    sandbox
        .door(
            Method::POST,
            "/rules",
            json!({"duplicates": {"object": "Contact", "field": "Email", "alert_only": true}}),
        )
        .await;
    let contact = json!({"LastName": "Moss", "Email": "ada@acme.example"});
    let first = sandbox.create("Contact", contact.clone()).await;
    let twin = sandbox.post("/sobjects/Contact", contact.clone()).await;
    twin.refused(400, "DUPLICATES_DETECTED", "You're creating a duplicate record");
    let matched = &twin.body[0]["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"]["Id"];
    assert_eq!(matched, &json!(first));
    let headers = [("Sforce-Duplicate-Rule-Header", "allowSave=true; runAsCurrentUser=true")];
    assert_eq!(sandbox.call_with(Method::POST, "/sobjects/Contact", &headers, Some(contact)).await.status, 201);
}

#[tokio::test]
async fn an_assignment_rule_acts_unless_it_is_told_not_to() {
    let sandbox = Sandbox::empty().await;
    let queue =
        sandbox.query("SELECT Id FROM Group WHERE Type = 'Queue' AND DeveloperName = 'Returns'").await.body["records"]
            [0]["Id"]
            .clone();
    sandbox.door(Method::POST, "/rules", json!({"assignment": {"object": "Case", "queue_id": queue}})).await;
    let owner = async |headers: &[(&str, &str)]| {
        let made = sandbox.call_with(Method::POST, "/sobjects/Case", headers, Some(json!({"Subject": "x"}))).await;
        sandbox.get(&format!("/sobjects/Case/{}?fields=OwnerId", made.id())).await.body["OwnerId"].clone()
    };
    assert_eq!(owner(&[]).await, queue);
    assert_ne!(owner(&[("Sforce-Auto-Assign", "FALSE")]).await, queue);
}

#[tokio::test]
async fn inactive_people_own_nothing() {
    let sandbox = Sandbox::empty().await;
    let user = sandbox.query("SELECT Id FROM User WHERE IsActive = false").await.body["records"][0]["Id"].clone();
    let reply = sandbox.post("/sobjects/Case", json!({"OwnerId": user})).await;
    reply.refused(400, "INACTIVE_OWNER_OR_USER", "operation performed with inactive user");
}

#[tokio::test]
async fn a_record_always_has_an_owner() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.post("/sobjects/Case", json!({"Subject": "x"})).await.id();
    let reply = sandbox.patch(&format!("/sobjects/Case/{id}"), json!({"OwnerId": null})).await;
    reply.refused(400, "INVALID_CROSS_REFERENCE_KEY", "Owner ID: owner cannot be blank");
}
