//! One file that holds everything: made while others work on the database, and verified before it gets its name.
//!
//! It is an SQLite database itself, with a note about when it was made and the encrypted secrets as they lie in their
//! file. The key is not in it. PostgreSQL has its own tools for this (docs/decisions/0009).

mod digest;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use crate::{
    Inner, Store, StoreError, Verified, migrations,
    open::{DATABASE_FILE, Directory, private, sqlite_pool},
    sql::Db,
};

/// Name, in `meta`, of when the backup was made.
const MADE: &str = "backup made";
/// What is said of a file that is none of ours.
const NOT_OURS: &str = "`entente backup` did not make it";
/// Name, in `meta`, of the secrets' file.
const SECRETS: &str = "backup secrets";

/// A backup, as it was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// When it was made.
    pub made_ms: i64,
    /// Links in it, without those that were dissolved.
    pub links: i64,
    /// Its journal, as it was in the database. Where that was broken already, the links are worth keeping all the same.
    pub journal: Verified,
    /// The secrets' file, encrypted as it is.
    pub secrets: Option<String>,
}

impl Backup {
    /// Makes a backup of the database in a directory, whoever works there meanwhile, and verifies it.
    pub async fn make(dir: &Path, to: &Path, secrets: Option<&str>, now_ms: i64) -> Result<Self, StoreError> {
        let from = dir.join(DATABASE_FILE);
        let missing =
            |path: &Path, kind| StoreError::File { path: path.to_owned(), source: std::io::Error::from(kind) };
        if !from.exists() {
            return Err(missing(&from, std::io::ErrorKind::NotFound));
        }
        if to.exists() {
            return Err(missing(to, std::io::ErrorKind::AlreadyExists));
        }
        let part = PathBuf::from(format!("{}.part", to.display()));
        remove(&part)?;
        private(&part).map_err(at(to))?;
        let made = make(&from, &part, secrets, now_ms).await;
        let verified = match made {
            Ok(()) => Self::verify(&part).await,
            Err(error) => Err(error),
        };
        if verified.is_err() {
            remove(&part)?;
            return verified;
        }
        File::open(&part).and_then(|file| file.sync_all()).map_err(at(to))?;
        fs::rename(&part, to).map_err(at(to))?;
        verified
    }

    /// Reads a backup to its end: whether the database is sound, and the journal what was written.
    pub async fn verify(file: &Path) -> Result<Self, StoreError> {
        if File::open(file).and_then(|file| file.metadata()).map_err(at(file))?.is_dir() {
            return Err(at(file)(std::io::ErrorKind::IsADirectory.into()));
        }
        let pool = reading(file).await?;
        let verified = verify(file, &pool).await;
        pool.close().await;
        verified
    }

    /// Puts a verified backup in the place of the database of a directory. One that is there already is refused, or, if
    /// `replace` says so, kept beside it. Everything created since the backup is looked for before anything is created.
    pub async fn restore(file: &Path, dir: &Path, replace: bool, why: &str, now_ms: i64) -> Result<Store, StoreError> {
        let directory = Directory::lock(dir)?;
        let database = dir.join(DATABASE_FILE);
        if fs::metadata(&database).is_ok_and(|found| found.len() > 0) {
            if !replace {
                return Err(StoreError::Occupied { dir: dir.to_owned() });
            }
            for suffix in ["", "-wal", "-shm"] {
                let (old, kept) = (format!("{DATABASE_FILE}{suffix}"), format!("{DATABASE_FILE}.replaced{suffix}"));
                remove(&dir.join(&kept))?;
                if dir.join(&old).exists() {
                    fs::rename(dir.join(&old), dir.join(&kept)).map_err(at(&database))?;
                }
            }
        }
        let part = directory.private_file("entente.db.part")?;
        fs::copy(file, &part).map_err(at(&part))?;
        File::open(&part).and_then(|file| file.sync_all()).map_err(at(&part))?;
        fs::rename(&part, &database).map_err(at(&database))?;
        drop(directory);
        let store = Store::open(dir).await?;
        store.recover(why, now_ms).await?;
        Ok(store)
    }
}

