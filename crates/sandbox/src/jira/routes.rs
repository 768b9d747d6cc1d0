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
use super::meta::field::{context, option};
use super::meta::part::{component, version};
use super::meta::{create as create_meta, field, names, people, permissions, project, role, server, workflow};
use super::search::suggest;
use super::session::Call;
use super::site::{Handler, Site};
use super::webhook::{admin, dynamic};
use super::{attachment, desk, oauth, search};

type Routes = Router<Arc<Site>>;

/// The vendor's API.
pub fn router(site: &Arc<Site>) -> Router {
    let api = Router::new()
        .merge(router_of("/rest/api/3", platform()))
        .merge(router_of("/rest/api/2", platform()))
        .merge(router_of("/rest/api/latest", platform()))
        .merge(router_of(DESK, desk::routes::rows()))
        .merge(router_of("", webhooks()));
    Router::new()
        .merge(api.clone())
        .nest("/ex/jira/{cloud}", api)
        .merge(router_of("", outside()))
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(DefaultBodyLimit::disable())
        .with_state(site.clone())
}

/// What one path answers to.
pub(crate) struct Ways {
    methods: Vec<&'static str>,
    router: MethodRouter<Arc<Site>>,
}

impl Ways {
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.methods.extend(other.methods);
        Self { router: self.router.merge(other.router), methods: self.methods }
    }

    /// A POST that reads its body as it comes in.
    pub(crate) fn uploads(router: MethodRouter<Arc<Site>>) -> Self {
        Self { methods: vec!["POST"], router }
    }
}

pub(crate) fn reads(handler: Handler) -> Ways {
    let router = get(async move |State(site): State<Arc<Site>>, call: Call| site.answer(&call, handler));
    Ways { methods: vec!["GET"], router }
}

pub(crate) fn posts(handler: Handler) -> Ways {
    let router = post(async move |State(site): State<Arc<Site>>, call: Call| site.answer(&call, handler));
    Ways { methods: vec!["POST"], router }
}

pub(crate) fn puts(handler: Handler) -> Ways {
    let router = put(async move |State(site): State<Arc<Site>>, call: Call| site.answer(&call, handler));
    Ways { methods: vec!["PUT"], router }
}

