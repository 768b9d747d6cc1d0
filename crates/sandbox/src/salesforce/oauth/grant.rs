//! The grants of the token endpoint: what each asks for, and how each says no.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{CLIENTS, user_named};
use crate::credentials as known;
use crate::salesforce::state::State;

/// A form of the token endpoint.
pub(super) type Form = HashMap<String, String>;

/// `error` and `error_description`.
pub(in crate::salesforce) type Denied = (&'static str, &'static str);

/// Who was let in.
pub(super) struct Granted {
    pub(super) user: Arc<str>,
    pub(super) client: String,
    pub(super) secret: String,
    pub(super) refresh_token: Option<String>,
}

/// The call as the grants see it.
pub(super) struct Asked<'a> {
    pub(super) form: &'a Form,
    pub(super) headers: &'a HeaderMap,
    pub(super) base_url: &'a str,
    pub(super) now_ms: i64,
}

impl Asked<'_> {
    fn get(&self, name: &str) -> &str {
        self.form.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// Answers one request for a token.
pub(super) fn grant(state: &mut State, asked: &Asked<'_>) -> Result<Granted, Denied> {
    let granted = match asked.get("grant_type") {
        "client_credentials" => client_credentials(state, asked),
        "password" => password(state, asked),
        "refresh_token" => refresh(state, asked),
        "authorization_code" => authorization_code(state, asked),
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => jwt_bearer(state, asked),
        _ => Err(("unsupported_grant_type", "grant type not supported")),
    }?;
    state.sessions.refusal.map_or(Ok(granted), Err)
}

fn client_credentials(state: &State, asked: &Asked<'_>) -> Result<Granted, Denied> {
    let host = asked.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if host.starts_with("login.") || host.starts_with("test.") {
        return Err(("invalid_grant", "request not supported on this domain"));
    }
    if asked.form.contains_key("scope") {
        return Err(("invalid_request", "scope parameter not supported"));
    }
    let (client, secret, run_as) = client(asked, true)?;
    if !state.sessions.run_as_user {
        return Err(("invalid_grant", "no client credentials user enabled"));
    }
    let user = active(state, run_as).ok_or(("invalid_grant", "no client credentials user enabled"))?;
    Ok(Granted { user, client, secret, refresh_token: None })
}

fn password(state: &State, asked: &Asked<'_>) -> Result<Granted, Denied> {
    let (client, secret, _) = client(asked, true)?;
    if !state.sessions.password_flow {
        return Err(("invalid_grant", "authentication failure"));
    }
    let user = by_password(state, asked.get("username"), asked.get("password"))?;
    Ok(Granted { user, client, secret, refresh_token: None })
}

/// The user of a name and a password, with or without the security token behind it. Everybody but the least
/// privileged user has the same password.
pub(in crate::salesforce) fn by_password(state: &State, username: &str, password: &str) -> Result<Arc<str>, Denied> {
    let denied = ("invalid_grant", "authentication failure");
    let own = match username {
        known::SALESFORCE_LEAST_USERNAME => known::SALESFORCE_LEAST_PASSWORD,
        _ => known::SALESFORCE_PASSWORD,
    };
    let rest = password.strip_prefix(own).ok_or(denied)?;
    let user = user_named(state, username).filter(|_| rest.is_empty() || rest == known::SALESFORCE_SECURITY_TOKEN);
    let user = user.ok_or(denied)?;
    if active(state, username).is_none() {
        return Err(("inactive_user", "user is inactive"));
    }
    Ok(user)
}

/// Scopes that an app may ask for.
const SCOPES: &[&str] =
    &["api", "web", "full", "id", "openid", "profile", "email", "address", "phone", "refresh_token", "offline_access"];

/// Whether every scope of a list is one that the apps have.
pub(super) fn knows_scopes(asked: &str) -> bool {
    asked.split_whitespace().all(|scope| SCOPES.contains(&scope))
}

fn refresh(state: &mut State, asked: &Asked<'_>) -> Result<Granted, Denied> {
    let (client, secret, _) = client(asked, false)?;
    let expired = ("invalid_grant", "expired access/refresh token");
    let token = asked.get("refresh_token");
    let (user, owner) = state.sessions.refresh.get(token).cloned().ok_or(expired)?;
    if owner != client {
        return Err(expired);
    }
    let mut refresh_token = None;
    if state.sessions.rotate {
        state.sessions.refresh.remove(token);
        refresh_token = Some(new_refresh_token(state, &user, &client));
    }
    Ok(Granted { user, client, secret, refresh_token })
}

fn new_refresh_token(state: &mut State, user: &Arc<str>, client: &str) -> String {
    let token = format!("5Aep{}", state.sessions.random());
    state.sessions.refresh.insert(token.clone(), (user.clone(), client.to_owned()));
    token
}

/// How long an authorization code can be turned into a token.
const CODE_LIFETIME_MS: i64 = 15 * 60_000;

fn authorization_code(state: &mut State, asked: &Asked<'_>) -> Result<Granted, Denied> {
    let invalid = ("invalid_grant", "invalid authorization code");
    let code = state.sessions.codes.remove(asked.get("code")).ok_or(invalid)?;
    if asked.now_ms > code.made_ms.saturating_add(CODE_LIFETIME_MS) {
        return Err(("invalid_grant", "expired authorization code"));
    }
    let (client, secret, _) = client(asked, code.challenge.is_none())?;
    if code.client != client {
        return Err(invalid);
    }
    if code.redirect_uri != asked.get("redirect_uri") {
        return Err(("redirect_uri_mismatch", "redirect_uri must match configuration"));
    }
    let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(asked.get("code_verifier")));
    if code.challenge.as_ref().is_some_and(|challenge| *challenge != verifier) {
        return Err(("invalid_grant", "invalid code verifier"));
    }
    let refresh_token = Some(new_refresh_token(state, &code.user, &client));
    Ok(Granted { user: code.user, client, secret, refresh_token })
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
}

