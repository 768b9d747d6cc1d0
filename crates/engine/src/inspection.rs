//! Looking on for a while: what is sent and received, and what becomes of each record. Off unless a person switches it on.
//!
//! What is seen stays in the memory of this process, within limits, and is forgotten some time after the end. Secrets and
//! the values of fields that the journal keeps as digests only are never in it.

mod sighting;
mod steps;

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use entente_core::{Side, config::Config};
use entente_store::{Link, LinkId, NewEntry};
use entente_transport::{Exchange, Onlooker, Transport, Veil};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;

pub use sighting::{Seen, Sighting, Step};

pub(crate) use steps::{collected, delivered, left_alone, needless, processed};

use crate::{
    Engine, EngineError,
    limits::{INSPECTION_BYTES_MAX, INSPECTION_KEPT_SECS, INSPECTION_SECS_MAX, INSPECTION_SIGHTINGS_MAX},
    outside::Outside,
    report::to_the_second,
    wiring::Wiring,
};

tokio::task_local! {
    /// The item for which this task works.
    static ITEM: String;
}

/// Does some work for an item, so that whoever looks on knows for which.
pub(crate) async fn working_for<T>(item: &str, work: impl Future<Output = T>) -> T {
    // A round is too large to stand on the stack of a caller that waits for it.
    ITEM.scope(item.to_owned(), Box::pin(work)).await
}

/// What a person wants to look at.
#[derive(Clone, Debug, Default)]
pub struct InspectionWish {
    /// For how long.
    pub seconds: u64,
    /// Only calls to this connection.
    pub connection: Option<String>,
    /// Only what is done for this item.
    pub item: Option<String>,
    /// Only what names an end of this link.
    pub link: Option<LinkId>,
}

/// An inspection as people see it.
#[derive(Clone, Debug, Serialize)]
pub struct InspectionTold {
    /// Whether it still looks.
    pub running: bool,
    /// Who switched it on.
    pub by: String,
    /// When.
    pub since: String,
    /// When it ends, or ended.
    pub until: String,
    /// When what it saw is forgotten.
    pub forgotten: String,
    /// Only calls to this connection.
    pub connection: Option<String>,
    /// Only what is done for this item.
    pub item: Option<String>,
    /// Only what names an end of this link.
    pub link: Option<LinkId>,
    /// How much it remembers.
    pub kept: usize,
    /// How much it has let go since, for want of room.
    pub let_go: u64,
}

/// What looks on, shared by all connections of this process.
#[derive(Debug, Default)]
pub struct Inspection {
    is_on: AtomicBool,
    session: Mutex<Option<Session>>,
}

#[derive(Debug)]
struct Session {
    wish: InspectionWish,
    /// What names an end of the link.
    names: Vec<String>,
    veil: Arc<Veil>,
    by: String,
    since: Timestamp,
    until: Timestamp,
    seen: VecDeque<Sighting>,
    n_bytes: usize,
    n_let_go: u64,
    next: u64,
}

/// What one connection shows to an inspection.
struct Lookout {
    inspection: Arc<Inspection>,
    connection: String,
}

impl Onlooker for Lookout {
    fn looks(&self, now: Timestamp) -> Option<Arc<Veil>> {
        self.inspection.looks(&self.connection, now)
    }

    fn saw(&self, exchange: Exchange) {
        let connection = self.connection.clone();
        self.inspection.keep(Seen::Exchange { connection, exchange });
    }
}

impl Outside {
    /// Lets people look on at a connection, when they want to.
    pub(crate) fn show(&self, connection: &str, transport: &Transport) {
        let connection = connection.to_owned();
        transport.show_to(Arc::new(Lookout { inspection: self.inspection.clone(), connection }));
    }
}

