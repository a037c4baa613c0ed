//! Transactions that payers name.

use alloy_primitives::Bytes;
use alloy_sol_types::SolError;
use indexer::Progress;
use settlement::Clock;
use settlement::payment_request::{FailureReason, PaymentRequestState, StatusName};
use store::{Engine, StoredRequest};

use crate::chain::Transaction;
use crate::on_both_engines;
use crate::world::{World, place};

on_both_engines!(
    b14_a_named_transaction_that_reverted_fails_the_request_once_that_is_final,
    b14_a_failed_request_can_be_paid_by_another_transaction,
    c04_a_payment_that_the_token_blocked_says_so_and_stays_payable,
    c04_a_node_that_never_says_why_is_asked_once_in_a_step_and_stalls_none,
    b14_what_a_losing_branch_says_of_a_transaction_does_not_count,
    b15_a_named_transaction_that_pays_something_else_fails_the_request,
    b15_a_hash_that_nobody_knows_says_nothing,
    b17_a_sped_up_transaction_is_found_whatever_was_named,
    b17_a_sped_up_transaction_that_is_final_already_replaces_the_named_one,
    b16_a_pending_transaction_is_waited_for_until_the_deadline,
    e13_naming_a_transaction_while_the_scan_finds_it_is_one_payment,
    b06_a_payment_that_the_scan_missed_is_found_by_its_named_transaction,
    b15_a_named_transaction_that_no_node_can_answer_for_holds_up_nobody,
);

async fn failure(world: &World, request: &settlement::payment_request::PaymentRequest) -> FailureReason {
    match world.stored(&request.id).await.state {
        PaymentRequestState::Failed { reason, .. } => reason,
        other => panic!("{}", other.name().as_str()),
    }
}

async fn b14_a_named_transaction_that_reverted_fails_the_request_once_that_is_final(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let reverted = Transaction { logs: world.payment(&request).logs, ..Transaction::reverted("no allowance") };
    world.submit(&request.id, reverted.hash).await;
    world.chain.mine(std::slice::from_ref(&reverted));
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted, "it may be mined again on another branch");
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(failure(&world, &request).await, FailureReason::Reverted { tx_hash: reverted.hash });
    let told = world.notices().await.pop().unwrap().notice;
    assert_eq!((told.kind.as_str(), &told.data["reason"]), ("payment.failed", &"reverted".into()));
}

async fn b14_a_failed_request_can_be_paid_by_another_transaction(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let reverted = Transaction::reverted("no allowance");
    world.submit(&request.id, reverted.hash).await;
    world.chain.mine(std::slice::from_ref(&reverted));
    world.chain.mine_empty(3);
    world.settle().await;
    world.submit(&request.id, world.payment(&request).hash).await;
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.told().await, ["payment.failed", "payment.verified", "receipt.issued"], "payable until the deadline, and nothing to recover");
}

async fn c04_a_payment_that_the_token_blocked_says_so_and_stays_payable(engine: Engine) {
    let world = World::new(engine).await;
    let paused: Bytes = alloy_sol_types::Revert::from("Pausable: paused").abi_encode().into();
    let fails = async |name: &str, data: Option<Bytes>| {
        let (request, reverted) = (world.request().await, Transaction::reverted(name));
        world.submit(&request.id, reverted.hash).await;
        data.into_iter().for_each(|data| world.chain.set_revert(reverted.hash, data));
        world.chain.mine(std::slice::from_ref(&reverted));
        world.chain.mine_empty(3);
        world.settle().await;
        (failure(&world, &request).await, reverted.hash, request)
    };
    let (reason, tx_hash, request) = fails("paused", Some(paused.clone())).await;
    assert_eq!(reason, FailureReason::TransferBlocked { tx_hash });
    let told = world.notices().await.pop().unwrap().notice;
    assert_eq!((told.kind.as_str(), &told.data["reason"]), ("payment.failed", &"token_transfer_blocked".into()));
    for (name, data) in [("no reason", Some(Bytes::new())), ("it would pass now", None)] {
        let (reason, tx_hash, _) = fails(name, data).await;
        assert_eq!(reason, FailureReason::Reverted { tx_hash }, "{name}");
    }
    // A node without the state of that block holds up nobody.
    world.chain.misbehave(|faults| faults.cannot_replay = true);
    let (reason, tx_hash, _) = fails("who knows", Some(paused)).await;
    assert_eq!(reason, FailureReason::Reverted { tx_hash });
    world.chain.behave();
    world.submit(&request.id, world.payment(&request).hash).await;
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified, "payable as soon as the token allows it");
}

