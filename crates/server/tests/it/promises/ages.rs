//! What is old: a database of the first version, and a journal that is kept for so many days.

use std::path::Path;

use entente_store::{NewEntry, Store};
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};

use super::company::{Company, text};
use crate::process::{Ended, run};

const CASES: &str = cases!(
    r"
    fields:
      - { salesforce: Subject, jira: summary }
    status:
      field: Status
      values: { New: To Do, Working: In Progress, Closed: Done }
"
);

/// Makes a database what the first version would have written: its tables, and what they can hold.
const FIRST_VERSION: &str = "
DROP INDEX journal_by_item;
DROP INDEX journal_by_round;
ALTER TABLE journal DROP COLUMN seal;
DROP TRIGGER journal_stays;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
DROP TABLE conflict;
CREATE TABLE conflict (
    link_id INTEGER NOT NULL REFERENCES link (id),
    mapping TEXT NOT NULL,
    salesforce TEXT NOT NULL,
    jira TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (link_id, mapping)
) STRICT;
DROP TABLE decision;
CREATE TABLE decision (
    link_id INTEGER NOT NULL REFERENCES link (id),
    mapping TEXT NOT NULL,
    stands TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_ms INTEGER NOT NULL,
    PRIMARY KEY (link_id, mapping)
) STRICT;
ALTER TABLE parked DROP COLUMN class;
ALTER TABLE parked DROP COLUMN circumstances;
ALTER TABLE item DROP COLUMN recovered;
ALTER TABLE item DROP COLUMN problem;
ALTER TABLE item DROP COLUMN problem_ms;
DROP VIEW linked;
ALTER TABLE link ADD COLUMN blocked TEXT NOT NULL DEFAULT '{}';
DROP TABLE refusal;
DROP TABLE comment_copy;
DROP TABLE thread;
DROP TABLE file_copy;
DROP TABLE folder;
DROP TABLE link_note;
DROP TABLE api_user;
DROP INDEX link_one_per_pair;
DROP INDEX link_one_per_record;
DROP INDEX link_one_per_issue;
ALTER TABLE link DROP COLUMN shares;
CREATE UNIQUE INDEX link_one_per_record ON link (org, salesforce_id, item) WHERE state <> 'unlinked';
CREATE UNIQUE INDEX link_one_per_issue ON link (site, jira_id, item) WHERE state <> 'unlinked';
DROP TABLE access_domain;
DROP TABLE access_task;
DROP TABLE access_organization;
DROP TABLE mail;
DROP TABLE access_request;
DROP TABLE access_call;
DROP TABLE sent;
DROP TABLE configuration;
DROP TABLE tested;
DELETE FROM meta WHERE name <> 'incarnation';
DELETE FROM _sqlx_migrations WHERE version > 1;
";

fn with(company: &Company, arguments: &[&str]) -> Ended {
    let config = company.desk.arg("acme.yaml");
    run(&[arguments, &["--config", &config]].concat())
}

fn nothing() -> Value {
    json!({ "salesforce": 0, "jira": 0 })
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work)
}

