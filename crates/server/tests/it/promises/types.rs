//! Fields of every kind, both ways, and who owns what: S2-31.

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::run;

const ITEM: &str = cases!(
    r"
    conflicts: salesforce-wins
    fields:
"
);

/// A Case field, a Jira field, more keys of their line, and the values before and after as Salesforce and as Jira show
/// them.
type Row = (Value, &'static str, &'static str, [(Value, Value); 2]);

fn kinds() -> Vec<Row> {
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let list =
        |name: &str, kind: &str, values: &[&str]| json!({ "name": name, "type": kind, "picklistValues": values });
    let option = |value: &str| json!({ "value": value });
    let named = |value: &str| json!({ "name": value });
    vec![
        (
            field("Line__c", "Text"),
            "Customer",
            "",
            [(json!("Umbra"), json!("Umbra")), (json!("Penta"), json!("Penta"))],
        ),
        (
            field("Notes__c", "LongTextArea"),
            "description",
            "",
            [(json!("a\nb\n\nc"), json!("a\nb\n\nc")), (json!("d\n\ne"), json!("d\n\ne"))],
        ),
        (
            field("Rich__c", "Html"),
            "Customer Impact",
            "",
            [
                (json!("<p>Big &amp; <b>bold</b></p><ul><li>one</li></ul>"), json!("Big & *bold*\n\n* one")),
                (json!("<p>Small &lt;<br>and plain</p>"), json!("Small <\nand plain")),
            ],
        ),
        (
            list("Kind__c", "Picklist", &["Critical", "Minor"]),
            "Severity",
            "",
            [(json!("Critical"), option("Critical")), (json!("Minor"), option("Minor"))],
        ),
        (
            list("Ways__c", "MultiselectPicklist", &["Web", "Email", "Phone"]),
            "Channels",
            "",
            [(json!("Web;Phone"), json!([option("Phone"), option("Web")])), (json!("Email"), json!([option("Email")]))],
        ),
        (
            list("Tags__c", "MultiselectPicklist", &["red", "blue", "green"]),
            "labels",
            "",
            [(json!("red;blue"), json!(["blue", "red"])), (json!("blue;green"), json!(["blue", "green"]))],
        ),
        (
            list("Parts__c", "MultiselectPicklist", &["Gateway", "Billing"]),
            "components",
            "",
            [(json!("Gateway"), json!([named("Gateway")])), (json!("Billing"), json!([named("Billing")]))],
        ),
        (
            field("Found__c", "Text"),
            "Found In",
            "",
            [(json!("2026.11"), named("2026.11")), (json!("2027.1"), named("2027.1"))],
        ),
        (
            field("Paid__c", "Checkbox"),
            "Plan",
            ", values: { true: Premium, false: Free }",
            [(json!(true), option("Premium")), (json!(false), option("Free"))],
        ),
        (field("Users__c", "Number"), "Affected Users", "", [(json!(12.0), json!(12.0)), (json!(7.5), json!(7.5))]),
        (
            field("Worth__c", "Currency"),
            "Salesforce Reference",
            "",
            [(json!(99.5), json!("99.5")), (json!(100.0), json!("100"))],
        ),
        (
            field("Due__c", "Date"),
            "Target Date",
            "",
            [(json!("2026-12-24"), json!("2026-12-24")), (json!("2027-01-02"), json!("2027-01-02"))],
        ),
        (
            field("At__c", "DateTime"),
            "Occurred At",
            "",
            [
                (json!("2026-12-24T10:00:00.000+0000"), json!("2026-12-24T10:00:00.000+0000")),
                (json!("2027-01-02T03:04:05.000+0000"), json!("2027-01-02T03:04:05.000+0000")),
            ],
        ),
        (
            field("Site__c", "Url"),
            "Case URL",
            "",
            [
                (json!("https://a.example/x"), json!("https://a.example/x")),
                (json!("https://b.example"), json!("https://b.example")),
            ],
        ),
        (
            list("Area__c", "Picklist", &["Platform", "Billing"]),
            "Product Area.parent",
            "",
            [(json!("Platform"), option("Platform")), (json!("Billing"), option("Billing"))],
        ),
        (
            field("Programme__c", "Text"),
            "Related Project",
            "",
            [(json!("SUP"), json!({ "key": "SUP" })), (json!("ITS"), json!({ "key": "ITS" }))],
        ),
        (
            list("Sub__c", "Picklist", &["API", "Invoices"]),
            "Product Area.child",
            "",
            [(json!("API"), option("API")), (json!("Invoices"), option("Invoices"))],
        ),
    ]
}

