//! The resources that tell what there is: versions, the root, objects and their describes.

use axum::Json;
use http::Method;
use serde_json::{Value, json};

use super::super::describe;
use super::super::refusal::Answered;
use super::super::state::State;
use super::answer::Answer;
use super::call::Call;
use super::condition::not_modified;
use super::{Context, VERSIONS, http_date, object as object_at, records, wrong_method};

/// `GET /services/data`, which needs no token.
pub(super) async fn versions() -> Json<Value> {
    let seasons = ["Winter", "Spring", "Summer"];
    let listed = VERSIONS.map(|version| {
        // v29 was Winter '14; three releases a year, and Winter belongs to the year that follows.
        let since = version - 29;
        let season = seasons[(since % 3) as usize];
        let label = format!("{season} '{}", 14 + since / 3);
        json!({ "label": label, "url": format!("/services/data/v{version}.0"), "version": format!("{version}.0") })
    });
    Json(Value::Array(listed.collect()))
}

/// `GET V`.
pub(super) fn root(context: &Context<'_>) -> Answer {
    let base = format!("/services/data/{}", context.caller.version);
    let at = |name: &str| format!("{base}/{name}");
    let user = &context.caller.user;
    Answer::json(json!({
        "sobjects": at("sobjects"),
        "query": at("query"),
        "queryAll": at("queryAll"),
        "search": at("search"),
        "parameterizedSearch": at("parameterizedSearch"),
        "composite": at("composite"),
        "limits": at("limits"),
        "recent": at("recent"),
        "identity": format!("{}/id/{}/{user}", context.control.base_url(), super::super::id::make("00D", 1)),
    }))
}

/// `GET V/sobjects`.
pub(super) fn global(state: &State, context: &Context<'_>, call: &Call) -> Answered<Answer> {
    if call.method != Method::GET {
        return Err(wrong_method(call, "GET,HEAD"));
    }
    if let Some(answer) = not_modified(call, state.schema_changed_ms) {
        return Ok(answer);
    }
    let body = describe::global(state, &context.caller);
    Ok(Answer::json(body).header("Last-Modified", http_date(state.schema_changed_ms)))
}

/// `V/sobjects/Case`: basic facts, or a new record.
pub(super) fn object(state: &mut State, context: &Context<'_>, call: &Call, name: &str) -> Answered<Answer> {
    let object = object_at(state, context, name)?;
    match call.method {
        Method::GET => {
            let basic = describe::basic(state, &context.caller, object);
            Ok(Answer::json(json!({ "objectDescribe": basic, "recentItems": [] })))
        }
        Method::POST => records::create(state, context, call, object),
        _ => Err(wrong_method(call, "GET,HEAD,POST")),
    }
}

/// `GET V/sobjects/Case/describe`.
pub(super) fn describe(state: &State, context: &Context<'_>, call: &Call, name: &str) -> Answered<Answer> {
    if call.method != Method::GET {
        return Err(wrong_method(call, "GET,HEAD"));
    }
    let object = object_at(state, context, name)?;
    if let Some(answer) = not_modified(call, state.schema_changed_ms) {
        return Ok(answer);
    }
    let body = describe::object(state, &context.caller, object);
    Ok(Answer::json(body).header("Last-Modified", http_date(state.schema_changed_ms)))
}
