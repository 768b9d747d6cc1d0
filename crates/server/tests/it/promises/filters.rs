//! Which records enter: S2-49 and S2-50, each operator over real fields on either side, and groups of them; S2-45, S2-48,
//! S2-58: since the last run, by author, by record type.

use reqwest::Method;
use serde_json::json;

use super::company::Company;
use crate::process::run;

fn item(salesforce: &str, jira: &str, auto_create: &str) -> String {
    format!(
        r"
  cases:
    owner: integrations@acme.example
    salesforce: {{ connection: acme-org, object: Case{salesforce} }}
    jira: {{ connection: acme-site, project: OPS, issue_type: Bug{jira} }}
    auto_create: {auto_create}
    correlation: {{ salesforce: Jira_Reference__c, jira: Salesforce Case ID }}
    fields: [ {{ salesforce: Subject, jira: summary }} ]
"
    )
}

/// The names of the records that would get a twin.
fn entering(company: &Company, item: &str) -> String {
    let ended = run(&["sync", "--config", &company.configure(item, ""), "--dry-run", "--json"]);
    assert_eq!(ended.code, 0, "{item}: {ended:?}");
    let plan = ended.json();
    let named = ["summary", "Subject"];
    let creates = plan["writes"].as_array().unwrap().iter().filter(|write| write["op"] == "create");
    let names = creates.filter(|write| named.contains(&write["field"].as_str().unwrap_or_default()));
    let mut names: Vec<_> = names.map(|write| write["to"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names.concat()
}

#[test]
fn each_operator_and_group_decides_which_cases_enter() {
    let company = Company::new();
    let account =
        |name: &str, revenue: u64| company.create("Account", &json!({ "Name": name, "AnnualRevenue": revenue }));
    let (small, large) = (account("Small", 900), account("Large", 10_000));
    company.create("Case", &json!({ "Subject": "A", "Origin": "Web", "Priority": "High", "AccountId": small }));
    company.create("Case", &json!({ "Subject": "B", "Origin": "Email", "Priority": "Low", "AccountId": large }));
    company.create("Case", &json!({ "Subject": "C", "Origin": "Phone", "Priority": "High", "Status": "Closed" }));
    for (filter, expected) in [
        ("{ field: Origin, is: Web }", "A"),
        ("{ field: Origin, is not: Web }", "BC"),
        ("{ field: Origin, is one of: [ Web, Phone ] }", "AC"),
        ("{ field: Origin, is not one of: [ Web, Phone ] }", "B"),
        ("{ field: AccountId, is empty: true }", "C"),
        ("{ field: AccountId, is not empty: true }", "AB"),
        ("{ field: Account.Name, contains: mal }", "A"),
        ("{ field: Origin, does not contain: eb }", "BC"),
        ("{ field: Account.AnnualRevenue, less than: 1000 }", "A"),
        ("{ field: Account.AnnualRevenue, greater than: 1000 }", "B"),
        ("{ field: Account.AnnualRevenue, equals: 900.0 }", "A"),
        ("{ field: IsClosed, equals: true }", "C"),
        ("{ field: CreatedDate, less than: 2020-01-01 }", ""),
        ("{ all: [ { field: Priority, is: High }, { field: Origin, is: Web } ] }", "A"),
        ("{ any: [ { field: Priority, is: Low }, { field: Origin, is: Phone } ] }", "BC"),
        (
            "{ all: [ { field: Priority, is: High }, { any: [ { field: Origin, is: Web }, { field: Status, is: Closed } ] } ] }",
            "AC",
        ),
    ] {
        assert_eq!(entering(&company, &item(&format!(", filter: {filter}"), "", "jira")), expected, "{filter}");
    }
}

#[test]
fn each_operator_and_group_decides_which_issues_enter() {
    let company = Company::new();
    let issue = |summary: &str, priority: &str, labels: &[&str], due: Option<&str>| {
        let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": summary,
            "priority": { "name": priority }, "labels": labels, "duedate": due });
        company.jira(Method::POST, "issue", &json!({ "fields": fields }));
    };
    issue("A", "High", &["urgent"], Some("2026-01-01"));
    issue("B", "Low", &["urgent", "internal"], Some("2027-01-01"));
    issue("C", "High", &[], None);
    for (filter, expected) in [
        ("{ field: priority, is: High }", "AC"),
        ("{ field: priority, is not: High }", "B"),
        ("{ field: summary, is one of: [ A, B ] }", "AB"),
        ("{ field: summary, is not one of: [ A, B ] }", "C"),
        ("{ field: duedate, is empty: true }", "C"),
        ("{ field: labels, is not empty: true }", "AB"),
        ("{ field: labels, contains: internal }", "B"),
        ("{ field: labels, does not contain: internal }", "AC"),
        ("{ field: duedate, less than: 2026-06-01 }", "A"),
        ("{ field: duedate, greater than: 2026-06-01 }", "B"),
        ("{ field: duedate, equals: 2027-01-01 }", "B"),
        ("{ all: [ { field: priority, is: High }, { field: labels, is: urgent } ] }", "A"),
        ("{ any: [ { field: priority, is: Low }, { field: labels, is empty: true } ] }", "BC"),
    ] {
        assert_eq!(entering(&company, &item("", &format!(", filter: {filter}"), "salesforce")), expected, "{filter}");
    }
}

