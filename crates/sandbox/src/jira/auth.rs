//! Who is calling. Bad credentials do not fail: they make the caller anonymous, which is the trap of this vendor.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::answer::Refusal;
use super::contents::Contents;
use super::scope;
use super::session::Call;

/// Where the media service's paths begin.
pub(crate) const MEDIA: &str = "/__media/";

/// A caller as far as the site knows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: Option<String>,
    /// A named user whose password was wrong: every answer says so in a header, also the good ones.
    pub(crate) failed: bool,
}

/// Reads `Authorization`.
pub(crate) fn caller(contents: &Contents, call: &Call, now: i64) -> Result<Caller, Refusal> {
    check_gateway(contents, call)?;
    let Some(header) = call.header("authorization") else { return Ok(Caller::default()) };
    if call.path.starts_with(MEDIA) {
        // The media service takes its own token from the URL and nothing else.
        return Err(Refusal::Raw {
            status: 400,
            body: json!({ "error": { "code": "InvalidAuthorization", "title": "Only one auth mechanism allowed" } }),
            headers: Vec::new(),
        });
    }
    if call.path.starts_with("/oauth/") {
        return Ok(Caller::default());
    }
    if let Some(token) = header.strip_prefix("Bearer ") {
        return bearer(contents, call, token, now);
    }
    match header.split_once(' ') {
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => Ok(basic(contents, pair.trim())),
        _ => Ok(Caller::default()),
    }
}

fn check_gateway(contents: &Contents, call: &Call) -> Result<(), Refusal> {
    let prefix = call.gateway_prefix();
    if prefix.is_empty() || prefix.strip_prefix("/ex/jira/") == Some(contents.cloud_id.as_str()) {
        return Ok(());
    }
    Err(Refusal::Raw { status: 404, body: json!({ "code": 404, "message": "Not Found" }), headers: Vec::new() })
}

fn basic(contents: &Contents, pair: &str) -> Caller {
    let decoded = STANDARD.decode(pair).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((email, token)) = decoded.as_deref().and_then(|pair| pair.split_once(':')) else {
        return Caller::default();
    };
    let user = contents.people.by_email(email).filter(|user| user.active && user.token.as_deref() == Some(token));
    Caller { account: user.map(|user| user.account_id.clone()), failed: user.is_none() && !email.is_empty() }
}

/// OAuth tokens work on the gateway only; on the site a bearer is taken for a Connect session.
fn bearer(contents: &Contents, call: &Call, token: &str, now: i64) -> Result<Caller, Refusal> {
    if call.gateway_prefix().is_empty() {
        let looks_signed = token.split('.').count() == 3;
        return Err(match looks_signed {
            true => Refusal::Html { status: 401, text: super::answer::LOGIN_TEXT },
            false => Refusal::Raw {
                status: 403,
                body: json!({ "error": "Failed to parse Connect Session Auth Token" }),
                headers: Vec::new(),
            },
        });
    }
    let refused = |message: &str| Refusal::Raw {
        status: 401,
        body: json!({ "code": 401, "message": message }),
        headers: Vec::new(),
    };
    let account = contents.tokens.account_of(token, now).ok_or_else(|| refused("Unauthorized"))?;
    if scope::needed(call).into_iter().any(|scope| !contents.tokens.may(token, scope)) {
        return Err(refused("Unauthorized; scope does not match"));
    }
    Ok(Caller { account: Some(account.to_owned()), failed: false })
}
