//! A Salesforce record and a Jira issue that belong together under one item, and what both showed when they last agreed.
//!
//! Links are written by the end of a round (`round.rs`) and by people (`by_hand.rs`). Unlinking leaves a tombstone, for
//! ever: a late hint must not bring a pair back to life. Only a pair that was separated because an end was lost, or left the
//! item, may be linked again, by a link of its own, when that end is back.

use std::collections::{BTreeMap, HashMap};

use entente_core::{
    Base, MappingKey, Side, Sides,
    link::{Blocked, Origin},
};

use crate::{
    Fence, Store, StoreError,
    sql::{Row, damaged, ids, texts},
};

/// A link's id.
pub type LinkId = i64;

/// What may happen to a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LinkState {
    /// It is kept in agreement.
    #[default]
    Active,
    /// It waits for a person or for another version of its records.
    Parked {
        /// Why, in a sentence.
        reason: String,
    },
    /// Its item was removed from the configuration: kept, not written, adopted when the item comes back.
    Detached,
    /// A tombstone: the pair was separated, and both records are free for other links.
    Unlinked {
        /// Why, in a sentence.
        reason: String,
    },
}

/// One link, without its base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// The item under which it lives.
    pub item: String,
    /// The Salesforce connection.
    pub org: String,
    /// The Salesforce record id.
    pub salesforce_id: String,
    /// The Jira connection.
    pub site: String,
    /// The Jira issue id, which never changes.
    pub jira_id: String,
    /// The Jira issue key, which changes when the issue moves.
    pub jira_key: String,
    /// Who made it.
    pub origin: Origin,
    /// The side whose record other links of the item may share with it.
    pub shares: Option<Side>,
    /// What may happen to it.
    pub state: LinkState,
    /// When the read that the base rests on began, by each peer's own clock.
    pub read_ms: Sides<i64>,
    /// The records' own versions at that read.
    pub versions: Sides<Option<String>>,
    /// Since when a side has not been found; of a pair that was separated, since when it was lost or out of the item.
    pub missing_since: Sides<Option<i64>>,
    /// Writes that a vendor refused.
    pub blocked: BTreeMap<MappingKey, Blocked>,
    /// When it was made.
    pub created_ms: i64,
    /// When the store last wrote it.
    pub changed_ms: i64,
}

/// Links under an item that is about something else by now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Astray {
    /// Links of another connection.
    pub elsewhere: u64,
    /// One such connection.
    pub connection: Option<String>,
    /// Links with records of another object.
    pub of_others: u64,
    /// One such record.
    pub record: Option<String>,
}

impl Link {
    /// Whether it is kept in agreement.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.state, LinkState::Active | LinkState::Parked { .. })
    }

    /// Whether it is no tombstone: kept in agreement, or at rest because its item is gone.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        !matches!(self.state, LinkState::Unlinked { .. })
    }

    /// Whether it is a tombstone of a pair of which an end was lost, or left the item, and of nothing else.
    #[must_use]
    pub fn may_return(&self) -> bool {
        let lost = Side::BOTH.into_iter().any(|side| self.missing_since.get(side).is_some());
        lost && !self.is_kept()
    }
}

impl Store {
    /// All links, tombstones included, that records of one side take part in. For Salesforce, `connection` is `org`.
    pub async fn links_by_records(
        &self,
        org: &str,
        side: Side,
        connection: &str,
        record_ids: &[String],
    ) -> Result<Vec<Link>, StoreError> {
        const BY_RECORD: &str = "
            SELECT * FROM linked WHERE org = $1 AND org = $2
                AND salesforce_id IN (SELECT r.value->>'text' FROM json_each($3) AS r) ORDER BY id";
        const BY_ISSUE: &str = "
            SELECT * FROM linked WHERE org = $1 AND site = $2
                AND jira_id IN (SELECT r.value->>'text' FROM json_each($3) AS r) ORDER BY id";
        if record_ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = match side {
            Side::Salesforce => BY_RECORD,
            Side::Jira => BY_ISSUE,
        };
        let rows = self.db().rows(sql, &[org.into(), connection.into(), texts(record_ids)?]).await?;
        rows.iter().map(link).collect()
    }

    /// All links of an issue, tombstones included, by its key.
    pub async fn links_by_key(&self, jira_key: &str) -> Result<Vec<Link>, StoreError> {
        const SQL: &str = "SELECT * FROM linked WHERE jira_key = $1 ORDER BY id";
        self.db().rows(SQL, &[jira_key.into()]).await?.iter().map(link).collect()
    }

