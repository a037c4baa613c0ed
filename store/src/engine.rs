//! Connecting, and everything in which SQLite and Postgres differ. No other file asks which of them it is.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::postgres::{PgConnection, PgListener};
use sqlx::{Any, AnyPool, AssertSqlSafe, Connection, Executor, Transaction};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::batch::Batch;
use crate::error::{StoreError, of_commit};
use crate::receipt::Checked;

mod file;

use file::{beside, lock_file, open_lock, sqlite_url};

/// How long a caller waits for a connection, or for its turn to write, before it hears that the database is not available.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long after its last use a connection is taken without asking whether it is still there: a question costs as much as a statement.
const TRUSTED_FOR: Duration = Duration::from_millis(500);
/// Channel on which Postgres tells other processes that lines were added to the log of what is told.
const CHANNEL: &str = "counterfoil_changes";

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded; one process writes.
    Sqlite,
    /// A server; any number of processes.
    Postgres,
}

/// Where the database is.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite:<path>` (made when it is not there) or `postgres://…`.
    pub url: String,
    /// Most connections held at once.
    pub max_connections: u32,
}

/// A connected database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Database {
    /// For reading; on Postgres for everything.
    readers: AnyPool,
    /// For transactions that may write. SQLite has one writer at a time, so there it is a pool of one: waiting for it is fair and costs nothing, where waiting
    /// in the engine is a lottery with sleeps, and readers can never take its connection.
    writers: AnyPool,
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    url: String,
    /// Idempotency keys in use by this process (SQLite; Postgres has advisory locks).
    in_flight: Arc<Mutex<HashMap<[u8; 32], [u8; 32]>>>,
    changes: watch::Sender<u64>,
    listener: Option<JoinHandle<()>>,
    checked: Checked,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

/// An open write transaction and what it holds until it ends.
pub(crate) struct Write {
    pub(crate) transaction: Transaction<'static, Any>,
    pub(crate) engine: Engine,
    changes: watch::Sender<u64>,
    _claimed: Option<InFlight>,
}

