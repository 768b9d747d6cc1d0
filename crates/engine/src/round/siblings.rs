//! Links that share a record, under an item that is not one to one: they go through one round together, and the first of
//! them speaks for all.

use std::collections::{BTreeSet, HashMap, HashSet};

use entente_core::{
    Side, State,
    item::Mode,
    roll_up::{Sibling, Siblings},
};
use entente_store::{Hint, HintKey, Link, Store, StoreError};

use super::{Scene, read};
use crate::{
    error::EngineError,
    unit::{Seen, Work},
    wiring::Wiring,
};

/// What links share: a record of a side, under an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shared {
    pub(crate) item: String,
    pub(crate) side: Side,
    pub(crate) id: String,
}

impl Shared {
    fn of(link: &Link, side: Side) -> Self {
        let id = end(link, side).to_owned();
        Self { item: link.item.clone(), side, id }
    }
}

fn end(link: &Link, side: Side) -> &str {
    match side {
        Side::Salesforce => &link.salesforce_id,
        Side::Jira => &link.jira_id,
    }
}

/// What people call an end.
fn named(link: &Link, side: Side) -> String {
    match side {
        Side::Salesforce => link.salesforce_id.clone(),
        Side::Jira => link.jira_key.clone(),
    }
}

/// The names of those that share a record with a link.
pub(crate) fn others(wiring: &Wiring, siblings: &[Link], link: &Link) -> Vec<String> {
    let Some(shared) = shared(wiring, link) else { return Vec::new() };
    let others = siblings.iter().filter(|other| other.id != link.id);
    others.map(|other| named(other, shared.side.other())).collect()
}

/// What a link shares with others, if its item lets it.
pub(crate) fn shared(wiring: &Wiring, link: &Link) -> Option<Shared> {
    let one = wiring.item(&link.item)?.item.cardinality.one()?;
    Some(Shared::of(link, one))
}

/// The live links that share a record with one of these, in the order in which they were made.
pub(crate) async fn of_links(
    store: &Store,
    wiring: &Wiring,
    links: impl Iterator<Item = &Link>,
) -> Result<HashMap<Shared, Vec<Link>>, StoreError> {
    let shared: HashSet<Shared> = links.filter(|link| link.is_live()).filter_map(|link| shared(wiring, link)).collect();
    let mut wanted: HashMap<(String, Side), Vec<String>> = HashMap::new();
    for Shared { item, side, id } in shared {
        wanted.entry((item, side)).or_default().push(id);
    }
    let mut found = HashMap::new();
    for ((item, side), ids) in wanted {
        let Some(wired) = wiring.item(&item) else { continue };
        let connection = match side {
            Side::Salesforce => &wired.org.name,
            Side::Jira => &wired.site.name,
        };
        found.extend(live(store, &wired.org.name, &item, side, connection, &ids).await?);
    }
    Ok(found)
}

async fn live(
    store: &Store,
    org: &str,
    item: &str,
    side: Side,
    connection: &str,
    ids: &[String],
) -> Result<HashMap<Shared, Vec<Link>>, StoreError> {
    let mut found: HashMap<Shared, Vec<Link>> = HashMap::new();
    let links = store.links_by_records(org, side, connection, ids).await?;
    for link in links.into_iter().filter(|link| link.item == item && link.is_live()) {
        found.entry(Shared::of(&link, side)).or_default().push(link);
    }
    Ok(found)
}

/// Tells the planner what the links of a round share with others.
pub(super) async fn load(scene: &Scene<'_>, works: &mut [Work]) -> Result<(), EngineError> {
    for side in Side::BOTH {
        crowded(scene, works, side).await?;
    }
    let (item, Some(one)) = (&scene.wired.item, scene.wired.item.cardinality.one()) else { return Ok(()) };
    if item.mode == Mode::DisplayOnly {
        return Ok(());
    }
    let links = live_of(scene, works, one, |work| work.pair().is_some()).await?;
    let mut seen = seen_in(works, one.other());
    let rolls_up = item.fields.iter().map(|line| line.roll_up).chain(item.status.iter().map(|status| status.roll_up));
    if rolls_up.flatten().next().is_some() {
        read_others(scene, one.other(), &links, &mut seen).await;
    }
    let newcomers = newcomers(works, one);
    for work in works.iter_mut().filter(|work| work.pair().is_some()) {
        let shared = Shared { item: item.name.clone(), side: one, id: work.id(one).to_owned() };
        let links = links.get(&shared).map(Vec::as_slice).unwrap_or_default();
        let newcomers = newcomers.get(work.id(one)).map(Vec::as_slice).unwrap_or_default();
        work.facts.siblings = Some(match links {
            [] => met(work, one, newcomers, &seen),
            links => siblings(work, one, links, &seen),
        });
    }
    Ok(())
}

