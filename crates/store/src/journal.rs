//! What happened, append-only: every hint's end, write, overwritten value, decision and configuration change.
//!
//! The database itself refuses to change or remove a row.

use entente_core::{MappingKey, Side, Value};

use serde::Serialize;

use crate::{
    LinkId, Store, StoreError,
    sql::{Row, Tx, json, list},
};

/// One thing that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewEntry {
    /// Its kind, in one word: `write`, `overwritten`, `decision`.
    pub kind: String,
    /// The Salesforce connection.
    pub org: Option<String>,
    /// The item.
    pub item: Option<String>,
    /// The link. Inside [`crate::NewLink`] it is filled in by the store.
    pub link_id: Option<LinkId>,
    /// On which side.
    pub side: Option<Side>,
    /// To which record.
    pub record_id: Option<String>,
    /// To which field.
    pub mapping: Option<MappingKey>,
    /// What was there before: enough to restore it.
    pub before: Option<Value>,
    /// What is there now.
    pub after: Option<Value>,
    /// The sentence for people.
    pub text: String,
    /// The round in which it happened.
    pub round: Option<String>,
}

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number; later entries of one org have higher ones.
    pub id: i64,
    /// When it happened.
    pub at_ms: i64,
    /// What happened.
    pub what: NewEntry,
}

impl Store {
    /// Appends entries that belong to no round.
    pub async fn journal(&self, entries: &[NewEntry], now_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        append(&mut tx, entries.iter().map(|entry| (entry.link_id, entry)), now_ms).await?;
        tx.commit().await
    }

    /// Entries after one, the oldest first; begin with `after = 0`.
    pub async fn journal_tail(&self, after: i64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        const SQL: &str = "SELECT * FROM journal WHERE id > $1 ORDER BY id LIMIT $2";
        self.db().rows(SQL, &[after.into(), limit.into()]).await?.iter().map(entry).collect()
    }

    /// The newest entries first, before one, or from the end.
    pub async fn journal_before(&self, before: Option<i64>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        const SQL: &str = "SELECT * FROM journal WHERE id < $1 ORDER BY id DESC LIMIT $2";
        self.db().rows(SQL, &[before.unwrap_or(i64::MAX).into(), limit.into()]).await?.iter().map(entry).collect()
    }

    /// The newest entries of one link first.
    pub async fn journal_of_link(&self, link_id: LinkId, limit: usize) -> Result<Vec<Entry>, StoreError> {
        const SQL: &str = "SELECT * FROM journal WHERE link_id = $1 ORDER BY id DESC LIMIT $2";
        self.db().rows(SQL, &[link_id.into(), limit.into()]).await?.iter().map(entry).collect()
    }
}

#[derive(Serialize)]
struct Appended<'a> {
    kind: &'a str,
    org: Option<&'a str>,
    item: Option<&'a str>,
    link_id: Option<LinkId>,
    side: Option<Side>,
    record_id: Option<&'a str>,
    mapping: Option<&'a MappingKey>,
    value_before: Option<String>,
    value_after: Option<String>,
    sentence: &'a str,
    round: Option<&'a str>,
}

/// Appends entries, each with the link it is about, which a new link's entry does not know yet.
pub(crate) async fn append(
    tx: &mut Tx,
    entries: impl Iterator<Item = (Option<LinkId>, &NewEntry)>,
    now_ms: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO journal (at_ms, kind, org, item, link_id, side, record_id, mapping, value_before, value_after,
            sentence, round)
        SELECT $2, r.value->>'kind', r.value->>'org', r.value->>'item', CAST(r.value->>'link_id' AS BIGINT),
            r.value->>'side', r.value->>'record_id', r.value->>'mapping', r.value->>'value_before',
            r.value->>'value_after', r.value->>'sentence', r.value->>'round'
        FROM json_each($1) AS r";
    let rows = entries.map(|(link_id, entry)| appended(link_id, entry)).collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() {
        return Ok(());
    }
    tx.run(SQL, &[list(&rows)?, now_ms.into()]).await?;
    Ok(())
}

fn appended(link_id: Option<LinkId>, entry: &NewEntry) -> Result<Appended<'_>, StoreError> {
    Ok(Appended {
        kind: &entry.kind,
        org: entry.org.as_deref(),
        item: entry.item.as_deref(),
        link_id,
        side: entry.side,
        record_id: entry.record_id.as_deref(),
        mapping: entry.mapping.as_ref(),
        value_before: entry.before.as_ref().map(json).transpose()?,
        value_after: entry.after.as_ref().map(json).transpose()?,
        sentence: &entry.text,
        round: entry.round.as_deref(),
    })
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        id: row.int("id")?,
        at_ms: row.int("at_ms")?,
        what: NewEntry {
            kind: row.text("kind")?,
            org: row.text_or_null("org")?,
            item: row.text_or_null("item")?,
            link_id: row.int_or_null("link_id")?,
            side: row.side_or_null("side")?,
            record_id: row.text_or_null("record_id")?,
            mapping: row.text_or_null("mapping")?.map(|key| MappingKey::named(&key)),
            before: row.json_or_null("value_before")?,
            after: row.json_or_null("value_after")?,
            text: row.text("sentence")?,
            round: row.text_or_null("round")?,
        },
    })
}
