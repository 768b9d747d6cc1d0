//! `entente serve` as a process: one per directory, stopped by signal, reading its file again.

use std::process::Command;

use crate::process::{Desk, Running, get, ready, run, wait_for};
use crate::stage::{CONFIGURATION, TOKEN};

fn serve(desk: &Desk) -> Running {
    let (file, ready_file) = (desk.file("acme.yaml", CONFIGURATION), desk.arg("ready.json"));
    Running::start(&["serve", "--config", &file, "--listen", "0", "--ready-file", &ready_file], desk)
}

fn status(server: &str) -> Option<serde_json::Value> {
    get(&format!("{server}/api/v1/status"), TOKEN)
}

#[test]
fn the_ready_file_leads_to_a_server_that_answers() {
    let desk = Desk::new();
    let running = serve(&desk);
    let ready = ready(&desk.path("ready.json"));
    assert_eq!(ready["server_auth"]["api_token"], "first-token");
    assert_eq!(ready["config"], desk.arg("acme.yaml").as_str());
    assert!(ready["salesforce"].is_null() && ready["jira"].is_null());
    let status = status(ready["server"].as_str().unwrap()).unwrap();
    assert_eq!(status["items"][0]["name"], "support-bugs");
    running.signal("TERM");
    assert_eq!(running.wait().code(), Some(0));
}

#[test]
fn a_second_process_on_the_directory_is_told_who_is_there() {
    let desk = Desk::new();
    let running = serve(&desk);
    let answer = run(&["verify", "--config", &desk.arg("acme.yaml")]);
    assert_eq!((answer.code, answer.stdout.as_str()), (2, ""));
    assert!(answer.stderr.contains(&format!("is in use by process {}", running.pid())), "{}", answer.stderr);
    running.signal("INT");
    assert_eq!(running.wait().code(), Some(0));
    let free = run(&["verify", "--config", &desk.arg("acme.yaml")]);
    assert_eq!(free.code, 1, "{free:?}");
}

#[test]
fn a_taken_address_is_named_with_the_option_that_changes_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let answer = run(&["serve", "--config", &file, "--listen", &address]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains(&address) && answer.stderr.contains("--listen"), "{}", answer.stderr);
}

#[test]
fn a_changed_file_takes_effect_and_a_wrong_one_does_not() {
    let desk = Desk::new();
    let running = serve(&desk);
    let ready = ready(&desk.path("ready.json"));
    let server = ready["server"].as_str().unwrap();

    desk.file("acme.yaml", &CONFIGURATION.replace("fields:", "fileds:"));
    // A look may fall between two writes of the file; the next one sees all of it.
    let problem = wait_for("the status to say why", || {
        let problem = status(server)?["configuration_problem"].as_str()?.to_owned();
        problem.contains("fileds").then_some(problem)
    });
    assert!(problem.contains("acme.yaml:17:5: unknown key `fileds`"), "{problem}");
    assert_eq!(status(server).unwrap()["items"][0]["name"], "support-bugs");

    desk.file("acme.yaml", &CONFIGURATION.replace("support-bugs", "renamed-bugs"));
    // A person who does not want to wait for the next look.
    running.signal("HUP");
    wait_for("the new item", || status(server).filter(|status| status["items"][0]["name"] == "renamed-bugs"));
    assert!(status(server).unwrap()["configuration_problem"].is_null());
}

#[test]
fn logs_are_sentences_on_stderr_and_json_when_asked() {
    let desk = Desk::new();
    let file =
        desk.file("acme.yaml", &CONFIGURATION.replace(", api_tokens: [ \"${FIRST_TOKEN}\", \"${SECOND_TOKEN}\" ]", ""));
    let running = Running::start(&["serve", "--config", &file, "--listen", "0", "--log-format", "json"], &desk);
    let line =
        wait_for("a log line", || running.said().lines().find(|line| line.contains("api_tokens")).map(str::to_owned));
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["level"], &line["target"]), (&"WARN".into(), &"entente_server::cli::serve".into()));
    let alive = Command::new("kill").args(["-0", &running.pid().to_string()]).status().unwrap();
    assert!(alive.success());
}
