//! Due hints become rounds: records are joined to their links, both ends of a link become one unit, echoes are dropped.
//!
//! A link is in one round at a time ([`Busy`]); what is busy stays due and is met again when its round has ended.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use entente_core::{Side, Sides};
use entente_store::{Again, DueHint, HintKey, Link, LinkId, StoreError};
use parking_lot::Mutex;

use crate::{
    inspection,
    limits::{BACKOFF_MAX_MS, ECHO_AGE_MS, ROUND_LINKS_MAX, UNDISCOVERED_REST_MS},
    round::siblings::{self, Shared},
    unit::{Round, Ticket, Unit, was_parted},
    wiring::{Wired, Wiring},
    worker::Worker,
};

/// What rounds under way are working on.
#[derive(Debug, Default)]
pub(crate) struct Busy {
    inner: Mutex<BusyNow>,
}

#[derive(Debug, Default)]
struct BusyNow {
    links: HashSet<LinkId>,
    records: HashSet<(Side, String, String)>,
    /// Hints of records with several links, which come one after the other because they share the record.
    met: HashMap<HintKey, Met>,
}

/// Links that a hint has brought through their rounds already. A hint that is offered anew is another one.
#[derive(Debug)]
struct Met {
    seq: i64,
    offered_ms: i64,
    links: HashSet<LinkId>,
}

impl Met {
    fn is_of(&self, ticket: &Ticket) -> bool {
        (self.seq, self.offered_ms) == (ticket.seq, ticket.offered_ms)
    }
}

impl Busy {
    /// Takes a unit's link and records, all or nothing.
    pub(crate) fn take(&self, unit: &Unit, org: &str, site: &str) -> bool {
        self.take_all(std::slice::from_ref(unit), org, site)
    }

    /// Takes what several units that share a record work on, all or nothing.
    fn take_all(&self, units: &[Unit], org: &str, site: &str) -> bool {
        let mut now = self.inner.lock();
        let links: Vec<LinkId> = units.iter().filter_map(|unit| Some(unit.link.as_ref()?.id)).collect();
        let records: Vec<_> = units.iter().flat_map(|unit| keys(unit, org, site)).collect();
        if records.iter().any(|key| now.records.contains(key)) || links.iter().any(|id| now.links.contains(id)) {
            return false;
        }
        now.links.extend(links);
        now.records.extend(records);
        true
    }

    /// Takes one more record for a unit that found its counterpart or its heir.
    pub(crate) fn take_record(&self, side: Side, connection: &str, id: &str) -> bool {
        self.inner.lock().records.insert((side, connection.to_owned(), id.to_owned()))
    }

    /// A link has been through its round, and others of the hint's record still wait for theirs.
    pub(crate) fn meet(&self, ticket: &Ticket, link: LinkId) {
        let mut now = self.inner.lock();
        let new = || Met { seq: ticket.seq, offered_ms: ticket.offered_ms, links: HashSet::new() };
        let met = now.met.entry(ticket.key.clone()).or_insert_with(new);
        if !met.is_of(ticket) {
            *met = new();
        }
        met.links.insert(link);
    }

    fn has_met(&self, ticket: &Ticket, link: LinkId) -> bool {
        let now = self.inner.lock();
        now.met.get(&ticket.key).is_some_and(|met| met.is_of(ticket) && met.links.contains(&link))
    }

    /// The last link of a hint has been through its round.
    pub(crate) fn met_all(&self, key: &HintKey) {
        self.inner.lock().met.remove(key);
    }

    /// Forgets everything: no round is under way.
    pub(crate) fn clear(&self) {
        *self.inner.lock() = BusyNow::default();
    }

    /// Gives back what a unit took, with what it took since.
    pub(crate) fn release(&self, unit: &Unit, org: &str, site: &str) {
        let mut now = self.inner.lock();
        if let Some(link) = &unit.link {
            now.links.remove(&link.id);
        }
        for key in keys(unit, org, site) {
            now.records.remove(&key);
        }
    }
}

