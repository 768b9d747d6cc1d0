//! What stands in the way of a machine: no room on its disk, another process in its database, a halt of the whole
//! process. Each ends in one sentence, and nothing is lost or done twice.

use std::process::Command;

use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::ages::tell;
use super::company::{Company, ENTENTE, Side};
use crate::postgres::Database;
use crate::process::{Desk, Ended, Running, ended, entente, ready, run, send, wait_for};

const CASES: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary } ]
"
);

/// Makes this many cases.
fn cases(company: &Company, n: usize) {
    let of = |n: usize| json!({ "attributes": { "type": "Case" }, "Subject": format!("Case {n}"), "Description": "x".repeat(400) });
    for chunk in (0..n).collect::<Vec<_>>().chunks(200) {
        let records: Vec<Value> = chunk.iter().copied().map(of).collect();
        let body = json!({ "allOrNone": true, "records": records });
        company.salesforce(reqwest::Method::POST, "composite/sobjects", &body);
    }
}

fn n_issues(company: &Company) -> usize {
    let found = company.jira(reqwest::Method::POST, "search/approximate-count", &json!({ "jql": "project = OPS" }));
    usize::try_from(found["count"].as_u64().unwrap()).unwrap()
}

/// Every case has one issue, and there is no other; a further sync has nothing to do.
fn all_is_well(company: &Company, n: usize) {
    assert_eq!(n_issues(company), n);
    let report = company.sync(CASES);
    assert_eq!((&report["links"], &report["writes"]), (&json!(n), &json!({ "salesforce": 0, "jira": 0 })), "{report}");
}

/// One sentence on stderr, without a defect.
fn one_sentence<'a>(ended: &'a Ended, words: &str) -> &'a str {
    let errors: Vec<&str> = ended.stderr.lines().filter(|line| line.starts_with("error")).collect();
    assert!(errors.len() == 1 && errors[0].contains(words), "{words}: {ended:?}");
    errors[0]
}

/// The disk is full in the middle of the first load. Where a test may not mount a disk of its own, its files may not grow.
#[test]
fn a_full_disk_is_said_in_one_sentence_and_nothing_is_lost() {
    let company = Company::new();
    cases(&company, 400);
    let file = company.configure(CASES, "");
    let disk = company.desk.arg("disk");
    std::fs::create_dir(&disk).unwrap();
    let dir = format!("{disk}/data");
    let sync = entente(&["sync", "--config", &file, "--data-dir", &dir]);
    let program = sync.get_program().to_str().unwrap().to_owned();
    let arguments: Vec<String> = sync.get_args().map(|argument| argument.to_str().unwrap().to_owned()).collect();
    let mut mounted = Command::new("unshare");
    mounted.args(["-rm", "bash", "-c"]);
    let script = r#"
        disk=$1; shift
        mount -t tmpfs -o size=1m none "$disk" || exit 99
        "$@"; echo "first $?" >&2
        mount -o remount,size=64m "$disk"
        "$@"; echo "second $?" >&2"#;
    mounted.arg(script).args(["sync", &disk, &program]).args(&arguments);
    let mut limited = Command::new("bash");
    let script = r#"
        shift
        (trap "" XFSZ; ulimit -f 1000; "$@"); echo "first $?" >&2
        "$@"; echo "second $?" >&2"#;
    limited.args(["-c", script, "sync", &disk, &program]).args(&arguments);
    let both = [mounted, limited].map(|mut command| {
        command.envs(sync.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    });
    let [mut mounted, mut limited] = both;
    let tried = mounted.output().ok().filter(|output| output.status.code() == Some(0));
    let (both, words) = match tried {
        Some(output) => (ended(output), "there is no room left for the database"),
        None => (ended(limited.output().unwrap()), "the database does not answer"),
    };
    assert!(both.stderr.contains("first 1\n") && both.stderr.contains("second 0\n"), "{both:?}");
    one_sentence(&both, words);
    assert_eq!(n_issues(&company), 400, "each case has one issue, though the first load broke off");
    // The disk is gone with its namespace, so the links are found again by what both sides show.
    company.sync(CASES);
    all_is_well(&company, 400);
}

/// Another process holds the database's lock, for longer than anybody waits.
#[test]
fn a_locked_database_is_said_in_one_sentence_and_nothing_is_lost() {
    let company = Company::new();
    cases(&company, 3);
    company.sync(CASES);
    let database = company.desk.path("entente-data").join("entente.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut lock = runtime.block_on(async {
        let mut lock = SqliteConnectOptions::new().filename(database).connect().await.unwrap();
        sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut lock).await.unwrap();
        lock
    });
    cases(&company, 2);
    let refused = company.try_sync(CASES);
    assert_eq!(refused.code, 1, "{refused:?}");
    one_sentence(&refused, "the database is busy");
    assert_eq!(company.issues("OPS").len(), 3, "nothing is created that could not be remembered");
    runtime.block_on(async {
        sqlx::raw_sql("ROLLBACK").execute(&mut lock).await.unwrap();
        SqliteConnection::close(lock).await.unwrap();
    });
    company.sync(CASES);
    all_is_well(&company, 5);
}

