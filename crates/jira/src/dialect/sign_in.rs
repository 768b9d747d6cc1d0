//! Finding the base where the token is accepted: the site, or the gateway for scoped tokens.
//!
//! A wrong password and a scoped token look the same at the site, and both look like an anonymous visitor on most of
//! its paths; only `/myself` tells. <https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/>

use entente_transport::{Answer, Call, CallError, Credential, Door, Effect};
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use serde::Deserialize;
use url::Url;

use super::{JiraDialect, classify};
use crate::client::account::User;
use crate::fault::Fault;
use crate::limits::CALL_TIMEOUT;
use crate::site::gateway_url;

const MYSELF: &str = "GET /rest/api/3/myself";
const TENANT: &str = "GET /_edge/tenant_info";

/// What a site says of itself to everybody.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tenant {
    pub(crate) cloud_id: String,
}

/// What `/myself` says to our token.
enum Verdict {
    Accepted(User),
    Refused(String),
}

impl JiraDialect {
    pub(super) async fn find_base(&self, door: Door<'_>) -> Result<Credential, CallError> {
        let at_site = match self.ask(door, &self.site).await? {
            Verdict::Accepted(user) => return Ok(self.credential(user, self.site.clone())),
            Verdict::Refused(reason) => reason,
        };
        let Some(gateway) = self.find_gateway(door).await? else { return Err(refused(&at_site, None)) };
        match self.ask(door, &gateway).await? {
            Verdict::Accepted(user) => Ok(self.credential(user, gateway)),
            Verdict::Refused(at_gateway) => Err(refused(&at_site, Some(&at_gateway))),
        }
    }

    fn credential(&self, user: User, base: Url) -> Credential {
        *self.signed_in_as.lock() = Some(user);
        Credential::fixed(base, self.authorization.clone())
    }

    async fn ask(&self, door: Door<'_>, base: &Url) -> Result<Verdict, CallError> {
        let call = self.call(MYSELF, base, "rest/api/3/myself")?;
        let answer = door.send(call.header(AUTHORIZATION, self.authorization.clone())).await?;
        match classify(&answer) {
            Ok(()) => answer.json().map(Verdict::Accepted),
            Err(CallError::Auth { reason }) => Ok(Verdict::Refused(reason)),
            Err(error) => Err(error),
        }
    }

    /// The gateway's base for this site, `None` if the site does not say its cloud id.
    async fn find_gateway(&self, door: Door<'_>) -> Result<Option<Url>, CallError> {
        let answer = door.send(self.call(TENANT, &self.site, "_edge/tenant_info")?).await?;
        if answer.status != StatusCode::OK {
            return lost_or_none(&answer);
        }
        let tenant: Option<Tenant> = answer.json().ok();
        Ok(tenant.and_then(|tenant| gateway_url(&self.site, &tenant.cloud_id)))
    }

    fn call(&self, route: &'static str, base: &Url, path: &str) -> Result<Call, CallError> {
        let target = base.join(path).map_err(|_| CallError::Broken { reason: format!("{base} cannot be extended") })?;
        let (name, value) = self.user_agent();
        let timeout_ms = u64::try_from(CALL_TIMEOUT.as_millis()).unwrap_or(u64::MAX);
        Ok(Call::new(Effect::Auth, Method::GET, route, target).header(name, value).timeout_ms(timeout_ms))
    }
}

/// A passing failure must not be remembered as a wrong password.
fn lost_or_none(answer: &Answer) -> Result<Option<Url>, CallError> {
    match classify(answer) {
        Err(error @ (CallError::NotApplied { .. } | CallError::Throttled { .. })) => Err(error),
        _ => Ok(None),
    }
}

fn refused(at_site: &str, at_gateway: Option<&str>) -> CallError {
    let at_gateway =
        at_gateway.map(|reason| format!(" The gateway for scoped tokens said: {reason}.")).unwrap_or_default();
    CallError::Auth {
        reason: format!(
            "Jira does not accept this e-mail and API token (the site said: {at_site}).{at_gateway} Check that the token was \
             made by the account with this e-mail, that it has not expired or been revoked, and, if it has scopes, that \
             they include read:jira-user and read:jira-work"
        ),
    }
}

/// The vendor's words where there are any.
pub(super) fn said(answer: &Answer) -> String {
    Fault::of(answer).sentence(|| format!("{} without a word", answer.status.as_u16()))
}
