//! Everything Entente remembers, in SQLite or PostgreSQL: leases, hints, links and their bases, intents, conflicts, the
//! journal.
//!
//! The stores of record stay Salesforce and Jira; a lost database is rebuilt from correlation and markers. This crate
//! decides nothing, reads no clock (time is an argument, in epoch milliseconds) and never holds a transaction open while
//! somebody else works.
//!
//! Each SQL text is written once, in the file of its table, in the dialect that both databases share; `sql.rs` holds
//! what differs. Start with [`Store::commit`], the end of every round; then [`Store::offer`], the way in.

mod access;
mod backup;
mod by_hand;
mod configuration;
mod conflict;
mod cursor;
mod error;
mod folder;
mod hint;
mod intent;
mod item;
mod journal;
mod lease;
mod link;
mod link_filter;
mod link_note;
mod mail;
mod note;
mod offers;
mod parked;
mod recovery;
mod rest;
mod round;
mod sent;
#[cfg(feature = "simulation")]
pub mod simulation;
mod status;
mod thread;
mod user;

mod migrations;
mod open;
mod sql;

use std::sync::Arc;

pub use access::{AccessCall, AccessRequest, AllowedDomain, OpenTask, RequestLimits};
pub use backup::Backup;
pub use by_hand::{Relink, link_number};
pub use configuration::Applied;
pub use conflict::{Conflict, Decided, NewConflict, NewDecision};
pub use error::StoreError;
pub use folder::{Folder, FolderUpdate};
pub use hint::{Backlog, DueHint, Hint, HintKey};
pub use intent::{Intent, IntentState, NewIntent};
pub use item::{Budget, ItemRuntime, Spent};
pub use journal::{Entry, Figure, JournalFilter, NewEntry, Verified, is_digest};
pub use lease::{Fence, Holder};
pub use link::{Astray, Link, LinkId, LinkState};
pub use link_filter::LinkFilter;
pub use mail::{KnownMail, SentMail};
pub use note::{LeftAlone, NewNote, Note};
pub use offers::Offers;
pub use open::DATABASE_FILE;
pub use parked::{Parked, ParkedClass, ParkedKey, Retried, Reviewed};
pub use round::{Again, Committed, LinkUpdate, NewLink, RoundCommit};
pub use sent::{Heard, Pair, Sent};
pub use status::{Counts, ItemCounts};
pub use thread::{Thread, ThreadUpdate};
pub use user::User;

/// A handle to the database; clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: sql::Db,
    incarnation: String,
    digested: journal::Digested,
    /// Locked as long as this is held.
    directory: Option<open::Directory>,
}

impl Store {
    /// Whether nobody else can work on this database: a directory is locked, a server is shared.
    #[must_use]
    pub fn is_exclusive(&self) -> bool {
        // The machines of a simulation share a database, as those on a server do.
        #[cfg(feature = "simulation")]
        if simulation::is_watched() {
            return false;
        }
        self.db().is_local()
    }

    /// The random id that this database got when it was created: another one means another database.
    #[must_use]
    pub fn incarnation(&self) -> &str {
        &self.inner.incarnation
    }

    /// Closes all connections; whatever is asked afterwards fails with [`StoreError::Unreachable`].
    pub async fn close(&self) {
        self.inner.db.close().await;
    }

    fn db(&self) -> &sql::Db {
        &self.inner.db
    }

    async fn begin(&self) -> Result<sql::Tx, StoreError> {
        self.inner.db.begin().await
    }
}
