//! The durable announcement of updates, written before the calls that make them. A crash or a lost answer must not let
//! a value of ours pass for somebody's edit: what was announced and is shown was agreed.

use std::collections::BTreeMap;

use entente_core::{MappingKey, Side, Value};
use serde::Serialize;

use crate::{
    Fence, NewEntry, Store, StoreError,
    sql::{Row, Tx, list, texts},
};

/// The record and the issue of a pair.
pub type Pair = (String, String);

/// One value that is about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The Salesforce record id, and the Jira issue id.
    pub pair: Pair,
    /// The field.
    pub mapping: MappingKey,
    /// Where it is written.
    pub side: Side,
    /// The round that writes it.
    pub round: String,
    /// What stands there.
    pub before: Value,
    /// What is written.
    pub after: Value,
    /// What the other side shows, from which it comes.
    pub source: Value,
    /// When it was announced.
    pub at_ms: i64,
}

/// What a round knows in the end about what it has announced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The round.
    pub round: String,
    /// Pairs whose writes of this round all had an answer.
    pub answered: Vec<Pair>,
    /// Writes of earlier rounds that are known to have landed.
    pub landed: Vec<Sent>,
    /// Pairs that are at rest: nothing that was sent to them before `settled_ms` can take effect any more.
    pub at_rest: Vec<Pair>,
    /// See `at_rest`.
    pub settled_ms: i64,
}

#[derive(Serialize)]
struct PairRow<'a> {
    salesforce_id: &'a str,
    jira_id: &'a str,
}

#[derive(Serialize)]
struct SentRow<'a> {
    salesforce_id: &'a str,
    jira_id: &'a str,
    mapping: &'a MappingKey,
    side: Side,
    round: &'a str,
    before: String,
    after: String,
    source: String,
}

impl Store {
    /// Announces updates, and journals what they overwrite. Must return before they are sent.
    pub async fn announce(
        &self,
        fence: &Fence,
        sent: &[Sent],
        entries: &[NewEntry],
        now_ms: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO sent (org, salesforce_id, jira_id, mapping, side, round, before, after, source, at_ms)
            SELECT $2, r.value->>'salesforce_id', r.value->>'jira_id', r.value->>'mapping', r.value->>'side',
                r.value->>'round', r.value->>'before', r.value->>'after', r.value->>'source', $3
            FROM json_each($1) AS r WHERE true
            ON CONFLICT DO NOTHING";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        let rows: Vec<SentRow<'_>> = sent.iter().map(row).collect::<Result<_, _>>()?;
        tx.run(SQL, &[list(&rows)?, (&fence.org).into(), now_ms.into()]).await?;
        self.append_journal(&mut tx, entries.iter().map(|entry| (entry.link_id, entry)), now_ms).await?;
        tx.commit().await
    }

    /// What was announced for pairs of these records and never heard of, the oldest first, by pair.
    pub async fn unheard(&self, org: &str, salesforce_ids: &[String]) -> Result<BTreeMap<Pair, Vec<Sent>>, StoreError> {
        const SQL: &str = "
            SELECT * FROM sent WHERE org = $1
                AND salesforce_id IN (SELECT r.value->>'text' FROM json_each($2) AS r) ORDER BY at_ms, round";
        let mut by_pair: BTreeMap<Pair, Vec<Sent>> = BTreeMap::new();
        if salesforce_ids.is_empty() {
            return Ok(by_pair);
        }
        for row in self.db().rows(SQL, &[org.into(), texts(salesforce_ids)?]).await? {
            let sent = read(&row)?;
            by_pair.entry(sent.pair.clone()).or_default().push(sent);
        }
        Ok(by_pair)
    }
}

fn row(sent: &Sent) -> Result<SentRow<'_>, StoreError> {
    let json = |value: &Value| serde_json::to_string(value).map_err(|error| StoreError::Refused(error.into()));
    Ok(SentRow {
        salesforce_id: &sent.pair.0,
        jira_id: &sent.pair.1,
        mapping: &sent.mapping,
        side: sent.side,
        round: &sent.round,
        before: json(&sent.before)?,
        after: json(&sent.after)?,
        source: json(&sent.source)?,
    })
}

/// Forgets what a round has heard of, and what can have no effect any more.
pub(crate) async fn hear(tx: &mut Tx, org: &str, heard: &Heard) -> Result<(), StoreError> {
    const ANSWERED: &str = "
        DELETE FROM sent WHERE org = $2 AND round = $3 AND (salesforce_id, jira_id) IN (
            SELECT r.value->>'salesforce_id', r.value->>'jira_id' FROM json_each($1) AS r)";
    const LANDED: &str = "
        DELETE FROM sent WHERE org = $2 AND (salesforce_id, jira_id, mapping, side, round) IN (
            SELECT r.value->>'salesforce_id', r.value->>'jira_id', r.value->>'mapping', r.value->>'side',
                r.value->>'round' FROM json_each($1) AS r)";
    const SETTLED: &str = "
        DELETE FROM sent WHERE org = $2 AND at_ms < $3 AND (salesforce_id, jira_id) IN (
            SELECT r.value->>'salesforce_id', r.value->>'jira_id' FROM json_each($1) AS r)";
    if !heard.answered.is_empty() {
        let params = [list(&pairs(&heard.answered))?, org.into(), heard.round.as_str().into()];
        tx.run(ANSWERED, &params).await?;
    }
    if !heard.landed.is_empty() {
        let rows: Vec<SentRow<'_>> = heard.landed.iter().map(row).collect::<Result<_, _>>()?;
        tx.run(LANDED, &[list(&rows)?, org.into()]).await?;
    }
    if !heard.at_rest.is_empty() {
        tx.run(SETTLED, &[list(&pairs(&heard.at_rest))?, org.into(), heard.settled_ms.into()]).await?;
    }
    Ok(())
}

fn pairs(pairs: &[Pair]) -> Vec<PairRow<'_>> {
    pairs.iter().map(|(salesforce_id, jira_id)| PairRow { salesforce_id, jira_id }).collect()
}

fn read(row: &Row) -> Result<Sent, StoreError> {
    Ok(Sent {
        pair: (row.text("salesforce_id")?, row.text("jira_id")?),
        mapping: row.mapping("mapping")?,
        side: row.side("side")?,
        round: row.text("round")?,
        before: row.json("before")?,
        after: row.json("after")?,
        source: row.json("source")?,
        at_ms: row.int("at_ms")?,
    })
}
