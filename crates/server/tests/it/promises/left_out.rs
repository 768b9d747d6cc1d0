//! A new record of which one value is refused.

use serde_json::json;

use super::company::{Company, text};
use crate::process::run;

/// A value that a vendor refuses by name keeps the record from nothing but itself: it is created without it, and the value
/// waits as it does for a pair that is there.
#[test]
fn a_new_record_is_not_kept_waiting_by_one_value() {
    let company = Company::new();
    let items = cases!(
        r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: SuppliedCompany, jira: priority }
      - { salesforce: SuppliedName, jira: Customer }
"
    );
    let id = company.create("Case", &json!({ "Subject": "Odd", "SuppliedCompany": "Ultra", "SuppliedName": "Acme" }));
    let synced = company.try_sync(items);
    assert_eq!((synced.code, &synced.json()["created"]["jira"]), (1, &json!(1)), "{synced:?}");
    let key = company.twin("Case", &id).unwrap();
    assert_eq!((&company.issue(&key)["summary"], &company.issue(&key)["Customer"]), (&json!("Odd"), &json!("Acme")));
    let file = company.configure(items, "");
    let parked = run(&["parked", "--config", &file]).stdout;
    assert!(parked.contains("SuppliedCompany>priority") && parked.contains(&key), "{parked}");

    company.edit("Case", &id, &json!({ "SuppliedCompany": "High" }));
    company.sync(items);
    assert_eq!(company.issue(&key)["priority"]["name"], "High");
    assert_eq!(company.issues("OPS"), [key]);
}

/// What cannot be left out is refused as a whole, once, and says what was left out before.
#[test]
fn what_cannot_be_left_out_is_refused_as_a_whole_and_not_again() {
    let company = Company::new();
    let items = cases!(
        r"
    fields: [ { salesforce: Subject, jira: summary, to_jira: [ { template: '{Subject}{Subject}' } ] } ]
"
    );
    let id = company.create("Case", &json!({ "Subject": "x".repeat(200) }));
    let refused = company.try_sync(items).json();
    assert_eq!((&refused["created"]["jira"], &refused["parked"]), (&json!(0), &json!(1)), "{refused}");
    let file = company.configure(items, "");
    let parked = run(&["parked", "--config", &file]).stdout;
    assert!(parked.contains("255") && parked.contains("left out of it before"), "{parked}");
    let again = company.try_sync(items).json();
    assert_eq!(again["writes"]["jira"], 0, "{again}");
    company.edit("Case", &id, &json!({ "Subject": "short" }));
    company.sync(items);
    assert_eq!(text(&company.issue(&company.twin("Case", &id).unwrap())["summary"]), "shortshort");
}
