//! Branches that lose.

use alloy_primitives::U256;
use settlement::payment_request::{PaymentRequestState, StatusName};
use store::Engine;

use crate::chain::CHAIN_ID;
use crate::on_both_engines;
use crate::world::{AMOUNT, World, place, stands_in};
use indexer::Progress;

on_both_engines!(
    b01_a_reorg_takes_the_event_away_and_the_request_waits,
    b01_a_verified_payment_that_is_reorged_is_reversed_and_its_receipt_revoked,
    b02_the_same_transaction_in_another_block_is_one_payment,
    b02_a_verified_payment_that_moves_keeps_its_receipt,
    b03_another_log_index_is_the_same_payment,
    b05_a_reorg_while_the_indexer_is_down,
    b13_an_issue_goes_with_its_event,
    b17_another_transaction_on_the_winning_branch_is_another_payment,
    b04_a_reorg_down_to_the_final_block_is_followed,
    b22_blocks_that_nobody_announced_are_read_by_number,
    a_reorg_of_a_hundred_blocks_is_exact,
    a_shorter_branch_takes_nothing_back_until_it_differs,
    a_reorg_below_everything_that_was_read_begins_again,
    expiry_and_reorg_together_strand_nothing,
);

async fn b01_a_reorg_takes_the_event_away_and_the_request_waits(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let before = world.chain.head();
    let transaction = world.payment(&request);
    world.chain.mine(std::slice::from_ref(&transaction));
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted);
    world.chain.fork(before.number);
    world.chain.mine_empty(2);
    world.settle().await;
    let PaymentRequestState::Submitted { tx_hash, .. } = world.stored(&request.id).await.state else { panic!("submitted") };
    assert_eq!(tx_hash, transaction.hash, "unknown is not failed: the transaction may come back");
    assert_eq!(world.store.seen_event(&request.id).await.unwrap(), None);
    world.chain.mine(&[transaction]);
    world.settle().await;
    world.chain.mine_empty(2);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
    assert_eq!(world.told().await, ["payment.pending", "payment.updated", "payment.verified", "receipt.issued"]);
}

async fn b01_a_verified_payment_that_is_reorged_is_reversed_and_its_receipt_revoked(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let before = world.chain.head();
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.balance(&request.agreement).await, U256::from(AMOUNT + AMOUNT / 40));
    world.chain.fork(before.number);
    world.chain.mine_empty(6);
    assert!(matches!(world.settle().await, Progress::Halted { .. }), "deeper than what was final");
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted);
    assert_eq!(world.balance(&request.agreement).await, U256::ZERO);
    assert_eq!(world.store.postings(&request.agreement).await.unwrap().len(), 6, "reversed, not deleted");
    assert_eq!(world.told().await, ["payment.verified", "receipt.issued", "payment.reorged", "receipt.revoked"]);
}

async fn b02_the_same_transaction_in_another_block_is_one_payment(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let before = world.chain.head();
    let transaction = world.payment(&request);
    world.chain.mine(std::slice::from_ref(&transaction));
    world.settle().await;
    world.chain.fork(before.number);
    world.chain.mine_empty(1);
    let header = world.chain.mine(&[transaction]);
    world.settle().await;
    assert_eq!(world.told().await, ["payment.pending", "payment.updated"]);
    world.chain.mine_empty(2);
    world.settle().await;
    assert!(stands_in(&place(&world.stored(&request.id).await), &header));
    assert_eq!(world.told().await, ["payment.pending", "payment.updated", "payment.verified", "receipt.issued"]);
}

async fn b02_a_verified_payment_that_moves_keeps_its_receipt(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let before = world.chain.head();
    let transaction = world.payment(&request);
    world.chain.mine(std::slice::from_ref(&transaction));
    world.chain.mine_empty(3);
    world.settle().await;
    world.chain.fork(before.number);
    world.chain.mine_empty(1);
    let header = world.chain.mine(&[transaction]);
    world.chain.mine_empty(5);
    world.settle().await;
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    world.settle().await;
    assert!(stands_in(&place(&world.stored(&request.id).await), &header));
    assert_eq!(world.told().await, ["payment.verified", "receipt.issued", "payment.updated"], "no second receipt");
    assert_eq!(world.balance(&request.agreement).await, U256::from(AMOUNT + AMOUNT / 40), "posted once");
}

async fn b03_another_log_index_is_the_same_payment(engine: Engine) {
    let world = World::new(engine).await;
    let (request, other) = (world.request().await, world.request().await);
    let before = world.chain.head();
    let (first, second) = (world.payment(&request), world.payment(&other));
    world.chain.mine(&[first.clone(), second.clone()]);
    world.settle().await;
    world.chain.fork(before.number);
    // The block has the same transactions in another order, so each log has the index that the other had.
    world.chain.mine(&[second, first]);
    world.chain.mine_empty(3);
    world.settle().await;
    for (request, index) in [(&request, 1), (&other, 0)] {
        assert_eq!(place(&world.stored(&request.id).await).log_index, index);
    }
    let told = world.told().await;
    assert_eq!(told.iter().filter(|kind| *kind == "receipt.issued").count(), 2);
}

async fn b05_a_reorg_while_the_indexer_is_down(engine: Engine) {
    let world = World::new(engine).await;
    let (kept, lost) = (world.request().await, world.request().await);
    world.chain.mine(&[world.payment(&kept)]);
    world.chain.mine_empty(3);
    let before = world.chain.head();
    world.chain.mine(&[world.payment(&lost)]);
    world.settle().await;
    world.stop();
    world.chain.fork(before.number);
    world.chain.mine_empty(200);
    let moved = world.payment(&lost);
    let header = world.chain.mine(&[moved]);
    world.chain.mine_empty(100);
    world.settle().await;
    assert_eq!(world.status(&kept).await, StatusName::Verified);
    assert!(stands_in(&place(&world.stored(&lost.id).await), &header));
    assert_eq!(world.scanned().await, world.chain.head().number);
}

