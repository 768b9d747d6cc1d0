//! Who may look: bearer tokens for programs, a signed cookie for people who have shown a token. A token is one of the
//! configuration's, or a user's, of which the store has the digest only.
//!
//! A cookie is `EXPIRY.MAC`. The MAC is keyed by the configuration's token that was shown, or by a key that this process
//! made at its start together with the digest of the user's: nothing is stored, and a token that is no more takes its
//! cookies with it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use entente_core::config::{Config, Secret};
use entente_store::{StoreError, User};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::{App, Caller, Problem};
use crate::limits::LOGIN_TIME;

/// The cookie's name.
const COOKIE_NAME: &str = "entente_session";
/// The header by which the console says that it asks. No page of another site can send it: a browser would first ask us
/// whether it may, and we never say so. <https://fetch.spec.whatwg.org/#cors-preflight-fetch>
const CONSOLE: &str = "x-entente-console";
/// Why nobody gets in without a token, with one that is not known, and at all.
const TOKEN_MISSING: &str =
    "Send the header `Authorization: Bearer TOKEN` with a user's token or one of `server.api_tokens`.";
const TOKEN_UNKNOWN: &str = "This token is neither a user's nor one of `server.api_tokens`.";
const CLOSED: &str = "The API is closed: there is no user, and the configuration has no `server.api_tokens`.";
/// What the MAC is for, so that it can serve nothing else.
const PURPOSE: &[u8] = b"entente page login until ";

/// Lets to the API, and to whatever is not there under its address, only callers with a token that is known, and the
/// console of people who have logged in; and says who it is.
pub(crate) async fn guard_api(State(app): State<App>, mut request: Request, next: Next) -> Result<Response, Problem> {
    let path = request.uri().path();
    if path != "/api" && !path.starts_with("/api/") {
        return Ok(next.run(request).await);
    }
    let headers = request.headers();
    let caller = match bearer(headers) {
        Some(shown) => who_shows(&app, shown).await?.ok_or(TOKEN_UNKNOWN),
        None if headers.contains_key(CONSOLE) => who_is_logged_in(&app, headers).await?.ok_or(TOKEN_MISSING),
        None => Err(TOKEN_MISSING),
    };
    match caller {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            Ok(next.run(request).await)
        }
        Err(detail) => {
            let is_closed = app.config().server.api_tokens.is_empty() && app.store().users().await?.is_empty();
            Err(Problem::new(StatusCode::UNAUTHORIZED, if is_closed { CLOSED } else { detail }))
        }
    }
}

/// Whose token this is.
pub(crate) async fn who_shows(app: &App, shown: &str) -> Result<Option<Caller>, StoreError> {
    if is_token(&app.config(), shown) {
        return Ok(Some(Caller::owner()));
    }
    Ok(app.store().user_by_digest(&digest_of(shown)).await?.map(Caller::user))
}

/// Who has logged in with the cookie that the caller carries, if it is still good.
pub(crate) async fn who_is_logged_in(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, StoreError> {
    let cookies: Vec<&str> = cookies(headers).collect();
    if cookies.is_empty() {
        return Ok(None);
    }
    let is_good = |key: &str| cookies.iter().any(|cookie| is_good(key, cookie, app.now_ms()));
    if app.config().server.api_tokens.iter().any(|token| is_good(token.expose())) {
        return Ok(Some(Caller::owner()));
    }
    let mut users = app.store().users().await?.into_iter();
    Ok(users.find(|user| is_good(&user_key(app, user))).map(Caller::user))
}

/// What the digest of a token is compared with.
pub(crate) fn digest_of(token: &str) -> String {
    hex(&Sha256::digest(token))
}

/// What signs the cookies of a user: who reads the database cannot make one.
fn user_key(app: &App, user: &User) -> String {
    format!("{}{}", app.session_key(), user.digest)
}

/// What signs the cookies of whoever shows this token.
async fn cookie_key(app: &App, token: &str) -> Result<String, StoreError> {
    match app.store().user_by_digest(&digest_of(token)).await? {
        Some(user) if !is_token(&app.config(), token) => Ok(user_key(app, &user)),
        _ => Ok(token.to_owned()),
    }
}

/// The token of a bearer.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Whether `shown` is one of the tokens. Takes equally long for every wrong one.
pub(crate) fn is_token(config: &Config, shown: &str) -> bool {
    // Digests have one length, so not even the length of a token shows.
    let shown = Sha256::digest(shown);
    let equal = |token: &Secret| Sha256::digest(token.expose()).ct_eq(&shown);
    config.server.api_tokens.iter().map(equal).fold(Choice::from(0), |any, one| any | one).into()
}

/// The `Set-Cookie` value for a person who has shown `token`.
pub(crate) async fn cookie_for(app: &App, token: &str) -> Result<String, StoreError> {
    Ok(cookie(&app.config(), &cookie_key(app, token).await?, app.now_ms()))
}

fn cookie(config: &Config, key: &str, now_ms: i64) -> String {
    let until_ms = now_ms.saturating_add(i64::try_from(LOGIN_TIME.as_millis()).unwrap_or(i64::MAX));
    let mac = hex(&mac(key, until_ms).finalize().into_bytes());
    format!("{COOKIE_NAME}={until_ms}.{mac}; Max-Age={}; {}", LOGIN_TIME.as_secs(), attributes(config))
}

/// The `Set-Cookie` value that takes the cookie away.
pub(crate) fn no_cookie(config: &Config) -> String {
    format!("{COOKIE_NAME}=; Max-Age=0; {}", attributes(config))
}

fn attributes(config: &Config) -> &'static str {
    let is_https = config.server.public_url.as_deref().is_some_and(|url| url.starts_with("https:"));
    if is_https { "Path=/; HttpOnly; SameSite=Strict; Secure" } else { "Path=/; HttpOnly; SameSite=Strict" }
}

