//! Databases on the PostgreSQL server that `ENTENTE_TEST_POSTGRES` names (`tools/with-postgres`).

use reqwest::Url;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// A database of a test's own. It goes with the server, which lives no longer than the tests.
pub(crate) struct Database {
    server: Url,
    name: String,
}

impl Database {
    /// A new one; none where there is no server.
    pub(crate) fn new() -> Option<Self> {
        let server = Url::parse(&std::env::var("ENTENTE_TEST_POSTGRES").ok()?).unwrap();
        let database = Self { server, name: format!("t{}", uuid::Uuid::now_v7().simple()) };
        tell(&database.server, &format!("CREATE DATABASE {}", database.name));
        Some(database)
    }

    /// The same as it is now, under another name: an image to go back to. Nobody may be connected.
    pub(crate) fn image(&self) -> Self {
        let name = format!("{}_image", self.name);
        tell(&self.server, &format!("CREATE DATABASE {name} TEMPLATE {}", self.name));
        Self { server: self.server.clone(), name }
    }

    /// The address for `--database-url`.
    pub(crate) fn url(&self) -> String {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        url.to_string()
    }

    /// Runs statements in it.
    pub(crate) fn tell(&self, sql: &str) {
        tell(&Url::parse(&self.url()).unwrap(), sql);
    }
}

fn tell(url: &Url, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}
