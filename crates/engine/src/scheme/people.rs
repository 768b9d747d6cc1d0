//! Who is who: users and queues of an org, accounts of a site.
//!
//! What the configuration says of a user or a queue comes first; whoever it does not name is matched by an e-mail address
//! that both sides show, and then stands for the role that they have. Jira hides most addresses, so the table is the way that always works:
//! <https://support.atlassian.com/atlassian-account/docs/update-your-profile-and-visibility-settings/>. It is learned
//! with the item's names, and learned again with them.

use std::{collections::BTreeMap, sync::Arc};

use entente_core::{
    ConnectedItem, FieldPath, Side, Value,
    field_type::{JiraType, SalesforceType},
    item::{People, ValueMap},
};
use entente_jira::User;

use super::{JiraField, SalesforceField, find_jira_fields};
use crate::{
    error::EngineError,
    outside::{Org, OrgPerson, Site},
    translate::jira::field_type,
};

/// Gives every line that maps people, and has no table of its own, the table of those who are known.
pub(super) async fn introduce(
    item: &mut ConnectedItem,
    salesforce: &BTreeMap<FieldPath, SalesforceField>,
    jira: &BTreeMap<FieldPath, JiraField>,
    named: &[(String, String)],
    org: &Org,
    site: &Site,
) -> Result<Vec<(Side, FieldPath, String)>, EngineError> {
    let is_person = |line: &&mut entente_core::FieldMapping| {
        let from = salesforce.get(&line.paths.salesforce).map(|field| field.field_type);
        let to = jira.get(&line.paths.jira).map(|field| field.field_type);
        let has_table = line.values.as_ref().is_some_and(|values| !values.pairs.is_empty());
        from == Some(SalesforceType::Person) && matches!(to, Some(JiraType::Person | JiraType::People)) && !has_table
    };
    let lines: Vec<_> = item.fields.iter_mut().filter(is_person).collect();
    let mut strangers = Vec::new();
    if lines.is_empty() {
        return Ok(strangers);
    }
    let (people, accounts) = (org.people().await?, site.accounts().await?);
    let pairs = pairs(named, &people, &accounts);
    let in_roles = org.in_roles(&uncalled(named, &people)).await?;
    let known =
        Arc::new(People { called: called(&people, &accounts), one_of_many: teams(named, &in_roles, &accounts) });
    for line in lines {
        let named = line.values.take().and_then(|values| values.otherwise).map(|named| named.to_string());
        let otherwise = named.as_deref().and_then(|named| account(named, &accounts));
        let stranger = named.filter(|named| !is_anybody(named, &accounts));
        strangers.extend(stranger.map(|named| {
            let what = format!("its `otherwise` names \"{named}\", and no account shows that address or id");
            (Side::Jira, line.paths.jira.clone(), what)
        }));
        line.values = Some(ValueMap { pairs: pairs.clone(), otherwise, people: Some(known.clone()) });
    }
    Ok(strangers)
}

/// Puts accounts for the people whom the item fills in on the way into a status.
pub(super) async fn fill_in(
    item: &mut ConnectedItem,
    project: Option<&str>,
    site: &Site,
) -> Result<Vec<(Side, FieldPath, String)>, EngineError> {
    let fields = site.fields().await?;
    let is_person = |path: &FieldPath| {
        let found = find_jira_fields(&fields, path.as_str(), project);
        let schema = found.first().and_then(|(field, _)| field.schema.as_ref());
        schema.is_some_and(|schema| matches!(field_type(schema), JiraType::Person | JiraType::People))
    };
    let filled = item.status.iter_mut().flat_map(|status| status.on.values_mut()).flatten();
    let filled: Vec<_> = filled.filter(|(path, value)| is_person(path) && !value.is_empty()).collect();
    let mut strangers = Vec::new();
    if filled.is_empty() {
        return Ok(strangers);
    }
    let accounts = site.accounts().await?;
    for (path, value) in filled {
        let named = value.to_string();
        if !is_anybody(&named, &accounts) {
            let what = format!("its `on` names \"{named}\", and no account shows that address or id");
            strangers.push((Side::Jira, path.clone(), what));
        }
        if let Some(account) = account(&named, &accounts) {
            *value = account;
        }
    }
    Ok(strangers)
}

