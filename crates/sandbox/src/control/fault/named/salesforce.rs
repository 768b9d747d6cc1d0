//! What Salesforce says when it is at its limits, in need of repair, or set up otherwise.
//!
//! The texts are those that orgs were seen to send; `docs/sandbox.md` names the few that are approximations.

use serde_json::{Value, json};

/// Name, status, code, message: refusals of the REST API in its usual shape.
type Row = (&'static str, u16, &'static str, &'static str);
const REFUSALS: &[Row] = &[
    ("expired_token", 401, "INVALID_SESSION_ID", "Session expired or invalid"),
    ("rate_limit", 403, "REQUEST_LIMIT_EXCEEDED", CONCURRENT),
    ("concurrent_limit", 403, "REQUEST_LIMIT_EXCEEDED", CONCURRENT),
    ("daily_limit", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    ("limit_exceeded", 400, "LIMIT_EXCEEDED", "You have exceeded a limit of your organization."),
    (
        "too_many_apex_requests",
        403,
        "TOO_MANY_APEX_REQUESTS",
        "Unable to Process Request: Concurrent requests limit exceeded.",
    ),
    ("query_timeout", 400, "QUERY_TIMEOUT", "Your query request was running for too long."),
    (
        "running_too_long",
        400,
        "REQUEST_RUNNING_TOO_LONG",
        "Your request was running for too long, and has been stopped.",
    ),
    (
        "security_metering",
        400,
        "TXN_SECURITY_METERING_ERROR",
        "We can't complete the action because enabled transaction security policies took too long to complete.",
    ),
    ("server_unavailable", 503, "SERVER_UNAVAILABLE", "The server is temporarily unavailable"),
    (
        "internal_error",
        500,
        "INTERNAL_ERROR",
        "An unexpected error occurred. Please include this ErrorId if you contact support: 0",
    ),
    ("org_locked", 403, "ORG_LOCKED", "This organization is locked. Please contact Salesforce support."),
    ("org_in_maintenance", 503, "ORG_IN_MAINTENANCE", "This organization is in maintenance."),
    (
        "read_only",
        503,
        "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
        "Records can't be changed: this organization is in read-only mode during maintenance.",
    ),
    ("api_currently_disabled", 403, "API_CURRENTLY_DISABLED", "API is disabled for this User"),
    (
        "functionality_not_enabled",
        403,
        "FUNCTIONALITY_NOT_ENABLED",
        "This feature is not currently enabled for this user.",
    ),
    ("insufficient_access", 403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id"),
];
const CONCURRENT: &str = "ConcurrentRequests (Concurrent API Requests) Limit exceeded.";
const LOCKED: &str = "unable to obtain exclusive access to this record or 1 records: 001000000000000AAA";

pub(super) fn table() -> Vec<(&'static str, Value)> {
    let refusal = |&(name, status, code, message): &Row| {
        let headers = if status == 401 { json!({"WWW-Authenticate": "Token"}) } else { json!({}) };
        let body = json!([{"message": message, "errorCode": code}]);
        let fault =
            json!({"side_effect": "none", "answer": "status", "status": status, "headers": headers, "body": body});
        (name, fault)
    };
    REFUSALS.iter().map(refusal).chain(others()).collect()
}

fn others() -> [(&'static str, Value); 5] {
    let locked = json!([{"message": LOCKED, "errorCode": "UNABLE_TO_LOCK_ROW", "fields": []}]);
    let row_lock = json!({"side_effect": "none", "answer": "status", "status": 400, "body": locked});
    let mut one_row = row_lock.clone();
    one_row["in_composite"] = json!(true);
    // What stands in front of the org answers with a page, and 406 with nothing at all:
    // https://github.com/restforce/restforce/issues/883
    let edge = |status: u16| json!({"side_effect": "none", "answer": "html", "status": status, "headers": {"Server": "sfdcedge"}});
    let not_acceptable = json!({"side_effect": "none", "answer": "status", "status": 406, "body": "", "headers": {"Server": "sfdcedge"}});
    [
        ("row_lock", row_lock),
        ("partial_failure", one_row),
        ("edge_420", edge(420)),
        ("too_many_requests", edge(429)),
        ("not_acceptable", not_acceptable),
    ]
}
