//! An org that answers what a test tells it to, and remembers what it was asked.

use std::sync::Arc;
use std::time::Duration;

use entente_salesforce::{Auth, Client, Connection, normalize_login_url};
use entente_transport::{Body, BoxFuture, Clock, Pace, Rng, Wire, WireError};
use http::{Request, Response};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;

pub(crate) const TOKEN: &str = r#"{"access_token":"00Dxx0000001gPL!canary","instance_url":"https://acme.my.salesforce.com",
    "id":"https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS","token_type":"Bearer","issued_at":"1278448832702"}"#;

/// Status, headers, body.
pub(crate) type Said = (u16, Vec<(&'static str, String)>, String);

pub(crate) fn say(status: u16, body: impl ToString) -> Said {
    (status, Vec::new(), body.to_string())
}

/// A request as the org saw it.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("a text body")
    }
}

type Answerer = Box<dyn Fn(&Asked) -> Said + Send + Sync>;

/// The org.
pub(crate) struct Org {
    answer: Answerer,
    asked: Mutex<Vec<Asked>>,
}

impl Org {
    pub(crate) fn new(answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { answer: Box::new(answer), asked: Mutex::default() })
    }

    /// An org that signs everybody in and answers everything else the same.
    pub(crate) fn saying(said: Said) -> Arc<Self> {
        Self::new(move |asked| if asked.url.ends_with("/oauth2/token") { say(200, TOKEN) } else { said.clone() })
    }

    /// Everything asked, sign-ins left out.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().iter().filter(|asked| !asked.url.ends_with("/oauth2/token")).cloned().collect()
    }

    /// The sign-ins.
    pub(crate) fn sign_ins(&self) -> Vec<Asked> {
        self.asked.lock().iter().filter(|asked| asked.url.ends_with("/oauth2/token")).cloned().collect()
    }

    pub(crate) fn client(self: &Arc<Self>) -> Client {
        self.client_of(connection(secret_auth()))
    }

    pub(crate) fn client_of(self: &Arc<Self>, connection: Connection) -> Client {
        Client::new(connection, self.clone(), Arc::new(NoWait), Arc::new(Zero), Pace::Unlimited)
    }
}

impl Wire for Org {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, WireError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let mut bytes = Vec::new();
            let mut stream = body.into_stream();
            let length = stream.length();
            while let Some(piece) = stream.next().await {
                bytes.extend_from_slice(&piece.expect("a whole body"));
            }
            assert!(length.is_none_or(|length| length == bytes.len() as u64), "a body is as long as it says");
            let asked = Asked {
                method: parts.method.to_string(),
                url: parts.uri.to_string(),
                headers: parts.headers,
                body: bytes,
            };
            let (status, headers, body) = (self.answer)(&asked);
            self.asked.lock().push(asked);
            let mut response = Response::builder().status(status).header("date", "Sat, 21 Nov 2026 10:00:00 GMT");
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok(response.body(Body::Bytes(body.into())).expect("a valid answer"))
        })
    }
}

/// The machine's time, without its waits: the org answers at once.
struct NoWait;

#[expect(clippy::disallowed_methods, reason = "the sandbox checks times against the machine's")]
impl Clock for NoWait {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, _duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

struct Zero;

impl Rng for Zero {
    fn next_u64(&self) -> u64 {
        0
    }
}

pub(crate) fn secret_auth() -> Auth {
    Auth::ClientCredentials { client_id: "3MVG9".into(), client_secret: "s&cret".into() }
}

pub(crate) fn connection(auth: Auth) -> Connection {
    Connection::new(normalize_login_url("https://acme.my.salesforce.com", false).expect("a login URL"), auth)
}
