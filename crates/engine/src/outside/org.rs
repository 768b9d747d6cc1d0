//! A Salesforce org: the typed client, and what was learned about the org.

mod changes;
mod described;
pub(crate) mod files;
mod reading;
mod talk;
mod writing;

use std::{collections::HashMap, sync::Arc};

use entente_core::config::{Connection, SalesforceAuth, SalesforceConnection};
use entente_salesforce::{Auth, Client, egress, normalize_login_url};
use entente_store::Store;
use entente_transport::{CallError, Clock, PaceLimits};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

pub(crate) use self::{
    changes::{AskedObject, Changed, Changes, FieldChange, last_author},
    described::Described,
    reading::{OrgPerson, OrgRow},
    talk::{OrgComment, Talk},
    writing::{GuardedUpdate, OwnUpdate},
};
use super::{Health, Outside, pace, quota, secret, shifted};
use crate::{error::EngineError, report::QuotaStatus, worker::Worker};

/// Salesforce states no rate per second; five calls at once are polite, and a Developer Edition allows no more long ones.
const PACE_DEFAULT: PaceLimits =
    PaceLimits { get_per_second: None, post_per_second: None, put_per_second: None, in_flight: 5 };

/// Under this name the store remembers the id of the org that a connection leads to.
const ORGANIZATION_CURSOR: &str = "organization";

/// One Salesforce org.
pub(crate) struct Org {
    pub(crate) name: String,
    /// Where people open it.
    address: String,
    pub(crate) client: Client,
    /// How long a request that was lost may still take effect.
    pub(crate) settle_ms: i64,
    /// Secrets that its outbound messages carry in their address.
    pub(crate) webhook_secrets: Vec<secrecy::SecretString>,
    pub(crate) health: Health,
    reserve_percent: u8,
    describes: Mutex<HashMap<String, Arc<Described>>>,
    /// The org's clock minus ours.
    offset: Mutex<SignedDuration>,
    clock: Arc<dyn Clock>,
}

impl Org {
    /// Sets an org up; nothing is sent yet.
    pub(crate) fn new(
        connection: &Connection,
        salesforce: &SalesforceConnection,
        outside: &Outside,
    ) -> Result<Self, EngineError> {
        let problem = |reason: String| EngineError::Connection { connection: connection.name.clone(), reason };
        let login_url = normalize_login_url(&salesforce.login_url, connection.sandbox).map_err(problem)?;
        let wire = outside.wire(connection, egress(&login_url, connection.sandbox))?;
        let mut settings = entente_salesforce::Connection::new(login_url, auth(&salesforce.auth));
        settings.sandbox = connection.sandbox;
        if let Some(version) = &salesforce.api_version {
            settings.api_version.clone_from(version);
        }
        let pace = pace(connection, PACE_DEFAULT);
        let client = Client::new(settings, wire, outside.clock.clone(), outside.rng.clone(), pace);
        outside.show(&connection.name, client.transport());
        Ok(Self {
            name: connection.name.clone(),
            address: salesforce.login_url.trim_end_matches('/').to_owned(),
            client,
            settle_ms: i64::from(connection.settle_seconds) * 1_000,
            webhook_secrets: salesforce.webhook_secrets.iter().map(secret).collect(),
            health: Health::default(),
            reserve_percent: connection.reserve_percent,
            describes: Mutex::default(),
            offset: Mutex::new(SignedDuration::ZERO),
            clock: outside.clock.clone(),
        })
    }

    /// Where people open a record.
    pub(crate) fn url_of(&self, id: &str) -> String {
        format!("{}/{id}", self.address)
    }

    /// Why nothing new may be begun, when only the reserve of the day's calls is left.
    pub(crate) fn held_back(&self) -> Option<CallError> {
        quota::held_back(self.client.transport(), &*self.clock, self.reserve_percent)
    }

    /// How many times rarer polls must come for its calls to last.
    pub(crate) fn stretch(&self) -> u32 {
        quota::stretch(self.client.transport(), &*self.clock, self.reserve_percent)
    }

    /// How many calls are left, once the org has told.
    pub(crate) fn quota(&self) -> Option<QuotaStatus> {
        Some(quota::status(self.client.transport().quota()?, self.reserve_percent, &*self.clock))
    }

