//! `updated` and `deleted`: which records changed between two minutes.
//!
//! Vendor page: REST API Developer Guide, "sObject Get Updated" and "sObject Get Deleted".

use http::Method;
use serde_json::json;

use super::super::cell::{parse_stamp, stamp};
use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::answer::Answer;
use super::call::Call;
use super::{Context, object, wrong_method};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// How far back updates are known.
const UPDATED_DAYS: i64 = 30;
/// How far back deletions are known.
const DELETED_DAYS: i64 = 15;

/// `GET V/sobjects/Case/updated/?start=..&end=..`
pub(super) fn updated(state: &mut State, context: &Context<'_>, call: &Call, name: &str) -> Answered<Answer> {
    let object = object(state, context, name)?;
    let span = span(context, call, UPDATED_DAYS)?;
    let table = &state.tables[object];
    let living = table
        .stamped(span.from_ms, span.to_ms - 1)
        .filter_map(|place| table.row(place))
        .filter(|row| !state.is_deleted(object, row));
    let ids: Vec<&str> = living.map(|row| &*row.id).collect();
    Ok(Answer::json(json!({ "ids": ids, "latestDateCovered": stamp(span.covered_ms) })))
}

/// `GET V/sobjects/Case/deleted/?start=..&end=..`
pub(super) fn deleted(state: &mut State, context: &Context<'_>, call: &Call, name: &str) -> Answered<Answer> {
    let object = object(state, context, name)?;
    let span = span(context, call, DELETED_DAYS)?;
    let table = &state.tables[object];
    let gone = table
        .stamped(span.from_ms, span.to_ms - 1)
        .filter_map(|place| table.row(place))
        .filter(|row| state.is_deleted(object, row));
    let records = gone.map(|row| {
        let at_ms = state.get(object, row, "SystemModstamp").as_ms().unwrap_or_default();
        json!({ "id": &*row.id, "deletedDate": stamp(at_ms) })
    });
    let records: Vec<_> = records.collect();
    let earliest_ms = context.control.clock().now_ms() - DELETED_DAYS * DAY_MS;
    Ok(Answer::json(json!({
        "deletedRecords": records,
        "earliestDateAvailable": stamp(earliest_ms - earliest_ms.rem_euclid(MINUTE_MS)),
        "latestDateCovered": stamp(span.covered_ms),
    })))
}

struct Span {
    from_ms: i64,
    to_ms: i64,
    /// The safe restart point: before the oldest transaction that is still open.
    covered_ms: i64,
}

fn span(context: &Context<'_>, call: &Call, days_max: i64) -> Answered<Span> {
    if call.method != Method::GET {
        return Err(wrong_method(call, "GET,HEAD"));
    }
    let time = |name: &str| {
        let text =
            call.get(name).ok_or_else(|| Refusal::new(400, "MISSING_ARGUMENT", format!("{name} is required")))?;
        // A plus that was not percent-encoded arrives as a blank.
        let ms =
            parse_stamp(&text.replace(' ', "+")).ok_or_else(|| invalid(format!("{name} is not a datetime: {text}")))?;
        // Seconds are ignored.
        Ok(ms - ms.rem_euclid(MINUTE_MS))
    };
    let (from_ms, to_ms) = (time("start")?, time("end")?);
    let now_ms = context.control.clock().now_ms();
    if to_ms - from_ms < MINUTE_MS {
        return Err(invalid("startDate must be at least one minute greater than endDate".to_owned()));
    }
    if from_ms < now_ms - days_max * DAY_MS {
        return Err(invalid(format!("startDate cannot be more than {days_max} days ago")));
    }
    if from_ms > now_ms {
        return Err(invalid("startDate cannot be in the future".to_owned()));
    }
    let open_ms = context.control.oldest_late_call_ms().unwrap_or(i64::MAX);
    let covered_ms = to_ms.min(now_ms).min(open_ms);
    Ok(Span { from_ms, to_ms, covered_ms: covered_ms - covered_ms.rem_euclid(MINUTE_MS) })
}

fn invalid(message: String) -> Refusal {
    Refusal::new(400, "INVALID_REPLICATION_DATE", message)
}