async fn c04_a_node_that_never_says_why_is_asked_once_in_a_step_and_stalls_none(engine: Engine) {
    let world = World::new(engine).await;
    let mut requests = Vec::new();
    let reverted = ["one", "two", "three"].map(Transaction::reverted);
    for transaction in &reverted {
        let request = world.request().await;
        world.submit(&request.id, transaction.hash).await;
        requests.push(request);
    }
    world.chain.misbehave(|faults| faults.replays_for_ever = true);
    world.chain.mine(&reverted);
    world.chain.mine_empty(3);
    tokio::time::timeout(std::time::Duration::from_secs(20), world.settle()).await.expect("no step waits for it");
    for (request, transaction) in requests.iter().zip(&reverted) {
        assert_eq!(failure(&world, request).await, FailureReason::Reverted { tx_hash: transaction.hash });
    }
    assert_eq!(world.chain.replays(), 1);
}

async fn b14_what_a_losing_branch_says_of_a_transaction_does_not_count(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let before = world.chain.head();
    let reverted = Transaction::reverted("no allowance");
    world.submit(&request.id, reverted.hash).await;
    world.chain.mine(std::slice::from_ref(&reverted));
    world.settle().await;
    world.chain.misbehave(|faults| faults.remembers_losers = true);
    world.chain.fork(before.number);
    world.chain.mine_empty(6);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted, "it may still be mined, and pay");
}

async fn b15_a_named_transaction_that_pays_something_else_fails_the_request(engine: Engine) {
    let world = World::new(engine).await;
    let (request, other) = (world.request().await, world.request().await);
    let transaction = world.payment(&other);
    world.submit(&request.id, transaction.hash).await;
    world.chain.mine(std::slice::from_ref(&transaction));
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(failure(&world, &request).await, FailureReason::NotThisPayment { tx_hash: transaction.hash });
    assert_eq!(world.status(&other).await, StatusName::Verified, "it pays what its event says");
}

async fn b15_a_hash_that_nobody_knows_says_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.submit(&request.id, Transaction::reverted("never sent").hash).await;
    world.chain.mine_empty(10);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted);
    assert!(world.told().await.is_empty());
}

async fn b17_a_sped_up_transaction_is_found_whatever_was_named(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let (slow, fast) = (world.payment_named(&request, "slow"), world.payment_named(&request, "fast"));
    world.submit(&request.id, slow.hash).await;
    world.settle().await;
    world.chain.mine(std::slice::from_ref(&fast));
    world.settle().await;
    let PaymentRequestState::Submitted { tx_hash, .. } = world.stored(&request.id).await.state else { panic!("submitted") };
    assert_eq!(tx_hash, fast.hash);
    let replaced = world.notices().await.into_iter().find(|logged| logged.notice.kind.as_str() == "payment.replaced").unwrap().notice.data;
    assert_eq!((&replaced["replacedTxHash"], &replaced["txHash"]), (&slow.hash.to_string().into(), &fast.hash.to_string().into()));
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(place(&world.stored(&request.id).await).tx_hash, fast.hash);
    assert_eq!(world.told().await, ["payment.replaced", "payment.pending", "payment.verified", "receipt.issued"]);
}

