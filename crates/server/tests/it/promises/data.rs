//! What is kept where: the tables themselves, as somebody with the file would read them.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::{Column as _, Row as _, ValueRef as _, sqlite::SqlitePoolOptions};

use super::company::{Company, Side};

const ITEM: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Description, jira: description } ]
    status:
      field: Status
      values: { New: To Do, Working: In Progress, Closed: Done }
"
);

/// The item with these lines of its own.
fn item(lines: &str) -> String {
    format!("{ITEM}{lines}")
}

const HASHES: &str = "    base: hashes\n";

/// Every row of a table, cell by cell, as text.
fn dump(company: &Company, table: &str) -> Vec<BTreeMap<String, String>> {
    let file = format!("sqlite://{}", company.desk.arg("entente-data/entente.db"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rows = runtime.block_on(async {
        let pool = SqlitePoolOptions::new().max_connections(1).connect(&file).await.unwrap();
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT * FROM {table}"))).fetch_all(&pool).await.unwrap();
        pool.close().await;
        rows
    });
    let cell = |row: &sqlx::sqlite::SqliteRow, n: usize| match row.try_get_raw(n).unwrap().is_null() {
        true => String::new(),
        false => row.try_get::<String, _>(n).or_else(|_| row.try_get::<i64, _>(n).map(|n| n.to_string())).unwrap(),
    };
    let cells = |row: &sqlx::sqlite::SqliteRow| -> BTreeMap<String, String> {
        row.columns().iter().map(|column| (column.name().to_owned(), cell(row, column.ordinal()))).collect()
    };
    rows.iter().map(cells).collect()
}

/// The base of the only link, as text.
fn base(company: &Company) -> String {
    let rows = dump(company, "base");
    assert_eq!(rows.len(), 1);
    rows[0]["fields"].clone()
}

/// S2-24: a link is ids, keys, versions and times, and nothing that a person wrote.
#[test]
fn a_link_holds_only_identifiers() {
    let company = Company::new();
    let case = json!({ "Subject": "Confidential subject", "Description": "Confidential text", "Status": "Working" });
    let id = company.create("Case", &case);
    company.sync(&item(""));
    company.edit("Case", &id, &json!({ "Subject": "Confidential change" }));
    company.sync(&item(""));
    let links = dump(&company, "link");
    assert_eq!(links.len(), 1);
    for (column, cell) in &links[0] {
        assert!(
            !cell.contains("onfidential") && !cell.contains("Working") && !cell.contains("In Progress"),
            "{column}"
        );
        let known = match column.as_str() {
            "item" => cell == "cases",
            "org" => cell == "acme-org",
            "site" => cell == "acme-site",
            "salesforce_id" => *cell == id,
            "jira_key" => company.twin("Case", &id).as_ref() == Some(cell),
            "origin" => cell == "auto",
            "state" => cell == "active",
            "reason" | "shares" | "salesforce_missing_ms" | "jira_missing_ms" => cell.is_empty(),
            // Numbers: ids of our own and of Jira, versions, times.
            _ => cell.parse::<i64>().is_ok(),
        };
        assert!(known, "{column} holds {cell:?}");
    }
    assert!(
        base(&company).contains("Confidential change"),
        "the base is where values are, unless it is told otherwise"
    );
}

/// S2-24: what a vendor refused is not in the row of the link, and the value itself is nowhere.
#[test]
fn a_refused_value_is_not_kept_and_its_sentence_is_not_in_the_link() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "Fine" }));
    company.sync(&item(""));
    let fault = json!({ "side_effect": "none", "route": "PUT /rest/api/3/issue/{..}", "answer": "status", "status": 400,
                        "body": "{\"errorMessages\":[],\"errors\":{\"summary\":\"No such summary.\"}}" });
    company.site_door("faults", &fault);
    company.edit("Case", &id, &json!({ "Subject": "Confidential change" }));
    assert_eq!(company.try_sync(&item("")).json()["parked"], 1);
    let link = format!("{:?}", dump(&company, "link"));
    assert!(link.contains("parked") && !link.contains("onfidential") && !link.contains("summary"), "{link}");
    let refusal = format!("{:?}", dump(&company, "refusal"));
    assert!(refusal.contains("No such summary.") && !refusal.contains("onfidential"), "{refusal}");
    company.heal();
    let again = company.try_sync(&item(""));
    assert_eq!(again.json()["writes"]["jira"], 0, "it is not sent again: {again:?}");
    company.edit("Case", &id, &json!({ "Subject": "Another change" }));
    company.sync(&item(""));
    assert_eq!(dump(&company, "refusal").len(), 0);
}

