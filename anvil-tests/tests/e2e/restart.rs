//! Killed without warning, at any moment: a repeat at most, never a loss and never a double.

use std::collections::BTreeSet;
use std::time::Duration;

use anvil_tests::program::Program;
use anvil_tests::server::is_ready;
use anvil_tests::{Engine, Party, World, WorldOptions, eventually, on_both_engines};
use cli::paying::collection;
use cli::stack::Stack;
use cli::stack::accounts::BUYER;
use cli::stack::anvil::Mining;
use cli::system::OsIds;
use reqwest::StatusCode;
use serde_json::{Value, json};
use settlement::IdSource;
use settlement::ids::AgreementId;
use tokio::task::JoinSet;

on_both_engines!(
    an_indexer_that_is_killed_again_and_again_loses_and_doubles_nothing,
    an_instance_that_was_away_catches_up,
    e05_a_server_killed_in_the_middle_of_creates_leaves_all_of_one_or_nothing_and_the_retry_finishes_it,
);

async fn an_indexer_that_is_killed_again_and_again_loses_and_doubles_nothing(engine: Engine) {
    const PAYMENTS: usize = 5;
    let mining = Mining::Mixed(Duration::from_secs(1));
    let world = World::with(WorldOptions { with_indexer: false, mining, ..WorldOptions::new(engine) }).await;
    let settings = Stack::settings_file(world.folder());
    let mut requests = Vec::new();
    for _ in 0..PAYMENTS {
        requests.push(world.payable().await);
    }
    world.approve().await;
    let mut paying = requests.iter();
    // From far too short to do anything to long enough to read several blocks.
    for lifetime_ms in [20, 60, 110, 150, 210, 260, 310, 400, 520, 700] {
        let indexer = Program::start(Some(&settings), &[("COUNTERFOIL_DATABASE__URL", world.database.url())], &["serve", "--only", "indexer"], "warn").await;
        if let Some(at) = paying.next() {
            let call = world.pay_call(at).await;
            world.send(&call).await;
        }
        tokio::time::sleep(Duration::from_millis(lifetime_ms)).await;
        indexer.kill().await;
    }
    let indexer = Program::start(Some(&settings), &[("COUNTERFOIL_DATABASE__URL", world.database.url())], &["serve", "--only", "indexer"], "warn").await;
    for at in &requests {
        world.verified(at).await;
    }
    assert_eq!((world.times_told("payment.verified").await, world.times_told("receipt.issued").await), (PAYMENTS, PAYMENTS));
    assert_eq!(world.received().await.0.to::<u64>(), 12_500_000 * 5);
    indexer.signal("TERM").await;
    let ended = indexer.ended().await;
    assert!(ended.status.success(), "{ended:?}");
}

async fn an_instance_that_was_away_catches_up(engine: Engine) {
    let mut world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    world.start(false).await;
    assert!(world.chain.receipt(world.send(&call).await).await.status());
    world.chain.mine(300).await;
    world.start(true).await;
    world.until(&at, "router_verified").await;
    world.assert_paid_once(&at).await;
}

/// Creates at the same time, one per agreement and key, and what came of each: status and body, or nothing because the server was gone.
async fn create_all(buyer: &Party, contracts: &[AgreementId]) -> JoinSet<(usize, Option<(StatusCode, Vec<u8>)>)> {
    let mut creates = JoinSet::new();
    for (n, contract) in contracts.iter().enumerate() {
        let (buyer, path, key) = (buyer.clone(), collection(contract), format!("create-{contract}"));
        creates.spawn(async move { (n, buyer.post_under(&key, &path, &json!({ "payerAddress": BUYER.address().to_string() })).await.ok()) });
    }
    creates
}

/// The server that is killed, and the buyer who talks to it.
struct Killable {
    server: Program,
    buyer: Party,
}

