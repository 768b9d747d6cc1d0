//! Going back to an older database: nothing is created twice, and every link is found again.

use std::path::Path;

use serde_json::{Value, json};

use super::ages::tell;
use super::company::{Company, text};
use super::rhythms::serve_item;
use crate::process::{Ended, get, run, wait_for};

const CASES: &str = cases!(
    r"
    fields:
      - { salesforce: Subject, jira: summary }
"
);

fn with(company: &Company, arguments: &[&str]) -> Ended {
    let config = company.desk.arg("acme.yaml");
    run(&[arguments, &["--config", &config]].concat())
}

fn backup(company: &Company, name: &str) -> Value {
    let made = with(company, &["backup", "--to", &company.desk.arg(name), "--json"]);
    assert_eq!(made.code, 0, "{made:?}");
    made.json()
}

fn case(company: &Company, n: usize) -> String {
    company.create("Case", &json!({ "Subject": format!("Case {n}") }))
}

/// What the journal says about recovery, in order.
fn recovery(company: &Company) -> Vec<String> {
    let journal = with(company, &["journal", "--json"]).json();
    let entries = journal["entries"].as_array().unwrap().iter();
    entries.filter(|entry| entry["kind"] == "recovery").map(|entry| text(&entry["text"]).to_owned()).collect()
}

/// Every case has exactly one issue, both name each other, and a further sync writes nothing.
fn no_doubles(company: &Company, ids: &[String]) {
    let keys: Vec<String> = ids.iter().map(|id| company.twin("Case", id).unwrap()).collect();
    assert_eq!(company.issues("OPS").len(), ids.len(), "{keys:?}");
    for (id, key) in ids.iter().zip(&keys) {
        assert_eq!(company.issue(key)["Salesforce Case ID"], **id);
    }
    let report = company.sync(CASES);
    assert_eq!((&report["links"], &report["writes"]), (&json!(ids.len()), &json!({ "salesforce": 0, "jira": 0 })));
}

