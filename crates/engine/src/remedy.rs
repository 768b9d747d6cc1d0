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

use entente_core::ConnectedItem;
use entente_store::{Hint, HintKey, Link};
use jiff::Timestamp;

pub use conflicts::{ConflictSide, DecisionTold, OpenConflict, Wish};
pub use explain::Explanation;
pub use matches::{Candidate, CandidateField, Match, Pick};
pub use parked::{ParkedWork, Retry};
pub use undo::{Undo, UndoReport, Undone};

use crate::limits::PERSON_PRIORITY;

/// "Look at this link", because a person said so.
fn look_at(link: &Link, item: &ConnectedItem, now_ms: i64) -> Hint {
    let key = HintKey {
        org: link.org.clone(),
        connection: link.org.clone(),
        kind: item.salesforce.object.clone(),
        record_id: link.salesforce_id.clone(),
    };
    Hint { key, version: None, due_ms: now_ms, priority: PERSON_PRIORITY }
}

fn rfc_3339(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().to_string()
}
