//! Creating one issue.

use entente_transport::CallError;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Client;
use super::changelog::HistoryMetadata;
use super::properties::Property;
use crate::id::{IssueId, IssueKey};
use crate::request::Request;

/// An issue to be. Project, issue type and summary stand among the fields, as Jira writes them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewIssue {
    /// Values by field id.
    pub fields: Map<String, Value>,
    /// Properties that are stored in the same step: a marker here comes to be with the issue or not at all.
    pub properties: Vec<Property>,
    /// What the creator says about itself.
    pub history: Option<HistoryMetadata>,
}

/// An issue that came to be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Created {
    /// Its id.
    pub id: IssueId,
    /// Its key.
    pub key: IssueKey,
}

impl NewIssue {
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({ "fields": self.fields });
        if !self.properties.is_empty() {
            body["properties"] = json!(self.properties);
        }
        if let Some(history) = &self.history {
            body["historyMetadata"] = json!(history);
        }
        body
    }
}

impl Client {
    /// Creates one issue. Jira has no idempotency key: after `Ambiguous` look for your marker before you try again.
    ///
    /// # Errors
    /// `Invalid` with the refused fields, and then nothing was created; `Denied` without the right to create.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post>
    pub async fn create(&self, issue: &NewIssue) -> Result<Created, CallError> {
        self.fetch(Request::write("POST /rest/api/3/issue").json(issue.body())).await
    }
}
