//! The people of the site: accounts, their API tokens, groups.
//!
//! E-mail addresses show only where the profile allows it, as on the real site, so a client cannot count on them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::credentials::{JIRA_API_TOKEN, JIRA_EMAIL, JIRA_LEAST_API_TOKEN, JIRA_LEAST_EMAIL};

/// The account id of the integration account.
pub(crate) const ADMIN_ID: &str = "5b10a2844c20165700ede21g";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) account_id: String,
    pub(crate) kind: AccountKind,
    pub(crate) name: String,
    pub(crate) email: String,
    /// Whether others may see the address.
    pub(crate) shows_email: bool,
    pub(crate) active: bool,
    pub(crate) zone: String,
    pub(crate) token: Option<String>,
    pub(crate) groups: BTreeSet<String>,
    /// A name that an imported Server issue knew this person by.
    pub(crate) server_name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AccountKind {
    Atlassian,
    App,
    Customer,
}

impl AccountKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Atlassian => "atlassian",
            Self::App => "app",
            Self::Customer => "customer",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct People {
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) groups: BTreeMap<String, Group>,
}

/// Who administers Jira is a matter of group membership.
pub(crate) const ADMINISTRATORS: &str = "jira-administrators";
pub(crate) const EVERYBODY: &str = "jira-software-users";
pub(crate) const AGENTS: &str = "jira-servicemanagement-users";

impl People {
    pub(crate) fn by_email(&self, email: &str) -> Option<&User> {
        self.users.values().find(|user| user.email.eq_ignore_ascii_case(email))
    }

    pub(crate) fn group_by(&self, id_or_name: &str) -> Option<&Group> {
        self.groups.get(id_or_name).or_else(|| self.groups.values().find(|g| g.name == id_or_name))
    }

    pub(crate) fn is_in(&self, account: &str, group_name: &str) -> bool {
        self.users.get(account).is_some_and(|user| user.groups.contains(group_name))
    }

    /// Only active, licensed people can be given work.
    pub(crate) fn assignable(&self, account: &str) -> bool {
        self.users.get(account).is_some_and(|user| user.active && user.kind == AccountKind::Atlassian)
    }

    pub(crate) fn add(&mut self, user: User) {
        self.users.insert(user.account_id.clone(), user);
    }
}

/// The accounts and groups every world begins with.
pub(crate) fn founders() -> People {
    let mut people = People::default();
    for (id, name) in [
        ("276f955c-63d7-42c8-9520-92d01dca0625", ADMINISTRATORS),
        ("952d12c3-5b5b-4d04-bb32-44d383afc4b2", EVERYBODY),
        ("6e87dc72-4f1f-421f-9382-2fee8b652487", AGENTS),
    ] {
        people.groups.insert(id.to_owned(), Group { id: id.to_owned(), name: name.to_owned() });
    }
    people.add(person(
        ADMIN_ID,
        "Sandbox Integration",
        JIRA_EMAIL,
        true,
        "Etc/UTC",
        Some(JIRA_API_TOKEN),
        &[ADMINISTRATORS, EVERYBODY, AGENTS],
    ));
    people.add(person(
        "712020:0a6f3c5e-33b2-4c1f-9d0a-5a1d9a1b7c11",
        "Limited Integration",
        JIRA_LEAST_EMAIL,
        true,
        "America/New_York",
        Some(JIRA_LEAST_API_TOKEN),
        &[EVERYBODY, AGENTS],
    ));
    for (id, name, email, shows, zone) in [
        ("5b10ac8d82e05b22cc7d4ef5", "Priya Raman", "priya.raman@sandbox.example", true, "Asia/Kolkata"),
        (
            "557058:1c9d5c0f-7a31-4a52-8f0c-2f4c6ad2c001",
            "Jonas Lindqvist",
            "jonas.lindqvist@sandbox.example",
            true,
            "Europe/Stockholm",
        ),
        (
            "712020:3f0a9b52-6c5d-4b58-a3f1-c31bb6a0f002",
            "Mei Tanaka",
            "mei.tanaka@sandbox.example",
            false,
            "Asia/Tokyo",
        ),
        (
            "712020:8e4d21c7-0f5b-47a9-9be2-7d90c1f5a003",
            "Carla Mendes",
            "carla.mendes@sandbox.example",
            true,
            "America/Sao_Paulo",
        ),
        (
            "712020:b7c6e5d4-1a2b-4c3d-8e9f-00aa11bb2004",
            "Tom Okafor",
            "tom.okafor@sandbox.example",
            false,
            "Europe/London",
        ),
        ("5c5f880629be9642ba529340", "Ruth Abrams", "ruth.abrams@sandbox.example", true, "America/Los_Angeles"),
    ] {
        people.add(person(id, name, email, shows, zone, None, &[EVERYBODY, AGENTS]));
    }
    let mut robot =
        person("557058:f58131cb-b67d-43c7-b30d-6b58d40bd077", "Automation for Jira", "", false, "Etc/UTC", None, &[]);
    robot.kind = AccountKind::App;
    people.add(robot);
    let mut former =
        person("712020:dd00c0de-4444-4f4f-8c8c-aaaabbbbc005", "Former user", "", false, "Etc/UTC", None, &[]);
    former.active = false;
    people.add(former);
    people
}

fn person(
    id: &str,
    name: &str,
    email: &str,
    shows_email: bool,
    zone: &str,
    token: Option<&str>,
    groups: &[&str],
) -> User {
    User {
        account_id: id.to_owned(),
        kind: AccountKind::Atlassian,
        name: name.to_owned(),
        email: email.to_owned(),
        shows_email,
        active: true,
        zone: zone.to_owned(),
        token: token.map(str::to_owned),
        groups: groups.iter().map(|g| (*g).to_owned()).collect(),
        server_name: None,
    }
}
