//! A conflict, from the edit that made it to the word that ends it.

use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::{Ended, get, run, send, wait_for};

const ASK: &str = cases!(
    r"
    conflicts: ask
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Priority, jira: priority, values: { High: High, Medium: Medium, Low: Low } }
"
);

/// A pair on which both sides have changed the name: the Case, the issue, and the conflict's number.
fn both_edited(company: &Company) -> (String, String, String) {
    let id = company.create("Case", &json!({ "Subject": "First", "Priority": "High" }));
    company.sync(ASK);
    let key = company.twin("Case", &id).unwrap();
    company.edit("Case", &id, &json!({ "Subject": "Theirs" }));
    company.edit_issue(&key, &json!({ "summary": "Ours" }));
    let left = company.try_sync(ASK);
    assert_eq!((left.code, &left.json()["conflicts"]), (1, &json!(1)), "{left:?}");
    let listed = conflicts(company, &["list", "--json"]).json();
    let conflict = &listed["conflicts"][0];
    assert_eq!((text(&conflict["field"]), text(&conflict["jira"]["record"])), ("Subject>summary", key.as_str()));
    assert_eq!((text(&conflict["salesforce"]["value"]), text(&conflict["jira"]["value"])), ("Theirs", "Ours"));
    (id, key, conflict["id"].to_string())
}

fn conflicts(company: &Company, arguments: &[&str]) -> Ended {
    let config = company.desk.arg("acme.yaml");
    run(&[&["conflicts"], arguments, &["--config", &config]].concat())
}

fn shown(company: &Company, id: &str, key: &str) -> (Value, Value) {
    (company.record("Case", id)["Subject"].clone(), company.issue(key)["summary"].clone())
}

/// Both sides changed, a person decides, and what is replaced can be found again.
#[test]
fn a_person_decides_whose_value_stands() {
    let company = Company::new();
    let (id, key, number) = both_edited(&company);
    let decided = conflicts(&company, &["resolve", &number, "--take", "jira"]);
    assert_eq!(decided.code, 0, "{decided:?}");
    assert_eq!(
        shown(&company, &id, &key),
        (json!("Theirs"), json!("Ours")),
        "nothing is written by the command itself"
    );
    let listed = conflicts(&company, &["list"]);
    assert!(listed.stdout.contains("; decided: jira\n1 conflict open."), "{}", listed.stdout);
    let report = company.sync(ASK);
    assert_eq!(report["conflicts"], 0);
    assert_eq!(shown(&company, &id, &key), (json!("Ours"), json!("Ours")));
    assert_eq!(conflicts(&company, &["list"]).stdout, "0 conflicts open.\n");
    assert_eq!(company.sync(ASK)["writes"], json!({ "salesforce": 0, "jira": 0 }), "it stays at rest");
}

/// Who is meant is said by name: in the journal, and in a conflict while a server knows the item's people.
#[test]
fn people_are_called_by_their_names() {
    let company = Company::new();
    let items = cases!(
        r"
    conflicts: ask
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: OwnerId, jira: assignee }
people:
  Support Tier 1: jonas.lindqvist@sandbox.example
  maren.holtby@sandbox.example: carla.mendes@sandbox.example
"
    );
    let find = |object: &str, name: &str| {
        let query = format!("query?q=SELECT+Id+FROM+{object}+WHERE+Name='{}'", name.replace(' ', "+"));
        let found = company.salesforce(reqwest::Method::GET, &query, &Value::Null);
        text(&found["records"][0]["Id"]).to_owned()
    };
    let (queue, maren) = (find("Group", "Support Tier 1"), find("User", "Maren Holtby"));
    let mei = "712020:3f0a9b52-6c5d-4b58-a3f1-c31bb6a0f002";
    let id = company.create("Case", &json!({ "Subject": "Whose", "OwnerId": queue }));
    company.sync(items);
    let key = company.twin("Case", &id).unwrap();
    company.edit("Case", &id, &json!({ "OwnerId": maren }));
    company.sync(items);
    let token = "token-of-a-test";
    let file =
        company.configure(items, &format!("triggers: {{ poll_seconds: 5 }}\nserver: {{ api_tokens: [ {token} ] }}\n"));
    let journal = run(&["journal", "--config", &file]).stdout;
    assert!(journal.contains("Jira assignee := \"Carla Mendes"), "{journal}");

    company.edit("Case", &id, &json!({ "OwnerId": queue }));
    company.edit_issue(&key, &json!({ "assignee": { "accountId": mei } }));
    let (_running, server) = company.serve(&file);
    let conflict = wait_for("the conflict", || {
        let listed = run(&["conflicts", "list", "--server", &server, "--token", token, "--json"]).json();
        listed["conflicts"].get(0).cloned()
    });
    assert_eq!((&conflict["jira"]["value"], &conflict["salesforce"]["value"]), (&json!(mei), &json!(queue)));
    assert_eq!((&conflict["salesforce"]["person"]), &json!("Support Tier 1"), "{conflict}");
    assert!(text(&conflict["jira"]["person"]).starts_with("Mei Tanaka"), "{conflict}");
}

