//! All that differs between SQLite and PostgreSQL: how a table is declared, how the journal is sealed, and what a
//! failure means. No other file may name one of the two in SQL.

use sqlx::error::DatabaseError;

use crate::StoreError;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What PostgreSQL needs before the first table: the same `json_each(text)` that SQLite has. It is STABLE and not
/// STRICT, because only such a function is inlined (https://wiki.postgresql.org/wiki/Inlining_of_SQL_functions).
const POSTGRES_FIRST: &str = "
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE(value JSON) LANGUAGE sql STABLE ROWS 100
    AS $$ SELECT json_array_elements(list::json) $$;
";

const POSTGRES_LAST: &str = "
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
CREATE TRIGGER journal_seal BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
-- Hints come and go all the time: room on each page, and a quick broom.
ALTER TABLE hint SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
";

const SQLITE_LAST: &str = "
CREATE TRIGGER journal_keeps BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
";

/// From the second migration on, the oldest rows may go once it is noted up to which one they were let go.
const SQLITE_LETS_GO: &str = "
DROP TRIGGER journal_stays;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
    WHEN OLD.id > COALESCE((SELECT CAST(content AS INTEGER) FROM meta WHERE name = 'journal let go'), 0)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
";

const POSTGRES_LETS_GO: &str = "
CREATE FUNCTION journal_lets_go() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.id > COALESCE((SELECT CAST(content AS BIGINT) FROM meta WHERE name = 'journal let go'), 0) THEN
        RAISE EXCEPTION 'the journal is append-only';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER journal_seal ON journal;
CREATE TRIGGER journal_seal BEFORE UPDATE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_stays BEFORE DELETE ON journal FOR EACH ROW EXECUTE FUNCTION journal_lets_go();
";

/// Waits until no other process migrates the same PostgreSQL database; ends with the transaction.
pub(crate) const POSTGRES_MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(7234861094526)";

/// What each PostgreSQL connection is told once. A transaction of ours takes milliseconds; one that hangs must not hold
/// up the queue.
pub(crate) const POSTGRES_SESSION: &str =
    "SET synchronous_commit = on; SET idle_in_transaction_session_timeout = '10s'; SET statement_timeout = '30s'";

impl Dialect {
    /// The first migration's text in this dialect. `BIGINT IDENTITY PRIMARY KEY` is our own word for a running number.
    pub(crate) fn first(self, tables: &str) -> String {
        match self {
            Self::Sqlite => self.tables(tables) + SQLITE_LAST,
            Self::Postgres => POSTGRES_FIRST.to_owned() + &self.tables(tables) + POSTGRES_LAST,
        }
    }

    /// The second migration's text in this dialect.
    pub(crate) fn remedies(self, tables: &str) -> String {
        let lets_go = match self {
            Self::Sqlite => SQLITE_LETS_GO,
            Self::Postgres => POSTGRES_LETS_GO,
        };
        self.tables(tables) + lets_go
    }

    /// The text of a migration that needs nothing else in this dialect.
    pub(crate) fn tables(self, tables: &str) -> String {
        match self {
            // AUTOINCREMENT: the id of a removed row is never given again.
            Self::Sqlite => tables
                .replace("BIGINT IDENTITY PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT")
                .replace("BIGINT", "INTEGER")
                .replace("\n);", "\n) STRICT;"),
            Self::Postgres => tables.replace("IDENTITY", "GENERATED ALWAYS AS IDENTITY"),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(refusal) => match meaning(refusal.as_ref()) {
                Meaning::Busy => Self::Busy(error.into()),
                Meaning::Full => Self::Full(error.into()),
                Meaning::Unreachable => Self::Unreachable(error.into()),
                Meaning::Corrupt => Self::Corrupt(error.into()),
                Meaning::Refused => Self::Refused(error.into()),
            },
            E::Io(_) | E::Tls(_) | E::Protocol(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => {
                Self::Unreachable(error.into())
            }
            E::ColumnDecode { .. } | E::Decode(_) => Self::Corrupt(error.into()),
            _ => Self::Refused(error.into()),
        }
    }
}

#[derive(Debug)]
enum Meaning {
    Busy,
    Full,
    Unreachable,
    Corrupt,
    Refused,
}

/// SQLite's codes are numbers (https://www.sqlite.org/rescode.html), PostgreSQL's have five places
/// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
fn meaning(refusal: &dyn DatabaseError) -> Meaning {
    let code = refusal.code().unwrap_or_default();
    if let Some(refusal) = refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>() {
        let number: i32 = DatabaseError::code(refusal).and_then(|code| code.parse().ok()).unwrap_or_default();
        return sqlite_meaning(number);
    }
    match code.as_ref() {
        // serialization failure, deadlock, lock not available
        "40001" | "40P01" | "55P03" => Meaning::Busy,
        // data corrupted, index corrupted
        "XX001" | "XX002" => Meaning::Corrupt,
        // disk full
        "53100" => Meaning::Full,
        // connection, resources, operator's intervention, who may connect, no such database
        code if ["08", "53", "57", "28", "3D"].iter().any(|class| code.starts_with(class)) => Meaning::Unreachable,
        _ => Meaning::Refused,
    }
}

fn sqlite_meaning(extended_code: i32) -> Meaning {
    match extended_code & 0xff {
        5 | 6 => Meaning::Busy,
        13 => Meaning::Full,
        // no permission, read-only, input and output, cannot open
        3 | 8 | 10 | 14 => Meaning::Unreachable,
        11 | 26 => Meaning::Corrupt,
        _ => Meaning::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_sqlite_is_told_from_a_damaged_and_an_unreachable_one() {
        // Extended codes: the kind stands in the last byte.
        for (code, meaning) in [
            (5, "Busy"),
            (5 | (2 << 8), "Busy"),
            (6, "Busy"),
            (10 | (3 << 8), "Unreachable"),
            (13, "Full"),
            (14, "Unreachable"),
            (11, "Corrupt"),
            (26, "Corrupt"),
            (1, "Refused"),
            (19 | (8 << 8), "Refused"),
        ] {
            assert_eq!(format!("{:?}", sqlite_meaning(code)), meaning, "{code}");
        }
    }

    #[test]
    fn one_text_of_a_table_serves_both() {
        let text = "CREATE TABLE t (\n    id BIGINT IDENTITY PRIMARY KEY,\n    at_ms BIGINT NOT NULL\n);";
        assert_eq!(
            Dialect::Sqlite.tables(text),
            "CREATE TABLE t (\n    id INTEGER PRIMARY KEY AUTOINCREMENT,\n    at_ms INTEGER NOT NULL\n) STRICT;"
        );
        assert_eq!(
            Dialect::Postgres.tables(text),
            "CREATE TABLE t (\n    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    at_ms BIGINT NOT NULL\n);"
        );
    }
}
