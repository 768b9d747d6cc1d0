//! The state of the whole, in numbers.

use std::sync::{Arc, atomic::Ordering};

use entente_core::{
    ConnectedItem, Side,
    item::{ItemState, Mode},
};
use entente_store::{ItemRuntime, LeftAlone, Store, StoreError};
use entente_transport::Circuit;
use jiff::Timestamp;

use crate::{
    EngineError, Inner,
    outside::HealthNow,
    report::{AccessStatus, Actions, ConnectionStatus, FieldLeftAlone, ItemStatus, PerSide, QuotaStatus, Status},
    standing,
    wiring::{Wired, Wiring},
};

/// HTTP requests so far, by what they do.
pub(crate) struct Calls {
    pub(crate) writes: PerSide,
    pub(crate) reads: PerSide,
    pub(crate) auth: PerSide,
}

/// Requests that all connections have sent.
pub(crate) fn calls(wiring: &Wiring) -> Calls {
    let salesforce: Vec<_> = wiring.orgs.values().map(|org| org.client.transport().counters()).collect();
    let jira: Vec<_> = wiring.sites.values().map(|site| site.client.transport().counters()).collect();
    let per_side = |of: fn(&entente_transport::Counters) -> u64| PerSide {
        salesforce: salesforce.iter().map(of).sum(),
        jira: jira.iter().map(of).sum(),
    };
    Calls { writes: per_side(|c| c.writes), reads: per_side(|c| c.reads), auth: per_side(|c| c.auth) }
}

pub(crate) async fn now(inner: &Inner) -> Result<Status, EngineError> {
    let now = inner.outside.clock.now();
    let counts = inner.store.counts(now.as_millisecond()).await?;
    let runtimes = inner.store.item_runtimes().await?;
    let wiring = inner.wiring();
    let in_flight = inner.in_flight.load(Ordering::Relaxed);
    let held: Vec<String> = runtimes.iter().filter(|r| r.held.is_some()).map(|r| r.item.clone()).collect();
    let items = wiring.config.items.iter().map(|config| {
        let runtime = runtimes.iter().find(|runtime| runtime.item == config.name);
        let n_links = counts.items.get(&config.name).map_or(0, |counts| counts.links);
        item(&wiring, config, runtime, n_links)
    });
    let of_items = counts.of(wiring.config.items.iter().map(|item| item.name.as_str()));
    Ok(Status {
        // Before every item has been looked at, what there is to do is not known. Hints of a round that is under way are
        // still due in the store.
        idle: wiring.items.iter().all(|wired| wired.is_discovered()) && counts.backlog.due == 0 && in_flight == 0,
        backlog: counts.backlog.due,
        in_flight,
        links: of_items.links,
        conflicts: of_items.conflicts,
        parked: of_items.parked,
        left_alone: of_items.left_alone,
        fields_left_alone: left_alone(&inner.store, of_items.left_alone, |name| wiring.config.item(name).is_some())
            .await?,
        waiting: counts.backlog.waiting,
        items: items.collect(),
        connections: gauges(&wiring).map(|gauges| connection(&wiring, gauges, now)).collect(),
        access: access(inner, &wiring, now),
        held,
        database_problem: standing::unwritten(inner, &wiring),
        waits_for: standing::waiting(inner, &wiring),
        configuration_problem: None,
        configuration: None,
    })
}

fn item(wiring: &Wiring, item: &ConnectedItem, runtime: Option<&ItemRuntime>, n_links: u64) -> ItemStatus {
    let held = runtime.and_then(|runtime| runtime.held.clone());
    let state = match item.state {
        _ if held.is_some() => "held",
        ItemState::Draft => "draft",
        ItemState::Active => "active",
        ItemState::Paused => "paused",
    };
    let last_sync = runtime.and_then(|runtime| Timestamp::from_millisecond(runtime.last_sync_ms?).ok());
    let problem = |wired: &Arc<Wired>| wired.problem().or_else(|| wired.lacking());
    ItemStatus {
        name: item.name.clone(),
        owner: item.owner.clone(),
        state,
        actions: (item.mode != Mode::DisplayOnly)
            .then(|| Actions { to_salesforce: item.action(Side::Salesforce), to_jira: item.action(Side::Jira) }),
        last_sync: last_sync.map(|at| at.to_string()),
        links: n_links,
        problem: held
            .or_else(|| wiring.item(&item.name).and_then(problem))
            .or_else(|| runtime.and_then(|runtime| runtime.unfinished.as_ref()).map(unfinished)),
    }
}