/// Ids and names of those that meet in a round, by the record that they share.
fn newcomers(works: &[Work], one: Side) -> HashMap<String, Vec<(String, String)>> {
    let mut newcomers: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for work in works.iter().filter(|work| work.pair().is_some()) {
        let newcomer = (work.id(one.other()).to_owned(), work.label(one.other()).to_owned());
        newcomers.entry(work.id(one).to_owned()).or_default().push(newcomer);
    }
    newcomers
}

/// Of several that meet for the first time, the first speaks for all.
fn met(work: &Work, one: Side, newcomers: &[(String, String)], seen: &HashMap<String, Seen>) -> Siblings {
    let leads = newcomers.first().is_none_or(|(id, _)| id == work.id(one.other()));
    let named = newcomers.first().map(|(_, name)| name.clone()).unwrap_or_default();
    let members = newcomers.iter().filter(|_| leads).map(|(id, name)| sibling(id, name, seen.get(id)));
    Siblings { leads, named, members: members.collect() }
}

/// Of several that are linked, the one that was linked first does.
fn siblings(work: &Work, one: Side, links: &[Link], seen: &HashMap<String, Seen>) -> Siblings {
    let many = one.other();
    let is_gone = |link: &&Link| match seen.get(end(link, many)).map(|seen| &seen.state) {
        Some(State::Gone { confirmed, .. }) => *confirmed,
        _ => false,
    };
    let first = links.iter().find(|link| !is_gone(link));
    let leads = match (first, &work.unit.link) {
        (Some(first), Some(own)) => first.id == own.id,
        (Some(_), None) => false,
        (None, _) => true,
    };
    let member = |link: &Link| sibling(end(link, many), &named(link, many), seen.get(end(link, many)));
    let members = links.iter().filter(|_| leads).map(member).collect();
    Siblings { leads, named: first.map(|first| named(first, many)).unwrap_or_default(), members }
}

fn sibling(id: &str, name: &str, seen: Option<&Seen>) -> Sibling {
    let unread = || State::Unreadable("it was not read".to_owned());
    Sibling {
        id: id.to_owned(),
        name: name.to_owned(),
        modified: seen.and_then(|seen| seen.modified),
        state: seen.map_or_else(unread, |seen| seen.state.clone()),
    }
}

/// The live links of the records of a side that some works have, under the item.
async fn live_of(
    scene: &Scene<'_>,
    works: &[Work],
    side: Side,
    which: impl Fn(&Work) -> bool,
) -> Result<HashMap<Shared, Vec<Link>>, StoreError> {
    let ids: HashSet<String> = works.iter().filter(|work| which(work)).map(|work| work.id(side).to_owned()).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let connection = match side {
        Side::Salesforce => &scene.wired.org.name,
        Side::Jira => &scene.wired.site.name,
    };
    live(scene.worker.store(), &scene.wired.org.name, &scene.wired.item.name, side, connection, &ids).await
}

fn seen_in(works: &[Work], side: Side) -> HashMap<String, Seen> {
    works.iter().map(|work| (work.id(side).to_owned(), work.seen.get(side).clone())).collect()
}

/// Siblings that came by another way than through a round for all of them are read here: what they show counts too.
async fn read_others(
    scene: &Scene<'_>,
    many: Side,
    links: &HashMap<Shared, Vec<Link>>,
    seen: &mut HashMap<String, Seen>,
) {
    let ids = links.values().flatten().map(|link| end(link, many).to_owned());
    let ids: Vec<String> = ids.filter(|id| !seen.contains_key(id)).collect();
    if ids.is_empty() {
        return;
    }
    let others: HashMap<String, Seen> = match many {
        Side::Salesforce => match read::salesforce(scene, &ids).await {
            Ok(rows) => rows.into_iter().map(|(id, row)| (id, read::salesforce_seen(scene, &row))).collect(),
            Err(error) => unread(&ids, &error.to_string()),
        },
        Side::Jira => match read::jira(scene, &ids).await {
            Ok(issues) => issues.into_iter().map(|(id, issue)| (id, read::jira_seen(scene, &issue))).collect(),
            Err(error) => unread(&ids, &error.to_string()),
        },
    };
    seen.extend(others);
}

