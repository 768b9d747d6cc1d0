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

/// Records that are told as seen unless the caller wants fewer.
const RECENT_MAX: usize = 100;

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
            Ok(Answer::json(
                json!({ "objectDescribe": basic, "recentItems": seen(state, context, Some(object), RECENT_MAX) }),
            ))
        }
        Method::POST => records::create(state, context, call, object),
        _ => Err(wrong_method(call, "GET,HEAD,POST")),
    }
}

/// `GET V/recent?limit=`.
pub(super) fn recent(state: &State, context: &Context<'_>, call: &Call) -> Answered<Answer> {
    if call.method != Method::GET {
        return Err(wrong_method(call, "GET,HEAD"));
    }
    let limit = call.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(RECENT_MAX);
    Ok(Answer::json(Value::Array(seen(state, context, None, limit))))
}

/// What the caller saw last, with its name; of one object or of all.
fn seen(state: &State, context: &Context<'_>, of: Option<usize>, limit: usize) -> Vec<Value> {
    let shown = state.recent.of(&context.caller.user).filter_map(|id| {
        let (object, row) = state.row(id).filter(|(object, row)| !state.is_deleted(*object, row))?;
        let described = state.object(object);
        let name = described.fields.iter().find(|field| field.name_field)?;
        let url = format!("/services/data/{}/sobjects/{}/{id}", context.caller.version, described.name);
        let mut shown = json!({ "attributes": { "type": described.name, "url": url }, "Id": &**id });
        shown[&name.name] = state.get(object, row, &name.name).to_wire(name.kind);
        of.is_none_or(|wanted| wanted == object).then_some(shown)
    });
    shown.take(limit).collect()
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