    /// Links by their ids, tombstones included, in the order of the ids; unknown ones are left out.
    pub async fn links_by_ids(&self, link_ids: &[LinkId]) -> Result<Vec<Link>, StoreError> {
        const SQL: &str = "
            SELECT * FROM linked WHERE id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r) ORDER BY id";
        if link_ids.is_empty() {
            return Ok(Vec::new());
        }
        self.db().rows(SQL, &[ids(link_ids)?]).await?.iter().map(link).collect()
    }

    /// One page of an item's links in the order of their ids, tombstones left out; begin with `after = 0`.
    pub async fn links_of_item(&self, item: &str, after: LinkId, limit: usize) -> Result<Vec<Link>, StoreError> {
        const SQL: &str = "
            SELECT * FROM linked WHERE item = $1 AND id > $2 AND state <> 'unlinked' ORDER BY id LIMIT $3";
        self.db().rows(SQL, &[item.into(), after.into(), limit.into()]).await?.iter().map(link).collect()
    }

    /// The live links of an item that are not of its connections, or not with the records of its object, whose ids begin
    /// with `prefix`.
    pub async fn astray(&self, item: &str, org: &str, site: &str, prefix: &str) -> Result<Astray, StoreError> {
        const SQL: &str = "
            SELECT COUNT(CASE WHEN org <> $2 OR site <> $3 THEN 1 END) AS elsewhere,
                MIN(CASE WHEN org <> $2 THEN org WHEN site <> $3 THEN site END) AS connection,
                COUNT(CASE WHEN SUBSTR(salesforce_id, 1, LENGTH($4)) <> $4 THEN 1 END) AS of_others,
                MIN(CASE WHEN SUBSTR(salesforce_id, 1, LENGTH($4)) <> $4 THEN salesforce_id END) AS record
            FROM link WHERE item = $1 AND state IN ('active', 'parked')";
        let row = self.db().row(SQL, &[item.into(), org.into(), site.into(), prefix.into()]).await?;
        let Some(row) = row else { return Ok(Astray::default()) };
        Ok(Astray {
            elsewhere: row.number("elsewhere")?,
            connection: row.text_or_null("connection")?,
            of_others: row.number("of_others")?,
            record: row.text_or_null("record")?,
        })
    }

    /// How many links there are, tombstones left out, under one item or all.
    pub async fn count_links(&self, item: Option<&str>) -> Result<u64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) AS n FROM link WHERE (item = $1 OR $1 IS NULL) AND state <> 'unlinked'";
        self.db().row(SQL, &[item.into()]).await?.map_or(Ok(0), |row| row.number("n"))
    }

    /// What was last agreed, with the version of the canonical form it was stored in.
    pub async fn bases(&self, link_ids: &[LinkId]) -> Result<HashMap<LinkId, (Base, u32)>, StoreError> {
        const SQL: &str = "
            SELECT * FROM base WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        if link_ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = self.db().rows(SQL, &[ids(link_ids)?]).await?;
        rows.iter().map(|row| Ok((row.int("link_id")?, (row.json("fields")?, row.number("canon_version")?)))).collect()
    }

    /// Detaches the links of an item that was removed from the configuration; answers how many.
    pub async fn detach_item(&self, item: &str, now_ms: i64) -> Result<u64, StoreError> {
        const SQL: &str = "
            UPDATE link SET state = 'detached', changed_ms = $2 WHERE item = $1 AND state IN ('active', 'parked')";
        self.change_links(SQL, item, now_ms).await
    }

    /// Takes the detached links of an item that has come back; those that were parked are parked again. Answers how many.
    pub async fn adopt_item(&self, item: &str, now_ms: i64) -> Result<u64, StoreError> {
        const SQL: &str = "
            UPDATE link SET changed_ms = $2, state = CASE
                WHEN EXISTS (SELECT 1 FROM refusal WHERE refusal.link_id = link.id) THEN 'parked' ELSE 'active' END
            WHERE item = $1 AND state = 'detached'";
        self.change_links(SQL, item, now_ms).await
    }

    /// Notes that one end of these links was not found; an earlier miss stands.
    pub async fn miss(&self, fence: &Fence, side: Side, link_ids: &[LinkId], now_ms: i64) -> Result<(), StoreError> {
        const RECORD: &str = "
            UPDATE link SET salesforce_missing_ms = COALESCE(salesforce_missing_ms, $2)
            WHERE state <> 'unlinked' AND id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        const ISSUE: &str = "
            UPDATE link SET jira_missing_ms = COALESCE(jira_missing_ms, $2)
            WHERE state <> 'unlinked' AND id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        let sql = match side {
            Side::Salesforce => RECORD,
            Side::Jira => ISSUE,
        };
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        tx.run(sql, &[ids(link_ids)?, now_ms.into()]).await?;
        tx.commit().await
    }

    /// Forgets a link with all that belongs to it, as if it had never been: its twin was deleted. The journal stays.
    pub async fn forget_link(&self, fence: &Fence, link_id: LinkId) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        for sql in [
            "DELETE FROM base WHERE link_id = $1",
            "DELETE FROM conflict WHERE link_id = $1",
            "DELETE FROM decision WHERE link_id = $1",
            "DELETE FROM note WHERE link_id = $1",
            "DELETE FROM comment_copy WHERE link_id = $1",
            "DELETE FROM thread WHERE link_id = $1",
            "DELETE FROM file_copy WHERE link_id = $1",
            "DELETE FROM folder WHERE link_id = $1",
            "DELETE FROM link_note WHERE link_id = $1",
            "DELETE FROM refusal WHERE link_id = $1",
            "DELETE FROM link WHERE id = $1",
        ] {
            tx.run(sql, &[link_id.into()]).await?;
        }
        tx.commit().await
    }

    async fn change_links(&self, sql: &'static str, item: &str, now_ms: i64) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let n = tx.run(sql, &[item.into(), now_ms.into()]).await?;
        tx.commit().await?;
        Ok(n)
    }
}

