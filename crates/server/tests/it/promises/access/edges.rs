//! What people do that nobody planned for: two records of one person, a project that is deleted, a task that is closed.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ACCESS, GRANT, PROJECT, Portal, one, text};

/// S0-13, S0-39: two Contacts with one address are one customer, who stays until both of them have lost access.
#[test]
fn two_contacts_with_one_address_are_one_customer() {
    let portal = Portal::new();
    let project = portal.project("Testing", "1");
    let people = [portal.contact("Dana", "dana@acme.test"), portal.contact("D.", "Dana@Acme.test")];
    let grants = people.map(|person| portal.click(&project, &person));
    portal.sync();
    assert_eq!(grants.each_ref().map(|grant| portal.status(grant)), ["Has Access", "Has Access"]);
    assert_eq!(
        (portal.organizations(), portal.made("customer")),
        (vec![one("Testing – CP#1", &["dana@acme.test"])], 1)
    );
    portal.company.edit(GRANT, &grants[0], &json!({ "Revoke__c": true }));
    portal.sync();
    assert_eq!(grants.each_ref().map(|grant| portal.status(grant)), ["Revoked", "Has Access"]);
    let other = text(&portal.grant(&grants[1])["Name"]).to_owned();
    let reason = portal.reason(&grants[0]);
    assert!(reason.contains(&format!("because {other} lets the same address in")), "{reason}");
    assert_eq!(portal.organizations(), [one("Testing – CP#1", &["dana@acme.test"])]);
    portal.company.edit(GRANT, &grants[1], &json!({ "Revoke__c": true }));
    portal.sync();
    assert_eq!((portal.status(&grants[1]), portal.reason(&grants[1])), ("Revoked".to_owned(), String::new()));
    assert_eq!(portal.organizations(), [one("Testing – CP#1", &[])]);
}

/// S0-39: who has access through a project that is deleted keeps it; the grant says so once, and revoking still works.
#[test]
fn a_grant_whose_project_is_deleted_says_so() {
    let portal = Portal::new();
    let (project, dana) = (portal.project("Testing", "1"), portal.contact("Dana", "dana@acme.test"));
    let grant = portal.click(&project, &dana);
    portal.sync();
    portal.company.edit(GRANT, &grant, &json!({ "Customer_Project__c": null }));
    portal.company.delete(PROJECT, &project);
    portal.sync();
    assert_eq!(portal.status(&grant), "Has Access");
    let reason = portal.reason(&grant);
    assert!(reason.contains("is gone, and the person still has access; tick Revoke"), "{reason}");
    let told = portal.entente(&["journal", "--json"]).stdout;
    portal.sync();
    assert_eq!(portal.entente(&["journal", "--json"]).stdout, told, "once");
    portal.company.edit(GRANT, &grant, &json!({ "Revoke__c": true }));
    portal.sync();
    assert_eq!(
        (portal.status(&grant), portal.organizations()),
        ("Revoked".to_owned(), vec![one("Testing – CP#1", &[])])
    );
}

/// S0-30, S0-50: closing the task lets nobody in, and opens no second one: the requests go on waiting, and say what lets
/// them go on.
#[test]
fn a_task_that_is_closed_lets_nobody_in() {
    let portal = Portal::with(ACCESS);
    let grant = portal.click(&portal.project("Testing", "1"), &portal.contact("Dana", "dana@acme.test"));
    portal.sync();
    portal.company.move_issue("OPS-1", "Done");
    portal.sync();
    assert_eq!((portal.status(&grant), portal.company.issues("OPS").len()), ("Requested".to_owned(), 1));
    let reason = portal.reason(&grant);
    assert!(reason.contains("was closed, and acme.test is not on Entente's list"), "{reason}");
    assert!(reason.contains("`entente domains add acme.test` lets it go on"), "{reason}");
    portal.entente(&["domains", "add", "acme.test"]);
    portal.sync();
    assert_eq!(portal.status(&grant), "Has Access");
}

/// S0-04, S0-12, S0-19: how a Lead belongs to an Account is configured; the Account then lists what its projects and its
/// Leads have, and a Contact what it has itself.
#[test]
fn accounts_and_contacts_list_their_access() {
    let lookup =
        json!({ "object": "Lead", "fields": [{ "name": "Customer__c", "is": "reference(Account) as Customer__r" }] });
    let lead = "      object: Lead\n";
    let access = ACCESS.replace(lead, &format!("{lead}      account: Customer__c\n"));
    let mut portal = Portal::new();
    portal.company.org_door("objects", &lookup);
    portal.configure(&access);
    let dana = portal.contact("Dana", "dana@acme.test");
    let grants =
        [portal.project("Testing", "1"), portal.project("Edge", "2")].map(|project| portal.click(&project, &dana));
    let lead = json!({ "LastName": "Kim", "Company": "Acme", "Email": "kim@acme.test", "Customer__c": portal.account });
    let lead = portal.click_lead(&portal.company.create("Lead", &lead));
    let stranger = portal.click_lead(&portal.lead("Lee", "lee@acme.test"));
    portal.sync();
    let listed = |field: &str, id: &str| {
        let query = format!("query?q=SELECT+Id,Status__c+FROM+{GRANT}+WHERE+{field}='{id}'+ORDER+BY+Name");
        let found = portal.company.salesforce(Method::GET, &query, &Value::Null);
        let rows = found["records"].as_array().unwrap().iter();
        rows.map(|row| (text(&row["Id"]).to_owned(), text(&row["Status__c"]).to_owned())).collect::<Vec<_>>()
    };
    let has = |id: &String| (id.clone(), "Has Access".to_owned());
    assert_eq!(listed("Account__c", &portal.account), [has(&grants[0]), has(&grants[1]), has(&lead)]);
    assert_eq!(listed("Contact__c", &dana), grants.each_ref().map(has));
    assert_eq!(
        (portal.status(&stranger), &portal.grant(&stranger)["Account__c"]),
        ("Has Access".to_owned(), &Value::Null)
    );
    let told = portal.entente(&["access", "list", "--account", &portal.account, "--json"]).json();
    let names: Vec<&str> =
        told["grants"].as_array().unwrap().iter().map(|row| text(&row["organization"]["name"])).collect();
    assert_eq!(names, ["Testing – CP#1", "Edge – CP#2", "Acme – Kim"]);
}
