//! Notes on records that say which issue they are linked with: one for each link.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    Fence, LinkId, Store, StoreError,
    sql::{Tx, ids, list},
};

#[derive(Serialize)]
struct NoteRow {
    link_id: LinkId,
    until_ms: Option<i64>,
}

impl Store {
    /// Which of these links have a note, and until when those may appear that were only announced.
    pub async fn link_notes(&self, link_ids: &[LinkId]) -> Result<HashMap<LinkId, Option<i64>>, StoreError> {
        const SQL: &str = "
            SELECT * FROM link_note WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        let rows = self.db().rows(SQL, &[ids(link_ids)?]).await?;
        rows.iter().map(|row| Ok((row.int("link_id")?, row.int_or_null("until_ms")?))).collect()
    }

    /// Announces notes. Must return before anything is sent.
    pub async fn announce_link_notes(&self, fence: &Fence, links: &[LinkId], until_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        let notes: Vec<(LinkId, Option<i64>)> = links.iter().map(|link| (*link, Some(until_ms))).collect();
        update(&mut tx, &notes).await?;
        tx.commit().await
    }
}

/// Stores what a round found out.
pub(crate) async fn update(tx: &mut Tx, notes: &[(LinkId, Option<i64>)]) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO link_note (link_id, until_ms)
        SELECT CAST(r.value->>'link_id' AS BIGINT), CAST(r.value->>'until_ms' AS BIGINT)
        FROM json_each($1) AS r WHERE true
        ON CONFLICT (link_id) DO UPDATE SET until_ms = excluded.until_ms";
    if !notes.is_empty() {
        let rows: Vec<NoteRow> =
            notes.iter().map(|(link_id, until_ms)| NoteRow { link_id: *link_id, until_ms: *until_ms }).collect();
        tx.run(SQL, &[list(&rows)?]).await?;
    }
    Ok(())
}
