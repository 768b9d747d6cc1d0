//! What a refusal means: the vendor's codes, sorted by what the caller can do. One table, for whole answers, for
//! composite parts and for single rows alike.
//!
//! <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm>

use std::time::Duration;

use entente_transport::{Answer, CallError, CallProblem, Effect, Scope};
use serde_json::Value;

use crate::RecordId;
use crate::limits::{
    APEX_LIMIT_PAUSE_SECS, CONCURRENT_LIMIT_PAUSE_SECS, DAILY_LIMIT_PAUSE_SECS, MAINTENANCE_PAUSE_SECS,
};

/// What a code asks of the caller. What stands in no row is a refusal of the content.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The session is over.
    Auth,
    /// A right or a switch of the org is missing.
    Denied,
    /// A request limit: daily or of the moment, told apart by the text.
    Limit,
    /// A limit of the org's own code.
    ApexLimit,
    /// Closed for maintenance, or read-only.
    Maintenance,
    /// Not there any more.
    Gone,
    /// The target is not there, or a lookup names nothing: told apart by place.
    Reference,
    /// Another writer holds the row, or a sibling's failure undid it: surely not applied.
    NotApplied,
    /// The org failed half-way, perhaps after the write.
    Lost,
    /// Start over from a fresh read.
    Stale,
    /// A defect of ours.
    Broken,
    /// A trigger's own words, which may wrap a lock.
    Trigger,
}

const TABLE: [(&str, Kind); 36] = [
    ("INVALID_SESSION_ID", Kind::Auth),
    ("INVALID_AUTH_HEADER", Kind::Auth),
    ("API_DISABLED_FOR_ORG", Kind::Denied),
    ("API_CURRENTLY_DISABLED", Kind::Denied),
    ("FUNCTIONALITY_NOT_ENABLED", Kind::Denied),
    ("INSUFFICIENT_ACCESS", Kind::Denied),
    ("INSUFFICIENT_ACCESS_OR_READONLY", Kind::Denied),
    ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", Kind::Denied),
    ("ENTITY_IS_LOCKED", Kind::Denied),
    ("STORAGE_LIMIT_EXCEEDED", Kind::Denied),
    ("REQUEST_LIMIT_EXCEEDED", Kind::Limit),
    ("LIMIT_EXCEEDED", Kind::ApexLimit),
    ("TOO_MANY_APEX_REQUESTS", Kind::ApexLimit),
    ("ORG_LOCKED", Kind::Maintenance),
    ("ORG_IN_MAINTENANCE", Kind::Maintenance),
    ("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", Kind::Maintenance),
    ("NOT_FOUND", Kind::Gone),
    ("ENTITY_IS_DELETED", Kind::Gone),
    ("INVALID_CROSS_REFERENCE_KEY", Kind::Reference),
    ("UNABLE_TO_LOCK_ROW", Kind::NotApplied),
    ("ALL_OR_NONE_OPERATION_ROLLED_BACK", Kind::NotApplied),
    ("PROCESSING_HALTED", Kind::NotApplied),
    ("BATCH_PROCESSING_HALTED", Kind::NotApplied),
    ("SERVER_UNAVAILABLE", Kind::Lost),
    ("INTERNAL_ERROR", Kind::Lost),
    ("UNKNOWN_EXCEPTION", Kind::Lost),
    ("QUERY_TIMEOUT", Kind::Lost),
    ("REQUEST_RUNNING_TOO_LONG", Kind::Lost),
    ("TXN_SECURITY_METERING_ERROR", Kind::Lost),
    ("INVALID_QUERY_LOCATOR", Kind::Stale),
    ("PRECONDITION_FAILED", Kind::Stale),
    ("CONDITIONAL_REQUEST_FAILED", Kind::Stale),
    ("METHOD_NOT_ALLOWED", Kind::Broken),
    ("UNSUPPORTED_MEDIA_TYPE", Kind::Broken),
    ("UNSUPPORTED_API_VERSION", Kind::Broken),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", Kind::Trigger),
];

/// Where a refusal was found, which decides what "failed half-way" means.
#[derive(Clone, Copy)]
struct Place {
    status: Option<u16>,
    effect: Effect,
    after: Option<Duration>,
}

