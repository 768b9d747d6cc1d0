//! Roles of projects; comments are restricted by their names.

use serde_json::{Value, json};

use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::catalogue::ProjectKind;
use crate::jira::session::Session;

const ROLES: [(u64, &str, &str); 2] = [
    (10002, "Administrators", "People who administer the project."),
    (10003, "Service Desk Team", "People who work on requests."),
];

/// The roles of one kind of project: only service desks have a team.
fn of(kind: ProjectKind) -> impl Iterator<Item = (u64, &'static str, &'static str)> {
    ROLES.into_iter().filter(move |(id, ..)| *id == 10002 || kind == ProjectKind::ServiceDesk)
}

/// By name, the URL of each.
pub(crate) fn urls(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    Ok(Reply::ok(s.view().project(project)["roles"].clone()))
}

pub(crate) fn get(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    let wanted = s.call.param("role");
    let role = of(project.kind).find(|(id, ..)| id.to_string() == wanted);
    let (id, name, description) = role.ok_or_else(|| Refusal::message(404, "The project role was not found."))?;
    let url = s.view().api(&format!("project/{}/role/{id}", project.id));
    Ok(Reply::ok(json!({ "self": url, "name": name, "id": id, "description": description, "actors": [] })))
}

pub(crate) fn details(s: &mut Session<'_>) -> Answer {
    let project = s.project(s.call.param("project"))?;
    let view = s.view();
    let row = |(id, name, description)| {
        let url = view.api(&format!("project/{}/role/{id}", project.id));
        json!({ "self": url, "name": name, "id": id, "description": description, "admin": id == 10002_u64, "default": false, "roleConfigurable": true, "translatedName": name })
    };
    Ok(Reply::ok(of(project.kind).map(row).collect::<Value>()))
}

pub(crate) fn all(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let view = s.view();
    let row = |(id, name, description)| json!({ "self": view.api(&format!("role/{id}")), "name": name, "id": id, "description": description, "actors": [] });
    Ok(Reply::ok(ROLES.into_iter().map(row).collect::<Value>()))
}
