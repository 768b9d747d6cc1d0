//! What people suffer from other connectors, where no other test shows it: `docs/coverage.md` names them all.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, ENTENTE};
use crate::process::{run, wait_for};

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
    let (server, _) = company.serve(&file);
    wait_for("the other field", || (company.issue(&key)["summary"] == "Not seen").then_some(()));
    assert_eq!(company.issue(&key)["priority"]["name"], "High", "what cannot be read is not empty");
    server.signal("TERM");
    server.wait();
    see(true);
    company.sync(CASES);
    assert_eq!(company.issue(&key)["priority"]["name"], "Low");
}

/// X23, X24: a sync goes on without such a field as well, says so beforehand and afterwards, and is not done.
#[test]
fn a_sync_goes_on_without_a_field_that_is_hidden_and_is_not_done() {
    let company = Company::new();
    let case = company.create("Case", &json!({ "Subject": "Seen", "Priority": "High" }));
    company.sync(CASES);
    let key = company.twin("Case", &case).unwrap();
    let hidden = json!({ "user": ENTENTE, "object": "Case", "field": "Priority", "read": false, "update": false });
    company.org_door("rights", &hidden);
    company.edit("Case", &case, &json!({ "Subject": "Not seen", "Priority": "Low" }));
    let planned = company.plan(CASES);
    assert_eq!(planned["writes"].as_array().map(Vec::len), Some(1), "{planned}");
    assert!(planned["notes"].to_string().contains("there is no field Case.Priority"), "{planned}");
    let ended = company.try_sync(CASES);
    let (lacking, issue) = (ended.json()["incomplete"][0].take(), company.issue(&key));
    assert_eq!((ended.code, &lacking["item"]), (1, &json!("cases")), "{ended:?}");
    assert!(lacking["reason"].as_str().unwrap().contains("there is no field Case.Priority"), "{lacking}");
    assert_eq!((&issue["summary"], &issue["priority"]["name"]), (&json!("Not seen"), &json!("High")));
    let file = company.configure(CASES, "");
    let told = run(&["sync", "--config", &file]);
    assert!(told.code == 1 && told.stdout.contains("item cases is incomplete: "), "{told:?}");
    let planned = run(&["sync", "--config", &file, "--dry-run"]).stdout;
    assert!(
        planned.starts_with("cases: connection acme-org: there is no field Case.Priority"),
        "named once: {planned}"
    );
}

/// X23, X24: what can be compared is, without that field, which is named; and that is no agreement.
#[test]
fn a_verify_compares_the_rest_of_a_pair_that_lost_a_field() {
    let company = Company::new();
    let case = company.create("Case", &json!({ "Subject": "Seen", "Priority": "High" }));
    company.sync(CASES);
    let key = company.twin("Case", &case).unwrap();
    let verify = |more: &[&str]| run(&[&["verify", "--config", &company.configure(CASES, "")], more].concat());
    assert_eq!(verify(&[]).code, 0);
    let hidden = json!({ "user": ENTENTE, "object": "Case", "field": "Priority", "read": false, "update": false });
    company.org_door("rights", &hidden);
    let verified = verify(&["--json"]);
    let (report, differences) = (verified.json(), verified.json()["differences"].take());
    assert_eq!((verified.code, &report["links"], &report["disagree"]), (1, &json!(1), &json!(0)), "{verified:?}");
    assert_eq!((&differences[0]["field"], &differences[0]["why"]), (&json!("Priority>priority"), &json!("unreadable")));
    company.edit("Case", &case, &json!({ "Subject": "Not seen" }));
    let told = verify(&[]);
    assert_eq!(told.code, 1, "{told:?}");
    for words in ["Subject>summary: \"Not seen\"", "item cases is incomplete: ", "there is no field Case.Priority"] {
        assert!(told.stdout.contains(words), "{words}: {told:?}");
    }
    let explained = run(&["explain", &key, "--config", &company.configure(CASES, "")]).stdout;
    assert!(explained.contains("there is no field Case.Priority"), "{explained}");
    company.try_sync(CASES);
    assert_eq!(company.issue(&key)["summary"], "Not seen");
    let told = verify(&[]);
    assert!(told.code == 1 && !told.stdout.contains("Subject>summary"), "the rest agrees again: {told:?}");
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

/// X26: a field that comes later brings what it held before: what was read already is not taken for known.
#[test]
fn a_field_that_is_added_later_brings_what_it_held_before() {
    let company = Company::new();
    let early = company.create("Case", &json!({ "Subject": "Early", "Priority": "Low" }));
    company.sync(CASES);
    company.org_door("objects", &json!({ "object": "Case", "fields": [{ "name": "Plant__c", "type": "Text" }] }));
    company.edit("Case", &early, &json!({ "Plant__c": "North" }));
    let late = company.create("Case", &json!({ "Subject": "Late", "Priority": "Low", "Plant__c": "South" }));
    // The mapping does not know it yet, and these changes are read without it.
    company.sync(CASES);
    let items = CASES.replace("fields: [ ", "fields: [ { salesforce: Plant__c, jira: Customer }, ");
    company.sync(&items);
    for (id, plant) in [(&early, "North"), (&late, "South")] {
        assert_eq!(company.issue(&company.twin("Case", id).unwrap())["Customer"], plant);
    }
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }));
}

