//! What is known about one link besides the two records: its ids, where it came from, and what people decided.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{item::MappingKey, side::Side, value::Value};

/// Where a link came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Entente made or matched it.
    Auto,
    /// A person made it.
    Manual,
}

impl Origin {
    /// The word used in stored rows.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Manual => "manual",
        }
    }
}

/// Facts about one link, or about a record that may get one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkFacts {
    /// The Salesforce record id, once there is one.
    pub salesforce_id: Option<String>,
    /// The Jira issue key, once there is one.
    pub jira_key: Option<String>,
    /// When the record was created, for a record that may get a twin.
    pub created: Option<Timestamp>,
    /// What a person decided about a conflict, by mapping: whose value stands.
    pub decisions: BTreeMap<MappingKey, Side>,
    /// Writes that the vendor refused, by mapping; the same value is not sent again.
    pub blocked: BTreeMap<MappingKey, Blocked>,
}

/// A write that a vendor refused for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// Which side refused it.
    pub side: Side,
    /// The value that was refused.
    pub value: Value,
    /// The vendor's own words.
    pub message: String,
}
