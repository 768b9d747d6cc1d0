//! `query`, `queryAll` and the pages behind their locators.

use std::collections::HashSet;

use http::Method;
use serde_json::json;

use super::super::refusal::{Answered, Refusal};
use super::super::soql::{self, Found};
use super::super::state::State;
use super::super::write::Caller;
use super::answer::Answer;
use super::call::Call;
use super::{Context, wrong_method};

/// Rows on a page unless the caller asks for fewer.
const BATCH_MAX: usize = 2_000;
const BATCH_MIN: usize = 200;

/// The first page.
pub(super) fn first(state: &mut State, context: &Context<'_>, call: &Call, all_rows: bool) -> Answered<Answer> {
    if call.method != Method::GET {
        return Err(wrong_method(call, "GET,HEAD"));
    }
    if let Some(text) = call.get("explain") {
        return explain(state, context, text);
    }
    let text =
        call.get("q").ok_or_else(|| Refusal::new(400, "MALFORMED_QUERY", "A query string has to be specified"))?;
    let result = soql::query(state, &context.caller, text, all_rows)?;
    not_too_many_ids(state, &context.caller, &result)?;
    match result.found {
        Found::Count(count) => Ok(Answer::json(json!({ "totalSize": count, "done": true, "records": [] }))),
        Found::Groups(rows) => Ok(Answer::json(json!({ "totalSize": rows.len(), "done": true, "records": rows }))),
        Found::Rows(places) => {
            let batch = batch(call);
            if places.len() <= batch {
                let records = soql::rows(state, &context.caller, &result.plan, &places);
                return Ok(Answer::json(json!({ "totalSize": places.len(), "done": true, "records": records })));
            }
            let now_ms = context.control.clock().now_ms();
            let name = state.cursors.open(now_ms, result.plan, places, batch);
            page(state, context, &format!("{name}-0"))
        }
    }
}

/// Whoever may not see everything must be checked against each record that an activity is about, and the vendor does
/// that for so many only: https://github.com/singer-io/tap-salesforce/pull/98
fn not_too_many_ids(state: &State, caller: &Caller, result: &soql::Result) -> Answered<()> {
    let object = result.plan.object;
    let name = state.object(object).name.as_str();
    let Found::Rows(places) = &result.found else { return Ok(()) };
    if !matches!(name, "Task" | "Event") || state.rights.object(&caller.user, name).view_all {
        return Ok(());
    }
    let rows = places.iter().filter_map(|place| state.tables[object].row(*place));
    let about = rows.flat_map(|row| ["WhoId", "WhatId"].map(|field| state.get(object, row, field).as_str()));
    let max = state.quota.distinct_ids_max;
    if about.flatten().collect::<HashSet<_>>().len() > max {
        return Err(Refusal::new(400, "OPERATION_TOO_LARGE", format!("exceeded {max} distinct who/what's")));
    }
    Ok(())
}

/// The plan of a query. The sandbox knows one: to look at every row.
fn explain(state: &State, context: &Context<'_>, text: &str) -> Answered<Answer> {
    let result = soql::query(state, &context.caller, text, false)?;
    let n_found = match &result.found {
        Found::Count(count) => *count,
        Found::Groups(rows) => rows.len(),
        Found::Rows(places) => places.len(),
    };
    let (object, n_rows) = (&state.object(result.plan.object).name, state.tables[result.plan.object].len());
    let plan = json!({
        "cardinality": n_found, "fields": [], "leadingOperationType": "TableScan", "notes": [], "relativeCost": 1.0,
        "sobjectCardinality": n_rows, "sobjectType": object,
    });
    Ok(Answer::json(json!({ "plans": [plan], "sourceQuery": text })))
}

fn batch(call: &Call) -> usize {
    let options = call.header("Sforce-Query-Options").unwrap_or_default().replace(' ', "");
    let asked = options.split(',').find_map(|option| option.strip_prefix("batchSize=")?.parse().ok());
    asked.unwrap_or(BATCH_MAX).clamp(BATCH_MIN, BATCH_MAX)
}

/// A further page.
pub(super) fn next(state: &mut State, context: &Context<'_>, call: &Call, locator: &str) -> Answered<Answer> {
    if call.method != Method::GET {
        return Err(wrong_method(call, "GET,HEAD"));
    }
    page(state, context, locator)
}

fn page(state: &State, context: &Context<'_>, locator: &str) -> Answered<Answer> {
    let now_ms = context.control.clock().now_ms();
    let (cursor, offset) = state
        .cursors
        .find(now_ms, locator)
        .ok_or_else(|| Refusal::new(400, "INVALID_QUERY_LOCATOR", "invalid query locator"))?;
    let end = (offset + cursor.batch).min(cursor.places.len());
    let records = soql::rows(state, &context.caller, &cursor.plan, &cursor.places[offset..end]);
    let done = end == cursor.places.len();
    let mut body = json!({ "totalSize": cursor.places.len(), "done": done });
    if !done {
        let version = &context.caller.version;
        body["nextRecordsUrl"] = json!(format!("/services/data/{version}/query/{}", cursor.locator(end)));
    }
    body["records"] = json!(records);
    Ok(Answer::json(body))
}
