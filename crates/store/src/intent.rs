//! The durable announcement of a create, written before the call that makes it: what keeps a lost answer from becoming
//! a second twin.

use std::collections::{HashMap, HashSet};

use entente_core::Side;
use serde::Serialize;

use crate::{
    Fence, Store, StoreError,
    sql::{Row, Tx, damaged, list, texts},
};

/// How far a create has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentState {
    /// Announced; the call has not been sent, for sure.
    Planned,
    /// The call may have been sent: its outcome is unknown until it is probed.
    Sent,
}

/// A create to announce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewIntent {
    /// The operation id, which the created object will carry.
    pub op_id: String,
    /// The item.
    pub item: String,
    /// Where something will be created.
    pub side: Side,
    /// The record on the other side that wants a twin.
    pub source_id: String,
    /// The highest issue number known before the call, from which a probe starts.
    pub probe_floor: Option<i64>,
    /// What will be sent. Until the end is known, a repetition sends this and nothing newer.
    pub payload: String,
}

/// A create whose end is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// What was announced.
    pub new: NewIntent,
    /// The Salesforce connection.
    pub org: String,
    /// How far it has come.
    pub state: IntentState,
    /// Until when a request that was lost may still take effect, by the clock of the side it was sent to where that is known.
    pub settle_until_ms: Option<i64>,
}

impl Store {
    /// Announces creates; answers in the order asked. A record that has an open intent already (same item, side and
    /// source) keeps that one, and gets it as its answer: same operation, same id. One that has a link under the item by
    /// now gets none, and is left out.
    pub async fn plan_intents(
        &self,
        fence: &Fence,
        intents: &[NewIntent],
        now_ms: i64,
    ) -> Result<Vec<Intent>, StoreError> {
        if intents.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        let linked = linked_among(&mut tx, fence, intents).await?;
        let is_free = |new: &&NewIntent| !linked.contains(&(new.item.clone(), new.side, new.source_id.clone()));
        let free: Vec<NewIntent> = intents.iter().filter(is_free).cloned().collect();
        insert(&mut tx, fence, &free, now_ms).await?;
        let open = open_among(&mut tx, fence, &free).await?;
        tx.commit().await?;
        Ok(open)
    }

    /// Notes that the calls are about to be sent. Must return before they are.
    pub async fn mark_sent(
        &self,
        fence: &Fence,
        op_ids: &[String],
        now_ms: i64,
        settle_until_ms: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            UPDATE intent SET state = 'sent', sent_ms = $3, settle_until_ms = $4, attempts = attempts + 1, epoch = $5
            WHERE op_id IN (SELECT r.value->>'text' FROM json_each($1) AS r) AND org = $2
                AND state IN ('planned', 'sent')";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        let params = [texts(op_ids)?, (&fence.org).into(), now_ms.into(), settle_until_ms.into(), fence.epoch.into()];
        let n = tx.run(SQL, &params).await?;
        if usize::try_from(n) != Ok(op_ids.len()) {
            return Err(StoreError::Refused("an operation was not announced, or has ended".into()));
        }
        let count = self.count_creations(&mut tx, op_ids.len()).await?;
        tx.commit().await?;
        self.note_creations(count)
    }

    /// All creates of an org whose end is not known, oldest first.
    pub async fn open_intents(&self, org: &str) -> Result<Vec<Intent>, StoreError> {
        const SQL: &str = "
            SELECT * FROM intent WHERE org = $1 AND state IN ('planned', 'sent') ORDER BY created_ms, op_id";
        self.db().rows(SQL, &[org.into()]).await?.iter().map(intent).collect()
    }
}

