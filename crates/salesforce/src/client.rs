//! The client itself: one org, its session, and what every request of it has in common.

use std::sync::Arc;

use entente_transport::{Answer, Call, CallError, CallProblem, Clock, Pace, Rng, Transport, Wire};
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::auth::{Connection, SignedIn};
use crate::datetime::http_date;
use crate::dialect::Salesforce;
use crate::soql::path;

/// The fields of one record by their API names, nested for relationships, as the vendor sends them.
pub type Row = Map<String, Value>;

/// How a write is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteOptions {
    /// Refuse with [`CallError::Stale`] if the record was changed after this moment (whole seconds). Single updates only.
    pub if_unmodified_since: Option<Timestamp>,
    /// Save although a duplicate rule of the kind "alert" matches. Rules of the kind "block" still refuse.
    pub allow_duplicates: bool,
}

impl WriteOptions {
    /// A write that must not overwrite what came after `seen`.
    pub fn unmodified_since(seen: Timestamp) -> Self {
        Self { if_unmodified_since: Some(seen), ..Self::default() }
    }
}

/// A typed client of one Salesforce org.
///
/// Every method can fail as [`CallError`] says; calls share one session, which is renewed when it ends. Cheap to clone;
/// clones share the connection, its pace and its counters.
#[derive(Debug, Clone)]
pub struct Client {
    transport: Arc<Transport>,
    dialect: Arc<Salesforce>,
    base: Arc<str>,
}

impl Client {
    /// A client; nothing is sent until the first call.
    pub fn new(
        connection: Connection,
        wire: Arc<dyn Wire>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        pace: Pace,
    ) -> Self {
        let base = format!("/services/data/{}", connection.api_version).into();
        let dialect = Arc::new(Salesforce::new(connection));
        let transport = Arc::new(Transport::new(wire, clock, rng, pace, dialect.clone()));
        Self { transport, dialect, base }
    }

    /// Signs in if need be, and says as whom and where.
    pub async fn signed_in(&self) -> Result<SignedIn, CallError> {
        self.transport.credential().await?;
        let known = self.dialect.signed_in.lock().clone();
        known.ok_or_else(|| CallError::Broken { reason: "the sign-in left no trace".into() })
    }

    /// The way out: its counters, and whoever looks on.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// The API version in use, such as `v64.0`.
    pub fn api_version(&self) -> &str {
        &self.dialect.connection.api_version
    }

    /// The path of a resource of the API version in use.
    pub(crate) fn path(&self, resource: &str) -> String {
        [&*self.base, resource].concat()
    }

    pub(crate) async fn send(&self, call: Call) -> Result<Answer, CallError> {
        let call = call.header(CALL_OPTIONS, header_value(&self.call_options())?);
        self.transport.send(call).await
    }

    /// The headers of every write. Without `Sforce-Auto-Assign: FALSE` the org's assignment rules run on each update and
    /// may re-route the owner; the label lets change events tell our own writes.
    /// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm>
    pub(crate) fn write_headers(&self, options: &WriteOptions) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("Sforce-Auto-Assign", "FALSE".to_owned()),
            ("Sforce-Mru", "updateMru=false".to_owned()),
            ("Sforce-Call-Options", self.call_options()),
        ];
        if options.allow_duplicates {
            headers.push(("Sforce-Duplicate-Rule-Header", "allowSave=true".to_owned()));
        }
        if let Some(seen) = options.if_unmodified_since {
            headers.push(("If-Unmodified-Since", http_date(seen)));
        }
        headers
    }

    fn call_options(&self) -> String {
        ["client=", &self.dialect.connection.client_name].concat()
    }
}

const CALL_OPTIONS: HeaderName = HeaderName::from_static("sforce-call-options");

/// `call` with these headers.
pub(crate) fn with_headers(mut call: Call, headers: &[(&'static str, String)]) -> Result<Call, CallError> {
    for (name, value) in headers {
        let name = HeaderName::try_from(*name).map_err(|_| broken("a header has no name"))?;
        call = call.header(name, header_value(value)?);
    }
    Ok(call)
}

fn header_value(text: &str) -> Result<HeaderValue, CallError> {
    HeaderValue::try_from(text).map_err(|_| broken("a header is not text"))
}

/// The name of an object, field or relationship as a path segment.
pub(crate) fn name(text: &str) -> Result<&str, CallError> {
    match path(text) {
        Ok(name) if !name.contains('.') => Ok(name),
        _ => Err(refused(format!("`{text}` is not a Salesforce name"))),
    }
}

/// A text as one path segment or one query value.
pub(crate) fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A refusal of our own, before anything was sent.
pub(crate) fn refused(message: impl Into<String>) -> CallError {
    CallError::Invalid { problems: vec![CallProblem::new(message)] }
}

pub(crate) fn broken(reason: &str) -> CallError {
    CallError::Broken { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys_stay_in_their_place() {
        assert!(name("Case").is_ok() && name("Entente_Op__c").is_ok());
        for text in ["", "Case/500", "../Case", "Case?x", "a.b", "Case "] {
            assert!(name(text).is_err(), "{text}");
        }
        assert_eq!(encode("a/b ?c.inc"), "a%2Fb%20%3Fc%2Einc");
    }
}