/// The next day, or one of the next.
fn days_after(day: &str, days: i64) -> String {
    let day: jiff::civil::Date = day.parse().unwrap();
    day.checked_add(jiff::Span::new().days(days)).unwrap().to_string()
}

/// S2-50: a day compared with a time is that whole day, on either side.
#[test]
fn a_plain_day_is_the_whole_day() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "A" }));
    let created = |stamp: &serde_json::Value| stamp.as_str().unwrap()[..10].to_owned();
    let rows = |day: &str, field: &str| {
        let (before, after) = (days_after(day, -1), days_after(day, 1));
        [
            (format!("{{ field: {field}, greater than: {before} }}"), true),
            (format!("{{ field: {field}, greater than: {day} }}"), false),
            (format!("{{ field: {field}, less than: {day} }}"), false),
            (format!("{{ field: {field}, less than: {after} }}"), true),
            (format!("{{ field: {field}, equals: {day} }}"), true),
            (format!("{{ field: {field}, equals: {after} }}"), false),
        ]
    };
    for (filter, enters) in rows(&created(&company.record("Case", &id)["CreatedDate"]), "CreatedDate") {
        let entered = entering(&company, &item(&format!(", filter: {filter}"), "", "jira"));
        assert_eq!(entered, if enters { "A" } else { "" }, "{filter}");
    }
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "B" });
    company.jira(Method::POST, "issue", &json!({ "fields": fields }));
    for (filter, enters) in rows(&created(&company.issue("OPS-1")["created"]), "created") {
        let entered = entering(&company, &item("", &format!(", filter: {filter}"), "salesforce"));
        assert_eq!(entered, if enters { "B" } else { "" }, "{filter}");
    }
}

/// What is neither a day nor a time is refused: with its place where the field is known to everybody, else by those who
/// know the field.
#[test]
fn a_word_for_a_time_is_refused() {
    let company = Company::new();
    let items = item(", filter: { field: CreatedDate, greater than: yesterday }", "", "jira");
    let ended = run(&["check", &company.configure(&items, ""), "--json"]);
    let problem = &ended.json()["problems"][0];
    assert_eq!((ended.code, &problem["code"]), (1, &json!("filter-value")), "{ended:?}");
    assert!(problem["line"].is_u64() && problem["column"].is_u64(), "{problem}");

    let field = json!({ "object": "Case", "fields": { "Due_At__c": "datetime" } });
    company.org_door("objects", &field);
    let items = item(", filter: { field: Due_At__c, less than: soon }", "", "jira");
    let told = run(&["check", &company.configure(&items, ""), "--online", "--json"]);
    assert!(told.code == 1 && told.stdout.contains("neither a day nor a time"), "{told:?}");
    let refused = company.try_sync(&items);
    assert!(refused.code == 1 && format!("{refused:?}").contains("neither a day nor a time"), "{refused:?}");
}

