//! Which objects pair with which issue types, what is created, what each side then shows of the other.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, ENTENTE, Side, text};
use crate::process::run;

const CASES: &str = cases!(
    r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: Description, jira: description }
      - { salesforce: Priority, jira: priority, values: { High: High, Medium: Medium, Low: Low } }
      - { salesforce: CaseNumber, jira: Salesforce Reference }
    status:
      field: Status
      values: { New: To Do, Working: In Progress, Escalated: In Progress, On Hold: Blocked, Closed: Done }
"
);

/// S2-01 to S2-05, S2-22, S3-01: any object with any issue type, and an edit of either side reaches the other.
#[test]
fn any_object_pairs_with_any_issue_type_both_ways() {
    let company = Company::new();
    let custom = json!({ "object": "Machine__c", "fields": [
        { "name": "Serial__c", "type": "Text", "length": 80 },
        { "name": "Jira_Reference__c", "type": "Text", "length": 80 },
    ] });
    company.org_door("objects", &custom);
    let reference = json!([{ "name": "Jira_Reference__c", "type": "Text", "length": 80 }]);
    for object in ["Contact", "Solution"] {
        company.org_door("objects", &json!({ "object": object, "fields": reference }));
    }
    for (object, field, required, issue_type) in [
        ("Case", "Subject", json!({}), "Bug"),
        ("Case", "Subject", json!({}), "Task"),
        ("Lead", "Company", json!({ "LastName": "Ames" }), "Task"),
        ("Opportunity", "Name", json!({ "StageName": "Prospecting", "CloseDate": "2026-12-31" }), "Task"),
        ("Account", "Name", json!({}), "Story"),
        ("Contact", "LastName", json!({}), "Task"),
        ("Solution", "SolutionName", json!({}), "Story"),
        ("Machine__c", "Serial__c", json!({ "Name": "Press" }), "Task"),
    ] {
        let item = format!(
            "  {}-{}:\n    salesforce: {{ connection: acme-org, object: {object}, filter: {{ field: {field}, contains: \"{issue_type}\" }} }}\n    \
             jira: {{ connection: acme-site, project: OPS, issue_type: {issue_type} }}\n    auto_create: jira\n    \
             correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}\n    \
             fields: [ {{ salesforce: {field}, jira: summary }} ]\n    owner: a@acme.example\n",
            object.to_lowercase().trim_end_matches("__c"),
            issue_type.to_lowercase(),
        );
        let name = format!("{object} with {issue_type}");
        let mut fields = required.clone();
        fields[field] = json!(name);
        let id = company.create(object, &fields);
        let report = company.sync(&item);
        assert_eq!(report["created"]["jira"], 1, "{name}: {report}");
        let key = company.twin(object, &id).unwrap();
        let issue = company.issue(&key);
        assert_eq!((text(&issue["summary"]), text(&issue["issuetype"]["name"])), (name.as_str(), issue_type));

        company.edit_issue(&key, &json!({ "summary": format!("{issue_type} from Jira") }));
        company.sync(&item);
        assert_eq!(company.record(object, &id)[field], format!("{issue_type} from Jira"), "{name}");
        company.edit(object, &id, &json!({ field: format!("{issue_type} from Salesforce") }));
        company.sync(&item);
        assert_eq!(company.issue(&key)["summary"], format!("{issue_type} from Salesforce"), "{name}");
    }
}

/// S2-26, S2-27, S2-32, S2-82: each side shows its counterpart, and the issue the case's number.
/// S2-30: the smallest map. S2-67: what is there already is updated, however often.
#[test]
fn a_new_case_and_its_issue_name_each_other_and_are_made_once() {
    let company = Company::new();
    let case =
        json!({ "Subject": "Printer on fire", "Description": "It burns", "Priority": "High", "Status": "Working" });
    let id = company.create("Case", &case);
    company.sync(CASES);
    let (issue, case) = (company.issue(&company.issues("OPS")[0]), company.record("Case", &id));
    assert_eq!((text(&issue["Salesforce Case ID"]), &case["Jira_Reference__c"]), (id.as_str(), &json!("OPS-1")));
    assert_eq!(issue["Salesforce Reference"], case["CaseNumber"]);
    assert_eq!((text(&issue["summary"]), text(&issue["description"])), ("Printer on fire", "It burns"));
    assert_eq!((text(&issue["priority"]["name"]), text(&issue["status"]["name"])), ("High", "In Progress"));

    // Neither a second run nor a lost database makes a second one.
    company.sync(CASES);
    std::fs::remove_dir_all(company.desk.path("entente-data")).unwrap();
    company.sync(CASES);
    company.edit("Case", &id, &json!({ "Subject": "Printer still on fire" }));
    company.sync(CASES);
    assert_eq!(company.issues("OPS"), ["OPS-1"]);
    assert_eq!(company.issue("OPS-1")["summary"], "Printer still on fire");
}

