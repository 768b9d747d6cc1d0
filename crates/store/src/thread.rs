//! The comments of links: which copies were made of which, and what both sides looked like when they last rested.
//!
//! A copy is announced before it is sent: a crash or a lost answer must not let it be made twice.

use std::collections::HashMap;

use entente_core::{
    Sides,
    threads::{Pair, PairKey, Standing},
};
use serde::Serialize;

use crate::{
    Fence, Hint, LinkId, NewEntry, Store, StoreError, hint, journal, rest,
    sql::{Row, Tx, damaged, ids, list, retried},
};

/// What is remembered of the comments of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// How both sides' comments looked when nothing was left to do about them.
    pub rests: Option<Sides<String>>,
    /// The copies that were made, announced, wanted or refused.
    pub pairs: Vec<Pair>,
}

/// What a round found out about the comments of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadUpdate {
    /// Which link.
    pub link_id: LinkId,
    /// How both sides look, when nothing is left to do; `None` leaves what was stored.
    pub rests: Option<Sides<String>>,
    /// Copies of which something else is known now.
    pub pairs: Vec<Pair>,
}

#[derive(Serialize)]
struct PairRow<'a> {
    link_id: LinkId,
    #[serde(flatten)]
    key: &'a PairKey,
    state: &'static str,
    copy_id: Option<&'a str>,
    until_ms: Option<i64>,
    reason: Option<&'a str>,
    audience: &'static str,
    digest: &'a str,
    says: &'a str,
    is_fixed: i64,
}

