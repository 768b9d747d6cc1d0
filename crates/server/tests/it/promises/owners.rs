//! Who works on a record, by the table of teams: a user, a queue, a role, or the account that takes the rest.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, ENTENTE, text};
use crate::process::run;

const JONAS: &str = "557058:1c9d5c0f-7a31-4a52-8f0c-2f4c6ad2c001";
const MEI: &str = "712020:3f0a9b52-6c5d-4b58-a3f1-c31bb6a0f002";
const CARLA: &str = "712020:8e4d21c7-0f5b-47a9-9be2-7d90c1f5a003";
const ADMIN: &str = "5b10a2844c20165700ede21g";

/// Field Service is a role; a queue has a row, too, and so has one of those in the role.
const ITEMS: &str = cases!(
    r"
    conflicts: salesforce-wins
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: OwnerId, jira: assignee, otherwise: carla.mendes@sandbox.example }
people:
  Support Tier 1: jonas.lindqvist@sandbox.example
  maren.holtby@sandbox.example: jonas.lindqvist@sandbox.example
  field service: '712020:3f0a9b52-6c5d-4b58-a3f1-c31bb6a0f002'
"
);

fn named(company: &Company, object: &str, name: &str) -> String {
    let query = format!("query?q=SELECT+Id+FROM+{object}+WHERE+Name='{}'", name.replace(' ', "+"));
    text(&company.salesforce(Method::GET, &query, &Value::Null)["records"][0]["Id"]).to_owned()
}

/// Gives these people a role.
fn employ(company: &Company, role: &str, people: &[&str]) {
    let role = company.create("UserRole", &json!({ "Name": role }));
    for person in people {
        company.edit("User", &named(company, "User", person), &json!({ "UserRoleId": role }));
    }
}

fn unknown(company: &Company) -> Vec<String> {
    let ended = run(&["check", &company.configure(ITEMS, ""), "--online", "--json"]);
    let problems = ended.json()["problems"].take();
    let found = problems.as_array().unwrap().iter().filter(|problem| problem["code"] == "unknown-person");
    found.map(|problem| format!("{} {}", text(&problem["message"]), text(&problem["remedy"]))).collect()
}

/// S2-31: an owner is assigned by the own row, by the queue's, by the own account in Jira, by the role's row, and else to
/// whoever takes the rest. The account of a role leads back to nobody in it.
#[test]
fn an_owner_whom_the_table_does_not_name_is_assigned_by_the_role() {
    let company = Company::new();
    employ(&company, "Field Service", &["Tomas Brandvik", "Maren Holtby", "Avery Admin"]);
    employ(&company, "Sales", &["Priya Nandakar"]);
    let [said] = unknown(&company).try_into().unwrap();
    assert!(said.contains("\"field service\"") && said.contains("View Roles and Role Hierarchy"), "{said}");
    company.org_door("rights", &json!({ "user": ENTENTE, "object": "UserRole", "read": true }));
    assert_eq!(unknown(&company), Vec::<String>::new());

    let people = ["Tomas Brandvik", "Maren Holtby", "Avery Admin", "Priya Nandakar", "Idris Vantol"];
    let mut owners = people.map(|name| named(&company, "User", name)).to_vec();
    owners.push(named(&company, "Group", "Support Tier 1"));
    let case = |owner: &String| company.create("Case", &json!({ "Subject": "Who?", "OwnerId": owner }));
    let ids: Vec<String> = owners.iter().map(case).collect();
    company.sync(ITEMS);
    let keys: Vec<String> = ids.iter().map(|id| company.twin("Case", id).unwrap()).collect();
    let assignee = |key: &String| text(&company.issue(key)["assignee"]["accountId"]).to_owned();
    let assigned: Vec<String> = keys.iter().map(assignee).collect();
    assert_eq!(assigned, [MEI, JONAS, ADMIN, CARLA, CARLA, JONAS], "{people:?} and the queue");

    let owner = |n: usize| text(&company.record("Case", &ids[n])["OwnerId"]).to_owned();
    company.edit_issue(&keys[0], &json!({ "assignee": { "accountId": ADMIN } }));
    company.edit_issue(&keys[1], &json!({ "assignee": { "accountId": MEI } }));
    company.edit("Case", &ids[4], &json!({ "OwnerId": owners[0] }));
    company.sync(ITEMS);
    assert_eq!((owner(0), assignee(&keys[4])), (owners[2].clone(), MEI.to_owned()), "out of the role, and into it");
    assert_eq!(owner(1), owners[1], "whoever stands for a role is nobody in particular of it");
    let notes = company.plan(ITEMS)["notes"].to_string();
    assert!(notes.contains("whom neither `people:` nor"), "{notes}");
    assert_eq!(company.sync(ITEMS)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");
}
