//! A stage for one engine: a sandbox world behind a straight wire, a private store, a configuration.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::body::to_bytes;
use bytes::Bytes;
use entente_core::config::{self, Config};
use entente_engine::{Engine, Outside, SyncOptions, SyncReport, VerifyReport};
use entente_sandbox::{Clock as SandboxClock, Options, Seed, World, jira_router, salesforce_router};
use entente_store::Store;
use entente_transport::{Body, BoxFuture, ByteStream, SystemRng, Wire, WireError};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::watch::Watch;

const SALESFORCE: &str = "http://127.0.0.1:7401";
const JIRA: &str = "http://127.0.0.1:7402";
/// `admin@sandbox.example:sandbox-api-token`
const JIRA_ADMINISTRATOR: &str = "Basic YWRtaW5Ac2FuZGJveC5leGFtcGxlOnNhbmRib3gtYXBpLXRva2Vu";

/// Carries requests straight into the sandbox's routers.
#[derive(Clone)]
struct Straight {
    salesforce: axum::Router,
    jira: axum::Router,
    rival: Arc<Mutex<Option<Rival>>>,
    found_bytes: Arc<AtomicU64>,
}

/// What somebody else does around the first request whose body contains a text.
struct Rival {
    around: String,
    moment: Moment,
    does: BoxFuture<'static, ()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Before,
    After,
}

impl Straight {
    /// Somebody else acts, when this is the moment.
    async fn rival(&self, moment: Moment, sent: &str) {
        let is_due = |rival: &mut Rival| rival.moment == moment && sent.contains(&rival.around);
        let rival = self.rival.lock().unwrap().take_if(is_due);
        if let Some(rival) = rival {
            rival.does.await;
        }
    }
}

impl Wire for Straight {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, WireError>> {
        Box::pin(async move {
            let router = if request.uri().port_u16() == Some(7401) { &self.salesforce } else { &self.jira };
            let (parts, body) = request.into_parts();
            let finds = ["/query", "/search/jql"].iter().any(|route| parts.uri.path().ends_with(route));
            let mut stream = body.into_stream();
            let mut bytes = Vec::new();
            while let Some(piece) = stream.next().await {
                bytes.extend(piece.map_err(|error| WireError::NotSent { reason: error.to_string() })?);
            }
            let sent = String::from_utf8_lossy(&bytes).into_owned();
            let request = Request::from_parts(parts, axum::body::Body::from(bytes));
            let lost = |reason: String| WireError::Lost { reason };
            self.rival(Moment::Before, &sent).await;
            let response = router.clone().oneshot(request).await.map_err(|error| lost(error.to_string()))?;
            self.rival(Moment::After, &sent).await;
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.map_err(|error| lost(error.to_string()))?;
            if finds {
                self.found_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            }
            Ok(Response::from_parts(parts, Body::Stream(ByteStream::from_bytes(bytes))))
        })
    }
}

/// The parts of a test.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) store: Store,
    clock: SandboxClock,
    wire: Straight,
    config: String,
}

/// The item of the demo, without what a test replaces.
pub(crate) const ITEM: &str = r"
    mode: two-way
    salesforce: { connection: org, object: Case, filter: { all: [ { field: Origin, is one of: [Web, Email] } ] } }
    jira: { connection: site, project: OPS, issue_type: Bug }
    auto_create: jira
    match: [correlation]
    correlation: { jira: Salesforce Case ID, salesforce: Jira_Reference__c }
    related: { account: AccountId }
    fields:
      - { salesforce: Subject, jira: summary, to_jira: [ { first_characters: 255 } ] }
      - { salesforce: Description, jira: description }
      - { salesforce: Priority, jira: priority, values: { High: High, Medium: Medium, Low: Low } }
      - { salesforce: account.Name, jira: Customer, direction: to-jira }
    status:
      field: Status
      values: { New: To Do, Working: In Progress, Escalated: In Progress, On Hold: Blocked, Closed: Done }
";

impl Stage {
    /// The demo company, or an empty world, with one item.
    pub(crate) async fn new(seed: Seed, item: &str) -> Self {
        Self::at(SandboxClock::real(), seed, item).await
    }

