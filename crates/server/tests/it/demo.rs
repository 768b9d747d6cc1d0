//! The demo as a guest sees it: it links, it follows edits, and it can be taken up another day.

use serde_json::{Value, json};

use crate::process::{Desk, Running, get, ready, run, send, wait_for};

struct Demo {
    running: Running,
    ready: Value,
}

impl Demo {
    fn start(desk: &Desk) -> Self {
        let (data_dir, ready_file) = (desk.arg("demo"), desk.arg("ready.json"));
        drop(std::fs::remove_file(&ready_file));
        let addresses = ["--listen", "0", "--salesforce-listen", "0", "--jira-listen", "0"];
        let files = ["--data-dir", &data_dir, "--ready-file", &ready_file, "--headless", "--records", "20"];
        let running = Running::start(&[&["demo"], &addresses[..], &files[..]].concat(), desk);
        let demo = Self { running, ready: ready(&desk.path("ready.json")) };
        wait_for("the first look", || {
            // What waits comes again within seconds.
            let is_done = |status: &Value| is_fresh(status) && status["idle"] == true && status["waiting"] == 0;
            demo.status().filter(is_done)
        });
        demo
    }

    fn url(&self, part: &str) -> &str {
        self.ready[part]["url"].as_str().or(self.ready[part].as_str()).unwrap()
    }

    fn status(&self) -> Option<Value> {
        let token = self.ready["server_auth"]["api_token"].as_str().unwrap();
        get(&format!("{}/api/v1/status", self.url("server")), token)
    }

    fn links(&self) -> u64 {
        self.status().unwrap()["links"].as_u64().unwrap()
    }

    /// An issue that is linked, from the demo's own words.
    fn invited(&mut self) -> String {
        wait_for("an invitation", || {
            let line = self.running.line();
            line.strip_prefix("Edit the case behind ").map(|rest| rest.trim_end().trim_end_matches(':').to_owned())
        })
    }

    fn summary(&self, issue: &str) -> Option<String> {
        let url = format!("{}/rest/api/3/issue/{issue}?fields=summary", self.url("jira"));
        let request = reqwest::Client::new().get(url).basic_auth("admin@sandbox.example", Some("sandbox-api-token"));
        let issue: Value = serde_json::from_str(&send(request)?.1).ok()?;
        Some(issue["fields"]["summary"].as_str()?.to_owned())
    }

    fn stop(self, signal: &str) {
        self.running.signal(signal);
        let said = self.running.said();
        assert_eq!(self.running.wait().code(), Some(0), "{said}");
    }
}

fn is_fresh(status: &Value) -> bool {
    let connections = status["connections"].as_array().unwrap();
    connections.iter().all(|connection| connection["fresh_seconds"].is_number())
}

fn token(org: &str) -> String {
    let form = "grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret";
    let request = reqwest::Client::new()
        .post(format!("{org}/services/oauth2/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    let answer: Value = serde_json::from_str(&send(request).unwrap().1).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// The case behind an issue, by the issue's correlation field.
fn case_of(org: &str, issue: &str) -> String {
    let query = format!("{org}/services/data/v64.0/query?q=SELECT+Id+FROM+Case+WHERE+Jira_Reference__c='{issue}'");
    let rows = get(&query, &token(org)).unwrap();
    rows["records"][0]["Id"].as_str().unwrap_or_else(|| panic!("no case refers to {issue}: {rows}")).to_owned()
}

#[test]
fn an_edit_in_the_org_reaches_the_site_and_is_told() {
    let desk = Desk::new();
    let mut demo = Demo::start(&desk);
    assert!(demo.links() > 0, "{:?}", demo.status());
    let issue = demo.invited();
    let org = demo.url("salesforce").to_owned();
    let case = format!("{org}/services/data/v64.0/sobjects/Case/{}", case_of(&org, &issue));
    let edit = reqwest::Client::new()
        .patch(case)
        .bearer_auth(token(&org))
        .header("content-type", "application/json")
        .body(json!({ "Subject": "Edited by a guest" }).to_string());
    assert_eq!(send(edit).unwrap().0, 204);
    wait_for("the summary to follow", || demo.summary(&issue).filter(|summary| summary == "Edited by a guest"));
    let told = wait_for("the change to be told", || Some(demo.running.line()).filter(|line| line.contains(" ms)")));
    assert!(told.contains(&issue) && told.contains("Subject"), "{told}");
    demo.stop("INT");
}

#[test]
fn a_kept_demo_goes_on_with_the_same_links_wherever_it_listens() {
    let desk = Desk::new();
    let first = Demo::start(&desk);
    let (links, server) = (first.links(), first.url("server").to_owned());
    let file = desk.path("demo").join("demo.yaml");
    let beside = run(&["sync", "--config", file.to_str().unwrap()]);
    assert!(beside.stderr.contains("demo is in use by process"), "its database is the demo's own: {beside:?}");
    // The terminal was closed.
    first.stop("HUP");
    let again = Demo::start(&desk);
    assert_eq!(again.links(), links);
    let pushes = get(&format!("{}/__sandbox/push", again.url("salesforce")), "").unwrap();
    assert_eq!(pushes.as_array().unwrap().len(), 1, "{pushes}");
    let said = std::fs::read_to_string(desk.path("demo").join("demo.yaml")).unwrap();
    assert!(said.contains(again.url("server")) && !said.contains(&server), "{said}");
    let writes = get(&format!("{}/__sandbox/calls", again.url("jira")), "").unwrap();
    assert!(writes["by_route"]["POST /rest/api/3/issue/bulk"].is_null(), "{writes}");
    again.stop("TERM");
}

#[test]
fn a_killed_demo_is_not_taken_up_with_half_of_its_world() {
    let desk = Desk::new();
    let demo = Demo::start(&desk);
    demo.running.signal("KILL");
    drop(demo);
    let addresses = ["--listen", "0", "--salesforce-listen", "0", "--jira-listen", "0"];
    let ended = run(&[&["demo", "--headless", "--data-dir", &desk.arg("demo")], &addresses[..]].concat());
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("has a database and no world"), "{}", ended.stderr);
}
