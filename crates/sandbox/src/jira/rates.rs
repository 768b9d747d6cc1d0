//! The vendor's three rate limits: points by the hour, bursts by route, writes by issue. All off until the control door
//! turns them on; then the answers carry every header the vendor sends. Beside them, what can be made smaller for tests.

use std::collections::{HashMap, VecDeque};

use serde::Deserialize;
use serde_json::json;

use super::answer::Refusal;
use super::contents::Contents;
use super::session::Call;

/// What is limited; absent means not at all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Calls per second of one route and method.
    pub(crate) burst_per_second: Option<usize>,
    /// 20 writes in 2 s and 100 in 30 s on one issue.
    pub(crate) per_issue: bool,
    /// Calls of apps until the top of the hour; API tokens are exempt.
    pub(crate) points_per_hour: Option<usize>,
    /// Whether files can be attached at all, and how large one may be.
    pub(crate) attachments: Option<bool>,
    pub(crate) upload_bytes: Option<u64>,
    /// Comments, files, worklogs and links of either kind that one issue holds.
    pub(crate) rows_per_issue: Option<usize>,
}

#[derive(Debug, Default)]
pub(crate) struct Rates {
    settings: Settings,
    bursts: HashMap<String, VecDeque<i64>>,
    issues: HashMap<u64, VecDeque<i64>>,
    hour: i64,
    points: usize,
}

/// (window in ms, writes) of the per-issue limit.
const PER_ISSUE: [(i64, usize); 2] = [(2_000, 20), (30_000, 100)];
const HOUR_MS: i64 = 3_600_000;

impl Rates {
    pub(crate) fn set(&mut self, settings: Settings) {
        *self = Self { settings, ..Self::default() };
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Lets a call through, with the headers that tell how much is left, or answers 429.
    pub(crate) fn admit(&mut self, call: &Call, contents: &Contents, now: i64) -> Result<Headers, Refusal> {
        let mut told = Headers::new();
        if let Some(limit) = self.settings.points_per_hour
            && call.is_by_app()
        {
            told = self.spend_point(limit, now)?;
        }
        if let Some(limit) = self.settings.burst_per_second {
            let times = self.bursts.entry(call.route.clone()).or_default();
            let refused = |wait_ms| too_many("jira-burst-based", Policy::burst(limit), now, wait_ms);
            take(times, &[(1_000, limit)], now).map_err(refused)?;
        }
        if self.settings.per_issue
            && !call.method.is_safe()
            && let Some(issue) = contents.find_issue(call.param("issue"))
        {
            let times = self.issues.entry(issue.id).or_default();
            let refused = |wait_ms| too_many("jira-per-issue-on-write", Policy::per_issue(), now, wait_ms);
            take(times, &PER_ISSUE, now).map_err(refused)?;
        }
        Ok(told)
    }

    fn spend_point(&mut self, limit: usize, now: i64) -> Result<Headers, Refusal> {
        let hour = now.div_euclid(HOUR_MS);
        if hour != self.hour {
            (self.hour, self.points) = (hour, 0);
        }
        let (policy, wait_ms) = (Policy::quota(limit), (hour + 1) * HOUR_MS - now);
        if self.points >= limit {
            return Err(too_many("jira-quota-tenant-based", policy, now, wait_ms));
        }
        self.points += 1;
        Ok(policy.headers(limit - self.points, wait_ms))
    }
}

/// Names and values of headers.
pub(crate) type Headers = Vec<(&'static str, String)>;

/// What the vendor's structured headers tell of a limit: its name, where it has one, how much there is in which time.
struct Policy {
    name: &'static str,
    quota: usize,
    window_secs: i64,
}

impl Policy {
    fn quota(quota: usize) -> Self {
        Self { name: "tenant-app-quota", quota, window_secs: HOUR_MS / 1_000 }
    }

    fn burst(quota: usize) -> Self {
        Self { name: "jira-burst-based", quota, window_secs: 1 }
    }

    /// This one is not among the vendor's policies.
    fn per_issue() -> Self {
        Self { name: "", quota: PER_ISSUE[0].1, window_secs: PER_ISSUE[0].0 / 1_000 }
    }

    /// `r` is left out while more than a fifth is left; then `X-RateLimit-NearLimit` says that less is.
    fn headers(&self, left: usize, wait_ms: i64) -> Headers {
        let (name, is_near) = (self.name, left * 5 < self.quota);
        let mut headers = Headers::new();
        if !name.is_empty() {
            let left = if is_near { format!(";r={left}") } else { String::new() };
            headers.push(("ratelimit-policy", format!("\"{name}\";q={};w={}", self.quota, self.window_secs)));
            headers.push(("ratelimit", format!("\"{name}\"{left};t={}", seconds(wait_ms))));
        }
        if is_near {
            headers.push(("x-ratelimit-nearlimit", "true".into()));
        }
        headers
    }
}

fn seconds(wait_ms: i64) -> i64 {
    (wait_ms + 999).div_euclid(1000).max(1)
}

/// Books a call, or says after how many milliseconds it would fit.
fn take(times: &mut VecDeque<i64>, windows: &[(i64, usize)], now: i64) -> Result<(), i64> {
    let longest = windows.iter().map(|(window_ms, _)| *window_ms).max().unwrap_or(0);
    while times.front().is_some_and(|at| *at <= now - longest) {
        times.pop_front();
    }
    for (window_ms, limit) in windows {
        let inside = times.iter().filter(|at| **at > now - window_ms);
        if inside.clone().count() >= *limit {
            return Err(inside.min().map_or(*window_ms, |oldest| oldest + window_ms - now));
        }
    }
    times.push_back(now);
    Ok(())
}

/// Headers as of the vendor's rate limiting page; `X-RateLimit-Reset` comes only with a 429.
fn too_many(reason: &str, policy: Policy, now: i64, wait_ms: i64) -> Refusal {
    let mut headers = vec![
        ("retry-after", seconds(wait_ms).to_string()),
        ("x-ratelimit-limit", policy.quota.to_string()),
        ("x-ratelimit-remaining", "0".into()),
        ("x-ratelimit-reset", reset_at(now, seconds(wait_ms))),
        ("ratelimit-reason", reason.into()),
    ];
    headers.extend(policy.headers(0, wait_ms));
    Refusal::Raw { status: 429, body: json!({ "errorMessages": ["Rate limit exceeded."] }), headers }
}

/// When a limit is over, as `X-RateLimit-Reset` tells it.
pub(crate) fn reset_at(now: i64, seconds: i64) -> String {
    let reset = jiff::Timestamp::from_millisecond(now + seconds * 1_000).unwrap_or_default();
    reset.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
