//! Pollers: which records changed since we last asked. They offer hints and move their cursor in one transaction.
//!
//! A poll looks back far enough that a transaction or an index that was late is still seen; what was offered before is
//! remembered for as long, so that looking back is free.

mod files;
mod jira;
mod narrow;
mod offered;
mod salesforce;
mod schedule;
mod talk;

use std::sync::Arc;

use entente_core::{ConnectedItem, Side, Sides};
use entente_store::{Hint, HintKey, NewEntry};
use entente_transport::CallError;
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

pub(crate) use self::offered::Offered;
use self::schedule::Schedule;
use crate::{
    error::EngineError,
    limits::{JIRA_OVERLAP_SECS, SALESFORCE_OVERLAP_SECS},
    outside::{Health, Site},
    wiring::Wired,
    worker::Worker,
};

/// Name of the cursor of one object.
pub(crate) fn salesforce_cursor(object: &str) -> String {
    format!("salesforce/{object}")
}

/// Name of the cursor of one site.
pub(crate) fn jira_cursor(site: &str) -> String {
    format!("jira/{site}")
}

/// Name of the time of an item's last run that finished, on one side.
pub(crate) fn last_run_cursor(item: &str, side: Side) -> String {
    format!("last/{}/{item}", side.as_str())
}

/// When the last run of an item that finished began, by each side's clock, and as much earlier as what it could not see
/// yet may lie back.
pub(crate) async fn last_run(worker: &Worker, item: &ConnectedItem) -> Result<Sides<Option<Timestamp>>, EngineError> {
    let mut last = Sides::default();
    for (side, filter, overlap_secs) in [
        (Side::Salesforce, &item.salesforce.filter, SALESFORCE_OVERLAP_SECS),
        (Side::Jira, &item.jira.filter, JIRA_OVERLAP_SECS),
    ] {
        if filter.looks_back() {
            let began = cursor(worker, &last_run_cursor(&item.name, side)).await?;
            *last.get_mut(side) = began.map(|began| before(began, overlap_secs));
        }
    }
    Ok(last)
}

/// Polls both sides of an org's items until told to stop. A side that fails keeps its cursor and is polled again.
pub(crate) async fn keep(worker: &Worker, stop: &CancellationToken) -> Result<(), EngineError> {
    let polls = Schedule::of(worker).into_iter().map(|schedule| keep_some(worker, schedule, stop));
    try_join_all(polls).await.map(drop)
}

async fn keep_some(worker: &Worker, mut schedule: Schedule, stop: &CancellationToken) -> Result<(), EngineError> {
    let mut offered = Offered::default();
    while let Some(pause_ms) = schedule.pause_ms(worker.outside().now_ms()) {
        if !worker.pause(pause_ms, stop).await {
            return Ok(());
        }
        let due = schedule.due(worker.outside().now_ms(), stretch(worker, &schedule));
        some(worker, &mut offered, &|name| due.iter().any(|due| due == name)).await?;
        journal_news(worker).await?;
    }
    stop.cancelled().await;
    Ok(())
}

/// How many times rarer than usual a connection is polled, so that its calls last.
fn stretch(worker: &Worker, schedule: &Schedule) -> u32 {
    let site = sites(worker).into_iter().find(|site| schedule.has(&jira_cursor(&site.name)));
    site.map_or_else(|| worker.org.stretch(), |site| site.stretch())
}

/// Items that rest or go on since the last poll: a project was archived, a field taken away, or is back.
async fn journal_news(worker: &Worker) -> Result<(), EngineError> {
    let news = |wired: &Arc<Wired>| {
        let (org, item) = (Some(worker.org.name.clone()), Some(wired.item.name.clone()));
        Some(NewEntry { kind: "item".to_owned(), org, item, text: wired.news()?, ..NewEntry::default() })
    };
    let entries: Vec<NewEntry> = worker.wiring.items_of(&worker.org.name).filter_map(news).collect();
    if !entries.is_empty() {
        worker.store().journal(&entries, worker.outside().now_ms()).await?;
    }
    Ok(())
}

/// Polls both sides.
#[cfg(feature = "simulation")]
pub(crate) async fn once(worker: &Worker, offered: &mut Offered) -> Result<(), EngineError> {
    some(worker, offered, &|_| true).await
}

/// Whether an object or a site is to be asked, by the name of its cursor.
type IsDue<'a> = &'a (dyn Fn(&str) -> bool + Sync);

async fn some(worker: &Worker, offered: &mut Offered, is_due: IsDue<'_>) -> Result<(), EngineError> {
    salesforce::poll(worker, offered, is_due).await?;
    for site in sites(worker).iter().filter(|site| is_due(&jira_cursor(&site.name))) {
        jira::poll(worker, site, offered).await?;
    }
    Ok(())
}

/// The items that have been looked at: before that there is no cursor to go on from.
fn discovered(worker: &Worker) -> impl Iterator<Item = &Arc<Wired>> {
    worker.wiring.items_of(&worker.org.name).filter(|wired| wired.is_discovered())
}

/// Their sites.
fn sites(worker: &Worker) -> Vec<Arc<Site>> {
    let mut sites: Vec<_> = discovered(worker).map(|wired| wired.site.clone()).collect();
    sites.sort_by(|a, b| a.name.cmp(&b.name));
    sites.dedup_by(|a, b| a.name == b.name);
    sites
}

async fn cursor(worker: &Worker, name: &str) -> Result<Option<Timestamp>, EngineError> {
    let value = worker.store().get_cursor(&worker.org.name, name).await?;
    Ok(value.and_then(|value| Timestamp::from_millisecond(value.parse().ok()?).ok()))
}

fn before(time: Timestamp, secs: i64) -> Timestamp {
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::NoOverlap) {
        return time;
    }
    time.checked_sub(SignedDuration::from_secs(secs)).unwrap_or(time)
}

/// A peer that does not answer costs freshness, nothing else.
fn failed(health: &Health, connection: &str, error: &CallError) {
    tracing::warn!(connection, "Connection {connection} was not polled: {error}");
    health.failed(error);
}

fn hint(worker: &Worker, key: HintKey, version: Option<String>) -> Hint {
    Hint { version, ..Hint::about(key, worker.outside().now_ms()) }
}

fn wake_if(worker: &Worker, any: bool) {
    if any {
        worker.wake();
    }
}
