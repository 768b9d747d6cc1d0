//! Templates: what `entente init` writes is a configuration that works.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::{Desk, Ended, ended, entente, run};

/// What the templates read from the environment.
const CREDENTIALS: [(&str, &str); 3] =
    [("SF_CLIENT_ID", "id"), ("SF_CLIENT_SECRET", "hush"), ("JIRA_API_TOKEN", "hush")];

/// Writes a template; its document.
fn init(desk: &Desk, name: &str) -> String {
    let file = desk.arg(&format!("{name}.yaml"));
    let written = run(&["init", "--template", name, &file]);
    assert_eq!(written.code, 0, "{written:?}");
    assert!(written.stdout.contains(&format!("entente check {file} --online")), "{written:?}");
    std::fs::read_to_string(file).unwrap()
}

/// The items of a template, to be run with the company's own connections.
fn items(document: &str) -> &str {
    document.split_once("\nitems:\n").unwrap().1
}

fn check(company: &Company, items: &str) -> Ended {
    run(&["check", &company.configure(items, ""), "--online"])
}

/// A company that has what the templates ask a person to make first.
fn prepared() -> Company {
    let company = Company::new();
    let field = json!({ "name": "Salesforce Record ID", "type": "com.atlassian.jira.plugin.system.customfieldtypes:textfield" });
    company.jira(Method::POST, "field", &field);
    let request = json!({ "object": "Request__c", "fields": [
        { "name": "Details__c", "type": "LongTextArea", "length": 32000 },
        { "name": "Priority__c", "type": "Picklist", "values": ["High", "Medium", "Low"] },
        { "name": "Jira_Reference__c", "type": "Text", "length": 80 },
    ] });
    company.org_door("objects", &request);
    company
}

/// S2-20, S2-22: each template passes every check as it is, and its first runs make twins of new records only.
#[test]
fn each_template_is_checked_and_its_first_sync_makes_a_twin() {
    for (name, object, field, required) in [
        ("case-task", "Case", "Subject", json!({})),
        ("case-bug", "Case", "Subject", json!({ "Priority": "High" })),
        ("opportunity-task", "Opportunity", "Name", json!({ "StageName": "Prospecting", "CloseDate": "2026-12-31" })),
        ("lead-task", "Lead", "LastName", json!({ "Company": "Acme" })),
        ("custom-task", "Request__c", "Name", json!({ "Priority__c": "High" })),
    ] {
        let company = prepared();
        let document = init(&company.desk, name);
        let items = items(&document);
        let checked = check(&company, items);
        assert_eq!((checked.code, checked.stderr.as_str()), (0, ""), "{name}: {checked:?}");
        assert!(checked.stdout.contains("is valid"), "{name}: {checked:?}");

        let fields = |title: &str| {
            let mut fields = required.clone();
            fields[field] = json!(title);
            fields
        };
        company.create(object, &fields("Before"));
        assert_eq!(company.sync(items)["created"], json!({ "salesforce": 0, "jira": 0 }), "{name}: it starts now");
        company.pass_seconds(5);
        let id = company.create(object, &fields(name));
        assert_eq!(company.sync(items)["created"], json!({ "salesforce": 0, "jira": 1 }), "{name}");
        let issue = company.issue(&company.twin(object, &id).unwrap());
        assert_eq!(issue["summary"], name);
        let typ = if name == "case-bug" { "Bug" } else { "Task" };
        assert_eq!(issue["issuetype"]["name"], typ, "{name}");
        if required["CloseDate"].is_string() {
            assert_eq!(issue["duedate"], required["CloseDate"]);
        }
    }
}

