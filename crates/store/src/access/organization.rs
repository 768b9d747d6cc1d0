//! Organizations that were announced before they were made: one of that name, with nobody in it, is the record's.

use crate::{Fence, Store, StoreError};

impl Store {
    /// Announces the organization of a source record by its name. Must return before it is made.
    pub async fn announce_organization(
        &self,
        fence: &Fence,
        record: &str,
        name: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO access_organization (org, record_id, name, announced_ms) VALUES ($1, $2, $3, $4)
            ON CONFLICT (org, record_id) DO UPDATE SET name = excluded.name";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        tx.run(SQL, &[(&fence.org).into(), record.into(), name.into(), now_ms.into()]).await?;
        tx.commit().await
    }

    /// The name that was announced for a source record.
    pub async fn announced_organization(&self, org: &str, record: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT name FROM access_organization WHERE org = $1 AND record_id = $2";
        self.db().row(SQL, &[org.into(), record.into()]).await?.map(|row| row.text("name")).transpose()
    }

    /// The organization of a source record was seen to be its own.
    pub async fn forget_organization(&self, fence: &Fence, record: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM access_organization WHERE org = $1 AND record_id = $2";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        tx.run(SQL, &[(&fence.org).into(), record.into()]).await?;
        tx.commit().await
    }
}
