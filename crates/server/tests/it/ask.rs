//! Commands that ask the API: of the database by themselves, of a server while one runs.

use entente_store::Store;
use http::StatusCode;

use crate::process::{Desk, Running, ended, entente, ready, run};
use crate::stage::{CONFIGURATION, TOKEN, TestApp};

fn serve(desk: &Desk) -> (Running, String) {
    let (file, ready_file) = (desk.file("acme.yaml", CONFIGURATION), desk.arg("ready.json"));
    let running = Running::start(&["serve", "--config", &file, "--listen", "0", "--ready-file", &ready_file], desk);
    let server = ready(&desk.path("ready.json"))["server"].as_str().unwrap().to_owned();
    (running, server)
}

#[test]
fn beside_a_server_a_command_asks_the_server() {
    let desk = Desk::new();
    let (_running, server) = serve(&desk);
    let alone = run(&["status", "--config", &desk.arg("acme.yaml")]);
    assert_eq!(alone.code, 2);
    assert!(
        alone.stderr.contains("in use by process")
            && alone.stderr.contains("twice")
            && alone.stderr.contains("--server URL"),
        "{}",
        alone.stderr
    );

    let asked = run(&["status", "--server", &server, "--token", TOKEN, "--json"]);
    assert_eq!((asked.code, &asked.json()["items"][0]["name"]), (0, &"support-bugs".into()), "{asked:?}");
    let mut command = entente(&["status"]);
    let by_environment = command.env("ENTENTE_SERVER", &server).env("ENTENTE_API_TOKEN", TOKEN).output();
    let by_environment = ended(by_environment.unwrap());
    assert_eq!(by_environment.code, 0, "{by_environment:?}");
    assert!(by_environment.stdout.starts_with("0 links, 0 conflicts, 0 parked"), "{}", by_environment.stdout);

    // Which of the two is meant decides whose data is changed.
    let mut command = entente(&["status", "--config", &desk.arg("acme.yaml")]);
    let both = ended(command.env("ENTENTE_SERVER", &server).env("ENTENTE_API_TOKEN", TOKEN).output().unwrap());
    assert_eq!(both.code, 2, "{both:?}");
    assert!(both.stderr.contains("give one of them") && both.stderr.contains(&server), "{both:?}");
}

#[test]
fn without_a_server_a_command_opens_the_database() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let status = run(&["status", "--config", &file, "--json"]);
    assert_eq!((status.code, &status.json()["links"]), (0, &0.into()), "{status:?}");
}

