//! One request before it is a call: route, segments, query, body. The only place where a target is put together.

use std::fmt::Display;
use std::time::Duration;

use entente_transport::{Call, CallError, CallProblem, Effect};
use http::{HeaderName, HeaderValue, Method};
use serde_json::Value;
use url::form_urlencoded;

use crate::limits::CALL_TIMEOUT;

const EXPERIMENTAL: HeaderName = HeaderName::from_static("x-experimentalapi");

/// A request under construction. Its route is `METHOD /path/{with}/placeholders`: it gives method and path, and names
/// the call in logs and in pacing, since the vendor's burst limits count each method of an endpoint by itself.
pub(crate) struct Request {
    route: &'static str,
    effect: Effect,
    segments: Vec<String>,
    /// Encoded pairs. The serializer itself is no part of this: it cannot travel between threads.
    query: String,
    body: Option<Value>,
    answers: &'static [u16],
    retry_safe: bool,
    experimental: bool,
    timeout: Duration,
}

impl Request {
    /// A request that changes nothing, whatever its method.
    pub(crate) fn read(route: &'static str) -> Self {
        Self::new(route, Effect::Read)
    }

    /// A request that may change something.
    pub(crate) fn write(route: &'static str) -> Self {
        Self::new(route, Effect::Write)
    }

    fn new(route: &'static str, effect: Effect) -> Self {
        Self {
            route,
            effect,
            segments: Vec::new(),
            query: String::new(),
            body: None,
            answers: &[],
            retry_safe: false,
            experimental: false,
            timeout: CALL_TIMEOUT,
        }
    }

    /// Fills the next placeholder.
    pub(crate) fn segment(mut self, segment: impl Display) -> Self {
        self.segments.push(segment.to_string());
        self
    }

    /// Adds a query parameter; a name may repeat.
    pub(crate) fn query(mut self, name: &str, value: impl Display) -> Self {
        let pairs = std::mem::take(&mut self.query);
        self.query = form_urlencoded::Serializer::new(pairs).append_pair(name, &value.to_string()).finish();
        self
    }

    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Statuses that are answers here, not failures.
    pub(crate) fn answers(mut self, statuses: &'static [u16]) -> Self {
        self.answers = statuses;
        self
    }

    /// A write that may be sent twice with the outcome of once.
    pub(crate) fn retry_safe(mut self) -> Self {
        self.retry_safe = true;
        self
    }

    /// An operation that the service desk still calls an experiment: without this header it answers 412.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/intro/#experimental-methods>
    pub(crate) fn experimental(mut self) -> Self {
        self.experimental = true;
        self
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The call, with a target that is relative on purpose: a leading slash would drop the gateway's own path.
    pub(crate) fn into_call(self) -> Result<Call, CallError> {
        let (method, path) = self.method_and_path()?;
        let target = if self.query.is_empty() { path } else { [path.as_str(), &self.query].join("?") };
        let mut call = Call::new(self.effect, method, self.route, target);
        call.timeout_ms = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        call.retry_safe = self.retry_safe;
        call.answers = self.answers;
        if self.experimental {
            call = call.header(EXPERIMENTAL, HeaderValue::from_static("opt-in"));
        }
        Ok(match &self.body {
            Some(body) => call.json(body),
            None => call,
        })
    }

    fn method_and_path(&self) -> Result<(Method, String), CallError> {
        let broken = || CallError::Broken { reason: format!("{} was not given what its path needs", self.route) };
        let (method, template) = self.route.split_once(" /").ok_or_else(broken)?;
        let mut given = self.segments.iter();
        let mut path = Vec::new();
        for part in template.split('/') {
            path.push(if part.starts_with('{') { encoded(given.next().ok_or_else(broken)?)? } else { part.to_owned() });
        }
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| broken())?;
        if given.next().is_some() {
            return Err(broken());
        }
        Ok((method, path.join("/")))
    }
}

/// One path segment. Empty and dotted ones would name another resource, and no encoding protects them.
fn encoded(segment: &str) -> Result<String, CallError> {
    if matches!(segment, "" | "." | "..") {
        return Err(refused(format!("{segment:?} cannot be part of a Jira address")));
    }
    let form: String = form_urlencoded::byte_serialize(segment.as_bytes()).collect();
    // The form encoding writes a space as a plus, which in a path is a plus.
    Ok(form.replace('+', "%20"))
}

/// A request that this client does not send, because Jira would refuse it.
pub(crate) fn refused(message: impl Into<String>) -> CallError {
    CallError::Invalid { problems: vec![CallProblem::new(message)] }
}

/// Refuses more than a call can carry.
pub(crate) fn at_most(n_max: usize, n: usize, what: &str) -> Result<(), CallError> {
    if n > n_max {
        return Err(refused(format!("{n} {what} in one call; Jira takes at most {n_max}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_query_are_encoded() {
        let request = Request::read("GET /rest/api/3/issue/{issue}/properties/{key}")
            .segment("OPS-7")
            .segment("a/b c?#%+ü")
            .query("fields", "a&b=c d")
            .query("fields", "e");
        let call = request.into_call().expect("a call");
        assert_eq!(call.method, Method::GET);
        assert_eq!(
            call.target,
            "rest/api/3/issue/OPS-7/properties/a%2Fb%20c%3F%23%25%2B%C3%BC?fields=a%26b%3Dc+d&fields=e"
        );
    }

    #[test]
    fn a_target_keeps_the_path_of_its_base() {
        let base = url::Url::parse("https://api.atlassian.com/ex/jira/1-a/").expect("a base");
        let call = Request::read("GET /rest/api/3/myself").into_call().expect("a call");
        let joined = base.join(&call.target).map(String::from);
        assert_eq!(joined.as_deref(), Ok("https://api.atlassian.com/ex/jira/1-a/rest/api/3/myself"));
    }

    #[test]
    fn segments_that_would_name_another_resource_are_refused() {
        for segment in ["", ".", ".."] {
            let request =
                Request::write("DELETE /rest/api/3/issue/{issue}/properties/{key}").segment(7).segment(segment);
            assert!(matches!(request.into_call(), Err(CallError::Invalid { .. })), "{segment:?}");
        }
    }

    #[test]
    fn a_route_gets_exactly_its_segments() {
        let route = "GET /rest/api/3/issue/{issue}";
        assert!(matches!(Request::read(route).into_call(), Err(CallError::Broken { .. })));
        assert!(matches!(Request::read(route).segment(1).segment(2).into_call(), Err(CallError::Broken { .. })));
    }
}
