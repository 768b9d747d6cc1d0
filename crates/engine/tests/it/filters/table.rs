//! All operators over fields of every type that can be told apart, on either side.
//!
//! The rows are those of the tables in `core`: an operator or a type that is added there has a row here, or fails.

use entente_core::{
    field_type::{JIRA_TYPES, JiraType, SALESFORCE_TYPES, SalesforceType},
    filter::OPERATORS,
};
use entente_sandbox::Seed;
use http::Method;
use serde_json::{Value, json};

use super::{ITEM, entering};
use crate::stage::{ORG, Stage};

/// Three records: one with a small value, one with a larger one, one without.
struct Sample {
    /// The field, as a filter names it.
    path: &'static str,
    /// What is written, on the field or on the parts of it.
    written: [Value; 2],
    /// As a filter writes them, and what of the small one is not in the large one.
    words: [Value; 2],
    part: String,
    order: Order,
    without: Without,
}

#[derive(Clone, Copy, PartialEq)]
enum Order {
    Ordered,
    /// Several values are neither smaller nor larger, nor one of them.
    Several,
}

/// What the record without a value shows.
#[derive(Clone, Copy, PartialEq)]
enum Without {
    Nothing,
    /// A checkbox is never empty.
    TheSmall,
    /// Nor is a status.
    TheLarge,
}

impl Sample {
    fn new(path: &'static str, written: [Value; 2], words: [Value; 2], part: &str) -> Self {
        let part = part.to_owned();
        Self { path, written, words, part, order: Order::Ordered, without: Without::Nothing }
    }

    /// One whose values are written in a filter as on the wire.
    fn plain(path: &'static str, values: [Value; 2], part: &str) -> Self {
        Self::new(path, values.clone(), values, part)
    }

    fn several(self) -> Self {
        Self { order: Order::Several, ..self }
    }

    fn without(self, without: Without) -> Self {
        Self { without, ..self }
    }

    /// A filter with this operator.
    fn filter(&self, operator: &str) -> Value {
        let [small, large] = &self.words;
        let operand = match operator {
            "is" | "is not" | "equals" | "greater than" => small.clone(),
            "is one of" | "is not one of" => json!([small]),
            "is empty" | "is not empty" => json!(true),
            "contains" | "does not contain" => json!(self.part),
            "less than" => large.clone(),
            unknown => panic!("no row for the operator {unknown}"),
        };
        json!({ "field": self.path, operator: operand })
    }

    /// Which of the three pass.
    fn passing(&self, operator: &str) -> Vec<&'static str> {
        let is_ordered = self.order == Order::Ordered;
        let (small, large, nothing) = match operator {
            "is" | "is one of" | "contains" => (true, false, false),
            "is not" | "is not one of" | "does not contain" => (false, true, true),
            "is empty" => (false, false, true),
            "is not empty" => (true, true, false),
            "less than" | "equals" => (is_ordered, false, false),
            "greater than" => (false, is_ordered, false),
            unknown => panic!("no row for the operator {unknown}"),
        };
        let nothing = match self.without {
            Without::Nothing => nothing,
            Without::TheSmall => small,
            Without::TheLarge => large,
        };
        let all = [(small, "A small"), (large, "B large"), (nothing, "C without")];
        all.into_iter().filter(|(passes, _)| *passes).map(|(_, name)| name).collect()
    }
}

async fn hold(stage: &mut Stage, open: &str, name: &str, sample: &Sample) {
    for operator in OPERATORS {
        let filter = sample.filter(operator);
        let with = format!("{open}, filter: {filter}");
        stage.edit(open, &with);
        assert_eq!(entering(stage).await.0, sample.passing(operator), "{name}: {filter}");
        stage.edit(&with, open);
    }
}

/// Types that hold no single value, or that a sandbox has no field of which a record may lack.
const WITHOUT_FIELDS: [&str; 6] = ["id", "long", "datacategorygroupreference", "base64", "anyType", "complexvalue"];

