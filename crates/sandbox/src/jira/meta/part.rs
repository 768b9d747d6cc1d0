//! The parts of a project that issues name: components and versions.

use serde_json::{Value, json};

use crate::jira::answer::{Problems, Refusal};
use crate::jira::catalogue::Project;
use crate::jira::fields::input::id_text;
use crate::jira::limits::TEXT_FIELD_CHARS;
use crate::jira::session::Session;

pub(crate) mod component;
pub(crate) mod version;

/// The project that a component or version body names, which the caller must administer.
fn named_project(s: &Session<'_>, body: &Value) -> Result<u64, Refusal> {
    let wanted = body.get("projectId").or_else(|| body.get("project")).and_then(id_text).unwrap_or_default();
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

/// The project that holds a part, which the caller must be able to see.
fn home<'s>(s: &'s Session<'_>, noun: &str, holds: impl Fn(&Project) -> bool) -> Result<&'s Project, Refusal> {
    let found = s.contents.catalogue.projects.values().find(|p| holds(p)).filter(|p| s.may("BROWSE_PROJECTS", p.id));
    found.ok_or_else(|| Refusal::message(404, format!("The {noun} with id {} does not exist.", s.call.param("part"))))
}

/// The same for one who may change it.
fn own_home(s: &Session<'_>, noun: &str, holds: impl Fn(&Project) -> bool) -> Result<u64, Refusal> {
    let id = home(s, noun, holds)?.id;
    if s.may("ADMINISTER_PROJECTS", id) {
        Ok(id)
    } else {
        Err(Refusal::message(403, "You must be a project or Jira administrator."))
    }
}

/// How many issues name a part in one of these fields.
fn n_issues(s: &Session<'_>, project: u64, part: &str, names: impl Fn(&str) -> bool) -> usize {
    let issues = s.contents.issues.values().filter(|issue| issue.project == project);
    let holds = |value: &Value| match value {
        Value::Array(ids) => ids.iter().any(|id| id == part),
        id => id == part,
    };
    issues.filter(|issue| issue.values.iter().any(|(field, value)| names(field) && holds(value))).count()
}

/// Takes a part out of every issue of its project, or puts another in its place. Deleting a part moves nobody's `updated`.
fn replace(s: &mut Session<'_>, project: u64, part: &str, with: Option<&str>) {
    let catalogue = &s.contents.catalogue;
    let fields: Vec<String> =
        catalogue.fields.iter().filter(|f| f.kind.belongs_to_project()).map(|f| f.id.clone()).collect();
    let other = with.map(|id| json!(id));
    let swapped = |value: &Value| match value {
        Value::Array(ids) => {
            let mut kept: Vec<Value> = ids.iter().filter(|id| *id != part).cloned().collect();
            kept.extend(other.clone().filter(|other| kept.len() < ids.len() && !kept.contains(other)));
            if kept.is_empty() { None } else { Some(Value::Array(kept)) }
        }
        id if id == part => other.clone(),
        id => Some(id.clone()),
    };
    for issue in s.contents.issues.values_mut().filter(|issue| issue.project == project) {
        for field in &fields {
            let Some(value) = issue.values.remove(field) else { continue };
            if let Some(value) = swapped(&value) {
                issue.values.insert(field.clone(), value);
            }
        }
    }
}
