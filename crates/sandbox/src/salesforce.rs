//! The Salesforce org.
//!
//! [`schema`] says what its objects are made of, [`state`] remembers their rows, [`write`] changes them with every
//! check the vendor makes ([`rules`] has those of single objects), [`soql`] reads them. [`api`] is the REST API over
//! all of that, [`soap`] what only that API can do, [`oauth`] lets callers in, [`push`] tells others of changes, [`door`] is the control door's own part.
//!
//! Nothing here knows of Jira or of Entente: it answers as the vendor does, or not at all.

mod api;
mod cell;
mod cursor;
mod describe;
mod door;
mod edge;
mod id;
mod import;
mod oauth;
mod push;
mod quota;
mod recent;
mod record_type;
mod refusal;
mod rights;
mod rules;
mod schema;
mod setup;
mod snapshot;
mod soap;
mod soql;
mod state;
mod table;
mod write;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use parking_lot::Mutex;
use rand::SeedableRng as _;
use serde_json::Value;

use crate::control::{Control, Side};
use crate::seed::{Dice, Seed};
use state::State;

pub use door::door;

/// What the demo company is planted with.
pub(crate) mod seeding {
    pub(crate) use super::cell::Cell;
    pub(crate) use super::setup::audit;
    pub(crate) use super::state::State;
}

/// A Salesforce org made of memory.
pub struct Org {
    control: Arc<Control>,
    state: Mutex<State>,
}

impl Org {
    /// An org with its people, queues and settings, and nothing else.
    pub fn new(control: Arc<Control>) -> Arc<Self> {
        let state = Mutex::new(fresh(&control));
        let org = Arc::new(Self { control, state });
        org.control.stand_beside(org.clone());
        org
    }

    /// The org's control.
    pub fn control(&self) -> &Arc<Control> {
        &self.control
    }

    /// The whole org as JSON, without sessions and rights.
    pub fn save(&self) -> Value {
        snapshot::save(&self.state.lock())
    }

    /// Replaces the content by a saved one.
    ///
    /// # Errors
    /// A sentence that says what in the value is not a snapshot; the org is then unchanged.
    pub fn load(&self, saved: &Value) -> Result<(), String> {
        let mut state = snapshot::load(saved)?;
        state.schema_changed_ms = self.control.clock().now_ms();
        *self.state.lock() = state;
        Ok(())
    }

    /// Adds records as they are: `{"Case": [{..}], "Account": [..]}`, or a list of records with `attributes.type`.
    /// Ids are kept where they fit their object. Returns a sentence for everything that could not be taken.
    pub fn import(&self, records: &Value) -> Vec<String> {
        import::import(&mut self.state.lock(), records, self.control.clock().now_ms())
    }
}

impl fmt::Debug for Org {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Org").field("base_url", &self.control.base_url()).finish_non_exhaustive()
    }
}

impl Side for Org {
    fn control(&self) -> &Arc<Control> {
        &self.control
    }

    fn reset(&self, seed: Seed, seed_number: u64, records: Option<usize>) {
        *self.state.lock() = fresh(&self.control);
        if seed == Seed::Demo {
            seed_demo(self, &mut Dice::seed_from_u64(seed_number), records);
        }
    }

    fn copy(&self) -> Router {
        let state = Mutex::new(self.state.lock().clone());
        router(&Arc::new(Self { control: self.control.beside_copy(), state }))
    }

    fn sign(&self, response: &mut Response) {
        // Who was not let in has not used anything up.
        let usage = HeaderValue::try_from(self.state.lock().quota.usage());
        if let (Ok(usage), false) = (usage, response.status() == StatusCode::UNAUTHORIZED) {
            response.headers_mut().insert("Sforce-Limit-Info", usage);
        }
    }
}

fn fresh(control: &Control) -> State {
    let mut state = State::new(control.options().prerequisites);
    let now_ms = control.clock().now_ms();
    state.schema_changed_ms = now_ms;
    setup::furnish(&mut state, now_ms);
    state
}

/// Every method and path of the vendor's API.
pub fn routes() -> Vec<(&'static str, String)> {
    let data = api::ROUTES.iter().map(|(methods, path)| (*methods, format!("{}{path}", api::VERSION)));
    let versions = ("GET", "/services/data".to_owned());
    let soap = soap::ROUTES.iter().map(|path| ("POST", (*path).to_owned()));
    let sign_in = oauth::ROUTES.iter().map(|(methods, path)| (*methods, (*path).to_owned()));
    let all = sign_in.chain([versions]).chain(data).chain(soap);
    all.flat_map(|(methods, path)| methods.split(' ').map(move |method| (method, path.clone()))).collect()
}

/// The vendor's API.
pub fn router(org: &Arc<Org>) -> Router {
    let all = api::routes().merge(oauth::routes()).merge(soap::routes()).with_state(org.clone());
    all.layer(axum::middleware::from_fn(edge::measure))
}

/// Fills an org with the demo company; `records` cases, or its usual number.
pub fn seed_demo(org: &Org, dice: &mut Dice, records: Option<usize>) {
    crate::seed::salesforce::fill(&mut org.state.lock(), org.control.clock().now_ms(), dice, records);
}
