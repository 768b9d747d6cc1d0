//! Customers: portal-only accounts, and who belongs to a desk.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Desk;
use super::paging::{accounts, administrator, agent, experimental, missing, page, refuse, unknown_users};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::people::{AccountKind, User};
use crate::jira::render::View;
use crate::jira::session::Session;

impl View<'_> {
    /// A person as the service desk API shows them.
    pub(crate) fn customer(&self, account: &str) -> Value {
        let row = self.user(account);
        let user = self.contents.people.users.get(account);
        let email = user.filter(|u| u.shows_email || u.kind == AccountKind::Customer).map(|u| u.email.clone());
        json!({
            "accountId": account,
            "name": account,
            "key": account,
            "emailAddress": email,
            "displayName": row["displayName"],
            "active": row["active"],
            "timeZone": row["timeZone"],
            "_links": { "jiraRest": row["self"], "avatarUrls": row["avatarUrls"], "self": row["self"] },
        })
    }
}

/// `POST /customer`: makes the account and sends no mail.
pub(super) fn create(s: &mut Session<'_>) -> Answer {
    administrator(s)?;
    let body = s.call.object()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let email = text("email");
    let name = Some(text("displayName")).filter(|n| !n.is_empty()).unwrap_or_else(|| text("fullName"));
    check_email(s, &email)?;
    if s.contents.people.by_email(&email).is_some() {
        let status = if s.call.query_flag("strictConflictStatusCode", false) { 409 } else { 400 };
        return Err(refuse(status, "An account already exists for this email", "sd.customer.create.exists"));
    }
    let number = s.contents.next_id();
    let id = uuid::Uuid::from_u64_pair(0xC057_0000_0000_4000, 0x8000_0000_0000_0000 | number);
    let account_id = format!("qm:{}:{id}", s.contents.cloud_id);
    s.contents.people.add(User {
        account_id: account_id.clone(),
        kind: AccountKind::Customer,
        name: if name.is_empty() { email.clone() } else { name },
        email: email.clone(),
        shows_email: true,
        active: true,
        zone: "Etc/UTC".into(),
        token: None,
        groups: BTreeSet::new(),
        server_name: None,
    });
    s.log(&account_id, "customer", None, Some(email));
    Ok(Reply::created(s.view().customer(&account_id)))
}

fn check_email(s: &Session<'_>, email: &str) -> Result<(), Refusal> {
    let well_formed =
        email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
    if !well_formed || email.contains(char::is_whitespace) {
        return Err(refuse(400, "The email address is not valid.", "sd.customer.create.email.invalid"));
    }
    let allowed = &s.contents.desks.allowed_domains;
    let domain = email.rsplit('@').next().unwrap_or_default();
    if allowed.is_empty() || allowed.iter().any(|a| a.eq_ignore_ascii_case(domain)) {
        return Ok(());
    }
    let why = "Email doesn't belong to domains allowed in customer access settings";
    Err(refuse(400, why, "sd.customer.create.domain.not.allowed"))
}

/// Takes a portal-only account out of the site for good.
pub(super) fn revoke(s: &mut Session<'_>) -> Answer {
    administrator(s)?;
    let account = s.call.param("account").to_owned();
    let user = s.contents.people.users.get_mut(&account).filter(|u| u.kind == AccountKind::Customer);
    user.ok_or_else(|| missing("customer"))?.active = false;
    for desk in s.contents.desks.desks.values_mut() {
        desk.customers.remove(&account);
    }
    for organization in s.contents.desks.organizations.values_mut() {
        organization.members.remove(&account);
    }
    s.log(&account, "active", Some("true".into()), Some("false".into()));
    Ok(Reply::no_content())
}

/// The desk of the path, by its id or by its project's id or key.
pub(super) fn desk<'s>(s: &'s Session<'_>) -> Result<&'s Desk, Refusal> {
    let asked = s.call.param("desk");
    let desks = &s.contents.desks;
    let by_id = asked.parse().ok().and_then(|id: u64| desks.desks.get(&id));
    let by_project = || s.contents.find_project(asked).and_then(|p| desks.desk_of(p.id));
    let found = by_id.or_else(by_project).filter(|desk| s.may("BROWSE_PROJECTS", desk.project));
    found.ok_or_else(|| missing("service desk"))
}

pub(super) fn list(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    experimental(s)?;
    let desk = desk(s)?;
    let text = s.call.query("query").unwrap_or_default().to_lowercase();
    let view = s.view();
    let users = desk.customers.iter().filter_map(|id| s.contents.people.users.get(id));
    let found = users.filter(|u| u.name.to_lowercase().contains(&text) || u.email.to_lowercase().contains(&text));
    let rows = found.map(|u| view.customer(&u.account_id)).collect();
    page(s, &format!("servicedesk/{}/customer", desk.id), rows)
}

/// Adds those that exist even when others do not; who is there already stays.
pub(super) fn add(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    let id = desk(s)?.id;
    let (known, unknown) = accounts(s)?;
    for account in known {
        let new = s.contents.desks.desks.get_mut(&id).is_some_and(|desk| desk.customers.insert(account.clone()));
        if new {
            s.log(&format!("servicedesk:{id}"), "customers", None, Some(account));
        }
    }
    if unknown.is_empty() { Ok(Reply::no_content()) } else { Err(unknown_users(&unknown)) }
}

pub(super) fn remove(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    experimental(s)?;
    let desk = desk(s)?;
    if desk.open {
        return Err(refuse(400, "Customers cannot be removed from an open service desk.", "sd.customer.remove.open"));
    }
    let id = desk.id;
    let (known, unknown) = accounts(s)?;
    for account in known {
        let gone = s.contents.desks.desks.get_mut(&id).is_some_and(|desk| desk.customers.remove(&account));
        if gone {
            s.log(&format!("servicedesk:{id}"), "customers", Some(account), None);
        }
    }
    if unknown.is_empty() { Ok(Reply::no_content()) } else { Err(unknown_users(&unknown)) }
}
