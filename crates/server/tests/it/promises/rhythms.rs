//! The server's two rhythms: polls find everything, pushes are quick, and together they do nothing twice.

use serde_json::{Value, json};

use super::company::{Company, Side};
use crate::process::{Port, Running, get, ready, send, wait_for};

const ITEM: &str = cases!(
    r"
    fields: [ { salesforce: Subject, jira: summary } ]
    status:
      field: Status
      values: { New: To Do, Working: In Progress, Closed: Done }
"
);

/// A server, and the port that is its own.
pub(super) struct Server {
    _running: Running,
    port: Port,
}

impl Server {
    pub(super) fn url(&self) -> String {
        self.port.url()
    }
}

/// A server that looks every so many seconds, and, with `push`, is told of changes.
fn serve(company: &Company, poll_seconds: u32, push: bool) -> Server {
    let server = serve_item(company, ITEM, poll_seconds, push);
    if push {
        wait_for("the webhook at the site", || company.webhooks().contains(&server.port.url()).then_some(()));
    }
    server
}

pub(super) fn serve_item(company: &Company, item: &str, poll_seconds: u32, push: bool) -> Server {
    // The account that registers webhooks must administer the site.
    let port = Port::reserve();
    let server = port.url();
    let more = format!(
        "triggers: {{ poll_seconds: {poll_seconds}, push: {push} }}\n\
         server: {{ public_url: \"{server}\", api_tokens: [ token-of-a-test ] }}\n"
    );
    let file = company.configure(item, &more);
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace("integration@sandbox.example", "admin@sandbox.example");
    let text = text.replace("api_token: sandbox-least-api-token", "api_token: sandbox-api-token, webhook_secret: hush");
    let file = company.desk.file("acme.yaml", &text);
    let ready_file = company.desk.arg("server.json");
    let running = Running::start(
        &["serve", "--config", &file, "--listen", &port.number(), "--ready-file", &ready_file],
        &company.desk,
    );
    ready(&company.desk.path("server.json"));
    if push {
        company.push_cases_to(&server);
    }
    Server { _running: running, port }
}

fn twin(company: &Company, id: &str) -> String {
    wait_for("the twin", || company.twin("Case", id))
}

fn until_issue(company: &Company, key: &str, shows: impl Fn(&Value) -> bool) {
    wait_for("the issue to follow", || Some(company.issue(key)).filter(&shows));
}

fn until_case(company: &Company, id: &str, shows: impl Fn(&Value) -> bool) {
    wait_for("the case to follow", || Some(company.record("Case", id)).filter(&shows));
}

/// S1-02, S1-03, S2-42, S2-45: polls alone create issues for new cases and carry what changed since.
#[test]
fn polls_alone_find_new_and_changed_records() {
    let company = Company::new();
    let _server = serve(&company, 5, false);
    let id = company.create("Case", &json!({ "Subject": "New" }));
    let key = twin(&company, &id);
    company.edit("Case", &id, &json!({ "Subject": "Changed", "Status": "Working" }));
    until_issue(&company, &key, |issue| issue["summary"] == "Changed" && issue["status"]["name"] == "In Progress");
    company.edit_issue(&key, &json!({ "summary": "From Jira" }));
    until_case(&company, &id, |case| case["Subject"] == "From Jira");
}

/// S2-45, S2-58: a poll takes up what came in since the last one that finished.
#[test]
fn polls_take_up_what_came_in_since_the_last_one() {
    let company = Company::new();
    let filter = "object: Case, filter: { all: [ { field: Origin, is: Web }, { field: CreatedDate, greater than: \"{lasttime}\" } ] }";
    let first = company.create("Case", &json!({ "Subject": "There at the start", "Origin": "Web" }));
    let old = company.create("Case", &json!({ "Subject": "Old", "Origin": "Phone" }));
    company.pass_seconds(3_600);
    let _server = serve_item(&company, &ITEM.replace("object: Case", filter), 5, false);
    twin(&company, &first);
    company.edit("Case", &old, &json!({ "Origin": "Web" }));
    company.edit("Case", &first, &json!({ "Subject": "Linked, whenever it came in" }));
    let new = company.create("Case", &json!({ "Subject": "New", "Origin": "Web" }));
    until_issue(&company, &twin(&company, &new), |issue| issue["summary"] == "New");
    until_issue(&company, &twin(&company, &first), |issue| issue["summary"] == "Linked, whenever it came in");
    assert_eq!(company.twin("Case", &old), None);
}

/// S1-01, S2-42: each item is asked in its own rhythm, whatever that of the others is.
#[test]
fn each_item_is_polled_in_a_rhythm_of_its_own() {
    let company = Company::new();
    company.org_door(
        "objects",
        &json!({ "object": "Account", "fields": [{ "name": "Jira_Reference__c", "type": "Text", "length": 255 }] }),
    );
    let quick = ITEM.replace("    fields:", "    poll_seconds: 5\n    fields:");
    let slow = ITEM.replace("  cases:", "  accounts:").replace("object: Case", "object: Account");
    let slow = slow.replace("issue_type: Bug", "issue_type: Task").replace("Subject", "Name");
    let slow = &slow[..slow.find("    status:").unwrap()];
    let (case, account) = (json!({ "Subject": "First" }), json!({ "Name": "First" }));
    let (case, account) = (company.create("Case", &case), company.create("Account", &account));
    let _server = serve_item(&company, &format!("{quick}{slow}"), 86_400, false);
    let key = twin(&company, &case);
    wait_for("the account's twin", || company.twin("Account", &account));
    let late = company.create("Account", &json!({ "Name": "Late" }));
    for words in ["Second", "Third"] {
        company.edit("Case", &case, &json!({ "Subject": words }));
        until_issue(&company, &key, |issue| issue["summary"] == words);
    }
    assert_eq!(company.twin("Account", &late), None, "its poll is a day away");
}

