//! Pollers: which records changed since we last asked. They offer hints and move their cursor in one transaction.
//!
//! A poll looks back far enough that a transaction or an index that was late is still seen; what was offered before is
//! remembered for as long, so that looking back is free.

mod files;
mod narrow;
mod schedule;
mod talk;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use entente_core::{ConnectedItem, Side, Sides};
use entente_store::{Hint, HintKey, NewEntry};
use entente_transport::CallError;
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use self::{
    narrow::{Narrow, by_object},
    schedule::Schedule,
};
use crate::{
    error::EngineError,
    limits::{ECHO_AGE_MS, JIRA_OVERLAP_SECS, SALESFORCE_OVERLAP_SECS},
    outside::{AskedObject, Changed, Changes, Site},
    related,
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

/// Versions that were offered within the overlap.
#[derive(Default)]
pub(crate) struct Offered {
    versions: HashMap<(String, String), String>,
}

impl Offered {
    /// Whether this version is new; a record without a version always is. A version counts as offered only from a poll
    /// that began `after_ms` behind it: until then another edit may carry the same stamp.
    fn is_new(
        &mut self,
        connection: &str,
        id: &str,
        version: Option<&String>,
        began: Option<Timestamp>,
        after_ms: i64,
    ) -> bool {
        let Some(version) = version else { return true };
        let stamp_ms: i64 = version.parse().unwrap_or(i64::MAX);
        if began.is_none_or(|began| began.as_millisecond() < stamp_ms.saturating_add(after_ms)) {
            return self.versions.get(&(connection.to_owned(), id.to_owned())) != Some(version);
        }
        self.versions.insert((connection.to_owned(), id.to_owned()), version.clone()).as_ref() != Some(version)
    }

    /// Forgets what lies before the overlap. Versions are epoch milliseconds.
    fn forget_before(&mut self, since: Timestamp) {
        let since_ms = since.as_millisecond();
        self.versions.retain(|_, version| version.parse::<i64>().is_ok_and(|ms| ms >= since_ms));
    }
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
    salesforce(worker, offered, is_due).await?;
    for site in sites(worker).iter().filter(|site| is_due(&jira_cursor(&site.name))) {
        jira(worker, site, offered).await?;
    }
    Ok(())
}

/// The sites of items that have been looked at: before that there is no cursor to go on from.
fn sites(worker: &Worker) -> Vec<std::sync::Arc<Site>> {
    let items = worker.wiring.items_of(&worker.org.name).filter(|wired| wired.is_discovered());
    let mut sites: Vec<_> = items.map(|wired| wired.site.clone()).collect();
    sites.sort_by(|a, b| a.name.cmp(&b.name));
    sites.dedup_by(|a, b| a.name == b.name);
    sites
}

/// One call for up to five objects: those of the items, and those that they read over lookups.
async fn salesforce(worker: &Worker, offered: &mut Offered, is_due: IsDue<'_>) -> Result<(), EngineError> {
    if worker.org.held_back().is_some() {
        return Ok(());
    }
    let related = related::objects(worker).await;
    let is_asked = |object: &String| related.contains(object) || is_due(&salesforce_cursor(object));
    let items = || worker.wiring.items_of(&worker.org.name).filter(|wired| wired.is_discovered());
    if !items().any(|wired| is_due(&salesforce_cursor(&wired.item.salesforce.object))) {
        return Ok(());
    }
    match worker.org.is_the_same(worker.store()).await {
        Ok(()) => {}
        Err(EngineError::Peer { error, .. }) => return failed(&worker.org.health, &worker.org.name, &error),
        // Nothing in another org is news.
        Err(error @ EngineError::Connection { .. }) => {
            worker.org.health.leads_elsewhere(error.to_string());
            return Ok(());
        }
        Err(error) => return Err(error),
    }
    let items: Vec<Arc<Wired>> = items().filter(|wired| is_asked(&wired.item.salesforce.object)).cloned().collect();
    let talk = talk::objects(&items).await;
    let with_files: Vec<Arc<Wired>> = items.iter().filter(|wired| wired.item.attachments.is_some()).cloned().collect();
    let (mut narrows, mut objects) = (Vec::new(), Vec::new());
    for (object, items) in by_object(items.into_iter()) {
        let narrow = Narrow::of(worker, Side::Salesforce, &items).await?;
        objects.push((object, narrow.fields()));
        narrows.push(narrow);
    }
    let own: HashSet<String> = objects.iter().map(|(object, _)| object.clone()).collect();
    objects.extend(related.iter().filter(|object| !own.contains(*object)).map(|object| (object.clone(), Vec::new())));
    objects.extend(talk.iter().map(|(object, parent)| ((*object).to_owned(), vec![(*parent).to_owned()])));
    let asked = asked(worker, objects).await?;
    let Some(earliest) = asked.iter().map(|asked| asked.since).min() else { return Ok(()) };
    let Changes { found: changed, began, refused } = match worker.org.changed(&asked).await {
        Ok(answer) => answer,
        #[cfg(feature = "simulation")]
        Err(_) if entente_core::wrong::is(entente_core::wrong::Wrong::CursorEarly) => {
            Changes { found: Vec::new(), began: Some(worker.outside().clock.now()), refused: Vec::new() }
        }
        Err(error) => return failed(&worker.org.health, &worker.org.name, &error),
    };
    let org = &worker.org.name;
    let is_new = |offered: &mut Offered, changed: &Changed| {
        offered.is_new(org, &changed.id, changed.version.as_ref(), began, ECHO_AGE_MS)
    };
    let (mut comments, changed): (Vec<Changed>, Vec<Changed>) =
        changed.into_iter().partition(|changed| talk.contains_key(changed.object.as_str()));
    comments.retain(|comment| !comment.is_deleted && is_new(offered, comment));
    let mut left_out = HashSet::new();
    for (narrow, AskedObject { object, .. }) in narrows.iter().zip(&asked) {
        let rows = changed.iter().filter(|changed| changed.object == *object);
        left_out.extend(narrow.left_out(worker, org, rows.map(|row| (row.id.clone(), &row.fields))).await?);
    }
    let news: Vec<Changed> =
        unless_unknown(worker, changed).await?.into_iter().filter(|changed| is_new(offered, changed)).collect();
    let own = |changed: &Changed| own.contains(&changed.object) && !left_out.contains(&changed.id);
    let mut hints = match hints(worker, news, &related, own).await {
        Ok(hints) => hints,
        Err(EngineError::Peer { error, .. }) => {
            // The cursor stays, so everything is seen again; it must then count as new.
            *offered = Offered::default();
            return failed(&worker.org.health, &worker.org.name, &error);
        }
        Err(error) => return Err(error),
    };
    hints.extend(talk::hints(worker, &talk, &comments).await?);
    let is_answered = |asked: &&AskedObject| !refused.iter().any(|(object, _)| *object == asked.object);
    if let Some(began) = began {
        let answered: Vec<&str> = asked.iter().filter(is_answered).map(|asked| asked.object.as_str()).collect();
        advance(worker, &answered, began, &hints).await?;
        for (narrow, _) in narrows.iter().zip(&asked).filter(|(_, asked)| is_answered(asked)) {
            narrow.finish(worker, began).await?;
        }
    }
    // Who is asked less often looks back further than this poll did.
    let slowest_secs = i64::from(worker.wiring.config.slowest_poll_seconds());
    offered.forget_before(earliest.min(before(worker.outside().clock.now(), SALESFORCE_OVERLAP_SECS + slowest_secs)));
    let n_files = match files::offer(worker, offered, &with_files).await {
        Err(EngineError::Peer { error, .. }) => return failed(&worker.org.health, org, &error),
        answer => answer?,
    };
    wake_if(worker, !hints.is_empty() || n_files > 0);
    // Who may not query all feeds finds posts where their record has changed, and by looks.
    match refused.iter().find(|(object, _)| !talk.contains_key(object.as_str())) {
        None => worker.org.health.read_to_the_end(worker.outside().clock.now()),
        // An object or a field that was taken away from us: what is there now is looked up before it is asked about again.
        Some((_, error)) => {
            worker.wiring.items_of(org).for_each(|wired| wired.forget_scheme());
            return failed(&worker.org.health, org, error);
        }
    }
    Ok(())
}

/// Each object from its own cursor on; one that has none yet, from the earliest.
async fn asked(worker: &Worker, objects: Vec<(String, Vec<String>)>) -> Result<Vec<AskedObject>, EngineError> {
    let mut cursors = Vec::new();
    for (object, _) in &objects {
        cursors.push(cursor(worker, &salesforce_cursor(object)).await?);
    }
    let Some(earliest) = cursors.iter().flatten().min().copied() else { return Ok(Vec::new()) };
    let asked = objects.into_iter().zip(cursors).map(|((object, fields), cursor)| {
        let since = before(cursor.unwrap_or(earliest), SALESFORCE_OVERLAP_SECS);
        AskedObject { object, fields, since }
    });
    Ok(asked.collect())
}

/// A deletion concerns those that are linked, and those that wait for a twin.
async fn unless_unknown(worker: &Worker, mut changed: Vec<Changed>) -> Result<Vec<Changed>, EngineError> {
    let deleted = changed.iter().filter(|changed| changed.is_deleted);
    let ids: Vec<String> = deleted.map(|changed| changed.id.clone()).collect();
    let org = &worker.org.name;
    let links = worker.store().links_by_records(org, Side::Salesforce, org, &ids).await?;
    let mut concerned: HashSet<String> = links.into_iter().map(|link| link.salesforce_id).collect();
    for wired in worker.wiring.items_of(org) {
        let parked = worker.store().parked_among(&wired.item.name, Side::Salesforce, &ids).await?;
        concerned.extend(parked.into_iter().map(|parked| parked.key.record_id));
    }
    changed.retain(|changed| !changed.is_deleted || concerned.contains(&changed.id));
    Ok(changed)
}

/// Hints for what changed itself, and for every record that reads over what changed.
async fn hints(
    worker: &Worker,
    news: Vec<Changed>,
    related: &BTreeSet<String>,
    own: impl Fn(&Changed) -> bool,
) -> Result<Vec<Hint>, EngineError> {
    let pointed_at: Vec<Changed> = news.iter().filter(|changed| related.contains(&changed.object)).cloned().collect();
    let mut hints = related::fan_out(worker, &pointed_at).await?;
    let own = news.into_iter().filter(own);
    hints.extend(
        own.map(|changed| {
            hint(worker, HintKey::record(&worker.org.name, &changed.object, &changed.id), changed.version)
        }),
    );
    Ok(hints)
}

/// Moves the cursors of an org's objects, and offers what was found.
async fn advance(worker: &Worker, objects: &[&str], began: Timestamp, hints: &[Hint]) -> Result<(), EngineError> {
    let now_ms = worker.outside().now_ms();
    let fence = worker.fence()?;
    let value = began.as_millisecond().to_string();
    let (first, rest) = objects.split_first().map_or((None, [].as_slice()), |(first, rest)| (Some(first), rest));
    if let Some(first) = first {
        // The hints go with the first cursor: should a later one not move, it only looks back further.
        worker.store().advance(&fence, &salesforce_cursor(first), &value, hints, now_ms).await?;
    }
    for object in rest {
        worker.store().advance(&fence, &salesforce_cursor(object), &value, &[], now_ms).await?;
    }
    Ok(())
}

/// One search for all projects of a site.
async fn jira(worker: &Worker, site: &Site, offered: &mut Offered) -> Result<(), EngineError> {
    if site.held_back().is_some() {
        return Ok(());
    }
    let name = jira_cursor(&site.name);
    let Some(cursor) = cursor(worker, &name).await? else { return Ok(()) };
    let items = worker.wiring.items_of(&worker.org.name).filter(|wired| wired.is_discovered());
    let items: Vec<Arc<_>> = items.filter(|wired| wired.site.name == site.name).cloned().collect();
    let mut projects = BTreeSet::new();
    for wired in &items {
        if let Ok(scheme) = wired.scheme().await {
            projects.extend(scheme.project.as_ref().map(|(_, id)| id.clone()));
        }
    }
    if projects.is_empty() {
        return Ok(());
    }
    let narrow = Narrow::of(worker, Side::Jira, &items).await?;
    let projects: Vec<String> = projects.into_iter().collect();
    let since = before(cursor, JIRA_OVERLAP_SECS);
    let (changed, began) = match site.updated_since(&projects, &narrow.fields(), since).await {
        Ok(answer) => answer,
        #[cfg(feature = "simulation")]
        Err(_) if entente_core::wrong::is(entente_core::wrong::Wrong::CursorEarly) => {
            (Vec::new(), Some(worker.outside().clock.now()))
        }
        // A project that was archived or hidden makes the whole question invalid: it is not asked about again before it
        // is found again.
        Err(error) => {
            if matches!(error, CallError::Invalid { .. }) {
                items.iter().for_each(|wired| wired.forget_scheme());
            }
            return failed(&site.health, &site.name, &error);
        }
    };
    let issues = changed.iter().map(|issue| (issue.id.to_string(), &issue.fields));
    let left_out = narrow.left_out(worker, &site.name, issues).await?;
    let hints: Vec<Hint> = changed
        .iter()
        .map(|issue| (issue.id.to_string(), issue.updated().map(|updated| updated.as_millisecond().to_string())))
        .filter(|(id, _)| !left_out.contains(id))
        .filter(|(id, version)| offered.is_new(&site.name, id, version.as_ref(), began, 0))
        .map(|(id, version)| hint(worker, HintKey::issue(&worker.org.name, &site.name, &id), version))
        .collect();
    if let Some(began) = began {
        let value = began.as_millisecond().to_string();
        worker.store().advance(&worker.fence()?, &name, &value, &hints, worker.outside().now_ms()).await?;
        narrow.finish(worker, began).await?;
    }
    site.health.read_to_the_end(worker.outside().clock.now());
    wake_if(worker, !hints.is_empty());
    Ok(())
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
fn failed(health: &crate::outside::Health, connection: &str, error: &CallError) -> Result<(), EngineError> {
    tracing::warn!(connection, "Connection {connection} was not polled: {error}");
    health.failed(error);
    Ok(())
}

fn hint(worker: &Worker, key: HintKey, version: Option<String>) -> Hint {
    Hint { key, version, due_ms: worker.outside().now_ms(), priority: 0 }
}

fn wake_if(worker: &Worker, any: bool) {
    if any {
        worker.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Option<Timestamp> {
        Timestamp::from_millisecond(ms).ok()
    }

    #[test]
    fn a_second_edit_within_a_whole_second_is_offered_too() {
        let (mut offered, stamp) = (Offered::default(), "10000".to_owned());
        let mut poll = |began_ms| offered.is_new("org", "500", Some(&stamp), at(began_ms), ECHO_AGE_MS);
        assert!(poll(10_400), "seen between two edits of one second");
        assert!(poll(11_999), "the second edit carries the same stamp");
        assert!(poll(12_000), "from here on nothing can hide behind the stamp");
        assert!(!poll(17_000));
    }

    #[test]
    fn a_stamp_of_milliseconds_is_offered_once() {
        let (mut offered, stamp) = (Offered::default(), "10000".to_owned());
        assert!(offered.is_new("site", "1", Some(&stamp), at(10_000), 0));
        assert!(!offered.is_new("site", "1", Some(&stamp), at(15_000), 0));
        assert!(offered.is_new("site", "1", Some(&"10001".to_owned()), at(15_000), 0));
        assert!(offered.is_new("site", "1", None, at(15_000), 0), "without a version nobody can say");
    }
}
