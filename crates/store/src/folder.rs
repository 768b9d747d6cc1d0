//! The files of links: which copies were made of which, and what both sides looked like when they last rested.
//!
//! A copy is announced before it is sent: a crash or a lost answer must not let it be made twice.

use std::collections::HashMap;

use entente_core::{
    Sides,
    files::{FileCopy, FileKey, FileStanding},
};
use serde::Serialize;

use crate::{
    Fence, LinkId, Store, StoreError, rest,
    sql::{Row, Tx, damaged, ids, list},
};

/// What is remembered of the files of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// How both sides' files looked when nothing was left to do about them.
    pub rests: Option<Sides<String>>,
    /// The copies that were made or announced, and those that are not made.
    pub copies: Vec<FileCopy>,
}

/// What a round found out about the files of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderUpdate {
    /// Which link.
    pub link_id: LinkId,
    /// How both sides look, when nothing is left to do; `None` leaves what was stored.
    pub rests: Option<Sides<String>>,
    /// Copies of which something else is known now.
    pub copies: Vec<FileCopy>,
    /// Copies of which nothing need be known any more.
    pub forgotten: Vec<FileKey>,
}

#[derive(Serialize)]
struct CopyRow<'a> {
    link_id: LinkId,
    #[serde(flatten)]
    key: &'a FileKey,
    name: &'a str,
    n_bytes: u64,
    state: &'static str,
    copy_id: Option<&'a str>,
    until_ms: Option<i64>,
    reason: Option<&'a str>,
    is_finished: i64,
}

#[derive(Serialize)]
struct KeyRow<'a> {
    link_id: LinkId,
    #[serde(flatten)]
    key: &'a FileKey,
}

impl Store {
    /// What is remembered of the files of some links; those of which nothing is remembered are left out.
    pub async fn folders(&self, link_ids: &[LinkId]) -> Result<HashMap<LinkId, Folder>, StoreError> {
        const RESTS: &str = "
            SELECT * FROM folder WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)";
        const COPIES: &str = "
            SELECT * FROM file_copy
            WHERE link_id IN (SELECT CAST(r.value->>'id' AS BIGINT) FROM json_each($1) AS r)
            ORDER BY link_id, origin, file";
        let mut folders: HashMap<LinkId, Folder> = HashMap::new();
        if link_ids.is_empty() {
            return Ok(folders);
        }
        for (link_id, rests) in rest::read(self.db(), RESTS, link_ids).await? {
            folders.entry(link_id).or_default().rests = Some(rests);
        }
        for row in self.db().rows(COPIES, &[ids(link_ids)?]).await? {
            folders.entry(row.int("link_id")?).or_default().copies.push(copy(&row)?);
        }
        Ok(folders)
    }

    /// The Salesforce records of an item's links that are in use.
    pub async fn linked_records(&self, item: &str) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "
            SELECT DISTINCT salesforce_id FROM link WHERE item = $1 AND state IN ('active', 'parked')
            ORDER BY salesforce_id";
        self.db().rows(SQL, &[item.into()]).await?.iter().map(|row| row.text("salesforce_id")).collect()
    }

    /// Announces copies. Must return before anything is sent.
    pub async fn announce_files(&self, fence: &Fence, copies: &[(LinkId, FileCopy)]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        fence.check(&mut tx).await?;
        let rows: Vec<CopyRow<'_>> = copies.iter().map(|(link, copy)| row(*link, copy)).collect();
        keep(&mut tx, &rows).await?;
        tx.commit().await
    }
}

/// Stores what a round found out.
pub(crate) async fn update(tx: &mut Tx, folders: &[FolderUpdate]) -> Result<(), StoreError> {
    const REST: &str = "
        INSERT INTO folder (link_id, salesforce, jira)
        SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'salesforce', r.value->>'jira'
        FROM json_each($1) AS r WHERE true
        ON CONFLICT (link_id) DO UPDATE SET salesforce = excluded.salesforce, jira = excluded.jira";
    const FORGET: &str = "
        DELETE FROM file_copy WHERE EXISTS (
            SELECT 1 FROM json_each($1) AS r WHERE CAST(r.value->>'link_id' AS BIGINT) = file_copy.link_id
                AND r.value->>'origin' = file_copy.origin AND r.value->>'file' = file_copy.file)";
    let rests = folders.iter().filter_map(|folder| Some((folder.link_id, folder.rests.as_ref()?)));
    rest::keep(tx, REST, rests).await?;
    let (mut rows, mut forgotten) = (Vec::new(), Vec::new());
    for FolderUpdate { link_id, copies, forgotten: keys, .. } in folders {
        rows.extend(copies.iter().map(|copy| row(*link_id, copy)));
        forgotten.extend(keys.iter().map(|key| KeyRow { link_id: *link_id, key }));
    }
    if !forgotten.is_empty() {
        tx.run(FORGET, &[list(&forgotten)?]).await?;
    }
    keep(tx, &rows).await
}

async fn keep(tx: &mut Tx, rows: &[CopyRow<'_>]) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO file_copy (link_id, origin, file, name, n_bytes, state, copy_id, until_ms, reason, is_finished)
        SELECT CAST(r.value->>'link_id' AS BIGINT), r.value->>'origin', r.value->>'file', r.value->>'name',
            CAST(r.value->>'n_bytes' AS BIGINT), r.value->>'state', r.value->>'copy_id',
            CAST(r.value->>'until_ms' AS BIGINT), r.value->>'reason', CAST(r.value->>'is_finished' AS BIGINT)
        FROM json_each($1) AS r WHERE true
        ON CONFLICT (link_id, origin, file) DO UPDATE SET name = excluded.name, n_bytes = excluded.n_bytes,
            state = excluded.state, copy_id = excluded.copy_id, until_ms = excluded.until_ms,
            reason = excluded.reason, is_finished = excluded.is_finished";
    if !rows.is_empty() {
        tx.run(SQL, &[list(rows)?]).await?;
    }
    Ok(())
}

fn row(link_id: LinkId, copy: &FileCopy) -> CopyRow<'_> {
    let (state, copy_id, until_ms, reason) = match &copy.standing {
        FileStanding::Sent { until_ms } => ("sent", None, Some(*until_ms), None),
        FileStanding::Made { id } => ("made", Some(id.as_str()), None, None),
        FileStanding::Refused { reason } => ("refused", None, None, Some(reason.as_str())),
        FileStanding::Skipped { reason } => ("skipped", None, None, Some(reason.as_str())),
    };
    let FileCopy { key, name, n_bytes, is_finished, .. } = copy;
    CopyRow {
        link_id,
        key,
        name,
        n_bytes: *n_bytes,
        state,
        copy_id,
        until_ms,
        reason,
        is_finished: i64::from(*is_finished),
    }
}

fn copy(row: &Row) -> Result<FileCopy, StoreError> {
    let standing = match row.text("state")?.as_str() {
        "sent" => FileStanding::Sent { until_ms: row.int_or_null("until_ms")?.unwrap_or_default() },
        "made" => FileStanding::Made { id: row.text("copy_id")? },
        "refused" => FileStanding::Refused { reason: row.text("reason")? },
        "skipped" => FileStanding::Skipped { reason: row.text("reason")? },
        _ => return Err(damaged("state", "is unknown")),
    };
    let key = FileKey { origin: row.side("origin")?, file: row.text("file")? };
    let n_bytes = row.int("n_bytes")?.unsigned_abs();
    Ok(FileCopy { key, name: row.text("name")?, n_bytes, standing, is_finished: row.int("is_finished")? != 0 })
}
