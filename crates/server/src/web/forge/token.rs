//! The token that comes with every call of a Forge app: who signed it, for which app, until when.
//! <https://developer.atlassian.com/platform/forge/remote/essentials/#the-forge-invocation-token-fit>

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;

use crate::limits::FORGE_SKEW_MS;

/// Who makes these tokens.
const ISSUER: &str = "forge/invocation-token";

/// What a token says, as far as it is used. Atlassian may leave parts of the context out, so each is looked for anew.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    exp: Option<i64>,
    nbf: Option<i64>,
    #[serde(default)]
    app: Value,
    #[serde(default)]
    context: Value,
}

impl Claims {
    /// The site that the call comes from.
    pub(crate) fn cloud_id(&self) -> Option<&str> {
        let base = || self.app.get("apiBaseUrl")?.as_str()?.rsplit_once("/ex/jira/").map(|(_, id)| id);
        self.context.get("cloudId").and_then(Value::as_str).or_else(base)
    }

    /// The id of the issue whose panel makes the call.
    pub(crate) fn issue(&self) -> Option<String> {
        match self.context.pointer("/extension/issue/id")? {
            Value::String(id) => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        }
    }
}

/// Which key signed a token. Only what that key can be asked about is worth looking for one.
pub(crate) fn key_id(token: &str) -> Result<String, &'static str> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| "it is no invocation token")?;
    match (header.alg, header.kid) {
        (Algorithm::RS256, Some(id)) => Ok(id),
        (Algorithm::RS256, None) => Err("it does not say which key signed it"),
        _ => Err("it is not signed in the way that Atlassian signs (RS256)"),
    }
}

/// What a token says, once everything about it is in order; otherwise what is not.
pub(crate) fn verify(token: &str, key: &Jwk, app_id: &str, now_ms: i64) -> Result<Claims, &'static str> {
    let key = DecodingKey::from_jwk(key).map_err(|_| "its key is no key for RS256")?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[app_id]);
    validation.set_required_spec_claims(&["iss", "aud", "exp"]);
    // Times are compared below, with the clock that everything else goes by.
    (validation.validate_exp, validation.validate_nbf) = (false, false);
    let decoded = jsonwebtoken::decode::<Claims>(token, &key, &validation);
    let claims = decoded.map_err(|error| wrong(error.kind()))?.claims;
    if claims.exp.is_none_or(|until| until.saturating_mul(1_000) <= now_ms - FORGE_SKEW_MS) {
        return Err("it has expired");
    }
    if claims.nbf.is_some_and(|from| from.saturating_mul(1_000) > now_ms + FORGE_SKEW_MS) {
        return Err("it is not good yet; compare the clocks");
    }
    Ok(claims)
}

fn wrong(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidSignature => "its signature is not by the key that it names",
        ErrorKind::InvalidIssuer => "it was not made by Forge",
        ErrorKind::InvalidAudience => "it was made for another app than `server.forge.app_id`",
        ErrorKind::MissingRequiredClaim(_) => "it does not say who made it, for whom, or until when it is good",
        _ => "it is no invocation token",
    }
}

#[cfg(test)]
mod tests;
