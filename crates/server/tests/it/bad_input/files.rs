//! Files, addresses and databases that cannot be what they are given as. Nothing is asked outside.

use std::net::TcpListener;

use super::refusal;
use crate::process::{Desk, run};
use crate::stage::CONFIGURATION;

#[test]
fn a_configuration_that_is_no_text_is_refused_with_what_to_do() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("folder")).unwrap();
    std::fs::write(desk.path("binary"), [0xff, 0xfe, 0, 1]).unwrap();
    for (name, sentence) in [
        ("folder", "Is a directory (os error 21)\n    give the path of a file\n"),
        ("binary", "it is no text in UTF-8\n    check that this is the right file\n"),
        ("nowhere", "No such file or directory (os error 2)\n    check the path and its permissions\n"),
    ] {
        let file = desk.arg(name);
        for command in [vec!["check", &file], vec!["sync", "--config", &file], vec!["serve", "--config", &file]] {
            assert_eq!(refusal(&command, 2), format!("error: cannot read {file}: {sentence}"), "{command:?}");
        }
    }
}

#[test]
fn a_text_that_is_no_configuration_is_answered_with_the_place() {
    let desk = Desk::new();
    for (text, sentence) in [
        ("", ":1:1: error: the document is empty\n    begin with `version: 1` and `connections:`\n"),
        ("hello", ":1:1: error: the document must be a mapping, not a single value\n    write a mapping with keys"),
        (
            "version: 1\nit\0ems:\n",
            ":2:3: error: this is not YAML: a NUL byte stands here\n    save the file as text in UTF-8",
        ),
        ("version: 1\nitems: [\n", ":3:1: error: this is not YAML: "),
        ("{\"version\": 1", ":2:1: error: this is not YAML: "),
    ] {
        let file = desk.file("acme.yaml", text);
        let checked = run(&["check", &file]);
        assert_eq!((checked.code, checked.stderr.as_str()), (1, ""), "{text}");
        assert!(checked.stdout.contains(sentence), "{text}: {}", checked.stdout);
        assert!(refusal(&["verify", "--config", &file], 2).contains(sentence), "{text}");
    }
}

#[test]
fn a_file_that_could_not_be_written_in_the_end_is_refused_before_anything_begins() {
    let desk = Desk::new();
    let (folder, file) = (desk.arg(""), desk.file("acme.yaml", CONFIGURATION));
    let ports = ["--salesforce-listen", "0", "--jira-listen", "0"];
    let serve = ["serve", "--config", &file, "--listen", "0", "--ready-file"];
    let sandbox = [&["sandbox"], &ports[..], &["--ready-file"]].concat();
    let snapshot = [&["sandbox"], &ports[..], &["--snapshot"]].concat();
    let demo = [&["demo", "--headless", "--listen", "0"], &ports[..], &["--ready-file"]].concat();
    for command in [&serve[..], &sandbox, &snapshot, &demo] {
        let said = refusal(&[command, &["/no/such/folder/f.json"]].concat(), 2);
        let sentence = "error: cannot write /no/such/folder/f.json: No such file or directory (os error 2)\n    \
                        check the path and its permissions\n";
        assert_eq!(said, sentence, "{command:?}");
        let said = refusal(&[command, &[&folder]].concat(), 2);
        assert!(said.ends_with(": is a directory\n    give the path of a file\n"), "{command:?}: {said}");
    }
    assert!(!desk.path("entente-data").exists(), "a server that was refused left a directory");
}

#[test]
fn a_database_url_that_makes_no_sense_is_refused_without_showing_it() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    for url in ["nonsense", "mysql://u:canary@host/d", "postgres://u:canary@host:port/d", "sqlite:canary.db", ""] {
        let said = refusal(&["sync", "--config", &file, "--database-url", url], 2);
        let sentence = "error: the database URL is not of the form postgres://user:password@host/database\n    \
                        correct --database-url, or ENTENTE_DATABASE_URL where it comes from there\n";
        assert_eq!(said, sentence, "{url}");
    }
}

#[test]
fn a_database_that_does_not_answer_is_a_no_without_its_password() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let said = refusal(&["sync", "--config", &file, "--database-url", "postgres://u:canary@127.0.0.1:9/d"], 1);
    assert!(said.starts_with("error: the database does not answer: ") && !said.contains("canary"), "{said}");
    assert!(said.ends_with("    check that the database runs and can be reached, then try again\n"), "{said}");
}

#[test]
fn a_data_directory_that_is_a_file_is_refused() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let said = refusal(&["verify", "--config", &file, "--data-dir", &file], 2);
    assert_eq!(
        said,
        format!("error: cannot use {file}: File exists (os error 17)\n    choose another directory with --data-dir\n")
    );
}

#[test]
fn a_port_in_use_is_named_with_its_option() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let free = ["--headless", "--listen", "0", "--salesforce-listen", "0", "--jira-listen"];
    for (command, option) in [
        (vec!["sandbox", "--salesforce-listen", "0", "--jira-listen", &address], "--jira-listen"),
        (vec!["sandbox", "--jira-listen", "0", "--salesforce-listen", &address], "--salesforce-listen"),
        ([&["demo"], &free[..], &[&address]].concat(), "--jira-listen"),
        (vec!["demo", "--headless", "--listen", &address], "--listen"),
    ] {
        let said = refusal(&command, 2);
        assert!(said.contains(&address) && said.contains("Address already in use"), "{command:?}: {said}");
        assert!(said.contains(option) && said.contains("port 0 picks a free one"), "{command:?}: {said}");
    }
}

#[test]
fn a_public_url_is_refused_with_an_example() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    for url in ["acme.example", "https://acme.example/hooks", "ftp://acme.example"] {
        let said = refusal(&["serve", "--config", &file, "--public-url", url], 2);
        assert!(said.contains("write it like https://entente.acme.example, without a path"), "{url}: {said}");
    }
}
