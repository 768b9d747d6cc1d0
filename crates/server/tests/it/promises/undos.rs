//! Writes that should not have been made are taken back.

use entente_transport::{Clock as _, SystemClock};
use serde_json::json;

use super::company::{Company, text};
use super::remedies::{CASES, ask, pairs};

/// An accidental mass change of one side is taken back on both; what somebody has changed since stays.
#[test]
fn an_accidental_mass_change_is_taken_back() {
    let company = Company::new();
    let pairs = pairs(&company, 10);
    company.pass_seconds(5);
    for (id, _) in &pairs {
        company.edit("Case", id, &json!({ "Subject": "Oops" }));
    }
    company.sync(CASES);
    company.edit_issue(&pairs[9].1, &json!({ "summary": "Mended by hand" }));
    company.sync(CASES);
    let journal = ask(&company, &["journal", "--item", "cases", "--json"]).json();
    let entries = journal["entries"].as_array().unwrap();
    let written = entries.iter().find(|entry| entry["kind"] == "write" && entry["after"] == "Oops").unwrap();
    let round = text(&written["round"]);

    let plan = ask(&company, &["undo", "--round", round, "--dry-run", "--json"]);
    let (back, left) = (&plan.json()["back"], &plan.json()["left"]);
    assert_eq!((back.as_array().unwrap().len(), left.as_array().unwrap().len()), (9, 1), "{plan:?}");
    assert_eq!(text(&left[0]["why"]), "it was changed since");
    assert_eq!(company.issue(&pairs[0].1)["summary"], "Oops", "a dry run changes nothing");
    assert_eq!(ask(&company, &["undo", "--round", round]).code, 2, "a person says yes");

    company.edit("Case", &pairs[8].0, &json!({ "Subject": "Mended by hand, too" }));
    let undone = ask(&company, &["undo", "--round", round, "--yes"]);
    assert!(undone.stdout.ends_with("9 values go back by the next round; 1 left as they are.\n"), "{undone:?}");
    assert_eq!(company.sync(CASES)["conflicts"], 0);
    let shown = |n: usize| {
        let (id, key) = &pairs[n];
        (company.record("Case", id)["Subject"].clone(), company.issue(key)["summary"].clone())
    };
    for n in 0..8 {
        assert_eq!(shown(n), (json!(format!("Case {n}")), json!(format!("Case {n}"))));
    }
    assert_eq!(shown(8), (json!("Mended by hand, too"), json!("Mended by hand, too")));
    assert_eq!(shown(9), (json!("Mended by hand"), json!("Mended by hand")));
    assert_eq!(company.sync(CASES)["writes"], json!({ "salesforce": 0, "jira": 0 }), "it stays at rest");

    let again = ["undo", "--item", "cases", "--since", "2020-01-01T00:00:00Z", "--dry-run", "--json"];
    let again = ask(&company, &again).json();
    let back = again["back"].as_array().unwrap();
    assert!(
        !back.is_empty() && back.iter().all(|value| value["from"] != value["to"]),
        "what is back is as it was: {again}"
    );

    let item = |name, since| ["undo", "--item", name, "--since", since, "--dry-run"];
    let refused = [
        (
            &["undo", "--round", "nonsense", "--yes"][..],
            2,
            "The journal knows no round \"nonsense\"; `entente journal` names",
        ),
        (&item("nope", "2020-01-01T00:00:00Z"), 2, "There is no item \"nope\" in this configuration; it has: cases."),
        (&item("cases", "2999-01-01T00:00:00Z"), 2, "2999-01-01T00:00:00Z is in the future: it is 2"),
    ];
    for (arguments, code, sentence) in refused {
        let none = ask(&company, arguments);
        assert!(none.code == code && none.stderr.contains(sentence), "{none:?}");
    }
    let now = SystemClock.now().to_string();
    let none = ask(&company, &item("cases", &now));
    assert!(none.code == 1 && none.stderr.contains("Item cases has written over nothing since "), "{none:?}");
}

#[test]
fn a_round_that_only_created_has_nothing_to_take_back() {
    let company = Company::new();
    pairs(&company, 1);
    let journal = ask(&company, &["journal", "--json"]).json();
    let round = text(&journal["entries"].as_array().unwrap().last().unwrap()["round"]);
    let none = ask(&company, &["undo", "--round", round, "--dry-run"]);
    assert!(none.code == 1 && none.stderr.contains(&format!("Round {round} wrote over nothing")), "{none:?}");
}

const TOPICS: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: SuppliedName, jira: labels } ]
"
);

/// A value that the other side refused is newer than what would be taken back, and what a person decides about what is gone
/// does not wait for it to return.
#[test]
fn what_was_refused_since_is_not_taken_back() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "Topics" }));
    company.sync(TOPICS);
    let key = company.twin("Case", &id).unwrap();
    company.edit_issue(&key, &json!({ "labels": ["t1"] }));
    company.sync(TOPICS);
    assert_eq!(company.record("Case", &id)["SuppliedName"], "t1");
    company.edit("Case", &id, &json!({ "SuppliedName": "has space" }));
    assert_eq!(company.try_sync(TOPICS).json()["parked"], 1);

    let undone = company.undo("cases");
    assert_eq!((&undone["back"], text(&undone["left"][0]["why"])), (&json!([]), "it was changed since"), "{undone}");
    company.try_sync(TOPICS);
    company.edit("Case", &id, &json!({ "SuppliedName": "t1" }));
    assert_eq!(company.sync(TOPICS)["conflicts"], 0);
    let shown = (company.record("Case", &id)["SuppliedName"].clone(), company.issue(&key)["labels"].clone());
    assert_eq!(shown, (json!("t1"), json!(["t1"])));
}

/// What an undo replaces is what Entente wrote; that Jira's history words it in its own way makes it nobody's edit.
#[test]
fn what_an_undo_replaces_is_no_lost_edit() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "Topics", "SuppliedName": "alpha,beta" }));
    company.sync(TOPICS);
    let key = company.twin("Case", &id).unwrap();
    company.pass_seconds(5);
    company.edit("Case", &id, &json!({ "SuppliedName": "gamma,delta" }));
    company.sync(TOPICS);
    company.undo("cases");
    company.sync(TOPICS);
    assert_eq!(company.issue(&key)["labels"], json!(["alpha", "beta"]));
    let journal = ask(&company, &["journal", "--item", "cases"]).stdout;
    assert!(!journal.contains("in the moment it was made"), "{journal}");
}

/// A new issue moves to its record's status; nobody can say which status to go back to.
#[test]
fn the_first_status_of_an_issue_is_not_taken_back() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "Fire", "Status": "Working" }));
    let items = format!(
        "{CASES}    status: {{ field: Status, values: {{ New: To Do, Working: In Progress, Closed: Done }} }}\n"
    );
    company.sync(&items);
    assert!(company.twin("Case", &id).is_some());
    let plan =
        ask(&company, &["undo", "--item", "cases", "--since", "2020-01-01T00:00:00Z", "--dry-run", "--json"]).json();
    let left = plan["left"].as_array().unwrap();
    let status = left.iter().find(|value| value["field"] == "status").unwrap_or_else(|| panic!("{plan}"));
    assert_eq!(status["why"], "the journal does not know a status from before");
    assert!(plan["back"].as_array().unwrap().iter().all(|value| value["field"] != "status"), "{plan}");
}
