//! Who may look: bearer tokens for programs, a signed cookie for people who have shown a token.
//!
//! A cookie is `EXPIRY.MAC`, the MAC keyed by the token that was shown: nothing is stored, and a token that leaves the
//! configuration takes its cookies with it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use entente_core::config::{Config, Secret};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::{App, Problem};
use crate::limits::LOGIN_TIME;

/// The cookie's name.
const COOKIE_NAME: &str = "entente_session";
/// The header by which the console says that it asks. No page of another site can send it: a browser would first ask us
/// whether it may, and we never say so. <https://fetch.spec.whatwg.org/#cors-preflight-fetch>
const CONSOLE: &str = "x-entente-console";
/// What the MAC is for, so that it can serve nothing else.
const PURPOSE: &[u8] = b"entente page login until ";

/// Lets to the API, and to whatever is not there under its address, only callers with one of the configuration's tokens,
/// and the console of people who have logged in.
pub(crate) async fn guard_api(State(app): State<App>, request: Request, next: Next) -> Result<Response, Problem> {
    let path = request.uri().path();
    if path != "/api" && !path.starts_with("/api/") {
        return Ok(next.run(request).await);
    }
    let config = app.config();
    if config.server.api_tokens.is_empty() {
        let detail = "The API is closed: the configuration has no `server.api_tokens`.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, detail));
    }
    let is_console = request.headers().contains_key(CONSOLE) && is_logged_in(&config, request.headers(), app.now_ms());
    match bearer(request.headers()).map(|shown| is_token(&config, shown)).or(is_console.then_some(true)) {
        Some(true) => Ok(next.run(request).await),
        Some(false) => Err(Problem::new(StatusCode::UNAUTHORIZED, "This token is not one of `server.api_tokens`.")),
        None => {
            let detail = "Send the header `Authorization: Bearer TOKEN` with one of `server.api_tokens`.";
            Err(Problem::new(StatusCode::UNAUTHORIZED, detail))
        }
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
pub(crate) fn cookie(config: &Config, token: &str, now_ms: i64) -> String {
    let until_ms = now_ms.saturating_add(i64::try_from(LOGIN_TIME.as_millis()).unwrap_or(i64::MAX));
    let mac = hex(&mac(token, until_ms).finalize().into_bytes());
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

/// Whether the caller carries a cookie that is still good.
pub(crate) fn is_logged_in(config: &Config, headers: &HeaderMap, now_ms: i64) -> bool {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs = cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.any(|(name, value)| name == COOKIE_NAME && is_good(config, value, now_ms))
}

fn is_good(config: &Config, value: &str, now_ms: i64) -> bool {
    let Some((until_ms, shown)) =
        value.split_once('.').and_then(|(until, mac)| Some((until.parse().ok()?, unhex(mac)?)))
    else {
        return false;
    };
    let signed = |token: &Secret| mac(token.expose(), until_ms).verify_slice(&shown).is_ok();
    now_ms < until_ms && config.server.api_tokens.iter().any(signed)
}

fn mac(token: &str, until_ms: i64) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("HMAC takes keys of every length");
    mac.chain_update(PURPOSE).chain_update(until_ms.to_string())
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

    fn headers(set_cookie: &str) -> HeaderMap {
        let sent = format!("theme=dark; {}", set_cookie.split(';').next().unwrap());
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&sent).unwrap())])
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
        let headers = headers(&cookie(&before, "two", 1_000));
        let end_ms = 1_000 + i64::try_from(LOGIN_TIME.as_millis()).unwrap();
        assert!(is_logged_in(&before, &headers, end_ms - 1));
        assert!(!is_logged_in(&before, &headers, end_ms));
        assert!(!is_logged_in(&config(&["one"]), &headers, 2_000));
    }

    #[test]
    fn a_longer_time_needs_another_signature() {
        let config = config(&["one"]);
        let honest = cookie(&config, "one", 1_000);
        let (_, mac) = honest.split(';').next().unwrap().split_once('.').unwrap();
        for forged in
            [format!("{COOKIE_NAME}={}.{mac}", i64::MAX), format!("{COOKIE_NAME}="), format!("{COOKIE_NAME}=1.zz")]
        {
            assert!(!is_logged_in(&config, &headers(&forged), 1_001), "{forged}");
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
