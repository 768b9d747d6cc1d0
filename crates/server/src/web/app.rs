//! What every door shares: the engine, the store, and the configuration in use.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use entente_core::config::Config;
use entente_engine::{ConfigurationInUse, Engine, EngineError, Status};
use entente_store::{Applied, Store};
use entente_transport::Clock;
use jiff::Timestamp;
use parking_lot::RwLock;

use super::forge;
use crate::configuration::Source;

/// The state of the web router; clones share it.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    store: Store,
    clock: Arc<dyn Clock>,
    source: Source,
    config: RwLock<Arc<Config>>,
    /// Which version it is, if it is kept in the database.
    in_use: RwLock<Option<ConfigurationInUse>>,
    /// Why the configuration on disk is not the one in use.
    problem: RwLock<Option<String>>,
    /// Whether a link may carry the token, as the demo's does.
    link_logs_in: bool,
    /// Signs the logins of users, and ends with this process.
    session_key: String,
    forge_keys: forge::Keys,
    /// When Forge last sent something by itself; zero: not yet.
    forge_event_ms: AtomicI64,
}

impl App {
    /// The state of a server that runs `config`, which was read with `source`. With `link_logs_in`, `/login?token=..`
    /// logs in at once.
    pub fn new(
        engine: Engine,
        store: Store,
        clock: Arc<dyn Clock>,
        config: Arc<Config>,
        source: Source,
        link_logs_in: bool,
    ) -> Self {
        let (config, in_use, problem) = (RwLock::new(config), RwLock::default(), RwLock::default());
        let (forge_keys, forge_event_ms) = Default::default();
        let session_key = super::fresh_secret();
        let doors = Shared {
            engine,
            store,
            clock,
            source,
            config,
            in_use,
            problem,
            link_logs_in,
            session_key,
            forge_keys,
            forge_event_ms,
        };
        Self { shared: Arc::new(doors) }
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    /// The store, for reading.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// The time now, in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.shared.clock.now().as_millisecond()
    }

    /// The configuration in use.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        self.shared.config.read().clone()
    }

    /// What configurations are read with.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.shared.source
    }

    /// The version of the configuration in use, if it is kept in the database.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        self.shared.in_use.read().as_ref().map(|in_use| in_use.version)
    }

    /// The configuration in use is this version in the database.
    pub fn set_applied(&self, applied: &Applied) {
        let since = Timestamp::from_millisecond(applied.at_ms).unwrap_or_default().to_string();
        let mut in_use = self.shared.in_use.write();
        let draft = in_use.take().and_then(|before| before.draft);
        *in_use = Some(ConfigurationInUse { version: applied.version, since, by: applied.by.clone(), draft });
    }

    /// Whether the file that was named says something else than what is in use.
    pub fn note_draft(&self, is_draft: bool) {
        let file = self.shared.source.file.as_ref().filter(|_| is_draft);
        if let Some(in_use) = &mut *self.shared.in_use.write() {
            in_use.draft = file.map(|file| file.display().to_string());
        }
    }

    /// Takes another configuration into use: `applied` in the database, or else the file's.
    ///
    /// # Errors
    /// A connection whose address or proxy makes no sense; the old configuration then stays.
    pub fn take(&self, config: Config, applied: Option<&Applied>) -> Result<(), EngineError> {
        let config = Arc::new(self.shared.source.settle(config));
        self.shared.engine.reconfigure(config.clone())?;
        *self.shared.config.write() = config;
        *self.shared.problem.write() = None;
        applied.into_iter().for_each(|applied| self.set_applied(applied));
        Ok(())
    }

    /// The configuration on disk cannot be used; the old one stays. Answers whether that is news.
    pub fn set_configuration_problem(&self, problem: String) -> bool {
        let problem = Some(problem);
        std::mem::replace(&mut *self.shared.problem.write(), problem.clone()) != problem
    }

    /// What signs the logins of users.
    pub(crate) fn session_key(&self) -> &str {
        &self.shared.session_key
    }

    /// Whether a link may carry the token.
    #[must_use]
    pub fn link_logs_in(&self) -> bool {
        self.shared.link_logs_in
    }

    /// The keys that calls of the Forge app are verified with.
    pub(crate) fn forge_keys(&self) -> &forge::Keys {
        &self.shared.forge_keys
    }

    /// Forge has sent something by itself.
    pub(crate) fn note_forge_event(&self) {
        self.shared.forge_event_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    /// When it last did.
    pub(crate) fn forge_event_ms(&self) -> Option<i64> {
        Some(self.shared.forge_event_ms.load(Ordering::Relaxed)).filter(|at_ms| *at_ms > 0)
    }

    /// The state of the whole.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn status(&self) -> Result<Status, EngineError> {
        let mut status = self.shared.engine.status().await?;
        status.configuration_problem.clone_from(&self.shared.problem.read());
        status.configuration.clone_from(&self.shared.in_use.read());
        Ok(status)
    }
}