impl Inspection {
    /// Whether anybody looks. While nobody does, this is all that it costs.
    pub(crate) fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Relaxed)
    }

    fn looks(&self, connection: &str, now: Timestamp) -> Option<Arc<Veil>> {
        if !self.is_on() {
            return None;
        }
        let session = self.session.lock();
        let session = session.as_ref()?;
        if session.until <= now {
            self.is_on.store(false, Ordering::Relaxed);
            return None;
        }
        let is_wanted = session.wish.connection.as_deref().is_none_or(|wanted| wanted == connection)
            && session.wish.item.as_deref().is_none_or(|item| ITEM.try_with(|of| of == item).unwrap_or(false));
        is_wanted.then(|| session.veil.clone())
    }

    /// Remembers something, if it is wanted.
    fn keep(&self, seen: Seen) {
        let mut session = self.session.lock();
        let Some(session) = session.as_mut() else { return };
        if session.wish.link.is_none() || seen.names(session.wish.link, &session.names) {
            session.keep(seen);
        }
    }

    /// Ends it, whoever began it. What it saw stays for a while.
    pub(crate) fn end(&self, now: Timestamp) {
        self.is_on.store(false, Ordering::Relaxed);
        if let Some(session) = self.session.lock().as_mut() {
            session.until = session.until.min(now);
        }
    }

    /// Forgets what the inspection saw that began then.
    fn forget(&self, since: Timestamp) {
        let mut session = self.session.lock();
        if session.as_ref().is_some_and(|session| session.since == since) {
            self.is_on.store(false, Ordering::Relaxed);
            *session = None;
        }
    }
}

impl Session {
    fn keep(&mut self, mut seen: Seen) {
        seen.cut();
        self.next += 1;
        let item = ITEM.try_with(Clone::clone).ok();
        self.n_bytes += seen.size();
        self.seen.push_back(Sighting { id: self.next, item, seen });
        while self.n_bytes > INSPECTION_BYTES_MAX || self.seen.len() > INSPECTION_SIGHTINGS_MAX {
            let Some(oldest) = self.seen.pop_front() else { break };
            self.n_bytes -= oldest.seen.size();
            self.n_let_go += 1;
        }
    }

    fn told(&self, now: Timestamp) -> InspectionTold {
        let InspectionWish { connection, item, link, .. } = self.wish.clone();
        InspectionTold {
            running: now < self.until,
            by: self.by.clone(),
            since: to_the_second(self.since),
            until: to_the_second(self.until),
            forgotten: to_the_second(after(self.until, INSPECTION_KEPT_SECS)),
            connection,
            item,
            link,
            kept: self.seen.len(),
            let_go: self.n_let_go,
        }
    }
}

impl Engine {
    /// Switches an inspection on.
    ///
    /// # Errors
    /// One runs already, the wish names something that is not there, a site that must tell its fields does not answer, or
    /// the store.
    pub async fn start_inspection(&self, wish: InspectionWish, by: &str) -> Result<InspectionTold, EngineError> {
        let (inner, wiring) = (&self.inner, self.inner.wiring());
        let names = self.inspected_names(&wiring, &wish).await?;
        let veil = Arc::new(veil(&wiring).await?);
        let now = inner.outside.clock.now();
        let until = after(now, wish.seconds);
        let about = about(&wish);
        let session = Session {
            wish,
            names,
            veil,
            by: by.to_owned(),
            since: now,
            until,
            seen: VecDeque::new(),
            n_bytes: 0,
            n_let_go: 0,
            next: 0,
        };
        let told = session.told(now);
        let inspection = &inner.outside.inspection;
        {
            let mut running = inspection.session.lock();
            if let Some(running) = running.as_ref().filter(|running| now < running.until) {
                let sentence = format!("{} inspects until {}; stop that first.", running.by, running.until);
                return Err(EngineError::Declined(sentence));
            }
            *running = Some(session);
            inspection.is_on.store(true, Ordering::Relaxed);
        }
        let text = format!("{by} switched the inspection of {about} on, until {until}");
        self.journal_inspection(text).await.inspect_err(|_| inspection.forget(now))?;
        self.forget_inspection_later(now, until);
        Ok(told)
    }

    /// The inspection that runs or ran last, while it is remembered.
    #[must_use]
    pub fn inspection(&self) -> Option<InspectionTold> {
        let now = self.inner.outside.clock.now();
        self.inner.outside.inspection.session.lock().as_ref().map(|session| session.told(now))
    }

    /// What was seen after a number, the oldest first.
    #[must_use]
    pub fn sightings(&self, after: u64, limit: usize) -> Vec<Sighting> {
        let session = self.inner.outside.inspection.session.lock();
        let seen = session.iter().flat_map(|session| &session.seen);
        seen.filter(|sighting| sighting.id > after).take(limit).cloned().collect()
    }

