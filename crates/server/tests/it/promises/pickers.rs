//! What forms stand on: what can be picked, as both sides have it now; a draft that is tried before it is saved; and
//! secrets that go into the store and come back nowhere.

use std::path::Path;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::company::{Company, text};
use crate::process::{Running, entente, ready, send, wait_for};

const TOKEN: &str = "first-token";
/// As `openssl rand -base64 32` prints it.
const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const SECRET: &str = "sandbox-least-secret";

const MORE: &str = r#"
triggers: { poll_seconds: 86400 }
server: { api_tokens: [ "${FIRST_TOKEN}" ] }
"#;

/// A server that runs a file.
struct Stage {
    company: Company,
    url: String,
    _running: Running,
}

impl Stage {
    fn new(items: &str) -> Self {
        let company = Company::new();
        let (file, ready_file) = (company.configure(items, MORE), company.desk.arg("ready.json"));
        let mut command = entente(&["serve", "--config", &file, "--listen", "0", "--ready-file", &ready_file]);
        let running = Running::start_with(command.env("ENTENTE_KEY", KEY), &company.desk);
        let url = text(&ready(&company.desk.path("ready.json"))["server"]).to_owned();
        Self { company, url, _running: running }
    }

    fn ask(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = Client::new().request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(TOKEN);
        let digest = body["seen"].as_str().unwrap_or_default().to_owned();
        let mut body = body.clone();
        body.as_object_mut().map(|body| body.remove("seen"));
        let request = request.header("content-type", "application/json").header("if-match", digest);
        let (status, text) = send(request.body(body.to_string())).unwrap();
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }

    fn get(&self, path: &str) -> Value {
        let (status, answer) = self.ask(Method::GET, path, &json!({}));
        assert_eq!(status, 200, "{answer}");
        answer
    }

    fn refusal(&self, method: Method, path: &str, body: &Value) -> String {
        let (status, answer) = self.ask(method, path, body);
        format!("{status}: {}", answer["detail"].as_str().unwrap_or_else(|| panic!("{answer}")))
    }

    fn text(&self) -> (String, String) {
        let kept = self.get("/configuration/text");
        (text(&kept["text"]).to_owned(), text(&kept["digest"]).to_owned())
    }

    /// The text with a second connection to the same org, whose secret stands in the store.
    fn with_second(&self, secret: &str) -> String {
        let second = format!(
            "connections:\n  second-org:\n    sandbox: true\n    pace: unlimited\n    salesforce: {{ login_url: \"{}\", \
             client_id: sandbox-least-client, client_secret: \"{secret}\" }}",
            self.company.addresses().0
        );
        self.text().0.replacen("connections:", &second, 1)
    }

    fn stored(&self) -> String {
        std::fs::read_to_string(self.company.desk.path("entente-data/secrets.json")).unwrap_or_default()
    }
}