/// What the caller carries as our cookie.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let pairs = cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value)
}

fn is_good(key: &str, value: &str, now_ms: i64) -> bool {
    let Some((until_ms, shown)) =
        value.split_once('.').and_then(|(until, mac)| Some((until.parse().ok()?, unhex(mac)?)))
    else {
        return false;
    };
    now_ms < until_ms && mac(key, until_ms).verify_slice(&shown).is_ok()
}

fn mac(token: &str, until_ms: i64) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("HMAC takes keys of every length");
    mac.chain_update(PURPOSE).chain_update(until_ms.to_string())
}

/// A secret that nobody has had before.
#[expect(clippy::disallowed_methods, reason = "secrets come from the machine, not from a seed")]
pub(crate) fn fresh_secret() -> String {
    hex(&rand::random::<[u8; 32]>())
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits?;
    (digits.len() % 2 == 0).then(|| digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn config(tokens: &[&str]) -> Config {
        let mut config = Config::default();
        config.server.api_tokens = tokens.iter().map(|token| Secret::new(*token)).collect();
        config
    }

    fn opens(config: &Config, set_cookie: &str, now_ms: i64) -> bool {
        let sent = format!("theme=dark; {}", set_cookie.split(';').next().unwrap());
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&sent).unwrap())]);
        let tokens = &config.server.api_tokens;
        cookies(&headers).any(|cookie| tokens.iter().any(|token| is_good(token.expose(), cookie, now_ms)))
    }

    #[test]
    fn any_of_the_tokens_opens_and_nothing_else_does() {
        let config = config(&["one", "two"]);
        for (shown, opens) in
            [("one", true), ("two", true), ("", false), ("on", false), ("one ", false), ("three", false)]
        {
            assert_eq!(is_token(&config, shown), opens, "{shown:?}");
        }
        assert!(!is_token(&Config::default(), ""));
    }

    #[test]
    fn a_cookie_is_good_until_its_time_and_only_while_its_token_is() {
        let before = config(&["one", "two"]);
        let cookie = cookie(&before, "two", 1_000);
        let end_ms = 1_000 + i64::try_from(LOGIN_TIME.as_millis()).unwrap();
        assert!(opens(&before, &cookie, end_ms - 1));
        assert!(!opens(&before, &cookie, end_ms));
        assert!(!opens(&config(&["one"]), &cookie, 2_000));
    }

    #[test]
    fn a_longer_time_needs_another_signature() {
        let config = config(&["one"]);
        let honest = cookie(&config, "one", 1_000);
        let (_, mac) = honest.split(';').next().unwrap().split_once('.').unwrap();
        for forged in
            [format!("{COOKIE_NAME}={}.{mac}", i64::MAX), format!("{COOKIE_NAME}="), format!("{COOKIE_NAME}=1.zz")]
        {
            assert!(!opens(&config, &forged, 1_001), "{forged}");
        }
    }

    #[test]
    fn over_https_the_cookie_is_secure() {
        let mut config = config(&["one"]);
        assert!(!cookie(&config, "one", 0).contains("Secure"));
        config.server.public_url = Some("https://entente.acme.example".to_owned());
        assert!(cookie(&config, "one", 0).ends_with("Path=/; HttpOnly; SameSite=Strict; Secure"));
    }
}
