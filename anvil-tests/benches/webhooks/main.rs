//! How fast webhooks are: `.ci/bench webhooks`.
//!
//! The program in a process of its own delivers to a receiver in this one, on both engines, beside bare requests to the same receiver in the same run. Nothing
//! here fails by the clock. `UPDATE=1` writes the table into `docs/BENCHMARKS.md`.

#![expect(clippy::unwrap_used, reason = "what cannot be measured says so by panicking")]

mod sink;

use std::time::{Duration, Instant};

use anvil_tests::report::{self, Row, ms, per_second, ratio};
use anvil_tests::server::Server;
use anvil_tests::{Engine, World, eventually};
use cli::system::{OsIds, SystemClock};
use futures::StreamExt;
use futures::stream;
use serde_json::json;
use settlement::ids::{EventId, ProfileId};
use settlement::notice::{Notice, NoticeType};
use settlement::{Clock, IdSource};

use sink::{DEAD, Sink};

/// Payments that are verified one after the other, while nothing waits.
const PAYMENTS: usize = 60;
/// Endpoints that events are delivered to. With the dead one there are as many as a profile may have.
const ENDPOINTS: u8 = 9;
/// Events of a run, each for every endpoint.
const EVENTS: usize = 2_000;
/// Runs without and with an endpoint that is dead, by turns.
const RUNS: usize = 3;
/// Events of the long backlog: 108,000 deliveries.
const BACKLOG: usize = 12_000;
/// Events that are told in one transaction.
const TOLD_AT_ONCE: usize = 500;
/// Requests of the peer, and how many at a time: as many as the worker has places.
const BARE: usize = 20_000;
const BARE_AT_ONCE: usize = 64;
/// Between two looks at the receiver.
const LOOK_EVERY: Duration = Duration::from_millis(5);

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut rows = Vec::new();
    for (engine, name) in [(Engine::Sqlite, "SQLite"), (Engine::Postgres, "Postgres")] {
        rows.extend(runtime.block_on(Box::pin(measure(engine, name))));
    }
    report::show("webhooks", &rows);
}

/// What a run of a backlog came to.
struct Run {
    per_second: f64,
    /// How much the endpoint that had least had when the first had everything, as a part of everything.
    least: f64,
    memory_mib: Option<f64>,
}

async fn measure(engine: Engine, name: &'static str) -> Vec<Row> {
    let mut bench = Bench::new(engine).await;
    let first = bench.first_attempts(name).await;
    let bare = bench.bare().await;
    for n in 0..ENDPOINTS {
        bench.register(n + 1, &format!("/{n}"), &[]).await;
    }
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        alone.push(bench.drain(EVENTS).await.per_second);
        let dead = bench.register(200, DEAD, &[]).await;
        beside.push(bench.drain(EVENTS).await.per_second);
        bench.remove(&dead).await;
    }
    let long = bench.drain(BACKLOG).await;
    let (alone, beside) = (median(alone), median(beside));
    let memory = long.memory_mib.map_or_else(String::new, |peak| format!(", {peak:.0} MiB at most"));
    let cost = format!("{} ({:+.1} %)", per_second(beside), 100.0 * (beside / alone - 1.0));
    let backlog = format!("{}{memory}; when the first endpoint had all, the last had {:.0} %", per_second(long.per_second), 100.0 * long.least);
    let deliveries = format!("{} ({})", per_second(alone), ratio(alone, bare));
    vec![
        first,
        Row::new(name, "deliveries to 9 endpoints on this machine", format!("{} bare requests", per_second(bare)), deliveries, "≥ 1,000/s"),
        Row::new(name, "the same beside an endpoint that never answers", format!("{} without it", per_second(alone)), cost, "costs < 5 %"),
        Row::new(name, "108,000 deliveries that wait", "–".to_owned(), backlog, "≥ 1,000/s, bounded, fair"),
    ]
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

struct Bench {
    world: World,
    sink: Sink,
    seller: ProfileId,
    /// The program, while it runs.
    server: Option<Server>,
}

impl Bench {
    async fn new(engine: Engine) -> Self {
        let mut world = World::new(engine).await;
        let seller = world.instance().identities.seller.profile.clone();
        let server = Server::start(&mut world, &[]).await;
        Self { world, sink: Sink::start().await, seller, server: Some(server) }
    }

