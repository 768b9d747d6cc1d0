//! What the tests of an item's filters compare with, in the form in which its fields show it: people by their ids, record
//! ids in 18 characters, projects by their names. What no field can ever show is said.

use std::collections::BTreeMap;

use entente_core::{
    ConnectedItem, FieldPath, Side, Value, field_type::SalesforceType, filter::Filter, transform::Transform,
};
use entente_jira::User;
use entente_salesforce::RecordId;

use super::{JiraField, SalesforceField};
use crate::{
    error::EngineError,
    outside::{Org, OrgPerson, Site},
    translate::Kind,
};

/// Jira's id of the field that says which project an issue is of.
const PROJECT: &str = "project";

/// What is wrong with the tests of an item's filters.
#[derive(Debug, Default)]
pub(crate) struct Misread {
    /// Days and times that are none.
    pub(crate) untimely: Vec<(Side, FieldPath, String)>,
    /// Names that nobody has.
    pub(crate) strangers: Vec<(Side, FieldPath, String)>,
}

/// Rewrites the filters of an item.
pub(super) async fn settle(
    item: &mut ConnectedItem,
    salesforce: &BTreeMap<FieldPath, SalesforceField>,
    jira: &BTreeMap<FieldPath, JiraField>,
    org: &Org,
    site: &Site,
) -> Result<Misread, EngineError> {
    let kind = |side: Side, path: &FieldPath| match side {
        Side::Salesforce => salesforce.get(path).map(|field| &field.kind),
        Side::Jira => jira.get(path).map(|field| &field.kind),
    };
    let of_org = |path: &FieldPath| salesforce.get(path).is_some_and(|f| f.field_type == SalesforceType::Person);
    let of_site = |path: &FieldPath| jira.get(path).is_some_and(|field| is_account(&field.kind));
    let is_project = |path: &FieldPath| jira.get(path).is_some_and(|field| field.id.as_deref() == Some(PROJECT));
    let tests: Vec<(Side, Filter)> = filters(item).map(|(side, filter)| (side, filter.clone())).collect();
    let compares = |wanted: Side, is: &dyn Fn(&FieldPath) -> bool| {
        tests.iter().any(|(side, filter)| *side == wanted && filter.fields().into_iter().any(is))
    };
    let mut known = Named::default();
    if compares(Side::Salesforce, &of_org) {
        known.people = org.people().await?;
    }
    if compares(Side::Jira, &of_site) {
        known.accounts = site.accounts().await?;
    }
    let mut misread = Misread::default();
    for (side, filter) in &tests {
        let untimely = filter.untimely().into_iter().filter(|(path, _)| kind(*side, path).is_some_and(is_time));
        let sentence = |value: &Value| {
            format!("it holds times, and a filter compares it with \"{value}\", which is neither a day nor a time")
        };
        misread.untimely.extend(untimely.map(|(path, value)| (*side, path.clone(), sentence(value))));
        for (path, value) in filter.wanted() {
            let text = value.to_string();
            if *side == Side::Jira
                && is_project(path)
                && let Some(project) = site.project(&text).await?
            {
                known.projects.insert(text, project.name.clone());
            } else if (*side == Side::Salesforce && of_org(path) && known.person(&text).is_none())
                || (*side == Side::Jira && of_site(path) && known.account(&text).is_none())
            {
                let sentence = format!("a filter compares it with \"{text}\", and nobody is called so");
                misread.strangers.push((*side, path.clone(), sentence));
            }
        }
    }
    let in_org = |path: &FieldPath, value: &Value| {
        let text = value.to_string();
        let is_id = salesforce.get(path).is_some_and(holds_id);
        let found = if of_org(path) { known.person(&text) } else { is_id.then(|| full_id(&text)).flatten() };
        found.map_or_else(|| value.clone(), |id| Value::text(&id))
    };
    let in_site = |path: &FieldPath, value: &Value| {
        let text = value.to_string();
        let found = match () {
            () if of_site(path) => known.account(&text),
            () if is_project(path) => known.projects.get(&text).cloned(),
            () => None,
        };
        found.map_or_else(|| value.clone(), |shown| Value::text(&shown))
    };
    for (side, filter) in filters(item) {
        *filter = match side {
            Side::Salesforce => filter.reworded(&in_org),
            Side::Jira => filter.reworded(&in_site),
        };
    }
    Ok(misread)
}

