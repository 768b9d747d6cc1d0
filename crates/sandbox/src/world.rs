//! Both sides together: made from a seed, loaded from a snapshot, filled by an import.

use std::sync::Arc;

use axum::Router;
use rand::SeedableRng as _;
use serde_json::{Value, json};

use crate::control::{self, Control, Vendor};
use crate::seed::{Dice, Seed};
use crate::{Clock, jira, salesforce};

/// How a world begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its first content.
    pub seed: Seed,
    /// Where its chance begins.
    pub seed_number: u64,
    /// How many cases the demo company has; `None` is its usual number.
    pub records: Option<usize>,
    /// Whether the org has the fields and objects that Entente needs for creating records.
    pub prerequisites: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: Seed::Empty, seed_number: 1, records: None, prerequisites: true }
    }
}

/// One Salesforce org and one Jira site.
#[derive(Clone, Debug)]
pub struct World {
    /// The Salesforce org.
    pub salesforce: Arc<salesforce::Org>,
    /// The Jira site.
    pub jira: Arc<jira::Site>,
}

impl World {
    /// A world as `options` describe it, running by `clock`.
    pub fn new(options: &Options, clock: &Clock) -> Self {
        let control = |vendor| Control::new(vendor, clock.side(), options);
        let world = Self {
            salesforce: salesforce::Org::new(control(Vendor::Salesforce)),
            jira: jira::Site::new(control(Vendor::Jira)),
        };
        if options.seed == Seed::Demo {
            salesforce::seed_demo(&world.salesforce, &mut Dice::seed_from_u64(options.seed_number), options.records);
            jira::seed_demo(&world.jira, &mut Dice::seed_from_u64(options.seed_number));
        }
        world
    }

    /// The whole world as one JSON value, without faults and counters.
    pub fn save(&self) -> Value {
        json!({ "salesforce": self.salesforce.save(), "jira": self.jira.save() })
    }

    /// Replaces this world's content by what [`World::save`] returned.
    ///
    /// # Errors
    /// A sentence that says what in the value is not a snapshot; the side that it is about then keeps what it had.
    pub fn load(&self, saved: &Value) -> Result<(), String> {
        self.salesforce.load(&saved["salesforce"])?;
        self.jira.load(&saved["jira"])
    }

    /// Adds records to the org; returns a sentence for everything that could not be taken as it stands.
    pub fn import_salesforce(&self, records: &Value) -> Vec<String> {
        self.salesforce.import(records)
    }

    /// Adds issues to the site; returns a sentence for everything that could not be taken as it stands.
    pub fn import_jira(&self, issues: &Value) -> Vec<String> {
        self.jira.import(issues)
    }
}

/// The Salesforce org's whole port: vendor API and control door. Needs no socket.
pub fn salesforce_router(org: &Arc<salesforce::Org>) -> Router {
    let vendor = control::watch(salesforce::router(org), org.control());
    vendor.merge(control::door(org.clone())).merge(salesforce::door(org))
}

/// The Jira site's whole port: vendor API and control door. Needs no socket.
pub fn jira_router(site: &Arc<jira::Site>) -> Router {
    let vendor = control::watch(jira::router(site), site.control());
    vendor.merge(control::door(site.clone())).merge(jira::door(site))
}
