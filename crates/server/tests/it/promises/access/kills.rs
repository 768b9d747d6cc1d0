//! SIGKILL in the middle of a call, before it took effect and after: what goes on afterwards makes nothing twice.

use serde_json::json;

use super::{GRANT, Portal, one};
use crate::process::{entente, run, wait_for};
use crate::promises::company::{Company, Side};

const UPDATE: &str = "PATCH /services/data/v64.0/composite/sobjects";

/// A process that is killed while a call is under way; then another one, which must come to its end.
pub(in crate::promises) fn killed_in(
    company: &Company,
    file: &str,
    (side, route, words): (Side, &str, &str),
    side_effect: &str,
) {
    let fault = json!({ "side_effect": side_effect, "answer": "slow", "status": 503, "delay_ms": 600_000, "times": 1,
                        "route": route, "match": { "body_contains": words } });
    match side {
        Side::Salesforce => company.org_door("faults", &fault),
        Side::Jira => company.site_door("faults", &fault),
    };
    let mut life = entente(&["sync", "--wait", "60", "--config", file]).spawn().unwrap();
    wait_for("the call", || (company.hits(side) == 1).then_some(()));
    life.kill().unwrap();
    life.wait().unwrap();
    company.heal();
    wait_for("another process to finish", || {
        (run(&["sync", "--wait", "30", "--config", file]).code == 0).then_some(())
    });
}

/// I7, I12: wherever a process is killed within a grant or its revocation.
#[test]
fn a_process_killed_in_any_step_makes_nothing_twice() {
    let grant = [
        (Side::Jira, "POST /rest/servicedeskapi/organization", ""),
        (Side::Jira, "PUT /rest/servicedeskapi/organization/{..}/property/{..}", ""),
        (Side::Jira, "POST /rest/servicedeskapi/servicedesk/{..}/organization", ""),
        (Side::Jira, "POST /rest/servicedeskapi/customer", ""),
        (Side::Jira, "POST /rest/servicedeskapi/organization/{..}/user", ""),
        (Side::Salesforce, UPDATE, "JSM_Organization_Id__c"),
        (Side::Salesforce, UPDATE, "Has Access"),
    ];
    for (step, side_effect) in grant.into_iter().flat_map(|step| [(step, "none"), (step, "committed")]) {
        let portal = Portal::new();
        let grant = portal.click(&portal.project("Testing", "1"), &portal.contact("Dana", "dana@acme.test"));
        killed_in(&portal.company, &portal.file, step, side_effect);
        assert_eq!(portal.status(&grant), "Has Access", "{step:?} {side_effect}: {}", portal.reason(&grant));
        assert_eq!(portal.organizations(), [one("Testing – CP#1", &["dana@acme.test"])], "{step:?} {side_effect}");
        assert_eq!((portal.made("name"), portal.made("customer")), (1, 1), "{step:?} {side_effect}");
    }
    let revoke = [
        (Side::Jira, "DELETE /rest/servicedeskapi/organization/{..}/user", ""),
        (Side::Salesforce, UPDATE, "JSM_Validated_Customers__c"),
        (Side::Salesforce, UPDATE, "Revoked"),
    ];
    for (step, side_effect) in revoke.into_iter().flat_map(|step| [(step, "none"), (step, "committed")]) {
        let portal = Portal::new();
        let grant = portal.click(&portal.project("Testing", "1"), &portal.contact("Dana", "dana@acme.test"));
        portal.sync();
        portal.company.edit(GRANT, &grant, &json!({ "Revoke__c": true }));
        killed_in(&portal.company, &portal.file, step, side_effect);
        assert_eq!(portal.status(&grant), "Revoked", "{step:?} {side_effect}: {}", portal.reason(&grant));
        assert_eq!(portal.organizations(), [one("Testing – CP#1", &[])], "{step:?} {side_effect}");
        assert_eq!((portal.made("name"), portal.made("customer")), (1, 1), "{step:?} {side_effect}");
    }
}
