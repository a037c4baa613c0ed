//! The program as operators run it, in a process of its own.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anvil_tests::World;
use anvil_tests::program::Program;
use cli::stack::Stack;
use hyper::StatusCode;
use secrecy::ExposeSecret;

/// How often a starting server is asked whether it is ready.
const ASK_EVERY: Duration = Duration::from_millis(2);

/// A running `counterfoil serve --only api`.
pub struct Server {
    program: Program,
    address: SocketAddr,
    token: String,
    /// From the start of the process to the first `/ready` that says yes, on a database that was there before.
    pub ready_after: Duration,
}

impl Server {
    /// Takes the place of the world's own API, over its database.
    pub async fn start(world: &mut World) -> Self {
        let token = world.instance().identities.buyer.api_token.expose_secret().to_owned();
        world.stop().await;
        let settings = Stack::settings_file(world.folder());
        let environment = [
            ("COUNTERFOIL_DATABASE__URL", world.database.url()),
            // The indexer is not measured here, so the chain is as it was left.
            ("COUNTERFOIL_API__MAX_INDEXER_LAG_MS", "86400000"),
        ];
        let started = Instant::now();
        let program = Program::start(Some(&settings), &environment, &["serve", "--only", "api"], "warn").await;
        let ready = world.api_url().join("/ready").unwrap();
        let http = reqwest::Client::new();
        while !matches!(http.get(ready.clone()).send().await, Ok(answer) if answer.status() == StatusCode::OK) {
            tokio::time::sleep(ASK_EVERY).await;
        }
        let ready_after = started.elapsed();
        let address = world.api_url().socket_addrs(|| None).unwrap()[0];
        Self { program, address, token, ready_after }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The buyer's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The most memory that it ever held, in MiB; Linux tells.
    pub fn peak_memory_mib(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.program.id())).ok()?;
        let kib: f64 = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib / 1024.0)
    }

    /// Ends it.
    pub async fn stop(self) {
        self.program.signal("TERM").await;
        assert!(self.program.ended().await.status.success());
    }
}
