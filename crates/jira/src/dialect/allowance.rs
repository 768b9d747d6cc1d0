//! What Jira tells of an hourly quota. Bursts and writes to one issue are limits of their own: they say nothing about how
//! long the connection's calls last.
//!
//! <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>: `RateLimit-Policy: "tenant-app-quota";q=65000;w=3600`
//! and `RateLimit: "tenant-app-quota";r=11000;t=600`, several policies separated by commas; `r` is left out while much is
//! left. A 429 also carries `X-RateLimit-*`. Names that begin with `Beta-` tell of what is not enforced yet.

use entente_transport::{Answer, Reading};
use http::HeaderName;
use jiff::{SignedDuration, Timestamp};

use super::classify::{LIMIT_REASON, LIMIT_RESET};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");
const ALLOWED: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const LEFT: HeaderName = HeaderName::from_static("x-ratelimit-remaining");

/// The quota that an answer speaks of.
pub(super) fn reading(answer: &Answer) -> Option<Reading> {
    from_policy(answer).or_else(|| from_refusal(answer))
}

fn from_policy(answer: &Answer) -> Option<Reading> {
    let policies = answer.header(&POLICY)?;
    let (scope, policy) = policies.split(',').filter_map(named).find(|(name, _)| name.contains("quota"))?;
    let state = answer.header(&STATE).unwrap_or_default();
    let state = state.split(',').filter_map(named).find(|(name, _)| *name == scope).map_or("", |(_, state)| state);
    let resets_at = parameter(state, "t").and_then(|seconds| later(answer.began, i64::try_from(seconds).ok()?));
    Some(Reading { scope: scope.to_owned(), allowed: parameter(policy, "q")?, left: parameter(state, "r"), resets_at })
}

fn from_refusal(answer: &Answer) -> Option<Reading> {
    let scope = answer.header(&LIMIT_REASON).filter(|reason| reason.contains("quota"))?;
    let number = |name| answer.header(name)?.trim().parse().ok();
    let reset = answer.header(&LIMIT_RESET).and_then(crate::time::parse);
    // By Jira's clock, as its `Date` is.
    let seconds = reset.map(|reset| reset.duration_since(answer.date.unwrap_or(answer.began)).as_secs());
    let resets_at = seconds.and_then(|seconds| later(answer.began, seconds));
    Some(Reading { scope: scope.to_owned(), allowed: number(&ALLOWED)?, left: number(&LEFT), resets_at })
}

/// `"name";a=1;b=2` as its name and its parameters.
fn named(policy: &str) -> Option<(&str, &str)> {
    let (name, parameters) = policy.trim().strip_prefix('"')?.split_once('"')?;
    Some((name, parameters))
}

fn parameter(parameters: &str, key: &str) -> Option<u64> {
    let mut pairs = parameters.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == key)?.1.trim().parse().ok()
}

fn later(moment: Timestamp, seconds: i64) -> Option<Timestamp> {
    moment.checked_add(SignedDuration::from_secs(seconds)).ok()
}

#[cfg(test)]
mod tests {
    use entente_transport::Effect;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn told(headers: &[(&'static str, &str)]) -> Option<(String, u64, Option<u64>, Option<i64>)> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header value"));
        }
        let began: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a moment");
        let answer = Answer {
            route: "/rest/api/3/thing",
            effect: Effect::Read,
            status: StatusCode::OK,
            headers: map,
            body: "{}".into(),
            date: "2026-01-01T01:00:00Z".parse().ok(),
            began,
        };
        let reading = reading(&answer)?;
        let resets = reading.resets_at.map(|at| at.duration_since(began).as_secs());
        Some((reading.scope, reading.allowed, reading.left, resets))
    }

    #[test]
    fn quotas_are_read_and_other_limits_are_not() {
        let tenant = |left| Some(("tenant-app-quota".to_owned(), 1_000, left, Some(600)));
        let table: [(&[(&str, &str)], _); 7] = [
            (
                &[
                    ("RateLimit-Policy", r#""tenant-app-quota";q=1000;w=3600"#),
                    ("RateLimit", r#""tenant-app-quota";r=50;t=600"#),
                ],
                tenant(Some(50)),
            ),
            (
                &[
                    ("RateLimit-Policy", r#""jira-burst-based";q=5;w=1, "tenant-app-quota";q=1000;w=3600"#),
                    ("RateLimit", r#""jira-burst-based";r=1;t=1, "tenant-app-quota";t=600"#),
                ],
                tenant(None),
            ),
            (
                &[
                    ("RateLimit-Reason", "jira-quota-tenant-based"),
                    ("X-RateLimit-Limit", "1000"),
                    ("X-RateLimit-Remaining", "0"),
                    ("X-RateLimit-Reset", "2026-01-01T01:10:00Z"),
                ],
                Some(("jira-quota-tenant-based".to_owned(), 1_000, Some(0), Some(600))),
            ),
            (
                &[
                    ("RateLimit-Reason", "jira-burst-based"),
                    ("X-RateLimit-Limit", "350"),
                    ("X-RateLimit-Remaining", "0"),
                ],
                None,
            ),
            (&[("Beta-RateLimit-Policy", r#""tenant-app-quota";q=1000;w=3600"#)], None),
            (&[("RateLimit-Policy", "nonsense")], None),
            (&[], None),
        ];
        for (headers, expected) in table {
            assert_eq!(told(headers), expected, "{headers:?}");
        }
    }
}
