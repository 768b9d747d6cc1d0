//! A Jira made of a script: answers by route, in order; every request is kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use entente_jira::{Auth, Client, Connection};
use entente_transport::{Body, BoxFuture, Clock, Pace, Rng, Wire, WireError};
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

/// One answer of the script.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Method, path and query.
    pub(crate) line: String,
    pub(crate) host: String,
    pub(crate) authorization: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) body: Value,
    pub(crate) text: String,
    pub(crate) length: Option<u64>,
    headers: http::HeaderMap,
}

/// The script, which is the wire, the clock and the chance of its client.
#[derive(Default)]
pub(crate) struct Script {
    replies: Mutex<HashMap<String, VecDeque<Reply>>>,
    seen: Mutex<Vec<Seen>>,
    slept: Mutex<Duration>,
}

pub(crate) fn reply(status: u16, body: &Value) -> Reply {
    Reply { status, headers: vec![("content-type", "application/json;charset=UTF-8")], body: body.to_string() }
}

pub(crate) fn raw(status: u16, body: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: body.to_owned() }
}

/// Jira's own error body.
pub(crate) fn error(status: u16, message: &str) -> Reply {
    reply(status, &json!({"errorMessages": [message], "errors": {}}))
}

pub(crate) fn myself() -> Reply {
    reply(200, &json!({"accountId": "712020:bot", "accountType": "app", "displayName": "Bot", "active": true}))
}

impl Reply {
    pub(crate) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl Script {
    /// A script whose account is signed in at the site.
    pub(crate) fn signed_in() -> Arc<Self> {
        let script = Arc::new(Self::default());
        script.on("GET /rest/api/3/myself", [myself()]);
        script
    }

    /// Answers requests for `route` (method and path, without query) with these, one after the other; the last one stays.
    pub(crate) fn on(&self, route: &str, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().expect("no panic").entry(route.to_owned()).or_default().extend(replies);
    }

    pub(crate) fn client(self: &Arc<Self>) -> Client {
        self.client_of("https://acme.atlassian.net")
    }

    pub(crate) fn client_of(self: &Arc<Self>, site_url: &str) -> Client {
        let connection = Connection {
            site_url: site_url.into(),
            auth: Auth::ApiToken { email: "bot@acme.example".into(), api_token: "secret".into() },
            sandbox: site_url.starts_with("http://"),
            user_agent: "entente/test".into(),
        };
        Client::new(connection, Arc::clone(self) as _, Arc::clone(self) as _, Arc::clone(self) as _, Pace::Unlimited)
            .expect("a client")
    }

    /// The requests after the sign-in.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let seen = self.seen.lock().expect("no panic");
        seen.iter().filter(|seen| !seen.line.ends_with("/myself")).cloned().collect()
    }

    pub(crate) fn seen_all(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic").clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let route = format!("{} {}", parts.method, parts.uri.path());
        let (text, length) = text_of(body).await;
        let mut seen = Seen {
            line: [route.as_str(), &query].concat(),
            host: parts.uri.host().unwrap_or_default().to_owned(),
            authorization: None,
            user_agent: None,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
            length,
            headers: parts.headers,
        };
        seen.authorization = seen.header("authorization").map(String::from);
        seen.user_agent = seen.header("user-agent").map(String::from);
        self.seen.lock().expect("no panic").push(seen);
        self.reply(&route)
    }

    fn reply(&self, route: &str) -> Response<Body> {
        let mut replies = self.replies.lock().expect("no panic");
        let reply = match replies.get_mut(route) {
            Some(replies) if replies.len() > 1 => replies.pop_front(),
            Some(replies) => replies.front().cloned(),
            None => None,
        };
        let reply = reply.unwrap_or_else(|| panic!("the script has no answer to {route}"));
        let mut response = Response::builder().status(reply.status);
        for (name, value) in reply.headers {
            response = response.header(name, value);
        }
        response.body(Body::Bytes(reply.body.into())).expect("a response")
    }
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The body as text, and the length that was announced.
async fn text_of(body: Body) -> (String, Option<u64>) {
    let mut stream = body.into_stream();
    let length = stream.length();
    let mut text = Vec::new();
    while let Some(piece) = stream.next().await {
        text.extend_from_slice(&piece.expect("a piece"));
    }
    (String::from_utf8(text).expect("text"), length)
}

impl Wire for Script {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, WireError>> {
        Box::pin(async { Ok(self.answer(request).await) })
    }
}

impl Clock for Script {
    fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-11-21T10:00:00Z".parse().expect("a moment");
        start + *self.slept.lock().expect("no panic")
    }

    /// Sleeping is the only thing that makes this clock move, and only when nothing else is left to do: what is ready
    /// beats its deadline.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            *self.slept.lock().expect("no panic") += duration;
        })
    }
}

impl Rng for Script {
    fn next_u64(&self) -> u64 {
        0
    }
}
