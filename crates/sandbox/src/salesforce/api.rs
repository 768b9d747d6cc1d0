//! The data API under `/services/data`.
//!
//! Every route leads to [`serve`], which lets the caller in, reads the body and hands a [`Call`] to [`dispatch`] under
//! the org's one lock. Composite calls hand their parts to the same `dispatch`, so a part is answered exactly as a call.

mod answer;
mod batch;
mod blob;
mod call;
mod collections;
mod composite;
mod condition;
mod limits;
mod query;
mod records;
mod references;
mod replication;
mod resources;
mod search;
mod tree;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{any, get};
use http::{HeaderMap, Method, header};

use super::Org;
use super::refusal::{Answered, Refusal};
use super::state::State as Memory;
use super::write::Caller;
use crate::control::{BackDated, Control, RouteName};
use answer::Answer;
use call::Call;

pub(super) use answer::http_date;

/// API versions that are answered: from the oldest that the vendor has not retired.
const VERSIONS: std::ops::RangeInclusive<u32> = 31..=66;

/// Versions that the vendor has retired.
const RETIRED: std::ops::RangeInclusive<u32> = 7..=30;

/// Methods and routes, spelled out so that calls are counted under them. HEAD goes wherever GET goes.
pub(super) const ROUTES: &[(&str, &str)] = &[
    ("GET", ""),
    ("GET", "/sobjects"),
    ("GET POST", "/sobjects/{object}"),
    ("GET", "/sobjects/{object}/describe"),
    ("GET", "/sobjects/{object}/updated"),
    ("GET", "/sobjects/{object}/deleted"),
    ("GET PATCH DELETE", "/sobjects/{object}/{id}"),
    ("GET PATCH DELETE", "/sobjects/{object}/{id}/{field}"),
    ("GET", "/query"),
    ("GET", "/query/{locator}"),
    ("GET", "/queryAll"),
    ("GET", "/queryAll/{locator}"),
    ("GET", "/search"),
    ("GET POST", "/parameterizedSearch"),
    ("POST", "/composite"),
    ("POST", "/composite/batch"),
    ("POST", "/composite/graph"),
    ("POST PATCH DELETE", "/composite/sobjects"),
    ("GET POST", "/composite/sobjects/{object}"),
    ("PATCH", "/composite/sobjects/{object}/{key}"),
    ("POST", "/composite/tree/{object}"),
    ("GET", "/limits"),
    ("GET", "/limits/recordCount"),
    ("GET", "/recent"),
];

/// Where the routes of a version stand.
pub(super) const VERSION: &str = "/services/data/{version}";

pub(super) fn routes() -> Router<Arc<Org>> {
    let mut router = Router::new()
        .route("/services/data", get(resources::versions))
        .route("/services/data/", get(resources::versions));
    for (_, route) in ROUTES {
        let path = format!("{VERSION}{route}");
        // Client libraries differ about the slash at the end; the vendor does not mind.
        router = router.route(&format!("{path}/"), any(serve)).route(&path, any(serve));
    }
    router.fallback(no_route)
}

async fn no_route() -> Response {
    Answer::refused(&Refusal::not_found()).into_response(None, false)
}

/// What a call needs beside the org's memory.
pub(super) struct Context<'a> {
    control: &'a Control,
    caller: Caller,
    /// Whether this is a part of a composite call.
    in_composite: bool,
}

async fn serve(State(org): State<Arc<Org>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let pretty = parts.headers.get("X-PrettyPrint").is_some_and(|value| value == "1");
    let route = parts.extensions.get::<RouteName>().cloned();
    let now_ms = parts.extensions.get::<BackDated>().map_or_else(|| org.control.clock().now_ms(), |dated| dated.at_ms);
    let version = parts.uri.path().split('/').nth(3).unwrap_or_default();
    let letting_in = admit(&org, bearer(&parts.headers), version, now_ms, route)
        .map(|(caller, usage)| (with_headers(caller, &parts.headers), usage));
    let (caller, usage) = match letting_in {
        Ok(let_in) => let_in,
        Err(refusal) => return Answer::refused(&refusal).into_response(None, pretty),
    };
    let answer = match Call::read(&parts, body).await {
        Ok(call) => {
            let mut state = org.state.lock();
            let context = Context { control: &org.control, caller, in_composite: false };
            let answer = answer(&mut state, &context, &call);
            state.commit(&org.control);
            answer
        }
        Err(refusal) => Answer::refused(&refusal),
    };
    answer.into_response(Some(usage), pretty)
}

/// The token of an `Authorization` header.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    ["Bearer ", "OAuth ", "bearer "].iter().find_map(|scheme| value.strip_prefix(scheme)).map(str::trim)
}

