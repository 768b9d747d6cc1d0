//! Several issues of one record, and several records of one issue.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, Side, text};
use crate::process::{Ended, run};

const MANY_ISSUES: &str = cases!(
    r"
    cardinality: many-issues
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: SuppliedCompany, jira: issue.key, roll_up: join }
    status:
      field: Status
      values: { New: To Do, Working: In Progress, Closed: Done }
      roll_up: all
"
);

/// An issue of its own, which names a record or nobody.
fn bug(company: &Company, summary: &str, record: Option<&str>) -> String {
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": summary });
    let key = text(&company.jira(Method::POST, "issue", &json!({ "fields": fields }))["key"]).to_owned();
    if let Some(record) = record {
        company.edit_issue(&key, &json!({ id_of(company, "Salesforce Case ID"): record }));
    }
    key
}

fn id_of(company: &Company, field: &str) -> String {
    let fields = company.jira(Method::GET, "field", &Value::Null);
    let found = fields.as_array().unwrap().iter().find(|known| known["name"] == field).unwrap();
    text(&found["id"]).to_owned()
}

fn ask(company: &Company, items: &str, arguments: &[&str]) -> Ended {
    let file = company.configure(items, "");
    run(&[arguments, &["--config", &file]].concat())
}

/// A sync after which nothing is left to do, as the next one shows by writing nothing.
fn sync_to_rest(company: &Company, items: &str) {
    company.sync(items);
    let quiet = company.sync(items);
    assert_eq!(quiet["writes"], json!({ "salesforce": 0, "jira": 0 }), "{quiet}");
    let verified = ask(company, items, &["verify", "--strict", "--json"]);
    assert_eq!(verified.code, 0, "{verified:?}");
}

/// A case with three issues: one that was made for it, one that names it, one that a person links.
fn case_with_three(company: &Company) -> (String, Vec<String>) {
    let case = company.create("Case", &json!({ "Subject": "Printer on fire", "Status": "Working" }));
    company.sync(MANY_ISSUES);
    let first = company.twin("Case", &case).unwrap();
    let second = bug(company, "Burns", Some(&case));
    company.sync(MANY_ISSUES);
    let third = bug(company, "Smokes", None);
    let linked = ask(company, MANY_ISSUES, &["link", &case, &third, "--item", "cases"]);
    assert_eq!(linked.code, 0, "{linked:?}");
    (case, vec![first, second, third])
}

/// A record has several issues: its fields reach all of them, and what they say together reaches it. It closes when all
/// of them are done, reopens when one reopens, and once agreed nothing is written.
#[test]
fn a_case_closes_when_all_of_its_issues_are_done() {
    let company = Company::new();
    let (case, keys) = case_with_three(&company);
    sync_to_rest(&company, MANY_ISSUES);
    for key in &keys {
        let issue = company.issue(key);
        assert_eq!((&issue["summary"], &issue["Salesforce Case ID"]), (&json!("Printer on fire"), &json!(case)));
    }
    let record = company.record("Case", &case);
    assert_eq!(record["SuppliedCompany"], keys.join(", "));
    assert_eq!(record["Status"], "New", "two of them have not begun");
    assert_eq!(company.twin("Case", &case).as_ref(), Some(&keys[0]), "it names the first of them");

    for (n, key) in keys.iter().enumerate() {
        company.move_issue(key, "Done");
        company.sync(MANY_ISSUES);
        let closed = company.record("Case", &case)["Status"] == "Closed";
        assert_eq!(closed, n == 2, "{} of three are done", n + 1);
    }
    sync_to_rest(&company, MANY_ISSUES);
    company.move_issue(&keys[1], "In Progress");
    sync_to_rest(&company, MANY_ISSUES);
    assert_eq!(company.record("Case", &case)["Status"], "Working");

    // One that is dissolved has no say any more.
    assert_eq!(ask(&company, MANY_ISSUES, &["unlink", &keys[1], "--yes"]).code, 0);
    sync_to_rest(&company, MANY_ISSUES);
    let record = company.record("Case", &case);
    let left = format!("{}, {}", keys[0], keys[2]);
    assert_eq!((&record["Status"], &record["SuppliedCompany"]), (&json!("Closed"), &json!(left)));
    // Nor has the first; then the next speaks for all.
    assert_eq!(ask(&company, MANY_ISSUES, &["unlink", &keys[0], "--yes"]).code, 0);
    sync_to_rest(&company, MANY_ISSUES);
    let record = company.record("Case", &case);
    assert_eq!((&record["Jira_Reference__c"], &record["SuppliedCompany"]), (&json!(keys[2]), &json!(keys[2])));
}

