//! `login` and what it tells of its user.
//!
//! The vendor retires it, but client libraries still sign in by it when all they have is a user name and a password.
//! Vendor page: SOAP API Developer Guide, "login()".

use super::super::Org;
use super::super::oauth;
use super::super::state::State;
use super::super::write::Caller;
use super::answer::{self, Fault, element, optional};
use super::xml::Element;

/// The client that SOAP sessions belong to.
const CLIENT: &str = "SOAP login";

/// Seconds that a session lives, as `getUserInfo` tells them.
const SESSION_SECONDS: &str = "7200";

pub(super) fn login(org: &Org, version: &str, call: &Element) -> Result<String, Fault> {
    let given = |name| call.value(name).unwrap_or_default();
    let mut state = org.state.lock();
    let user = oauth::by_password(&state, given("username"), given("password")).map_err(|_| Fault::login())?;
    let session = state.sessions.issue(&user, CLIENT, org.control.clock().now_ms());
    let (org_id, base_url) = (state.sessions.org_id().to_owned(), org.control.base_url());
    let at = |kind: &str| format!("{base_url}/services/Soap/{kind}/{version}/{org_id}");
    let parts = [
        element("metadataServerUrl", &at("m")),
        element("passwordExpired", "false"),
        element("sandbox", "true"),
        element("serverUrl", &at("u")),
        element("sessionId", &session),
        element("userId", &user),
        format!("<userInfo>{}</userInfo>", about(&state, &user)),
    ];
    Ok(answer::response("login", &[parts.concat()]))
}

pub(super) fn user_info(state: &State, caller: &Caller) -> String {
    about(state, &caller.user)
}

fn about(state: &State, user: &str) -> String {
    let text = |field: &str| oauth::text(state, user, field).as_str().map(str::to_owned);
    let org_id = state.sessions.org_id();
    let organization = oauth::text(state, org_id, "Name");
    [
        element("organizationId", org_id),
        element("organizationMultiCurrency", "false"),
        optional("organizationName", organization.as_str()),
        optional("profileId", text("ProfileId").as_deref()),
        optional("roleId", None),
        element("sessionSecondsValid", SESSION_SECONDS),
        optional("userEmail", text("Email").as_deref()),
        optional("userFullName", text("Name").as_deref()),
        element("userId", user),
        optional("userLanguage", text("LanguageLocaleKey").as_deref()),
        optional("userLocale", text("LocaleSidKey").as_deref()),
        optional("userName", text("Username").as_deref()),
        optional("userTimeZone", text("TimeZoneSidKey").as_deref()),
        optional("userType", text("UserType").as_deref()),
        element("userUiSkin", "Theme3"),
    ]
    .concat()
}
