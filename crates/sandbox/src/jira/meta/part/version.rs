//! Versions.

use serde_json::{Map, Value, json};

use super::{checked_name, home, n_issues, named_project, own_home, replace};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::catalogue::{Project, Version};
use crate::jira::fields::input::id_text;
use crate::jira::limits::{FIELD_PAGE, PAGE};
use crate::jira::paging::Page;
use crate::jira::session::Session;

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    let view = s.view();
    Ok(Reply::ok(project.versions.iter().map(|v| view.version(project, v)).collect()))
}

pub(crate) fn page(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, PAGE)?;
    let project = s.project(s.call.param("project"))?;
    let text = s.call.query("query").unwrap_or_default().to_lowercase();
    let found: Vec<&Version> = project.versions.iter().filter(|v| v.name.to_lowercase().contains(&text)).collect();
    let view = s.view();
    let rows = page.cut(found.iter().map(|v| view.version(project, v)));
    Ok(Reply::ok(page.values(&view.api(&format!("project/{}/version", project.key)), rows, found.len())))
}

pub(crate) fn create(s: &mut Session<'_>) -> Answer {
    let body = Value::Object(s.call.object()?);
    let id = named_project(s, &body)?;
    let taken =
        |name: &str| s.contents.catalogue.projects.get(&id).is_some_and(|p| p.versions.iter().any(|v| v.name == name));
    let name = checked_name(&body, taken, "version")?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let flag = |key: &str| body.get(key) == Some(&json!(true));
    let version = Version {
        id: s.contents.next_id().to_string(),
        name,
        description: text("description").unwrap_or_default(),
        released: flag("released"),
        archived: flag("archived"),
        start_date: text("startDate"),
        release_date: text("releaseDate"),
    };
    if let Some(project) = s.contents.catalogue.projects.get_mut(&id) {
        project.versions.push(version.clone());
    }
    let project = s.contents.catalogue.projects.get(&id).ok_or_else(Refusal::no_issue)?;
    Ok(Reply::created(s.view().version(project, &version)))
}

fn holds(id: &str) -> impl Fn(&Project) -> bool {
    move |project| project.versions.iter().any(|v| v.id == id)
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let id = s.call.param("part");
    let project = home(s, "version", holds(id))?;
    let version = project.versions.iter().find(|v| v.id == id);
    Ok(Reply::ok(version.map(|v| s.view().version(project, v)).unwrap_or_default()))
}

pub(crate) fn update(s: &mut Session<'_>) -> Answer {
    let id = s.call.param("part").to_owned();
    let project = own_home(s, "version", holds(&id))?;
    let body = Value::Object(s.call.object()?);
    let rows = s.contents.catalogue.projects.get(&project).map(|p| p.versions.as_slice()).unwrap_or_default();
    let taken = |name: &str| rows.iter().any(|v| v.name == name && v.id != id);
    let name = body.get("name").map(|_| checked_name(&body, taken, "version")).transpose()?;
    let rows = s.contents.catalogue.projects.get_mut(&project).map(|p| &mut p.versions);
    if let Some(version) = rows.and_then(|rows| rows.iter_mut().find(|v| v.id == id)) {
        change(version, name, &body);
    }
    get(s)
}

fn change(version: &mut Version, name: Option<String>, body: &Value) {
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let flag = |key: &str| body.get(key).and_then(Value::as_bool);
    version.name = name.unwrap_or_else(|| version.name.clone());
    version.description = text("description").unwrap_or_else(|| version.description.clone());
    version.released = flag("released").unwrap_or(version.released);
    version.archived = flag("archived").unwrap_or(version.archived);
    version.start_date = text("startDate").or_else(|| version.start_date.clone());
    version.release_date = text("releaseDate").or_else(|| version.release_date.clone());
}

/// `DELETE /version/{part}`, with the replacement in the query.
pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    let with = s.call.query("moveFixIssuesTo").map(std::borrow::Cow::into_owned);
    take_away(s, with)
}

/// `POST /version/{part}/removeAndSwap`, with the replacement in the body.
pub(crate) fn swap(s: &mut Session<'_>) -> Answer {
    let body = if s.call.body.is_empty() { Map::new() } else { s.call.object()? };
    take_away(s, body.get("moveFixIssuesTo").and_then(id_text))
}

fn take_away(s: &mut Session<'_>, with: Option<String>) -> Answer {
    let id = s.call.param("part").to_owned();
    let project = own_home(s, "version", holds(&id))?;
    replace(s, project, &id, with.as_deref());
    if let Some(project) = s.contents.catalogue.projects.get_mut(&project) {
        project.versions.retain(|v| v.id != id);
    }
    Ok(Reply::no_content())
}

pub(crate) fn related(s: &mut Session<'_>) -> Answer {
    let id = s.call.param("part");
    let project = home(s, "version", holds(id))?.id;
    let count = |names: &dyn Fn(&str) -> bool| n_issues(s, project, id, names);
    Ok(Reply::ok(json!({
        "self": s.view().api(&format!("version/{id}")),
        "issuesFixedCount": count(&|field| field == "fixVersions"),
        "issuesAffectedCount": count(&|field| field == "versions"),
        "issueCountWithCustomFieldsShowingVersion": count(&|field| field.starts_with("customfield_")),
        "customFieldUsage": [],
    })))
}
