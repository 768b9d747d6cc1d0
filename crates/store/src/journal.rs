//! What happened, append-only: every hint's end, write, overwritten value, decision and configuration change.
//!
//! The database itself refuses to change or remove a row. Each row also carries a seal, the SHA-256 over the seal before
//! it and its own content, so that whoever gets round the database leaves a trace ([`Store::verify_journal`]). The
//! oldest rows may be let go; the seal of the last one of them stays, and the chain goes on from there.

mod digests;
mod seal;

use std::borrow::Cow;

use entente_core::{MappingKey, Side, Value};
use serde::Serialize;

use crate::{
    LinkId, Store, StoreError,
    sql::{Param, Row, Tx, ids, json, list},
};

pub(crate) use digests::Digested;
pub use digests::is_digest;
pub use seal::Verified;
use seal::{HEAD, sealed};

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

/// How often something happened in a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// When the span began.
    pub from_ms: i64,
    /// What happened.
    pub kind: String,
    /// How often.
    pub n: u64,
}

impl Store {
    /// How many values and records of an item were written since a time, in Salesforce and in Jira.
    pub async fn written_since(&self, item: &str, since_ms: i64) -> Result<(u64, u64), StoreError> {
        const SQL: &str = "
            SELECT COUNT(CASE WHEN side = 'salesforce' THEN 1 END) AS salesforce,
                COUNT(CASE WHEN side = 'jira' THEN 1 END) AS jira
            FROM journal WHERE item = $1 AND at_ms >= $2 AND kind IN ('create', 'write')";
        let row = self.db().row(SQL, &[item.into(), since_ms.into()]).await?;
        row.map_or(Ok((0, 0)), |row| Ok((row.number("salesforce")?, row.number("jira")?)))
    }

    /// Appends entries that belong to no round.
    pub async fn journal(&self, entries: &[NewEntry], now_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        self.append_journal(&mut tx, entries.iter().map(|entry| (entry.link_id, entry)), now_ms).await?;
        tx.commit().await
    }

    /// Appends entries that may hold values of fields.
    pub(crate) async fn append_journal(
        &self,
        tx: &mut Tx,
        entries: impl Iterator<Item = (Option<LinkId>, &NewEntry)>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let kept = entries.map(|(link_id, entry)| Ok((link_id, self.journalled(entry)?)));
        let kept: Vec<(Option<LinkId>, Cow<'_, NewEntry>)> = kept.collect::<Result<_, StoreError>>()?;
        insert(tx, kept.iter().map(|(link_id, entry)| (*link_id, entry.as_ref())), now_ms).await
    }

    /// Entries after one, the oldest first; begin with `after = 0`.
    pub async fn journal_tail(&self, after: i64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        const SQL: &str = "SELECT * FROM journal WHERE id > $1 ORDER BY id LIMIT $2";
        self.db().rows(SQL, &[after.into(), limit.into()]).await?.iter().map(entry).collect()
    }

    /// Entries that a filter lets through, the oldest first.
    pub async fn journal_filtered(&self, filter: &JournalFilter, limit: usize) -> Result<Vec<Entry>, StoreError> {
        const SQL: &str = "
            SELECT * FROM journal WHERE id > $1 AND at_ms >= $2 AND (link_id = $3 OR $3 IS NULL)
                AND (item = $4 OR $4 IS NULL) AND (round = $5 OR $5 IS NULL) AND (kind = $6 OR $6 IS NULL)
            ORDER BY id LIMIT $7";
        let [after, since, link, item, round, kind] = filter.params();
        let params = [after, since, link, item, round, kind, limit.into()];
        self.db().rows(SQL, &params).await?.iter().map(entry).collect()
    }

    /// Entries that a filter lets through, the newest first, before one, or from the end.
    pub async fn journal_filtered_back(
        &self,
        filter: &JournalFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        const SQL: &str = "
            SELECT * FROM journal WHERE id > $1 AND id < $7 AND at_ms >= $2 AND (link_id = $3 OR $3 IS NULL)
                AND (item = $4 OR $4 IS NULL) AND (round = $5 OR $5 IS NULL) AND (kind = $6 OR $6 IS NULL)
            ORDER BY id DESC LIMIT $8";
        let [after, since, link, item, round, kind] = filter.params();
        let params = [after, since, link, item, round, kind, before.unwrap_or(i64::MAX).into(), limit.into()];
        self.db().rows(SQL, &params).await?.iter().map(entry).collect()
    }

    /// How many entries of each kind there are since a time, in spans of this length, the oldest first; among the newest
    /// `limit` entries.
    pub async fn journal_figures(&self, since_ms: i64, span_ms: i64, limit: usize) -> Result<Vec<Figure>, StoreError> {
        const SQL: &str = "
            SELECT at_ms / $2 AS span, kind, COUNT(*) AS n
            FROM (SELECT at_ms, kind FROM journal ORDER BY id DESC LIMIT $3) AS newest
            WHERE at_ms >= $1 GROUP BY 1, 2 ORDER BY 1, 2";
        let rows = self.db().rows(SQL, &[since_ms.into(), span_ms.into(), limit.into()]).await?;
        let figure = |row: &Row| {
            Ok(Figure { from_ms: row.int("span")? * span_ms, kind: row.text("kind")?, n: row.number("n")? })
        };
        rows.iter().map(figure).collect()
    }

    /// The newest entries first, before one, or from the end.
    pub async fn journal_before(&self, before: Option<i64>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        const SQL: &str = "SELECT * FROM journal WHERE id < $1 ORDER BY id DESC LIMIT $2";
        self.db().rows(SQL, &[before.unwrap_or(i64::MAX).into(), limit.into()]).await?.iter().map(entry).collect()
    }

    /// Whether anything of this kind ever happened to an item.
    pub async fn has_happened(&self, item: &str, kind: &str) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT id FROM journal WHERE item = $1 AND kind = $2 LIMIT 1";
        Ok(self.db().row(SQL, &[item.into(), kind.into()]).await?.is_some())
    }

