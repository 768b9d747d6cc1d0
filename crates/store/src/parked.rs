//! Records that should have a twin but were refused one: remembered, so that the same refusal is not asked for twice.

use std::collections::BTreeMap;

use entente_core::Side;
use serde::{Deserialize, Serialize};

use crate::{
    Hint, Link, LinkId, NewEntry, Store, StoreError, hint, journal, link,
    sql::{Row, Tx, damaged, ids, list, retried, texts},
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
    /// What kind of refusal it is.
    pub class: ParkedClass,
    /// What was refused; while it stays the same there is no point in trying again.
    pub fingerprint: String,
    /// What else the refusal may rest on, as it was then; nothing where that is not known.
    pub circumstances: Option<String>,
    /// Since when this fingerprint is refused. Given by the store when it is written.
    pub since_ms: i64,
}

/// Who can do something about a refusal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParkedClass {
    /// What the records say and what the item says do not fit together.
    Mapping,
    /// A vendor refused it.
    #[default]
    Rejected,
    /// A vendor says that a right is missing.
    Denied,
    /// Several records could be its twin: a person must say which.
    Ambiguous,
    /// The same, and a person has said that it stays without a twin: no open work.
    Ignored,
    /// The same, and a person has said that it gets a twin of its own: the next round makes it.
    New,
}

impl ParkedClass {
    /// Whether it is about who the twin is; the fingerprint is then the group of those that are alike.
    #[must_use]
    pub fn is_review(self) -> bool {
        match self {
            Self::Ambiguous | Self::Ignored | Self::New => true,
            Self::Mapping | Self::Rejected | Self::Denied => false,
        }
    }
}

/// What a person has said about a candidate whose twin was in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// Which candidate.
    pub key: ParkedKey,
    /// What it was about; a review of anything else stays as it is.
    pub fingerprint: String,
    /// What it is from now on.
    pub class: ParkedClass,
    /// What to look at because of it.
    pub hints: Vec<Hint>,
    /// What the journal says.
    pub journal: NewEntry,
}

/// What a person wants to be tried again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    /// Links whose refusals are forgotten.
    pub links: Vec<LinkId>,
    /// Candidates whose refusals are forgotten.
    pub candidates: Vec<ParkedKey>,
    /// What to look at because of it.
    pub hints: Vec<Hint>,
    /// What the journal says.
    pub journal: Vec<NewEntry>,
}

impl Store {
    /// Parked links of an item, or of all, in the order of their ids.
    pub async fn parked_links(&self, item: Option<&str>) -> Result<Vec<Link>, StoreError> {
        const SQL: &str = "
            SELECT * FROM linked WHERE state = 'parked' AND (item = $1 OR $1 IS NULL) ORDER BY id";
        self.db().rows(SQL, &[item.into()]).await?.iter().map(link::link).collect()
    }

    /// Parked candidates of an item, or of all, the oldest first. What a person has put aside is none.
    pub async fn parked(&self, item: Option<&str>) -> Result<Vec<Parked>, StoreError> {
        const SQL: &str = "
            SELECT * FROM parked WHERE (item = $1 OR $1 IS NULL) AND class <> 'ignored'
            ORDER BY since_ms, item, side, record_id";
        self.db().rows(SQL, &[item.into()]).await?.iter().map(parked).collect()
    }

    /// Forgets refusals and offers hints, so that rounds try again what was refused: one transaction, journalled.
    pub async fn retry(&self, retried: &Retried, now_ms: i64) -> Result<(), StoreError> {
        const FORGET: &str = "
            DELETE FROM refusal WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        const TOUCH: &str = "
            UPDATE link SET changed_ms = $2
            WHERE id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        let mut tx = self.begin().await?;
        tx.run(FORGET, &[ids(&retried.links)?]).await?;
        tx.run(TOUCH, &[ids(&retried.links)?, now_ms.into()]).await?;
        unpark(&mut tx, &retried.candidates).await?;
        hint::offer(&mut tx, &retried.hints, now_ms).await?;
        journal::append(&mut tx, retried.journal.iter().map(|entry| (entry.link_id, entry)), now_ms).await?;
        tx.commit().await
    }

