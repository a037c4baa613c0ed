//! More than one of everything.

use anvil_tests::program::Program;
use anvil_tests::{Engine, World, on_both_engines};
use cli::stack::Stack;
use cli::stack::accounts::BUYER;
use serde_json::json;

on_both_engines!(b24_a_second_indexer_ends_with_an_error, e14_ten_tabs_get_one_request,);

async fn b24_a_second_indexer_ends_with_an_error(engine: Engine) {
    let world = World::new(engine).await;
    let settings = Stack::settings_file(world.folder());
    let second = Program::start(Some(&settings), Some(world.database.url()), &["serve", "--only", "indexer"], "info").await.ended().await;
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
