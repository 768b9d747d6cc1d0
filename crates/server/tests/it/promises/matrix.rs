//! `docs/field-types.md`, held true cell by cell: what the page says is what `check --online` says, and what it calls
//! full arrives as it is.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::run;

const PAGE: &str = include_str!("../../../../../docs/field-types.md");

/// Types of describe that no field of an object can have that people make: the stand-in has none of them.
const OF_NO_FIELD: [&str; 4] = ["long", "datacategorygroupreference", "anyType", "complexvalue"];

/// A field of each Salesforce type: its name on Account, how the org makes it, and a value as its record shows it and as
/// text.
type Row = (&'static str, &'static str, Value, Value, &'static str);

fn salesforce() -> Vec<Row> {
    let none = || Value::Null;
    let is = |kind: &str| json!({ "is": kind });
    let of = |kind: &str| json!({ "type": kind });
    let list = |kind: &str, values: &[&str]| json!({ "type": kind, "picklistValues": values });
    vec![
        ("string", "Line__c", of("Text"), json!("Umbra"), "Umbra"),
        ("textarea", "Notes__c", of("LongTextArea"), json!("one\ntwo"), "one\ntwo"),
        ("textarea (rich text)", "Rich__c", of("Html"), json!("<p>Big</p>"), "Big"),
        ("picklist", "Kind__c", list("Picklist", &["Critical", "Minor"]), json!("Critical"), "Critical"),
        ("combobox", "Combo__c", is("combobox"), json!("Critical"), "Critical"),
        ("multipicklist", "Ways__c", list("MultiselectPicklist", &["Web", "Email"]), json!("Web;Email"), "Email, Web"),
        ("boolean", "Paid__c", of("Checkbox"), json!(true), "true"),
        ("int", "Count__c", is("int"), json!(12), "12"),
        ("double", "Size__c", of("Number"), json!(12.5), "12.5"),
        ("currency", "Worth__c", of("Currency"), json!(99.5), "99.5"),
        ("percent", "Share__c", of("Percent"), json!(7.5), "7.5"),
        ("date", "Due__c", of("Date"), json!("2026-12-24"), "2026-12-24"),
        ("datetime", "At__c", of("DateTime"), json!("2026-12-24T10:00:00.000+0000"), "2026-12-24T10:00:00Z"),
        ("time", "Daily__c", of("time"), json!("10:30:00.000Z"), "10:30:00.000Z"),
        ("email", "Mail__c", of("email"), json!("ada@acme.example"), "ada@acme.example"),
        ("phone", "Call__c", of("phone"), json!("+45 1234"), "+45 1234"),
        ("url", "Site__c", of("url"), json!("https://a.example/x"), "https://a.example/x"),
        ("encryptedstring", "Hidden__c", of("EncryptedText"), json!("hush"), "hush"),
        ("id", "Id", none(), none(), ""),
        ("reference", "ParentId", none(), none(), ""),
        ("reference (User, Group)", "OwnerId", none(), none(), ""),
        ("address", "BillingAddress", none(), none(), ""),
        ("location", "Place__c", of("location"), none(), ""),
        ("base64", "Blob__c", is("base64"), none(), ""),
    ]
}

/// A field of the site for each heading of the page.
const JIRA: [(&str, &str); 17] = [
    ("string: summary, textfield", "Customer"),
    ("string: description, environment, textarea", "Customer Impact"),
    ("string: url", "Case URL"),
    ("number", "Affected Users"),
    ("date", "Target Date"),
    ("datetime", "Occurred At"),
    ("option", "Severity"),
    ("option-with-child", "Product Area"),
    ("array of option", "Channels"),
    ("array of string: labels", "Topics"),
    ("user", "Account Manager"),
    ("array of user", "Reviewers"),
    ("priority, resolution, version, group, securitylevel", "Found In"),
    ("array of version, component, group", "Planned For"),
    ("issuelink: parent", "parent"),
    ("status, created, creator, readonlyfield, ..", "created"),
    ("timetracking, attachment, comment, sd-.., ..", "timetracking"),
];

/// What the page says: the word for a Salesforce type and a Jira heading, to Jira and to Salesforce.
fn cells() -> Vec<(&'static str, &'static str, [&'static str; 2])> {
    let sections = PAGE.split("\n## Jira ").skip(1);
    let rows = sections.flat_map(|section| {
        let heading = section.lines().next().unwrap();
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        rows.map(move |row| {
            let mut parts = row.trim_matches('|').split(" | ").map(|part| part.trim().trim_matches('`'));
            let mut word = || parts.next().unwrap();
            let (salesforce, to_jira, to_salesforce) = (word(), word(), word());
            let first = |cell: &'static str| cell.split(':').next().unwrap();
            (salesforce, heading, [first(to_jira), first(to_salesforce)])
        })
    });
    rows.collect()
}

fn item(name: &str, lines: &str) -> String {
    format!(
        r"
  {name}:
    owner: integrations@acme.example
    salesforce: {{ connection: acme-org, object: Account, filter: {{ field: Name, is: {name} }} }}
    jira: {{ connection: acme-site, project: OPS, issue_type: Bug }}
    auto_create: jira
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    fields:
      - {{ salesforce: Name, jira: summary, direction: to-jira }}
{lines}"
    )
}

fn line(salesforce: &str, jira: &str, direction: &str) -> String {
    format!("      - {{ salesforce: {salesforce}, jira: {jira}, direction: {direction} }}\n")
}

fn company() -> Company {
    let company = Company::new();
    let mut fields = vec![json!({ "name": "Jira_Reference__c", "type": "Text", "unique": true })];
    for (_, name, mut field, ..) in salesforce().into_iter().filter(|(_, _, field, ..)| !field.is_null()) {
        field["name"] = json!(name);
        fields.push(field);
    }
    company.org_door("objects", &json!({ "object": "Account", "fields": fields }));
    company
}

fn heading_of(jira: &str) -> &'static str {
    JIRA.iter().find(|(_, field)| *field == jira).unwrap().0
}

/// Every Salesforce type against every Jira type, both ways: 816 cells.
#[test]
fn check_says_of_each_pair_what_the_page_says() {
    let (company, rows, cells) = (company(), salesforce(), cells());
    let known: BTreeSet<&str> = rows.iter().map(|(kind, ..)| *kind).chain(OF_NO_FIELD).collect();
    assert_eq!(known, cells.iter().map(|(salesforce, ..)| *salesforce).collect(), "every row of the page");
    assert_eq!(
        cells.iter().map(|(_, jira, _)| *jira).collect::<BTreeSet<_>>(),
        JIRA.iter().map(|(heading, _)| *heading).collect(),
        "every heading of the page"
    );
    // A field has one line that writes it in an item: so one item for each Salesforce field, and one for each Jira field.
    let out = rows.iter().enumerate().map(|(n, (_, field, ..))| {
        item(&format!("out-{n}"), &JIRA.iter().map(|(_, jira)| line(field, jira, "to-jira")).collect::<String>())
    });
    let back = JIRA.iter().enumerate().map(|(n, (_, jira))| {
        let lines = rows.iter().map(|(_, field, ..)| line(field, jira, "to-salesforce"));
        item(&format!("back-{n}"), &lines.collect::<String>())
    });
    let items: String = out.chain(back).collect();
    let ended = run(&["check", &company.configure(&items, ""), "--online", "--json"]);
    let report = ended.json();
    let problems = report["problems"].as_array().unwrap();
    let said = |item: &str, code: &str, part: &str| {
        let of_item = problems.iter().filter(|problem| problem["item"] == item && problem["code"] == code);
        of_item.into_iter().any(|problem| text(&problem["message"]).contains(part))
    };
    let mut wrong = Vec::new();
    for (s, (kind, field, ..)) in rows.iter().enumerate() {
        for (j, (heading, jira)) in JIRA.iter().enumerate() {
            let (_, _, words) = cells.iter().find(|(row, section, _)| row == kind && section == heading).unwrap();
            let directions = [
                (format!("out-{s}"), format!("Jira {jira}"), format!("Salesforce's {field}:")),
                (format!("back-{j}"), format!("Salesforce {field}"), format!("Jira's {jira}:")),
            ];
            for ((item, to, from), word) in directions.iter().zip(words) {
                let nothing = format!("Salesforce {field} and Jira {jira} hold nothing of each other");
                let foreign = [format!("Jira {jira} is "), format!("Salesforce {field} is ")];
                let none = said(item, "field-type", &format!("{to} cannot hold {from}"))
                    || said(item, "field-type", &nothing)
                    || foreign.iter().any(|part| said(item, "field-type", part));
                let found = match (none, said(item, "may-lose", &format!("{to} may lose a part of {from}"))) {
                    (true, _) => "none",
                    (false, true) => "may lose",
                    (false, false) if ["full", "format"].contains(word) => word,
                    (false, false) => "nothing",
                };
                if found != *word {
                    wrong.push(format!("{item}: {from} {to}: the page says {word}, check says {found}"));
                }
            }
        }
    }
    let foreign: Vec<_> = problems.iter().filter(|p| p["code"] == "field-type").map(|p| text(&p["message"])).collect();
    assert!(
        wrong.is_empty(),
        "{} of 816\n{}\n{}",
        wrong.len(),
        wrong.join("\n"),
        foreign[..foreign.len().min(12)].join("\n")
    );
}

/// What the page calls full arrives as it is, from each Salesforce type that has a value of its own.
#[test]
fn what_the_page_calls_full_arrives_in_jira_as_it_is() {
    let (company, rows, cells) = (company(), salesforce(), cells());
    let full = |kind: &str, heading: &str, way: usize| {
        cells.iter().any(|(row, section, words)| *row == kind && *section == heading && words[way] == "full")
    };
    let valued: Vec<&Row> = rows.iter().filter(|(_, _, _, value, _)| !value.is_null()).collect();
    let mut items = String::new();
    for (n, (kind, field, ..)) in valued.iter().enumerate() {
        let lines =
            JIRA.iter().filter(|(heading, _)| full(kind, heading, 0)).map(|(_, jira)| line(field, jira, "to-jira"));
        items += &item(&format!("full-{n}"), &lines.collect::<String>());
    }
    let record = |(n, (_, field, _, value, _)): (usize, &&Row)| {
        company.create("Account", &json!({ "Name": format!("full-{n}"), *field: value }))
    };
    let ids: Vec<String> = valued.iter().enumerate().map(record).collect();
    company.sync(&items);
    let mut n_cells = 0;
    for (id, (kind, field, _, value, as_text)) in ids.iter().zip(&valued) {
        let issue = company.issue(&company.twin("Account", id).unwrap());
        for (heading, jira) in JIRA.iter().filter(|(heading, _)| full(kind, heading, 0)) {
            let expected = if heading.starts_with("string") { json!(as_text) } else { value.clone() };
            let shown = &issue[*jira];
            let same = *shown == expected || shown.as_f64().is_some_and(|n| expected.as_f64() == Some(n));
            assert!(same, "{kind} {field} to {jira}: {shown} is not {expected}");
            n_cells += 1;
        }
    }
    assert!(n_cells > 30, "{n_cells}");
}

/// The same from Jira: what the page calls full arrives in the record as it is.
#[test]
fn what_the_page_calls_full_arrives_in_salesforce_as_it_is() {
    let (company, rows, cells) = (company(), salesforce(), cells());
    let samples = [
        ("Customer", json!("Umbra & Penta"), "Umbra & Penta"),
        ("Case URL", json!("https://b.example/y"), "https://b.example/y"),
        ("Affected Users", json!(7.5), "7.5"),
        ("Target Date", json!("2027-01-02"), "2027-01-02"),
        ("Occurred At", json!("2027-01-02T03:04:05.000+0000"), "2027-01-02T03:04:05Z"),
        ("Severity", json!({ "value": "Major" }), "Major"),
    ];
    let full = |kind: &str, jira: &str| {
        let heading = heading_of(jira);
        cells.iter().any(|(row, section, words)| *row == kind && *section == heading && words[1] == "full")
    };
    let targets = |jira: &'static str| rows.iter().filter(move |(kind, ..)| full(kind, jira));
    let mut items = String::new();
    for (n, (jira, ..)) in samples.iter().enumerate() {
        let lines: String = targets(jira).map(|(_, field, ..)| line(field, jira, "to-salesforce")).collect();
        items += &item(&format!("back-{n}"), &lines);
    }
    let names = (0..samples.len()).map(|n| format!("back-{n}"));
    let ids: Vec<String> = names.map(|name| company.create("Account", &json!({ "Name": name }))).collect();
    company.sync(&items);
    let by_name = company.jira(reqwest::Method::GET, "field", &Value::Null);
    for (id, (jira, value, _)) in ids.iter().zip(&samples) {
        let field = by_name.as_array().unwrap().iter().find(|field| field["name"] == *jira).unwrap();
        company.edit_issue(&company.twin("Account", id).unwrap(), &json!({ text(&field["id"]): value }));
    }
    company.sync(&items);
    let mut n_cells = 0;
    for (id, (jira, value, as_text)) in ids.iter().zip(&samples) {
        let record = company.record("Account", id);
        for (kind, field, ..) in targets(jira) {
            let shown = &record[*field];
            let expected = match *kind {
                "double" | "currency" | "percent" | "int" | "date" | "datetime" => value.clone(),
                "textarea (rich text)" => json!(format!("<p>{}</p>", as_text.replace('&', "&amp;"))),
                _ => json!(as_text),
            };
            let same = *shown == expected || shown.as_f64().is_some_and(|n| expected.as_f64() == Some(n));
            assert!(same, "{jira} to {kind} {field}: {shown} is not {expected}");
            n_cells += 1;
        }
    }
    assert!(n_cells > 30, "{n_cells}");
}
