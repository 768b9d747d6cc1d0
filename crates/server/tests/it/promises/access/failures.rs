//! What goes wrong on the way: it never makes a second organization or customer, stops only itself, and says why.

use serde_json::json;

use super::{GRANT, PROJECT, Portal, one};

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
