//! What was refused: it goes through by itself once what it rests on has changed, it holds up no other value, and it costs
//! nothing while nothing changes. S2-69.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, Side, text};
use crate::process::run;

const CASES: &str = cases!(
    r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Priority, jira: priority, values: { High: High, Medium: Medium, Low: Low } }
"
);

const STATUSES: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary } ]
    status: { field: Status, values: { New: To Do, Closed: Done } }
"
);

const WITH_RESOLUTION: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary } ]
    status: { field: Status, values: { New: To Do, Closed: Done }, on: { Done: { resolution: Done } } }
"
);

/// A case with its issue, in agreement.
fn pair(company: &Company, items: &str) -> (String, String) {
    let id = company.create("Case", &json!({ "Subject": "One", "Priority": "Low" }));
    company.sync(items);
    let key = company.twin("Case", &id).unwrap();
    (id, key)
}

/// Synchronizes until nothing is due, and answers how much is parked.
fn parked(company: &Company, items: &str) -> Value {
    let file = company.configure(items, "");
    run(&["sync", "--config", &file, "--wait", "30", "--json"]).json()["parked"].clone()
}

/// How many refusals the journal tells of.
fn refusals(company: &Company) -> usize {
    let file = company.desk.arg("acme.yaml");
    let journal = run(&["journal", "--config", &file, "--json"]);
    journal.stdout.matches("\"refused\"").count()
}

/// While nothing changes, nothing is sent; what the table says of a status is part of the mapping.
#[test]
fn a_refused_status_is_tried_again_when_its_table_changes() {
    let company = Company::new();
    let workflow = json!({ "project": "OPS", "issue_type": "Bug",
        "statuses": [ { "name": "To Do", "category": "new" }, { "name": "Done", "category": "done" } ],
        "transitions": [ { "name": "Close", "from": ["To Do"], "to": "Done", "required": ["resolution"] },
                         { "name": "Reopen", "from": ["Done"], "to": "To Do" } ] });
    company.site_door("workflow", &workflow);
    let (id, key) = pair(&company, STATUSES);
    company.edit("Case", &id, &json!({ "Status": "Closed" }));
    assert_eq!(parked(&company, STATUSES), 1);
    let before = refusals(&company);
    for _ in 0..3 {
        assert_eq!(parked(&company, STATUSES), 1);
    }
    assert_eq!(refusals(&company), before, "nothing is sent while nothing changes");
    assert_eq!(company.issue(&key)["status"]["name"], "To Do");

    assert_eq!(parked(&company, WITH_RESOLUTION), 0);
    assert_eq!(company.issue(&key)["status"]["name"], "Done");
}

/// Bugs that begin at "To Do" and go on by these transitions, each from one status to another.
fn draw(company: &Company, ways: &[(&str, &str)]) {
    let transitions: Vec<Value> =
        ways.iter().map(|(from, to)| json!({ "name": format!("to {to}"), "from": [from], "to": to })).collect();
    let statuses = [("To Do", "new"), ("Doing", "indeterminate"), ("Done", "done")];
    let statuses = statuses.map(|(name, category)| json!({ "name": name, "category": category }));
    let drawn = json!({ "project": "OPS", "issue_type": "Bug", "statuses": statuses, "transitions": transitions });
    company.site_door("workflow", &drawn);
}

