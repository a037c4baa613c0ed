//! Databases for tests: one of their own each, on either engine.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AnyConnection, Connection, Executor, PgConnection, Row};
use tempfile::TempDir;

use crate::{Engine, Store, StoreOptions};

/// Where the Postgres server for tests is; `.ci/test` starts one and sets it.
const POSTGRES: &str = "COUNTERFOIL_TEST_POSTGRES";
/// Connections per test database.
const MAX_CONNECTIONS: u32 = 8;

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// An empty, migrated database that ends with the test.
pub struct TestDatabase {
    /// The store over it.
    pub store: Store,
    options: StoreOptions,
    _directory: Option<TempDir>,
}

impl TestDatabase {
    /// On the engine.
    ///
    /// # Panics
    /// When it cannot be made; for Postgres, when no server is named.
    pub async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::sqlite().await,
            Engine::Postgres => Self::postgres().await,
        }
    }

    /// A file in a directory of its own.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let url = format!("sqlite:{}", directory.path().join("test.db").display());
        Self::migrated(url, Some(directory)).await
    }

    /// A database of its own on the server that `COUNTERFOIL_TEST_POSTGRES` names.
    ///
    /// # Panics
    /// When the variable is not set or the server refuses.
    pub async fn postgres() -> Self {
        let server = std::env::var(POSTGRES).unwrap_or_else(|_| panic!("{POSTGRES} must name a Postgres server for tests; .ci/test starts one"));
        let name = format!("counterfoil_test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&server).await.expect("the Postgres server for tests answers");
        let create = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE); CREATE DATABASE {name};");
        for statement in create.split_inclusive(';') {
            connection.execute(sqlx::AssertSqlSafe(statement.to_owned())).await.expect("a database can be made");
        }
        Self::migrated(with_database(&server, &name), None).await
    }

    async fn migrated(url: String, directory: Option<TempDir>) -> Self {
        let options = StoreOptions { url, max_connections: MAX_CONNECTIONS };
        let store = Store::connect(&options).await.expect("the database opens");
        store.migrate().await.expect("the schema applies");
        Self { store, options, _directory: directory }
    }

    /// Its URL, for another process.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.options.url
    }

    /// Another store over the same database, as another process would have.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn another_store(&self) -> Store {
        Store::connect(&self.options).await.expect("the database opens twice")
    }

    /// Every table of the schema with every column of it.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn columns(&self) -> Vec<(String, String)> {
        let catalogue = match self.store.engine() {
            Engine::Sqlite => {
                "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' \
                 AND m.name <> '_sqlx_migrations'"
            }
            Engine::Postgres => {
                "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_schema = current_schema() \
                 AND table_name <> '_sqlx_migrations'"
            }
        };
        let rows = sqlx::query(catalogue).fetch_all(self.store.database.pool()).await.expect("the catalogue can be read");
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// Changes rows behind the store's back, as an intruder or a broken disk would: foreign keys do not hold (nor, on SQLite, checks).
    ///
    /// # Panics
    /// When the statement fails.
    pub async fn tamper(&self, sql: &str) -> u64 {
        let unguarded = match self.store.engine() {
            Engine::Sqlite => "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;",
            Engine::Postgres => "SET session_replication_role = replica;",
        };
        let mut connection = AnyConnection::connect(&self.options.url).await.expect("a connection");
        connection.execute(unguarded).await.expect("whoever owns the database may lower its guards");
        connection.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.expect("the statement runs").rows_affected()
    }
}

/// The server's URL with another database: what stands between the authority and the query.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, String::new()), |(address, query)| (address, format!("?{query}")));
    let authority = address.rsplit_once('/').map_or(address, |(authority, _)| authority);
    format!("{authority}/{name}{query}")
}