/// The notation of a field of a type on Case, and its values. `ids`: two accounts and two users, each in their order.
fn salesforce(name: &str, ids: &[String]) -> Option<(Value, Sample)> {
    let texts = || [json!("apple pie"), json!("berry")];
    let both = |first: &str, second: &str| [json!(first), json!(second)];
    let own = |kind: &str, sample: Sample| Some((json!({ sample.path: kind }), sample));
    let text = |kind: &str| own(kind, Sample::plain("T__c", texts(), "LE P"));
    let number = |kind: &str| own(kind, Sample::plain("T__c", [json!(2), json!(10)], "2"));
    let listed = |kind: &str, sample: Sample| Some((json!({ "T__c": { "is": kind, "values": texts() } }), sample));
    match name {
        "string" | "textarea" | "combobox" => text(name),
        "encryptedstring" => text("encryptedstring(80)"),
        "textarea (rich text)" => {
            let written = both("<p>apple <b>pie</b></p>", "<p>berry</p>");
            own("textarea(32768) rich", Sample::new("T__c", written, texts(), "LE P"))
        }
        "picklist" => listed(name, Sample::plain("T__c", texts(), "LE P")),
        "multipicklist" => {
            let written = both("apple pie", "berry");
            listed(name, Sample::new("T__c", written, texts(), "apple pie").several())
        }
        "boolean" => own(name, Sample::plain("T__c", [json!(false), json!(true)], "als").without(Without::TheSmall)),
        "int" => number(name),
        "double" | "currency" | "percent" => number(&format!("{name}(18 2)")),
        "date" => own(name, Sample::plain("T__c", both("2026-01-02", "2026-03-01"), "01-02")),
        "datetime" => own(name, Sample::plain("T__c", both("2026-01-02T03:04:05Z", "2026-03-01T00:00:00Z"), "03:04")),
        "time" => own(name, Sample::plain("T__c", both("03:04:05.000Z", "10:00:00.000Z"), "03:04")),
        "email" => own(name, Sample::plain("T__c", both("a@x.example", "b@x.example"), "A@")),
        "phone" => own(name, Sample::plain("T__c", both("+45 1", "+45 2"), "45 1")),
        "url" => own(name, Sample::plain("T__c", both("https://a.example", "https://b.example"), "//A")),
        "reference" => own("reference(Account)", Sample::plain("T__c", both(&ids[0], &ids[1]), &ids[0])),
        "reference (User, Group)" => own("reference(User)", Sample::plain("T__c", both(&ids[2], &ids[3]), &ids[2])),
        "address" => {
            let written = [json!({ "AccountId": ids[0] }), json!({ "AccountId": ids[1] })];
            Some((json!({}), Sample::new("account.BillingAddress", written, texts(), "LE P")))
        }
        "location" => {
            let spot = |latitude: i32| json!({ "T__Latitude__s": latitude, "T__Longitude__s": 7 });
            let words = both("2.0, 7.0", "5.0, 7.0");
            Some((json!({ "T__c": "location" }), Sample::new("T__c", [spot(2), spot(5)], words, "2.0")))
        }
        _ => None,
    }
}

#[tokio::test]
async fn every_operator_over_salesforce_fields_of_every_type() {
    for (name, kind) in SALESFORCE_TYPES {
        let mut stage = Stage::new(Seed::Empty, ITEM).await;
        let create = async |object: &str, fields: Value| -> String {
            let path = format!("/services/data/v64.0/sobjects/{object}");
            let made = stage.salesforce(Method::POST, &path, fields.clone()).await;
            made["id"].as_str().unwrap_or_else(|| panic!("{name}: {fields}: {made}")).to_owned()
        };
        let mut ids = Vec::new();
        for town in ["apple pie", "berry"] {
            ids.push(create("Account", json!({ "Name": town, "BillingCity": town })).await);
        }
        let users = stage.query("SELECT Id FROM User ORDER BY Id LIMIT 2").await;
        ids.extend(users.iter().map(|user| user["Id"].as_str().expect("an id").to_owned()));
        let Some((fields, sample)) = salesforce(name, &ids) else {
            let is_opaque = kind == SalesforceType::Opaque;
            assert!(is_opaque || WITHOUT_FIELDS.contains(&name), "no sample of the type {name}");
            continue;
        };
        stage.control(ORG, "objects", json!({ "object": "Case", "fields": fields })).await;
        for (subject, value) in
            [("A small", Some(&sample.written[0])), ("B large", Some(&sample.written[1])), ("C without", None)]
        {
            let mut case = json!({ "Subject": subject });
            match value {
                Some(Value::Object(parts)) => case.as_object_mut().expect("fields").extend(parts.clone()),
                Some(value) => case[sample.path] = value.clone(),
                None => {}
            }
            create("Case", case).await;
        }
        hold(&mut stage, "object: Case", name, &sample).await;
    }
}