    /// The same, by a clock that the test may move.
    pub(crate) async fn at(clock: SandboxClock, seed: Seed, item: &str) -> Self {
        let world = World::new(&Options { seed, ..Options::default() }, &clock);
        world.salesforce.control().set_base_url(SALESFORCE);
        world.jira.control().set_base_url(JIRA);
        let wire = Straight {
            salesforce: salesforce_router(&world.salesforce),
            jira: jira_router(&world.jira),
            rival: Arc::default(),
            found_bytes: Arc::default(),
        };
        let config = format!(
            "version: 1
connections:
  org:
    salesforce: {{ login_url: '{SALESFORCE}', client_id: sandbox-client, client_secret: sandbox-secret }}
    sandbox: true
    pace: unlimited
    settle_seconds: 2
  site:
    jira: {{ site_url: '{JIRA}', email: admin@sandbox.example, api_token: sandbox-api-token, webhook_secret: hush }}
    sandbox: true
    pace: unlimited
    settle_seconds: 2
items:
  support-bugs:
    owner: tests@sandbox.example
{item}
triggers: {{ poll_seconds: 5 }}
"
        );
        Self { world, store: Store::memory().await.expect("a store"), clock, wire, config }
    }

    /// An engine on this stage; it shares the store with every other one.
    pub(crate) fn engine(&self) -> Engine {
        self.engine_over(|wire| wire)
    }

    /// The same, with something between it and the world.
    pub(crate) fn engine_over(&self, over: impl Fn(Arc<dyn Wire>) -> Arc<dyn Wire> + Send + Sync + 'static) -> Engine {
        let wire = self.wire.clone();
        let outside = Outside {
            clock: Arc::new(Watch(self.clock.clone())),
            rng: Arc::new(SystemRng),
            wires: Arc::new(move |_| Ok(over(Arc::new(wire.clone())))),
            inspection: Arc::default(),
        };
        Engine::new(self.config(), self.store.clone(), outside).expect("an engine")
    }

    /// The configuration as it is.
    pub(crate) fn config(&self) -> Arc<Config> {
        let (config, problems) = config::parse(&self.config, &|_| Err("there are no variables".into()));
        Arc::new(config.unwrap_or_else(|| panic!("{problems:#?}")))
    }

    /// One `sync` by a new engine.
    pub(crate) async fn sync(&self) -> SyncReport {
        self.engine().sync(&SyncOptions::default(), &|_| {}).await.expect("a sync")
    }

    /// One `sync` that waits for what it has put off.
    pub(crate) async fn sync_patiently(&self) -> SyncReport {
        let options = SyncOptions { wait: Some(Duration::from_secs(20)), ..SyncOptions::default() };
        self.engine().sync(&options, &|_| {}).await.expect("a sync")
    }

    /// Looks and rounds of a new engine until a fault of a side has struck, and nothing after that: what it lost stays lost.
    pub(crate) async fn rounds_until_struck(&self, base: &str) {
        let steps = self.engine().steps().remove(0);
        assert!(steps.own().await.expect("a store"), "nobody else works");
        while self.hits(base).await == 0 {
            steps.look().await.expect("a look");
            for round in steps.rounds().await.expect("rounds") {
                round.run().await.expect("a round");
            }
        }
        steps.release().await;
    }

    /// One `verify` by a new engine.
    pub(crate) async fn verify(&self) -> VerifyReport {
        self.engine().verify(&|_| {}).await.expect("a verify")
    }

    /// Has the administrator edit a record as soon as a request that contains `after` has been answered.
    pub(crate) async fn edit_after(&self, after: &str, path: &str, body: &Value) {
        let edit = self.later(path, body).await;
        self.after(after, edit);
    }

    /// An edit of a record by the administrator, for later.
    pub(crate) async fn later(&self, path: &str, body: &Value) -> impl Future<Output = ()> + Send + use<> {
        self.later_by("sandbox", path, body).await
    }

    /// The same by somebody else than the integration user.
    pub(crate) async fn later_as_colleague(&self, path: &str, body: &Value) -> impl Future<Output = ()> + Send + use<> {
        self.later_by("sandbox-least", path, body).await
    }

    async fn later_by(&self, app: &str, path: &str, body: &Value) -> impl Future<Output = ()> + Send + use<> {
        let edit = request(Method::PATCH, &format!("{SALESFORCE}{path}"), &self.bearer(app).await, body);
        let wire = self.wire.clone();
        async move { drop(wire.send(edit).await.expect("an answer")) }
    }

    /// Has somebody do something as soon as a request that contains `after` has been answered.
    pub(crate) fn after(&self, after: &str, does: impl Future<Output = ()> + Send + 'static) {
        self.around(Moment::After, after, does);
    }

