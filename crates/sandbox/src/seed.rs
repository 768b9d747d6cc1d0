//! What a world holds before anybody touches it.
//!
//! Everything is drawn from one seed number, so that two runs see the same company. The demo company's Salesforce half
//! is made here; its Jira half by [`crate::jira::seed_demo`].

mod access;
mod names;
pub(crate) mod salesforce;
mod trouble;

use serde::Deserialize;

/// The seed's source of chance; its sequence is the same on every machine and in every version.
pub type Dice = rand::rngs::Xoshiro256PlusPlus;

/// Which content a fresh world has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seed {
    /// Users, queues and settings only.
    #[default]
    Empty,
    /// The demo company.
    Demo,
}
