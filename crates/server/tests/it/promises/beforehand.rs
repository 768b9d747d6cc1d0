//! What is said before anything is done: names, words and places of a file that could only be mistakes.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::{Ended, run};

const ITEM: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Priority, jira: priority } ]
"
);

fn ask(company: &Company, items: &str, arguments: &[&str]) -> Ended {
    let file = company.configure(items, "");
    run(&[arguments, &["--config", &file]].concat())
}

/// Whether the items are right, as far as the org and the site can tell.
fn check(company: &Company, items: &str) -> Ended {
    run(&["check", &company.configure(items, ""), "--online"])
}

/// What is wrong with a line is said by `check` and by the run that is refused, in the same words.
#[test]
fn a_line_that_cannot_work_is_refused_by_check_and_by_sync_in_the_same_words() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "x", "Description": "hello" }));
    for (field, words) in [
        ("duedate", "Jira duedate cannot hold Salesforce's Description"),
        ("timetracking", "Jira timetracking is of the type timetracking, which this version does not carry"),
        ("Sync State", "Jira Sync State cannot hold Salesforce's Description: Jira fills the field in by itself"),
        ("Sumary", "connection acme-site: there is no field Sumary that the account can see"),
        ("key", "`key` is what an issue is called"),
    ] {
        let items = ITEM.replace(
            "{ salesforce: Priority, jira: priority }",
            &format!("{{ salesforce: Description, jira: {field} }}"),
        );
        let checked = check(&company, &items);
        assert!(checked.code == 1 && checked.stdout.contains(words), "{field}: {checked:?}");
        let synced = ask(&company, &items, &["sync"]);
        assert!(synced.code != 0 && synced.stderr.contains(words), "{field}: {synced:?}");
    }
    assert_eq!(company.twin("Case", &id), None, "nothing was done");
}

/// S2-35, S2-50: a filter that compares a field with what it never shows is named, with what the field holds.
#[test]
fn a_filter_word_that_its_field_never_shows_is_named() {
    let company = Company::new();
    let number = json!({ "name": "Seats__c", "type": "Number", "precision": 18, "scale": 2 });
    let flag = json!({ "name": "Vip__c", "type": "Checkbox", "defaultValue": "false" });
    let several = json!({ "name": "Areas__c", "type": "MultiselectPicklist", "picklistValues": ["North", "South"] });
    company.org_door("objects", &json!({ "object": "Case", "fields": [number, flag, several] }));
    company.create("Case", &json!({ "Subject": "x", "Seats__c": 2000, "Vip__c": true, "Areas__c": "North;South" }));
    let with = |filter: &str| ITEM.replace("object: Case }", &format!("object: Case, filter: {{ {filter} }} }}"));
    for (filter, words) in [
        ("field: Vip__c, equals: yes", "it holds true or false, and a filter compares it with \"yes\""),
        ("field: Seats__c, greater than: '1,000'", "it holds numbers, and a filter compares it with \"1,000\""),
        ("field: Areas__c, is: North;South", "it holds names that are compared one by one"),
    ] {
        let items = with(filter);
        for ended in [check(&company, &items), ask(&company, &items, &["doctor"])] {
            assert!(ended.stdout.contains(words), "{filter}: {ended:?}");
        }
    }
    for filter in ["field: Vip__c, equals: true", "field: Seats__c, greater than: 1000", "field: Areas__c, is: South"] {
        let items = with(filter);
        let checked = check(&company, &items).stdout;
        assert!(!checked.contains("a filter compares it"), "{filter}: {checked}");
        let plan = company.plan(&items);
        assert!(plan["writes"].as_array().unwrap().iter().any(|write| write["op"] == "create"), "{filter}: {plan}");
    }
    let misspelt = check(&company, &with("field: Priority, is: Hgih"));
    assert!(misspelt.stdout.contains("has no value Hgih, which the item names"), "{misspelt:?}");
}

