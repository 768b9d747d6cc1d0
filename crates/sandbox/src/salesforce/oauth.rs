//! Who may call: tokens, the grants that give them out, and what they are good for.
//!
//! Vendor page: "Authorize Apps with OAuth", "OAuth Error Codes". Lifetimes run from the issue of a token, not from its
//! last use, so that a busy client meets an expired one too.

mod endpoint;
mod grant;
mod identity;

use std::collections::HashMap;
use std::sync::Arc;

use rand::{RngExt as _, SeedableRng as _};
use serde::Deserialize;

use super::id;
use super::state::State;
use crate::credentials as known;
use crate::seed::Dice;

pub(super) use endpoint::{ROUTES, routes};
pub(super) use grant::by_password;
pub(super) use identity::text;

/// How long a token lives unless the control door says otherwise: the vendor's usual session timeout.
const LIFETIME_MS: i64 = 2 * 3_600_000;

/// Client id, client secret, the user it runs as.
const CLIENTS: &[(&str, &str, &str)] = &[
    (known::SALESFORCE_CLIENT_ID, known::SALESFORCE_CLIENT_SECRET, known::SALESFORCE_USERNAME),
    (known::SALESFORCE_LEAST_CLIENT_ID, known::SALESFORCE_LEAST_CLIENT_SECRET, known::SALESFORCE_LEAST_USERNAME),
];

/// One token.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) user: Arc<str>,
    client: String,
    issued_ms: i64,
    expires_ms: i64,
}

/// What `POST /__sandbox/oauth` sets; what it leaves out stays.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    token_lifetime_seconds: Option<i64>,
    /// PEM of the key that verifies JWT assertions.
    jwt_public_key: Option<String>,
    /// Whether the client credentials flow has a run-as user.
    run_as_user: Option<bool>,
    /// Whether the user name and password flow is open.
    password_flow: Option<bool>,
    /// Whether a refresh gives out a new refresh token.
    rotate_refresh_tokens: Option<bool>,
    /// What the token endpoint says to everybody who is let in, by its name in [`REFUSALS`]; `nothing` ends that.
    refuse: Option<String>,
    /// The org was refreshed: the same records in an org of another id, in which nobody is signed in.
    refreshed: Option<bool>,
}

/// What an administrator can bring about: name, `error`, `error_description`.
const REFUSALS: &[(&str, &str, &str)] = &[
    ("no_scopes", "invalid_grant", "no valid scopes defined"),
    ("not_approved", "invalid_grant", "user hasn't approved this consumer"),
    ("app_access", "invalid_app_access", "user is not admin approved to access this app"),
    ("inactive_org", "inactive_org", "organization is inactive"),
    ("too_many_logins", "rate_limit_exceeded", "login rate exceeded"),
];

/// All tokens of the org.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    org_id: String,
    n_refreshes: u64,
    tokens: HashMap<String, Session>,
    /// Refresh tokens with the user and client they stand for.
    refresh: HashMap<String, (Arc<str>, String)>,
    codes: HashMap<String, Code>,
    lifetime_ms: i64,
    jwt_public_key: Option<String>,
    run_as_user: bool,
    password_flow: bool,
    rotate: bool,
    refusal: Option<grant::Denied>,
    dice: Dice,
}

/// An authorization code of the web server flow.
#[derive(Clone, Debug)]
struct Code {
    user: Arc<str>,
    client: String,
    redirect_uri: String,
    challenge: Option<String>,
    made_ms: i64,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            org_id: id::make("00D", 1),
            n_refreshes: 0,
            tokens: HashMap::new(),
            refresh: HashMap::new(),
            codes: HashMap::new(),
            lifetime_ms: LIFETIME_MS,
            jwt_public_key: None,
            run_as_user: true,
            password_flow: true,
            rotate: false,
            refusal: None,
            dice: Dice::seed_from_u64(0x5a1e),
        }
    }
}

impl Sessions {
    pub(super) fn org_id(&self) -> &str {
        &self.org_id
    }

    /// The session of a token that still lives.
    pub(super) fn find(&self, token: &str, now_ms: i64) -> Option<&Session> {
        self.tokens.get(token).filter(|session| session.expires_ms > now_ms)
    }

    pub(super) fn set(&mut self, settings: Settings) -> Result<(), String> {
        if let Some(name) = &settings.refuse {
            self.refusal = refusal(name)?;
        }
        if let Some(seconds) = settings.token_lifetime_seconds {
            self.lifetime_ms = seconds.saturating_mul(1_000);
        }
        if settings.jwt_public_key.is_some() {
            self.jwt_public_key = settings.jwt_public_key;
        }
        self.run_as_user = settings.run_as_user.unwrap_or(self.run_as_user);
        self.password_flow = settings.password_flow.unwrap_or(self.password_flow);
        self.rotate = settings.rotate_refresh_tokens.unwrap_or(self.rotate);
        if settings.refreshed == Some(true) {
            self.n_refreshes += 1;
            self.org_id = id::make("00D", 1 + self.n_refreshes);
            self.end_all();
        }
        Ok(())
    }

    /// Ends one session.
    pub(super) fn end(&mut self, token: &str) {
        self.tokens.remove(token);
    }

    /// Ends every session, as an administrator can.
    pub(super) fn end_all(&mut self) {
        self.tokens.clear();
    }

    /// Gives out a token.
    pub(super) fn issue(&mut self, user: &Arc<str>, client: &str, now_ms: i64) -> String {
        let random = self.random();
        let token = format!("{}!sim-{random}", &self.org_id[..15]);
        let expires_ms = now_ms.saturating_add(self.lifetime_ms);
        let session = Session { user: user.clone(), client: client.to_owned(), issued_ms: now_ms, expires_ms };
        self.tokens.insert(token.clone(), session);
        token
    }

    fn random(&mut self) -> String {
        format!("{:032x}{:032x}", self.dice.random::<u128>(), self.dice.random::<u128>())
    }
}

/// The refusal of this name.
fn refusal(name: &str) -> Result<Option<grant::Denied>, String> {
    if name == "nothing" {
        return Ok(None);
    }
    let known = REFUSALS.iter().find(|(known, ..)| *known == name);
    let (_, error, description) = known.ok_or_else(|| {
        let names: Vec<_> = REFUSALS.iter().map(|(known, ..)| *known).collect();
        format!("nobody is refused with {name}; there are nothing, {}", names.join(", "))
    })?;
    Ok(Some((error, description)))
}

/// The active or inactive user of this name.
pub(super) fn user_named(state: &State, username: &str) -> Option<Arc<str>> {
    let object = state.schema.object_at("User")?;
    let at = state.object(object).field_at("Username")?;
    let place = state.tables[object].having(at, username)?.next()?;
    state.tables[object].row(place).map(|row| row.id.clone())
}