impl LinkState {
    /// Parked as long as a write of it is refused.
    #[must_use]
    pub fn of(blocked: &BTreeMap<MappingKey, Blocked>) -> Self {
        match blocked.iter().next() {
            Some((key, refused)) => {
                Self::Parked { reason: format!("{} refused {key}: {}", refused.side, refused.message) }
            }
            None => Self::Active,
        }
    }

    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Parked { .. } => "parked",
            Self::Detached => "detached",
            Self::Unlinked { .. } => "unlinked",
        }
    }

    /// What its row says of it; why one is parked is told by its refusals.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Active | Self::Parked { .. } | Self::Detached => None,
            Self::Unlinked { reason } => Some(reason),
        }
    }
}

pub(crate) fn link(row: &Row) -> Result<Link, StoreError> {
    let blocked = row.json("blocked")?;
    Ok(Link {
        id: row.int("id")?,
        item: row.text("item")?,
        org: row.text("org")?,
        salesforce_id: row.text("salesforce_id")?,
        site: row.text("site")?,
        jira_id: row.text("jira_id")?,
        jira_key: row.text("jira_key")?,
        origin: origin(row)?,
        shares: shares(row)?,
        state: state(row, &blocked)?,
        read_ms: Sides::new(row.int("salesforce_read_ms")?, row.int("jira_read_ms")?),
        versions: Sides::new(row.text_or_null("salesforce_version")?, row.text_or_null("jira_version")?),
        missing_since: Sides::new(row.int_or_null("salesforce_missing_ms")?, row.int_or_null("jira_missing_ms")?),
        blocked,
        created_ms: row.int("created_ms")?,
        changed_ms: row.int("changed_ms")?,
    })
}

fn origin(row: &Row) -> Result<Origin, StoreError> {
    match row.text("origin")?.as_str() {
        "auto" => Ok(Origin::Auto),
        "manual" => Ok(Origin::Manual),
        _ => Err(damaged("origin", "is unknown")),
    }
}

fn shares(row: &Row) -> Result<Option<Side>, StoreError> {
    match row.text_or_null("shares")?.as_deref() {
        None => Ok(None),
        Some("salesforce") => Ok(Some(Side::Salesforce)),
        Some("jira") => Ok(Some(Side::Jira)),
        Some(_) => Err(damaged("shares", "is unknown")),
    }
}

fn state(row: &Row, blocked: &BTreeMap<MappingKey, Blocked>) -> Result<LinkState, StoreError> {
    match row.text("state")?.as_str() {
        "active" => Ok(LinkState::Active),
        "parked" => Ok(match LinkState::of(blocked) {
            // A person has lifted the refusals, and no round has come since.
            LinkState::Active => LinkState::Parked { reason: "it is about to be tried again".to_owned() },
            parked => parked,
        }),
        "detached" => Ok(LinkState::Detached),
        "unlinked" => Ok(LinkState::Unlinked { reason: row.text_or_null("reason")?.unwrap_or_default() }),
        _ => Err(damaged("state", "is unknown")),
    }
}
