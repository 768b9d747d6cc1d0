//! What commands say about a configuration.

use crate::process::{Desk, ended, entente, run};
use crate::stage::CONFIGURATION;

#[test]
fn a_valid_file_is_said_to_be_so() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let answer = run(&["check", &file]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.stdout.ends_with("acme.yaml is valid: 1 connected item, 2 connections.\n"), "{}", answer.stdout);
    assert_eq!(run(&["check", &file, "--json"]).json()["ok"], true);
}

#[test]
fn all_problems_come_at_once_and_point_at_the_word() {
    let desk = Desk::new();
    let wrong = CONFIGURATION
        .replace("fields:", "fileds:")
        .replace("client_secret: hush", "client_secret: ${ENTENTE_TEST_NEVER_SET}")
        .replace("connection: acme-site", "connection: acme-sight");
    let file = desk.file("acme.yaml", &wrong);
    let answer = run(&["check", &file]);
    assert_eq!((answer.code, answer.stderr.as_str()), (1, ""));
    let place = |word: &str| {
        let (n, line) = wrong.lines().enumerate().find(|(_, line)| line.contains(word)).unwrap();
        format!("{file}:{}:{}: error: ", n + 1, line.find(word).unwrap() + 1)
    };
    for word in ["fileds", "${ENTENTE_TEST_NEVER_SET}", "acme-sight"] {
        assert!(answer.stdout.contains(&place(word)), "{} is not in:\n{}", place(word), answer.stdout);
    }
    assert!(answer.stdout.contains("`fields`"), "no suggestion in:\n{}", answer.stdout);
}

#[test]
fn problems_have_their_pinned_json_shape() {
    let desk = Desk::new();
    let file = desk
        .file("acme.yaml", &CONFIGURATION.replace("hush, webhook_secret: org", "${NEVER_SET}, webhook_secret: org"));
    let mut command = entente(&["check", &file, "--json"]);
    let answer = ended(command.env_remove("NEVER_SET").output().unwrap());
    assert_eq!(answer.code, 1);
    let mut report = answer.json();
    let problem = &mut report["problems"][0];
    assert_eq!(problem["file"].take(), file.as_str());
    insta::assert_json_snapshot!(report, @r#"
    {
      "ok": false,
      "problems": [
        {
          "severity": "error",
          "code": "unresolved-reference",
          "message": "`${NEVER_SET}` has no value: it is not set",
          "remedy": "set the environment variable `NEVER_SET`",
          "file": null,
          "line": 6,
          "column": 82,
          "item": null
        }
      ]
    }
    "#);
}

#[test]
fn other_commands_refuse_a_wrong_file_as_misuse() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", &CONFIGURATION.replace("fields:", "fileds:"));
    for command in ["serve", "sync", "verify", "doctor"] {
        let answer = run(&[command, "--config", &file]);
        assert_eq!((answer.code, answer.stdout.as_str()), (2, ""), "{command}");
        assert!(answer.stderr.contains("unknown key `fileds`"), "{command}: {}", answer.stderr);
        assert!(!desk.path("entente-data").exists(), "{command} made a data directory");
    }
    let as_json = run(&["sync", "--config", &file, "--json"]);
    assert_eq!((as_json.code, &as_json.json()["ok"]), (2, &serde_json::json!(false)));
}

#[test]
fn an_item_that_is_not_there_is_answered_with_those_that_are() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let answer = run(&["sync", "--config", &file, "--item", "suport-bugs"]);
    assert_eq!(answer.code, 2);
    assert!(
        answer.stderr.contains("has no connected item `suport-bugs`\n    it has: support-bugs"),
        "{}",
        answer.stderr
    );
}

#[test]
fn a_peer_that_does_not_answer_is_named() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let online = run(&["check", &file, "--online", "--json"]);
    assert_eq!(online.code, 1, "{online:?}");
    let problems = online.json()["problems"].to_string();
    assert!(problems.contains("connection acme-"), "{problems}");
    let sync = run(&["sync", "--config", &file]);
    assert_eq!((sync.code, sync.stdout.as_str()), (1, ""));
    assert!(
        sync.stderr.contains("connection acme-") && sync.stderr.contains("its proxy and the network"),
        "{}",
        sync.stderr
    );
}