/// The sources that have a link under their item.
async fn linked_among(
    tx: &mut Tx,
    fence: &Fence,
    intents: &[NewIntent],
) -> Result<HashSet<(String, Side, String)>, StoreError> {
    const SQL: &str = "
        SELECT item, 'jira' AS side, salesforce_id AS source_id FROM link
        WHERE org = $2 AND state <> 'unlinked' AND (item, salesforce_id) IN (
            SELECT r.value->>'item', r.value->>'source_id' FROM json_each($1) AS r WHERE r.value->>'side' = 'jira')
        UNION ALL
        SELECT item, 'salesforce' AS side, jira_id AS source_id FROM link
        WHERE org = $2 AND state <> 'unlinked' AND (item, jira_id) IN (
            SELECT r.value->>'item', r.value->>'source_id' FROM json_each($1) AS r
            WHERE r.value->>'side' = 'salesforce')";
    let rows = tx.rows(SQL, &[list(intents)?, (&fence.org).into()]).await?;
    rows.iter().map(|row| Ok((row.text("item")?, row.side("side")?, row.text("source_id")?))).collect()
}

async fn insert(tx: &mut Tx, fence: &Fence, intents: &[NewIntent], now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO intent (op_id, org, item, side, source_id, state, probe_floor, payload, created_ms, attempts, epoch)
        SELECT r.value->>'op_id', $2, r.value->>'item', r.value->>'side', r.value->>'source_id', 'planned',
            CAST(r.value->>'probe_floor' AS BIGINT), r.value->>'payload', $3, 0, $4
        FROM json_each($1) AS r WHERE true
        ON CONFLICT DO NOTHING";
    tx.run(SQL, &[list(intents)?, (&fence.org).into(), now_ms.into(), fence.epoch.into()]).await?;
    Ok(())
}

async fn open_among(tx: &mut Tx, fence: &Fence, intents: &[NewIntent]) -> Result<Vec<Intent>, StoreError> {
    const SQL: &str = "
        SELECT * FROM intent WHERE org = $2 AND state IN ('planned', 'sent') AND (item, side, source_id) IN (
            SELECT r.value->>'item', r.value->>'side', r.value->>'source_id' FROM json_each($1) AS r)";
    let mut open = HashMap::new();
    for row in tx.rows(SQL, &[list(intents)?, (&fence.org).into()]).await? {
        let found = intent(&row)?;
        open.insert((found.new.item.clone(), found.new.side, found.new.source_id.clone()), found);
    }
    let of = |new: &NewIntent| open.get(&(new.item.clone(), new.side, new.source_id.clone())).cloned();
    let all: Option<Vec<_>> = intents.iter().map(of).collect();
    all.ok_or_else(|| StoreError::Refused("an operation id was used before".into()))
}

/// How a create has ended.
#[derive(Serialize)]
pub(crate) struct Ended<'a> {
    pub(crate) op_id: &'a str,
    pub(crate) org: &'a str,
    pub(crate) state: &'static str,
    pub(crate) target_id: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
}

/// Closes intents, and forgets the values that they sent. One that is not open any more is left as it is.
pub(crate) async fn end(tx: &mut Tx, ended: &[Ended<'_>], now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE intent SET state = r.value->>'state', target_id = r.value->>'target_id', reason = r.value->>'reason',
            payload = '', ended_ms = $2
        FROM json_each($1) AS r
        WHERE intent.op_id = r.value->>'op_id' AND intent.org = r.value->>'org'
            AND intent.state IN ('planned', 'sent')";
    if ended.is_empty() {
        return Ok(());
    }
    tx.run(SQL, &[list(ended)?, now_ms.into()]).await?;
    Ok(())
}

fn intent(row: &Row) -> Result<Intent, StoreError> {
    Ok(Intent {
        new: NewIntent {
            op_id: row.text("op_id")?,
            item: row.text("item")?,
            side: row.side("side")?,
            source_id: row.text("source_id")?,
            probe_floor: row.int_or_null("probe_floor")?,
            payload: row.text("payload")?,
        },
        org: row.text("org")?,
        state: match row.text("state")?.as_str() {
            "planned" => IntentState::Planned,
            "sent" => IntentState::Sent,
            _ => return Err(damaged("state", "is not one of an open intent")),
        },
        settle_until_ms: row.int_or_null("settle_until_ms")?,
    })
}
