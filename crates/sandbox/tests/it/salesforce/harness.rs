//! A served world and a caller with a token.

use entente_sandbox::{Clock, Options, Seed, Served, World, serve};
use reqwest::Method;
use serde_json::{Value, json};

/// A world on two free ports.
pub(crate) struct Sandbox {
    pub(crate) world: World,
    pub(crate) served: Served,
    client: reqwest::Client,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The id of a created record.
    pub(crate) fn id(&self) -> String {
        assert_eq!(self.status, 201, "{}", self.text);
        self.body["id"].as_str().expect("an id").to_owned()
    }

    /// Asserts a refusal of the REST API's usual shape.
    pub(crate) fn refused(&self, status: u16, code: &str, message: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.body[0]["errorCode"], code, "{}", self.text);
        let said = self.body[0]["message"].as_str().unwrap_or_default();
        assert!(said.contains(message), "{said:?} does not contain {message:?}");
    }
}

impl Sandbox {
    pub(crate) async fn empty() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn demo() -> Self {
        Self::with(Options { seed: Seed::Demo, ..Options::default() }).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let world = World::new(&options, &Clock::real());
        let served = serve(&world, "127.0.0.1:0", "127.0.0.1:0").await.expect("two free ports");
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.build().expect("a client");
        let mut sandbox = Self { world, served, client, token: String::new() };
        sandbox.sign_in("sandbox-client", "sandbox-secret").await;
        sandbox
    }

    /// Takes a token by the client credentials grant.
    pub(crate) async fn sign_in(&mut self, client: &str, secret: &str) {
        let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
        let reply = self.form("/services/oauth2/token", &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body["access_token"].as_str().expect("a token").clone_into(&mut self.token);
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) async fn form(&self, path: &str, form: &str) -> Reply {
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", "")];
        self.send(Method::POST, path, &headers, Some(form.as_bytes().to_vec())).await.expect("an answer")
    }

    /// A call below `/services/data/v64.0`.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.call_with(method, path, &[], body).await
    }

    pub(crate) async fn call_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let body = body.map(|body| body.to_string().into_bytes());
        self.send(method, &format!("/services/data/v64.0{path}"), headers, body).await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path, None).await
    }

    /// Makes a record and returns its id.
    pub(crate) async fn create(&self, object: &str, fields: Value) -> String {
        self.post(&format!("/sobjects/{object}"), fields).await.id()
    }

    /// Runs a query.
    pub(crate) async fn query(&self, soql: &str) -> Reply {
        self.get(&format!("/query?q={}", encoded(soql))).await
    }

    /// The control door of the Salesforce side.
    pub(crate) async fn door(&self, method: Method, path: &str, body: Value) -> Reply {
        let body = if body.is_null() { None } else { Some(body.to_string().into_bytes()) };
        let reply = self.send(method, &format!("/__sandbox{path}"), &[], body).await.expect("an answer");
        assert!(reply.status < 300, "{path}: {}", reply.text);
        reply
    }

    /// The route counts of the Salesforce side.
    pub(crate) async fn calls(&self) -> Value {
        self.door(Method::GET, "/calls", Value::Null).await.body
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> reqwest::Result<Reply> {
        let mut request = self.client.request(method, format!("{}{path}", self.served.salesforce_url()));
        let has = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !has("Authorization") {
            request = request.header("Authorization", format!("Bearer {}", self.token));
        }
        if let Some(body) = body {
            if !has("Content-Type") {
                request = request.header("Content-Type", "application/json");
            }
            request = request.body(body);
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status, headers, text, body })
    }
}

pub(crate) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The ids of a query's rows.
pub(crate) fn ids(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let rows = reply.body["records"].as_array().expect("records");
    rows.iter().map(|row| row["Id"].as_str().expect("an Id").to_owned()).collect()
}

/// A record for a collection.
pub(crate) fn record(object: &str, mut fields: Value) -> Value {
    fields["attributes"] = json!({ "type": object });
    fields
}