/// One entry of an error body.
struct Said {
    code: String,
    message: String,
    fields: Vec<String>,
}

/// The meaning of a whole answer that is no success.
pub(crate) fn of_answer(answer: &Answer) -> CallError {
    let place = Place { status: Some(answer.status.as_u16()), effect: answer.effect, after: answer.retry_after() };
    let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    of_body(place, &body).unwrap_or_else(|| of_status(answer))
}

/// The meaning of a composite part with this status and body.
pub(crate) fn of_part(effect: Effect, status: u16, body: &Value) -> CallError {
    let place = Place { status: Some(status), effect, after: None };
    let wordless = || match status {
        412 => CallError::Stale { reason: "the record was changed after it was read".into() },
        404 => CallError::Gone { reason: "the record is not there".into() },
        500.. => CallError::lost(effect, None, format!("the part answered {status} without saying why")),
        _ => CallError::Broken { reason: format!("the part answered {status} without saying why") },
    };
    of_body(place, body).unwrap_or_else(wordless)
}

/// The meaning of a row's `errors` in a collections answer. The row surely was not saved.
pub(crate) fn of_row(errors: &Value) -> CallError {
    let place = Place { status: None, effect: Effect::Read, after: None };
    of_body(place, errors)
        .unwrap_or_else(|| CallError::Broken { reason: "the row was refused without saying why".into() })
}

/// The record that a write collided with, where the refusal names it: a unique value that it already has, or a match
/// of the org's duplicate rules.
pub fn duplicate_of(error: &CallError) -> Option<RecordId> {
    let CallError::Invalid { problems } = error else { return None };
    let of_duplicate = |code: &str| matches!(code, "DUPLICATE_VALUE" | "DUPLICATES_DETECTED");
    let problem = problems.iter().find(|problem| problem.code.as_deref().is_some_and(of_duplicate))?;
    let (_, rest) = problem.message.rsplit_once(ID_MARK)?;
    RecordId::parse(rest.trim().trim_end_matches('.')).ok()
}

/// What stands before the id in `duplicate value found: F duplicates value on record with id: 500…`.
const ID_MARK: &str = "with id:";

fn of_body(place: Place, body: &Value) -> Option<CallError> {
    // 300: an upsert's key fits several records; the body lists their URLs.
    if place.status == Some(300) {
        return Some(invalid(vec![Said {
            code: "DUPLICATE_EXTERNAL_ID".into(),
            message: "more than one record has this external id; make the field unique or mend the records".into(),
            fields: Vec::new(),
        }]));
    }
    let said = read(body);
    // The most telling entry decides: anything that is not about the content outweighs the content.
    let told = said.iter().find_map(|entry| kind(&entry.code).map(|kind| (kind, entry)));
    match told {
        Some((kind, entry)) => Some(meaning(place, kind, entry).unwrap_or_else(|| invalid(said))),
        None if said.is_empty() => None,
        None if place.status.is_some_and(|status| status >= 500) => {
            Some(CallError::lost(place.effect, place.after, sentence(&said[0])))
        }
        None => Some(match place.status {
            Some(401) => CallError::Auth { reason: sentence(&said[0]) },
            Some(403) => CallError::Denied { reason: sentence(&said[0]) },
            Some(404) => CallError::Gone { reason: sentence(&said[0]) },
            Some(409 | 412) => CallError::Stale { reason: sentence(&said[0]) },
            _ => invalid(said),
        }),
    }
}

fn kind(code: &str) -> Option<Kind> {
    TABLE.iter().find(|(known, _)| *known == code).map(|(_, kind)| *kind)
}

