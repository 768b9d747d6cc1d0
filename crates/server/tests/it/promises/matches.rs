//! Records and issues that were there before: found by what they show, asked about where several could be meant.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, Side, text};
use crate::process::{Ended, run, wait_for};

/// Cases whose company is the customer of a bug.
fn cases(auto_create: &str, rules: &str) -> String {
    let usual = cases!(
        r"
    match: [ correlation, RULES ]
    conflicts: salesforce-wins
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: SuppliedCompany, jira: Customer }
"
    );
    let rules = usual.replace(", RULES", rules);
    rules.replace("auto_create: jira", &format!("auto_create: {auto_create}"))
}

const BY_CUSTOMER: &str = ", { salesforce: SuppliedCompany, jira: Customer }";

fn case(company: &Company, subject: &str, customer: &str) -> String {
    company.create("Case", &json!({ "Subject": subject, "SuppliedCompany": customer }))
}

fn bug(company: &Company, summary: &str, customer: &str) -> String {
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": summary,
                         "customfield_10032": customer });
    text(&company.jira(Method::POST, "issue", &json!({ "fields": fields }))["key"]).to_owned()
}

fn set_customer(company: &Company, key: &str, customer: &str) {
    company.edit_issue(key, &json!({ "customfield_10032": customer }));
}

/// A command about these items, without a server.
fn ask(company: &Company, items: &str, arguments: &[&str]) -> Ended {
    let file = company.configure(items, "");
    run(&[arguments, &["--config", &file]].concat())
}

fn matches(company: &Company, items: &str) -> Vec<Value> {
    let listed = ask(company, items, &["matches", "list", "--json"]).json();
    listed["matches"].as_array().unwrap().clone()
}

fn names(all: &Value) -> Vec<&str> {
    all.as_array().unwrap().iter().map(|one| text(&one["name"])).collect()
}

/// X44, X45: match, then create. What shows the same is linked and mapped like any other pair; the rest gets new twins.
/// An issue that has a record is nobody else's.
#[test]
fn what_shows_the_same_is_linked_and_only_the_rest_is_created() {
    let company = Company::new();
    let items = cases("jira", BY_CUSTOMER);
    let (known, other) = (case(&company, "Known", "Acme-17 GmbH"), case(&company, "Other", "Umbrella"));
    let key = bug(&company, "An older bug", "  acme-17 GMBH ");
    bug(&company, "Not the same", "Acme-17 GmbH and others");
    let planned = company.plan(&items);
    let ops: Vec<(&str, &str)> =
        planned["writes"].as_array().unwrap().iter().map(|w| (text(&w["op"]), text(&w["record"]))).collect();
    assert!(ops.contains(&("link", &known)) && ops.contains(&("create", &other)), "{planned}");
    assert!(!ops.contains(&("create", &known)), "{planned}");

    let report = company.sync(&items);
    assert_eq!((&report["created"]["jira"], &report["links"]), (&json!(1), &json!(2)), "{report}");
    assert_eq!(company.twin("Case", &known).as_deref(), Some(key.as_str()));
    let issue = company.issue(&key);
    assert_eq!((text(&issue["Salesforce Case ID"]), text(&issue["summary"])), (known.as_str(), "Known"), "{issue}");
    company.edit_issue(&key, &json!({ "summary": "From Jira" }));
    company.sync(&items);
    assert_eq!(company.record("Case", &known)["Subject"], "From Jira");

    let late = case(&company, "Late", "Acme-17 GmbH");
    assert_eq!(company.sync(&items)["created"]["jira"], 1, "the issue that shows the same has a record");
    assert_ne!(company.twin("Case", &late).as_deref(), Some(key.as_str()));
    let journal = ask(&company, &items, &["journal", "--json"]).stdout;
    assert!(journal.contains("which show the same (SuppliedCompany = Customer)"), "{journal}");
}

