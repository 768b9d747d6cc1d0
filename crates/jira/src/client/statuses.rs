//! Statuses with their categories, and priorities.

use entente_transport::CallError;
use serde::{Deserialize, Deserializer};

use super::Client;
use crate::request::Request;

/// A status. Names repeat between team-managed projects; ids do not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Its category, which is the same in every language.
    #[serde(default, rename = "statusCategory", deserialize_with = "category")]
    pub category: StatusCategory,
}

/// The closed set of categories that every status belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StatusCategory {
    /// `undefined`: no category, or one that is new.
    #[default]
    Undefined,
    /// `new`: to do.
    New,
    /// `indeterminate`: in progress.
    Indeterminate,
    /// `done`
    Done,
}

/// A priority.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Priority {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// A resolution.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Resolution {
    /// The name.
    pub name: String,
}

#[derive(Deserialize)]
struct Category {
    #[serde(default)]
    key: String,
}

/// By the key, the only part that is never translated.
fn category<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StatusCategory, D::Error> {
    let category: Option<Category> = Option::deserialize(deserializer)?;
    Ok(match category.as_ref().map(|category| category.key.as_str()) {
        Some("new") => StatusCategory::New,
        Some("indeterminate") => StatusCategory::Indeterminate,
        Some("done") => StatusCategory::Done,
        _ => StatusCategory::Undefined,
    })
}

impl Client {
    /// Every status of the site that is used in a workflow.
    ///
    /// # Errors
    /// None beyond those of every call.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-workflow-statuses/#api-rest-api-3-status-get>
    pub async fn statuses(&self) -> Result<Vec<Status>, CallError> {
        self.fetch(Request::read("GET /rest/api/3/status")).await
    }

    /// Every priority of the site, highest first.
    ///
    /// # Errors
    /// None beyond those of every call.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-priorities/#api-rest-api-3-priority-get>
    pub async fn priorities(&self) -> Result<Vec<Priority>, CallError> {
        self.fetch(Request::read("GET /rest/api/3/priority")).await
    }

    /// Every resolution of the site.
    ///
    /// # Errors
    /// None beyond those of every call.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-resolutions/#api-rest-api-3-resolution-get>
    pub async fn resolutions(&self) -> Result<Vec<Resolution>, CallError> {
        self.fetch(Request::read("GET /rest/api/3/resolution")).await
    }
}
