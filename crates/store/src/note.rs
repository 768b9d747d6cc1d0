//! What a person may want to know about a link now. Notes are replaced by each round, not collected.

use entente_core::MappingKey;

use serde::Serialize;

use crate::{
    LinkId, Store, StoreError,
    sql::{Row, Tx, ids, list},
};

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

/// A field that is left as it is, on so many links of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// The item.
    pub item: String,
    /// The field.
    pub mapping: MappingKey,
    /// How many links.
    pub links: u64,
    /// What is said of one of them.
    pub example: String,
}

impl Store {
    /// The fields that are left as they are: those that [`Store::counts`] counts.
    pub async fn left_alone(&self) -> Result<Vec<LeftAlone>, StoreError> {
        const SQL: &str = "
            SELECT link.item AS item, note.mapping AS mapping, COUNT(*) AS links, MIN(note.sentence) AS example
            FROM note CROSS JOIN link
            WHERE link.id = note.link_id AND link.state IN ('active', 'parked') AND note.mapping IS NOT NULL
                AND note.code IN ('unmapped', 'unreadable', 'crowded')
            GROUP BY link.item, note.mapping ORDER BY link.item, note.mapping";
        let rows = self.db().rows(SQL, &[]).await?;
        let read = |row: &Row| {
            Ok(LeftAlone {
                item: row.text("item")?,
                mapping: MappingKey::named(&row.text("mapping")?),
                links: row.number("links")?,
                example: row.text("example")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The notes of some links, in the order in which the plan gave them.
    pub async fn notes(&self, link_ids: &[LinkId]) -> Result<Vec<Note>, StoreError> {
        const SQL: &str = "
            SELECT * FROM note WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)
            ORDER BY link_id, id";
        if link_ids.is_empty() {
            return Ok(Vec::new());
        }
        self.db().rows(SQL, &[ids(link_ids)?]).await?.iter().map(note).collect()
    }
}

#[derive(Serialize)]
struct Told<'a> {
    link_id: LinkId,
    code: &'a str,
    mapping: Option<&'a MappingKey>,
    sentence: &'a str,
}

/// Replaces the notes of some links.
pub(crate) async fn replace(tx: &mut Tx, of_links: &[(LinkId, &[NewNote])]) -> Result<(), StoreError> {
    const CLEAR: &str = "
        DELETE FROM note WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
    const TELL: &str = "
        INSERT INTO note (link_id, code, mapping, sentence)
        SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'code', r.value->>'mapping', r.value->>'sentence'
        FROM json_each($1) AS r";
    if of_links.is_empty() {
        return Ok(());
    }
    tx.run(CLEAR, &[ids(&of_links.iter().map(|(id, _)| *id).collect::<Vec<_>>())?]).await?;
    let told: Vec<_> = of_links.iter().flat_map(|(id, notes)| notes.iter().map(|note| told(*id, note))).collect();
    if !told.is_empty() {
        tx.run(TELL, &[list(&told)?]).await?;
    }
    Ok(())
}

fn told(link_id: LinkId, note: &NewNote) -> Told<'_> {
    Told { link_id, code: &note.code, mapping: note.mapping.as_ref(), sentence: &note.text }
}

fn note(row: &Row) -> Result<Note, StoreError> {
    let mapping = row.text_or_null("mapping")?.map(|key| MappingKey::named(&key));
    Ok(Note {
        link_id: row.int("link_id")?,
        note: NewNote { code: row.text("code")?, mapping, text: row.text("sentence")? },
    })
}
