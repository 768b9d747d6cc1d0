//! Secrets are planted everywhere they can be, and looked for everywhere they must not be: in what commands and the
//! server print, also with all logs on, in the data directory, the journal, the status and the page.

use std::path::Path;

use crate::peers::Peers;
use crate::process::{Desk, Ended, Running, ended, entente, get, page, ready, send, wait_for};

/// No two secrets are the same, and all have this in them.
const CANARY: &str = "canary-";

const CONFIGURATION: &str = r#"
version: 1
connections:
  acme-org:
    sandbox: true
    proxy: { url: "http://127.0.0.1:1", user: ann, password: "${PROXY_PASSWORD}" }
    salesforce: { login_url: "http://127.0.0.1:9", client_id: id, client_secret: "${CLIENT_SECRET}",
                  username: ann@acme.example, password: "${PASSWORD}", security_token: "${SECURITY_TOKEN}",
                  webhook_secret: "${ORG_HOOK}" }
  acme-site:
    sandbox: true
    jira: { site_url: "http://127.0.0.1:9", email: bot@acme.example, api_token: canary-written-out,
            webhook_secret: "${SITE_HOOK}" }
items:
  support-bugs:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, project: OPS, issue_type: Bug }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Subject, jira: summary } ]
server: { public_url: "https://entente.acme.example", api_tokens: [ "${API_TOKEN}" ] }
"#;

const VARIABLES: [(&str, &str); 7] = [
    ("PROXY_PASSWORD", "canary-proxy"),
    ("CLIENT_SECRET", "canary-client"),
    ("PASSWORD", "canary-password"),
    ("SECURITY_TOKEN", "canary-security"),
    ("ORG_HOOK", "canary-org-hook"),
    ("SITE_HOOK", "canary-site-hook"),
    ("API_TOKEN", "canary-api"),
];

/// Asserts that no file of a directory holds one of the secrets.
fn assert_clean(dir: &Path, secrets: &[&str]) {
    let files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {}", file.display());
        }
    }
}

#[test]
fn no_command_prints_a_secret_that_it_was_given() {
    let desk = Desk::new();
    let mut misspelt = CONFIGURATION.replace("api_token: canary", "api_tokne: canary");
    misspelt =
        misspelt.replace("password: \"${PASSWORD}\"", "pasword: \"${PASSWORD}\", login_url: \"${SECURITY_TOKEN}\"");
    for (name, text) in [("acme.yaml", CONFIGURATION), ("misspelt.yaml", &misspelt)] {
        let file = desk.file(name, text);
        for command in [
            vec!["check", &file],
            vec!["check", &file, "--json"],
            vec!["check", &file, "--online"],
            vec!["doctor", "--config", &file, "--json"],
            vec!["sync", "--config", &file],
            vec!["verify", "--config", &file, "--json"],
        ] {
            let mut command_line = entente(&command);
            let Ended { stdout, stderr, .. } =
                ended(command_line.envs(VARIABLES).env("ENTENTE_LOG", "trace").output().unwrap());
            assert!(!stdout.contains(CANARY) && !stderr.contains(CANARY), "{command:?}: {stdout}{stderr}");
            assert!(
                name != "acme.yaml" || command[0] == "check" || stderr.contains("TRACE"),
                "logs are not on: {stderr}"
            );
        }
    }
    assert_clean(&desk.path("entente-data"), &[CANARY]);
}

#[test]
fn a_server_in_trouble_keeps_its_secrets() {
    let desk = Desk::new();
    let (file, ready_file) = (desk.file("acme.yaml", CONFIGURATION), desk.arg("ready.json"));
    let arguments = ["serve", "--config", &file, "--listen", "0", "--ready-file", &ready_file];
    let mut running = Running::start_with(entente(&arguments).envs(VARIABLES).env("ENTENTE_LOG", "trace"), &desk);
    let server = ready(&desk.path("ready.json"))["server"].as_str().unwrap().to_owned();

    let client = reqwest::Client::new();
    for request in [
        client.post(format!("{server}/hooks/salesforce/acme-org/canary-org-hook")).body("<malformed"),
        client.post(format!("{server}/hooks/salesforce/acme-org/canary-guess")).body("<x/>"),
        client.post(format!("{server}/hooks/jira/acme-site")).header("x-hub-signature", "sha256=00").body("{}"),
        client.get(format!("{server}/api/v1/status")).bearer_auth("canary-guess"),
    ] {
        let (status, body) = send(request).unwrap();
        assert!((400..500).contains(&status) && !body.contains(CANARY), "{status}: {body}");
    }
    let url = |path: &str| format!("{server}{path}");
    let status = wait_for("a connection to be in trouble", || {
        let status = get(&url("/api/v1/status"), "canary-api")?;
        let connections = status["connections"].as_array()?;
        connections.iter().any(|connection| connection["problem"].is_string()).then_some(status)
    });
    let journal = get(&url("/api/v1/journal"), "canary-api").unwrap();
    let page = page(&server, "canary-api");
    for told in [status.to_string(), journal.to_string(), page] {
        assert!(!told.contains(CANARY), "{told}");
    }

    running.signal("TERM");
    let stdout = running.rest();
    let said = running.said();
    assert_eq!(running.wait().code(), Some(0));
    assert!(!stdout.contains(CANARY), "{stdout}");
    let line = said.lines().find(|line| line.contains(CANARY));
    assert!(line.is_none(), "{line:?}");
    assert_clean(&desk.path("entente-data"), &[CANARY]);
}

#[test]
fn tokens_and_secrets_that_work_are_not_kept_either() {
    let peers = Peers::new();
    let file = peers.with("version: 1", "version: 1");
    let ended = ended(entente(&["sync", "--config", &file]).env("ENTENTE_LOG", "trace").output().unwrap());
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    // The middle of every access token, and the Jira account as Basic authentication writes it.
    let secrets = ["sandbox-secret", "sandbox-api-token", "!sim-", "YWRtaW5Ac2FuZGJveC5leGFtcGxl"];
    for secret in secrets {
        let line = ended.stderr.lines().find(|line| line.contains(secret));
        assert!(!ended.stdout.contains(secret) && line.is_none(), "{line:?}");
    }
    assert_clean(&peers.desk.path("entente-data"), &secrets);
}