/// S2-47: what cannot wait overtakes what can, though that came first; and what can wait follows.
#[test]
fn high_goes_at_once_and_the_rest_is_gathered() {
    let company = Company::new();
    let low = company.create("Case", &json!({ "Subject": "Low", "Priority": "Low" }));
    let high = company.create("Case", &json!({ "Subject": "High", "Priority": "High" }));
    let batch = "    batch: { unless: { field: Priority, is: High }, seconds: 20 }\n    status:";
    let _server = serve_item(&company, &ITEM.replace("    status:", batch), 5, false);
    assert_eq!(twin(&company, &high), "OPS-1");
    assert_eq!(twin(&company, &low), "OPS-2");
}

/// S1-04, S1-59, S2-43, S2-85: pushes alone carry fields and status, from both sides; the next poll is a day away.
#[test]
fn pushes_alone_carry_changes_both_ways() {
    let company = Company::new();
    let first = company.create("Case", &json!({ "Subject": "There at the start" }));
    let _server = serve(&company, 86_400, true);
    let key = twin(&company, &first);
    company.edit_issue(&key, &json!({ "summary": "From Jira" }));
    company.move_issue(&key, "In Progress");
    until_case(&company, &first, |case| case["Subject"] == "From Jira" && case["Status"] == "Working");
    company.edit("Case", &first, &json!({ "Subject": "From Salesforce", "Status": "Closed" }));
    until_issue(&company, &key, |issue| issue["summary"] == "From Salesforce" && issue["status"]["name"] == "Done");
}

/// S2-85: instead of an outbound message, a flow tells by an HTTP callout that a record has changed.
#[test]
fn a_flows_callout_carries_a_change() {
    let company = Company::new();
    let id = company.create("Case", &json!({ "Subject": "There at the start" }));
    let server = serve(&company, 86_400, true);
    let key = twin(&company, &id);
    company.org_door("webhooks", &json!({ "drop": 1.0 }));
    company.edit("Case", &id, &json!({ "Subject": "From a flow" }));
    let door = format!("{}/hooks/salesforce/acme-org", server.port.url());
    let told = |organization: &str| {
        let body = json!({ "organization": organization, "object": "Case", "record": id });
        send(reqwest::Client::new().post(&door).body(body.to_string())).unwrap().0
    };
    assert_eq!(told("00D5g0000000002EAA"), 401, "another org");
    assert_eq!(told("00D5g0000000001EAA"), 202);
    until_issue(&company, &key, |issue| issue["summary"] == "From a flow");
}

/// A site that does not take the webhook at the start is asked again, and the status says so meanwhile.
#[test]
fn a_webhook_that_was_refused_at_the_start_is_registered_later() {
    let company = Company::new();
    company.site_door("faults", &json!({ "name": "error_before", "route": "GET /rest/webhooks/1.0/webhook" }));
    let server = serve_item(&company, ITEM, 86_400, true);
    let problem = || {
        let status = get(&format!("{}/api/v1/status", server.port.url()), "token-of-a-test")?;
        let site =
            status["connections"].as_array()?.iter().find(|connection| connection["name"] == "acme-site")?.clone();
        Some(site["push_problem"].as_str().map(str::to_owned))
    };
    let said = wait_for("the refusal", || problem()?);
    assert!(said.contains("Internal server error"), "{said}");
    company.heal();
    wait_for("the webhook at the site", || company.webhooks().contains(&server.port.url()).then_some(()));
    wait_for("the status to follow", || problem().filter(Option::is_none));
}

/// S2-28, S2-44: with both rhythms, and every push told twice, each case has one issue, and each change is written once.
#[test]
fn both_rhythms_together_make_nothing_twice() {
    let company = Company::new();
    company.org_door("webhooks", &json!({ "double": 1.0 }));
    company.site_door("webhooks", &json!({ "double": 1.0 }));
    let _server = serve(&company, 5, true);
    let ids: Vec<_> = (0..8).map(|n| company.create("Case", &json!({ "Subject": format!("Case {n}") }))).collect();
    let mut twins: Vec<_> = ids.iter().map(|id| twin(&company, id)).collect();
    // One more change of each goes through both rhythms, too.
    for (id, key) in ids.iter().zip(&twins) {
        company.edit("Case", id, &json!({ "Subject": format!("Edited {key}") }));
    }
    for key in &twins {
        until_issue(&company, key, |issue| issue["summary"] == format!("Edited {key}"));
    }
    twins.sort();
    let mut issues = company.issues("OPS");
    issues.sort();
    assert_eq!(issues, twins);
    // The write log: each issue's words at its creation and after its one edit, each case's key once.
    let written = |side, field: &str| company.writes(side).iter().filter(|(name, _)| name == field).count();
    assert_eq!((written(Side::Jira, "summary"), written(Side::Salesforce, "Jira_Reference__c")), (16, 8));
}
