//! From the click to the membership, and back.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ACCESS, GRANT, PROJECT, Portal, TOKEN, one, text};
use crate::process::{get, wait_for};

/// S0-02, S0-07, S0-10, S0-11, S0-18, S0-23, S0-29, S0-47: a Contact is let into the organization of a project, which is
/// made on the way, and the record says so.
#[test]
fn a_contact_is_let_into_the_organization_of_a_project() {
    let portal = Portal::new();
    let (project, contact) = (portal.project("Testing", "000922"), portal.contact("Dana", "dana@acme.test"));
    let grant = portal.click(&project, &contact);
    assert_eq!(portal.status(&grant), "Requested", "the click only asks");
    portal.sync();
    assert_eq!(portal.organizations(), [one("Testing – CP#000922", &["dana@acme.test"])]);
    assert_eq!((portal.on_desk("SUP"), portal.on_desk("ITS")), (vec!["Testing – CP#000922".to_owned()], vec![]));
    let shown = portal.grant(&grant);
    assert_eq!(
        (&shown["Status__c"], &shown["Organization__c"], &shown["Account__c"], &shown["Reason__c"]),
        (&json!("Has Access"), &json!("Testing – CP#000922"), &json!(portal.account), &Value::Null)
    );
    assert!(shown["Requested_At__c"].is_string() && shown["Finished_At__c"].is_string(), "{shown}");
    assert_eq!(shown["Organization_Id__c"], portal.company.record(PROJECT, &project)["JSM_Organization_Id__c"]);
}

/// S0-06, S0-08, S0-11, S0-12, S0-20: a Lead is let in itself, into an organization of the evaluation desk.
#[test]
fn a_lead_is_let_into_an_organization_of_its_own() {
    let portal = Portal::new();
    let (first, second) = (portal.lead("Lee", "lee@acme.test"), portal.lead("Kim", "kim@acme.test"));
    let grants = [portal.click_lead(&first), portal.click_lead(&second)];
    portal.sync();
    assert_eq!(grants.map(|grant| portal.status(&grant)), ["Has Access", "Has Access"]);
    assert_eq!(portal.organizations(), [one("Acme – Kim", &["kim@acme.test"]), one("Acme – Lee", &["lee@acme.test"])]);
    assert_eq!((portal.on_desk("ITS").len(), portal.on_desk("SUP").len()), (2, 0));
}

/// S0-20: a grant that names neither a project nor a Lead goes nowhere and says so.
#[test]
fn access_is_granted_from_projects_and_leads_only() {
    let portal = Portal::new();
    let contact = portal.contact("Dana", "dana@acme.test");
    let grant = portal.company.create(GRANT, &json!({ "Contact__c": contact, "Account__c": portal.account }));
    portal.sync();
    assert_eq!((portal.status(&grant), portal.organizations()), ("Error".to_owned(), vec![]));
    assert!(portal.reason(&grant).contains("The record from which access was granted"), "{}", portal.reason(&grant));
}

/// S0-13, S0-21, S0-22, S0-24, S0-25, S0-26, S0-40: several projects at once are decided one by one; an organization that
/// is there is used, and a further Contact goes into it.
#[test]
fn each_project_gets_its_organization_once_whoever_comes() {
    let portal = Portal::new();
    let projects = [portal.project("Testing", "1"), portal.project("Edge", "2"), portal.project("Archive", "3")];
    let (dana, erin) = (portal.contact("Dana", "dana@acme.test"), portal.contact("Erin", "erin@acme.test"));
    portal.click(&projects[0], &dana);
    portal.click(&projects[1], &dana);
    portal.sync();
    assert_eq!((portal.made("name"), portal.made("members")), (2, 2), "none was there");
    portal.click(&projects[0], &erin);
    portal.click(&projects[2], &erin);
    portal.sync();
    assert_eq!((portal.made("name"), portal.made("members")), (3, 4), "one was there, one was not");
    portal.click(&projects[1], &erin);
    portal.click(&projects[2], &dana);
    portal.sync();
    assert_eq!((portal.made("name"), portal.made("members"), portal.made("customer")), (3, 6, 2), "both were there");
    let both = ["dana@acme.test", "erin@acme.test"];
    let mut all = portal.organizations();
    all.iter_mut().for_each(|(_, members)| members.sort());
    assert_eq!(all, [one("Archive – CP#3", &both), one("Edge – CP#2", &both), one("Testing – CP#1", &both)]);
}