/// The records of a unit.
fn keys(unit: &Unit, org: &str, site: &str) -> Vec<(Side, String, String)> {
    let (record, issue) = (&unit.ids.salesforce, &unit.ids.jira);
    let own = [(Side::Salesforce, org, record), (Side::Salesforce, org, &unit.heir), (Side::Jira, site, issue)];
    own.into_iter().filter_map(|(side, at, id)| Some((side, at.to_owned(), id.clone()?))).collect()
}

/// Rounds for due hints, and the hints that need none.
pub(crate) struct Dispatched {
    pub(crate) rounds: Vec<Round>,
    /// Our own echoes, and records that no active item is about.
    pub(crate) needless: Vec<Ticket>,
    /// How many of the hints come again later, without having been tried.
    pub(crate) n_resting: usize,
}

/// Forms rounds from due hints.
pub(crate) async fn dispatch(worker: &Worker, wiring: &Wiring, due: Vec<DueHint>) -> Result<Dispatched, StoreError> {
    let links = links(worker, wiring, &due).await?;
    let mut sorter = Sorter {
        siblings: siblings::of_links(worker.store(), wiring, links.values().flatten()).await?,
        begun: begun(worker, wiring).await?,
        worker,
        wiring,
        units: BTreeMap::new(),
        candidates: Vec::new(),
        needless: Vec::new(),
        resting: HashMap::new(),
    };
    for due in due {
        let side = if due.hint.key.connection == worker.org.name { Side::Salesforce } else { Side::Jira };
        let key = (side, due.hint.key.connection.clone(), due.hint.key.record_id.clone());
        sorter.sort(side, Ticket::from(due), links.get(&key).map(Vec::as_slice).unwrap_or_default());
    }
    let (rounds, needless, resting) = sorter.finish();
    worker.store().wait(&resting).await?;
    Ok(Dispatched { rounds, needless, n_resting: resting.len() })
}

/// The creations that were begun, when nothing else may be.
async fn begun(worker: &Worker, wiring: &Wiring) -> Result<HashSet<(String, String)>, StoreError> {
    if wiring.items_of(&worker.org.name).all(|wired| wired.held_back().is_none()) {
        return Ok(HashSet::new());
    }
    let intents = worker.store().open_intents(&worker.org.name).await?;
    Ok(intents.into_iter().map(|intent| (intent.new.item, intent.new.source_id)).collect())
}

type LinksByRecord = HashMap<(Side, String, String), Vec<Link>>;

/// The links of all records that have a due hint, tombstones included.
async fn links(worker: &Worker, wiring: &Wiring, due: &[DueHint]) -> Result<LinksByRecord, StoreError> {
    let mut ids: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for due in due {
        ids.entry(due.hint.key.connection.as_str()).or_default().push(due.hint.key.record_id.clone());
    }
    let mut found: LinksByRecord = HashMap::new();
    for (connection, ids) in ids {
        let side = if wiring.sites.contains_key(connection) { Side::Jira } else { Side::Salesforce };
        for link in worker.store().links_by_records(&worker.org.name, side, connection, &ids).await? {
            let id = match side {
                Side::Salesforce => link.salesforce_id.clone(),
                Side::Jira => link.jira_id.clone(),
            };
            found.entry((side, connection.to_owned(), id)).or_default().push(link);
        }
    }
    Ok(found)
}

struct Sorter<'a> {
    /// The links that share a record, by what they share.
    siblings: HashMap<Shared, Vec<Link>>,
    /// Items and records with a creation whose end is not known; looked up only while something is held back.
    begun: HashSet<(String, String)>,
    worker: &'a Worker,
    wiring: &'a Wiring,
    units: BTreeMap<LinkId, Unit>,
    candidates: Vec<(Arc<Wired>, Unit)>,
    needless: Vec<Ticket>,
    /// What cannot be tried before its time: a connection is left alone for a while, or the first look at the item, which
    /// may find that the record has a twin, has not ended.
    resting: HashMap<HintKey, Again>,
}