/// What an issue shows in a field, as the table of kinds writes it.
fn shown(issue: &Value, field: &str) -> Value {
    let value = match field.split_once('.') {
        Some((field, "parent")) => &issue[field],
        Some((field, _)) => &issue[field]["child"],
        None => &issue[field],
    };
    let part = |value: &Value| match value {
        Value::Object(parts) => {
            let key = ["value", "key", "name"].into_iter().find(|key| parts.contains_key(*key)).unwrap();
            json!({ key: parts[key] })
        }
        other => other.clone(),
    };
    match value {
        Value::Array(members) => {
            let mut members: Vec<Value> = members.iter().map(part).collect();
            members.sort_by_key(Value::to_string);
            Value::Array(members)
        }
        one => part(one),
    }
}

/// The same time in other words is the same time.
fn same(one: &Value, other: &Value) -> bool {
    let time =
        |value: &Value| jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", value.as_str()?).ok()?.to_timestamp().ok();
    one == other
        || (time(one).is_some() && time(one) == time(other))
        || one.as_f64().is_some_and(|n| other.as_f64() == Some(n))
}

#[test]
fn fields_of_every_kind_follow_both_ways() {
    let company = Company::new();
    let kinds = kinds();
    let fields: Vec<&Value> = kinds.iter().map(|(field, ..)| field).collect();
    company.org_door("objects", &json!({ "object": "Case", "fields": fields }));
    let name = |field: &Value| text(&field["name"]).to_owned();
    let line = |(field, jira, more, _): &(Value, &str, &str, _)| {
        format!("      - {{ salesforce: {}, jira: {jira}{more} }}\n", name(field))
    };
    let lines: String = kinds.iter().map(line).collect();
    let items = format!("{ITEM}      - {{ salesforce: Subject, jira: summary }}\n{lines}");

    let mut case = json!({ "Subject": "All kinds" });
    for (field, _, _, [(before, _), _]) in &kinds {
        case[name(field)] = before.clone();
    }
    let id = company.create("Case", &case);
    company.sync(&items);
    let key = company.twin("Case", &id).unwrap();
    let issue = company.issue(&key);
    for (field, jira, _, [(_, before), _]) in &kinds {
        assert!(same(&shown(&issue, jira), before), "{field} to {jira}: {} is not {before}", shown(&issue, jira));
    }

    let by_name = company.jira(Method::GET, "field", &Value::Null);
    let id_of = |name: &str| {
        let found = by_name.as_array().unwrap().iter().find(|field| field["name"] == name || field["id"] == name);
        text(&found.unwrap_or_else(|| panic!("no field {name}"))["id"]).to_owned()
    };
    let mut edit = json!({});
    for (_, jira, _, [_, (_, after)]) in &kinds {
        match jira.split_once('.') {
            Some((field, "parent")) => edit[id_of(field)] = after.clone(),
            Some((field, _)) => edit[id_of(field)]["child"] = after.clone(),
            None => edit[id_of(jira)] = after.clone(),
        }
    }
    company.edit_issue(&key, &edit);
    company.sync(&items);
    let record = company.record("Case", &id);
    for (field, jira, _, [_, (after, _)]) in &kinds {
        assert!(same(&record[name(field)], after), "{jira} to {field}: {} is not {after}", record[name(field)]);
    }
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");

    // One option of two: the other stays. Nothing at all: both go.
    company.edit("Case", &id, &json!({ "Sub__c": null }));
    company.sync(&items);
    assert_eq!(company.issue(&key)["Product Area"]["value"], "Billing");
    assert_eq!(company.issue(&key)["Product Area"]["child"], Value::Null);
    let nothing: Value =
        kinds.iter().filter(|(field, ..)| field["type"] != "Checkbox").fold(json!({}), |mut all, kind| {
            all[name(&kind.0)] = Value::Null;
            all
        });
    company.edit("Case", &id, &nothing);
    company.sync(&items);
    let issue = company.issue(&key);
    for (field, jira, ..) in kinds.iter().filter(|(field, ..)| field["type"] != "Checkbox") {
        let value = shown(&issue, jira.split('.').next().unwrap());
        assert!(value.is_null() || value == json!([]) || value == json!(""), "{field} leaves {jira}: {value}");
    }
}