    /// The path of a new endpoint of the seller's.
    async fn register(&mut self, host: u8, path: &str, types: &[&str]) -> String {
        self.start().await;
        let made = self.world.seller.post("/api/agent/webhooks", &json!({ "url": self.sink.url(host, path), "types": types })).await.expect(201);
        format!("/api/agent/webhooks/{}", made["webhook"]["id"].as_str().unwrap())
    }

    async fn remove(&mut self, endpoint: &str) {
        self.start().await;
        self.world.seller.delete(endpoint).await;
    }

    async fn start(&mut self) {
        if self.server.is_none() {
            self.server = Some(Server::start(&mut self.world, &[]).await);
        }
    }

    async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    async fn until_came(&self, count: usize) {
        while self.sink.total() < count {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// From the moment at which the indexer decides that a payment is verified (before it commits) to the arrival of the webhook.
    async fn first_attempts(&mut self, name: &'static str) -> Row {
        let endpoint = self.register(1, "/paid", &["payment.verified"]).await;
        let world = &self.world;
        world.approve().await;
        for n in 1..=PAYMENTS {
            let at = world.payable().await;
            let call = world.pay_call(&at).await;
            world.send(&call).await;
            world.chain.mine(3).await;
            eventually("the webhook came", || async { self.sink.total() }, |count| *count == n).await;
        }
        let mut waits = self.sink.came().waits.clone();
        waits.sort_unstable();
        self.remove(&endpoint).await;
        let at = |percent: usize| ms(waits[waits.len() * percent / 100]);
        Row::new(name, "verified → first attempt, while nothing waits", "–".to_owned(), format!("p50 {}, p95 {}", at(50), at(95)), "p95 ≤ 250 ms")
    }

    /// The receiver alone: requests with a body like that of a delivery, by the same HTTP client, without a database or a signature.
    async fn bare(&self) -> f64 {
        let http = reqwest::Client::new();
        let kind = NoticeType::PaymentVerified;
        let event = json!({ "id": EventId::new(OsIds.ulid()).as_str(), "sequence": 1, "type": kind.as_str(), "timestamp": SystemClock.now().to_string(), "data": kind.example() });
        let body = serde_json::to_vec(&event).unwrap();
        let url = self.sink.url(1, "/bare");
        let started = Instant::now();
        stream::iter(0..BARE)
            .for_each_concurrent(BARE_AT_ONCE, |_| async {
                let answer = http.post(&url).header("content-type", "application/json").body(body.clone()).send().await.unwrap();
                assert!(answer.status().is_success());
                answer.bytes().await.unwrap();
            })
            .await;
        rate(BARE, started.elapsed())
    }

    /// Events that were told while the program was away, until every endpoint has all of them.
    async fn drain(&mut self, events: usize) -> Run {
        self.stop().await;
        self.tell(events).await;
        self.sink.forget(events);
        self.start().await;
        let endpoints = usize::from(ENDPOINTS);
        self.until_came(events * endpoints).await;
        let came = std::mem::take(&mut *self.sink.came());
        let (first, last) = came.span.unwrap();
        let then = came.at_first_full.unwrap();
        assert_eq!((came.counts.len(), came.counts.values().max()), (endpoints, Some(&events)), "every event once, everywhere");
        let least = rate(then.values().copied().min().unwrap(), Duration::from_secs(1)) / rate(events, Duration::from_secs(1));
        let memory_mib = self.server.as_ref().and_then(Server::peak_memory_mib);
        Run { per_second: rate(events * endpoints, last - first), least: if then.len() < endpoints { 0.0 } else { least }, memory_mib }
    }

    async fn tell(&self, count: usize) {
        let kind = NoticeType::PaymentVerified;
        let notice = Notice::for_profile(kind, &self.seller, kind.example());
        for _ in 0..count / TOLD_AT_ONCE {
            let mut tx = self.world.database.store.begin().await.unwrap();
            for _ in 0..TOLD_AT_ONCE {
                tx.append(&EventId::new(OsIds.ulid()), &notice, SystemClock.now());
            }
            tx.commit().await.unwrap();
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
