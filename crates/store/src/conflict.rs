//! Fields that both sides changed where the rule says ask, and what people answered.

use std::collections::{BTreeMap, HashMap};

use entente_core::{
    MappingKey, Side, Sides, Value,
    link::{Decision, Take},
};

use serde::Serialize;

use crate::{
    Hint, LinkId, NewEntry, Store, StoreError, hint,
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

/// A conflict that waits for a person, or for its decision to be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub link_id: LinkId,
    /// Which field.
    pub mapping: MappingKey,
    /// What each side shows.
    pub values: Sides<Value>,
    /// Since when it is open.
    pub since_ms: i64,
    /// What was decided, which a round has still to carry out.
    pub decided: Option<Decided>,
}

/// A person's decision about a field of a link, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What shall stand, and what the person saw.
    pub decision: Decision,
    /// Who decided.
    pub by: String,
    /// When.
    pub at_ms: i64,
}

/// A person's decision about a field of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDecision {
    /// Whose.
    pub link_id: LinkId,
    /// Under which item, for the journal.
    pub item: String,
    /// Which field.
    pub mapping: MappingKey,
    /// What shall stand, and what the person saw.
    pub decision: Decision,
    /// Who decided.
    pub by: String,
    /// The record to look at, so that a round carries it out.
    pub hint: Hint,
}

impl Store {
    /// Open conflicts of some links.
    pub async fn conflicts(&self, link_ids: &[LinkId]) -> Result<Vec<Conflict>, StoreError> {
        const SQL: &str = "
            SELECT c.*, d.take, d.salesforce AS seen_salesforce, d.jira AS seen_jira, d.decided_by, d.decided_ms
            FROM conflict AS c LEFT JOIN decision AS d ON d.link_id = c.link_id AND d.mapping = c.mapping
            WHERE c.link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)
            ORDER BY c.link_id, c.mapping";
        if link_ids.is_empty() {
            return Ok(Vec::new());
        }
        self.db().rows(SQL, &[ids(link_ids)?]).await?.iter().map(conflict).collect()
    }

    /// Open conflicts of an item, or of all, in the order of their numbers; begin with `after = 0`.
    pub async fn open_conflicts(
        &self,
        item: Option<&str>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Conflict>, StoreError> {
        const SQL: &str = "
            SELECT c.*, d.take, d.salesforce AS seen_salesforce, d.jira AS seen_jira, d.decided_by, d.decided_ms
            FROM conflict AS c JOIN link ON link.id = c.link_id
                LEFT JOIN decision AS d ON d.link_id = c.link_id AND d.mapping = c.mapping
            WHERE (link.item = $1 OR $1 IS NULL) AND link.state IN ('active', 'parked') AND c.id > $2
            ORDER BY c.id LIMIT $3";
        self.db().rows(SQL, &[item.into(), after.into(), limit.into()]).await?.iter().map(conflict).collect()
    }

    /// Stores decisions of a person, journals them and offers their hints, so that rounds carry them out: one
    /// transaction. Each opens a conflict where none is open, which lasts as long as the decision is not carried out. A
    /// later decision replaces an earlier one.
    pub async fn decide(&self, decisions: &[NewDecision], now_ms: i64) -> Result<(), StoreError> {
        retried(|| self.decide_once(decisions, now_ms)).await
    }

    async fn decide_once(&self, decisions: &[NewDecision], now_ms: i64) -> Result<(), StoreError> {
        const OPEN: &str = "
            INSERT INTO conflict (link_id, mapping, salesforce, jira, since_ms)
            SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'mapping', r.value->>'salesforce', r.value->>'jira',
                $2
            FROM json_each($1) AS r WHERE true ON CONFLICT (link_id, mapping) DO NOTHING";
        const SQL: &str = "
            INSERT INTO decision (link_id, mapping, take, salesforce, jira, decided_by, decided_ms)
            SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'mapping', r.value->>'take', r.value->>'salesforce',
                r.value->>'jira', r.value->>'decided_by', $2
            FROM json_each($1) AS r WHERE true
            ON CONFLICT (link_id, mapping) DO UPDATE SET take = excluded.take, salesforce = excluded.salesforce,
                jira = excluded.jira, decided_by = excluded.decided_by, decided_ms = excluded.decided_ms";
        if decisions.is_empty() {
            return Ok(());
        }
        let rows = list(&decisions.iter().map(decision_row).collect::<Result<Vec<_>, _>>()?)?;
        let entries: Vec<NewEntry> = decisions.iter().map(journalled).collect();
        let hints: Vec<Hint> = decisions.iter().map(|decision| decision.hint.clone()).collect();
        let mut tx = self.begin().await?;
        tx.run(OPEN, &[rows.clone(), now_ms.into()]).await?;
        tx.run(SQL, &[rows, now_ms.into()]).await?;
        hint::offer(&mut tx, &hints, now_ms).await?;
        self.append_journal(&mut tx, entries.iter().map(|entry| (entry.link_id, entry)), now_ms).await?;
        tx.commit().await
    }

    /// What was decided for some links.
    pub async fn decisions(
        &self,
        link_ids: &[LinkId],
    ) -> Result<HashMap<LinkId, BTreeMap<MappingKey, Decided>>, StoreError> {
        const SQL: &str = "
            SELECT d.*, d.salesforce AS seen_salesforce, d.jira AS seen_jira FROM decision AS d
            WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        let mut decisions: HashMap<LinkId, BTreeMap<MappingKey, Decided>> = HashMap::new();
        if link_ids.is_empty() {
            return Ok(decisions);
        }
        for row in self.db().rows(SQL, &[ids(link_ids)?]).await? {
            let Some(decided) = decided(&row)? else { continue };
            decisions.entry(row.int("link_id")?).or_default().insert(row.mapping("mapping")?, decided);
        }
        Ok(decisions)
    }
}

