//! Whether this database is older than what was done with it, as after a backup was restored.
//!
//! What was created since then is not in it. So it says for each item that this has still to be looked for, and the
//! engine creates nothing for the item before that is done. Where the database is a file of this machine, a number beside
//! it (`entente.creations`) tells how many creations were sent with it: an image that knows of fewer was put back by hand,
//! and a database of another id came after one that was lost.

use crate::{
    Fence, NewEntry, Store, StoreError, journal,
    open::Directory,
    sql::{Db, Tx},
};

/// Name, in `meta`, of how often an older image was put back.
const RECOVERY: &str = "recovery";
/// Name, in `meta`, of how many creations were sent.
const CREATIONS: &str = "creations";

impl Store {
    /// Whether an item has still to look for what was created after this image of the database was made.
    pub async fn is_recovering(&self, item: &str) -> Result<bool, StoreError> {
        const SQL: &str = "
            SELECT m.name FROM meta AS m WHERE m.name = $1 AND CAST(m.content AS BIGINT) >
                COALESCE((SELECT recovered FROM item WHERE item = $2), 0)";
        Ok(self.db().row(SQL, &[RECOVERY.into(), item.into()]).await?.is_some())
    }

    /// Notes that this is an older image: every item looks for what was created since. Journalled.
    pub async fn recover(&self, why: &str, now_ms: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        older(&mut tx).await?;
        let text = format!("{why}; what was created since is looked for before anything else is created");
        let entry = NewEntry { kind: "recovery".to_owned(), text, ..NewEntry::default() };
        journal::append(&mut tx, [(None, &entry)].into_iter(), now_ms).await?;
        tx.commit().await
    }

    /// Notes what an item has found that was created since, and whether that was all. Journalled.
    pub async fn recovered(
        &self,
        fence: &Fence,
        item: &str,
        is_all: bool,
        text: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "
            INSERT INTO item (item, discovered, recovered)
                SELECT $1, 0, CAST(m.content AS BIGINT) FROM meta AS m WHERE m.name = $2
            ON CONFLICT (item) DO UPDATE SET recovered = excluded.recovered";
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        if is_all {
            tx.run(SQL, &[item.into(), RECOVERY.into()]).await?;
        }
        let entry = NewEntry {
            kind: "recovery".to_owned(),
            org: Some(fence.org.clone()),
            item: Some(item.to_owned()),
            text: text.to_owned(),
            ..NewEntry::default()
        };
        journal::append(&mut tx, [(None, &entry)].into_iter(), now_ms).await?;
        tx.commit().await
    }

    /// Keys of all issues of a site that have, or had, a link.
    pub async fn linked_keys(&self, site: &str) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT DISTINCT jira_key FROM link WHERE site = $1 ORDER BY jira_key";
        self.db().rows(SQL, &[site.into()]).await?.iter().map(|row| row.text("jira_key")).collect()
    }

    /// Counts creations that are about to be sent, here and beside the database.
    pub(crate) async fn count_creations(&self, tx: &mut Tx, n: usize) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "
            UPDATE meta SET content = CAST(CAST(content AS BIGINT) + $2 AS TEXT) WHERE name = $1
            RETURNING CAST(content AS BIGINT) AS creations";
        tx.row(SQL, &[CREATIONS.into(), n.into()]).await?.map(|row| row.int("creations")).transpose()
    }

    /// Notes beside the database how many creations were sent.
    pub(crate) fn note_creations(&self, count: Option<i64>) -> Result<(), StoreError> {
        match (&self.inner.directory, count) {
            (Some(directory), Some(count)) => directory.note_creations(&self.inner.incarnation, count),
            _ => Ok(()),
        }
    }
}

async fn older(tx: &mut Tx) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE meta SET content = CAST(CAST(content AS BIGINT) + 1 AS TEXT) WHERE name = $1";
    tx.run(SQL, &[RECOVERY.into()]).await.map(drop)
}

/// Compares the database with the number beside it. One that the number is not of, a new one above all, knows nothing of
/// what was created here.
pub(crate) async fn notice(db: &Db, directory: &Directory, incarnation: &str) -> Result<(), StoreError> {
    const SQL: &str = "SELECT CAST(content AS BIGINT) AS n FROM meta WHERE name = $1";
    let Some((of, noted)) = directory.creations()? else { return Ok(()) };
    let known = db.row(SQL, &[CREATIONS.into()]).await?.map_or(Ok(0), |row| row.int("n"))?;
    if of == incarnation && known >= noted {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    older(&mut tx).await?;
    const MEET: &str = "UPDATE meta SET content = $2 WHERE name = $1";
    let met = known.max(noted);
    tx.run(MEET, &[CREATIONS.into(), met.to_string().as_str().into()]).await?;
    tx.commit().await?;
    directory.note_creations(incarnation, met)?;
    tracing::warn!("The database is older than what was done with it; creations wait until that was looked for");
    Ok(())
}
