//! Components.

use serde_json::{Value, json};

use super::{checked_name, home, n_issues, named_project, own_home, replace};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::catalogue::{Named, Project};
use crate::jira::limits::{FIELD_PAGE, PAGE};
use crate::jira::paging::Page;
use crate::jira::session::Session;

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    let view = s.view();
    Ok(Reply::ok(project.components.iter().map(|c| view.component(project, c)).collect()))
}

pub(crate) fn page(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, PAGE)?;
    let project = s.project(s.call.param("project"))?;
    let text = s.call.query("query").unwrap_or_default().to_lowercase();
    let found: Vec<&Named> = project.components.iter().filter(|c| c.name.to_lowercase().contains(&text)).collect();
    let view = s.view();
    let rows = page.cut(found.iter().map(|c| view.component(project, c)));
    Ok(Reply::ok(page.values(&view.api(&format!("project/{}/component", project.key)), rows, found.len())))
}

pub(crate) fn create(s: &mut Session<'_>) -> Answer {
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

fn holds(id: &str) -> impl Fn(&Project) -> bool {
    move |project| project.components.iter().any(|c| c.id == id)
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let id = s.call.param("part");
    let project = home(s, "component", holds(id))?;
    let component = project.components.iter().find(|c| c.id == id);
    Ok(Reply::ok(component.map(|c| s.view().component(project, c)).unwrap_or_default()))
}

pub(crate) fn update(s: &mut Session<'_>) -> Answer {
    let id = s.call.param("part").to_owned();
    let project = own_home(s, "component", holds(&id))?;
    let body = Value::Object(s.call.object()?);
    let rows = s.contents.catalogue.projects.get(&project).map(|p| p.components.as_slice()).unwrap_or_default();
    let taken = |name: &str| rows.iter().any(|c| c.name == name && c.id != id);
    let name = body.get("name").map(|_| checked_name(&body, taken, "component")).transpose()?;
    let description = body.get("description").and_then(Value::as_str).map(str::to_owned);
    let rows = s.contents.catalogue.projects.get_mut(&project).map(|p| &mut p.components);
    if let Some(component) = rows.and_then(|rows| rows.iter_mut().find(|c| c.id == id)) {
        component.name = name.unwrap_or_else(|| component.name.clone());
        component.description = description.unwrap_or_else(|| component.description.clone());
    }
    get(s)
}

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    let id = s.call.param("part").to_owned();
    let project = own_home(s, "component", holds(&id))?;
    let with = s.call.query("moveIssuesTo").map(std::borrow::Cow::into_owned);
    replace(s, project, &id, with.as_deref());
    if let Some(project) = s.contents.catalogue.projects.get_mut(&project) {
        project.components.retain(|c| c.id != id);
    }
    Ok(Reply::no_content())
}

pub(crate) fn related(s: &mut Session<'_>) -> Answer {
    let id = s.call.param("part");
    let project = home(s, "component", holds(id))?;
    let url = s.view().api(&format!("component/{id}"));
    Ok(Reply::ok(json!({ "self": url, "issueCount": n_issues(s, project.id, id, |field| field == "components") })))
}
