//! What the console asks of the API, beyond what commands ask.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use entente_store::NewEntry;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::process::{Desk, Running, ready, send, wait_for};
use crate::stage::{CONFIGURATION, TOKEN, TestApp};

/// A server that runs a file, in front of peers that do not answer.
struct Server {
    desk: Desk,
    url: String,
    _running: Running,
}

impl Server {
    fn new() -> Self {
        let desk = Desk::new();
        let (file, ready_file) = (desk.file("acme.yaml", CONFIGURATION), desk.arg("ready.json"));
        let running =
            Running::start(&["serve", "--config", &file, "--listen", "0", "--ready-file", &ready_file], &desk);
        let url = ready(&desk.path("ready.json"))["server"].as_str().unwrap().to_owned();
        Self { desk, url, _running: running }
    }

    fn ask(&self, method: Method, path: &str, seen: Option<&str>, body: &Value) -> (u16, Value) {
        let request = Client::new().request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(TOKEN);
        let request = request.header("content-type", "application/json").body(body.to_string());
        let request = seen.iter().fold(request, |request, seen| request.header("if-match", format!("\"{seen}\"")));
        let (status, text) = send(request).unwrap();
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }

    fn get(&self, path: &str) -> (u16, Value) {
        self.ask(Method::GET, path, None, &Value::Null)
    }

    fn text(&self) -> (String, String) {
        let (status, kept) = self.get("/configuration/text");
        assert_eq!(status, 200, "{kept}");
        (kept["text"].as_str().unwrap().to_owned(), kept["digest"].as_str().unwrap().to_owned())
    }

    fn save(&self, text: &str, seen: Option<&str>, anyway: bool) -> (u16, Value) {
        let wish = json!({ "text": text, "by": "ada", "anyway": anyway });
        self.ask(Method::PUT, "/configuration/text", seen, &wish)
    }

    fn file(&self) -> String {
        std::fs::read_to_string(self.desk.path("acme.yaml")).unwrap()
    }
}

fn detail(answer: &(u16, Value)) -> String {
    format!("{}: {}", answer.0, answer.1["detail"].as_str().unwrap_or_default())
}

/// A draft is looked at as it is typed: every problem with its line and column, and what would change.
#[test]
fn a_text_is_checked_while_it_is_typed() {
    let server = Server::new();
    let wrong = CONFIGURATION.replace("auto_create: jira", "auto_craete: jira");
    let (status, found) = server.ask(Method::POST, "/configuration/check", None, &json!({ "text": wrong }));
    assert_eq!(status, 200, "{found}");
    let line = 1 + wrong.lines().position(|line| line.contains("auto_craete")).unwrap();
    let problem = &found["problems"][0];
    assert_eq!(
        (&problem["line"], &problem["column"], &problem["severity"]),
        (&json!(line), &json!(5), &json!("error"))
    );
    assert!(problem["message"].as_str().unwrap().contains("auto_craete"), "{problem}");
    let renamed = CONFIGURATION.replace("jira: summary", "jira: description");
    let (_, found) = server.ask(Method::POST, "/configuration/check", None, &json!({ "text": renamed }));
    assert!(found["changes"].to_string().contains("Subject>description"), "{found}");
    assert_eq!(server.file(), CONFIGURATION, "nothing is kept");
}

