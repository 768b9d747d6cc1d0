//! Remote links: the panel of an issue that points to records elsewhere.

use entente_transport::CallError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Client;
use super::account::absent_is_none;
use crate::id::IssueRef;
use crate::limits::GLOBAL_ID_CHARS_MAX;
use crate::request::{Request, at_most};

const ROUTE_LIST: &str = "GET /rest/api/3/issue/{issue}/remotelink";
const ROUTE_UPSERT: &str = "POST /rest/api/3/issue/{issue}/remotelink";
const ROUTE_DELETE: &str = "DELETE /rest/api/3/issue/{issue}/remotelink";

/// A link to a record elsewhere. An update replaces all of it: what is left out becomes empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RemoteLink {
    /// What makes it one and the same link, at most [`GLOBAL_ID_CHARS_MAX`] characters.
    pub global_id: String,
    /// The other system's name.
    pub application_name: String,
    /// How the issue relates to the record, such as `relates to case`.
    pub relationship: String,
    /// Where a person opens the record.
    pub url: String,
    /// The record's name.
    pub title: String,
    /// A line about it.
    pub summary: String,
    /// An https address of a 16 by 16 icon, loaded by people's browsers.
    pub icon_url: Option<String>,
    /// Whether the title is struck through.
    pub resolved: bool,
}

/// A remote link as Jira keeps it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoteLinkStored {
    /// Its number on the issue.
    pub id: u64,
    /// What makes it one and the same link; links that people made have none.
    #[serde(default)]
    pub global_id: Option<String>,
    /// Title, address, icon and the rest, as Jira writes them.
    #[serde(default)]
    pub object: Value,
}

#[derive(Deserialize)]
struct Stored {
    id: u64,
}

impl RemoteLink {
    fn body(&self) -> Value {
        let mut object = json!({
            "url": self.url,
            "title": self.title,
            "summary": self.summary,
            "status": { "resolved": self.resolved },
        });
        if let Some(icon_url) = &self.icon_url {
            object["icon"] = json!({ "url16x16": icon_url, "title": self.application_name });
        }
        json!({
            "globalId": self.global_id,
            "application": { "name": self.application_name },
            "relationship": self.relationship,
            "object": object,
        })
    }
}

impl Client {
    /// Stores a remote link: makes it, or replaces the one with the same global id. Answers with its number.
    ///
    /// # Errors
    /// `Invalid` for a global id that is too long or an issue with 2,000 links; `Gone`; `Denied` without the right to
    /// link issues.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/#api-rest-api-3-issue-issueidorkey-remotelink-post>
    pub async fn upsert_remote_link(&self, issue: impl Into<IssueRef>, link: &RemoteLink) -> Result<u64, CallError> {
        at_most(GLOBAL_ID_CHARS_MAX, link.global_id.chars().count(), "characters of a global id")?;
        let request = Request::write(ROUTE_UPSERT).segment(issue.into()).json(link.body());
        let stored: Stored = self.fetch(request.retry_safe()).await?;
        Ok(stored.id)
    }

    /// Every remote link of an issue, in one answer.
    ///
    /// # Errors
    /// `Gone`, when there is no such issue for us; `Denied`, when linking is switched off.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/#api-rest-api-3-issue-issueidorkey-remotelink-get>
    pub async fn remote_links(&self, issue: impl Into<IssueRef>) -> Result<Vec<RemoteLinkStored>, CallError> {
        self.fetch(Request::read(ROUTE_LIST).segment(issue.into())).await
    }

    /// Removes the remote link with this global id; one that is not there counts as removed.
    ///
    /// # Errors
    /// `Denied` without the right to link issues.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/#api-rest-api-3-issue-issueidorkey-remotelink-delete>
    pub async fn delete_remote_link(&self, issue: impl Into<IssueRef>, global_id: &str) -> Result<(), CallError> {
        let request = Request::write(ROUTE_DELETE).segment(issue.into()).query("globalId", global_id).retry_safe();
        absent_is_none(self.send(request).await).map(drop)
    }
}
