//! What can be connected: objects and fields, live from the org.

use serde_json::{Value, json};

use super::company::{Company, ENTENTE, text};
use crate::process::{Ended, run};

const ITEM: &str = r"
  cases:
    owner: integrations@acme.example
    state: draft
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, project: OPS, issue_type: Bug }
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Subject, jira: summary } ]
";

fn ask(company: &Company, arguments: &[&str]) -> Ended {
    let file = company.configure(ITEM, "");
    run(&[&["objects"], arguments, &["--config", &file]].concat())
}

fn answer(company: &Company, arguments: &[&str]) -> Value {
    let ended = ask(company, &[arguments, &["--json"]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    ended.json()
}

/// The objects of a group, and the sentence that helps with it.
fn group(catalogue: &Value, name: &str) -> (Vec<String>, String) {
    let groups = catalogue["groups"].as_array().unwrap();
    let group = groups.iter().find(|group| group["name"] == name).unwrap_or_else(|| panic!("{name}: {catalogue}"));
    let objects = group["objects"].as_array().unwrap().iter().map(|object| text(&object["name"]).to_owned());
    (objects.collect(), text(&group["help"]).to_owned())
}

/// S1-08 to S1-13, S1-93: standard objects in their groups, each with a sentence of help; custom ones as the org has them.
#[test]
fn objects_stand_in_their_groups_and_custom_ones_are_found() {
    let company = Company::new();
    let before = answer(&company, &["acme-org"]);
    for (name, objects, help) in [
        ("Salesforce Service Cloud", &["Case"][..], "full sync"),
        ("Salesforce CRM", &["Account", "Contact", "Lead", "Opportunity"], "previews"),
        ("Salesforce Activities", &["Task", "Event"], "ShowAs"),
        ("Salesforce Revenue", &["Quote", "Order", "Contract"], "one way or both"),
    ] {
        let (found, sentence) = group(&before, name);
        assert_eq!(found, objects, "{name}");
        assert!(sentence.contains(help), "{name}: {sentence}");
    }
    assert!(!before.to_string().contains("Machine__c") && !before.to_string().contains("Entente_"), "{before}");
    let event = before["groups"][2]["objects"][1].clone();
    assert_eq!((&event["name"], &event["status"]), (&json!("Event"), &json!("ShowAs")));

    let fields = json!([{ "name": "Serial__c", "type": "Text", "length": 80 }]);
    company.org_door("objects", &json!({ "object": "Machine__c", "fields": fields }));
    assert!(group(&answer(&company, &["acme-org"]), "Custom objects").0.contains(&"Machine__c".to_owned()));
    let words = ask(&company, &["acme-org"]);
    assert!(words.stdout.contains("Custom objects: Your own data model"), "{words:?}");

    company.org_door("rights", &json!({ "user": ENTENTE, "object": "Machine__c", "read": false }));
    let hidden = answer(&company, &["acme-org"]);
    assert!(!hidden.to_string().contains("Machine__c"), "what the user may not see is not there: {hidden}");
}

/// S1-14: fields come from the org as it is now, with types and values, and labels that say whose they are.
#[test]
fn fields_come_from_the_org_with_clear_labels() {
    let company = Company::new();
    let field = |object: &str, name: &str| {
        let described = answer(&company, &["acme-org", object]);
        let fields = described["fields"].as_array().unwrap();
        fields.iter().find(|field| field["name"] == name).cloned().unwrap_or_else(|| panic!("{name}: {described}"))
    };
    assert_eq!(field("Account", "Name")["label"], "Account Name");
    assert_eq!(field("Opportunity", "Name")["label"], "Opportunity Name");
    assert_eq!(field("Case", "Status")["label"], "Case Status");
    assert_eq!(field("Case", "SuppliedEmail")["label"], "Email Address");
    let priority = field("Case", "Priority");
    assert!(priority["values"].as_array().unwrap().contains(&json!("High")), "{priority}");
    assert_eq!((&priority["type"], &priority["updateable"]), (&json!("picklist"), &json!(true)));
    assert_eq!(field("Case", "CaseNumber")["updateable"], false);
    assert_eq!(field("Case", "AccountId")["references"], json!(["Account"]));

    let more = json!([{ "name": "Region__c", "type": "Text", "length": 80 }]);
    company.org_door("objects", &json!({ "object": "Case", "fields": more }));
    assert_eq!(field("Case", "Region__c")["label"], "Region", "a field that was made a moment ago");
    company.org_door("rights", &json!({ "user": ENTENTE, "object": "Case", "field": "Region__c", "read": false }));
    assert!(
        !ask(&company, &["acme-org", "Case"]).stdout.contains("Region__c"),
        "what the user may not see is not shown"
    );
}

/// A connection or an object that is not there is named, with those that are.
#[test]
fn what_cannot_be_listed_is_said() {
    let company = Company::new();
    for (arguments, says) in [
        (&["acme"][..], "There is no Salesforce connection \"acme\"; there is: acme-org."),
        (&["acme-site"], "There is no Salesforce connection \"acme-site\""),
        (&["acme-org", "Cases"], "acme-org has no object Cases that the integration user can see"),
    ] {
        let ended = ask(&company, arguments);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains(says), "{says}: {ended:?}");
    }
}
