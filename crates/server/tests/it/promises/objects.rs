//! What a record of any object says beside its status: an ordinary text and a day, a time or a number.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::Company;

/// An object, a record of it, which of its fields is the title, and a text and a day or a number of it with what they show
/// at first, after an edit in Salesforce, and after one in Jira.
struct Row {
    object: &'static str,
    record: Value,
    title: &'static str,
    said: (&'static str, [&'static str; 3]),
    counted: (&'static str, [Value; 3]),
}

impl Row {
    /// Its item. A number is shown as *Affected Users*, a day as the day on which the issue is due.
    fn item(&self) -> String {
        let (object, title, said, counted) = (self.object, self.title, self.said.0, self.counted.0);
        let (name, beside) = (object.to_lowercase().replace("__", "-"), self.beside());
        format!(
            r"
  {name}:
    owner: integrations@acme.example
    salesforce: {{ connection: acme-org, object: {object} }}
    jira: {{ connection: acme-site, project: OPS, issue_type: Task }}
    auto_create: jira
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    fields:
      - {{ salesforce: {title}, jira: summary, direction: to-jira }}
      - {{ salesforce: {said}, jira: description }}
      - {{ salesforce: {counted}, jira: {beside} }}
"
        )
    }

    fn beside(&self) -> &'static str {
        if self.counted.1[0].is_number() { "customfield_10035" } else { "duedate" }
    }

    /// What the record and the issue show at one of the three moments.
    fn values(&self, n: usize) -> [Value; 2] {
        let (said, counted) = (self.said.1[n], &self.counted.1[n]);
        [json!({ self.said.0: said, self.counted.0: counted }), json!({ "description": said, self.beside(): counted })]
    }
}

fn rows(company: &Company) -> Vec<Row> {
    let account = company.create("Account", &json!({ "Name": "Acme" }));
    let deal = json!({ "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-31" });
    let offered = company.create("Opportunity", &deal);
    let row = |object, record, title, said, counted: (_, [&str; 3])| Row {
        object,
        record,
        title,
        said,
        counted: (counted.0, counted.1.map(|day| day.parse::<i64>().map_or_else(|_| json!(day), |n| json!(n)))),
    };
    let days = ["2027-01-10", "2027-02-20", "2027-03-30"];
    let texts = ["As it was", "As Salesforce says", "As Jira says"];
    vec![
        row("Task", json!({ "Subject": "Call" }), "Subject", ("Description", texts), ("ActivityDate", days)),
        row(
            "Event",
            json!({ "Subject": "Visit", "ActivityDateTime": "2026-12-01T09:00:00Z" }),
            "Subject",
            ("Location", texts),
            ("DurationInMinutes", ["30", "45", "60"]),
        ),
        row(
            "Quote",
            json!({ "Name": "Offer", "OpportunityId": offered }),
            "Name",
            ("Description", texts),
            ("ExpirationDate", days),
        ),
        row(
            "Order",
            json!({ "AccountId": account, "EffectiveDate": "2026-12-01", "Status": "Draft" }),
            "OrderNumber",
            ("PoNumber", texts),
            ("EndDate", days),
        ),
        row(
            "Contract",
            json!({ "AccountId": account }),
            "ContractNumber",
            ("SpecialTerms", texts),
            ("ContractTerm", ["6", "12", "24"]),
        ),
        row(
            "Lead",
            json!({ "LastName": "Ames", "Company": "Acme" }),
            "Company",
            ("Title", texts),
            ("NumberOfEmployees", ["10", "20", "30"]),
        ),
        row("Opportunity", deal, "Name", ("NextStep", texts), ("CloseDate", days)),
        row("Machine__c", json!({ "Name": "Press" }), "Name", ("Place__c", texts), ("Built__c", days)),
    ]
}

/// S1-10 to S1-13, S1-93: a text and a day or a number of every kind of object, first shown in Jira, then edited on either side.
#[test]
fn records_of_every_kind_carry_what_they_say_both_ways() {
    let company = Company::new();
    let reference = json!({ "name": "Jira_Reference__c", "type": "Text", "length": 80 });
    for object in ["Event", "Quote", "Order", "Contract"] {
        company.org_door("objects", &json!({ "object": object, "fields": [reference] }));
    }
    let own = [reference, json!({ "name": "Place__c", "type": "Text" }), json!({ "name": "Built__c", "type": "Date" })];
    company.org_door("objects", &json!({ "object": "Machine__c", "fields": own }));
    for row in rows(&company) {
        let (object, items) = (row.object, row.item());
        let mut record = row.record.clone();
        let [first, _] = row.values(0);
        record.as_object_mut().unwrap().extend(first.as_object().unwrap().clone());
        let id = company.create(object, &record);
        company.sync(&items);
        let key = company.twin(object, &id).unwrap();
        let shows = |n: usize, when: &str| {
            let issue = company.jira(Method::GET, &format!("issue/{key}"), &Value::Null)["fields"].take();
            for (shown, expected) in [company.record(object, &id), issue].iter().zip(row.values(n)) {
                for (field, value) in expected.as_object().unwrap() {
                    assert!(same(&shown[field], value), "{object} {field} {when}: {} is not {value}", shown[field]);
                }
            }
        };
        shows(0, "when it is made");
        let [edit, _] = row.values(1);
        company.edit(object, &id, &edit);
        company.sync(&items);
        shows(1, "after an edit in Salesforce");
        let [_, edit] = row.values(2);
        company.edit_issue(&key, &edit);
        company.sync(&items);
        shows(2, "after an edit in Jira");
        assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "{object} rests");
    }
}

/// The same number in other words is the same number.
fn same(one: &Value, other: &Value) -> bool {
    one == other || (one.is_number() && one.as_f64() == other.as_f64())
}