/// Saving writes the file that is the truth, comments and all, for whoever has seen what it said before; it is journalled
/// with who did it, and in use soon.
#[test]
fn saving_writes_the_file_and_overwrites_nobody() {
    let server = Server::new();
    let (text, seen) = server.text();
    assert_eq!(text, CONFIGURATION);
    let edited = text.replace("    owner: integrations@acme.example", "    owner: ada@acme.example # since today");

    assert_eq!(
        detail(&server.save(&edited, None, true)),
        "428: Send the digest of the text that you have seen as the header `If-Match`."
    );
    let sentence = "412: Somebody else has changed the configuration meanwhile; take over what it says now.";
    assert_eq!(detail(&server.save(&edited, Some(&"0".repeat(64)), true)), sentence);
    let broken = server.save(&text.replace("object: Case", "object: "), Some(&seen), true);
    assert_eq!(broken.0, 422, "{broken:?}");
    assert_eq!(server.file(), CONFIGURATION);

    let (status, saved) = server.save(&edited, Some(&seen), false);
    assert_eq!((status, &saved["applied"]), (200, &json!(true)), "{saved}");
    assert_eq!(server.file(), edited);
    assert_eq!(detail(&server.save(&text, Some(&seen), true)), sentence);
    wait_for("the file is in use", || {
        (server.get("/items/support-bugs").1["owner"] == "ada@acme.example").then_some(())
    });
    let journal = server.get("/journal?kind=configuration&newest=true").1.to_string();
    assert!(journal.contains("ada wrote") && journal.contains("integrations@acme.example"), "{journal}");
}

/// What would run differently is looked at first; here nobody answers, so it is refused until somebody insists.
#[test]
fn what_stands_against_a_text_is_said_before_it_is_saved() {
    let server = Server::new();
    let (text, seen) = server.text();
    let other = text.replace("jira: summary", "jira: description");
    let refused = server.save(&other, Some(&seen), false);
    assert!(detail(&refused).starts_with("409: Not applied: item support-bugs was never tested"), "{refused:?}");
    assert_eq!(server.file(), CONFIGURATION);
    assert_eq!(server.save(&other, Some(&seen), true).0, 200);
    assert_eq!(server.file(), other);
}

/// The state of an item is one word of the text, and the rest stays.
#[test]
fn the_text_comes_with_another_state_for_an_item() {
    let server = Server::new();
    let (_, paused) = server.get("/configuration/text?item=support-bugs&state=paused");
    let text = paused["text"].as_str().unwrap();
    assert!(text.contains("state: paused"), "{text}");
    assert_eq!(
        text.lines().filter(|line| !line.contains("state: paused")).collect::<Vec<_>>(),
        CONFIGURATION.lines().collect::<Vec<_>>()
    );
    assert_eq!(paused["digest"], server.text().1, "of what is kept");
    let nobody = server.get("/configuration/text?item=nobody&state=paused");
    assert_eq!(
        detail(&nobody),
        "409: No one place of the text says the state of nobody; write `state:` there by hand."
    );
}

/// A file with a credential in it, which opens more than a sandbox, is neither shown nor saved.
#[test]
fn no_credential_comes_to_a_browser() {
    let server = Server::new();
    let (_, seen) = server.text();
    let real = CONFIGURATION
        .replacen("    sandbox: true\n", "", 1)
        .replace("login_url: \"http://127.0.0.1:9\"", "login_url: https://acme.my.salesforce.com");
    let refused = server.save(&real, Some(&seen), true);
    assert!(refused.0 == 422 && detail(&refused).contains("or a browser would keep it"), "{refused:?}");
    server.desk.file("acme.yaml", &real);
    let hidden = server.get("/configuration/text");
    assert!(hidden.0 == 409 && detail(&hidden).contains("Mend the file where it lies"), "{hidden:?}");
    assert!(!hidden.1.to_string().contains("hush"), "{hidden:?}");
}

/// What happened is counted by the hour, up to the one that runs.
#[tokio::test]
async fn what_happened_is_counted_by_the_hour() {
    let app = TestApp::new().await;
    let now_ms = entente_engine::Outside::system().clock.now().as_millisecond();
    let entry = |kind: &str| NewEntry { kind: kind.to_owned(), ..NewEntry::default() };
    app.store.journal(&[entry("write"), entry("write"), entry("refused")], now_ms).await.unwrap();
    app.store.journal(&[entry("write")], now_ms - 30 * 60 * 60 * 1_000).await.unwrap();
    let counted = async |query: &str| {
        let answer = app.get(&format!("/api/v1/figures{query}"), Some(TOKEN)).await.json();
        let n = |kind: &str| {
            let of_kind = answer["figures"].as_array().unwrap().iter().filter(|figure| figure["kind"] == kind);
            of_kind.map(|figure| figure["n"].as_u64().unwrap()).sum::<u64>()
        };
        (n("write"), n("refused"))
    };
    assert_eq!((counted("").await, counted("?hours=48").await), ((2, 1), (3, 1)));
}

