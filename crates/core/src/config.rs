//! The configuration document: YAML in, checked nouns or *all* its problems out.
//!
//! [`parse`] reads nothing but the text that it is given; what stands behind `${NAME}`, `file:/path` and `secret:NAME`
//! comes from the caller.
//!
//! Four steps, each a module: `tree` turns the text into nodes that know their line and column, `check` holds them
//! against the tables of `shape`, `read` makes nouns of them and checks what only makes sense together, and `report`
//! collects the problems of all three.

mod access;
mod changes;
mod check;
mod connection;
mod edit;
mod evaluations;
mod problem;
mod read;
mod reference;
mod report;
mod schema;
mod secret;
mod server;
mod shape;
mod suggest;
mod tree;
mod triggers;

use std::collections::BTreeMap;

pub use access::{Access, AccessSource, AccessTexts, DomainTaskRoute};
pub use changes::{Change, ChangeOp, changes};
pub use connection::{Connection, ConnectionKind, JiraConnection, Pace, Proxy, SalesforceAuth, SalesforceConnection};
pub use edit::{with_items_of, with_items_only, with_state, without_secrets};
pub use evaluations::{DeliveryTexts, Evaluations, MailServer, Protection};
pub use problem::{Problem, Severity};
pub use reference::{NoValue, Reference, Vars};
pub use schema::schema;
pub use secret::Secret;
pub use server::{Forge, Server};
pub use suggest::nearest;
pub use triggers::{Reconcile, Triggers};

use self::{
    check::Place,
    report::Report,
    shape::{DOCUMENT, Kind},
};
use crate::{
    item::{ConnectedItem, MappingKey},
    plan::STATUS,
    side::Side,
};

/// A whole configuration, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The orgs and sites, by name.
    pub connections: BTreeMap<String, Connection>,
    /// The connected items, in the order of the document.
    pub items: Vec<ConnectedItem>,
    /// For each item that was renamed, its name now and its name before.
    pub renamed: BTreeMap<String, String>,
    /// Who is who: a Salesforce user or queue, and a Jira account, as people name them.
    pub people: Vec<(String, String)>,
    /// When records are looked at.
    pub triggers: Triggers,
    /// For how many days the journal is kept; for ever if nothing says so.
    pub journal_keep_days: Option<u32>,
    /// Fields of either side whose values the journal keeps as digests only.
    pub journal_digest_only: Vec<String>,
    /// How the server is reached.
    pub server: Server,
    /// Portal access, if there is any.
    pub access: Option<Access>,
    /// By which server owners of items are told what waits for them, if they are.
    pub alerts: Option<MailServer>,
}

impl Config {
    /// The item of this name.
    #[must_use]
    pub fn item(&self, name: &str) -> Option<&ConnectedItem> {
        self.items.iter().find(|item| item.name == name)
    }

    /// The lines, by item, whose values the journal keeps as digests only.
    pub fn digested(&self) -> impl Iterator<Item = (&ConnectedItem, MappingKey)> {
        let is_named = |item: &ConnectedItem, key: &MappingKey| {
            let named = |side: Side| {
                let path = item.path(key, side);
                path.is_some_and(|path| self.journal_digest_only.iter().any(|name| *name == path.to_string()))
            };
            Side::BOTH.into_iter().any(named)
        };
        self.items.iter().flat_map(move |item| {
            let keys = item.fields.iter().map(|mapping| mapping.key.clone());
            let keys = keys.chain(item.status.as_ref().map(|_| MappingKey::named(STATUS)));
            keys.filter(move |key| is_named(item, key)).map(move |key| (item, key))
        })
    }

    /// How often the records of an item are asked for.
    #[must_use]
    pub fn poll_seconds(&self, item: &ConnectedItem) -> u32 {
        item.poll_seconds.unwrap_or(self.triggers.poll_seconds)
    }

    /// How often those of the item are asked for that has the most time.
    #[must_use]
    pub fn slowest_poll_seconds(&self) -> u32 {
        let slowest = self.items.iter().map(|item| self.poll_seconds(item)).max();
        slowest.unwrap_or(self.triggers.poll_seconds)
    }
}

/// Where a key of a document stands, or the member of a list with this number, under these keys from the root on: line and
/// column, both counted from 1.
#[must_use]
pub fn place_of(text: &str, keys: &[&str]) -> Option<(usize, usize)> {
    let root = tree::build(text, &mut Report::default())?;
    let (name, above) = keys.split_last()?;
    let node = above.iter().fold(&root, |node, key| node.get(key));
    let entry = node.entries().iter().find(|entry| entry.key == *name).map(|entry| entry.at);
    let at = entry.or_else(|| Some(node.members().get(name.parse::<usize>().ok()?)?.at))?;
    Some((at.line, at.column))
}

/// Reads a document. There is a configuration exactly if no problem is an error.
#[must_use]
pub fn parse(text: &str, vars: &Vars<'_>) -> (Option<Config>, Vec<Problem>) {
    let mut report = Report::default();
    let mut root = tree::build(text, &mut report);
    let config = root.as_mut().map(|root| {
        tree::resolve(root, vars, &mut report);
        check::check(root, &Kind::Map(&DOCUMENT), Place::DOCUMENT, &mut report);
        read::read(root, vars, &mut report)
    });
    let problems = report.finish(root.as_ref());
    (config.filter(|_| !problems.iter().any(Problem::is_error)), problems)
}
