//! What the control door has on this side only.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Org;
use super::oauth;
use super::push::Push;
use super::rights::Change;
use super::write::{self, Caller};
use crate::control::door::Refused;
use crate::credentials::SALESFORCE_USERNAME;

/// `/__sandbox/*` of the Salesforce org.
pub fn door(org: &Arc<Org>) -> Router {
    Router::new()
        .route("/__sandbox/objects", post(objects))
        .route("/__sandbox/push", get(pushes).post(push).delete(no_pushes))
        .route("/__sandbox/rights", post(rights))
        .route("/__sandbox/rules", post(rules).delete(no_rules))
        .route("/__sandbox/oauth", post(oauth))
        .route("/__sandbox/limits", post(limits))
        .route("/__sandbox/sessions/end", post(end_sessions))
        .route("/__sandbox/undelete", post(undelete))
        .with_state(org.clone())
}

/// A custom object or custom fields; see `schema/notation.rs` for how they are written.
async fn objects(State(org): State<Arc<Org>>, Json(written): Json<Value>) -> Result<StatusCode, Refused> {
    let mut state = org.state.lock();
    let each = match &written {
        Value::Array(several) => several.as_slice(),
        one => std::slice::from_ref(one),
    };
    each.iter().try_for_each(|one| state.customise(one)).map_err(Refused)?;
    state.schema_changed_ms = org.control.clock().now_ms();
    Ok(StatusCode::NO_CONTENT)
}

async fn pushes(State(org): State<Arc<Org>>) -> Json<Vec<Push>> {
    Json(org.state.lock().pushes.all.clone())
}

async fn push(State(org): State<Arc<Org>>, Json(push): Json<Push>) -> Result<StatusCode, Refused> {
    let mut state = org.state.lock();
    if state.schema.object(&push.object).is_none() {
        return Err(Refused(format!("there is no object {}", push.object)));
    }
    state.pushes.add(push);
    Ok(StatusCode::NO_CONTENT)
}

async fn no_pushes(State(org): State<Arc<Org>>) -> StatusCode {
    org.state.lock().pushes.all.clear();
    StatusCode::NO_CONTENT
}

async fn rights(State(org): State<Arc<Org>>, Json(change): Json<Change>) -> Result<StatusCode, Refused> {
    let mut state = org.state.lock();
    let username = change.user.as_deref().unwrap_or(SALESFORCE_USERNAME);
    let user = oauth::user_named(&state, username).ok_or_else(|| Refused(format!("there is no user {username}")))?;
    state.rights.change(&user, &change);
    state.schema_changed_ms = org.control.clock().now_ms();
    Ok(StatusCode::NO_CONTENT)
}

async fn rules(State(org): State<Arc<Org>>, Json(rule): Json<Value>) -> Result<StatusCode, Refused> {
    org.state.lock().rules.add(&rule).map_err(Refused)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn no_rules(State(org): State<Arc<Org>>) -> StatusCode {
    org.state.lock().rules = super::rules::custom::CustomRules::default();
    StatusCode::NO_CONTENT
}

async fn oauth(State(org): State<Arc<Org>>, Json(settings): Json<oauth::Settings>) -> Result<StatusCode, Refused> {
    org.state.lock().sessions.set(settings).map_err(Refused)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    daily_calls: Option<u64>,
    distinct_ids: Option<usize>,
}

async fn limits(State(org): State<Arc<Org>>, Json(limits): Json<Limits>) -> StatusCode {
    let quota = &mut org.state.lock().quota;
    quota.max = limits.daily_calls.unwrap_or(quota.max);
    quota.distinct_ids_max = limits.distinct_ids.unwrap_or(quota.distinct_ids_max);
    StatusCode::NO_CONTENT
}

async fn end_sessions(State(org): State<Arc<Org>>) -> StatusCode {
    org.state.lock().sessions.end_all();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ids {
    ids: Vec<String>,
}

async fn undelete(State(org): State<Arc<Org>>, Json(Ids { ids }): Json<Ids>) -> Result<Json<Value>, Refused> {
    let mut state = org.state.lock();
    let caller = Caller::administrator(&state, org.control.clock().now_ms());
    for id in &ids {
        write::undelete(&mut state, &caller, id).map_err(|refusal| Refused(format!("{id}: {}", refusal.message)))?;
    }
    state.commit(&org.control);
    Ok(Json(json!({ "undeleted": ids.len() })))
}