/// S1-30: everything is written by the integration user. S1-98, S3-03: and nothing but what is mapped.
#[test]
fn only_mapped_fields_are_written_and_by_ententes_own_account() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "One", "Priority": "Low" }));
    company.sync(CASES);
    let key = company.twin("Case", &id).unwrap();
    company.edit("Case", &id, &json!({ "Subject": "Two", "Reason": "Other", "Priority": "High" }));
    company.sync(CASES);
    company.edit_issue(&key, &json!({ "description": "From Jira", "labels": ["not-mapped"] }));
    company.move_issue(&key, "In Progress");
    company.sync(CASES);
    assert_eq!(company.record("Case", &id)["Description"], "From Jira");

    let mut salesforce = company.written_by_entente(Side::Salesforce);
    salesforce.sort();
    salesforce.dedup();
    assert_eq!(salesforce, ["Description", "Jira_Reference__c", "Status"]);
    let mapped = ["summary", "description", "priority", "status", "customfield_10030", "customfield_10031"];
    // The site itself names who made an issue as its reporter.
    let made_with_it = ["(created)", "reporter", "entente.origin"];
    for field in company.written_by_entente(Side::Jira) {
        let known = mapped.iter().chain(&made_with_it).any(|known| field.contains(known));
        assert!(known, "{field} was written: {:?}", company.writes(Side::Jira));
    }
    let people = "admin@sandbox.example";
    for (field, by) in [Side::Salesforce, Side::Jira].into_iter().flat_map(|side| company.writes(side)) {
        assert!(by == ENTENTE || by == people, "{field} was written by {by}");
    }
}

/// S2-36, S3-11: priorities are the same on both sides, whoever changed theirs.
#[test]
fn priorities_follow_both_ways() {
    let company = Company::new();
    let ids =
        ["High", "Medium", "Low"].map(|name| company.create("Case", &json!({ "Subject": name, "Priority": name })));
    company.sync(CASES);
    for (id, name) in ids.iter().zip(["High", "Medium", "Low"]) {
        let key = company.twin("Case", id).unwrap();
        assert_eq!(company.issue(&key)["priority"]["name"], name);
    }
    let key = company.twin("Case", &ids[0]).unwrap();
    company.edit_issue(&key, &json!({ "priority": { "name": "Low" } }));
    company.edit("Case", &ids[2], &json!({ "Priority": "High" }));
    company.sync(CASES);
    assert_eq!(company.record("Case", &ids[0])["Priority"], "Low");
    assert_eq!(company.issue(&company.twin("Case", &ids[2]).unwrap())["priority"]["name"], "High");
}

/// S1-62: the first status is Salesforce's. S2-33: the usual table, each row of it.
#[test]
fn a_new_issue_begins_with_the_status_of_its_case() {
    let company = Company::new();
    let table = [
        ("New", "To Do"),
        ("Working", "In Progress"),
        ("Escalated", "In Progress"),
        ("On Hold", "Blocked"),
        ("Closed", "Done"),
    ];
    let ids = table.map(|(status, _)| company.create("Case", &json!({ "Subject": status, "Status": status })));
    company.sync(CASES);
    for (id, (salesforce, jira)) in ids.iter().zip(table) {
        let key = company.twin("Case", id).unwrap();
        assert_eq!(company.issue(&key)["status"]["name"], jira, "{salesforce}");
        assert_eq!(company.record("Case", id)["Status"], salesforce, "the case keeps its own");
    }
}