/// While no way leads to a status, looking for one costs no call; what another issue offers farther along is seen, too.
#[test]
fn a_status_without_a_way_is_tried_again_when_the_workflow_has_one() {
    let company = Company::new();
    draw(&company, &[("To Do", "Doing"), ("Doing", "To Do")]);
    let other = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "Another" });
    let other = company.jira(Method::POST, "issue", &json!({ "fields": other }));
    company.move_issue(text(&other["key"]), "Doing");
    let (id, key) = pair(&company, STATUSES);
    let calls = |parked_wanted: u64| {
        [Side::Salesforce, Side::Jira].iter().for_each(|side| company.forget_calls(*side));
        assert_eq!(parked(&company, STATUSES), parked_wanted);
        [Side::Salesforce, Side::Jira].map(|side| company.calls(side))
    };
    let at_rest = calls(0);
    company.edit("Case", &id, &json!({ "Status": "Closed" }));
    assert_eq!(parked(&company, STATUSES), 1);
    let before = refusals(&company);
    assert_eq!([calls(1), calls(1)], [at_rest, at_rest], "no more than while nothing is parked");

    draw(&company, &[("To Do", "Doing"), ("Doing", "To Do"), ("Doing", "Done")]);
    assert_eq!(parked(&company, STATUSES), 0);
    assert_eq!((text(&company.issue(&key)["status"]["name"]), refusals(&company)), ("Done", before));
}

/// A rule that names no field holds up the value that breaks it and no other, and that one until the record changes in
/// what the rule asks for.
#[test]
fn a_refused_value_is_tried_again_when_the_record_changes_elsewhere() {
    let company = Company::new();
    let (id, key) = pair(&company, CASES);
    let rule = json!({ "object": "Case", "error_when": "Priority = 'High' AND Reason = null", "message": "Say why." });
    company.org_door("rules", &json!({ "validation": rule }));
    company.edit_issue(&key, &json!({ "summary": "Two", "priority": { "name": "High" } }));
    assert_eq!(parked(&company, CASES), 1);
    let shown = company.record("Case", &id);
    assert_eq!(
        (&shown["Subject"], &shown["Priority"]),
        (&json!("Two"), &json!("Low")),
        "the other value has gone through"
    );
    let before = (refusals(&company), company.written_by_entente(Side::Salesforce).len());
    for _ in 0..3 {
        assert_eq!(parked(&company, CASES), 1);
    }
    let after = (refusals(&company), company.written_by_entente(Side::Salesforce).len());
    assert_eq!(after, before, "nothing is sent while nothing changes");

    // Salesforce stamps edits by the second: one within the second of our last write would look like that write.
    company.pass_seconds(5);
    company.edit("Case", &id, &json!({ "Reason": "Other" }));
    assert_eq!(parked(&company, CASES), 0);
    assert_eq!(company.record("Case", &id)["Priority"], "High");
}

/// Salesforce refuses a record with a time that it cannot read, and does not name the field: such a value is left as it is,
/// with a note, and all others go.
#[test]
fn a_value_that_does_not_read_as_its_kind_stays_behind_alone() {
    let company = Company::new();
    let fields = json!([ { "name": "Tim__c", "type": "Time" }, { "name": "Day__c", "type": "Date" } ]);
    company.org_door("objects", &json!({ "object": "Case", "fields": fields }));
    const TIMES: &str = cases!(
        r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Tim__c, jira: Customer }
      - { salesforce: Day__c, jira: Salesforce Reference }
"
    );
    let (id, key) = pair(&company, TIMES);
    let all = company.jira(Method::GET, "field", &Value::Null);
    let field = |name: &str| {
        let found = all.as_array().unwrap().iter().find(|field| field["name"] == name).unwrap();
        text(&found["id"]).to_owned()
    };
    company.edit_issue(
        &key,
        &json!({ "summary": "Two", field("Customer"): "8:05", field("Salesforce Reference"): "2026-12-31" }),
    );
    assert_eq!(parked(&company, TIMES), 0);
    let shown = company.record("Case", &id);
    let [subject, day, time] = ["Subject", "Day__c", "Tim__c"].map(|name| shown[name].clone());
    assert_eq!((subject, day, time), (json!("Two"), json!("2026-12-31"), Value::Null));
    let notes = company.plan(TIMES)["notes"].to_string();
    assert!(notes.contains("Jira Customer is \\\"8:05\\\", and Salesforce Tim__c takes only a time of day"), "{notes}");

    company.edit_issue(&key, &json!({ field("Customer"): "08:05:00" }));
    assert_eq!(parked(&company, TIMES), 0);
    assert_eq!(company.record("Case", &id)["Tim__c"], "08:05:00.000Z");
}
