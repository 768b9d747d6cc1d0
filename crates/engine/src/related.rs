//! Related records: which lookups an item reads over, and which of its records a changed Account, Contact or Owner
//! concerns.
//!
//! The org itself knows who points where, always as of now, so it is asked: one query per lookup, and nothing that could
//! go stale is remembered here.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use entente_core::{ConnectedItem, FieldPath, Side};
use entente_salesforce::Field;
use entente_store::{Hint, HintKey, Link};

use crate::{
    error::EngineError,
    outside::{Changed, Described, Org},
    wiring::Wired,
    worker::Worker,
};

/// Objects of one lookup that are all watched.
const TARGETS_MAX: usize = 2;

/// A lookup over which an item reads fields of another record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lookup {
    /// Where the other record's id stands, as a query names it: `AccountId`, `Account.ParentId`.
    pub(crate) id_path: String,
    /// What it may point to: an owner is a user or a queue.
    pub(crate) targets: Vec<String>,
    /// Whether the item's filter looks over it, so that records may enter by it.
    pub(crate) decides_entry: bool,
}

/// The lookups on the way to these fields. One that leads nowhere is said by the scheme.
pub(crate) async fn lookups(
    item: &ConnectedItem,
    org: &Org,
    paths: &BTreeSet<FieldPath>,
) -> Result<Vec<Lookup>, EngineError> {
    let filtered = item.salesforce.filter.fields();
    let mut found: BTreeMap<String, Lookup> = BTreeMap::new();
    for path in paths {
        let (mut object, mut way) = (item.salesforce.object.clone(), Vec::<String>::new());
        let parts: Vec<&str> = path.as_str().split('.').collect();
        for part in parts.iter().take(parts.len().saturating_sub(1)) {
            let described = org.describe(&object).await?;
            let lookup = match item.related.get(*part) {
                Some(lookup) if way.is_empty() => described.field(lookup.as_str()),
                _ => described.relationship(part),
            };
            let Some(lookup) = lookup else { break };
            let Some((relationship, target)) = Described::over(lookup) else { break };
            let id_path = way.iter().map(String::as_str).chain([lookup.name.as_str()]).collect::<Vec<_>>().join(".");
            let targets = targets(org, lookup, target).await;
            let known = found.entry(id_path.clone()).or_insert(Lookup { id_path, targets, decides_entry: false });
            known.decides_entry |= filtered.contains(path);
            way.push(relationship.to_owned());
            object = target.to_owned();
        }
    }
    Ok(found.into_values().collect())
}

/// What a lookup may point to and the user can see. An owner is a user or a queue; of what may be almost anything, the
/// object counts that fields are read of.
async fn targets(org: &Org, lookup: &Field, target: &str) -> Vec<String> {
    if lookup.reference_to.len() > TARGETS_MAX {
        return vec![target.to_owned()];
    }
    let mut visible = Vec::new();
    for object in &lookup.reference_to {
        if org.describe(object).await.is_ok() {
            visible.push(object.clone());
        }
    }
    visible
}

/// Objects that an org's items read over lookups.
pub(crate) async fn objects(worker: &Worker) -> BTreeSet<String> {
    let mut objects = BTreeSet::new();
    for wired in worker.wiring.items_of(&worker.org.name).filter(|wired| wired.is_discovered()) {
        // An item whose names cannot be resolved is told of by its look.
        if let Ok(scheme) = wired.scheme().await {
            objects.extend(scheme.lookups.iter().flat_map(|lookup| lookup.targets.iter().cloned()));
        }
    }
    objects
}

/// Hints for every record that one of these points at. They have no version: the record itself has not changed.
pub(crate) async fn fan_out(worker: &Worker, changed: &[Changed]) -> Result<Vec<Hint>, EngineError> {
    let mut hints: BTreeMap<(String, String), Hint> = BTreeMap::new();
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    for wired in worker.wiring.items_of(&worker.org.name).filter(|wired| wired.is_discovered()) {
        let Ok(scheme) = wired.scheme().await else { continue };
        for lookup in &scheme.lookups {
            let targets = changed.iter().filter(|changed| lookup.targets.contains(&changed.object));
            let ids: Vec<String> = targets.map(|changed| changed.id.clone()).collect();
            for id in concerned(worker, wired, lookup, &ids).await? {
                let object = wired.item.salesforce.object.clone();
                let hint = hint(worker, &object, &id);
                hints.insert((object, id), hint);
            }
        }
    }
    Ok(hints.into_values().collect())
}

/// The linked records that point at these; all of them where the lookup decides who enters.
async fn concerned(
    worker: &Worker,
    wired: &Wired,
    lookup: &Lookup,
    ids: &[String],
) -> Result<Vec<String>, EngineError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let pointing = worker.org.pointing_at(&wired.item.salesforce.object, &lookup.id_path, ids).await;
    let pointing = pointing.map_err(EngineError::peer(&worker.org.name))?;
    if lookup.decides_entry {
        return Ok(pointing);
    }
    let org = &worker.org.name;
    let links = worker.store().links_by_records(org, Side::Salesforce, org, &pointing).await?;
    let live = links.into_iter().filter(Link::is_kept);
    let linked: HashSet<String> = live.map(|link| link.salesforce_id).collect();
    Ok(linked.into_iter().collect())
}

fn hint(worker: &Worker, object: &str, record_id: &str) -> Hint {
    let key = HintKey::record(&worker.org.name, object, record_id);
    Hint::about(key, worker.outside().now_ms())
}
