//! Opening a database: the files and locks around SQLite, the sessions of PostgreSQL, the profile of both.

mod directory;

use std::{path::Path, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    Connection, Executor, PgConnection, SqliteConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use uuid::Uuid;

use crate::{
    Inner, Store, StoreError, migrations, recovery,
    sql::{Db, dialect},
};
pub(crate) use directory::{Directory, private};

/// The file of an SQLite database within its directory.
pub const DATABASE_FILE: &str = "entente.db";
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// A door that waits for its offer gives up before its caller does.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
const JOURNAL_BYTES_MAX: &str = "67108864";
const READERS_MAX: u32 = 4;
const POSTGRES_CONNECTIONS_MAX: u32 = 8;

impl Store {
    /// Opens, or creates, the SQLite database in a directory, and locks the directory for this process.
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        let directory = Directory::lock(dir)?;
        let file = directory.private_file(DATABASE_FILE)?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL may lose the last commits with the power: a lost intent is a doubled ticket.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .pragma("journal_size_limit", JOURNAL_BYTES_MAX);
        let write = sqlite_pool(1).after_release(|connection, _| Box::pin(ended(connection)));
        let write = write.connect_with(options.clone()).await?;
        migrations::migrate_sqlite(&write).await?;
        let read = sqlite_pool(READERS_MAX).connect_with(options.pragma("query_only", "ON")).await?;
        Self::start(Db::Sqlite { write, read }, Some(directory)).await
    }

    /// The SQLite database in a directory as it is now, only to be read, whoever works there meanwhile; an empty one where
    /// there is none. Nothing is made, locked or brought to this version.
    pub async fn peek(dir: &Path) -> Result<Self, StoreError> {
        let file = dir.join(DATABASE_FILE);
        if !file.exists() {
            return Self::memory().await;
        }
        let options = SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(BUSY_TIMEOUT);
        let read = sqlite_pool(1).connect_with(options).await?;
        let db = Db::Sqlite { write: read.clone(), read };
        Ok(Self {
            inner: Arc::new(Inner { db, incarnation: String::new(), digested: Default::default(), directory: None }),
        })
    }

    /// A private SQLite database in memory, which lives as long as a handle to it.
    pub async fn memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
        // One connection reads and writes: readers of a memory database would block the writer, and wait by sleeping.
        let pool = sqlite_pool(1).connect_with(options).await?;
        migrations::migrate_sqlite(&pool).await?;
        Self::start(Db::Sqlite { write: pool.clone(), read: pool }, None).await
    }

    /// Connects to PostgreSQL: `postgres://user:password@host/database`.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            return Err(StoreError::BadUrl);
        }
        let options = PgConnectOptions::from_str(url).map_err(|_| StoreError::BadUrl)?.application_name("entente");
        // A pool would try until its timeout and then not say why.
        PgConnection::connect_with(&options).await?.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(sqlx::raw_sql(dialect::POSTGRES_SESSION)).await.map(drop) })
            })
            .connect_with(options)
            .await?;
        migrations::migrate_postgres(&pool).await?;
        Self::start(Db::Postgres(pool), None).await
    }

    pub(crate) async fn start(db: Db, directory: Option<Directory>) -> Result<Self, StoreError> {
        let incarnation = incarnation(&db).await?;
        if let Some(directory) = &directory {
            recovery::notice(&db, directory, &incarnation).await?;
        }
        Ok(Self { inner: Arc::new(Inner { db, incarnation, digested: Default::default(), directory }) })
    }
}

pub(crate) fn sqlite_pool(connections_max: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A connection is a thread of this process: it does not go stale, and in memory it is the database.
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Whether a transaction's end reached the connection that it gives back. A commit or statement that fails, on a full disk
/// say, may leave it in the middle of the transaction for good.
async fn ended(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    // Runs the rollback that waits.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// The database's id; the first process to ask for it makes it.
async fn incarnation(db: &Db) -> Result<String, StoreError> {
    let mut tx = db.begin().await?;
    let fresh = Uuid::now_v7().to_string();
    let created = tx
        .run(
            "INSERT INTO meta (name, content) VALUES ('incarnation', $1) ON CONFLICT (name) DO NOTHING",
            &[(&fresh).into()],
        )
        .await?;
    let row = tx.row("SELECT content FROM meta WHERE name = 'incarnation'", &[]).await?;
    tx.commit().await?;
    if created > 0 {
        tracing::info!(incarnation = fresh, "Created the database {fresh}");
    }
    row.map_or(Ok(fresh), |row| row.text("content"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pragmas belong to a connection: nobody outside can see them.
    #[tokio::test]
    async fn commits_wait_for_the_disk_and_readers_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let Db::Sqlite { write, read } = store.db() else { panic!("a directory holds SQLite") };
        for (pool, query_only) in [(write, 0), (read, 1)] {
            let number = async |pragma| sqlx::query_scalar::<_, i64>(pragma).fetch_one(pool).await.unwrap();
            assert_eq!(number("PRAGMA synchronous").await, 2, "FULL");
            assert_eq!(number("PRAGMA foreign_keys").await, 1);
            assert_eq!(number("PRAGMA busy_timeout").await, 5_000);
            assert_eq!(number("PRAGMA journal_size_limit").await, 64 * 1024 * 1024);
            assert_eq!(number("PRAGMA query_only").await, query_only);
            let mode = sqlx::query_scalar::<_, String>("PRAGMA journal_mode").fetch_one(pool).await.unwrap();
            assert_eq!(mode, "wal");
        }
    }
}
