//! What people do to links: they make one, dissolve one, and find one by what they have in hand.
//!
//! Each act is one transaction with its journal entry and the hint by which a round hears of it.

use entente_core::Side;
use serde::Serialize;

use crate::{
    Hint, Link, LinkId, NewEntry, NewLink, ParkedKey, Store, StoreError, hint, journal, parked,
    round::links,
    sql::{ids, list, retried},
};

/// A link that goes on with another id of its issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relink {
    /// Which link.
    pub link: LinkId,
    /// The id that its issue had.
    pub from: String,
    /// The id that its issue has.
    pub to: String,
    /// The ids that its files in Jira had, and those that they have.
    pub files: Vec<(String, String)>,
    /// Whether what was agreed is kept as digests.
    pub is_digested: bool,
    /// What is journalled.
    pub entry: NewEntry,
    /// "Look at this link."
    pub hint: Hint,
}

#[derive(Serialize)]
struct RelinkRow<'a> {
    id: LinkId,
    from: &'a str,
    to: &'a str,
}

impl Store {
    /// Makes a link and offers `hint`; [`StoreError::LinkTaken`] when one of the two has a link under the item already.
    pub async fn link_by_hand(
        &self,
        org: &str,
        link: &NewLink,
        hint: &Hint,
        now_ms: i64,
    ) -> Result<LinkId, StoreError> {
        retried(|| self.link_once(org, link, hint, now_ms)).await
    }

