//! Lookups that follow what Jira names: by the name of the record that is meant, or by its external id.

use serde_json::{Value, json};

use super::company::{Company, ENTENTE, Side, text};
use crate::process::{Ended, run};

const CASES: &str = cases!(
    r"
    related: { account: AccountId, contact: ContactId }
    conflicts: latest-wins
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: account.Name, jira: Customer, direction: both }
      - { salesforce: contact.Code__c, jira: Salesforce Reference, direction: both }
"
);

/// A company with two accounts, and two contacts that have a code.
fn company() -> (Company, [String; 2], [String; 2]) {
    let company = Company::new();
    let code = json!({ "name": "Code__c", "type": "Text", "externalId": true, "unique": true });
    company.org_door("objects", &json!({ "object": "Contact", "fields": [code] }));
    let accounts = ["Acme", "Bells"].map(|name| company.create("Account", &json!({ "Name": name })));
    let contact = |code: &str| company.create("Contact", &json!({ "LastName": "Ames", "Code__c": code }));
    let contacts = ["C-1", "C-2"].map(contact);
    (company, accounts, contacts)
}

fn pair(company: &Company, account: &str, contact: &str) -> (String, String) {
    let id = company.create("Case", &json!({ "Subject": "x", "AccountId": account, "ContactId": contact }));
    company.sync(CASES);
    let key = company.twin("Case", &id).unwrap();
    (id, key)
}

/// Edits an issue by the names of its fields.
fn edit(company: &Company, key: &str, edits: &[(&str, Value)]) {
    let all = company.jira(reqwest::Method::GET, "field", &Value::Null);
    let id = |name: &str| {
        let field = all.as_array().unwrap().iter().find(|field| field["name"] == name || field["id"] == name);
        text(&field.unwrap()["id"]).to_owned()
    };
    company.edit_issue(key, &edits.iter().map(|(name, value)| (id(name), value.clone())).collect());
}

/// What a case points at.
fn points_at(company: &Company, id: &str) -> [Value; 2] {
    let case = company.record("Case", id);
    [case["AccountId"].clone(), case["ContactId"].clone()]
}

fn ask(company: &Company, words: &[&str]) -> Ended {
    let config = company.desk.arg("acme.yaml");
    run(&[words, &["--config", &config]].concat())
}

/// The reasons of what is parked.
fn reasons(company: &Company) -> Vec<String> {
    let listed = ask(company, &["parked", "--json"]).json();
    listed["parked"].as_array().unwrap().iter().map(|work| text(&work["reason"]).to_owned()).collect()
}

#[test]
fn a_lookup_follows_the_name_or_the_external_id_that_jira_shows() {
    let (company, [acme, bells], [first, second]) = company();
    let (id, key) = pair(&company, &acme, &first);
    let issue = company.issue(&key);
    assert_eq!((&issue["Customer"], &issue["Salesforce Reference"]), (&json!("Acme"), &json!("C-1")));

    edit(&company, &key, &[("Customer", json!("Bells")), ("Salesforce Reference", json!("C-2"))]);
    company.sync(CASES);
    assert_eq!(points_at(&company, &id), [json!(bells), json!(second)]);
    assert_eq!(company.sync(CASES)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");
    let renamed = company.writes(Side::Salesforce).into_iter().any(|(field, by)| field == "Name" && by == ENTENTE);
    assert!(!renamed, "the accounts themselves are left alone");

    // Capitals do not count, and neither side is told of the other's.
    edit(&company, &key, &[("Customer", json!("ACME"))]);
    company.sync(CASES);
    assert_eq!(points_at(&company, &id)[0], json!(acme));
    assert_eq!(company.sync(CASES)["writes"], json!({ "salesforce": 0, "jira": 0 }));

    // From Salesforce: the lookup, and the name of whom it points at.
    company.edit("Case", &id, &json!({ "AccountId": bells }));
    company.sync(CASES);
    assert_eq!(company.issue(&key)["Customer"], "Bells");
    company.edit("Account", &bells, &json!({ "Name": "Chimes" }));
    company.sync(CASES);
    assert_eq!(company.issue(&key)["Customer"], "Chimes");

    // Nobody: the lookup is emptied.
    edit(&company, &key, &[("Customer", Value::Null), ("Salesforce Reference", Value::Null)]);
    company.sync(CASES);
    assert_eq!(points_at(&company, &id), [Value::Null, Value::Null]);
    assert_eq!(ask(&company, &["verify", "--strict"]).code, 0);
}

#[test]
fn what_names_nobody_or_several_is_said_and_nothing_is_written() {
    let (company, [acme, bells], [first, second]) = company();
    let (id, key) = pair(&company, &acme, &first);
    let before = [json!(acme), json!(first)];

    let strange = [("summary", json!("y")), ("Customer", json!("Nobody")), ("Salesforce Reference", json!("C-9"))];
    edit(&company, &key, &strange);
    assert_eq!(company.try_sync(CASES).code, 1);
    // What is left goes by itself, a moment later.
    assert_eq!(company.try_sync(CASES).code, 1);
    assert_eq!(points_at(&company, &id), before);
    assert_eq!(company.record("Case", &id)["Subject"], "y", "the other fields go on");
    let said = reasons(&company);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("there is no Account with this Name; create it"), "{said:?}");
    assert!(said[1].contains("Foreign key external ID: C-9 not found for field Code__c in entity Contact"), "{said:?}");
    assert_eq!(company.try_sync(CASES).json()["writes"]["salesforce"], 0, "what was refused is not sent again");
    let verified = ask(&company, &["verify", "--json"]);
    assert_eq!(verified.code, 0, "a refusal explains the difference: {verified:?}");

    // Another value is tried by itself, and the same one again when somebody asks for it.
    edit(&company, &key, &[("Salesforce Reference", json!("C-2"))]);
    assert_eq!(company.try_sync(CASES).code, 1);
    assert_eq!(points_at(&company, &id)[1], json!(second));
    let nobody = company.create("Account", &json!({ "Name": "Nobody" }));
    assert_eq!(ask(&company, &["retry", "--item", "cases"]).code, 0);
    company.sync(CASES);
    assert_eq!(points_at(&company, &id)[0], json!(nobody));

    // Of two that have the name, neither is taken.
    company.create("Account", &json!({ "Name": "Bells" }));
    edit(&company, &key, &[("Customer", json!("Bells"))]);
    assert_eq!(company.try_sync(CASES).code, 1);
    assert_eq!(points_at(&company, &id)[0], json!(nobody));
    let said = reasons(&company);
    assert!(said[0].contains("2 records of Account have this Name; map an external id"), "{said:?}");
    company.delete("Account", &bells);
    assert_eq!(ask(&company, &["retry", "--item", "cases"]).code, 0);
    company.sync(CASES);
    assert_ne!(points_at(&company, &id)[0], json!(nobody), "now there is one");

    // Nor does one letter tell two apart.
    for name in ["Twin", "twin"] {
        company.create("Account", &json!({ "Name": name }));
    }
    let before = points_at(&company, &id)[0].clone();
    for name in ["Twin", "twin"] {
        edit(&company, &key, &[("Customer", json!(name))]);
        assert_eq!(company.try_sync(CASES).code, 1);
        assert_eq!(points_at(&company, &id)[0], before);
        let said = reasons(&company);
        assert!(said[0].contains("2 records of Account have this Name"), "{said:?}");
    }
}

