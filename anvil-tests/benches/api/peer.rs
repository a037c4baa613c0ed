//! What the API is compared with, on the same database in the same run: the least that anything could do for the same job.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use alloy_primitives::B256;
use anvil_tests::Engine;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::routing::get;
use cli::stack::accounts::BUYER;
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Executor};
use tokio::net::TcpListener;

use crate::load::{Measured, work};

/// As many as the API has.
const CONNECTIONS: u32 = 16;
/// What a stored payment request comes to: snapshot, signature and the columns beside them.
const ROW_BYTES: usize = 2_048;

/// A table of its own beside those of the API.
pub struct Peer {
    pool: AnyPool,
    writers: AnyPool,
}

impl Peer {
    pub async fn new(engine: Engine, url: &str) -> Self {
        // As `store` has it: one writer on SQLite, and a commit is on the disk when it returns.
        let (pool, writers) = match engine {
            Engine::Sqlite => {
                let told = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
                (connect(url, CONNECTIONS, "PRAGMA busy_timeout = 5000;").await, connect(url, 1, told).await)
            }
            Engine::Postgres => {
                let pool = connect(url, CONNECTIONS, "SELECT 1").await;
                (pool.clone(), pool)
            }
        };
        writers.execute("CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL)").await.unwrap();
        Self { pool, writers }
    }

    /// One durable insert of a row per transaction.
    pub async fn inserts(&self, clients: usize, count: usize) -> Measured {
        let (pool, body) = (self.writers.clone(), Arc::new("x".repeat(ROW_BYTES)));
        work(clients, count, move |n| {
            let (pool, body) = (pool.clone(), Arc::clone(&body));
            async move {
                sqlx::query("INSERT INTO bare (id, body) VALUES ($1, $2)").bind(format!("row-{n}")).bind(body.as_str()).execute(&pool).await.unwrap();
            }
        })
        .await
    }

    /// A handler that does nothing but one select by primary key, with the bodies that the API answers.
    pub async fn serve(&self, bodies: &[(String, String)]) -> SocketAddr {
        for (id, body) in bodies {
            sqlx::query("INSERT INTO bare (id, body) VALUES ($1, $2)").bind(id.as_str()).bind(body.as_str()).execute(&self.writers).await.unwrap();
        }
        let app = Router::new().route("/bare/{id}", get(select)).with_state(self.pool.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        address
    }
}

async fn select(State(pool): State<AnyPool>, Path(id): Path<String>) -> ([(header::HeaderName, &'static str); 1], String) {
    let body: String = sqlx::query_scalar("SELECT body FROM bare WHERE id = $1").bind(id).fetch_one(&pool).await.unwrap();
    ([(header::CONTENT_TYPE, "application/json")], body)
}

async fn connect(url: &str, connections: u32, told: &'static str) -> AnyPool {
    // A connection is taken without asking whether it is still there, as `store` does.
    let options = AnyPoolOptions::new().max_connections(connections).test_before_acquire(false).after_connect(move |connection, _| {
        Box::pin(async move {
            connection.execute(told).await?;
            Ok(())
        })
    });
    options.connect(url).await.unwrap()
}

/// Signatures per second of all cores.
pub fn signatures(count: usize) -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for core in 0..cores {
            scope.spawn(move || {
                let key = BUYER.key();
                for n in 0..count / cores {
                    std::hint::black_box(key.sign_digest(&B256::left_padding_from(&(core * count + n).to_be_bytes())));
                }
            });
        }
    });
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 signatures")]
    let made = (count / cores * cores) as f64;
    made / started.elapsed().as_secs_f64()
}
