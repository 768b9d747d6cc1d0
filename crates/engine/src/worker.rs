//! The owner of one org: it holds the lease, and runs the org's looks, polls and rounds until it is told to stop.
//!
//! Each loop is only "wait; step". What is decided is decided in `core`; what is remembered is in the store.

mod delay;
mod lease;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use entente_core::{ConnectedItem, Side, filter::Verdict, item::Start, plan::Write};
use entente_store::{Fence, Store, StoreError};
use entente_transport::Tenure;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    Inner, Seat, access, alerts,
    dispatch::Busy,
    drain::Until,
    engine::SyncOptions,
    error::EngineError,
    limits::{AGE_EVERY_MS, AGED_AFTER_MS, PUSH_PRIORITY, WORKER_RETRY_MS},
    look,
    outside::{Org, Outside},
    poll::{self, last_run_cursor},
    report::Event,
    round,
    standing::Standing,
    unit::{Round, Unit, Work},
    wiring::{Wired, Wiring},
};

/// The owner of one org.
pub(crate) struct Worker {
    inner: Arc<Inner>,
    pub(crate) wiring: Arc<Wiring>,
    pub(crate) org: Arc<Org>,
    pub(crate) busy: Arc<Busy>,
    /// Only this item's units are handled, when a person said so.
    pub(crate) only_item: Option<String>,
    /// Only writes towards this side are carried out, when a person said so.
    pub(crate) only: Option<Side>,
    /// Whether a person wants one pair brought up to date.
    pub(crate) refreshes: bool,
    /// Whether a person waits for the end, so that nothing is gathered.
    by_hand: bool,
    fence: Arc<Mutex<Option<Fence>>>,
    /// Until when its rounds may write.
    pub(crate) tenure: Tenure,
    pub(crate) wake: Arc<Notify>,
    pub(crate) access_wake: Arc<Notify>,
    pub(crate) access_health: Arc<access::health::AccessHealth>,
    pub(crate) standing: Arc<Standing>,
    pub(crate) tally: Tally,
    /// When hints were last looked through for those that have been due for long.
    aged_ms: AtomicI64,
}

/// What a worker has done, for the report of a `sync`.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) created_salesforce: AtomicU64,
    pub(crate) created_jira: AtomicU64,
    /// Links that a look found in agreement.
    pub(crate) noops: AtomicU64,
    /// Units that went through a round.
    pub(crate) rounds_units: AtomicU64,
}

impl Worker {
    pub(crate) fn new(inner: Arc<Inner>, wiring: Arc<Wiring>, org: Arc<Org>, options: &SyncOptions) -> Self {
        let Seat { wake, access_wake, access_health, busy, fence, tenure, standing } = inner.seat(&org.name);
        let (only_item, only) = (options.item.clone(), options.direction);
        Self {
            inner,
            wiring,
            org,
            busy,
            only_item,
            only,
            refreshes: false,
            by_hand: true,
            fence,
            tenure,
            wake,
            access_wake,
            access_health,
            standing,
            tally: Tally::default(),
            aged_ms: AtomicI64::default(),
        }
    }

    /// A worker of a server: nobody waits for it, so what can wait is gathered.
    pub(crate) fn serving(inner: Arc<Inner>, wiring: Arc<Wiring>, org: Arc<Org>) -> Self {
        Self { by_hand: false, ..Self::new(inner, wiring, org, &SyncOptions::default()) }
    }

    /// A worker that brings Salesforce's values to one issue, and carries the pair's files.
    pub(crate) fn refreshing(inner: Arc<Inner>, wiring: Arc<Wiring>, org: Arc<Org>) -> Self {
        let options = SyncOptions { direction: Some(Side::Jira), ..SyncOptions::default() };
        Self { refreshes: true, ..Self::new(inner, wiring, org, &options) }
    }

    /// Until when a unit of an item can wait: some time from its first change on, unless it must not.
    pub(crate) fn gathers_until(&self, item: &ConnectedItem, work: &Work) -> Option<i64> {
        let batch = item.batch.as_ref().filter(|_| !self.by_hand && work.has_writes())?;
        let urgent = work.seen.salesforce.record().is_none_or(|record| batch.unless.judge(record) == Verdict::Passes);
        let first_ms = work.unit.tickets.iter().map(|ticket| ticket.offered_ms).min()?;
        let due_ms = first_ms + i64::from(batch.seconds) * 1_000;
        (!urgent && due_ms > self.outside().now_ms()).then_some(due_ms)
    }