async fn reading(file: &Path) -> Result<SqlitePool, StoreError> {
    Ok(sqlite_pool(1).connect_with(SqliteConnectOptions::new().filename(file).read_only(true)).await?)
}

async fn make(from: &Path, part: &Path, secrets: Option<&str>, now_ms: i64) -> Result<(), StoreError> {
    let pool = reading(from).await?;
    let copied = sqlx::query("VACUUM INTO $1").bind(part.to_string_lossy().into_owned()).execute(&pool).await;
    pool.close().await;
    copied?;
    // No companion files: the backup is one file.
    let options = SqliteConnectOptions::new().filename(part).journal_mode(SqliteJournalMode::Delete);
    let pool = sqlite_pool(1).connect_with(options).await?;
    let blank = digest::blank();
    let notes =
        [(MADE, Some(now_ms.to_string())), (SECRETS, secrets.map(str::to_owned)), (digest::NAME, Some(blank.clone()))];
    for (name, content) in notes {
        if let Some(content) = content {
            let note = "INSERT INTO meta (name, content) VALUES ($1, $2)
                ON CONFLICT (name) DO UPDATE SET content = excluded.content";
            sqlx::query(note).bind(name).bind(content).execute(&pool).await?;
        }
    }
    pool.close().await;
    digest::seal(part, &blank).map_err(at(part))
}

/// What is wrong with a file that SQLite does not read, by <https://www.sqlite.org/rescode.html>.
fn unreadable(error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match code.as_deref() {
        Some("26") => NOT_OURS.to_owned(),
        Some("11") => "it is damaged".to_owned(),
        _ => error.to_string(),
    }
}

async fn verify(file: &Path, pool: &SqlitePool) -> Result<Backup, StoreError> {
    let unfit = |reason: String| StoreError::NoBackup { path: file.to_owned(), reason };
    let tables: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('meta', '_sqlx_migrations')")
            .fetch_one(pool)
            .await
            .map_err(|error| unfit(unreadable(&error)))?;
    let note = "SELECT content FROM meta WHERE name = $1";
    let made: Option<String> = match tables {
        2 => sqlx::query_scalar(note).bind(MADE).fetch_optional(pool).await?,
        _ => None,
    };
    let made_ms = made.and_then(|made| made.parse().ok());
    let made_ms = made_ms.ok_or_else(|| unfit(NOT_OURS.to_owned()))?;
    let version: i64 = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(pool).await?;
    if version > migrations::NEWEST {
        return Err(unfit("a newer version of Entente made it; restore it with that one".to_owned()));
    }
    let stated: Option<String> = sqlx::query_scalar(note).bind(digest::NAME).fetch_optional(pool).await?;
    let is_whole = stated.as_ref().map_or(Ok(true), |stated| digest::is_whole(file, stated)).map_err(at(file))?;
    if !is_whole {
        return Err(unfit("it is damaged: its bytes are not those that were written".to_owned()));
    }
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(pool).await?;
    if sound != "ok" {
        return Err(unfit(format!("it is damaged: {sound}")));
    }
    let links = sqlx::query_scalar("SELECT COUNT(*) FROM link WHERE state <> 'unlinked'").fetch_one(pool).await?;
    let journal = journal(pool, version).await?;
    // Without a digest only the journal's seals could tell that somebody has edited the backup since.
    if stated.is_none() && matches!(journal, Verified::Broken { .. }) {
        return Err(unfit("its journal is not what was written".to_owned()));
    }
    let secrets = sqlx::query_scalar(note).bind(SECRETS).fetch_optional(pool).await?;
    Ok(Backup { made_ms, links, journal, secrets })
}

/// Whether the journal is what was written. The first form of the database had no seals.
async fn journal(pool: &SqlitePool, version: i64) -> Result<Verified, StoreError> {
    if version < migrations::SEALED {
        return Ok(Verified::Intact { rows: 0, unsealed: 0 });
    }
    let db = Db::Sqlite { write: pool.clone(), read: pool.clone() };
    let store =
        Store { inner: Inner { db, incarnation: String::new(), digested: Default::default(), directory: None }.into() };
    store.verify_journal().await
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { path, source }
}
