//! Test mode: one record through one action of an item that does not run it.

use serde_json::{Value, json};

use super::company::{Company, Side, text};
use crate::process::{Ended, run};

/// An item that does not run, with these lines of its own.
fn item(lines: &str) -> String {
    format!(
        r"
  cases:
    owner: integrations@acme.example
{lines}    salesforce: {{ connection: acme-org, object: Case, filter: {{ field: Origin, is: Web }} }}
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

const DRAFT: &str = "    state: draft\n";

fn try_record(company: &Company, items: &str, arguments: &[&str]) -> Ended {
    let file = company.configure(items, "");
    let command = ["test-record", "cases"];
    run(&[&command, arguments, &["--config", &file, "--json"]].concat())
}

fn tried(company: &Company, items: &str, arguments: &[&str]) -> Value {
    let ended = try_record(company, items, arguments);
    assert_eq!(ended.code, 0, "{ended:?}");
    ended.json()
}

fn case(subject: &str) -> Value {
    json!({ "Subject": subject, "Priority": "High", "Status": "Working", "Origin": "Web" })
}

fn field<'a>(trial: &'a Value, name: &str) -> &'a Value {
    let fields = trial["fields"].as_array().unwrap();
    fields.iter().find(|field| field["field"] == name).unwrap_or_else(|| panic!("{name}: {trial}"))
}

/// S2-64: a draft is tried on one case: its issue is really there, linked and shown; nothing else is touched; the next
/// try changes the same issue; and then it is removed as if it had never been.
#[test]
fn one_record_is_delivered_shown_and_removed_again_and_nothing_else_is_touched() {
    let company = Company::new();
    let (id, other) = (company.create("Case", &case("Tried")), company.create("Case", &case("Left alone")));
    let draft = item(DRAFT);
    let trial = tried(&company, &draft, &[&id]);
    assert_eq!((&trial["outcome"], &trial["direction"]), (&json!("created"), &json!("to-jira")), "{trial}");
    assert_eq!(trial["unexpected"], 0, "{trial}");
    let key = text(&trial["jira"]["name"]).to_owned();
    assert!(text(&trial["jira"]["url"]).ends_with(&format!("/browse/{key}")), "{trial}");
    assert!(text(&trial["salesforce"]["url"]).ends_with(&id), "{trial}");
    let subject = field(&trial, "Subject>summary");
    assert_eq!((&subject["salesforce"], &subject["jira"]), (&json!("Tried"), &json!("Tried")));
    let issue = company.issue(&key);
    assert_eq!((&issue["summary"], &issue["priority"]["name"]), (&json!("Tried"), &json!("High")));
    assert_eq!((&issue["status"]["name"], &issue["Salesforce Case ID"]), (&json!("In Progress"), &json!(id)));
    assert_eq!(company.issues("OPS"), std::slice::from_ref(&key), "one issue, for one case");
    assert!(company.written_by_entente(Side::Salesforce).is_empty(), "nothing is written to the other side");

    company.edit("Case", &id, &json!({ "Subject": "Tried again" }));
    let again = tried(&company, &draft, &[&id]);
    assert_eq!((&again["outcome"], &again["jira"]["name"]), (&json!("updated"), &json!(key)), "{again}");
    assert_eq!(company.issue(&key)["summary"], "Tried again");
    assert_eq!(tried(&company, &draft, &[&id])["outcome"], "agreed");

    assert_eq!(tried(&company, &draft, &[&id, "--remove"])["removed"]["name"], json!(key));
    assert!(company.issues("OPS").is_empty());
    let gone = try_record(&company, &draft, &[&id, "--remove"]);
    assert!(gone.code == 2 && gone.stderr.contains("has no twin under cases"), "{gone:?}");

    // Activated, both cases get their issues, as if nothing had been.
    assert_eq!(company.sync(&item(""))["created"]["jira"], 2);
    assert!(company.twin("Case", &id).is_some() && company.twin("Case", &other).is_some());
}

