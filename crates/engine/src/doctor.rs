//! What is missing in the org and the site, each by its own name, with what to do about it.
//!
//! It only reads, and it asks again what the engine may have kept from earlier. Each side is looked at by itself, so
//! that a site that cannot be reached does not hide what the org lacks. Nothing here decides what the engine does: a
//! right that is missing stops a write where it is made, whether or not anybody asked the doctor first.
//!
//! Next: `org` and `site` are the two examinations, `access` the one of portal access, `types` holds both ends of each line against each other, `kinds` fields against what they are for, `uses` says
//! which fields an item needs, `rights` is what it asks for as one list, `finding` how it is said.

mod access;
mod finding;
mod kinds;
mod org;
mod pairs;
mod people;
pub(crate) mod rights;
mod round_trip;
mod site;
mod types;
mod uses;

use std::collections::BTreeMap;

use entente_core::{ConnectedItem, Side, filter::Holds, item::Mode, likeness::MatchRule};
use entente_store::Store;

use self::{
    finding::{unknown_field, warning},
    org::Connected,
};
use crate::{
    error::EngineError,
    outside::{Org, Outside, Site},
    report::Finding,
    scheme::Scheme,
    wiring::Wiring,
};

pub(crate) use self::{
    finding::{ERROR, error, of_engine},
    org::without_files,
    pairs::PARTING,
    round_trip::CODE as ROUND_TRIP,
};

/// How closely to look.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Whether what the configuration names is there, and its fields may be written.
    Names,
    /// Also whether the accounts may do what the configuration asks for.
    Rights,
}

/// Whether the configuration's names exist, and live values survive its lines.
pub(crate) async fn names(wiring: &Wiring, store: &Store) -> Vec<Finding> {
    look(wiring, store, Depth::Names).await
}

/// Everything that is missing, rights included.
pub(crate) async fn examine(wiring: &Wiring, store: &Store, outside: &Outside) -> Vec<Finding> {
    let mut found = look(wiring, store, Depth::Rights).await;
    if let Some(evaluations) = wiring.config.access.as_ref().and_then(|access| access.evaluations.as_ref()) {
        found.extend(access::mail(&evaluations.mail, outside).await);
    }
    found
}

async fn look(wiring: &Wiring, store: &Store, depth: Depth) -> Vec<Finding> {
    let (mut orgs, mut sites, mut all) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for org in wiring.orgs.values() {
        match org::connect(org).await {
            Ok(connected) => drop(orgs.insert(org.name.as_str(), connected)),
            Err(finding) => add(&mut all, of_connection(&org.name, finding)),
        }
    }
    for org in orgs.values() {
        let other = org.org.is_the_same(store).await.err();
        other.into_iter().for_each(|other| add(&mut all, of_connection(&org.org.name, finding::other_org(other))));
    }
    for site in wiring.sites.values() {
        match site::connect(site).await {
            Ok(()) => drop(sites.insert(site.name.as_str(), site.as_ref())),
            Err(finding) => add(&mut all, of_connection(&site.name, finding)),
        }
    }
    for site in sites.values().filter(|_| depth == Depth::Rights) {
        let lacking = site::webhooks(site, &wiring.config).await;
        lacking.into_iter().for_each(|finding| add(&mut all, of_connection(&site.name, finding)));
    }
    if orgs.len() == wiring.orgs.len() && sites.len() == wiring.sites.len() {
        let (orgs, sites): (Vec<&Org>, Vec<&Site>) =
            (orgs.values().map(|org| org.org).collect(), sites.values().copied().collect());
        let strangers = people::strangers(&wiring.config.people, &orgs, &sites).await;
        strangers.into_iter().for_each(|stranger| add(&mut all, stranger));
    }
    for item in &wiring.config.items {
        let org = orgs.get(item.salesforce.connection.as_str());
        let site = sites.get(item.jira.connection.as_str()).copied();
        for finding in look_at(item, org, site, &wiring.config.people, depth).await {
            add(&mut all, of_item(item, finding));
        }
        if let (Some(org), Some(site)) = (org.filter(|org| org.sees(&item.salesforce.object)), site) {
            let found = pairs::Pairs { item, org: org.org, site, people: &wiring.config.people, store }.examine().await;
            found.into_iter().for_each(|finding| add(&mut all, of_item(item, finding)));
        }
    }
    if let Some(access) = &wiring.config.access {
        let (org, site) = (orgs.get(access.salesforce.as_str()), sites.get(access.jira.as_str()).copied());
        let found = access::examine(access, org, site, store, depth).await;
        found.into_iter().for_each(|finding| add(&mut all, finding));
    }
    all
}