/// Checks version and token, and counts the call against the day's limit: the caller, and how many calls there were.
pub(super) fn admit(
    org: &Org,
    token: Option<&str>,
    version: &str,
    now_ms: i64,
    route: Option<RouteName>,
) -> Answered<(Caller, String)> {
    let number =
        version.strip_prefix('v').and_then(|number| number.strip_suffix(".0")).and_then(|number| number.parse().ok());
    match number {
        Some(number) if VERSIONS.contains(&number) => {}
        Some(number) if RETIRED.contains(&number) => {
            let message = format!("API version {number}.0 is retired and no longer supported.");
            return Err(Refusal::new(410, "UNSUPPORTED_API_VERSION", message));
        }
        _ => return Err(Refusal::not_found()),
    }
    let mut state = org.state.lock();
    let expired = || Refusal::new(401, "INVALID_SESSION_ID", "Session expired or invalid");
    let token = token.ok_or_else(expired)?;
    let user = state
        .sessions
        .find(token, org.control.clock().now_ms())
        .map(|session| session.user.clone())
        .ok_or_else(expired)?;
    if !state.rights.may_use_api(&user) {
        return Err(Refusal::new(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization"));
    }
    state.quota.take(org.control.clock().now_ms())?;
    let username =
        state.row(&user).and_then(|(object, row)| state.get(object, row, "Username").as_str().map(str::to_owned));
    let caller = Caller {
        username: username.unwrap_or_default(),
        user,
        stamp_ms: now_ms - now_ms.rem_euclid(1_000),
        route: route.map_or_else(String::new, |RouteName(name)| name.to_string()),
        version: version.to_owned(),
        auto_assign: true,
        allow_duplicates: false,
    };
    Ok((caller, state.quota.usage()))
}

/// The caller as a call's or a part's own headers make it.
fn with_headers(caller: Caller, headers: &HeaderMap) -> Caller {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let auto_assign =
        text("Sforce-Auto-Assign").map_or(caller.auto_assign, |value| !value.eq_ignore_ascii_case("false"));
    let allow_duplicates = text("Sforce-Duplicate-Rule-Header").map_or(caller.allow_duplicates, |value| {
        value.replace(' ', "").to_ascii_lowercase().contains("allowsave=true")
    });
    Caller { auto_assign, allow_duplicates, ..caller }
}

/// Answers one call or part; a refused one has changed nothing.
fn answer(state: &mut Memory, context: &Context<'_>, call: &Call) -> Answer {
    let savepoint = state.savepoint();
    dispatch(state, context, call).unwrap_or_else(|refusal| {
        state.roll_back(savepoint);
        Answer::refused(&refusal)
    })
}

fn dispatch(state: &mut Memory, context: &Context<'_>, call: &Call) -> Answered<Answer> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        [] => Ok(resources::root(context)),
        ["sobjects"] => resources::global(state, context, call),
        ["sobjects", object] => resources::object(state, context, call, object),
        ["sobjects", object, "describe"] => resources::describe(state, context, call, object),
        ["sobjects", object, "updated"] => replication::updated(state, context, call, object),
        ["sobjects", object, "deleted"] => replication::deleted(state, context, call, object),
        ["sobjects", object, id] => records::by_id(state, context, call, object, id),
        ["sobjects", object, first, second] => records::by_two(state, context, call, object, first, second),
        ["query"] => query::first(state, context, call, false),
        ["queryAll"] => query::first(state, context, call, true),
        ["query" | "queryAll", locator] => query::next(state, context, call, locator),
        ["search"] => search::sosl(state, context, call),
        ["parameterizedSearch"] => search::parameterized(state, context, call),
        ["composite"] => composite::composite(state, context, call),
        ["composite", "batch"] => batch::batch(state, context, call),
        ["composite", "graph"] => composite::graph(state, context, call),
        ["composite", "sobjects"] => collections::any_object(state, context, call),
        ["composite", "sobjects", object] => collections::retrieve(state, context, call, object),
        ["composite", "sobjects", object, key] => collections::upsert(state, context, call, object, key),
        ["composite", "tree", object] => tree::create(state, context, call, object),
        ["limits", ..] if call.method != Method::GET => Err(wrong_method(call, "GET,HEAD")),
        ["limits"] => Ok(limits::limits(state)),
        ["limits", "recordCount"] => Ok(limits::record_count(state, call)),
        ["recent"] => resources::recent(state, context, call),
        _ => Err(Refusal::not_found()),
    }
}

/// The object of a path, if the caller may see it.
fn object(state: &Memory, context: &Context<'_>, name: &str) -> Answered<usize> {
    let at = state.schema.object_at(name).ok_or_else(Refusal::not_found)?;
    let readable = state.rights.object(&context.caller.user, &state.object(at).name).read;
    if readable { Ok(at) } else { Err(Refusal::not_found()) }
}

/// The vendor's answer to a method that a resource does not have.
fn wrong_method(call: &Call, allowed: &str) -> Refusal {
    let message = format!("HTTP Method '{}' not allowed. Allowed are {allowed}", call.method);
    Refusal::new(405, "METHOD_NOT_ALLOWED", message)
}
