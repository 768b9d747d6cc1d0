//! Issue properties: small JSON values that travel with an issue, visible to every app and browser of it.
//!
//! Writing one changes neither the changelog nor the issue's version. JQL does not find them for a plain account, so
//! they are markers, not indexes.

use entente_transport::CallError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Client;
use super::account::absent_is_none;
use crate::id::IssueRef;
use crate::limits::{PROPERTY_CHARS_MAX, PROPERTY_KEY_CHARS_MAX};
use crate::request::{Request, at_most};

const ROUTE_GET: &str = "GET /rest/api/3/issue/{issue}/properties/{key}";
const ROUTE_PUT: &str = "PUT /rest/api/3/issue/{issue}/properties/{key}";
const ROUTE_DELETE: &str = "DELETE /rest/api/3/issue/{issue}/properties/{key}";

/// A property of an issue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// Its key, at most [`PROPERTY_KEY_CHARS_MAX`] characters.
    pub key: String,
    /// Its value, at most [`PROPERTY_CHARS_MAX`] characters of JSON. No secrets: everyone who sees the issue sees it.
    pub value: Value,
}

impl Client {
    /// The value of a property; `None` if the issue has none of that key, or is not there.
    ///
    /// # Errors
    /// None beyond those of every call.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/#api-rest-api-3-issue-issueidorkey-properties-propertykey-get>
    pub async fn property(&self, issue: impl Into<IssueRef>, key: &str) -> Result<Option<Value>, CallError> {
        let request = Request::read(ROUTE_GET).segment(issue.into()).segment(key);
        let property = absent_is_none(self.fetch::<Property>(request).await)?;
        Ok(property.map(|property| property.value))
    }

    /// Stores a property, new or not.
    ///
    /// # Errors
    /// `Invalid` for a key or value that is too long; `Gone`; `Denied` without the right to edit the issue.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/#api-rest-api-3-issue-issueidorkey-properties-propertykey-put>
    pub async fn set_property(&self, issue: impl Into<IssueRef>, property: &Property) -> Result<(), CallError> {
        at_most(PROPERTY_KEY_CHARS_MAX, property.key.chars().count(), "characters of a property key")?;
        at_most(PROPERTY_CHARS_MAX, property.value.to_string().chars().count(), "characters of a property")?;
        let request = Request::write(ROUTE_PUT).segment(issue.into()).segment(&property.key);
        self.send(request.json(property.value.clone()).retry_safe()).await.map(drop)
    }

    /// Removes a property; one that is not there counts as removed.
    ///
    /// # Errors
    /// `Denied` without the right to edit the issue.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/#api-rest-api-3-issue-issueidorkey-properties-propertykey-delete>
    pub async fn delete_property(&self, issue: impl Into<IssueRef>, key: &str) -> Result<(), CallError> {
        let request = Request::write(ROUTE_DELETE).segment(issue.into()).segment(key).retry_safe();
        absent_is_none(self.send(request).await).map(drop)
    }
}