/// S2-49: people by what they are called, ids in either form, projects by their keys.
#[test]
fn people_and_ids_are_known_by_every_name_of_theirs() {
    let company = Company::new();
    let account = company.create("Account", &json!({ "Name": "Acme" }));
    let id = company.create("Case", &json!({ "Subject": "A", "AccountId": account }));
    for filter in [
        format!("{{ field: Id, is: \"{}\" }}", &id[..15]),
        format!("{{ field: AccountId, is one of: [ \"{}\" ] }}", &account[..15]),
        "{ field: OwnerId, is: admin@sandbox.example }".to_owned(),
        "{ field: CreatedById, is: avery admin }".to_owned(),
    ] {
        assert_eq!(entering(&company, &item(&format!(", filter: {filter}"), "", "jira")), "A", "{filter}");
    }
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "B" });
    company.jira(Method::POST, "issue", &json!({ "fields": fields }));
    let name = company.issue("OPS-1")["reporter"]["displayName"].to_string().to_lowercase();
    for filter in [
        "{ field: creator, is: admin@sandbox.example }".to_owned(),
        format!("{{ field: reporter, is one of: [ {name} ] }}"),
        "{ field: project, is: OPS }".to_owned(),
    ] {
        assert_eq!(entering(&company, &item("", &format!(", filter: {filter}"), "salesforce")), "B", "{filter}");
    }
    let nobody = item("", ", filter: { field: creator, is: nobody@acme.example }", "salesforce");
    let told = run(&["check", &company.configure(&nobody, ""), "--online", "--json"]);
    assert!(told.stdout.contains("\\\"nobody@acme.example\\\", and nobody is called so"), "{told:?}");
}

/// S2-48: who made it, and of which record type.
#[test]
fn authors_and_record_types_decide_what_enters() {
    let company = Company::new();
    let types = json!({ "object": "Case", "fields": [{ "name": "RecordTypeId", "is": "reference(RecordType) as RecordType" }] });
    company.org_door("objects", &types);
    let record_type = |name: &str| {
        company.create(
            "RecordType",
            &json!({ "Name": name, "DeveloperName": name, "SobjectType": "Case", "IsActive": true }),
        )
    };
    let (support, sales) = (record_type("Support"), record_type("Sales"));
    company.create("Case", &json!({ "Subject": "A", "RecordTypeId": support }));
    company.create("Case", &json!({ "Subject": "B", "RecordTypeId": sales }));
    company.create_as_entente("Case", &json!({ "Subject": "C", "RecordTypeId": support }));
    for (filter, expected) in [
        ("{ field: RecordType.DeveloperName, is: Support }", "AC"),
        ("{ field: RecordType.DeveloperName, is not one of: [ Support ] }", "B"),
        ("{ field: CreatedBy.Username, is not: integration@sandbox.example }", "AB"),
        ("{ field: LastModifiedBy.Username, is: integration@sandbox.example }", "C"),
    ] {
        assert_eq!(entering(&company, &item(&format!(", filter: {filter}"), "", "jira")), expected, "{filter}");
    }
    let jonas = "557058:1c9d5c0f-7a31-4a52-8f0c-2f4c6ad2c001";
    for (summary, reporter) in [("D", jonas), ("E", "5b10a2844c20165700ede21g")] {
        let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": summary,
            "reporter": { "accountId": reporter } });
        company.jira(Method::POST, "issue", &json!({ "fields": fields }));
    }
    let others = format!(", filter: {{ field: reporter, is not: \"{jonas}\" }}");
    assert_eq!(entering(&company, &item("", &others, "salesforce")), "E");
}

/// S2-46, X25: a sandbox that was refreshed is another org. Its records look the same, and nothing is written to their
/// twins.
#[test]
fn a_refreshed_org_is_left_alone() {
    let mut company = Company::new();
    let items = item("", "", "jira");
    let id = company.create("Case", &json!({ "Subject": "Before" }));
    company.sync(&items);
    let key = company.twin("Case", &id).unwrap();
    company.refresh_org();
    company.edit("Case", &id, &json!({ "Subject": "In the copy" }));
    company.create("Case", &json!({ "Subject": "Made in the copy" }));
    let ended = company.try_sync(&items);
    assert_ne!(ended.code, 0, "{ended:?}");
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(said.contains("acme-org") && said.contains("made in the org 00D"), "{said}");
    let file = company.configure(&items, "");
    for asked in [&["doctor"][..], &["search", "cases", "copy"], &["explain", &id], &["refresh", &key]] {
        let ended = run(&[asked, &["--config", &file]].concat());
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.code, 1, "{asked:?}: {ended:?}");
        assert!(said.contains("made in the org 00D") && !said.contains("ERROR"), "{asked:?}: {said}");
    }
    let checked = run(&["check", &file, "--online"]);
    assert!(checked.code == 1 && checked.stdout.contains("made in the org 00D"), "{checked:?}");
    assert_eq!((company.issues("OPS").len(), company.issue(&key)["summary"].clone()), (1, json!("Before")));
}

