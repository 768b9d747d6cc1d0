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
}
