//! `/composite` and `/composite/graph`: several calls in one, which may refer to each other.

use std::collections::HashSet;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::refusal::{Answered, Refusal};
use super::super::state::State;
use super::answer::Answer;
use super::call::{Call, Payload};
use super::references::{self, Bodies};
use super::{Context, with_headers, wrong_method};
use crate::control::fault::{self, SideEffect};

const PARTS_MAX: usize = 25;
/// Of them queries and collections.
const QUERIES_MAX: usize = 5;
const GRAPHS_MAX: usize = 75;
const NODES_MAX: usize = 500;

/// One part as it was sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    method: String,
    url: String,
    reference_id: String,
    #[serde(default)]
    http_headers: Map<String, Value>,
    body: Option<Value>,
}

/// `POST V/composite`.
pub(super) fn composite(state: &mut State, context: &Context<'_>, call: &Call) -> Answered<Answer> {
    if call.method != Method::POST {
        return Err(wrong_method(call, "POST"));
    }
    let body = call.record()?;
    let parts = parts(body.get("compositeRequest"))?;
    if parts.len() > PARTS_MAX {
        return Err(invalid(format!("Limit of {PARTS_MAX} operations has been exceeded")));
    }
    let queries =
        parts.iter().filter(|part| part.url.contains("/query") || part.url.contains("/composite/sobjects")).count();
    if queries > QUERIES_MAX {
        return Err(invalid(format!(
            "Cannot have more than {QUERIES_MAX} query, queryAll or sObject collection operations"
        )));
    }
    let all_or_none = body.get("allOrNone").and_then(Value::as_bool).unwrap_or(false);
    let answers = run(state, context, &parts, all_or_none).0;
    Ok(Answer::json(json!({ "compositeResponse": answers })))
}

fn invalid(message: String) -> Refusal {
    Refusal::new(400, "INVALID_INPUT", message)
}

/// Reads and checks the parts.
fn parts(written: Option<&Value>) -> Answered<Vec<Part>> {
    let written = written.ok_or_else(|| invalid("compositeRequest is required".to_owned()))?;
    let parts: Vec<Part> = Deserialize::deserialize(written).map_err(|error| Refusal::json(error.to_string()))?;
    let mut seen = HashSet::new();
    for part in &parts {
        let id = &part.reference_id;
        let sound = id.starts_with(|c: char| c.is_ascii_alphanumeric())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !sound {
            return Err(invalid(format!(
                "Provided referenceId ('{id}') must start with a letter or a number, and it can only contain letters, numbers and underscores ('_')."
            )));
        }
        if !seen.insert(id) {
            return Err(invalid(format!("referenceId '{id}' is used more than once")));
        }
        let fixed = ["accept", "authorization", "content-type"];
        if let Some(name) = part.http_headers.keys().find(|name| fixed.contains(&name.to_ascii_lowercase().as_str())) {
            return Err(invalid(format!("The header '{name}' is not allowed in a subrequest")));
        }
    }
    Ok(parts)
}

/// Answers every part in order; tells whether all of them succeeded.
fn run(state: &mut State, context: &Context<'_>, parts: &[Part], all_or_none: bool) -> (Vec<Value>, bool) {
    let before_all = state.savepoint();
    let mut bodies = Bodies::new();
    let mut answers = Vec::with_capacity(parts.len());
    let mut failed_at = None;
    for (at, part) in parts.iter().enumerate() {
        let answer = one(state, context, part, &bodies);
        if answer.is_error() {
            failed_at = failed_at.or(Some(at));
        }
        let succeeded = !answer.is_error();
        let shown = show(answer, &part.reference_id);
        if succeeded {
            bodies.insert(part.reference_id.clone(), shown["body"].clone());
        }
        answers.push(shown);
        if all_or_none && failed_at.is_some() {
            break;
        }
    }
    if let Some(failed_at) = failed_at.filter(|_| all_or_none) {
        state.roll_back(before_all);
        halt_others(parts, &mut answers, failed_at);
    }
    (answers, failed_at.is_none())
}

