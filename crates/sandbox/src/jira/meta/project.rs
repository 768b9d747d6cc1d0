//! Projects, with their statuses, components and versions.

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Problems, Refusal, Reply};
use crate::jira::catalogue::{Named, Project, Version};
use crate::jira::issue::property;
use crate::jira::limits::{FIELD_PAGE, PAGE, TEXT_FIELD_CHARS};
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
    let fits = |p: &&Project| {
        (keys.is_empty() || keys.contains(&p.key))
            && (ids.is_empty() || ids.contains(&p.id.to_string()))
            && (kinds.is_empty() || kinds.iter().any(|k| k == p.kind.key()))
            && (p.key.to_lowercase().contains(&text) || p.name.to_lowercase().contains(&text))
            && s.may(needed, p.id)
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

pub(crate) fn components(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    let view = s.view();
    Ok(Reply::ok(project.components.iter().map(|c| view.component(project, c)).collect()))
}

pub(crate) fn components_paged(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, PAGE)?;
    let project = s.project(s.call.param("project"))?;
    let view = s.view();
    let rows = page.cut(project.components.iter().map(|c| view.component(project, c)));
    Ok(Reply::ok(page.values(&view.api(&format!("project/{}/component", project.key)), rows, project.components.len())))
}

pub(crate) fn versions(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    let view = s.view();
    Ok(Reply::ok(project.versions.iter().map(|v| view.version(project, v)).collect()))
}

pub(crate) fn versions_paged(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, PAGE)?;
    let project = s.project(s.call.param("project"))?;
    let view = s.view();
    let rows = page.cut(project.versions.iter().map(|v| view.version(project, v)));
    Ok(Reply::ok(page.values(&view.api(&format!("project/{}/version", project.key)), rows, project.versions.len())))
}

/// The project that a component or version body names, which the caller must administer.
fn named_project(s: &Session<'_>, body: &Value) -> Result<u64, Refusal> {
    let wanted = body
        .get("projectId")
        .or_else(|| body.get("project"))
        .and_then(crate::jira::fields::input::id_text)
        .unwrap_or_default();
    let project = s.project(&wanted)?;
    if s.may("ADMINISTER_PROJECTS", project.id) {
        Ok(project.id)
    } else {
        Err(Refusal::message(403, "You must be a project or Jira administrator."))
    }
}

fn checked_name(body: &Value, taken: impl Fn(&str) -> bool, noun: &str) -> Result<String, Refusal> {
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    let mut problems = Problems::default();
    if name.is_empty() || name.chars().count() > TEXT_FIELD_CHARS {
        problems.field("name", format!("You must specify a valid {noun} name."));
    } else if taken(name) {
        problems.field("name", format!("A {noun} with this name already exists in this project."));
    }
    problems.check().map(|()| name.to_owned())
}

pub(crate) fn create_component(s: &mut Session<'_>) -> Answer {
    let body = Value::Object(s.call.object()?);
    let id = named_project(s, &body)?;
    let taken = |name: &str| {
        s.contents.catalogue.projects.get(&id).is_some_and(|p| p.components.iter().any(|c| c.name == name))
    };
    let name = checked_name(&body, taken, "component")?;
    let description = body.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    let component = Named { id: s.contents.next_id().to_string(), name, description };
    if let Some(project) = s.contents.catalogue.projects.get_mut(&id) {
        project.components.push(component.clone());
    }
    let project = s.contents.catalogue.projects.get(&id).ok_or_else(Refusal::no_issue)?;
    Ok(Reply::created(s.view().component(project, &component)))
}

pub(crate) fn create_version(s: &mut Session<'_>) -> Answer {
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

/// The roles whose names comment visibility uses.
pub(crate) fn roles(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    Ok(Reply::ok(s.view().project(project)["roles"].clone()))
}

pub(crate) fn role(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    let (id, name) = match s.call.param("role") {
        "10002" => (10002, "Administrators"),
        "10003" => (10003, "Service Desk Team"),
        _ => return Err(Refusal::message(404, "The project role was not found.")),
    };
    Ok(Reply::ok(
        json!({ "self": s.view().api(&format!("project/{}/role/{id}", project.id)), "name": name, "id": id, "description": "", "actors": [] }),
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
