//! Customers: accounts that see portals only, and who belongs to a service desk.

use entente_transport::CallError;
use http::StatusCode;
use serde_json::json;

use super::accounts;
use crate::client::Client;
use crate::client::account::User;
use crate::limits::{MEMBERS_PER_CALL_MAX, USERS_PAGE_ROWS};
use crate::request::{Request, at_most};

const ROUTE_CREATE: &str = "POST /rest/servicedeskapi/customer";
const ROUTE_LIST: &str = "GET /rest/servicedeskapi/servicedesk/{desk}/customer";
const ROUTE_ADD: &str = "POST /rest/servicedeskapi/servicedesk/{desk}/customer";
const ROUTE_REMOVE: &str = "DELETE /rest/servicedeskapi/servicedesk/{desk}/customer";

/// What became of a customer to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enrolment {
    /// The account that was made. The site sends no invitation.
    New(User),
    /// The address has an account already, of whatever kind. [`Client::find_customer`] may find it.
    Taken,
}

impl Client {
    /// Makes a portal-only account for an e-mail address. After `Ambiguous` it may simply be asked for again: what it
    /// made the first time is [`Enrolment::Taken`] the second time.
    ///
    /// # Errors
    /// `Invalid` for an address that is none, or whose domain the site's customer access settings do not allow;
    /// `Denied` unless the account administers Jira.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-customer/#api-rest-servicedeskapi-customer-post>
    pub async fn create_customer(&self, email: &str, name: &str) -> Result<Enrolment, CallError> {
        let body = json!({ "email": email, "displayName": name });
        // Without the flag a taken address is a 400 like any other, told apart by localised words only.
        let request = Request::write(ROUTE_CREATE).query("strictConflictStatusCode", true).answers(&[409]).json(body);
        let answer = self.send(request).await?;
        if answer.status == StatusCode::CONFLICT {
            return Ok(Enrolment::Taken);
        }
        answer.json().map(Enrolment::New)
    }

    /// The one active account that shows this e-mail address, among the customers of a service desk and then among all
    /// people; `None` if there is none, which proves nothing: most profiles hide theirs. Capitals do not count.
    ///
    /// # Errors
    /// `Throttled` beyond five such calls a second; `Gone`, when there is no such desk for us; `Denied` unless the
    /// account is an agent of the desk.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-servicedesk/#api-rest-servicedeskapi-servicedesk-servicedeskid-customer-get>
    pub async fn find_customer(&self, desk_id: &str, email: &str) -> Result<Option<User>, CallError> {
        let request = || Request::read(ROUTE_LIST).segment(desk_id).query("query", email).experimental();
        let customers = self.every_desk_row(request).await?;
        if let Some(customer) = one_of_email(customers, email) {
            return Ok(Some(customer));
        }
        // The window is cut before it is filtered (JRACLOUD-71293), so the largest one is asked for.
        let request = Request::read("GET /rest/api/3/user/search").query("query", email);
        let people = self.fetch(request.query("maxResults", USERS_PAGE_ROWS)).await?;
        Ok(one_of_email(people, email))
    }

    /// Adds accounts to a service desk; customers stay customers. Known accounts are added even when another one is
    /// refused.
    ///
    /// # Errors
    /// `Invalid` for an unknown account or more than [`MEMBERS_PER_CALL_MAX`]; `Gone`; `Denied`.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-servicedesk/#api-rest-servicedeskapi-servicedesk-servicedeskid-customer-post>
    pub async fn add_desk_customers(&self, desk_id: &str, account_ids: &[&str]) -> Result<(), CallError> {
        at_most(MEMBERS_PER_CALL_MAX, account_ids.len(), "accounts")?;
        let request = Request::write(ROUTE_ADD).segment(desk_id).json(accounts(account_ids));
        self.send(request.retry_safe()).await.map(drop)
    }

    /// Takes accounts out of a service desk; who is no customer of it stays none.
    ///
    /// # Errors
    /// As [`Self::add_desk_customers`], and `Invalid` where the desk is open to everybody.
    /// <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-servicedesk/#api-rest-servicedeskapi-servicedesk-servicedeskid-customer-delete>
    pub async fn remove_desk_customers(&self, desk_id: &str, account_ids: &[&str]) -> Result<(), CallError> {
        at_most(MEMBERS_PER_CALL_MAX, account_ids.len(), "accounts")?;
        let request = Request::write(ROUTE_REMOVE).segment(desk_id).json(accounts(account_ids)).experimental();
        self.send(request.retry_safe()).await.map(drop)
    }
}

/// An address that several active accounts show belongs to nobody in particular.
fn one_of_email(users: Vec<User>, email: &str) -> Option<User> {
    let has_it = |user: &User| user.active && user.email.as_ref().is_some_and(|e| e.eq_ignore_ascii_case(email));
    let mut found = users.into_iter().filter(has_it);
    found.next().filter(|_| found.next().is_none())
}
