//! Who may do what: every address of the API, asked by nobody and by each role.

use axum::body::Body;
use entente_server::web::{Role, api_routes};
use futures_util::future::join_all;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};

use crate::stage::{Answer, TOKEN, TestApp};

const ROLES: [(&str, Role); 3] = [("vera", Role::Viewer), ("otto", Role::Operator), ("ada", Role::Administrator)];

async fn ask(app: &TestApp, method: &Method, path: &str, token: Option<&str>) -> Answer {
    // Names and numbers that nothing has.
    let path = ["{name}", "{project}", "{type}", "{record}", "{object}", "{grant}", "{domain}", "{comment}"]
        .iter()
        .fold(path.to_owned(), |path, part| path.replace(part, "nothing"));
    let path = path.replace("{id}", "77").replace("{version}", "77");
    let request =
        Request::builder().method(method).uri(format!("/api/v1{path}")).header(CONTENT_TYPE, "application/json");
    let request = token.iter().fold(request, |request, token| request.header(AUTHORIZATION, format!("Bearer {token}")));
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn add(app: &TestApp, name: &str, role: Role) -> String {
    let added = app.post_json("/api/v1/users", &format!(r#"{{"name":"{name}","role":"{role}"}}"#)).await;
    assert_eq!(added.status, StatusCode::CREATED, "{added:?}");
    added.json()["token"].as_str().unwrap().to_owned()
}

/// S2-70: each address lets in the roles that the table says, and nobody without a token.
#[tokio::test]
async fn every_address_of_the_api_has_its_least_role() {
    let app = TestApp::new().await;
    let mut tokens = Vec::new();
    for (name, role) in ROLES {
        tokens.push((role, add(&app, name, role).await));
    }
    let routes = api_routes();
    assert!(routes.len() > 50, "{}", routes.len());
    let asked = routes.iter().map(async |(least, method, path)| {
        assert_eq!(ask(&app, method, path, None).await.status, StatusCode::UNAUTHORIZED, "{path}");
        // Who may do more than the least is let in by the same comparison; asking each would only take longer.
        for (role, token) in tokens.iter().filter(|(role, _)| role <= least) {
            let answer = ask(&app, method, path, Some(token)).await;
            let is_refused = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(is_refused, role < least, "{role} {method} {path}: {answer:?}");
        }
    });
    join_all(asked).await;
}

#[tokio::test]
async fn who_may_do_less_is_told_what_is_wanted_and_a_removed_user_is_nobody() {
    let app = TestApp::new().await;
    let token = add(&app, "vera", Role::Viewer).await;
    let refused = ask(&app, &Method::POST, "/retry", Some(&token)).await;
    insta::assert_snapshot!(
        refused.problem(),
        @"403 Forbidden: vera is a viewer, and this needs an operator: ask an administrator for a token with that role."
    );
    let authorization = format!("Bearer {}", add(&app, "otto", Role::Operator).await);
    let headers = [(AUTHORIZATION.as_str(), authorization.as_str()), (CONTENT_TYPE.as_str(), "application/json")];
    let draft = r#"{"record":"OPS-1","draft":"version: 1"}"#;
    let refused = app.post("/api/v1/items/support-bugs/trial", &headers, draft).await;
    insta::assert_snapshot!(
        refused.problem(),
        @"403 Forbidden: otto is an operator, and this needs an administrator: ask an administrator for a token with that role."
    );
    let about = ask(&app, &Method::GET, "/about", Some(&token)).await.json();
    assert_eq!(about["you"], serde_json::json!({ "name": "vera", "role": "viewer" }));
    let again = app.post_json("/api/v1/users", r#"{"name":"vera","role":"operator"}"#).await;
    insta::assert_snapshot!(
        again.problem(),
        @"409 Conflict: There is a user vera already; remove that one first, and its token with it."
    );
    for wrong in [r#"{"name":" ","role":"viewer"}"#, r#"{"name":"a\nb","role":"viewer"}"#] {
        assert_eq!(app.post_json("/api/v1/users", wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    assert_eq!(app.post_json("/api/v1/users", r#"{"name":"x","role":"king"}"#).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.post_json("/api/v1/users/vera/remove", "").await.status, StatusCode::OK);
    assert_eq!(app.post_json("/api/v1/users/vera/remove", "").await.status, StatusCode::NOT_FOUND);
    let nobody = ask(&app, &Method::GET, "/status", Some(&token)).await;
    insta::assert_snapshot!(
        nobody.problem(),
        @"401 Unauthorized: This token is neither a user's nor one of `server.api_tokens`."
    );
}

/// A user's own name is journalled, whoever they say they are; who holds the configuration's token says it themselves.
#[tokio::test]
async fn the_journal_names_the_user_and_holds_no_token() {
    let app = TestApp::new().await;
    let token = add(&app, "ada", Role::Administrator).await;
    let bearer = format!("Bearer {token}");
    let headers = [(AUTHORIZATION.as_str(), bearer.as_str()), (CONTENT_TYPE.as_str(), "application/json")];
    let body = r#"{"name":"otto","role":"operator","by":"somebody else"}"#;
    assert_eq!(app.post("/api/v1/users", &headers, body).await.status, StatusCode::CREATED);
    app.post_json("/api/v1/users/otto/remove", r#"{"by":"maren"}"#).await;
    let journal = app.get("/api/v1/journal", Some(TOKEN)).await;
    let texts: Vec<_> = journal.json()["entries"].as_array().unwrap().iter().map(|e| e["text"].clone()).collect();
    assert_eq!(
        texts,
        [
            "a caller of the API added the user ada as administrator",
            "ada added the user otto as operator",
            "maren removed the user otto"
        ]
    );
    assert!(!journal.body.contains(&token));
    assert!(
        app.store.users().await.unwrap().iter().all(|user| !token.contains(&user.digest) && user.digest.len() == 64)
    );
}

/// A user logs in on the page, may do there what the role allows, and is out when removed.
#[tokio::test]
async fn a_user_logs_in_until_removed() {
    let app = TestApp::new().await;
    let token = add(&app, "vera", Role::Viewer).await;
    let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let welcome = app.post("/login", &form, format!("token={token}")).await;
    assert_eq!(welcome.status, StatusCode::SEE_OTHER, "{welcome:?}");
    let cookie = welcome.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let from_console = async |method: Method, path: &str| {
        let request =
            Request::builder().method(method).uri(path).header("cookie", &cookie).header("x-entente-console", "1");
        app.send(request.body(Body::empty()).unwrap()).await.status
    };
    assert_eq!(from_console(Method::GET, "/api/v1/status").await, StatusCode::OK);
    assert_eq!(from_console(Method::GET, "/plain").await, StatusCode::OK);
    assert_eq!(from_console(Method::POST, "/api/v1/retry").await, StatusCode::FORBIDDEN);
    app.post_json("/api/v1/users/vera/remove", "").await;
    assert_eq!(from_console(Method::GET, "/api/v1/status").await, StatusCode::UNAUTHORIZED);
    assert_eq!(from_console(Method::GET, "/plain").await, StatusCode::SEE_OTHER);
}

/// Also what no handler sees is answered by a problem document.
#[tokio::test]
async fn what_cannot_be_read_at_all_is_told_in_the_same_form() {
    let app = TestApp::new().await;
    let ask = async |method: Method, path: &str, body: Body| {
        let request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        let request = request.header(CONTENT_TYPE, "application/json").header(AUTHORIZATION, format!("Bearer {TOKEN}"));
        app.send(request.body(body).unwrap()).await.problem()
    };
    insta::assert_snapshot!(
        ask(Method::GET, "/configuration/versions/nope", Body::empty()).await,
        @"400 Bad Request: The address or the body cannot be read: a part of it is not of the form that this address takes."
    );
    let not_utf8 = ask(Method::GET, "/items/%ff", Body::empty()).await;
    assert!(not_utf8.starts_with("400 Bad Request: The address or the body cannot be read"), "{not_utf8}");
    insta::assert_snapshot!(
        ask(Method::POST, "/users/vera/remove", Body::from(vec![b'1'; 4 << 20])).await,
        @"413 Payload Too Large: The body is larger than this address takes."
    );
    insta::assert_snapshot!(
        ask(Method::POST, "/retry", Body::from(vec![b'1'; 3 << 20])).await,
        @"413 Payload Too Large: The body is larger than this address takes."
    );
    let bearer = format!("Bearer {TOKEN}");
    let headers = [(CONTENT_TYPE.as_str(), "text/plain"), (AUTHORIZATION.as_str(), &bearer)];
    for (path, body) in [("/retry", r#"{"all":true}"#), ("/configuration/check", r#"{"text":""}"#)] {
        let refused = app.post(&format!("/api/v1{path}"), &headers, body).await.problem();
        let sentence = "Send the body as JSON, with the header `content-type: application/json`.";
        assert_eq!(refused, format!("415 Unsupported Media Type: {sentence}"), "{path}");
    }
}

/// The journal names users: a name reads as one, and as nobody else's.
#[tokio::test]
async fn names_are_plain_and_unlike_each_other() {
    let app = TestApp::new().await;
    let add = async |name: &str| {
        let body = serde_json::json!({ "name": name, "role": "viewer" });
        app.post_json("/api/v1/users", &body.to_string()).await
    };
    for name in ["..", " ada", "ada ", "\u{202e}evil", "a\nb", "A Caller of the API", "somebody at a terminal", ""] {
        let refused = add(name).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}: {refused:?}");
    }
    for name in ["Zoë O'Neill-Núñez", "ada@acme.example", "李"] {
        assert_eq!(add(name).await.status, StatusCode::CREATED, "{name}");
    }
    insta::assert_snapshot!(
        add("ADA@acme.example").await.problem(),
        @"409 Conflict: There is a user ada@acme.example already, whom the journal would show much like this one."
    );
}
