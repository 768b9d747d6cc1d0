//! The client against the sandbox over loopback: a strict site that was written without knowing the client.

mod desk;
mod faults;
mod issues;
mod pushes;
mod site;
mod typed;

use std::sync::Arc;

use entente_jira::{Auth, Client, Connection, Created, FieldMeta, NewIssue};
use entente_sandbox::{Clock, Options, Seed, Served, World, credentials, serve};
use entente_transport::{Body, Egress, HttpWire, Pace, SystemClock, SystemRng, Wire, WireOptions};
use http::Request;
use serde_json::{Map, Value, json};

/// A demo world that listens, with a client of its Jira site.
pub(crate) struct Sandbox {
    pub(crate) served: Served,
    client: Client,
    wire: Arc<HttpWire>,
}

impl Sandbox {
    pub(crate) async fn demo() -> Self {
        let world = World::new(&Options { seed: Seed::Demo, ..Options::default() }, &Clock::real());
        let served = serve(&world, "127.0.0.1:0", "127.0.0.1:0").await.expect("two free ports");
        let wire = Arc::new(HttpWire::new(&WireOptions::to(Egress::default().or_this_machine(true))).expect("a wire"));
        let client = client(&served.jira_url(), credentials::JIRA_API_TOKEN, &wire);
        Self { served, client, wire }
    }

    fn client_with_token(&self, api_token: &str) -> Client {
        client(&self.served.jira_url(), api_token, &self.wire)
    }

    /// Asks the control door of the Jira side.
    pub(crate) async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/__sandbox/{path}", self.served.jira_url()))
            .header("content-type", "application/json")
            .body(Body::Bytes(body.to_string().into()))
            .expect("a request");
        let response = self.wire.send(request).await.expect("an answer");
        assert!(response.status().is_success(), "{method} {path}: {}", response.status());
        let mut stream = response.into_body().into_stream();
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece.expect("a piece"));
        }
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    async fn bug_type(&self) -> String {
        let types = self.client.creatable_types("OPS").await.expect("types");
        types.into_iter().find(|kind| kind.name == "Bug").expect("a bug").id
    }

    async fn new_bug(&self, summary: &str) -> NewIssue {
        let kind = self.bug_type().await;
        let fields = json!({"project": {"key": "OPS"}, "issuetype": {"id": kind}, "summary": summary});
        NewIssue { fields: map(fields), ..NewIssue::default() }
    }

    async fn bug(&self, summary: &str) -> Created {
        self.client.create(&self.new_bug(summary).await).await.expect("created")
    }

    async fn bug_fields(&self) -> Vec<FieldMeta> {
        self.client.create_meta("OPS", &self.bug_type().await).await.expect("metadata")
    }
}

pub(crate) fn client(site_url: &str, api_token: &str, wire: &Arc<HttpWire>) -> Client {
    let connection = Connection {
        site_url: site_url.to_owned(),
        auth: Auth::ApiToken { email: credentials::JIRA_EMAIL.into(), api_token: api_token.into() },
        sandbox: true,
        user_agent: "entente/test".into(),
    };
    Client::new(connection, Arc::clone(wire) as _, Arc::new(SystemClock), Arc::new(SystemRng), Pace::Unlimited)
        .expect("a client")
}

pub(crate) fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

pub(crate) fn adf(text: &str) -> Value {
    json!({"version": 1, "type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]})
}
