//! The command line itself: help, usage, pipes.

use std::process::Stdio;

use crate::process::{Desk, Running, ended, entente, ready, run};
use crate::stage::CONFIGURATION;

#[test]
fn wrong_use_ends_with_2_and_says_nothing_on_stdout() {
    for arguments in [
        vec![],
        vec!["destroy"],
        vec!["check"],
        vec!["sync"],
        vec!["serve", "--config", "a.yaml", "--listen", "acme.example:1"],
        vec!["sync", "--config", "a.yaml", "--direction", "sideways"],
        vec!["sandbox", "--seed", "empty", "--records", "5"],
        vec!["sandbox", "--seed", "demo", "--world", "friday.json"],
        vec!["sandbox", "--world", "/no/such/world.json"],
        vec!["check", "/no/such/file.yaml"],
    ] {
        let ended = run(&arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{arguments:?}: {}", ended.stderr);
        assert!(!ended.stderr.is_empty());
    }
}

#[test]
fn a_missing_file_is_named_with_what_to_do() {
    let ended = run(&["sync", "--config", "/no/such/file.yaml"]);
    insta::assert_snapshot!(ended.stderr, @r"
    error: cannot read /no/such/file.yaml: No such file or directory (os error 2)
        check the path and its permissions
    ");
}

/// Each list is a document, also where there is nothing to list, and so is each refusal.
#[test]
fn what_is_asked_for_as_json_is_one_document() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let asked = |arguments: &str| {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let ended = run(&[&arguments[..], &["--config", &file, "--json"]].concat());
        (ended.code, ended.json())
    };
    for (arguments, list) in [
        ("conflicts list", "conflicts"),
        ("matches list", "matches"),
        ("parked", "parked"),
        ("journal", "entries"),
        ("users list", "users"),
        ("configuration list", "versions"),
        ("secret list", "secrets"),
    ] {
        let (code, answer) = asked(arguments);
        assert_eq!((code, &answer[list]), (0, &serde_json::json!([])), "{arguments}: {answer}");
    }
    assert_eq!(asked("show OPS-7").0, 2);
    for arguments in [
        "show OPS-7",
        "inspect list",
        "explain OPS-7",
        "refresh OPS-7",
        "unlink OPS-7",
        "retry --item nope",
        "resume nope",
        "journal --link 7",
        "parked --item nope",
        "export --items nope",
        "configuration show 7",
        "objects nope",
        "rights nope",
        "domains list",
        "access list",
    ] {
        let (code, answer) = asked(arguments);
        assert!(code != 0 && answer["ok"] == false, "{arguments}: {code} {answer}");
        assert!(!answer["problems"][0]["message"].as_str().unwrap().is_empty(), "{arguments}: {answer}");
    }
    assert_eq!(asked("recover"), (0, serde_json::json!({ "noted": true })));
    let since = run(&["journal", "--config", &file, "--since", "yesterday"]);
    assert!(since.code == 2 && since.stderr.contains("write it like 2026-12-31T12:00:00Z"), "{since:?}");
}

#[test]
fn what_cannot_be_meant_is_not_suggested() {
    let unknown = run(&["verify", "--nosuch"]);
    assert!(unknown.code == 2 && !unknown.stderr.contains("as a value"), "{unknown:?}");
    let mut verify = entente(&["verify"]);
    let asked = ended(verify.env("ENTENTE_SERVER", "http://127.0.0.1:7400").output().unwrap());
    let says = "the server that ENTENTE_SERVER names cannot be asked for this";
    assert!(asked.code == 2 && asked.stderr.contains(says), "{asked:?}");
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let mut child = entente(&["check", "--schema"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = ended(child.wait_with_output().unwrap());
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
}

#[test]
fn a_full_disk_is_no_panic_either() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = ended(entente(&["check", "--schema"]).stdout(full).stderr(Stdio::piped()).output().unwrap());
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.starts_with("error: cannot write the answer: No space left"), "{}", ended.stderr);
}

#[test]
fn a_sandbox_says_where_it_is_and_saves_its_world_when_stopped() {
    let desk = Desk::new();
    let (ready_file, snapshot) = (desk.arg("ready.json"), desk.arg("world.json"));
    let sandbox = Running::start(
        &[
            "sandbox",
            "--salesforce-listen",
            "0",
            "--jira-listen",
            "0",
            "--ready-file",
            &ready_file,
            "--snapshot",
            &snapshot,
        ],
        &desk,
    );
    let ready = ready(&desk.path("ready.json"));
    assert!(ready["salesforce"]["url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert_eq!(ready["jira"]["api_token"], "sandbox-api-token");
    assert_eq!((&ready["server"], &ready["config"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    sandbox.signal("INT");
    assert_eq!(sandbox.wait().code(), Some(0));
    let world: serde_json::Value = serde_json::from_slice(&std::fs::read(snapshot).unwrap()).unwrap();
    assert!(world["salesforce"].is_object() && world["jira"].is_object());
}
