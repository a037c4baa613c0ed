//! Databases for tests: one of their own each, on either engine.

use std::sync::atomic::{AtomicU64, Ordering};

use settlement::ledger::AccountKind;
use sqlx::{AnyConnection, Connection, Executor, PgConnection, Row};
use tempfile::TempDir;

use crate::{Engine, Store, StoreOptions};

/// Where the Postgres server for tests is; `.ci/test` starts one and sets it.
const POSTGRES: &str = "COUNTERFOIL_TEST_POSTGRES";
/// Connections per test database.
const MAX_CONNECTIONS: u32 = 8;

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// A database that ends with the test.
pub struct TestDatabase {
    /// The store over it.
    pub store: Store,
    options: StoreOptions,
    place: Place,
}

/// What has to go when the test ends.
enum Place {
    Directory(#[expect(dead_code, reason = "held, never read: the directory goes with it")] TempDir),
    Server { server: String, name: String },
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Server { server, name } = &self.place else { return };
        let (server, drop) = (server.clone(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        // A test ends inside a runtime, where nothing can be waited for: another thread has one of its own. What fails here goes with the server.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(on_server(&server, &[drop])))
        });
        let _ = dropping.join();
    }
}

async fn on_server(server: &str, statements: &[String]) {
    let mut connection = PgConnection::connect(server).await.expect("the Postgres server for tests answers");
    for statement in statements {
        connection.execute(sqlx::AssertSqlSafe(statement.clone())).await.expect("a database can be made and dropped");
    }
}

impl TestDatabase {
    /// On the engine.
    ///
    /// # Panics
    /// When it cannot be made; for Postgres, when no server is named.
    pub async fn new(engine: Engine) -> Self {
        let database = Self::empty(engine).await;
        database.store.migrate().await.expect("the schema applies");
        database
    }

    /// A file in a directory of its own.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn sqlite() -> Self {
        Self::new(Engine::Sqlite).await
    }

    /// A database of its own on the server that `COUNTERFOIL_TEST_POSTGRES` names.
    ///
    /// # Panics
    /// When the variable is not set or the server refuses.
    pub async fn postgres() -> Self {
        Self::new(Engine::Postgres).await
    }

    /// Without a schema.
    ///
    /// # Panics
    /// When it cannot be made; for Postgres, when no server is named.
    pub async fn empty(engine: Engine) -> Self {
        let (url, place) = match engine {
            Engine::Sqlite => {
                let directory = tempfile::tempdir().expect("a temporary directory");
                (format!("sqlite:{}", directory.path().join("test.db").display()), Place::Directory(directory))
            }
            Engine::Postgres => {
                let server = std::env::var(POSTGRES).unwrap_or_else(|_| panic!("{POSTGRES} must name a Postgres server for tests; .ci/test starts one"));
                let name = format!("counterfoil_test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
                on_server(&server, &[format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")]).await;
                (with_database(&server, &name), Place::Server { server, name })
            }
        };
        let options = StoreOptions { url, max_connections: MAX_CONNECTIONS };
        let store = Store::connect(&options).await.expect("the database opens");
        Self { store, options, place }
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

    /// Another store over the same Postgres database, with a setting of the server, as `name=value`, for all its connections.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn another_store_with(&self, setting: &str) -> Store {
        let separator = if self.options.url.contains('?') { '&' } else { '?' };
        let options = StoreOptions { url: format!("{}{separator}options[{}", self.options.url, setting.replacen('=', "]=", 1)), ..self.options.clone() };
        Store::connect(&options).await.expect("the database opens twice")
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

    /// What the schema says against a statement.
    ///
    /// # Panics
    /// When it lets it pass.
    pub async fn refused(&self, sql: &str) -> String {
        let mut connection = AnyConnection::connect(&self.options.url).await.expect("a connection");
        connection.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.expect_err("the schema refuses it").to_string()
    }

    /// Changes rows behind the store's back, as an intruder or a broken disk would: neither foreign keys nor checks hold.
    ///
    /// # Panics
    /// When the statement fails.
    pub async fn tamper(&self, sql: &str) -> u64 {
        let unguarded = match self.store.engine() {
            Engine::Sqlite => "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;",
            Engine::Postgres => {
                "SET session_replication_role = replica; DO $$ DECLARE c record; BEGIN FOR c IN SELECT CAST(conrelid AS regclass) AS t, conname \
                 FROM pg_constraint WHERE contype = 'c' AND connamespace = CAST(current_schema() AS regnamespace) LOOP \
                 EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname); END LOOP; END $$;"
            }
        };
        let mut connection = AnyConnection::connect(&self.options.url).await.expect("a connection");
        connection.execute(unguarded).await.expect("whoever owns the database may lower its guards");
        connection.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.expect("the statement runs").rows_affected()
    }

    /// Writes what stands on the accounts of a kind so many times more, for tests of size: the same lines under entries of their own, spread over a second. The
    /// sums of days stay as they were.
    ///
    /// # Panics
    /// When the statement fails.
    pub async fn repeat_postings(&self, account: AccountKind, times: u32) -> u64 {
        let sql = format!(
            "INSERT INTO postings (entry, line, agreement_id, payment_request_id, refund_request_id, booked, account, wallet, owner, side, asset, amount, at) \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times}) \
             SELECT p.entry || ':' || CAST(n.i AS TEXT), p.line, p.agreement_id, p.payment_request_id, p.refund_request_id, p.booked, p.account, p.wallet, p.owner, \
             p.side, p.asset, p.amount, p.at + n.i % 1000 FROM postings p CROSS JOIN n WHERE p.account = '{}'",
            account.name()
        );
        self.tamper(&sql).await
    }
}

/// The server's URL with another database: what stands between the authority and the query.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, String::new()), |(address, query)| (address, format!("?{query}")));
    let authority = address.rsplit_once('/').map_or(address, |(authority, _)| authority);
    format!("{authority}/{name}{query}")
}