/// Neither value is right, so a person gives a third; both sides show it.
#[test]
fn a_person_may_give_another_value() {
    let company = Company::new();
    let (id, key, number) = both_edited(&company);
    assert_eq!(conflicts(&company, &["resolve", &number, "--take", "A third"]).code, 0);
    assert_eq!(company.sync(ASK)["conflicts"], 0);
    assert_eq!(shown(&company, &id, &key), (json!("A third"), json!("A third")));
    assert_eq!(company.sync(ASK)["writes"], json!({ "salesforce": 0, "jira": 0 }), "it stays at rest");
}

/// A side that is misspelt is not taken for a value; a value that looks like one has an option of its own.
#[test]
fn a_side_that_is_misspelt_is_no_value() {
    let company = Company::new();
    let (id, key, number) = both_edited(&company);
    for slip in ["jria", "saleforce", "SF"] {
        let refused = conflicts(&company, &["resolve", &number, "--take", slip]);
        assert!(refused.code == 2 && refused.stderr.contains("did you mean `--take "), "{slip}: {refused:?}");
    }
    assert_eq!(conflicts(&company, &["resolve", &number]).code, 2);
    assert_eq!(conflicts(&company, &["resolve", &number, "--take", "Jira"]).code, 0);
    company.sync(ASK);
    assert_eq!(shown(&company, &id, &key), (json!("Ours"), json!("Ours")));
    let company = Company::new();
    let (id, key, number) = both_edited(&company);
    let resolved = conflicts(&company, &["resolve", &number, "--value", "jria"]);
    assert!(resolved.code == 0 && resolved.stdout.contains("the value \"jria\" stands"), "{resolved:?}");
    company.sync(ASK);
    assert_eq!(shown(&company, &id, &key), (json!("jria"), json!("jria")));
}

#[test]
fn a_decision_holds_for_what_was_seen() {
    let company = Company::new();
    let (id, key, number) = both_edited(&company);
    assert_eq!(conflicts(&company, &["resolve", &number, "--take", "salesforce"]).code, 0);
    company.edit_issue(&key, &json!({ "summary": "Ours, and better" }));
    let report = company.try_sync(ASK);
    assert_eq!(report.json()["conflicts"], 1, "{report:?}");
    assert_eq!(shown(&company, &id, &key), (json!("Theirs"), json!("Ours, and better")));
}

#[test]
fn a_decision_outlives_a_write_that_fails() {
    let company = Company::new();
    let (id, key, number) = both_edited(&company);
    assert_eq!(conflicts(&company, &["resolve", &number, "--take", "salesforce"]).code, 0);
    company.site_door("faults", &json!({ "name": "error_before", "route": "PUT /rest/api/3/issue/{..}", "times": 1 }));
    company.try_sync(ASK);
    let config = company.configure(ASK, "");
    let report = run(&["sync", "--config", &config, "--json", "--wait", "30"]);
    assert_eq!(report.code, 0, "{report:?}");
    assert_eq!(shown(&company, &id, &key), (json!("Theirs"), json!("Theirs")));
}

