//! Which path leads to which handler. The same table serves v3 and v2, on the site and behind the gateway.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, post, put};

use super::answer::Refusal;
use super::issue::{
    assign, bulk, changelog, comment, create, delete as remove, edit, link, property, read, remote, transition, watch,
    worklog,
};
use super::meta::{create as create_meta, field, names, people, project, server};
use super::session::Call;
use super::site::{Handler, Site};
use super::webhook::{admin, dynamic};
use super::{attachment, desk, oauth, search};

type Routes = Router<Arc<Site>>;
type Method = MethodRouter<Arc<Site>>;

/// The vendor's API.
pub fn router(site: &Arc<Site>) -> Router {
    let api = Router::new()
        .merge(platform("/rest/api/3"))
        .merge(platform("/rest/api/2"))
        .merge(platform("/rest/api/latest"))
        .merge(desk::routes::routes())
        .merge(webhooks());
    Router::new()
        .merge(api.clone())
        .nest("/ex/jira/{cloud}", api)
        .route("/_edge/tenant_info", reads(server::tenant))
        .route("/oauth/token", posts(oauth::token))
        .route("/oauth/token/accessible-resources", reads(oauth::sites))
        .route("/__media/file/{media}/binary", reads(attachment::media))
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(DefaultBodyLimit::disable())
        .with_state(site.clone())
}

pub(crate) fn reads(handler: Handler) -> Method {
    get(async move |State(site): State<Arc<Site>>, call: Call| site.answer(&call, handler))
}

pub(crate) fn posts(handler: Handler) -> Method {
    post(async move |State(site): State<Arc<Site>>, call: Call| site.answer(&call, handler))
}

pub(crate) fn puts(handler: Handler) -> Method {
    put(async move |State(site): State<Arc<Site>>, call: Call| site.answer(&call, handler))
}

pub(crate) fn deletes(handler: Handler) -> Method {
    delete(async move |State(site): State<Arc<Site>>, call: Call| site.answer(&call, handler))
}

async fn no_route(State(site): State<Arc<Site>>, call: Call) -> Response {
    site.answer_with(&call, |s| {
        let detail = format!("No static resource {}.", s.call.path.trim_start_matches('/'));
        Err(Refusal::Problem { status: 404, title: "Not Found", detail })
    })
}

async fn no_method(State(site): State<Arc<Site>>, call: Call) -> Response {
    site.answer_with(&call, |s| {
        let detail = format!("Method '{}' is not supported.", s.call.method);
        Err(Refusal::Problem { status: 405, title: "Method Not Allowed", detail })
    })
}

fn webhooks() -> Routes {
    Router::new().route("/rest/webhooks/1.0/webhook", reads(admin::list).merge(posts(admin::create))).route(
        "/rest/webhooks/1.0/webhook/{webhook}",
        reads(admin::get).merge(puts(admin::put)).merge(deletes(admin::delete)),
    )
}

/// The platform API under one version's prefix.
fn platform(prefix: &str) -> Routes {
    let rows = [site_rows(), issue_rows(), part_rows(), meta_rows(), project_rows()];
    rows.into_iter()
        .flatten()
        .fold(Router::new(), |router, (path, method)| router.route(&format!("{prefix}{path}"), method))
}

