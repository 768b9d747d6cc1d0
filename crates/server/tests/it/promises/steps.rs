//! What may be done to values on their way: S2-51, S2-52, S2-54, S2-56, S2-57, and the conditional value of S2-36.

use serde_json::json;

use super::company::{Company, Side, text};

/// An item of cases and bugs with these lines.
fn cases(lines: &str) -> String {
    let usual = cases!(
        r"
    related: { account: AccountId }
    fields:
"
    );
    format!("{usual}{lines}")
}

/// S2-52: whatever says a time, as people of a place read it; and back again.
#[test]
fn times_are_shown_as_people_of_a_place_read_them() {
    let company = Company::new();
    let items = cases(
        r#"
      - { salesforce: Subject, jira: summary, to_jira: [ { format_date: { format: "%d.%m.%Y %H:%M", zone: Europe/Berlin } } ] }
      - { salesforce: SuppliedName, jira: Salesforce Reference, to_jira: [ { format_date: { format: "%Y-%m-%d %H:%M %Z", zone: America/New_York } } ] }
      - { salesforce: SuppliedCompany, jira: Customer, to_jira: [ { format_date: { format: "%Y-%m-%d %H:%M:%S" } } ] }
      - salesforce: Due__c
        jira: environment
        to_jira: [ { format_date: { format: "%d.%m.%Y %H:%M", zone: Europe/Berlin } } ]
        to_salesforce: [ { read_date: { format: "%d.%m.%Y %H:%M", zone: Europe/Berlin } } ]
"#,
    );
    company.org_door("objects", &json!({ "object": "Case", "fields": [ { "name": "Due__c", "type": "datetime" } ] }));
    let id = company.create(
        "Case",
        &json!({ "Subject": "1767323045", "SuppliedName": "1767323045000", "Due__c": "2026-07-02T08:00:00.000+0000",
            "SuppliedCompany": "2026-01-02T03:04:05Z" }),
    );
    company.sync(&items);
    let key = company.twin("Case", &id).unwrap();
    let issue = company.issue(&key);
    let shown = ["summary", "Salesforce Reference", "Customer", "environment"].map(|field| text(&issue[field]));
    assert_eq!(shown, ["02.01.2026 04:04", "2026-01-01 22:04 EST", "2026-01-02 03:04:05", "02.07.2026 10:00"]);
    company.edit_issue(&key, &json!({ "environment": "03.07.2026 11:30" }));
    company.sync(&items);
    assert_eq!(company.record("Case", &id)["Due__c"], "2026-07-03T09:30:00.000+0000");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");

    company.edit_issue(&key, &json!({ "environment": "next week" }));
    let plan = company.plan(&items);
    assert_eq!(plan["writes"], json!([]), "what is no time is not delivered as one: {plan}");
    assert!(plan["notes"].to_string().contains("next week"), "{plan}");
}

/// S2-54, S2-56: what a pattern finds, and masking of everything that one finds.
#[test]
fn patterns_extract_and_mask() {
    let company = Company::new();
    let items = cases(
        r#"
      - { salesforce: Subject, jira: summary, to_jira: [ { pattern: "Order ([0-9]+)" } ] }
      - { salesforce: SuppliedName, jira: Customer, to_jira: [ { pattern: "[A-Z]{2}-[0-9]+" } ] }
      - { salesforce: Description, jira: description, to_jira: [ { replace_pattern: { find: '\b[0-9]{6}([0-9]{2})\b', with: "******$1" } } ] }
"#,
    );
    let case = json!({ "Subject": "Order 4711 is late", "SuppliedName": "ref AB-12 or CD-34",
        "Description": "From 12345678 to 87654321" });
    let id = company.create("Case", &case);
    company.sync(&items);
    let issue = company.issue(&company.twin("Case", &id).unwrap());
    assert_eq!((text(&issue["summary"]), text(&issue["Customer"])), ("4711", "AB-12"));
    assert_eq!(issue["description"], "From ******78 to ******21");
}

