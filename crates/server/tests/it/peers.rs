//! What commands say about an org and a site that answer: wrong credentials, names that are not there, and agreement.

use serde_json::Value;

use crate::process::{Desk, Ended, Running, ready, run};

const CONFIGURATION: &str = r#"
version: 1
connections:
  acme-org:
    sandbox: true
    pace: unlimited
    settle_seconds: 2
    salesforce: { login_url: "@SALESFORCE@", client_id: sandbox-client, client_secret: sandbox-secret }
  acme-site:
    sandbox: true
    pace: unlimited
    settle_seconds: 2
    jira: { site_url: "@JIRA@", email: admin@sandbox.example, api_token: sandbox-api-token }
items:
  support-bugs:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, project: OPS, issue_type: Bug }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields:
      - { salesforce: Subject, jira: summary, to_jira: [ { first_characters: 255 } ] }
      - { salesforce: Priority, jira: priority }
"#;

/// A sandbox with a small company, and a configuration for it.
pub(crate) struct Peers {
    pub(crate) desk: Desk,
    configuration: String,
    _sandbox: Running,
}

impl Peers {
    pub(crate) fn new() -> Self {
        let desk = Desk::new();
        let ready_file = desk.arg("ready.json");
        let addresses = ["--salesforce-listen", "0", "--jira-listen", "0"];
        let company = ["--records", "12", "--ready-file", &ready_file];
        let sandbox = Running::start(&[&["sandbox"], &addresses[..], &company[..]].concat(), &desk);
        let ready = ready(&desk.path("ready.json"));
        let url = |side: &str| ready[side]["url"].as_str().unwrap().to_owned();
        let configuration = CONFIGURATION.replace("@SALESFORCE@", &url("salesforce")).replace("@JIRA@", &url("jira"));
        Self { desk, configuration, _sandbox: sandbox }
    }

    /// Writes the configuration with one word changed; its path.
    pub(crate) fn with(&self, word: &str, other: &str) -> String {
        assert!(self.configuration.contains(word), "{word}");
        self.desk.file("acme.yaml", &self.configuration.replacen(word, other, 1))
    }
}

fn errors(ended: &Ended) -> Vec<Value> {
    let report = ended.json();
    let problems = report["problems"].as_array().unwrap();
    problems.iter().filter(|problem| problem["severity"] == "error").cloned().collect()
}

#[test]
fn what_the_peers_lack_is_named() {
    let peers = Peers::new();
    for (word, other, named, place) in [
        ("sandbox-secret", "wrong-secret", "acme-org", (4, 3)),
        ("sandbox-api-token", "wrong-token", "acme-site", (9, 3)),
        ("project: OPS", "project: NOPE", "NOPE", (15, 3)),
        ("issue_type: Bug", "issue_type: Beetle", "Beetle", (15, 3)),
        ("object: Case", "object: Suitcase", "Suitcase", (15, 3)),
        ("salesforce: Subject", "salesforce: Object__c", "Object__c", (22, 9)),
        ("jira: summary", "jira: Sumary", "Sumary", (22, 9)),
    ] {
        let file = peers.with(word, other);
        for command in [vec!["check", &file, "--online", "--json"], vec!["doctor", "--config", &file, "--json"]] {
            let ended = run(&command);
            let errors = errors(&ended);
            assert_eq!(ended.code, 1, "{other} with {command:?}: {ended:?}");
            let said = |error: &Value| error["message"].as_str().unwrap().contains(named);
            assert!(errors.iter().any(said), "{other} with {command:?}: {errors:?}");
            assert!(errors.iter().all(|error| error["remedy"] != ""), "{other} with {command:?}: {errors:?}");
            // Where the connection begins, the item, or its line.
            let at = |error: &&Value| (error["line"].clone(), error["column"].clone());
            let mut told = errors.iter().filter(|error| said(error));
            assert!(told.all(|error| at(&error) == (place.0.into(), place.1.into())), "{other}: {errors:?}");
        }
    }
}

#[test]
fn a_sync_ends_in_agreement_and_the_next_one_has_nothing_to_do() {
    let peers = Peers::new();
    let file = peers.with("version: 1", "version: 1");
    for command in [vec!["check", &file, "--online"], vec!["doctor", "--config", &file]] {
        let ended = run(&command);
        assert_eq!(ended.code, 0, "{ended:?}");
    }

    let plan = run(&["sync", "--config", &file, "--dry-run", "--json"]);
    assert_eq!(plan.code, 0, "{plan:?}");
    let creates = plan.json()["writes"].as_array().unwrap().iter().filter(|write| write["op"] == "create").count();
    assert!(creates > 0, "{plan:?}");

    let first = run(&["sync", "--config", &file, "--json"]);
    assert_eq!(first.code, 0, "{first:?}");
    let report = first.json();
    assert_eq!((&report["links"], &report["created"]["jira"]), (&12.into(), &12.into()), "{report}");

    let verified = run(&["verify", "--config", &file, "--strict", "--json"]);
    assert_eq!((verified.code, &verified.json()["agree"]), (0, &12.into()), "{verified:?}");

    let second = run(&["sync", "--config", &file, "--json"]).json();
    assert_eq!((&second["created"]["jira"], &second["writes"]["jira"]), (&0.into(), &0.into()), "{second}");
    let in_words = run(&["sync", "--config", &file]);
    assert!(in_words.stdout.starts_with("12 links in agreement; created 0 in Salesforce, 0 in Jira; "), "{in_words:?}");
    assert!(peers.desk.path("entente-data").is_dir());
}
