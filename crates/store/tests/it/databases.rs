//! Each test on each database, fresh for every run.

use entente_store::Store;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

/// The server on which tests make schemas; each test its own.
pub(crate) const SERVER: &str = "ENTENTE_TEST_POSTGRES";

/// Runs a test on a fresh database of each kind.
pub(crate) async fn on_each(test: impl AsyncFn(Store)) {
    test(Store::memory().await.unwrap()).await;

    let dir = tempfile::tempdir().unwrap();
    test(Store::open(dir.path()).await.unwrap()).await;

    if let Some(schema) = Schema::new().await {
        test(Store::connect(&schema.url).await.unwrap()).await;
        schema.remove().await;
    }
}

/// A PostgreSQL schema that one test has for itself.
pub(crate) struct Schema {
    pub(crate) url: String,
    server: String,
    name: String,
}

impl Schema {
    pub(crate) async fn new() -> Option<Self> {
        let server = std::env::var(SERVER).ok()?;
        let name = format!("t{}", Uuid::now_v7().simple());
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options[search_path]={name}");
        let schema = Self { url, server, name };
        schema.tell(format!("CREATE SCHEMA {}", schema.name)).await;
        Some(schema)
    }

    pub(crate) async fn remove(self) {
        self.tell(format!("DROP SCHEMA {} CASCADE", self.name)).await;
    }

    async fn tell(&self, sql: String) {
        let mut connection = PgConnection::connect(&self.server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// Fails where PostgreSQL is required and missing; elsewhere the skipping is at least said.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped database must be seen by whoever reads the test log")]
fn postgresql_is_not_forgotten() {
    if std::env::var(SERVER).is_err() {
        eprintln!("skipped on PostgreSQL: {SERVER} is not set; run under tools/with-postgres");
        let required = std::env::var("ENTENTE_REQUIRE_POSTGRES").is_ok_and(|required| required == "1");
        assert!(!required, "ENTENTE_REQUIRE_POSTGRES=1, but {SERVER} is not set");
    }
}

#[tokio::test]
async fn several_workers_may_start_on_one_empty_postgresql() {
    let Some(schema) = Schema::new().await else { return };
    let start = || {
        tokio::spawn({
            let url = schema.url.clone();
            async move { Store::connect(&url).await.unwrap().incarnation().to_owned() }
        })
    };
    let (one, other, third) = (start(), start(), start());
    let one = one.await.unwrap();
    assert_eq!(one, other.await.unwrap());
    assert_eq!(one, third.await.unwrap());
    schema.remove().await;
}

#[tokio::test]
async fn a_database_url_is_never_repeated() {
    for url in ["mysql://entente:hunter2@db/entente", "postgres://entente:hunter2@db:not-a-port/entente", "hunter2"] {
        let message = Store::connect(url).await.unwrap_err().to_string();
        assert!(!message.contains("hunter2"), "{message}");
        assert!(message.contains("postgres://user:password@host/database"), "{message}");
    }
    let message = Store::connect("postgres://entente:hunter2@127.0.0.1:1/entente").await.unwrap_err().to_string();
    assert!(message.starts_with("the database does not answer") && !message.contains("hunter2"), "{message}");
}
