//! The Salesforce org: the frame it plugs into; its rooms are being furnished.

use std::sync::Arc;

use axum::Router;
use serde_json::{Value, json};

use crate::control::{Control, Side};
use crate::seed::{Dice, Seed};

/// A Salesforce org made of memory.
#[derive(Debug)]
pub struct Org {
    control: Arc<Control>,
}

impl Org {
    /// An empty org.
    pub fn new(control: Arc<Control>) -> Arc<Self> {
        Arc::new(Self { control })
    }

    /// The org's control.
    pub fn control(&self) -> &Arc<Control> {
        &self.control
    }

    /// The whole org as JSON.
    pub fn save(&self) -> Value {
        json!({})
    }

    /// Replaces the content by a saved one.
    ///
    /// # Errors
    /// A sentence that says what in the value is not a snapshot.
    pub fn load(&self, _saved: &Value) -> Result<(), String> {
        Ok(())
    }

    /// Adds records; returns a sentence for everything that could not be taken as it stands.
    pub fn import(&self, _records: &Value) -> Vec<String> {
        Vec::new()
    }
}

impl Side for Org {
    fn control(&self) -> &Arc<Control> {
        &self.control
    }

    fn reset(&self, _seed: Seed, _seed_number: u64, _records: Option<usize>) {}
}

/// The vendor's API.
pub fn router(_org: &Arc<Org>) -> Router {
    Router::new()
}

/// What the control door has on this side only.
pub fn door(_org: &Arc<Org>) -> Router {
    Router::new()
}

/// Fills an empty org with the demo company's half.
pub fn seed_demo(_org: &Org, _dice: &mut Dice) {}