/// One item, on the sides that answer.
async fn look_at(
    item: &ConnectedItem,
    org: Option<&Connected<'_>>,
    site: Option<&Site>,
    people: &[(String, String)],
    depth: Depth,
) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(org) = org {
        found.extend(org::examine(item, org, depth).await);
    }
    if let Some(site) = site {
        found.extend(site::examine(item, site, depth).await);
    }
    let mut resolved = Vec::new();
    if let (Some(org), Some(site)) = (org, site)
        && org.sees(&item.salesforce.object)
    {
        resolved = resolve(item, org.org, site, people).await;
        found.extend(resolved.iter().cloned());
        // What is wrong with the lines themselves is mended first.
        if depth == Depth::Names && found.iter().all(|finding| finding.severity == finding::WARNING) {
            found.extend(round_trip::examine(item, org.org, site, people).await);
        }
    }
    refuse_tests(item, &resolved, &mut found);
    found
}

/// Codes of what keeps an item's names from being looked up.
const UNPLACED: [&str; 3] = ["unknown-object", "unknown-project", "unknown-issue-type"];

/// What is wrong with the names of an item that does not run is a warning, and yet a test of the item is refused for it.
fn refuse_tests(item: &ConnectedItem, resolved: &[Finding], found: &mut [Finding]) {
    if item.runs() || item.mode == Mode::DisplayOnly {
        return;
    }
    let errors: Vec<&str> = resolved.iter().filter(|of| of.severity == ERROR).map(|of| of.code).collect();
    for finding in found.iter_mut().filter(|of| UNPLACED.contains(&of.code) || errors.contains(&of.code)) {
        finding
            .remedy
            .push_str(" The item does not run, so this is a warning; `entente test-record` refuses it until then.");
    }
}

/// What only shows when the engine's own reading of the item is tried: paths over lookups, and kinds of fields. A project
/// that is not there has been said by itself; the item is then read as one that has none.
async fn resolve(item: &ConnectedItem, org: &Org, site: &Site, people: &[(String, String)]) -> Vec<Finding> {
    let scheme = match Scheme::resolve(item, org, site, people).await {
        Err(EngineError::Item { .. }) => {
            let without_project = ConnectedItem { mode: Mode::DisplayOnly, ..item.clone() };
            Scheme::resolve(&without_project, org, site, people).await
        }
        resolved => resolved,
    };
    match scheme {
        Ok(scheme) => of_lines(item, &scheme),
        Err(error) => vec![of_engine(error)],
    }
}

