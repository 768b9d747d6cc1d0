//! Editing an issue's fields, quietly and with a look at what the edit replaced.

use entente_transport::CallError;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::changelog::HistoryMetadata;
use super::issues::Issue;
use super::properties::Property;
use super::{Client, Moment};
use crate::id::IssueRef;
use crate::request::Request;

/// Changes to one issue: all of them or none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edit {
    /// New values by field id. A status is never set here; that is a transition.
    pub fields: Map<String, Value>,
    /// Operations by field id, such as `{"labels": [{"add": "x"}]}`. No field may stand here and in `fields`.
    pub operations: Map<String, Value>,
    /// Properties that are stored in the same step.
    pub properties: Vec<Property>,
    /// What the writer says about itself: comes back with the changelog entry, and tells ours from others'.
    pub history: Option<HistoryMetadata>,
    /// Whether watchers get mail. Silence needs the right to administer Jira or the project; without it the edit is
    /// sent again with mail, at the price of a second call.
    pub notify: bool,
}

/// What an edit achieved.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// The issue after the edit, with its changelog, newest first. `None` if Jira did not return it.
    pub issue: Option<Issue>,
    /// Whether watchers got mail.
    pub notified: bool,
    /// When the call began.
    pub moment: Moment,
}

impl Client {
    /// Changes fields of an issue. Jira has no `If-Match`: the returned changelog's `from` tells whether somebody
    /// else's value was replaced.
    ///
    /// # Errors
    /// `Invalid` with the refused fields, and then nothing was changed; `Stale` when an edit came in between; `Gone`;
    /// `Denied` without the right to edit.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-put>
    pub async fn edit(&self, issue: impl Into<IssueRef>, edit: &Edit) -> Result<Edited, CallError> {
        let issue = issue.into();
        match self.edit_once(&issue, edit, edit.notify).await {
            // The documentation says that a missing right only makes the wish for silence ignored; sites have been
            // seen to refuse the whole edit instead.
            Err(CallError::Denied { .. }) if !edit.notify => self.edit_once(&issue, edit, true).await,
            outcome => outcome,
        }
    }

    async fn edit_once(&self, issue: &IssueRef, edit: &Edit, notify: bool) -> Result<Edited, CallError> {
        let request = Request::write("PUT /rest/api/3/issue/{issue}")
            .segment(issue)
            .query("notifyUsers", notify)
            .query("returnIssue", true)
            .query("expand", "changelog")
            .json(edit.body());
        let answer = self.send(request).await?;
        let issue = if answer.status == StatusCode::NO_CONTENT { None } else { Some(answer.json()?) };
        Ok(Edited { issue, notified: notify, moment: self.moment(&answer) })
    }
}

impl Edit {
    fn body(&self) -> Value {
        let mut body = json!({});
        if !self.fields.is_empty() {
            body["fields"] = json!(self.fields);
        }
        if !self.operations.is_empty() {
            body["update"] = json!(self.operations);
        }
        if !self.properties.is_empty() {
            body["properties"] = json!(self.properties);
        }
        if let Some(history) = &self.history {
            body["historyMetadata"] = json!(history);
        }
        body
    }
}