/// S1-67, S1-97: projects, types with their statuses, and the fields of the type come from the site as it is now; of the
/// fields of an object those are marked that can hold a status.
#[test]
fn what_a_form_offers_comes_from_both_sides_as_they_are_now() {
    let stage = Stage::new("  {}\n");
    let names = |rows: &Value, key: &str| -> Vec<String> {
        rows.as_array().unwrap().iter().map(|row| text(&row[key]).to_owned()).collect()
    };
    let projects = stage.get("/connections/acme-site/projects");
    assert!(names(&projects["projects"], "key").contains(&"OPS".to_owned()), "{projects}");
    let types = stage.get("/connections/acme-site/projects/OPS")["types"].clone();
    let bug = types.as_array().unwrap().iter().find(|kind| kind["name"] == "Bug").unwrap_or_else(|| panic!("{types}"));
    assert!(bug["statuses"].as_array().unwrap().contains(&json!("In Progress")), "{bug}");

    let fields = || stage.get("/connections/acme-site/projects/OPS/types/Bug")["fields"].clone();
    let field = |label: &str| fields().as_array().unwrap().iter().find(|field| field["label"] == label).cloned();
    let summary = field("Summary").unwrap();
    assert_eq!((&summary["name"], &summary["required"]), (&json!("summary"), &json!(true)));
    assert_eq!(field("Salesforce Case ID").unwrap()["name"], "Salesforce Case ID", "custom fields go by their names");
    assert!(field("Priority").unwrap()["values"].as_array().unwrap().contains(&json!("High")));

    let status = stage.get("/connections/acme-org/objects/Case");
    let usable: Vec<&Value> = status["fields"].as_array().unwrap().iter().filter(|f| f["is_status"] == true).collect();
    let called: Vec<&str> = usable.iter().map(|field| text(&field["name"])).collect();
    assert!(called.contains(&"Status") && !called.contains(&"Subject"), "{called:?}");
    assert!(usable.iter().all(|field| field["type"] == "picklist" && field["updateable"] == true), "{usable:?}");

    for (path, said) in [
        ("acme-org/projects", "404: There is no Jira connection \"acme-org\"; there is: acme-site."),
        ("acme-site/projects/NOPE", "404: acme-site has no project NOPE that the account can see."),
        ("acme-site/projects/OPS/types/Beetle", "404: OPS has no issue type Beetle."),
    ] {
        assert_eq!(stage.refusal(Method::GET, &format!("/connections/{path}"), &json!({})), said);
    }
}

/// S1-42, S1-46, S1-47, S2-17: a connection is tried with what was typed before anything is saved; then its secret lies in
/// the store, is replaced under the same name, and is gone with the connection.
#[test]
fn a_connection_is_tried_and_its_secret_goes_into_the_store() {
    let stage = Stage::new("  {}\n");
    let draft = stage.with_second("secret:second-org.client-secret");
    let look = |secret: &str| {
        let secrets = json!({ "second-org.client-secret": secret });
        json!({ "text": draft, "connection": "second-org", "secrets": secrets })
    };
    let (status, seen) = stage.ask(Method::POST, "/configuration/look", &look(SECRET));
    assert!(status == 200 && text(&seen["identity"]["id"]).starts_with("00D"), "{seen}");
    let refused = stage.refusal(Method::POST, "/configuration/look", &look("canary-wrong"));
    assert!(refused.starts_with("503: This cannot be answered now: connection second-org"), "{refused}");
    assert!(!refused.contains("canary"), "{refused}");
    assert_eq!(stage.stored(), "", "nothing was kept");

    let save = |secret: &str, more: Value| {
        let mut wish = json!({ "text": draft, "by": "ada", "seen": stage.text().1 });
        wish["secrets"] = json!({ "second-org.client-secret": secret });
        wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        stage.ask(Method::PUT, "/configuration/text", &wish)
    };
    let (status, refused) = save("canary-wrong", json!({}));
    assert!(status == 409 && text(&refused["detail"]).contains("Not applied: connection second-org"), "{refused}");
    assert_eq!(stage.stored(), "");
    assert_eq!(save(SECRET, json!({})).1["applied"], true);
    wait_for("the connection is in use", || {
        (stage.ask(Method::GET, "/connections/second-org/identity", &json!({})).0 == 200).then_some(())
    });
    assert!(stage.stored().contains("second-org.client-secret") && !stage.stored().contains(SECRET));

    let insisted = save("canary-wrong", json!({ "anyway": true }));
    assert_eq!(insisted.1["applied"], true, "the text is the same, the secret another: {insisted:?}");
    assert_eq!(stage.ask(Method::GET, "/connections/second-org/identity", &json!({})).0, 503);
    let journal = stage.get("/journal?kind=configuration&newest=true").to_string();
    assert!(journal.contains("ada replaced in the store of secrets: second-org.client-secret"), "{journal}");

    let begin = draft.find("  second-org:").unwrap();
    let without = format!("{}{}", &draft[..begin], &draft[draft.find("  acme-org:").unwrap()..]);
    let wish = json!({ "text": without, "forget": true, "seen": stage.text().1 });
    assert_eq!(stage.ask(Method::PUT, "/configuration/text", &wish).1["applied"], true);
    assert!(!stage.stored().contains("second-org"), "{}", stage.stored());
    assert!(!stage.get("/journal?newest=true").to_string().contains("canary"), "no secret is told");
}

