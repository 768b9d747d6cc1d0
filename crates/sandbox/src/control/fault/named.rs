//! Faults that have a name, because people ask for them by it.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{Described, Vendor};

/// The fault of this name at this vendor.
pub(super) fn fault(name: &str, vendor: Vendor) -> Option<Described> {
    let (_, described) = table(vendor).into_iter().find(|(known, _)| *known == name)?;
    Described::deserialize(described).ok()
}

/// All names, for the sentence that says which there are.
pub(super) fn names(vendor: Vendor) -> String {
    table(vendor).iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn table(vendor: Vendor) -> Vec<(&'static str, Value)> {
    let mut table = vec![
        ("timeout_after_commit", json!({"side_effect": "committed", "answer": "reset"})),
        ("error_after_commit", json!({"side_effect": "committed", "answer": "status", "status": 500})),
        ("late_commit", json!({"side_effect": "late", "answer": "reset", "delay_ms": 3_000})),
        ("error_before", json!({"side_effect": "none", "answer": "status", "status": 503})),
        ("server_error", json!({"side_effect": "none", "answer": "status", "status": 500})),
        ("bad_gateway", json!({"side_effect": "none", "answer": "html", "status": 502})),
        ("html_error", json!({"side_effect": "none", "answer": "html", "status": 503})),
        ("reset_before", json!({"side_effect": "none", "answer": "reset"})),
        ("slow", json!({"side_effect": "committed", "answer": "slow", "delay_ms": 2_000})),
        ("truncated", json!({"side_effect": "committed", "answer": "truncated"})),
    ];
    table.extend(match vendor {
        Vendor::Salesforce => salesforce(),
        Vendor::Jira => jira(),
    });
    table
}

fn salesforce() -> Vec<(&'static str, Value)> {
    let error = |status: u16, code: &str, message: &str| {
        json!({"side_effect": "none", "answer": "status", "status": status,
               "body": [{"message": message, "errorCode": code}]})
    };
    let concurrent = "ConcurrentRequests (Concurrent API Requests) Limit exceeded.";
    let locked = "unable to obtain exclusive access to this record or 1 records: 001000000000000AAA";
    vec![
        ("expired_token", json!({"side_effect": "none", "answer": "status", "status": 401})),
        ("rate_limit", error(403, "REQUEST_LIMIT_EXCEEDED", concurrent)),
        ("concurrent_limit", error(403, "REQUEST_LIMIT_EXCEEDED", concurrent)),
        ("daily_limit", error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")),
        ("row_lock", error(400, "UNABLE_TO_LOCK_ROW", locked)),
        ("edge_420", json!({"side_effect": "none", "answer": "html", "status": 420})),
    ]
}

fn jira() -> Vec<(&'static str, Value)> {
    let error = |status: u16, headers: Value, body: Value| json!({"side_effect": "none", "answer": "status", "status": status, "headers": headers, "body": body});
    let limited = |reason: &str, limit: &str, wait: &str| {
        let headers = json!({"Retry-After": wait, "X-RateLimit-Limit": limit, "X-RateLimit-Remaining": "0", "RateLimit-Reason": reason});
        error(429, headers, json!({"errorMessages": ["Rate limit exceeded."], "errors": {}}))
    };
    let conflict = "The issue is being changed by somebody else at the moment. Please try again.";
    vec![
        // As the gateway says it; the site itself takes a wrong token for a stranger.
        ("expired_token", error(401, json!({}), json!({"code": 401, "message": "Unauthorized"}))),
        ("rate_limit", limited("jira-burst-based", "100", "1")),
        ("rate_limit_quota", limited("jira-quota-tenant-based", "65000", "600")),
        ("rate_limit_per_issue", limited("jira-per-issue-on-write", "20", "2")),
        ("rate_limit_without_retry_after", json!({"side_effect": "none", "answer": "status", "status": 429})),
        ("conflict", error(409, json!({}), json!({"errorMessages": [conflict], "errors": {}}))),
    ]
}
