//! One Salesforce org or one Jira site, and how to reach it.

use crate::{config::Secret, side::Side};

/// One entry under `connections:`, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Its key in the document.
    pub name: String,
    /// The org or the site.
    pub kind: ConnectionKind,
    /// The proxy that all its calls go through.
    pub proxy: Option<Proxy>,
    /// How fast it may be called.
    pub pace: Pace,
    /// How long after an ambiguous create its outcome counts as settled.
    pub settle_seconds: u32,
    /// The share of its calls that is kept for what must be finished.
    pub reserve_percent: u8,
    /// Whether it is a stand-in: only then plain http and loopback addresses are allowed.
    pub sandbox: bool,
}

impl Connection {
    /// Which system it reaches.
    #[must_use]
    pub fn side(&self) -> Side {
        match self.kind {
            ConnectionKind::Salesforce(_) => Side::Salesforce,
            ConnectionKind::Jira(_) => Side::Jira,
        }
    }

    /// The org, if it is one.
    #[must_use]
    pub fn salesforce(&self) -> Option<&SalesforceConnection> {
        match &self.kind {
            ConnectionKind::Salesforce(org) => Some(org),
            ConnectionKind::Jira(_) => None,
        }
    }

    /// The site, if it is one.
    #[must_use]
    pub fn jira(&self) -> Option<&JiraConnection> {
        match &self.kind {
            ConnectionKind::Jira(site) => Some(site),
            ConnectionKind::Salesforce(_) => None,
        }
    }
}

/// Which system a connection reaches.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectionKind {
    /// A Salesforce org.
    Salesforce(SalesforceConnection),
    /// A Jira site.
    Jira(JiraConnection),
}

/// How to reach a Salesforce org.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesforceConnection {
    /// The login host as an origin, without a trailing slash: `https://acme.my.salesforce.com`.
    pub login_url: String,
    /// How to sign in.
    pub auth: SalesforceAuth,
    /// The API version as written in paths, `64.0`; none: the client's own.
    pub api_version: Option<String>,
    /// Secrets that an outbound message may carry: the present one, and while it is being changed, the next.
    pub webhook_secrets: Vec<Secret>,
}

/// How to sign in to Salesforce. The keys that are present decide which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SalesforceAuth {
    /// OAuth 2.0 client credentials: the integration user is the app's "Run As" user.
    ClientCredentials {
        /// The app's client id ("consumer key").
        client_id: String,
        /// The app's client secret ("consumer secret").
        client_secret: Secret,
    },
    /// OAuth 2.0 JWT bearer: a key signs in as a named user.
    JwtBearer {
        /// The app's client id.
        client_id: String,
        /// The integration user's name.
        username: String,
        /// The private key in PEM form.
        private_key: Secret,
    },
    /// OAuth 2.0 username and password; new orgs refuse it.
    Password {
        /// The app's client id.
        client_id: String,
        /// The app's client secret.
        client_secret: Secret,
        /// The integration user's name.
        username: String,
        /// The user's password.
        password: Secret,
        /// The security token that Salesforce wants behind the password, from addresses it does not know.
        security_token: Option<Secret>,
    },
}

/// How to reach a Jira site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JiraConnection {
    /// The site as an origin, without a trailing slash: `https://acme.atlassian.net`.
    pub site_url: String,
    /// The integration account's e-mail address.
    pub email: String,
    /// Its API token.
    pub api_token: Secret,
    /// Secrets that a webhook may be signed with: the present one, and while it is being changed, the next.
    pub webhook_secrets: Vec<Secret>,
    /// The projects that items may name; empty: any.
    pub projects: Vec<String>,
}

/// The proxy of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Its address as an origin: `http://proxy.acme.example:3128`.
    pub url: String,
    /// The user to sign in as.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Secret>,
    /// Hosts that are called directly.
    pub no_proxy: Vec<String>,
}

/// How fast a connection may be called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As the vendor documents, adapting to what it answers.
    #[default]
    Vendor,
    /// Not faster than this; what is not given stays as the vendor documents.
    Limited {
        /// Calls per second.
        per_second: Option<u32>,
        /// Calls at the same time.
        in_flight: Option<u32>,
    },
    /// As fast as it answers.
    Unlimited,
}