    /// An object's fields, kept.
    pub(crate) async fn describe(&self, object: &str) -> Result<Arc<Described>, EngineError> {
        if let Some(described) = self.describes.lock().get(object).cloned() {
            return Ok(described);
        }
        let describe = self.client.describe(object).await.map_err(|error| self.describe_failed(object, error))?;
        let described = Arc::new(Described { describe });
        self.describes.lock().insert(object.to_owned(), described.clone());
        Ok(described)
    }

    fn describe_failed(&self, object: &str, error: CallError) -> EngineError {
        self.health.failed(&error);
        match error {
            CallError::Gone { .. } => EngineError::Connection {
                connection: self.name.clone(),
                reason: format!(
                    "the org has no object {object} that the integration user can see; check its API name and the user's rights"
                ),
            },
            error => EngineError::Peer { connection: self.name.clone(), error },
        }
    }

    /// Forgets what was learned about objects.
    pub(crate) fn forget_metadata(&self) {
        self.describes.lock().clear();
    }

    /// The org's time as ours.
    pub(crate) fn to_our_time(&self, theirs: Option<Timestamp>) -> Option<Timestamp> {
        theirs.map(|theirs| theirs.checked_sub(*self.offset.lock()).unwrap_or(theirs))
    }

    /// Our time as the org's.
    pub(crate) fn to_their_ms(&self, ours_ms: i64) -> i64 {
        shifted(ours_ms, *self.offset.lock())
    }

    /// When a read began by the org's clock, never later than the truth: `Date`, which is cut to seconds, is the time of
    /// the answer.
    fn read_ms(&self, date: Option<Timestamp>, began: Timestamp) -> i64 {
        let Some(date) = date else { return began.as_millisecond() };
        let took = self.clock.now().duration_since(began).max(SignedDuration::ZERO);
        let theirs = date.checked_sub(took).unwrap_or(date);
        *self.offset.lock() = theirs.duration_since(began);
        theirs.as_millisecond()
    }

    /// Whether this is still the org in which the links of its items were made. The copy that a refresh makes of a sandbox
    /// has the same records and another id: what is linked there belongs to somebody else.
    /// <https://help.salesforce.com/s/articleView?id=platform.data_sandbox_implementation_tips.htm>
    pub(crate) async fn is_the_same(&self, store: &Store) -> Result<(), EngineError> {
        let here = self.client.signed_in().await.map_err(EngineError::peer(&self.name))?.organization.to_string();
        let known = store.get_cursor(&self.name, ORGANIZATION_CURSOR).await?;
        match known {
            Some(known) if known != here => Err(EngineError::Connection {
                connection: self.name.clone(),
                reason: format!(
                    "it leads to the org {here}, but its links were made in the org {known}, as after the refresh of a \
                     sandbox; nothing is read or written; lead it back, or give the connection and its items new names"
                ),
            }),
            _ => Ok(()),
        }
    }

    /// Remembers which org this is, once a look at it has finished.
    pub(crate) async fn remember(&self, worker: &Worker) -> Result<(), EngineError> {
        let here = self.client.signed_in().await.map_err(EngineError::peer(&self.name))?.organization.to_string();
        let now_ms = worker.outside().now_ms();
        worker.store().advance(&worker.fence()?, ORGANIZATION_CURSOR, &here, &[], now_ms).await?;
        Ok(())
    }

    /// The user that our changes carry.
    pub(crate) async fn user_id(&self) -> Option<String> {
        self.client.signed_in().await.ok().map(|signed_in| signed_in.user.as_str().to_owned())
    }
}

fn auth(auth: &SalesforceAuth) -> Auth {
    match auth {
        SalesforceAuth::ClientCredentials { client_id, client_secret } => {
            Auth::ClientCredentials { client_id: client_id.clone(), client_secret: secret(client_secret) }
        }
        SalesforceAuth::JwtBearer { client_id, username, private_key } => Auth::JwtBearer {
            client_id: client_id.clone(),
            username: username.clone(),
            private_key_pem: secret(private_key),
            audience: None,
        },
        SalesforceAuth::Password { client_id, client_secret, username, password, security_token } => Auth::Password {
            client_id: client_id.clone(),
            client_secret: secret(client_secret),
            username: username.clone(),
            password: secret(password),
            security_token: security_token.as_ref().map(secret).unwrap_or_default(),
        },
    }
}