/// A secret needs a key, a name and a content.
#[test]
fn a_secret_that_cannot_be_kept_is_refused() {
    let stage = Stage::new("  {}\n");
    let draft = stage.with_second("secret:a b");
    let wish = json!({ "text": draft, "secrets": { "a b": SECRET }, "seen": stage.text().1 });
    let refused = stage.refusal(Method::PUT, "/configuration/text", &wish);
    assert!(refused.starts_with("422: "), "{refused}");
    assert!(!Path::new(&stage.company.desk.path("entente-data/secrets.json")).exists());
}

/// S1-31: nothing new is built on a side that does not answer, be it only a draft.
#[test]
fn an_item_waits_until_its_connections_are_confirmed() {
    let stage = Stage::new("  {}\n");
    stage.company.org_door("faults", &json!({ "route": "*", "answer": "status", "status": 503 }));
    let item = "items:\n  cards:\n    owner: ada@acme.example\n    state: draft\n    mode: display-only\n    salesforce: { connection: \
                acme-org, object: Account }\n    jira: { connection: acme-site, projects: [ OPS ] }\n    fields: [ { \
                salesforce: Name } ]\n";
    let (before, seen) = stage.text();
    let draft = before.replace("items:\n  {}\n", item);
    let wish = json!({ "text": draft, "seen": seen });
    let refused = stage.refusal(Method::PUT, "/configuration/text", &wish);
    assert!(refused.starts_with("409: Not applied: connection acme-org"), "{refused}");
    stage.company.heal();
    assert_eq!(stage.ask(Method::PUT, "/configuration/text", &wish).1["applied"], true);
}

/// S1-60, S1-67: what an item lacks on either side is said of the draft, as if it ran.
#[test]
fn what_an_item_lacks_is_said_of_a_draft() {
    let stage = Stage::new("  {}\n");
    let item = |fields: &str| {
        let lines = format!("    fields: [ {fields} ]\n    state: draft\n");
        let usual = "items:\n  cases:\n    owner: ada@acme.example\n    salesforce: { connection: acme-org, object: Case }\n    \
                     jira: { connection: acme-site, project: OPS, issue_type: Bug }\n    auto_create: jira\n    correlation: { \
                     salesforce: Jira_Reference__c, jira: Salesforce Case ID }\n";
        let draft = stage.text().0.replace("items:\n  {}\n", &format!("{usual}{lines}"));
        let (status, seen) = stage.ask(Method::POST, "/configuration/look", &json!({ "text": draft, "item": "cases" }));
        assert_eq!(status, 200, "{seen}");
        seen["findings"].to_string()
    };
    let lacking = item("{ salesforce: Description, jira: description }");
    assert!(lacking.contains("required-field") && lacking.contains("choose another issue type"), "{lacking}");
    let misfit = item("{ salesforce: Subject, jira: summary }, { salesforce: IsEscalated, jira: duedate }");
    assert!(misfit.contains("IsEscalated"), "{misfit}");
    let fits = item("{ salesforce: Subject, jira: summary }");
    assert!(!fits.contains("\"error\""), "{fits}");
    let neither = stage.refusal(Method::POST, "/configuration/look", &json!({ "text": stage.text().0 }));
    assert_eq!(neither, "400: Send either `connection` or `item` beside `text`.");
    let nobody = stage.refusal(Method::POST, "/configuration/look", &json!({ "text": stage.text().0, "item": "x" }));
    assert_eq!(nobody, "404: There is no item \"x\" in this text.");
}