/// S2-51, S2-57: several fields in one, on the way to either side; a change of any of them arrives.
#[test]
fn several_fields_become_one() {
    let company = Company::new();
    let items = cases(
        r#"
      - { salesforce: CaseNumber, jira: summary, to_jira: [ { template: "{CaseNumber}: {Subject} ({account.Name})" } ] }
      - { salesforce: Type, jira: labels, to_jira: [ { build_array: { fields: [ Origin, Type ] } }, lower_case, { replace: { find: " ", with: "-" } } ] }
      - { salesforce: Reason, jira: Customer, to_jira: [ { build_array: { fields: [ Priority, Reason ], separator: ", " } } ] }
      - { salesforce: SuppliedCompany, jira: Topics, direction: to-salesforce, to_salesforce: [ { build_array: { fields: [ Topics, duedate ], separator: "," } } ] }
"#,
    );
    let account = company.create("Account", &json!({ "Name": "Umbra" }));
    let case = json!({ "Subject": "Fire", "AccountId": account, "Origin": "Web", "Type": "Feature Request",
        "Priority": "High" });
    let id = company.create("Case", &case);
    company.sync(&items);
    let number = text(&company.record("Case", &id)["CaseNumber"]).to_owned();
    let key = company.twin("Case", &id).unwrap();
    let issue = company.issue(&key);
    assert_eq!(issue["summary"], format!("{number}: Fire (Umbra)"));
    assert_eq!((&issue["labels"], &issue["Customer"]), (&json!(["feature-request", "web"]), &json!("High")));

    company.edit("Case", &id, &json!({ "Subject": "Smoke", "Reason": "Breakdown" }));
    company.edit_issue(&key, &json!({ "customfield_10038": ["b", "a"], "duedate": "2026-12-24" }));
    company.sync(&items);
    let issue = company.issue(&key);
    assert_eq!(
        (text(&issue["summary"]), text(&issue["Customer"])),
        (&*format!("{number}: Smoke (Umbra)"), "High, Breakdown")
    );
    assert_eq!(company.record("Case", &id)["SuppliedCompany"], "a, b,2026-12-24");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");
    assert!(!company.written_by_entente(Side::Salesforce).iter().any(|field| field == "Subject"));
}

/// S2-36, S2-51: High, with a second field that says Urgent or Critical, is Highest; both ways.
#[test]
fn high_and_urgent_is_highest() {
    let company = Company::new();
    let urgency = json!({ "name": "Urgency__c", "type": "Picklist", "picklistValues": ["Calm", "Urgent", "Critical"] });
    company.org_door("objects", &json!({ "object": "Case", "fields": [urgency] }));
    let items = cases(
        r"
      - { salesforce: Subject, jira: summary }
      - salesforce: Priority
        jira: priority
        values: { High: High, Medium: Medium, Low: Low }
        to_jira:
          - when: { all: [ { field: Priority, is: High }, { field: Urgency__c, is one of: [ Urgent, Critical ] } ] }
            then: Highest
        to_salesforce: [ { when: { field: priority, is: Highest }, then: High } ]
",
    );
    let ids = [("High", "Urgent"), ("High", "Critical"), ("High", "Calm"), ("Medium", "Urgent")].map(
        |(priority, urgency)| {
            company.create("Case", &json!({ "Subject": "x", "Priority": priority, "Urgency__c": urgency }))
        },
    );
    company.sync(&items);
    let keys = ids.each_ref().map(|id| company.twin("Case", id).unwrap());
    let priority = |key: &String| text(&company.issue(key)["priority"]["name"]).to_owned();
    assert_eq!(keys.each_ref().map(priority), ["Highest", "Highest", "High", "Medium"]);

    company.edit("Case", &ids[0], &json!({ "Urgency__c": "Calm" }));
    company.edit("Case", &ids[2], &json!({ "Urgency__c": "Critical" }));
    company.edit_issue(&keys[3], &json!({ "priority": { "name": "Low" } }));
    company.sync(&items);
    assert_eq!(keys.each_ref().map(priority), ["High", "Highest", "Highest", "Low"]);
    let case = company.record("Case", &ids[3]);
    assert_eq!((&case["Priority"], &case["Urgency__c"]), (&json!("Low"), &json!("Urgent")));
}

/// What Jira makes of a value is not an edit, on a line that reads further fields of the issue too.
#[test]
fn a_line_that_reads_further_fields_rests_on_what_jira_made_of_a_value() {
    let company = Company::new();
    company.org_door(
        "objects",
        &json!({ "object": "Case", "fields": [ { "name": "Notes__c", "type": "LongTextArea" } ] }),
    );
    let items = cases(
        r"
      - { salesforce: Subject, jira: summary }
      - salesforce: Notes__c
        jira: Customer
        to_jira: [ { first_characters: 255 } ]
        to_salesforce: [ { when: { field: priority, is: Highest }, then: urgent } ]
",
    );
    let id = company.create("Case", &json!({ "Subject": "x", "Notes__c": "a\nb" }));
    company.sync(&items);
    let key = company.twin("Case", &id).unwrap();
    let shown = || (company.record("Case", &id)["Notes__c"].clone(), company.issue(&key)["Customer"].clone());
    assert_eq!(shown(), (json!("a\nb"), json!("a b")), "Jira keeps one line");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "a creation rests");
    company.edit("Case", &id, &json!({ "Notes__c": "c\nd" }));
    company.sync(&items);
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "an update rests");
    assert_eq!(shown(), (json!("c\nd"), json!("c d")));
}
