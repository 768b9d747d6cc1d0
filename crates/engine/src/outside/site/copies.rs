//! Notes about copied files: a comment of ours tells people which file is whose copy, and its property tells us. An
//! attachment itself has no place for that.

use std::collections::BTreeMap;

use entente_core::files::FileCopy;
use entente_jira::{CommentOrder, IssueId, Property};
use entente_transport::CallError;
use serde::{Deserialize, Serialize};

use super::Site;

/// The property of a note.
const NOTE_PROPERTY: &str = "entente.files";

/// Its value.
#[derive(Serialize, Deserialize)]
struct Note {
    /// The ids of copies, each on its own side, by the markers of their originals.
    copies: BTreeMap<String, String>,
}

/// The property of a note that tells of these.
pub(crate) fn note_of_copies(copies: &[&FileCopy]) -> Property {
    let told = |copy: &&FileCopy| Some((copy.key.marker(), copy.copy()?.to_owned()));
    let note = Note { copies: copies.iter().filter_map(told).collect() };
    Property { key: NOTE_PROPERTY.to_owned(), value: serde_json::json!(note) }
}

impl Site {
    /// The copies of which notes on an issue tell, by the markers of their originals.
    pub(crate) async fn noted_copies(&self, issue: IssueId) -> Result<BTreeMap<String, String>, CallError> {
        let comments = self.client.comments(issue, CommentOrder::OldestFirst).await?;
        let properties = comments.into_iter().flat_map(|comment| comment.properties);
        let notes = properties.filter(|property| property.key == NOTE_PROPERTY);
        let notes = notes.filter_map(|property| serde_json::from_value::<Note>(property.value).ok());
        Ok(notes.flat_map(|note| note.copies).collect())
    }
}
