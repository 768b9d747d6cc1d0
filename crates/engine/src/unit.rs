//! What one round works on: units (a link, or a record that may get one), and what is seen of both sides.

mod seen;
mod work;

use std::sync::Arc;

use entente_core::{Side, Sides};
use entente_store::{DueHint, HintKey, Link};

pub(crate) use self::{
    seen::Seen,
    work::{End, LinkNote, Refused, Work},
};
use crate::wiring::Wired;

/// A due hint on its way through a round.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) key: HintKey,
    pub(crate) seq: i64,
    pub(crate) attempts: u32,
    pub(crate) offered_ms: i64,
    pub(crate) version: Option<String>,
    /// Further links of its record wait for this one's round, so the hint stays when that has ended.
    pub(crate) others_wait: bool,
}

impl From<DueHint> for Ticket {
    fn from(due: DueHint) -> Self {
        Self {
            key: due.hint.key,
            seq: due.seq,
            attempts: due.attempts,
            offered_ms: due.offered_ms,
            version: due.hint.version,
            others_wait: false,
        }
    }
}

/// Version of a hint that says: this record was seen to be deleted.
pub(crate) const DELETED: &str = "deleted";

/// A link, or a record without one, and the hints that brought it here.
pub(crate) struct Unit {
    pub(crate) link: Option<Link>,
    pub(crate) ids: Sides<Option<String>>,
    pub(crate) tickets: Vec<Ticket>,
    /// Items that may take the record if this round's item does not.
    pub(crate) later: Vec<Arc<Wired>>,
    /// Links that the record had.
    pub(crate) ended: Vec<Link>,
    /// The Salesforce record in which its own goes on, while no other round may work on that.
    pub(crate) heir: Option<String>,
}

impl Unit {
    /// A record or an issue without a link.
    pub(crate) fn candidate(ids: Sides<Option<String>>) -> Self {
        Self { link: None, ids, tickets: Vec::new(), later: Vec::new(), ended: Vec::new(), heir: None }
    }

    /// A link, both of whose ends are to be read.
    pub(crate) fn linked(link: Link) -> Self {
        let ids = Sides::new(Some(link.salesforce_id.clone()), Some(link.jira_id.clone()));
        Self { link: Some(link), ..Self::candidate(ids) }
    }

    /// The link that its record had under an item before an end of it was lost, or left the item.
    pub(crate) fn before(&self, item: &str) -> Option<&Link> {
        self.ended.iter().filter(|link| link.item == item).max_by_key(|link| link.id)
    }

    /// Whether its record gets no twin by itself any more: it had one under this item, or a person has separated it from
    /// one, under whatever item.
    pub(crate) fn is_over(&self, item: &str) -> bool {
        self.before(item).is_some() || was_parted(&self.ended)
    }

    /// Whether an event said that the record of a side was deleted.
    pub(crate) fn deletion_announced(&self, side: Side) -> bool {
        self.tickets.iter().any(|ticket| {
            (ticket.key.kind == "issue") == (side == Side::Jira) && ticket.version.as_deref() == Some(DELETED)
        })
    }
}

/// Whether a person has separated a record that had these links from its twin.
pub(crate) fn was_parted(ended: &[Link]) -> bool {
    let is_last = |link: &Link| ended.iter().all(|other| other.item != link.item || other.id <= link.id);
    ended.iter().any(|link| !link.is_kept() && !link.may_return() && is_last(link))
}

/// Units of one item that go through a round together.
pub(crate) struct Round {
    pub(crate) wired: Arc<Wired>,
    pub(crate) units: Vec<Unit>,
}
