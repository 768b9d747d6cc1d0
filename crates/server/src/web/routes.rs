//! Every address of the API, with the least role that may use it: the one table of who may do what.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::middleware::{self, Next};
use axum::routing::{MethodRouter, get, post, put};
use http::Method;

use super::role::{self, Caller, Role};
use super::{App, api, problem};
use crate::limits::CONFIGURATION_BODY_BYTES_MAX;

/// One address.
struct Route {
    least: Role,
    method: Method,
    path: &'static str,
    handler: MethodRouter<App>,
}

/// The least role, the method and the address below `/api/v1` of everything that the API answers.
#[must_use]
pub fn api_routes() -> Vec<(Role, Method, &'static str)> {
    table().into_iter().map(|route| (route.least, route.method, route.path)).collect()
}

/// Everything below `/api/v1`.
pub(super) fn api_v1() -> Router<App> {
    let router = table().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler));
    router.layer(middleware::map_response(problem::of_framework))
}

fn table() -> Vec<Route> {
    use Role::{Administrator, Operator, Viewer};
    vec![
        look(Viewer, "/about", api::about),
        look(Viewer, "/figures", api::figures),
        look(Viewer, "/status", api::status),
        look(Viewer, "/doctor", api::connections::doctor),
        look(Viewer, "/explain", api::explain),
        look(Viewer, "/journal", api::journal),
        look(Viewer, "/journal/verify", api::verify),
        look(Viewer, "/items", api::items::list),
        look(Viewer, "/items/{name}", api::items::show),
        look(Viewer, "/items/{name}/preview", api::items::preview),
        look(Viewer, "/items/{name}/records", api::records),
        look(Viewer, "/links", api::links::named),
        look(Viewer, "/links/all", api::links::all),
        look(Viewer, "/links/{id}/comments", api::comments::list),
        look(Viewer, "/comments/rules", api::comments::rules),
        look(Viewer, "/conflicts", api::conflicts::list),
        look(Viewer, "/conflicts/{id}", api::conflicts::show),
        look(Viewer, "/matches", api::matches::list),
        look(Viewer, "/matches/{record}", api::matches::show),
        look(Viewer, "/parked", api::parked::list),
        look(Viewer, "/connections", api::connections::list),
        look(Viewer, "/connections/{name}/identity", api::connections::identity),
        look(Viewer, "/connections/{name}/objects", api::objects::all),
        look(Viewer, "/connections/{name}/objects/{object}", api::objects::fields),
        look(Viewer, "/connections/{name}/projects", api::objects::projects),
        look(Viewer, "/connections/{name}/projects/{project}", api::objects::types),
        look(Viewer, "/connections/{name}/projects/{project}/types/{type}", api::objects::issue_fields),
        look(Viewer, "/access", api::access::list),
        look(Viewer, "/access/{grant}", api::access::show),
        look(Viewer, "/requests", api::requests::list),
        look(Viewer, "/domains", api::domains::list),
        look(Viewer, "/configuration", api::configuration::show),
        look(Viewer, "/configuration/text", api::configuration::text::show),
        look(Viewer, "/configuration/export", api::configuration::export::export),
        look(Viewer, "/configuration/versions", api::configuration::list),
        look(Viewer, "/configuration/versions/{version}", api::configuration::show_version),
        look(Operator, "/inspection", api::inspection::list),
        look(Operator, "/inspection/{id}", api::inspection::show),
        act(Operator, "/items/{name}/resume", api::resume),
        act(Operator, "/items/{name}/relink", api::relink).long(),
        act(Operator, "/items/{name}/trial", api::trial::run).long(),
        act(Operator, "/items/{name}/trial/remove", api::trial::remove).long(),
        act(Operator, "/retry", api::parked::retry),
        act(Operator, "/undo", api::undo),
        act(Operator, "/conflicts/{id}/resolve", api::conflicts::resolve),
        act(Operator, "/matches/{record}/resolve", api::matches::resolve),
        act(Operator, "/links", api::links::make),
        act(Operator, "/links/{id}/unlink", api::links::dissolve),
        act(Operator, "/links/{id}/refresh", api::links::refresh),
        act(Operator, "/links/{id}/comments/{comment}/push", api::comments::push),
        act(Operator, "/access", api::access::request),
        act(Operator, "/access/{grant}/revoke", api::access::revoke),
        act(Operator, "/access/{grant}/retry", api::access::retry),
        act(Operator, "/requests/{id}/approve", api::requests::approve),
        act(Operator, "/requests/{id}/deny", api::requests::deny),
        act(Administrator, "/domains", api::domains::add),
        act(Administrator, "/domains/{domain}/withdraw", api::domains::withdraw),
        act(Administrator, "/items/{name}/activate", api::configuration::activate),
        act(Administrator, "/items/{name}/deactivate", api::configuration::deactivate),
        // A text may send what the store of secrets holds to a site of its own.
        ask(Administrator, "/configuration/check", api::configuration::text::check).long(),
        ask(Administrator, "/configuration/look", api::configuration::look::look).long(),
        act(Administrator, "/configuration", api::configuration::apply).long(),
        replace(Administrator, "/configuration/text", api::configuration::text::save).long(),
        act(Administrator, "/inspection", api::inspection::start),
        act(Administrator, "/inspection/stop", api::inspection::stop),
        look(Administrator, "/users", api::users::list),
        act(Administrator, "/users", api::users::add),
        act(Administrator, "/users/{name}/remove", api::users::remove),
    ]
}

/// Something to look at.
fn look<H: Handler<T, App>, T: 'static>(least: Role, path: &'static str, handler: H) -> Route {
    asked(least, Method::GET, path, get(handler))
}

/// Something to look at, for which a body is sent.
fn ask<H: Handler<T, App>, T: 'static>(least: Role, path: &'static str, handler: H) -> Route {
    asked(least, Method::POST, path, post(handler))
}

/// Something to do.
fn act<H: Handler<T, App>, T: 'static>(least: Role, path: &'static str, handler: H) -> Route {
    done(least, Method::POST, path, post(handler))
}

/// Something to put in the place of another.
fn replace<H: Handler<T, App>, T: 'static>(least: Role, path: &'static str, handler: H) -> Route {
    done(least, Method::PUT, path, put(handler))
}

fn asked(least: Role, method: Method, path: &'static str, handler: MethodRouter<App>) -> Route {
    let guard = move |caller: Caller, request: Request, next: Next| role::guard(least, caller, request, next);
    Route { least, method, path, handler: handler.route_layer(middleware::from_fn(guard)) }
}

fn done(least: Role, method: Method, path: &'static str, handler: MethodRouter<App>) -> Route {
    let guard = move |caller: Caller, request: Request, next: Next| role::guard_deed(least, caller, request, next);
    Route { least, method, path, handler: handler.route_layer(middleware::from_fn(guard)) }
}

impl Route {
    /// Its body may hold a whole configuration.
    fn long(self) -> Self {
        let handler = self.handler.layer(DefaultBodyLimit::max(CONFIGURATION_BODY_BYTES_MAX));
        Self { handler, ..self }
    }
}
