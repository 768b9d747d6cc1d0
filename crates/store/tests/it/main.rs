//! The promises of the store, each tested on SQLite, and on PostgreSQL when `ENTENTE_TEST_POSTGRES` is set.