/// S2-64: what somebody has written into the twin since is not deleted unless a person insists.
#[test]
fn a_twin_that_was_edited_since_its_test_stays_unless_a_person_insists() {
    let company = Company::new();
    let (id, draft) = (company.create("Case", &case("Tried")), item(DRAFT));
    let key = text(&tried(&company, &draft, &[&id])["jira"]["name"]).to_owned();
    company.pass_seconds(2);
    company.edit_issue(&key, &json!({ "summary": "Edited by somebody" }));
    let refused = try_record(&company, &draft, &[&id, "--remove"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.stderr.contains(&format!("{key} was edited in Jira since it was tested, so it stays")),
        "{refused:?}"
    );
    assert_eq!(company.issue(&key)["summary"], "Edited by somebody");
    assert_eq!(tried(&company, &draft, &[&id, "--remove", "--yes"])["removed"]["name"], json!(key));
    assert!(company.issues("OPS").is_empty());
}

/// S2-64, S2-87: the other action, by itself; here the account may not delete, and says so.
#[test]
fn the_action_to_salesforce_is_tried_by_itself() {
    let company = Company::new();
    let issue = json!({ "fields": { "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "Found in Jira" } });
    let key = text(&company.jira(reqwest::Method::POST, "issue", &issue)["key"]).to_owned();
    let half = item("    actions: { to_salesforce: paused }\n");
    let before = company.writes(Side::Jira).len();
    let trial = tried(&company, &half, &[&key]);
    assert_eq!((&trial["outcome"], &trial["direction"]), (&json!("created"), &json!("to-salesforce")), "{trial}");
    let id = text(&trial["salesforce"]["id"]).to_owned();
    assert_eq!(company.record("Case", &id)["Subject"], "Found in Jira");
    assert_eq!(company.writes(Side::Jira).len(), before, "nothing is written to Jira");

    // The integration user may not delete cases, and the sentence says what to do about it.
    let refused = try_record(&company, &half, &[&key, "--remove"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("Delete it in Salesforce, then remove it here"), "{refused:?}");
    company.salesforce(reqwest::Method::DELETE, &format!("sobjects/Case/{id}"), &Value::Null);
    assert_eq!(tried(&company, &half, &[&key, "--remove"])["removed"]["id"], json!(id));

    // The action that runs needs no test, and is not let in by this door.
    let running = try_record(&company, &half, &[&id, "--direction", "to-jira"]);
    assert_eq!(running.code, 1, "{running:?}");
    assert!(running.stderr.contains("to Jira of cases is active and needs no test"), "{running:?}");
}

/// S2-64: what a vendor makes of a value is marked, and the answer is no.
#[test]
fn a_value_that_is_shown_differently_is_marked() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "Tried", "Origin": "Web", "Priority": "Medium" }));
    // Jira keeps one line of what has two.
    let line = item(DRAFT).replace("jira: priority }", "jira: priority }, { salesforce: Description, jira: Customer }");
    company.edit("Case", &id, &json!({ "Description": "one\ntwo" }));
    let ended = try_record(&company, &line, &[&id]);
    let trial = ended.json();
    assert_eq!((ended.code, &trial["unexpected"]), (1, &json!(1)), "{trial}");
    let marked = field(&trial, "Description>Customer");
    let shown = ["written", "jira", "unexpected"].map(|part| &marked[part]);
    assert_eq!(shown, [&json!("one\ntwo"), &json!("one two"), &json!(true)], "{trial}");
    assert_eq!(field(&trial, "Subject>summary")["unexpected"], false, "{trial}");

    // No issue has this priority: the twin cannot show what is mapped.
    let odd = item(DRAFT).replace("jira: priority }", "jira: priority, values: { Medium: Urgent } }");
    let id = company.create("Case", &json!({ "Subject": "Odd", "Origin": "Web", "Priority": "Medium" }));
    let ended = try_record(&company, &odd, &[&id]);
    let trial = ended.json();
    let notes = trial["notes"].to_string();
    assert!(ended.code == 1 && notes.contains("priority"), "{ended:?}");
}

/// S2-64: a server that runs the rest does the same over its API, and goes on.
#[test]
fn a_running_server_tries_a_record_of_a_draft() {
    let company = Company::new();
    let id = company.create("Case", &case("Tried"));
    let leads = r"
  leads:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Lead }
    jira: { connection: acme-site, project: OPS, issue_type: Task }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Company, jira: summary } ]
";
    let more = "triggers: { poll_seconds: 5, push: false }\nserver: { api_tokens: [ token-of-a-test ] }\n";
    let file = company.configure(&(item(DRAFT) + leads), more);
    let (_server, server) = company.serve(&file);
    let asked = ["test-record", "cases", &id, "--server", &server, "--token", "token-of-a-test", "--json"];
    let ended = run(&asked);
    assert_eq!((ended.code, &ended.json()["outcome"]), (0, &json!("created")), "{ended:?}");
    let lead = company.create("Lead", &json!({ "Company": "Acme", "LastName": "Ames" }));
    crate::process::wait_for("the lead's task", || company.twin("Lead", &lead));
    assert_eq!(company.issues("OPS").len(), 2, "and the draft has taken nothing else");
}

/// Whatever is named wrongly has its sentence, and nothing is written.
#[test]
fn what_cannot_be_tried_is_said() {
    let company = Company::new();
    let id = company.create("Case", &case("Tried"));
    let phone = company.create("Case", &json!({ "Subject": "By phone", "Origin": "Phone" }));
    let shown = "
  cards:
    owner: integrations@acme.example
    mode: display-only
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, projects: [ OPS ] }
    fields: [ { salesforce: Subject } ]
