//! How a connection signs in.

use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::RecordId;
use crate::limits::API_VERSION;

mod flow;
mod refused;

pub(crate) use flow::{grant, judge};

/// One org, and how to reach it.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Where to sign in, as [`crate::normalize_login_url`] gives it.
    pub login_url: Url,
    /// How to sign in.
    pub auth: Auth,
    /// The API version of every call, such as `v64.0`.
    pub api_version: String,
    /// How our writes are labelled in the org's change events and logs.
    pub client_name: String,
    /// Whether loopback hosts are allowed; real connections leave it off.
    pub sandbox: bool,
}

impl Connection {
    /// A connection with the usual API version and client name.
    pub fn new(login_url: Url, auth: Auth) -> Self {
        Self { login_url, auth, api_version: API_VERSION.into(), client_name: "entente".into(), sandbox: false }
    }
}

/// A way to sign in.
///
/// <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flows.htm>
#[derive(Clone)]
pub enum Auth {
    /// The app signs in as its own "Run As" user. Works on a My Domain only.
    ClientCredentials {
        /// The app's consumer key.
        client_id: String,
        /// The app's consumer secret.
        client_secret: SecretString,
    },
    /// The app signs an assertion with its certificate's key.
    JwtBearer {
        /// The app's consumer key.
        client_id: String,
        /// The user to act as, approved for the app beforehand.
        username: String,
        /// The RSA key in PEM.
        private_key_pem: SecretString,
        /// The audience; login or test host, by the login URL, unless given.
        audience: Option<String>,
    },
    /// A user's own password. Legacy: orgs made since 2023 block it, and wrong tries lock the user.
    Password {
        /// The app's consumer key.
        client_id: String,
        /// The app's consumer secret.
        client_secret: SecretString,
        /// The user to act as.
        username: String,
        /// The user's password.
        password: SecretString,
        /// The user's security token, or empty where the network is trusted.
        security_token: SecretString,
    },
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientCredentials { .. } => "ClientCredentials",
            Self::JwtBearer { .. } => "JwtBearer",
            Self::Password { .. } => "Password",
        })
    }
}

/// What a sign-in told about the org and ourselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Where all calls of this org go.
    pub instance_url: Url,
    /// The org.
    pub organization: RecordId,
    /// The user that all our changes carry.
    pub user: RecordId,
}

/// What a token answer holds for us.
pub(crate) struct Token {
    pub(crate) access_token: SecretString,
    pub(crate) instance_url: Url,
    pub(crate) organization: RecordId,
    pub(crate) user: RecordId,
}

#[derive(Deserialize)]
struct TokenDocument {
    access_token: String,
    instance_url: String,
    id: String,
}

impl Token {
    /// Reads the body of a token answer. It never says what it read: the body may hold the token.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let TokenDocument { access_token, instance_url, id } = serde_json::from_slice(body).ok()?;
        // Org and user are the last two segments of the identity URL.
        let identity = Url::parse(&id).ok()?;
        let mut segments = identity.path_segments()?.rev();
        let user = segments.next()?.parse().ok()?;
        let organization = segments.next()?.parse().ok()?;
        Some(Self {
            access_token: access_token.into(),
            instance_url: Url::parse(&instance_url).ok()?,
            organization,
            user,
        })
    }
}