pub(crate) fn deletes(handler: Handler) -> Ways {
    let router = delete(async move |State(site): State<Arc<Site>>, call: Call| site.answer(&call, handler));
    Ways { methods: vec!["DELETE"], router }
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

pub(crate) type Rows = Vec<(&'static str, Ways)>;

/// Every method and path of the vendor's API: the platform's under its third version, the gateway's prefix left out.
pub fn routes() -> Vec<(&'static str, String)> {
    let families = [("/rest/api/3", platform()), ("", webhooks()), (DESK, desk::routes::rows()), ("", outside())];
    let rows = families.into_iter().flat_map(|(prefix, rows)| rows.into_iter().map(move |row| (prefix, row)));
    rows.flat_map(|(prefix, (path, ways))| ways.methods.into_iter().map(move |name| (name, format!("{prefix}{path}"))))
        .collect()
}

fn router_of(prefix: &str, rows: Rows) -> Routes {
    rows.into_iter().fold(Router::new(), |router, (path, ways)| router.route(&format!("{prefix}{path}"), ways.router))
}

/// Where service management's API begins.
const DESK: &str = "/rest/servicedeskapi";

fn webhooks() -> Rows {
    vec![
        ("/rest/webhooks/1.0/webhook", reads(admin::list).merge(posts(admin::create))),
        (
            "/rest/webhooks/1.0/webhook/{webhook}",
            reads(admin::get).merge(puts(admin::put)).merge(deletes(admin::delete)),
        ),
    ]
}

/// What is not the site's own: the gateway, the sign-in, the media service.
fn outside() -> Rows {
    vec![
        ("/_edge/tenant_info", reads(server::tenant)),
        ("/oauth/token", posts(oauth::token)),
        ("/oauth/token/accessible-resources", reads(oauth::sites)),
        ("/__media/file/{media}/binary", reads(attachment::media)),
    ]
}

/// The platform API below one version's prefix.
fn platform() -> Rows {
    [site_rows(), issue_rows(), part_rows(), meta_rows(), project_rows()].into_iter().flatten().collect()
}

fn site_rows() -> Rows {
    vec![
        ("/serverInfo", reads(server::info)),
        ("/configuration", reads(server::configuration)),
        ("/attachment/meta", reads(server::attachments)),
        ("/myself", reads(people::myself)),
        ("/mypermissions", reads(permissions::mine)),
        ("/mypreferences/locale", reads(server::locale)),
        ("/permissions", reads(permissions::all)),
        ("/permissions/check", posts(permissions::check)),
        ("/permissions/project", posts(permissions::projects)),
        ("/user", reads(people::get)),
        ("/user/bulk", reads(people::bulk)),
        ("/user/search", reads(people::search)),
        ("/user/picker", reads(people::pick_user)),
        ("/user/groups", reads(people::groups_of)),
        ("/groups/picker", reads(people::pick_group)),
        ("/users", reads(people::all)),
        ("/users/search", reads(people::all)),
        ("/user/assignable/search", reads(people::assignable)),
        ("/user/assignable/multiProjectSearch", reads(people::assignable)),
        ("/user/viewissue/search", reads(people::viewers)),
        ("/group", reads(people::group)),
        ("/group/bulk", reads(people::groups)),
        ("/group/member", reads(people::members)),
        ("/webhook", reads(dynamic::list).merge(posts(dynamic::register)).merge(deletes(dynamic::delete))),
        ("/webhook/refresh", puts(dynamic::refresh)),
        ("/search", reads(search::removed).merge(posts(search::removed))),
        ("/search/jql", reads(search::get).merge(posts(search::post))),
        ("/search/approximate-count", posts(search::approximate_count)),
        ("/jql/match", posts(search::matches)),
        ("/jql/parse", posts(search::parse)),
        ("/jql/autocompletedata", reads(suggest::words)),
    ]
}

fn issue_rows() -> Rows {
    vec![
        ("/issue", posts(create::create)),
        ("/issue/bulk", posts(bulk::create)),
        ("/issue/bulkfetch", posts(bulk::fetch)),
        ("/issue/picker", reads(suggest::issues)),
        ("/issue/watching", posts(watch::watching)),
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
        ("/issue/{issue}/votes", reads(watch::votes).merge(posts(watch::vote)).merge(deletes(watch::unvote))),
        ("/issueLink", posts(link::create)),
        ("/issueLink/{link}", reads(link::get).merge(deletes(link::delete))),
        ("/issueLinkType", reads(link::types)),
        ("/issueLinkType/{type}", reads(link::one_type)),
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
        (
            "/issue/{issue}/worklog/{worklog}",
            reads(worklog::get).merge(puts(worklog::edit)).merge(deletes(worklog::delete)),
        ),
        ("/worklog/updated", reads(worklog::updated)),
        ("/worklog/deleted", reads(worklog::deleted)),
        ("/worklog/list", posts(worklog::by_ids)),
        ("/issue/{issue}/attachments", Ways::uploads(post(attachment::upload))),
        ("/attachment/{attachment}", reads(attachment::get).merge(deletes(attachment::delete))),
        ("/attachment/content/{attachment}", reads(attachment::content)),
        ("/attachment/thumbnail/{attachment}", reads(attachment::content)),
    ]
}

fn meta_rows() -> Rows {
    vec![
        ("/field", reads(field::list).merge(posts(field::create))),
        ("/field/search", reads(field::search)),
        ("/field/{field}", puts(field::update)),
        ("/field/{field}/context", reads(context::list).merge(posts(context::create))),
        ("/field/{field}/context/projectmapping", reads(context::project_mapping)),
        ("/field/{field}/context/issuetypemapping", reads(context::type_mapping)),
        ("/field/{field}/context/{context}", puts(context::update).merge(deletes(context::delete))),
        ("/field/{field}/context/{context}/project", puts(context::assign)),
        ("/field/{field}/context/{context}/project/remove", posts(context::remove)),
        (
            "/field/{field}/context/{context}/option",
            reads(option::list).merge(posts(option::add)).merge(puts(option::update)),
        ),
        ("/field/{field}/context/{context}/option/{option}", deletes(option::delete)),
        ("/customFieldOption/{option}", reads(option::get)),
        ("/issuetype", reads(names::issue_types)),
        ("/issuetype/project", reads(names::issue_types_of_project)),
        ("/issuetype/{id}", reads(names::issue_type)),
        ("/status", reads(names::statuses)),
        ("/status/{id}", reads(names::status)),
        ("/statuses", reads(names::statuses_by_id)),
        ("/statuses/search", reads(names::statuses_search)),
        ("/statuscategory", reads(names::status_categories)),
        ("/statuscategory/{id}", reads(names::status_category)),
        ("/priority", reads(names::priorities)),
        ("/priority/search", reads(names::priorities_search)),
        ("/priority/{id}", reads(names::priority)),
        ("/resolution", reads(names::resolutions)),
        ("/resolution/search", reads(names::resolutions_search)),
        ("/resolution/{id}", reads(names::resolution)),
        ("/role", reads(role::all)),
        ("/workflow", reads(workflow::list)),
        ("/workflow/search", reads(workflow::search)),
        ("/label", reads(names::labels)),
    ]
}

fn project_rows() -> Rows {
    vec![
        ("/project", reads(project::list).merge(posts(project::change::create))),
        ("/project/search", reads(project::search)),
        ("/project/recent", reads(project::recent)),
        ("/projectvalidate/key", reads(project::validate_key)),
        ("/project/type", reads(project::kinds)),
        ("/project/{project}", reads(project::get).merge(puts(project::change::update))),
        ("/project/{project}/archive", posts(project::change::archive)),
        ("/project/{project}/restore", posts(project::change::restore)),
        ("/project/{project}/statuses", reads(project::statuses)),
        ("/project/{project}/components", reads(component::list)),
        ("/project/{project}/component", reads(component::page)),
        ("/project/{project}/versions", reads(version::list)),
        ("/project/{project}/version", reads(version::page)),
        ("/project/{project}/role", reads(role::urls)),
        ("/project/{project}/role/{role}", reads(role::get)),
        ("/project/{project}/roledetails", reads(role::details)),
        ("/project/{project}/properties", reads(project::property_keys)),
        (
            "/project/{project}/properties/{property}",
            reads(project::property_get).merge(puts(project::property_put)).merge(deletes(project::property_delete)),
        ),
        ("/component", posts(component::create)),
        ("/component/{part}", reads(component::get).merge(puts(component::update)).merge(deletes(component::delete))),
        ("/component/{part}/relatedIssueCounts", reads(component::related)),
        ("/version", posts(version::create)),
        ("/version/{part}", reads(version::get).merge(puts(version::update)).merge(deletes(version::delete))),
        ("/version/{part}/relatedIssueCounts", reads(version::related)),
        ("/version/{part}/removeAndSwap", posts(version::swap)),
    ]
}
