//! Who changed what when: the changelog of one issue, and of many with a filter by field.

use std::collections::{BTreeMap, HashSet};

use entente_transport::CallError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Client;
use super::account::User;
use crate::id::{IssueId, IssueRef};
use crate::limits::{
    BULK_CALL_TIMEOUT, CHANGELOG_FIELDS_MAX, CHANGELOG_ISSUES_MAX, CHANGELOG_PAGE_ROWS, PAGE_ROWS, PAGES_MAX,
};
use crate::request::{Request, at_most};
use crate::time;

/// One entry of a changelog: everything that one save changed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The entry's id.
    pub id: String,
    /// Who; absent for the system itself and for accounts that are gone.
    #[serde(default)]
    pub author: Option<User>,
    /// When.
    #[serde(default, deserialize_with = "time::lenient")]
    pub created: Option<Timestamp>,
    /// What.
    #[serde(default)]
    pub items: Vec<ChangeItem>,
    /// What the writer said about itself.
    #[serde(default)]
    pub history_metadata: Option<HistoryMetadata>,
}

/// One field of a changelog entry. Ids where the field has ids; plain texts are only in the `*_string` pair.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeItem {
    /// The field's name, in the language of whoever made the change.
    #[serde(default)]
    pub field: String,
    /// The field's id; absent for a few things that are no fields (links, attachments, moves).
    #[serde(default)]
    pub field_id: Option<String>,
    /// The old value's id.
    #[serde(default)]
    pub from: Option<String>,
    /// The old value as text.
    #[serde(default)]
    pub from_string: Option<String>,
    /// The new value's id.
    #[serde(default)]
    pub to: Option<String>,
    /// The new value as text.
    #[serde(default)]
    pub to_string: Option<String>,
}

/// What a writer says about itself; Jira stores it with the changelog entry and gives it back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryMetadata {
    /// What kind of change it is, in the writer's own words.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// A sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The system that wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<Participant>,
    /// Anything else, such as the id of an operation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra_data: BTreeMap<String, String>,
}

/// A system or person that took part in a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What kind of participant it is.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// The changes of one issue out of a bulk read.
#[derive(Clone, Debug, PartialEq)]
pub struct IssueChanges {
    /// The issue.
    pub issue: IssueId,
    /// Its changes, oldest first, only those that touch the fields asked for.
    pub changes: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BulkPage {
    #[serde(default)]
    issue_change_logs: Vec<BulkIssue>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BulkIssue {
    issue_id: IssueId,
    #[serde(default)]
    change_histories: Vec<Change>,
}

impl Client {
    /// The whole changelog of an issue, oldest first, all pages.
    ///
    /// # Errors
    /// `Gone`, when there is no such issue for us.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-changelog-get>
    pub async fn changelog(&self, issue: impl Into<IssueRef>) -> Result<Vec<Change>, CallError> {
        let issue = issue.into();
        let request = || Request::read("GET /rest/api/3/issue/{issue}/changelog").segment(&issue);
        self.every_row("values", PAGE_ROWS, request).await
    }

    /// The changes of these issues to these fields (by id, at most [`CHANGELOG_FIELDS_MAX`]; none means any field), all
    /// pages. One series of calls per [`CHANGELOG_ISSUES_MAX`] issues. Issues without such changes are left out.
    ///
    /// # Errors
    /// `Invalid` for too many fields; `NotApplied`, when Jira repeats a page token.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-changelog-bulkfetch-post>
    pub async fn bulk_changelogs(&self, issues: &[IssueId], fields: &[&str]) -> Result<Vec<IssueChanges>, CallError> {
        at_most(CHANGELOG_FIELDS_MAX, fields.len(), "fields")?;
        let mut changes: BTreeMap<IssueId, Vec<Change>> = BTreeMap::new();
        for chunk in issues.chunks(CHANGELOG_ISSUES_MAX) {
            self.collect_changelogs(chunk, fields, &mut changes).await?;
        }
        Ok(changes.into_iter().map(|(issue, changes)| IssueChanges { issue, changes }).collect())
    }

    /// An issue's entries may be spread over pages, so they are gathered by issue.
    async fn collect_changelogs(
        &self,
        issues: &[IssueId],
        fields: &[&str],
        changes: &mut BTreeMap<IssueId, Vec<Change>>,
    ) -> Result<(), CallError> {
        let mut seen_tokens = HashSet::new();
        let mut body = json!({ "issueIdsOrKeys": issues, "maxResults": CHANGELOG_PAGE_ROWS });
        if !fields.is_empty() {
            body["fieldIds"] = json!(fields);
        }
        for _ in 0..PAGES_MAX {
            let request = Request::read("POST /rest/api/3/changelog/bulkfetch").json(body.clone());
            let page: BulkPage = self.fetch(request.timeout(BULK_CALL_TIMEOUT)).await?;
            for log in page.issue_change_logs {
                changes.entry(log.issue_id).or_default().extend(log.change_histories);
            }
            let Some(token) = page.next_page_token else { return Ok(()) };
            if !seen_tokens.insert(token.clone()) {
                break;
            }
            body["nextPageToken"] = json!(token);
        }
        Err(CallError::NotApplied { after: None, reason: "Jira's changelog pages did not come to an end".into() })
    }
}
