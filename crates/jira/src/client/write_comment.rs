//! Writing comments: new ones, edits, removals.
//!
//! A new comment's audience is a type whose default is staff, and it is stored in the same step as the text: there is no
//! moment in which customers could see what was not meant for them.

use entente_transport::CallError;
use serde_json::{Value, json};

use super::Client;
use super::account::absent_is_none;
use super::comments::Comment;
use super::properties::Property;
use crate::id::IssueRef;
use crate::request::Request;

const ROUTE_ADD: &str = "POST /rest/api/3/issue/{issue}/comment";
const ROUTE_EDIT: &str = "PUT /rest/api/3/issue/{issue}/comment/{comment}";
const ROUTE_HIDE: &str = "PUT /rest/api/3/comment/{comment}/properties/{key}";
const ROUTE_DELETE: &str = "DELETE /rest/api/3/issue/{issue}/comment/{comment}";

/// The property by which the service desk keeps a comment from customers.
/// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request/#api-rest-servicedeskapi-request-issueidorkey-comment-post>
const INTERNAL_KEY: &str = "sd.public.comment";

/// Who may see a new comment of a service desk's issue. Outside of service desks everyone who sees the issue does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CommentAudience {
    /// Agents only.
    #[default]
    Staff,
    /// Customers too, who get mail about it.
    Customer,
}

/// A comment to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewComment {
    /// The text, as ADF, up to 32,767 characters.
    pub body: Value,
    /// Who may see it.
    pub audience: CommentAudience,
    /// Properties that are stored in the same step, such as a marker to find it by.
    pub properties: Vec<Property>,
}

impl NewComment {
    fn body(&self) -> Value {
        let mut properties = self.properties.clone();
        if self.audience == CommentAudience::Staff {
            // Last, so that no property of the caller's can take its place.
            properties.retain(|property| property.key != INTERNAL_KEY);
            properties.push(Property { key: INTERNAL_KEY.into(), value: json!({ "internal": true }) });
        }
        json!({ "body": self.body, "properties": properties })
    }
}

impl Client {
    /// Adds a comment. After `Ambiguous` look for your marker among the issue's comments before you try again.
    ///
    /// # Errors
    /// `Invalid` for ADF that Jira refuses or an issue with 5,000 comments; `Gone`; `Denied`.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-post>
    pub async fn add_comment(&self, issue: impl Into<IssueRef>, comment: &NewComment) -> Result<Comment, CallError> {
        self.fetch(Request::write(ROUTE_ADD).segment(issue.into()).json(comment.body())).await
    }

    /// Replaces a comment's text. Its audience and its restriction stay as they are, since neither is sent.
    ///
    /// # Errors
    /// `Invalid` for ADF that Jira refuses; `Gone`; `Denied` without the right to edit it.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-id-put>
    pub async fn edit_comment(
        &self,
        issue: impl Into<IssueRef>,
        comment_id: &str,
        body: &Value,
    ) -> Result<Comment, CallError> {
        let request = Request::write(ROUTE_EDIT).segment(issue.into()).segment(comment_id);
        self.fetch(request.query("notifyUsers", false).json(json!({ "body": body }))).await
    }

    /// Keeps a comment from customers, whatever it says.
    ///
    /// # Errors
    /// `Gone`; `Denied` without the right to edit it.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comment-properties/#api-rest-api-3-comment-commentid-properties-propertykey-put>
    pub async fn hide_comment(&self, comment_id: &str) -> Result<(), CallError> {
        let request = Request::write(ROUTE_HIDE).segment(comment_id).segment(INTERNAL_KEY).retry_safe();
        self.send(request.json(json!({ "internal": true }))).await.map(drop)
    }

    /// Removes a comment; one that is not there counts as removed.
    ///
    /// # Errors
    /// `Invalid` without the right to delete it: here Jira answers 400 for that.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-id-delete>
    pub async fn delete_comment(&self, issue: impl Into<IssueRef>, comment_id: &str) -> Result<(), CallError> {
        let request = Request::write(ROUTE_DELETE).segment(issue.into()).segment(comment_id).retry_safe();
        absent_is_none(self.send(request).await).map(drop)
    }
}