/// A rename reaches all issues of a record in one round: each side is read once.
#[test]
fn a_rename_reaches_all_issues_at_once() {
    let company = Company::new();
    let (case, keys) = case_with_three(&company);
    sync_to_rest(&company, MANY_ISSUES);
    company.edit("Case", &case, &json!({ "Subject": "Printer put out" }));
    company.forget_calls(Side::Jira);
    company.sync(MANY_ISSUES);
    keys.iter().for_each(|key| assert_eq!(company.issue(key)["summary"], "Printer put out"));
    let calls = company.site_calls()["by_route"].clone();
    assert_eq!(calls["POST /rest/api/3/issue/bulkfetch"], 1, "{calls}");
    let shown = ask(&company, MANY_ISSUES, &["show", &keys[0], "--json"]).json()["links"][0].clone();
    assert_eq!(shown["siblings"], json!(keys[1..]));
    let words = ask(&company, MANY_ISSUES, &["show", &keys[2]]).stdout;
    assert!(words.contains(&format!("together with {}, {}", keys[0], keys[1])), "{words}");
}

const MANY_RECORDS: &str = cases!(
    r"
    cardinality: many-records
    fields:
      - { salesforce: Subject, jira: summary, direction: to-salesforce }
      - { salesforce: Priority, jira: priority, values: { High: High, Medium: Medium, Low: Low }, roll_up: max }
      - { salesforce: Description, jira: description, roll_up: latest }
    status: { field: Status, values: { New: To Do, Working: In Progress, Closed: Done } }
"
);

/// Several records have one issue: what it says reaches all of them, and what they say together reaches it.
#[test]
fn three_cases_share_one_issue() {
    let company = Company::new();
    let items = MANY_RECORDS.replace("auto_create: jira", "auto_create: none");
    let key = bug(&company, "Login fails", None);
    let cases: Vec<String> = [("One", "Low"), ("Two", "Medium"), ("Three", "Low")]
        .map(|(subject, priority)| {
            company.create("Case", &json!({ "Subject": subject, "Priority": priority, "Jira_Reference__c": key }))
        })
        .into();
    sync_to_rest(&company, &items);
    let priority = || company.issue(&key)["priority"]["name"].clone();
    assert_eq!(priority(), "Medium", "the highest that one has");
    let subjects = || cases.iter().map(|id| company.record("Case", id)["Subject"].clone()).collect::<Vec<_>>();
    assert_eq!(subjects(), vec!["Login fails"; 3]);
    assert_eq!(company.issue(&key)["Salesforce Case ID"], cases[0]);

    company.edit("Case", &cases[2], &json!({ "Priority": "High", "Description": "from the third" }));
    sync_to_rest(&company, &items);
    assert_eq!((priority(), &company.issue(&key)["description"]), (json!("High"), &json!("from the third")));
    company.edit("Case", &cases[0], &json!({ "Description": "from the first" }));
    sync_to_rest(&company, &items);
    assert_eq!(company.issue(&key)["description"], "from the first", "whoever was edited last");
    company.edit("Case", &cases[2], &json!({ "Priority": "Low" }));
    company.move_issue(&key, "Done");
    sync_to_rest(&company, &items);
    assert_eq!(priority(), "Medium");
    cases.iter().for_each(|id| assert_eq!(company.record("Case", id)["Status"], "Closed"));
}

