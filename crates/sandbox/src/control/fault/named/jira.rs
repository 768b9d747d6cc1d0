//! What Jira says to too many calls, to old tokens and to two who change one issue at once.

use serde_json::{Value, json};

/// Name, reason, limit, window in seconds, `Retry-After`, and the policy that the structured headers name.
type Limit = (&'static str, &'static str, u32, u32, u32, Option<&'static str>);
const LIMITS: &[Limit] = &[
    ("rate_limit", "jira-burst-based", 100, 1, 1, Some("jira-burst-based")),
    ("rate_limit_quota", "jira-quota-tenant-based", 65_000, 3_600, 600, Some("tenant-app-quota")),
    ("rate_limit_global_quota", "jira-quota-global-based", 65_000, 3_600, 600, Some("global-app-quota")),
    ("rate_limit_per_issue", "jira-per-issue-on-write", 20, 2, 2, None),
];

pub(super) fn table() -> Vec<(&'static str, Value)> {
    let conflict = "The issue is being changed by somebody else at the moment. Please try again.";
    let conflict = json!({"errorMessages": [conflict], "errors": {}});
    let mut one_row = error(409, json!({}), &conflict);
    one_row["in_composite"] = json!(true);
    let others = [
        // As the gateway says it; the site itself takes a wrong token for a stranger.
        ("expired_token", error(401, json!({}), &json!({"code": 401, "message": "Unauthorized"}))),
        ("rate_limit_without_retry_after", json!({"side_effect": "none", "answer": "status", "status": 429})),
        ("conflict", error(409, json!({}), &conflict)),
        ("partial_failure", one_row),
    ];
    LIMITS.iter().map(limited).chain(others).collect()
}

fn error(status: u16, headers: Value, body: &Value) -> Value {
    json!({"side_effect": "none", "answer": "status", "status": status, "headers": headers, "body": body})
}

/// A 429 of one of the vendor's systems. `X-RateLimit-Reset` is added by the site, which has a clock.
fn limited(&(name, reason, limit, window, wait, policy): &Limit) -> (&'static str, Value) {
    let mut headers = json!({
        "Retry-After": wait, "X-RateLimit-Limit": limit, "X-RateLimit-Remaining": 0, "X-RateLimit-NearLimit": "true",
        "RateLimit-Reason": reason,
    });
    if let Some(policy) = policy {
        headers["RateLimit-Policy"] = json!(format!("\"{policy}\";q={limit};w={window}"));
        headers["RateLimit"] = json!(format!("\"{policy}\";r=0;t={wait}"));
    }
    (name, error(429, headers, &json!({"errorMessages": ["Rate limit exceeded."], "errors": {}})))
}
