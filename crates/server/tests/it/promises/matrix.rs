//! `docs/field-types.md`, held true cell by cell: what the page says is what `check --online` says, and what it calls
//! full arrives as it is.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::run;

const PAGE: &str = include_str!("../../../../../docs/field-types.md");

/// Types of describe that no field of an object can have that people make: the stand-in has none of them.
const OF_NO_FIELD: [&str; 4] = ["long", "datacategorygroupreference", "anyType", "complexvalue"];

/// A field of each Salesforce type: its name on Account, how the org makes it, and values as its record shows them and
/// as text. A field that the vendor fills in has none.
struct Row {
    kind: &'static str,
    field: &'static str,
    made: Value,
    values: [(Value, &'static str); 2],
}

impl Row {
    /// Whether there are values of its own, which people write.
    fn has_values(&self) -> bool {
        !self.values[0].0.is_null()
    }
}

fn salesforce() -> Vec<Row> {
    let of = |kind: &str| json!({ "type": kind });
    let is = |kind: &str| json!({ "is": kind });
    let list = |kind: &str, values: &[&str]| json!({ "type": kind, "picklistValues": values });
    let row = |kind, field, made, one: (Value, _), two: (Value, _)| Row { kind, field, made, values: [one, two] };
    let texts = |kind, field, made, one: &'static str, two: &'static str| Row {
        kind,
        field,
        made,
        values: [(json!(one), one), (json!(two), two)],
    };
    let bare = |kind, field, made| Row { kind, field, made, values: [(Value::Null, ""), (Value::Null, "")] };
    let html = ("<p>Big &amp; <b>bold</b></p>", "<p>one</p><p>two</p>");
    let times = ("2026-12-24T10:00:00.000+0000", "1999-12-31T23:59:59.000+0000");
    vec![
        texts("string", "Line__c", of("Text"), "Umbra & <Penta>", "å 日本 \"x\" \\n {a}"),
        texts("textarea", "Notes__c", of("LongTextArea"), "one\ntwo", "* not a list\n\n# nor a number"),
        row(
            "textarea (rich text)",
            "Rich__c",
            of("Html"),
            (json!(html.0), "Big & bold"),
            (json!(html.1), "one\n\ntwo"),
        ),
        texts("picklist", "Kind__c", list("Picklist", &["Critical", "a, b; c"]), "Critical", "a, b; c"),
        texts("combobox", "Combo__c", is("combobox"), "Critical", "anything else"),
        row(
            "multipicklist",
            "Ways__c",
            list("MultiselectPicklist", &["Web", "Email"]),
            (json!("Web;Email"), "Email, Web"),
            (json!("Web"), "Web"),
        ),
        row("boolean", "Paid__c", of("Checkbox"), (json!(true), "true"), (json!(false), "false")),
        row("int", "Count__c", is("int"), (json!(12), "12"), (json!(-3), "-3")),
        row("double", "Size__c", of("Number"), (json!(12.5), "12.5"), (json!(-0.25), "-0.25")),
        row("currency", "Worth__c", of("Currency"), (json!(99.5), "99.5"), (json!(1_234_567_890.12), "1234567890.12")),
        row("percent", "Share__c", of("Percent"), (json!(7.5), "7.5"), (json!(100.0), "100")),
        texts("date", "Due__c", of("Date"), "2026-12-24", "1999-02-28"),
        row(
            "datetime",
            "At__c",
            of("DateTime"),
            (json!(times.0), "2026-12-24T10:00:00Z"),
            (json!(times.1), "1999-12-31T23:59:59Z"),
        ),
        texts("time", "Daily__c", of("time"), "10:30:00.000Z", "00:00:00.000Z"),
        texts("email", "Mail__c", of("email"), "ada@acme.example", "o'b+x@a.example"),
        texts("phone", "Call__c", of("phone"), "+45 1234", "(555) 01-23 x4"),
        texts("url", "Site__c", of("url"), "https://a.example/x", "a.example/?q=a b&c=d"),
        texts("encryptedstring", "Hidden__c", of("EncryptedText"), "hush", "a-b-c"),
        bare("id", "Id", Value::Null),
        bare("reference", "ParentId", Value::Null),
        bare("reference (User, Group)", "OwnerId", Value::Null),
        bare("address", "BillingAddress", Value::Null),
        bare("location", "Place__c", of("location")),
        bare("base64", "Blob__c", is("base64")),
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
    ("issuelink: parent; project picker", "parent"),
    ("status, created, creator, readonlyfield, ..", "created"),
    ("timetracking, attachment, comment, sd-.., ..", "timetracking"),
];

/// What the page says: for a Salesforce type and a Jira field the word to Jira, and the word to Salesforce.
fn cells() -> Vec<(&'static str, &'static str, [&'static str; 2])> {
    let sections = PAGE.split("\n## Jira ").skip(1);
    let rows = sections.flat_map(|section| {
        let heading = section.lines().next().unwrap();
        let (_, jira) =
            JIRA.iter().find(|(known, _)| *known == heading).unwrap_or_else(|| panic!("a field: {heading}"));
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        rows.map(move |row| {
            let mut parts = row.trim_matches('|').split(" | ").map(|part| part.trim().trim_matches('`'));
            let mut word = || parts.next().unwrap();
            let (salesforce, to_jira, to_salesforce) = (word(), word(), word());
            let first = |cell: &'static str| cell.split(':').next().unwrap();
            (salesforce, *jira, [first(to_jira), first(to_salesforce)])
        })
    });
    rows.collect()
}

/// The Jira fields that a Salesforce type fills in full, or is filled by.
fn full(kind: &str, way: usize) -> impl Iterator<Item = &'static str> {
    let of_kind = cells().into_iter().filter(move |(row, _, words)| *row == kind && words[way] == "full");
    of_kind.map(|(_, jira, _)| jira).collect::<Vec<_>>().into_iter()
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
    for row in salesforce().iter_mut().filter(|row| !row.made.is_null()) {
        row.made["name"] = json!(row.field);
        fields.push(row.made.take());
    }
    company.org_door("objects", &json!({ "object": "Account", "fields": fields }));
    company
}

/// Every pair, both ways: a field has one line that writes it in an item, so there is an item for each Salesforce field,
/// and one for each Jira field.
fn every_pair(rows: &[Row], is_wanted: impl Fn(&str, &str) -> bool) -> String {
    let out = rows.iter().enumerate().map(|(n, row)| {
        let targets = JIRA.iter().filter(|(_, jira)| is_wanted(row.field, jira));
        item(&format!("out-{n}"), &targets.map(|(_, jira)| line(row.field, jira, "to-jira")).collect::<String>())
    });
    let back = JIRA.iter().enumerate().map(|(n, (_, jira))| {
        let targets = rows.iter().filter(|row| is_wanted(jira, row.field));
        item(&format!("back-{n}"), &targets.map(|row| line(row.field, jira, "to-salesforce")).collect::<String>())
    });
    out.chain(back).collect()
}

/// Every Salesforce type against every Jira type, both ways: 816 cells. The two targets that each system fills in by
/// itself, whoever looks, are refused without asking it.
#[test]
fn check_says_of_each_pair_what_the_page_says() {
    let (company, rows, cells) = (company(), salesforce(), cells());
    let known: BTreeSet<&str> = rows.iter().map(|row| row.kind).chain(OF_NO_FIELD).collect();
    assert_eq!(known, cells.iter().map(|(kind, ..)| *kind).collect(), "every row of the page");
    assert_eq!(cells.len(), known.len() * JIRA.len(), "every heading of the page");
    let filled_in = |target: &str| ["Id", "created"].contains(&target);
    let check = |items: &str, online: &[&str]| {
        let file = company.configure(items, "");
        let report = run(&[&["check", &file, "--json"], online].concat()).json();
        report["problems"].as_array().unwrap().clone()
    };
    let refused = check(&every_pair(&rows, |_, target| filled_in(target)), &[]);
    assert_eq!(refused.len(), rows.len() + JIRA.len());
    assert!(refused.iter().all(|problem| problem["code"] == "read-only-field"), "{refused:?}");

    let problems = check(&every_pair(&rows, |_, target| !filled_in(target)), &["--online"]);
    let said = |item: &str, code: &str, parts: &[String]| {
        let mut of_item = problems.iter().filter(|problem| problem["item"] == item && problem["code"] == code);
        of_item.any(|problem| parts.iter().any(|part| text(&problem["message"]).contains(part)))
    };
    let mut wrong = Vec::new();
    for (kind, jira, words) in &cells {
        let Some(s) = rows.iter().position(|row| row.kind == *kind) else { continue };
        let (field, j) = (rows[s].field, JIRA.iter().position(|(_, known)| known == jira).unwrap());
        let directions = [
            (format!("out-{s}"), *jira, format!("Jira {jira}"), format!("Salesforce's {field}:")),
            (format!("back-{j}"), field, format!("Salesforce {field}"), format!("Jira's {jira}:")),
        ];
        for ((item, target, to, from), word) in directions.iter().zip(words) {
            let nothing = [
                format!("{to} cannot hold {from}"),
                format!("Salesforce {field} and Jira {jira} hold nothing of each other"),
                format!("Jira {jira} is of the type"),
                format!("Salesforce {field} is of the type"),
            ];
            let found = match word {
                _ if filled_in(target) || said(item, "field-type", &nothing) => "none",
                _ if said(item, "may-lose", &[format!("{to} may lose a part of {from}")]) => "may lose",
                &("full" | "format") => word,
                _ => "nothing",
            };
            if found != *word {
                wrong.push(format!("{item}: {from} {to}: the page says {word}, check says {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of 816\n{}", wrong.len(), wrong.join("\n"));
}

/// The words of a document, as text.
fn words(value: &Value) -> Value {
    fn of(node: &Value) -> String {
        let children = || node["content"].as_array().into_iter().flatten().map(of);
        match node["type"].as_str() {
            Some("text") => text(&node["text"]).to_owned(),
            Some("hardBreak") => "\n".to_owned(),
            Some("doc") => children().collect::<Vec<_>>().join("\n\n"),
            _ => children().collect(),
        }
    }
    if value["type"] == "doc" { json!(of(value)) } else { value.clone() }
}

/// The words of a rich text area.
fn words_of_html(html: &str) -> String {
    let words: String = html.split('<').filter_map(|part| part.split('>').nth(1)).collect();
    words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn same(shown: &Value, expected: &Value) -> bool {
    shown == expected || shown.as_f64().is_some_and(|n| expected.as_f64() == Some(n))
}

/// What the page calls full arrives as it is, from each Salesforce type that has values of its own; and nothing is left
/// to do then.
#[test]
fn what_the_page_calls_full_arrives_in_jira_as_it_is() {
    let (company, rows) = (company(), salesforce());
    let rows: Vec<&Row> = rows.iter().filter(|row| row.has_values()).collect();
    let lines = |row: &Row| full(row.kind, 0).map(|jira| line(row.field, jira, "to-jira")).collect::<String>();
    let items: String = rows.iter().enumerate().map(|(n, row)| item(&format!("full-{n}"), &lines(row))).collect();
    let record = |n: usize, row: &Row, value: &Value| {
        company.create("Account", &json!({ "Name": format!("full-{n}"), row.field: value }))
    };
    let mut made = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        made.extend(row.values.iter().map(|(value, as_text)| (*row, value, *as_text, record(n, row, value))));
    }
    company.sync(&items);
    let mut n_cells = 0;
    for (row, value, as_text, id) in &made {
        let issue = company.issue_at(3, &company.twin("Account", id).unwrap());
        for jira in full(row.kind, 0) {
            let is_text = JIRA.iter().any(|(heading, field)| *field == jira && heading.starts_with("string"));
            let expected = if is_text { json!(as_text) } else { (*value).clone() };
            let shown = words(&issue[jira]);
            assert!(same(&shown, &expected), "{} to {jira}: {shown} is not {expected}", row.kind);
            n_cells += 1;
        }
    }
    assert!(n_cells > 60, "{n_cells}");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");
    assert_eq!(run(&["verify", "--config", &company.configure(&items, ""), "--strict"]).code, 0);
}

/// The same from Jira: what the page calls full arrives in the record as it is, from every kind of field that fills
/// any in full.
#[test]
fn what_the_page_calls_full_arrives_in_salesforce_as_it_is() {
    let (company, rows) = (company(), salesforce());
    let admin = "5b10a2844c20165700ede21g";
    let epic = company.jira(
        Method::POST,
        "issue",
        &json!({ "fields": {
        "project": { "key": "OPS" }, "issuetype": { "name": "Epic" }, "summary": "All of it" } }),
    );
    let epic = text(&epic["key"]).to_owned();
    let line_of_text = "Umbra & <Penta> ".repeat(16).trim().to_owned();
    let samples = [
        ("Customer", json!(line_of_text), line_of_text.as_str()),
        ("Case URL", json!("https://b.example/y?a=1&b=2"), "https://b.example/y?a=1&b=2"),
        ("Affected Users", json!(7.567), "7.567"),
        ("Target Date", json!("2027-01-02"), "2027-01-02"),
        ("Occurred At", json!("2027-01-02T03:04:05.678+0000"), "2027-01-02T03:04:05.678Z"),
        ("Severity", json!({ "value": "Major" }), "Major"),
        ("Product Area", json!({ "value": "Platform", "child": { "value": "API" } }), "Platform > API"),
        ("Account Manager", json!({ "accountId": admin }), admin),
        ("Found In", json!({ "name": "2026.11" }), "2026.11"),
        ("parent", json!({ "key": epic }), epic.as_str()),
        ("created", Value::Null, ""),
    ];
    let targets = |jira: &'static str| rows.iter().filter(move |row| full(row.kind, 1).any(|known| known == jira));
    let filled: BTreeSet<&str> = rows.iter().flat_map(|row| full(row.kind, 1)).collect();
    assert_eq!(filled, samples.iter().map(|(jira, ..)| *jira).collect(), "a sample for each");
    let lines = |jira| targets(jira).map(|row| line(row.field, jira, "to-salesforce")).collect::<String>();
    let items: String =
        samples.iter().enumerate().map(|(n, (jira, ..))| item(&format!("back-{n}"), &lines(jira))).collect();
    let names = (0..samples.len()).map(|n| format!("back-{n}"));
    let ids: Vec<String> = names.map(|name| company.create("Account", &json!({ "Name": name }))).collect();
    company.sync(&items);
    let by_name = company.jira(Method::GET, "field", &Value::Null);
    for (id, (jira, value, _)) in ids.iter().zip(&samples).filter(|(_, (_, value, _))| !value.is_null()) {
        let is_named = |field: &&Value| field["name"] == *jira || field["id"] == *jira;
        let field = by_name.as_array().unwrap().iter().find(is_named).unwrap();
        company.edit_issue(&company.twin("Account", id).unwrap(), &json!({ text(&field["id"]): value }));
    }
    company.sync(&items);
    let mut n_cells = 0;
    for (id, (jira, value, as_text)) in ids.iter().zip(&samples) {
        let record = company.record("Account", id);
        let created = || {
            let issue = company.issue(&company.twin("Account", id).unwrap());
            let at = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text(&issue["created"])).unwrap();
            at.to_timestamp().unwrap().to_string()
        };
        let as_text = if value.is_null() { created() } else { (*as_text).to_owned() };
        for row in targets(jira) {
            let expected = if row.kind == "date" { value.clone() } else { json!(as_text) };
            let shown = match row.kind {
                "textarea (rich text)" => json!(words_of_html(text(&record[row.field]))),
                _ => record[row.field].clone(),
            };
            assert!(same(&shown, &expected), "{jira} to {}: {shown} is not {expected}", row.kind);
            n_cells += 1;
        }
    }
    assert!(n_cells > 40, "{n_cells}");
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "and then it rests");
}

/// What Salesforce keeps of a number and of a time is what both sides agree on: it is not sent again, and not sent back.
#[test]
fn what_salesforce_rounds_is_written_once() {
    let company = company();
    let lines =
        "      - { salesforce: Size__c, jira: Affected Users }\n      - { salesforce: At__c, jira: Occurred At }\n";
    let items = item("round", lines);
    let id = company.create("Account", &json!({ "Name": "round" }));
    company.sync(&items);
    let key = company.twin("Account", &id).unwrap();
    let by_name = company.jira(Method::GET, "field", &Value::Null);
    let id_of =
        |name: &str| text(&by_name.as_array().unwrap().iter().find(|field| field["name"] == name).unwrap()["id"]);
    let exact = (json!(7.567), json!("2027-01-02T03:04:05.678+0000"));
    company.edit_issue(&key, &json!({ id_of("Affected Users"): exact.0, id_of("Occurred At"): exact.1 }));
    company.sync(&items);
    assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }), "once");
    let record = company.record("Account", &id);
    assert_eq!((&record["Size__c"], text(&record["At__c"])), (&json!(7.57), "2027-01-02T03:04:05.000+0000"));
    let issue = company.issue(&key);
    assert_eq!((&issue["Affected Users"], &issue["Occurred At"]), (&exact.0, &exact.1));
    let verified = run(&["verify", "--config", &company.configure(&items, ""), "--json"]);
    assert_eq!(verified.code, 0, "{verified:?}");
}
