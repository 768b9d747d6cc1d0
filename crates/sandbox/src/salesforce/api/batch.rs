//! `/composite/batch`: several calls in one, each for itself.

use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::answer::Answer;
use super::call::{Call, Payload};
use super::{Context, answer, wrong_method};

const PARTS_MAX: usize = 25;

pub(super) fn batch(state: &mut State, context: &Context<'_>, call: &Call) -> Answered<Answer> {
    if call.method != Method::POST {
        return Err(wrong_method(call, "POST"));
    }
    let body = call.record()?;
    let parts = body.get("batchRequests").and_then(Value::as_array);
    let parts = parts.ok_or_else(|| Refusal::new(400, "INVALID_INPUT", "batchRequests is required"))?;
    if parts.len() > PARTS_MAX {
        return Err(Refusal::new(400, "LIMIT_EXCEEDED", format!("Limit of {PARTS_MAX} operations has been exceeded")));
    }
    let halts = body.get("haltOnError").and_then(Value::as_bool).unwrap_or(false);
    let mut has_errors = false;
    let mut results = Vec::with_capacity(parts.len());
    for part in parts {
        // Unlike the parts of /composite, each of these counts as a call.
        let answered = match state.quota.take(context.control.clock().now_ms()) {
            _ if has_errors && halts => halted(),
            Ok(()) => one(state, context, part),
            Err(refusal) => Answer::refused(&refusal),
        };
        has_errors |= answered.is_error();
        results.push(json!({ "statusCode": answered.status, "result": answered.into_json() }));
    }
    Ok(Answer::json(json!({ "hasErrors": has_errors, "results": results })))
}

fn halted() -> Answer {
    Answer::refused(&Refusal::new(412, "BATCH_PROCESSING_HALTED", "Batch processing halted per request"))
}

fn one(state: &mut State, context: &Context<'_>, part: &Value) -> Answer {
    let method = part["method"].as_str().and_then(|method| Method::try_from(method.to_ascii_uppercase().as_str()).ok());
    let (Some(method), Some(url)) = (method, part["url"].as_str()) else {
        return Answer::refused(&Refusal::new(400, "INVALID_INPUT", "method and url are required"));
    };
    let url = url.trim_start_matches('/').trim_start_matches("services/data/");
    let payload = part
        .get("richInput")
        .filter(|input| !input.is_null())
        .map_or(Payload::None, |input| Payload::Json(input.clone()));
    let call = Call::new(method, &format!("/services/data/{url}"), HeaderMap::new(), payload);
    let inner = Context { control: context.control, caller: context.caller.clone(), in_composite: true };
    answer(state, &inner, &call)
}