    /// Has somebody do something right before a request that contains `before` arrives.
    pub(crate) fn before(&self, before: &str, does: impl Future<Output = ()> + Send + 'static) {
        self.around(Moment::Before, before, does);
    }

    fn around(&self, moment: Moment, around: &str, does: impl Future<Output = ()> + Send + 'static) {
        *self.wire.rival.lock().unwrap() = Some(Rival { around: around.to_owned(), moment, does: Box::pin(does) });
    }

    /// Has the administrator of Jira do something as soon as a request that contains `after` has been answered.
    pub(crate) fn in_jira_after(&self, after: &str, method: Method, path: &str, body: &Value) {
        let call = request(method, &format!("{JIRA}{path}"), JIRA_ADMINISTRATOR, body);
        let wire = self.wire.clone();
        self.after(after, async move { drop(wire.send(call).await.expect("an answer")) });
    }

    /// Has an issue moved to another project as soon as a request that contains `after` has been answered.
    pub(crate) fn move_after(&self, after: &str, issue: &str, project: &str) {
        self.control_after(after, "move", &json!({"issue": issue, "project": project}));
    }

    /// Turns a knob on the control door of Jira as soon as a request that contains `after` has been answered.
    pub(crate) fn control_after(&self, after: &str, door: &str, body: &Value) {
        let body = Bytes::from(body.to_string());
        let call = Request::post(format!("{JIRA}/__sandbox/{door}")).header("content-type", "application/json");
        let (call, wire) = (call.body(Body::Bytes(body)).expect("a request"), self.wire.clone());
        self.after(after, async move { drop(wire.send(call).await.expect("an answer")) });
    }

    /// A call to the Salesforce side as the administrator.
    pub(crate) async fn salesforce(&self, method: Method, path: &str, body: Value) -> Value {
        self.call(method, &format!("{SALESFORCE}{path}"), &self.bearer("sandbox").await, &body).await
    }

    /// A call to the Salesforce side as somebody else than the integration user.
    pub(crate) async fn salesforce_as_colleague(&self, method: Method, path: &str, body: Value) -> Value {
        self.call(method, &format!("{SALESFORCE}{path}"), &self.bearer("sandbox-least").await, &body).await
    }

    async fn bearer(&self, app: &str) -> String {
        let form = format!("grant_type=client_credentials&client_id={app}-client&client_secret={app}-secret");
        let request = Request::post(format!("{SALESFORCE}/services/oauth2/token"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::Bytes(Bytes::from(form)))
            .expect("a request");
        let token = self.send(request).await;
        format!("Bearer {}", token["access_token"].as_str().expect("a token"))
    }

    /// A call to the Jira side as the administrator.
    pub(crate) async fn jira(&self, method: Method, path: &str, body: Value) -> Value {
        self.call(method, &format!("{JIRA}{path}"), JIRA_ADMINISTRATOR, &body).await
    }

    async fn call(&self, method: Method, url: &str, authorization: &str, body: &Value) -> Value {
        self.send(request(method, url, authorization, body)).await
    }

    async fn send(&self, request: Request<Body>) -> Value {
        let (status, text) = self.answer(request).await;
        if text.is_empty() {
            return json!({"status": status.as_u16()});
        }
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} {text}"))
    }