/// I13: sync, backup, create more, go back, sync. The search lags and the records do not name their issues any more, so
/// only the markers can tell.
#[test]
fn an_older_backup_doubles_nothing() {
    let company = Company::new();
    let mut ids: Vec<String> = (0..3).map(|n| case(&company, n)).collect();
    company.sync(CASES);
    assert_eq!(backup(&company, "monday")["links"], 3);
    company.edit("Case", &ids[0], &json!({ "Subject": "Edited since" }));
    company.site_door("index", &json!({ "lag_ms": 3_600_000 }));
    ids.extend((3..8).map(|n| case(&company, n)));
    company.sync(CASES);
    let monday = company.desk.arg("monday");

    let refused = with(&company, &["restore", &monday]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    let restored = with(&company, &["restore", &monday, "--force"]);
    assert_eq!((restored.code, restored.stdout.starts_with("Restored 3 links.")), (0, true), "{restored:?}");

    for id in &ids[3..] {
        company.edit("Case", id, &json!({ "Jira_Reference__c": null }));
    }
    let report = company.try_sync(CASES);
    assert_eq!(report.json()["created"], json!({ "salesforce": 0, "jira": 0 }), "{report:?}");
    company.site_door("index", &json!({ "lag_ms": 0 }));
    company.sync(CASES);
    no_doubles(&company, &ids);
    let told = recovery(&company);
    assert!(told[0].starts_with("A backup of 2") && told[1].contains("5 issues that were created since"), "{told:?}");
    assert!(told[2].contains("has its link again") && told.len() == 3, "{told:?}");
    assert_eq!(with(&company, &["journal", "verify"]).code, 0);
}

/// I13: the database file was copied back by hand; nobody says so, and it is noticed.
#[test]
fn an_older_file_that_was_copied_back_is_noticed() {
    let company = Company::new();
    let mut ids = vec![case(&company, 0)];
    company.sync(CASES);
    let database = company.desk.path("entente-data").join("entente.db");
    let kept = std::fs::read(&database).unwrap();
    ids.push(case(&company, 1));
    company.site_door("index", &json!({ "lag_ms": 3_600_000 }));
    company.sync(CASES);
    for suffix in ["-wal", "-shm"] {
        drop(std::fs::remove_file(format!("{}{suffix}", database.display())));
    }
    std::fs::write(&database, kept).unwrap();
    company.edit("Case", &ids[1], &json!({ "Jira_Reference__c": null }));
    company.try_sync(CASES);
    company.site_door("index", &json!({ "lag_ms": 0 }));
    company.sync(CASES);
    no_doubles(&company, &ids);
    assert!(recovery(&company)[0].contains("1 issues that were created since"));
}

/// A backup is made while a server works, and a running server's database is not replaced.
#[test]
fn a_backup_is_made_while_a_server_runs() {
    let company = Company::new();
    let server = serve_item(&company, CASES, 5, false);
    case(&company, 0);
    let status = format!("{}/api/v1/status", server.url());
    wait_for("the link", || get(&status, "token-of-a-test").filter(|status| status["links"] == 1));
    let made = backup(&company, "running");
    assert_eq!(made["links"], 1, "{made}");
    let again = with(&company, &["backup", "--to", &company.desk.arg("running")]);
    assert_eq!((again.code, again.stderr.contains("already")), (2, true), "{again:?}");
    let in_use = with(&company, &["restore", &company.desk.arg("running"), "--force"]);
    assert_eq!((in_use.code, in_use.stderr.contains("in use by process")), (2, true), "{in_use:?}");
    drop(server);
    let elsewhere = company.desk.arg("elsewhere");
    let restored = with(&company, &["restore", &company.desk.arg("running"), "--data-dir", &elsewhere]);
    assert_eq!(restored.code, 0, "{restored:?}");
    let verified = with(&company, &["journal", "verify", "--data-dir", &elsewhere]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert!(Path::new(&elsewhere).join("entente.db").exists());
}

#[test]
fn where_a_backup_cannot_go_another_place_is_asked_for() {
    let company = Company::new();
    company.sync(CASES);
    let refused = with(&company, &["backup", "--to", &company.desk.arg("nowhere/monday")]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("nowhere/monday: ") && refused.stderr.contains("--to"), "{refused:?}");
}

#[test]
fn what_is_no_sound_backup_is_refused() {
    let company = Company::new();
    case(&company, 0);
    company.sync(CASES);
    backup(&company, "good");
    let good = std::fs::read(company.desk.path("good")).unwrap();
    let mut cut = good.clone();
    cut.truncate(good.len() / 2);
    std::fs::write(company.desk.path("cut"), cut).unwrap();
    std::fs::copy(company.desk.path("entente-data").join("entente.db"), company.desk.path("plain")).unwrap();
    company.desk.file("text", "no database at all, however long this text may be made for the purpose");
    let mut flipped = good.clone();
    flipped[good.len() * 3 / 4] ^= 1;
    std::fs::write(company.desk.path("flipped"), flipped).unwrap();
    std::fs::create_dir(company.desk.path("directory")).unwrap();
    for (name, code) in [("cut", 1), ("flipped", 1), ("plain", 1), ("text", 1), ("none", 2), ("directory", 2)] {
        let file = company.desk.arg(name);
        let refused = with(&company, &["restore", &file, "--data-dir", &company.desk.arg("new")]);
        assert_eq!(refused.code, code, "{name}: {refused:?}");
        assert!(refused.stderr.contains(&file), "{name}: {refused:?}");
        assert!(refused.stderr.contains("`entente backup` wrote"), "{name}: {refused:?}");
        assert!(!refused.stderr.contains("from database"), "{name}: {refused:?}");
        assert!(!company.desk.path("new").join("entente.db").exists(), "{name}");
    }
    let text = company.desk.arg("text");
    let refused = with(&company, &["status", "--data-dir", &text]);
    assert!(refused.code == 2 && refused.stderr.contains(&format!("{text}, which is a file")), "{refused:?}");
}

/// A journal that somebody has changed takes nobody's links away: they are saved and come back, and it is said of whom
/// and where the journal is broken.
#[test]
fn a_broken_journal_is_told_of_and_the_links_are_saved_all_the_same() {
    let company = Company::new();
    let id = case(&company, 0);
    company.sync(CASES);
    let database = company.desk.path("entente-data").join("entente.db");
    tell(&database, "DROP TRIGGER journal_keeps; UPDATE journal SET sentence = 'Nothing happened' WHERE id = 1");
    let to = company.desk.arg("kept");
    let made = with(&company, &["backup", "--to", &to]);
    assert_eq!(made.code, 1, "{made:?}");
    let of = format!("the journal of the database in {}", company.desk.arg("entente-data"));
    for said in ["holds 1 link and can be restored", &of, "Row 1 is not what was written", "`entente journal verify`"] {
        assert!(made.stdout.contains(said) && !made.stdout.contains(".part"), "{said}: {made:?}");
    }
    let told = with(&company, &["backup", "--to", &company.desk.arg("again"), "--json"]);
    assert_eq!((told.code, &told.json()["intact"], &told.json()["broken"]), (1, &json!(false), &json!(1)), "{told:?}");
    let restored = with(&company, &["restore", &to, "--force"]);
    assert!(restored.code == 0 && restored.stdout.contains("Row 1 is not what was written"), "{restored:?}");
    no_doubles(&company, std::slice::from_ref(&id));
    with(&company, &["unlink", &company.twin("Case", &id).unwrap(), "--yes"]);
    let made = with(&company, &["backup", "--to", &company.desk.arg("parted")]);
    assert!(made.stdout.contains("holds 0 links"), "{made:?}");
}

/// A newer form of the database is nothing that this version could read: it says so before it touches anything.
#[test]
fn a_backup_of_a_newer_version_is_refused() {
    let company = Company::new();
    case(&company, 0);
    company.sync(CASES);
    backup(&company, "newer");
    let file = company.desk.arg("newer");
    tell(company.desk.path("newer").as_path(), "UPDATE _sqlx_migrations SET version = version + 1000");
    let database = company.desk.path("entente-data").join("entente.db");
    let before = std::fs::read(&database).unwrap();
    let refused = with(&company, &["restore", &file, "--force"]);
    let why = "cannot be restored: a newer version of Entente made it; restore it with that one";
    assert_eq!((refused.code, refused.stderr.contains(why)), (1, true), "{refused:?}");
    assert_eq!(std::fs::read(&database).unwrap(), before, "the database that was there is touched");
}
