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

    /// Lets a call through, or answers 429.
    pub(crate) fn admit(&mut self, call: &Call, contents: &Contents, now: i64) -> Result<(), Refusal> {
        if let Some(limit) = self.settings.points_per_hour
            && call.is_by_app()
        {
            self.spend_point(limit, now)?;
        }
        if let Some(limit) = self.settings.burst_per_second {
            let times = self.bursts.entry(call.route.clone()).or_default();
            take(times, &[(1_000, limit)], now).map_err(|wait_ms| too_many("jira-burst-based", limit, now, wait_ms))?;
        }
        if self.settings.per_issue
            && !call.method.is_safe()
            && let Some(issue) = contents.find_issue(call.param("issue"))
        {
            let times = self.issues.entry(issue.id).or_default();
            take(times, &PER_ISSUE, now)
                .map_err(|wait_ms| too_many("jira-per-issue-on-write", PER_ISSUE[0].1, now, wait_ms))?;
        }
        Ok(())
    }

    fn spend_point(&mut self, limit: usize, now: i64) -> Result<(), Refusal> {
        let hour = now.div_euclid(HOUR_MS);
        if hour != self.hour {
            (self.hour, self.points) = (hour, 0);
        }
        if self.points >= limit {
            return Err(too_many("jira-quota-tenant-based", limit, now, (hour + 1) * HOUR_MS - now));
        }
        self.points += 1;
        Ok(())
    }
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
fn too_many(reason: &str, limit: usize, now: i64, wait_ms: i64) -> Refusal {
    let seconds = (wait_ms + 999).div_euclid(1000).max(1);
    let reset = jiff::Timestamp::from_millisecond(now + seconds * 1000).unwrap_or_default();
    let headers = vec![
        ("retry-after", seconds.to_string()),
        ("x-ratelimit-limit", limit.to_string()),
        ("x-ratelimit-remaining", "0".into()),
        ("x-ratelimit-reset", reset.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ("x-ratelimit-nearlimit", "true".into()),
        ("ratelimit-reason", reason.into()),
    ];
    Refusal::Raw { status: 429, body: json!({ "errorMessages": ["Rate limit exceeded."] }), headers }
}
