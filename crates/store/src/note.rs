//! What a person may want to know about a link now. Notes are replaced by each round, not collected.

use std::collections::{HashMap, HashSet};

use entente_core::{MappingKey, plan::NoteCode};
use serde::Serialize;

use crate::{
    LinkId, NewEntry, Store, StoreError,
    sql::{Row, Tx, ids, list},
};

/// What the journal has, too, once when it appears: values of a field that nobody expected.
const UNEXPECTED: [NoteCode; 2] = [NoteCode::Unmapped, NoteCode::Unreadable];

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

/// Replaces the notes of some links; answers what the journal should have of those that are new.
pub(crate) async fn replace(tx: &mut Tx, of_links: &[(LinkId, &[NewNote])]) -> Result<Vec<NewEntry>, StoreError> {
    const CLEAR: &str = "
        DELETE FROM note WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
    const TELL: &str = "
        INSERT INTO note (link_id, code, mapping, sentence)
        SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'code', r.value->>'mapping', r.value->>'sentence'
        FROM json_each($1) AS r";
    if of_links.is_empty() {
        return Ok(Vec::new());
    }
    let appeared = appeared(tx, of_links).await?;
    tx.run(CLEAR, &[ids(&of_links.iter().map(|(id, _)| *id).collect::<Vec<_>>())?]).await?;
    let told: Vec<_> = of_links.iter().flat_map(|(id, notes)| notes.iter().map(|note| told(*id, note))).collect();
    if !told.is_empty() {
        tx.run(TELL, &[list(&told)?]).await?;
    }
    Ok(appeared)
}

/// The values that nobody expected, and that the links did not show a moment ago.
async fn appeared(tx: &mut Tx, of_links: &[(LinkId, &[NewNote])]) -> Result<Vec<NewEntry>, StoreError> {
    const KNOWN: &str = "
        SELECT * FROM note WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
    const PLACES: &str = "
        SELECT id, item, org FROM link WHERE id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
    let is_of_interest =
        |note: &NewNote| note.mapping.is_some() && UNEXPECTED.iter().any(|code| code.as_str() == note.code);
    let found = of_links.iter().flat_map(|(id, notes)| notes.iter().map(move |note| (*id, note)));
    let found: Vec<(LinkId, &NewNote)> = found.filter(|(_, note)| is_of_interest(note)).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let link_ids = ids(&found.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
    let known = tx.rows(KNOWN, std::slice::from_ref(&link_ids)).await?;
    let known: HashSet<(LinkId, String)> =
        known.iter().map(note).map(|note| note.map(|note| (note.link_id, note.note.text))).collect::<Result<_, _>>()?;
    let places = tx.rows(PLACES, &[link_ids]).await?;
    let place = |row: &Row| Ok((row.int("id")?, (row.text("item")?, row.text("org")?)));
    let places: HashMap<LinkId, (String, String)> = places.iter().map(place).collect::<Result<_, StoreError>>()?;
    let entry = |(link_id, note): (LinkId, &NewNote)| {
        let (item, org) = places.get(&link_id)?.clone();
        Some(NewEntry {
            kind: "unexpected".to_owned(),
            org: Some(org),
            item: Some(item),
            link_id: Some(link_id),
            mapping: note.mapping.clone(),
            text: note.text.clone(),
            ..NewEntry::default()
        })
    };
    let new = found.into_iter().filter(|(id, note)| !known.contains(&(*id, note.text.clone())));
    Ok(new.filter_map(entry).collect())
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
