//! Killed without warning, at any moment: a repeat at most, never a loss and never a double.

use std::time::Duration;

use anvil_tests::program::Program;
use anvil_tests::{Engine, World, WorldOptions, on_both_engines};
use cli::stack::Stack;
use cli::stack::anvil::Mining;

on_both_engines!(an_indexer_that_is_killed_again_and_again_loses_and_doubles_nothing, an_instance_that_was_away_catches_up,);

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
