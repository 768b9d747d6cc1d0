//! The paths of the service desk API.

use std::sync::Arc;

use axum::Router;
use axum::routing::post;

use super::{customer, info, organization, portal, request, talk};
use crate::jira::routes::{deletes, posts, puts, reads};
use crate::jira::site::Site;

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().nest("/rest/servicedeskapi", portals().merge(organizations()).merge(requests()))
}

fn portals() -> Router<Arc<Site>> {
    Router::new()
        .route("/info", reads(info::info))
        .route("/servicedesk", reads(portal::desks))
        .route("/servicedesk/{desk}", reads(portal::get))
        .route("/servicedesk/{desk}/requesttype", reads(portal::request_types))
        .route("/servicedesk/{desk}/requesttype/{type}", reads(portal::request_type))
        .route("/servicedesk/{desk}/requesttype/{type}/field", reads(portal::fields))
        .route("/servicedesk/{desk}/requesttypegroup", reads(portal::groups))
        .route("/servicedesk/{desk}/queue", reads(portal::queues))
        .route("/servicedesk/{desk}/attachTemporaryFile", post(talk::upload))
        .route("/requesttype", reads(portal::all_request_types))
        .route("/customer", posts(customer::create))
        .route("/customer/user/{account}/revoke-portal-only-access", puts(customer::revoke))
        .route(
            "/servicedesk/{desk}/customer",
            reads(customer::list).merge(posts(customer::add)).merge(deletes(customer::remove)),
        )
}

fn organizations() -> Router<Arc<Site>> {
    Router::new()
        .route("/organization", reads(organization::list).merge(posts(organization::create)))
        .route("/organization/{organization}", reads(organization::get).merge(deletes(organization::delete)))
        .route(
            "/organization/{organization}/user",
            reads(organization::users).merge(posts(organization::add_users)).merge(deletes(organization::remove_users)),
        )
        .route("/organization/{organization}/property", reads(organization::property_keys))
        .route(
            "/organization/{organization}/property/{property}",
            reads(organization::property_get)
                .merge(puts(organization::property_put))
                .merge(deletes(organization::property_delete)),
        )
        .route(
            "/servicedesk/{desk}/organization",
            reads(organization::of_desk)
                .merge(posts(organization::add_to_desk))
                .merge(deletes(organization::remove_from_desk)),
        )
}

fn requests() -> Router<Arc<Site>> {
    Router::new()
        .route("/request", reads(request::list).merge(posts(request::create)))
        .route("/request/{request}", reads(request::get))
        .route("/request/{request}/status", reads(request::statuses))
        .route("/request/{request}/sla", reads(request::service_levels))
        .route("/request/{request}/transition", reads(request::transitions).merge(posts(request::transit)))
        .route(
            "/request/{request}/participant",
            reads(request::participants)
                .merge(posts(request::add_participants))
                .merge(deletes(request::remove_participants)),
        )
        .route("/request/{request}/comment", reads(talk::list).merge(posts(talk::add)))
        .route("/request/{request}/comment/{comment}", reads(talk::get))
        .route("/request/{request}/attachment", posts(talk::attach))
}