    async fn link_once(&self, org: &str, link: &NewLink, hint: &Hint, now_ms: i64) -> Result<LinkId, StoreError> {
        let mut tx = self.begin().await?;
        let made = links::insert(&mut tx, org, std::slice::from_ref(link), now_ms).await?;
        let Some(id) = made.first().copied() else { return Err(StoreError::Refused("no link was made".into())) };
        let ends = [(Side::Salesforce, &link.salesforce_id), (Side::Jira, &link.jira_id)];
        let waits = ends.map(|(side, id)| ParkedKey { item: link.item.clone(), side, record_id: id.clone() });
        parked::unpark(&mut tx, &waits).await?;
        hint::offer(&mut tx, std::slice::from_ref(hint), now_ms).await?;
        journal::append(&mut tx, link.journal.iter().map(|entry| (Some(id), entry)), now_ms).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Dissolves a link for good, with its journal entry, and offers `hints`; `false` when it was dissolved before.
    pub async fn unlink_by_hand(
        &self,
        link: LinkId,
        entry: &NewEntry,
        hints: &[Hint],
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        retried(|| self.unlink_once(link, entry, hints, now_ms)).await
    }

    async fn unlink_once(
        &self,
        link: LinkId,
        entry: &NewEntry,
        hints: &[Hint],
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        // A person's word holds also for an end that was missed: should it come back, the link does not.
        const SQL: &str = "
            UPDATE link SET state = 'unlinked', reason = $2, changed_ms = $3, salesforce_missing_ms = NULL,
                jira_missing_ms = NULL
            WHERE id = $1 AND state <> 'unlinked'";
        let mut tx = self.begin().await?;
        if tx.run(SQL, &[link.into(), (&entry.text).into(), now_ms.into()]).await? == 0 {
            return Ok(false);
        }
        journal::append(&mut tx, [(Some(link), entry)].into_iter(), now_ms).await?;
        hint::offer(&mut tx, hints, now_ms).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Lets links go on with other ids of their issues, all of them or none. What was agreed stays, unless it is kept as
    /// digests, into which the old id went; what is known of comments rests on ids that are gone, and is forgotten.
    pub async fn relink(&self, relinks: &[Relink], now_ms: i64) -> Result<(), StoreError> {
        retried(|| self.relink_once(relinks, now_ms)).await
    }

    async fn relink_once<'r>(&self, relinks: &'r [Relink], now_ms: i64) -> Result<(), StoreError> {
        // The new id of one may be the old id of another, so that all give theirs up first.
        const GIVE_UP: &str = "
            UPDATE link SET jira_id = 'given up ' || link.id FROM json_each($1) AS r
            WHERE link.id = CAST(r.value->>'id' AS BIGINT) AND link.jira_id = r.value->>'from'";
        const TAKE: &str = "
            UPDATE link SET jira_id = r.value->>'to', salesforce_version = NULL, jira_version = NULL,
                jira_missing_ms = NULL, changed_ms = $2
            FROM json_each($1) AS r
            WHERE link.id = CAST(r.value->>'id' AS BIGINT) AND link.jira_id = 'given up ' || link.id";
        const UNHEARD: &str = "
            UPDATE sent SET jira_id = r.value->>'to' FROM json_each($1) AS r JOIN link AS l
                ON l.id = CAST(r.value->>'id' AS BIGINT)
            WHERE sent.org = l.org AND sent.salesforce_id = l.salesforce_id AND sent.jira_id = r.value->>'from'";
        const FORGET: [&str; 3] = [
            "DELETE FROM comment_copy WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)",
            "DELETE FROM thread WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)",
            "DELETE FROM folder WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)",
        ];
        const BASES: &str = "
            DELETE FROM base WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        const FILES: [&str; 2] = [
            "UPDATE file_copy SET file = r.value->>'to' FROM json_each($1) AS r
                WHERE origin = 'jira' AND link_id = CAST(r.value->>'id' AS BIGINT) AND file = r.value->>'from'",
            "UPDATE file_copy SET copy_id = r.value->>'to' FROM json_each($1) AS r
                WHERE origin = 'salesforce' AND link_id = CAST(r.value->>'id' AS BIGINT)
                    AND copy_id = r.value->>'from'",
        ];
        if relinks.is_empty() {
            return Ok(());
        }
        let rows: Vec<RelinkRow<'_>> =
            relinks.iter().map(|relink| RelinkRow { id: relink.link, from: &relink.from, to: &relink.to }).collect();
        let mut tx = self.begin().await?;
        tx.run(GIVE_UP, &[list(&rows)?]).await?;
        tx.run(TAKE, &[list(&rows)?, now_ms.into()]).await?;
        tx.run(UNHEARD, &[list(&rows)?]).await?;
        for sql in FORGET {
            tx.run(sql, &[list(&rows)?]).await?;
        }
        let digested: Vec<LinkId> =
            relinks.iter().filter(|relink| relink.is_digested).map(|relink| relink.link).collect();
        tx.run(BASES, &[ids(&digested)?]).await?;
        let of_link =
            |relink: &'r Relink| relink.files.iter().map(|(from, to)| RelinkRow { id: relink.link, from, to });
        let files: Vec<RelinkRow<'_>> = relinks.iter().flat_map(of_link).collect();
        for sql in FILES {
            tx.run(sql, &[list(&files)?]).await?;
        }
        journal::append(&mut tx, relinks.iter().map(|relink| (Some(relink.link), &relink.entry)), now_ms).await?;
        let hints: Vec<Hint> = relinks.iter().map(|relink| relink.hint.clone()).collect();
        hint::offer(&mut tx, &hints, now_ms).await?;
        tx.commit().await
    }

    /// The live links that a link's number, an issue key or an 18-character record id names.
    pub async fn links_named(&self, name: &str) -> Result<Vec<Link>, StoreError> {
        const SQL: &str = "
            SELECT * FROM linked WHERE state <> 'unlinked'
                AND (id = $1 OR UPPER(jira_key) = UPPER($2) OR salesforce_id = $2) ORDER BY id";
        let id = link_number(name).unwrap_or_default();
        self.db().rows(SQL, &[id.into(), name.into()]).await?.iter().map(crate::link::link).collect()
    }
}

/// The link's number that a text is. One with leading zeros is a record's name, as Salesforce numbers cases.
#[must_use]
pub fn link_number(text: &str) -> Option<LinkId> {
    text.parse().ok().filter(|number: &LinkId| number.to_string() == text)
}
