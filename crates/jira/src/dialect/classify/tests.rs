//! The table, row by row.

use entente_transport::Effect::{self, Auth, Read, Write};
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use super::*;

const JSON: &str = "application/json;charset=UTF-8";
const COLLECTION: &str = r#"{"errorMessages":["general"],"errors":{"summary":"too long"}}"#;

fn answer(effect: Effect, status: u16, headers: &[(HeaderName, &str)], body: &str) -> Answer {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(name, value.parse().expect("a header value"));
    }
    Answer {
        route: "GET /rest/api/3/thing",
        effect,
        status: StatusCode::from_u16(status).expect("a status"),
        headers: map,
        body: body.to_owned().into(),
        date: "2026-01-01T01:00:00Z".parse().ok(),
        began: "2026-01-01T00:00:00Z".parse().expect("a moment"),
    }
}

fn judged(effect: Effect, status: u16, kind: &str, body: &str) -> Result<(), CallError> {
    classify(&answer(effect, status, &[(http::header::CONTENT_TYPE, kind)], body))
}

/// The arm's name, for tables.
fn arm(outcome: &Result<(), CallError>) -> &'static str {
    match outcome {
        Ok(()) => "ok",
        Err(CallError::NotApplied { .. }) => "not applied",
        Err(CallError::Ambiguous { .. }) => "ambiguous",
        Err(CallError::Throttled { .. }) => "throttled",
        Err(CallError::Auth { .. }) => "auth",
        Err(CallError::Denied { .. }) => "denied",
        Err(CallError::Stale { .. }) => "stale",
        Err(CallError::Gone { .. }) => "gone",
        Err(CallError::Invalid { .. }) => "invalid",
        Err(CallError::Broken { .. }) => "broken",
    }
}

