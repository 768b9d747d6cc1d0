//! `POST /__sandbox/workflow`: a workflow for a project, as an administrator draws it on the screen.
//!
//! It says what it means by names, as people do. Issues that are in none of its statuses get its first one, as the vendor
//! asks administrators to map them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::jira::catalogue::workflow::{Condition, Transition, Workflow};
use crate::jira::catalogue::{Category, Status};
use crate::jira::contents::Contents;
use crate::jira::fields::Rich;
use crate::jira::fields::input::{self, Complaint, Context};
use crate::jira::issue::by_hand;
use crate::jira::permission;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Drawn {
    project: String,
    /// Id or name; absent is every type of the project.
    issue_type: Option<String>,
    name: Option<String>,
    /// The first one is where issues begin.
    statuses: Vec<DrawnStatus>,
    transitions: Vec<DrawnTransition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DrawnStatus {
    name: String,
    category: Category,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DrawnTransition {
    name: String,
    from: From,
    to: String,
    /// Fields that a validator insists on.
    #[serde(default)]
    required: Vec<String>,
    /// Fields on its screen; what is required, if it is not said.
    screen: Option<Vec<String>>,
    /// Post functions: what fields become.
    #[serde(default)]
    sets: Map<String, Value>,
    /// Never offered: the same as the condition `never`.
    #[serde(default)]
    hidden: bool,
    condition: Option<Condition>,
    #[serde(default)]
    for_customers: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum From {
    Word(String),
    Several(Vec<String>),
}

/// Puts the workflow into the site; returns it with the ids it got, or a sentence that says what is wrong with it.
pub(super) fn draw(contents: &mut Contents, drawn: Drawn, now: i64) -> Result<Value, String> {
    let project = contents.find_project(&drawn.project).map(|p| p.id);
    let project = project.ok_or_else(|| format!("There is no project {}.", drawn.project))?;
    let kind = drawn.issue_type.as_deref().map(|wanted| issue_type(contents, project, wanted)).transpose()?;
    if drawn.statuses.is_empty() {
        return Err("A workflow needs at least one status.".into());
    }
    let reader = Reader { contents, project, statuses: statuses(contents, &drawn.statuses) };
    let transitions = drawn.transitions.iter().zip(1..).map(|(row, n)| reader.transition(row, n));
    let transitions = transitions.collect::<Result<Vec<_>, _>>()?;
    let new_statuses = reader.statuses;
    let ids: Vec<String> = new_statuses.iter().map(|status| status.id.clone()).collect();
    let key = format!("drawn-{project}-{}", kind.as_deref().unwrap_or("all"));
    let name = drawn.name.unwrap_or_else(|| format!("Workflow of {}", drawn.project));
    let workflow = Workflow { name, initial: ids[0].clone(), statuses: ids, transitions };
    let answer = told(&workflow, &new_statuses);
    install(contents, project, kind, key, workflow, new_statuses);
    by_hand::fit_statuses(contents, project, now);
    Ok(answer)
}

fn issue_type(contents: &Contents, project: u64, wanted: &str) -> Result<String, String> {
    let known = contents.catalogue.projects.get(&project).and_then(|project| {
        contents.catalogue.types_of(project).find(|t| t.id == wanted || t.name == wanted).map(|t| t.id.clone())
    });
    known.ok_or_else(|| format!("The project has no issue type {wanted}."))
}

/// A status is known by its name and category together; others get ids that nobody has.
fn statuses(contents: &Contents, drawn: &[DrawnStatus]) -> Vec<Status> {
    let known = |row: &DrawnStatus| {
        contents.catalogue.statuses.iter().find(|s| s.name == row.name && s.category == row.category).cloned()
    };
    let rows = drawn.iter().zip(contents.last_id + 1..);
    let fresh = |row: &DrawnStatus, id: u64| Status {
        id: id.to_string(),
        name: row.name.clone(),
        description: String::new(),
        category: row.category,
        scope: None,
    };
    rows.map(|(row, id)| known(row).unwrap_or_else(|| fresh(row, id))).collect()
}

fn install(
    contents: &mut Contents,
    project: u64,
    kind: Option<String>,
    key: String,
    workflow: Workflow,
    statuses: Vec<Status>,
) {
    contents.last_id += statuses.len() as u64;
    let catalogue = &mut contents.catalogue;
    let unknown = statuses.into_iter().filter(|s| catalogue.statuses.iter().all(|known| known.id != s.id));
    let unknown: Vec<Status> = unknown.collect();
    catalogue.statuses.extend(unknown);
    catalogue.workflows.insert(key.clone(), workflow);
    if let Some(project) = catalogue.projects.get_mut(&project) {
        match kind {
            Some(kind) => {
                project.type_workflows.insert(kind, key);
            }
            None => {
                project.type_workflows.clear();
                project.workflow = key;
            }
        }
    }
}

fn told(workflow: &Workflow, statuses: &[Status]) -> Value {
    let statuses: Value = statuses.iter().map(|s| json!({ "id": s.id, "name": s.name })).collect();
    let transitions: Value = workflow.transitions.iter().map(|t| json!({ "id": t.id, "name": t.name })).collect();
    json!({ "workflow": workflow.name, "statuses": statuses, "transitions": transitions })
}

/// Turns the names of a drawing into ids.
struct Reader<'a> {
    contents: &'a Contents,
    project: u64,
    statuses: Vec<Status>,
}

impl Reader<'_> {
    fn transition(&self, row: &DrawnTransition, n: u32) -> Result<Transition, String> {
        let required = self.fields(&row.required)?;
        let screen = row.screen.as_ref().map_or_else(|| Ok(required.clone()), |screen| self.fields(screen))?;
        let from = match &row.from {
            From::Word(word) if word == "any" => Vec::new(),
            From::Word(name) => vec![self.status(name)?],
            From::Several(names) => names.iter().map(|name| self.status(name)).collect::<Result<_, _>>()?,
        };
        let condition = row.condition.clone().map(|condition| self.condition(condition)).transpose()?;
        Ok(Transition {
            id: format!("{n}1"),
            name: row.name.clone(),
            from,
            to: self.status(&row.to)?,
            screen,
            validators: required.into_iter().map(|id| (id.clone(), self.insists(&id))).collect(),
            resolution: None,
            sets: self.sets(&row.sets)?,
            condition: if row.hidden { Some(Condition::Never) } else { condition },
            for_customers: row.for_customers,
        })
    }

    fn status(&self, name: &str) -> Result<String, String> {
        let known = self.statuses.iter().find(|s| s.name == name).map(|s| s.id.clone());
        known.ok_or_else(|| format!("There is no status {name} among those of the workflow."))
    }

    fn fields(&self, wanted: &[String]) -> Result<Vec<String>, String> {
        wanted.iter().map(|wanted| self.field(wanted)).collect()
    }

    fn field(&self, wanted: &str) -> Result<String, String> {
        let known = self.contents.catalogue.fields.iter().find(|f| f.id == wanted || f.name == wanted);
        known.map(|f| f.id.clone()).ok_or_else(|| format!("There is no field {wanted}."))
    }

    /// What the vendor's own validator "Field required" says.
    fn insists(&self, id: &str) -> String {
        format!("{} is required.", self.contents.catalogue.field(id).map(|f| f.name.as_str()).unwrap_or(id))
    }

    fn sets(&self, wanted: &Map<String, Value>) -> Result<BTreeMap<String, Value>, String> {
        let context = Context { contents: self.contents, project: self.project, rich: Rich::Document };
        let read = |(wanted, value): (&String, &Value)| {
            let id = self.field(wanted)?;
            let field = self.contents.catalogue.field(&id).ok_or_else(|| format!("There is no field {wanted}."))?;
            let stored = input::read(field, value, context).map_err(|complaint| match complaint {
                Complaint::Field(text) => format!("{wanted}: {text}"),
                Complaint::InvalidInput => format!("{wanted}: the document is not valid."),
            })?;
            Ok((id, stored))
        };
        wanted.iter().map(read).collect()
    }

    fn condition(&self, condition: Condition) -> Result<Condition, String> {
        match condition {
            Condition::Permission(key) if !permission::is_known(&key) => Err(format!("{key} is no permission.")),
            Condition::Group(name) if self.contents.people.group_by(&name).is_none() => {
                Err(format!("There is no group {name}."))
            }
            Condition::SubTasks(name) => {
                let known = self.contents.catalogue.statuses.iter().chain(&self.statuses).find(|s| s.name == name);
                known.map(|s| Condition::SubTasks(s.id.clone())).ok_or_else(|| format!("There is no status {name}."))
            }
            other => Ok(other),
        }
    }
}
