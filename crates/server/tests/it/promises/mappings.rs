//! A mapping that changes while its pairs are there, and values for which it has no counterpart.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, Side};
use crate::process::{Ended, run};

fn ask(company: &Company, items: &str, arguments: &[&str]) -> Ended {
    let file = company.configure(items, "");
    run(&[arguments, &["--config", &file]].concat())
}

fn verified(company: &Company, items: &str) -> Value {
    ask(company, items, &["verify", "--json"]).json()
}

/// A changed step or table reaches the pairs that are there, is shown before, and is quiet afterwards; `verify` does not
/// take for agreed what agreed under another mapping.
#[test]
fn a_changed_mapping_reaches_the_pairs_that_are_there() {
    let company = Company::new();
    let before = cases!(
        r"
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Priority, jira: priority, values: { High: High, Low: Low } } ]
    status: { field: Status, values: { New: To Do, Working: In Progress } }
"
    );
    let id = company.create("Case", &json!({ "Subject": "Loud", "Priority": "High", "Status": "Working" }));
    company.sync(before);
    let key = company.twin("Case", &id).unwrap();
    let after = before
        .replace("jira: summary }", "jira: summary, to_jira: [ upper_case ] }")
        .replace("High: High", "High: Highest")
        .replace("Working: In Progress", "Working: Blocked");
    assert_eq!(verified(&company, &after)["disagree"], 1);
    let plan = company.plan(&after);
    let planned = |plan: &Value| -> Vec<String> {
        let writes = plan["writes"].as_array().unwrap().iter();
        writes.map(|write| format!("{} := {} ({})", write["field"], write["to"], write["why"])).collect()
    };
    let changed = |field: &str, value: &str| format!("\"{field}\" := \"{value}\" (\"the mapping changed\")");
    assert_eq!(
        planned(&plan),
        [changed("summary", "LOUD"), changed("priority", "Highest"), changed("status", "Blocked")],
        "{plan}"
    );
    company.sync(&after);
    let issue = company.issue(&key);
    let shown = [&issue["summary"], &issue["priority"]["name"], &issue["status"]["name"]];
    assert_eq!(shown, ["LOUD", "Highest", "Blocked"]);
    assert_eq!(company.record("Case", &id)["Subject"], "Loud");
    assert_eq!(company.sync(&after)["writes"], json!({ "salesforce": 0, "jira": 0 }));
    assert_eq!(verified(&company, &after)["agree"], 1);

    // Back again: the line has no steps any more.
    let n_before = company.log(Side::Salesforce).len();
    company.sync(before);
    assert_eq!(company.issue(&key)["summary"], "Loud");
    assert_eq!(company.log(Side::Salesforce).len(), n_before, "Salesforce's values are the ones that count");
}

/// A field that leaves the project is named, with its links, by the run and by the status; the other fields go on.
#[test]
fn a_field_that_left_the_project_is_named_where_agreement_is_spoken_of() {
    let company = Company::new();
    let made = json!({ "name": "Plant", "type": "com.atlassian.jira.plugin.system.customfieldtypes:textfield" });
    let field = company.jira(Method::POST, "field", &made)["id"].as_str().unwrap().to_owned();
    let items = cases!(
        r"
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: SuppliedCompany, jira: Plant } ]
"
    );
    let id = company.create("Case", &json!({ "Subject": "One", "SuppliedCompany": "North" }));
    company.sync(items);
    let key = company.twin("Case", &id).unwrap();
    assert_eq!(company.issue(&key)["Plant"], "North");

    let context = company.jira(Method::GET, &format!("field/{field}/context"), &Value::Null)["values"][0]["id"].clone();
    let other = company.jira(Method::GET, "project/SUP", &Value::Null)["id"].clone();
    let path = format!("field/{field}/context/{}/project", context.as_str().unwrap());
    company.jira(Method::PUT, &path, &json!({ "projectIds": [other] }));
    company.edit("Case", &id, &json!({ "Subject": "Two", "SuppliedCompany": "South" }));
    let says = "SuppliedCompany>Plant is left alone on 1 link: Jira Plant cannot be read";
    let synced = ask(&company, items, &["sync"]).stdout;
    assert!(synced.contains(says) && !synced.contains("in agreement"), "{synced}");
    assert_eq!(company.issue(&key)["summary"], "Two");
    assert_eq!(company.record("Case", &id)["SuppliedCompany"], "South", "what cannot be read is not empty");
    let status = ask(&company, items, &["status"]).stdout;
    assert!(status.contains(says), "{status}");
    let checked = run(&["check", &company.configure(items, ""), "--online"]);
    assert!(checked.code == 1 && checked.stdout.contains("the field Plant"), "{checked:?}");
}

/// What could not flow is counted wherever agreement is spoken of.
#[test]
fn values_that_cannot_flow_are_not_called_agreement() {
    let company = Company::new();
    let items = cases!(
        r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: SuppliedCompany, jira: Customer, to_jira: [ lower_case ], to_salesforce: [ upper_case ] }
"
    );
    let id = company.create("Case", &json!({ "Subject": "Odd", "SuppliedCompany": "ACME" }));
    let synced = |company: &Company| ask(company, items, &["sync"]).stdout;
    let first = synced(&company);
    assert!(first.contains("1 link in agreement"), "{first}");
    let key = company.twin("Case", &id).unwrap();
    let fields = company.jira(reqwest::Method::GET, "field", &Value::Null);
    let customer = fields.as_array().unwrap().iter().find(|field| field["name"] == "Customer").unwrap();
    company.edit_issue(&key, &json!({ super::company::text(&customer["id"]): "Acme" }));
    for _ in 0..2 {
        let text = synced(&company);
        assert!(!text.contains("in agreement") && text.contains("1 left alone"), "{text}");
    }
    assert_eq!(company.sync(items)["left_alone"], 1);
    let status = ask(&company, items, &["status"]).stdout;
    assert!(status.contains("1 left alone"), "{status}");
    assert_eq!(verified(&company, items)["explained"], 1);
    company.edit_issue(&key, &json!({ super::company::text(&customer["id"]): "acme" }));
    let healed = synced(&company);
    assert!(healed.contains("1 link in agreement"), "{healed}");
}
