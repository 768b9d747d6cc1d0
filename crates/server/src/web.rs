//! The porch's doors: webhooks, API, health, and a page for people. A handler checks who calls, makes one call and
//! answers; it decides nothing about records.

mod api;
mod app;
mod console;
mod forge;
mod health;
mod hooks;
mod login;
mod page;
mod problem;
mod request;
mod role;
mod routes;
mod token;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, Method, StatusCode, Uri};
use tower_http::catch_panic::CatchPanicLayer;

use crate::limits::{API_BYTES_MAX, FORM_BYTES_MAX, HOOK_BYTES_MAX};

pub(crate) use api::AT_A_TERMINAL;
pub(crate) use api::configuration::text::rewrite;
pub use app::App;
pub use problem::Problem;
pub(crate) use role::Caller;
pub use role::Role;
pub use routes::api_routes;
pub(crate) use token::{fresh_secret, hex};

/// Everything that the server answers. Needs no socket.
pub fn router(app: App) -> Router {
    let hooks = Router::new()
        .route("/hooks/jira/{connection}", post(hooks::jira))
        .route("/hooks/salesforce/{connection}", post(hooks::salesforce))
        .route("/hooks/salesforce/{connection}/{secret}", post(hooks::salesforce_with_secret))
        .layer(DefaultBodyLimit::max(HOOK_BYTES_MAX));
    let page = Router::new()
        .route("/", get(page::front))
        .route("/plain", get(page::plain))
        .route("/login", get(login::form).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/access/request", get(request::form).post(request::ask))
        .route("/assets/{name}", get(page::asset))
        .route("/console/{name}", get(console::asset));
    Router::new()
        .route("/healthz", get(health::process))
        .route("/readyz", get(health::data))
        .merge(page)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .nest("/api/v1", routes::api_v1().layer(DefaultBodyLimit::max(API_BYTES_MAX)))
        .merge(hooks)
        .nest("/forge", forge::router(&app))
        .fallback(elsewhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(app.clone(), token::guard_api))
        .layer(middleware::from_fn(guard_headers))
        .layer(CatchPanicLayer::custom(problem::of_panic))
        .with_state(app)
}

/// The API alone, for a command that asks without a socket. It asks for no token: who opened the database may use it.
pub(crate) fn api(app: App) -> Router {
    let owner = Extension(Caller::owner());
    Router::new().nest("/api/v1", routes::api_v1().layer(owner)).fallback(no_such_page).with_state(app)
}

/// The console has addresses that only it knows; a browser that asks for one of them gets the console.
async fn elsewhere(app: State<App>, method: Method, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let wants_page = headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    let is_door = ["/api", "/hooks", "/forge"].iter().any(|door| uri.path().starts_with(door));
    if method == Method::GET && wants_page && !is_door && console::page().is_some() {
        return page::front(app, uri, headers).await;
    }
    Err(no_such_page().await)
}

async fn no_such_page() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is nothing under this address.")
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "This address does not take this method; see the Allow header.")
}

/// What every answer says about how a browser may use it.
const GUARDS: [(HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
];

async fn guard_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await.into_response();
    for (name, value) in GUARDS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
