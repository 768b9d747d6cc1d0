//! How far each poller has read. A cursor moves only together with the hints it covers.

use crate::{
    Fence, Hint, Store, StoreError, hint,
    sql::{Tx, retried},
};

impl Store {
    /// Where a poller of an org stands.
    pub async fn get_cursor(&self, org: &str, name: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT content FROM cursor WHERE org = $1 AND name = $2";
        self.db().row(SQL, &[org.into(), name.into()]).await?.map(|row| row.text("content")).transpose()
    }

    /// When a poller of an org last moved.
    pub async fn cursor_moved_ms(&self, org: &str, name: &str) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT changed_ms FROM cursor WHERE org = $1 AND name = $2";
        self.db().row(SQL, &[org.into(), name.into()]).await?.map(|row| row.int("changed_ms")).transpose()
    }

    /// Moves a cursor and offers the hints that it covers, in one transaction. `fence.org` is the cursor's org.
    pub async fn advance(
        &self,
        fence: &Fence,
        name: &str,
        value: &str,
        hints: &[Hint],
        now_ms: i64,
    ) -> Result<(), StoreError> {
        retried(|| self.advance_once(fence, name, value, hints, now_ms)).await
    }

    async fn advance_once(
        &self,
        fence: &Fence,
        name: &str,
        value: &str,
        hints: &[Hint],
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        #[cfg(feature = "simulation")]
        if entente_core::wrong::is(entente_core::wrong::Wrong::CursorApart) {
            set(&mut tx, &fence.org, name, value, now_ms).await?;
            tx.commit().await?;
            return self.offer_once(hints, now_ms).await;
        }
        hint::offer(&mut tx, hints, now_ms).await?;
        set(&mut tx, &fence.org, name, value, now_ms).await?;
        tx.commit().await
    }
}

async fn set(tx: &mut Tx, org: &str, name: &str, value: &str, now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO cursor (org, name, content, changed_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (org, name) DO UPDATE SET content = excluded.content, changed_ms = excluded.changed_ms";
    tx.run(SQL, &[org.into(), name.into(), value.into(), now_ms.into()]).await?;
    Ok(())
}