#[test]
fn whoever_cannot_be_asked_is_named_with_what_to_do() {
    let desk = Desk::new();
    let (_running, server) = serve(&desk);
    let asked = |arguments: &[&str]| {
        let ended = run(&[&["status"], arguments].concat());
        assert_eq!(ended.stdout, "", "{ended:?}");
        (ended.code, ended.stderr.replace(&server, "SERVER"))
    };
    let (code, nobody) = asked(&[]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(nobody, @r"
    error: neither --config nor --server is given
        give --config FILE, or --server URL and --token T when a server runs, or --data-dir D where a configuration was applied
    ");
    let (code, no_token) = asked(&["--server", &server]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(no_token, @r"
    error: the server at SERVER wants a token
        give one of the server's `server.api_tokens` with --token, or in ENTENTE_API_TOKEN
    ");
    let (code, wrong_token) = asked(&["--server", &server, "--token", "third-token"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(wrong_token, @"error: This token is neither a user's nor one of `server.api_tokens`.");
    let (code, stranger) = asked(&["--server", &format!("{server}/elsewhere"), "--token", TOKEN]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(stranger, @"error: There is nothing under this address.");
    let (code, silent) = asked(&["--server", "http://127.0.0.1:9", "--token", TOKEN]);
    assert_eq!(code, 1);
    assert!(silent.starts_with("error: the server at http://127.0.0.1:9 does not answer"), "{silent}");
    let (code, no_url) = asked(&["--server", "acme.example", "--token", TOKEN]);
    assert_eq!(code, 2);
    assert!(no_url.contains("write it like http://127.0.0.1:7400"), "{no_url}");
    let (code, no_token) = asked(&["--server", &server, "--token", "first\nsecond"]);
    assert_eq!(code, 2);
    assert!(no_token.starts_with("error: the token has a line break"), "{no_token}");
}

#[test]
fn a_password_in_the_address_of_a_server_is_not_repeated() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let addresses = [
        "https://user:canary@127.0.0.1:1/",
        "https://canary@127.0.0.1:1/",
        "ftp://user:canary@host",
        "user:canary@host",
    ];
    let named =
        [vec!["status", "--token", TOKEN], vec!["status", "--config", &file], vec!["doctor"], vec!["status", "--help"]];
    for address in addresses {
        for arguments in &named {
            let asked = ended(entente(arguments).env("ENTENTE_SERVER", address).output().unwrap());
            assert!(!format!("{asked:?}").contains("canary"), "{asked:?}");
            let is_refused = asked.code == 2 && asked.stderr.starts_with("error: --server, or ENTENTE_SERVER, ");
            assert!(is_refused || arguments.contains(&"--help"), "{asked:?}");
        }
        let asked = run(&["status", "--token", TOKEN, "--server", address]);
        assert!(asked.code == 2 && !format!("{asked:?}").contains("canary"), "{asked:?}");
    }
}

#[tokio::test]
async fn a_held_item_runs_again_when_a_person_says_so() {
    let app = TestApp::new().await;
    app.store.hold("support-bugs", "25 deletions", 1_000).await.unwrap();
    let resume = async |item| app.post_json(&format!("/api/v1/items/{item}/resume"), r#"{"by":"ada"}"#).await;
    assert_eq!(app.get("/api/v1/status", Some(TOKEN)).await.json()["held"][0], "support-bugs");
    let bearer = format!("Bearer {TOKEN}");
    let bare = app.post("/api/v1/items/support-bugs/resume", &[("authorization", &bearer)], "").await;
    assert_eq!(bare.status, StatusCode::OK, "{bare:?}");
    app.store.hold("support-bugs", "25 deletions", 1_000).await.unwrap();
    assert_eq!(resume("support-bugs").await.status, StatusCode::OK);
    assert_eq!(app.get("/api/v1/status", Some(TOKEN)).await.json()["held"], serde_json::json!([]));
    insta::assert_snapshot!(
        resume("support-bugs").await.problem(),
        @"409 Conflict: support-bugs is not held; it runs as its state says."
    );
    insta::assert_snapshot!(
        resume("other").await.problem(),
        @r#"404 Not Found: There is no item "other" in this configuration; it has: support-bugs."#
    );
}

#[tokio::test]
async fn what_an_address_wants_is_said() {
    let app = TestApp::new().await;
    insta::assert_snapshot!(
        app.get("/api/v1/links", Some(TOKEN)).await.problem(),
        @"400 Bad Request: The query knows `name`, which it needs: a link's number, an issue's key or a record's id."
    );
    insta::assert_snapshot!(
        app.post_json("/api/v1/items/support-bugs/resume", "[]").await.problem(),
        @r#"400 Bad Request: Send nothing, or {"by": WHO}."#
    );
    let dead = app.get("/api/v1/items/support-bugs/records?text=a", Some(TOKEN)).await.json();
    assert_eq!(dead["remedy"], "check the address of this connection, its proxy and the network, then try again");
}

#[tokio::test]
async fn the_command_says_the_same() {
    let desk = Desk::new();
    let file = desk.file("acme.yaml", CONFIGURATION);
    let store = Store::open(&desk.path("entente-data")).await.unwrap();
    store.hold("support-bugs", "25 deletions", 1_000).await.unwrap();
    store.close().await;
    drop(store);
    let resume = || run(&["resume", "support-bugs", "--config", &file]);
    let (first, second) = (resume(), resume());
    assert_eq!((first.code, first.stdout.as_str()), (0, "support-bugs runs again.\n"), "{first:?}");
    assert_eq!(second.code, 1);
    insta::assert_snapshot!(second.stderr, @"error: support-bugs is not held; it runs as its state says.");
    assert_eq!(run(&["resume", "other", "--config", &file]).code, 2);
}
