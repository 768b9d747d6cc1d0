//! An org or a site that cannot be reached, or that lacks what the configuration names.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::refusal;
use crate::peers::Peers;
use crate::process::{Desk, run};
use crate::stage::CONFIGURATION;

/// What `check --online`, `doctor`, `sync` and `verify` say, which all must answer no.
fn said_by_all(file: &str) -> Vec<String> {
    let commands = [
        vec!["check", file, "--online"],
        vec!["doctor", "--config", file],
        vec!["sync", "--config", file],
        vec!["verify", "--config", file],
    ];
    let said = commands.iter().map(|command| {
        let ended = run(command);
        assert_eq!(ended.code, 1, "{command:?}: {ended:?}");
        let said = ended.stdout + &ended.stderr;
        assert!(!said.contains("canary"), "{command:?}: {said}");
        said
    });
    said.collect()
}

/// A proxy that answers everything with one line.
fn proxy(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            // The client may be gone at any moment.
            drop(socket.read(&mut [0; 4096]));
            drop(write!(socket, "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));
        }
    });
    url
}

/// Both connections by way of a proxy.
fn with_proxy(configuration: &str, url: &str) -> String {
    let proxy = format!("sandbox: true\n    proxy: {{ url: \"{url}\", user: ann, password: canary }}");
    configuration.replace("sandbox: true", &proxy)
}

#[test]
fn a_side_that_does_not_answer_is_named_with_its_address() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let line = CONFIGURATION.lines().position(|line| line == "  acme-org:").unwrap() + 1;
    let checked = run(&["check", &file, "--online"]).stdout;
    assert!(checked.contains(&format!("{file}:{line}:3: error: connection acme-org: ")), "{checked}");
    for said in said_by_all(&file) {
        assert!(said.contains("connection acme-") && said.contains("no connection to 127.0.0.1:9"), "{said}");
        assert!(said.to_lowercase().contains("its proxy and the network, then"), "no remedy: {said}");
    }
}

#[test]
fn wrong_credentials_are_named_with_what_to_correct() {
    let peers = Peers::new();
    for (word, connection, sentence) in [
        ("sandbox-secret", "acme-org", "The client secret is wrong."),
        ("sandbox-api-token", "acme-site", "Jira does not accept this e-mail and API token"),
    ] {
        let file = peers.with(word, "canary");
        for said in said_by_all(&file) {
            let named = said.contains(&format!("connection {connection}: sign-in was refused: {sentence}"));
            assert!(named && said.to_lowercase().contains("    correct "), "{said}");
        }
    }
}

#[test]
fn a_proxy_that_refuses_the_password_is_blamed_and_not_the_vendor() {
    let proxy = proxy("407 Proxy Authentication Required");
    let desk = Desk::new();
    // By plain requests, and by tunnels as to a real org and site.
    for scheme in ["http://127.0.0.1:9", "https://127.0.0.1:9"] {
        let configuration = with_proxy(&CONFIGURATION.replace("http://127.0.0.1:9", scheme), &proxy);
        let file = desk.file("acme.yaml", &configuration);
        for said in said_by_all(&file) {
            let sentence = format!("the proxy {proxy} refused the user and password of this connection (407)");
            assert!(said.contains(&sentence) && said.contains("connection acme-"), "{said}");
        }
    }
}

#[test]
fn a_proxy_that_opens_no_tunnel_is_named_with_the_host() {
    let proxy = proxy("403 Forbidden");
    let desk = Desk::new();
    let configuration = with_proxy(&CONFIGURATION.replace("http://127.0.0.1:9", "https://127.0.0.1:9"), &proxy);
    for said in said_by_all(&desk.file("acme.yaml", &configuration)) {
        assert!(said.contains(&format!("the proxy {proxy} refused to connect to 127.0.0.1:9")), "{said}");
    }
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", &with_proxy(CONFIGURATION, "http://127.0.0.1:1"));
    for said in said_by_all(&file) {
        assert!(said.contains("no connection to 127.0.0.1:9 or to the proxy http://127.0.0.1:1 "), "{said}");
    }
}

#[test]
fn a_name_that_the_sides_do_not_have_stops_a_sync_with_that_name() {
    let peers = Peers::new();
    for (word, other, sentence) in [
        ("project: OPS", "project: NOPE", "item support-bugs: connection acme-site has no project NOPE"),
        (
            "issue_type: Bug",
            "issue_type: Beetle",
            "item support-bugs: project OPS has no issue type \"Beetle\"; it has Bug,",
        ),
        ("object: Case", "object: Suitcase", "connection acme-org: the org has no object Suitcase"),
    ] {
        let file = peers.with(word, other);
        for command in ["sync", "verify"] {
            let said = refusal(&[command, "--config", &file], 1);
            assert!(said.contains(sentence), "{command} with {other}: {said}");
            assert!(said.contains("\n    run `entente doctor --config FILE`"), "{command} with {other}: {said}");
        }
    }
}

#[test]
fn a_field_that_is_not_there_is_named_by_the_sync_that_is_refused() {
    let peers = Peers::new();
    let file = peers.with("jira: summary", "jira: Sumary");
    let ended = run(&["sync", "--config", &file]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("item support-bugs: connection acme-site: there is no field Sumary"), "{ended:?}");
    assert!(ended.stderr.contains("entente doctor"), "{ended:?}");
}

#[test]
fn correlation_fields_that_are_not_there_are_named_before_anything_runs() {
    let peers = Peers::new();
    for (word, other, sentence, remedy) in [
        (
            "jira: Salesforce Case ID",
            "jira: No Such Field",
            "there is no field No Such Field that the account can see",
            "or create it: a custom field of the type Short text",
        ),
        (
            "salesforce: Jira_Reference__c",
            "salesforce: Nowhere__c",
            "there is no field Case.Nowhere__c that the integration user can see",
            "or create it on Case: type Text, length 255",
        ),
    ] {
        let file = peers.with(word, other);
        for command in [vec!["check", &file, "--online"], vec!["doctor", "--config", &file]] {
            let ended = run(&command);
            assert_eq!(ended.code, 1, "{command:?}: {ended:?}");
            assert!(ended.stdout.contains(sentence), "{command:?}: {}", ended.stdout);
            assert!(ended.stdout.contains(remedy), "{command:?}: {}", ended.stdout);
        }
    }
}