impl Killable {
    async fn start(world: &World) -> Self {
        // A port of its own each time: while the server is gone, another process may take the one it had.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (settings, listen) = (Stack::settings_file(world.folder()), format!("127.0.0.1:{port}"));
        let environment = [("COUNTERFOIL_DATABASE__URL", world.database.url()), ("COUNTERFOIL_API__LISTEN", listen.as_str())];
        let server = Program::start(Some(&settings), &environment, &["serve", "--only", "api"], "warn").await;
        let (http, api) = (reqwest::Client::new(), format!("http://{listen}").parse().unwrap());
        let ready = || is_ready(&http, &api);
        eventually("the server is ready", ready, |ready| *ready).await;
        Self { server, buyer: world.buyer.at(format!("http://{listen}").parse().unwrap()) }
    }
}

/// How many of these agreements have a request. What there is of one is whole: it proves itself, and notice and audit log say so.
async fn made(world: &World, contracts: &[AgreementId]) -> usize {
    let (store, mut requests) = (&world.database.store, Vec::new());
    for contract in contracts {
        let found = store.requests_of(contract).await.unwrap();
        assert!(found.len() <= 1, "{contract} has {} requests", found.len());
        requests.extend(found);
    }
    assert!(requests.iter().all(|request| request.sound().is_some()), "a row that does not prove itself");
    let nonces: BTreeSet<_> = requests.iter().map(|request| request.unit().nonce).collect();
    assert_eq!(nonces.len(), requests.len(), "each has its own nonce");
    assert_eq!(world.times_told("payment_request.signed").await, requests.len(), "told as often as made");
    store.verify_audit(None).await.unwrap().unwrap();
    requests.len()
}

async fn e05_a_server_killed_in_the_middle_of_creates_leaves_all_of_one_or_nothing_and_the_retry_finishes_it(engine: Engine) {
    const AT_ONCE: usize = 10;
    let world = World::new(engine).await;
    let mut contracts = Vec::new();
    for _ in 0..AT_ONCE {
        contracts.push(world.delivered().await);
    }
    world.until_read().await;
    let mut answers: Vec<Option<Vec<u8>>> = vec![None; AT_ONCE];
    let mut unanswered = 0;
    // From before anything is done to well into it; where exactly is left to chance.
    for earliest_ms in [0_u64, 10, 30] {
        let Killable { server, buyer } = Killable::start(&world).await;
        let mut creates = create_all(&buyer, &contracts).await;
        tokio::time::sleep(Duration::from_millis(earliest_ms + u64::from(OsIds.secret()[0] % 16))).await;
        server.kill().await;
        while let Some(create) = creates.join_next().await {
            let (n, answer) = create.unwrap();
            match answer {
                Some((status, body)) => {
                    assert_eq!(status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&body));
                    assert_eq!(*answers[n].get_or_insert_with(|| body.clone()), body, "the same answer to the same key, whoever gives it");
                }
                None => unanswered += 1,
            }
        }
        let said = answers.iter().flatten().count();
        assert!(made(&world, &contracts).await >= said, "what was answered is there");
    }
    assert!(unanswered > 0, "the server was killed while it worked");

    let Killable { server, buyer } = Killable::start(&world).await;
    for _ in 0..2 {
        for (n, answer) in create_all(&buyer, &contracts).await.join_all().await {
            let (status, body) = answer.expect("the server stays up now");
            assert_eq!(status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&body));
            assert_eq!(*answers[n].get_or_insert_with(|| body.clone()), body, "byte for byte");
        }
    }
    assert_eq!(made(&world, &contracts).await, AT_ONCE, "each key made one request");
    let id = |body: &Option<Vec<u8>>| serde_json::from_slice::<Value>(body.as_ref().unwrap()).unwrap()["paymentRequest"]["id"].as_str().unwrap().to_owned();
    assert_eq!(answers.iter().map(id).collect::<BTreeSet<_>>().len(), AT_ONCE);
    server.kill().await;
}
