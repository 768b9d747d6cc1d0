//! What an operator does about trouble: refused work, an item that is held.

use reqwest::Method;
use serde_json::{Value, json};

use super::ages::tell;
use super::company::{Company, ENTENTE, Side, text};
use crate::process::{Ended, run};

pub(super) const CASES: &str = cases!(
    r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Priority, jira: priority, values: { High: High, Medium: Medium, Low: Low } }
"
);

/// A command about the company's data, which nobody else works on.
pub(super) fn ask(company: &Company, arguments: &[&str]) -> Ended {
    let config = company.desk.arg("acme.yaml");
    run(&[arguments, &["--config", &config]].concat())
}

/// Cases with their issues, in agreement.
pub(super) fn pairs(company: &Company, n: usize) -> Vec<(String, String)> {
    let ids: Vec<String> = (0..n).map(|n| company.create("Case", &json!({ "Subject": format!("Case {n}") }))).collect();
    company.sync(CASES);
    ids.into_iter()
        .map(|id| {
            let key = company.twin("Case", &id).unwrap();
            (id, key)
        })
        .collect()
}

fn delete(company: &Company, id: &str) {
    company.salesforce(Method::DELETE, &format!("sobjects/Case/{id}"), &Value::Null);
}

/// S2-63, S2-69: what a vendor refuses is listed with its kind, its reason and what helps; it is not sent again in twenty
/// further looks; a person may let it be tried again, and a changed record is tried by itself.
#[test]
fn what_is_refused_is_listed_and_tried_again_when_asked_for_or_changed() {
    let company = Company::new();
    let [(id, key)] = pairs(&company, 1).try_into().unwrap();
    // An edit that is refused for its quietness goes once more, aloud: a missing right refuses both.
    let refuse = || {
        let answer = json!({ "side_effect": "none", "route": "PUT /rest/api/3/issue/{..}", "answer": "status",
                             "status": 403, "times": 2 });
        company.site_door("faults", &answer);
    };
    refuse();
    company.edit("Case", &id, &json!({ "Subject": "Refused" }));
    let report = company.try_sync(CASES);
    assert_eq!((report.code, &report.json()["parked"]), (1, &json!(1)), "{report:?}");
    for look in 0..20 {
        let report = company.try_sync(CASES).json();
        assert_eq!(report["writes"], json!({ "salesforce": 0, "jira": 0 }), "look {look}");
    }
    let listed = ask(&company, &["parked", "--json"]).json();
    let work = &listed["parked"][0];
    assert_eq!((text(&work["class"]), text(&work["record"])), ("rejected", key.as_str()), "{listed}");
    assert_eq!(text(&work["field"]), "Subject>summary");
    assert!(!text(&work["reason"]).is_empty() && text(&work["remedy"]).contains("entente retry"), "{listed}");
    assert!(ask(&company, &["parked"]).stdout.ends_with("1 parked.\n"));

    let retried = ask(&company, &["retry", "--link", &work["link"].to_string()]);
    assert_eq!(
        (retried.code, retried.stdout.as_str()),
        (0, "1 refusal tried again by the next round.\n"),
        "{retried:?}"
    );
    company.sync(CASES);
    assert_eq!(company.issue(&key)["summary"], "Refused");

    refuse();
    company.edit("Case", &id, &json!({ "Subject": "Refused again" }));
    assert_eq!(company.try_sync(CASES).code, 1);
    company.edit("Case", &id, &json!({ "Subject": "Another" }));
    company.sync(CASES);
    assert_eq!(company.issue(&key)["summary"], "Another", "a changed value is tried by itself");
}

/// S2-63: a record that does not fit its item is told apart from one that a vendor refuses.
#[test]
fn a_record_that_names_the_wrong_issue_is_a_matter_of_the_mapping() {
    let company = Company::new();
    company.create("Case", &json!({ "Subject": "Odd", "Jira_Reference__c": "no key at all" }));
    assert_eq!(company.try_sync(CASES).code, 1);
    let listed = ask(&company, &["parked", "--item", "cases", "--json"]).json();
    assert_eq!(text(&listed["parked"][0]["class"]), "mapping", "{listed}");
    assert_eq!(ask(&company, &["retry", "--item", "cases", "--json"]).json()["retried"], 1);
}