/// S2-31, S3-15: names that nobody has are told before a run, and keep no record from its twin.
#[test]
fn a_misspelt_person_is_named_and_keeps_no_record_from_its_twin() {
    let company = Company::new();
    let items = cases!(
        r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: OwnerId, jira: assignee, otherwise: nobody@nowhere.example }
people:
  maren.holtby@sandbox.example: nobodi@acme.example
  Support Teir 1: jonas.lindqvist@sandbox.example
"
    );
    let query = "query?q=SELECT+Id+FROM+User+WHERE+Name='Maren+Holtby'";
    let maren = company.salesforce(Method::GET, query, &Value::Null)["records"][0]["Id"].clone();
    let id = company.create("Case", &json!({ "Subject": "Owned", "OwnerId": maren }));
    for ended in [check(&company, items), ask(&company, items, &["doctor"])] {
        for name in ["nobodi@acme.example", "Support Teir 1", "nobody@nowhere.example"] {
            assert!(ended.stdout.contains(&format!("\"{name}\"")), "{name}: {ended:?}");
        }
        assert!(!ended.stdout.contains("\"jonas.lindqvist@sandbox.example\""), "{ended:?}");
    }
    let report = ask(&company, items, &["sync", "--json"]).json();
    assert_eq!(report["parked"], 0, "{report}");
    let issue = company.issue(&company.twin("Case", &id).unwrap());
    assert_eq!((&issue["summary"], &issue["assignee"]), (&json!("Owned"), &Value::Null));
}

/// S1-60: fields without which nothing can be created are said, on both sides, by `check` and by `doctor`. A flow of the org
/// may fill its own, so there it is a warning; in Jira nothing can.
#[test]
fn a_required_field_that_nothing_fills_is_said_where_records_are_created() {
    let company = Company::new();
    company.org_door(
        "objects",
        &json!({ "object": "Opportunity", "fields": [{ "name": "Jira_Reference__c", "type": "Text", "length": 50 }] }),
    );
    let items = cases!(
        r"
    fields: [ { salesforce: Description, jira: summary } ]
"
    )
    .replace("object: Case", "object: Opportunity");
    let into_salesforce = items.replace("auto_create: jira", "auto_create: salesforce");
    company.site_door("fields", &json!({ "project": "SUP", "name": "Must", "type": "textfield", "required": true }));
    let into_jira = ITEM.replace("project: OPS, issue_type: Bug", "project: SUP, issue_type: Bug");
    let no_line = "warning: connection acme-org: Opportunity.StageName is required and no line fills it; unless a flow";
    for (items, code, words) in [(&into_salesforce, 0, no_line), (&into_jira, 1, "is required and nothing fills it")] {
        for ended in [check(&company, items), ask(&company, items, &["doctor"])] {
            assert!(ended.code == code && ended.stdout.contains(words), "{words}: {ended:?}");
            assert!(!ended.stdout.contains("is there."), "{ended:?}");
        }
    }
    assert!(!check(&company, &items).stdout.contains("StageName"), "nothing is created there");
}

/// A version of the API that the org does not speak is named by the key that says it.
#[test]
fn a_version_that_the_org_does_not_speak_is_named_by_its_key() {
    let company = Company::new();
    let file = company.configure(ITEM, "");
    let document = std::fs::read_to_string(&file).unwrap().replace("client_id:", "api_version: 99.0, client_id:");
    let file = company.desk.file("acme.yaml", &document);
    for ended in [run(&["check", &file, "--online"]), run(&["doctor", "--config", &file])] {
        let says = ended.stdout.contains("`api_version` is 99.0, and the org offers none above");
        assert!(ended.code == 1 && says, "{ended:?}");
    }
}

/// Pairs of an item that moves to another project, made before it did.
fn pairs(company: &Company, items: &str) -> Vec<String> {
    let ids: Vec<String> = (0..3).map(|n| company.create("Case", &json!({ "Subject": format!("No. {n}") }))).collect();
    company.sync(items);
    ids.iter().map(|id| company.twin("Case", id).unwrap()).collect()
}

