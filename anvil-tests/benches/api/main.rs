//! How fast the API is, beside what limits it: `.ci/bench api`.
//!
//! Every figure is measured on both engines against the program in a process of its own, and compared with the least that anything could do for the same job on
//! the same database in the same run. Nothing here fails by the clock. `UPDATE=1` writes the table into `docs/BENCHMARKS.md`.

#![expect(clippy::unwrap_used, reason = "what cannot be measured says so by panicking")]

mod load;
mod peer;
mod seed;

use anvil_tests::program::binary;
use anvil_tests::report::{self, Row, ms, per_second, ratio, slower};
use anvil_tests::server::Server;
use anvil_tests::{Engine, World};
use cli::stack::anvil::CHAIN_ID;
use serde_json::Value;

use load::{Call, calls, fetch};
use peer::Peer;

/// Agents that call at the same time.
const CLIENTS: usize = 32;
/// Payment requests that are made, and rows that the peer inserts.
const CREATED: usize = 3_000;
const SIGNED: usize = 40_000;
const READ: usize = 20_000;
/// Agreements in the long list.
const HISTORY: u32 = 1_000_000;
const PAGE: u32 = 50;
const LISTED: usize = 300;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut rows = Vec::new();
    for (engine, name) in [(Engine::Sqlite, "SQLite"), (Engine::Postgres, "Postgres")] {
        if report::is_wanted(&name.to_lowercase(), &["sqlite", "postgres"]) {
            rows.extend(runtime.block_on(Box::pin(measure(engine, name))));
        }
    }
    report::show("api", &rows);
}

async fn measure(engine: Engine, name: &'static str) -> Vec<Row> {
    let wanted = |part| report::is_wanted(part, &["create", "read", "list"]);
    let mut world = World::new(engine).await;
    let receipts = seed::receipts(&world).await;
    let server = Server::start(&mut world, &["--only", "api"]).await;
    let peer = Peer::new(engine, world.database.url()).await;
    let mut rows = Vec::new();
    if wanted("create") {
        rows.push(creating(name, &world, &server, &peer).await);
    }
    if wanted("read") {
        rows.push(reading(name, &server, &peer, &receipts).await);
    }
    if wanted("list") {
        rows.push(listing(engine, name, &world, &server).await);
    }
    rows.push(Row::new(name, "ready on an existing database", format!("{} MB binary", binary_megabytes().await), ms(server.ready_after), "≤ 300 ms, ≤ 40 MB"));
    if let Some(peak) = server.peak_memory_mib() {
        rows.push(Row::new(name, "memory after all this, at most", "–".to_owned(), format!("{peak:.0} MiB"), "≤ 80 MB"));
    }
    server.stop().await;
    rows
}

async fn creating(name: &'static str, world: &World, server: &Server, peer: &Peer) -> Row {
    let wanted = seed::payable(world, server, CREATED).await;
    let inserts = peer.inserts(CLIENTS, CREATED).await;
    let signatures = peer::signatures(SIGNED);
    let made = calls(server.address(), server.token(), CLIENTS, wanted).await;
    let limit = inserts.per_second.min(signatures);
    let limits = format!("{} durable inserts, {} signatures", per_second(inserts.per_second), per_second(signatures));
    let figure = format!("{}, p50 {}, p99 {} ({})", per_second(made.per_second), ms(made.p50), ms(made.p99), ratio(made.per_second, limit));
    Row::new(name, "create and sign a payment request, 32 clients", limits, figure, "≥ 50 % of the smaller, p99 ≤ 25 ms")
}

async fn reading(name: &'static str, server: &Server, peer: &Peer, receipts: &[String]) -> Row {
    let mut bodies = Vec::new();
    for id in receipts {
        let body = fetch(server.address(), server.token(), &Call::get(format!("/api/agent/receipts/{id}"))).await;
        let document: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(document["receipt"]["event"]["chainId"], CHAIN_ID, "{document:#}");
        bodies.push((id.clone(), String::from_utf8(body.to_vec()).unwrap()));
    }
    let bare_address = peer.serve(&bodies).await;
    let of = |prefix: &str| (0..READ).map(|n| Call::get(format!("{prefix}/{}", receipts[n % receipts.len()]))).collect();
    let bare = calls(bare_address, server.token(), CLIENTS, of("/bare")).await;
    let ours = calls(server.address(), server.token(), CLIENTS, of("/api/agent/receipts")).await;
    let figure = format!("{}, p50 {}, p99 {} ({})", per_second(ours.per_second), ms(ours.p50), ms(ours.p99), ratio(ours.per_second, bare.per_second));
    Row::new(name, "read a receipt, 32 clients", format!("{} bare selects", per_second(bare.per_second)), figure, "≥ 70 %")
}

async fn listing(engine: Engine, name: &'static str, world: &World, server: &Server) -> Row {
    let cursor = seed::history(world, engine, HISTORY, PAGE).await;
    let of = |query: String| vec![Call::get(format!("/api/agent/contracts?limit={PAGE}{query}")); LISTED];
    let last_page: Value = serde_json::from_slice(&fetch(server.address(), server.token(), &of(format!("&cursor={cursor}"))[0]).await).unwrap();
    assert_eq!((last_page["contracts"].as_array().unwrap().len(), &last_page["nextCursor"]), (50, &Value::Null), "it is the last page");
    let first = calls(server.address(), server.token(), 1, of(String::new())).await;
    let last = calls(server.address(), server.token(), 1, of(format!("&cursor={cursor}"))).await;
    let figure = format!("last page p50 {} ({})", ms(last.p50), slower(last.p50, first.p50));
    Row::new(name, "list of 50 of 1,000,000 agreements", format!("first page p50 {}", ms(first.p50)), figure, "within 20 %")
}

async fn binary_megabytes() -> String {
    let bytes = std::fs::metadata(binary().await).unwrap().len();
    (bytes / 1_000_000).to_string()
}