/// S0-27: the same request again makes nothing, and a second record for the same person neither.
#[test]
fn the_same_request_again_makes_nothing() {
    let portal = Portal::new();
    let (project, dana) = (portal.project("Testing", "1"), portal.contact("Dana", "dana@acme.test"));
    let grant = portal.click(&project, &dana);
    portal.sync();
    let log = portal.company.log(super::Side::Jira).len();
    portal.company.edit(GRANT, &grant, &json!({ "Status__c": "Requested" }));
    let again = portal.company.create(GRANT, &json!({ "Customer_Project__c": project, "Contact__c": dana }));
    portal.sync();
    assert_eq!([&grant, &again].map(|grant| portal.status(grant)), ["Has Access", "Has Access"]);
    assert_eq!(portal.company.log(super::Side::Jira).len(), log, "nothing was written in Jira");
}

/// S0-51: two projects whose names render alike have an organization each, two Leads have, and so has a project whose name
/// somebody had taken by hand; a copied record does not inherit the organization of its original.
#[test]
fn equal_names_never_share_an_organization() {
    let portal = Portal::new();
    portal.company.portal(Method::POST, "organization", &json!({ "name": "By hand – CP#9" }));
    let projects = [portal.project("Testing", "1"), portal.project("Testing", "1"), portal.project("By hand", "9")];
    let dana = portal.contact("Dana", "dana@acme.test");
    for project in &projects {
        portal.click(project, &dana);
    }
    portal.sync();
    let copied = portal.company.record(PROJECT, &projects[0])["JSM_Organization_Id__c"].clone();
    let fields = json!({ "Name": "Testing", "Project_Number__c": "1", "JSM_Organization_Id__c": copied });
    let copy = portal.company.create(PROJECT, &fields);
    portal.click(&copy, &dana);
    portal.sync();
    let ids: std::collections::BTreeSet<String> = [&projects[0], &projects[1], &projects[2], &copy]
        .map(|project| text(&portal.company.record(PROJECT, project)["JSM_Organization_Id__c"]).to_owned())
        .into();
    assert_eq!((ids.len(), portal.organizations().len()), (4, 5));
    assert!(portal.organizations().contains(&one("By hand – CP#9", &[])), "what was there stays as it was");
    let of_second = format!("Testing – CP#1 ({})", projects[1]);
    assert!(portal.organizations().contains(&one(&of_second, &["dana@acme.test"])), "{:?}", portal.organizations());

    let leads = ["lee@acme.test", "another.lee@acme.test"].map(|email| portal.lead("Lee", email));
    for lead in &leads {
        portal.click_lead(lead);
    }
    portal.sync();
    let mut of_leads = portal.organizations();
    of_leads.retain(|(name, _)| name.starts_with("Acme – Lee"));
    let of_second = format!("Acme – Lee ({})", leads[1]);
    assert_eq!(of_leads, [one("Acme – Lee", &["lee@acme.test"]), one(&of_second, &["another.lee@acme.test"])]);
}

/// S0-03, S0-39: access is taken away by a tick, with status and journal, and given back by taking the tick away.
#[test]
fn access_is_taken_away_and_given_back() {
    let portal = Portal::new();
    let (project, dana) = (portal.project("Testing", "1"), portal.contact("Dana", "dana@acme.test"));
    let grant = portal.click(&project, &dana);
    portal.sync();
    // Whoever got access loses it, whatever the address is now.
    portal.company.edit("Contact", &dana, &json!({ "Email": "somebody@else.test" }));
    portal.company.edit(GRANT, &grant, &json!({ "Revoke__c": true }));
    portal.sync();
    assert_eq!(
        (portal.status(&grant), portal.organizations()),
        ("Revoked".to_owned(), vec![one("Testing – CP#1", &[])])
    );
    let journal = portal.entente(&["journal", "--json"]).stdout;
    assert!(journal.contains("was taken out of \\\"Testing – CP#1\\\" in Jira"), "{journal}");
    assert_eq!(portal.button(PROJECT, &project), "Organization in JSM");
    portal.company.edit("Contact", &dana, &json!({ "Email": "dana@acme.test" }));
    portal.company.edit(GRANT, &grant, &json!({ "Revoke__c": false }));
    portal.sync();
    assert_eq!(portal.status(&grant), "Has Access");
    assert_eq!(portal.organizations(), [one("Testing – CP#1", &["dana@acme.test"])]);
}