fn show(answer: Answer, reference_id: &str) -> Value {
    let headers: Map<String, Value> =
        answer.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let status = answer.status;
    json!({ "body": answer.into_json(), "httpHeaders": headers, "httpStatusCode": status, "referenceId": reference_id })
}

/// What was done is undone, and what was not yet done is not done.
fn halt_others(parts: &[Part], answers: &mut Vec<Value>, failed_at: usize) {
    let message = "The transaction was rolled back since another operation in the same transaction failed.";
    let halted = Refusal::new(400, "PROCESSING_HALTED", message);
    let failed = answers.swap_remove(failed_at);
    *answers = parts.iter().map(|part| show(Answer::refused(&halted), &part.reference_id)).collect();
    answers[failed_at] = failed;
}

fn one(state: &mut State, context: &Context<'_>, part: &Part, bodies: &Bodies) -> Answer {
    let call = match prepare(part, bodies) {
        Ok(call) => call,
        Err(refusal) => return Answer::refused(&refusal),
    };
    let route = format!("/services/data/{}/{}", context.caller.version, call.path.join("/"));
    let text = part.body.as_ref().map(Value::to_string).unwrap_or_default();
    let drawn = fault::Call {
        method: call.method.as_str(),
        route: &route,
        path: &route,
        body: text.as_bytes(),
        in_composite: true,
    };
    match context.control.draw_fault(&drawn) {
        None => answer(state, context, &call),
        Some(fault) => {
            if fault.side_effect == SideEffect::Committed {
                answer(state, context, &call);
            }
            let said =
                fault.body.clone().or_else(|| serde_json::from_str(&context.control.vendor_error(fault.status())).ok());
            Answer::json(said.unwrap_or_default()).with(fault.status)
        }
    }
}

fn answer(state: &mut State, context: &Context<'_>, call: &Call) -> Answer {
    let nested = matches!(call.path.first().map(String::as_str), Some("limits" | "search" | "parameterizedSearch"))
        || (call.path.len() == 1 && call.path[0] == "composite");
    if nested {
        return Answer::refused(&invalid("This resource can't be used in a composite request".to_owned()));
    }
    let caller = with_headers(context.caller.clone(), &call.headers);
    let inner = Context { control: context.control, caller, in_composite: true };
    super::answer(state, &inner, call)
}

fn prepare(part: &Part, bodies: &Bodies) -> Answered<Call> {
    let url = references::in_text(&part.url, bodies)?;
    let body = part.body.as_ref().map(|body| references::in_value(body, bodies)).transpose()?;
    let method = Method::try_from(part.method.to_ascii_uppercase().as_str())
        .map_err(|_| invalid(format!("Invalid method {}", part.method)))?;
    if !url.starts_with("/services/data/v") {
        return Err(invalid(format!("Invalid URL {url}: it must start with /services/data/vXX.X/")));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in &part.http_headers {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    Ok(Call::new(method, &url, headers, body.map_or(Payload::None, Payload::Json)))
}

/// `POST V/composite/graph`: each graph stands or falls as a whole.
pub(super) fn graph(state: &mut State, context: &Context<'_>, call: &Call) -> Answered<Answer> {
    if call.method != Method::POST {
        return Err(wrong_method(call, "POST"));
    }
    let graphs = call.record()?.get("graphs").and_then(Value::as_array).cloned().unwrap_or_default();
    if graphs.is_empty() || graphs.len() > GRAPHS_MAX {
        return Err(invalid(format!("Number of graphs must be between 1 and {GRAPHS_MAX}")));
    }
    let mut read = Vec::with_capacity(graphs.len());
    for graph in &graphs {
        read.push((graph["graphId"].clone(), parts(graph.get("compositeRequest"))?));
    }
    if read.iter().map(|(_, parts)| parts.len()).sum::<usize>() > NODES_MAX {
        return Err(invalid(format!("Graph operation exceeds the limit of {NODES_MAX} nodes")));
    }
    let answered = read.into_iter().map(|(id, parts)| {
        let (answers, successful) = run(state, context, &parts, true);
        json!({ "graphId": id, "graphResponse": { "compositeResponse": answers }, "isSuccessful": successful })
    });
    let answered: Vec<Value> = answered.collect();
    Ok(Answer::json(json!({ "graphs": answered })))
}
