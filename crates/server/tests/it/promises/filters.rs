//! Which records enter: S2-49 and S2-50, each operator over real fields on either side, and groups of them.

use reqwest::Method;
use serde_json::json;

use super::company::Company;
use crate::process::run;

fn item(salesforce: &str, jira: &str, auto_create: &str) -> String {
    format!(
        r"
  cases:
    owner: integrations@acme.example
    salesforce: {{ connection: acme-org, object: Case{salesforce} }}
    jira: {{ connection: acme-site, project: OPS, issue_type: Bug{jira} }}
    auto_create: {auto_create}
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    fields: [ {{ salesforce: Subject, jira: summary }} ]
"
    )
}

/// The names of the records that would get a twin.
fn entering(company: &Company, item: &str) -> String {
    let ended = run(&["sync", "--config", &company.configure(item, ""), "--dry-run", "--json"]);
    assert_eq!(ended.code, 0, "{item}: {ended:?}");
    let plan = ended.json();
    let named = ["summary", "Subject"];
    let creates = plan["writes"].as_array().unwrap().iter().filter(|write| write["op"] == "create");
    let names = creates.filter(|write| named.contains(&write["field"].as_str().unwrap_or_default()));
    let mut names: Vec<_> = names.map(|write| write["to"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names.concat()
}

#[test]
fn each_operator_and_group_decides_which_cases_enter() {
    let company = Company::new();
    let account =
        |name: &str, revenue: u64| company.create("Account", &json!({ "Name": name, "AnnualRevenue": revenue }));
    let (small, large) = (account("Small", 900), account("Large", 10_000));
    company.create("Case", &json!({ "Subject": "A", "Origin": "Web", "Priority": "High", "AccountId": small }));
    company.create("Case", &json!({ "Subject": "B", "Origin": "Email", "Priority": "Low", "AccountId": large }));
    company.create("Case", &json!({ "Subject": "C", "Origin": "Phone", "Priority": "High", "Status": "Closed" }));
    for (filter, expected) in [
        ("{ field: Origin, is: Web }", "A"),
        ("{ field: Origin, is not: Web }", "BC"),
        ("{ field: Origin, is one of: [ Web, Phone ] }", "AC"),
        ("{ field: Origin, is not one of: [ Web, Phone ] }", "B"),
        ("{ field: AccountId, is empty: true }", "C"),
        ("{ field: AccountId, is not empty: true }", "AB"),
        ("{ field: Account.Name, contains: mal }", "A"),
        ("{ field: Origin, does not contain: eb }", "BC"),
        ("{ field: Account.AnnualRevenue, less than: 1000 }", "A"),
        ("{ field: Account.AnnualRevenue, greater than: 1000 }", "B"),
        ("{ field: Account.AnnualRevenue, equals: 900.0 }", "A"),
        ("{ field: IsClosed, equals: true }", "C"),
        ("{ field: CreatedDate, less than: 2020-01-01 }", ""),
        ("{ all: [ { field: Priority, is: High }, { field: Origin, is: Web } ] }", "A"),
        ("{ any: [ { field: Priority, is: Low }, { field: Origin, is: Phone } ] }", "BC"),
        (
            "{ all: [ { field: Priority, is: High }, { any: [ { field: Origin, is: Web }, { field: Status, is: Closed } ] } ] }",
            "AC",
        ),
    ] {
        assert_eq!(entering(&company, &item(&format!(", filter: {filter}"), "", "jira")), expected, "{filter}");
    }
}

#[test]
fn each_operator_and_group_decides_which_issues_enter() {
    let company = Company::new();
    let issue = |summary: &str, priority: &str, labels: &[&str], due: Option<&str>| {
        let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": summary,
            "priority": { "name": priority }, "labels": labels, "duedate": due });
        company.jira(Method::POST, "issue", &json!({ "fields": fields }));
    };
    issue("A", "High", &["urgent"], Some("2026-01-01"));
    issue("B", "Low", &["urgent", "internal"], Some("2027-01-01"));
    issue("C", "High", &[], None);
    for (filter, expected) in [
        ("{ field: priority, is: High }", "AC"),
        ("{ field: priority, is not: High }", "B"),
        ("{ field: summary, is one of: [ A, B ] }", "AB"),
        ("{ field: summary, is not one of: [ A, B ] }", "C"),
        ("{ field: duedate, is empty: true }", "C"),
        ("{ field: labels, is not empty: true }", "AB"),
        ("{ field: labels, contains: internal }", "B"),
        ("{ field: labels, does not contain: internal }", "AC"),
        ("{ field: duedate, less than: 2026-06-01 }", "A"),
        ("{ field: duedate, greater than: 2026-06-01 }", "B"),
        ("{ field: duedate, equals: 2027-01-01 }", "B"),
        ("{ all: [ { field: priority, is: High }, { field: labels, is: urgent } ] }", "A"),
        ("{ any: [ { field: priority, is: Low }, { field: labels, is empty: true } ] }", "BC"),
    ] {
        assert_eq!(entering(&company, &item("", &format!(", filter: {filter}"), "salesforce")), expected, "{filter}");
    }
}
