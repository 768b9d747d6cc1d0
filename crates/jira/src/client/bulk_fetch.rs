//! Many issues by id or key, read from the primary store: the one bulk read that is never stale.

use std::collections::HashSet;

use entente_transport::CallError;
use serde::Deserialize;
use serde_json::json;

use super::issues::Issue;
use super::{Client, Moment};
use crate::id::IssueRef;
use crate::limits::{BULK_CALL_TIMEOUT, BULK_FETCH_ISSUES_MAX, PROPERTIES_PER_READ_MAX};
use crate::request::{Request, at_most};

/// What to read of which issues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkFetch {
    /// The issues, in any number; one call per [`BULK_FETCH_ISSUES_MAX`].
    pub issues: Vec<IssueRef>,
    /// Field ids; `*all` for all.
    pub fields: Vec<String>,
    /// Property keys, at most [`PROPERTIES_PER_READ_MAX`].
    pub properties: Vec<String>,
    /// Whether to add the last forty changelog entries.
    pub changelog: bool,
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkFetched {
    /// The issues that were found, by ascending id within each call.
    pub issues: Vec<Issue>,
    /// Issues that Jira names without returning them. Sites have been recorded to name missing issues here, while the
    /// reference says that only issues with a passing fault are named.
    pub faults: Vec<IssueFault>,
    /// What was asked for and is in neither list. An issue that was asked for by the key of before its move stands here
    /// *and*, under its new key, among the issues; ask by id to be sure.
    pub missing: Vec<IssueRef>,
    /// When the first call began.
    pub moment: Option<Moment>,
}

/// Why one issue of a bulk read was not returned.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueFault {
    /// The id or key that was asked for.
    pub id: String,
    /// What Jira said.
    #[serde(default)]
    pub error_message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    issues: Vec<Issue>,
    #[serde(default)]
    issue_errors: Vec<IssueFault>,
}

impl BulkFetch {
    /// These issues with these fields.
    pub fn new<I, F>(issues: impl IntoIterator<Item = I>, fields: impl IntoIterator<Item = F>) -> Self
    where
        I: Into<IssueRef>,
        F: Into<String>,
    {
        Self {
            issues: issues.into_iter().map(Into::into).collect(),
            fields: fields.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }
}

impl BulkFetched {
    /// Whether this issue was asked for and not returned, for whatever reason. That is a doubt, not a proof: before a
    /// record is taken for gone, ask for it alone, since only [`Client::issue`] says `Gone`.
    #[must_use]
    pub fn is_absent(&self, issue: &IssueRef) -> bool {
        let named = issue.to_string();
        self.missing.contains(issue) || self.faults.iter().any(|fault| fault.id.eq_ignore_ascii_case(&named))
    }
}

impl Client {
    /// Reads many issues, one call per [`BULK_FETCH_ISSUES_MAX`], one after the other.
    ///
    /// # Errors
    /// `Invalid`, when too many properties are asked for. Issues that are not there are no error.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulkfetch-post>
    pub async fn bulk_fetch(&self, wanted: &BulkFetch) -> Result<BulkFetched, CallError> {
        at_most(PROPERTIES_PER_READ_MAX, wanted.properties.len(), "properties")?;
        let mut fetched = BulkFetched { issues: Vec::new(), faults: Vec::new(), missing: Vec::new(), moment: None };
        for chunk in wanted.issues.chunks(BULK_FETCH_ISSUES_MAX) {
            let answer = self.send(request(wanted, chunk)).await?;
            let answered: Answered = answer.json()?;
            fetched.moment.get_or_insert(self.moment(&answer));
            fetched.missing.extend(missing(chunk, &answered));
            fetched.issues.extend(answered.issues);
            fetched.faults.extend(answered.issue_errors);
        }
        Ok(fetched)
    }
}

fn request(wanted: &BulkFetch, chunk: &[IssueRef]) -> Request {
    let ids: Vec<String> = chunk.iter().map(IssueRef::to_string).collect();
    let mut body = json!({ "issueIdsOrKeys": ids, "fields": wanted.fields });
    if !wanted.properties.is_empty() {
        body["properties"] = json!(wanted.properties);
    }
    if wanted.changelog {
        body["expand"] = json!(["changelog"]);
    }
    Request::read("POST /rest/api/3/issue/bulkfetch").json(body).timeout(BULK_CALL_TIMEOUT)
}

/// What Jira says nothing about: unlike the reference for single issues, missing ones are simply left out.
fn missing(chunk: &[IssueRef], answered: &Answered) -> Vec<IssueRef> {
    let mut told: HashSet<String> = HashSet::new();
    for issue in &answered.issues {
        told.insert(issue.id.to_string());
        told.extend(issue.key.as_ref().map(ToString::to_string));
    }
    told.extend(answered.issue_errors.iter().map(|fault| fault.id.to_ascii_uppercase()));
    chunk.iter().filter(|issue| !told.contains(&issue.to_string())).cloned().collect()
}
