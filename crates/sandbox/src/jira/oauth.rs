//! OAuth 2.0: client credentials of a service account, and 3LO with refresh tokens that work once.
//!
//! The tokens are good on the gateway (`/ex/jira/{cloudId}`) only.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{Answer, Refusal, Reply};
use super::people::ADMIN_ID;
use super::scope::ALL;
use super::session::Session;

pub(crate) const CLIENT_ID: &str = "sandbox-client";
pub(crate) const CLIENT_SECRET: &str = "sandbox-secret";
/// The authorization code that the administrator's consent would have produced; good as often as one likes. With a colon
/// and an e-mail address behind it, it is that person's, for an app that did not ask for `offline_access`.
pub(crate) const CODE: &str = "sandbox-code";
const LIFE_MS: i64 = 3_600_000;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tokens {
    access: BTreeMap<String, Access>,
    refresh: BTreeSet<String>,
    /// What tokens may do that are issued from now on; absent: everything.
    #[serde(default)]
    pub(crate) scopes: Option<Vec<String>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Access {
    account: String,
    expires: i64,
    /// Absent: all of them.
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

impl Tokens {
    pub(crate) fn account_of(&self, token: &str, now: i64) -> Option<&str> {
        self.access.get(token).filter(|access| access.expires > now).map(|access| access.account.as_str())
    }

    /// Whether a token was granted a scope.
    pub(crate) fn may(&self, token: &str, scope: &str) -> bool {
        self.scopes_of(token).is_none_or(|scopes| scopes.iter().any(|granted| granted == scope))
    }

    fn scopes_of(&self, token: &str) -> Option<&[String]> {
        self.access.get(token).and_then(|access| access.scopes.as_deref())
    }
}

/// Absent: all of them.
fn granted(scopes: Option<&[String]>) -> Vec<&str> {
    scopes.map_or_else(|| ALL.to_vec(), |scopes| scopes.iter().map(String::as_str).collect())
}

pub(crate) fn token(s: &mut Session<'_>) -> Answer {
    let body = read(s)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let denied = |status: u16, error: &str, why: &str| {
        Err(Refusal::Raw { status, body: json!({ "error": error, "error_description": why }), headers: Vec::new() })
    };
    if text("client_id") != CLIENT_ID || text("client_secret") != CLIENT_SECRET {
        return denied(401, "access_denied", "Unauthorized");
    }
    match text("grant_type") {
        "client_credentials" => Ok(Reply::ok(grant(s, ADMIN_ID, false))),
        "authorization_code" if text("code") == CODE => Ok(Reply::ok(grant(s, ADMIN_ID, true))),
        "authorization_code" => match consenting(s, text("code")) {
            Some(account) => Ok(Reply::ok(grant(s, &account, false))),
            None => denied(403, "invalid_grant", "Invalid authorization code"),
        },
        // The old token dies with its first use, whoever used it.
        "refresh_token" if s.contents.tokens.refresh.remove(text("refresh_token")) => {
            Ok(Reply::ok(grant(s, ADMIN_ID, true)))
        }
        "refresh_token" => denied(403, "invalid_grant", "Unknown or invalid refresh token."),
        other => denied(400, "unsupported_grant_type", &format!("Unsupported grant type: {other}")),
    }
}

/// JSON, as the vendor documents it; forms are understood as well.
fn read(s: &Session<'_>) -> Result<Value, Refusal> {
    if s.call.header("content-type").is_some_and(|t| t.contains("urlencoded")) {
        return Ok(url::form_urlencoded::parse(&s.call.body)
            .map(|(k, v)| (k.into_owned(), json!(v)))
            .collect::<serde_json::Map<_, _>>()
            .into());
    }
    s.call.json()
}

/// Whose consent a code stands for.
fn consenting(s: &Session<'_>, code: &str) -> Option<String> {
    let email = code.strip_prefix(CODE)?.strip_prefix(':')?;
    s.contents.people.by_email(email).filter(|user| user.active).map(|user| user.account_id.clone())
}

fn grant(s: &mut Session<'_>, account: &str, with_refresh: bool) -> Value {
    let mut opaque = |kind: &str| {
        format!(
            "{kind}-{}",
            uuid::Uuid::from_u64_pair(0x70C3_0000_0000_4000, 0x8000_0000_0000_0000 | s.contents.next_id()).simple()
        )
    };
    let (access, refresh) = (opaque("access"), with_refresh.then(|| opaque("refresh")));
    let tokens = &mut s.contents.tokens;
    let issued = Access { account: account.to_owned(), expires: s.now + LIFE_MS, scopes: tokens.scopes.clone() };
    let mut scope = granted(tokens.scopes.as_deref()).join(" ");
    tokens.access.insert(access.clone(), issued);
    if refresh.is_some() {
        scope += " offline_access";
    }
    let mut answer =
        json!({ "access_token": access, "expires_in": LIFE_MS / 1000, "token_type": "Bearer", "scope": scope });
    if let Some(refresh) = refresh {
        s.contents.tokens.refresh.insert(refresh.clone());
        answer["refresh_token"] = json!(refresh);
    }
    answer
}

/// Which sites a token reaches; called without the gateway's prefix, so the token is looked up here.
pub(crate) fn sites(s: &mut Session<'_>) -> Answer {
    let tokens = &s.contents.tokens;
    let token = s.call.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    let Some(token) = token.filter(|token| tokens.account_of(token, s.now).is_some()) else {
        let body = json!({ "code": 401, "message": "Unauthorized" });
        return Err(Refusal::Raw { status: 401, body, headers: Vec::new() });
    };
    Ok(Reply::ok(json!([{
        "id": s.contents.cloud_id,
        "name": "sandbox",
        "url": s.site.control().base_url(),
        "scopes": granted(tokens.scopes_of(token)),
        "avatarUrl": format!("{}/favicon.ico", s.site.control().base_url()),
    }])))
}
