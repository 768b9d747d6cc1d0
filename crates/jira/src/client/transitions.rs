//! Transitions: which ones an issue can take now, and taking one.

use std::collections::BTreeMap;

use entente_transport::CallError;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::Client;
use super::changelog::HistoryMetadata;
use super::fields::{FieldMeta, with_ids};
use super::statuses::Status;
use crate::id::IssueRef;
use crate::request::Request;

/// A way from the issue's status to another. Its id means something only for this issue, now: ids repeat between
/// workflows with another meaning.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transition {
    /// The id to take it by.
    pub id: String,
    /// What people see on the button.
    #[serde(default)]
    pub name: String,
    /// Where it leads.
    pub to: Status,
    /// Whether people are shown a screen.
    #[serde(default)]
    pub has_screen: bool,
    /// Whether it can be taken now.
    #[serde(default = "yes")]
    pub is_available: bool,
    /// Whether it can be taken from every status.
    #[serde(default)]
    pub is_global: bool,
    /// Whether conditions decide who may take it.
    #[serde(default)]
    pub is_conditional: bool,
    /// The fields of its screen. Validators may demand others and do not show here.
    #[serde(default, deserialize_with = "screen")]
    pub fields: Vec<FieldMeta>,
}

/// A transition to take.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransitionTo {
    /// The transition's id, fresh from [`Client::transitions`].
    pub transition_id: String,
    /// Values for fields of its screen, such as the resolution.
    pub fields: Map<String, Value>,
    /// What the writer says about itself.
    pub history: Option<HistoryMetadata>,
}

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    transitions: Vec<Transition>,
}

fn yes() -> bool {
    true
}

fn screen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<FieldMeta>, D::Error> {
    let fields: Option<BTreeMap<String, FieldMeta>> = Option::deserialize(deserializer)?;
    Ok(with_ids(fields.unwrap_or_default()))
}

impl Client {
    /// The transitions that the account can take on this issue now, with the fields of their screens. Empty without
    /// the right to transition issues.
    ///
    /// # Errors
    /// `Gone`, when there is no such issue for us.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-transitions-get>
    pub async fn transitions(&self, issue: impl Into<IssueRef>) -> Result<Vec<Transition>, CallError> {
        let request = Request::read("GET /rest/api/3/issue/{issue}/transitions").segment(issue.into());
        let answered: Answered = self.fetch(request.query("expand", "transitions.fields")).await?;
        Ok(answered.transitions)
    }

    /// Takes a transition.
    ///
    /// # Errors
    /// `Invalid`, when the issue is no longer where the transition starts, a validator objects, or a field is not on
    /// the screen; `Stale`, when another transition of the same issue came in between. After any of them look at the
    /// issue and its transitions again.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-transitions-post>
    pub async fn transition(&self, issue: impl Into<IssueRef>, to: &TransitionTo) -> Result<(), CallError> {
        let mut body = json!({ "transition": { "id": to.transition_id } });
        if !to.fields.is_empty() {
            body["fields"] = json!(to.fields);
        }
        if let Some(history) = &to.history {
            body["historyMetadata"] = json!(history);
        }
        let request = Request::write("POST /rest/api/3/issue/{issue}/transitions").segment(issue.into());
        self.send(request.json(body)).await.map(drop)
    }
}