/// S2-24: with hashes, no value is remembered as agreed, and everything flows as before.
#[test]
fn hashes_remember_no_value_and_everything_flows_as_before() {
    let company = Company::new();
    let case = json!({ "Subject": "Confidential subject", "Description": "Confidential text" });
    let id = company.create("Case", &case);
    let items = item(HASHES);
    company.sync(&items);
    let key = company.twin("Case", &id).unwrap();
    let sealed = base(&company);
    assert!(sealed.contains("sha256:") && !sealed.contains("onfidential") && !sealed.contains("To Do"), "{sealed}");
    let sent: Vec<String> = dump(&company, "intent").into_iter().flat_map(|row| row.into_values()).collect();
    assert!(!sent.is_empty() && !sent.concat().contains("onfidential"), "{sent:?}");
    let rests = || assert_eq!(company.sync(&items)["writes"], json!({ "salesforce": 0, "jira": 0 }));
    rests();

    company.edit_issue(&key, &json!({ "summary": "Confidential from Jira" }));
    company.edit("Case", &id, &json!({ "Description": "Confidential from Salesforce", "Status": "Working" }));
    company.sync(&items);
    let (case, issue) = (company.record("Case", &id), company.issue(&key));
    assert_eq!(
        (&case["Subject"], &issue["description"]),
        (&json!("Confidential from Jira"), &json!("Confidential from Salesforce"))
    );
    assert_eq!(issue["status"]["name"], "In Progress");
    assert!(!base(&company).contains("onfidential"));
    rests();
}

/// S2-24: a conflict shows what both sides show now, whatever was agreed before.
#[test]
fn a_conflict_over_hashes_shows_the_live_values() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "Agreed" }));
    let items = item(HASHES);
    company.sync(&items);
    let key = company.twin("Case", &id).unwrap();
    company.edit("Case", &id, &json!({ "Subject": "Theirs" }));
    company.edit_issue(&key, &json!({ "summary": "Ours" }));
    let ended = company.try_sync(&items);
    assert_eq!((ended.code, &ended.json()["conflicts"]), (1, &json!(1)), "{ended:?}");
    let conflicts = dump(&company, "conflict");
    let text = format!("{conflicts:?}");
    assert!(text.contains("Theirs") && text.contains("Ours") && !text.contains("sha256"), "{text}");
    company.edit_issue(&key, &json!({ "summary": "Theirs" }));
    assert_eq!(company.sync(&items)["conflicts"], 0, "both show the same now");
}

/// S2-24: an item that changes its mind is stored anew in the other form, by one look at it and without a write.
#[test]
fn what_was_stored_before_takes_the_other_form() {
    let company = Company::new();
    company.create("Case", &json!({ "Subject": "Confidential subject" }));
    company.sync(&item(""));
    assert!(base(&company).contains("Confidential subject"));
    let before = (company.writes(Side::Salesforce).len(), company.writes(Side::Jira).len());
    company.sync(&item(HASHES));
    assert!(!base(&company).contains("onfidential"));
    company.sync(&item(""));
    assert!(base(&company).contains("Confidential subject") && !base(&company).contains("sha256"));
    assert_eq!((company.writes(Side::Salesforce).len(), company.writes(Side::Jira).len()), before);
}
