//! Brings a database to the form this program knows. Forward only; each step is one file under `migrations/`, and a
//! published file never changes again.

use sqlx::{
    PgPool, SqlSafeStr, SqlitePool,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::{
    StoreError,
    sql::dialect::{self, Dialect},
};

const FIRST: &str = include_str!("../migrations/0001_first.sql");
const REMEDIES: &str = include_str!("../migrations/0002_remedies.sql");
const CIRCUMSTANCES: &str = include_str!("../migrations/0003_circumstances.sql");
const RECOVERY: &str = include_str!("../migrations/0004_recovery.sql");
const CONFIGURATIONS: &str = include_str!("../migrations/0005_configurations.sql");
const ENDED_INTENTS: &str = include_str!("../migrations/0006_ended_intents.sql");
const SENT: &str = include_str!("../migrations/0007_sent.sql");
const SHARED: &str = include_str!("../migrations/0008_shared.sql");
const ACCESS: &str = include_str!("../migrations/0009_access.sql");
const MAIL: &str = include_str!("../migrations/0010_mail.sql");
const COMMENTS: &str = include_str!("../migrations/0011_comments.sql");
const ACCESS_REQUESTS: &str = include_str!("../migrations/0012_access_request.sql");
const FILES: &str = include_str!("../migrations/0013_files.sql");
const USERS: &str = include_str!("../migrations/0014_users.sql");
const REFUSAL: &str = include_str!("../migrations/0015_refusal.sql");
const ACCESS_CALLS: &str = include_str!("../migrations/0016_access_call.sql");
const UNFINISHED: &str = include_str!("../migrations/0017_unfinished.sql");

/// The newest form of the database.
pub(crate) const NEWEST: i64 = 17;

/// The first form whose journal is sealed.
pub(crate) const SEALED: i64 = 2;

/// The directory's lock keeps other processes away.
pub(crate) async fn migrate_sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    migrator(Dialect::Sqlite).run_direct(None, &mut *connection, false).await.map_err(unmigrated)
}

/// Several workers may start at once; one migrates, the others wait.
pub(crate) async fn migrate_postgres(pool: &PgPool) -> Result<(), StoreError> {
    let mut tx = pool.begin().await?;
    sqlx::raw_sql(dialect::POSTGRES_MIGRATION_LOCK).execute(&mut *tx).await?;
    migrator(Dialect::Postgres).run_direct(None, &mut *tx, false).await.map_err(unmigrated)?;
    Ok(tx.commit().await?)
}

fn migrator(dialect: Dialect) -> Migrator {
    let steps = [
        (1, "first", dialect.first(FIRST)),
        (2, "remedies", dialect.remedies(REMEDIES)),
        (3, "circumstances", dialect.tables(CIRCUMSTANCES)),
        (4, "recovery", dialect.tables(RECOVERY)),
        (5, "configurations", dialect.tables(CONFIGURATIONS)),
        (6, "ended intents", dialect.tables(ENDED_INTENTS)),
        (7, "sent", dialect.tables(SENT)),
        (8, "shared", dialect.tables(SHARED)),
        (9, "access", dialect.tables(ACCESS)),
        (10, "mail", dialect.tables(MAIL)),
        (11, "comments", dialect.tables(COMMENTS)),
        (12, "access requests", dialect.tables(ACCESS_REQUESTS)),
        (13, "files", dialect.tables(FILES)),
        (14, "users", dialect.tables(USERS)),
        (15, "refusal", dialect.tables(REFUSAL)),
        (16, "access calls", dialect.tables(ACCESS_CALLS)),
        (NEWEST, "unfinished", dialect.tables(UNFINISHED)),
    ];
    let step = |(version, name, text): (i64, &'static str, String)| {
        let text = sqlx::AssertSqlSafe(text).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, text, false)
    };
    let mut migrator = Migrator::with_migrations(steps.into_iter().map(step).collect());
    // Its own lock belongs to a session, which breaks behind a pooler that hands out transactions.
    migrator.set_locking(false);
    migrator
}

fn unmigrated(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => error.into(),
        error => StoreError::Migration(error.into()),
    }
}
