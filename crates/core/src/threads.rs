//! The comments of a pair: which are carried to the other side, which copies follow an edit, and which stay.
//!
//! A comment belongs to the side on which somebody wrote it; what stands on the other side is its copy, and the two are
//! remembered as a [`Pair`]. Copies are never carried back. What is deleted on one side stays on the other.
//!
//! [`plan()`] is total and calls nobody; `engine/apply` obeys it. [`Audience`] says who may read a copy.

mod audience;
mod copy;
mod plan;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use self::{
    audience::Audience,
    copy::{Copy, TextLimit},
    plan::{Step, ThreadFacts, ThreadPlan, is_note, plan},
};
use crate::{rich::Document, side::Side};

/// How everything begins that Entente itself says in a thread, unless its item has another mark. It is never carried anywhere.
pub const MARK: &str = "[Entente]";

/// A comment as its side shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// Its id.
    pub id: String,
    /// The comment that it answers.
    pub answers: Option<String>,
    /// Who wrote it.
    pub author: Author,
    /// When.
    pub written: Timestamp,
    /// When it was changed last, where its side can refuse an edit of what has changed since.
    pub version: Option<Timestamp>,
    /// What it says.
    pub text: Document,
    /// Who may read it, as far as that is known.
    pub audience: Audience,
    /// Whether only some of the staff may read it: a role, a group, the users of a feed.
    pub is_restricted: bool,
    /// Whether Entente's own account wrote it. Automations may do so too, so that this alone says nothing.
    pub is_by_us: bool,
    /// Whether somebody else than its author has changed it last, as far as its side says.
    pub is_touched: bool,
    /// The key that our marker on it names.
    pub marker: Option<String>,
}

impl Comment {
    /// What tells whether it says something else than before. Equal texts of two comments have different digests.
    #[must_use]
    pub fn digest(&self) -> String {
        digest_of(&[&self.id, self.text.plain()])
    }
}

pub(crate) fn digest_of(texts: &[&str]) -> String {
    let digest = texts.iter().fold(Sha256::new(), |digest, text| digest.chain_update(text).chain_update([0]));
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Who wrote a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// The user's or the account's id.
    pub id: String,
    /// What people call them.
    pub name: String,
    /// Their e-mail address, where it can be seen.
    pub email: Option<String>,
}

impl Author {
    /// Whether a configuration means this one.
    #[must_use]
    pub fn is_called(&self, named: &str) -> bool {
        let names = [Some(&self.id), Some(&self.name), self.email.as_ref()];
        names.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(named))
    }
}

/// Which part of which copy of which comment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PairKey {
    /// The side of the original.
    pub origin: Side,
    /// The original's id.
    pub comment: String,
    /// How often a copy had to be made anew, because the one before could not be edited.
    pub revision: u32,
    /// Which part of it, from 0 on.
    pub part: u32,
}

impl PairKey {
    /// The key as a marker on a copy says it.
    #[must_use]
    pub fn marker(&self) -> String {
        format!("{}/{}/{}/{}", self.origin.as_str(), self.comment, self.revision, self.part)
    }

    /// The key that a marker says.
    #[must_use]
    pub fn of_marker(marker: &str) -> Option<Self> {
        let (origin, rest) = marker.split_once('/')?;
        let origin = Side::BOTH.into_iter().find(|side| side.as_str() == origin)?;
        let (rest, part) = rest.rsplit_once('/')?;
        let (comment, revision) = rest.rsplit_once('/')?;
        Some(Self { origin, comment: comment.to_owned(), revision: revision.parse().ok()?, part: part.parse().ok()? })
    }
}

/// A comment and a copy of it, as remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Which.
    pub key: PairKey,
    /// What became of the copy.
    pub standing: Standing,
    /// Who may read the copy at most.
    pub audience: Audience,
    /// The original's digest when it was carried last.
    pub digest: String,
    /// The digest of what the copy was made to say.
    pub says: String,
    /// Whether the vendor lets us edit the copy, as far as it was tried.
    pub is_fixed: bool,
}

/// What became of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A person wants it; nothing was sent.
    Wanted,
    /// It was announced and may have been sent: until this time nobody knows whether it will appear.
    Sent {
        /// Epoch milliseconds.
        until_ms: i64,
    },
    /// It is there.
    Made {
        /// Its id.
        id: String,
    },
    /// The vendor does not take it as it is.
    Refused {
        /// In the vendor's words.
        reason: String,
    },
}

impl Pair {
    /// The copy's id, once it is known.
    #[must_use]
    pub fn copy(&self) -> Option<&str> {
        match &self.standing {
            Standing::Made { id } => Some(id),
            Standing::Wanted | Standing::Sent { .. } | Standing::Refused { .. } => None,
        }
    }
}