/// What the last `sync` left behind, as nothing else tells of it once that process has ended.
fn unfinished((at_ms, why): &(i64, String)) -> String {
    let at = Timestamp::from_millisecond(*at_ms).unwrap_or_default();
    format!("the sync that ended at {at:.0} did not finish: {why}")
}

/// What can be read off every connection, the orgs first.
fn gauges(wiring: &Wiring) -> impl Iterator<Item = Gauges<'_>> {
    let orgs = wiring.orgs.values().map(|org| Gauges {
        name: &org.name,
        health: org.health.now(),
        circuit: org.client.transport().circuit(),
        quota: org.quota(),
    });
    let sites = wiring.sites.values().map(|site| Gauges {
        name: &site.name,
        health: site.health.now(),
        circuit: site.client.transport().circuit(),
        quota: site.quota(),
    });
    orgs.chain(sites)
}

/// How portal access is doing, if there is any.
pub(crate) fn access(inner: &Inner, wiring: &Wiring, now: Timestamp) -> Option<AccessStatus> {
    let org = &wiring.config.access.as_ref()?.salesforce;
    Some(inner.seat(org).access_health.status(now))
}

/// The fields of some items that are left as they are, where there are any.
pub(crate) async fn left_alone(
    store: &Store,
    n_left_alone: u64,
    which: impl Fn(&str) -> bool,
) -> Result<Vec<FieldLeftAlone>, StoreError> {
    if n_left_alone == 0 {
        return Ok(Vec::new());
    }
    let of_items = store.left_alone().await?.into_iter().filter(|left| which(&left.item));
    let told = of_items.map(|LeftAlone { item, mapping, links, example }| FieldLeftAlone {
        item,
        field: mapping.to_string(),
        links,
        example,
    });
    Ok(told.collect())
}

/// What is known of one connection.
struct Gauges<'a> {
    name: &'a str,
    health: HealthNow,
    circuit: Circuit,
    quota: Option<QuotaStatus>,
}

/// Whether an item that runs reads through a connection.
fn is_used(wiring: &Wiring, connection: &str) -> bool {
    wiring.items.iter().any(|wired| wired.org.name == connection || wired.site.name == connection)
}

fn connection(wiring: &Wiring, gauges: Gauges<'_>, now: Timestamp) -> ConnectionStatus {
    let Gauges { name, health, circuit, quota } = gauges;
    let state = match (&health.problem, health.fresh) {
        (Some((ailment, _)), _) => ailment.as_str(),
        (None, _) if circuit != Circuit::Closed => "unreachable",
        (None, _) if !is_used(wiring, name) => "unused",
        (None, Some(_)) => "ok",
        (None, None) => "starting",
    };
    let is_closed = circuit == Circuit::Closed;
    let left_alone =
        || (!is_closed).then(|| "call after call to it failed, so it is left alone for a while".to_owned());
    let (circuit, circuit_seconds) = match circuit {
        Circuit::Closed => ("closed", None),
        Circuit::Open { until } => ("open", Some(until.duration_since(now).as_secs() + 1)),
        Circuit::HalfOpen => ("half-open", None),
    };
    ConnectionStatus {
        sandbox: wiring.config.connections.get(name).is_some_and(|connection| connection.sandbox),
        name: name.to_owned(),
        state,
        fresh_seconds: health.fresh.map(|fresh| now.duration_since(fresh).as_secs()),
        problem: health.problem.map(|(_, reason)| reason).or_else(left_alone),
        circuit,
        circuit_seconds,
        quota,
        push_problem: health.push_problem,
    }
}
