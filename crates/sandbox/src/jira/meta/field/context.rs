//! Contexts of a custom field: which projects it is for, each context with options of its own.
//!
//! A context without projects is for every project that has none of its own; a field whose contexts are all for some
//! projects is on no other's screens.

use serde_json::{Value, json};

use super::custom;
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::fields::input::id_text;
use crate::jira::fields::{Context, Field};
use crate::jira::limits::FIELD_PAGE;
use crate::jira::paging::Page;
use crate::jira::session::Session;

/// The field of the path, for those who may configure it.
fn field<'s>(s: &'s Session<'_>) -> Result<&'s Field, Refusal> {
    s.me()?;
    if !s.administers() {
        return Err(Refusal::message(403, "Only Jira administrators can access custom field contexts."));
    }
    custom(s)
}

/// The field and the context of the path.
pub(super) fn context<'s>(s: &'s Session<'_>) -> Result<(&'s Field, &'s Context), Refusal> {
    let field = field(s)?;
    let found = field.contexts.iter().find(|context| context.id == s.call.param("context"));
    Ok((field, found.ok_or_else(|| Refusal::message(404, "The context was not found."))?))
}

/// The same, to be changed; what is refused was refused before.
pub(super) fn context_mut<'s>(s: &'s mut Session<'_>) -> Result<&'s mut Context, Refusal> {
    let (field, context) = context(s).map(|(field, context)| (field.id.clone(), context.id.clone()))?;
    let fields = s.contents.catalogue.fields.iter_mut();
    let found = fields.filter(|known| known.id == field).flat_map(|known| &mut known.contexts);
    found
        .into_iter()
        .find(|known| known.id == context)
        .ok_or_else(|| Refusal::message(404, "The context was not found."))
}

pub(crate) fn list(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let field = field(s)?;
    let row = |context: &Context| {
        json!({
            "id": context.id, "name": context.name, "description": context.description,
            "isGlobalContext": context.is_global(), "isAnyIssueType": true,
        })
    };
    let url = s.view().api(&format!("field/{}/context", field.id));
    Ok(Reply::ok(page.values(&url, page.cut(field.contexts.iter().map(row)), field.contexts.len())))
}

pub(crate) fn create(s: &mut Session<'_>) -> Answer {
    let id = field(s)?.id.clone();
    let body = s.call.closed_object(&["id", "name", "description", "projectIds", "issueTypeIds"])?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text("name").trim().is_empty() {
        return Err(Refusal::message(400, "The name of the context has to be provided."));
    }
    if body.get("issueTypeIds").and_then(Value::as_array).is_some_and(|types| !types.is_empty()) {
        return Err(Refusal::message(400, "The sandbox has no contexts for some issue types; leave issueTypeIds out."));
    }
    let projects = free_projects(s, body.get("projectIds"))?;
    let context = Context {
        id: s.contents.next_id().to_string(),
        name: text("name"),
        description: text("description"),
        projects,
        choices: Vec::new(),
    };
    if context.is_global() && field(s)?.contexts.iter().any(Context::is_global) {
        return Err(Refusal::message(400, "The custom field has a global context already."));
    }
    let ids: Vec<String> = context.projects.iter().map(u64::to_string).collect();
    let row = json!({
        "id": context.id, "name": context.name, "description": context.description, "projectIds": ids,
        "issueTypeIds": [],
    });
    let fields = s.contents.catalogue.fields.iter_mut();
    fields.filter(|known| known.id == id).for_each(|known| known.contexts.push(context.clone()));
    Ok(Reply::created(row))
}

pub(crate) fn update(s: &mut Session<'_>) -> Answer {
    let body = s.call.closed_object(&["name", "description"])?;
    let context = context_mut(s)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    context.name = text("name").unwrap_or_else(|| context.name.clone());
    context.description = text("description").unwrap_or_else(|| context.description.clone());
    Ok(Reply::no_content())
}

