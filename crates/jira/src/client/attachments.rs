//! Files of an issue: what Jira says about them, how large they may be, and removing them.

use entente_transport::CallError;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Client;
use super::account::{User, absent_is_none};
use crate::request::Request;
use crate::time;

/// What Jira says about a file. Its content never changes: a new version is another file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// The id; a text in issues, a number when asked for by itself.
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// Its name; several files of an issue may have the same.
    #[serde(default)]
    pub filename: String,
    /// Who added it.
    #[serde(default)]
    pub author: Option<User>,
    /// When.
    #[serde(default, deserialize_with = "time::lenient")]
    pub created: Option<Timestamp>,
    /// Its size in bytes.
    #[serde(default)]
    pub size: u64,
    /// Its media type, as the uploader said.
    #[serde(default)]
    pub mime_type: String,
}

/// Whether and how large files may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentSettings {
    /// Whether files are taken at all.
    pub enabled: bool,
    /// The largest file, in bytes.
    #[serde(default)]
    pub upload_limit: u64,
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(serde::de::Error::custom(format!("{other} is no attachment id"))),
    }
}

impl Client {
    /// Whether and how large files may be on this site.
    ///
    /// # Errors
    /// None beyond those of every call.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/#api-rest-api-3-attachment-meta-get>
    pub async fn attachment_settings(&self) -> Result<AttachmentSettings, CallError> {
        self.fetch(Request::read("GET /rest/api/3/attachment/meta")).await
    }

    /// What Jira says about the file with this id.
    ///
    /// # Errors
    /// `Gone`, when there is no such file for us.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/#api-rest-api-3-attachment-id-get>
    pub async fn attachment(&self, attachment_id: &str) -> Result<Attachment, CallError> {
        self.fetch(Request::read("GET /rest/api/3/attachment/{id}").segment(attachment_id)).await
    }

    /// Removes a file; one that is not there counts as removed.
    ///
    /// # Errors
    /// `Denied` without the right to delete it.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/#api-rest-api-3-attachment-id-delete>
    pub async fn delete_attachment(&self, attachment_id: &str) -> Result<(), CallError> {
        let request = Request::write("DELETE /rest/api/3/attachment/{id}").segment(attachment_id).retry_safe();
        absent_is_none(self.send(request).await).map(drop)
    }
}
