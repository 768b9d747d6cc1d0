//! What a person may want to know about a link now. Notes are replaced by each round, not collected.

use entente_core::MappingKey;

use crate::{LinkId, Store, StoreError};

/// One thing to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNote {
    /// Its kind, in one word: `unmapped`, `blocked`.
    pub code: String,
    /// The field it is about.
    pub mapping: Option<MappingKey>,
    /// The sentence.
    pub text: String,
}

/// A note of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Whose.
    pub link_id: LinkId,
    /// What it says.
    pub note: NewNote,
}

impl Store {
    /// The notes of some links, in the order in which the plan gave them.
    pub async fn notes(&self, ids: &[LinkId]) -> Result<Vec<Note>, StoreError> {
        let _ = ids;
        todo!()
    }
}
