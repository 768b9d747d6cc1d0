//! What differs between vendors: how one signs in, and what an answer means.

use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use url::Url;

use crate::BoxFuture;
use crate::call::{Answer, Call};
use crate::error::CallError;
use crate::gauge::Reading;
use crate::transport::Transport;

/// How one vendor speaks. A [`Transport`] asks it; it holds no connection and sends nothing but its sign-in.
pub trait Dialect: Send + Sync {
    /// The vendor's name for logs and sentences, such as `Salesforce`.
    fn name(&self) -> &'static str;

    /// Obtains a credential. Called when there is none and when the last one was refused; never twice at a time, and all
    /// calls that wait share the one outcome.
    fn sign_in<'a>(&'a self, door: Door<'a>) -> BoxFuture<'a, Result<Credential, CallError>>;

    /// Whether `answer` is a success, or which failure it is. Asked for every answer that its call does not accept, and
    /// for each accepted one too, since some peers hide refusals in a 200.
    fn classify(&self, answer: &Answer) -> Result<(), CallError>;

    /// Whether the answer says that the session is over, so that one renewal may help.
    fn session_over(&self, answer: &Answer) -> bool {
        answer.status == StatusCode::UNAUTHORIZED
    }

    /// What an answer tells of an allowance: gauges ride on headers.
    fn reading(&self, answer: &Answer) -> Option<Reading> {
        let _unused = answer;
        None
    }
}

/// Where calls go and what is put on them.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Paths of calls are relative to this URL.
    pub base: Url,
    /// The `Authorization` header; `None` for peers that want none.
    pub authorization: Option<HeaderValue>,
    /// Whether signing in again can give a different credential; if not, a 401 is final at once.
    pub renewable: bool,
}

impl Credential {
    /// A credential that never changes, such as Basic authentication.
    pub fn fixed(base: Url, authorization: HeaderValue) -> Self {
        Self { base, authorization: Some(sensitive(authorization)), renewable: false }
    }

    /// A credential that ends and can be had again.
    pub fn renewable(base: Url, authorization: HeaderValue) -> Self {
        Self { base, authorization: Some(sensitive(authorization)), renewable: true }
    }
}

fn sensitive(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}

/// The way out for a sign-in: sends without a credential, and judges nothing.
#[derive(Debug, Clone, Copy)]
pub struct Door<'a> {
    transport: &'a Transport,
}

impl<'a> Door<'a> {
    pub(crate) fn new(transport: &'a Transport) -> Self {
        Self { transport }
    }

    /// Sends `call`, which names an absolute URL, once. Any status is an answer.
    pub async fn send(&self, call: Call) -> Result<Answer, CallError> {
        self.transport.exchange_once(&call).await
    }

    /// The time, for assertions that carry one.
    pub fn now(&self) -> Timestamp {
        self.transport.now()
    }
}
