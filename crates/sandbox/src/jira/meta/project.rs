//! Projects, with their statuses and properties.

pub(crate) mod change;

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Reply};
use crate::jira::catalogue::{Project, ProjectKind};
use crate::jira::contents::Contents;
use crate::jira::issue::property;
use crate::jira::limits::{FIELD_PAGE, PAGE, PROJECT_KEY_CHARS};
use crate::jira::paging::Page;
use crate::jira::session::Session;

/// Paged, by key; strangers find nothing here, with status 200.
pub(crate) fn search(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, PAGE)?;
    let found = visible(s);
    let view = s.view();
    let expand = s.call.query_list("expand");
    let rows = page.cut(found.iter().map(|p| view.project_row(p, &expand)));
    Ok(Reply::ok(page.values(&view.api("project/search"), rows, found.len())))
}

fn visible<'s>(s: &'s Session<'_>) -> Vec<&'s Project> {
    let (keys, ids, kinds) = (s.call.query_list("keys"), s.call.query_list("id"), s.call.query_list("typeKey"));
    let text = s.call.query("query").unwrap_or_default().to_lowercase();
    let needed = match s.call.query("action").as_deref() {
        Some("create") => "CREATE_ISSUES",
        Some("edit") => "ADMINISTER_PROJECTS",
        _ => "BROWSE_PROJECTS",
    };
    let archived = s.call.query_list("status").iter().any(|status| status == "archived");
    let fits = |p: &&Project| {
        (keys.is_empty() || keys.contains(&p.key))
            && (ids.is_empty() || ids.contains(&p.id.to_string()))
            && (kinds.is_empty() || kinds.iter().any(|k| k == p.kind.key()))
            && (p.key.to_lowercase().contains(&text) || p.name.to_lowercase().contains(&text))
            && if p.archived { archived && s.administers() } else { !archived && s.may(needed, p.id) }
    };
    let mut found: Vec<&Project> = s.contents.catalogue.projects.values().filter(fits).collect();
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found
}

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let view = s.view();
    let expand = s.call.query_list("expand");
    Ok(Reply::ok(visible(s).iter().map(|p| view.project_row(p, &expand)).collect()))
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    Ok(Reply::ok(s.view().project(project)))
}

/// By issue type.
pub(crate) fn statuses(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    let view = s.view();
    let statuses = |kind: &str| -> Value {
        let workflow = s.contents.catalogue.workflow_of(project.id, kind);
        workflow.into_iter().flat_map(|w| &w.statuses).map(|id| view.status(id)).collect()
    };
    let show = |kind: &crate::jira::catalogue::IssueType| json!({ "self": view.api(&format!("issuetype/{}", kind.id)), "id": kind.id, "name": kind.name, "subtask": kind.level < 0, "statuses": statuses(&kind.id) });
    Ok(Reply::ok(s.contents.catalogue.types_of(project).map(show).collect()))
}

/// Whether a key could be that of a new project: an `ErrorCollection` with status 200.
/// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-key-and-name-validation/>
pub(crate) fn validate_key(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let complaint = key_complaint(s.contents, &s.call.query("key").unwrap_or_default());
    let errors: Value = complaint.map_or_else(|| json!({}), |text| json!({ "projectKey": text }));
    Ok(Reply::ok(json!({ "errorMessages": [], "errors": errors })))
}

/// What is wrong with a key for a new project.
fn key_complaint(contents: &Contents, key: &str) -> Option<String> {
    let well_formed = key.len() >= 2
        && key.starts_with(|c: char| c.is_ascii_uppercase())
        && key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    match contents.catalogue.projects.values().find(|project| project.key == key) {
        _ if key.is_empty() => Some("You must specify a project key.".to_owned()),
        _ if key.len() > PROJECT_KEY_CHARS => {
            Some("The project key must not exceed 10 characters in length.".to_owned())
        }
        _ if !well_formed => Some(KEY_FORM.to_owned()),
        Some(taken) => Some(format!("Project '{}' uses this project key.", taken.name)),
        None => None,
    }
}

const KEY_FORM: &str =
    "Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric characters.";

/// Those the caller saw last; here simply the first ones.
pub(crate) fn recent(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let view = s.view();
    let expand = s.call.query_list("expand");
    Ok(Reply::ok(visible(s).iter().take(20).map(|p| view.project_row(p, &expand)).collect()))
}

/// The products of the site, as kinds of project.
pub(crate) fn kinds(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let row = |kind: ProjectKind| json!({ "key": kind.key(), "formattedKey": kind.name(), "descriptionI18nKey": "", "icon": "", "color": "#1D7AFC" });
    Ok(Reply::ok(
        [ProjectKind::Software, ProjectKind::ServiceDesk, ProjectKind::Business].map(row).into_iter().collect(),
    ))
}

pub(crate) fn property_keys(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    Ok(property::keys(&project.properties, &s.view().api(&format!("project/{}/properties", project.key))))
}

pub(crate) fn property_get(s: &mut Session<'_>) -> Answer {
    property::show(&s.project(s.call.param("project"))?.properties, s.call.param("property"))
}

pub(crate) fn property_put(s: &mut Session<'_>) -> Answer {
    let id = s.project(s.call.param("project"))?.id;
    let (key, value) = property::read_one(s)?;
    let before = s.contents.catalogue.projects.get_mut(&id).and_then(|p| p.properties.insert(key, value));
    Ok(Reply::empty(if before.is_some() { http::StatusCode::OK } else { http::StatusCode::CREATED }))
}

pub(crate) fn property_delete(s: &mut Session<'_>) -> Answer {
    let id = s.project(s.call.param("project"))?.id;
    let key = s.call.param("property").to_owned();
    let gone = s.contents.catalogue.projects.get_mut(&id).and_then(|p| p.properties.remove(&key));
    if gone.is_some() { Ok(Reply::no_content()) } else { Err(property::missing(&key)) }
}
