//! One issue: its shape, reading it, deleting it.

use entente_transport::CallError;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::changelog::Change;
use super::transitions::Transition;
use super::{Client, Moment};
use crate::id::{IssueId, IssueKey, IssueRef};
use crate::request::Request;
use crate::time;

/// An issue, with the fields that were asked for as Jira writes them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Issue {
    /// The id.
    pub id: IssueId,
    /// The key it has now; after a move it is not the one that was asked for.
    #[serde(default, deserialize_with = "key_if_any")]
    pub key: Option<IssueKey>,
    /// Field values by field id; a field that is on no screen of the issue is absent.
    #[serde(default)]
    pub fields: Map<String, Value>,
    /// Issue properties by key, where they were asked for.
    #[serde(default)]
    pub properties: Map<String, Value>,
    /// The transitions that the account can take, where they were asked for.
    #[serde(default)]
    pub transitions: Vec<Transition>,
    #[serde(default)]
    changelog: Changelog,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Changelog {
    #[serde(default)]
    histories: Vec<Change>,
}

/// An issue and when it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct IssueRead {
    /// The issue.
    pub issue: Issue,
    /// When the read began.
    pub moment: Moment,
}

/// A key of an unforeseen form must not hide the issue, which its id names well enough.
fn key_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<IssueKey>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

impl Issue {
    /// Its version: when it was last updated, to the millisecond. Ask for the field `updated`.
    #[must_use]
    pub fn updated(&self) -> Option<Timestamp> {
        time::parse(self.fields.get("updated")?.as_str()?)
    }

    /// Its changelog, newest first, at most the last forty entries; empty unless it was asked for.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changelog.histories
    }
}

impl Client {
    /// The issue with this id or key, with these fields (`*all` for all) and these properties.
    ///
    /// # Errors
    /// `Gone`, when there is no such issue for us: a missing one and a forbidden one look the same.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get>
    pub async fn issue(
        &self,
        issue: impl Into<IssueRef>,
        fields: &[&str],
        properties: &[&str],
    ) -> Result<IssueRead, CallError> {
        let mut request = Request::read("GET /rest/api/3/issue/{issue}")
            .segment(issue.into())
            .query("fields", fields.join(","))
            // Reading is no visit: it must not show up among the account's recent issues.
            .query("updateHistory", false);
        if !properties.is_empty() {
            request = request.query("properties", properties.join(","));
        }
        let answer = self.send(request).await?;
        Ok(IssueRead { issue: answer.json()?, moment: self.moment(&answer) })
    }

    /// Deletes an issue and its subtasks. There is no way back.
    ///
    /// # Errors
    /// `Gone`, when it is not there; `Denied` without the right to delete.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-delete>
    pub async fn delete_issue(&self, issue: impl Into<IssueRef>) -> Result<(), CallError> {
        let request = Request::write("DELETE /rest/api/3/issue/{issue}").segment(issue.into());
        self.send(request.query("deleteSubtasks", true)).await.map(drop)
    }
}
