//! The Jira site: the frame it plugs into; its rooms are being furnished.

use std::sync::Arc;

use axum::Router;
use serde_json::{Value, json};

use crate::control::{Control, Side};
use crate::seed::{Dice, Seed};

/// A Jira site made of memory.
#[derive(Debug)]
pub struct Site {
    control: Arc<Control>,
}

impl Site {
    /// An empty site.
    pub fn new(control: Arc<Control>) -> Arc<Self> {
        Arc::new(Self { control })
    }

    /// The site's control.
    pub fn control(&self) -> &Arc<Control> {
        &self.control
    }

    /// The whole site as JSON.
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

    /// Adds issues; returns a sentence for everything that could not be taken as it stands.
    pub fn import(&self, _issues: &Value) -> Vec<String> {
        Vec::new()
    }
}

impl Side for Site {
    fn control(&self) -> &Arc<Control> {
        &self.control
    }

    fn reset(&self, _seed: Seed, _seed_number: u64, _records: Option<usize>) {}
}

/// The vendor's API.
pub fn router(_site: &Arc<Site>) -> Router {
    Router::new()
}

/// What the control door has on this side only.
pub fn door(_site: &Arc<Site>) -> Router {
    Router::new()
}

/// Fills an empty site with the demo company's half.
pub fn seed_demo(_site: &Site, _dice: &mut Dice) {}
