//! An item that is to run and cannot: it says what is missing, and what ran before goes on.

use serde_json::json;

use super::company::Company;
use crate::process::{Running, get, ready, wait_for};

const CASES: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary } ]
"
);
const LEADS: &str = r"
  leads:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Lead }
    jira: { connection: acme-site, project: NOPE, issue_type: Task }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Company, jira: summary } ]
";
const MORE: &str = "triggers: { poll_seconds: 5, push: false }\nserver: { api_tokens: [ token-of-a-test ] }\n";

/// S2-80: what a document lacks is said with its place, and the one before stays in use; what a site lacks is said at
/// the item, and the others run.
#[test]
fn an_item_that_cannot_be_activated_says_what_is_missing() {
    let company = Company::new();
    let file = company.configure(CASES, MORE);
    let ready_file = company.desk.arg("server.json");
    let arguments = ["serve", "--config", &file, "--listen", "127.0.0.1:0", "--ready-file", &ready_file];
    let _server = Running::start(&arguments, &company.desk);
    let server = ready(&company.desk.path("server.json"))["server"].as_str().unwrap().to_owned();
    let status = || get(&format!("{server}/api/v1/status"), "token-of-a-test");
    let first = company.create("Case", &json!({ "Subject": "One" }));
    wait_for("the first twin", || company.twin("Case", &first));

    let line = "    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }\n";
    company.configure(&(CASES.to_owned() + &LEADS.replace(line, "")), MORE);
    let problem = |status: serde_json::Value| status["configuration_problem"].as_str().map(str::to_owned);
    let said = wait_for("the refusal", || problem(status()?));
    assert!(said.contains("acme.yaml:") && said.contains("`correlation` is missing"), "{said}");
    let second = company.create("Case", &json!({ "Subject": "Two" }));
    wait_for("the second twin", || company.twin("Case", &second));

    company.configure(&(CASES.to_owned() + LEADS), MORE);
    let said = wait_for("the item's problem", || status()?["items"][1]["problem"].as_str().map(str::to_owned));
    assert!(said.contains("no project NOPE") && said.contains("check the key"), "{said}");
    let third = company.create("Case", &json!({ "Subject": "Three" }));
    wait_for("the third twin", || company.twin("Case", &third));
    let now = status().unwrap();
    assert_eq!((&now["configuration_problem"], &now["items"][0]["problem"]), (&json!(null), &json!(null)), "{now}");

    company.configure(&(CASES.to_owned() + &LEADS.replace("NOPE", "OPS")), MORE);
    let lead = company.create("Lead", &json!({ "Company": "Acme", "LastName": "Ames" }));
    wait_for("the lead's task", || company.twin("Lead", &lead));
}
