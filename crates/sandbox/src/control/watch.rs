//! The layer around a vendor's router: counts every call and makes the faults happen.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::http::header::DATE;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::fault::{Answer, Call, Fault, SideEffect};
use super::ledger::Called;
use super::{Control, answer};

/// What calls that match no route are counted under.
const NO_ROUTE: &str = "/(no such route)";

/// Says that a call runs later than it was made: a vendor stamps rows when it writes them and shows them when it
/// commits, so what a late call writes may carry the time of the call.
#[derive(Clone, Copy, Debug)]
pub struct BackDated {
    /// When the call was made.
    pub at_ms: i64,
}

/// Method and route template of the call, for handlers that name it in the write log.
#[derive(Clone, Debug)]
pub struct RouteName(pub Arc<str>);

/// Wraps a vendor's routes, not the control door's.
pub fn watch(vendor: Router, control: &Arc<Control>) -> Router {
    vendor.layer(from_fn_with_state(control.clone(), intercept))
}

#[expect(clippy::disallowed_methods, reason = "how long an answer took is told, never acted on")]
async fn intercept(State(control): State<Arc<Control>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().as_str().to_owned();
    let route = template(&request);
    let name = RouteName(Arc::from(format!("{method} {route}")));
    request.extensions_mut().insert(name);
    let (request, fault) = meet_fault(&control, request, &method, &route).await;
    let mut response = match fault {
        Some(fault) => strike(&control, &fault, request, next).await,
        None => next.run(request).await,
    };
    tell_time(&control, &mut response);
    let status = if answer::was_reset(&response) { 0 } else { response.status().as_u16() };
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    control.ledger.lock().call(Called { method, route, status, ms });
    response
}

/// The `Date` of an answer is the vendor's time, by which clients measure how far theirs is off.
fn tell_time(control: &Control, response: &mut Response) {
    let date = control.clock().now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::try_from(date) {
        response.headers_mut().entry(DATE).or_insert(date);
    }
}

/// The matched route with `{..}` for its parameters. The API's version is part of a route's name, so it stays.
fn template(request: &Request) -> String {
    let Some(matched) = request.extensions().get::<MatchedPath>() else {
        return NO_ROUTE.to_owned();
    };
    let mut path = request.uri().path().split('/');
    let mut segments = matched.as_str().split('/').map(|segment| {
        let actual = path.next().unwrap_or_default();
        match segment {
            "{version}" => actual,
            _ if segment.contains('{') => "{..}",
            _ => segment,
        }
    });
    let first = segments.next().unwrap_or_default().to_owned();
    let template = segments.fold(first, |template, segment| template + "/" + segment);
    if template.len() > 1 { template.trim_end_matches('/').to_owned() } else { template }
}

async fn meet_fault(control: &Control, request: Request, method: &str, route: &str) -> (Request, Option<Fault>) {
    let (request, body) = if control.faults.lock().look_at_bodies() {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
        (Request::from_parts(parts, Body::from(body.clone())), body)
    } else {
        (request, Bytes::new())
    };
    let call = Call { method, route, path: request.uri().path(), body: &body, in_composite: false };
    let fault = control.draw_fault(&call);
    (request, fault)
}

async fn strike(control: &Control, fault: &Fault, request: Request, next: Next) -> Response {
    if let Some(past) = &fault.past {
        return answer::with_headers(ask(past.clone(), request).await, fault);
    }
    let told = match fault.side_effect {
        SideEffect::None => answer::status(fault, control),
        SideEffect::Committed => next.run(request).await,
        SideEffect::Late => {
            postpone(control, fault, request, next).await;
            answer::status(fault, control)
        }
    };
    match fault.answer {
        Answer::Reset => answer::reset(),
        Answer::Status => answer::status(fault, control),
        Answer::Html => answer::html(fault),
        Answer::Truncated => answer::truncated(told).await,
        Answer::Stale => told,
        Answer::Slow => {
            control.clock.pass(Duration::from_millis(fault.delay_ms)).await;
            answer::with_headers(told, fault)
        }
    }
}

/// Asks a copy of the side. It routes anew, so what the first routing noted must not come along.
async fn ask(past: Router, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let route = parts.extensions.remove::<RouteName>();
    parts.extensions.clear();
    if let Some(route) = route {
        parts.extensions.insert(route);
    }
    let Ok(response) = past.oneshot(Request::from_parts(parts, body)).await;
    response
}

/// Keeps the call until its time. Its body is read now: after the answer the connection may be gone.
async fn postpone(control: &Control, fault: &Fault, request: Request, next: Next) {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    let at_ms = control.clock.now_ms();
    parts.extensions.insert(BackDated { at_ms });
    let request = Request::from_parts(parts, Body::from(body));
    let due_ms = at_ms.saturating_add(i64::try_from(fault.delay_ms).unwrap_or(i64::MAX));
    control.late.add(at_ms, due_ms, Box::pin(async move { drop(next.run(request).await) }));
}
