//! "Look at this record": the work that waits, one row per record however often it was offered.
//!
//! A hint carries no data and names no item and no link; dispatch joins those. Offering is the only way in, and the end
//! of a round the only way out, by the `seq` that the round had seen: what was offered meanwhile stays.

use std::collections::BTreeMap;

use entente_core::{ConnectedItem, Side};
use serde::Serialize;

use crate::{
    Again, Store, StoreError,
    sql::{Row, Tx, list, retried, texts},
};

/// Which record a hint is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct HintKey {
    /// The Salesforce connection whose lease will handle it.
    pub org: String,
    /// The connection on which the record lives: the org itself, or a Jira site.
    pub connection: String,
    /// The Salesforce object (`Case`), or `issue`.
    pub kind: String,
    /// The Salesforce record id or the Jira issue id.
    pub record_id: String,
}

impl HintKey {
    /// A record of an org's object.
    #[must_use]
    pub fn record(org: &str, object: &str, record_id: &str) -> Self {
        Self::new(org, org, object, record_id)
    }

    /// An issue of a site, for the org whose items are about it.
    #[must_use]
    pub fn issue(org: &str, site: &str, issue_id: &str) -> Self {
        Self::new(org, site, "issue", issue_id)
    }

    /// A record or an issue that an item is about.
    #[must_use]
    pub fn of(item: &ConnectedItem, side: Side, record_id: &str) -> Self {
        let org = &item.salesforce.connection;
        match side {
            Side::Salesforce => Self::record(org, &item.salesforce.object, record_id),
            Side::Jira => Self::issue(org, &item.jira.connection, record_id),
        }
    }

    fn new(org: &str, connection: &str, kind: &str, record_id: &str) -> Self {
        let [org, connection, kind, record_id] = [org, connection, kind, record_id].map(str::to_owned);
        Self { org, connection, kind, record_id }
    }
}

/// One wish to look at a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// Which record.
    #[serde(flatten)]
    pub key: HintKey,
    /// The version that was announced. A hint without one is never taken for our own echo.
    pub version: Option<String>,
    /// Not before this time.
    pub due_ms: i64,
    /// Higher goes first.
    pub priority: i32,
}

impl Hint {
    /// "Look at this record now", in its turn, whatever version it has.
    #[must_use]
    pub fn about(key: HintKey, now_ms: i64) -> Self {
        Self { key, version: None, due_ms: now_ms, priority: 0 }
    }
}

/// A hint whose time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueHint {
    /// What was offered.
    pub hint: Hint,
    /// How many offers it stands for; it is done only for offers up to this one.
    pub seq: i64,
    /// How often it was put off since it was last offered from outside.
    pub attempts: u32,
    /// When the oldest offer that it stands for was made.
    pub offered_ms: i64,
}

/// How much work waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Hints that may be handled now.
    pub due: u64,
    /// Hints that wait for their time.
    pub waiting: u64,
}

impl Store {
    /// Offers hints, all in one transaction; returns once they are durable.
    ///
    /// A record that waits already keeps its row: `seq` rises, the earlier due time and the higher priority stand,
    /// attempts start anew. Its version stands only while every offer named the same one: two different versions, or an
    /// offer without one, leave none, for then an echo may hide somebody's edit.
    pub async fn offer(&self, hints: &[Hint], now_ms: i64) -> Result<(), StoreError> {
        if hints.is_empty() {
            return Ok(());
        }
        retried(|| self.offer_once(hints, now_ms)).await
    }

    pub(crate) async fn offer_once(&self, hints: &[Hint], now_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        offer(&mut tx, hints, now_ms).await?;
        tx.commit().await
    }

    /// Hints of an org whose time has come: highest priority first, then the longest due.
    pub async fn due(&self, org: &str, now_ms: i64, limit: usize) -> Result<Vec<DueHint>, StoreError> {
        self.due_behind(org, now_ms, 0, limit).await
    }

    /// The same, behind the first `skipped` of them.
    pub async fn due_behind(
        &self,
        org: &str,
        now_ms: i64,
        skipped: usize,
        limit: usize,
    ) -> Result<Vec<DueHint>, StoreError> {
        // The sign keeps SQLite from collecting and sorting the whole backlog: it walks hint_by_rank and stops early.
        const SQL: &str = "
            SELECT * FROM hint WHERE org = $1 AND +due_ms <= $2 ORDER BY priority DESC, due_ms, id
            LIMIT $3 OFFSET $4";
        let rows = self.db().rows(SQL, &[org.into(), now_ms.into(), limit.into(), skipped.into()]).await?;
        rows.iter().map(due_hint).collect()
    }