/// What `/readyz` answers: its status and its sentence.
fn readiness(server: &str) -> (u16, String) {
    let (status, body) = send(reqwest::Client::new().get(format!("{server}/readyz"))).unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    (status, body["detail"].as_str().unwrap_or_default().to_owned())
}

/// A server whose rounds cannot be kept says so to whoever watches, until one could.
#[test]
fn a_server_that_cannot_write_its_database_is_not_ready_until_it_can() {
    let company = Company::new();
    cases(&company, 1);
    let more = "triggers: { poll_seconds: 5 }\nserver: { api_tokens: [ token-of-a-test ] }\n";
    let (_running, server) = company.serve(&company.configure(CASES, more));
    wait_for("the server to be ready", || (readiness(&server).0 == 200).then_some(()));

    let database = company.desk.path("entente-data").join("entente.db");
    tell(
        &database,
        "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'the journal takes nothing'); END",
    );
    cases(&company, 1);
    let sentence = wait_for("the server to say so", || {
        let (status, sentence) = readiness(&server);
        (status == 503).then_some(sentence)
    });
    assert_eq!(sentence, "The database cannot be written now, so nothing that is done is kept.");
    let asked = run(&["status", "--server", &server, "--token", "token-of-a-test"]);
    assert!(asked.stdout.contains("\ndatabase: ") && asked.stdout.contains("the journal takes nothing"), "{asked:?}");

    tell(&database, "DROP TRIGGER full");
    wait_for("the server to be ready again", || (readiness(&server).0 == 200).then_some(()));
    let asked = run(&["status", "--server", &server, "--token", "token-of-a-test"]);
    assert!(!asked.stdout.contains("database: "), "{asked:?}");
}

/// A server of several that share a database.
fn one_of_several(company: &Company, desk: &Desk, url: &str) -> Running {
    let more = "triggers: { poll_seconds: 5 }\nserver: { api_tokens: [ token-of-a-test ] }\n";
    let (file, ready_file) = (company.configure(CASES, more), desk.arg("server.json"));
    let arguments = ["serve", "--config", &file, "--listen", "127.0.0.1:0", "--ready-file", &ready_file];
    let running = Running::start_with(entente(&arguments).args(["--database-url", url]), desk);
    ready(&desk.path("server.json"));
    running
}

/// The server that owns the org stands still in the middle of its writes, for longer than its lease; another takes over;
/// then the first one goes on. Each edit is written once, each twin made once.
#[test]
fn a_server_that_stood_still_beyond_its_lease_writes_nothing_twice() {
    let Some(database) = Database::new() else { return };
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "First" }));
    let (first_desk, second_desk) = (Desk::new(), Desk::new());
    let first = one_of_several(&company, &first_desk, &database.url());
    let key = wait_for("the twin", || company.twin("Case", &id));
    let second = one_of_several(&company, &second_desk, &database.url());
    let holder = format!("acme-org is worked on by process {} on machine ", first.pid());
    wait_for("the second server to say whom it waits for", || second.said().contains(&holder).then_some(()));
    let server = ready(&second_desk.path("server.json"))["server"].as_str().unwrap().to_owned();
    let (status, sentence) = readiness(&server);
    assert!(
        status == 503 && sentence.starts_with("Another server works on this database; this one waits."),
        "{sentence}"
    );
    let asked = run(&["status", "--server", &server, "--token", "token-of-a-test"]);
    assert!(asked.stdout.contains(&holder) && asked.stdout.contains("its lease ends at 2"), "{asked:?}");

    let file = company.desk.arg("acme.yaml");
    let beside = run(&["sync", "--config", &file, "--database-url", &database.url()]);
    assert_eq!(beside.code, 1, "a command does not wait for a process that lives: {beside:?}");
    let holder = format!("org acme-org is being worked on by process {} on machine ", first.pid());
    one_sentence(&beside, &holder);

    // Its next write and its next creation take effect, and stand still with their answers under way.
    for route in ["PUT /rest/api/3/issue/{..}", "POST /rest/api/3/issue/bulk"] {
        company.site_door("faults", &json!({ "answer": "slow", "delay_ms": 3_000, "route": route, "times": 1 }));
    }
    company.edit("Case", &id, &json!({ "Subject": "Written by the first" }));
    let new = company.create("Case", &json!({ "Subject": "Created by the first" }));
    let struck = || company.faults().iter().any(|fault| fault["hits"] == 1).then_some(());
    wait_for("a call to be under way", struck);
    first.signal("STOP");
    let lease_lost = || second.said().contains("Looked at item cases").then_some(());
    wait_for("the second server to take over", lease_lost);
    wait_for("the new twin", || company.twin("Case", &new));
    company.edit("Case", &id, &json!({ "Subject": "Written by the second" }));
    wait_for("the edit", || (company.issue(&key)["summary"] == "Written by the second").then_some(()));

    first.signal("CONT");
    let fenced = || first.said().contains("was lost to another worker").then_some(());
    wait_for("the first server to notice", fenced);
    company.edit("Case", &id, &json!({ "Subject": "Written by either" }));
    wait_for("the edit", || (company.issue(&key)["summary"] == "Written by either").then_some(()));
    assert_eq!(company.issues("OPS").len(), 2, "one issue per case");
    let ours = company.writes(Side::Jira).into_iter().filter(|(field, by)| field == "summary" && by == ENTENTE);
    assert_eq!(ours.count(), 5, "two creations and three edits, each once");
}

