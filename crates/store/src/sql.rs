//! The two databases behind one small face: pools, transactions, parameters and rows, each an enum of two arms.
//!
//! The texts that run here are the same for both; the few that cannot be stand in `sql/dialect.rs`. Lists travel as one
//! JSON parameter, which `json_each($1)` turns into rows in either database, so that no text is ever built at run time.

pub(crate) mod dialect;
mod param;
mod row;

use sqlx::{
    Executor, PgPool, Postgres, Sqlite, SqlitePool, Transaction, postgres::PgArguments, query::Query,
    sqlite::SqliteArguments,
};

pub(crate) use param::{Param, ids, json, list, texts, without_nul};
pub(crate) use row::{Row, damaged};

use crate::StoreError;

/// Where statements outside a transaction go; they only read.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    /// One connection writes, several read; in memory it is one and the same.
    Sqlite { write: SqlitePool, read: SqlitePool },
    /// PostgreSQL keeps its own order.
    Postgres(PgPool),
}

/// A transaction that may write. Dropped before [`Tx::commit`], it leaves nothing.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// How often a transaction is tried when the database says that another one stood in its way.
const TRIES_MAX: u32 = 3;

/// Runs a whole transaction, anew when another one stood in its way. Doors and rounds touch the same hints, so that
/// PostgreSQL may have to end one of two that wait for each other.
pub(crate) async fn retried<T, F>(transaction: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut tries = 1;
    loop {
        match transaction().await {
            Err(StoreError::Busy(_)) if tries < TRIES_MAX => tries += 1,
            outcome => return outcome,
        }
    }
}

/// A transaction that first reads and then writes must not lose its place in between.
const BEGIN: &str = "BEGIN IMMEDIATE";

impl Db {
    /// Whether it is a file, or memory, of this machine.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with(BEGIN).await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    pub(crate) async fn rows(&self, sql: &'static str, params: &[Param]) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => sqlite_rows(read.fetch_all(sqlite(sql, params)).await?),
            Self::Postgres(pool) => postgres_rows(pool.fetch_all(postgres(sql, params)).await?),
        })
    }

    pub(crate) async fn row(&self, sql: &'static str, params: &[Param]) -> Result<Option<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => read.fetch_optional(sqlite(sql, params)).await?.map(Row::Sqlite),
            Self::Postgres(pool) => pool.fetch_optional(postgres(sql, params)).await?.map(Row::Postgres),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Runs a statement; answers how many rows it touched.
    pub(crate) async fn run(&mut self, sql: &'static str, params: &[Param]) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(tx) => tx.execute(sqlite(sql, params)).await?.rows_affected(),
            Self::Postgres(tx) => tx.execute(postgres(sql, params)).await?.rows_affected(),
        })
    }

    pub(crate) async fn rows(&mut self, sql: &'static str, params: &[Param]) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(tx) => sqlite_rows(tx.fetch_all(sqlite(sql, params)).await?),
            Self::Postgres(tx) => postgres_rows(tx.fetch_all(postgres(sql, params)).await?),
        })
    }

    pub(crate) async fn row(&mut self, sql: &'static str, params: &[Param]) -> Result<Option<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(tx) => tx.fetch_optional(sqlite(sql, params)).await?.map(Row::Sqlite),
            Self::Postgres(tx) => tx.fetch_optional(postgres(sql, params)).await?.map(Row::Postgres),
        })
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        #[cfg(feature = "simulation")]
        crate::simulation::at(crate::simulation::Moment::Before)?;
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        #[cfg(feature = "simulation")]
        crate::simulation::at(crate::simulation::Moment::After)?;
        Ok(())
    }
}

fn sqlite(sql: &'static str, params: &[Param]) -> Query<'static, Sqlite, SqliteArguments> {
    params.iter().fold(sqlx::query(sql), |query, param| match param {
        Param::Int(value) => query.bind(*value),
        Param::Text(value) => query.bind(value.clone()),
    })
}

fn postgres(sql: &'static str, params: &[Param]) -> Query<'static, Postgres, PgArguments> {
    params.iter().fold(sqlx::query(sql), |query, param| match param {
        Param::Int(value) => query.bind(*value),
        Param::Text(value) => query.bind(value.clone()),
    })
}

fn sqlite_rows(rows: Vec<sqlx::sqlite::SqliteRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Sqlite).collect()
}

fn postgres_rows(rows: Vec<sqlx::postgres::PgRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Postgres).collect()
}
