//! What people suffer from other connectors, where no other test shows it: `docs/coverage.md` names them all.

use reqwest::Method;
use serde_json::json;

use super::company::{Company, ENTENTE};
use crate::process::{Running, ready, run, wait_for};

const CASES: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Priority, jira: priority } ]
"
);

/// X09: what is done under Entente's own account, as automations do, is no echo: it flows like everything else.
#[test]
fn what_ententes_own_account_does_is_not_ignored() {
    let company = Company::new();
    let case = company.create_as_entente("Case", &json!({ "Subject": "By a flow", "Priority": "Low" }));
    company.sync(CASES);
    let key = company.twin("Case", &case).expect("a case of our own account gets its issue");
    company.edit_as_entente("Case", &case, &json!({ "Subject": "Again by a flow" }));
    company.sync(CASES);
    assert_eq!(company.issue(&key)["summary"], "Again by a flow");
    assert_eq!(company.sync(CASES)["writes"], json!({ "salesforce": 0, "jira": 0 }));
}

/// X23, X24: a field that the account may not see any more stops nothing else, is emptied nowhere, and goes on when it is
/// seen again, with the same line.
#[test]
fn a_field_that_is_hidden_empties_nothing_and_stops_no_other() {
    let company = Company::new();
    let case = company.create("Case", &json!({ "Subject": "Seen", "Priority": "High" }));
    company.sync(CASES);
    let key = company.twin("Case", &case).unwrap();
    let see = |read: bool| {
        company.org_door(
            "rights",
            &json!({ "user": ENTENTE, "object": "Case", "field": "Priority", "read": read, "update": read }),
        )
    };
    see(false);
    company.edit("Case", &case, &json!({ "Subject": "Not seen", "Priority": "Low" }));
    let file = company
        .configure(CASES, "triggers: { poll_seconds: 5, push: false }\nserver: { api_tokens: [ token-of-a-test ] }\n");
    let ready_file = company.desk.arg("server.json");
    let arguments = ["serve", "--config", &file, "--listen", "0", "--ready-file", &ready_file];
    let server = Running::start(&arguments, &company.desk);
    ready(&company.desk.path("server.json"));
    wait_for("the other field", || (company.issue(&key)["summary"] == "Not seen").then_some(()));
    assert_eq!(company.issue(&key)["priority"]["name"], "High", "what cannot be read is not empty");
    server.signal("TERM");
    server.wait();
    see(true);
    company.sync(CASES);
    assert_eq!(company.issue(&key)["priority"]["name"], "Low");
}

/// X42: names in another case are the same fields, on both sides.
#[test]
fn names_in_another_case_are_the_same_fields() {
    let company = Company::new();
    let items = CASES.replace("salesforce: Subject, jira: summary", "salesforce: SUBJECT, jira: Summary");
    let items = items.replace("object: Case", "object: case");
    let case = company.create("Case", &json!({ "Subject": "Any case", "Priority": "Low" }));
    company.sync(&items);
    assert_eq!(company.issue(&company.twin("Case", &case).unwrap())["summary"], "Any case");
}

/// X44, X45: the mode is no one-way door, and a pair that was linked by hand is mapped as one that was made.
#[test]
fn a_mode_is_changed_and_changed_back_without_losing_a_link() {
    let company = Company::new();
    let issue =
        json!({ "fields": { "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "By hand" } });
    let key = company.jira(Method::POST, "issue", &issue)["key"].as_str().unwrap().to_owned();
    let one_way =
        CASES.replace("  cases:\n", "  cases:\n    mode: one-way\n").replace("auto_create: jira", "auto_create: none");
    assert_ne!(one_way, CASES);
    let case = company.create("Case", &json!({ "Subject": "By hand", "Priority": "Medium" }));
    let file = company.configure(&one_way, "");
    let linked = run(&["link", &case, &key, "--item", "cases", "--config", &file]);
    assert_eq!(linked.code, 0, "{linked:?}");
    company.edit("Case", &case, &json!({ "Subject": "One way" }));
    company.sync(&one_way);
    assert_eq!(company.issue(&key)["summary"], "One way");
    let two_way = one_way.replace("    mode: one-way\n", "");
    company.sync(&two_way);
    company.edit_issue(&key, &json!({ "summary": "Both ways" }));
    assert_eq!(company.sync(&two_way)["links"], 1);
    assert_eq!(company.record("Case", &case)["Subject"], "Both ways");
    company.sync(&one_way);
    company.edit_issue(&key, &json!({ "summary": "Drift" }));
    company.sync(&one_way);
    assert_eq!(
        (&company.record("Case", &case)["Subject"], &company.issue(&key)["summary"]),
        (&json!("Both ways"), &json!("Both ways"))
    );
    assert_eq!(company.issues("OPS"), [key]);
}
