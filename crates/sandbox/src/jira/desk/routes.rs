//! The paths of the service desk API.

use axum::routing::post;

use super::{customer, info, organization, portal, queue, request, talk};
use crate::jira::routes::{Rows, Ways, deletes, posts, puts, reads};

pub(crate) fn rows() -> Rows {
    [portals(), organizations(), requests()].into_iter().flatten().collect()
}

fn portals() -> Rows {
    vec![
        ("/info", reads(info::info)),
        ("/servicedesk", reads(portal::desks)),
        ("/servicedesk/{desk}", reads(portal::get)),
        ("/servicedesk/{desk}/requesttype", reads(portal::request_types)),
        ("/servicedesk/{desk}/requesttype/{type}", reads(portal::request_type)),
        ("/servicedesk/{desk}/requesttype/{type}/field", reads(portal::fields)),
        ("/servicedesk/{desk}/requesttypegroup", reads(portal::groups)),
        ("/servicedesk/{desk}/queue", reads(queue::list)),
        ("/servicedesk/{desk}/queue/{queue}", reads(queue::get)),
        ("/servicedesk/{desk}/queue/{queue}/issue", reads(queue::issues)),
        ("/servicedesk/{desk}/attachTemporaryFile", Ways::uploads(post(talk::upload))),
        ("/requesttype", reads(portal::all_request_types)),
        ("/customer", posts(customer::create)),
        ("/customer/user/{account}/revoke-portal-only-access", puts(customer::revoke)),
        (
            "/servicedesk/{desk}/customer",
            reads(customer::list).merge(posts(customer::add)).merge(deletes(customer::remove)),
        ),
    ]
}

fn organizations() -> Rows {
    vec![
        ("/organization", reads(organization::list).merge(posts(organization::create))),
        ("/organization/{organization}", reads(organization::get).merge(deletes(organization::delete))),
        (
            "/organization/{organization}/user",
            reads(organization::users).merge(posts(organization::add_users)).merge(deletes(organization::remove_users)),
        ),
        ("/organization/{organization}/property", reads(organization::property_keys)),
        (
            "/organization/{organization}/property/{property}",
            reads(organization::property_get)
                .merge(puts(organization::property_put))
                .merge(deletes(organization::property_delete)),
        ),
        (
            "/servicedesk/{desk}/organization",
            reads(organization::of_desk)
                .merge(posts(organization::add_to_desk))
                .merge(deletes(organization::remove_from_desk)),
        ),
    ]
}

fn requests() -> Rows {
    vec![
        ("/request", reads(request::list).merge(posts(request::create))),
        ("/request/{request}", reads(request::get)),
        ("/request/{request}/status", reads(request::statuses)),
        ("/request/{request}/sla", reads(request::service_levels)),
        ("/request/{request}/sla/{level}", reads(request::service_level)),
        ("/request/{request}/approval", reads(request::approvals)),
        ("/request/{request}/transition", reads(request::transitions).merge(posts(request::transit))),
        (
            "/request/{request}/participant",
            reads(request::participants)
                .merge(posts(request::add_participants))
                .merge(deletes(request::remove_participants)),
        ),
        ("/request/{request}/comment", reads(talk::list).merge(posts(talk::add))),
        ("/request/{request}/comment/{comment}", reads(talk::get)),
        ("/request/{request}/comment/{comment}/attachment", reads(talk::no_files)),
        ("/request/{request}/attachment", reads(talk::files).merge(posts(talk::attach))),
    ]
}