/// S2-53, S2-55, S2-59: what may be done to a value on its way.
#[test]
fn values_are_cut_and_recased_on_their_way() {
    let company = Company::new();
    let items = cases!(
        r#"
    fields:
      - { salesforce: Subject, jira: summary, to_jira: [ { first_characters: 7 } ] }
      - { salesforce: SuppliedName, jira: Salesforce Reference, to_jira: [ upper_case, { replace: { find: " ", with: "-" } } ] }
      - { salesforce: SuppliedCompany, jira: Customer, to_jira: [ lower_case ], to_salesforce: [ upper_case ] }
"#
    );
    let case = json!({ "Subject": "Größe passt nicht", "SuppliedName": "Ann Ö", "SuppliedCompany": "ACME" });
    let id = company.create("Case", &case);
    company.sync(items);
    let key = company.twin("Case", &id).unwrap();
    let issue = company.issue(&key);
    assert_eq!((text(&issue["summary"]), text(&issue["Salesforce Reference"])), ("Größe p", "ANN-Ö"));
    assert_eq!(issue["Customer"], "acme");
    assert_eq!(company.record("Case", &id)["Subject"], "Größe passt nicht", "what was cut is not cut at home");
    company.jira(Method::PUT, &format!("issue/{key}"), &json!({ "fields": { "customfield_10032": "umbrella" } }));
    company.sync(items);
    assert_eq!(company.record("Case", &id)["SuppliedCompany"], "UMBRELLA");
    assert_eq!(company.sync(items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");
    assert_ne!(company.issue(&key), Value::Null);
}

/// S2-82: after a creation the source learns the issue's key, id and address in the fields that the item names.
/// X17: they stay true when the issue moves, and whoever writes over them is corrected.
#[test]
fn a_record_learns_where_its_issue_is_and_an_issue_where_its_record_is() {
    let company = Company::new();
    let items = cases!(
        r"
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: SuppliedName, jira: issue.url }
      - { salesforce: SuppliedCompany, jira: issue.key }
      - { salesforce: SuppliedPhone, jira: issue.id }
      - { salesforce: record.url, jira: Customer }
"
    );
    let id = company.create("Case", &json!({ "Subject": "Printer on fire" }));
    company.sync(items);
    let key = company.twin("Case", &id).unwrap();
    let (org, site) = (company.addresses().0.to_owned(), company.addresses().1.to_owned());
    let issue_id = company.jira(Method::GET, &format!("issue/{key}"), &Value::Null)["id"].clone();
    let learnt = |key: &str| json!([format!("{site}/browse/{key}"), key, issue_id]);
    let shown = || {
        let case = company.record("Case", &id);
        json!([case["SuppliedName"], case["SuppliedCompany"], case["SuppliedPhone"]])
    };
    assert_eq!(shown(), learnt(&key));
    assert_eq!(company.issue(&key)["Customer"], format!("{org}/{id}"));
    assert_eq!(company.sync(items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");

    company.site_door("move", &json!({ "issue": key, "project": "SUP" }));
    company.sync(items);
    let moved = company.twin("Case", &id).unwrap();
    assert_ne!(moved, key);
    assert_eq!(shown(), learnt(&moved));
    company.edit("Case", &id, &json!({ "SuppliedName": "somewhere else" }));
    company.sync(items);
    assert_eq!(shown(), learnt(&moved));
}

/// S2-82: a one-way item tells its records where their issues are, and nothing of what is in them.
#[test]
fn a_record_of_a_one_way_item_learns_where_its_issue_is_and_nothing_else() {
    let company = Company::new();
    let items = cases!(
        r"
    mode: one-way
    fields:
      - { salesforce: Subject, jira: summary }
      - { salesforce: SuppliedName, jira: issue.url }
      - { salesforce: SuppliedCompany, jira: issue.key, direction: to-salesforce }
"
    );
    let id = company.create("Case", &json!({ "Subject": "Printer on fire" }));
    company.sync(items);
    let key = company.twin("Case", &id).unwrap();
    let site = company.addresses().1.to_owned();
    let shown = || {
        let case = company.record("Case", &id);
        [case["SuppliedName"].clone(), case["SuppliedCompany"].clone()]
    };
    let learnt = |key: &str| [json!(format!("{site}/browse/{key}")), json!(key)];
    assert_eq!(shown(), learnt(&key));
    assert_eq!(company.sync(items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");

    company.edit_issue(&key, &json!({ "summary": "Edited in Jira" }));
    company.site_door("move", &json!({ "issue": key, "project": "SUP" }));
    company.sync(items);
    let moved = company.twin("Case", &id).unwrap();
    assert_ne!(moved, key);
    assert_eq!(shown(), learnt(&moved));
    company.edit("Case", &id, &json!({ "SuppliedName": "somewhere else" }));
    company.sync(items);
    assert_eq!(shown(), learnt(&moved));
    assert_eq!(company.record("Case", &id)["Subject"], "Printer on fire");
    let mut written = company.written_by_entente(Side::Salesforce);
    written.sort();
    written.dedup();
    assert_eq!(written, ["Jira_Reference__c", "SuppliedCompany", "SuppliedName"]);

    // Nothing at all while that action is paused; and it is caught up with.
    let paused = items.replace("    mode: one-way", "    mode: one-way\n    actions: { to_salesforce: paused }");
    company.edit("Case", &id, &json!({ "SuppliedName": "elsewhere again" }));
    company.sync(&paused);
    assert_eq!(shown()[0], "elsewhere again");
    company.sync(items);
    assert_eq!(shown(), learnt(&moved));

    let right = json!({ "user": ENTENTE, "object": "Case", "field": "SuppliedName", "update": false });
    company.org_door("rights", &right);
    let report = run(&["doctor", "--config", &company.configure(items, ""), "--json"]).json();
    let problems = report["problems"].as_array().unwrap().iter();
    let said: Vec<&str> = problems.filter(|p| p["code"] == "field-update").map(|p| text(&p["message"])).collect();
    assert_eq!(said, ["connection acme-org: the integration user may not write the field Case.SuppliedName"]);
}