fn meaning(place: Place, kind: Kind, said: &Said) -> Option<CallError> {
    let reason = sentence(said);
    let throttled = |seconds| CallError::Throttled {
        after: place.after.unwrap_or(Duration::from_secs(seconds)),
        scope: Scope::Connection,
        reason: reason.clone(),
    };
    Some(match kind {
        Kind::Auth => CallError::Auth { reason },
        Kind::Denied => CallError::Denied { reason },
        Kind::Limit if said.message.contains("Concurrent") => throttled(CONCURRENT_LIMIT_PAUSE_SECS),
        Kind::Limit => throttled(DAILY_LIMIT_PAUSE_SECS),
        Kind::ApexLimit => throttled(APEX_LIMIT_PAUSE_SECS),
        Kind::Maintenance => throttled(MAINTENANCE_PAUSE_SECS),
        Kind::Gone => CallError::Gone { reason },
        // A row's own target has no field to blame; a lookup's has, or names what it stands for before the colon.
        Kind::Reference if place.status == Some(404) => CallError::Gone { reason },
        Kind::Reference
            if place.status.is_none() && said.fields.is_empty() && said.message == "invalid cross reference id" =>
        {
            CallError::Gone { reason }
        }
        Kind::Reference => return None,
        Kind::NotApplied => CallError::NotApplied { after: place.after, reason },
        Kind::Lost => CallError::lost(place.effect, place.after, reason),
        Kind::Stale => CallError::Stale { reason },
        Kind::Broken => CallError::Broken { reason },
        Kind::Trigger if said.message.contains("UNABLE_TO_LOCK_ROW") => {
            CallError::NotApplied { after: place.after, reason }
        }
        Kind::Trigger => return None,
    })
}

/// An answer without a body that we can read: HTML of the vendor's edge, an empty 5xx, a proxy's word.
fn of_status(answer: &Answer) -> CallError {
    let reason = format!("Salesforce answered {} to {} without saying why", answer.status.as_u16(), answer.route);
    match answer.status.as_u16() {
        // 420 and 406 come from the edge, before or after the org: no route to the host, or overload.
        406 | 420 => CallError::lost(answer.effect, answer.retry_after(), reason),
        404 | 410 if answer.effect == Effect::Read => CallError::Gone { reason },
        405 | 410 | 411 | 414 | 415 | 428 | 431 => CallError::Broken { reason },
        _ => CallError::from_status(answer, reason),
    }
}

/// The entries of an error body: an array as a rule, a bare object at a few endpoints and for OAuth.
fn read(body: &Value) -> Vec<Said> {
    match body {
        Value::Array(entries) => entries.iter().filter_map(entry).collect(),
        Value::Object(_) => entry(body).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn entry(value: &Value) -> Option<Said> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    // Top-level errors say `errorCode`, rows of a collection `statusCode`, OAuth `error`.
    let code = text("errorCode").or_else(|| text("statusCode")).or_else(|| text("error"))?;
    let message = text("message").or_else(|| text("error_description")).unwrap_or_default();
    let fields = value.get("fields").and_then(Value::as_array);
    let fields = fields.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let message = match matched_record(value) {
        Some(id) => format!("{message} The match is the record {ID_MARK} {id}"),
        None => message,
    };
    Some(Said { code, message: message.trim().to_owned(), fields })
}

/// The first record that a duplicate rule matched. The vendor spells the key `duplicateResut`; both spellings are read.
fn matched_record(value: &Value) -> Option<&str> {
    let result = value.get("duplicateResut").or_else(|| value.get("duplicateResult"))?;
    result.pointer("/matchResults/0/matchRecords/0/record/Id")?.as_str()
}

fn invalid(said: Vec<Said>) -> CallError {
    CallError::Invalid { problems: said.into_iter().flat_map(problems).collect() }
}

/// One problem per field that the entry names, so that each can be shown where it belongs.
fn problems(said: Said) -> Vec<CallProblem> {
    let fields = if said.fields.is_empty() {
        vec![missing_column(&said.message)]
    } else {
        said.fields.into_iter().map(Some).collect()
    };
    let problem = |field| CallProblem { field, code: Some(said.code.clone()), message: said.message.clone() };
    fields.into_iter().map(problem).collect()
}

/// The column in `No such column 'Foo' on entity 'Case'`: the org's schema moved, and this is where.
fn missing_column(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("No such column '")?;
    rest.split_once('\'').map(|(column, _)| column.to_owned())
}

fn sentence(said: &Said) -> String {
    if said.message.is_empty() { said.code.clone() } else { format!("{} ({})", said.message, said.code) }
}

#[cfg(test)]
mod tests;