    /// Hints that wait about some records, of whatever kind, the oldest first.
    pub async fn hints_about(&self, org: &str, record_ids: &[String]) -> Result<Vec<DueHint>, StoreError> {
        const SQL: &str = "
            SELECT * FROM hint WHERE org = $1
                AND record_id IN (SELECT r.value->>'text' FROM json_each($2) AS r) ORDER BY id";
        self.db().rows(SQL, &[org.into(), texts(record_ids)?]).await?.iter().map(due_hint).collect()
    }

    /// When the next hint of an org comes due; in the past when one is due already.
    pub async fn next_due_ms(&self, org: &str) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT MIN(due_ms) AS next_ms FROM hint WHERE org = $1";
        self.db().row(SQL, &[org.into()]).await?.map_or(Ok(None), |row| row.int_or_null("next_ms"))
    }

    /// Lets hints that no offer has touched since they were read wait for something that is not their fault: no failure is
    /// counted, and they keep their version.
    pub async fn wait(&self, hints: &[Again]) -> Result<(), StoreError> {
        const SQL: &str = "
            UPDATE hint SET due_ms = CAST(r.value->>'due_ms' AS BIGINT)
            FROM json_each($1) AS r
            WHERE hint.org = r.value->>'org' AND hint.connection = r.value->>'connection'
                AND hint.kind = r.value->>'kind' AND hint.record_id = r.value->>'record_id'
                AND hint.seq = CAST(r.value->>'seq' AS BIGINT)";
        if hints.is_empty() {
            return Ok(());
        }
        let rows = list(&rows(hints))?;
        let mut tx = self.begin().await?;
        tx.run(SQL, &[rows]).await?;
        tx.commit().await
    }

    /// Gives hints that came due by some time a priority, unless theirs is higher: however much comes that goes before
    /// them, they are not put off for ever.
    pub async fn age(&self, org: &str, due_by_ms: i64, priority: i32) -> Result<u64, StoreError> {
        retried(|| self.age_once(org, due_by_ms, priority)).await
    }

    async fn age_once(&self, org: &str, due_by_ms: i64, priority: i32) -> Result<u64, StoreError> {
        const SQL: &str = "UPDATE hint SET priority = $3 WHERE org = $1 AND due_ms <= $2 AND priority < $3";
        const ANY: &str = "SELECT 1 AS n FROM hint WHERE org = $1 AND due_ms <= $2 AND priority < $3 LIMIT 1";
        let which = [org.into(), due_by_ms.into(), i64::from(priority).into()];
        if self.inner.db.row(ANY, &which).await?.is_none() {
            return Ok(0);
        }
        let mut tx = self.begin().await?;
        let n = tx.run(SQL, &which).await?;
        tx.commit().await?;
        Ok(n)
    }

    /// How much work waits, in one org or in all.
    pub async fn backlog(&self, org: Option<&str>, now_ms: i64) -> Result<Backlog, StoreError> {
        const SQL: &str = "
            SELECT COUNT(CASE WHEN due_ms <= $2 THEN 1 END) AS due, COUNT(CASE WHEN due_ms > $2 THEN 1 END) AS waiting
            FROM hint WHERE org = $1 OR $1 IS NULL";
        let Some(row) = self.db().row(SQL, &[org.into(), now_ms.into()]).await? else { return Ok(Backlog::default()) };
        Ok(Backlog { due: row.number("due")?, waiting: row.number("waiting")? })
    }
}

/// Offers of one record, added up: a statement may touch a row only once.
#[derive(Serialize)]
struct Offered<'a> {
    #[serde(flatten)]
    key: &'a HintKey,
    version: Option<&'a str>,
    due_ms: i64,
    priority: i32,
    times: u32,
}

pub(crate) async fn offer(tx: &mut Tx, hints: &[Hint], now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO hint (org, connection, kind, record_id, version, seq, due_ms, priority, attempts, offered_ms)
        SELECT r.value->>'org', r.value->>'connection', r.value->>'kind', r.value->>'record_id', r.value->>'version',
            CAST(r.value->>'times' AS BIGINT), CAST(r.value->>'due_ms' AS BIGINT),
            CAST(r.value->>'priority' AS BIGINT), 0, $2
        FROM json_each($1) AS r WHERE true
        ON CONFLICT (org, connection, kind, record_id) DO UPDATE SET
            version = CASE WHEN hint.version = excluded.version THEN hint.version END,
            seq = hint.seq + excluded.seq,
            due_ms = CASE WHEN excluded.due_ms < hint.due_ms THEN excluded.due_ms ELSE hint.due_ms END,
            priority = CASE WHEN excluded.priority > hint.priority THEN excluded.priority ELSE hint.priority END,
            attempts = 0";
    if hints.is_empty() {
        return Ok(());
    }
    tx.run(SQL, &[list(&added_up(hints))?, now_ms.into()]).await?;
    Ok(())
}

