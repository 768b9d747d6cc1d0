//! The two actions of an item, to Jira and to Salesforce: each runs, rests and is caught up with by itself.

use serde_json::{Value, json};

use super::company::{Company, Side};
use crate::process::{get, run, wait_for};

/// An item with these lines of its own.
fn item(lines: &str) -> String {
    format!(
        r"
  cases:
    owner: integrations@acme.example
{lines}    salesforce: {{ connection: acme-org, object: Case }}
    jira: {{ connection: acme-site, project: OPS, issue_type: Bug }}
    auto_create: both
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    fields: [ {{ salesforce: Subject, jira: summary }}, {{ salesforce: Priority, jira: priority }} ]
    status:
      field: Status
      values: {{ New: To Do, Working: In Progress, Closed: Done }}
"
    )
}

fn without(action: &str) -> String {
    item(&format!("    actions: {{ {action}: paused }}\n"))
}

/// Two pairs, one to be edited on each side.
fn pairs(company: &Company) -> [(String, String); 2] {
    let ids =
        ["Edited in Salesforce", "Edited in Jira"].map(|name| company.create("Case", &json!({ "Subject": name })));
    company.sync(&item(""));
    ids.map(|id| (id.clone(), company.twin("Case", &id).unwrap()))
}

/// A person changes the first pair in Salesforce and the second in Jira: title and status.
fn edit(company: &Company, [first, second]: &[(String, String); 2]) {
    company.edit("Case", &first.0, &json!({ "Subject": "From Salesforce", "Status": "Working" }));
    company.edit_issue(&second.1, &json!({ "summary": "From Jira" }));
    company.move_issue(&second.1, "In Progress");
}

fn case(company: &Company, (id, _): &(String, String)) -> (Value, Value) {
    let case = company.record("Case", id);
    (case["Subject"].clone(), case["Status"].clone())
}

fn issue(company: &Company, (_, key): &(String, String)) -> (Value, Value) {
    let issue = company.issue(key);
    (issue["summary"].clone(), issue["status"]["name"].clone())
}

fn shows(title: &str, status: &str) -> (Value, Value) {
    (json!(title), json!(status))
}

/// S2-87, S2-23: nothing is written to Salesforce while that action rests, Jira goes on, and then all is caught up with.
#[test]
fn nothing_is_written_to_salesforce_while_that_action_is_paused() {
    let company = Company::new();
    let pairs = pairs(&company);
    let before = company.written_by_entente(Side::Salesforce);
    edit(&company, &pairs);
    let new = company.create("Case", &json!({ "Subject": "New" }));
    let report = company.sync(&without("to_salesforce"));
    assert_eq!(report["created"], json!({ "salesforce": 0, "jira": 1 }), "{report}");
    assert_eq!(issue(&company, &pairs[0]), shows("From Salesforce", "In Progress"), "the other action goes on");
    assert_eq!(case(&company, &pairs[1]), shows("Edited in Jira", "New"));
    assert_eq!(company.twin("Case", &new), None, "not even the key is written");
    assert_eq!(company.written_by_entente(Side::Salesforce), before);

    // A look says what waits, and that nothing is wrong.
    let file = company.configure(&without("to_salesforce"), "");
    let verified = run(&["verify", "--config", &file, "--json"]);
    let why: Vec<_> = verified.json()["differences"].as_array().unwrap().iter().map(|d| d["why"].clone()).collect();
    assert_eq!((verified.code, why), (0, vec![json!("paused"), json!("paused")]), "{verified:?}");
    let dry_run = run(&["sync", "--config", &file, "--dry-run"]);
    assert!(dry_run.stdout.contains("what is written to Salesforce is not active"), "{dry_run:?}");

    company.sync(&item(""));
    assert_eq!(case(&company, &pairs[1]), shows("From Jira", "Working"), "it has caught up");
    assert!(company.twin("Case", &new).is_some());
    assert_eq!(company.issues("OPS").len(), 3, "and has made nothing twice");
}

/// S2-87: the same the other way round.
#[test]
fn nothing_is_written_to_jira_while_that_action_is_paused() {
    let company = Company::new();
    let pairs = pairs(&company);
    let before = company.written_by_entente(Side::Jira);
    edit(&company, &pairs);
    company.create("Case", &json!({ "Subject": "New" }));
    let report = company.sync(&without("to_jira"));
    assert_eq!(report["created"], json!({ "salesforce": 0, "jira": 0 }), "{report}");
    assert_eq!(case(&company, &pairs[1]), shows("From Jira", "Working"), "the other action goes on");
    assert_eq!(issue(&company, &pairs[0]), shows("Edited in Salesforce", "To Do"));
    assert_eq!(company.written_by_entente(Side::Jira), before);

    assert_eq!(company.sync(&item(""))["created"], json!({ "salesforce": 0, "jira": 1 }));
    assert_eq!(issue(&company, &pairs[0]), shows("From Salesforce", "In Progress"), "it has caught up");
}

