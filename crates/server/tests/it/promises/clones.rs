//! A clone names the counterpart of its original.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::run;

/// S2-69: a cloned issue gets no record of its own while it names that of its original, and people are told; once it
/// names nobody, it gets one.
#[test]
fn a_cloned_issue_is_told_of_until_it_names_nobody() {
    let company = Company::new();
    let items = cases!(
        r"
    fields: [ { salesforce: Subject, jira: summary } ]
"
    )
    .replace("auto_create: jira", "auto_create: both");
    let case = company.create("Case", &json!({ "Subject": "Original" }));
    company.sync(&items);
    let fields = company.jira(Method::GET, "field", &Value::Null);
    let names = fields.as_array().unwrap().iter().find(|field| field["name"] == "Salesforce Case ID").unwrap();
    let names = text(&names["id"]).to_owned();
    let clone =
        json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "Clone", &names: case });
    let clone = text(&company.jira(Method::POST, "issue", &json!({ "fields": clone }))["key"]).to_owned();
    for _ in 0..2 {
        let told = company.try_sync(&items);
        assert_eq!((told.code, &told.json()["parked"], &told.json()["links"]), (1, &json!(1), &json!(1)), "{told:?}");
    }
    let parked = run(&["parked", "--config", &company.configure(&items, "")]).stdout;
    let original = company.twin("Case", &case).unwrap();
    assert!(parked.contains(&clone) && parked.contains(&format!("which is linked to {original}")), "{parked}");
    company.edit_issue(&clone, &json!({ names: null }));
    assert_eq!(company.sync(&items)["links"], 2);
}
