//! One indexer per chain.

use std::time::Duration;

use indexer::{IndexerError, Progress};
use settlement::payment_request::StatusName;
use store::{Engine, StoreError};
use tokio_util::sync::CancellationToken;

use crate::chain::CHAIN_ID;
use crate::on_both_engines;
use crate::world::World;

on_both_engines!(
    b24_a_second_indexer_does_not_start,
    b24_a_standby_takes_over_when_the_leader_ends,
    b24_a_leader_that_was_replaced_writes_nothing_and_stops,
    it_runs_until_it_is_told_to_stop,
    other_code_at_the_routers_address_is_refused,
);

async fn b24_a_second_indexer_does_not_start(engine: Engine) {
    let world = World::new(engine).await;
    world.settle().await;
    let error = world.connect(world.config(), world.database.another_store().await).await.unwrap_err();
    assert!(matches!(error, IndexerError::Store(StoreError::NotLeader { chain_id: CHAIN_ID })), "{error}");
    assert!(error.is_fatal(), "its process ends");
}

async fn b24_a_standby_takes_over_when_the_leader_ends(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.settle().await;
    let config = indexer::IndexerConfig { standby: true, ..world.config() };
    let mut standby = world.connect(config, world.database.another_store().await).await.unwrap();
    assert_eq!(standby.step().await.unwrap(), Progress::Standby);
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.stop();
    for _ in 0..1_000 {
        match standby.step().await.unwrap() {
            Progress::Idle => break,
            // Postgres takes a moment to notice that a session has ended.
            Progress::Standby => tokio::time::sleep(Duration::from_millis(20)).await,
            Progress::Advanced { .. } | Progress::NotStarted | Progress::Rewound { .. } | Progress::Halted { .. } => {}
        }
    }
    assert_eq!(world.status(&request).await, StatusName::Verified);
}

async fn b24_a_leader_that_was_replaced_writes_nothing_and_stops(engine: Engine) {
    let world = World::new(engine).await;
    world.settle().await;
    let before = world.scanned().await;
    // What a new leader does while the old one is paused.
    world.database.tamper("UPDATE chain_leaders SET epoch = epoch + 1").await;
    world.chain.mine_empty(1);
    let error = world.try_step().await.unwrap_err();
    assert!(matches!(error, IndexerError::Store(StoreError::Fenced { .. })), "{error}");
    assert!(error.is_fatal());
    assert_eq!(world.scanned().await, before);
}

async fn it_runs_until_it_is_told_to_stop(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let soft = CancellationToken::new();
    let indexer = world.connect(world.config(), world.store.clone()).await.unwrap();
    let mut changes = world.store.changes();
    let running = tokio::spawn(indexer.run(soft.clone()));
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    let verified = async {
        while world.status(&request).await != StatusName::Verified {
            changes.wait(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), verified).await.expect("it is verified in time");
    soft.cancel();
    running.await.unwrap().unwrap();
}

async fn other_code_at_the_routers_address_is_refused(engine: Engine) {
    let world = World::new(engine).await;
    world.chain.set_code(world.policy.router, alloy_primitives::bytes!("6000"));
    let error = world.connect(world.config(), world.store.clone()).await.unwrap_err();
    assert!(matches!(error, IndexerError::NotTheRouter { .. }), "{error}");
}
