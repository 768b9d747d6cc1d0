//! What a token says about its user: userinfo, the identity URL, introspection.

use serde_json::{Value, json};

use super::super::state::State;
use super::Session;

/// The identity URL of a user.
pub(super) fn url(base_url: &str, org_id: &str, user: &str) -> String {
    format!("{base_url}/id/{org_id}/{user}")
}

/// A text field of a user, or of another record.
pub(in crate::salesforce) fn text(state: &State, user: &str, field: &str) -> Value {
    let found = state.row(user).map(|(object, row)| state.get(object, row, field));
    found.and_then(|cell| cell.as_str()).map_or(Value::Null, |text| json!(text))
}

fn urls(base_url: &str, org_id: &str, user: &str) -> Value {
    let data = format!("{base_url}/services/data/v{{version}}");
    json!({
        "enterprise": format!("{base_url}/services/Soap/c/{{version}}/{org_id}"),
        "metadata": format!("{base_url}/services/Soap/m/{{version}}/{org_id}"),
        "partner": format!("{base_url}/services/Soap/u/{{version}}/{org_id}"),
        "rest": format!("{data}/"),
        "sobjects": format!("{data}/sobjects/"),
        "search": format!("{data}/search/"),
        "query": format!("{data}/query/"),
        "recent": format!("{data}/recent/"),
        "tooling_soap": format!("{base_url}/services/Soap/T/{{version}}/{org_id}"),
        "tooling_rest": format!("{data}/tooling/"),
        "profile": format!("{base_url}/{user}"),
        "custom_domain": base_url,
    })
}

pub(super) fn userinfo(state: &State, base_url: &str, user: &str) -> Value {
    let org_id = state.sessions.org_id();
    let name = |field| text(state, user, field);
    json!({
        "sub": url(base_url, org_id, user),
        "user_id": user,
        "organization_id": org_id,
        "preferred_username": name("Username"),
        "nickname": name("CommunityNickname"),
        "name": name("Name"),
        "email": name("Email"),
        "email_verified": true,
        "given_name": name("FirstName"),
        "family_name": name("LastName"),
        "zoneinfo": name("TimeZoneSidKey"),
        "urls": urls(base_url, org_id, user),
        "active": true,
        "user_type": "STANDARD",
        "language": name("LanguageLocaleKey"),
        "locale": name("LocaleSidKey"),
        "utcOffset": 0,
    })
}

pub(super) fn identity(state: &State, base_url: &str, user: &str) -> Value {
    let org_id = state.sessions.org_id();
    let name = |field| text(state, user, field);
    json!({
        "id": url(base_url, org_id, user),
        "asserted_user": true,
        "user_id": user,
        "organization_id": org_id,
        "username": name("Username"),
        "nick_name": name("CommunityNickname"),
        "display_name": name("Name"),
        "email": name("Email"),
        "email_verified": true,
        "first_name": name("FirstName"),
        "last_name": name("LastName"),
        "timezone": name("TimeZoneSidKey"),
        "urls": urls(base_url, org_id, user),
        "active": true,
        "user_type": "STANDARD",
        "language": name("LanguageLocaleKey"),
        "locale": name("LocaleSidKey"),
        "utcOffset": 0,
        "is_app_installed": true,
    })
}

pub(super) fn introspection(state: &State, base_url: &str, session: &Session) -> Value {
    let org_id = state.sessions.org_id();
    let username = text(state, &session.user, "Username");
    json!({
        "active": true,
        "scope": "api",
        "client_id": session.client,
        "username": username,
        "sub": url(base_url, org_id, &session.user),
        "token_type": "access_token",
        "exp": session.expires_ms / 1_000,
        "iat": session.issued_ms / 1_000,
        "nbf": session.issued_ms / 1_000,
    })
}