/// Create only, and match only.
#[test]
fn an_item_may_only_create_or_only_match() {
    let company = Company::new();
    let (known, other) = (case(&company, "Known", "Acme"), case(&company, "Other", "Umbrella"));
    let key = bug(&company, "An older bug", "Acme");
    company.sync(&cases("none", BY_CUSTOMER));
    assert_eq!(company.twin("Case", &known).as_deref(), Some(key.as_str()));
    assert_eq!((company.twin("Case", &other), company.issues("OPS").len()), (None, 1), "nothing is created");
    let third = case(&company, "Third", "Initech");
    let there = bug(&company, "Nobody's", "Initech");
    company.sync(&cases("jira", ""));
    assert_ne!(company.twin("Case", &third).unwrap(), there, "nothing is matched");
}

/// The first rule under which there is anybody decides, also for an issue that a later rule would give to another.
#[test]
fn rules_are_tried_in_their_order() {
    let company = Company::new();
    let rules = ", { salesforce: SuppliedCompany, jira: Customer }, { salesforce: Subject, jira: summary }";
    let items = cases("jira", rules);
    let by_subject = case(&company, "Printer on fire", "");
    let by_customer = case(&company, "Something else", "Acme");
    let both = bug(&company, "Printer on fire", "Acme");
    company.sync(&items);
    assert_eq!(company.twin("Case", &by_customer).as_deref(), Some(both.as_str()), "the first rule");
    let second = company.twin("Case", &by_subject).unwrap();
    assert_ne!(second, both);
    let alike = bug(&company, "Paper jam", "");
    let late = case(&company, "paper jam", "Nobody knows it");
    company.sync(&items);
    assert_eq!(company.twin("Case", &late).as_deref(), Some(alike.as_str()), "the second rule");
}

/// One letter in another case tells no two accounts apart: neither is taken, and a person says which.
#[test]
fn accounts_that_differ_only_in_a_capital_are_in_doubt() {
    let company = Company::new();
    let reference = json!([{ "name": "Jira_Reference__c", "type": "Text", "length": 80 }]);
    company.org_door("objects", &json!({ "object": "Account", "fields": reference }));
    let accounts = ["Twin", "twin"].map(|name| company.create("Account", &json!({ "Name": name })));
    bug(&company, "Twin", "");
    let items = cases("jira", ", { salesforce: Name, jira: summary }");
    let items = items.replace("object: Case", "object: Account").replace("salesforce: Subject", "salesforce: Name");
    let items = items.replace("salesforce: SuppliedCompany", "salesforce: Phone");
    let ended = ask(&company, &items, &["sync", "--json"]);
    assert_eq!((ended.code, &ended.json()["parked"]), (1, &json!(2)), "{ended:?}");
    assert_eq!(accounts.each_ref().map(|id| company.twin("Account", id)), [None, None]);
    assert_eq!(company.issues("OPS").len(), 1, "and nothing is created beside the one that is there");
}

