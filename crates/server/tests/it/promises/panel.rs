//! What the Forge app shows inside Jira, asked as Forge asks: with signed calls, in the name of people of the site.

mod forge;

use reqwest::Method;
use serde_json::{Value, json};

use self::forge::{APP, Forge, call, claims};
use super::company::{Company, Side, text};
use crate::process::{Running, entente, ready, wait_for};

const PRIYA: &str = "priya.raman@sandbox.example";

const ITEMS: &str = cases!(
    r"
    conflicts: salesforce-wins
    fields: [ { salesforce: Subject, jira: summary }, { salesforce: Priority, jira: priority } ]
    status:
      field: Status
      values: { New: To Do, Working: In Progress, Closed: Done }
  customers:
    owner: integrations@acme.example
    mode: display-only
    salesforce: { connection: acme-org, object: Account }
    jira: { connection: acme-site, projects: [ OPS, SUP ] }
    fields: [ { salesforce: Name }, { salesforce: Phone } ]
  elsewhere:
    owner: integrations@acme.example
    mode: display-only
    salesforce: { connection: acme-org, object: Lead }
    jira: { connection: acme-site, projects: [ SUP ] }
    fields: [ { salesforce: Name } ]
"
);

/// A server, the app that calls it, and an issue that its item made for a case.
struct Stage {
    company: Company,
    forge: Forge,
    running: Running,
    url: String,
    cloud_id: String,
    priya: String,
    case: String,
    key: String,
    issue: String,
}

impl Stage {
    fn new() -> Self {
        let (company, forge) = (Company::new(), Forge::new());
        let case = company.create("Case", &json!({ "Subject": "SMB hang", "Priority": "High" }));
        company.sync(ITEMS);
        let key = company.twin("Case", &case).unwrap();
        let issue = company.jira(Method::GET, &format!("issue/{key}?fields=summary"), &Value::Null);
        let (running, url) = serve(&company, &forge.keys_url);
        let (cloud_id, priya) = company.consent(PRIYA);
        let issue = text(&issue["id"]).to_owned();
        Self { company, forge, running, url, cloud_id, priya, case, key, issue }
    }

    /// A call from the panel of the issue, in Priya's name.
    fn ask(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        self.ask_with(&self.forge.token(&self.cloud_id, &self.issue), method, path, body)
    }

    fn ask_with(&self, token: &str, method: Method, path: &str, body: &Value) -> (u16, Value) {
        call(&format!("{}/forge/{path}", self.url), method, token, &self.priya, body)
    }

    fn panel(&self) -> Value {
        let (status, panel) = self.ask(Method::GET, "panel", &Value::Null);
        assert_eq!(status, 200, "{panel}");
        panel
    }

    fn refusal(&self, method: Method, path: &str, body: &Value) -> (u16, String) {
        let (status, problem) = self.ask(method, path, body);
        (status, text(&problem["detail"]).to_owned())
    }
}

fn serve(company: &Company, keys_url: &str) -> (Running, String) {
    let more = format!(
        "triggers: {{ poll_seconds: 86400, reconcile: never }}\nserver:\n  api_tokens: [ token-of-a-test ]\n  \
         forge: {{ app_id: \"{APP}\", jwks_url: \"{keys_url}\" }}\n"
    );
    let (file, ready_file) = (company.configure(ITEMS, &more), company.desk.arg("server.json"));
    // There is none before the first server.
    drop(std::fs::remove_file(&ready_file));
    let mut command = entente(&["serve", "--config", &file, "--listen", "0", "--ready-file", &ready_file]);
    let running = Running::start_with(command.env("ENTENTE_LOG", "trace"), &company.desk);
    let url = text(&ready(&company.desk.path("server.json"))["server"]).to_owned();
    wait_for("rest", || {
        let status = crate::process::get(&format!("{url}/api/v1/status"), "token-of-a-test")?;
        (status["idle"] == true).then_some(())
    });
    (running, url)
}

