//! Request types: the forms of a portal, and what customers see of their requests.

use entente_transport::CallError;
use serde::Deserialize;

use crate::client::Client;
use crate::request::Request;

const ROUTE_LIST: &str = "GET /rest/servicedeskapi/servicedesk/{desk}/requesttype";
const ROUTE_FIELDS: &str = "GET /rest/servicedeskapi/servicedesk/{desk}/requesttype/{type}/field";

/// A request type of a service desk.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestType {
    /// Its id.
    pub id: String,
    /// What customers choose it by.
    pub name: String,
    /// The id of the issue type that its requests have.
    pub issue_type_id: String,
}

/// A field of a request type's form. Those that its administrators have hidden are not listed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormField {
    /// The id of the field.
    pub field_id: String,
    /// What customers see it called.
    pub name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Form {
    request_type_fields: Vec<FormField>,
}

impl Client {
    /// The request types of a service desk.
    ///
    /// # Errors
    /// `Denied` without access to the portal; `Gone`, when there is no such desk for us.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-servicedesk/#api-rest-servicedeskapi-servicedesk-servicedeskid-requesttype-get>
    pub async fn request_types(&self, desk: &str) -> Result<Vec<RequestType>, CallError> {
        self.every_desk_row(|| Request::read(ROUTE_LIST).segment(desk)).await
    }

    /// What the form of a request type shows.
    ///
    /// # Errors
    /// `Denied` without access to the portal; `Gone`, when there is no such request type for us.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-servicedesk/#api-rest-servicedeskapi-servicedesk-servicedeskid-requesttype-requesttypeid-field-get>
    pub async fn form(&self, desk: &str, request_type: &str) -> Result<Vec<FormField>, CallError> {
        let request = Request::read(ROUTE_FIELDS).segment(desk).segment(request_type);
        let form: Form = self.fetch(request).await?;
        Ok(form.request_type_fields)
    }
}
