//! The configuration of the site: projects, issue types, statuses, workflows, priorities, resolutions, link types, fields.
//!
//! Only the data and its look-ups; `founding` says what every world begins with, `import` adds what a data set needs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::Field;
use super::issue::Issue;
use workflow::Workflow;

pub(crate) mod founding;
pub(crate) mod workflow;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Catalogue {
    pub(crate) projects: BTreeMap<u64, Project>,
    pub(crate) issue_types: Vec<IssueType>,
    pub(crate) statuses: Vec<Status>,
    pub(crate) priorities: Vec<Named>,
    pub(crate) resolutions: Vec<Named>,
    pub(crate) link_types: Vec<LinkType>,
    pub(crate) workflows: BTreeMap<String, Workflow>,
    pub(crate) fields: Vec<Field>,
}

/// Anything that is only an id, a name and a description.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Project {
    pub(crate) id: u64,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) kind: ProjectKind,
    pub(crate) lead: String,
    pub(crate) issue_types: Vec<String>,
    pub(crate) components: Vec<Named>,
    pub(crate) versions: Vec<Version>,
    pub(crate) workflow: String,
    /// Issue types with a workflow of their own.
    #[serde(default)]
    pub(crate) type_workflows: BTreeMap<String, String>,
    /// Team-managed: its types, statuses and fields are its own.
    #[serde(default)]
    pub(crate) team_managed: bool,
    /// Out of everybody's sight until it is restored.
    #[serde(default)]
    pub(crate) archived: bool,
    /// The number of the newest issue; deleted issues leave gaps.
    pub(crate) last_number: u64,
    pub(crate) properties: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProjectKind {
    Software,
    ServiceDesk,
    Business,
}

impl ProjectKind {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Software => "software",
            Self::ServiceDesk => "service_desk",
            Self::Business => "business",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Software => "Software",
            Self::ServiceDesk => "Service Desk",
            Self::Business => "Business",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) released: bool,
    pub(crate) archived: bool,
    pub(crate) start_date: Option<String>,
    pub(crate) release_date: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IssueType {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// -1 sub-task, 0 standard, 1 epic.
    pub(crate) level: i8,
    /// The team-managed project whose own it is.
    #[serde(default)]
    pub(crate) scope: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) category: Category,
    /// The team-managed project whose own it is.
    #[serde(default)]
    pub(crate) scope: Option<u64>,
}

/// The closed set of status categories; `key` is stable and never translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Category {
    Undefined,
    New,
    Indeterminate,
    Done,
}

impl Category {
    pub(crate) const ALL: [Self; 4] = [Self::Undefined, Self::New, Self::Done, Self::Indeterminate];

    pub(crate) fn id(self) -> u8 {
        match self {
            Self::Undefined => 1,
            Self::New => 2,
            Self::Done => 3,
            Self::Indeterminate => 4,
        }
    }

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::New => "new",
            Self::Done => "done",
            Self::Indeterminate => "indeterminate",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Undefined => "No Category",
            Self::New => "To Do",
            Self::Done => "Done",
            Self::Indeterminate => "In Progress",
        }
    }

    pub(crate) fn color(self) -> &'static str {
        match self {
            Self::Undefined => "medium-gray",
            Self::New => "blue-gray",
            Self::Done => "green",
            Self::Indeterminate => "yellow",
        }
    }

    pub(crate) fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|c| c.key() == key).unwrap_or(Self::Undefined)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LinkType {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) inward: String,
    pub(crate) outward: String,
}

impl Catalogue {
    pub(crate) fn issue_type(&self, id: &str) -> Option<&IssueType> {
        self.issue_types.iter().find(|t| t.id == id)
    }

    pub(crate) fn status(&self, id: &str) -> Option<&Status> {
        self.statuses.iter().find(|s| s.id == id)
    }

    pub(crate) fn priority(&self, id: &str) -> Option<&Named> {
        self.priorities.iter().find(|p| p.id == id)
    }

    pub(crate) fn resolution(&self, id: &str) -> Option<&Named> {
        self.resolutions.iter().find(|r| r.id == id)
    }

    pub(crate) fn link_type(&self, id: &str) -> Option<&LinkType> {
        self.link_types.iter().find(|t| t.id == id)
    }

    pub(crate) fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.id == id)
    }

    /// The workflow of one issue type in a project.
    pub(crate) fn workflow_of(&self, project: u64, kind: &str) -> Option<&Workflow> {
        let project = self.projects.get(&project)?;
        self.workflows.get(project.type_workflows.get(kind).unwrap_or(&project.workflow))
    }

    pub(crate) fn workflow_for(&self, issue: &Issue) -> Option<&Workflow> {
        self.workflow_of(issue.project, &issue.kind)
    }

    pub(crate) fn types_of<'a>(&'a self, project: &'a Project) -> impl Iterator<Item = &'a IssueType> {
        project.issue_types.iter().filter_map(|id| self.issue_type(id))
    }

    pub(crate) fn category_of(&self, status: &str) -> Category {
        self.status(status).map_or(Category::Undefined, |s| s.category)
    }

    /// Whether a component or version id belongs to the project.
    pub(crate) fn version_of(&self, project: u64, id: &str) -> Option<&Version> {
        self.projects.get(&project)?.versions.iter().find(|v| v.id == id)
    }

    pub(crate) fn component_of(&self, project: u64, id: &str) -> Option<&Named> {
        self.projects.get(&project)?.components.iter().find(|c| c.id == id)
    }
}
