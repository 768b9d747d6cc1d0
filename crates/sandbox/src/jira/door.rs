//! The control door's routes that only this side has: rights, the search index's lag, rate limits, and what people do on
//! screens: moving an issue, migrating the site, drawing a workflow, setting up a portal, consenting to an app's scopes.

mod workflow;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::fields::{PLATFORM_TYPES, founding};
use super::issue::{by_hand, migrate as migration};
use super::meta::field::kind_of;
use super::permission::{self, Right};
use super::rates::Settings;
use super::scope::ALL;
use super::site::Site;
use crate::credentials::JIRA_EMAIL;

/// The control routes of the Jira side, beside those of [`crate::control::door`].
pub fn door(site: &Arc<Site>) -> Router {
    Router::new()
        .route("/__sandbox/rights", post(rights))
        .route("/__sandbox/index", post(index))
        .route("/__sandbox/limits", post(limits))
        .route("/__sandbox/move", post(move_issue))
        .route("/__sandbox/migrate", post(migrate))
        .route("/__sandbox/workflow", post(draw_workflow))
        .route("/__sandbox/fields", post(add_field))
        .route("/__sandbox/portal", post(portal))
        .route("/__sandbox/scopes", post(scopes))
        .with_state(site.clone())
}

fn refused(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RightAsked {
    /// E-mail or account id; absent is the default account.
    user: Option<String>,
    project: Option<String>,
    permission: String,
    granted: bool,
}

async fn rights(State(site): State<Arc<Site>>, Json(asked): Json<RightAsked>) -> Response {
    let mut contents = site.contents().lock();
    let user = asked.user.as_deref().unwrap_or(JIRA_EMAIL);
    let account =
        contents.people.by_email(user).or_else(|| contents.people.users.get(user)).map(|u| u.account_id.clone());
    let Some(account) = account else { return refused(&format!("Nobody here is called {user}.")) };
    if !permission::is_known(&asked.permission) {
        return refused(&format!("{} is no permission.", asked.permission));
    }
    let project = match &asked.project {
        None => None,
        Some(key) => match contents.find_project(key) {
            Some(project) => Some(project.id),
            None => return refused(&format!("There is no project {key}.")),
        },
    };
    contents.rights.push(Right { account, project, permission: asked.permission, granted: asked.granted });
    StatusCode::NO_CONTENT.into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexAsked {
    lag_ms: Option<i64>,
    outward_is_source: Option<bool>,
}

async fn index(State(site): State<Arc<Site>>, Json(asked): Json<IndexAsked>) -> StatusCode {
    let mut contents = site.contents().lock();
    let mut knobs = site.knobs().lock();
    if let Some(lag_ms) = asked.lag_ms {
        knobs.index_lag_ms = lag_ms.max(0);
        contents.index.unindexed.clear();
    }
    if let Some(outward) = asked.outward_is_source {
        knobs.outward_is_source = outward;
    }
    StatusCode::NO_CONTENT
}

async fn limits(State(site): State<Arc<Site>>, Json(settings): Json<Settings>) -> StatusCode {
    site.rates().lock().set(settings);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    issue: String,
    project: String,
}

/// The vendor has no call for moving one issue; people do it on the screen, and integrations must follow.
async fn move_issue(State(site): State<Arc<Site>>, Json(asked): Json<Move>) -> Response {
    match by_hand::move_issue(&site, &asked.issue, &asked.project) {
        Ok(key) => Json(json!({ "key": key })).into_response(),
        Err(why) => refused(&why),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Migration {
    /// The first issue's id on the new site.
    first_id: u64,
}

/// The site goes to another one, which answers here from now on.
async fn migrate(State(site): State<Arc<Site>>, Json(asked): Json<Migration>) -> StatusCode {
    migration::migrate(&mut site.contents().lock(), asked.first_id);
    StatusCode::NO_CONTENT
}

async fn draw_workflow(State(site): State<Arc<Site>>, Json(drawn): Json<workflow::Drawn>) -> Response {
    let now = site.control().clock().now_ms();
    match workflow::draw(&mut site.contents().lock(), drawn, now) {
        Ok(told) => Json(told).into_response(),
        Err(why) => refused(&why),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldAsked {
    project: String,
    name: String,
    /// The end of its type's key: `select`, `textfield`, ..
    r#type: String,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    required: bool,
}

/// A field of one team-managed project, which the API cannot make; its name may be that of another.
async fn add_field(State(site): State<Arc<Site>>, Json(asked): Json<FieldAsked>) -> Response {
    let mut contents = site.contents().lock();
    let Some(project) = contents.find_project(&asked.project).map(|p| p.id) else {
        return refused(&format!("There is no project {}.", asked.project));
    };
    let Some(kind) = kind_of(&asked.r#type) else { return refused(&format!("{} is no type of field.", asked.r#type)) };
    let number = contents.next_id();
    let options: Vec<&str> = asked.options.iter().map(String::as_str).collect();
    let custom = format!("{PLATFORM_TYPES}:{}", asked.r#type);
    let mut field = founding::custom(number, &asked.name, kind, &custom, &options);
    for context in &mut field.contexts {
        context.projects = vec![project];
        context.choices.iter_mut().for_each(|choice| choice.id = contents.next_id().to_string());
    }
    (field.scope, field.required) = (Some(project), asked.required);
    let id = field.id.clone();
    contents.catalogue.fields.push(field);
    Json(json!({ "id": id })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopesAsked {
    /// Absent: all of them.
    scopes: Option<Vec<String>>,
}

/// What an app may do, which its maker and the person who consents decide.
async fn scopes(State(site): State<Arc<Site>>, Json(asked): Json<ScopesAsked>) -> Response {
    let unknown = asked.scopes.iter().flatten().find(|scope| !ALL.contains(&scope.as_str()));
    if let Some(unknown) = unknown {
        return refused(&format!("{unknown} is no scope; there are {}.", ALL.join(", ")));
    }
    site.contents().lock().tokens.scopes = asked.scopes;
    StatusCode::NO_CONTENT.into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PortalAsked {
    /// E-mail domains whose people may become customers; empty allows all.
    allowed_domains: Option<Vec<String>>,
    /// A desk's id and whether it is open to everybody.
    desk: Option<u64>,
    open: Option<bool>,
}

/// Customer access settings, which have no API on the real site.
async fn portal(State(site): State<Arc<Site>>, Json(asked): Json<PortalAsked>) -> Response {
    let mut contents = site.contents().lock();
    if let Some(domains) = asked.allowed_domains {
        contents.desks.allowed_domains = domains;
    }
    if let (Some(id), Some(open)) = (asked.desk, asked.open) {
        match contents.desks.desks.get_mut(&id) {
            Some(desk) => desk.open = open,
            None => return refused(&format!("There is no service desk {id}.")),
        }
    }
    StatusCode::NO_CONTENT.into_response()
}
