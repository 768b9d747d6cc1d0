//! Comments: reading them with what decides who may see them.

use entente_transport::CallError;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Client;
use super::account::User;
use super::properties::Property;
use crate::id::IssueRef;
use crate::limits::PAGE_ROWS;
use crate::request::Request;
use crate::time;

/// A comment. Who may see it is decided by three things that do not know of each other: the service desk's public flag,
/// the restriction to a role or group, and the project.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    /// The id.
    pub id: String,
    /// Who wrote it; absent for accounts that are gone.
    #[serde(default)]
    pub author: Option<User>,
    /// Who edited it last.
    #[serde(default)]
    pub update_author: Option<User>,
    /// The text, as ADF.
    #[serde(default)]
    pub body: Value,
    /// When it was written.
    #[serde(default, deserialize_with = "time::lenient")]
    pub created: Option<Timestamp>,
    /// When it was edited last; its version.
    #[serde(default, deserialize_with = "time::lenient")]
    pub updated: Option<Timestamp>,
    /// The role or group that it is restricted to. A restriction does not make a comment internal.
    #[serde(default)]
    pub visibility: Option<Visibility>,
    /// Whether customers of a service desk see it. Absent outside of service desks, and then it is not to be guessed.
    #[serde(default)]
    pub jsd_public: Option<bool>,
    /// The comment that it replies to.
    #[serde(default, deserialize_with = "id_of_any_kind")]
    pub parent_id: Option<String>,
    /// Its properties.
    #[serde(default)]
    pub properties: Vec<Property>,
}

/// A restriction of a comment to some people.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Visibility {
    /// `role` or `group`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The role's or group's name.
    #[serde(default)]
    pub value: String,
    /// The group's id; for a role its name again.
    #[serde(default)]
    pub identifier: Option<String>,
}

/// The order of a list of comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentOrder {
    /// Oldest first.
    OldestFirst,
    /// Newest first.
    NewestFirst,
}

/// The parent's id has been seen as a number where all other ids are texts.
fn id_of_any_kind<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

impl Client {
    /// Every comment of an issue that the account can see, with properties, all pages. There is no "since": edits show
    /// in [`Comment::updated`], deletions only by absence.
    ///
    /// # Errors
    /// `Gone`, when there is no such issue for us.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-get>
    pub async fn comments(&self, issue: impl Into<IssueRef>, order: CommentOrder) -> Result<Vec<Comment>, CallError> {
        let issue = issue.into();
        let order = match order {
            CommentOrder::OldestFirst => "created",
            CommentOrder::NewestFirst => "-created",
        };
        let request = || {
            let request = Request::read("GET /rest/api/3/issue/{issue}/comment").segment(&issue);
            request.query("orderBy", order).query("expand", "properties")
        };
        self.every_row("comments", PAGE_ROWS, request).await
    }
}
