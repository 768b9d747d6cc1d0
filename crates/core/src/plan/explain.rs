//! A plan in words, for the dry run, the journal and the page.

use super::{FieldWrite, Why, Write, field::LATER_BY};
use crate::{item::ConflictPolicy, side::Side};

/// Why a value is written to `side`, as a clause that follows "because".
#[must_use]
pub fn why(write: &FieldWrite, side: Side) -> String {
    let other = side.other();
    match write.why {
        Why::Changed => format!("{other} changed"),
        Why::Filled => format!("the link is new and {side} is empty"),
        Why::Created => "the record is new".to_owned(),
        Why::Won(ConflictPolicy::LatestWins) => format!("both changed and {other} changed later"),
        Why::Unordered => format!(
            "both changed, within {} seconds of each other or at a time that is not known, and then {other} stands",
            LATER_BY.as_secs()
        ),
        Why::Won(_) => format!("both changed and the rule prefers {other}"),
        Why::Remapped => "the mapping changed".to_owned(),
        Why::Joined => "both changed and the rule joins them".to_owned(),
        Why::Decided => "a person decided what stands".to_owned(),
        Why::Restored => format!("the field does not flow from {side}"),
    }
}

/// The word for a write in the dry run's `op`.
#[must_use]
pub fn operation(write: &Write) -> &'static str {
    match write {
        Write::Create { .. } => "create",
        Write::Correlate { .. } | Write::Update { .. } => "update",
        Write::Status { .. } => "transition",
        Write::Follow { .. } => "follow",
        Write::Unlink { .. } => "unlink",
    }
}