/// S1-22, S1-25, S1-26, S1-29, S1-77, S1-79, S1-80, S1-94: a card per item that applies; people without an account in the
/// org see the values, find a record, link it, refresh and unlink it; an automatic link stays.
#[test]
fn the_panel_of_an_issue_shows_what_applies_and_links_by_hand() {
    let stage = Stage::new();
    let panel = stage.panel();
    assert_eq!((&panel["issue"], &panel["may_edit"]), (&json!(stage.key), &json!(true)));
    let items: Vec<&str> = panel["cards"].as_array().unwrap().iter().map(|card| text(&card["item"])).collect();
    assert_eq!(items, ["cases", "customers"], "no other item is about this project and type");
    let link = &panel["cards"][0]["links"][0];
    assert_eq!((&link["origin"], &link["may_unlink"]), (&json!("auto"), &json!(false)));
    assert_eq!((&link["fields"][0]["salesforce"], &link["status_sync"]), (&json!("SMB hang"), &json!(true)));
    assert!(text(&link["salesforce"]["url"]).ends_with(&stage.case), "{link}");
    let automatic = format!("links/{}/unlink", link["link"]);
    let (status, why) = stage.refusal(Method::POST, &automatic, &Value::Null);
    assert!(status == 409 && why.contains("managed by its item"), "{status}: {why}");

    let account = stage.company.create("Account", &json!({ "Name": "Acme", "Phone": "0815" }));
    let (status, found) = stage.ask(Method::GET, "records?item=customers&text=0815", &Value::Null);
    assert_eq!((status, &found["records"][0]["id"]), (200, &json!(account)), "{found}");
    let wish = json!({ "item": "customers", "record": account });
    let token = stage.forge.token(&stage.cloud_id, &stage.issue);
    let (status, linked) = stage.ask_with(&token, Method::POST, "links", &wish);
    assert_eq!((status, &linked["may_unlink"]), (201, &json!(true)), "{linked}");
    let (status, _) = stage.ask_with(&token, Method::POST, "links", &wish);
    assert_eq!(status, 409, "the same call, sent again by whoever heard it, changes nothing");
    wait_for("the values", || {
        (stage.panel()["cards"][1]["links"][0]["fields"][0]["salesforce"] == "Acme").then_some(())
    });

    stage.company.edit("Account", &account, &json!({ "Phone": "4711" }));
    let number = linked["link"].as_i64().unwrap();
    let (status, fresh) = stage.ask(Method::POST, &format!("links/{number}/refresh"), &Value::Null);
    assert_eq!((status, &fresh["cards"][1]["links"][0]["fields"][1]["salesforce"]), (200, &json!("4711")), "{fresh}");
    let (status, apart) = stage.ask(Method::POST, &format!("links/{number}/unlink"), &Value::Null);
    assert_eq!((status, &apart["cards"][1]["links"]), (200, &json!([])), "{apart}");
    let journal = crate::process::get(&format!("{}/api/v1/journal", stage.url), "token-of-a-test").unwrap();
    assert!(journal.to_string().contains("Priya Raman, in Jira, linked Account Acme"), "{journal}");
    assert!(stage.company.written_by_entente(Side::Salesforce).iter().all(|field| field == "Jira_Reference__c"));
}

/// S1-94: Entente's account sees more than people do, so nothing is told of an issue that Jira does not show them, and who
/// may not edit an issue changes none of its links.
#[test]
fn the_panel_tells_nobody_what_jira_does_not_show_them() {
    let stage = Stage::new();
    let right = |permission: &str, granted: bool| {
        let right = json!({ "user": PRIYA, "project": "OPS", "permission": permission, "granted": granted });
        stage.company.site_door("rights", &right);
    };
    let link = stage.panel()["cards"][0]["links"][0]["link"].as_i64().unwrap();
    right("EDIT_ISSUES", false);
    assert_eq!(stage.panel()["may_edit"], false);
    for (method, path, body) in [
        (Method::GET, "records?item=customers&text=Acme".to_owned(), Value::Null),
        (Method::POST, "links".to_owned(), json!({ "item": "customers", "record": stage.case })),
        (Method::POST, format!("links/{link}/refresh"), Value::Null),
        (Method::POST, format!("links/{link}/unlink"), Value::Null),
    ] {
        let why = format!("To link, unlink or refresh you need the permission to edit {} in Jira.", stage.key);
        assert_eq!(stage.refusal(method, &path, &body), (403, why), "{path}");
    }
    right("EDIT_ISSUES", true);
    right("BROWSE_PROJECTS", false);
    for (method, path) in [(Method::GET, "panel".to_owned()), (Method::POST, format!("links/{link}/refresh"))] {
        let why = "Jira does not show you this issue, so nothing about it is told here.";
        assert_eq!(stage.refusal(method, &path, &Value::Null), (403, why.to_owned()), "{path}");
    }
    right("BROWSE_PROJECTS", true);

    // What belongs to another issue, or to an item that has nothing to do with this one, is not reached from here.
    let fields = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Task" }, "summary": "Another" });
    let other = stage.company.jira(Method::POST, "issue", &json!({ "fields": fields }));
    let from_there = stage.forge.token(&stage.cloud_id, text(&other["id"]));
    let (status, _) = stage.ask_with(&from_there, Method::POST, &format!("links/{link}/refresh"), &Value::Null);
    assert_eq!(status, 404);
    for item in ["elsewhere", "nothing"] {
        let wish = json!({ "item": item, "record": stage.case });
        let why = format!("Item \"{item}\" has nothing to do with {}.", stage.key);
        assert_eq!(stage.refusal(Method::POST, "links", &wish), (404, why));
    }
    for (path, body) in [("links", json!({ "item": "customers" })), ("links", json!("x"))] {
        assert_eq!(stage.ask(Method::POST, path, &body).0, 400);
    }
    let (_, admin) = stage.company.consent("admin@sandbox.example");
    for path in ["reach", "status", "connections", "connections/acme-org/identity", "items/cases"] {
        let url = format!("{}/forge/admin/{path}", stage.url);
        let token = stage.forge.token(&stage.cloud_id, &stage.issue);
        let (status, answer) = call(&url, Method::GET, &token, &admin, &Value::Null);
        assert_eq!(status, 200, "{path}: {answer}");
        let (status, problem) = stage.ask(Method::GET, &format!("admin/{path}"), &Value::Null);
        assert!(status == 403 && text(&problem["detail"]).contains("Administer Jira"), "{path}: {status}: {problem}");
    }
}