/// S2-20: Jira Tasks to Salesforce Cases, and the Case then answers.
#[test]
fn the_template_from_tasks_to_cases_makes_cases() {
    let company = prepared();
    let document = init(&company.desk, "task-case");
    let items = items(&document);
    assert_eq!(check(&company, items).code, 0);
    company.sync(items);
    company.pass_seconds(5);
    let task = |summary: &str, labels: Value| {
        let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Task" }, "summary": summary,
                             "priority": { "name": "High" }, "labels": labels });
        text(&company.jira(Method::POST, "issue", &json!({ "fields": fields }))["key"]).to_owned()
    };
    let (wanted, other) = (task("For Salesforce", json!(["salesforce"])), task("Ours", json!([])));
    assert_eq!(company.sync(items)["created"], json!({ "salesforce": 1, "jira": 0 }));
    let id = text(&company.issue(&wanted)["Salesforce Case ID"]).to_owned();
    let case = company.record("Case", &id);
    assert_eq!(
        (&case["Subject"], &case["Priority"], &case["Status"]),
        (&json!("For Salesforce"), &json!("High"), &json!("New"))
    );
    assert_eq!(company.issue(&other)["Salesforce Case ID"], Value::Null);
    company.edit("Case", &id, &json!({ "Status": "Working" }));
    company.sync(items);
    assert_eq!(company.issue(&wanted)["status"]["name"], "In Progress");
}

/// Each template passes `check` with the addresses that it is shipped with, and every file is offered.
#[test]
fn every_template_that_is_shipped_is_offered_and_is_a_whole_document() {
    let desk = Desk::new();
    let listed = run(&["init", "--list"]);
    assert_eq!(listed.code, 0, "{listed:?}");
    let names: Vec<&str> = listed.stdout.lines().map(|line| line.split_once(' ').unwrap().0).collect();
    for (name, line) in names.iter().zip(listed.stdout.lines()) {
        let document = init(&desk, name);
        assert!(line.ends_with(document.lines().next().unwrap().trim_start_matches("# ")), "{line}");
        let checked =
            ended(entente(&["check", &desk.arg(&format!("{name}.yaml"))]).envs(CREDENTIALS).output().unwrap());
        assert_eq!((checked.code, checked.stderr.as_str()), (0, ""), "{name}: {checked:?}");
        assert!(!checked.stdout.contains("warning"), "{name}: {checked:?}");
    }
    let shipped = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/templates")).unwrap();
    let mut shipped: Vec<String> =
        shipped.map(|file| file.unwrap().file_name().to_str().unwrap().trim_end_matches(".yaml").to_owned()).collect();
    let mut offered = names.clone();
    shipped.sort();
    offered.sort_unstable();
    assert_eq!(offered, shipped);
}

/// A template that does not exist, a file that is there, a folder that is not: each has its sentence.
#[test]
fn init_overwrites_nothing_and_names_what_there_is() {
    let desk = Desk::new();
    let unknown = run(&["init", "--template", "case-epic", &desk.arg("a.yaml")]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert!(unknown.stderr.contains("there are: case-task, case-bug, task-case"), "{unknown:?}");
    assert!(!desk.path("a.yaml").exists());

    let mine = desk.file("mine.yaml", "version: 1\n");
    let there = run(&["init", &mine]);
    assert_eq!(there.code, 2, "{there:?}");
    assert!(there.stderr.contains("mine.yaml is there already"), "{there:?}");
    assert_eq!(std::fs::read_to_string(mine).unwrap(), "version: 1\n");

    let nowhere = run(&["init", &desk.arg("no/such/folder.yaml")]);
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
    assert!(nowhere.stderr.contains("cannot write"), "{nowhere:?}");
}

/// S3-13: which mode when: four things for full sync, what speaks against it, and when to use which; found from both
/// pages on which a newcomer begins.
#[test]
fn a_newcomer_finds_out_which_mode_to_take() {
    let read = |path: &str| std::fs::read_to_string(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let page = read("docs/choosing-a-mode.md");
    let (sync, shown) = page.split_once("## Display-only link").unwrap();
    for part in [sync, shown] {
        for said in ["What speaks for it:", "What speaks against it:", "**Use this if**"] {
            assert_eq!(part.matches(said).count(), 1, "{said}");
        }
    }
    let advantages = sync.split_once("What speaks for it:").unwrap().1.split_once("What speaks against it:").unwrap().0;
    assert_eq!(advantages.matches("\n- ").count(), 4);
    assert!(read("README.md").contains("docs/choosing-a-mode.md"));
    assert!(read("docs/configuration.md").contains("](choosing-a-mode.md)"));
}
