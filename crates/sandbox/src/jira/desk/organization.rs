//! Organizations: members, properties, and the desks they are on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Organization;
use super::customer::desk;
use super::paging::{accounts, administrator, agent, missing, page, refuse, unknown_users};
use crate::jira::answer::{Answer, Refusal, Reply};
use crate::jira::issue::property;
use crate::jira::people::AccountKind;
use crate::jira::session::Session;

/// Users of one call; more are refused.
const USERS_PER_CALL: usize = 50;

/// Customers see only their own; `accountId` narrows it for agents.
pub(super) fn list(s: &mut Session<'_>) -> Answer {
    let me = s.me()?;
    let customer = s.contents.people.users.get(&me).is_some_and(|u| u.kind == AccountKind::Customer);
    let member = if customer { Some(me) } else { s.call.query("accountId").map(std::borrow::Cow::into_owned) };
    let of = |o: &&Organization| member.as_ref().is_none_or(|account| o.members.contains(account));
    let view = s.view();
    let rows = s.contents.desks.organizations.values().filter(of).filter_map(|o| view.organization_ref(o.id));
    page(s, "organization", rows.collect())
}

/// The same name gives the organization that has it already, with 201 as well.
pub(super) fn create(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    let body = s.call.object()?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(refuse(400, "The organization name is not valid.", "sd.organization.name.invalid"));
    }
    let existing = s.contents.desks.organizations.values().find(|o| o.name == name).map(|o| o.id);
    let id = match existing {
        Some(id) => id,
        None => {
            let id = s.contents.next_id();
            let fresh = Organization { id, name: name.clone(), members: BTreeSet::new(), properties: BTreeMap::new() };
            s.contents.desks.organizations.insert(id, fresh);
            s.log(&format!("organization:{id}"), "name", None, Some(name));
            id
        }
    };
    Ok(Reply::created(s.view().organization_ref(id).unwrap_or_default()))
}

fn addressed(s: &Session<'_>) -> Result<u64, Refusal> {
    s.me()?;
    let id = s.call.param("organization").parse().ok();
    id.filter(|id| s.contents.desks.organizations.contains_key(id)).ok_or_else(|| missing("organization"))
}

pub(super) fn get(s: &mut Session<'_>) -> Answer {
    let id = addressed(s)?;
    Ok(Reply::ok(s.view().organization_ref(id).unwrap_or_default()))
}

/// Whatever it is linked to.
pub(super) fn delete(s: &mut Session<'_>) -> Answer {
    administrator(s)?;
    let id = addressed(s)?;
    let gone = s.contents.desks.organizations.remove(&id);
    for desk in s.contents.desks.desks.values_mut() {
        desk.organizations.remove(&id);
    }
    s.log(&format!("organization:{id}"), "name", gone.map(|o| o.name), None);
    Ok(Reply::no_content())
}

pub(super) fn users(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    let id = addressed(s)?;
    let view = s.view();
    let members = s.contents.desks.organizations.get(&id).map(|o| &o.members);
    let rows = members.into_iter().flatten().map(|account| view.customer(account)).collect();
    page(s, &format!("organization/{id}/user"), rows)
}

pub(super) fn add_users(s: &mut Session<'_>) -> Answer {
    change_users(s, true)
}

pub(super) fn remove_users(s: &mut Session<'_>) -> Answer {
    change_users(s, false)
}

/// All of them or none: one unknown account refuses the call.
fn change_users(s: &mut Session<'_>, add: bool) -> Answer {
    agent(s)?;
    let id = addressed(s)?;
    let (known, unknown) = accounts(s)?;
    if !unknown.is_empty() {
        return Err(unknown_users(&unknown));
    }
    if known.len() > USERS_PER_CALL {
        return Err(refuse(400, "Too many users in one request.", "sd.organization.too.many.users"));
    }
    for account in known {
        let Some(organization) = s.contents.desks.organizations.get_mut(&id) else { break };
        let changed =
            if add { organization.members.insert(account.clone()) } else { organization.members.remove(&account) };
        if changed {
            let (before, after) = if add { (None, Some(account)) } else { (Some(account), None) };
            s.log(&format!("organization:{id}"), "members", before, after);
        }
    }
    Ok(Reply::no_content())
}

pub(super) fn of_desk(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    let desk = desk(s)?;
    let account = s.call.query("accountId");
    let view = s.view();
    let member = |id: &&u64| {
        let organization = s.contents.desks.organizations.get(id);
        account.as_ref().is_none_or(|a| organization.is_some_and(|o| o.members.contains(&**a)))
    };
    let rows = desk.organizations.iter().filter(member).filter_map(|id| view.organization_ref(*id)).collect();
    page(s, &format!("servicedesk/{}/organization", desk.id), rows)
}

pub(super) fn add_to_desk(s: &mut Session<'_>) -> Answer {
    change_desk(s, true)
}

pub(super) fn remove_from_desk(s: &mut Session<'_>) -> Answer {
    change_desk(s, false)
}

/// The body's `organizationId` is a number, unlike the ids everywhere else.
fn change_desk(s: &mut Session<'_>, add: bool) -> Answer {
    agent(s)?;
    let desk = desk(s)?.id;
    let body = s.call.object()?;
    let id = body.get("organizationId").and_then(crate::jira::fields::input::id_text).and_then(|id| id.parse().ok());
    let id: u64 =
        id.filter(|id| s.contents.desks.organizations.contains_key(id)).ok_or_else(|| missing("organization"))?;
    let organizations = s.contents.desks.desks.get_mut(&desk).map(|d| &mut d.organizations);
    let changed = organizations.is_some_and(|ids| if add { ids.insert(id) } else { ids.remove(&id) });
    if changed {
        let (before, after) = if add { (None, Some(id.to_string())) } else { (Some(id.to_string()), None) };
        s.log(&format!("servicedesk:{desk}"), "organizations", before, after);
    }
    Ok(Reply::no_content())
}

fn properties<'s>(s: &'s Session<'_>) -> Result<&'s BTreeMap<String, Value>, Refusal> {
    let id = addressed(s)?;
    s.contents.desks.organizations.get(&id).map(|o| &o.properties).ok_or_else(|| missing("organization"))
}

/// Seen by the API only, never in the product.
pub(super) fn property_keys(s: &mut Session<'_>) -> Answer {
    let base = s.view().desk_api(&format!("organization/{}/property", s.call.param("organization")));
    Ok(property::keys(properties(s)?, &base))
}

pub(super) fn property_get(s: &mut Session<'_>) -> Answer {
    let key = s.call.param("property");
    let value = properties(s)?.get(key).ok_or_else(|| missing("property"))?;
    Ok(Reply::ok(json!({ "key": key, "value": value })))
}

pub(super) fn property_put(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    let id = addressed(s)?;
    let (key, value) = property::read_one(s)?;
    let organization = s.contents.desks.organizations.get_mut(&id);
    let before = organization.and_then(|o| o.properties.insert(key.clone(), value.clone()));
    s.log(
        &format!("organization:{id}"),
        &format!("property:{key}"),
        before.as_ref().map(Value::to_string),
        Some(value.to_string()),
    );
    Ok(Reply::empty(if before.is_some() { http::StatusCode::OK } else { http::StatusCode::CREATED }))
}

pub(super) fn property_delete(s: &mut Session<'_>) -> Answer {
    agent(s)?;
    let id = addressed(s)?;
    let key = s.call.param("property").to_owned();
    let gone = s.contents.desks.organizations.get_mut(&id).and_then(|o| o.properties.remove(&key));
    gone.map(|_| Reply::no_content()).ok_or_else(|| missing("property"))
}