#[test]
fn a_wrong_wish_to_try_again_is_refused_with_what_to_do() {
    let company = Company::new();
    company.configure(CASES, "");
    for (arguments, sentence) in [
        (["--link", "99"], "error: Link 99 is not parked; `entente parked` names those that are.\n"),
        (["--item", "other"], "error: There is no item \"other\" in this configuration; it has: cases.\n"),
    ] {
        let ended = ask(&company, &[&["retry"], &arguments[..]].concat());
        assert_eq!((ended.code, ended.stderr.as_str()), (2, sentence));
    }
    assert_eq!(ask(&company, &["retry"]).code, 2);
}

/// What is misspelt is said, and not answered with nothing; a key is known however it is written; who only asks leaves no
/// trace.
#[test]
fn a_name_that_nobody_knows_is_no_empty_answer() {
    let company = Company::new();
    company.configure(CASES, "");
    let typo = company.desk.arg("typo");
    let status = ask(&company, &["status", "--data-dir", &typo]);
    assert!(status.code == 0 && status.stderr.contains("no database in"), "{status:?}");
    assert!(!company.desk.path("typo").exists() && !company.desk.path("entente-data").exists());

    let [(id, key)] = pairs(&company, 1).try_into().unwrap();
    for asked in [&["parked"][..], &["journal"], &["conflicts", "list"], &["matches", "list"]] {
        let ended = ask(&company, &[asked, &["--item", "nope"]].concat());
        let sentence = "error: There is no item \"nope\" in this configuration; it has: cases.\n";
        assert_eq!((ended.code, ended.stderr.as_str()), (2, sentence), "{asked:?}");
    }
    assert_eq!(ask(&company, &["journal", "--link", "99"]).code, 2);
    let never = ask(&company, &["journal", "--since", "2999-01-01T00:00:00Z"]);
    assert_eq!((never.code, never.stdout.as_str()), (0, "The journal has nothing about that.\n"));
    for name in [&key, &key.to_lowercase(), &id] {
        let told = ask(&company, &["explain", name]);
        assert!(told.stdout.contains(", item cases, link 1:"), "{name}: {told:?}");
    }
    let which = ask(&company, &["undo", "--dry-run"]);
    assert!(which.code == 2 && which.stderr.contains("--round <R>|--item <I>"), "{which:?}");
}

/// A link counts once, however many of its fields are refused; all of them are tried again.
#[test]
fn links_are_counted_as_parked_and_refusals_as_tried_again() {
    let company = Company::new();
    let [(id, key)] = pairs(&company, 1).try_into().unwrap();
    let fault =
        json!({ "side_effect": "none", "route": "PUT /rest/api/3/issue/{..}", "answer": "status", "status": 403 });
    company.site_door("faults", &fault);
    company.edit("Case", &id, &json!({ "Subject": "Refused", "Priority": "High" }));
    let report = company.try_sync(CASES);
    assert_eq!((report.code, &report.json()["parked"]), (1, &json!(1)), "{report:?}");
    assert!(ask(&company, &["parked"]).stdout.ends_with("\n1 parked, by 2 refusals.\n"));
    company.heal();
    let said = ask(&company, &["sync"]);
    assert!(said.stdout.starts_with("1 link; created"), "a link that is parked is not in agreement: {said:?}");
    assert_eq!(ask(&company, &["retry", "--all"]).stdout, "2 refusals tried again by the next round.\n");
    company.sync(CASES);
    assert_eq!(company.issue(&key)["summary"], "Refused");
}

/// What is left of an item that is gone from the configuration is no part of what a run, or the status, speaks of.
#[test]
fn links_of_an_item_that_is_gone_are_not_counted() {
    let company = Company::new();
    pairs(&company, 2);
    let others = CASES.replace("  cases:", "  tickets:");
    assert_eq!(company.sync(&others)["links"], 2);
    assert_eq!(ask(&company, &["status", "--json"]).json()["links"], 2);
}

/// A guard stops an item before much is cut off at once; a person lets it go on.
#[test]
fn many_deletions_at_once_hold_the_item_until_a_person_resumes_it() {
    let company = Company::new();
    let pairs = pairs(&company, 30);
    for (id, _) in &pairs[..25] {
        delete(&company, id);
    }
    let before = company.writes(Side::Jira).len();
    let held = company.try_sync(CASES);
    assert_eq!((held.code, &held.json()["held"], &held.json()["links"]), (1, &json!(30), &json!(30)), "{held:?}");
    let status = ask(&company, &["status"]);
    assert!(
        status.stdout.contains("item cases: held") && status.stdout.contains("the limit is 20"),
        "{}",
        status.stdout
    );
    assert_eq!(company.try_sync(CASES).json()["links"], 30, "held is held");
    let explained = ask(&company, &["explain", &pairs[29].1]);
    assert_eq!(explained.stdout.matches("entente resume cases").count(), 1, "{explained:?}");

    assert_eq!(ask(&company, &["resume", "cases"]).code, 0);
    let report = company.sync(CASES);
    assert_eq!((&report["links"], &report["held"]), (&json!(5), &json!(0)), "{report}");
    assert_eq!(company.writes(Side::Jira).len(), before, "the issues are kept as they are");
}

