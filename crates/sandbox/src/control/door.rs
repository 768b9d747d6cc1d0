//! The routes under `/__sandbox` that both sides have. They need no authentication and are not counted.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Side;
use super::ledger::Logged;
use crate::delivery;
use crate::seed::Seed;

/// Calls told one by one when nobody says how many.
const CALLS_TOLD: usize = 100;

type Shared = State<Arc<dyn Side>>;

/// The common control routes of a side.
pub fn door(side: Arc<dyn Side>) -> Router {
    Router::new()
        .route("/__sandbox/calls", get(calls))
        .route("/__sandbox/calls/reset", post(reset_calls))
        .route("/__sandbox/writes", get(writes))
        .route("/__sandbox/faults", get(faults).post(add_faults).delete(clear_faults))
        .route("/__sandbox/webhooks", get(deliveries).post(set_deliveries))
        .route("/__sandbox/clock", get(clock).post(move_clock))
        .route("/__sandbox/reset", post(reset))
        .with_state(side)
}

/// A refusal of the control door: one sentence.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({ "error": self.0 }))).into_response()
    }
}

#[derive(Deserialize)]
struct Log {
    log: Option<usize>,
}

async fn calls(State(side): Shared, Query(asked): Query<Log>) -> Json<Value> {
    Json(side.control().ledger.lock().report(asked.log.unwrap_or(CALLS_TOLD)))
}

async fn reset_calls(State(side): Shared) -> StatusCode {
    side.control().ledger.lock().reset_calls();
    StatusCode::NO_CONTENT
}

async fn writes(State(side): Shared) -> Json<Vec<Logged>> {
    Json(side.control().ledger.lock().writes().cloned().collect())
}

async fn faults(State(side): Shared) -> Json<Value> {
    Json(json!(side.control().faults.lock().all()))
}

async fn add_faults(State(side): Shared, Json(described): Json<Value>) -> Result<StatusCode, Refused> {
    let each = match &described {
        Value::Array(several) => several.as_slice(),
        one => std::slice::from_ref(one),
    };
    each.iter().try_for_each(|fault| side.control().add_fault(fault)).map_err(Refused)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn clear_faults(State(side): Shared) -> StatusCode {
    side.control().clear_faults();
    StatusCode::NO_CONTENT
}

async fn deliveries(State(side): Shared) -> Json<delivery::Count> {
    Json(side.control().outbox().count())
}

async fn set_deliveries(State(side): Shared, Json(settings): Json<delivery::Settings>) -> Json<delivery::Count> {
    side.control().outbox().set(settings);
    Json(side.control().outbox().count())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: f64,
}

async fn clock(State(side): Shared) -> Json<Value> {
    let clock = side.control().clock();
    Json(json!({ "now": clock.now().to_string(), "offset_ms": clock.offset_ms() }))
}

async fn move_clock(State(side): Shared, Json(asked): Json<Advance>) -> Json<Value> {
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and nobody moves time by ages")]
    side.control().clock().shift((asked.advance_seconds * 1_000.0) as i64);
    clock(State(side)).await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Fresh {
    seed: Seed,
    seed_number: Option<u64>,
    records: Option<usize>,
}

async fn reset(State(side): Shared, fresh: Option<Json<Fresh>>) -> StatusCode {
    let Json(fresh) = fresh.unwrap_or_default();
    let control = side.control();
    control.forget();
    let options = control.options();
    let seed_number = fresh.seed_number.unwrap_or(options.seed_number);
    side.reset(fresh.seed, seed_number, fresh.records.or(options.records));
    StatusCode::NO_CONTENT
}
