//! Display-only, one-way, two-way: who may change what.

use reqwest::Method;
use serde_json::json;

use super::company::{Company, Side, text};
use crate::process::run;

const ITEM: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Priority, jira: priority } ]
    status:
      field: Status
      values: { New: To Do, Working: In Progress, Closed: Done }
"
);

fn item(mode: &str) -> String {
    format!("{ITEM}    mode: {mode}\n")
}

/// S1-57, S1-58: one-way creates and carries to Jira; an edit in Jira never reaches Salesforce, and is undone.
#[test]
fn one_way_edits_in_jira_do_not_flow_back() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "Theirs", "Priority": "High" }));
    assert_eq!(company.sync(&item("one-way"))["created"]["jira"], 1);
    let key = company.twin("Case", &id).unwrap();
    company.edit_issue(&key, &json!({ "summary": "Ours", "priority": { "name": "Low" } }));
    company.sync(&item("one-way"));
    let (case, issue) = (company.record("Case", &id), company.issue(&key));
    assert_eq!((&case["Subject"], &case["Priority"]), (&json!("Theirs"), &json!("High")));
    assert_eq!((&issue["summary"], &issue["priority"]["name"]), (&json!("Theirs"), &json!("High")));
    company.edit("Case", &id, &json!({ "Subject": "Theirs again" }));
    company.sync(&item("one-way"));
    assert_eq!(company.issue(&key)["summary"], "Theirs again");
    assert_eq!(company.written_by_entente(Side::Salesforce), ["Jira_Reference__c"]);
}

/// S0-01: with `salesforce-wins`, Salesforce leads where both sides say something else when they first meet; whether anything
/// is written back is a choice, for each item and for each line.
#[test]
fn salesforce_leads_and_writing_back_is_a_choice() {
    let company = Company::new();
    let line = "{ salesforce: Priority, jira: priority }";
    let item = |mode: &str, line: &str| {
        let item = item(mode).replace("{ salesforce: Priority, jira: priority }", line);
        format!("{item}    conflicts: salesforce-wins\n")
    };
    let id = company.create("Case", &json!({ "Subject": "Salesforce", "Priority": "High" }));
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "Jira" });
    let key = text(&company.jira(Method::POST, "issue", &json!({ "fields": fields }))["key"]).to_owned();
    company.edit("Case", &id, &json!({ "Jira_Reference__c": key }));
    company.sync(&item("two-way", line));
    assert_eq!(
        (company.record("Case", &id)["Subject"].clone(), company.issue(&key)["summary"].clone()),
        (json!("Salesforce"), json!("Salesforce"))
    );
    let one_line = "{ salesforce: Priority, jira: priority, direction: to-jira }";
    for (mode, line, edit, shown) in [
        ("two-way", one_line, "First edit", ("First edit", "High")),
        ("one-way", line, "Second edit", ("First edit", "High")),
        ("two-way", line, "Third edit", ("Third edit", "Low")),
    ] {
        company.edit_issue(&key, &json!({ "summary": edit, "priority": { "name": "Low" } }));
        company.sync(&item(mode, line));
        let case = company.record("Case", &id);
        assert_eq!((text(&case["Subject"]), text(&case["Priority"])), shown, "{mode} {line}");
    }
}

/// S1-61: the status has a direction of its own; on a one-way item, too, the side that moved wins.
#[test]
fn a_status_flows_back_even_where_fields_do_not() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "Theirs" }));
    company.sync(&item("one-way"));
    let key = company.twin("Case", &id).unwrap();
    company.move_issue(&key, "In Progress");
    company.sync(&item("one-way"));
    assert_eq!(company.record("Case", &id)["Status"], "Working");
    company.edit("Case", &id, &json!({ "Status": "Closed" }));
    company.sync(&item("one-way"));
    assert_eq!(company.issue(&key)["status"]["name"], "Done");
}

/// S1-61: where both sides moved, the later move wins, whichever side made it.
#[test]
fn of_two_moves_the_later_one_stands() {
    let company = Company::new();
    let ids = ["Jira is later", "Salesforce is later"].map(|name| company.create("Case", &json!({ "Subject": name })));
    company.sync(&item("one-way"));
    let [first, second] = ids.each_ref().map(|id| company.twin("Case", id).unwrap());
    company.pass_seconds(600);
    company.edit("Case", &ids[0], &json!({ "Status": "Closed" }));
    company.move_issue(&second, "Done");
    company.pass_seconds(600);
    company.move_issue(&first, "In Progress");
    company.edit("Case", &ids[1], &json!({ "Status": "Working" }));
    company.sync(&item("one-way"));
    for (id, key) in ids.iter().zip([first, second]) {
        let shown = (company.record("Case", id)["Status"].clone(), company.issue(&key)["status"]["name"].clone());
        assert_eq!(shown, (json!("Working"), json!("In Progress")), "{key}");
    }
}

/// S1-55: a display-only item changes nothing, on neither side.
#[test]
fn display_only_changes_nothing() {
    let company = Company::new();
    company.create("Case", &json!({ "Subject": "Theirs" }));
    let before = (company.writes(Side::Salesforce), company.writes(Side::Jira));
    let display_only = r"
  cases:
    owner: integrations@acme.example
    mode: display-only
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, projects: [ OPS, SUP ] }
    fields: [ { salesforce: Subject }, { salesforce: Priority, jira: How urgent } ]
";
    let file = company.configure(display_only, "");
    for command in [vec!["check", &file, "--online"], vec!["doctor", "--config", &file]] {
        let ended = run(&command);
        assert_eq!(ended.code, 0, "what is only shown needs no field in Jira: {ended:?}");
    }
    company.sync(display_only);
    assert_eq!((company.writes(Side::Salesforce), company.writes(Side::Jira)), before);
    assert!(company.issues("OPS").is_empty());
}

/// S1-98: records that were there before an item began get no twin, however far ahead the clock of the org is.
#[test]
fn an_item_that_starts_now_takes_only_what_is_new() {
    let company = Company::new();
    company.pass_seconds(600);
    let old = company.create("Case", &json!({ "Subject": "Old" }));
    company.pass_seconds(60);
    let item = item("two-way").replace("    auto_create:", "    start: now\n    auto_create:");
    assert_eq!(company.sync(&item)["created"]["jira"], 0);
    let new = company.create("Case", &json!({ "Subject": "New" }));
    assert_eq!(company.sync(&item)["created"]["jira"], 1);
    assert_eq!((company.twin("Case", &old), company.twin("Case", &new)), (None, Some("OPS-1".to_owned())));
}