/// S2-45, S2-58: a run takes up what came in since the last one that finished. One that fails half-way does not count:
/// the next sees the same records again.
#[test]
fn a_run_takes_up_what_came_in_since_the_last_one_that_finished() {
    let company = Company::new();
    let since =
        ", filter: { all: [ { field: Origin, is: Web }, { field: CreatedDate, greater than: \"{lasttime}\" } ] }";
    let items = item(since, "", "jira");
    let case = |name: &str, origin: &str| company.create("Case", &json!({ "Subject": name, "Origin": origin }));
    let (first, old) = (case("First", "Web"), case("Old", "Phone"));
    company.pass_seconds(3_600);
    company.sync(&items);
    assert!(company.twin("Case", &first).is_some(), "the first run takes everything");

    company.edit("Case", &old, &json!({ "Origin": "Web" }));
    let new = case("New", "Web");
    company.org_door(
        "faults",
        &json!({ "route": "GET /services/data/{..}/query", "answer": "status", "status": 500,
        "side_effect": "none", "times": 50 }),
    );
    assert_ne!(company.try_sync(&items).code, 0);
    assert_eq!(company.twin("Case", &new), None);
    company.heal();
    assert_eq!(entering(&company, &items), "New", "the run that failed is made again");
    company.sync(&items);
    assert!(company.twin("Case", &new).is_some());
    assert_eq!(company.twin("Case", &old), None, "it came in before the first run");

    // What is linked stays in agreement, whenever it came in.
    company.edit("Case", &first, &json!({ "Subject": "First, edited" }));
    company.sync(&items);
    assert_eq!(company.issue(&company.twin("Case", &first).unwrap())["summary"], "First, edited");

    // Under another name it is the same item, which has run.
    company.sync(&items.replace("  cases:\n", "  tickets:\n    renamed_from: cases\n"));
    assert_eq!(company.twin("Case", &old), None);
}

/// S2-35, S2-50: a choice that its field does not offer is named by `doctor`, in whatever case it is written.
#[test]
fn a_misspelt_choice_in_a_filter_is_named() {
    let company = Company::new();
    let items = cases!(
        r"
    fields: [ { salesforce: Subject, jira: summary } ]
"
    )
    .replace("object: Case }", "object: Case, filter: { any: [ { field: Priority, is: Hgih }, { field: Origin, is one of: [ web, Emial ] } ] } }")
    .replace("issue_type: Bug }", "issue_type: Bug, filter: { all: [ { field: status, is not: Doen }, { field: priority, is: high } ] } }");
    let checked = run(&["doctor", "--config", &company.configure(&items, "")]).stdout;
    for value in ["Hgih", "Emial", "Doen"] {
        assert!(checked.contains(&format!("has no value {value}, which the item names")), "{value}: {checked}");
    }
    assert_eq!(checked.matches("has no value").count(), 3, "{checked}");
}

/// Only values of records that the item takes are looked at for what a line would lose.
#[test]
fn a_value_of_a_record_that_the_filter_keeps_out_is_nothing_to_warn_of() {
    let company = Company::new();
    for (subject, priority) in [("taken", "High"), ("not taken", "Medium"), ("nor this", "Medium")] {
        company.create("Case", &json!({ "Subject": subject, "Priority": priority }));
        let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": subject, "priority": { "name": priority } });
        company.jira(Method::POST, "issue", &json!({ "fields": fields }));
    }
    let table = "summary }, { salesforce: Priority, jira: priority, values: { High: High } }";
    let found = |salesforce: &str, jira: &str| {
        let lines = item(salesforce, jira, "both").replace("summary }", table);
        let ended = run(&["check", &company.configure(&lines, ""), "--online", "--json"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        let problems = ended.json()["problems"].take();
        let found = problems.as_array().unwrap().iter().filter(|problem| problem["code"] == "round-trip");
        found.map(|problem| problem["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // The last is no filter of which Jira could be asked.
    let taken = [", filter: { field: Subject, is: taken }", ", filter: { field: summary, is: taken }"];
    assert_eq!(found(taken[0], taken[1]), Vec::<String>::new());
    let [salesforce, jira] = found("", "").try_into().unwrap();
    assert!(salesforce.contains("Salesforce") && salesforce.ends_with("so it is with 2 of 3 records"), "{salesforce}");
    assert!(jira.contains("Jira") && jira.ends_with("so it is with 2 of 3 records"), "{jira}");
    let [partly] = found(taken[0], ", filter: { field: summary, contains: taken }").try_into().unwrap();
    assert!(partly.contains("Jira") && partly.ends_with("so it is with 1 of 2 records"), "{partly}");
}
