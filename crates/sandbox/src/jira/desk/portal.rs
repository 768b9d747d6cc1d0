//! Desks and their request types: what can be asked for, and with which fields.

use serde_json::{Value, json};

use super::customer::desk;
use super::paging::{experimental, missing, page};
use super::{Desk, RequestType};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::meta::create::field_meta;
use crate::jira::session::Session;

pub(super) fn show(s: &Session<'_>, desk: &Desk) -> Value {
    let project = s.contents.catalogue.projects.get(&desk.project);
    json!({
        "id": desk.id.to_string(),
        "projectId": desk.project.to_string(),
        "projectName": project.map(|p| p.name.as_str()),
        "projectKey": project.map(|p| p.key.as_str()),
        "_links": { "self": s.view().desk_api(&format!("servicedesk/{}", desk.id)) },
    })
}

pub(super) fn desks(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let seen = s.contents.desks.desks.values().filter(|d| s.may("BROWSE_PROJECTS", d.project));
    page(s, "servicedesk", seen.map(|d| show(s, d)).collect())
}

pub(super) fn get(s: &mut Session<'_>) -> Answer {
    s.me()?;
    Ok(Reply::ok(show(s, desk(s)?)))
}

pub(super) fn request_types(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let id = desk(s)?.id;
    let text = s.call.query("searchQuery").unwrap_or_default().to_lowercase();
    let view = s.view();
    let kinds = s.contents.desks.request_types.iter();
    let found = kinds.filter(|kind| kind.desk == id && kind.name.to_lowercase().contains(&text));
    page(s, &format!("servicedesk/{id}/requesttype"), found.map(|kind| view.request_type_row(kind)).collect())
}

pub(super) fn all_request_types(s: &mut Session<'_>) -> Answer {
    s.me()?;
    experimental(s)?;
    let view = s.view();
    page(s, "requesttype", s.contents.desks.request_types.iter().map(|kind| view.request_type_row(kind)).collect())
}

fn addressed<'s>(s: &'s Session<'_>) -> Result<&'s RequestType, Refusal> {
    s.me()?;
    let desk = desk(s)?.id;
    let kind = s.contents.desks.request_type(s.call.param("type")).filter(|kind| kind.desk == desk);
    kind.ok_or_else(|| missing("request type"))
}

pub(super) fn request_type(s: &mut Session<'_>) -> Answer {
    Ok(Reply::ok(s.view().request_type_row(addressed(s)?)))
}

pub(super) fn groups(s: &mut Session<'_>) -> Answer {
    s.me()?;
    let id = desk(s)?.id;
    page(s, &format!("servicedesk/{id}/requesttypegroup"), vec![json!({ "id": "1", "name": "General" })])
}

/// Summary is required, the rest is not.
pub(super) fn fields(s: &mut Session<'_>) -> Answer {
    let kind = addressed(s)?;
    let desk = desk(s)?;
    let Some(project) = s.contents.catalogue.projects.get(&desk.project) else { return Err(missing("project")) };
    let view = s.view();
    let ids = ["summary", "description"].into_iter().chain(kind.fields.iter().map(String::as_str));
    let rows = ids.filter_map(|id| s.contents.catalogue.field(id)).map(|field| {
        let meta = field_meta(&view, project, field);
        let values = meta.get("allowedValues").and_then(Value::as_array).cloned().unwrap_or_default();
        let label = |v: &Value| v.get("value").or_else(|| v.get("name")).cloned().unwrap_or_default();
        let values = values.iter().map(|v| json!({ "value": v["id"], "label": label(v), "children": [] }));
        json!({
            "fieldId": field.id,
            "name": field.name,
            "description": field.description,
            "required": field.id == "summary",
            "visible": true,
            "defaultValues": [],
            "validValues": values.collect::<Vec<_>>(),
            "jiraSchema": field.schema(),
        })
    });
    Ok(Reply::ok(json!({
        "requestTypeFields": rows.collect::<Vec<_>>(),
        "canRaiseOnBehalfOf": true,
        "canAddRequestParticipants": true,
    })))
}
