//! The end of a round: everything it achieved, in one transaction, fenced by the lease's epoch.

use std::collections::BTreeMap;

use entente_core::{
    Base, MappingKey, Sides,
    link::{Blocked, Origin},
};

use crate::{Fence, Hint, HintKey, LinkId, LinkState, NewConflict, NewEntry, NewNote, Parked, ParkedKey, Store, StoreError};

/// A pair that was created or matched in the round. Its org is the fence's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// The item.
    pub item: String,
    /// The Salesforce record id.
    pub salesforce_id: String,
    /// The Jira connection.
    pub site: String,
    /// The Jira issue id.
    pub jira_id: String,
    /// The Jira issue key.
    pub jira_key: String,
    /// Who made it.
    pub origin: Origin,
    /// What was agreed.
    pub base: Base,
    /// When the reads that the base rests on began, by each peer's own clock.
    pub read_ms: Sides<i64>,
    /// The records' own versions at that read.
    pub versions: Sides<Option<String>>,
    /// Writes that a vendor refused.
    pub blocked: BTreeMap<MappingKey, Blocked>,
    /// Open conflicts.
    pub conflicts: Vec<NewConflict>,
    /// What to tell people.
    pub notes: Vec<NewNote>,
    /// What to journal under the new link's id.
    pub journal: Vec<NewEntry>,
}

/// What a round found out about a link. Whatever is not optional replaces what was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkUpdate {
    /// Which link.
    pub id: LinkId,
    /// What is agreed now; `None` leaves it.
    pub base: Option<Base>,
    /// When the reads began, by each peer's own clock.
    pub read_ms: Sides<i64>,
    /// The records' own versions at that read.
    pub versions: Sides<Option<String>>,
    /// What may happen to it from now on; `None` leaves it.
    pub state: Option<LinkState>,
    /// The key, when it has moved; `None` leaves it.
    pub jira_key: Option<String>,
    /// Since when a side has not been found.
    pub missing_since: Sides<Option<i64>>,
    /// Writes that a vendor refused.
    pub blocked: BTreeMap<MappingKey, Blocked>,
    /// All open conflicts. One that was open already keeps its time.
    pub conflicts: Vec<NewConflict>,
    /// All notes.
    pub notes: Vec<NewNote>,
}

/// A hint put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// Which hint.
    pub key: HintKey,
    /// The offers it stood for; if more have come, it is not put off.
    pub seq: i64,
    /// When to try again.
    pub due_ms: i64,
}

/// Everything that one round achieved.
#[derive(Clone, Debug, Default)]
pub struct RoundCommit {
    /// Pairs made.
    pub links_new: Vec<NewLink>,
    /// Pairs looked at.
    pub links: Vec<LinkUpdate>,
    /// Creates that surely happened: operation id, id of what was created.
    pub intents_done: Vec<(String, String)>,
    /// Creates that surely did not happen and are given up: operation id, reason.
    pub intents_failed: Vec<(String, String)>,
    /// Candidates refused. Their `since_ms` is not read.
    pub parked: Vec<Parked>,
    /// Candidates that are parked no more.
    pub unparked: Vec<ParkedKey>,
    /// Hints handled: gone, unless more offers have come than `seq`.
    pub hints_done: Vec<(HintKey, i64)>,
    /// Hints put off.
    pub hints_again: Vec<Again>,
    /// Hints that the round itself causes.
    pub offers: Vec<Hint>,
    /// What to journal. Entries of new links go with the link.
    pub journal: Vec<NewEntry>,
}

/// What a commit made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Ids of the new links, in the order of [`RoundCommit::links_new`].
    pub links_new: Vec<LinkId>,
}

impl Store {
    /// Commits a round: all of it, or, on any error, nothing.
    pub async fn commit(&self, fence: &Fence, round: &RoundCommit, now_ms: i64) -> Result<Committed, StoreError> {
        let _ = (fence, round, now_ms);
        todo!()
    }
}
