//! The Jira site over real HTTP: status, headers and body of what clients meet.

mod access;
mod captures;
mod comments;
mod configuration;
mod contract;
mod deliveries;
mod desk;
mod files;
mod import;
mod issues;
mod projects;
mod refusals;
mod routes;
mod rows;
mod search;
mod speed;
mod transitions;
mod webhooks;

use entente_sandbox::credentials::{JIRA_API_TOKEN, JIRA_EMAIL, JIRA_LEAST_API_TOKEN, JIRA_LEAST_EMAIL};
use entente_sandbox::{Clock, Options, Seed, Served, World, serve};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// A world that listens, and a client that calls its Jira site.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) url: String,
    pub(crate) client: Client,
    credentials: Option<(String, String)>,
    _served: Served,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// `Null` if the body is no JSON.
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// Checks the status and gives the body.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// Checks an `ErrorCollection` that complains about one field.
    #[track_caller]
    pub(crate) fn complains(self, status: u16, field: &str, text: &str) {
        assert_eq!(self.header("content-type"), "application/json;charset=UTF-8", "{}", self.text);
        let body = self.is(status);
        assert_eq!(body["errors"][field], text, "{body}");
        assert_eq!(body["errorMessages"], json!([]), "{body}");
    }

    /// Checks an `ErrorCollection` with one message.
    #[track_caller]
    pub(crate) fn says(self, status: u16, text: &str) {
        assert_eq!(self.header("content-type"), "application/json;charset=UTF-8", "{}", self.text);
        let body = self.is(status);
        assert_eq!(body["errorMessages"], json!([text]), "{body}");
    }
}

impl Site {
    pub(crate) async fn empty() -> Self {
        Self::new(&Options::default()).await
    }

    pub(crate) async fn demo() -> Self {
        Self::new(&Options { seed: Seed::Demo, ..Options::default() }).await
    }

    async fn new(options: &Options) -> Self {
        let world = World::new(options, &Clock::real());
        let served = serve(&world, "127.0.0.1:0", "127.0.0.1:0").await.expect("the sandbox listens");
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.build().expect("a client");
        let credentials = Some((JIRA_EMAIL.to_owned(), JIRA_API_TOKEN.to_owned()));
        Self { url: served.jira_url(), world, client, credentials, _served: served }
    }

    /// From now on as the account with few rights.
    pub(crate) fn limited(mut self) -> Self {
        self.credentials = Some((JIRA_LEAST_EMAIL.to_owned(), JIRA_LEAST_API_TOKEN.to_owned()));
        self
    }

    pub(crate) fn with_credentials(mut self, credentials: Option<(&str, &str)>) -> Self {
        self.credentials = credentials.map(|(user, word)| (user.to_owned(), word.to_owned()));
        self
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.credentials {
            Some((user, word)) => request.basic_auth(user, Some(word)),
            None => request,
        }
    }

    /// Calls, and holds the answer against the vendor's documents.
    pub(crate) async fn send(request: reqwest::RequestBuilder) -> Reply {
        let (client, request) = request.build_split();
        let request = request.expect("a request");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let reply = Self::receive(reqwest::RequestBuilder::from_parts(client, request)).await;
        contract::check(&method, &path, &reply);
        reply
    }

    pub(crate) async fn receive(request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or_default();
        Reply { status, headers, text, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Self::send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        Self::send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.write(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.write(Method::PUT, path, body).await
    }

    async fn write(&self, method: Method, path: &str, body: &Value) -> Reply {
        let request = self.request(method, path).header(CONTENT_TYPE, "application/json");
        Self::send(request.body(body.to_string())).await
    }

    /// A call with a header of its own instead of the credentials.
    pub(crate) async fn get_as(&self, path: &str, authorization: &str) -> Reply {
        let request = self.client.get(format!("{}{path}", self.url));
        Self::send(request.header(AUTHORIZATION, authorization)).await
    }

    /// Turns the control door.
    pub(crate) async fn control(&self, path: &str, body: &Value) {
        let reply = self.post(&format!("/__sandbox/{path}"), body).await;
        assert!(reply.status < 300, "{} {}", reply.status, reply.text);
    }

    /// Creates a Bug in OPS and returns its key.
    pub(crate) async fn bug(&self, fields: Value) -> String {
        let mut all = json!({ "project": { "key": "OPS" }, "issuetype": { "name": "Bug" }, "summary": "A bug" });
        for (name, value) in fields.as_object().expect("an object") {
            all[name.as_str()] = value.clone();
        }
        let made = self.post("/rest/api/3/issue", &json!({ "fields": all })).await.is(201);
        made["key"].as_str().expect("a key").to_owned()
    }

    pub(crate) async fn fields(&self, key: &str) -> Value {
        self.get(&format!("/rest/api/3/issue/{key}")).await.is(200)["fields"].clone()
    }
}

/// A document of one paragraph.
pub(crate) fn doc(text: &str) -> Value {
    json!({ "version": 1, "type": "doc", "content": [{ "type": "paragraph", "content": [{ "type": "text", "text": text }] }] })
}