    async fn answer(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.wire.send(request).await.expect("an answer");
        let status = response.status();
        let mut stream = response.into_body().into_stream();
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            bytes.extend(piece.expect("a piece"));
        }
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// An act of the administrator for which the data API has no call: merging, converting.
    pub(crate) async fn soap(&self, call: &str) -> String {
        let session = self.bearer("sandbox").await.replace("Bearer ", "");
        let envelope = format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header \
             xmlns=\"urn:partner.soap.sforce.com\"><SessionHeader><sessionId>{session}</sessionId></SessionHeader>\
             </s:Header><s:Body xmlns=\"urn:partner.soap.sforce.com\">{call}</s:Body></s:Envelope>"
        );
        let request = Request::post(format!("{SALESFORCE}/services/Soap/u/64.0"))
            .header("content-type", "text/xml")
            .header("soapaction", "\"\"")
            .body(Body::Bytes(Bytes::from(envelope)))
            .expect("a request");
        let (status, answer) = self.answer(request).await;
        assert!(answer.contains("<success>true</success>"), "{status}: {answer}");
        answer
    }

    /// Merges records into one of their kind.
    pub(crate) async fn merge(&self, object: &str, master: &str, losers: &[&str]) {
        let losers: String = losers.iter().map(|id| format!("<recordToMergeIds>{id}</recordToMergeIds>")).collect();
        let master = format!("<masterRecord><type>{object}</type><Id>{master}</Id></masterRecord>");
        self.soap(&format!("<merge><mergeRequests>{master}{losers}</mergeRequests></merge>")).await;
    }

    /// The rows of a query.
    pub(crate) async fn query(&self, soql: &str) -> Vec<Value> {
        let query = soql.replace('%', "%25").replace(' ', "+").replace('\'', "%27").replace('=', "%3D");
        let answer = self.salesforce(Method::GET, &format!("/services/data/v64.0/query?q={query}"), Value::Null).await;
        answer["records"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// An issue with all its fields.
    pub(crate) async fn issue(&self, key: &str) -> Value {
        self.jira(Method::GET, &format!("/rest/api/3/issue/{key}"), Value::Null).await
    }

    /// A person moves an issue to a status.
    pub(crate) async fn move_issue(&self, key: &str, status: &str) {
        let path = format!("/rest/api/3/issue/{key}/transitions");
        let ways = self.jira(Method::GET, &path, Value::Null).await;
        let way = ways["transitions"].as_array().and_then(|ways| ways.iter().find(|way| way["to"]["name"] == status));
        let way = way.unwrap_or_else(|| panic!("no way to {status}: {ways}"));
        self.jira(Method::POST, &path, json!({ "transition": { "id": way["id"] } })).await;
    }

    /// The issues that a search finds.
    pub(crate) async fn search(&self, jql: &str) -> Vec<Value> {
        let body = json!({"jql": jql, "maxResults": 5000, "fields": ["id"]});
        let answer = self.jira(Method::POST, "/rest/api/3/search/jql", body).await;
        answer["issues"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// Field values that were written on a side since the last time this was asked, as the sandbox saw them.
    pub(crate) async fn writes(&self, base: &str) -> Vec<Value> {
        let request = Request::get(format!("{base}/__sandbox/writes")).body(Body::Empty).expect("a request");
        self.send(request).await.as_array().expect("a list").clone()
    }

    /// Injects a fault on a side.
    pub(crate) async fn fault(&self, base: &str, fault: Value) {
        self.control(base, "faults", fault).await;
    }

    /// Turns a knob on a side's control door.
    pub(crate) async fn control(&self, base: &str, door: &str, body: Value) {
        let request = Request::post(format!("{base}/__sandbox/{door}"))
            .header("content-type", "application/json")
            .body(Body::Bytes(Bytes::from(body.to_string())))
            .expect("a request");
        let (status, answer) = self.answer(request).await;
        assert!(status.is_success(), "{door}: {status} {answer}");
    }

    /// How often the faults of a side have struck.
    pub(crate) async fn hits(&self, base: &str) -> u64 {
        let request = Request::get(format!("{base}/__sandbox/faults")).body(Body::Empty).expect("a request");
        let faults = self.send(request).await;
        faults.as_array().map(|all| all.iter().filter_map(|fault| fault["hits"].as_u64()).sum()).expect("faults")
    }

    /// Bytes of all answers to queries and searches so far.
    pub(crate) fn found_bytes(&self) -> u64 {
        self.wire.found_bytes.load(Ordering::Relaxed)
    }

    /// The id of a Jira field, by its name or by itself.
    pub(crate) async fn field(&self, name: &str) -> String {
        let fields = self.jira(Method::GET, "/rest/api/3/field", Value::Null).await;
        let found = fields
            .as_array()
            .and_then(|fields| fields.iter().find(|field| field["name"] == name || field["id"] == name));
        found.and_then(|field| field["id"].as_str()).unwrap_or_else(|| panic!("{name} in {fields}")).to_owned()
    }

    /// Changes the document for engines that are made from now on.
    pub(crate) fn edit(&mut self, from: &str, to: &str) {
        assert!(self.config.contains(from), "{from:?} is in {}", self.config);
        self.config = self.config.replace(from, to);
    }
}

/// Base address of the Salesforce side.
pub(crate) const ORG: &str = SALESFORCE;
/// Base address of the Jira side.
pub(crate) const SITE: &str = JIRA;

fn request(method: Method, url: &str, authorization: &str, body: &Value) -> Request<Body> {
    let bytes = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", authorization)
        .header("content-type", "application/json")
        .body(Body::Bytes(bytes))
        .expect("a request")
}
