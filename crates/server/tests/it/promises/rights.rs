//! Rights that are taken away and given back: what was refused for want of them costs nothing meanwhile, and goes through
//! without a person when they return.

use serde_json::{Value, json};

use super::company::{Company, ENTENTE, text};
use super::rhythms::serve_item;
use crate::process::{Ended, get, ready, run, wait_for};

const CASES: &str = cases!(
    r"
    fields:
      - { salesforce: Subject, jira: summary }
"
);

const LEADS: &str = "
  leads:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Lead }
    jira: { connection: acme-site, project: OPS, issue_type: Task }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: LastName, jira: summary } ]
";

fn parked(company: &Company) -> Value {
    run(&["parked", "--json", "--config", &company.desk.arg("acme.yaml")]).json()["parked"].clone()
}

fn permit(company: &Company, permission: &str, granted: bool) {
    let right = json!({ "user": ENTENTE, "project": "OPS", "permission": permission, "granted": granted });
    company.site_door("rights", &right);
}

fn calls(report: &Ended) -> Value {
    let report = report.json();
    json!([report["writes"], report["reads"]])
}

/// Takes a right away, lets something be refused for it, looks twenty times, and gives the right back.
fn returns(company: &Company, take: impl Fn(bool), act: impl Fn(), is_done: impl Fn() -> bool) {
    company.sync(CASES);
    take(false);
    act();
    let refused = company.try_sync(CASES);
    assert_eq!((refused.code, &refused.json()["parked"]), (1, &json!(1)), "{refused:?}");
    let listed = parked(company);
    assert!(text(&listed[0]["remedy"]).contains("tried again by itself"), "{listed}");
    let first = company.try_sync(CASES);
    for look in 0..20 {
        let report = company.try_sync(CASES);
        assert_eq!(report.json()["writes"], json!({ "salesforce": 0, "jira": 0 }), "look {look}: {report:?}");
        assert_eq!(calls(&report), calls(&first), "look {look}");
    }
    assert!(!is_done());
    take(true);
    let report = company.sync(CASES);
    assert!(is_done(), "{report}");
    assert_eq!(parked(company), json!([]));
    assert_eq!(company.sync(CASES)["writes"], json!({ "salesforce": 0, "jira": 0 }));
}

/// S2-69: an edit that Jira refuses goes through by itself when the permission is there again.
#[test]
fn the_permission_to_edit_returns() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "First" }));
    company.sync(CASES);
    let key = company.twin("Case", &id).unwrap();
    returns(
        &company,
        |granted| permit(&company, "EDIT_ISSUES", granted),
        || company.edit("Case", &id, &json!({ "Subject": "Second" })),
        || company.issue(&key)["summary"] == "Second",
    );
}

/// S2-69: a creation that Jira refuses is made once the permission is there again.
#[test]
fn the_permission_to_create_returns() {
    let company = Company::new();
    returns(
        &company,
        |granted| permit(&company, "CREATE_ISSUES", granted),
        || drop(company.create("Case", &json!({ "Subject": "New" }))),
        || company.issues("OPS").len() == 1,
    );
}

/// S2-69: so it is with a field that the integration user may not change in Salesforce, and with the whole object.
#[test]
fn rights_in_the_org_return() {
    for right in [json!({ "object": "Case", "field": "Subject" }), json!({ "object": "Case" })] {
        let company = Company::new();
        let id = company.create("Case", &json!({ "Subject": "First" }));
        company.sync(CASES);
        let key = company.twin("Case", &id).unwrap();
        let take = |granted: bool| {
            let mut right = right.clone();
            right["user"] = json!(ENTENTE);
            right["update"] = json!(granted);
            company.org_door("rights", &right);
        };
        returns(
            &company,
            take,
            || company.edit_issue(&key, &json!({ "summary": "From Jira" })),
            || company.record("Case", &id)["Subject"] == "From Jira",
        );
    }
}

/// S2-69: a running server notices by itself, also where the project was hidden after it had been looked at.
#[test]
fn a_running_server_notices_that_a_hidden_project_is_back() {
    let company = Company::new();
    let _server = serve_item(&company, CASES, 5, false);
    let url = ready(&company.desk.path("server.json"))["server"].clone();
    let status = || get(&format!("{}/api/v1/status", text(&url)), "token-of-a-test");
    let first = company.create("Case", &json!({ "Subject": "First" }));
    wait_for("the first twin", || company.twin("Case", &first));
    let hide = |hidden: bool| {
        let user = "admin@sandbox.example";
        let right =
            |permission| json!({ "user": user, "project": "OPS", "permission": permission, "granted": !hidden });
        company.site_door("rights", &right("CREATE_ISSUES"));
        company.site_door("rights", &right("BROWSE_PROJECTS"));
    };
    hide(true);
    let second = company.create("Case", &json!({ "Subject": "Second" }));
    wait_for("the item to rest", || status().filter(|status| status["items"][0]["problem"].is_string()));
    hide(false);
    wait_for("the second twin", || company.twin("Case", &second));
}

/// S2-69: what was edited in a project while it was hidden is found when it is back, although another project of the site
/// has been followed all the time.
#[test]
fn edits_in_a_hidden_project_are_found_when_it_is_back() {
    let company = Company::new();
    let leads = LEADS.replace("project: OPS, issue_type: Task", "project: SUP, issue_type: Incident");
    let file = company.configure(&format!("{CASES}{leads}"), "triggers: { poll_seconds: 5, push: false }\n");
    let (_server, _) = company.serve(&file);
    let case = company.create("Case", &json!({ "Subject": "First" }));
    let lead = company.create("Lead", &json!({ "LastName": "First", "Company": "Acme" }));
    let bug = wait_for("the twin of the case", || company.twin("Case", &case));
    let ticket = wait_for("the twin of the lead", || company.twin("Lead", &lead));
    permit(&company, "BROWSE_PROJECTS", false);
    company.edit_issue(&bug, &json!({ "summary": "Unseen" }));
    for seen in ["Seen", "Seen long after"] {
        company.edit_issue(&ticket, &json!({ "summary": seen }));
        wait_for("the edit in the other project", || (company.record("Lead", &lead)["LastName"] == seen).then_some(()));
        company.pass_seconds(1_000);
    }
    permit(&company, "BROWSE_PROJECTS", true);
    wait_for("the edit meanwhile", || (company.record("Case", &case)["Subject"] == "Unseen").then_some(()));
}

/// S2-69: where an object is taken away from us, the others are followed all the same, without push too.
#[test]
fn an_object_that_is_hidden_stops_no_other() {
    let company = Company::new();
    let items = format!("{CASES}{LEADS}");
    let _server = serve_item(&company, &items, 5, false);
    let first = company.create("Case", &json!({ "Subject": "First" }));
    company.create("Lead", &json!({ "LastName": "Lovelace", "Company": "Acme" }));
    let key = wait_for("the twin", || company.twin("Case", &first));
    wait_for("the lead's issue", || (company.issues("OPS").len() == 2).then_some(()));
    company.org_door("rights", &json!({ "user": ENTENTE, "object": "Lead", "read": false }));
    company.edit("Case", &first, &json!({ "Subject": "Followed" }));
    wait_for("the edit", || (company.issue(&key)["summary"] == "Followed").then_some(()));
}
