//! The program as operators run it, in a process of its own.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use cli::stack::Stack;
use secrecy::ExposeSecret;
use serde_json::Value;
use url::Url;

use crate::World;
use crate::program::Program;

/// How often a starting server is asked whether it is ready.
const ASK_EVERY: Duration = Duration::from_millis(2);

/// Whether the instance at this URL is ready, and nothing of it is degraded.
pub async fn is_ready(http: &reqwest::Client, api: &Url) -> bool {
    let asked = async { http.get(api.join("/ready").ok()?).send().await.ok()?.error_for_status().ok()?.json::<Value>().await.ok() };
    asked.await.is_some_and(|body| body["status"] == "ready")
}

/// A running `counterfoil serve`.
#[derive(Debug)]
pub struct Server {
    program: Program,
    address: SocketAddr,
    token: String,
    /// From the start of the process to the first `/ready` that says yes, on a database that was there before.
    pub ready_after: Duration,
}

impl Server {
    /// Takes the place of the world's own instance, over its database: all of it, or what these arguments say.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(world: &mut World, only: &[&str]) -> Self {
        let token = world.buyer.token().expose_secret().to_owned();
        world.stop().await;
        let settings = Stack::settings_file(world.folder());
        let environment = [
            ("COUNTERFOIL_DATABASE__URL", world.database.url()),
            // Where no indexer runs, the chain is as it was left.
            ("COUNTERFOIL_API__MAX_INDEXER_LAG_MS", "86400000"),
        ];
        let started = Instant::now();
        let program = Program::start(Some(&settings), &environment, &[&["serve"], only].concat(), "warn").await;
        let (api, http) = (world.api_url().clone(), reqwest::Client::new());
        while !is_ready(&http, &api).await {
            tokio::time::sleep(ASK_EVERY).await;
        }
        let ready_after = started.elapsed();
        let address = world.api_url().socket_addrs(|| None).unwrap()[0];
        Self { program, address, token, ready_after }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The buyer's token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The most memory that it ever held, in MiB; Linux tells.
    #[must_use]
    pub fn peak_memory_mib(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.program.id())).ok()?;
        let kib: f64 = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib / 1024.0)
    }

    /// Ends it.
    ///
    /// # Panics
    /// When it does not end well.
    pub async fn stop(self) {
        self.program.signal("TERM").await;
        assert!(self.program.ended().await.status.success());
    }
}
