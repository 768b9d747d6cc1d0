//! Why a sign-in was refused, in a sentence with its remedy.
//!
//! The endpoint answers `{"error", "error_description"}` with 400, sometimes 401; overload may answer HTML.
//! <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm>

use std::time::Duration;

use entente_transport::{Answer, CallError, Scope};
use serde::Deserialize;

use super::{Auth, Connection};
use crate::limits::SIGN_IN_PAUSE_SECS;
use crate::login_url::is_shared;

#[derive(Deserialize)]
struct Refused {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// An org at the limit of its requests answers here with the error of its data API.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm>
const API_LIMIT: &[u8] = b"REQUEST_LIMIT_EXCEEDED";

/// One row: the vendor's error, words of its description in lower case (empty: any), what it means and what helps.
type RowOfTable = (&'static str, &'static str, &'static str);

/// Orgs differ in the code that comes with it.
const TOO_MANY_SCOPES: &str = "The app asks for more scopes than it may have. In its OAuth settings leave `api` (Manage user data via APIs) and take \
     the others out.";

/// The first row that fits wins.
const TABLE: [RowOfTable; 27] = [
    (
        "invalid_client_id",
        "",
        "Salesforce does not know this client id. Check it, check that the login URL is this org's, and wait ten minutes after making the app.",
    ),
    (
        "invalid_client",
        "client identifier",
        "Salesforce does not know this client id. Check it, check that the login URL is this org's, and wait ten minutes after making the app.",
    ),
    ("invalid_client", "", "The client secret is wrong. Copy the consumer secret of the app again."),
    (
        "invalid_grant",
        "no client credentials user",
        "The app has no Run As user, or that user lacks access. Set one in the app's policies.",
    ),
    (
        "invalid_grant",
        "request not supported on this domain",
        "This host does not take client credentials. Use the org's My Domain as login URL: https://YOUR-DOMAIN.my.salesforce.com.",
    ),
    ("invalid_grant", "too many scopes", TOO_MANY_SCOPES),
    ("invalid_request", "too many scopes", TOO_MANY_SCOPES),
    ("invalid_scope", "too many scopes", TOO_MANY_SCOPES),
    ("invalid_grant", "no valid scopes", "The app has no scope that this flow can use. Add the scope `api` to it."),
    (
        "invalid_grant",
        "authentication failure",
        "User name, password or security token is wrong, or the org blocks this flow. Prefer client credentials: repeated tries lock the user.",
    ),
    ("invalid_grant", "expired access/refresh token", "The authorisation has ended. Authorise the app again."),
    (
        "invalid_grant",
        "hasn't approved",
        "The user is not approved for the app. Pre-authorise the user by a permission set in the app's policies.",
    ),
    (
        "invalid_grant",
        "audience",
        "The assertion's audience is not accepted. Use https://login.salesforce.com, or https://test.salesforce.com for a sandbox.",
    ),
    (
        "invalid_grant",
        "assertion",
        "The assertion is not accepted. Check that the app holds the certificate of this key, that the user name is right, and that this machine's clock is.",
    ),
    (
        "invalid_grant",
        "authorization code",
        "The authorisation code is used or expired. Start the authorisation again.",
    ),
    ("invalid_grant", "user is inactive", "The user is inactive or frozen. Activate it or choose another."),
    (
        "invalid_grant",
        "ip restricted",
        "The org does not accept sign-ins from this network. Relax the IP ranges of the app's policy or of the user's profile.",
    ),
    ("invalid_grant", "", "Salesforce refused the sign-in. Check the app's flow, policies and user."),
    ("invalid_app_access", "", "The user is not admitted to the app. Assign the app by profile or permission set."),
    ("unsupported_grant_type", "", "The app does not allow this flow. Enable it in the app's OAuth settings."),
    ("invalid_request", "scope", "The sign-in named a scope, which this flow refuses."),
    ("invalid_request", "", "Salesforce did not understand the sign-in. Check the login URL and the app's settings."),
    ("invalid_scope", "", "The app lacks a scope. Add the scope `api` to it."),
    ("inactive_user", "", "The user is inactive or frozen. Activate it or choose another."),
    ("inactive_org", "", "The org is locked, closed or suspended."),
    ("unauthorized_client", "", "The app may not use this flow. Enable it in the app's OAuth settings."),
    ("access_denied", "", "Access was denied by the org's policies."),
];

/// What a refused sign-in means.
pub(super) fn read(connection: &Connection, answer: &Answer) -> CallError {
    let parsed: Option<Refused> = serde_json::from_slice(&answer.body).ok();
    let is_limit = answer.body.windows(API_LIMIT.len()).any(|seen| seen == API_LIMIT);
    if is_limit || parsed.as_ref().is_some_and(|refused| refused.error == "rate_limit_exceeded") {
        let reason = "too many requests or sign-ins; Salesforce asks for a pause".to_owned();
        let after = answer.retry_after().unwrap_or(Duration::from_secs(SIGN_IN_PAUSE_SECS));
        return CallError::Throttled { after, scope: Scope::Connection, reason };
    }
    let Some(Refused { error, error_description }) = parsed else { return unreadable(answer) };
    if answer.status.is_server_error() {
        return CallError::NotApplied { after: answer.retry_after(), reason: said(&error, &error_description) };
    }
    let sentence = sentence(connection, &error, &error_description);
    CallError::Auth { reason: format!("{sentence} ({})", said(&error, &error_description)) }
}

fn sentence(connection: &Connection, error: &str, description: &str) -> &'static str {
    let description = description.to_ascii_lowercase();
    let row = TABLE.iter().find(|(code, words, _)| *code == error && description.contains(words));
    let client_credentials = matches!(connection.auth, Auth::ClientCredentials { .. });
    match row {
        // The shared hosts word this refusal differently at times; the host itself is the better witness.
        Some(("invalid_grant", "", _)) if client_credentials && is_shared(&connection.login_url) => TABLE[4].2,
        Some((_, _, sentence)) => sentence,
        None => "Salesforce refused the sign-in.",
    }
}

fn unreadable(answer: &Answer) -> CallError {
    let reason = format!("the token endpoint answered {} without saying why", answer.status.as_u16());
    if answer.status.is_client_error() && ![408, 420, 429].contains(&answer.status.as_u16()) {
        CallError::Auth { reason: format!("{reason}. Check that the login URL is a Salesforce org.") }
    } else {
        CallError::NotApplied { after: answer.retry_after(), reason }
    }
}

/// The vendor's own words, bounded: a description is short, anything else is not ours to repeat.
fn said(error: &str, description: &str) -> String {
    format!("{error}: {description}").chars().filter(|c| !c.is_control()).take(200).collect()
}
