//! The engine's face: what the porch may ask for.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use entente_core::{MappingKey, Side, config::Config};
use entente_store::Store;
use entente_transport::{Egress, Wire};
use parking_lot::RwLock;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::{
    EngineError, Inner, IntakeError, JournalEntry, Outside, Unfinished, access, doctor, forget, inspection, intake,
    items::{self, Items},
    preview,
    report::{DryRun, Event, Finding, Progress, Status, SyncReport, VerifyReport, to_the_second},
    setup, status, sync, verify,
    wiring::{Wired, Wiring},
    worker::Worker,
};

/// Events kept for a watcher that is slow.
const EVENTS_KEPT: usize = 1_024;

/// Keeps the items of one configuration in agreement. Clones share everything.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
    /// Told when the configuration has changed, so that the workers start again with it.
    reconfigured: Arc<Notify>,
}

/// What a `sync` or a dry run is about.
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// Only this item: hints about others stay where they are, and the report counts this one alone.
    pub item: Option<String>,
    /// Only writes towards this side. What is not written towards the other is not remembered: the next full look finds
    /// it again.
    pub direction: Option<Side>,
    /// How long to wait for what cannot be done now.
    pub wait: Option<Duration>,
}

impl Engine {
    /// Sets everything up; nothing is sent yet.
    ///
    /// # Errors
    /// A connection whose address or proxy makes no sense.
    pub fn new(config: Arc<Config>, store: Store, outside: Outside) -> Result<Self, EngineError> {
        store.keep_digests_of(digested(&config));
        Self::of(config, store, outside)
    }

    fn of(config: Arc<Config>, store: Store, outside: Outside) -> Result<Self, EngineError> {
        let wiring = Arc::new(Wiring::new(config, &outside)?);
        // A directory is locked by this process, so a lease in it that is still running belongs to one that died.
        let owner = match store.is_exclusive() {
            true => "the process that locks the directory".to_owned(),
            false => process(&outside),
        };
        let inner = Inner {
            offers: store.offers(),
            store,
            outside,
            wiring: RwLock::new(wiring),
            owner,
            in_flight: AtomicU64::new(0),
            seats: Default::default(),
            events: broadcast::channel(EVENTS_KEPT).0,
        };
        Ok(Self { inner: Arc::new(inner), reconfigured: Arc::default() })
    }