/// Changes a database as a program of another age would have.
pub(super) fn tell(database: &Path, sql: &'static str) {
    wait(async {
        let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display())).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// I14: a new version on an old database, with records that nobody has touched, writes nothing.
#[test]
fn a_database_of_the_first_version_is_taken_over_without_a_write() {
    let company = Company::new();
    for n in 0..5 {
        company.create("Case", &json!({ "Subject": format!("Case {n}"), "Status": "Working" }));
    }
    company.sync(CASES);
    // One more that is refused, and stays refused.
    let refusal = json!({ "side_effect": "none", "route": "POST /rest/api/3/issue/bulk", "answer": "status",
                          "status": 403, "times": 1 });
    company.site_door("faults", &refusal);
    company.create("Case", &json!({ "Subject": "Refused" }));
    assert_eq!(company.try_sync(CASES).json()["parked"], 1);
    let file = company.desk.path("entente-data").join("entente.db");
    tell(&file, FIRST_VERSION);
    for look in 0..2 {
        let report = company.try_sync(CASES).json();
        assert_eq!(
            (&report["writes"], &report["links"], &report["parked"]),
            (&nothing(), &json!(5), &json!(1)),
            "{look}"
        );
    }
    assert_eq!(with(&company, &["journal", "verify"]).code, 0);
    assert_eq!(with(&company, &["verify"]).code, 1, "the refused case has no twin");
}

/// The journal forgets what is too old, stays verifiable, and an undo says what it cannot know any more.
#[test]
fn a_journal_is_kept_as_long_as_the_configuration_says() {
    let company = Company::new();
    let dir = company.desk.path("entente-data");
    wait(async {
        let store = Store::open(&dir).await.unwrap();
        let entry = |text: &str| NewEntry { kind: "write".into(), text: text.into(), ..NewEntry::default() };
        store.journal(&[entry("long ago"), entry("a little later")], 1_000).await.unwrap();
        store.close().await;
    });
    let id = company.create("Case", &json!({ "Subject": "First" }));
    company.sync(CASES);
    let texts = || {
        let journal = with(&company, &["journal", "--json"]).json();
        let entries = journal["entries"].as_array().unwrap().iter();
        entries.map(|entry| text(&entry["text"]).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts()[0], "long ago", "without the key all is kept");
    company.edit("Case", &id, &json!({ "Subject": "Second" }));
    let config = company.configure(CASES, "journal: { keep_days: 30 }\n");
    let synced = run(&["sync", "--config", &config]);
    assert_eq!(synced.code, 0, "{synced:?}");
    assert!(texts().iter().all(|text| !text.contains("long ago") && !text.contains("a little later")), "{:?}", texts());
    assert_eq!(with(&company, &["journal", "verify"]).code, 0);
    let undo = with(&company, &["undo", "--item", "cases", "--since", "1970-01-01T00:00:00Z", "--dry-run"]);
    assert!(undo.stdout.contains("is forgotten and stays as it is."), "{undo:?}");
}

/// What may not be kept is not: the database holds digests of a field's values, and `undo` says what it cannot restore.
#[test]
fn a_journal_holds_only_digests_of_what_the_configuration_names() {
    let company = Company::new();
    let fields = "    conflicts: salesforce-wins\n    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Description, jira: description } ]\n";
    let items = CASES.replace(&CASES[CASES.find("    fields:").unwrap()..], fields);
    let with_policy = |policy: &str| company.configure(&items, &format!("journal: {{ digest_only: [ {policy} ] }}\n"));
    let typo = run(&["check", &with_policy("Descripton"), "--json"]).json();
    let problem = &typo["problems"][0];
    assert_eq!(problem["message"], "no item maps a field `Descripton`", "{typo}");
    assert!(text(&problem["remedy"]).contains("Description"), "{typo}");

    let config = with_policy("Description");
    let sync = || assert_eq!(run(&["sync", "--config", &config]).code, 0);
    let id = company.create("Case", &json!({ "Subject": "Plain first", "Description": "Secret first" }));
    sync();
    company.edit("Case", &id, &json!({ "Subject": "Plain second", "Description": "Secret second" }));
    sync();
    // Both sides were edited: what is overwritten is told before and after.
    company.edit("Case", &id, &json!({ "Subject": "Plain third", "Description": "Secret third" }));
    company.edit_issue(&company.twin("Case", &id).unwrap(), &json!({ "description": "Secret of Jira" }));
    sync();
    let journal = with(&company, &["journal", "--json"]).stdout;
    assert!(journal.contains("Plain second") && journal.contains("sha256:"), "{journal}");
    for word in ["Secret first", "Secret second", "Secret third", "Secret of Jira"] {
        assert!(!journal.contains(word), "{word} in {journal}");
    }
    assert_eq!(with(&company, &["journal", "verify"]).code, 0);
    let undo =
        with(&company, &["undo", "--item", "cases", "--since", "1970-01-01T00:00:00Z", "--yes", "--json"]).json();
    let left = undo["left"].as_array().unwrap();
    let said = |row: &Value| text(&row["why"]).contains("only digests");
    assert!(left.iter().any(said) && left.iter().all(|row| !row.to_string().contains("Secret")), "{undo}");
    sync();
    let record = company.record("Case", &id);
    assert_eq!((&record["Subject"], &record["Description"]), (&json!("Plain first"), &json!("Secret third")));
}
