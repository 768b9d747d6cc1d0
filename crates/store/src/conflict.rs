//! Fields that both sides changed where the rule says ask, and what people answered.

use std::collections::{BTreeMap, HashMap};

use entente_core::{MappingKey, Side, Sides, Value};

use serde::Serialize;

use crate::{
    Hint, LinkId, NewEntry, Store, StoreError, hint, journal,
    sql::{Row, Tx, ids, json, list, retried},
};

/// A conflict as a plan states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConflict {
    /// Which field.
    pub mapping: MappingKey,
    /// What each side shows.
    pub values: Sides<Value>,
}

/// A conflict that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Whose.
    pub link_id: LinkId,
    /// Which field.
    pub mapping: MappingKey,
    /// What each side shows.
    pub values: Sides<Value>,
    /// Since when it is open.
    pub since_ms: i64,
}

/// What a person decided about a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whose.
    pub link_id: LinkId,
    /// Which field.
    pub mapping: MappingKey,
    /// Whose value stands.
    pub stands: Side,
    /// Who decided.
    pub by: String,
}

impl Store {
    /// Open conflicts of some links.
    pub async fn conflicts(&self, link_ids: &[LinkId]) -> Result<Vec<Conflict>, StoreError> {
        const SQL: &str = "
            SELECT * FROM conflict WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)
            ORDER BY link_id, mapping";
        if link_ids.is_empty() {
            return Ok(Vec::new());
        }
        self.db().rows(SQL, &[ids(link_ids)?]).await?.iter().map(conflict).collect()
    }

    /// Open conflicts of an item, or of all, the oldest first.
    pub async fn open_conflicts(&self, item: Option<&str>, limit: usize) -> Result<Vec<Conflict>, StoreError> {
        const SQL: &str = "
            SELECT conflict.* FROM conflict JOIN link ON link.id = conflict.link_id
            WHERE (link.item = $1 OR $1 IS NULL) AND link.state IN ('active', 'parked')
            ORDER BY conflict.since_ms, conflict.link_id, conflict.mapping LIMIT $2";
        self.db().rows(SQL, &[item.into(), limit.into()]).await?.iter().map(conflict).collect()
    }

    /// Stores a person's decision, journals it and offers `hint`, so that a round carries it out: one transaction.
    /// `false`, and nothing stored, when there is no such open conflict. A later decision replaces an earlier one; it goes
    /// when a round commits the link without that conflict.
    pub async fn decide(&self, decision: &Decision, hint: &Hint, now_ms: i64) -> Result<bool, StoreError> {
        retried(|| self.decide_once(decision, hint, now_ms)).await
    }

    async fn decide_once(&self, decision: &Decision, hint: &Hint, now_ms: i64) -> Result<bool, StoreError> {
        const SQL: &str = "
            INSERT INTO decision (link_id, mapping, stands, decided_by, decided_ms)
            SELECT conflict.link_id, conflict.mapping, $3, $4, $5 FROM conflict WHERE link_id = $1 AND mapping = $2
            ON CONFLICT (link_id, mapping) DO UPDATE SET
                stands = excluded.stands, decided_by = excluded.decided_by, decided_ms = excluded.decided_ms";
        let Decision { link_id, mapping, stands, by } = decision;
        let mut tx = self.begin().await?;
        let params =
            [(*link_id).into(), (&mapping.to_string()).into(), stands.as_str().into(), by.into(), now_ms.into()];
        if tx.run(SQL, &params).await? == 0 {
            return Ok(false);
        }
        hint::offer(&mut tx, std::slice::from_ref(hint), now_ms).await?;
        let entry = journalled(decision, hint);
        journal::append(&mut tx, [(entry.link_id, &entry)].into_iter(), now_ms).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// What was decided for some links.
    pub async fn decisions(
        &self,
        link_ids: &[LinkId],
    ) -> Result<HashMap<LinkId, BTreeMap<MappingKey, Side>>, StoreError> {
        const SQL: &str = "
            SELECT * FROM decision WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        let mut decisions: HashMap<LinkId, BTreeMap<MappingKey, Side>> = HashMap::new();
        if link_ids.is_empty() {
            return Ok(decisions);
        }
        for row in self.db().rows(SQL, &[ids(link_ids)?]).await? {
            decisions.entry(row.int("link_id")?).or_default().insert(row.mapping("mapping")?, row.side("stands")?);
        }
        Ok(decisions)
    }
}

fn journalled(decision: &Decision, hint: &Hint) -> NewEntry {
    NewEntry {
        kind: "decision".to_owned(),
        org: Some(hint.key.org.clone()),
        link_id: Some(decision.link_id),
        side: Some(decision.stands),
        mapping: Some(decision.mapping.clone()),
        text: format!("{} decided that the value of {} stands for {}", decision.by, decision.stands, decision.mapping),
        ..NewEntry::default()
    }
}

#[derive(Serialize)]
struct Open<'a> {
    link_id: LinkId,
    mapping: &'a MappingKey,
    salesforce: String,
    jira: String,
}

/// Replaces the conflicts of some links. One that stays keeps its time; decisions about those that go, go too.
pub(crate) async fn replace(tx: &mut Tx, of_links: &[(LinkId, &[NewConflict])], now_ms: i64) -> Result<(), StoreError> {
    const GONE: &str = "
        DELETE FROM conflict WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)
            AND (link_id, mapping) NOT IN (
                SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'mapping' FROM json_each($2) AS r)";
    const OPEN: &str = "
        INSERT INTO conflict (link_id, mapping, salesforce, jira, since_ms)
        SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'mapping', r.value->>'salesforce', r.value->>'jira', $2
        FROM json_each($1) AS r WHERE true
        ON CONFLICT (link_id, mapping) DO UPDATE SET salesforce = excluded.salesforce, jira = excluded.jira";
    const ANSWERED: &str = "
        DELETE FROM decision WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)
            AND NOT EXISTS (
                SELECT 1 FROM conflict WHERE conflict.link_id = decision.link_id AND conflict.mapping = decision.mapping)";
    if of_links.is_empty() {
        return Ok(());
    }
    let links = ids(&of_links.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
    let open = open_rows(of_links)?;
    tx.run(GONE, &[links.clone(), list(&open)?]).await?;
    if !open.is_empty() {
        tx.run(OPEN, &[list(&open)?, now_ms.into()]).await?;
    }
    tx.run(ANSWERED, &[links]).await?;
    Ok(())
}

/// A plan that names a field twice is taken by its last word.
fn open_rows<'a>(of_links: &[(LinkId, &'a [NewConflict])]) -> Result<Vec<Open<'a>>, StoreError> {
    let mut rows = BTreeMap::new();
    for (link_id, conflicts) in of_links {
        for NewConflict { mapping, values } in *conflicts {
            let salesforce = json(&values.salesforce)?;
            let jira = json(&values.jira)?;
            rows.insert((*link_id, mapping), Open { link_id: *link_id, mapping, salesforce, jira });
        }
    }
    Ok(rows.into_values().collect())
}

fn conflict(row: &Row) -> Result<Conflict, StoreError> {
    Ok(Conflict {
        link_id: row.int("link_id")?,
        mapping: row.mapping("mapping")?,
        values: Sides::new(row.json("salesforce")?, row.json("jira")?),
        since_ms: row.int("since_ms")?,
    })
}