    #[cfg(feature = "simulation")]
    pub(crate) fn owner(&self) -> &str {
        &self.inner.owner
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn outside(&self) -> &Outside {
        &self.inner.outside
    }

    /// Nothing that is due waits for ever behind what comes in: from time to time the longest due goes first.
    pub(crate) async fn age_hints(&self, now_ms: i64) -> Result<(), StoreError> {
        if now_ms < self.aged_ms.load(Ordering::Relaxed).saturating_add(AGE_EVERY_MS) {
            return Ok(());
        }
        self.aged_ms.store(now_ms, Ordering::Relaxed);
        self.store().age(&self.org.name, now_ms - AGED_AFTER_MS, PUSH_PRIORITY).await.map(drop)
    }

    /// Runs the org until it is told to stop, whatever fails meanwhile.
    pub(crate) async fn run(self: &Arc<Self>, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.acquire().await {
                Ok(true) => {
                    self.standing.held_by(None);
                    if let Err(error) = self.work(stop).await {
                        self.standing.failed(&error);
                        tracing::warn!(org = self.org.name, "Work on org {} starts over: {error}", self.org.name);
                    }
                    self.release().await;
                }
                Ok(false) => self.stand_by().await,
                Err(error) => {
                    tracing::warn!(org = self.org.name, "Org {} waits: {error}", self.org.name);
                    self.standing.failed(&error.into());
                }
            }
            self.pause(WORKER_RETRY_MS, stop).await;
        }
    }

    /// Everything an owner does, until one part fails or all are told to stop. The lease is kept until the last round
    /// has ended.
    async fn work(self: &Arc<Self>, stop: &CancellationToken) -> Result<(), EngineError> {
        // Rounds that an error cut off have left their marks behind.
        self.busy.clear();
        self.follow_items().await?;
        let (over, drained) = (stop.child_token(), CancellationToken::new());
        let ends = |result: Result<(), EngineError>| {
            over.cancel();
            result
        };
        let (kept, looked, polled, granted, told, worked, ()) = tokio::join!(
            async { ends(self.keep_lease(&drained).await) },
            async { ends(unless_stopped(&over, look::keep(self, &over)).await) },
            async { ends(unless_stopped(&over, poll::keep(self, &over)).await) },
            async { ends(unless_stopped(&over, access::keep(self, &over)).await) },
            async { ends(unless_stopped(&over, alerts::keep(self, &over)).await) },
            async {
                let result = ends(self.drain(Until::Stopped(&over)).await);
                drained.cancel();
                result
            },
            self.recover(&over),
        );
        kept.and(looked).and(polled).and(granted).and(told).and(worked)
    }

    /// Links follow their items: renamed with them, at rest while they are gone, taken up when they come back.
    pub(crate) async fn follow_items(&self) -> Result<(), StoreError> {
        let (store, config, now_ms) = (self.store(), &self.wiring.config, self.outside().now_ms());
        let mut known: BTreeSet<String> = store.counts(now_ms).await?.items.into_keys().collect();
        let ran = store.item_runtimes().await?;
        for (name, before) in &config.renamed {
            if known.contains(name) {
                continue;
            }
            if known.remove(before) || ran.iter().any(|runtime| runtime.item == *before) {
                let cursors = Side::BOTH.map(|side| (last_run_cursor(before, side), last_run_cursor(name, side)));
                store.rename_item(before, name, &cursors).await?;
                tracing::info!(item = name, "Item {before} is now called {name}");
            }
        }
        for item in known.iter().filter(|item| config.item(item).is_none()) {
            store.detach_item(item, now_ms).await?;
        }
        for item in &config.items {
            store.adopt_item(&item.name, now_ms).await?;
        }
        Ok(())
    }

