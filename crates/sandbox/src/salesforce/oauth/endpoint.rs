//! The routes under `/services/oauth2`, and the identity URL.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use sha2::Sha256;

use super::grant::{self, Asked, Denied};
use super::{Code, identity, user_named};
use crate::salesforce::Org;

/// Methods and routes.
pub(in crate::salesforce) const ROUTES: &[(&str, &str)] = &[
    ("POST", "/services/oauth2/token"),
    ("GET", "/services/oauth2/authorize"),
    ("GET POST", "/services/oauth2/revoke"),
    ("POST", "/services/oauth2/introspect"),
    ("GET POST", "/services/oauth2/userinfo"),
    ("GET", "/id/{org}/{user}"),
    ("GET", "/.well-known/openid-configuration"),
];

pub(in crate::salesforce) fn routes() -> Router<Arc<Org>> {
    let handlers: [MethodRouter<Arc<Org>>; ROUTES.len()] = [
        post(token),
        get(authorize),
        post(revoke).get(revoke_by_query),
        post(introspect),
        get(userinfo).post(userinfo),
        get(identity_of),
        get(discovery),
    ];
    ROUTES.iter().zip(handlers).fold(Router::new(), |router, ((_, path), handler)| router.route(path, handler))
}

fn denied((error, description): Denied) -> Response {
    let body = json!({ "error": error, "error_description": description });
    (StatusCode::BAD_REQUEST, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn token(State(org): State<Arc<Org>>, headers: HeaderMap, Form(form): Form<grant::Form>) -> Response {
    let (now_ms, base_url) = (org.control.clock().now_ms(), org.control.base_url());
    let mut state = org.state.lock();
    let asked = Asked { form: &form, headers: &headers, base_url: &base_url, now_ms };
    let granted = match grant::grant(&mut state, &asked) {
        Ok(granted) => granted,
        Err(why) => return denied(why),
    };
    let access_token = state.sessions.issue(&granted.user, &granted.client, now_ms);
    let id = identity::url(&base_url, state.sessions.org_id(), &granted.user);
    let mut body = json!({
        "access_token": access_token,
        "signature": signature(&granted.secret, &format!("{id}{now_ms}")),
        "scope": "api",
        "instance_url": base_url,
        "id": id,
        "token_type": "Bearer",
        "issued_at": now_ms.to_string(),
    });
    if let Some(refresh_token) = granted.refresh_token {
        body["refresh_token"] = json!(refresh_token);
        body["scope"] = json!("refresh_token api");
    }
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn signature(secret: &str, text: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The web server flow without the person: whoever asks is the client's run-as user and agrees.
async fn authorize(State(org): State<Arc<Org>>, Query(asked): Query<grant::Form>) -> Response {
    let get = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let redirect_uri = get("redirect_uri");
    let Some((client, _, run_as)) = grant::known_client(&get("client_id")) else {
        return denied(("invalid_client_id", "client identifier invalid"));
    };
    let Ok(mut to) = url::Url::parse(&redirect_uri) else {
        return denied(("redirect_uri_missing", "missing required redirect parameter"));
    };
    if !grant::knows_scopes(&get("scope")) {
        let refused = [("error", "invalid_scope"), ("error_description", "the requested scope is not allowed")];
        to.query_pairs_mut().extend_pairs(refused);
        return Redirect::to(to.as_str()).into_response();
    }
    let mut state = org.state.lock();
    let Some(user) = user_named(&state, run_as) else { return denied(("inactive_user", "user is inactive")) };
    let code = format!("aPrx{}", state.sessions.random());
    let (challenge, made_ms) = (asked.get("code_challenge").cloned(), org.control.clock().now_ms());
    state
        .sessions
        .codes
        .insert(code.clone(), Code { user, client: client.to_owned(), redirect_uri, challenge, made_ms });
    to.query_pairs_mut().append_pair("code", &code);
    if let Some(said) = asked.get("state") {
        to.query_pairs_mut().append_pair("state", said);
    }
    Redirect::to(to.as_str()).into_response()
}

async fn revoke(State(org): State<Arc<Org>>, Form(form): Form<grant::Form>) -> Response {
    revoked(&org, &form)
}

async fn revoke_by_query(State(org): State<Arc<Org>>, Query(form): Query<grant::Form>) -> Response {
    revoked(&org, &form)
}

fn revoked(org: &Org, form: &grant::Form) -> Response {
    let token = form.get("token").map(String::as_str).unwrap_or_default();
    let mut state = org.state.lock();
    let known = state.sessions.tokens.remove(token).is_some();
    if let Some((user, client)) = state.sessions.refresh.remove(token) {
        // Without its refresh token no access token of the client lives on.
        state.sessions.tokens.retain(|_, session| session.user != user || session.client != client);
        return StatusCode::OK.into_response();
    }
    if known { StatusCode::OK.into_response() } else { denied(("invalid_token", "invalid token")) }
}

async fn introspect(State(org): State<Arc<Org>>, Form(form): Form<grant::Form>) -> Json<Value> {
    let token = form.get("token").map(String::as_str).unwrap_or_default();
    let state = org.state.lock();
    let session = state.sessions.find(token, org.control.clock().now_ms());
    Json(session.map_or(json!({ "active": false }), |session| {
        identity::introspection(&state, &org.control.base_url(), session)
    }))
}

async fn userinfo(State(org): State<Arc<Org>>, headers: HeaderMap) -> Response {
    about(&org, &headers, None, identity::userinfo)
}

async fn identity_of(
    State(org): State<Arc<Org>>,
    Path((asked_org, user)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    about(&org, &headers, Some((asked_org, user)), identity::identity)
}

type Shown = fn(&super::State, &str, &str) -> Value;

/// These two say no in plain text and with 403, unlike the data API.
fn about(org: &Org, headers: &HeaderMap, asked: Option<(String, String)>, shown: Shown) -> Response {
    let Some(token) = super::super::api::bearer(headers) else {
        return (StatusCode::FORBIDDEN, "Missing_OAuth_Token").into_response();
    };
    let state = org.state.lock();
    let Some(session) = state.sessions.find(token, org.control.clock().now_ms()) else {
        return (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response();
    };
    if asked.as_ref().is_some_and(|(asked_org, _)| asked_org != state.sessions.org_id()) {
        return (StatusCode::FORBIDDEN, "Wrong_Org").into_response();
    }
    let user = asked.map_or_else(|| session.user.to_string(), |(_, user)| user);
    Json(shown(&state, &org.control.base_url(), &user)).into_response()
}

async fn discovery(State(org): State<Arc<Org>>) -> Json<Value> {
    let base_url = org.control.base_url();
    let at = |name: &str| format!("{base_url}/services/oauth2/{name}");
    Json(json!({
        "issuer": base_url,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "revocation_endpoint": at("revoke"),
        "introspection_endpoint": at("introspect"),
        "userinfo_endpoint": at("userinfo"),
        "scopes_supported": ["api", "refresh_token"],
        "response_types_supported": ["code"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
    }))
}
