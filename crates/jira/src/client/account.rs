//! People and apps: the calling account, users by id, users by name or e-mail.

use std::collections::BTreeMap;

use entente_transport::CallError;
use serde::{Deserialize, Deserializer};

use super::Client;
use crate::id::IssueId;
use crate::limits::{PAGE_ROWS, PAGES_MAX, USERS_BULK_MAX, USERS_PAGE_ROWS};
use crate::request::Request;

/// An account. Its id is opaque and for ever; everything else may change or be hidden.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The account id, up to 128 characters, of any form.
    pub account_id: String,
    /// What kind of account it is.
    #[serde(default)]
    pub account_type: AccountType,
    /// The name people see; not unique.
    #[serde(default)]
    pub display_name: String,
    /// Only where the profile's privacy setting or the site's administration shows it to us; most hide it.
    /// <https://support.atlassian.com/atlassian-account/docs/update-your-profile-and-visibility-settings/>
    #[serde(default, rename = "emailAddress", deserialize_with = "visible_email")]
    pub email: Option<String>,
    /// Whether the account may still sign in; anonymised and deactivated ones may not.
    #[serde(default)]
    pub active: bool,
    /// The profile's time zone, by which Jira reads dates in JQL that are not epoch numbers.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// What kind of account it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountType {
    /// A person with an Atlassian account.
    Atlassian,
    /// An app, such as automation.
    App,
    /// A customer of a service desk.
    Customer,
    /// Not said, or a kind that is new.
    #[default]
    #[serde(other)]
    Unknown,
}

/// Hidden addresses are absent, null, empty or placeholders, depending on who asks and where.
fn visible_email<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let email: Option<String> = Option::deserialize(deserializer)?;
    Ok(email.filter(|email| email.contains('@')))
}

#[derive(Deserialize)]
struct Permissions {
    permissions: BTreeMap<String, Permission>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Permission {
    have_permission: bool,
}

#[derive(Deserialize)]
struct UserValues {
    #[serde(default)]
    values: Vec<User>,
}

impl Client {
    /// The calling account. Store its id (to know our own changes) and never take another call's success for a sign-in:
    /// most of Jira answers strangers with 200 and an empty list.
    ///
    /// # Errors
    /// `Auth`, when the token is not accepted.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/#api-rest-api-3-myself-get>
    pub async fn myself(&self) -> Result<User, CallError> {
        self.fetch(Request::read("GET /rest/api/3/myself")).await
    }

    /// Which of these permissions the account has, in the project with this id or key, or anywhere if none is named.
    ///
    /// # Errors
    /// `Invalid`, when a key is unknown to Jira or none is given.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-mypermissions-get>
    pub async fn my_permissions(
        &self,
        keys: &[&str],
        project: Option<&str>,
    ) -> Result<BTreeMap<String, bool>, CallError> {
        let mut request = Request::read("GET /rest/api/3/mypermissions").query("permissions", keys.join(","));
        if let Some(project) = project {
            let by_id = project.bytes().all(|byte| byte.is_ascii_digit());
            request = request.query(if by_id { "projectId" } else { "projectKey" }, project);
        }
        self.permissions(request).await
    }

    /// Which of these permissions the account has on an issue.
    ///
    /// # Errors
    /// `Invalid`, when a key is unknown to Jira; `Gone`, when the account cannot see the issue.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-mypermissions-get>
    pub async fn my_permissions_on(&self, keys: &[&str], issue: IssueId) -> Result<BTreeMap<String, bool>, CallError> {
        let request = Request::read("GET /rest/api/3/mypermissions").query("permissions", keys.join(","));
        self.permissions(request.query("issueId", issue)).await
    }

    async fn permissions(&self, request: Request) -> Result<BTreeMap<String, bool>, CallError> {
        let answer: Permissions = self.fetch(request).await?;
        Ok(answer.permissions.into_iter().map(|(key, permission)| (key, permission.have_permission)).collect())
    }

    /// The account with this id; `None` if there is none.
    ///
    /// # Errors
    /// `Denied` without the permission to browse users.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/#api-rest-api-3-user-get>
    pub async fn user(&self, account_id: &str) -> Result<Option<User>, CallError> {
        let request = Request::read("GET /rest/api/3/user").query("accountId", account_id);
        absent_is_none(self.fetch(request).await)
    }

    /// The accounts with these ids, in any number; unknown ids are left out. One call per [`USERS_BULK_MAX`].
    ///
    /// # Errors
    /// `Denied` without the permission to browse users.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/#api-rest-api-3-user-bulk-get>
    pub async fn users(&self, account_ids: &[&str]) -> Result<Vec<User>, CallError> {
        let mut users = Vec::new();
        for chunk in account_ids.chunks(USERS_BULK_MAX) {
            // The default page has ten rows, so the size is always said.
            let request = Request::read("GET /rest/api/3/user/bulk").query("maxResults", USERS_BULK_MAX);
            let request = chunk.iter().fold(request, |request, id| request.query("accountId", id));
            let page: UserValues = self.fetch(request).await?;
            users.extend(page.values);
        }
        Ok(users)
    }

    /// Accounts whose name or visible e-mail begins with `query`, at most [`PAGE_ROWS`] of the first thousand that Jira
    /// looks at. Hidden addresses are not found, so an empty answer does not prove that there is no account.
    ///
    /// # Errors
    /// `Throttled` sooner than elsewhere: all user searches of a site share one extra limit.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/#api-rest-api-3-user-search-get>
    pub async fn find_users(&self, query: &str) -> Result<Vec<User>, CallError> {
        let request = Request::read("GET /rest/api/3/user/search").query("query", query);
        self.fetch(request.query("maxResults", PAGE_ROWS)).await
    }

    /// Everybody with an account, inactive people, apps and customers included. Who may not browse users sees nobody.
    ///
    /// # Errors
    /// `Throttled` sooner than elsewhere: all user searches of a site share one extra limit.
    /// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/#api-rest-api-3-users-search-get>
    pub async fn all_users(&self) -> Result<Vec<User>, CallError> {
        let mut users = Vec::new();
        for page in 0..PAGES_MAX {
            let request = Request::read("GET /rest/api/3/users/search").query("maxResults", USERS_PAGE_ROWS);
            let found: Vec<User> = self.fetch(request.query("startAt", page * USERS_PAGE_ROWS)).await?;
            // The window is cut before it is filtered, so only an empty page is the last one (JRACLOUD-71293).
            if found.is_empty() {
                break;
            }
            users.extend(found);
        }
        Ok(users)
    }
}

/// For reads of one thing by its own id.
pub(crate) fn absent_is_none<T>(outcome: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(CallError::Gone { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_addresses_are_none_in_every_form() {
        for (json, expected) in [
            (r#"{"accountId":"a"}"#, None),
            (r#"{"accountId":"a","emailAddress":null}"#, None),
            (r#"{"accountId":"a","emailAddress":""}"#, None),
            (r#"{"accountId":"a","emailAddress":"\"?\""}"#, None),
            (r#"{"accountId":"a","emailAddress":"a@b.example"}"#, Some("a@b.example")),
        ] {
            let user: User = serde_json::from_str(json).expect("a user");
            assert_eq!(user.email.as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn a_new_kind_of_account_is_unknown_not_an_error() {
        for (kind, expected) in
            [("app", AccountType::App), ("customer", AccountType::Customer), ("robot", AccountType::Unknown)]
        {
            let user: User =
                serde_json::from_value(serde_json::json!({"accountId": "a", "accountType": kind})).expect("a user");
            assert_eq!(user.account_type, expected, "{kind}");
        }
    }
}