impl Sorter<'_> {
    fn sort(&mut self, side: Side, ticket: Ticket, links: &[Link]) {
        let live = |link: &&Link| link.is_live();
        if !links.iter().any(Link::is_live) {
            return self.candidate(side, ticket, links);
        }
        if !links.iter().filter(live).all(|link| self.worker.runs(&link.item)) {
            // It is for another run to handle.
            return;
        }
        let wanted = |link: &&Link| self.wiring.item(&link.item).is_some() && !is_echo(link, side, &ticket);
        let has_waited = |link: &&Link| !self.worker.busy.has_met(&ticket, link.id);
        let wanted: Vec<&Link> = links.iter().filter(live).filter(wanted).filter(has_waited).collect();
        if wanted.is_empty() {
            inspection::needless(&self.worker.outside().inspection, self.worker, side, &ticket, links);
            return self.needless.push(ticket);
        }
        let together: Vec<Vec<Link>> = self.together(&wanted);
        let ticket = Ticket { others_wait: together.len() > 1, ..ticket };
        for link in together.into_iter().flatten() {
            let unit = self.units.entry(link.id).or_insert_with(|| Unit::linked(link));
            unit.tickets.push(ticket.clone());
        }
    }

    /// The links that go through one round together: those that share a record with a wanted one, whichever of them the
    /// news are about.
    fn together(&self, wanted: &[&Link]) -> Vec<Vec<Link>> {
        let mut lots: BTreeMap<LinkId, Vec<Link>> = BTreeMap::new();
        for link in wanted {
            let shared = siblings::shared(self.wiring, link);
            let lot = shared.and_then(|shared| self.siblings.get(&shared)).cloned();
            let lot = lot.unwrap_or_else(|| vec![(*link).clone()]);
            let first = lot.first().map_or(link.id, |first| first.id);
            lots.insert(first, lot);
        }
        lots.into_values().collect()
    }

    /// A record without a link: the first item in the order of the document that takes it. One that a person has
    /// separated from its twin gets no other by itself.
    fn candidate(&mut self, side: Side, ticket: Ticket, ended: &[Link]) {
        #[cfg(feature = "simulation")]
        let ended = if entente_core::wrong::is(entente_core::wrong::Wrong::NoTombstone) { &[] } else { ended };
        if was_parted(ended) {
            return self.needless.push(ticket);
        }
        let mut items = self.wiring.items_of(&self.worker.org.name).filter(|wired| match side {
            Side::Salesforce => wired.item.salesforce.object == ticket.key.kind,
            Side::Jira => wired.site.name == ticket.key.connection,
        });
        if self.worker.only_item.is_some() {
            let wired = items.find(|wired| self.worker.runs(&wired.item.name)).cloned();
            drop(items);
            return self.candidate_of_one(ticket, wired, side, ended);
        }
        let Some(first) = items.next().cloned() else {
            inspection::needless(&self.worker.outside().inspection, self.worker, side, &ticket, ended);
            return self.needless.push(ticket);
        };
        // The item's first look may end at any moment.
        if !first.is_discovered() {
            return self.rest(&ticket, UNDISCOVERED_REST_MS);
        }
        let later = items.cloned().collect();
        let ids = Sides::from_view(side, Some(ticket.key.record_id.clone()), None);
        let unit = Unit { tickets: vec![ticket], later, ended: ended.to_vec(), ..Unit::candidate(ids) };
        self.candidates.push((first, unit));
    }

    /// A person asked for one item: other items' candidates are left alone.
    fn candidate_of_one(&mut self, ticket: Ticket, wired: Option<Arc<Wired>>, side: Side, ended: &[Link]) {
        let Some(wired) = wired.filter(|wired| wired.is_discovered()) else { return };
        let ids = Sides::from_view(side, Some(ticket.key.record_id.clone()), None);
        let unit = Unit { tickets: vec![ticket], ended: ended.to_vec(), ..Unit::candidate(ids) };
        self.candidates.push((wired, unit));
    }

    fn rest(&mut self, ticket: &Ticket, rest_ms: i64) {
        let due_ms = self.worker.outside().now_ms() + rest_ms;
        let again = Again { key: ticket.key.clone(), seq: ticket.seq, due_ms };
        // A record may have several links; the one that can be tried first says when.
        let known = self.resting.entry(ticket.key.clone()).or_insert(again);
        known.due_ms = known.due_ms.min(due_ms);
    }

    fn finish(mut self) -> (Vec<Round>, Vec<Ticket>, Vec<Again>) {
        let mut by_item: BTreeMap<String, Vec<Round>> = BTreeMap::new();
        for (wired, units) in self.lots() {
            if let Some(rest) = units.iter().find_map(|unit| self.must_rest(&wired, unit)) {
                let rest_ms = i64::try_from(rest.as_millis()).unwrap_or(BACKOFF_MAX_MS).min(BACKOFF_MAX_MS);
                units.iter().flat_map(|unit| &unit.tickets).for_each(|ticket| self.rest(ticket, rest_ms));
                continue;
            }
            if !self.worker.busy.take_all(&units, &wired.org.name, &wired.site.name) {
                continue;
            }
            let rounds = by_item.entry(wired.item.name.clone()).or_default();
            match rounds.last_mut() {
                Some(round) if round.units.len() + units.len() <= ROUND_LINKS_MAX => round.units.extend(units),
                _ => rounds.push(Round { wired, units }),
            }
        }
        by_item.values_mut().for_each(|rounds| self.leave_last(rounds));
        (by_item.into_values().flatten().collect(), self.needless, self.resting.into_values().collect())
    }

    /// Units that stay together: those of links that share a record, and each other one by itself.
    fn lots(&mut self) -> Vec<(Arc<Wired>, Vec<Unit>)> {
        let mut lots: BTreeMap<LinkId, (Arc<Wired>, Vec<Unit>)> = BTreeMap::new();
        let mut firsts: HashMap<Shared, LinkId> = HashMap::new();
        for (id, unit) in std::mem::take(&mut self.units) {
            let Some(link) = &unit.link else { continue };
            let Some(wired) = self.wiring.item(&link.item).cloned() else { continue };
            let first = siblings::shared(self.wiring, link).map_or(id, |shared| *firsts.entry(shared).or_insert(id));
            lots.entry(first).or_insert_with(|| (wired, Vec::new())).1.push(unit);
        }
        let lone = std::mem::take(&mut self.candidates).into_iter().map(|(wired, unit)| (wired, vec![unit]));
        lots.into_values().chain(lone).collect()
    }

    /// How long a unit cannot be handled: a connection does not answer, or has only its reserve left, which is for
    /// creations whose end is not known.
    fn must_rest(&self, wired: &Wired, unit: &Unit) -> Option<Duration> {
        let held_back = || wired.held_back().filter(|_| !self.is_begun(wired, unit));
        wired.rest().or_else(|| held_back()?.passes_after())
    }

    fn is_begun(&self, wired: &Wired, unit: &Unit) -> bool {
        let sources = unit.ids.salesforce.iter().chain(&unit.ids.jira);
        sources.into_iter().any(|id| self.begun.contains(&(wired.item.name.clone(), id.clone())))
    }

    /// Behind full rounds, one that is not full waits: until they have ended it may be.
    fn leave_last(&self, rounds: &mut Vec<Round>) {
        let is_full = |round: &Round| round.units.len() >= ROUND_LINKS_MAX;
        if rounds.len() < 2 || rounds.last().is_none_or(is_full) {
            return;
        }
        let Some(last) = rounds.pop() else { return };
        self.worker.leave(&last);
    }
}

/// Whether a hint announces a version that we have read in full, with nothing hidden behind it.
///
/// Jira stamps milliseconds: what came after our read has another stamp. Salesforce stamps whole seconds, so our read
/// must have begun well after the stamp's own second.
fn is_echo(link: &Link, side: Side, ticket: &Ticket) -> bool {
    let (Some(announced), Some(read)) = (&ticket.version, link.versions.get(side)) else { return false };
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::EchoByStamp) {
        return announced == read;
    }
    let is_past = |stamp_ms: i64| match side {
        Side::Salesforce => *link.read_ms.get(side) >= stamp_ms - stamp_ms.rem_euclid(1_000) + ECHO_AGE_MS,
        Side::Jira => true,
    };
    announced == read && announced.parse().is_ok_and(is_past)
}