/// PostgreSQL went back to an older image; `entente recover` says so, and the first look finds what was created since.
#[test]
fn a_postgresql_that_went_back_doubles_nothing() {
    let Some(database) = Database::new() else { return };
    let company = Company::new();
    let mut ids = vec![company.create("Case", &json!({ "Subject": "Before" }))];
    let file = company.configure(CASES, "");
    let with = |arguments: &[&str], database: &Database| {
        run(&[arguments, &["--config", &file, "--database-url", &database.url()]].concat())
    };
    assert_eq!(with(&["sync"], &database).code, 0);
    let older = database.image();
    ids.extend((0..4).map(|n| company.create("Case", &json!({ "Subject": format!("Since {n}") }))));
    assert_eq!(with(&["sync"], &database).code, 0);
    // Neither a search nor the records name the new issues: only the markers can tell.
    company.site_door("index", &json!({ "lag_ms": 3_600_000 }));
    for id in &ids[1..] {
        company.edit("Case", id, &json!({ "Jira_Reference__c": null }));
    }

    let recovered = with(&["recover"], &older);
    assert_eq!(recovered.code, 0, "{recovered:?}");
    let report = with(&["sync", "--json"], &older);
    assert_eq!(report.json()["created"], json!({ "salesforce": 0, "jira": 0 }), "{report:?}");
    company.site_door("index", &json!({ "lag_ms": 0 }));
    let report = with(&["sync", "--json"], &older);
    assert_eq!((report.code, &report.json()["links"]), (0, &json!(5)), "{report:?}");
    assert_eq!(company.issues("OPS").len(), 5);
    let told = with(&["journal"], &older);
    assert!(told.stdout.contains("4 issues that were created since"), "{told:?}");
    assert_eq!(with(&["journal", "verify"], &older).code, 0);
}

/// A PostgreSQL database that lacks two steps of its form is brought to this one by the next command, and nothing
/// is written because of that.
#[test]
fn an_older_form_of_a_postgresql_database_is_taken_up_without_a_write() {
    let Some(database) = Database::new() else { return };
    let company = Company::new();
    cases(&company, 3);
    let file = company.configure(CASES, "");
    let sync = || run(&["sync", "--config", &file, "--database-url", &database.url(), "--json"]);
    assert_eq!(sync().code, 0);
    database.tell(
        "ALTER TABLE parked DROP COLUMN circumstances; ALTER TABLE item DROP COLUMN recovered;
         DELETE FROM meta WHERE name IN ('recovery', 'creations'); DELETE FROM _sqlx_migrations WHERE version IN (3, 4)",
    );
    let report = sync();
    assert_eq!(report.code, 0, "{report:?}");
    let report = report.json();
    assert_eq!((&report["links"], &report["writes"]), (&json!(3), &json!({ "salesforce": 0, "jira": 0 })), "{report}");
    cases(&company, 1);
    assert_eq!(sync().json()["created"]["jira"], 1);
}
