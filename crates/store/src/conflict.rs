//! Fields that both sides changed where the rule says ask, and what people answered.

use std::collections::{BTreeMap, HashMap};

use entente_core::{MappingKey, Side, Sides, Value};

use crate::{Hint, LinkId, Store, StoreError};

/// A conflict as a plan states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConflict {
    /// Which field.
    pub mapping: MappingKey,
    /// What each side shows.
    pub values: Sides<Value>,
}

/// A conflict that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Whose.
    pub link_id: LinkId,
    /// Which field.
    pub mapping: MappingKey,
    /// What each side shows.
    pub values: Sides<Value>,
    /// Since when it is open.
    pub since_ms: i64,
}

/// What a person decided about a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whose.
    pub link_id: LinkId,
    /// Which field.
    pub mapping: MappingKey,
    /// Whose value stands.
    pub stands: Side,
    /// Who decided.
    pub by: String,
}

impl Store {
    /// Open conflicts of some links.
    pub async fn conflicts(&self, ids: &[LinkId]) -> Result<Vec<Conflict>, StoreError> {
        let _ = ids;
        todo!()
    }

    /// Open conflicts of an item, or of all, the oldest first.
    pub async fn open_conflicts(&self, item: Option<&str>, limit: usize) -> Result<Vec<Conflict>, StoreError> {
        let _ = (item, limit);
        todo!()
    }

    /// Stores a person's decision, journals it and offers `hint`, so that a round carries it out: one transaction.
    /// `false`, and nothing stored, when there is no such open conflict. A later decision replaces an earlier one; it goes
    /// when a round commits the link without that conflict.
    pub async fn decide(&self, decision: &Decision, hint: &Hint, now_ms: i64) -> Result<bool, StoreError> {
        let _ = (decision, hint, now_ms);
        todo!()
    }

    /// What was decided for some links.
    pub async fn decisions(&self, ids: &[LinkId]) -> Result<HashMap<LinkId, BTreeMap<MappingKey, Side>>, StoreError> {
        let _ = ids;
        todo!()
    }
}
