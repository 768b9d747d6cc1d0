//! Record types and picklists that depend on others.

use reqwest::Method;
use serde_json::json;

use super::harness::Sandbox;

async fn types(sandbox: &Sandbox) {
    let described = json!({
        "object": "Case",
        "recordTypes": [
            {"developerName": "Support", "name": "Support", "default": true, "picklists": {"Severity__c": ["Low", "High"]}},
            {"developerName": "Repair", "name": "Repair", "picklists": {"Severity__c": ["High"]}},
            {"developerName": "Old", "name": "Old", "active": false},
        ],
        "fields": {
            "Severity__c": {"type": "Picklist", "restricted": true, "picklistValues": ["Low", "High", "Extreme"]},
            "Region__c": {"type": "Picklist", "restricted": true, "picklistValues": ["EU", "US"]},
            "Plant__c": {"type": "Picklist", "restricted": true, "controllingField": "Region__c", "picklistValues": [
                {"value": "Aarhus", "validFor": ["EU"]}, {"value": "Boston", "validFor": ["US"]}, {"value": "Online", "validFor": ["EU", "US"]},
            ]},
        },
    });
    sandbox.door(Method::POST, "/objects", described).await;
}

async fn type_id(sandbox: &Sandbox, developer_name: &str) -> String {
    let soql = format!("SELECT Id FROM RecordType WHERE SobjectType = 'Case' AND DeveloperName = '{developer_name}'");
    sandbox.query(&soql).await.body["records"][0]["Id"].as_str().expect("a record type").to_owned()
}

#[tokio::test]
async fn a_new_record_has_the_default_type_or_the_one_it_names() {
    let sandbox = Sandbox::empty().await;
    types(&sandbox).await;
    let (support, repair) = (type_id(&sandbox, "Support").await, type_id(&sandbox, "Repair").await);
    let usual = sandbox.create("Case", json!({"Subject": "x"})).await;
    let named = sandbox.create("Case", json!({"Subject": "x", "RecordTypeId": repair})).await;
    let soql = "SELECT Id, RecordType.DeveloperName FROM Case ORDER BY CaseNumber";
    let rows = sandbox.query(soql).await.body["records"].clone();
    assert_eq!((&rows[0]["Id"], &rows[0]["RecordType"]["DeveloperName"]), (&json!(usual), &json!("Support")));
    assert_eq!((&rows[1]["Id"], &rows[1]["RecordType"]["DeveloperName"]), (&json!(named), &json!("Repair")));
    let old = type_id(&sandbox, "Old").await;
    let message = format!("Record Type ID: this ID value isn't valid for the user: {old}");
    let refused = sandbox.post("/sobjects/Case", json!({"RecordTypeId": old})).await;
    refused.refused(400, "INVALID_CROSS_REFERENCE_KEY", &message);
    let infos = sandbox.get("/sobjects/Case/describe").await.body["recordTypeInfos"].clone();
    let usual: Vec<_> = infos
        .as_array()
        .expect("a list")
        .iter()
        .filter(|info| info["defaultRecordTypeMapping"] == true)
        .map(|info| info["recordTypeId"].clone())
        .collect();
    assert_eq!(usual, [json!(support)]);
}

#[tokio::test]
async fn a_restricted_value_must_be_one_of_the_records_type() {
    let sandbox = Sandbox::empty().await;
    types(&sandbox).await;
    let repair = type_id(&sandbox, "Repair").await;
    let refused = sandbox.post("/sobjects/Case", json!({"RecordTypeId": repair, "Severity__c": "Low"})).await;
    let message = "Severity: bad value for restricted picklist field: Low";
    refused.refused(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message);
    let taken = sandbox.post("/sobjects/Case", json!({"Severity__c": "Low"})).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
}

#[tokio::test]
async fn a_dependent_value_must_go_with_its_controlling_one() {
    let sandbox = Sandbox::empty().await;
    types(&sandbox).await;
    let case = sandbox.create("Case", json!({"Region__c": "EU", "Plant__c": "Aarhus"})).await;
    let path = format!("/sobjects/Case/{case}");
    for change in [json!({"Plant__c": "Boston"}), json!({"Region__c": "US"}), json!({"Region__c": null})] {
        let refused = sandbox.patch(&path, change).await;
        refused.refused(400, "FIELD_INTEGRITY_EXCEPTION", "Plant: value ");
        assert_eq!(refused.body[0]["fields"], json!(["Plant__c"]));
    }
    let changed = sandbox.patch(&path, json!({"Region__c": "US", "Plant__c": "Boston"})).await;
    assert_eq!(changed.status, 204);
    let describe = sandbox.get("/sobjects/Case/describe").await.body;
    let fields = describe["fields"].as_array().expect("fields");
    let plant = fields.iter().find(|field| field["name"] == "Plant__c").expect("Plant__c");
    assert_eq!((&plant["dependentPicklist"], &plant["controllerName"]), (&json!(true), &json!("Region__c")));
    let bits: Vec<_> =
        plant["picklistValues"].as_array().expect("values").iter().map(|one| one["validFor"].clone()).collect();
    assert_eq!(
        bits,
        [json!("gA=="), json!("QA=="), json!("wA==")],
        "the first value of the controlling field is the highest bit"
    );
}