/// S0-39: access is taken away also when the project is gone, with which its organization could be found.
#[test]
fn access_is_taken_away_when_the_project_is_gone() {
    let portal = Portal::new();
    let (project, dana) = (portal.project("Testing", "1"), portal.contact("Dana", "dana@acme.test"));
    let grant = portal.click(&project, &dana);
    portal.sync();
    portal.company.edit(GRANT, &grant, &json!({ "Customer_Project__c": null }));
    portal.company.delete(PROJECT, &project);
    portal.company.edit(GRANT, &grant, &json!({ "Revoke__c": true }));
    portal.sync();
    assert_eq!(
        (portal.status(&grant), portal.organizations()),
        ("Revoked".to_owned(), vec![one("Testing – CP#1", &[])])
    );
}

/// S0-15, S0-16, S0-17, S0-46, S0-54: the button follows what Jira shows, also when somebody changes it there.
#[test]
fn the_button_follows_what_jira_shows() {
    let portal = Portal::new();
    let (project, dana) = (portal.project("Testing", "1"), portal.contact("Dana", "dana@acme.test"));
    assert_eq!(portal.button(PROJECT, &project), Value::Null, "which is shown as Add to JSM");
    let grant = portal.click(&project, &dana);
    portal.sync();
    let record = || portal.company.record(PROJECT, &project);
    assert_eq!(
        (portal.button(PROJECT, &project), &record()["JSM_Validated_Customers__c"]),
        (json!("JSM Access"), &json!(1.0))
    );
    let organization = text(&record()["JSM_Organization_Id__c"]).to_owned();
    let member = portal.grant(&grant)["Customer_Id__c"].clone();
    portal.company.portal(
        Method::DELETE,
        &format!("organization/{organization}/user"),
        &json!({ "accountIds": [member] }),
    );
    portal.sync();
    assert_eq!(
        (portal.button(PROJECT, &project), portal.status(&grant)),
        (json!("Organization in JSM"), "Error".to_owned())
    );
    assert!(portal.reason(&grant).contains("taken out of the organization in Jira"), "{}", portal.reason(&grant));
    assert_eq!(
        portal.organizations(),
        [one("Testing – CP#1", &[])],
        "what somebody took away is not given back by itself"
    );
    portal.company.portal(Method::DELETE, &format!("organization/{organization}"), &Value::Null);
    portal.sync();
    assert_eq!(
        (portal.button(PROJECT, &project), &record()["JSM_Organization_Id__c"]),
        (json!("Add to JSM"), &Value::Null)
    );
    portal.company.edit(GRANT, &grant, &json!({ "Status__c": "Requested" }));
    portal.sync();
    assert_eq!(
        (portal.button(PROJECT, &project), portal.status(&grant)),
        (json!("JSM Access"), "Has Access".to_owned())
    );
}

/// S0-18, S0-44: the words are the configuration's.
#[test]
fn the_words_are_configured() {
    let words = "  texts: { requested: Angefragt, has_access: Freigegeben, jsm_access: Portal offen }\n";
    let portal = Portal::with(&format!("{ACCESS}{words}"));
    portal.entente(&["domains", "add", "acme.test"]);
    let (project, dana) = (portal.project("Testing", "1"), portal.contact("Dana", "dana@acme.test"));
    let fields = json!({ "Customer_Project__c": project, "Contact__c": dana, "Status__c": "Angefragt" });
    let grant = portal.company.create(GRANT, &fields);
    portal.sync();
    assert_eq!(
        (portal.status(&grant), portal.button(PROJECT, &project)),
        ("Freigegeben".to_owned(), json!("Portal offen"))
    );
}

/// S0-14, S0-48: a server that runs follows the click by itself, at once where the org tells it.
#[test]
fn a_server_follows_the_click_by_itself() {
    let portal = Portal::new();
    let (_server, url) = portal.company.serve(&portal.file);
    portal.company.org_door("push", &json!({ "object": GRANT, "url": format!("{url}/hooks/salesforce/acme-org") }));
    let (project, dana) = (portal.project("Testing", "1"), portal.contact("Dana", "dana@acme.test"));
    let grant = portal.click(&project, &dana);
    wait_for("access", || (portal.status(&grant) == "Has Access").then_some(()));
    let shown = get(&format!("{url}/api/v1/access"), TOKEN).unwrap();
    assert_eq!((&shown["grants"][0]["id"], &shown["grants"][0]["button"]), (&json!(grant), &json!("JSM Access")));
}