type Rows = Vec<(&'static str, Method)>;

fn site_rows() -> Rows {
    vec![
        ("/serverInfo", reads(server::info)),
        ("/configuration", reads(server::configuration)),
        ("/attachment/meta", reads(server::attachments)),
        ("/myself", reads(people::myself)),
        ("/mypermissions", reads(people::permissions)),
        ("/user", reads(people::get)),
        ("/user/bulk", reads(people::bulk)),
        ("/user/search", reads(people::search)),
        ("/users", reads(people::all)),
        ("/users/search", reads(people::all)),
        ("/user/assignable/search", reads(people::assignable)),
        ("/user/assignable/multiProjectSearch", reads(people::assignable)),
        ("/group/bulk", reads(people::groups)),
        ("/group/member", reads(people::members)),
        ("/webhook", reads(dynamic::list).merge(posts(dynamic::register)).merge(deletes(dynamic::delete))),
        ("/webhook/refresh", puts(dynamic::refresh)),
        ("/search", reads(search::removed).merge(posts(search::removed))),
        ("/search/jql", reads(search::get).merge(posts(search::post))),
        ("/search/approximate-count", posts(search::approximate_count)),
        ("/jql/match", posts(search::matches)),
        ("/jql/parse", posts(search::parse)),
    ]
}

fn issue_rows() -> Rows {
    vec![
        ("/issue", posts(create::create)),
        ("/issue/bulk", posts(bulk::create)),
        ("/issue/bulkfetch", posts(bulk::fetch)),
        ("/issue/createmeta", reads(create_meta::everything)),
        ("/issue/createmeta/{project}/issuetypes", reads(create_meta::issue_types)),
        ("/issue/createmeta/{project}/issuetypes/{type}", reads(create_meta::fields)),
        ("/issue/{issue}", reads(read::get).merge(puts(edit::edit)).merge(deletes(remove::delete))),
        ("/issue/{issue}/editmeta", reads(read::edit_meta)),
        ("/issue/{issue}/assignee", puts(assign::assign)),
        ("/issue/{issue}/transitions", reads(transition::list).merge(posts(transition::make))),
        ("/issue/{issue}/changelog", reads(changelog::list)),
        ("/issue/{issue}/changelog/list", posts(changelog::by_ids)),
        ("/changelog/bulkfetch", posts(changelog::bulk_fetch)),
        ("/issue/{issue}/properties", reads(property::list)),
        (
            "/issue/{issue}/properties/{property}",
            reads(property::get).merge(puts(property::put)).merge(deletes(property::delete)),
        ),
        ("/issue/{issue}/watchers", reads(watch::list).merge(posts(watch::add)).merge(deletes(watch::remove))),
        ("/issue/{issue}/votes", reads(watch::votes)),
        ("/issueLink", posts(link::create)),
        ("/issueLink/{link}", reads(link::get).merge(deletes(link::delete))),
        ("/issueLinkType", reads(link::types)),
    ]
}

fn part_rows() -> Rows {
    vec![
        ("/issue/{issue}/comment", reads(comment::list).merge(posts(comment::add))),
        (
            "/issue/{issue}/comment/{comment}",
            reads(comment::get).merge(puts(comment::edit)).merge(deletes(comment::delete)),
        ),
        ("/comment/list", posts(comment::by_ids)),
        ("/comment/{comment}/properties", reads(comment::property_keys)),
        (
            "/comment/{comment}/properties/{property}",
            reads(comment::property_get).merge(puts(comment::property_put)).merge(deletes(comment::property_delete)),
        ),
        (
            "/issue/{issue}/remotelink",
            reads(remote::list).merge(posts(remote::create_or_update)).merge(deletes(remote::delete_by_global_id)),
        ),
        (
            "/issue/{issue}/remotelink/{link}",
            reads(remote::get).merge(puts(remote::put)).merge(deletes(remote::delete)),
        ),
        ("/issue/{issue}/worklog", reads(worklog::list).merge(posts(worklog::add))),
        ("/issue/{issue}/worklog/{worklog}", reads(worklog::get).merge(deletes(worklog::delete))),
        ("/issue/{issue}/attachments", post(attachment::upload)),
        ("/attachment/{attachment}", reads(attachment::get).merge(deletes(attachment::delete))),
        ("/attachment/content/{attachment}", reads(attachment::content)),
        ("/attachment/thumbnail/{attachment}", reads(attachment::content)),
    ]
}

fn meta_rows() -> Rows {
    vec![
        ("/field", reads(field::list).merge(posts(field::create))),
        ("/field/search", reads(field::search)),
        ("/field/{field}/context", reads(field::contexts)),
        ("/field/{field}/context/{context}/option", reads(field::options).merge(posts(field::add_options))),
        ("/issuetype", reads(names::issue_types)),
        ("/issuetype/project", reads(names::issue_types_of_project)),
        ("/issuetype/{id}", reads(names::issue_type)),
        ("/status", reads(names::statuses)),
        ("/status/{id}", reads(names::status)),
        ("/statuses/search", reads(names::statuses_search)),
        ("/statuscategory", reads(names::status_categories)),
        ("/priority", reads(names::priorities)),
        ("/priority/search", reads(names::priorities_search)),
        ("/priority/{id}", reads(names::priority)),
        ("/resolution", reads(names::resolutions)),
        ("/label", reads(names::labels)),
    ]
}

fn project_rows() -> Rows {
    vec![
        ("/project", reads(project::list)),
        ("/project/search", reads(project::search)),
        ("/project/{project}", reads(project::get)),
        ("/project/{project}/statuses", reads(project::statuses)),
        ("/project/{project}/components", reads(project::components)),
        ("/project/{project}/component", reads(project::components_paged)),
        ("/project/{project}/versions", reads(project::versions)),
        ("/project/{project}/version", reads(project::versions_paged)),
        ("/project/{project}/role", reads(project::roles)),
        ("/project/{project}/role/{role}", reads(project::role)),
        ("/project/{project}/properties", reads(project::property_keys)),
        (
            "/project/{project}/properties/{property}",
            reads(project::property_get).merge(puts(project::property_put)).merge(deletes(project::property_delete)),
        ),
        ("/component", posts(project::create_component)),
        ("/version", posts(project::create_version)),
    ]
}
