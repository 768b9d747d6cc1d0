//! What goes in is looked for everywhere that something comes out: secrets are nowhere; what records hold is where
//! `docs/data.md` says, and not in logs, in the status or in ready files.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::json;

use super::company::Company;
use crate::process::{Ended, Port, Running, ended, entente, get, page, ready, send, wait_for};

/// Every secret has this in it, or is one of the two of the sandbox.
const CANARY: &str = "canary";
/// The org's secret, the site's token, the site's account as Basic authentication writes it, the middle of every access token.
const SECRETS: [&str; 5] = [CANARY, "sandbox-secret", "sandbox-api-token", "YWRtaW5Ac2FuZGJveC5leGFtcGxl", "!sim-"];

/// What records hold: every text of a mapped field has this in it.
const MAPPED: &str = "pii-mapped";
/// The same for a field that is not mapped.
const UNMAPPED: &str = "pii-unmapped";

const ITEM: &str = cases!(
    r"
    conflicts: ask
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Description, jira: description },
      { salesforce: SuppliedCompany, jira: priority } ]
"
);

/// All that was said, by who said it.
#[derive(Default)]
struct Heard(BTreeMap<String, String>);

impl Heard {
    fn add(&mut self, who: impl Into<String>, what: impl Into<String>) {
        let what = what.into();
        assert!(!what.is_empty());
        self.0.insert(who.into(), what);
    }

    /// Runs a command with all logs on. Its logs are told apart from its answer, which may show what records hold.
    fn run(&mut self, arguments: &[&str]) -> Ended {
        let ended = ended(traced(arguments).output().unwrap());
        let n = self.0.len();
        self.add(format!("{n}: logs of {arguments:?}"), ended.stderr.as_str());
        assert!(ended.stderr.contains("DEBUG"), "logs are not on: {arguments:?}");
        ended
    }

    fn assert_without(&self, words: &[&str]) {
        for (who, what) in &self.0 {
            for word in words {
                let line = what.lines().find(|line| line.contains(word));
                assert!(line.is_none(), "{word} in {who}: {line:?}");
            }
        }
    }
}

fn traced(arguments: &[&str]) -> Command {
    let mut command = entente(arguments);
    command.env("ENTENTE_LOG", "trace");
    command
}

/// A configuration with a secret wherever one can be, for a server on this port.
fn configure(company: &Company, server: &str) -> String {
    let more = format!(
        "triggers: {{ poll_seconds: 5 }}\nserver: {{ public_url: \"{server}\", api_tokens: [ canary-api ] }}\n"
    );
    let file = company.configure(ITEM, &more);
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text
        .replace(
            "client_id: sandbox-least-client, client_secret: sandbox-least-secret",
            "client_id: sandbox-client, client_secret: sandbox-secret, webhook_secret: [ canary-org-next, canary-org ]",
        )
        .replace("integration@sandbox.example", "admin@sandbox.example")
        .replace("api_token: sandbox-least-api-token", "api_token: sandbox-api-token, webhook_secret: canary-site");
    assert_eq!(text.matches(CANARY).count(), 4);
    company.desk.file("acme.yaml", &text)
}