    /// Candidates of an item, or of all, whose twin is or was in doubt, the oldest first.
    pub async fn reviews(&self, item: Option<&str>) -> Result<Vec<Parked>, StoreError> {
        const SQL: &str = "
            SELECT * FROM parked WHERE (item = $1 OR $1 IS NULL) AND class IN ('ambiguous', 'ignored', 'new')
            ORDER BY since_ms, item, side, record_id";
        self.db().rows(SQL, &[item.into()]).await?.iter().map(parked).collect()
    }

    /// Stores what a person has said about a candidate, with its journal entry and the hints by which rounds hear of it;
    /// `false` when the doubt is another one by now.
    pub async fn review(&self, said: &Reviewed, now_ms: i64) -> Result<bool, StoreError> {
        retried(|| self.review_once(said, now_ms)).await
    }

    async fn review_once(&self, said: &Reviewed, now_ms: i64) -> Result<bool, StoreError> {
        const SQL: &str = "
            UPDATE parked SET class = $5 WHERE item = $1 AND side = $2 AND record_id = $3 AND fingerprint = $4";
        let Reviewed { key, fingerprint, class, hints, journal } = said;
        let mut tx = self.begin().await?;
        let key = [key.item.as_str().into(), key.side.as_str().into(), key.record_id.as_str().into()];
        let values = key.into_iter().chain([fingerprint.as_str().into(), word(*class).into()]);
        if tx.run(SQL, &values.collect::<Vec<_>>()).await? == 0 {
            return Ok(false);
        }
        hint::offer(&mut tx, hints, now_ms).await?;
        journal::append(&mut tx, [(journal.link_id, journal)].into_iter(), now_ms).await?;
        tx.commit().await?;
        Ok(true)
    }

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
        const SQL: &str = "
            SELECT * FROM parked WHERE item = $1 AND class <> 'ignored' ORDER BY since_ms, side, record_id LIMIT $2";
        self.db().rows(SQL, &[item.into(), limit.into()]).await?.iter().map(parked).collect()
    }
}

/// Parks candidates; the same refusal again keeps its time, and the same doubt what a person has said about it.
pub(crate) async fn park(tx: &mut Tx, org: &str, parked: &[Parked], now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO parked (item, side, record_id, org, reason, class, fingerprint,
            circumstances, since_ms)
        SELECT r.value->>'item', r.value->>'side', r.value->>'record_id', $2, r.value->>'reason',
            r.value->>'class', r.value->>'fingerprint', r.value->>'circumstances', $3
        FROM json_each($1) AS r WHERE true
        ON CONFLICT (item, side, record_id) DO UPDATE SET
            since_ms = CASE WHEN parked.fingerprint = excluded.fingerprint
                THEN parked.since_ms ELSE excluded.since_ms END,
            reason = excluded.reason,
            class = CASE WHEN parked.fingerprint = excluded.fingerprint AND excluded.class = 'ambiguous'
                THEN parked.class ELSE excluded.class END,
            fingerprint = excluded.fingerprint, circumstances = excluded.circumstances, org = excluded.org";
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

/// As it is stored.
fn word(class: ParkedClass) -> &'static str {
    match class {
        ParkedClass::Mapping => "mapping",
        ParkedClass::Rejected => "rejected",
        ParkedClass::Denied => "denied",
        ParkedClass::Ambiguous => "ambiguous",
        ParkedClass::Ignored => "ignored",
        ParkedClass::New => "new",
    }
}

fn class(text: &str) -> Result<ParkedClass, StoreError> {
    match text {
        "mapping" => Ok(ParkedClass::Mapping),
        "rejected" => Ok(ParkedClass::Rejected),
        "denied" => Ok(ParkedClass::Denied),
        "ambiguous" => Ok(ParkedClass::Ambiguous),
        "ignored" => Ok(ParkedClass::Ignored),
        "new" => Ok(ParkedClass::New),
        _ => Err(damaged("class", "is unknown")),
    }
}

fn parked(row: &Row) -> Result<Parked, StoreError> {
    Ok(Parked {
        key: ParkedKey { item: row.text("item")?, side: row.side("side")?, record_id: row.text("record_id")? },
        reason: row.text("reason")?,
        class: class(&row.text("class")?)?,
        fingerprint: row.text("fingerprint")?,
        circumstances: row.text_or_null("circumstances")?,
        since_ms: row.int("since_ms")?,
    })
}
