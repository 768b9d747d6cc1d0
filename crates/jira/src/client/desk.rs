//! Service desks, and the paging that their API has for itself.
//!
//! Organizations and customers have their own files. Which portals a customer may use is for the most part a setting of the
//! site and has no API: whether a desk is open to everybody, which e-mail domains may have accounts, who may manage
//! organizations. <https://support.atlassian.com/jira-service-management-cloud/docs/change-project-customer-permissions/>

use std::num::ParseIntError;

use entente_transport::CallError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Client;
use super::account::absent_is_none;
use crate::limits::{DESK_PAGE_ROWS, PAGES_MAX};
use crate::request::{Request, refused};

pub(crate) mod customers;
pub(crate) mod organizations;
pub(crate) mod request_types;

/// The service desk of a project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceDesk {
    /// Its id, which is not the project's.
    pub id: String,
    /// The project's id.
    pub project_id: String,
    /// The project's key.
    #[serde(default)]
    pub project_key: String,
    /// The project's name.
    #[serde(default)]
    pub project_name: String,
}

/// A page of the service desk API, which says itself whether it is the last one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    values: Vec<T>,
    is_last_page: bool,
}

impl Client {
    /// The service desk of the project with this id or key; `None` if there is no such project for us, or it is no
    /// service project.
    ///
    /// # Errors
    /// `Denied` without a licence for the service desk.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-servicedesk/#api-rest-servicedeskapi-servicedesk-servicedeskid-get>
    pub async fn service_desk(&self, project: &str) -> Result<Option<ServiceDesk>, CallError> {
        // A number is a desk's own id before it is a project's, so a project's id is looked up in the list.
        if project.bytes().all(|byte| byte.is_ascii_digit()) {
            let desks: Vec<ServiceDesk> =
                self.every_desk_row(|| Request::read("GET /rest/servicedeskapi/servicedesk")).await?;
            return Ok(desks.into_iter().find(|desk| desk.project_id == project));
        }
        let request = Request::read("GET /rest/servicedeskapi/servicedesk/{desk}").segment(project);
        absent_is_none(self.fetch(request).await)
    }

    /// Every row of a listing of the service desk. `request` makes the request without its paging parameters.
    async fn every_desk_row<T: DeserializeOwned>(&self, request: impl Fn() -> Request) -> Result<Vec<T>, CallError> {
        let mut rows: Vec<T> = Vec::new();
        for _ in 0..PAGES_MAX {
            let page = request().query("start", rows.len()).query("limit", DESK_PAGE_ROWS);
            let page: Page<T> = self.fetch(page).await?;
            let n_new = page.values.len();
            rows.extend(page.values);
            if page.is_last_page || n_new == 0 {
                return Ok(rows);
            }
        }
        Err(CallError::Broken { reason: format!("a listing of the service desk did not end after {PAGES_MAX} pages") })
    }
}

/// The number that a body wants where every other place has the id as text.
fn number(what: &str, id: &str) -> Result<u64, CallError> {
    id.parse().map_err(|_: ParseIntError| refused(format!("{id:?} is not the id of {what}: digits only")))
}

/// The body by which accounts are added or taken out.
fn accounts(ids: &[&str]) -> Value {
    json!({ "accountIds": ids })
}