#[test]
fn secrets_are_nowhere_and_what_records_hold_is_only_where_it_should_be() {
    let company = Company::new();
    let mut heard = Heard::default();
    let port = Port::reserve();
    let server = port.url();
    let file = configure(&company, &server);
    let create = |n: usize, subject: &str| {
        let description = format!("{MAPPED} description {n}");
        company.create("Case", &json!({ "Subject": subject, "Description": description, "SuppliedName": UNMAPPED }))
    };

    // A first load, in which one value is refused: no priority has such a name.
    let ids: Vec<String> = (0..3).map(|n| create(n, &format!("{MAPPED} subject {n}"))).collect();
    company.edit("Case", &ids[2], &json!({ "SuppliedCompany": format!("{MAPPED} priority") }));
    let sync = ["sync", "--config", &file, "--json"];
    let first = heard.run(&sync);
    assert_eq!((first.code, &first.json()["parked"]), (1, &json!(1)), "{}", first.stdout);

    // A server takes pushes from both sides, good and forged, and edits go both ways.
    let ready_file = company.desk.arg("server.json");
    let serve = ["serve", "--config", &file, "--listen", &port.number(), "--ready-file", &ready_file];
    let mut running = Running::start_with(&mut traced(&serve), &company.desk);
    ready(&company.desk.path("server.json"));
    let hook = format!("{server}/hooks/salesforce/acme-org/canary-org");
    company.org_door("push", &json!({ "object": "Case", "url": hook }));
    let inspection = format!("{server}/api/v1/inspection");
    let start = reqwest::Client::new().post(&inspection).bearer_auth("canary-api");
    let start = start.header("content-type", "application/json").body(r#"{"seconds":600}"#);
    assert_eq!(send(start).unwrap().0, 201);
    let key = company.twin("Case", &ids[0]).unwrap();
    company.edit("Case", &ids[0], &json!({ "Subject": format!("{MAPPED} edit in Salesforce") }));
    let shows = |summary: &str| company.issue(&key)["summary"] == summary;
    wait_for("the issue to follow", || shows(&format!("{MAPPED} edit in Salesforce")).then_some(()));
    company.edit_issue(&key, &json!({ "summary": format!("{MAPPED} edit in Jira") }));
    let shows = |subject: &str| company.record("Case", &ids[0])["Subject"] == subject;
    wait_for("the case to follow", || shows(&format!("{MAPPED} edit in Jira")).then_some(()));
    let client = reqwest::Client::new();
    let forged = client.post(format!("{server}/hooks/salesforce/acme-org/canary-guess"));
    assert_eq!(send(forged.body(format!("<x>{MAPPED}</x>"))).unwrap().0, 401);
    let malformed = client.post(&hook).body(format!("<x>{MAPPED}"));
    assert_eq!(send(malformed).unwrap().0, 400);
    let status = get(&format!("{server}/api/v1/status"), "canary-api").unwrap();
    heard.add("status over HTTP", status.to_string());
    heard.add("readiness", send(client.get(format!("{server}/readyz"))).unwrap().1);
    let page = page(&server, "canary-api");
    let sightings = get(&format!("{inspection}?limit=1000"), "canary-api").unwrap();
    let ids_seen = sightings["sightings"].as_array().unwrap().iter().map(|one| one["id"].to_string());
    let whole = ids_seen.map(|id| get(&format!("{inspection}/{id}"), "canary-api").unwrap().to_string());
    let seen = whole.collect::<Vec<_>>().join("\n");
    assert!(seen.contains(MAPPED) && seen.contains("[redacted]"), "nobody has looked on: {seen}");
    assert!(page.contains("Connected items"), "{page}");
    running.signal("TERM");
    heard.add("what the server prints", running.rest() + "the end");
    heard.add("logs of the server", running.said());
    assert_eq!(running.wait().code(), Some(0));

    // Both people edit one field while nobody looks: a conflict. The other commands look at what there is.
    company.edit("Case", &ids[0], &json!({ "Subject": format!("{MAPPED} one word") }));
    company.edit_issue(&key, &json!({ "summary": format!("{MAPPED} another word") }));
    let second = heard.run(&sync);
    assert_eq!((second.code, &second.json()["conflicts"]), (1, &json!(1)), "{}", second.stdout);
    let answers = [
        vec!["verify", "--config", &file, "--json"],
        vec!["sync", "--config", &file, "--dry-run", "--json"],
        vec!["doctor", "--config", &file],
        vec!["status", "--config", &file, "--json"],
    ]
    .map(|command| heard.run(&command).stdout);
    heard.add("what doctor and status answer", answers[2].clone() + &answers[3]);
    let exports = [
        vec!["journal", "--config", &file, "--json"],
        vec!["explain", &ids[0], "--config", &file, "--json"],
        vec!["conflicts", "list", "--config", &file, "--json"],
    ]
    .map(|command| heard.run(&command).stdout);
    let parked = heard.run(&["parked", "--config", &file, "--json"]).stdout;
    heard.add("what waits for a remedy", parked);
    let backup = company.desk.arg("acme.backup");
    assert_eq!(heard.run(&["backup", "--config", &file, "--to", &backup]).code, 0);

    // Logs, status and health hold neither secrets nor what records hold.
    heard.assert_without(&[&SECRETS[..], &[MAPPED, UNMAPPED]].concat());
    // What shows records, or remembers them, holds what is mapped and no more.
    let mut shown = Heard::default();
    shown.add("the page", page);
    shown.add("what an inspection saw", seen);
    for (n, answer) in [&answers[0], &answers[1], &first.stdout, &second.stdout].into_iter().enumerate() {
        shown.add(format!("answer {n}"), answer.as_str());
    }
    for (n, export) in exports.into_iter().enumerate() {
        assert!(export.contains(MAPPED), "{export}");
        shown.add(format!("export {n}"), export);
    }
    let data = std::fs::read_dir(company.desk.path("entente-data")).unwrap();
    for path in data.map(|entry| entry.unwrap().path()).chain([backup.into()]) {
        // A log of the database may be empty.
        let bytes = std::fs::read(&path).unwrap();
        shown.0.insert(path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned());
    }
    shown.assert_without(&[&SECRETS[..], &[UNMAPPED]].concat());
    assert!(shown.0.values().any(|what| what.contains(MAPPED)), "nothing was looked at");
}

/// The ready file is for its owner, who is given the API's token there and nothing else of the configuration.
#[test]
fn a_ready_file_holds_the_token_of_the_api_and_no_other_secret() {
    let company = Company::new();
    let file = configure(&company, "http://127.0.0.1:7400");
    let ready_file = company.desk.arg("server.json");
    let arguments = ["serve", "--config", &file, "--listen", "0", "--ready-file", &ready_file];
    let _running = Running::start(&arguments, &company.desk);
    let ready = ready(&company.desk.path("server.json"));
    assert_eq!(ready["server_auth"]["api_token"], "canary-api");
    let text = ready.to_string().replace("canary-api", "");
    assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
}
