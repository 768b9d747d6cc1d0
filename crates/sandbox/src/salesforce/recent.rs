//! What each user looked at last.
//!
//! Vendor page: REST API Developer Guide, "View Recently Viewed Records". Reading and making single records counts,
//! unless the call says `Sforce-Mru: updateMru=false`.

use std::collections::VecDeque;
use std::sync::Arc;

/// What is remembered of all users together.
const SEEN_MAX: usize = 200;

/// The records last seen, the latest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    seen: VecDeque<(Arc<str>, Arc<str>)>,
}

impl Recent {
    /// Notes that a user saw a record.
    pub(super) fn see(&mut self, user: &Arc<str>, id: &Arc<str>) {
        self.seen.retain(|(by, seen)| by != user || seen != id);
        self.seen.push_front((user.clone(), id.clone()));
        self.seen.truncate(SEEN_MAX);
    }

    /// The ids that a user saw, the latest first.
    pub(super) fn of<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Arc<str>> {
        self.seen.iter().filter(move |(by, _)| **by == *user).map(|(_, id)| id)
    }
}
