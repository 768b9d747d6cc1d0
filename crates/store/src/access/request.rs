//! Requests that people made by the form, until somebody has decided. What was decided is in the journal; what the person
//! wrote is gone then.

use crate::{
    NewEntry, Store, StoreError,
    sql::{Row, Tx},
};

/// Somebody asked for access by the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRequest {
    /// What people name it by.
    pub id: String,
    /// The address, in lower case.
    pub email: String,
    /// The name, as the person wrote it.
    pub name: String,
    /// For whom the person works.
    pub company: String,
    /// What the person wrote beside it.
    pub message: String,
    /// When.
    pub asked_ms: i64,
}

/// How many requests are kept, whoever makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// At once.
    pub open: i64,
    /// Made within an hour.
    pub hourly: i64,
}

const HOUR_MS: i64 = 3_600_000;

impl Store {
    /// Keeps a request, unless the address has an open one; `false` when there are too many.
    pub async fn keep_access_request(
        &self,
        org: &str,
        request: &AccessRequest,
        limits: RequestLimits,
    ) -> Result<bool, StoreError> {
        const COUNT: &str = "
            SELECT COUNT(*) AS n, COUNT(CASE WHEN asked_ms > $2 THEN 1 END) AS n_hour
            FROM access_request WHERE org = $1";
        const SQL: &str = "
            INSERT INTO access_request (org, email, id, name, company, message, asked_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let mut tx = self.begin().await?;
        let hour_ms = request.asked_ms - HOUR_MS;
        let (n, n_hour) = match tx.row(COUNT, &[org.into(), hour_ms.into()]).await? {
            Some(row) => (row.int("n")?, row.int("n_hour")?),
            None => (0, 0),
        };
        if n >= limits.open || n_hour >= limits.hourly {
            return Ok(false);
        }
        let AccessRequest { id, email, name, company, message, asked_ms } = request;
        let params =
            [org.into(), email.into(), id.into(), name.into(), company.into(), message.into(), (*asked_ms).into()];
        tx.run(SQL, &params).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The open requests of an org, the oldest first.
    pub async fn access_requests(&self, org: &str) -> Result<Vec<AccessRequest>, StoreError> {
        const SQL: &str = "SELECT * FROM access_request WHERE org = $1 ORDER BY asked_ms, id";
        self.db().rows(SQL, &[org.into()]).await?.iter().map(read).collect()
    }

    /// Somebody decided about a request: it is journalled, and forgotten.
    pub async fn end_access_request(
        &self,
        org: &str,
        id: &str,
        entry: &NewEntry,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM access_request WHERE org = $1 AND id = $2";
        let mut tx: Tx = self.begin().await?;
        let n_rows = tx.run(SQL, &[org.into(), id.into()]).await?;
        self.changed(tx, n_rows > 0, entry, now_ms).await
    }
}

fn read(row: &Row) -> Result<AccessRequest, StoreError> {
    Ok(AccessRequest {
        id: row.text("id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        company: row.text("company")?,
        message: row.text("message")?,
        asked_ms: row.int("asked_ms")?,
    })
}
