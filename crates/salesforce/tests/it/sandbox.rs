//! The client against the sandbox over loopback: a strict org that was written without knowing the client.

mod faults;
mod org;
mod pushes;
mod reading;
mod typed;
mod writing;

use std::sync::Arc;

use entente_salesforce::{Auth, Client, Connection, Row, normalize_login_url};
use entente_sandbox::{Clock, Options, Seed, Served, World, credentials, serve};
use entente_transport::{Body, Egress, HttpWire, Pace, SystemClock, SystemRng, Wire, WireOptions};
use http::Request;
use serde_json::{Value, json};

/// A demo world that listens, with a client of its Salesforce org.
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
        let client = client(&served.salesforce_url(), credentials_of(credentials::SALESFORCE_CLIENT_SECRET), &wire);
        Self { served, client, wire }
    }

    fn client_with(&self, auth: Auth) -> Client {
        client(&self.served.salesforce_url(), auth, &self.wire)
    }

    /// Asks the control door of the Salesforce side.
    pub(crate) async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/__sandbox/{path}", self.served.salesforce_url()))
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

    async fn fault(&self, fault: Value) {
        self.control("POST", "faults", &fault).await;
    }

    /// Lets the org's clock run ahead, since its stamps are whole seconds.
    async fn pass_seconds(&self, seconds: u32) {
        self.control("POST", "clock", &json!({ "advance_seconds": seconds })).await;
    }
}

pub(crate) fn credentials_of(client_secret: &str) -> Auth {
    Auth::ClientCredentials { client_id: credentials::SALESFORCE_CLIENT_ID.into(), client_secret: client_secret.into() }
}

pub(crate) fn client(url: &str, auth: Auth, wire: &Arc<HttpWire>) -> Client {
    let login_url = normalize_login_url(url, true).expect("a loopback URL");
    let connection = Connection { sandbox: true, ..Connection::new(login_url, auth) };
    Client::new(connection, wire.clone(), Arc::new(SystemClock), Arc::new(SystemRng), Pace::Unlimited)
}

pub(crate) fn row(value: Value) -> Row {
    let Value::Object(row) = value else { panic!("a row is an object") };
    row
}