/// Every filter of an item, with the side whose fields it tests.
fn filters(item: &mut ConnectedItem) -> impl Iterator<Item = (Side, &mut Filter)> {
    let unless = item.batch.iter_mut().map(|batch| (Side::Salesforce, &mut batch.unless));
    let ends = [(Side::Salesforce, &mut item.salesforce.filter), (Side::Jira, &mut item.jira.filter)];
    let steps = item.fields.iter_mut().flat_map(|line| {
        let to_jira = line.to_jira.iter_mut().map(|step| (Side::Salesforce, step));
        to_jira.chain(line.to_salesforce.iter_mut().map(|step| (Side::Jira, step)))
    });
    let whens = steps.filter_map(|(side, step)| match step {
        Transform::When { filter, .. } => Some((side, filter)),
        _ => None,
    });
    unless.chain(ends).chain(whens)
}

fn is_time(kind: &Kind) -> bool {
    matches!(kind, Kind::Date | Kind::Instant)
}

fn is_account(kind: &Kind) -> bool {
    match kind {
        Kind::Account => true,
        Kind::List(kind) => is_account(kind),
        _ => false,
    }
}

/// Whether a field shows record ids, which it does in 18 characters.
fn holds_id(field: &SalesforceField) -> bool {
    let is_own = field.query_path.as_deref().is_some_and(|path| path == "Id" || path.ends_with(".Id"));
    is_own || field.field_type == SalesforceType::Reference
}

fn full_id(text: &str) -> Option<String> {
    RecordId::parse(text).ok().map(|id| id.as_str().to_owned())
}

/// Those whom a filter may name, and how their fields show them.
#[derive(Default)]
struct Named {
    people: Vec<OrgPerson>,
    accounts: Vec<User>,
    projects: BTreeMap<String, String>,
}

impl Named {
    /// The id of a user or queue, by name, user name, e-mail address, or id. Who has left is known by the id alone.
    fn person(&self, named: &str) -> Option<String> {
        let found = self.people.iter().find(|person| person.is_called(named)).map(|person| person.id.clone());
        found.or_else(|| full_id(named))
    }

    /// The id of an account, by its e-mail address where that is shown, by a name that no other has, or by the id.
    fn account(&self, named: &str) -> Option<String> {
        let is_it = |shown: &str| shown.eq_ignore_ascii_case(named);
        let exact = self
            .accounts
            .iter()
            .find(|account| account.account_id == named || account.email.as_deref().is_some_and(is_it));
        let mut called = self.accounts.iter().filter(|account| is_it(&account.display_name));
        let found = exact.or_else(|| called.next().filter(|_| called.next().is_none()));
        found.map(|account| account.account_id.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_known_by_what_people_call_them() {
        let user = |id: &str, name: &str, email: Option<&str>| -> User {
            let account = serde_json::json!({ "accountId": id, "displayName": name, "emailAddress": email });
            serde_json::from_value(account).unwrap()
        };
        let ann = OrgPerson {
            id: "005000000000001AAA".into(),
            name: "Ann".into(),
            email: Some("ann@acme.example".into()),
            username: None,
        };
        let accounts =
            vec![user("a1", "Ann", Some("ann@acme.example")), user("b1", "Ben", None), user("b2", "Ben", None)];
        let known = Named { people: vec![ann], accounts, projects: BTreeMap::new() };
        let rows = [
            ("ann", Some("005000000000001AAA"), Some("a1")),
            ("Ann@Acme.example", Some("005000000000001AAA"), Some("a1")),
            ("005000000000001", Some("005000000000001AAA"), None),
            ("a1", None, Some("a1")),
            ("Ben", None, None),
            ("b2", None, Some("b2")),
        ];
        for (named, person, account) in rows {
            let found = (known.person(named), known.account(named));
            assert_eq!((found.0.as_deref(), found.1.as_deref()), (person, account), "{named}");
        }
    }
}
