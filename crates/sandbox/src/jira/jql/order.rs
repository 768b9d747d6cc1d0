//! How a search is sorted, and where in that order an issue stands; page tokens remember the place.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::jira::contents::Contents;
use crate::jira::fields::text::name_of;
use crate::jira::issue::Issue;

/// One sort key and whether it is descending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order(pub(crate) Vec<(Key, bool)>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    Id,
    /// By project, then by number.
    Number,
    Created,
    Updated,
    Resolved,
    Project,
    Type,
    Status,
    /// By the position in the list of priorities.
    Priority,
    Field(String),
}

/// Where an issue stands: one value per key, then its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) values: Vec<Rank>,
    pub(crate) id: u64,
}

#[derive(Debug, Clone, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Rank {
    Number(f64),
    Text(String),
}

impl Order {
    /// Newest first, when nothing is said.
    pub(crate) fn default_order() -> Self {
        Self(vec![(Key::Id, true)])
    }

    /// Whether the index by `updated` already has this order; `Some(true)` is newest first.
    pub(crate) fn by_updated(&self) -> Option<bool> {
        match self.0.as_slice() {
            [(Key::Updated, descending)] => Some(*descending),
            [(Key::Updated, descending), (Key::Id | Key::Number, second)] if descending == second => Some(*descending),
            _ => None,
        }
    }

    /// Whether the order is that of ids; `Some(true)` is newest first.
    pub(crate) fn by_id(&self) -> Option<bool> {
        match self.0.as_slice() {
            [(Key::Id, descending)] => Some(*descending),
            _ => None,
        }
    }

    pub(crate) fn place(&self, issue: &Issue, contents: &Contents) -> Place {
        Place { values: self.0.iter().map(|(key, _)| rank(key, issue, contents)).collect(), id: issue.id }
    }

    pub(crate) fn compare(&self, a: &Place, b: &Place) -> Ordering {
        for ((_, descending), (left, right)) in self.0.iter().zip(a.values.iter().zip(&b.values)) {
            let order = left.partial_cmp(right).unwrap_or(Ordering::Equal);
            let order = if *descending { order.reverse() } else { order };
            if order != Ordering::Equal {
                return order;
            }
        }
        a.id.cmp(&b.id)
    }
}

#[expect(clippy::cast_precision_loss, reason = "ids and epoch milliseconds stay far below 2^53")]
fn rank(key: &Key, issue: &Issue, contents: &Contents) -> Rank {
    let project = || contents.catalogue.projects.get(&issue.project).map(|p| p.key.clone()).unwrap_or_default();
    match key {
        Key::Id => Rank::Number(issue.id as f64),
        Key::Created => Rank::Number(issue.created as f64),
        Key::Updated => Rank::Number(issue.updated as f64),
        Key::Resolved => Rank::Number(issue.resolved.unwrap_or(0) as f64),
        Key::Number => {
            let number = issue.key.rsplit_once('-').and_then(|(_, n)| n.parse::<u64>().ok()).unwrap_or(0);
            Rank::Text(format!("{}-{number:012}", project()))
        }
        Key::Project => Rank::Text(project()),
        Key::Type => Rank::Text(contents.catalogue.issue_type(&issue.kind).map(|t| t.name.clone()).unwrap_or_default()),
        Key::Status => Rank::Text(contents.catalogue.status(&issue.status).map(|s| s.name.clone()).unwrap_or_default()),
        Key::Priority => {
            let at = contents.catalogue.priorities.iter().position(|p| p.id == issue.text("priority"));
            // The highest priority sorts last, so that `desc` shows it first.
            Rank::Number(-(at.unwrap_or(usize::MAX >> 16) as f64))
        }
        Key::Field(id) => field_rank(id, issue, contents),
    }
}

fn field_rank(id: &str, issue: &Issue, contents: &Contents) -> Rank {
    let (Some(field), Some(stored)) = (contents.catalogue.field(id), issue.value(id)) else {
        return Rank::Text(String::new());
    };
    match stored {
        Value::Number(n) => Rank::Number(n.as_f64().unwrap_or(0.0)),
        Value::String(_) => Rank::Text(name_of(field, stored, contents, issue.project).to_lowercase()),
        other => Rank::Text(other.to_string()),
    }
}
