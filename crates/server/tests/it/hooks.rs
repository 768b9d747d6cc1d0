//! The webhook doors.

use axum::body::Body;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::StatusCode;
use sha2::Sha256;

use crate::stage::{Answer, CONFIGURATION, TestApp};

const CREATED: &str = r#"{"timestamp":1790000000000,"webhookEvent":"jira:issue_updated",
    "issue":{"id":"10007","key":"OPS-7","fields":{"updated":"2026-11-21T04:00:00.000+0000"}}}"#;

fn signed(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

async fn push(app: &TestApp, connection: &str, secret: &str, body: &str) -> Answer {
    let signature = signed(secret, body);
    app.post(&format!("/hooks/jira/{connection}"), &[("x-hub-signature", &signature)], body.to_owned()).await
}

async fn due(app: &TestApp) -> u64 {
    app.store.backlog(None, i64::MAX).await.unwrap().due
}

#[tokio::test]
async fn a_signed_webhook_is_a_hint_on_disk_when_it_is_answered() {
    let app = TestApp::new().await;
    let answer = push(&app, "acme-site", "site-secret", CREATED).await;
    assert_eq!((answer.status, due(&app).await), (StatusCode::ACCEPTED, 1));
    push(&app, "acme-site", "site-secret", CREATED).await;
    assert_eq!(due(&app).await, 1);
}

#[tokio::test]
async fn an_event_of_no_interest_is_taken_and_forgotten() {
    let app = TestApp::new().await;
    let body = r#"{"timestamp":1790000000000,"webhookEvent":"board_created"}"#;
    let answer = push(&app, "acme-site", "site-secret", body).await;
    assert_eq!((answer.status, due(&app).await), (StatusCode::ACCEPTED, 0));
}

#[tokio::test]
async fn a_stranger_is_refused_and_leaves_no_hint() {
    let app = TestApp::new().await;
    let unsigned = app.post("/hooks/jira/acme-site", &[], CREATED).await;
    let forged = push(&app, "acme-site", "guess", CREATED).await;
    let org = app.post("/hooks/salesforce/acme-org/guess", &[], "<x/>").await;
    let bare = app.post("/hooks/salesforce/acme-org", &[], "<x/>").await;
    for answer in [unsigned, forged, org, bare] {
        let sentence = "401 Unauthorized: The signature or the secret is not the one that was agreed on.";
        assert_eq!(answer.problem(), sentence);
    }
    assert_eq!(due(&app).await, 0);
}

#[tokio::test]
async fn either_of_two_secrets_opens_a_door_until_the_old_one_is_taken_out() {
    let changing = CONFIGURATION
        .replace("webhook_secret: org-secret", "webhook_secret: [ org-next, org-secret ]")
        .replace("webhook_secret: site-secret", "webhook_secret: [ site-next, site-secret ]");
    let changed = changing.replace(", org-secret ]", " ]").replace(", site-secret ]", " ]");
    let refused = "401 Unauthorized: The signature or the secret is not the one that was agreed on.";
    // Past the secret, a body that is no message is told so.
    let opened = |answer: &Answer| answer.problem().starts_with("400 Bad Request: The body cannot be read");
    for (configuration, old_opens) in [(changing, true), (changed, false)] {
        let app = TestApp::with(&configuration, false).await;
        let next = push(&app, "acme-site", "site-next", CREATED).await;
        let old = push(&app, "acme-site", "site-secret", CREATED).await;
        assert_eq!((next.status, old.status == StatusCode::ACCEPTED), (StatusCode::ACCEPTED, old_opens));
        let org = async |secret: &str| app.post(&format!("/hooks/salesforce/acme-org/{secret}"), &[], "<x/>").await;
        assert!(opened(&org("org-next").await));
        assert_eq!(opened(&org("org-secret").await), old_opens);
        // Neither a part of a secret, nor both, nor one of the other side.
        for guess in ["org-nex", "org-next-", "org-nextorg-secret", "site-next", "%20org-next", "ORG-NEXT"] {
            assert_eq!(org(guess).await.problem(), refused, "{guess}");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_made_to_explode_is_refused_at_once() {
    let app = TestApp::new().await;
    let depth = 200_000;
    let json = format!("{{\"issue\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(push(&app, "acme-site", "site-secret", &json).await.problem().starts_with("400 "));
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]><x>&b;</x>";
    let zipped = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0];
    let gzip: &[(&str, &str)] = &[("content-encoding", "gzip")];
    let deep = "<a>".repeat(depth);
    for (headers, body) in [(&[][..], deep.as_bytes()), (&[], entities.as_bytes()), (gzip, &zipped)] {
        let answer = app.post("/hooks/salesforce/acme-org/org-secret", headers, body.to_vec()).await;
        assert!(answer.problem().starts_with("400 Bad Request: The body cannot be read: "), "{answer:?}");
    }
    assert_eq!(due(&app).await, 0);
}

#[tokio::test]
async fn a_form_has_a_limit_too() {
    let app = TestApp::new().await;
    let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let long = app.post("/login", &form, vec![b'x'; 16 * 1024 + 1]).await;
    assert_eq!(long.problem(), "413 Payload Too Large: A form has at most 16384 bytes.");
    assert_eq!(app.post("/login", &form, "token=guess").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_the_reason() {
    let app = TestApp::new().await;
    let jira = push(&app, "acme-site", "site-secret", "not json").await;
    let salesforce = app.post("/hooks/salesforce/acme-org/org-secret", &[], "<x>").await;
    for answer in [jira, salesforce] {
        assert!(answer.problem().starts_with("400 Bad Request: The body cannot be read: "), "{answer:?}");
    }
}

#[tokio::test]
async fn a_door_that_is_not_there_is_not_there() {
    let app = TestApp::new().await;
    let no_push = CONFIGURATION.replace("server:", "triggers: { push: false }\nserver:");
    let closed = TestApp::with(&no_push, false).await;
    let answers = [
        push(&app, "acme-org", "site-secret", CREATED).await,
        push(&app, "nobody", "site-secret", CREATED).await,
        app.post("/hooks/salesforce/acme-site/org-secret", &[], "<x/>").await,
        push(&closed, "acme-site", "site-secret", CREATED).await,
    ];
    for answer in answers {
        assert_eq!(answer.problem(), "404 Not Found: There is no such connection, or no active item uses it.");
    }
}

/// S2-43, S2-85: a door is open while an action lives on what comes through it, and 404 otherwise.
#[tokio::test]
async fn each_vendors_door_is_open_while_an_action_needs_it() {
    let item = "jira: { connection: acme-site, project: OPS, issue_type: Bug }\n";
    assert!(CONFIGURATION.contains(item));
    let shown = "mode: display-only\n    jira: { connection: acme-site, project: OPS }\n";
    for (what, actions, salesforce_open, jira_open) in [
        ("both run", "", true, true),
        ("nothing is written to Jira", "actions: { to_jira: paused }", false, true),
        ("nothing is written to Salesforce", "actions: { to_salesforce: draft }", true, false),
        ("neither runs", "actions: { to_jira: draft, to_salesforce: paused }", false, false),
        ("the item is paused", "state: paused", false, false),
        ("a draft", "state: draft", false, false),
        ("values are only shown", "display-only", true, false),
    ] {
        let configuration = match actions {
            "display-only" => {
                let text = CONFIGURATION.replace(item, shown);
                text.lines().filter(|line| !line.contains("auto_create:")).collect::<Vec<_>>().join("\n")
            }
            actions => CONFIGURATION.replace(item, &format!("{item}    {actions}\n")),
        };
        let app = TestApp::with(&configuration, false).await;
        let jira = push(&app, "acme-site", "site-secret", CREATED).await;
        // The door takes the body before it finds it unreadable.
        let salesforce = app.post("/hooks/salesforce/acme-org/org-secret", &[], "<x>").await;
        let closed = |answer: &Answer| answer.status == StatusCode::NOT_FOUND;
        assert_eq!((!closed(&salesforce), !closed(&jira)), (salesforce_open, jira_open), "{what}");
        if jira_open {
            assert_eq!(jira.status, StatusCode::ACCEPTED, "{what}");
        }
        if !jira_open {
            assert_eq!(jira.problem(), "404 Not Found: There is no such connection, or no active item uses it.");
            assert_eq!(due(&app).await, 0, "{what}");
        }
    }
}

#[tokio::test]
async fn an_oversized_body_is_refused_before_it_is_read() {
    let app = TestApp::new().await;
    for path in ["/hooks/jira/acme-site", "/hooks/salesforce/acme-org/org-secret"] {
        let answer = app.post(path, &[], vec![b' '; 2 * 1024 * 1024 + 1]).await;
        assert_eq!(answer.problem(), "413 Payload Too Large: A webhook's body has at most 2097152 bytes.");
        let fits = app.post(path, &[], vec![b' '; 2 * 1024 * 1024]).await;
        assert_ne!(fits.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
    let announced = app.post("/hooks/jira/acme-site", &[("content-length", "9999999")], Body::empty()).await;
    assert_eq!(announced.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_doors_of_a_forge_app_are_closed_without_one() {
    let app = TestApp::new().await;
    for answer in [app.get("/forge/panel", Some("token")).await, app.post("/forge/events", &[], "{}").await] {
        let closed = "These doors are closed: the configuration has no `server.forge`.";
        assert_eq!((answer.status, &answer.json()["detail"]), (StatusCode::UNAUTHORIZED, &closed.into()));
        // Forge takes no other kind of answer.
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}