/// Ordinary work is no mishap, however much of it there is.
#[test]
fn ordinary_edits_hold_nothing() {
    let company = Company::new();
    let pairs = pairs(&company, 100);
    for round in 0..5 {
        for (id, _) in &pairs {
            company.edit("Case", id, &json!({ "Subject": format!("Edit {round}") }));
        }
        assert_eq!(company.sync(CASES)["held"], 0);
    }
    assert_eq!(company.issue(&pairs[99].1)["summary"], "Edit 4");
}

/// S2-65: the journal lists what happened, and whoever changes a row is found out.
#[test]
fn the_journal_is_listed_and_verified() {
    let company = Company::new();
    let [(id, _)] = pairs(&company, 1).try_into().unwrap();
    company.edit("Case", &id, &json!({ "Subject": "Another" }));
    company.sync(CASES);
    let listed = ask(&company, &["journal", "--link", "1"]);
    assert!(listed.stdout.contains("Jira summary := \"Another\", because Salesforce changed"), "{}", listed.stdout);
    let intact = ask(&company, &["journal", "verify"]);
    assert_eq!(intact.code, 0, "{intact:?}");
    assert!(intact.stdout.starts_with("The journal is what was written: "), "{}", intact.stdout);
    assert_eq!(ask(&company, &["journal", "verify", "--json"]).json()["broken"], Value::Null);
}

/// What passes by itself is waited for from the first call on, and is not taken for wrong credentials.
#[test]
fn a_vendor_that_asks_for_a_pause_at_the_first_call_is_waited_for() {
    let company = Company::new();
    company.create("Case", &json!({ "Subject": "Patience" }));
    let config = company.configure(CASES, "");
    company.site_door("faults", &json!({ "name": "rate_limit", "route": "*", "times": 3 }));
    company.org_door(
        "faults",
        &json!({ "side_effect": "none", "route": "POST /services/oauth2/token", "answer": "status",
                                        "status": 429, "headers": { "Retry-After": "1" }, "times": 2 }),
    );
    let alone = run(&["sync", "--config", &config]);
    assert_eq!(alone.code, 1);
    assert!(!alone.stderr.contains("credentials"), "{}", alone.stderr);
    let report = run(&["sync", "--config", &config, "--wait", "60", "--json"]);
    assert_eq!((report.code, &report.json()["created"]["jira"]), (0, &json!(1)), "{report:?}");
}

/// S2-77: an issue whose edits reach no record says why, and how it gets one; then they do.
#[test]
fn an_issue_that_belongs_to_no_record_says_how_it_gets_one() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "The case" }));
    let items = CASES.replace("auto_create: jira", "auto_create: none\n    conflicts: salesforce-wins");
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "The issue" });
    let key = text(&company.jira(Method::POST, "issue", &json!({ "fields": fields }))["key"]).to_owned();
    company.sync(&items);
    company.edit_issue(&key, &json!({ "summary": "Edited" }));
    company.sync(&items);
    assert_eq!(company.record("Case", &id)["Subject"], "The case");
    let told = ask(&company, &["explain", &key]);
    let remedy = format!(
        "It belongs to no record: its Salesforce Case ID is empty. `entente link RECORD {key} --item cases` gives it one."
    );
    assert!(told.stdout.contains(&remedy), "{told:?}");

    let linked = ask(&company, &["link", &id, &key, "--item", "cases"]);
    assert_eq!(linked.code, 0, "{linked:?}");
    company.sync(&items);
    company.edit_issue(&key, &json!({ "summary": "Edited again" }));
    company.sync(&items);
    assert_eq!(company.record("Case", &id)["Subject"], "Edited again");
}