/// An item that goes back to one-to-one leaves alone what shares a record, and says so.
#[test]
fn what_may_share_no_more_rests() {
    let company = Company::new();
    let (case, keys) = case_with_three(&company);
    sync_to_rest(&company, MANY_ISSUES);
    let one = cases!(
        r"
    fields: [ { salesforce: Subject, jira: summary } ]
"
    );
    company.edit_issue(&keys[0], &json!({ "summary": "one" }));
    company.edit_issue(&keys[1], &json!({ "summary": "two" }));
    company.sync(one);
    assert_eq!(company.record("Case", &case)["Subject"], "Printer on fire");
    let verified = ask(&company, one, &["verify", "--json"]).json();
    assert_eq!((&verified["explained"], &verified["agree"]), (&json!(3), &json!(0)), "{verified}");
    let explained = ask(&company, one, &["explain", &keys[0]]).stdout;
    let others = keys.join(", ");
    assert!(explained.contains(&format!("{others} share a record, and the item does not allow that")), "{explained}");
    for key in &keys[1..] {
        assert_eq!(ask(&company, one, &["unlink", key, "--yes"]).code, 0);
    }
    company.sync(one);
    assert_eq!(company.record("Case", &case)["Subject"], "one");
    let refused = ask(&company, one, &["link", &case, &keys[1], "--item", "cases"]);
    assert!(refused.code == 1 && refused.stderr.contains("are linked already"), "{refused:?}");
}

/// The first look at a record that several issues name links them all, in one run.
#[test]
fn several_issues_that_name_one_case_are_all_linked_at_once() {
    let company = Company::new();
    let case = company.create("Case", &json!({ "Subject": "Printer on fire", "Status": "Working" }));
    let keys = ["Burns", "Smokes", "Melts"].map(|summary| bug(&company, summary, Some(&case)));
    let report = company.sync(MANY_ISSUES);
    assert_eq!((&report["links"], &report["created"]["jira"]), (&json!(3), &json!(0)), "{report}");
    sync_to_rest(&company, MANY_ISSUES);
    keys.iter().for_each(|key| assert_eq!(company.issue(key)["summary"], "Printer on fire"));
    assert_eq!(company.issues("OPS"), keys);
}

/// A merged case hands all its issues to the one that is left.
#[test]
fn a_merged_case_hands_over_all_its_issues() {
    let company = Company::new();
    let (lost, keys) = case_with_three(&company);
    sync_to_rest(&company, MANY_ISSUES);
    let left = company.create("Case", &json!({ "Subject": "Fire in the office", "Status": "Working" }));
    company.sync(MANY_ISSUES);
    let own = company.twin("Case", &left).unwrap();
    company.merge("Case", &left, &lost);
    company.try_sync(MANY_ISSUES);
    sync_to_rest(&company, MANY_ISSUES);
    for key in keys.iter().chain([&own]) {
        let issue = company.issue(key);
        let shown = (&issue["summary"], &issue["Salesforce Case ID"]);
        assert_eq!(shown, (&json!("Fire in the office"), &json!(left)), "{key}");
    }
    let shown = ask(&company, MANY_ISSUES, &["show", &own, "--json"]).json()["links"][0].clone();
    assert_eq!(shown["siblings"].as_array().map(Vec::len), Some(3), "{shown}");
}

/// Two cases of one issue become one: it has one link less, and nothing else happens to it.
#[test]
fn merged_cases_of_one_issue_are_one() {
    let company = Company::new();
    let items = MANY_RECORDS.replace("auto_create: jira", "auto_create: none");
    let key = bug(&company, "Login fails", None);
    let [left, lost] = ["One", "Two"].map(|subject| {
        let case = json!({ "Subject": subject, "Priority": "Low", "Jira_Reference__c": key });
        company.create("Case", &case)
    });
    sync_to_rest(&company, &items);
    company.merge("Case", &left, &lost);
    company.try_sync(&items);
    sync_to_rest(&company, &items);
    assert_eq!(company.sync(&items)["links"], 1);
    assert_eq!(company.issue(&key)["Salesforce Case ID"], left);
    company.edit_issue(&key, &json!({ "summary": "Login works" }));
    company.sync(&items);
    assert_eq!(company.record("Case", &left)["Subject"], "Login works");
}
