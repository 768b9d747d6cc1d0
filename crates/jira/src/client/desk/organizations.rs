//! Organizations: groups of customers, their properties, and the service desks that they may use.
//!
//! A name is no identity: asking for a new organization with a name that exists hands back the one that has it, with the
//! same 201. Whoever needs to know whose it is asks for its properties, which people never see.

use entente_transport::CallError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{accounts, number};
use crate::client::Client;
use crate::client::account::{User, absent_is_none};
use crate::client::properties::Property;
use crate::limits::{MEMBERS_PER_CALL_MAX, ORGANIZATION_NAME_CHARS_MAX, PROPERTY_CHARS_MAX, PROPERTY_KEY_CHARS_MAX};
use crate::request::{Request, at_most};

const ROUTE_PROPERTY_GET: &str = "GET /rest/servicedeskapi/organization/{organization}/property/{key}";
const ROUTE_PROPERTY_PUT: &str = "PUT /rest/servicedeskapi/organization/{organization}/property/{key}";
const ROUTE_PROPERTY_DELETE: &str = "DELETE /rest/servicedeskapi/organization/{organization}/property/{key}";

/// A group of customers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// Its name; two can look alike, and people can change it.
    pub name: String,
}

impl Client {
    /// Every organization of the site. There is no search by name.
    ///
    /// # Errors
    /// `Denied` without a licence for the service desk.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-organization-get>
    pub async fn organizations(&self) -> Result<Vec<Organization>, CallError> {
        self.every_desk_row(|| Request::read("GET /rest/servicedeskapi/organization")).await
    }

    /// The organization with this id; `None` if there is none for us.
    ///
    /// # Errors
    /// `Denied` without the right to see it.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-organization-organizationid-get>
    pub async fn organization(&self, id: &str) -> Result<Option<Organization>, CallError> {
        let request = Request::read("GET /rest/servicedeskapi/organization/{organization}").segment(id);
        absent_is_none(self.fetch(request).await)
    }

    /// The organization of this name: a new one, or the one that has the name already, and nothing says which of the
    /// two. So after `Ambiguous` it may simply be asked for again.
    ///
    /// # Errors
    /// `Invalid` for an empty or long name; `Denied` where the site keeps organizations to its administrators.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-organization-post>
    pub async fn create_organization(&self, name: &str) -> Result<Organization, CallError> {
        at_most(ORGANIZATION_NAME_CHARS_MAX, name.chars().count(), "characters of an organization's name")?;
        let request = Request::write("POST /rest/servicedeskapi/organization").json(json!({ "name": name }));
        self.fetch(request).await
    }

    /// Removes an organization from the site, whatever uses it; one that is not there counts as removed.
    ///
    /// # Errors
    /// `Denied` unless the account administers Jira.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-organization-organizationid-delete>
    pub async fn delete_organization(&self, id: &str) -> Result<(), CallError> {
        let request = Request::write("DELETE /rest/servicedeskapi/organization/{organization}").segment(id);
        absent_is_none(self.send(request.retry_safe()).await).map(drop)
    }

    /// The value of an organization's property; `None` if it has none of that key, or is not there.
    ///
    /// # Errors
    /// `Denied` without the right to see the organization.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-organization-organizationid-property-propertykey-get>
    pub async fn organization_property(&self, id: &str, key: &str) -> Result<Option<Value>, CallError> {
        let request = Request::read(ROUTE_PROPERTY_GET).segment(id).segment(key);
        let property = absent_is_none(self.fetch::<Property>(request).await)?;
        Ok(property.map(|property| property.value))
    }

    /// Stores a property of an organization, new or not. Only the API shows it.
    ///
    /// # Errors
    /// `Invalid` for a key or value that is too long; `Gone`; `Denied`.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-organization-organizationid-property-propertykey-put>
    pub async fn set_organization_property(&self, id: &str, key: &str, value: Value) -> Result<(), CallError> {
        at_most(PROPERTY_KEY_CHARS_MAX, key.len(), "bytes of a property key")?;
        at_most(PROPERTY_CHARS_MAX, value.to_string().chars().count(), "characters of a property")?;
        let request = Request::write(ROUTE_PROPERTY_PUT).segment(id).segment(key);
        self.send(request.json(value).retry_safe()).await.map(drop)
    }