/// Two issues could be meant: the record waits, costs nothing, and a person says which.
#[test]
fn a_person_says_which_of_two_issues_is_meant() {
    let company = Company::new();
    let items = cases("jira", BY_CUSTOMER);
    let id = case(&company, "Printer", "Acme");
    let (first, second) = (bug(&company, "One", "Acme"), bug(&company, "Two", "ACME"));
    let planned = company.plan(&items);
    assert_eq!(planned["writes"], json!([]), "{planned}");
    let report = company.try_sync(&items);
    assert_eq!((report.code, &report.json()["parked"]), (1, &json!(1)), "{report:?}");
    assert_eq!(company.issues("OPS").len(), 2, "nothing is guessed, and nothing is created");

    let listed = matches(&company, &items);
    assert_eq!((listed.len(), text(&listed[0]["record"]), text(&listed[0]["state"])), (1, id.as_str(), "open"));
    assert_eq!(names(&listed[0]["issues"]), [first.as_str(), second.as_str()]);
    let shown = ask(&company, &items, &["matches", "show", &id]).stdout;
    for part in [
        "could belong to OPS-1, OPS-2 (SuppliedCompany = Customer: \"acme\")",
        "Subject: Printer",
        "summary: One",
        "summary: Two",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(ask(&company, &items, &["parked"]).stdout.contains("entente matches resolve"));
    assert!(ask(&company, &items, &["explain", &id]).stdout.contains("which belong together"));

    company.site_door("calls/reset", &json!({}));
    let waiting = company.try_sync(&items).json();
    assert_eq!((&waiting["parked"], &waiting["writes"]), (&json!(1), &json!({ "salesforce": 0, "jira": 0 })));
    let by_route = company.site_calls()["by_route"].clone();
    assert_eq!(by_route["POST /rest/api/3/search/jql"], 1, "no question but the look's own: {by_route}");
    assert_eq!(by_route["POST /rest/api/3/issue/bulkfetch"], Value::Null, "{by_route}");

    let decided = ask(&company, &items, &["matches", "resolve", &id, "--take", &second]);
    assert_eq!(decided.code, 0, "{decided:?}");
    company.sync(&items);
    assert_eq!(company.twin("Case", &id).as_deref(), Some(second.as_str()));
    assert_eq!(company.issue(&second)["summary"], "Printer");
    assert_eq!((company.issue(&first)["summary"].clone(), company.issues("OPS").len()), (json!("One"), 2));
    assert_eq!(matches(&company, &items), Vec::<Value>::new());
}

/// Two records could be meant: one gets an issue of its own, and what is left is a pair by itself.
#[test]
fn what_is_left_after_a_word_settles_itself() {
    let company = Company::new();
    let items = cases("jira", BY_CUSTOMER);
    let (one, two) = (case(&company, "One", "Acme"), case(&company, "Two", "Acme"));
    let key = bug(&company, "Whose", "Acme");
    assert_eq!(company.try_sync(&items).json()["parked"], 2);
    let listed = ask(&company, &items, &["matches", "list"]).stdout;
    assert!(listed.contains("and so could Case") && listed.ends_with("2 records in doubt.\n"), "{listed}");
    assert_eq!(ask(&company, &items, &["matches", "resolve", &one, "--take", "new"]).code, 0);
    let report = company.sync(&items);
    assert_eq!((&report["created"]["jira"], &report["links"]), (&json!(1), &json!(2)), "{report}");
    assert_eq!(company.twin("Case", &two).as_deref(), Some(key.as_str()));
    assert_ne!(company.twin("Case", &one).as_deref(), Some(key.as_str()));
}

/// A record that stays alone is no open work, until it shows something else.
#[test]
fn a_record_may_stay_without_a_twin() {
    let company = Company::new();
    let items = cases("jira", BY_CUSTOMER);
    let id = case(&company, "Printer", "Acme");
    bug(&company, "One", "Acme");
    bug(&company, "Two", "Acme");
    company.try_sync(&items);
    assert_eq!(ask(&company, &items, &["matches", "resolve", &id, "--take", "none"]).code, 0);
    for look in 0..2 {
        assert_eq!(company.sync(&items)["parked"], 0, "look {look}");
        assert_eq!(ask(&company, &items, &["retry", "--all"]).code, 0, "what was decided is not asked again");
    }
    assert_eq!(text(&matches(&company, &items)[0]["state"]), "none");
    let explained = ask(&company, &items, &["explain", &id]).stdout;
    assert!(explained.contains("It was decided that it stays without a twin"), "{explained}");
    assert!(!explained.contains("refused") && !explained.contains("`start`"), "{explained}");
    company.edit("Case", &id, &json!({ "Subject": "Another subject" }));
    company.sync(&items);
    assert_eq!((company.twin("Case", &id), company.issues("OPS").len()), (None, 2));
    company.edit("Case", &id, &json!({ "SuppliedCompany": "Umbrella" }));
    assert_eq!(company.sync(&items)["created"]["jira"], 1);
}

/// A doubt that dissolves by itself needs nobody: an issue is deleted, or shows something else.
#[test]
fn a_doubt_that_dissolves_needs_nobody() {
    for deleted in [true, false] {
        let company = Company::new();
        let items = cases("none", BY_CUSTOMER);
        let id = case(&company, "Printer", "Acme");
        let (kept, other) = (bug(&company, "One", "Acme"), bug(&company, "Two", "Acme"));
        assert_eq!(company.try_sync(&items).json()["parked"], 1);
        match deleted {
            true => drop(company.jira(Method::DELETE, &format!("issue/{other}"), &Value::Null)),
            false => set_customer(&company, &other, "Umbrella"),
        }
        assert_eq!(company.sync(&items)["links"], 1, "deleted: {deleted}");
        assert_eq!(company.twin("Case", &id).as_deref(), Some(kept.as_str()));
    }
}

/// A running server hears of it when a doubt is over, without a further word about the record.
#[test]
fn a_running_server_notices_that_a_doubt_is_over() {
    const TOKEN: &str = "token-of-a-test";
    let company = Company::new();
    let items = cases("none", BY_CUSTOMER);
    let id = case(&company, "Printer", "Acme");
    let (kept, other) = (bug(&company, "One", "Acme"), bug(&company, "Two", "Acme"));
    let more = format!("triggers: {{ poll_seconds: 5, push: false }}\nserver: {{ api_tokens: [ {TOKEN} ] }}\n");
    let file = company.configure(&items, &more);
    let (_running, server) = company.serve(&file);
    let told = || run(&["matches", "list", "--server", &server, "--token", TOKEN]).stdout;
    wait_for("the doubt", || told().ends_with("1 record in doubt.\n").then_some(()));
    set_customer(&company, &other, "Umbrella");
    wait_for("the pair", || (company.twin("Case", &id).as_deref() == Some(kept.as_str())).then_some(()));
    wait_for("no doubt", || told().ends_with("0 records in doubt.\n").then_some(()));
}

/// The same from the other side: an issue is linked to the record that shows the same, and gets none where several do.
#[test]
fn issues_find_their_records_too() {
    let company = Company::new();
    let items = cases("salesforce", BY_CUSTOMER);
    let known = case(&company, "Known", "Acme");
    let (one, two) = (case(&company, "One", "Umbrella"), case(&company, "Two", "Umbrella"));
    let key = bug(&company, "Acme's bug", "Acme");
    let doubtful = bug(&company, "Whose", "Umbrella");
    let fresh = bug(&company, "New", "Initech");
    let report = company.try_sync(&items).json();
    assert_eq!((&report["created"]["salesforce"], &report["parked"]), (&json!(1), &json!(2)), "{report}");
    assert_eq!(company.twin("Case", &known).as_deref(), Some(key.as_str()));
    assert!(company.issue(&fresh)["Salesforce Case ID"].is_string());
    for id in [&one, &two] {
        assert_eq!(ask(&company, &items, &["matches", "resolve", id, "--take", "none"]).code, 0);
    }
    assert_eq!(company.sync(&items)["created"]["salesforce"], 1, "the issue belongs to nobody who is there");
    assert!(company.issue(&doubtful)["Salesforce Case ID"].is_string());
    assert_eq!(company.writes(Side::Jira).iter().filter(|(field, _)| field == "(created)").count(), 3);
}

#[test]
fn a_wrong_word_about_a_match_is_refused_with_what_to_do() {
    let company = Company::new();
    let items = cases("none", BY_CUSTOMER);
    let id = case(&company, "Printer", "Acme");
    bug(&company, "One", "Acme");
    bug(&company, "Two", "Acme");
    bug(&company, "Three", "Umbrella");
    company.try_sync(&items);
    let refused = |record: &str, take: &str| {
        let ended = ask(&company, &items, &["matches", "resolve", record, "--take", take]);
        assert_eq!(ended.stdout, "", "{ended:?}");
        let name = format!("Case {}", text(&company.record("Case", &id)["CaseNumber"]));
        (ended.code, ended.stderr.replace(&id, "ID").replace(&name, "Case NUMBER"))
    };
    insta::assert_snapshot!(refused(&id, "OPS-3").1, @"error: OPS-3 is none of the issues that Case NUMBER is like; `entente link ID OPS-3 --item cases` links the two all the same.");
    insta::assert_snapshot!(refused(&id, "new").1, @"error: Item cases creates no issues (`auto_create`), so Case NUMBER cannot get one of its own; choose an issue, or none.");
    insta::assert_snapshot!(refused("500000000000001AAA", "none").1, @r#"error: The twin of "500000000000001AAA" is not in doubt; `entente matches list` names all that are."#);
    assert_eq!(refused("Case 7", "none").0, 2);
    let file = company.configure(&cases("none", ", { salesforce: IsEscalated, jira: labels }"), "");
    let checked = run(&["check", &file, "--online"]);
    assert!(checked.stdout.contains("the match rule IsEscalated = labels finds nobody"), "{checked:?}");
}