/// An item that lets go what leaves it, and goes to another project: every command says how many pairs would part, a run
/// parts none before a person has let it, and then parts them all.
#[test]
fn a_changed_project_parts_no_pair_unsaid() {
    let company = Company::new();
    let before = ITEM.replace("    auto_create", "    on_leave: unlink\n    auto_create");
    pairs(&company, &before);
    let after = before.replace("project: OPS, issue_type: Bug", "project: ITS, issue_type: Incident");
    let would = "3 of 3 pairs would part";
    assert!(check(&company, &after).stdout.contains(would));
    let file = company.configure(&after, "");
    let applied = run(&["apply", &file, "--yes"]);
    assert!(applied.code == 1 && format!("{}{}", applied.stdout, applied.stderr).contains(would), "{applied:?}");
    let plan = company.plan(&after);
    let unlinks = plan["writes"].as_array().unwrap().iter().filter(|write| write["op"] == "unlink").count();
    assert_eq!(unlinks, 3, "{plan}");
    for _ in 0..2 {
        let held = ask(&company, &after, &["sync", "--json"]);
        assert_eq!((held.code, &held.json()["links"]), (1, &json!(3)), "{held:?}");
    }
    let status = ask(&company, &after, &["status"]).stdout;
    assert!(status.contains("3 of 3 links would have been separated"), "{status}");
    assert_eq!(ask(&company, &after, &["resume", "cases"]).code, 0);
    assert_eq!(company.sync(&after)["links"], 0, "a person has let them go");
}

/// The same for a filter that most of the records do not pass.
#[test]
fn a_changed_filter_says_how_many_pairs_it_parts() {
    let company = Company::new();
    let before = ITEM.replace("    auto_create", "    on_leave: unlink\n    auto_create");
    pairs(&company, &before);
    let web = company.create("Case", &json!({ "Subject": "By web", "Origin": "Web" }));
    assert_eq!(company.sync(&before)["links"], 4);
    let after = before.replace("object: Case }", "object: Case, filter: { field: Origin, is: Web } }");
    assert!(!check(&company, &before).stdout.contains("would part"));
    assert!(check(&company, &after).stdout.contains("3 of 4 pairs would part"));
    assert!(company.twin("Case", &web).is_some());
}

/// One that leaves by itself is nothing to stop for.
#[test]
fn few_pairs_that_leave_stop_nothing() {
    let company = Company::new();
    let items = ITEM
        .replace("    auto_create", "    on_leave: unlink\n    auto_create")
        .replace("object: Case }", "object: Case, filter: { field: Origin, is not: Phone } }");
    pairs(&company, &items);
    let id = company.create("Case", &json!({ "Subject": "Leaves" }));
    assert_eq!(company.sync(&items)["links"], 4);
    company.edit("Case", &id, &json!({ "Origin": "Phone" }));
    assert_eq!(company.sync(&items)["links"], 3);
}

/// A connection under another name, and an item about another object: the pairs that are there are not made a second
/// time, nor called what they are not.
#[test]
fn pairs_of_another_connection_or_object_stop_the_item_and_say_so() {
    let company = Company::new();
    let keys = pairs(&company, ITEM);
    let file = company.configure(ITEM, "");
    let document = std::fs::read_to_string(&file).unwrap();
    let leads = document.replace("object: Case", "object: Lead").replace("salesforce: Subject", "salesforce: Company");
    for (changed, words) in [
        (document.replace("acme-org", "our-org"), "3 of its links are of the connection acme-org"),
        (document.replace("acme-site", "our-site"), "3 of its links are of the connection acme-site"),
        (
            leads.replace("salesforce: Priority", "salesforce: Rating"),
            "3 of its links are with records that are no Lead",
        ),
    ] {
        let file = company.desk.file("acme.yaml", &changed);
        for arguments in
            [&["check", &file, "--online"][..], &["sync", "--config", &file], &["verify", "--config", &file]]
        {
            let ended = run(arguments);
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(ended.code == 1 && said.contains(words), "{words}: {ended:?}");
        }
    }
    let back = company.sync(ITEM);
    assert_eq!((&back["links"], &back["created"]["jira"]), (&json!(3), &json!(0)), "{back}");
    // With a new name the item begins anew: it finds the twins that are there, once.
    let anew = document.replace("acme-org", "our-org").replace("  cases:", "  our-cases:");
    let file = company.desk.file("acme.yaml", &anew);
    let report = run(&["sync", "--config", &file, "--json"]).json();
    assert_eq!((&report["links"], &report["created"]["jira"]), (&json!(3), &json!(0)), "{report}");
    assert_eq!(company.issues("OPS").len(), keys.len());
    assert_eq!(text(&company.issue(&keys[0])["summary"]), "No. 0");
}
