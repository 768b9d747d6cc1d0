//! The token requests, and the reading of their answers.
//!
//! No flow sends `scope`: the endpoint refuses it. None gets a refresh token: when a session ends we ask again.

use entente_transport::{Answer, Call, CallError, Effect};
use http::{HeaderValue, Method};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret;
use serde::Serialize;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{Auth, Connection, Token, refused};
use crate::limits::{ASSERTION_SECS, SIGN_IN_TIMEOUT_MS};
use crate::login_url::is_test_org;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
}

/// The request that asks for a token.
pub(crate) fn grant(connection: &Connection, now: Timestamp) -> Result<Call, CallError> {
    let mut form = Serializer::new(String::new());
    match &connection.auth {
        Auth::ClientCredentials { client_id, client_secret } => {
            form.append_pair("grant_type", "client_credentials");
            form.append_pair("client_id", client_id).append_pair("client_secret", client_secret.expose_secret());
        }
        Auth::JwtBearer { client_id, username, private_key_pem, audience } => {
            let audience = audience.as_deref().unwrap_or_else(|| default_audience(&connection.login_url));
            let exp = now.as_second() + ASSERTION_SECS;
            let assertion =
                sign(&Claims { iss: client_id, sub: username, aud: audience, exp }, private_key_pem.expose_secret())?;
            form.append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
                .append_pair("assertion", &assertion);
        }
        Auth::Password { client_id, client_secret, username, password, security_token } => {
            form.append_pair("grant_type", "password");
            form.append_pair("client_id", client_id).append_pair("client_secret", client_secret.expose_secret());
            let password = [password.expose_secret(), security_token.expose_secret()].concat();
            form.append_pair("username", username).append_pair("password", &password);
        }
    }
    let url = connection.login_url.join("/services/oauth2/token");
    let url = url.map_err(|_| CallError::Auth { reason: "the login URL cannot be used".into() })?;
    let call = Call::new(Effect::Auth, Method::POST, "/services/oauth2/token", url);
    Ok(call
        .body(HeaderValue::from_static("application/x-www-form-urlencoded"), form.finish())
        .timeout_ms(SIGN_IN_TIMEOUT_MS))
}

/// The token in an answer of the token endpoint, or why there is none.
pub(crate) fn judge(connection: &Connection, answer: &Answer) -> Result<Token, CallError> {
    if answer.status.is_success() {
        let unusable = || CallError::Broken { reason: "the token endpoint answered without a usable token".into() };
        return Token::read(&answer.body).ok_or_else(unusable);
    }
    Err(refused::read(connection, answer))
}

fn default_audience(login_url: &Url) -> &'static str {
    if is_test_org(login_url) { "https://test.salesforce.com" } else { "https://login.salesforce.com" }
}

fn sign(claims: &Claims<'_>, key_pem: &str) -> Result<String, CallError> {
    let key = EncodingKey::from_rsa_pem(key_pem.as_bytes());
    let signed = key.and_then(|key| jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &key));
    signed.map_err(|_| CallError::Auth { reason: "the private key is not an RSA key in PEM form".into() })
}
