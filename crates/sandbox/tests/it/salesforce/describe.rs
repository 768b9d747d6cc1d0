//! Describes, compared with themselves and, where they lie beside the repository, with recorded ones.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::harness::Sandbox;

#[tokio::test]
async fn the_global_describe_lists_every_object() {
    let sandbox = Sandbox::empty().await;
    let global = sandbox.get("/sobjects").await.body;
    assert_eq!((&global["encoding"], &global["maxBatchSize"]), (&json!("UTF-8"), &json!(200)));
    let case =
        global["sobjects"].as_array().expect("objects").iter().find(|object| object["name"] == "Case").expect("Case");
    assert_eq!(
        (&case["keyPrefix"], &case["createable"], &case["labelPlural"]),
        (&json!("500"), &json!(true), &json!("Cases"))
    );
    assert_eq!(case["urls"]["describe"], "/services/data/v64.0/sobjects/Case/describe");
    let basic = sandbox.get("/sobjects/Case").await.body;
    assert_eq!(&basic["objectDescribe"], case);
}

fn field<'a>(describe: &'a Value, name: &str) -> &'a Value {
    let fields = describe["fields"].as_array().expect("fields");
    fields.iter().find(|field| field["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn a_field_is_described_as_it_behaves() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.get("/sobjects/Case/describe").await.body;
    let status = field(&case, "Status");
    assert_eq!(
        (&status["type"], &status["soapType"], &status["restrictedPicklist"]),
        (&json!("picklist"), &json!("xsd:string"), &json!(false))
    );
    assert_eq!(
        status["picklistValues"][0],
        json!({"active": true, "defaultValue": true, "label": "New", "validFor": null, "value": "New"})
    );
    let owner = field(&case, "OwnerId");
    assert_eq!(
        (&owner["referenceTo"], &owner["polymorphicForeignKey"], &owner["defaultedOnCreate"]),
        (&json!(["Group", "User"]), &json!(true), &json!(true))
    );
    let description = field(&case, "Description");
    assert_eq!(
        (&description["length"], &description["filterable"], &description["sortable"]),
        (&json!(32_000), &json!(false), &json!(false))
    );
    let key = field(&case, "Entente_Key__c");
    assert_eq!(
        (&key["externalId"], &key["unique"], &key["caseSensitive"], &key["length"]),
        (&json!(true), &json!(true), &json!(true), &json!(80))
    );
    assert_eq!(field(&case, "CaseNumber")["autoNumber"], json!(true));
    let comments = case["childRelationships"]
        .as_array()
        .expect("children")
        .iter()
        .find(|list| list["childSObject"] == "CaseComment");
    assert_eq!(comments.map(|list| &list["relationshipName"]), Some(&json!("CaseComments")));
    assert_eq!(case["recordTypeInfos"][0]["recordTypeId"], "012000000000000AAA");
}

/// Where recorded describes may lie.
fn recorded(name: &str) -> Option<Value> {
    let shared = std::env::var("ENTENTE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let text = std::fs::read_to_string(shared.join(format!("data/salesforce/describe/{name}.json"))).ok()?;
    serde_json::from_str(&text).ok()
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "a check that is left out must say so")]
async fn a_describe_has_the_shape_of_a_recorded_one() {
    let sandbox = Sandbox::empty().await;
    let mut differences = Vec::new();
    for object in ["Case", "Account", "Contact", "Lead", "Opportunity"] {
        let Some(recorded) = recorded(object) else {
            eprintln!("no recorded describe of {object} here: its shape is not compared");
            continue;
        };
        let ours = sandbox.get(&format!("/sobjects/{object}/describe")).await.body;
        let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&recorded).difference(&keys(&ours)).collect::<Vec<_>>(), Vec::<&String>::new(), "{object}");
        assert_eq!(keys(&recorded["fields"][0]), keys(&ours["fields"][0]), "{object}");
        let same =
            ["type", "length", "nillable", "createable", "updateable", "referenceTo", "relationshipName", "soapType"];
        for theirs in recorded["fields"].as_array().expect("fields") {
            let mine = ours["fields"].as_array().expect("fields").iter().find(|field| field["name"] == theirs["name"]);
            // Picklists have been 40 characters long and are 255 now; names of persons are compounds there.
            let Some(mine) = mine.filter(|mine| mine["type"] != "picklist") else { continue };
            let unlike = same.iter().filter(|key| mine[**key] != theirs[**key]);
            differences.extend(
                unlike.map(|key| format!("{object}.{}.{key}: {} is {}", theirs["name"], mine[*key], theirs[*key])),
            );
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}
