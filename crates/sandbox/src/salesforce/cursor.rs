//! Query locators: what is left of answers that did not fit into one page.

use std::collections::VecDeque;
use std::sync::Arc;

use super::soql::Plan;

/// Locators kept; the vendor keeps them for two days, a sandbox for so many queries.
const CURSORS_MAX: usize = 200;
/// How long a locator lives.
const LIFETIME_MS: i64 = 2 * 24 * 3_600_000;

/// A query whose rows are fixed and whose pages are read one by one.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    pub(super) plan: Arc<Plan>,
    pub(super) places: Arc<Vec<usize>>,
    pub(super) batch: usize,
    name: String,
    made_ms: i64,
}

/// All open cursors.
#[derive(Clone, Debug, Default)]
pub(super) struct Cursors {
    open: VecDeque<Cursor>,
    n_made: u64,
}

impl Cursors {
    /// Opens a cursor; returns its name.
    pub(super) fn open(&mut self, now_ms: i64, plan: Plan, places: Vec<usize>, batch: usize) -> String {
        self.n_made += 1;
        let name = super::id::make("0r8", self.n_made);
        let cursor =
            Cursor { plan: Arc::new(plan), places: Arc::new(places), batch, name: name.clone(), made_ms: now_ms };
        if self.open.len() == CURSORS_MAX {
            self.open.pop_front();
        }
        self.open.push_back(cursor);
        name
    }

    /// The cursor and the offset that a locator such as `0r8..-2000` means.
    pub(super) fn find(&self, now_ms: i64, locator: &str) -> Option<(Cursor, usize)> {
        let (name, offset) = locator.rsplit_once('-')?;
        let offset = offset.parse().ok()?;
        let cursor = self.open.iter().find(|cursor| cursor.name == name)?;
        let lives = now_ms - cursor.made_ms <= LIFETIME_MS;
        (lives && offset <= cursor.places.len()).then(|| (cursor.clone(), offset))
    }
}

impl Cursor {
    pub(super) fn locator(&self, offset: usize) -> String {
        format!("{}-{offset}", self.name)
    }
}