impl Database {
    pub(crate) async fn connect(options: &StoreOptions) -> Result<Self, StoreError> {
        install_default_drivers();
        let engine = engine_of(&options.url)?;
        let (readers, writers) = match engine {
            Engine::Sqlite => {
                let url = sqlite_url(&options.url)?;
                // The writer first: it makes the file.
                let writers = pool(&url, 1, SQLITE_WRITER).await?;
                (pool(&url, options.max_connections, SQLITE_READER).await?, writers)
            }
            Engine::Postgres => {
                let pool = pool(&options.url, options.max_connections, POSTGRES).await?;
                (pool.clone(), pool)
            }
        };
        let changes = watch::Sender::new(0);
        let listener = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(tokio::spawn(listen(options.url.clone(), changes.clone()))),
        };
        let inner = Inner { engine, url: options.url.clone(), in_flight: Arc::default(), changes, listener, checked: Checked::default() };
        Ok(Self { readers, writers, inner: Arc::new(inner) })
    }

    /// For reading outside a transaction. On SQLite its connections refuse to write.
    pub(crate) const fn pool(&self) -> &AnyPool {
        &self.readers
    }

    pub(crate) fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// Receipts that were read and checked.
    pub(crate) fn checked(&self) -> &Checked {
        &self.inner.checked
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Closes every connection, each after what it is doing.
    pub(crate) async fn close(&self) {
        if let Some(listener) = &self.inner.listener {
            listener.abort();
        }
        self.readers.close().await;
        self.writers.close().await;
    }

    /// Whether a table is there.
    pub(crate) async fn has_table(&self, name: &'static str) -> Result<bool, StoreError> {
        let catalogue = match self.engine() {
            Engine::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
            Engine::Postgres => "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1",
        };
        let found: i64 = sqlx::query_scalar(catalogue).bind(name).fetch_one(&self.readers).await?;
        Ok(found > 0)
    }

    /// One connection for changing the schema, and what keeps other processes from doing the same meanwhile (Postgres: a lock that the migrator takes itself).
    /// It is closed afterwards, so that no lock outlives a failure, and has none of the time limits of the others.
    pub(crate) async fn for_migration(&self) -> Result<(AnyPool, Option<File>), StoreError> {
        match self.engine() {
            Engine::Sqlite => {
                let path = beside(&self.inner.url, "migration")?;
                let waiting = tokio::task::spawn_blocking(move || {
                    let file = open_lock(&path)?;
                    file.lock().map_err(|reason| StoreError::LockFile { path: path.display().to_string(), reason })?;
                    Ok::<_, StoreError>(file)
                });
                let file = waiting.await.map_err(|_| StoreError::Unavailable(sqlx::Error::WorkerCrashed))??;
                Ok((pool(&sqlite_url(&self.inner.url)?, 1, SQLITE_WRITER).await?, Some(file)))
            }
            Engine::Postgres => Ok((pool(&self.inner.url, 1, "").await?, None)),
        }
    }

    /// Opens a transaction that may write.
    pub(crate) async fn write(&self) -> Result<Write, StoreError> {
        let transaction = match self.engine() {
            // IMMEDIATE: a transaction that first reads and then writes could not be given the write lock later without starting again.
            Engine::Sqlite => self.writers.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => self.writers.begin().await?,
        };
        Ok(Write { transaction, engine: self.engine(), changes: self.inner.changes.clone(), _claimed: None })
    }

    /// Opens a transaction that holds an idempotency key, or says who holds it. Both hashes are of 32 bytes; the first names the key, the second key and body.
    pub(crate) async fn write_under(&self, key: [u8; 32], key_and_body: [u8; 32]) -> Result<Claimed, StoreError> {
        match self.engine() {
            Engine::Sqlite => match InFlight::claim(&self.inner.in_flight, key, key_and_body) {
                Ok(claimed) => Ok(Claimed::Mine(Box::new(Write { _claimed: Some(claimed), ..self.write().await? }))),
                Err(refused) => Ok(refused),
            },
            Engine::Postgres => {
                // Whoever takes or gives back its two locks in this very moment looks like one with another body: that is looked at twice.
                let first = self.try_key(key, key_and_body).await?;
                if matches!(first, Claimed::OtherBody) { self.try_key(key, key_and_body).await } else { Ok(first) }
            }
        }
    }

    /// Takes the locks of a key and of its body, which end with the transaction. Who only asks which body runs takes the second shared, so that many may ask.
    async fn try_key(&self, key: [u8; 32], key_and_body: [u8; 32]) -> Result<Claimed, StoreError> {
        let mut write = self.write().await?;
        let query = sqlx::query_scalar(
            "SELECT CASE WHEN pg_try_advisory_xact_lock($1) THEN 'mine' || CAST(pg_advisory_xact_lock($2) AS TEXT) \
             WHEN pg_try_advisory_xact_lock_shared($2) THEN 'other' ELSE 'same' END",
        )
        .bind(lock_id(&key))
        .bind(lock_id(&key_and_body));
        let held: String = query.fetch_one(&mut *write.transaction).await?;
        if held == "mine" {
            return Ok(Claimed::Mine(Box::new(write)));
        }
        write.rollback().await?;
        Ok(if held == "same" { Claimed::SameBody } else { Claimed::OtherBody })
    }

    /// Takes the lock that only one process at a time holds for a chain; `None` when another holds it.
    pub(crate) async fn lock_chain(&self, chain_id: u64) -> Result<Option<ChainLock>, StoreError> {
        match self.engine() {
            Engine::Sqlite => lock_file(&self.inner.url, chain_id),
            Engine::Postgres => {
                let mut connection = PgConnection::connect(&self.inner.url).await?;
                let locked: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended($1, 0))")
                    .bind(format!("counterfoil indexer {chain_id}"))
                    .fetch_one(&mut connection)
                    .await?;
                Ok(locked.then(|| ChainLock::Session(Box::new(connection))))
            }
        }
    }
}

impl Write {
    /// Whether a row that is read to be changed has to be locked: the suffix of its SELECT. NO KEY, so that whoever only refers to the row (the ledger, say)
    /// need not wait, and cannot end in a deadlock.
    pub(crate) const fn for_update(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR NO KEY UPDATE",
        }
    }

    /// Takes rows for this transaction and leaves out those that another has: the suffix of the SELECT that finds them.
    pub(crate) const fn skip_locked(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR NO KEY UPDATE SKIP LOCKED",
        }
    }

    /// Sends writes as one, and returns how many rows they wrote. On Postgres it wakes other processes when the transaction commits, if that is wanted.
    pub(crate) async fn send(&mut self, batch: Batch, wakes: bool) -> Result<u64, StoreError> {
        let (statements, values) = batch.into_parts()?;
        match self.engine {
            Engine::Sqlite if statements.is_empty() => Ok(0),
            Engine::Sqlite => {
                let sent = sqlx::query_with(AssertSqlSafe(statements.join("; ")), values).execute(&mut *self.transaction).await?;
                Ok(sent.rows_affected())
            }
            Engine::Postgres if statements.is_empty() && !wakes => Ok(0),
            Engine::Postgres => {
                let sql = as_one(&statements, wakes);
                let written: i64 = sqlx::query_scalar_with(AssertSqlSafe(sql), values).fetch_one(&mut *self.transaction).await?;
                Ok(written.unsigned_abs())
            }
        }
    }

    /// Sends what is left and commits. Where that tells something, it wakes whoever waits for it here and, where others may, elsewhere.
    pub(crate) async fn commit(mut self, last: Batch, wakes: bool) -> Result<(), StoreError> {
        self.send(last, wakes).await?;
        self.transaction.commit().await.map_err(of_commit)?;
        if wakes {
            self.changes.send_modify(|count| *count = count.wrapping_add(1));
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }
}

