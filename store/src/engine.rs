//! Connecting, and everything in which SQLite and Postgres differ. No other file asks which of them it is.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::postgres::{PgConnection, PgListener};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Transaction};
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::task::JoinHandle;

use crate::error::StoreError;

/// How long a caller waits for a connection, or for its turn to write, before it hears that the database is not available.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Channel on which Postgres tells other processes that something was committed.
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
    pool: AnyPool,
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    url: String,
    /// SQLite has one writer at a time. Waiting here is fair and costs nothing; waiting in the engine is a lottery with sleeps.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Idempotency keys in use by this process (SQLite; Postgres has advisory locks).
    in_flight: Arc<Mutex<HashMap<[u8; 32], [u8; 32]>>>,
    changes: watch::Sender<u64>,
    listener: Option<JoinHandle<()>>,
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
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Database {
    pub(crate) async fn connect(options: &StoreOptions) -> Result<Self, StoreError> {
        install_default_drivers();
        let engine = engine_of(&options.url)?;
        let url = match engine {
            Engine::Sqlite if !options.url.contains('?') => format!("{}?mode=rwc", options.url),
            Engine::Sqlite | Engine::Postgres => options.url.clone(),
        };
        let pool = AnyPoolOptions::new()
            .max_connections(options.max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(move |connection, _| Box::pin(prepare(connection, engine)))
            .connect(&url)
            .await?;
        let changes = watch::Sender::new(0);
        let listener = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(tokio::spawn(listen(options.url.clone(), changes.clone()))),
        };
        let inner = Inner { engine, url: options.url.clone(), turn: Arc::default(), in_flight: Arc::default(), changes, listener };
        Ok(Self { pool, inner: Arc::new(inner) })
    }

    pub(crate) const fn pool(&self) -> &AnyPool {
        &self.pool
    }

    pub(crate) fn engine(&self) -> Engine {
        self.inner.engine
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Whether a table is there.
    pub(crate) async fn has_table(&self, name: &'static str) -> Result<bool, StoreError> {
        let catalogue = match self.engine() {
            Engine::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
            Engine::Postgres => "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1",
        };
        let found: i64 = sqlx::query_scalar(catalogue).bind(name).fetch_one(&self.pool).await?;
        Ok(found > 0)
    }

    /// Opens a transaction that may write.
    pub(crate) async fn write(&self) -> Result<Write, StoreError> {
        let unavailable = |_| StoreError::Unavailable(sqlx::Error::PoolTimedOut);
        let (turn, transaction) = match self.engine() {
            Engine::Sqlite => {
                let turn = tokio::time::timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.inner.turn).lock_owned()).await.map_err(unavailable)?;
                // IMMEDIATE: a transaction that first reads and then writes could not be given the write lock later without starting again.
                (Some(turn), self.pool.begin_with("BEGIN IMMEDIATE").await?)
            }
            Engine::Postgres => (None, self.pool.begin().await?),
        };
        Ok(Write { transaction, engine: self.engine(), changes: self.inner.changes.clone(), _claimed: None, _turn: turn })
    }

    /// Opens a transaction that holds an idempotency key, or says who holds it. Both hashes are of 32 bytes; the first names the key, the second key and body.
    pub(crate) async fn write_under(&self, key: [u8; 32], key_and_body: [u8; 32]) -> Result<Claimed, StoreError> {
        match self.engine() {
            Engine::Sqlite => match InFlight::claim(&self.inner.in_flight, key, key_and_body) {
                Ok(claimed) => Ok(Claimed::Mine(Box::new(Write { _claimed: Some(claimed), ..self.write().await? }))),
                Err(refused) => Ok(refused),
            },
            Engine::Postgres => {
                let mut write = self.write().await?;
                if !try_advisory_lock(&mut write.transaction, &key_and_body).await? {
                    return Ok(Claimed::SameBody);
                }
                if !try_advisory_lock(&mut write.transaction, &key).await? {
                    return Ok(Claimed::OtherBody);
                }
                Ok(Claimed::Mine(Box::new(write)))
            }
        }
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
    /// Whether a row that is read to be changed has to be locked: the suffix of its SELECT.
    pub(crate) const fn for_update(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR UPDATE",
        }
    }

    /// Commits, and wakes whoever waits for changes here and, where others may, elsewhere.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        match self.engine {
            Engine::Sqlite => {}
            Engine::Postgres => {
                sqlx::query("SELECT CAST(pg_notify($1, '') AS TEXT)").bind(CHANNEL).execute(&mut *self.transaction).await?;
            }
        }
        self.transaction.commit().await?;
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }
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
        _ => Err(StoreError::Database(sqlx::Error::Configuration("a database is named by sqlite:<path> or postgres://<…>".into()))),
    }
}

/// What every connection is told first.
async fn prepare(connection: &mut AnyConnection, engine: Engine) -> Result<(), sqlx::Error> {
    let statement = match engine {
        // FULL: a commit is on the disk when it returns, also in WAL mode.
        Engine::Sqlite => "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;",
        Engine::Postgres => "SET lock_timeout = '5s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s';",
    };
    connection.execute(statement).await?;
    Ok(())
}

/// Hears of commits by other processes, for as long as the store is used. Waiters poll as well, so that a lost connection only costs time.
async fn listen(url: String, changes: watch::Sender<u64>) {
    const RETRY_AFTER: Duration = Duration::from_secs(1);
    loop {
        if let Ok(mut listener) = PgListener::connect(&url).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            while listener.recv().await.is_ok() {
                changes.send_modify(|count| *count = count.wrapping_add(1));
            }
        }
        tokio::time::sleep(RETRY_AFTER).await;
    }
}

/// A lock that ends with the transaction.
async fn try_advisory_lock(transaction: &mut Transaction<'static, Any>, name: &[u8; 32]) -> Result<bool, StoreError> {
    let [a, b, c, d, e, f, g, h, ..] = *name;
    let locked: bool =
        sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(i64::from_be_bytes([a, b, c, d, e, f, g, h])).fetch_one(&mut **transaction).await?;
    Ok(locked)
}

fn lock_file(url: &str, chain_id: u64) -> Result<Option<ChainLock>, StoreError> {
    let database = url.trim_start_matches("sqlite:").trim_start_matches("//").split('?').next().unwrap_or_default();
    let path = PathBuf::from(format!("{database}.chain-{chain_id}.lock"));
    let failed = |reason| StoreError::LockFile { path: path.display().to_string(), reason };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(ChainLock::File(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(reason)) => Err(failed(reason)),
    }
}