/// Only what Forge signed for this app, on this site, is answered; and no token is ever written to the log.
#[test]
fn calls_that_are_not_the_apps_own_are_refused() {
    let stage = Stage::new();
    let good = || claims(&stage.cloud_id, &stage.issue);
    let with = |name: &str, value: Value| {
        let mut claims = good();
        claims[name] = value;
        claims
    };
    let (key, stranger) = ("forge/invocation-token/1", Forge::new());
    for (token, status, words) in [
        (stage.forge.sign(&with("aud", json!("another app")), key), 401, "another app"),
        (stage.forge.sign(&with("exp", json!(1)), key), 401, "it has expired"),
        (stage.forge.sign(&good(), "forge/invocation-token/2"), 401, "a key that Atlassian does not publish"),
        (stranger.sign(&good(), key), 401, "its signature"),
        ("no-token".to_owned(), 401, "it is no invocation token"),
        (stage.forge.sign(&claims("another-site", &stage.issue), key), 403, "no connection"),
        (stage.forge.sign(&with("context", json!({ "cloudId": stage.cloud_id })), key), 400, "panel of an issue"),
    ] {
        for (method, path) in [(Method::GET, "panel"), (Method::POST, "events")] {
            let (answered, problem) = stage.ask_with(&token, method, path, &Value::Null);
            // An event needs no issue in its context.
            if (path, status) == ("events", 400) {
                continue;
            }
            assert_eq!(answered, status, "{path}: {problem}");
            assert!(text(&problem["detail"]).contains(words), "{path}: {problem}");
        }
    }
    let token = stage.forge.sign(&good(), key);
    let panel = format!("{}/forge/panel", stage.url);
    let (status, problem) = call(&panel, Method::GET, &token, "", &Value::Null);
    assert!(status == 401 && text(&problem["detail"]).contains("read:app-user-token"), "{status}: {problem}");
    let (status, problem) = call(&panel, Method::GET, &token, "not-a-token-of-jira", &Value::Null);
    assert_eq!(status, 403, "{problem}");
    assert_eq!(stage.ask_with(&token, Method::GET, "panel", &Value::Null).0, 200);
    let log = stage.running.said();
    assert!(log.contains("a523"), "a refusal is found by its trace");
    for secret in [&token, &stage.priya, "not-a-token-of-jira"] {
        assert!(!log.contains(secret), "a token is in the log");
    }
    drop(stage.running);

    let (_closed, url) = serve(&stage.company, "http://127.0.0.1:9/keys.json");
    let (status, problem) = call(&format!("{url}/forge/panel"), Method::GET, &token, &stage.priya, &Value::Null);
    assert!(status == 503 && text(&problem["detail"]).contains("cannot be fetched"), "{status}: {problem}");
}

/// An event of the app is a tap on the shoulder, as a webhook is: the issue is read, and its change arrives long before
/// anybody polls.
#[test]
fn an_event_of_the_app_brings_a_change_over_at_once() {
    let stage = Stage::new();
    stage.company.edit_issue(&stage.key, &json!({ "summary": "Changed in Jira" }));
    let event = json!({ "eventType": "avi:jira:updated:issue", "issue": { "id": stage.issue, "key": "FALSE-1" } });
    for _ in 0..2 {
        assert_eq!(stage.ask(Method::POST, "events", &event), (204, Value::Null));
    }
    wait_for("the change", || {
        (stage.company.record("Case", &stage.case)["Subject"] == "Changed in Jira").then_some(())
    });
    for path in ["lifecycle", "tick"] {
        assert_eq!(stage.ask(Method::POST, path, &json!({})), (204, Value::Null));
    }
    assert_eq!(stage.ask(Method::POST, "events", &json!("x")).0, 400);
    let (_, admin) = stage.company.consent("admin@sandbox.example");
    let url = format!("{}/forge/admin/reach", stage.url);
    let token = stage.forge.token(&stage.cloud_id, &stage.issue);
    let (_, reach) = call(&url, Method::GET, &token, &admin, &Value::Null);
    assert!(reach["heard_seconds"].is_number() && reach["site"] == "acme-site", "{reach}");
}