#[test]
fn a_record_that_is_created_points_at_whom_its_issue_names() {
    let (company, [acme, _], [_, second]) = company();
    let items = CASES.replace("auto_create: jira", "auto_create: salesforce");
    let issue = |customer: &str| {
        let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": customer });
        let made = company.jira(reqwest::Method::POST, "issue", &json!({ "fields": fields }));
        let key = text(&made["key"]).to_owned();
        edit(&company, &key, &[("Customer", json!(customer)), ("Salesforce Reference", json!("C-2"))]);
        key
    };
    let cases = || {
        let query = "query?q=SELECT+Id,Subject,AccountId,ContactId+FROM+Case+ORDER+BY+Subject";
        company.salesforce(reqwest::Method::GET, query, &Value::Null)["records"].as_array().unwrap().clone()
    };
    issue("Acme");
    issue("Nobody");
    assert_eq!(company.try_sync(&items).code, 1);
    let made = cases();
    let accounts: Vec<&Value> = made.iter().map(|case| &case["AccountId"]).collect();
    assert_eq!(accounts, [&json!(acme), &Value::Null], "the other is made without whom it cannot name");
    assert_eq!(made[0]["ContactId"], json!(second));
    let said = reasons(&company);
    assert!(said.len() == 1 && said[0].contains("there is no Account with this Name"), "{said:?}");

    let nobody = company.create("Account", &json!({ "Name": "Nobody" }));
    assert_eq!(ask(&company, &["retry", "--item", "cases"]).code, 0);
    company.sync(&items);
    assert_eq!(cases()[1]["AccountId"], json!(nobody));
}

#[test]
fn check_says_which_lookups_cannot_follow() {
    let (company, ..) = company();
    let errors = |report: &Value| -> Vec<String> {
        let problems = report["problems"].as_array().unwrap().iter();
        problems.filter(|problem| problem["severity"] == "error").map(|p| text(&p["message"]).to_owned()).collect()
    };
    let check = |line: &str| {
        let items = CASES.replace("account.Name, jira: Customer", line);
        errors(&run(&["check", &company.configure(&items, ""), "--online", "--json"]).json())
    };
    let said = check("account.Name, jira: Customer");
    assert!(said.is_empty(), "{said:?}");
    for (field, jira) in [("Description", "description"), ("NumberOfEmployees", "Affected Users")] {
        let said = check(&format!("account.{field}, jira: {jira}"));
        let sentence = format!(
            "connection acme-org: Salesforce finds no Account by its {field}, so account.{field} cannot be written"
        );
        assert_eq!(said, [sentence]);
    }

    let right = json!({ "user": ENTENTE, "object": "Case", "field": "AccountId", "update": false });
    company.org_door("rights", &right);
    company.configure(CASES, "");
    let said = errors(&ask(&company, &["doctor", "--json"]).json());
    assert_eq!(said, ["connection acme-org: the integration user may not write the field Case.AccountId"]);
}
