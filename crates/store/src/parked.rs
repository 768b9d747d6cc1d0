//! Records that should have a twin but were refused one: remembered, so that the same refusal is not asked for twice.

use std::collections::BTreeMap;

use entente_core::Side;
use serde::Serialize;

use crate::{
    Store, StoreError,
    sql::{Row, Tx, list, texts},
};

/// Which candidate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ParkedKey {
    /// The item under which it should have a twin.
    pub item: String,
    /// The side on which the record lives.
    pub side: Side,
    /// The record.
    pub record_id: String,
}

/// A candidate that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parked {
    /// Which one.
    #[serde(flatten)]
    pub key: ParkedKey,
    /// The refusal, in the vendor's words or ours.
    pub reason: String,
    /// What was refused; while it stays the same there is no point in trying again.
    pub fingerprint: String,
    /// Since when this fingerprint is refused. Given by the store when it is written.
    pub since_ms: i64,
}

impl Store {
    /// Which of some records are parked under an item.
    pub async fn parked_among(&self, item: &str, side: Side, record_ids: &[String]) -> Result<Vec<Parked>, StoreError> {
        const SQL: &str = "
            SELECT * FROM parked WHERE item = $1 AND side = $2
                AND record_id IN (SELECT r.value->>'text' FROM json_each($3) AS r) ORDER BY record_id";
        if record_ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.db().rows(SQL, &[item.into(), side.as_str().into(), texts(record_ids)?]).await?;
        rows.iter().map(parked).collect()
    }

    /// Parked candidates of an item, the oldest first.
    pub async fn parked_of_item(&self, item: &str, limit: usize) -> Result<Vec<Parked>, StoreError> {
        const SQL: &str = "SELECT * FROM parked WHERE item = $1 ORDER BY since_ms, side, record_id LIMIT $2";
        self.db().rows(SQL, &[item.into(), limit.into()]).await?.iter().map(parked).collect()
    }
}

/// Parks candidates; the same refusal again keeps its time.
pub(crate) async fn park(tx: &mut Tx, org: &str, parked: &[Parked], now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO parked (item, side, record_id, org, reason, fingerprint, since_ms)
        SELECT r.value->>'item', r.value->>'side', r.value->>'record_id', $2, r.value->>'reason',
            r.value->>'fingerprint', $3
        FROM json_each($1) AS r WHERE true
        ON CONFLICT (item, side, record_id) DO UPDATE SET
            since_ms = CASE WHEN parked.fingerprint = excluded.fingerprint THEN parked.since_ms ELSE excluded.since_ms END,
            reason = excluded.reason, fingerprint = excluded.fingerprint, org = excluded.org";
    if parked.is_empty() {
        return Ok(());
    }
    // A statement may touch a row only once.
    let last_word: BTreeMap<_, _> = parked.iter().map(|parked| (&parked.key, parked)).collect();
    tx.run(SQL, &[list(&last_word.into_values().collect::<Vec<_>>())?, org.into(), now_ms.into()]).await?;
    Ok(())
}

/// Forgets candidates that have a twin now, or want none.
pub(crate) async fn unpark(tx: &mut Tx, keys: &[ParkedKey]) -> Result<(), StoreError> {
    const SQL: &str = "
        DELETE FROM parked WHERE (item, side, record_id) IN (
            SELECT r.value->>'item', r.value->>'side', r.value->>'record_id' FROM json_each($1) AS r)";
    if keys.is_empty() {
        return Ok(());
    }
    tx.run(SQL, &[list(keys)?]).await?;
    Ok(())
}

fn parked(row: &Row) -> Result<Parked, StoreError> {
    Ok(Parked {
        key: ParkedKey { item: row.text("item")?, side: row.side("side")?, record_id: row.text("record_id")? },
        reason: row.text("reason")?,
        fingerprint: row.text("fingerprint")?,
        since_ms: row.int("since_ms")?,
    })
}
