//! A mapping that changes while its pairs are there, and values for which it has no counterpart.

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

/// S1-49, S1-50, S1-52, S1-53, S1-56: one table of all items, whatever their mode.
#[test]
fn all_items_stand_in_one_table() {
    let company = Company::new();
    let items = concat!(
        cases!(
            r"
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Priority, jira: priority, values: { High: High } } ]
    status: { field: Status, values: { New: To Do } }
"
        ),
        r"
  shown:
    owner: sales@acme.example
    mode: display-only
    salesforce: { connection: acme-org, object: Account }
    jira: { connection: acme-site, projects: [ OPS, SUP ] }
    fields: [ { salesforce: Name }, { salesforce: Phone, jira: Telephone } ]
"
    );
    let list = || ask(&company, items, &["items", "--json"]).json()["items"].clone();
    assert_eq!(list()[0]["latest_sync"]["state"], "waiting");
    company.create("Case", &json!({ "Subject": "Counted", "Priority": "High" }));
    company.create("Case", &json!({ "Subject": "Left", "Priority": "Low" }));
    company.sync(items);
    let rows = list();
    let (cases, shown) = (&rows[0], &rows[1]);
    for (name, value) in [
        ("name", json!("cases")),
        ("mode", json!("two-way")),
        ("state", json!("active")),
        ("owner", json!("integrations@acme.example")),
        ("salesforce", json!({ "connection": "acme-org", "object": "Case" })),
        ("jira", json!({ "connection": "acme-site", "projects": ["OPS"], "issue_type": "Bug" })),
        ("fields", json!(2)),
        ("auto_create", json!("jira")),
        ("cardinality", json!("one-to-one")),
        ("status", json!(true)),
        ("links", json!(2)),
        ("next_poll_seconds", Value::Null),
    ] {
        assert_eq!(cases[name], value, "{name}");
    }
    assert_eq!(cases["latest_sync"]["state"], "done");
    assert!(cases["latest_sync"]["written"]["jira"].as_u64() >= Some(2), "{cases}");
    assert_eq!((&shown["jira"]["issue_type"], &shown["jira"]["projects"]), (&Value::Null, &json!(["OPS", "SUP"])));
    assert_eq!(shown["latest_sync"]["state"], "display-only");
    let table = ask(&company, items, &["items"]).stdout;
    let row = table.lines().find(|line| line.starts_with("shown")).unwrap().to_owned();
    for words in ["display-only", "Account", "OPS, SUP", "manual link only", "shown only at 2"] {
        assert!(row.contains(words), "{words}: {table}");
    }
    assert!(table.contains("in Salesforce, ") && table.starts_with("NAME"), "{table}");
}
