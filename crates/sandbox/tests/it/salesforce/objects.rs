//! Custom objects and fields through the control door, and worlds without the prerequisites.

use entente_sandbox::Options;
use reqwest::Method;
use serde_json::json;

use super::harness::Sandbox;

#[tokio::test]
async fn a_custom_object_behaves_like_any_other() {
    let sandbox = Sandbox::empty().await;
    let object = json!({
        "object": "Machine__c", "label": "Machine",
        "fields": {
            "Serial__c": {"type": "Text", "length": 20, "externalId": true, "unique": true},
            "Site__c": {"type": "Picklist", "values": ["North", "South"], "restricted": true},
            "Case__c": {"type": "Lookup", "referenceTo": "Case", "childRelationshipName": "Machines"},
            "Hours__c": "double(10 1)",
        },
    });
    sandbox.door(Method::POST, "/objects", object).await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let made = sandbox
        .patch(
            "/sobjects/Machine__c/Serial__c/S-1",
            json!({"Name": "Press", "Site__c": "North", "Case__c": case, "Hours__c": 12.34}),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let row = sandbox.query("SELECT Name, Hours__c, Case__r.Subject FROM Machine__c").await.body["records"][0].clone();
    assert_eq!((&row["Hours__c"], &row["Case__r"]["Subject"]), (&json!(12.3), &json!("x")));
    let list = sandbox.query("SELECT Id, (SELECT Serial__c FROM Machines__r) FROM Case").await.body;
    assert_eq!(list["records"][0]["Machines__r"]["records"][0]["Serial__c"], "S-1");
    sandbox.post("/sobjects/Machine__c", json!({"Site__c": "East"})).await.refused(
        400,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "Site: bad value for restricted picklist field: East",
    );
    let describe = sandbox.get("/sobjects/Machine__c/describe").await.body;
    assert_eq!(
        (&describe["custom"], &describe["keyPrefix"].as_str().map(|prefix| &prefix[..1])),
        (&json!(true), &Some("a"))
    );
}

#[tokio::test]
async fn a_field_can_be_added_to_an_object_that_has_rows() {
    let sandbox = Sandbox::empty().await;
    let id = sandbox.create("Case", json!({"Subject": "old"})).await;
    sandbox
        .door(
            Method::POST,
            "/objects",
            json!({"object": "Case", "fields": [{"name": "Plant__c", "type": "Text", "length": 40}]}),
        )
        .await;
    assert_eq!(sandbox.get(&format!("/sobjects/Case/{id}")).await.body["Plant__c"], json!(null));
    sandbox.patch(&format!("/sobjects/Case/{id}"), json!({"Plant__c": "Leeds"})).await;
    assert_eq!(sandbox.query("SELECT Id FROM Case WHERE Plant__c = 'leeds'").await.body["totalSize"], 1);
}

#[tokio::test]
async fn a_bare_world_has_no_prerequisites() {
    let bare = Sandbox::with(Options { prerequisites: false, ..Options::default() }).await;
    bare.post("/sobjects/Case", json!({"Entente_Key__c": "x"})).await.refused(
        400,
        "INVALID_FIELD",
        "No such column 'Entente_Key__c' on sobject of type Case",
    );
    bare.get("/sobjects/Entente_Op__c/describe").await.refused(404, "NOT_FOUND", "");
    let full = Sandbox::empty().await;
    let op = full.create("Entente_Op__c", json!({"Key__c": "k", "Target__c": "500"})).await;
    assert!(op.starts_with('a'), "{op}");
}

#[tokio::test]
async fn a_text_and_a_moment_have_the_defaults_that_their_formulas_say() {
    let sandbox = Sandbox::demo().await;
    let made = sandbox.create("Entente_Access__c", json!({})).await;
    let row = sandbox.get(&format!("/sobjects/Entente_Access__c/{made}")).await.body;
    assert_eq!((&row["Status__c"], &row["Name"]), (&json!("Requested"), &json!("000001")));
    assert_eq!(row["Requested_At__c"], row["CreatedDate"]);
    let said = json!({"Status__c": "Draft", "Requested_At__c": null});
    let made = sandbox.create("Entente_Access__c", said).await;
    let row = sandbox.get(&format!("/sobjects/Entente_Access__c/{made}")).await.body;
    assert_eq!((&row["Status__c"], &row["Requested_At__c"]), (&json!("Draft"), &json!(null)));
    let describe = sandbox.get("/sobjects/Entente_Access__c/describe").await.body;
    let field = |name: &str| {
        let fields = describe["fields"].as_array().expect("fields");
        fields.iter().find(|field| field["name"] == name).expect("the field").clone()
    };
    assert_eq!(field("Status__c")["defaultValueFormula"], "\"Requested\"");
    assert_eq!(field("Requested_At__c")["defaultValueFormula"], "NOW()");
    assert_eq!(
        (&field("Reason__c")["defaultedOnCreate"], &field("Status__c")["defaultedOnCreate"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn the_demo_company_has_projects_and_evaluations_to_grant_access_from() {
    let sandbox = Sandbox::demo().await;
    let query = "SELECT Name, Project_Number__c, (SELECT Id FROM JSM_Access__r) FROM Customer_Project__c \
                 WHERE Account__r.Name != null ORDER BY Project_Number__c";
    let projects = sandbox.query(query).await.body;
    assert_eq!((&projects["totalSize"], &projects["records"][0]["Project_Number__c"]), (&json!(5), &json!("000922")));
    let product = sandbox.query("SELECT Id FROM Evaluation_Product__c WHERE Active__c = true").await.body;
    let list = sandbox.create("Evaluation_List__c", json!({})).await;
    let target = json!({"Evaluation_List__c": list, "Evaluation_Product__c": product["records"][0]["Id"]});
    sandbox.create("Target_Product__c", target).await;
    let query = "SELECT Status__c, (SELECT Evaluation_Product__r.Name FROM Target_Products__r) FROM Evaluation_List__c";
    let row = sandbox.query(query).await.body["records"][0].clone();
    assert_eq!(row["Target_Products__r"]["records"][0]["Evaluation_Product__r"]["Name"], "Fusion SMB Server");
}
