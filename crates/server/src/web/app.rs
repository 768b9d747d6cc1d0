//! What every door shares: the engine, the store, and the configuration in use.

use std::sync::Arc;

use entente_core::config::Config;
use entente_engine::{Engine, EngineError, Status};
use entente_store::Store;
use entente_transport::Clock;
use parking_lot::RwLock;

/// The state of the web router; clones share it.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    store: Store,
    clock: Arc<dyn Clock>,
    config: RwLock<Arc<Config>>,
    /// Why the configuration on disk is not the one in use.
    problem: RwLock<Option<String>>,
    /// Whether a link may carry the token, as the demo's does.
    link_logs_in: bool,
}

impl App {
    /// The state of a server that runs `config`. With `link_logs_in`, `/login?token=..` logs in at once.
    pub fn new(engine: Engine, store: Store, clock: Arc<dyn Clock>, config: Arc<Config>, link_logs_in: bool) -> Self {
        let config = RwLock::new(config);
        Self { shared: Arc::new(Shared { engine, store, clock, config, problem: RwLock::default(), link_logs_in }) }
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

    /// Another configuration is in use from now on.
    pub fn set_config(&self, config: Arc<Config>) {
        *self.shared.config.write() = config;
        *self.shared.problem.write() = None;
    }

    /// The configuration on disk cannot be used; the old one stays. Answers whether that is news.
    pub fn set_configuration_problem(&self, problem: String) -> bool {
        let problem = Some(problem);
        std::mem::replace(&mut *self.shared.problem.write(), problem.clone()) != problem
    }

    /// Whether a link may carry the token.
    #[must_use]
    pub fn link_logs_in(&self) -> bool {
        self.shared.link_logs_in
    }

    /// The state of the whole.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn status(&self) -> Result<Status, EngineError> {
        let mut status = self.shared.engine.status().await?;
        status.configuration_problem.clone_from(&self.shared.problem.read());
        Ok(status)
    }
}
