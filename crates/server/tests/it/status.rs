//! `/api/v1/status` and health, and who may see them.

use http::StatusCode;

use crate::stage::{CONFIGURATION, TOKEN, TestApp};

#[tokio::test]
async fn the_status_has_its_pinned_shape() {
    let answer = TestApp::new().await.get("/api/v1/status", Some(TOKEN)).await;
    assert_eq!(answer.status, StatusCode::OK);
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "idle": false,
      "backlog": 0,
      "in_flight": 0,
      "links": 0,
      "conflicts": 0,
      "parked": 0,
      "left_alone": 0,
      "waiting": 0,
      "held": [],
      "items": [
        {
          "name": "support-bugs",
          "owner": "integrations@acme.example",
          "state": "active",
          "actions": {
            "to_salesforce": "active",
            "to_jira": "active"
          },
          "last_sync": null,
          "links": 0
        }
      ],
      "connections": [
        {
          "name": "acme-org",
          "sandbox": true,
          "state": "starting",
          "fresh_seconds": null,
          "problem": null,
          "circuit": "closed",
          "quota": null
        },
        {
          "name": "acme-site",
          "sandbox": true,
          "state": "starting",
          "fresh_seconds": null,
          "problem": null,
          "circuit": "closed",
          "quota": null
        }
      ],
      "configuration_problem": null
    }
    "#);
}

/// S1-21: there is no licence to ask for. The status says which connections are stand-ins and which are the real thing,
/// and everything is answered alike.
#[tokio::test]
async fn no_licence_is_asked_for_and_stand_ins_are_told_from_the_real_thing() {
    let real = CONFIGURATION.replace(
        "    sandbox: true\n    jira: { site_url: \"http://127.0.0.1:9\"",
        "    jira: { site_url: \"https://acme.atlassian.net\"",
    );
    assert_ne!(real, CONFIGURATION);
    for (configuration, jira) in [(CONFIGURATION, true), (real.as_str(), false)] {
        let status = TestApp::with(configuration, false).await.get("/api/v1/status", Some(TOKEN)).await.json();
        let sandbox = |n: usize| status["connections"][n]["sandbox"].clone();
        assert_eq!((sandbox(0), sandbox(1)), (true.into(), jira.into()), "{status}");
        assert_eq!(status["items"][0]["state"], "active");
        assert!(!status.to_string().to_lowercase().contains("licen"), "{status}");
    }
}

#[tokio::test]
async fn everything_under_api_needs_a_token() {
    let app = TestApp::new().await;
    for path in ["/api/v1/status", "/api/v1/journal", "/api/v1/nothing", "/api/v2/status", "/api/v1", "/api/"] {
        for token in [None, Some("third-token"), Some("")] {
            let answer = app.get(path, token).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} with {token:?}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    insta::assert_snapshot!(
        app.get("/api/v1/status", None).await.problem(),
        @"401 Unauthorized: Send the header `Authorization: Bearer TOKEN` with a user's token or one of `server.api_tokens`."
    );
    insta::assert_snapshot!(
        app.get("/api/v1/status", Some("third-token")).await.problem(),
        @"401 Unauthorized: This token is neither a user's nor one of `server.api_tokens`."
    );
    insta::assert_snapshot!(
        app.get("/api/v1/nothing", Some(TOKEN)).await.problem(),
        @"404 Not Found: There is nothing under this address."
    );
}

#[tokio::test]
async fn without_tokens_the_api_is_closed() {
    let (open, _) = CONFIGURATION.rsplit_once("server:").unwrap();
    let answer = TestApp::with(open, false).await.get("/api/v1/status", Some("")).await;
    insta::assert_snapshot!(
        answer.problem(),
        @"401 Unauthorized: The API is closed: there is no user, and the configuration has no `server.api_tokens`."
    );
}

#[tokio::test]
async fn health_is_open_and_readiness_is_about_data() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/healthz", None).await.body, r#"{"status":"ok"}"#);
    let ready = app.get("/readyz", None).await;
    assert_eq!(ready.header("retry-after"), Some("5"));
    insta::assert_snapshot!(
        ready.problem(),
        @"503 Service Unavailable: 2 of 2 connections were not read to the end yet."
    );
}

#[tokio::test]
async fn every_other_address_and_method_is_refused_in_words() {
    let app = TestApp::new().await;
    insta::assert_snapshot!(
        app.get("/nothing", None).await.problem(),
        @"404 Not Found: There is nothing under this address."
    );
    let answer = app.get("/hooks/jira/acme-site", None).await;
    assert_eq!(answer.header("allow"), Some("POST"));
    insta::assert_snapshot!(
        answer.problem(),
        @"405 Method Not Allowed: This address does not take this method; see the Allow header."
    );
}
