//! How Salesforce speaks: signing in, reading refusals, and the gauge that rides on every answer.

use entente_transport::{Answer, BoxFuture, CallError, Credential, Dialect, Door, Reading};
use http::{HeaderName, HeaderValue};
use parking_lot::Mutex;
use secrecy::ExposeSecret;
use url::Url;

use crate::auth::{Connection, SignedIn, Token, grant, judge};
use crate::login_url::egress;
use crate::refusal;

const LIMIT_INFO: HeaderName = HeaderName::from_static("sforce-limit-info");

/// Texts of a 401 that a new token does not cure.
const NOT_THE_TOKEN: [&str; 2] = ["not valid for use with the REST API", "not attached to Agent"];

#[derive(Debug)]
pub(crate) struct Salesforce {
    pub(crate) connection: Connection,
    pub(crate) signed_in: Mutex<Option<SignedIn>>,
}

impl Salesforce {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, signed_in: Mutex::default() }
    }

    /// Neither the client's secret nor a token goes anywhere but to Salesforce.
    fn may_call(&self, url: &Url, otherwise: &str) -> Result<(), CallError> {
        let egress = egress(&self.connection.login_url, self.connection.sandbox);
        egress.check(url).map_err(|why| CallError::Auth { reason: format!("{otherwise}: {why}") })
    }

    fn accept(&self, token: &Token) -> Result<Credential, CallError> {
        let url = &token.instance_url;
        self.may_call(url, "the sign-in named a host of the org that is not Salesforce's")?;
        let bearer = HeaderValue::try_from(["Bearer ", token.access_token.expose_secret()].concat());
        let bearer = bearer.map_err(|_| CallError::Broken { reason: "the token is not text".into() })?;
        let (organization, user) = (token.organization, token.user);
        *self.signed_in.lock() = Some(SignedIn { instance_url: url.clone(), organization, user });
        Ok(Credential::renewable(url.clone(), bearer))
    }
}

impl Dialect for Salesforce {
    fn name(&self) -> &'static str {
        "Salesforce"
    }

    fn sign_in<'a>(&'a self, door: Door<'a>) -> BoxFuture<'a, Result<Credential, CallError>> {
        Box::pin(async move {
            self.may_call(&self.connection.login_url, "the login URL is not a Salesforce host")?;
            let answer = door.send(grant(&self.connection, door.now())?).await?;
            self.accept(&judge(&self.connection, &answer)?)
        })
    }

    fn classify(&self, answer: &Answer) -> Result<(), CallError> {
        if answer.status.is_success() { Ok(()) } else { Err(refusal::of_answer(answer)) }
    }

    fn session_over(&self, answer: &Answer) -> bool {
        let text = String::from_utf8_lossy(&answer.body);
        answer.status == http::StatusCode::UNAUTHORIZED && !NOT_THE_TOKEN.iter().any(|known| text.contains(known))
    }

    fn reading(&self, answer: &Answer) -> Option<Reading> {
        daily_calls(answer.header(&LIMIT_INFO)?)
    }
}

/// Reads `api-usage=10018/100000`, the requests of all clients together in the last 24 hours. Beside it may stand
/// `per-app-api-usage`, which is another gauge.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm>
fn daily_calls(text: &str) -> Option<Reading> {
    let gauge = text.split([',', ';']).find_map(|gauge| gauge.trim().strip_prefix("api-usage="))?;
    let (used, rest) = gauge.split_once('/')?;
    let allowed: u64 = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    let used: u64 = used.trim().parse().ok()?;
    Some(Reading {
        scope: "daily calls".to_owned(),
        allowed,
        left: Some(allowed.saturating_sub(used)),
        resets_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gauge_is_read_wherever_it_stands() {
        let table = [
            ("api-usage=10018/100000", Some((89_982, 100_000))),
            ("per-app-api-usage=17/250(appName=x), api-usage=5/15000", Some((14_995, 15_000))),
            ("api-usage=5/15000,per-app-api-usage=17/250(appName=x)", Some((14_995, 15_000))),
            ("api-usage=16000/15000", Some((0, 15_000))),
            ("api-usage=x/y", None),
            ("", None),
        ];
        for (text, expected) in table {
            let read = daily_calls(text).map(|reading| (reading.left.unwrap(), reading.allowed));
            assert_eq!(read, expected, "{text}");
        }
    }
}
