//! What people do to links: they make one, dissolve one, and find one by what they have in hand.
//!
//! Each act is one transaction with its journal entry and the hint by which a round hears of it.

use entente_core::Side;

use crate::{
    Hint, Link, LinkId, NewEntry, NewLink, ParkedKey, Store, StoreError, hint, journal, parked, round::links,
    sql::retried,
};

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

    /// The live links that a link's number, an issue key or an 18-character record id names.
    pub async fn links_named(&self, name: &str) -> Result<Vec<Link>, StoreError> {
        const SQL: &str = "
            SELECT * FROM linked WHERE state <> 'unlinked'
                AND (id = $1 OR UPPER(jira_key) = UPPER($2) OR salesforce_id = $2) ORDER BY id";
        let id: i64 = name.parse().unwrap_or_default();
        self.db().rows(SQL, &[id.into(), name.into()]).await?.iter().map(crate::link::link).collect()
    }
}