/// X28: two picklists of which one depends on the other go with the two options of a cascading field: both change at
/// once, so that no moment shows a pair that Salesforce does not allow.
#[test]
fn a_dependent_picklist_changes_together_with_the_one_it_depends_on() {
    let company = Company::new();
    let area =
        json!({ "name": "Area__c", "type": "Picklist", "restricted": true, "picklistValues": ["Platform", "Billing"] });
    let part = |value: &str, of: &str| json!({ "value": value, "validFor": [of] });
    let parts = [part("API", "Platform"), part("Web App", "Platform"), part("Invoices", "Billing")];
    let part = json!({
        "name": "Part__c", "type": "Picklist", "restricted": true, "controllingField": "Area__c", "picklistValues": parts,
    });
    company.org_door("objects", &json!({ "object": "Case", "fields": [area, part] }));
    let items = CASES.replace(
        "{ salesforce: Priority, jira: priority }",
        "{ salesforce: Area__c, jira: Product Area.parent }, { salesforce: Part__c, jira: Product Area.child }",
    );
    let both = |area: &str, part: &str| json!({ "Area__c": area, "Part__c": part });
    let case = company.create("Case", &json!({ "Subject": "x", "Area__c": "Platform", "Part__c": "API" }));
    company.sync(&items);
    let key = company.twin("Case", &case).unwrap();
    let shown = || {
        let issue = company.issue(&key)["Product Area"].clone();
        (issue["value"].clone(), issue["child"]["value"].clone())
    };
    assert_eq!(shown(), (json!("Platform"), json!("API")));
    company.edit("Case", &case, &both("Billing", "Invoices"));
    company.sync(&items);
    assert_eq!(shown(), (json!("Billing"), json!("Invoices")));

    let fields = company.jira(Method::GET, "field", &Value::Null);
    let field = fields.as_array().unwrap().iter().find(|field| field["name"] == "Product Area").unwrap();
    let app = json!({ "value": "Platform", "child": { "value": "Web App" } });
    company.edit_issue(&key, &json!({ field["id"].as_str().unwrap(): app }));
    company.sync(&items);
    let record = company.record("Case", &case);
    assert_eq!((&record["Area__c"], &record["Part__c"]), (&json!("Platform"), &json!("Web App")));
}

/// X46: one issue has more links than others allow, and they belong to no person: another integration user goes on with
/// them, and nothing is linked or written anew.
#[test]
fn more_than_three_hundred_links_of_one_issue_outlive_their_user() {
    let company = Company::new();
    let items = cases!(
        r"
    cardinality: many-records
    fields: [ { salesforce: Subject, jira: summary, direction: to-salesforce } ]
"
    )
    .replace("auto_create: jira", "auto_create: none");
    let issue =
        json!({ "fields": { "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "Outage" } });
    let key = company.jira(Method::POST, "issue", &issue)["key"].as_str().unwrap().to_owned();
    let record =
        |n: usize| json!({ "attributes": { "type": "Case" }, "Subject": format!("No. {n}"), "Jira_Reference__c": key });
    for from in [0, 151] {
        let records: Vec<Value> = (from..from + 151).map(record).collect();
        company.salesforce(Method::POST, "composite/sobjects", &json!({ "records": records }));
    }
    // What was edited within this very second is written in the next, and counts as an edit that is overwritten then.
    company.pass_seconds(5);
    assert_eq!(company.sync(&items)["links"], 302);
    company.edit_issue(&key, &json!({ "summary": "Outage is over" }));
    company.sync(&items);
    let told = "query?q=SELECT+Id+FROM+Case+WHERE+Subject='Outage+is+over'";
    assert_eq!(company.salesforce(Method::GET, told, &Value::Null)["totalSize"], 302);

    let file = company.configure(&items, "");
    let other_user = std::fs::read_to_string(&file).unwrap().replace("sandbox-least-", "sandbox-");
    let other_user = other_user.replace("integration@sandbox.example", "admin@sandbox.example");
    let file = company.desk.file("acme.yaml", &other_user);
    let report = run(&["sync", "--config", &file, "--json"]);
    assert_eq!(report.code, 0, "{report:?}");
    let report = report.json();
    assert_eq!((&report["links"], &report["writes"]), (&json!(302), &json!({ "salesforce": 0, "jira": 0 })));
}