fn jwt_bearer(state: &State, asked: &Asked<'_>) -> Result<Granted, Denied> {
    let invalid = ("invalid_grant", "invalid assertion");
    let pem = state.sessions.jwt_public_key.as_ref().ok_or(invalid)?;
    let key = DecodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| invalid)?;
    let mut validation = Validation::new(Algorithm::RS256);
    // Audience and expiry are checked below: against this org and against the sandbox's own clock.
    validation.validate_aud = false;
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Claims>(asked.get("assertion"), &key, &validation).map_err(|_| invalid)?.claims;
    let (client, secret, _) = known_client(&claims.iss).ok_or(("invalid_client_id", "client identifier invalid"))?;
    let audiences = ["https://login.salesforce.com", "https://test.salesforce.com", asked.base_url];
    if !audiences.contains(&claims.aud.trim_end_matches('/')) {
        return Err(("invalid_grant", "audience is invalid"));
    }
    if claims.exp.saturating_mul(1_000) <= asked.now_ms {
        return Err(invalid);
    }
    let user = active(state, &claims.sub).ok_or(("invalid_grant", "user hasn't approved this consumer"))?;
    Ok(Granted { user, client: client.to_owned(), secret: secret.to_owned(), refresh_token: None })
}

/// The client of a form or of Basic authentication, its secret and its run-as user.
fn client(asked: &Asked<'_>, needs_secret: bool) -> Result<(String, String, &'static str), Denied> {
    let (id, secret) = basic(asked.headers)
        .unwrap_or_else(|| (asked.get("client_id").to_owned(), asked.get("client_secret").to_owned()));
    let (known_id, known_secret, run_as) =
        known_client(&id).ok_or(("invalid_client_id", "client identifier invalid"))?;
    if (needs_secret || !secret.is_empty()) && secret != known_secret {
        return Err(("invalid_client", "invalid client credentials"));
    }
    Ok((known_id.to_owned(), known_secret.to_owned(), run_as))
}

pub(super) fn known_client(id: &str) -> Option<(&'static str, &'static str, &'static str)> {
    CLIENTS.iter().find(|(known, ..)| *known == id).copied()
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn active(state: &State, username: &str) -> Option<Arc<str>> {
    let id = user_named(state, username)?;
    let (object, row) = state.row(&id)?;
    state.get(object, row, "IsActive").is_true().then_some(id)
}
