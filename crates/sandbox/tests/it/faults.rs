//! Every fault that has a name, armed through the control door and seen on the wire, on both sides.

use entente_sandbox::control::Vendor;
use entente_sandbox::control::fault::names;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::salesforce::harness::{Reply, Sandbox, record};

const JSON: &str = "application/json;charset=UTF-8";
const CASE: &str = "/services/data/v64.0/sobjects/Case";
const ISSUE: &str = "/rest/api/3/issue";

/// A world, seen from one of its sides.
struct Stage {
    sandbox: Sandbox,
    vendor: Vendor,
}

/// What came back from a call that a fault may have cut: an answer, or nothing.
type Seen = Option<(u16, HeaderMap, String)>;

impl Stage {
    async fn new(vendor: Vendor) -> Self {
        Self { sandbox: Sandbox::empty().await, vendor }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Seen {
        let url = match self.vendor {
            Vendor::Salesforce => self.sandbox.served.salesforce_url(),
            Vendor::Jira => self.sandbox.served.jira_url(),
        };
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let request = client.request(method, format!("{url}{path}")).header("content-type", "application/json");
        let request = match self.vendor {
            Vendor::Salesforce => request.bearer_auth(self.sandbox.token()),
            Vendor::Jira => request.basic_auth("admin@sandbox.example", Some("sandbox-api-token")),
        };
        let answer = request.body(body.map_or_else(String::new, |body| body.to_string())).send().await.ok()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Some((status, headers, answer.text().await.ok()?))
    }

    async fn json(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let (status, _, text) = self.call(method, path, body).await.expect("an answer");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    async fn arm(&self, fault: Value) {
        let (status, said) = self.json(Method::POST, "/__sandbox/faults", Some(fault)).await;
        assert_eq!(status, 204, "{said}");
    }

    /// Makes a record, which a fault may prevent.
    async fn create(&self) -> Seen {
        let (path, body) = match self.vendor {
            Vendor::Salesforce => (CASE, json!({"Subject": "x"})),
            Vendor::Jira => (ISSUE, json!({"fields": bug()})),
        };
        self.call(Method::POST, path, Some(body)).await
    }

    /// How many records there are.
    async fn n_records(&self) -> usize {
        match self.vendor {
            Vendor::Salesforce => {
                let count = "/services/data/v64.0/query?q=SELECT+COUNT()+FROM+Case";
                let (_, found) = self.json(Method::GET, count, None).await;
                usize::try_from(found["totalSize"].as_u64().expect("a number")).expect("few")
            }
            Vendor::Jira => {
                let (_, found) = self.json(Method::GET, "/rest/api/3/search/jql?jql=project%3DOPS", None).await;
                found["issues"].as_array().expect("issues").len()
            }
        }
    }
}

fn bug() -> Value {
    json!({"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "x"})
}

/// A name, the status and a part of the body (or none: the connection is cut), and whether the call takes effect.
type Row = (&'static str, Option<(u16, &'static str)>, bool);

const BOTH: [Row; 12] = [
    ("error_before", Some((503, "")), false),
    ("server_error", Some((500, "")), false),
    ("empty_error", Some((500, "")), false),
    ("bad_gateway", Some((502, "<html>")), false),
    ("gateway_timeout", Some((504, "<html>")), false),
    ("html_error", Some((503, "<html>")), false),
    ("error_after_commit", Some((500, "")), true),
    ("slow", Some((201, "")), true),
    ("reset_before", None, false),
    ("timeout_after_commit", None, true),
    ("truncated", None, true),
    ("late_commit", None, false),
];

const SALESFORCE: [Row; 21] = [
    ("expired_token", Some((401, "INVALID_SESSION_ID")), false),
    ("rate_limit", Some((403, "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")), false),
    ("concurrent_limit", Some((403, "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")), false),
    ("daily_limit", Some((403, "TotalRequests Limit exceeded.")), false),
    ("limit_exceeded", Some((400, "LIMIT_EXCEEDED")), false),
    ("too_many_apex_requests", Some((403, "TOO_MANY_APEX_REQUESTS")), false),
    ("query_timeout", Some((400, "QUERY_TIMEOUT")), false),
    ("running_too_long", Some((400, "REQUEST_RUNNING_TOO_LONG")), false),
    ("security_metering", Some((400, "TXN_SECURITY_METERING_ERROR")), false),
    ("server_unavailable", Some((503, "SERVER_UNAVAILABLE")), false),
    ("internal_error", Some((500, "INTERNAL_ERROR")), false),
    ("org_locked", Some((403, "ORG_LOCKED")), false),
    ("org_in_maintenance", Some((503, "ORG_IN_MAINTENANCE")), false),
    ("read_only", Some((503, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE")), false),
    ("api_currently_disabled", Some((403, "API_CURRENTLY_DISABLED")), false),
    ("functionality_not_enabled", Some((403, "FUNCTIONALITY_NOT_ENABLED")), false),
    ("insufficient_access", Some((403, "INSUFFICIENT_ACCESS")), false),
    ("row_lock", Some((400, "UNABLE_TO_LOCK_ROW")), false),
    ("edge_420", Some((420, "<html>")), false),
    ("too_many_requests", Some((429, "<html>")), false),
    ("not_acceptable", Some((406, "")), false),
];

const JIRA: [Row; 7] = [
    ("expired_token", Some((401, "\"code\":401")), false),
    ("rate_limit", Some((429, "Rate limit exceeded.")), false),
    ("rate_limit_quota", Some((429, "Rate limit exceeded.")), false),
    ("rate_limit_global_quota", Some((429, "Rate limit exceeded.")), false),
    ("rate_limit_per_issue", Some((429, "Rate limit exceeded.")), false),
    ("rate_limit_without_retry_after", Some((429, "Rate limit exceeded.")), false),
    ("conflict", Some((409, "is being changed by somebody else")), false),
];

/// They strike reads, and parts of a call.
const ELSEWHERE: [&str; 2] = ["stale_read", "partial_failure"];

#[tokio::test]
async fn every_name_strikes_before_or_after_the_effect_as_it_says() {
    for (vendor, own) in [(Vendor::Salesforce, &SALESFORCE[..]), (Vendor::Jira, &JIRA[..])] {
        let rows: Vec<Row> = BOTH.iter().chain(own).copied().collect();
        let mut told: Vec<&str> = rows.iter().map(|(name, ..)| *name).chain(ELSEWHERE).collect();
        let mut known = names(vendor);
        told.sort_unstable();
        known.sort_unstable();
        assert_eq!(told, known, "every name has its row");
        let stage = Stage::new(vendor).await;
        for (n_made, row) in rows.into_iter().scan(0, |n_made, row| {
            *n_made += usize::from(row.2);
            Some((*n_made, row))
        }) {
            strikes(&stage, row, n_made).await;
        }
    }
}

/// One name, in a world in which `n_made` records should exist afterwards.
async fn strikes(stage: &Stage, (name, answer, _): Row, n_made: usize) {
    let delay_ms = if name == "slow" { 1 } else { 3_600_000 };
    stage.arm(json!({"name": name, "route": "POST *", "times": 1, "delay_ms": delay_ms})).await;
    let seen = stage.create().await;
    let said = seen.as_ref().map(|(status, _, text)| (*status, text.as_str()));
    match answer {
        None => assert_eq!(said, None, "{name}"),
        Some((status, part)) => {
            let (seen_status, text) = said.unwrap_or_else(|| panic!("{name}: an answer"));
            assert!(seen_status == status && text.contains(part), "{name}: {seen_status} {text}");
            assert_eq!(text.is_empty(), matches!(name, "empty_error" | "not_acceptable"), "{name}");
        }
    }
    if let Some((status, headers, text)) = &seen {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let expected = match text {
            text if text.is_empty() => "",
            text if text.starts_with("<html>") => "text/html; charset=utf-8",
            _ => JSON,
        };
        assert_eq!(header("content-type"), expected, "{name}");
        if expected == JSON && *status != 401 {
            let signed = if stage.vendor == Vendor::Jira { "atl-traceid" } else { "sforce-limit-info" };
            assert_ne!(header(signed), "", "{name}");
        }
        if stage.vendor == Vendor::Salesforce {
            assert_eq!(header("retry-after"), "", "{name}: this vendor never says when");
            assert_eq!(header("server") == "sfdcedge", matches!(status, 406 | 420 | 429), "{name}");
        }
    }
    assert_eq!(stage.n_records().await, n_made, "{name}");
}

#[tokio::test]
async fn each_of_jiras_limits_has_its_headers() {
    let stage = Stage::new(Vendor::Jira).await;
    let rows = [
        ("rate_limit", "jira-burst-based", "100", "1", "\"jira-burst-based\";q=100;w=1"),
        ("rate_limit_quota", "jira-quota-tenant-based", "65000", "600", "\"tenant-app-quota\";q=65000;w=3600"),
        ("rate_limit_global_quota", "jira-quota-global-based", "65000", "600", "\"global-app-quota\";q=65000;w=3600"),
        ("rate_limit_per_issue", "jira-per-issue-on-write", "20", "2", ""),
        ("rate_limit_without_retry_after", "", "", "", ""),
    ];
    for (name, reason, limit, wait, policy) in rows {
        stage.arm(json!({"name": name, "times": 1})).await;
        let (status, headers, _) = stage.call(Method::GET, "/rest/api/3/myself", None).await.expect("an answer");
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!((status, header("ratelimit-reason"), header("retry-after")), (429, reason, wait), "{name}");
        assert_eq!((header("x-ratelimit-limit"), header("ratelimit-policy")), (limit, policy), "{name}");
        let is_told = !reason.is_empty();
        let (left, near) = if is_told { ("0", "true") } else { ("", "") };
        assert_eq!((header("x-ratelimit-remaining"), header("x-ratelimit-nearlimit")), (left, near), "{name}");
        let reset = header("x-ratelimit-reset");
        assert_eq!(reset.parse::<jiff::Timestamp>().is_ok(), is_told, "{name}: {reset}");
        let structured = header("ratelimit");
        assert_eq!(structured.contains(";r=0;t="), !policy.is_empty(), "{name}: {structured}");
    }
}

#[tokio::test]
async fn a_late_call_takes_effect_when_its_time_has_come() {
    for vendor in [Vendor::Salesforce, Vendor::Jira] {
        let stage = Stage::new(vendor).await;
        stage.arm(json!({"name": "late_commit", "route": "POST *", "times": 1, "delay_ms": 3_600_000})).await;
        assert!(stage.create().await.is_none(), "a cut connection");
        assert_eq!(stage.n_records().await, 0);
        stage.json(Method::POST, "/__sandbox/clock", Some(json!({"advance_seconds": 3_601}))).await;
        while stage.n_records().await == 0 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_slow_answer_is_the_true_one() {
    for vendor in [Vendor::Salesforce, Vendor::Jira] {
        let stage = Stage::new(vendor).await;
        stage.arm(json!({"name": "slow", "route": "POST *", "times": 1, "delay_ms": 1})).await;
        assert_eq!(stage.create().await.expect("an answer").0, 201);
        assert_eq!(stage.n_records().await, 1);
    }
}

#[tokio::test]
async fn a_stale_read_shows_what_there_was_when_the_fault_was_set() {
    for (vendor, one) in [(Vendor::Salesforce, ""), (Vendor::Jira, "/rest/api/3/issue/OPS-1")] {
        let stage = Stage::new(vendor).await;
        let (_, _, made) = stage.create().await.expect("an answer");
        let made: Value = serde_json::from_str(&made).expect("JSON");
        let one =
            if one.is_empty() { format!("{CASE}/{}", made["id"].as_str().expect("an id")) } else { one.to_owned() };
        stage.arm(json!({"name": "stale_read"})).await;
        match vendor {
            Vendor::Salesforce => stage.call(Method::PATCH, &one, Some(json!({"Subject": "y"}))).await,
            Vendor::Jira => stage.call(Method::PUT, &one, Some(json!({"fields": {"summary": "y"}}))).await,
        };
        stage.create().await;
        let subject = async || {
            let (_, read) = stage.json(Method::GET, &one, None).await;
            let of = if vendor == Vendor::Salesforce { &read["Subject"] } else { &read["fields"]["summary"] };
            of.as_str().expect("a text").to_owned()
        };
        assert_eq!((subject().await.as_str(), stage.n_records().await), ("x", 1), "what was");
        stage.call(Method::DELETE, "/__sandbox/faults", None).await;
        assert_eq!((subject().await.as_str(), stage.n_records().await), ("y", 2), "what is");
    }
}

/// What the index did not know when the fault was set, it does not know in the picture of that time either.
#[tokio::test]
async fn a_stale_search_lags_as_the_search_did() {
    let stage = Stage::new(Vendor::Jira).await;
    stage.json(Method::POST, "/__sandbox/index", Some(json!({"lag_ms": 3_600_000}))).await;
    stage.create().await;
    stage.arm(json!({"name": "stale_read", "route": "GET /rest/api/3/search/jql"})).await;
    let (_, found) = stage.json(Method::GET, "/rest/api/3/search/jql?jql=project%20%3D%20OPS", None).await;
    assert_eq!(found["issues"], json!([]), "{found}");
}

#[tokio::test]
async fn of_many_records_one_fails() {
    let stage = Stage::new(Vendor::Salesforce).await;
    stage.arm(json!({"name": "partial_failure", "times": 1, "match": {"body_contains": "second"}})).await;
    let records = ["first", "second", "third"].map(|subject| record("Case", json!({"Subject": subject})));
    let path = "/services/data/v64.0/composite/sobjects";
    let (status, rows) = stage.json(Method::POST, path, Some(json!({"records": records}))).await;
    assert_eq!((status, &rows[0]["success"], &rows[2]["success"]), (200, &json!(true), &json!(true)), "{rows}");
    let locked = json!({
        "statusCode": "UNABLE_TO_LOCK_ROW", "fields": [],
        "message": "unable to obtain exclusive access to this record or 1 records: 001000000000000AAA",
    });
    assert_eq!(rows[1], json!({"success": false, "errors": [locked]}));
    assert_eq!(stage.n_records().await, 2);

    stage.arm(json!({"name": "partial_failure", "route": format!("POST {CASE}"), "times": 1})).await;
    let part = |at: &str| json!({"method": "POST", "url": CASE, "referenceId": at, "body": {"Subject": at}});
    let parts = json!({"compositeRequest": [part("a"), part("b")]});
    let (status, parts) = stage.json(Method::POST, "/services/data/v64.0/composite", Some(parts)).await;
    let (struck, whole) = (&parts["compositeResponse"][0], &parts["compositeResponse"][1]);
    assert_eq!((status, &struck["httpStatusCode"], &whole["httpStatusCode"]), (200, &json!(400), &json!(201)));
    assert_eq!(struck["body"][0]["errorCode"], "UNABLE_TO_LOCK_ROW", "{parts}");
}

#[tokio::test]
async fn of_many_issues_one_fails() {
    let stage = Stage::new(Vendor::Jira).await;
    stage.arm(json!({"name": "partial_failure", "route": "POST /rest/api/3/issue/bulk", "times": 1})).await;
    let bugs = json!({"issueUpdates": [{"fields": bug()}, {"fields": bug()}]});
    let (status, made) = stage.json(Method::POST, "/rest/api/3/issue/bulk", Some(bugs)).await;
    assert_eq!((status, made["issues"].as_array().map(Vec::len)), (201, Some(1)), "{made}");
    let error = &made["errors"][0];
    assert_eq!((&error["failedElementNumber"], &error["status"]), (&json!(0), &json!(409)), "{made}");
    assert!(error["elementErrors"]["errorMessages"][0].is_string(), "{made}");

    let path = "/rest/api/3/issue/bulkfetch";
    stage.arm(json!({"name": "partial_failure", "route": format!("POST {path}"), "times": 1})).await;
    let asked = || Some(json!({"issueIdsOrKeys": ["OPS-1"], "fields": ["summary"]}));
    let (_, fetched) = stage.json(Method::POST, path, asked()).await;
    assert_eq!((&fetched["issues"], &fetched["issueErrors"][0]["id"]), (&json!([]), &json!("OPS-1")));
    let (_, fetched) = stage.json(Method::POST, path, asked()).await;
    assert_eq!((fetched["issues"].as_array().map(Vec::len), &fetched["issueErrors"]), (Some(1), &json!([])));
}

#[tokio::test]
async fn an_armed_fault_can_be_kept_to_one_route() {
    let stage = Stage::new(Vendor::Salesforce).await;
    stage.arm(json!({"name": "expired_token", "route": format!("POST {CASE}")})).await;
    assert_eq!(stage.n_records().await, 0, "reading goes on");
    let (status, ..) = stage.create().await.expect("an answer");
    assert_eq!(status, 401);
    let reply: Reply = stage.sandbox.get("/limits").await;
    assert_eq!(reply.status, 200);
}
