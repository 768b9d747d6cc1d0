//! Projects, their issue types and the statuses of each.

use entente_transport::CallError;
use serde::Deserialize;

use super::Client;
use super::statuses::Status;
use crate::limits::PAGE_ROWS;
use crate::request::Request;

/// A project. Store the id; the key can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    /// The id.
    pub id: String,
    /// The key that issues carry now.
    pub key: String,
    /// The name.
    #[serde(default)]
    pub name: String,
    /// `software`, `service_desk`, `business` or `product_discovery`.
    #[serde(default, rename = "projectTypeKey")]
    pub kind: String,
    /// Whether it is team-managed: own statuses and fields, whose names repeat elsewhere.
    #[serde(default, rename = "simplified")]
    pub team_managed: bool,
    /// Its issue types; listings leave them out.
    #[serde(default)]
    pub issue_types: Vec<IssueType>,
}

/// A kind of issue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct IssueType {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether its issues need a parent.
    #[serde(default)]
    pub subtask: bool,
}

/// The statuses that issues of one type can have in a project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct IssueTypeStatuses {
    /// The issue type's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its statuses.
    pub statuses: Vec<Status>,
}

impl Client {
    /// Every project that the account can see, ordered by key, all pages, without issue types.
    ///
    /// # Errors
    /// None beyond those of every call.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-search-get>
    pub async fn projects(&self) -> Result<Vec<Project>, CallError> {
        let request = || Request::read("GET /rest/api/3/project/search").query("orderBy", "key");
        self.every_row("values", PAGE_ROWS, request).await
    }

    /// The project with this id or key, with its issue types. A key from before a rename is still found.
    ///
    /// # Errors
    /// `Gone`, when there is no such project for us.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-projectidorkey-get>
    pub async fn project(&self, project: &str) -> Result<Project, CallError> {
        self.fetch(Request::read("GET /rest/api/3/project/{project}").segment(project)).await
    }

    /// The statuses of each issue type in the project with this id or key.
    ///
    /// # Errors
    /// `Gone`, when there is no such project for us.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-projectidorkey-statuses-get>
    pub async fn project_statuses(&self, project: &str) -> Result<Vec<IssueTypeStatuses>, CallError> {
        self.fetch(Request::read("GET /rest/api/3/project/{project}/statuses").segment(project)).await
    }
}
