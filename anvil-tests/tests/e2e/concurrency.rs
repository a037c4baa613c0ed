//! More than one of everything.

use anvil_tests::program::Program;
use anvil_tests::{Engine, World, WorldOptions, eventually, on_both_engines};
use cli::stack::Stack;
use cli::stack::accounts::BUYER;
use serde_json::json;

on_both_engines!(b24_a_second_indexer_ends_with_an_error, e14_ten_tabs_get_one_request,);

/// One process signs, another reads the chain, and a third, which waits, hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn three_processes_over_one_postgres() {
    let world = World::with(WorldOptions { with_indexer: false, ..WorldOptions::new(Engine::Postgres) }).await;
    let settings = Stack::settings_file(world.folder());
    let database = ("COUNTERFOIL_DATABASE__URL", world.database.url());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let replica = Program::start(Some(&settings), &[database, ("COUNTERFOIL_API__LISTEN", &listen)], &["serve", "--only", "api"], "warn").await;
    let indexer = Program::start(Some(&settings), &[database], &["serve", "--only", "indexer"], "warn").await;
    let there = world.buyer.at(format!("http://{listen}").parse().unwrap());
    let answers = || async { reqwest::get(format!("http://{listen}/health")).await.is_ok_and(|answer| answer.status().is_success()) };
    eventually("the replica answers", answers, |answers| *answers).await;
    world.until_read().await;

    let at = world.payable().await;
    let transaction = world.paid(&at).await;
    let waiting = {
        let (there, path) = (there.clone(), at.path("verify"));
        tokio::spawn(async move { there.post(&path, &json!({ "txHash": transaction })).await })
    };
    world.until_confirmed(&at, 1).await;
    let started = std::time::Instant::now();
    world.chain.mine(3).await;
    let answer = waiting.await.unwrap().expect(200);
    assert_eq!(answer["paymentRequest"]["status"], "router_verified", "the replica was told; it did not wait its time out ({:?})", started.elapsed());
    world.assert_paid_once(&at).await;
    for process in [replica, indexer] {
        process.signal("TERM").await;
        let ended = process.ended().await;
        assert!(ended.status.success(), "{ended:?}");
    }
}

async fn b24_a_second_indexer_ends_with_an_error(engine: Engine) {
    let world = World::new(engine).await;
    let settings = Stack::settings_file(world.folder());
    let second =
        Program::start(Some(&settings), &[("COUNTERFOIL_DATABASE__URL", world.database.url())], &["serve", "--only", "indexer"], "info").await.ended().await;
    assert!(!second.status.success(), "{second:?}");
    assert!(second.stderr.contains("another process follows chain 31337"), "{}", second.stderr);
    let at = world.payable().await;
    world.paid(&at).await;
    world.verified(&at).await;
    world.assert_paid_once(&at).await;
}

async fn e14_ten_tabs_get_one_request(engine: Engine) {
    let world = World::new(engine).await;
    let contract = world.delivered().await;
    let path = cli::paying::collection(&contract);
    let asked: Vec<_> = (0..10)
        .map(|_| {
            let (buyer, path) = (world.buyer.clone(), path.clone());
            tokio::spawn(async move { buyer.post(&path, &json!({ "payerAddress": BUYER.address().to_string() })).await })
        })
        .collect();
    let mut ids = std::collections::BTreeSet::new();
    for answer in asked {
        let answer = answer.await.unwrap();
        let id = if answer.status.is_success() { &answer.body["paymentRequest"]["id"] } else { &answer.body["paymentRequestId"] };
        ids.insert(id.as_str().unwrap_or_else(|| panic!("{:#}", answer.body)).to_owned());
    }
    assert_eq!(ids.len(), 1);
    assert_eq!(world.times_told("payment_request.signed").await, 1);
}
