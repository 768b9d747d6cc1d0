//! What goes wrong on the way: it never makes a second organization or customer, stops only itself, and says why.

use serde_json::json;

use super::{GRANT, PROJECT, Portal, Side, TOKEN, one, text};
use crate::process::{get, run, wait_for};

const ORGANIZATION: &str = "POST /rest/servicedeskapi/organization";
const CUSTOMER: &str = "POST /rest/servicedeskapi/customer";
const MEMBER: &str = "POST /rest/servicedeskapi/organization/{..}/user";
const PROPERTY: &str = "PUT /rest/servicedeskapi/organization/{..}/property/{..}";

/// S0-27: an answer that was lost, a server that is down or in a hurry, at each step, and another process that goes on:
/// everything is there once in the end.
#[test]
fn whatever_is_lost_on_the_way_nothing_is_made_twice() {
    for route in [ORGANIZATION, PROPERTY, CUSTOMER, MEMBER] {
        for name in ["timeout_after_commit", "error_before", "rate_limit"] {
            let portal = Portal::new();
            portal.company.site_door("faults", &json!({ "name": name, "route": route, "times": 1 }));
            let grant = portal.click(&portal.project("Testing", "1"), &portal.contact("Dana", "dana@acme.test"));
            portal.entente(&["sync"]);
            portal.sync();
            assert_eq!(portal.company.hits(Side::Jira), 1, "{name} at {route}");
            assert_eq!(portal.status(&grant), "Has Access", "{name} at {route}: {}", portal.reason(&grant));
            assert_eq!(portal.organizations(), [one("Testing – CP#1", &["dana@acme.test"])], "{name} at {route}");
            assert_eq!((portal.made("name"), portal.made("customer")), (1, 1), "{name} at {route}");
        }
    }
}

/// S0-27, S0-45: what is refused for one project stops only that one; the reason is readable, and the person who mends it
/// asks again in Salesforce.
#[test]
fn a_refusal_stops_only_itself_and_is_tried_again_from_salesforce() {
    let portal = Portal::new();
    let refusal = json!({ "side_effect": "none", "route": MEMBER, "answer": "status", "status": 403, "times": 1,
                          "body": { "errorMessage": "You may not manage organizations" } });
    portal.company.site_door("faults", &refusal);
    let dana = portal.contact("Dana", "dana@acme.test");
    let projects = [portal.project("Testing", "1"), portal.project("Edge", "2")];
    let grants = [portal.click(&projects[0], &dana), portal.click(&projects[1], &dana)];
    portal.sync();
    assert_eq!([&grants[0], &grants[1]].map(|grant| portal.status(grant)), ["Error", "Has Access"]);
    let reason = portal.reason(&grants[0]);
    assert!(reason.contains("Adding the customer to \"Testing – CP#1\" was refused"), "{reason}");
    assert!(reason.contains("You may not manage organizations") && reason.contains("Request again"), "{reason}");
    assert_eq!(portal.button(PROJECT, &projects[0]), "Organization in JSM");
    portal.sync();
    assert_eq!(portal.status(&grants[0]), "Error", "it rests until somebody asks");
    portal.company.edit(GRANT, &grants[0], &json!({ "Status__c": "Requested" }));
    portal.sync();
    assert_eq!((portal.status(&grants[0]), portal.reason(&grants[0])), ("Has Access".to_owned(), String::new()));
}

/// S0-45: a person without an address, or one that is gone, is told by a sentence.
#[test]
fn what_is_missing_in_salesforce_is_told_there() {
    let portal = Portal::new();
    let contact = portal.company.create("Contact", &json!({ "LastName": "Doe" }));
    let grant = portal.click(&portal.project("Testing", "1"), &contact);
    portal.sync();
    assert_eq!((portal.status(&grant), portal.organizations()), ("Error".to_owned(), vec![]));
    assert!(portal.reason(&grant).contains("Doe has no usable e-mail address"), "{}", portal.reason(&grant));
}

/// What failed or waits is told by the server that runs, until somebody has mended it: in the status, in the table of items,
/// and without names where everybody may look.
#[test]
fn what_is_the_matter_is_told_until_it_is_mended() {
    let portal = Portal::new();
    let refusal = json!({ "side_effect": "none", "route": ORGANIZATION, "answer": "status", "status": 403,
                          "body": { "errorMessage": "You may not manage organizations" } });
    portal.company.site_door("faults", &refusal);
    let grant = portal.click(&portal.project("Testing", "1"), &portal.contact("Dana", "dana@acme.test"));
    let (_server, url) = portal.company.serve(&portal.file);
    let access = || get(&format!("{url}/api/v1/status"), TOKEN).map(|status| status["access"].clone());
    let failed = wait_for("the failure", || access().filter(|access| access["failed"] == 1));
    assert_eq!((&failed["state"], &failed["waiting"]), (&json!("attention"), &json!(0)));
    assert!(text(&failed["problem"]).contains("You may not manage organizations"), "{failed}");
    let place = ["--server", &url, "--token", TOKEN];
    for command in ["status", "items"] {
        let told = run(&[&[command], &place[..]].concat());
        let line = "portal access: attention, 0 waiting, 1 failed: 000001: Creating the organization \"Testing – CP#1\" was refused";
        assert!(told.stdout.contains(line), "{told:?}");
    }
    let body = get(&format!("{url}/readyz"), TOKEN).unwrap();
    assert_eq!(body, json!({ "status": "ok", "access": { "waiting": 0, "failed": 1 } }));
    portal.company.heal();
    portal.company.edit(GRANT, &grant, &json!({ "Status__c": "Requested" }));
    let mended = wait_for("access", || access().filter(|access| access["failed"] == 0));
    assert_eq!((&mended["state"], &mended["problem"]), (&json!("ok"), &serde_json::Value::Null));
    let site = json!({ "name": "error_before", "route": "*" });
    portal.company.site_door("faults", &site);
    let edge = portal.click(&portal.project("Edge", "2"), &portal.contact("Kim", "kim@acme.test"));
    let waits = wait_for("the grant that waits", || access().filter(|access| access["waiting"] == 1));
    assert!(text(&waits["problem"]).contains("It is tried again"), "{waits}");
    portal.company.heal();
    wait_for("access", || (portal.status(&edge) == "Has Access").then_some(()));
}

/// An address that Jira knows already is no second customer, whoever made it.
#[test]
fn a_customer_that_was_there_before_is_used() {
    let portal = Portal::new();
    let body = json!({ "displayName": "Dana", "email": "dana@acme.test" });
    portal.company.portal(reqwest::Method::POST, "customer", &body);
    let grant = portal.click(&portal.project("Testing", "1"), &portal.contact("Dana", "DANA@acme.test"));
    portal.sync();
    assert_eq!(portal.status(&grant), "Has Access");
    assert_eq!(portal.organizations(), [one("Testing – CP#1", &["dana@acme.test"])]);
    assert_eq!(portal.made("customer"), 1);
}
