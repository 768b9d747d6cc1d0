//! The files of a pair: which are copied to the other side, and which stay.
//!
//! A file belongs to the side on which somebody added it; what stands on the other side is its copy, and the two are
//! remembered as a [`FileCopy`]. Copies are never carried back. A file never changes: what Salesforce calls a new version is
//! another file. What is deleted on one side stays on the other.
//!
//! [`plan()`] is total and calls nobody; `engine/apply` obeys it.

mod name;
mod plan;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    name::{Name, joined},
    plan::{FileFacts, FilePlan, FileStep, plan, wants_notes},
};
use crate::side::Side;

/// A file as its side shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its id: in Salesforce that of its version.
    pub id: String,
    /// Its name, with the extension that says its type.
    pub name: String,
    /// How large it is.
    pub n_bytes: u64,
    /// When it was added.
    pub added: Timestamp,
    /// Whether Entente's own account added it. Automations may do so too, so that this alone says nothing.
    pub is_by_us: bool,
    /// The file of the other side that our marker names: in Salesforce one on the file itself, in Jira a note on the issue.
    pub copy_of: Option<String>,
    /// Whether it only points to a place outside, so that there is nothing to copy.
    pub is_elsewhere: bool,
}

/// Which file of which side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileKey {
    /// The side of the original.
    pub origin: Side,
    /// The original's id.
    pub file: String,
}

impl FileKey {
    /// The key as a note of ours says it.
    #[must_use]
    pub fn marker(&self) -> String {
        format!("{}/{}", self.origin.as_str(), self.file)
    }

    /// The key of such a marker.
    #[must_use]
    pub fn of_marker(marker: &str) -> Option<Self> {
        let (side, file) = marker.split_once('/')?;
        let origin = Side::BOTH.into_iter().find(|origin| origin.as_str() == side)?;
        Some(Self { origin, file: file.to_owned() })
    }
}

/// A file and its copy, as remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCopy {
    /// Which.
    pub key: FileKey,
    /// What the copy is called.
    pub name: String,
    /// How large it is.
    pub n_bytes: u64,
    /// What became of it.
    pub standing: FileStanding,
    /// Whether what follows a copy is done: customers are kept out, and people were told where it came from.
    pub is_finished: bool,
}

/// What became of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileStanding {
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
    /// The vendor does not take it.
    Refused {
        /// In the vendor's words.
        reason: String,
    },
    /// It is not carried.
    Skipped {
        /// Why.
        reason: String,
    },
}

impl FileCopy {
    /// The copy's id, once it is known.
    #[must_use]
    pub fn copy(&self) -> Option<&str> {
        match &self.standing {
            FileStanding::Made { id } => Some(id),
            FileStanding::Sent { .. } | FileStanding::Refused { .. } | FileStanding::Skipped { .. } => None,
        }
    }

    /// Why there is none, in a sentence for people, if there shall be none.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let (name, from, to) = (&self.name, self.key.origin, self.key.origin.other());
        match &self.standing {
            FileStanding::Skipped { reason } => Some(format!("the file {name} stays in {from}: {reason}")),
            FileStanding::Refused { reason } => Some(format!("{to} does not take the file {name}: {reason}")),
            FileStanding::Sent { .. } | FileStanding::Made { .. } => None,
        }
    }
}