#[derive(Serialize)]
struct DecisionRow<'a> {
    link_id: LinkId,
    mapping: &'a MappingKey,
    take: String,
    salesforce: String,
    jira: String,
    decided_by: &'a str,
}

fn decision_row(new: &NewDecision) -> Result<DecisionRow<'_>, StoreError> {
    let Decision { take, seen } = &new.decision;
    Ok(DecisionRow {
        link_id: new.link_id,
        mapping: &new.mapping,
        take: json(take)?,
        salesforce: json(&seen.salesforce)?,
        jira: json(&seen.jira)?,
        decided_by: &new.by,
    })
}

fn journalled(new: &NewDecision) -> NewEntry {
    let (side, words): (Side, String) = match &new.decision.take {
        Take::Side(side) => (*side, format!("the value of {side} stands")),
        Take::Value { side, value } => (*side, format!("{side} shall show \"{value}\"")),
    };
    NewEntry {
        kind: "decision".to_owned(),
        org: Some(new.hint.key.org.clone()),
        item: Some(new.item.clone()),
        link_id: Some(new.link_id),
        side: Some(side),
        mapping: Some(new.mapping.clone()),
        text: format!("{} decided that {words} for {}", new.by, new.mapping),
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

#[derive(Serialize)]
struct Known<'a> {
    link_id: LinkId,
    mapping: &'a MappingKey,
    decided_ms: i64,
}

/// What a round found out about the conflicts of a link.
pub(crate) struct Found<'a> {
    pub(crate) link_id: LinkId,
    pub(crate) open: &'a [NewConflict],
    pub(crate) judged: Option<&'a BTreeMap<MappingKey, i64>>,
}

/// Opens conflicts, and ends what the round has judged: decisions that it knew, unless their conflict is open with the
/// very values that were decided on, and other conflicts, unless somebody has just decided them. One that stays keeps
/// its time.
pub(crate) async fn replace(tx: &mut Tx, of_links: &[Found<'_>], now_ms: i64) -> Result<(), StoreError> {
    const ANSWERED: &str = "
        DELETE FROM decision
        WHERE (link_id, mapping, decided_ms) IN (
                SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'mapping', CAST(r.value->>'decided_ms' AS BIGINT)
                FROM json_each($1) AS r)
            AND (link_id, mapping, salesforce, jira) NOT IN (
                SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'mapping', r.value->>'salesforce',
                    r.value->>'jira'
                FROM json_each($2) AS r)";
    const GONE: &str = "
        DELETE FROM conflict WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)
            AND (link_id, mapping) NOT IN (
                SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'mapping' FROM json_each($2) AS r)
            AND NOT EXISTS (
                SELECT 1 FROM decision
                WHERE decision.link_id = conflict.link_id AND decision.mapping = conflict.mapping)";
    const OPEN: &str = "
        INSERT INTO conflict (link_id, mapping, salesforce, jira, since_ms)
        SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'mapping', r.value->>'salesforce', r.value->>'jira', $2
        FROM json_each($1) AS r WHERE true
        ON CONFLICT (link_id, mapping) DO UPDATE SET salesforce = excluded.salesforce, jira = excluded.jira";
    let open = open_rows(of_links)?;
    let judged: Vec<LinkId> = of_links.iter().filter(|found| found.judged.is_some()).map(|f| f.link_id).collect();
    let known = known_rows(of_links);
    if !known.is_empty() {
        tx.run(ANSWERED, &[list(&known)?, list(&open)?]).await?;
    }
    if !judged.is_empty() {
        tx.run(GONE, &[ids(&judged)?, list(&open)?]).await?;
    }
    if !open.is_empty() {
        tx.run(OPEN, &[list(&open)?, now_ms.into()]).await?;
    }
    Ok(())
}

/// A plan that names a field twice is taken by its last word.
fn open_rows<'a>(of_links: &[Found<'a>]) -> Result<Vec<Open<'a>>, StoreError> {
    let mut rows = BTreeMap::new();
    for Found { link_id, open, .. } in of_links {
        for NewConflict { mapping, values } in *open {
            let salesforce = json(&values.salesforce)?;
            let jira = json(&values.jira)?;
            rows.insert((*link_id, mapping), Open { link_id: *link_id, mapping, salesforce, jira });
        }
    }
    Ok(rows.into_values().collect())
}

fn known_rows<'a>(of_links: &[Found<'a>]) -> Vec<Known<'a>> {
    let of_link = |found: &Found<'a>| {
        let link_id = found.link_id;
        let known = found.judged.into_iter().flatten();
        known.map(move |(mapping, decided_ms)| Known { link_id, mapping, decided_ms: *decided_ms }).collect::<Vec<_>>()
    };
    of_links.iter().flat_map(of_link).collect()
}

fn conflict(row: &Row) -> Result<Conflict, StoreError> {
    Ok(Conflict {
        id: row.int("id")?,
        link_id: row.int("link_id")?,
        mapping: row.mapping("mapping")?,
        values: Sides::new(row.json("salesforce")?, row.json("jira")?),
        since_ms: row.int("since_ms")?,
        decided: decided(row)?,
    })
}

fn decided(row: &Row) -> Result<Option<Decided>, StoreError> {
    let Some(take) = row.json_or_null("take")? else { return Ok(None) };
    let seen = Sides::new(row.json("seen_salesforce")?, row.json("seen_jira")?);
    Ok(Some(Decided { decision: Decision { take, seen }, by: row.text("decided_by")?, at_ms: row.int("decided_ms")? }))
}