/// In the order of the keys, so that two transactions cannot wait for each other's rows.
fn added_up(hints: &[Hint]) -> Vec<Offered<'_>> {
    let mut offers: BTreeMap<&HintKey, Offered<'_>> = BTreeMap::new();
    for hint in hints {
        let one = Offered {
            key: &hint.key,
            version: hint.version.as_deref(),
            due_ms: hint.due_ms,
            priority: hint.priority,
            times: 1,
        };
        offers.entry(&hint.key).and_modify(|all| all.add(&one)).or_insert(one);
    }
    offers.into_values().collect()
}

impl Offered<'_> {
    fn add(&mut self, other: &Self) {
        self.version = self.version.filter(|version| Some(*version) == other.version);
        self.due_ms = self.due_ms.min(other.due_ms);
        self.priority = self.priority.max(other.priority);
        self.times += other.times;
    }
}

/// Removes hints that no offer has touched since they were read; answers how many. The sequence number is compared on
/// the row itself, so that an offer which is being committed at this moment is seen.
pub(crate) async fn done(tx: &mut Tx, hints: &[(HintKey, i64)]) -> Result<u64, StoreError> {
    const SQL: &str = "
        DELETE FROM hint WHERE (org, connection, kind, record_id, seq) IN (
            SELECT r.value->>'org', r.value->>'connection', r.value->>'kind', r.value->>'record_id',
                CAST(r.value->>'seq' AS BIGINT)
            FROM json_each($1) AS r)";
    if hints.is_empty() {
        return Ok(0);
    }
    #[cfg(feature = "simulation")]
    if entente_core::wrong::is(entente_core::wrong::Wrong::HintWithoutSeq) {
        const ANY: &str = "
            DELETE FROM hint WHERE (org, connection, kind, record_id) IN (
                SELECT r.value->>'org', r.value->>'connection', r.value->>'kind', r.value->>'record_id'
                FROM json_each($1) AS r)";
        return tx.run(ANY, &[list(&seen(hints.iter().map(|(key, seq)| Seen { key, seq: *seq, due_ms: 0 })))?]).await;
    }
    tx.run(SQL, &[list(&seen(hints.iter().map(|(key, seq)| Seen { key, seq: *seq, due_ms: 0 })))?]).await
}

/// Puts hints off that no offer has touched since they were read. They lose their version: what could not be carried out
/// must not pass for an echo when it comes again. What is a word of its own stays: that a record was
/// deleted, or that a person asked for a refresh.
pub(crate) async fn put_off(tx: &mut Tx, hints: &[Again]) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE hint SET attempts = attempts + 1, due_ms = CAST(r.value->>'due_ms' AS BIGINT),
            version = CASE WHEN version IN ('deleted', 'refresh') THEN version END
        FROM json_each($1) AS r
        WHERE hint.org = r.value->>'org' AND hint.connection = r.value->>'connection' AND hint.kind = r.value->>'kind'
            AND hint.record_id = r.value->>'record_id' AND hint.seq = CAST(r.value->>'seq' AS BIGINT)";
    if hints.is_empty() {
        return Ok(());
    }
    tx.run(SQL, &[list(&rows(hints))?]).await?;
    Ok(())
}

fn rows(hints: &[Again]) -> Vec<Seen<'_>> {
    seen(hints.iter().map(|again| Seen { key: &again.key, seq: again.seq, due_ms: again.due_ms }))
}

#[derive(Serialize)]
struct Seen<'a> {
    #[serde(flatten)]
    key: &'a HintKey,
    seq: i64,
    due_ms: i64,
}

/// In the order of the keys, as offers are.
fn seen<'a>(hints: impl Iterator<Item = Seen<'a>>) -> Vec<Seen<'a>> {
    let mut hints: Vec<_> = hints.collect();
    hints.sort_by_key(|hint| hint.key);
    hints
}

fn due_hint(row: &Row) -> Result<DueHint, StoreError> {
    Ok(DueHint {
        hint: Hint {
            key: HintKey {
                org: row.text("org")?,
                connection: row.text("connection")?,
                kind: row.text("kind")?,
                record_id: row.text("record_id")?,
            },
            version: row.text_or_null("version")?,
            due_ms: row.int("due_ms")?,
            priority: row.number("priority")?,
        },
        seq: row.int("seq")?,
        attempts: row.number("attempts")?,
        offered_ms: row.int("offered_ms")?,
    })
}