/// What is wrong with the lines and filters of an item, by what its names mean.
pub(crate) fn of_lines(item: &ConnectedItem, scheme: &Scheme) -> Vec<Finding> {
    // What is only displayed is no field in Jira: its name there is a label.
    let counts = |side: Side| item.mode != Mode::DisplayOnly || side == Side::Salesforce;
    let unknown = scheme.unresolved().into_iter().filter(|(side, ..)| counts(*side));
    let unknown = unknown.map(|(side, path, _)| unknown_field(item, side, &path, ""));
    let ambiguous = scheme.ambiguous().filter(|_| counts(Side::Jira)).map(|(path, ids)| {
        let (connection, all) = (&item.jira.connection, ids.join(", "));
        let message = format!("connection {connection}: several fields are called {path}: {all}");
        error("ambiguous-field", message, "Write the id of the one that is meant.")
    });
    let foreign = scheme.foreign().into_iter().filter(|(side, ..)| counts(*side)).map(|(side, _, text)| {
        let connection = match side {
            Side::Salesforce => &item.salesforce.connection,
            Side::Jira => &item.jira.connection,
        };
        error("field-type", format!("connection {connection}: {text}"), "Map another field.")
    });
    let lines = types::misfits(item, scheme)
        .into_iter()
        .chain(types::unrollable(item, scheme))
        .chain(unsearchable(item, scheme));
    let kinds = kinds::unjoinable(item, scheme).into_iter().chain(kinds::uncorrelated(item, scheme));
    let lines = lines.chain(kinds);
    unknown
        .chain(ambiguous)
        .chain(foreign)
        .chain(misread(scheme))
        .chain(lines)
        .chain(unfindable(item, scheme))
        .collect()
}

/// Lookups that shall point at whoever shows something that Salesforce does not look for.
fn unfindable(item: &ConnectedItem, scheme: &Scheme) -> Vec<Finding> {
    let references = scheme.salesforce.values().filter_map(|field| Some((&field.path, field.reference.as_ref()?)));
    let lost = references.filter(|(_, reference)| !reference.is_findable).map(|(path, reference)| {
        let (connection, object, by) = (&item.salesforce.connection, &reference.object, &reference.field);
        let message =
            format!("connection {connection}: Salesforce finds no {object} by its {by}, so {path} cannot be written");
        error("field-type", message, "Map its name or an external id, or write `direction: to-jira`.")
    });
    lost.collect()
}

/// What the tests of its filters compare fields with, and no field can show.
fn misread(scheme: &Scheme) -> impl Iterator<Item = Finding> {
    let unfit = scheme.misread.unfit.iter().map(|(side, path, why, holds)| {
        let message = format!("{side} {path}: {why}");
        match holds {
            Holds::Times => error("filter-value", message, holds.remedy()),
            Holds::Numbers | Holds::Flags | Holds::Names => warning("filter-value", message, holds.remedy()),
        }
    });
    let strangers = scheme.misread.strangers.iter().map(|(side, path, why)| {
        let remedy = "Write the e-mail address, where it is shown, or the id of somebody whom the account can see; a filter also \
                      takes the whole name.";
        warning("filter-value", format!("{side} {path}: {why}"), remedy)
    });
    unfit.chain(strangers)
}

/// Match rules by which nobody can be looked for; a field that is not there is said elsewhere.
fn unsearchable<'a>(item: &'a ConnectedItem, scheme: &'a Scheme) -> impl Iterator<Item = Finding> + 'a {
    let is_there = |rule: &&MatchRule| {
        let record = scheme.salesforce.get(&rule.paths.salesforce).is_some_and(|field| field.query_path.is_some());
        record && scheme.jira.get(&rule.paths.jira).is_some_and(|field| field.id.is_some())
    };
    item.match_rules.iter().filter(is_there).filter_map(|rule| {
        let lacking = scheme.unsearchable(rule)?;
        Some(error("match-field", format!("the match rule {rule} finds nobody: {lacking}"), "Name another field."))
    })
}

/// An item that does not run breaks nothing, whatever it lacks.
fn of_item(item: &ConnectedItem, finding: Finding) -> Finding {
    let severity = if item.runs() { finding.severity } else { finding::WARNING };
    Finding { item: Some(item.name.clone()), severity, ..finding }
}

fn of_connection(name: &str, finding: Finding) -> Finding {
    Finding { connection: Some(name.to_owned()), ..finding }
}

/// Says nothing twice; whoever looked at the names themselves comes first, and knows best what to do.
fn add(all: &mut Vec<Finding>, finding: Finding) {
    let what = |finding: &Finding| (finding.code, finding.message.clone(), finding.item.clone());
    if !all.iter().any(|said| what(said) == what(&finding)) {
        all.push(finding);
    }
}