/// Two edits of one field at the same time: nothing of either is lost, and nobody is asked.
#[test]
fn two_edits_of_one_field_are_joined() {
    let company = Company::new();
    let tags = json!({ "name": "Tags__c", "type": "MultiselectPicklist", "picklistValues": ["red", "blue", "green"] });
    company.org_door("objects", &json!({ "object": "Case", "fields": [tags] }));
    let items = format!(
        "{ITEM}      - {{ salesforce: Subject, jira: summary }}\n      \
         - {{ salesforce: Tags__c, jira: labels, conflicts: union }}\n      \
         - {{ salesforce: Description, jira: description, conflicts: append }}\n"
    );
    let id = company.create("Case", &json!({ "Subject": "x", "Tags__c": "red;blue", "Description": "It burns." }));
    company.sync(&items);
    let key = company.twin("Case", &id).unwrap();
    company.edit("Case", &id, &json!({ "Tags__c": "red;blue;green", "Description": "It burns. Hot." }));
    company.edit_issue(&key, &json!({ "labels": ["blue"], "description": "It burns. Seen." }));
    company.sync(&items);
    let (case, issue) = (company.record("Case", &id), company.issue(&key));
    assert_eq!((&issue["labels"], &issue["description"]), (&json!(["blue", "green"]), &json!("It burns. Hot. Seen.")));
    assert_eq!((&case["Tags__c"], &case["Description"]), (&json!("blue;green"), &json!("It burns. Hot. Seen.")));
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");
}

