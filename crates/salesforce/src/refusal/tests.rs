//! The table of refusals, row by row, for answers, parts and rows.

use serde_json::{Value, json};

use super::*;

fn arm(error: &CallError) -> &'static str {
    match error {
        CallError::NotApplied { .. } => "not applied",
        CallError::Ambiguous { .. } => "ambiguous",
        CallError::Throttled { .. } => "throttled",
        CallError::Auth { .. } => "auth",
        CallError::Denied { .. } => "denied",
        CallError::Stale { .. } => "stale",
        CallError::Gone { .. } => "gone",
        CallError::Invalid { .. } => "invalid",
        CallError::Broken { .. } => "broken",
    }
}

fn error(code: &str, message: &str) -> Value {
    json!([{ "errorCode": code, "message": message }])
}

#[test]
fn each_code_says_what_to_do() {
    // Status, code, message, what it means for a write, what it means for a read.
    let table = [
        (401, "INVALID_SESSION_ID", "Session expired or invalid", "auth", "auth"),
        (403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization", "denied", "denied"),
        (403, "FUNCTIONALITY_NOT_ENABLED", "", "denied", "denied"),
        (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "throttled", "throttled"),
        (400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", "denied", "denied"),
        (403, "INSUFFICIENT_ACCESS", "insufficient access rights", "denied", "denied"),
        (
            400,
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
            "insufficient access rights on cross-reference id: 001",
            "denied",
            "denied",
        ),
        (404, "NOT_FOUND", "The requested resource does not exist", "gone", "gone"),
        (404, "ENTITY_IS_DELETED", "entity is deleted", "gone", "gone"),
        (404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "gone", "gone"),
        (
            400,
            "INVALID_CROSS_REFERENCE_KEY",
            "Record Type ID: this ID value isn't valid for the user: 012",
            "invalid",
            "invalid",
        ),
        (400, "MALFORMED_ID", "Account ID: id value of incorrect type: 0019", "invalid", "invalid"),
        (400, "MALFORMED_QUERY", "unexpected token: 'x'", "invalid", "invalid"),
        (400, "INVALID_TYPE", "sObject type 'XYZZY' is not supported.", "invalid", "invalid"),
        (400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "invalid", "invalid"),
        (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Closed cases need a reason", "invalid", "invalid"),
        (
            400,
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "CaseTrigger: execution of AfterUpdate caused by: System.X",
            "invalid",
            "invalid",
        ),
        (
            400,
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "CaseTrigger: caused by: UNABLE_TO_LOCK_ROW",
            "not applied",
            "not applied",
        ),
        (400, "FIELD_INTEGRITY_EXCEPTION", "", "invalid", "invalid"),
        (400, "STRING_TOO_LONG", "Subject: data value too large: … (max length=255)", "invalid", "invalid"),
        (
            400,
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Status: bad value for restricted picklist field: Foo",
            "invalid",
            "invalid",
        ),
        (400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Name.", "invalid", "invalid"),
        (400, "JSON_PARSER_ERROR", "Maximum size of request reached.", "invalid", "invalid"),
        (400, "DUPLICATE_VALUE", "duplicate value found", "invalid", "invalid"),
        (400, "ENTITY_IS_LOCKED", "the entity is locked for editing", "denied", "denied"),
        (400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", "not applied", "not applied"),
        (503, "SERVER_UNAVAILABLE", "busy", "ambiguous", "not applied"),
        (500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. ErrorId: 1", "ambiguous", "not applied"),
        (500, "SOMETHING_NEW", "", "ambiguous", "not applied"),
        (400, "QUERY_TIMEOUT", "Your query request was running for too long.", "ambiguous", "not applied"),
        (403, "ORG_LOCKED", "", "throttled", "throttled"),
        (503, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "", "throttled", "throttled"),
        (400, "EXCEEDED_ID_LIMIT", "", "invalid", "invalid"),
        (400, "STORAGE_LIMIT_EXCEEDED", "storage limit exceeded", "denied", "denied"),
        (403, "TOO_MANY_APEX_REQUESTS", "", "throttled", "throttled"),
        (400, "INVALID_QUERY_LOCATOR", "invalid query locator", "stale", "stale"),
        (412, "PRECONDITION_FAILED", "", "stale", "stale"),
        (412, "ANYTHING", "", "stale", "stale"),
        (405, "METHOD_NOT_ALLOWED", "HTTP Method 'PUT' not allowed.", "broken", "broken"),
        (415, "UNSUPPORTED_MEDIA_TYPE", "", "broken", "broken"),
        (404, "UNSUPPORTED_API_VERSION", "", "broken", "broken"),
        (403, "SOMETHING_NEW", "", "denied", "denied"),
        (400, "SOMETHING_NEW", "", "invalid", "invalid"),
    ];
    for (status, code, message, write, read) in table {
        let body = error(code, message);
        assert_eq!(arm(&of_part(Effect::Write, status, &body)), write, "write: {status} {code} {message}");
        assert_eq!(arm(&of_part(Effect::Read, status, &body)), read, "read: {status} {code} {message}");
    }
}

#[test]
fn a_row_that_failed_surely_was_not_saved() {
    let table = [
        ("UNABLE_TO_LOCK_ROW", "not applied"),
        ("UNKNOWN_EXCEPTION", "not applied"),
        ("ALL_OR_NONE_OPERATION_ROLLED_BACK", "not applied"),
        ("ENTITY_IS_DELETED", "gone"),
        ("REQUIRED_FIELD_MISSING", "invalid"),
        ("DUPLICATE_EXTERNAL_ID", "invalid"),
    ];
    for (code, expected) in table {
        let errors = json!([{ "statusCode": code, "message": "said", "fields": [] }]);
        assert_eq!(arm(&of_row(&errors)), expected, "{code}");
    }
    assert_eq!(
        arm(&of_row(
            &json!([{ "statusCode": "INVALID_CROSS_REFERENCE_KEY", "message": "invalid cross reference id", "fields": [] }])
        )),
        "gone"
    );
    let lookup = json!([{ "statusCode": "INVALID_CROSS_REFERENCE_KEY", "message": "invalid cross reference id", "fields": ["OwnerId"] }]);
    assert_eq!(arm(&of_row(&lookup)), "invalid");
    assert_eq!(arm(&of_row(&Value::Null)), "broken");
}

#[test]
fn the_two_request_limits_are_told_apart() {
    let after = |message: &str| of_part(Effect::Write, 403, &error("REQUEST_LIMIT_EXCEEDED", message)).after();
    assert_eq!(after("TotalRequests Limit exceeded."), Some(Duration::from_secs(DAILY_LIMIT_PAUSE_SECS)));
    let concurrent = "ConcurrentRequests (Concurrent API Requests) Limit exceeded.";
    assert_eq!(after(concurrent), Some(Duration::from_secs(CONCURRENT_LIMIT_PAUSE_SECS)));
}

#[test]
fn problems_name_their_fields() {
    let body = json!([
        { "errorCode": "STRING_TOO_LONG", "message": "too large", "fields": ["Subject", "Name"] },
        { "errorCode": "INVALID_FIELD", "message": "\nSELECT Foo\nNo such column 'Foo' on entity 'Case'. If you" },
    ]);
    let CallError::Invalid { problems } = of_part(Effect::Write, 400, &body) else { panic!("not invalid") };
    let seen: Vec<_> = problems.iter().map(|p| (p.field.as_deref(), p.code.as_deref())).collect();
    assert_eq!(
        seen,
        [
            (Some("Subject"), Some("STRING_TOO_LONG")),
            (Some("Name"), Some("STRING_TOO_LONG")),
            (Some("Foo"), Some("INVALID_FIELD"))
        ]
    );
}

#[test]
fn what_is_not_about_the_content_outweighs_the_content() {
    let body = json!([{ "errorCode": "STRING_TOO_LONG", "message": "" }, { "errorCode": "UNABLE_TO_LOCK_ROW", "message": "" }]);
    assert_eq!(arm(&of_part(Effect::Write, 400, &body)), "not applied");
}

#[test]
fn a_collision_names_the_other_record() {
    let value = error(
        "DUPLICATE_VALUE",
        "duplicate value found: Entente_Key__c duplicates value on record with id: 500410000021Zt4",
    );
    assert_eq!(duplicate_of(&of_part(Effect::Write, 400, &value)).map(String::from), Some("500410000021Zt4AAE".into()));
    for spelling in ["duplicateResut", "duplicateResult"] {
        let matched = json!({ "matchResults": [{ "matchRecords": [{ "record": { "Id": "0038M0000016Wv8QAE" } }] }] });
        let body =
            json!([{ "errorCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", spelling: matched }]);
        assert_eq!(
            duplicate_of(&of_part(Effect::Write, 400, &body)).map(String::from),
            Some("0038M0000016Wv8QAE".into())
        );
    }
    let other = error("STRING_TOO_LONG", "on record with id: 500410000021Zt4");
    assert_eq!(duplicate_of(&of_part(Effect::Write, 400, &other)), None);
}

#[test]
fn odd_bodies_are_understood() {
    assert_eq!(arm(&of_part(Effect::Write, 300, &json!(["/services/data/v64.0/sobjects/Case/500"]))), "invalid");
    assert_eq!(arm(&of_part(Effect::Write, 412, &Value::Null)), "stale");
    assert_eq!(arm(&of_part(Effect::Write, 502, &Value::Null)), "ambiguous");
    assert_eq!(arm(&of_part(Effect::Read, 400, &json!({ "errorCode": "NOT_FOUND", "message": "" }))), "gone");
    assert_eq!(
        arm(&of_part(Effect::Read, 400, &json!({ "error": "unsupported", "error_description": "x" }))),
        "invalid"
    );
    assert_eq!(arm(&of_part(Effect::Write, 400, &json!([]))), "broken");
}