pub(crate) fn delete(s: &mut Session<'_>) -> Answer {
    let (field, id) = context(s).map(|(field, context)| (field.id.clone(), context.id.clone()))?;
    let fields = s.contents.catalogue.fields.iter_mut();
    fields.filter(|known| known.id == field).for_each(|known| known.contexts.retain(|context| context.id != id));
    Ok(Reply::no_content())
}

/// Which projects a field's contexts are for.
pub(crate) fn project_mapping(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let field = field(s)?;
    let wanted = s.call.query_list("contextId");
    let contexts = field.contexts.iter().filter(|context| wanted.is_empty() || wanted.contains(&context.id));
    let rows = contexts.flat_map(|context| -> Vec<Value> {
        match context.is_global() {
            true => vec![json!({ "contextId": context.id, "isGlobalContext": true })],
            false => {
                let row = |id: &u64| json!({ "contextId": context.id, "projectId": id.to_string() });
                context.projects.iter().map(row).collect()
            }
        }
    });
    let rows: Vec<Value> = rows.collect();
    let (total, url) = (rows.len(), s.view().api(&format!("field/{}/context/projectmapping", field.id)));
    Ok(Reply::ok(page.values(&url, page.cut(rows.into_iter()), total)))
}

/// Which issue types a field's contexts are for: all of them.
pub(crate) fn type_mapping(s: &mut Session<'_>) -> Answer {
    let page = Page::of(s.call, FIELD_PAGE, FIELD_PAGE)?;
    let field = field(s)?;
    let row = |context: &Context| json!({ "contextId": context.id, "isAnyIssueType": true });
    let url = s.view().api(&format!("field/{}/context/issuetypemapping", field.id));
    Ok(Reply::ok(page.values(&url, page.cut(field.contexts.iter().map(row)), field.contexts.len())))
}

/// Gives a context further projects; one that has a context of this field already refuses all of them.
pub(crate) fn assign(s: &mut Session<'_>) -> Answer {
    context(s)?;
    let body = s.call.closed_object(&["projectIds"])?;
    let projects = free_projects(s, body.get("projectIds"))?;
    context_mut(s)?.projects.extend(projects);
    Ok(Reply::no_content())
}

/// Takes projects from a context. One that has none left is for all projects, so there may be no other such.
pub(crate) fn remove(s: &mut Session<'_>) -> Answer {
    let (field, context) = context(s)?;
    let body = s.call.closed_object(&["projectIds"])?;
    let projects = project_ids(s, body.get("projectIds"))?;
    if projects.iter().any(|project| !context.projects.contains(project)) {
        return Err(Refusal::message(400, "At least one of the projects is not assigned to the context."));
    }
    let left: Vec<u64> = context.projects.iter().copied().filter(|project| !projects.contains(project)).collect();
    if left.is_empty() && field.contexts.iter().any(Context::is_global) {
        return Err(Refusal::message(400, "The custom field has a global context already."));
    }
    context_mut(s)?.projects = left;
    Ok(Reply::no_content())
}

/// Projects that no context of the field is for by name.
fn free_projects(s: &Session<'_>, asked: Option<&Value>) -> Result<Vec<u64>, Refusal> {
    let projects = project_ids(s, asked)?;
    let taken = field(s)?.contexts.iter().flat_map(|context| &context.projects).find(|taken| projects.contains(taken));
    match taken {
        Some(taken) => {
            let message = format!("These projects were associated with another context: {taken}.");
            Err(Refusal::message(400, message))
        }
        None => Ok(projects),
    }
}

fn project_ids(s: &Session<'_>, asked: Option<&Value>) -> Result<Vec<u64>, Refusal> {
    let ids = asked.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut projects = Vec::with_capacity(ids.len());
    for id in ids {
        let id = id_text(id).ok_or_else(Refusal::payload)?;
        let project = id.parse().ok().filter(|id| s.contents.catalogue.projects.contains_key(id));
        let project: u64 = project.ok_or_else(|| Refusal::message(404, "The project was not found."))?;
        if projects.contains(&project) {
            return Err(Refusal::message(400, "The projectIds must not contain duplicates."));
        }
        projects.push(project);
    }
    Ok(projects)
}