/// An item says what it connects; connections say how they are reached, without anything secret.
#[tokio::test]
async fn items_and_connections_are_described() {
    let app = TestApp::new().await;
    let get = async |path: &str| app.get(&format!("/api/v1{path}"), Some(TOKEN)).await;
    let item = get("/items/support-bugs").await.json();
    assert_eq!(
        (&item["object"], &item["issue_type"], &item["mode"]),
        (&json!("Case"), &json!("Bug"), &json!("two-way"))
    );
    assert_eq!(item["fields"][0]["key"], "Subject>summary");
    assert_eq!(item["fields"][0]["flows"], json!({ "salesforce": true, "jira": true }));
    let connections = get("/connections").await;
    assert!(!connections.body.contains("hush") && !connections.body.contains("org-secret"), "{}", connections.body);
    let org = &connections.json()["connections"][0];
    assert_eq!(
        (&org["name"], &org["account"], &org["sign_in"]),
        (&json!("acme-org"), &json!("id"), &json!("client credentials"))
    );
    assert_eq!(get("/about").await.json()["version"], env!("CARGO_PKG_VERSION"));
    for (path, said) in [
        ("/items/nobody", "404 Not Found: There is no item \"nobody\" in this configuration."),
        ("/items/nobody/preview", "404 Not Found: There is no item \"nobody\" in this configuration."),
        ("/connections/nobody/identity", "404 Not Found: There is no connection \"nobody\" in this configuration."),
        (
            "/links/all?after=x",
            "400 Bad Request: The query knows `item`, `state`, `text`, and the whole numbers `after` and `limit`.",
        ),
        (
            "/configuration/text?state=odd",
            "400 Bad Request: The query knows `item`, and `state`, which is draft, active or paused.",
        ),
        ("/configuration/text", "404 Not Found: No configuration is kept here, and no file was named."),
    ] {
        assert_eq!(get(path).await.problem(), said);
    }
    let unreachable = get("/connections/acme-org/identity").await;
    assert!(
        unreachable.problem().starts_with("503 Service Unavailable: This cannot be answered now"),
        "{unreachable:?}"
    );
}

/// Every source file below a directory.
fn sources(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| match path.is_dir() {
        true => sources(&path),
        false => vec![std::fs::read_to_string(path).unwrap()],
    };
    entries.flat_map(read).collect()
}

#[test]
fn each_kind_of_entry_can_be_picked_out_of_the_journal() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("ui/src/pages/activity.tsx")).unwrap();
    let offered = page.split("const KINDS = [").nth(1).unwrap().split(']').next().unwrap();
    let sources = ["engine", "server", "store"].map(|name| sources(&root.join("crates").join(name).join("src")));
    let sources = sources.concat();
    let written: BTreeSet<&str> = sources
        .iter()
        .flat_map(|text| text.split("kind: \"").skip(1))
        .filter_map(|rest| rest.split_once("\".to_owned()"))
        .map(|(kind, _)| kind)
        .filter(|kind| kind.bytes().all(|byte| byte.is_ascii_lowercase()))
        .collect();
    assert!(written.contains("comment"), "{written:?}");
    let missing: Vec<&&str> = written.iter().filter(|kind| !offered.contains(&format!("'{kind}'"))).collect();
    assert!(missing.is_empty(), "the page lacks {missing:?}");
}
