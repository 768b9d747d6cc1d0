//! What the tests stand on: a server without sockets, over a database in memory and peers that do not answer.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use entente_core::config::{self, NoValue, Reference};
use entente_engine::{Engine, Outside};
use entente_server::configuration::Source;
use entente_server::secrets::Secrets;
use entente_server::web::{App, router};
use entente_store::Store;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt as _;

/// A configuration whose peers do not exist.
pub(crate) const CONFIGURATION: &str = r#"
version: 1
connections:
  acme-org:
    sandbox: true
    salesforce: { login_url: "http://127.0.0.1:9", client_id: id, client_secret: hush, webhook_secret: org-secret }
  acme-site:
    sandbox: true
    jira: { site_url: "http://127.0.0.1:9", email: bot@acme.example, api_token: hush, webhook_secret: site-secret }
items:
  support-bugs:
    owner: integrations@acme.example
    salesforce: { connection: acme-org, object: Case }
    jira: { connection: acme-site, project: OPS, issue_type: Bug }
    auto_create: jira
    correlation: { salesforce: Jira_Reference__c, jira: Salesforce Case ID }
    fields: [ { salesforce: Subject, jira: summary } ]
server: { public_url: "https://entente.acme.example", api_tokens: [ "${FIRST_TOKEN}", "${SECOND_TOKEN}" ] }
"#;

/// One of the tokens of [`CONFIGURATION`].
pub(crate) const TOKEN: &str = "second-token";

/// The variables that [`CONFIGURATION`] refers to.
pub(crate) const VARIABLES: [(&str, &str); 2] = [("FIRST_TOKEN", "first-token"), ("SECOND_TOKEN", TOKEN)];

fn variable(reference: &Reference) -> Result<String, NoValue> {
    let named = |(name, value): (&str, &str)| (*reference == Reference::Env(name.to_owned())).then(|| value.to_owned());
    VARIABLES.into_iter().find_map(named).ok_or_else(|| "it is not set".into())
}

/// A server without sockets.
pub(crate) struct TestApp {
    pub(crate) store: Store,
    router: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with(CONFIGURATION, false).await
    }

    /// A server whose links may carry the token, as the demo's.
    pub(crate) async fn of_demo() -> Self {
        Self::with(CONFIGURATION, true).await
    }

    pub(crate) async fn with(configuration: &str, link_logs_in: bool) -> Self {
        let (config, problems) = config::parse(configuration, &variable);
        let config = Arc::new(config.unwrap_or_else(|| panic!("{problems:?}")));
        let store = Store::memory().await.unwrap();
        let outside = Outside::system();
        let clock = outside.clock.clone();
        let engine = Engine::new(config.clone(), store.clone(), outside).unwrap();
        let source = Source { file: None, secrets: Secrets::of(Path::new("nowhere"), None), public_url: None };
        Self { router: router(App::new(engine, store.clone(), clock, config, source, link_logs_in)), store }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: head.status, headers: head.headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let request = token
            .iter()
            .fold(Request::get(path), |request, token| request.header(AUTHORIZATION, format!("Bearer {token}")));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let request = headers.iter().fold(Request::post(path), |request, (name, value)| request.header(*name, *value));
        self.send(request.body(body.into()).unwrap()).await
    }

    /// A JSON document to the API.
    pub(crate) async fn post_json(&self, path: &str, body: &str) -> Answer {
        let authorization = format!("Bearer {TOKEN}");
        let headers = [(AUTHORIZATION.as_str(), authorization.as_str()), (CONTENT_TYPE.as_str(), "application/json")];
        self.post(path, &headers, body.to_owned()).await
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status and sentence of a refusal, which must be a problem document.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header(CONTENT_TYPE.as_str()), Some("application/problem+json"), "{self:?}");
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(body["status"], self.status.as_u16());
        assert_eq!(body["type"], "about:blank");
        format!("{}: {}", self.status, body["detail"].as_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
