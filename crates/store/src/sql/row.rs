//! What comes back from a statement, column by column. A column that does not hold what this program writes there is
//! damage, never a panic.

use entente_core::{MappingKey, Side};
use serde::de::DeserializeOwned;
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};

use crate::StoreError;

/// One row of either database.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn int(&self, column: &str) -> Result<i64, StoreError> {
        self.int_or_null(column)?.ok_or_else(|| damaged(column, "is empty"))
    }

    pub(crate) fn int_or_null(&self, column: &str) -> Result<Option<i64>, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A number of another kind: a count, which is never negative, or one of 32 bits.
    pub(crate) fn number<T: TryFrom<i64>>(&self, column: &str) -> Result<T, StoreError> {
        self.int(column)?.try_into().map_err(|_| damaged(column, "is out of range"))
    }

    pub(crate) fn text(&self, column: &str) -> Result<String, StoreError> {
        self.text_or_null(column)?.ok_or_else(|| damaged(column, "is empty"))
    }

    pub(crate) fn text_or_null(&self, column: &str) -> Result<Option<String>, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        parse(column, &self.text(column)?)
    }

    pub(crate) fn json_or_null<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.text_or_null(column)?.map(|text| parse(column, &text)).transpose()
    }

    pub(crate) fn side(&self, column: &str) -> Result<Side, StoreError> {
        side(column, &self.text(column)?)
    }

    pub(crate) fn side_or_null(&self, column: &str) -> Result<Option<Side>, StoreError> {
        self.text_or_null(column)?.map(|text| side(column, &text)).transpose()
    }

    pub(crate) fn mapping(&self, column: &str) -> Result<MappingKey, StoreError> {
        Ok(MappingKey::named(&self.text(column)?))
    }
}

/// A column that holds what this program never writes there.
pub(crate) fn damaged(column: &str, what: &str) -> StoreError {
    StoreError::Corrupt(format!("column {column} {what}").into())
}

fn parse<T: DeserializeOwned>(column: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| damaged(column, &format!("is not readable: {error}")))
}

fn side(column: &str, text: &str) -> Result<Side, StoreError> {
    Side::BOTH.into_iter().find(|side| side.as_str() == text).ok_or_else(|| damaged(column, "names no side"))
}