async fn b13_an_issue_goes_with_its_event(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let before = world.chain.head();
    world.chain.mine(&[world.altered(&request, |event| event.amount += U256::from(1))]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.store.open_issues(&request.agreement).await.unwrap().len(), 1);
    world.chain.fork(before.number);
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(5);
    world.settle().await;
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    world.settle().await;
    assert!(world.store.open_issues(&request.agreement).await.unwrap().is_empty());
    assert_eq!(world.status(&request).await, StatusName::Verified);
}

async fn b17_another_transaction_on_the_winning_branch_is_another_payment(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let before = world.chain.head();
    world.chain.mine(&[world.payment_named(&request, "slow")]);
    world.settle().await;
    world.chain.fork(before.number);
    world.chain.mine_empty(1);
    world.chain.mine(&[world.payment_named(&request, "fast")]);
    world.settle().await;
    assert_eq!(world.told().await, ["payment.pending", "payment.replaced", "payment.pending"]);
}

async fn b04_a_reorg_down_to_the_final_block_is_followed(engine: Engine) {
    let world = World::new(engine).await;
    let kept = world.request().await;
    world.chain.mine(&[world.payment(&kept)]);
    world.chain.mine_empty(2);
    world.settle().await;
    let through = world.store.cursor(CHAIN_ID).await.unwrap().unwrap().final_through.unwrap();
    world.chain.fork(through);
    world.chain.mine_empty(5);
    assert_eq!(world.settle().await, Progress::Idle);
    assert_eq!(world.status(&kept).await, StatusName::Verified);
    assert_eq!(world.scanned().await, world.chain.head().number);
}

async fn b22_blocks_that_nobody_announced_are_read_by_number(engine: Engine) {
    let world = World::new(engine).await;
    let requests = [world.request().await, world.request().await, world.request().await];
    world.settle().await;
    // Between two looks at the head there are blocks that only their numbers tell of.
    for request in &requests {
        world.chain.mine_empty(7);
        world.chain.mine(&[world.payment(request)]);
        world.chain.mine_empty(7);
    }
    world.settle().await;
    for request in &requests {
        assert_eq!(world.status(request).await, StatusName::Verified);
    }
    let numbers: Vec<u64> = world.store.headers(CHAIN_ID, 0, 1_000).await.unwrap().iter().map(|header| header.number).collect();
    assert_eq!(numbers, (0..=world.chain.head().number).collect::<Vec<_>>(), "no gap");
}

async fn a_reorg_of_a_hundred_blocks_is_exact(engine: Engine) {
    let world = World::with_finality(engine, settlement::finality::FinalityPolicy::Confirmations(200)).await;
    let mut requests = Vec::new();
    for _ in 0..20 {
        requests.push(world.request().await);
    }
    world.chain.mine_empty(5);
    let before = world.chain.head();
    for request in &requests {
        world.chain.mine(&[world.payment(request)]);
        world.chain.mine_empty(4);
    }
    world.settle().await;
    world.chain.fork(before.number);
    // Of the new branch every second payment is part, and it is longer by one block.
    for request in requests.iter().step_by(2) {
        world.chain.mine_empty(9);
        world.chain.mine(&[world.payment(request)]);
    }
    world.chain.mine_empty(1);
    world.settle().await;
    for (index, request) in requests.iter().enumerate() {
        assert_eq!(world.store.seen_event(&request.id).await.unwrap().is_some(), index % 2 == 0, "{index}");
    }
    world.chain.mine_empty(200);
    world.settle().await;
    for (index, request) in requests.iter().enumerate() {
        assert_eq!(world.status(request).await == StatusName::Verified, index % 2 == 0, "{index}");
    }
    let held = world.store.headers(CHAIN_ID, 0, 10_000).await.unwrap();
    assert!(held.windows(2).all(|pair| pair[1].number > pair[0].number + 1 || pair[1].parent == pair[0].hash), "one branch");
}

async fn a_shorter_branch_takes_nothing_back_until_it_differs(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.chain.mine(&[world.payment(&request)]);
    world.settle().await;
    world.chain.pop();
    assert_eq!(world.settle().await, Progress::Idle, "a node that is behind is not a reorg");
    assert!(world.store.seen_event(&request.id).await.unwrap().is_some());
    world.chain.fork(world.chain.head().number);
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.store.seen_event(&request.id).await.unwrap(), None, "another block at the height");
}

async fn a_reorg_below_everything_that_was_read_begins_again(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let appointed = world.chain.fork(0);
    world.chain.mine(&appointed);
    world.chain.mine_empty(5);
    world.settle().await;
    // The private chain is started again: not even block 0 is the same.
    world.chain.restart();
    world.chain.mine(&appointed);
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(20);
    assert!(matches!(world.settle().await, Progress::Halted { .. }));
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
    let held = world.store.headers(CHAIN_ID, 0, 1).await.unwrap();
    assert_eq!(held[1].parent, held[0].hash, "of the old chain nothing is held, not even its first block");
}

async fn expiry_and_reorg_together_strand_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let before = world.chain.head();
    let transaction = world.payment(&request);
    world.chain.mine(std::slice::from_ref(&transaction));
    world.settle().await;
    world.chain.fork(before.number);
    world.chain.mine_after(4_000);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Expired, "the transaction can no longer pay");
    assert_eq!(world.told().await, ["payment.pending", "payment_request.expired"]);
}
