//! The list of domains from which people are let in, by org.

use crate::{
    NewEntry, Store, StoreError,
    sql::{Row, Tx},
};

/// A domain on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedDomain {
    /// Its name, in lower case.
    pub domain: String,
    /// Who put it there.
    pub added_by: String,
    /// When.
    pub added_ms: i64,
}

impl Store {
    /// The domains of an org, by name.
    pub async fn domains(&self, org: &str) -> Result<Vec<AllowedDomain>, StoreError> {
        const SQL: &str = "SELECT * FROM access_domain WHERE org = $1 ORDER BY domain";
        self.db().rows(SQL, &[org.into()]).await?.iter().map(read).collect()
    }

    /// Puts a domain on the list, which also ends its open task, and journals it; `false` when it is there already.
    pub async fn add_domain(
        &self,
        org: &str,
        domain: &str,
        by: &str,
        entry: &NewEntry,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "
            INSERT INTO access_domain (org, domain, added_by, added_ms) VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING";
        const TASK: &str = "DELETE FROM access_task WHERE org = $1 AND domain = $2";
        let mut tx = self.begin().await?;
        let n_rows = tx.run(SQL, &[org.into(), domain.into(), by.into(), now_ms.into()]).await?;
        tx.run(TASK, &[org.into(), domain.into()]).await?;
        self.changed(tx, n_rows > 0, entry, now_ms).await
    }

    /// Takes a domain off the list and journals it; `false` when it is not there.
    pub async fn withdraw_domain(
        &self,
        org: &str,
        domain: &str,
        entry: &NewEntry,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM access_domain WHERE org = $1 AND domain = $2";
        let mut tx = self.begin().await?;
        let n_rows = tx.run(SQL, &[org.into(), domain.into()]).await?;
        self.changed(tx, n_rows > 0, entry, now_ms).await
    }

    pub(crate) async fn changed(
        &self,
        mut tx: Tx,
        has_changed: bool,
        entry: &NewEntry,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        if has_changed {
            self.append_journal(&mut tx, std::iter::once((None, entry)), now_ms).await?;
        }
        tx.commit().await?;
        Ok(has_changed)
    }
}

fn read(row: &Row) -> Result<AllowedDomain, StoreError> {
    Ok(AllowedDomain { domain: row.text("domain")?, added_by: row.text("added_by")?, added_ms: row.int("added_ms")? })
}
