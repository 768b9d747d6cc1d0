//! Search by JQL: pages of issues, and an approximate count.
//!
//! The index behind it lags by seconds to minutes; whoever must be sure reads by id with
//! [`Client::bulk_fetch`](crate::Client::bulk_fetch). Pages are no snapshot: rows move, repeat, and once in a while a
//! token repeats, so seen rows are dropped and a seen token ends the search with an error.

use std::collections::HashSet;

use entente_transport::CallError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::issues::Issue;
use super::{Client, Moment};
use crate::id::IssueId;
use crate::jql::Jql;
use crate::limits::{BULK_CALL_TIMEOUT, PROPERTIES_PER_READ_MAX, RECONCILE_ISSUES_MAX, SEARCH_PAGE_ROWS};
use crate::request::{Request, at_most};

/// What to search and what to read of what is found.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// The query. Jira refuses one without a restriction.
    pub jql: Jql,
    /// Field ids; without any, only ids come back.
    pub fields: Vec<String>,
    /// Property keys, at most [`PROPERTIES_PER_READ_MAX`].
    pub properties: Vec<String>,
    /// Whether to add the newest changelog entries.
    pub changelog: bool,
    /// Whether to add the transitions that the account can take.
    pub transitions: bool,
    /// Ids that must be read as they are now, at most [`RECONCILE_ISSUES_MAX`]: what we wrote a moment ago.
    pub reconcile: Vec<IssueId>,
    /// Rows asked of a page, 1 to 5,000; Jira gives fewer when there are many fields.
    pub page_rows: usize,
}

/// A page of what was found.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchPage {
    /// The issues that no earlier page had; may be none on a page that is not the last.
    pub issues: Vec<Issue>,
    /// When the read began.
    pub moment: Moment,
}

/// The pages of a search, one after the other.
#[derive(Debug)]
pub struct SearchPages {
    client: Client,
    search: Search,
    next: Next,
    seen_tokens: HashSet<String>,
    seen_issues: HashSet<IssueId>,
}

#[derive(Debug)]
enum Next {
    First,
    Token(String),
    End,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    issues: Vec<Issue>,
    #[serde(default)]
    next_page_token: Option<String>,
    #[serde(default)]
    is_last: Option<bool>,
}

#[derive(Deserialize)]
struct Count {
    count: u64,
}

impl Search {
    /// This query, with these fields.
    pub fn new<F: Into<String>>(jql: Jql, fields: impl IntoIterator<Item = F>) -> Self {
        Self {
            jql,
            fields: fields.into_iter().map(Into::into).collect(),
            properties: Vec::new(),
            changelog: false,
            transitions: false,
            reconcile: Vec::new(),
            page_rows: SEARCH_PAGE_ROWS,
        }
    }

    fn body(&self, token: Option<&str>) -> Value {
        // Left out, `fields` means ids only; saying so does not depend on the vendor's default.
        let fields = if self.fields.is_empty() { json!(["id"]) } else { json!(self.fields) };
        let mut body = json!({ "jql": self.jql.to_string(), "maxResults": self.page_rows, "fields": fields });
        if let Some(token) = token {
            body["nextPageToken"] = json!(token);
        }
        if !self.properties.is_empty() {
            body["properties"] = json!(self.properties);
        }
        let expanded = [("changelog", self.changelog), ("transitions", self.transitions)];
        let expanded: Vec<&str> =
            expanded.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(what, _)| what).collect();
        if !expanded.is_empty() {
            // A comma-separated text here, a list in a bulk fetch.
            body["expand"] = json!(expanded.join(","));
        }
        if !self.reconcile.is_empty() {
            body["reconcileIssues"] = self.reconcile.iter().map(|id| id.number()).collect();
        }
        body
    }
}

impl SearchPages {
    /// The next page; `None` after the last. A short or empty page is not the end.
    ///
    /// # Errors
    /// `Invalid`, when the JQL is refused; `NotApplied`, when Jira repeats a page token: search again later.
    pub async fn next(&mut self) -> Result<Option<SearchPage>, CallError> {
        let token = match &self.next {
            Next::First => None,
            Next::Token(token) => Some(token.as_str()),
            Next::End => return Ok(None),
        };
        at_most(PROPERTIES_PER_READ_MAX, self.search.properties.len(), "properties")?;
        at_most(RECONCILE_ISSUES_MAX, self.search.reconcile.len(), "issues to reconcile")?;
        let request = Request::read("POST /rest/api/3/search/jql").json(self.search.body(token));
        let answer = self.client.send(request.timeout(BULK_CALL_TIMEOUT)).await?;
        let mut answered: Answered = answer.json()?;
        self.next = self.after(&mut answered)?;
        answered.issues.retain(|issue| self.seen_issues.insert(issue.id));
        Ok(Some(SearchPage { issues: answered.issues, moment: self.client.moment(&answer) }))
    }

    /// Every issue that is left, in memory: for searches that are known to be small.
    ///
    /// # Errors
    /// As [`SearchPages::next`]; pages that were read before are lost.
    pub async fn all(mut self) -> Result<Vec<Issue>, CallError> {
        let mut issues = Vec::new();
        while let Some(page) = self.next().await? {
            issues.extend(page.issues);
        }
        Ok(issues)
    }

    fn after(&mut self, answered: &mut Answered) -> Result<Next, CallError> {
        let Some(token) = answered.next_page_token.take().filter(|_| answered.is_last != Some(true)) else {
            return Ok(Next::End);
        };
        if !self.seen_tokens.insert(token.clone()) {
            // https://jira.atlassian.com/browse/JRACLOUD-95368
            self.next = Next::End;
            let reason = "Jira's search repeated a page token, so its pages would never end".into();
            return Err(CallError::NotApplied { after: None, reason });
        }
        Ok(Next::Token(token))
    }
}

impl Client {
    /// Searches; nothing is sent before the first page is asked for.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post>
    #[must_use]
    pub fn search(&self, search: Search) -> SearchPages {
        SearchPages {
            client: self.clone(),
            search,
            next: Next::First,
            seen_tokens: HashSet::new(),
            seen_issues: HashSet::new(),
        }
    }

    /// About how many issues match: for progress and estimates, never for decisions.
    ///
    /// # Errors
    /// `Invalid`, when the JQL is refused.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-approximate-count-post>
    pub async fn approximate_count(&self, jql: &Jql) -> Result<u64, CallError> {
        let body = json!({ "jql": jql.to_string() });
        let count: Count = self.fetch(Request::read("POST /rest/api/3/search/approximate-count").json(body)).await?;
        Ok(count.count)
    }
}