async fn b17_a_sped_up_transaction_that_is_final_already_replaces_the_named_one(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.submit(&request.id, world.payment_named(&request, "slow").hash).await;
    world.chain.mine(&[world.payment_named(&request, "fast")]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.told().await, ["payment.replaced", "payment.verified", "receipt.issued"]);
}

async fn b16_a_pending_transaction_is_waited_for_until_the_deadline(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let pending = world.payment(&request);
    world.submit(&request.id, pending.hash).await;
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted);
    world.chain.mine_after(3_700);
    world.chain.mine_empty(2);
    world.settle().await;
    let PaymentRequestState::Expired { tx_hash, .. } = world.stored(&request.id).await.state else { panic!("expired") };
    assert_eq!(tx_hash, Some(pending.hash));
}

async fn b06_a_payment_that_the_scan_missed_is_found_by_its_named_transaction(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.settle().await;
    world.chain.misbehave(|faults| faults.hides_everything = true);
    let transaction = world.payment(&request);
    world.chain.mine(std::slice::from_ref(&transaction));
    world.chain.mine_empty(4);
    world.settle().await;
    assert_eq!(world.store.seen_event(&request.id).await.unwrap(), None);
    world.submit(&request.id, transaction.hash).await;
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
}

async fn e13_naming_a_transaction_while_the_scan_finds_it_is_one_payment(engine: Engine) {
    let world = World::new(engine).await;
    let mut requests = Vec::new();
    for _ in 0..10 {
        requests.push(world.request().await);
    }
    world.settle().await;
    for request in &requests {
        let transaction = world.payment(request);
        world.chain.mine(std::slice::from_ref(&transaction));
        let named = async {
            let now = world.clock.now();
            let mut tx = world.store.begin().await.unwrap();
            tx.agreement(&request.agreement).await.unwrap();
            let StoredRequest::Sound(current) = tx.request(&request.id).await.unwrap().unwrap() else { panic!("sound") };
            let submitted = current.state.clone().submit(transaction.hash, now).unwrap();
            tx.set_request_state(&request.id, current.state.name(), &submitted, now).await.unwrap();
            tx.commit().await.unwrap();
        };
        // Either may come first; neither may undo the other.
        let (scanned, ()) = tokio::join!(world.try_step(), named);
        assert!(scanned.as_ref().is_ok_and(|done| matches!(done, Progress::Advanced { .. })), "{scanned:?}");
    }
    world.chain.mine_empty(3);
    world.settle().await;
    for request in &requests {
        assert_eq!(world.status(request).await, StatusName::Verified);
    }
    let told = world.told().await;
    for kind in ["payment.pending", "payment.verified", "receipt.issued"] {
        assert_eq!(told.iter().filter(|told| *told == kind).count(), requests.len(), "{kind}");
    }
}

async fn b15_a_named_transaction_that_no_node_can_answer_for_holds_up_nobody(engine: Engine) {
    let world = World::new(engine).await;
    let (hostile, failing, paid) = (world.request().await, world.request().await, world.request().await);
    let (monster, reverted) = (Transaction::reverted("a receipt of 40 MB"), Transaction::reverted("no allowance"));
    world.chain.misbehave(|faults| faults.chokes_on = Some(monster.hash));
    world.submit(&hostile.id, monster.hash).await;
    world.submit(&failing.id, reverted.hash).await;
    world.chain.mine(&[monster.clone(), reverted.clone(), world.payment(&paid)]);
    for _ in 0..4 {
        world.chain.mine_empty(1);
        world.settle().await;
    }
    assert_eq!(world.status(&paid).await, StatusName::Verified, "blocks are read");
    assert_eq!(failure(&world, &failing).await, FailureReason::Reverted { tx_hash: reverted.hash }, "other hints have their turn");
    assert_eq!(world.status(&hostile).await, StatusName::Submitted);
    world.chain.mine_after(3_700);
    world.chain.mine_empty(2);
    world.settle().await;
    assert_eq!(world.status(&hostile).await, StatusName::Expired);
}
