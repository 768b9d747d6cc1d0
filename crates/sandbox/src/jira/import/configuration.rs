//! The configuration that imported issues speak of: projects, issue types, statuses, versions and an open workflow.

use serde_json::{Value, json};

use super::{Importer, text};
use crate::jira::catalogue::founding::{OPEN_WORKFLOW, RESOLUTION_DONE, SUB_TASK, project as new_project};
use crate::jira::catalogue::workflow::{Transition, Workflow};
use crate::jira::catalogue::{Category, IssueType, ProjectKind, Status, Version};
use crate::jira::fields::input::id_text;

impl Importer<'_> {
    pub(super) fn project(&mut self, key: &str, row: Option<&Value>, number: u64) -> Result<u64, String> {
        let known = self.contents.find_project(key).map(|p| p.id);
        let id = match known {
            Some(id) => id,
            None => {
                let wanted = row.and_then(|r| r.get("id")).and_then(id_text).and_then(|id| id.parse().ok());
                let id = wanted
                    .filter(|id| !self.contents.catalogue.projects.contains_key(id))
                    .unwrap_or_else(|| self.contents.next_id());
                let name = row.and_then(|r| text(r, "name")).unwrap_or(key);
                let workflow = format!("{OPEN_WORKFLOW}-{key}");
                let project = new_project(id, key, name, ProjectKind::Software, &[], &workflow);
                self.contents
                    .catalogue
                    .workflows
                    .insert(workflow, Workflow { name: format!("Open workflow of {key}"), ..Workflow::default() });
                self.contents.catalogue.projects.insert(id, project);
                self.contents.last_id = self.contents.last_id.max(id);
                id
            }
        };
        let project = self.contents.catalogue.projects.get_mut(&id).ok_or("its project is missing")?;
        project.last_number = project.last_number.max(number);
        Ok(id)
    }

    pub(super) fn issue_type(&mut self, project: u64, row: Option<&Value>) -> String {
        let name = row.and_then(|r| text(r, "name")).unwrap_or("Task");
        let sub_task = row.and_then(|r| r.get("subtask")) == Some(&json!(true));
        let catalogue = &mut self.contents.catalogue;
        let id = match catalogue.issue_types.iter().find(|t| t.name == name && (t.level < 0) == sub_task) {
            Some(known) => known.id.clone(),
            None => {
                let wanted = row.and_then(|r| r.get("id")).and_then(id_text).unwrap_or_default();
                let free = !wanted.is_empty() && catalogue.issue_types.iter().all(|t| t.id != wanted);
                let id = if free { wanted } else { format!("{}", 11_000 + catalogue.issue_types.len()) };
                let level = if sub_task { -1 } else { i8::from(name == "Epic") };
                let description = row.and_then(|r| text(r, "description")).unwrap_or_default().to_owned();
                catalogue.issue_types.push(IssueType {
                    id: id.clone(),
                    name: name.to_owned(),
                    description,
                    level,
                    scope: None,
                });
                id
            }
        };
        if let Some(project) = catalogue.projects.get_mut(&project)
            && !project.issue_types.contains(&id)
        {
            project.issue_types.push(id.clone());
        }
        id
    }

    /// The status by name and category, added to the project's workflow.
    pub(super) fn status(&mut self, project: u64, row: Option<&Value>) -> String {
        let name = row.and_then(|r| text(r, "name")).unwrap_or("To Do");
        let category = row
            .and_then(|r| r.get("statusCategory"))
            .and_then(|c| text(c, "key"))
            .map_or(Category::New, Category::from_key);
        let catalogue = &mut self.contents.catalogue;
        let id = match catalogue.statuses.iter().find(|s| s.name == name && s.category == category) {
            Some(known) => known.id.clone(),
            None => {
                let wanted = row.and_then(|r| r.get("id")).and_then(id_text).unwrap_or_default();
                let free = !wanted.is_empty() && catalogue.statuses.iter().all(|s| s.id != wanted);
                let id = if free { wanted } else { format!("{}", 11_000 + catalogue.statuses.len()) };
                let description = row.and_then(|r| text(r, "description")).unwrap_or_default().to_owned();
                catalogue.statuses.push(Status {
                    id: id.clone(),
                    name: name.to_owned(),
                    description,
                    category,
                    scope: None,
                });
                id
            }
        };
        let workflow = catalogue.projects.get(&project).map(|p| p.workflow.clone()).unwrap_or_default();
        if let Some(workflow) = catalogue.workflows.get_mut(&workflow)
            && !workflow.statuses.contains(&id)
        {
            workflow.statuses.push(id.clone());
        }
        id
    }

    /// From any status to any status; what is done gets a resolution, and loses it when it is reopened.
    pub(super) fn open_workflows(&mut self) {
        let catalogue = &mut self.contents.catalogue;
        let open = format!("{OPEN_WORKFLOW}-");
        for (name, workflow) in catalogue.workflows.iter_mut().filter(|(name, _)| name.starts_with(&open)) {
            let category =
                |id: &str| catalogue.statuses.iter().find(|s| s.id == id).map_or(Category::Undefined, |s| s.category);
            let label =
                |id: &str| catalogue.statuses.iter().find(|s| s.id == id).map(|s| s.name.clone()).unwrap_or_default();
            workflow.statuses.sort_by_key(|id| category(id).id());
            workflow.initial = workflow
                .statuses
                .iter()
                .find(|id| category(id) == Category::New)
                .or(workflow.statuses.first())
                .cloned()
                .unwrap_or_default();
            workflow.transitions = workflow
                .statuses
                .iter()
                .zip(1..)
                .map(|(to, n)| open_transition(n, to, label(to), category(to)))
                .collect();
            for project in catalogue.projects.values_mut().filter(|p| p.workflow == *name) {
                if !project.issue_types.iter().any(|t| t == SUB_TASK) {
                    project.issue_types.push(SUB_TASK.to_owned());
                }
            }
        }
    }
}

fn open_transition(n: u32, to: &str, name: String, category: Category) -> Transition {
    let done = category == Category::Done;
    Transition {
        id: format!("{}1", n),
        name,
        to: to.to_owned(),
        screen: if done { vec!["resolution".into()] } else { Vec::new() },
        resolution: Some(if done { RESOLUTION_DONE.into() } else { String::new() }),
        ..Transition::default()
    }
}

pub(super) fn add_version(rows: &mut Vec<Version>, row: &Value) -> Option<String> {
    let name = text(row, "name")?;
    if let Some(known) = rows.iter().find(|r| r.name == name) {
        return Some(known.id.clone());
    }
    let id = row
        .get("id")
        .and_then(id_text)
        .filter(|id| rows.iter().all(|r| r.id != *id))
        .unwrap_or_else(|| format!("{}", 11_000 + rows.len()));
    let flag = |key: &str| row.get(key) == Some(&json!(true));
    rows.push(Version {
        id: id.clone(),
        name: name.to_owned(),
        description: text(row, "description").unwrap_or_default().to_owned(),
        released: flag("released"),
        archived: flag("archived"),
        start_date: text(row, "startDate").map(str::to_owned),
        release_date: text(row, "releaseDate").map(str::to_owned),
    });
    Some(id)
}