    /// Ends the inspection; what it saw stays for a while.
    ///
    /// # Errors
    /// None runs, or the store.
    pub async fn stop_inspection(&self, by: &str) -> Result<InspectionTold, EngineError> {
        let nothing = || EngineError::Declined("No inspection runs.".to_owned());
        let running = self.inspection().filter(|told| told.running).ok_or_else(nothing)?;
        self.inner.outside.inspection.end(self.inner.outside.clock.now());
        self.journal_inspection(format!("{by} ended the inspection that {} had switched on", running.by)).await?;
        self.inspection().ok_or_else(nothing)
    }

    async fn journal_inspection(&self, text: String) -> Result<(), EngineError> {
        let entry = NewEntry { kind: "inspection".to_owned(), text, ..NewEntry::default() };
        Ok(self.inner.store.journal(&[entry], self.inner.outside.now_ms()).await?)
    }

    fn forget_inspection_later(&self, since: Timestamp, until: Timestamp) {
        let (clock, inspection) = (self.inner.outside.clock.clone(), self.inner.outside.inspection.clone());
        let seconds = until.duration_since(since).as_secs().unsigned_abs() + INSPECTION_KEPT_SECS;
        tokio::spawn(async move {
            clock.sleep(Duration::from_secs(seconds)).await;
            inspection.forget(since);
        });
    }

    async fn inspected_names(&self, wiring: &Wiring, wish: &InspectionWish) -> Result<Vec<String>, EngineError> {
        if !(1..=INSPECTION_SECS_MAX).contains(&wish.seconds) {
            let hours = INSPECTION_SECS_MAX / 3_600;
            let sentence = format!("An inspection lasts at least a second and at most {hours} hours.");
            return Err(EngineError::Unfit(sentence));
        }
        if let Some(name) = &wish.connection
            && !wiring.config.connections.contains_key(name)
        {
            let known: Vec<&str> = wiring.config.connections.keys().map(String::as_str).collect();
            let sentence = format!("There is no connection \"{name}\"; there are: {}.", known.join(", "));
            return Err(EngineError::Missing(sentence));
        }
        if let Some(item) = &wish.item {
            wiring.configured(item)?;
        }
        match wish.link {
            Some(link) => Ok(names(&self.live_link(link).await?)),
            None => Ok(Vec::new()),
        }
    }
}

/// Everything by which a call names an end of a link.
fn names(link: &Link) -> Vec<String> {
    let mut names = vec![link.salesforce_id.clone(), link.jira_id.clone(), link.jira_key.clone()];
    // The short form of an id is its beginning, and means the same record.
    names.extend(link.salesforce_id.get(..15).map(str::to_owned));
    names
}

/// The fields whose values the journal keeps as digests only, by the names that calls have for them.
async fn veil(wiring: &Wiring) -> Result<Veil, EngineError> {
    let mut names = Vec::new();
    for (item, key) in wiring.config.digested() {
        let path = |side| item.path(&key, side).map(|path| path.to_string());
        let salesforce = path(Side::Salesforce);
        names.extend(salesforce.as_deref().and_then(|path| path.rsplit('.').next()).map(str::to_owned));
        let Some((path, site)) = path(Side::Jira).zip(wiring.sites.get(&item.jira.connection)) else { continue };
        let fields = site.fields().await?;
        names
            .extend(fields.iter().filter(|field| field.name.eq_ignore_ascii_case(&path)).map(|field| field.id.clone()));
        names.push(path);
    }
    Ok(Veil::over(names))
}

/// Whether another configuration keeps other fields back.
pub(crate) fn veils_otherwise(before: &Config, after: &Config) -> bool {
    let veiled = |config: &Config| -> Vec<_> {
        config.digested().map(|(item, key)| (item.path(&key, Side::Salesforce), item.path(&key, Side::Jira))).collect()
    };
    veiled(before) != veiled(after)
}

fn about(wish: &InspectionWish) -> String {
    let parts = [
        wish.connection.as_ref().map(|name| format!("connection {name}")),
        wish.item.as_ref().map(|name| format!("item {name}")),
        wish.link.map(|id| format!("link {id}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "everything".to_owned() } else { parts.join(", ") }
}

fn after(at: Timestamp, seconds: u64) -> Timestamp {
    at.checked_add(Duration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}