    /// Values that stood in a side's mapped fields of some links before something happened to them.
    pub async fn journalled_before(
        &self,
        side: Side,
        link_ids: &[LinkId],
    ) -> Result<Vec<(LinkId, MappingKey, Value)>, StoreError> {
        const SQL: &str = "
            SELECT DISTINCT link_id, mapping, value_before FROM journal
            WHERE side = $1 AND mapping IS NOT NULL AND value_before IS NOT NULL
                AND link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($2) AS r)";
        if link_ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.db().rows(SQL, &[side.as_str().into(), ids(link_ids)?]).await?;
        rows.iter().map(|row| Ok((row.int("link_id")?, row.mapping("mapping")?, row.json("value_before")?))).collect()
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
    seal: String,
}

/// Which entries are wanted; what is not given does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// Entries after this one.
    pub after: i64,
    /// Not older than this.
    pub since_ms: i64,
    /// About this link.
    pub link_id: Option<LinkId>,
    /// About this item.
    pub item: Option<String>,
    /// Of this round.
    pub round: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
}

impl JournalFilter {
    fn params(&self) -> [Param; 6] {
        let Self { after, since_ms, link_id, item, round, kind } = self;
        [
            (*after).into(),
            (*since_ms).into(),
            (*link_id).into(),
            item.as_deref().into(),
            round.as_deref().into(),
            kind.as_deref().into(),
        ]
    }
}

/// Appends entries that hold no values of fields; others may have to be kept as digests ([`Store::append_journal`]).
pub(crate) async fn append<'e>(
    tx: &mut Tx,
    entries: impl Iterator<Item = (Option<LinkId>, &'e NewEntry)>,
    now_ms: i64,
) -> Result<(), StoreError> {
    let of_no_field = |(_, entry): &(_, &NewEntry)| debug_assert!(entry.mapping.is_none(), "{entry:?}");
    insert(tx, entries.inspect(of_no_field), now_ms).await
}

/// Inserts entries, each with the link it is about, which a new link's entry does not know yet.
async fn insert(
    tx: &mut Tx,
    entries: impl Iterator<Item = (Option<LinkId>, &NewEntry)>,
    now_ms: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO journal (at_ms, kind, org, item, link_id, side, record_id, mapping, value_before, value_after,
            sentence, round, seal)
        SELECT $2, r.value->>'kind', r.value->>'org', r.value->>'item', CAST(r.value->>'link_id' AS BIGINT),
            r.value->>'side', r.value->>'record_id', r.value->>'mapping', r.value->>'value_before',
            r.value->>'value_after', r.value->>'sentence', r.value->>'round', r.value->>'seal'
        FROM json_each($1) AS r";
    // Writing the head anew locks it, so that two workers cannot seal after the same row.
    const LOCK: &str = "UPDATE meta SET content = content WHERE name = $1 RETURNING content";
    const MOVE: &str = "UPDATE meta SET content = $2 WHERE name = $1";
    let mut rows = entries.map(|(link_id, entry)| appended(link_id, entry)).collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut seal = tx.row(LOCK, &[HEAD.into()]).await?.map_or(Ok(String::new()), |row| row.text("content"))?;
    for row in &mut rows {
        seal = sealed(&seal, &row.content(now_ms));
        row.seal.clone_from(&seal);
    }
    tx.run(SQL, &[list(&rows)?, now_ms.into()]).await?;
    tx.run(MOVE, &[HEAD.into(), (&seal).into()]).await?;
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
        seal: String::new(),
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
