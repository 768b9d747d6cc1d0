//! Workflows: which statuses there are, which ways lead between them, and on what terms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Workflow {
    pub(crate) name: String,
    pub(crate) initial: String,
    pub(crate) statuses: Vec<String>,
    pub(crate) transitions: Vec<Transition>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Transition {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Empty: from any status (a global transition).
    pub(crate) from: Vec<String>,
    pub(crate) to: String,
    /// Field ids on its screen; the API does not require them, it only refuses others.
    pub(crate) screen: Vec<String>,
    /// Fields a validator insists on, with the validator's own words.
    pub(crate) validators: Vec<(String, String)>,
    /// Post function: the resolution to set when none was given. `Some("")` clears it.
    pub(crate) resolution: Option<String>,
    /// Post functions: what fields become, whatever was given; field id -> stored form.
    #[serde(default)]
    pub(crate) sets: BTreeMap<String, Value>,
    /// Who is offered it; nobody else learns that it is there.
    #[serde(default)]
    pub(crate) condition: Option<Condition>,
    /// Offered to customers in the portal too.
    pub(crate) for_customers: bool,
}

/// Under which condition a transition is offered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Condition {
    /// Never to a caller: only the vendor's own automation goes this way.
    Never,
    /// To the assignee.
    Assignee,
    /// To the reporter.
    Reporter,
    /// To whom has this permission in the project.
    Permission(String),
    /// To the members of this group.
    Group(String),
    /// When all sub-tasks are in this status (in the control door its name, here its id).
    SubTasks(String),
}

impl Transition {
    /// Whether it leads out of a status. A global one does not lead back into the status one is in.
    pub(crate) fn leaves(&self, status: &str) -> bool {
        let named = self.from.iter().any(|from| from == status);
        named || (self.from.is_empty() && self.to != status)
    }

    /// Whether it leads back to where it began.
    pub(crate) fn is_loop(&self) -> bool {
        self.from.contains(&self.to)
    }
}