/// A field that holds less, or nothing, of the other is named before anything runs.
#[test]
fn fields_that_do_not_go_together_are_named() {
    let company = Company::new();
    let items = format!(
        "{ITEM}      - {{ salesforce: Subject, jira: summary }}\n      - {{ salesforce: CreatedDate, jira: duedate }}\n      \
         - {{ salesforce: IsEscalated, jira: Affected Users }}\n      - {{ salesforce: Description, jira: Customer }}\n"
    );
    let ended = run(&["check", &company.configure(&items, ""), "--online", "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let problems = ended.json()["problems"].take();
    let said = |code: &str, field: &str| {
        let found =
            problems.as_array().unwrap().iter().find(|p| p["code"] == code && text(&p["message"]).contains(field));
        found.unwrap_or_else(|| panic!("{code} {field}: {problems}")).clone()
    };
    assert_eq!(said("may-lose", "CreatedDate")["severity"], "warning");
    assert!(text(&said("may-lose", "Description")["remedy"]).contains("first_characters"));
    let none = said("field-type", "IsEscalated");
    assert_eq!((&none["severity"], &none["remedy"]), (&json!("error"), &json!("Map another field.")));
}

/// A live value that does not survive its line is shown before anything runs, with the offer to let it flow one way.
#[test]
fn a_live_value_that_does_not_survive_its_line_is_shown() {
    let company = Company::new();
    let items = format!(
        "{ITEM}      - {{ salesforce: Subject, jira: summary }}\n      - {{ salesforce: Description, jira: Customer }}\n      \
         - {{ salesforce: Priority, jira: priority, values: {{ High: High, Low: Low }} }}\n"
    );
    let check = || {
        let ended = run(&["check", &company.configure(&items, ""), "--online", "--json"]);
        assert_eq!(ended.code, 0, "warnings only: {ended:?}");
        let problems = ended.json()["problems"].take();
        let found = problems.as_array().unwrap().iter().filter(|problem| problem["code"] == "round-trip");
        found
            .map(|problem| (text(&problem["message"]).to_owned(), text(&problem["remedy"]).to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(check(), [], "nothing lives there yet");
    let case = company.create("Case", &json!({ "Subject": "x", "Description": "a\nb", "Priority": "Medium" }));
    company.create("Case", &json!({ "Subject": "y", "Description": "one line", "Priority": "High" }));
    let [(line, one_way), (value, other_way)] = check().try_into().unwrap();
    assert_eq!(
        line,
        format!(
            "Salesforce Description of {case} is \"a\\nb\", which Jira Customer would show as \"a b\"; \
                 so it is with 1 of 2 records"
        )
    );
    assert!(one_way.contains("`direction: to-jira`"), "{one_way}");
    assert!(value.contains("is \"Medium\", for which Jira priority has no value"), "{value}");
    assert!(other_way.contains("`direction: to-salesforce`"), "{other_way}");
}

/// S2-31, its half about owners: by the table (a user, a queue), by an e-mail address that both sides show, and the rest
/// to one account; and back.
#[test]
fn the_owner_becomes_the_assignee() {
    let company = Company::new();
    let find = |object: &str, name: &str| {
        let query = format!("query?q=SELECT+Id+FROM+{object}+WHERE+Name='{}'", name.replace(' ', "+"));
        text(&company.salesforce(Method::GET, &query, &Value::Null)["records"][0]["Id"]).to_owned()
    };
    let (maren, queue, admin, idris) = (
        find("User", "Maren Holtby"),
        find("Group", "Support Tier 1"),
        find("User", "Avery Admin"),
        find("User", "Idris Vantol"),
    );
    let (jonas, mei, carla) = (
        "557058:1c9d5c0f-7a31-4a52-8f0c-2f4c6ad2c001",
        "712020:3f0a9b52-6c5d-4b58-a3f1-c31bb6a0f002",
        "712020:8e4d21c7-0f5b-47a9-9be2-7d90c1f5a003",
    );
    let items = format!(
        "{ITEM}      - {{ salesforce: Subject, jira: summary }}\n      \
         - {{ salesforce: OwnerId, jira: assignee, otherwise: carla.mendes@sandbox.example }}\npeople:\n  \
         maren.holtby@sandbox.example: jonas.lindqvist@sandbox.example\n  Support Tier 1: \"{mei}\"\n"
    );
    let owners = [&maren, &queue, &admin, &idris];
    let ids = owners.map(|owner| company.create("Case", &json!({ "Subject": "x", "OwnerId": owner })));
    company.sync(&items);
    let keys = ids.each_ref().map(|id| company.twin("Case", id).unwrap());
    let assignee = |key: &String| text(&company.issue(key)["assignee"]["accountId"]).to_owned();
    assert_eq!(keys.each_ref().map(assignee), [jonas, mei, "5b10a2844c20165700ede21g", carla]);

    company.edit("Case", &ids[0], &json!({ "OwnerId": queue }));
    company.edit_issue(&keys[1], &json!({ "assignee": { "accountId": jonas } }));
    company.sync(&items);
    assert_eq!((assignee(&keys[0]), assignee(&keys[1])), (mei.to_owned(), jonas.to_owned()));
    assert_eq!(company.record("Case", &ids[1])["OwnerId"], json!(maren));
    assert_eq!(company.record("Case", &ids[3])["OwnerId"], json!(idris), "who is nobody in Jira keeps the case");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");

    // A case has an owner always: that an issue has none does not take it away.
    company.edit_issue(&keys[1], &json!({ "assignee": null }));
    assert_eq!(company.sync(&items)["writes"]["salesforce"], 0);
    assert_eq!(company.record("Case", &ids[1])["OwnerId"], json!(maren));
    let verified = run(&["verify", "--config", &company.configure(&items, ""), "--json"]);
    let told = &verified.json()["differences"][0];
    assert_eq!((verified.code, &told["field"], &told["why"]), (0, &json!("OwnerId>assignee"), &json!("unmapped")));

    // Who is nobody on the other side is told of by name, and where that could be changed.
    let strict = items.replace(", otherwise: carla.mendes@sandbox.example", "");
    company.create("Case", &json!({ "Subject": "x", "OwnerId": idris }));
    let notes = company.plan(&strict)["notes"].to_string();
    assert!(notes.contains("Idris Vantol (") && notes.contains("whom neither `people:` nor"), "{notes}");
    assert!(!notes.contains(&format!("is \\\"{idris}")), "{notes}");
}