impl Store {
    /// What is remembered of the comments of some links; those of which nothing is remembered are left out.
    pub async fn threads(&self, link_ids: &[LinkId]) -> Result<HashMap<LinkId, Thread>, StoreError> {
        const RESTS: &str = "
            SELECT * FROM thread WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        const PAIRS: &str = "
            SELECT * FROM comment_copy
            WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)
            ORDER BY link_id, origin, comment, revision, part";
        let mut threads: HashMap<LinkId, Thread> = HashMap::new();
        if link_ids.is_empty() {
            return Ok(threads);
        }
        for (link_id, rests) in rest::read(self.db(), RESTS, link_ids).await? {
            threads.entry(link_id).or_default().rests = Some(rests);
        }
        for row in self.db().rows(PAIRS, &[ids(link_ids)?]).await? {
            threads.entry(row.int("link_id")?).or_default().pairs.push(pair(&row)?);
        }
        Ok(threads)
    }

    /// Announces copies, and journals what is about to be overwritten. Must return before anything is sent.
    pub async fn announce_copies(
        &self,
        fence: &Fence,
        copies: &[(LinkId, Pair)],
        entries: &[NewEntry],
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        let rows: Vec<PairRow<'_>> = copies.iter().map(|(link, pair)| row(*link, pair)).collect();
        keep(&mut tx, &rows).await?;
        self.append_journal(&mut tx, entries.iter().map(|entry| (entry.link_id, entry)), now_ms).await?;
        tx.commit().await
    }

    /// A person wants a comment to be carried: remembered, journalled, and offered to a round. `false` when a copy is
    /// known already.
    pub async fn want_copy(
        &self,
        link: LinkId,
        pair: &Pair,
        entry: &NewEntry,
        hint: &Hint,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        retried(|| self.want_once(link, pair, entry, hint, now_ms)).await
    }

    async fn want_once(
        &self,
        link: LinkId,
        pair: &Pair,
        entry: &NewEntry,
        hint: &Hint,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        // A copy that was refused may be wanted again.
        const FORGET: &str = "
            DELETE FROM comment_copy WHERE link_id = $1 AND origin = $2 AND comment = $3 AND state = 'refused'";
        const KNOWN: &str = "SELECT 1 AS n FROM comment_copy WHERE link_id = $1 AND origin = $2 AND comment = $3";
        let which = [link.into(), pair.key.origin.as_str().into(), (&pair.key.comment).into()];
        let mut tx = self.begin().await?;
        tx.run(FORGET, &which).await?;
        if tx.row(KNOWN, &which).await?.is_some() {
            return Ok(false);
        }
        keep(&mut tx, &[row(link, pair)]).await?;
        hint::offer(&mut tx, std::slice::from_ref(hint), now_ms).await?;
        journal::append(&mut tx, [(Some(link), entry)].into_iter(), now_ms).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Stores what a round found out.
pub(crate) async fn update(tx: &mut Tx, threads: &[ThreadUpdate]) -> Result<(), StoreError> {
    const REST: &str = "
        INSERT INTO thread (link_id, salesforce, jira)
        SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'salesforce', r.value->>'jira'
        FROM json_each($1) AS r WHERE true
        ON CONFLICT (link_id) DO UPDATE SET salesforce = excluded.salesforce, jira = excluded.jira";
    let rests = threads.iter().filter_map(|thread| Some((thread.link_id, thread.rests.as_ref()?)));
    rest::keep(tx, REST, rests).await?;
    let mut rows = Vec::new();
    for thread in threads {
        rows.extend(thread.pairs.iter().map(|pair| row(thread.link_id, pair)));
    }
    keep(tx, &rows).await
}

async fn keep(tx: &mut Tx, rows: &[PairRow<'_>]) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO comment_copy (link_id, origin, comment, revision, part, state, copy_id, until_ms, reason, audience,
            digest, says, is_fixed)
        SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'origin', r.value->>'comment',
            CAST(r.value->>'revision' AS BIGINT), CAST(r.value->>'part' AS BIGINT), r.value->>'state',
            r.value->>'copy_id', CAST(r.value->>'until_ms' AS BIGINT), r.value->>'reason', r.value->>'audience',
            r.value->>'digest', r.value->>'says', CAST(r.value->>'is_fixed' AS BIGINT)
        FROM json_each($1) AS r WHERE true
        ON CONFLICT (link_id, origin, comment, revision, part) DO UPDATE SET state = excluded.state,
            copy_id = excluded.copy_id, until_ms = excluded.until_ms, reason = excluded.reason,
            audience = excluded.audience, digest = excluded.digest, says = excluded.says,
            is_fixed = excluded.is_fixed";
    if !rows.is_empty() {
        tx.run(SQL, &[list(rows)?]).await?;
    }
    Ok(())
}

fn row(link_id: LinkId, pair: &Pair) -> PairRow<'_> {
    let (state, copy_id, until_ms, reason) = match &pair.standing {
        Standing::Wanted => ("wanted", None, None, None),
        Standing::Sent { until_ms } => ("sent", None, Some(*until_ms), None),
        Standing::Made { id } => ("made", Some(id.as_str()), None, None),
        Standing::Refused { reason } => ("refused", None, None, Some(reason.as_str())),
    };
    PairRow {
        link_id,
        key: &pair.key,
        state,
        copy_id,
        until_ms,
        reason,
        audience: pair.audience.as_str(),
        digest: &pair.digest,
        says: &pair.says,
        is_fixed: i64::from(pair.is_fixed),
    }
}

fn pair(row: &Row) -> Result<Pair, StoreError> {
    let standing = match row.text("state")?.as_str() {
        "wanted" => Standing::Wanted,
        "sent" => Standing::Sent { until_ms: row.int_or_null("until_ms")?.unwrap_or_default() },
        "made" => Standing::Made { id: row.text("copy_id")? },
        "refused" => Standing::Refused { reason: row.text("reason")? },
        _ => return Err(damaged("state", "is unknown")),
    };
    let key = PairKey {
        origin: row.side("origin")?,
        comment: row.text("comment")?,
        revision: row.number("revision")?,
        part: row.number("part")?,
    };
    let audience =
        serde_json::from_value(row.text("audience")?.into()).map_err(|_| damaged("audience", "is unknown"))?;
    let is_fixed = row.int("is_fixed")? != 0;
    Ok(Pair { key, standing, audience, digest: row.text("digest")?, says: row.text("says")?, is_fixed })
}
