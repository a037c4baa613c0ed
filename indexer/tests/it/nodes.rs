//! Nodes that lie, lag and refuse.

use indexer::IndexerError;
use indexer::fetch::Source;
use indexer::logs::RangeScan;
use indexer::reader::{BlockRef, ChainReader, LogFilter, RpcError};
use settlement::payment_request::StatusName;
use store::Engine;

use crate::chain::CHAIN_ID;
use crate::on_both_engines;
use crate::world::World;

on_both_engines!(
    b06_logs_that_a_node_hides_are_read_from_receipts,
    b06_logs_that_a_node_left_out_are_found_when_the_block_is_final,
    b08_a_node_with_small_ranges_is_read_completely,
    b09_a_node_that_fails_between_any_two_answers_costs_no_payment,
    b06_answers_of_two_branches_are_never_joined,
    a_node_that_lags_on_every_third_answer_loses_nothing,
    a_long_chain_is_read_by_range,
    headers_far_below_the_final_block_are_forgotten,
    a_start_block_that_is_not_there_yet_is_waited_for,
    without_a_start_block_reading_starts_at_the_newest,
);

async fn b06_logs_that_a_node_hides_are_read_from_receipts(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.settle().await;
    world.chain.misbehave(|faults| faults.hides_logs = true);
    world.chain.mine(&[world.payment(&request)]);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted, "the bloom filter has it");
}

async fn b06_logs_that_a_node_left_out_are_found_when_the_block_is_final(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.settle().await;
    world.chain.misbehave(|faults| faults.hides_everything = true);
    world.chain.mine(&[world.payment(&request)]);
    world.settle().await;
    assert_eq!(world.store.seen_event(&request.id).await.unwrap(), None);
    world.chain.behave();
    world.chain.mine_empty(2);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
}

async fn b08_a_node_with_small_ranges_is_read_completely(engine: Engine) {
    let world = World::new(engine).await;
    let mut requests = Vec::new();
    for _ in 0..10 {
        requests.push(world.request().await);
    }
    for request in &requests {
        world.chain.mine_empty(20);
        world.chain.mine(&[world.payment(request)]);
    }
    world.chain.mine_empty(100);
    world.chain.misbehave(|faults| faults.max_range = Some(7));
    world.settle().await;
    for request in &requests {
        assert_eq!(world.status(request).await, StatusName::Verified);
    }
    // 248 blocks in ranges of at most 7, with a few refusals on the way and a few tries to grow.
    assert!(world.chain.log_questions() < 150, "{} questions", world.chain.log_questions());
}

async fn b09_a_node_that_fails_between_any_two_answers_costs_no_payment(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.settle().await;
    let before = world.chain.head();
    world.chain.mine(&[world.payment(&request)]);
    for answers in 0..40 {
        if answers == 20 {
            let lost = world.chain.fork(before.number);
            world.chain.mine_empty(1);
            world.chain.mine(&lost);
            world.chain.mine_empty(2);
        }
        world.chain.misbehave(|faults| faults.fails_after = Some(answers));
        // The process dies with the step.
        let turned_away = world.chain.turned_away();
        if let Err(IndexerError::Rpc(_)) = world.try_step().await
            && answers > 1
        {
            assert_eq!(world.chain.turned_away(), turned_away + 1, "another node is asked next");
        }
        world.stop();
    }
    world.chain.behave();
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
    let told = world.told().await;
    assert_eq!(told.iter().filter(|kind| *kind == "receipt.issued").count(), 1, "{told:?}");
}

async fn b06_answers_of_two_branches_are_never_joined(engine: Engine) {
    let world = World::new(engine).await;
    let (first, second) = (world.request().await, world.request().await);
    let parent = world.chain.head();
    let before = world.chain.mine(&[world.payment(&first)]);
    world.chain.mine_empty(2);
    let head = world.chain.block(BlockRef::Latest).await.unwrap().unwrap();
    let filter = LogFilter::of_operator(world.policy.router, world.policy.operator);
    let source = Source { reader: &world.chain, filter: &filter, chain_id: CHAIN_ID, head: &head };
    // Between the answers the chain changes its branch.
    world.chain.fork(parent.number);
    world.chain.mine(&[world.payment(&second)]);
    world.chain.mine_empty(2);
    let appended = source.append(&parent, parent.number + 1..=head.header.number).await;
    assert!(matches!(appended, Err(RpcError::Inconsistent(_))), "{appended:?}");
    let again = source.again(&mut RangeScan::new(10), &[before]).await;
    assert!(matches!(again, Err(RpcError::Inconsistent(_))), "{again:?}");
    let missing = source.block(head.header.number + 1).await;
    assert!(matches!(missing, Err(RpcError::Inconsistent(_))), "{missing:?}");
}

async fn a_node_that_lags_on_every_third_answer_loses_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let mut requests = Vec::new();
    for _ in 0..15 {
        requests.push(world.request().await);
    }
    world.settle().await;
    world.chain.misbehave(|faults| faults.lag = Some((3, 1)));
    for request in &requests {
        world.chain.mine(&[world.payment(request)]);
        for _ in 0..3 {
            match world.try_step().await {
                Ok(_) => {}
                Err(error) => assert!(!error.is_fatal(), "{error}"),
            }
        }
    }
    world.chain.mine_empty(4);
    world.settle_somehow().await;
    world.chain.behave();
    world.settle().await;
    for request in &requests {
        assert_eq!(world.status(request).await, StatusName::Verified);
    }
    let told = world.told().await;
    for kind in ["payment.reorged", "payment.updated"] {
        assert!(!told.iter().any(|told| told == kind), "{kind}: a replica that is behind is no reorg");
    }
}

async fn a_long_chain_is_read_by_range(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(5_000);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
    assert!(world.chain.log_questions() < 20, "{} questions", world.chain.log_questions());
    let held = world.store.headers(CHAIN_ID, 0, 10_000).await.unwrap();
    assert!(held.len() < 600, "{} headers are held", held.len());
    assert!(held.iter().any(|header| header.number == 2), "that of the block with the payment stays");
}

async fn headers_far_below_the_final_block_are_forgotten(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.chain.mine(&[world.payment(&request)]);
    for _ in 0..20 {
        world.chain.mine_empty(32);
        world.settle().await;
    }
    let numbers: Vec<u64> = world.store.headers(CHAIN_ID, 0, 10_000).await.unwrap().iter().map(|header| header.number).collect();
    let head = world.chain.head().number;
    // Three confirmations, so the block two below the newest is final; 512 more are kept, and those with events.
    let kept: Vec<u64> = [1, 2].into_iter().chain(head - 2 - 512..=head).collect();
    assert_eq!(numbers, kept);
}

async fn a_start_block_that_is_not_there_yet_is_waited_for(engine: Engine) {
    let mut world = World::new(engine).await;
    world.start_block = Some(20);
    assert_eq!(world.step().await, indexer::Progress::NotStarted);
    world.chain.mine_empty(30);
    world.settle().await;
    assert_eq!(world.scanned().await, world.chain.head().number);
}

async fn without_a_start_block_reading_starts_at_the_newest(engine: Engine) {
    let mut world = World::new(engine).await;
    world.start_block = None;
    world.chain.mine_empty(30);
    let head = world.chain.head();
    world.settle().await;
    let held = world.store.headers(CHAIN_ID, 0, 1_000).await.unwrap();
    assert_eq!(held, [head]);
}
