//! Snapshots that a plan may consult: never live handles.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::{item::MappingKey, side::Sides, value::Value, workflow::Workflow};

/// What the round knew when it planned.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// When each side last changed a mapped field, by mapping; asked for through [`crate::plan::Need::ChangeTimes`].
    /// An inner `None` means that the side cannot tell.
    pub change_times: BTreeMap<MappingKey, Sides<Option<Timestamp>>>,
    /// What Jira showed before its newest edit of a mapped field, where its changelog says so.
    pub jira_before: BTreeMap<MappingKey, Value>,
    /// When the item was first run, for `start: now`.
    pub item_started: Option<Timestamp>,
    /// The statuses of both sides; asked for through [`crate::plan::Need::Workflow`].
    pub workflow: Option<Arc<Workflow>>,
    /// The ways that issues offered when they were last looked at, while a status was refused for want of one.
    pub offered: Arc<Workflow>,
}

impl Known {
    /// The shortest way to a status in Jira, as far as one is known.
    #[must_use]
    pub fn way(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let known = self.workflow.as_ref().and_then(|workflow| workflow.path(from, to));
        known.or_else(|| self.offered.path(from, to))
    }
}