#[test]
fn each_status_has_its_meaning() {
    for (effect, status, body, expected) in [
        (Read, 200, "{}", "ok"),
        (Write, 201, "{}", "ok"),
        (Write, 204, "", "ok"),
        (Write, 400, COLLECTION, "invalid"),
        (Read, 401, "Client must be authenticated to access this resource.", "auth"),
        (Read, 401, r#"{"code":401,"message":"Unauthorized; scope does not match"}"#, "auth"),
        (Write, 402, COLLECTION, "denied"),
        (Write, 403, COLLECTION, "denied"),
        (Write, 403, "XSRF check failed", "broken"),
        (Read, 403, r#"{"error":"Failed to parse Connect Session Auth Token"}"#, "auth"),
        (Read, 404, COLLECTION, "gone"),
        (Write, 404, "", "gone"),
        (Write, 405, COLLECTION, "broken"),
        (Write, 409, COLLECTION, "stale"),
        (Read, 410, COLLECTION, "broken"),
        (Write, 412, COLLECTION, "stale"),
        (Write, 413, COLLECTION, "invalid"),
        (Write, 415, COLLECTION, "broken"),
        (Write, 422, COLLECTION, "invalid"),
        (Write, 429, "", "throttled"),
        (Read, 303, "", "broken"),
        (Write, 408, "", "ambiguous"),
        (Read, 408, "", "not applied"),
        (Write, 500, COLLECTION, "ambiguous"),
        (Write, 502, "<html>", "ambiguous"),
        (Write, 503, "", "ambiguous"),
        (Write, 504, "", "ambiguous"),
        (Read, 500, "", "not applied"),
        (Read, 503, "", "not applied"),
        (Auth, 503, "", "not applied"),
    ] {
        assert_eq!(arm(&judged(effect, status, JSON, body)), expected, "{effect:?} {status} {body}");
    }
}

#[test]
fn only_jiras_own_404_says_that_a_record_is_gone() {
    for (what, kind, body) in [
        ("no such site", "text/html", "<html><title>Page unavailable</title></html>"),
        ("a page without its type", "", "<!DOCTYPE html>"),
        ("no such path", "application/problem+json", r#"{"type":"about:blank","title":"Not Found","status":404}"#),
        ("no such cloud id", "application/json", r#"{"code":404,"message":"Not Found"}"#),
        ("a proxy", "text/plain", "no route"),
    ] {
        assert_eq!(arm(&judged(Read, 404, kind, body)), "broken", "{what}");
    }
    let service_desk = r#"{"errorMessage":"gone","i18nErrorMessage":{"i18nKey":"sd.x","parameters":[]}}"#;
    assert_eq!(arm(&judged(Read, 404, JSON, service_desk)), "gone");
}

#[test]
fn a_call_that_was_taken_for_an_anonymous_one_failed_whatever_its_status() {
    for (login, expected) in
        [("OK", "ok"), ("AUTHENTICATED_FAILED", "auth"), ("AUTHENTICATION_DENIED", "auth"), ("OUT", "auth")]
    {
        let answer = answer(Read, 200, &[(LOGIN_REASON, login)], r#"{"issues":[],"isLast":true}"#);
        assert_eq!(arm(&classify(&answer)), expected, "{login}");
    }
    let missing = answer(Read, 404, &[(LOGIN_REASON, "AUTHENTICATED_FAILED")], COLLECTION);
    assert_eq!(arm(&classify(&missing)), "auth", "a stranger's 404 says nothing about the record");
}

#[test]
fn problems_come_from_both_parts_of_a_collection() {
    let outcome = judged(Write, 400, JSON, COLLECTION);
    let Err(CallError::Invalid { problems }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(problems[0], CallProblem::new("general"));
    assert_eq!((problems[1].field.as_deref(), problems[1].message.as_str()), (Some("summary"), "too long"));
}

#[test]
fn every_kind_of_body_gives_its_words() {
    for (what, kind, body, expected) in [
        ("fields only", JSON, r#"{"errorMessages":[],"errors":{"comment":"not valid!"}}"#, "comment: not valid!"),
        ("general only", JSON, r#"{"errorMessages":["INVALID_INPUT"],"errors":{}}"#, "INVALID_INPUT"),
        ("no errors key", JSON, r#"{"errorMessages":["bad JSON"]}"#, "bad JSON"),
        ("service desk", JSON, r#"{"errorMessage":"taken","i18nErrorMessage":{}}"#, "taken"),
        ("gateway", JSON, r#"{"code":400,"message":"no"}"#, "no"),
        (
            "problem",
            "application/problem+json",
            r#"{"title":"Bad Request","detail":"Failed to convert 'maxResults'"}"#,
            "Failed to convert 'maxResults'",
        ),
        ("an odd message", JSON, r#"{"errorMessages":[{"a":1}]}"#, r#"{"a":1}"#),
        ("nothing", JSON, "", "Jira answered 400 to GET /rest/api/3/thing"),
        ("empty parts", JSON, r#"{"errorMessages":[],"errors":{}}"#, "Jira answered 400 to GET /rest/api/3/thing"),
        ("text", "text/plain", "  no  ", "no"),
        ("a page", "text/html", "<html>secret</html>", "the answer is a web page, not Jira's API"),
        ("a list", JSON, "[1]", "[1]"),
    ] {
        let outcome = judged(Write, 400, kind, body);
        let Err(CallError::Invalid { problems }) = outcome else { panic!("{what}: {outcome:?}") };
        assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected], "{what}");
    }
}

#[test]
fn a_long_body_is_cut_at_a_character() {
    let body = "é".repeat(10_000);
    let outcome = judged(Write, 403, "text/plain", &body);
    let Err(CallError::Denied { reason }) = outcome else { panic!("{outcome:?}") };
    assert!(reason.chars().count() < 600, "{}", reason.len());
}

#[test]
fn each_limit_has_its_own_reach() {
    for (limit, expected) in [
        ("jira-burst-based", Scope::Route),
        ("jira-per-issue-on-write", Scope::Record),
        ("jira-quota-global-based", Scope::Connection),
        ("jira-quota-tenant-based", Scope::Connection),
        ("jira-new-thing", Scope::Connection),
    ] {
        let answer = answer(Write, 429, &[(LIMIT_REASON, limit), (RETRY_AFTER, "7")], "");
        let outcome = classify(&answer);
        let Err(CallError::Throttled { after, scope, .. }) = outcome else { panic!("{outcome:?}") };
        assert_eq!((after, scope), (Duration::from_secs(7), expected), "{limit}");
    }
}

#[test]
fn the_pause_is_what_jira_says_in_any_form_and_never_endless() {
    for (what, headers, expected_secs) in [
        ("seconds", vec![(RETRY_AFTER, "3")], 3),
        ("reset", vec![(LIMIT_RESET, "2026-01-01T01:01:01Z")], 61),
        ("retry-after wins", vec![(RETRY_AFTER, "3"), (LIMIT_RESET, "2026-01-01T01:01:01Z")], 3),
        ("a reset in the past", vec![(LIMIT_RESET, "2025-01-01T01:01:01Z")], THROTTLE_DEFAULT.as_secs()),
        ("nothing", vec![], THROTTLE_DEFAULT.as_secs()),
        ("nonsense", vec![(RETRY_AFTER, "soon"), (DATE, "x")], THROTTLE_DEFAULT.as_secs()),
        ("a day", vec![(RETRY_AFTER, "86400")], THROTTLE_MAX.as_secs()),
    ] {
        let outcome = classify(&answer(Read, 429, &headers, "<html>"));
        let Err(CallError::Throttled { after, .. }) = outcome else { panic!("{outcome:?}") };
        assert_eq!(after.as_secs(), expected_secs, "{what}");
    }
}
