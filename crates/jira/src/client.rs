//! `Client`: one Jira site, one account.
//!
//! This file holds how a client is made and how it sends; each noun of Jira has its own file with its types, its calls
//! and their limits.

use std::fmt;
use std::sync::Arc;

use entente_transport::{Answer, Call, CallError, Clock, Egress, Opened, Pace, Rng, Transport, Wire};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use url::Url;

use crate::dialect::JiraDialect;
use crate::id::IssueKey;
use crate::request::Request;
use crate::site::{ConnectionProblem, egress, normalize_site_url};

pub(crate) mod account;
pub(crate) mod attachments;
pub(crate) mod bulk_create;
pub(crate) mod bulk_fetch;
pub(crate) mod changelog;
pub(crate) mod comments;
pub(crate) mod connect;
pub(crate) mod create;
pub(crate) mod desk;
pub(crate) mod download;
pub(crate) mod edit;
pub(crate) mod fields;
pub(crate) mod issues;
pub(crate) mod paging;
pub(crate) mod projects;
pub(crate) mod properties;
pub(crate) mod remote_links;
pub(crate) mod search;
pub(crate) mod statuses;
pub(crate) mod transitions;
pub(crate) mod upload;
pub(crate) mod user;
pub(crate) mod webhooks;
pub(crate) mod write_comment;

/// How to reach one Jira site.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The site's address, such as `https://acme.atlassian.net`.
    pub site_url: String,
    /// Who calls.
    pub auth: Auth,
    /// Whether this is a stand-in on this machine: only then are plain http and loopback taken.
    pub sandbox: bool,
    /// What calls name themselves. A browser's name would trip the vendor's XSRF check.
    pub user_agent: String,
}

/// Who calls.
#[derive(Clone, Debug)]
pub enum Auth {
    /// An account and its API token, scoped or not. Tokens live a year at most.
    /// <https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/>
    ApiToken {
        /// The account's e-mail address.
        email: String,
        /// The token.
        api_token: SecretString,
    },
}

/// When a read began, for deciding whether it can have seen a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// By our clock.
    pub ours: Timestamp,
    /// By Jira's clock, never later than the truth: its `Date` (whole seconds) minus the time that the call took.
    pub theirs: Option<Timestamp>,
    /// By Jira's clock, never earlier than the truth: its `Date`, rounded up.
    pub theirs_at_most: Option<Timestamp>,
}

/// A client of one site. Cheap to clone; clones share the connection, its pace and its counters.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    transport: Transport,
    dialect: Arc<JiraDialect>,
    /// Where a redirect may lead; whatever carries the requests checks each of them again.
    egress: Egress,
    wire: Arc<dyn Wire>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
}

impl Client {
    /// A client; nothing is sent yet. The first call signs in: one extra `/myself`, and for a scoped token two more.
    ///
    /// # Errors
    /// [`ConnectionProblem`], when the address is not a Jira Cloud site's or a value cannot be sent in a header.
    pub fn new(
        connection: Connection,
        wire: Arc<dyn Wire>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        pace: Pace,
    ) -> Result<Self, ConnectionProblem> {
        let site = normalize_site_url(&connection.site_url, connection.sandbox).map_err(ConnectionProblem::SiteUrl)?;
        let egress = egress(&site, connection.sandbox);
        let Auth::ApiToken { email, api_token } = &connection.auth;
        let dialect = Arc::new(JiraDialect::new(site, email, api_token, &connection.user_agent)?);
        Ok(Self::speaking(dialect, egress, wire, clock, rng, pace))
    }

    fn speaking(
        dialect: Arc<JiraDialect>,
        egress: Egress,
        wire: Arc<dyn Wire>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        pace: Pace,
    ) -> Self {
        let dialect_of_all = Arc::clone(&dialect) as _;
        let transport = Transport::new(Arc::clone(&wire), Arc::clone(&clock), Arc::clone(&rng), pace, dialect_of_all);
        Self { shared: Arc::new(Shared { transport, dialect, egress, wire, clock, rng }) }
    }

    /// The way out, for its counters and for whoever looks on.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.shared.transport
    }

    /// The site's own root, ending in a slash, whatever host the calls go to.
    #[must_use]
    pub fn site_url(&self) -> &Url {
        self.shared.dialect.site()
    }

    /// Where a person opens this issue.
    #[must_use]
    pub fn browse_url(&self, key: &IssueKey) -> Url {
        let mut url = self.site_url().clone();
        url.set_path(&["browse/", &key.to_string()].concat());
        url
    }

    pub(crate) async fn send(&self, request: Request) -> Result<Answer, CallError> {
        self.send_call(request.into_call()?).await
    }

    pub(crate) async fn send_call(&self, call: Call) -> Result<Answer, CallError> {
        let (name, value) = self.shared.dialect.user_agent();
        self.shared.transport.send(call.header(name, value)).await
    }

    /// Sends a call whose answer is read while it arrives.
    pub(crate) async fn open_call(&self, call: Call) -> Result<Opened, CallError> {
        let (name, value) = self.shared.dialect.user_agent();
        self.shared.transport.open(call.header(name, value)).await
    }

    pub(crate) async fn fetch<T: DeserializeOwned>(&self, request: Request) -> Result<T, CallError> {
        self.send(request).await?.json()
    }

    pub(crate) fn moment(&self, answer: &Answer) -> Moment {
        let took_ms = self.shared.clock.now().as_millisecond() - answer.began.as_millisecond();
        let took = SignedDuration::from_millis(took_ms.max(0));
        Moment {
            ours: answer.began,
            theirs: answer.date.and_then(|date| date.checked_sub(took).ok()),
            theirs_at_most: answer.date.and_then(|date| date.checked_add(SignedDuration::from_secs(1)).ok()),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("site", &self.site_url().as_str()).finish_non_exhaustive()
    }
}