    /// Removes a property of an organization; one that is not there counts as removed.
    ///
    /// # Errors
    /// `Denied` without the right to change the organization.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-organization-organizationid-property-propertykey-delete>
    pub async fn delete_organization_property(&self, id: &str, key: &str) -> Result<(), CallError> {
        let request = Request::write(ROUTE_PROPERTY_DELETE).segment(id).segment(key).retry_safe();
        absent_is_none(self.send(request).await).map(drop)
    }

    /// Every member of an organization.
    ///
    /// # Errors
    /// `Gone`, when there is no such organization for us; `Denied` unless the account is an agent.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-organization-organizationid-user-get>
    pub async fn organization_members(&self, id: &str) -> Result<Vec<User>, CallError> {
        let request = || Request::read("GET /rest/servicedeskapi/organization/{organization}/user").segment(id);
        self.every_desk_row(request).await
    }

    /// Adds accounts to an organization; members stay members. All of them or none. What is lost on its way may let somebody in
    /// later, so it is not sent again by itself.
    ///
    /// # Errors
    /// `Invalid` for an unknown account or more than [`MEMBERS_PER_CALL_MAX`]; `Gone`; `Denied`.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-organization-organizationid-user-post>
    pub async fn add_members(&self, id: &str, account_ids: &[&str]) -> Result<(), CallError> {
        at_most(MEMBERS_PER_CALL_MAX, account_ids.len(), "accounts")?;
        let request = Request::write("POST /rest/servicedeskapi/organization/{organization}/user").segment(id);
        self.send(request.json(accounts(account_ids))).await.map(drop)
    }

    /// Takes accounts out of an organization; who is no member stays none. All of them or none.
    ///
    /// # Errors
    /// As [`Self::add_members`].
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-organization-organizationid-user-delete>
    pub async fn remove_members(&self, id: &str, account_ids: &[&str]) -> Result<(), CallError> {
        at_most(MEMBERS_PER_CALL_MAX, account_ids.len(), "accounts")?;
        let request = Request::write("DELETE /rest/servicedeskapi/organization/{organization}/user").segment(id);
        self.send(request.json(accounts(account_ids))).await.map(drop)
    }

    /// The organizations that may use a service desk.
    ///
    /// # Errors
    /// `Gone`, when there is no such desk for us; `Denied` unless the account is an agent of it.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-servicedesk-servicedeskid-organization-get>
    pub async fn desk_organizations(&self, desk_id: &str) -> Result<Vec<Organization>, CallError> {
        let request = || Request::read("GET /rest/servicedeskapi/servicedesk/{desk}/organization").segment(desk_id);
        self.every_desk_row(request).await
    }

    /// Lets an organization use a service desk; one that may already still may.
    ///
    /// # Errors
    /// `Invalid` for an id that is no number; `Gone`, when desk or organization are not there; `Denied`.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-servicedesk-servicedeskid-organization-post>
    pub async fn add_organization_to_desk(&self, desk_id: &str, organization_id: &str) -> Result<(), CallError> {
        let body = json!({ "organizationId": number("an organization", organization_id)? });
        let request = Request::write("POST /rest/servicedeskapi/servicedesk/{desk}/organization").segment(desk_id);
        self.send(request.json(body).retry_safe()).await.map(drop)
    }

    /// Ends an organization's use of a service desk; one that may not use it counts as ended.
    ///
    /// # Errors
    /// As [`Self::add_organization_to_desk`].
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-organization/#api-rest-servicedeskapi-servicedesk-servicedeskid-organization-delete>
    pub async fn remove_organization_from_desk(&self, desk_id: &str, organization_id: &str) -> Result<(), CallError> {
        let body = json!({ "organizationId": number("an organization", organization_id)? });
        let request = Request::write("DELETE /rest/servicedeskapi/servicedesk/{desk}/organization").segment(desk_id);
        self.send(request.json(body).retry_safe()).await.map(drop)
    }
}
