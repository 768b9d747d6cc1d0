//! Tasks that ask somebody to put a domain on the list: one open one per domain, announced before it is opened.

use crate::{Fence, Store, StoreError, sql::Row};

/// Somebody is asked about a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenTask {
    /// The domain.
    pub domain: String,
    /// The marker that the task carries.
    pub operation: String,
    /// The highest issue number known before it was opened, where it is an issue.
    pub probe_floor: Option<i64>,
    /// The key of the issue, or the id of the record, once that is known.
    pub name: Option<String>,
    /// When it was announced.
    pub announced_ms: i64,
}

impl Store {
    /// The open tasks of an org, by domain.
    pub async fn access_tasks(&self, org: &str) -> Result<Vec<OpenTask>, StoreError> {
        const SQL: &str = "SELECT * FROM access_task WHERE org = $1 ORDER BY domain";
        self.db().rows(SQL, &[org.into()]).await?.iter().map(read).collect()
    }

    /// Announces a task, unless there is one; the one that then is announced or open. Must return before it is opened.
    pub async fn announce_access_task(
        &self,
        fence: &Fence,
        domain: &str,
        operation: &str,
        probe_floor: Option<i64>,
        now_ms: i64,
    ) -> Result<OpenTask, StoreError> {
        const SQL: &str = "
            INSERT INTO access_task (org, domain, operation, probe_floor, announced_ms) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (org, domain) DO UPDATE SET domain = excluded.domain RETURNING *";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        let params = [(&fence.org).into(), domain.into(), operation.into(), probe_floor.into(), now_ms.into()];
        let row = tx.row(SQL, &params).await?;
        tx.commit().await?;
        let announced = || OpenTask {
            domain: domain.into(),
            operation: operation.into(),
            probe_floor,
            name: None,
            announced_ms: now_ms,
        };
        row.map_or_else(|| Ok(announced()), |row| read(&row))
    }

    /// The task of a domain is this one.
    pub async fn open_access_task(&self, fence: &Fence, domain: &str, name: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE access_task SET name = $3 WHERE org = $1 AND domain = $2";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        tx.run(SQL, &[(&fence.org).into(), domain.into(), name.into()]).await?;
        tx.commit().await
    }

    /// Nobody is asked about a domain any more.
    pub async fn forget_access_task(&self, fence: &Fence, domain: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM access_task WHERE org = $1 AND domain = $2";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        tx.run(SQL, &[(&fence.org).into(), domain.into()]).await?;
        tx.commit().await
    }
}

fn read(row: &Row) -> Result<OpenTask, StoreError> {
    Ok(OpenTask {
        domain: row.text("domain")?,
        operation: row.text("operation")?,
        probe_floor: row.int_or_null("probe_floor")?,
        name: row.text_or_null("name")?,
        announced_ms: row.int("announced_ms")?,
    })
}
