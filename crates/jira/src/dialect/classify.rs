//! The table: what an answer of Jira means for the caller.
//!
//! Status decides first, then who wrote the body, then headers; never the wording, which follows the account's
//! language. <https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes>

use std::time::Duration;

use entente_transport::{Answer, CallError, CallProblem, Scope};
use http::{HeaderName, StatusCode};

use super::sign_in::said;
use crate::fault::{Author, Fault};
use crate::limits::{THROTTLE_DEFAULT, THROTTLE_MAX};

/// Present on every answer to a Basic pair; anything but `OK` means that the call was processed as an anonymous one,
/// even with status 200 and an empty list.
const LOGIN_REASON: HeaderName = HeaderName::from_static("x-seraph-loginreason");

/// Which of the three limits was hit. <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>
pub(super) const LIMIT_REASON: HeaderName = HeaderName::from_static("ratelimit-reason");

/// When the limit ends, as a date-time; only on 429.
pub(super) const LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// What the session layer answers to a credential that it takes for a Connect app's.
const NOT_A_SESSION: &[u8] = b"Connect Session Auth Token";

/// The XSRF check's words, the one text that is not localised and has no other mark.
const XSRF: &[u8] = b"XSRF check failed";

/// What `answer` means.
pub(crate) fn classify(answer: &Answer) -> Result<(), CallError> {
    signed_in(answer)?;
    if answer.status.is_success() {
        return Ok(());
    }
    let fault = Fault::of(answer);
    let reason = fault.sentence(|| format!("Jira answered {} to {}", answer.status.as_u16(), answer.route));
    Err(match answer.status {
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => {
            invalid(fault, reason)
        }
        StatusCode::UNAUTHORIZED => CallError::Auth { reason },
        StatusCode::FORBIDDEN => forbidden(answer, reason),
        StatusCode::NOT_FOUND if fault.author == Author::Jira => CallError::Gone { reason },
        // A site that moved away, a maintenance page, a path of ours that does not exist: no record is gone.
        StatusCode::NOT_FOUND => CallError::Broken { reason: format!("no API at {}: {reason}", answer.route) },
        StatusCode::PAYMENT_REQUIRED => CallError::Denied { reason },
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => CallError::Stale { reason },
        StatusCode::TOO_MANY_REQUESTS => throttled(answer, reason),
        StatusCode::REQUEST_TIMEOUT => CallError::lost(answer.effect, answer.retry_after(), reason),
        status if status.is_server_error() => CallError::lost(answer.effect, answer.retry_after(), reason),
        // 410: Atlassian removed what we call. 405, 406, 415 and redirects: we call it wrongly.
        _ => CallError::Broken { reason },
    })
}

fn signed_in(answer: &Answer) -> Result<(), CallError> {
    let Some(login) = answer.header(&LOGIN_REASON).filter(|login| *login != "OK") else { return Ok(()) };
    let reason = if login == "AUTHENTICATION_DENIED" {
        "Jira wants a CAPTCHA after too many failed sign-ins; sign in once with a browser as this account".to_owned()
    } else if answer.status.is_success() {
        format!("Jira took this call for an anonymous one ({login})")
    } else {
        format!("{} ({login})", said(answer))
    };
    Err(CallError::Auth { reason })
}

fn invalid(fault: Fault, reason: String) -> CallError {
    let problems = if fault.problems.is_empty() { vec![CallProblem::new(reason)] } else { fault.problems };
    CallError::Invalid { problems }
}

fn forbidden(answer: &Answer, reason: String) -> CallError {
    if contains(&answer.body, XSRF) {
        // The account's rights are fine; our request looks like a browser's.
        return CallError::Broken { reason };
    }
    if contains(&answer.body, NOT_A_SESSION) {
        return CallError::Auth { reason };
    }
    CallError::Denied { reason }
}

fn throttled(answer: &Answer, reason: String) -> CallError {
    let limit = answer.header(&LIMIT_REASON).unwrap_or_default();
    let scope = match limit {
        "jira-burst-based" => Scope::Route,
        "jira-per-issue-on-write" => Scope::Record,
        // The hourly quotas, and limits that the vendor has not named yet.
        _ => Scope::Connection,
    };
    let after = answer.retry_after().or_else(|| until_reset(answer)).unwrap_or(THROTTLE_DEFAULT).min(THROTTLE_MAX);
    let reason = if limit.is_empty() { reason } else { format!("{reason} ({limit})") };
    CallError::Throttled { after, scope, reason }
}

fn until_reset(answer: &Answer) -> Option<Duration> {
    let reset = crate::time::parse(answer.header(&LIMIT_RESET)?)?;
    let now = answer.date.unwrap_or(answer.began);
    u64::try_from(reset.as_millisecond() - now.as_millisecond()).ok().map(Duration::from_millis)
}

fn contains(body: &[u8], words: &[u8]) -> bool {
    body.windows(words.len()).any(|window| window == words)
}

#[cfg(test)]
mod tests;