/// Record id to account id; those that the configuration names stand first, so that they are taken on the way back.
fn pairs(named: &[(String, String)], people: &[OrgPerson], accounts: &[User]) -> Vec<(Value, Value)> {
    let by_table = named.iter().filter_map(|(salesforce, jira)| {
        let person = people.iter().find(|person| person.is_called(salesforce))?;
        Some((Value::text(&person.id), account(jira, accounts)?))
    });
    let mut pairs: Vec<(Value, Value)> = by_table.collect();
    for person in people {
        let id = Value::text(&person.id);
        let Some(email) = person.email.as_deref().filter(|_| pairs.iter().all(|(known, _)| *known != id)) else {
            continue;
        };
        let found = accounts.iter().find(|account| shows(account, email));
        pairs.extend(found.map(|account| (id, Value::text(&account.account_id))));
    }
    pairs
}

/// Names of the table that no user and no queue has: maybe those of roles.
pub(crate) fn uncalled<'a>(named: &'a [(String, String)], people: &[OrgPerson]) -> Vec<&'a str> {
    let names = named.iter().map(|(salesforce, _)| salesforce.as_str());
    names.filter(|named| !people.iter().any(|person| person.is_called(named))).collect()
}

/// The account of each who is in a role that the table names.
fn teams(named: &[(String, String)], in_roles: &[(String, String)], accounts: &[User]) -> Vec<(Value, Value)> {
    let of_role = |(role, jira): &(String, String)| {
        let account = account(jira, accounts);
        let members = in_roles.iter().filter(move |(called, _)| called.eq_ignore_ascii_case(role));
        members.filter_map(move |(_, id)| Some((Value::text(id), account.clone()?))).collect::<Vec<_>>()
    };
    named.iter().flat_map(of_role).collect()
}

/// How people call each of them: by the name, and the e-mail address where it is shown.
fn called(people: &[OrgPerson], accounts: &[User]) -> BTreeMap<String, String> {
    let named = |id: &str, name: &str, email: Option<&str>| {
        let called = email.map_or_else(|| name.to_owned(), |email| format!("{name} ({email})"));
        (id.to_owned(), called)
    };
    let of_org = people.iter().map(|person| named(&person.id, &person.name, person.email.as_deref()));
    let of_site =
        accounts.iter().map(|account| named(&account.account_id, &account.display_name, account.email.as_deref()));
    of_org.chain(of_site).collect()
}

/// An account by its e-mail address, where that is shown, or by its id. An address that nobody shows is no id: a record
/// that named it would be refused as a whole.
fn account(named: &str, accounts: &[User]) -> Option<Value> {
    let found = accounts.iter().find(|account| shows(account, named)).map(|account| account.account_id.as_str());
    found.or_else(|| (!named.contains('@')).then_some(named)).map(Value::text)
}

/// Whether an account has this address or id.
pub(crate) fn is_anybody(named: &str, accounts: &[User]) -> bool {
    accounts.iter().any(|account| account.account_id == named || shows(account, named))
}

fn shows(account: &User, email: &str) -> bool {
    account.active && account.email.as_deref().is_some_and(|shown| shown.eq_ignore_ascii_case(email))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, name: &str, email: Option<&str>) -> OrgPerson {
        OrgPerson {
            id: id.into(),
            name: name.into(),
            email: email.map(str::to_owned),
            username: email.map(str::to_owned),
        }
    }

    fn user(id: &str, email: Option<&str>, active: bool) -> User {
        serde_json::from_value(serde_json::json!({ "accountId": id, "emailAddress": email, "active": active })).unwrap()
    }

    #[test]
    fn the_table_comes_first_and_hidden_addresses_match_nobody() {
        let people = [
            person("005A", "Ann", Some("ann@acme.example")),
            person("005B", "Ben", Some("ben@acme.example")),
            person("005C", "Cho", Some("cho@acme.example")),
            person("00GQ", "Tier 1", None),
        ];
        let accounts = [
            user("a1", Some("ann@acme.example"), true),
            user("b1", None, true),
            user("c0", Some("CHO@acme.example"), false),
            user("lead", Some("lead@acme.example"), true),
        ];
        let named = [
            ("tier 1", "lead@acme.example"),
            ("ben@acme.example", "b1"),
            ("nobody", "a1"),
            ("005A", "anne@acme.example"),
        ];
        let named = named.map(|(salesforce, jira)| (salesforce.to_owned(), jira.to_owned()));
        let expected = [("00GQ", "lead"), ("005B", "b1"), ("005A", "a1")];
        assert_eq!(pairs(&named, &people, &accounts), expected.map(|(s, j)| (Value::text(s), Value::text(j))));
    }
}