/// S2-87: while an item rests as a whole, its records wait for it too: the next item of the same object takes only its own.
/// `explain` says so, and promises no twin that nobody is going to make.
#[test]
fn records_of_a_resting_item_wait_for_it() {
    let items = |rest: &str| {
        let item = |name: &str, lines: &str, filter: &str, kind: &str| {
            format!(
                r"
  {name}:
    owner: integrations@acme.example
{lines}    salesforce: {{ connection: acme-org, object: Case{filter} }}
    jira: {{ connection: acme-site, project: OPS, issue_type: {kind} }}
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    fields: [ {{ salesforce: Subject, jira: summary }} ]
"
            )
        };
        let creates = "    auto_create: jira\n";
        item("urgent", &format!("    {rest}\n"), ", filter: { field: Priority, is: High }", "Bug")
            + &item("others", creates, "", "Task")
    };
    let kind = |company: &Company, id: &str| {
        let key = company.twin("Case", id)?;
        company.issue(&key)["issuetype"]["name"].as_str().map(str::to_owned)
    };
    for state in ["draft", "paused"] {
        let company = Company::new();
        let urgent = company.create("Case", &json!({ "Subject": "Urgent", "Priority": "High" }));
        let other = company.create("Case", &json!({ "Subject": "Other", "Priority": "Low" }));
        let resting = items(&format!("state: {state}\n    auto_create: jira"));
        let report = company.sync(&resting);
        assert_eq!(report["created"], json!({ "salesforce": 0, "jira": 1 }), "{state}: {report}");
        let kinds = [&urgent, &other].map(|id| kind(&company, id));
        assert_eq!(kinds, [None, Some("Task".to_owned())], "{state}");
        assert_eq!(company.plan(&resting)["writes"], json!([]), "{state}: a dry run announces nothing either");
        let explained = run(&["explain", &urgent, "--config", &company.desk.arg("acme.yaml")]);
        assert!(explained.stdout.contains("it waits for item urgent, which stands before this one"), "{explained:?}");
        assert!(!explained.stdout.contains("next:"), "{explained:?}");

        company.sync(&items("auto_create: jira"));
        assert_eq!(kind(&company, &urgent).as_deref(), Some("Bug"), "{state}: its own item has taken it");
    }

    let company = Company::new();
    let urgent = company.create("Case", &json!({ "Subject": "Urgent", "Priority": "High" }));
    company.sync(&items("auto_create: none"));
    assert_eq!(kind(&company, &urgent), None, "an item that makes no twins keeps its records");
    let explained = run(&["explain", &urgent, "--config", &company.desk.arg("acme.yaml")]);
    assert!(explained.stdout.contains("`auto_create` of item urgent does not say jira"), "{explained:?}");
    assert!(!explained.stdout.contains("item others"), "{explained:?}");
}

/// S2-87: an edit that waited and a later one of the other side meet as any two edits do: nothing is lost.
#[test]
fn what_both_sides_changed_during_a_pause_is_decided_afterwards() {
    let company = Company::new();
    let pairs = pairs(&company);
    company.edit_issue(&pairs[0].1, &json!({ "summary": "From Jira" }));
    company.sync(&without("to_salesforce"));
    company.edit("Case", &pairs[0].0, &json!({ "Subject": "From Salesforce" }));
    let ended = company.try_sync(&item(""));
    assert_eq!((ended.code, &ended.json()["conflicts"]), (1, &json!(1)), "{ended:?}");
    assert_eq!(
        (case(&company, &pairs[0]).0, issue(&company, &pairs[0]).0),
        (json!("From Salesforce"), json!("From Jira"))
    );
}

/// S1-57, S1-58: on a one-way item the action to Salesforce is its status; paused, not even that is written.
#[test]
fn the_status_of_a_one_way_item_rests_with_its_action() {
    let company = Company::new();
    let one_way =
        |lines: &str| item(&format!("    mode: one-way\n{lines}")).replace("auto_create: both", "auto_create: jira");
    let id = company.create("Case", &json!({ "Subject": "Theirs" }));
    company.sync(&one_way(""));
    let key = company.twin("Case", &id).unwrap();
    company.move_issue(&key, "In Progress");
    company.sync(&one_way("    actions: { to_salesforce: paused }\n"));
    assert_eq!(company.record("Case", &id)["Status"], "New");
    company.sync(&one_way(""));
    assert_eq!(company.record("Case", &id)["Status"], "Working");
}

/// S2-86, S2-87: a server that runs takes an action up again when the file says so, and shows both, and the owner.
#[test]
fn a_running_server_pauses_and_resumes_an_action_and_shows_both() {
    let company = Company::new();
    let more = "triggers: { poll_seconds: 86400, push: false }\nserver: { api_tokens: [ token-of-a-test ] }\n";
    let pairs = pairs(&company);
    edit(&company, &pairs);
    let file = company.configure(&without("to_salesforce"), more);
    let (_server, server) = company.serve(&file);
    let status = || get(&format!("{server}/api/v1/status"), "token-of-a-test");
    let idle = wait_for("the server to rest", || status().filter(|status| status["idle"] == true));
    assert_eq!(idle["items"][0]["actions"], json!({ "to_salesforce": "paused", "to_jira": "active" }));
    assert_eq!(idle["items"][0]["owner"], "integrations@acme.example");
    assert_eq!(issue(&company, &pairs[0]), shows("From Salesforce", "In Progress"));
    assert_eq!(case(&company, &pairs[1]), shows("Edited in Jira", "New"));

    company.configure(&item(""), more);
    wait_for("the case to follow", || (case(&company, &pairs[1]) == shows("From Jira", "Working")).then_some(()));
    let journal = get(&format!("{server}/api/v1/journal"), "token-of-a-test").unwrap();
    let owners = journal["entries"].as_array().unwrap().iter().filter(|entry| entry["item"] == "cases");
    assert!(
        owners.clone().count() > 0 && owners.clone().all(|e| e["owner"] == "integrations@acme.example"),
        "{journal}"
    );
}

/// S2-86: an item that nobody answers for runs, and everybody sees it.
#[test]
fn an_item_without_an_owner_is_marked() {
    let company = Company::new();
    let nobody = item("").replace("    owner: integrations@acme.example\n", "");
    let checked = run(&["check", &company.configure(&nobody, "")]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(checked.stdout.contains("warning: nobody answers for `cases`"), "{checked:?}");
    let answered = run(&["check", &company.configure(&item(""), "")]);
    assert!(!answered.stdout.contains("nobody answers"), "{answered:?}");
}