fn unread(ids: &[String], why: &str) -> HashMap<String, Seen> {
    ids.iter().map(|id| (id.clone(), Seen::absent(State::Unreadable(why.to_owned())))).collect()
}

/// Links that share a record because the item once allowed it. Each by itself would write what the others take back.
async fn crowded(scene: &Scene<'_>, works: &mut [Work], side: Side) -> Result<(), EngineError> {
    let may_share = scene.wired.item.cardinality.one() == Some(side);
    let shares = |work: &Work| work.unit.link.as_ref().is_some_and(|link| link.shares == Some(side));
    if may_share || !works.iter().any(shares) {
        return Ok(());
    }
    let links = live_of(scene, works, side, shares).await?;
    for work in works.iter_mut().filter(|work| work.unit.link.is_some()) {
        let shared = Shared { item: scene.wired.item.name.clone(), side, id: work.id(side).to_owned() };
        let Some(links) = links.get(&shared).filter(|links| links.len() > 1) else { continue };
        let names: Vec<String> = links.iter().map(|link| named(link, side.other())).collect();
        work.facts.crowded = Some(names.join(", "));
    }
    Ok(())
}

/// What one link has written into the record that it shares, the others have read too.
pub(super) fn see_the_same(scene: &Scene<'_>, works: &mut [Work]) {
    let Some(one) = scene.wired.item.cardinality.one() else { return };
    let leads = |work: &&Work| work.facts.siblings.as_ref().is_some_and(|siblings| siblings.leads) && work.is_open();
    let written = works.iter().filter(leads).filter(|work| work.has_writes());
    let shown: HashMap<String, Seen> =
        written.map(|work| (work.id(one).to_owned(), work.seen.get(one).clone())).collect();
    for work in works.iter_mut().filter(|work| work.unit.link.is_some() && work.is_open()) {
        if let Some(seen) = shown.get(work.id(one)) {
            *work.seen.get_mut(one) = seen.clone();
        }
    }
}

/// A link that came to others, or left them, changes what they say together: their record is looked at again.
pub(super) fn next(scene: &Scene<'_>, work: &Work) -> Option<Hint> {
    let one = scene.wired.item.cardinality.one()?;
    let joins = work.unit.link.is_none() && work.facts.siblings.as_ref().is_some_and(|siblings| !siblings.leads);
    let leaves = work.unit.link.is_some() && work.unlinked.is_some();
    let key = HintKey::of(&scene.wired.item, one, work.id(one));
    (joins || leaves).then(|| Hint::about(key, scene.worker.outside().now_ms()))
}

/// Links of other items that share a record which a round has just written: what they make of it is due now.
pub(super) async fn neighbours(scene: &Scene<'_>, works: &[Work]) -> Result<Vec<Hint>, EngineError> {
    let mut hints = Vec::new();
    for side in Side::BOTH {
        let written = |work: &&Work| work.journal.iter().any(|entry| entry.kind == "write" && entry.side == Some(side));
        let ids: Vec<String> = works.iter().filter(written).map(|work| work.id(side).to_owned()).collect();
        if ids.is_empty() || !scene.worker.wiring.has_neighbours(&scene.wired.item, side) {
            continue;
        }
        let connection = match side {
            Side::Salesforce => &scene.wired.org.name,
            Side::Jira => &scene.wired.site.name,
        };
        let links = scene.worker.store().links_by_records(&scene.wired.org.name, side, connection, &ids).await?;
        let others = links.iter().filter(|link| link.item != scene.wired.item.name && link.is_live());
        let shared: BTreeSet<&str> = others.map(|link| end(link, side)).collect();
        let now_ms = scene.worker.outside().now_ms();
        let hint = |id| Hint::about(HintKey::of(&scene.wired.item, side, id), now_ms);
        hints.extend(shared.into_iter().map(hint));
    }
    Ok(hints)
}
