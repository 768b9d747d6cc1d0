//! What goes wrong for a while: it is tried again by itself, and it is shown while it lasts.

use serde_json::json;

use super::company::{Company, Side};
use crate::process::{get, run, wait_for};

const CASES: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary } ]
"
);

/// S2-68: a rate limit, a maintenance page and a broken network pass, and what was to be written is written once.
#[test]
fn what_passes_is_tried_again_by_itself() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "First" }));
    company.sync(CASES);
    let key = company.twin("Case", &id).unwrap();
    let file = company.configure(CASES, "");
    for name in ["rate_limit", "html_error", "reset_before"] {
        let fault = |route: &str| json!({ "name": name, "route": route, "times": 4 });
        let written = |side| company.written_by_entente(side).len();
        let before = (written(Side::Salesforce), written(Side::Jira));

        company.site_door("faults", &fault("PUT /rest/api/3/issue/{..}"));
        company.edit("Case", &id, &json!({ "Subject": format!("To Jira in spite of {name}") }));
        let synchronized = run(&["sync", "--config", &file, "--wait", "60", "--json"]);
        assert_eq!(synchronized.code, 0, "{name}: {synchronized:?}");
        assert_eq!(company.issue(&key)["summary"], format!("To Jira in spite of {name}"));

        company.org_door("faults", &fault("POST /services/data/v64.0/composite"));
        company.edit_issue(&key, &json!({ "summary": format!("To Salesforce in spite of {name}") }));
        let synchronized = run(&["sync", "--config", &file, "--wait", "60", "--json"]);
        assert_eq!(synchronized.code, 0, "{name}: {synchronized:?}");
        assert_eq!(company.record("Case", &id)["Subject"], format!("To Salesforce in spite of {name}"));

        assert_eq!((written(Side::Salesforce), written(Side::Jira)), (before.0 + 1, before.1 + 1), "{name}");
    }
}

/// S2-68: one issue of several that are created at once is "being changed by somebody else": it is made by the next round,
/// and nobody is asked to do anything.
#[test]
fn a_passing_refusal_of_one_new_issue_is_tried_again() {
    let company = Company::new();
    let ids: Vec<String> = (0..4).map(|n| company.create("Case", &json!({ "Subject": format!("Case {n}") }))).collect();
    let fault = json!({ "name": "partial_failure", "route": "POST /rest/api/3/issue/bulk", "times": 1 });
    company.site_door("faults", &fault);
    let file = company.configure(CASES, "");
    let synchronized = run(&["sync", "--config", &file, "--wait", "60", "--json"]);
    assert_eq!((synchronized.code, &synchronized.json()["parked"]), (0, &json!(0)), "{synchronized:?}");
    assert_eq!(company.faults()[0]["hits"], 1);
    assert!(ids.iter().all(|id| company.twin("Case", id).is_some()));
    assert_eq!(company.issues("OPS").len(), ids.len());
}

/// S2-63: a side that cannot be reached is listed as a matter of the connection, with what helps, and no longer once it
/// answers again.
#[test]
fn a_side_that_does_not_answer_is_a_matter_of_the_connection() {
    let company = Company::new();
    let file = company.configure(CASES, "triggers: { poll_seconds: 5 }\nserver: { api_tokens: [ token-of-a-test ] }\n");
    company.site_door("faults", &json!({ "name": "reset_before", "route": "*" }));
    let (_server, server) = company.serve(&file);
    let parked = || get(&format!("{server}/api/v1/parked"), "token-of-a-test")?["parked"].as_array().cloned();
    let work = wait_for("the side to be listed", || parked()?.pop());
    assert_eq!((&work["class"], &work["record"]), (&json!("connectivity"), &json!("acme-site")), "{work}");
    assert!(work["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{work}");
    company.heal();
    wait_for("the list to be empty", || parked().filter(Vec::is_empty));
}