/// Statements as parts of one, which returns how many rows they wrote. It is the only form in which Postgres takes several with values at once; foreign keys
/// are checked when all of it is done.
fn as_one(statements: &[String], wakes: bool) -> String {
    let parts: Vec<String> = statements.iter().enumerate().map(|(n, sql)| format!("part{n} AS ({sql} RETURNING 1)")).collect();
    let counts: Vec<String> = (0..statements.len()).map(|n| format!("(SELECT COUNT(*) FROM part{n})")).collect();
    let with = if parts.is_empty() { String::new() } else { format!("WITH {} ", parts.join(", ")) };
    let written = if counts.is_empty() { "CAST(0 AS BIGINT)".to_owned() } else { counts.join(" + ") };
    let wake = if wakes { format!(", CAST(pg_notify('{CHANNEL}', '') AS TEXT)") } else { String::new() };
    format!("{with}SELECT {written}{wake}")
}

/// What asking for an idempotency key comes to.
pub(crate) enum Claimed {
    Mine(Box<Write>),
    SameBody,
    OtherBody,
}

/// A key that a request of this process holds.
struct InFlight {
    keys: Arc<Mutex<HashMap<[u8; 32], [u8; 32]>>>,
    key: [u8; 32],
}

impl InFlight {
    fn claim(keys: &Arc<Mutex<HashMap<[u8; 32], [u8; 32]>>>, key: [u8; 32], key_and_body: [u8; 32]) -> Result<Self, Claimed> {
        match keys.lock().unwrap_or_else(PoisonError::into_inner).entry(key) {
            Entry::Occupied(held) if *held.get() == key_and_body => Err(Claimed::SameBody),
            Entry::Occupied(_) => Err(Claimed::OtherBody),
            Entry::Vacant(free) => {
                free.insert(key_and_body);
                Ok(Self { keys: Arc::clone(keys), key })
            }
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// The lock of a chain, held until it is dropped or its connection ends.
pub(crate) enum ChainLock {
    File(#[expect(dead_code, reason = "held, never read: the lock ends with the file handle")] File),
    Session(Box<PgConnection>),
}

impl ChainLock {
    /// Whether it is certainly still held.
    pub(crate) async fn is_held(&mut self) -> bool {
        match self {
            Self::File(_) => true,
            Self::Session(connection) => matches!(tokio::time::timeout(ACQUIRE_TIMEOUT, connection.ping()).await, Ok(Ok(()))),
        }
    }
}

fn engine_of(url: &str) -> Result<Engine, StoreError> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(Engine::Sqlite),
        Some("postgres" | "postgresql") => Ok(Engine::Postgres),
        _ => Err(refused("a database is named by sqlite:<path> or postgres://<…>")),
    }
}

/// What every connection is told first. The time to wait comes first, because the rest may have to wait. FULL: a commit is on the disk when it returns.
const SQLITE_WRITER: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA query_only = OFF;";
const SQLITE_READER: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;";
const POSTGRES: &str = "SET lock_timeout = '5s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s';";

async fn pool(url: &str, max_connections: u32, told_first: &'static str) -> Result<AnyPool, StoreError> {
    let options = AnyPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(told_first).await?;
                Ok(())
            })
        })
        .test_before_acquire(false)
        .before_acquire(|connection, since| {
            Box::pin(async move {
                if since.idle_for > TRUSTED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        });
    Ok(options.connect(url).await?)
}

fn refused(why: &'static str) -> StoreError {
    StoreError::Database(sqlx::Error::Configuration(why.into()))
}

/// Hears of what other processes tell, for as long as the store is used. Waiters poll as well, so that a lost connection only costs time.
async fn listen(url: String, changes: watch::Sender<u64>) {
    const RETRY_AFTER: Duration = Duration::from_secs(1);
    loop {
        if let Ok(mut listener) = PgListener::connect(&url).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            // A lost connection is made again, and is told like a commit: nobody knows what was missed.
            while listener.try_recv().await.is_ok() {
                changes.send_modify(|count| *count = count.wrapping_add(1));
            }
        }
        tokio::time::sleep(RETRY_AFTER).await;
    }
}

/// The number that Postgres knows a lock by: the first 64 of 256 bits.
const fn lock_id(name: &[u8; 32]) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *name;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}
