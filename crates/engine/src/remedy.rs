//! What people do about work that waits for them: they decide conflicts, let refused work be tried again, resume an item
//! that is held, take writes back, and ask why.
//!
//! A person's act is a stored row, and where something should follow from it, a hint. Nothing here writes to a vendor.

mod conflicts;
mod explain;
mod held;
mod matches;
mod parked;
mod undo;

use entente_core::{ConnectedItem, Side};
use entente_store::{Hint, HintKey, Link};
use jiff::Timestamp;

pub use conflicts::{ConflictSide, DecisionTold, OpenConflict, Wish};
pub use explain::Explanation;
pub use matches::{Candidate, CandidateField, Match, MatchState, Pick};
pub use parked::{ParkedWork, Retry};
pub use undo::{Undo, UndoReport, Undone};

use crate::{Engine, EngineError, limits::PERSON_PRIORITY};

impl Engine {
    /// Tells an item or a link of which there is nothing to say from one that a person has misspelt.
    ///
    /// # Errors
    /// There is no such item or link, or the store.
    pub async fn is_known(&self, item: Option<&str>, link: Option<i64>) -> Result<(), EngineError> {
        if let Some(item) = item {
            self.inner.wiring().configured(item)?;
        }
        if let Some(link) = link
            && self.inner.store.links_by_ids(&[link]).await?.is_empty()
        {
            return Err(EngineError::Missing(format!("There is no link {link}, and there was none.")));
        }
        Ok(())
    }
}

/// "Look at this record before all others": a person said so, and waits for it.
pub(crate) fn asked(key: HintKey, now_ms: i64) -> Hint {
    Hint { priority: PERSON_PRIORITY, ..Hint::about(key, now_ms) }
}

fn look_at(link: &Link, item: &ConnectedItem, now_ms: i64) -> Hint {
    asked(HintKey::of(item, Side::Salesforce, &link.salesforce_id), now_ms)
}

pub(crate) fn rfc_3339(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().to_string()
}