/// S2-77: a key that the record does not take is said with the field and what to do, and doubles nothing; edits in Jira
/// reach the record all the same, and once the right is there, so does the key.
#[test]
fn a_record_that_may_not_be_told_its_issue_says_why_and_follows_nonetheless() {
    let company = Company::new();
    let permit = |update: bool| {
        let right = json!({ "user": ENTENTE, "object": "Case", "field": "Jira_Reference__c", "update": update });
        company.org_door("rights", &right);
    };
    permit(false);
    let id = company.create("Case", &json!({ "Subject": "The case" }));
    let refused = company.try_sync(CASES);
    assert_eq!((refused.code, &refused.json()["parked"]), (1, &json!(1)), "{refused:?}");
    let [key] = company.issues("OPS").try_into().unwrap();
    assert_eq!(company.twin("Case", &id), None);
    for command in [&["parked"][..], &["explain", &key]] {
        let told = ask(&company, command).stdout;
        assert!(told.contains("Jira_Reference__c") && told.contains("check the security settings"), "{told}");
    }
    let doctor = ask(&company, &["doctor"]).stdout;
    assert!(doctor.contains("Give the user Edit access to Case.Jira_Reference__c by a permission set."), "{doctor}");
    company.edit_issue(&key, &json!({ "summary": "Edited" }));
    company.try_sync(CASES);
    assert_eq!(company.record("Case", &id)["Subject"], "Edited");

    permit(true);
    company.sync(CASES);
    assert_eq!((company.twin("Case", &id), company.issues("OPS")), (Some(key.clone()), vec![key]));
}

/// Why something was written, or why nothing is, in words and without a write.
#[test]
fn an_explanation_says_why() {
    let company = Company::new();
    let filtered = CASES.replace("object: Case }", "object: Case, filter: { field: Origin, is: Web } }");
    let taken = company.create("Case", &json!({ "Subject": "Taken", "Origin": "Web" }));
    let passed_by = company.create("Case", &json!({ "Subject": "Passed by", "Origin": "Phone" }));
    company.sync(&filtered);
    let key = company.twin("Case", &taken).unwrap();
    let explain = |about: &str| {
        let told = ask(&company, &["explain", about]);
        assert_eq!(told.code, 0, "{told:?}");
        told.stdout
    };
    let quiet = explain(&key);
    assert!(quiet.contains("both sides are as they agreed") && quiet.contains("Created"), "{quiet}");
    assert_eq!(quiet.replace(&key, "1"), explain("1").replace(&key, "1"), "a link answers to its number");
    let kept_out = explain(&passed_by);
    assert!(kept_out.contains("does not pass the filter `Origin is \"Web\"`: Origin is \"Phone\"."), "{kept_out}");

    company.edit("Case", &taken, &json!({ "Subject": "Changed" }));
    let before = company.writes(Side::Jira).len();
    let next = explain(&taken);
    assert!(next.contains(&format!("next: update in jira, {key} summary (Salesforce changed)")), "{next}");
    let document = ask(&company, &["explain", &taken, "--item", "cases", "--json"]).json();
    let write = &document["explanations"][0]["plan"]["writes"][0];
    assert_eq!((text(&write["from"]), text(&write["to"])), ("Taken", "Changed"), "{document}");
    assert_eq!(company.writes(Side::Jira).len(), before, "nothing was written");

    let refusal = json!({ "side_effect": "none", "route": "PUT /rest/api/3/issue/{..}", "answer": "status",
                          "status": 403, "times": 2 });
    company.site_door("faults", &refusal);
    assert_eq!(company.try_sync(&filtered).code, 1);
    let blocked = explain(&key);
    assert!(blocked.contains("Jira refused \"Changed\" for summary: "), "{blocked}");

    assert!(!blocked.contains("What came before"), "{blocked}");
    let database = company.desk.path("entente-data").join("entente.db");
    tell(
        &database,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 21)
         INSERT INTO journal (at_ms, kind, link_id, sentence) SELECT 0, 'write', link.id, 'Older' FROM link, n",
    );
    assert!(explain(&key).contains("What came before: `entente journal --link "));

    company.configure(&filtered.replace("    owner:", "    state: paused\n    owner:"), "");
    assert!(explain(&key).contains("Item cases is paused, so nothing is done for it."));
    company.configure(&filtered, "");
    for unknown in ["OPS-999", "77", "500000000000ABCAA2", "nonsense"] {
        let none = ask(&company, &["explain", unknown]);
        let sentence = format!("error: Nothing is known of \"{unknown}\"; give the number of a link, ");
        assert_eq!((none.code, none.stderr.lines().count()), (2, 1), "{none:?}");
        assert!(none.stderr.starts_with(&sentence), "{}", none.stderr);
    }
}
