//! What the tests of an item's filters compare with, in the form in which its fields show it: people by their ids, record
//! ids in 18 characters, projects by their names. What no field can ever show is said.

use std::collections::BTreeMap;

use entente_core::{
    ConnectedItem, FieldPath, Side, Value,
    field_type::SalesforceType,
    filter::{Filter, Holds},
    transform::Transform,
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
    /// What their fields never show, and what these hold.
    pub(crate) unfit: Vec<(Side, FieldPath, String, Holds)>,
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
    let fields = Fields { salesforce, jira };
    let tests: Vec<(Side, Filter)> = filters(item).map(|(side, filter)| (side, filter.clone())).collect();
    let known = Named::of(&fields, &tests, org, site).await?;
    for (side, filter) in filters(item) {
        *filter = filter.reworded(&|path, value| known.shown(&fields, side, path, value));
    }
    Ok(Misread { unfit: unfit(&fields, &tests), strangers: known.strangers(&fields, &tests) })
}

fn unfit(fields: &Fields<'_>, tests: &[(Side, Filter)]) -> Vec<(Side, FieldPath, String, Holds)> {
    let of = |(side, filter): &(Side, Filter)| {
        let unfit = filter.unfit(&|path| fields.holds(*side, path)).into_iter();
        let said = unfit.map(|unfit| (*side, unfit.path.clone(), unfit.to_string(), unfit.holds));
        said.collect::<Vec<_>>()
    };
    tests.iter().flat_map(of).collect()
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

/// The fields of both sides.
struct Fields<'a> {
    salesforce: &'a BTreeMap<FieldPath, SalesforceField>,
    jira: &'a BTreeMap<FieldPath, JiraField>,
}

impl Fields<'_> {
    /// What a field holds, where that limits what it is compared with.
    fn holds(&self, side: Side, path: &FieldPath) -> Option<Holds> {
        let kind = match side {
            Side::Salesforce => self.salesforce.get(path).map(|field| &field.kind),
            Side::Jira => self.jira.get(path).map(|field| &field.kind),
        };
        match kind? {
            Kind::Date | Kind::Instant => Some(Holds::Times),
            Kind::Number => Some(Holds::Numbers),
            Kind::Flag => Some(Holds::Flags),
            Kind::Semicolons => Some(Holds::Names),
            _ => None,
        }
    }

    fn holds_people(&self, side: Side, path: &FieldPath) -> bool {
        match side {
            Side::Salesforce => self.salesforce.get(path).is_some_and(|f| f.field_type == SalesforceType::Person),
            Side::Jira => self.jira.get(path).is_some_and(|field| is_account(&field.kind)),
        }
    }

    /// Whether a field shows record ids, which it does in 18 characters.
    fn holds_ids(&self, path: &FieldPath) -> bool {
        let is_id = |field: &SalesforceField| {
            let is_own = field.query_path.as_deref().is_some_and(|path| path == "Id" || path.ends_with(".Id"));
            is_own || field.field_type == SalesforceType::Reference
        };
        self.salesforce.get(path).is_some_and(is_id)
    }

    fn is_project(&self, path: &FieldPath) -> bool {
        self.jira.get(path).is_some_and(|field| field.id.as_deref() == Some(PROJECT))
    }
}

fn is_account(kind: &Kind) -> bool {
    match kind {
        Kind::Account => true,
        Kind::List(kind) => is_account(kind),
        _ => false,
    }
}

fn full_id(text: &str) -> Option<String> {
    RecordId::parse(text).ok().map(|id| id.as_str().to_owned())
}

/// Those whom a filter may name, and how their fields show them.
#[derive(Default)]
struct Named {
    people: Vec<OrgPerson>,
    accounts: Vec<User>,
    /// Names by key.
    projects: BTreeMap<String, String>,
}

impl Named {
    /// Asks for those of whom the tests speak.
    async fn of(fields: &Fields<'_>, tests: &[(Side, Filter)], org: &Org, site: &Site) -> Result<Self, EngineError> {
        let mut known = Self::default();
        let speak_of_people = |wanted: Side| {
            let mut theirs = tests.iter().filter(|(side, _)| *side == wanted).flat_map(|(_, filter)| filter.fields());
            theirs.any(|path| fields.holds_people(wanted, path))
        };
        if speak_of_people(Side::Salesforce) {
            known.people = org.people().await?;
        }
        if speak_of_people(Side::Jira) {
            known.accounts = site.accounts().await?;
        }
        let wanted = tests.iter().filter(|(side, _)| *side == Side::Jira).flat_map(|(_, filter)| filter.wanted());
        for key in wanted.filter(|(path, _)| fields.is_project(path)).map(|(_, value)| value.to_string()) {
            if let Some(project) = site.project(&key).await? {
                known.projects.insert(key, project.name.clone());
            }
        }
        Ok(known)
    }

    /// A value as the field shows it.
    fn shown(&self, fields: &Fields<'_>, side: Side, path: &FieldPath, value: &Value) -> Value {
        let text = value.to_string();
        let shown = if fields.holds_people(side, path) {
            self.anybody(side, &text)
        } else if side == Side::Salesforce && fields.holds_ids(path) {
            full_id(&text)
        } else if side == Side::Jira && fields.is_project(path) {
            self.projects.get(&text).cloned()
        } else {
            None
        };
        shown.map_or_else(|| value.clone(), |shown| Value::text(&shown))
    }

    fn strangers(&self, fields: &Fields<'_>, tests: &[(Side, Filter)]) -> Vec<(Side, FieldPath, String)> {
        let of = |(side, filter): &(Side, Filter)| {
            let wanted = filter.wanted().into_iter().filter(|(path, _)| fields.holds_people(*side, path));
            let unknown = wanted.filter(|(_, value)| self.anybody(*side, &value.to_string()).is_none());
            let said = unknown.map(|(path, value)| {
                let what = format!("a filter compares it with \"{value}\", and nobody is called so");
                (*side, path.clone(), what)
            });
            said.collect::<Vec<_>>()
        };
        tests.iter().flat_map(of).collect()
    }

    fn anybody(&self, side: Side, named: &str) -> Option<String> {
        match side {
            Side::Salesforce => self.person(named),
            Side::Jira => self.account(named),
        }
    }

    /// The id of a user or queue, by name, user name, e-mail address, or id. Who has left is known by the id alone.
    fn person(&self, named: &str) -> Option<String> {
        let found = self.people.iter().find(|person| person.is_called(named)).map(|person| person.id.clone());
        found.or_else(|| full_id(named))
    }

    /// The id of an account, by its e-mail address where that is shown, by a name that no other has, or by the id.
    fn account(&self, named: &str) -> Option<String> {
        let is_it = |shown: &str| shown.eq_ignore_ascii_case(named);
        let is_exact = |account: &&User| account.account_id == named || account.email.as_deref().is_some_and(is_it);
        let mut called = self.accounts.iter().filter(|account| is_it(&account.display_name));
        let alone = called.next().filter(|_| called.next().is_none());
        let found = self.accounts.iter().find(is_exact).or(alone);
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