";
    let file = company.configure(&(item(DRAFT) + shown), "");
    for (arguments, code, says) in [
        (["cases", "500XX", "--json"], 2, "neither a Salesforce id of 15 or 18 characters nor an issue key"),
        (["nothing", &id, "--json"], 2, "no item \"nothing\" in this configuration; it has: cases, cards"),
        (["cards", &id, "--json"], 1, "cards only displays"),
        (["cases", "OPS-999", "--json"], 2, "Jira has no OPS-999 that the integration user can see"),
        (["cases", &id, "--direction=to-salesforce"], 2, "give an issue key instead"),
        (["cases", &id, "--remove"], 2, "has no twin under cases"),
    ] {
        let ended = run(&[&["test-record"], &arguments[..], &["--config", &file]].concat());
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.stderr.contains(says), "{says}: {ended:?}");
    }
    let filtered = run(&["test-record", "cases", &phone, "--config", &file]);
    assert_eq!(filtered.code, 1, "{filtered:?}");
    assert!(filtered.stdout.contains("nothing was done") && filtered.stdout.contains("does not pass the filter"));
    let active = run(&["test-record", "cases", &id, "--config", &company.configure(&item(""), "")]);
    assert!(active.code == 1 && active.stderr.contains("is active and needs no test"), "{active:?}");
    assert!(company.written_by_entente(Side::Jira).is_empty() && company.issues("OPS").is_empty());
    let counted = run(&["sync", "--config", &file, "--json"]);
    assert_eq!(counted.json()["parked"], 0, "a refused test is not remembered: {counted:?}");
}

/// S2-64: on a pair that is linked already, a test delivers what the draft makes of it, so that a wrong line shows before
/// it is applied.
#[test]
fn a_draft_is_tried_on_a_pair_that_is_linked() {
    let company = Company::new();
    let id = company.create("Case", &case("One"));
    let file = company.configure(&item(""), "");
    let applied = run(&["apply", &file, "--yes", "--anyway"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    assert_eq!(run(&["sync", "--config", &file]).code, 0);
    let key = company.twin("Case", &id).unwrap();
    let document = std::fs::read_to_string(&file).unwrap();
    let draft = document.replace("jira: summary }", "jira: summary, to_jira: [ { constant: WRONG } ] }");
    let draft = company.desk.file("draft.yaml", &draft);
    let tried = run(&["test-record", "cases", &id, "--draft", &draft, "--config", &file, "--json"]).json();
    let summary = field(&tried, "Subject>summary");
    assert_eq!((&tried["outcome"], &summary["written"]), (&json!("updated"), &json!("WRONG")), "{tried}");
    assert_eq!(company.issue(&key)["summary"], "WRONG");
    assert_eq!(company.record("Case", &id)["Subject"], "One");
}

/// S2-64: a twin that an item has worked with since, or that no test has made, is nobody's to remove.
#[test]
fn only_what_a_test_has_made_is_removed() {
    let company = Company::new();
    let ids = ["Tried", "Made in earnest"].map(|subject| company.create("Case", &case(subject)));
    tried(&company, &item(DRAFT), &[&ids[0]]);
    company.sync(&item(""));
    let paused = item("    state: paused\n");
    for (id, says) in ids.iter().zip(["has run since", "was not made by a test"]) {
        let refused = try_record(&company, &paused, &[id, "--remove"]);
        assert!(refused.code == 1 && refused.stderr.contains(says), "{says}: {refused:?}");
    }
    assert_eq!(company.issues("OPS").len(), 2);
}

/// S2-66: started from a file, an item runs because the file says so; one that was never tested is warned of.
#[test]
fn an_active_item_that_was_never_tested_is_warned_of() {
    let company = Company::new();
    let id = company.create("Case", &case("Tried"));
    let warned = || {
        let file = company.configure(&item(""), "triggers: { push: false }\n");
        let (server, _) = company.serve(&file);
        let said = server.said();
        server.signal("TERM");
        server.wait();
        said.contains("cases is active and no record was ever tested on it")
    };
    assert!(warned());
    tried(&company, &item(DRAFT), &[&id]);
    assert!(!warned());
}

/// S2-64: a twin that does not show everything is not said to, and one that refused everything was not changed.
#[test]
fn a_test_that_changes_nothing_says_so() {
    let company = Company::new();
    let ask = |state: &str| {
        let labels = "jira: priority, conflicts: ask }, { salesforce: SuppliedName, jira: labels }";
        item(state).replace("jira: priority }", labels)
    };
    let id = company.create("Case", &case("Tried"));
    company.sync(&ask(""));
    let key = company.twin("Case", &id).unwrap();
    company.edit("Case", &id, &json!({ "Priority": "Low" }));
    company.edit_issue(&key, &json!({ "priority": { "name": "Medium" } }));
    let conflict = try_record(&company, &ask("    state: paused\n"), &[&id]);
    let trial = conflict.json();
    assert_eq!((conflict.code, &trial["outcome"]), (1, &json!("nothing")), "{trial}");
    assert!(trial["notes"].to_string().contains("both sides changed, and a person decides"), "{trial}");

    company.edit("Case", &id, &json!({ "SuppliedName": "no label has spaces" }));
    let refused = try_record(&company, &ask("    state: paused\n"), &[&id]);
    let trial = refused.json();
    assert_eq!((refused.code, &trial["outcome"]), (1, &json!("nothing")), "{trial}");
    assert_eq!(company.issue(&key)["labels"], json!([]));

    company.edit("Case", &id, &json!({ "Subject": "Changed" }));
    let partly = try_record(&company, &ask("    state: paused\n"), &[&id]).json();
    assert_eq!(partly["outcome"], "updated", "{partly}");
}