/// The values of a field of a type. `ids`: two issues, and two accounts in their order.
fn jira(kind: JiraType, ids: &[String]) -> Option<Sample> {
    let both = |first: &str, second: &str| [json!(first), json!(second)];
    let value = |first: &str, second: &str| [json!({ "value": first }), json!({ "value": second })];
    let name = |first: &str, second: &str| [json!({ "name": first }), json!({ "name": second })];
    let lists = |[first, second]: [Value; 2]| [json!([first]), json!([second])];
    let accounts = || [json!({ "accountId": ids[2] }), json!({ "accountId": ids[3] })];
    Some(match kind {
        JiraType::Line => Sample::plain("Customer", both("apple pie", "berry"), "LE P"),
        JiraType::Document => {
            let document = |text: &str| {
                json!({ "type": "doc", "version": 1, "content": [
                    { "type": "paragraph", "content": [{ "type": "text", "text": text }] }] })
            };
            let written = [document("apple pie"), document("berry")];
            Sample::new("Customer Impact", written, both("apple pie", "berry"), "LE P")
        }
        JiraType::Url => Sample::plain("Case URL", both("https://a.example", "https://b.example"), "//A"),
        JiraType::Number => Sample::plain("Affected Users", [json!(2), json!(10)], "2"),
        JiraType::Date => Sample::plain("Target Date", both("2026-01-02", "2026-03-01"), "01-02"),
        JiraType::Instant => Sample::new(
            "Occurred At",
            both("2026-01-02T03:04:05.000+0000", "2026-03-01T00:00:00.000+0000"),
            both("2026-01-02T03:04:05Z", "2026-03-01T00:00:00Z"),
            "03:04",
        ),
        JiraType::Choice => Sample::new("Severity", value("Critical", "Minor"), both("Critical", "Minor"), "CRIT"),
        JiraType::Cascade => {
            let option = |parent: &str, child: &str| json!({ "value": parent, "child": { "value": child } });
            let words = both("Billing > Invoices", "Platform > API");
            Sample::new("Product Area", [option("Billing", "Invoices"), option("Platform", "API")], words, "INVO")
        }
        JiraType::Choices => {
            Sample::new("Channels", lists(value("Chat", "Web")), both("Chat", "Web"), "CHAT").several()
        }
        JiraType::Labels => {
            Sample::new("Topics", lists(both("apple", "berry")), both("apple", "berry"), "APPLE").several()
        }
        JiraType::Person => Sample::new("Account Manager", accounts(), both(&ids[2], &ids[3]), &ids[2]),
        JiraType::People => Sample::new("Reviewers", lists(accounts()), both(&ids[2], &ids[3]), &ids[2]).several(),
        JiraType::Named => Sample::new("Found In", name("2026.11", "2027.1"), both("2026.11", "2027.1"), "6.11"),
        JiraType::NamedSet => {
            Sample::new("Planned For", lists(name("2026.11", "2027.1")), both("2026.11", "2027.1"), "2026.11").several()
        }
        JiraType::Keyed => {
            Sample::new("parent", [json!({ "key": ids[0] }), json!({ "key": ids[1] })], both(&ids[0], &ids[1]), &ids[0])
        }
        JiraType::ReadOnly => {
            // It cannot be written: the first issue is moved.
            Sample::plain("status", both("In Progress", "To Do"), "PROG").without(Without::TheLarge)
        }
        JiraType::Opaque => return None,
    })
}

#[tokio::test]
async fn every_operator_over_jira_fields_of_every_type() {
    for (name, kind) in JIRA_TYPES {
        let mut stage = Stage::new(Seed::Empty, ITEM).await;
        stage.edit("auto_create: jira", "auto_create: salesforce");
        let create = async |issue_type: &str, mut fields: Value| -> String {
            fields["project"] = json!({ "key": "OPS" });
            fields["issuetype"] = json!({ "name": issue_type });
            let made = stage.jira(Method::POST, "/rest/api/3/issue", json!({ "fields": fields })).await;
            made["key"].as_str().unwrap_or_else(|| panic!("{name}: {fields}: {made}")).to_owned()
        };
        let mut ids =
            vec![create("Epic", json!({ "summary": "One" })).await, create("Epic", json!({ "summary": "Two" })).await];
        let users = stage.jira(Method::GET, "/rest/api/3/users/search", Value::Null).await;
        let mut accounts: Vec<String> = users
            .as_array()
            .expect("users")
            .iter()
            .filter(|user| user["accountType"] == "atlassian" && user["active"] == true)
            .filter_map(|user| user["accountId"].as_str().map(str::to_owned))
            .collect();
        accounts.sort();
        ids.extend(accounts);
        let Some(sample) = jira(kind, &ids) else { continue };
        let field = stage.field(sample.path).await;
        let mut first = None;
        for (summary, value) in
            [("A small", Some(&sample.written[0])), ("B large", Some(&sample.written[1])), ("C without", None)]
        {
            let mut fields = json!({ "summary": summary });
            if let Some(value) = value.filter(|_| kind != JiraType::ReadOnly) {
                fields[&field] = value.clone();
            }
            let key = create("Bug", fields).await;
            first = first.or(Some(key));
        }
        if kind == JiraType::ReadOnly {
            stage.move_issue(&first.expect("three issues"), "In Progress").await;
        }
        hold(&mut stage, "issue_type: Bug", name, &sample).await;
    }
}
