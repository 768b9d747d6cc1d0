//! Which domains people may come from, and what happens while one is not on the list.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ACCESS, GRANT, Portal, one, text};
use crate::process::{ended, entente};

/// S0-28, S0-30, S0-31, S0-32, S0-50: a domain that is not on the list raises one task for whoever is configured; all
/// requests for it wait, show who has it, and go on together once it is added.
#[test]
fn requests_for_another_domain_wait_for_one_task() {
    let portal = Portal::with(ACCESS);
    let project = portal.project("Testing", "1");
    let people = [portal.contact("Dana", "dana@Acme.test"), portal.contact("Erin", "erin@acme.test")];
    let grants = people.map(|person| portal.click(&project, &person));
    portal.sync();
    assert_eq!(portal.company.issues("OPS"), ["OPS-1"], "one task");
    let task = portal.company.issue("OPS-1");
    assert_eq!(task["summary"], "Allow people of acme.test into the customer portal");
    assert!(task["description"].to_string().contains("not on Entente's list of domains"), "{task}");
    assert_eq!(task["assignee"]["emailAddress"], "admin@sandbox.example");
    let owner = task["assignee"]["displayName"].as_str().unwrap();
    for grant in &grants {
        assert_eq!(portal.status(grant), "Requested");
        let reason = portal.reason(grant);
        assert!(
            reason.contains(&format!("acme.test is on Entente's list of domains (OPS-1, with {owner})")),
            "{reason}"
        );
    }
    assert_eq!((portal.organizations(), portal.made("customer")), (vec![], 0), "nothing is made while it waits");
    portal.company.jira(Method::PUT, "issue/OPS-1/assignee", &json!({ "accountId": null }));
    portal.sync();
    assert!(portal.reason(&grants[0]).contains("domains (OPS-1);"), "{}", portal.reason(&grants[0]));
    assert!(portal.entente(&["domains", "list"]).stdout.contains("acme.test  not on the list: OPS-1"));
    portal.entente(&["domains", "add", "acme.test"]);
    portal.sync();
    assert_eq!(grants.map(|grant| portal.status(&grant)), ["Has Access", "Has Access"]);
    assert_eq!(portal.company.issues("OPS"), ["OPS-1"], "no second task");
}

/// S0-32: the task may as well be one in Salesforce, for a person or a queue.
#[test]
fn the_task_may_be_one_in_salesforce() {
    let jira = "    jira: { project: OPS, issue_type: Task, assignee: admin@sandbox.example }";
    for (owner, name) in [("admin@sandbox.example", "Avery Admin"), ("Portal desk", "Portal desk")] {
        let portal = Portal::with(&ACCESS.replace(jira, &format!("    salesforce: {{ owner: {owner} }}")));
        let queue = json!({ "Name": "Portal desk", "DeveloperName": "Portal_Desk", "Type": "Queue" });
        let queue = portal.company.create("Group", &queue);
        portal.company.create("QueueSobject", &json!({ "QueueId": queue, "SobjectType": "Task" }));
        let (project, dana) = (portal.project("Testing", "1"), portal.contact("Dana", "dana@acme.test"));
        let grant = portal.click(&project, &dana);
        portal.sync();
        portal.sync();
        let query = "query?q=SELECT+Subject,+Owner.Name+FROM+Task";
        let tasks = portal.company.salesforce(Method::GET, query, &Value::Null);
        assert_eq!((&tasks["totalSize"], portal.company.issues("OPS").len()), (&json!(1), 0), "{tasks}");
        assert_eq!(text(&tasks["records"][0]["Owner"]["Name"]), name);
        assert!(portal.reason(&grant).contains(&format!(", with {name})")), "{}", portal.reason(&grant));
    }
}

/// S0-28, S0-49: the list is asked at each request; each change of it is journalled with who made it.
#[test]
fn a_domain_that_is_withdrawn_lets_nobody_further_in() {
    let portal = Portal::new();
    let project = portal.project("Testing", "1");
    let dana = portal.click(&project, &portal.contact("Dana", "dana@acme.test"));
    portal.sync();
    assert!(portal.entente(&["domains", "withdraw", "acme.test"]).stdout.contains("Who has access keeps it"));
    let erin = portal.click(&project, &portal.contact("Erin", "erin@acme.test"));
    portal.sync();
    assert_eq!((portal.status(&dana), portal.status(&erin)), ("Has Access".to_owned(), "Requested".to_owned()));
    assert_eq!(portal.organizations(), [one("Testing – CP#1", &["dana@acme.test"])]);
    let journal = portal.entente(&["journal", "--json"]).stdout;
    for what in ["put acme.test on the list of domains", "took acme.test off the list of domains"] {
        assert!(journal.contains(what), "{what}: {journal}");
    }
    let mut add = entente(&["domains", "add", "other.test", "--config", &portal.file]);
    assert_eq!(ended(add.env("USER", "ada").output().unwrap()).code, 0);
    let journal = portal.entente(&["journal", "--json"]).stdout;
    assert!(journal.contains("ada put other.test on the list of domains"), "{journal}");
    let wrong = portal.try_entente(&["domains", "add", "nonsense"]);
    assert_eq!((wrong.code, wrong.stderr.contains("is no domain; write it like acme.example")), (2, true), "{wrong:?}");
}

/// S0-30: a domain of ours that the site itself refuses ends in an error that names the setting.
#[test]
fn a_domain_that_the_site_refuses_is_an_error_that_names_the_setting() {
    let portal = Portal::new();
    portal.company.site_door("portal", &json!({ "allowed_domains": ["other.test"] }));
    let grant = portal.click(&portal.project("Testing", "1"), &portal.contact("Dana", "dana@acme.test"));
    portal.sync();
    assert_eq!(portal.status(&grant), "Error");
    assert!(portal.reason(&grant).contains("Customer access"), "{}", portal.reason(&grant));
    portal.company.site_door("portal", &json!({ "allowed_domains": [] }));
    portal.company.edit(GRANT, &grant, &json!({ "Status__c": "Requested" }));
    portal.sync();
    assert_eq!(portal.status(&grant), "Has Access");
}