    /// Waits; `false` when told to stop meanwhile.
    pub(crate) async fn pause(&self, millis: u64, stop: &CancellationToken) -> bool {
        tokio::select! {
            () = stop.cancelled() => false,
            () = self.outside().clock.sleep(Duration::from_millis(millis)) => true,
        }
    }

    /// One round, and the rounds of the items to which it passes units on.
    pub(crate) async fn one(&self, round: Round) -> Result<(), EngineError> {
        let in_flight = InFlight::new(&self.inner, round.units.len() as u64);
        let mut rounds = vec![round];
        let mut result = Ok(());
        while let Some(round) = rounds.pop() {
            match round::run(self, round).await {
                Ok(passed_on) => rounds.extend(self.next_items(passed_on)),
                Err(error) => result = result.and(Err(error)),
            }
        }
        self.tally.rounds_units.fetch_add(in_flight.n_units, Ordering::Relaxed);
        result
    }

    /// Units that an item did not take, under the next item each.
    fn next_items(&self, passed_on: Vec<Unit>) -> Vec<Round> {
        let mut rounds: Vec<Round> = Vec::new();
        for mut unit in passed_on {
            let next = unit.later.remove(0);
            match rounds.iter_mut().find(|round| Arc::ptr_eq(&round.wired, &next)) {
                Some(round) => round.units.push(unit),
                None => rounds.push(Round { wired: next, units: vec![unit] }),
            }
        }
        rounds
    }

    /// A new id: sortable by time, and as unlikely to repeat as the source of chance is good.
    pub(crate) fn chance_id(&self) -> String {
        let outside = self.outside();
        let chance = (u128::from(outside.rng.next_u64()) << 64 | u128::from(outside.rng.next_u64())).to_be_bytes();
        let millis = u64::try_from(outside.now_ms()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &chance[..10].try_into().unwrap_or_default())
            .into_uuid()
            .to_string()
    }

    /// When the item first ran, for `start: now`.
    pub(crate) async fn item_started(&self, item: &ConnectedItem) -> Result<Option<Timestamp>, StoreError> {
        if item.start != Start::Now {
            return Ok(None);
        }
        let runtime = self.store().item_runtime(&item.name).await?;
        Ok(runtime.first_run_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()))
    }

    /// A round ended: tells those who watch.
    pub(crate) fn finished(&self, wired: &Wired, units: &[Unit], told: Vec<String>) {
        let now = self.outside().clock.now();
        let offered_ms = units.iter().flat_map(|unit| &unit.tickets).map(|ticket| ticket.offered_ms).min();
        let ms = offered_ms.map(|offered_ms| now.as_millisecond() - offered_ms);
        for text in told {
            self.inner.tell(Event { at: now.to_string(), item: wired.item.name.clone(), text, ms });
        }
    }

    /// Whether this worker handles units of an item.
    pub(crate) fn runs(&self, item: &str) -> bool {
        self.only_item.as_deref().is_none_or(|only| only == item)
    }

    /// Whether a write is among those that this worker may carry out. The limit is a person's word about this run; it
    /// changes nothing about what should happen.
    pub(crate) fn carries_out(&self, write: &Write) -> bool {
        self.only.is_none_or(|only| write.side() == Some(only))
    }

    /// A twin was created.
    pub(crate) fn count_created(&self, side: Side) {
        let tally = match side {
            Side::Salesforce => &self.tally.created_salesforce,
            Side::Jira => &self.tally.created_jira,
        };
        tally.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}

/// Counts units as under way for as long as it lives, however their round ends.
struct InFlight<'a> {
    inner: &'a Inner,
    n_units: u64,
}

impl<'a> InFlight<'a> {
    fn new(inner: &'a Inner, n_units: u64) -> Self {
        inner.in_flight.fetch_add(n_units, Ordering::Relaxed);
        Self { inner, n_units }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.inner.in_flight.fetch_sub(self.n_units, Ordering::Relaxed);
    }
}

/// Some work, or nothing from the moment on when it is told to stop: looks and polls only read.
async fn unless_stopped(
    stop: &CancellationToken,
    work: impl Future<Output = Result<(), EngineError>>,
) -> Result<(), EngineError> {
    tokio::select! {
        result = work => result,
        () = stop.cancelled() => Ok(()),
    }
}
