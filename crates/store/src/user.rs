//! Who may use the API by a token of their own. The token itself is never here, only its digest.

use crate::{NewEntry, Store, StoreError, sql::Row};

/// A user of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name, as the journal says it.
    pub name: String,
    /// What the user may do.
    pub role: String,
    /// The SHA-256 of the token, in hexadecimal digits.
    pub digest: String,
    /// Who added the user.
    pub added_by: String,
    /// When.
    pub added_ms: i64,
}

impl Store {
    /// All users, by name.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        const SQL: &str = "SELECT * FROM api_user ORDER BY name";
        self.db().rows(SQL, &[]).await?.iter().map(read).collect()
    }

    /// The user whose token has this digest.
    pub async fn user_by_digest(&self, digest: &str) -> Result<Option<User>, StoreError> {
        const SQL: &str = "SELECT * FROM api_user WHERE digest = $1";
        self.db().row(SQL, &[digest.into()]).await?.as_ref().map(read).transpose()
    }

    /// Adds a user and journals it; `false` when there is one of this name already.
    pub async fn add_user(&self, user: &User, entry: &NewEntry) -> Result<bool, StoreError> {
        const SQL: &str = "
            INSERT INTO api_user (name, role, digest, added_by, added_ms) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING";
        let User { name, role, digest, added_by, added_ms } = user;
        let mut tx = self.begin().await?;
        let params = [name.into(), role.into(), digest.into(), added_by.into(), (*added_ms).into()];
        let n_rows = tx.run(SQL, &params).await?;
        self.changed(tx, n_rows > 0, entry, *added_ms).await
    }

    /// Removes a user and journals it; `false` when there is none of this name.
    pub async fn remove_user(&self, name: &str, entry: &NewEntry, now_ms: i64) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM api_user WHERE name = $1";
        let mut tx = self.begin().await?;
        let n_rows = tx.run(SQL, &[name.into()]).await?;
        self.changed(tx, n_rows > 0, entry, now_ms).await
    }
}

fn read(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        name: row.text("name")?,
        role: row.text("role")?,
        digest: row.text("digest")?,
        added_by: row.text("added_by")?,
        added_ms: row.int("added_ms")?,
    })
}
