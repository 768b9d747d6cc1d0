//! Values that nobody expected: they stay where they are, and the journal says so when they appear.

use http::Method;
use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::run;

const ITEMS: &str = cases!(
    r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Priority, jira: priority, direction: to-jira, values: { High: High, Low: Low } }
"
);

/// What the journal says of values that nobody expected.
fn unexpected(company: &Company) -> Vec<String> {
    let listed = run(&["journal", "--config", &company.configure(ITEMS, ""), "--json"]).json();
    let entries = listed["entries"].as_array().unwrap().iter();
    entries.filter(|entry| entry["kind"] == "unexpected").map(|entry| text(&entry["text"]).to_owned()).collect()
}

/// S2-65: once when it appears, not at every look, and again when it is another one or comes back.
#[test]
fn a_value_that_nobody_expected_is_in_the_journal_once() {
    let company = Company::new();
    let case = company.create("Case", &json!({ "Subject": "x", "Priority": "Medium" }));
    let edit = |value: &Value| {
        company.edit("Case", &case, &json!({ "Priority": value, "Description": value }));
        company.sync(ITEMS);
        company.sync(ITEMS);
    };
    company.sync(ITEMS);
    company.sync(ITEMS);
    let said = unexpected(&company);
    assert_eq!((said.len(), said[0].contains("Priority is \"Medium\"")), (1, true), "{said:?}");
    company.edit("Case", &case, &json!({ "Subject": "Something else" }));
    company.sync(ITEMS);
    assert_eq!(unexpected(&company).len(), 1, "the value is still the same");
    edit(&json!("High"));
    assert_eq!(unexpected(&company).len(), 1);
    edit(&json!("Medium"));
    assert_eq!(unexpected(&company).len(), 2);
    let explained = run(&["explain", &case, "--config", &company.configure(ITEMS, "")]).stdout;
    assert!(explained.contains("which the value table does not map"), "{explained}");
}

const BOTH_WAYS: &str = cases!(
    r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Priority, jira: priority, values: { High: High, Low: Low } }
"
);

/// S2-65: a twin that is made without a value that has no counterpart is left as the vendor made it, and that is said, also
/// where the vendor puts a value of its own there.
#[test]
fn a_value_without_a_counterpart_is_said_when_the_twin_is_made() {
    let company = Company::new();
    company.create("Case", &json!({ "Subject": "From Salesforce", "Priority": "Medium" }));
    let fields = json!({
        "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "From Jira",
        "priority": { "name": "Highest" },
    });
    company.jira(Method::POST, "issue", &json!({ "fields": fields }));
    let items = BOTH_WAYS.replace("auto_create: jira", "auto_create: both");
    company.sync(&items);
    company.sync(&items);
    let config = company.configure(&items, "");
    let listed = run(&["journal", "--config", &config, "--json"]).json();
    let entries = listed["entries"].as_array().unwrap().iter();
    let said: Vec<&str> =
        entries.filter(|entry| entry["kind"] == "unexpected").filter_map(|entry| entry["text"].as_str()).collect();
    let tells = |what: &str| said.iter().any(|text| text.starts_with(what));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(tells("Salesforce Priority is \"Medium\"") && tells("Jira priority is \"Highest\""), "{said:?}");
    let verified = run(&["verify", "--config", &config, "--json"]).json();
    assert_eq!((&verified["agree"], &verified["explained"], &verified["disagree"]), (&json!(0), &json!(2), &json!(0)));
}

/// Of a field of which the journal holds only digests, it does not hold the sentence either.
#[test]
fn of_a_field_kept_as_digests_the_journal_names_no_unexpected_value() {
    let company = Company::new();
    company.create("Case", &json!({ "Subject": "x", "Priority": "Medium" }));
    let config = company.configure(ITEMS, "journal: { digest_only: [ Priority ] }\n");
    assert_eq!(run(&["sync", "--config", &config]).code, 0);
    let journal = run(&["journal", "--config", &config, "--json"]).stdout;
    assert!(journal.contains("unexpected; of its values only digests are kept"), "{journal}");
    assert!(!journal.contains("Medium"), "{journal}");
}