    /// An engine for another configuration of the same store, to look at what it would do. It shares nothing else, so it
    /// must not work while this one does; and what the journal may hold is still said by this one.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with(&self, config: Arc<Config>) -> Result<Self, EngineError> {
        Self::of(config, self.inner.store.clone(), self.inner.outside.clone())
    }

    /// Works until told to stop; rounds under way are finished first.
    ///
    /// # Errors
    /// None that a retry could help: what fails meanwhile is logged, shown in the status and tried again.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), EngineError> {
        while !stop.is_cancelled() {
            let wiring = self.inner.wiring();
            let generation = stop.child_token();
            let workers: Vec<Arc<Worker>> = wiring
                .orgs
                .values()
                .map(|org| Arc::new(Worker::serving(self.inner.clone(), wiring.clone(), org.clone())))
                .collect();
            let work = futures_util::future::join_all(workers.iter().map(|worker| worker.run(&generation)));
            let supervise = async {
                tokio::select! {
                    () = setup::keep_webhooks(&wiring, &*self.inner.outside.clock) => {}
                    () = generation.cancelled() => {}
                    () = self.reconfigured.notified() => generation.cancel(),
                }
            };
            let forget = async {
                tokio::select! {
                    () = forget::keep(&self.inner, &wiring) => {}
                    () = generation.cancelled() => {}
                }
            };
            tokio::join!(work, supervise, forget);
        }
        Ok(())
    }

    /// Takes another configuration into use, without losing anything that waits.
    ///
    /// # Errors
    /// A connection whose address or proxy makes no sense; the old configuration then stays.
    pub fn reconfigure(&self, config: Arc<Config>) -> Result<(), EngineError> {
        let wiring = Wiring::new(config, &self.inner.outside)?;
        self.inner.store.keep_digests_of(digested(&wiring.config));
        if inspection::veils_otherwise(&self.inner.wiring().config, &wiring.config) {
            self.inner.outside.inspection.end(self.inner.outside.clock.now());
        }
        *self.inner.wiring.write() = Arc::new(wiring);
        self.reconfigured.notify_one();
        Ok(())
    }

    /// Looks at both sides once, then works until nothing is due.
    ///
    /// # Errors
    /// A peer or the store that cannot be reached, an item that names something that is not there; with what was done.
    pub async fn sync(
        &self,
        options: &SyncOptions,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<SyncReport, Unfinished> {
        let wiring = self.inner.wiring();
        let items = self.chosen(&wiring, options)?;
        let workers = self.workers(&wiring, &items, options);
        sync::run(&self.inner, &wiring, &items, &workers, options, progress).await
    }

    /// What a `sync` would do.
    ///
    /// # Errors
    /// As [`Engine::sync`].
    pub async fn dry_run(
        &self,
        options: &SyncOptions,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<DryRun, EngineError> {
        let wiring = self.inner.wiring();
        let items = self.chosen(&wiring, options)?;
        let mut report = DryRun::default();
        let mut failed = None;
        for worker in self.workers(&wiring, &items, options) {
            for wired in items.iter().filter(|wired| wired.org.name == worker.org.name) {
                failed = failed.or(preview::item(&worker, wired, progress, &mut report).await.err());
            }
        }
        failed.map_or(Ok(report), Err)
    }

    /// Whether both sides agree.
    ///
    /// # Errors
    /// As [`Engine::sync`].
    pub async fn verify(&self, progress: &(dyn Fn(Progress) + Sync)) -> Result<VerifyReport, EngineError> {
        let wiring = self.inner.wiring();
        let items: Vec<Arc<Wired>> = wiring.items.clone();
        let mut report = VerifyReport::default();
        let mut failed = None;
        for worker in self.workers(&wiring, &items, &SyncOptions::default()) {
            for wired in items.iter().filter(|wired| wired.org.name == worker.org.name) {
                failed = failed.or(verify::item(&worker, wired, progress, &mut report).await.err());
            }
        }
        failed.map_or(Ok(report), Err)
    }

    /// Everything that is missing in the org and the site, by name: rights, fields, objects.
    pub async fn doctor(&self) -> Vec<Finding> {
        doctor::examine(&self.inner.wiring(), &self.inner.store, &self.inner.outside).await
    }

    /// Whether the configuration's names exist: connections, objects, fields, projects, types.
    pub async fn check_online(&self) -> Vec<Finding> {
        doctor::names(&self.inner.wiring(), &self.inner.store).await
    }

    /// The list of items: what each is, how it is doing, and what it last did.
    ///
    /// # Errors
    /// The store.
    pub async fn items(&self) -> Result<Items, EngineError> {
        items::list(&self.inner).await
    }

    /// The state of the whole.
    ///
    /// # Errors
    /// The store.
    pub async fn status(&self) -> Result<Status, EngineError> {
        status::now(&self.inner).await
    }

    /// Journal entries after an id, oldest first; without one the newest.
    ///
    /// # Errors
    /// The store.
    pub async fn journal_tail(&self, after: Option<i64>, limit: usize) -> Result<Vec<JournalEntry>, EngineError> {
        match after {
            Some(after) => Ok(self.inner.store.journal_tail(after, limit).await?),
            None => {
                let mut newest = self.inner.store.journal_before(None, limit).await?;
                newest.sort_by_key(|entry| entry.id);
                Ok(newest)
            }
        }
    }

    /// What happens from now on, for people who watch.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Takes a Jira webhook: how many hints it made. They are durable when this returns.
    ///
    /// # Errors
    /// [`IntakeError`] says which answer the sender should get.
    pub async fn intake_jira(
        &self,
        connection: &str,
        signature: Option<&str>,
        body: &[u8],
    ) -> Result<usize, IntakeError> {
        intake::jira(&self.inner, &self.inner.wiring(), connection, signature, body).await
    }

    /// Takes an event of a Forge app, whose sender was verified: how many hints it made. They are durable when this
    /// returns.
    ///
    /// # Errors
    /// [`IntakeError`] says which answer the sender should get.
    pub async fn intake_app(&self, connection: &str, body: &[u8]) -> Result<usize, IntakeError> {
        intake::app(&self.inner, &self.inner.wiring(), connection, body).await
    }

    /// A way out to some hosts, through the proxy of the first Jira connection where that has one.
    ///
    /// # Errors
    /// A proxy whose address makes no sense, or a configuration without a site.
    pub fn way_out(&self, egress: Egress) -> Result<Arc<dyn Wire>, EngineError> {
        let wiring = self.inner.wiring();
        let mut connections = wiring.config.connections.values();
        let site = connections.find(|connection| connection.side() == Side::Jira);
        let site = site.ok_or_else(|| EngineError::Missing("The configuration has no Jira connection.".to_owned()))?;
        self.inner.outside.wire(site, egress)
    }

    /// Takes a Salesforce outbound message, or the HTTP callout of a flow: how many hints it made. They are durable when this returns.
    ///
    /// # Errors
    /// [`IntakeError`] says which answer the sender should get.
    pub async fn intake_salesforce(
        &self,
        connection: &str,
        secret: Option<&str>,
        body: &[u8],
    ) -> Result<usize, IntakeError> {
        intake::salesforce(&self.inner, &self.inner.wiring(), connection, secret, body).await
    }

    fn chosen(&self, wiring: &Wiring, options: &SyncOptions) -> Result<Vec<Arc<Wired>>, EngineError> {
        match &options.item {
            None => Ok(wiring.items.clone()),
            Some(name) => match wiring.item(name) {
                Some(wired) => Ok(vec![wired.clone()]),
                None if wiring.config.item(name).is_some() => Err(EngineError::Item {
                    item: name.clone(),
                    reason: "it is not active; set `state: active`, and one of its `actions`, to run it".to_owned(),
                }),
                None => Err(EngineError::NoSuchItem(name.clone())),
            },
        }
    }

    /// A worker for each org that one of these items is about, and for the one in which access is requested.
    pub(crate) fn workers(
        &self,
        wiring: &Arc<Wiring>,
        items: &[Arc<Wired>],
        options: &SyncOptions,
    ) -> Vec<Arc<Worker>> {
        let grants = |org: &str| options.item.is_none() && access::of_org(wiring, org).is_some();
        let has_items = |org: &str| items.iter().any(|wired| wired.org.name == org);
        let orgs = wiring.orgs.values().filter(|org| has_items(&org.name) || grants(&org.name));
        orgs.map(|org| Arc::new(Worker::new(self.inner.clone(), wiring.clone(), org.clone(), options))).collect()
    }
}

/// The fields of whose values the journal may hold only digests.
pub(crate) fn digested(config: &Config) -> HashSet<(String, MappingKey)> {
    config.digested().map(|(item, key)| (item.name.clone(), key)).collect()
}

/// This process, for people who wonder who works on an org: no other has the same name.
fn process(outside: &Outside) -> String {
    let (uname, since) = (rustix::system::uname(), to_the_second(outside.clock.now()));
    let (id, machine, chance) = (std::process::id(), uname.nodename().to_string_lossy(), outside.rng.next_u64());
    format!("process {id} on machine {machine}, which was started at {since} ({chance:x})")
}