#[test]
fn while_a_server_runs_it_is_told_and_acts() {
    let company = Company::new();
    let (id, key, number) = both_edited(&company);
    let config = company.configure(ASK, "server: { api_tokens: [ \"${FIRST_TOKEN}\" ] }\n");
    let ((_running, server), token) = (company.serve(&config), "first-token");
    let told = run(&["conflicts", "resolve", &number, "--take", "salesforce", "--server", &server, "--token", token]);
    assert_eq!(told.code, 0, "{told:?}");
    wait_for("the decision to be carried out", || {
        (shown(&company, &id, &key) == (json!("Theirs"), json!("Theirs"))).then_some(())
    });
    let client = reqwest::Client::new();
    let list = || send(client.get(format!("{server}/api/v1/conflicts")).bearer_auth(token)).unwrap();
    wait_for("the conflict to be gone", || list().1.contains("\"conflicts\":[]").then_some(()));
    let answer = |body: &'static str| {
        let request = client.post(format!("{server}/api/v1/conflicts/{number}/resolve")).bearer_auth(token);
        send(request.header("content-type", "application/json").body(body)).unwrap().0
    };
    assert_eq!((answer(r#"{"take":"jira"}"#), answer(r#"{"take":"both"}"#), answer("{}")), (404, 400, 400));
}

/// S2-70: what the console sends: whoever has a token of their own is named in the journal by it, whatever the request says;
/// with the server's own token it is the name that was given there.
#[test]
fn the_journal_names_the_person_who_resolved_it() {
    let company = Company::new();
    let (id, key, _) = both_edited(&company);
    company.edit("Case", &id, &json!({ "Priority": "Medium" }));
    company.edit_issue(&key, &json!({ "priority": { "name": "Low" } }));
    company.try_sync(ASK);
    let config = company.configure(ASK, "server: { api_tokens: [ \"${FIRST_TOKEN}\" ] }\n");
    let added = run(&["users", "add", "otto", "--role", "operator", "--config", &config]);
    let (_running, server) = company.serve(&config);
    let ask = |path: &str| get(&format!("{server}/api/v1/{path}"), "first-token").unwrap();
    let (client, open) = (reqwest::Client::new(), ask("conflicts")["conflicts"].take());
    for (conflict, token) in open.as_array().unwrap().iter().zip([added.stdout.trim(), "first-token"]) {
        let request = client.post(format!("{server}/api/v1/conflicts/{}/resolve", conflict["id"])).bearer_auth(token);
        let body = json!({ "take": "jira", "by": "Ada at the desk" }).to_string();
        let (status, answer) = send(request.header("content-type", "application/json").body(body)).unwrap();
        assert_eq!(status, 200, "{answer}");
    }
    let journal = ask("journal?kind=decision");
    let told: Vec<&str> = journal["entries"].as_array().unwrap().iter().map(|entry| text(&entry["text"])).collect();
    let [otto, ada] = told[..] else { panic!("two decisions: {journal}") };
    assert!(otto.starts_with("otto decided that") && ada.starts_with("Ada at the desk decided that"), "{told:?}");
}

#[test]
fn a_wrong_word_about_a_conflict_is_refused_with_what_to_do() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "First", "Priority": "High" }));
    company.sync(ASK);
    let key = company.twin("Case", &id).unwrap();
    company.edit("Case", &id, &json!({ "Priority": "Medium" }));
    company.edit_issue(&key, &json!({ "priority": { "name": "Low" } }));
    company.try_sync(ASK);
    let number = conflicts(&company, &["list", "--json"]).json()["conflicts"][0]["id"].to_string();
    let refused = |id: &str, take: &str| {
        let ended = conflicts(&company, &["resolve", id, "--take", take]);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
        ended.stderr
    };
    insta::assert_snapshot!(refused(&number, "Urgent"), @r#"error: "Urgent" has no counterpart in Jira under `Priority>priority` of item cases; add it to the value table, or take another."#);
    insta::assert_snapshot!(refused("99", "jira"), @"error: No conflict 99 is open; `entente conflicts list` names all.");
    insta::assert_snapshot!(refused("first", "jira"), @r#"error: A conflict is named by its number, as `entente conflicts list` shows it; "first" is none."#);
}

/// A value is taken only if both sides can hold it: otherwise one would be written what the other refuses.
#[test]
fn a_value_that_one_side_cannot_hold_is_not_taken() {
    let company = Company::new();
    let (id, key, number) = both_edited(&company);
    let refused = |take: &str| {
        let ended = conflicts(&company, &["resolve", &number, "--take", take]);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
        ended.stderr
    };
    insta::assert_snapshot!(refused(""), @"error: Jira summary must not be empty; take another value.");
    insta::assert_snapshot!(refused(&"x".repeat(256)), @"error: Salesforce Subject holds 255 characters, and this has 256; take another value.");
    company.try_sync(ASK);
    assert_eq!(shown(&company, &id, &key), (json!("Theirs"), json!("Ours")), "nothing is lost");
}

/// The later edit wins; within two minutes none is, so Salesforce stands, and the journal says which it was.
#[test]
fn what_cannot_be_ordered_is_said() {
    let company = Company::new();
    let items = cases!("\n    conflicts: latest-wins\n    fields: [ { salesforce: Subject, jira: summary } ]\n");
    let id = company.create("Case", &json!({ "Subject": "First" }));
    company.sync(items);
    let key = company.twin("Case", &id).unwrap();
    let edits = |apart: u32, theirs: &str, ours: &str| {
        company.edit("Case", &id, &json!({ "Subject": theirs }));
        company.pass_seconds(apart);
        company.edit_issue(&key, &json!({ "summary": ours }));
        company.sync(items);
        shown(&company, &id, &key)
    };
    assert_eq!(edits(30, "Theirs", "Ours"), (json!("Theirs"), json!("Theirs")));
    assert_eq!(edits(600, "Theirs again", "Ours again"), (json!("Ours again"), json!("Ours again")));
    let journal = run(&["journal", "--config", &company.desk.arg("acme.yaml"), "--json"]).stdout;
    for why in [
        "Jira summary := \\\"Theirs\\\", because both changed, within 120 seconds of each other or at a time that is not known",
        "Salesforce Subject := \\\"Ours again\\\", because both changed and Jira changed later",
    ] {
        assert!(journal.contains(why), "{why}: {journal}");
    }
}

/// The later edit wins on a line of several fields too, whichever of them was edited.
#[test]
fn the_later_edit_wins_on_a_line_of_several_fields() {
    let company = Company::new();
    let items = cases!(
        r#"
    conflicts: latest-wins
    fields:
      - { salesforce: Subject, jira: summary }
      - salesforce: Origin
        jira: environment
        to_jira: [ { template: "{Origin} ({Priority})" } ]
        to_salesforce: [ { pattern: "^(.*) \\(" } ]
"#
    );
    let id = company.create("Case", &json!({ "Subject": "x", "Origin": "Web", "Priority": "Low" }));
    company.sync(items);
    let key = company.twin("Case", &id).unwrap();
    assert_eq!(company.issue(&key)["environment"], "Web (Low)");
    // Both fields have a history: the origin was edited before the issue, the priority after it.
    company.edit("Case", &id, &json!({ "Origin": "Phone" }));
    company.pass_seconds(600);
    company.edit_issue(&key, &json!({ "environment": "Email (Low)" }));
    company.pass_seconds(600);
    company.edit("Case", &id, &json!({ "Priority": "High" }));
    company.sync(items);
    assert_eq!(company.issue(&key)["environment"], "Phone (High)");
    assert_eq!(company.record("Case", &id)["Origin"], "Phone");
}
