//! How Jira speaks: signing in with an API token, and what its answers mean.
//!
//! Signing in is one `/myself` at the site and, for scoped tokens, one more at the gateway; the winner is remembered
//! with the transport's credential. The table of answers is [`classify`].

mod allowance;
mod classify;
mod sign_in;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entente_transport::{Answer, BoxFuture, CallError, Credential, Dialect, Door, Reading};
use http::HeaderValue;
use http::header::USER_AGENT;
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::client::account::User;
use crate::site::{ConnectionProblem, gateway_url};

pub(crate) use classify::classify;
pub(crate) use sign_in::Tenant;

/// One connection's sign-in.
pub(crate) struct JiraDialect {
    site: Url,
    authorization: HeaderValue,
    user_agent: HeaderValue,
    /// Where the authorization is good, where that is known beforehand.
    base: Option<Url>,
    /// What the last sign-in learned, until somebody takes it.
    signed_in_as: Mutex<Option<User>>,
}

impl JiraDialect {
    pub(crate) fn new(
        site: Url,
        email: &str,
        api_token: &SecretString,
        user_agent: &str,
    ) -> Result<Self, ConnectionProblem> {
        let user_agent = HeaderValue::from_str(user_agent).map_err(|_| ConnectionProblem::Unsendable("user agent"))?;
        let authorization = basic(email, api_token)?;
        Ok(Self { site, authorization, user_agent, base: None, signed_in_as: Mutex::default() })
    }

    /// How a person speaks with the same site, by a token that its gateway takes.
    pub(crate) fn as_user(&self, cloud_id: &str, token: &SecretString) -> Result<Self, ConnectionProblem> {
        let bearer = SecretString::from(["Bearer ", token.expose_secret().trim()].concat());
        let authorization =
            HeaderValue::from_str(bearer.expose_secret()).map_err(|_| ConnectionProblem::Unsendable("user's token"))?;
        let base = gateway_url(&self.site, cloud_id).ok_or(ConnectionProblem::Unsendable("cloud id"))?;
        let (site, user_agent) = (self.site.clone(), self.user_agent.clone());
        Ok(Self { site, authorization, user_agent, base: Some(base), signed_in_as: Mutex::default() })
    }

    /// The site's own root, which links for people use even when calls go to the gateway.
    pub(crate) fn site(&self) -> &Url {
        &self.site
    }

    /// The account of a sign-in that nobody has asked about yet: spares the second `/myself` right after the first.
    pub(crate) fn take_signed_in_as(&self) -> Option<User> {
        self.signed_in_as.lock().take()
    }

    /// The header by which the vendor's support can find our calls.
    pub(crate) fn user_agent(&self) -> (http::HeaderName, HeaderValue) {
        (USER_AGENT, self.user_agent.clone())
    }
}

impl Dialect for JiraDialect {
    fn name(&self) -> &'static str {
        "Jira"
    }

    fn sign_in<'a>(&'a self, door: Door<'a>) -> BoxFuture<'a, Result<Credential, CallError>> {
        Box::pin(async move {
            match &self.base {
                Some(base) => Ok(Credential::fixed(base.clone(), self.authorization.clone())),
                None => self.find_base(door).await,
            }
        })
    }

    fn classify(&self, answer: &Answer) -> Result<(), CallError> {
        classify(answer)
    }

    fn reading(&self, answer: &Answer) -> Option<Reading> {
        allowance::reading(answer)
    }
}

/// Basic authentication. A colon in the e-mail would move into the token.
fn basic(email: &str, api_token: &SecretString) -> Result<HeaderValue, ConnectionProblem> {
    if email.contains(':') || email.chars().any(char::is_control) {
        return Err(ConnectionProblem::Unsendable("e-mail address"));
    }
    let pair = SecretString::from([email, ":", api_token.expose_secret().trim()].concat());
    let header = SecretString::from(["Basic ", &STANDARD.encode(pair.expose_secret())].concat());
    let mut value =
        HeaderValue::from_str(header.expose_secret()).map_err(|_| ConnectionProblem::Unsendable("API token"))?;
    value.set_sensitive(true);
    Ok(value)
}
