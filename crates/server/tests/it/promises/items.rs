//! The list of items, as people see it.

use serde_json::{Value, json};

use super::company::Company;
use crate::process::{Ended, run};

fn ask(company: &Company, items: &str, arguments: &[&str]) -> Ended {
    let file = company.configure(items, "");
    run(&[arguments, &["--config", &file]].concat())
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
