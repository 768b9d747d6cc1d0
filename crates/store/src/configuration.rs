//! A configuration that is kept in the database: whole texts, the newest in use, and which items were tested as they are.

use crate::{
    NewEntry, Store, StoreError, journal,
    sql::{Row, retried},
};

/// A text that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number, from 1.
    pub version: i64,
    /// When it was applied.
    pub at_ms: i64,
    /// Who applied it.
    pub by: String,
    /// The document.
    pub text: String,
}

impl Store {
    /// The number of the text in use; none as long as nothing was applied.
    pub async fn configuration_version(&self) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT version FROM configuration ORDER BY version DESC LIMIT 1";
        self.db().row(SQL, &[]).await?.map(|row| row.int("version")).transpose()
    }

    /// The text in use.
    pub async fn configuration(&self) -> Result<Option<Applied>, StoreError> {
        const SQL: &str = "SELECT * FROM configuration ORDER BY version DESC LIMIT 1";
        self.db().row(SQL, &[]).await?.as_ref().map(applied).transpose()
    }

    /// A text that is or was in use.
    pub async fn configuration_at(&self, version: i64) -> Result<Option<Applied>, StoreError> {
        const SQL: &str = "SELECT * FROM configuration WHERE version = $1";
        self.db().row(SQL, &[version.into()]).await?.as_ref().map(applied).transpose()
    }

    /// The newest texts below `before`, the newest first.
    pub async fn configurations(&self, before: i64, limit: usize) -> Result<Vec<Applied>, StoreError> {
        const SQL: &str = "SELECT * FROM configuration WHERE version < $1 ORDER BY version DESC LIMIT $2";
        self.db().rows(SQL, &[before.into(), limit.into()]).await?.iter().map(applied).collect()
    }

    /// Puts a text into use in place of version `before` (0: the first one). `None`: that one is not in use any more.
    /// `sentence` says it in the journal.
    pub async fn apply_configuration(
        &self,
        text: &str,
        before: i64,
        by: &str,
        sentence: &str,
        now_ms: i64,
    ) -> Result<Option<i64>, StoreError> {
        retried(|| self.apply_once(text, before, by, sentence, now_ms)).await
    }

    async fn apply_once(
        &self,
        text: &str,
        before: i64,
        by: &str,
        sentence: &str,
        now_ms: i64,
    ) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "
            INSERT INTO configuration (version, at_ms, applied_by, content) VALUES ($1, $2, $3, $4)
            ON CONFLICT (version) DO NOTHING";
        let version = before + 1;
        let mut tx = self.begin().await?;
        if tx.run(SQL, &[version.into(), now_ms.into(), by.into(), text.into()]).await? == 0 {
            return Ok(None);
        }
        let entry = NewEntry { kind: "configuration".to_owned(), text: sentence.to_owned(), ..NewEntry::default() };
        journal::append(&mut tx, [(None, &entry)].into_iter(), now_ms).await?;
        tx.commit().await?;
        Ok(Some(version))
    }

    /// Notes that an item was tested as it is, which `digest` stands for.
    pub async fn tested(&self, item: &str, digest: &str, now_ms: i64) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO tested (item, digest, at_ms) VALUES ($1, $2, $3)
            ON CONFLICT (item, digest) DO UPDATE SET at_ms = excluded.at_ms";
        let mut tx = self.begin().await?;
        tx.run(SQL, &[item.into(), digest.into(), now_ms.into()]).await?;
        tx.commit().await
    }

    /// Whether an item was tested as it is.
    pub async fn is_tested(&self, item: &str, digest: &str) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT item FROM tested WHERE item = $1 AND digest = $2";
        Ok(self.db().row(SQL, &[item.into(), digest.into()]).await?.is_some())
    }
}

fn applied(row: &Row) -> Result<Applied, StoreError> {
    Ok(Applied {
        version: row.int("version")?,
        at_ms: row.int("at_ms")?,
        by: row.text("applied_by")?,
        text: row.text("content")?,
    })
}
