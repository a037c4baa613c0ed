//! What stops a chain until somebody has looked.

use indexer::{IndexerError, Progress};
use settlement::payment_request::StatusName;
use store::Engine;

use crate::chain::CHAIN_ID;
use crate::on_both_engines;
use crate::world::{AMOUNT, TOKEN, World};

on_both_engines!(
    b04_a_reorg_below_the_final_block_halts_until_it_is_acknowledged,
    b04_a_halt_outlives_the_process,
    a09_what_a_reorg_below_finality_lets_be_paid_twice_counts_once_and_is_told,
    a09_what_is_paid_twice_is_told_also_beside_a_payment_that_has_to_be_inspected,
    a09_what_is_told_again_after_a_reorg_asks_only_for_what_is_not_asked_back_yet,
    a12_a_token_that_changes_its_decimals_halts_the_chain,
    what_was_judged_before_a_halt_is_not_judged_again,
    only_what_has_halted_can_be_acknowledged,
);

async fn b04_a_reorg_below_the_final_block_halts_until_it_is_acknowledged(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.chain.mine_empty(2);
    let before = world.chain.head();
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.settle().await;
    world.chain.fork(before.number);
    world.chain.mine_empty(10);
    let Progress::Halted { reason } = world.settle().await else { panic!("halted") };
    assert!(reason.contains(&before.number.to_string()), "{reason}");
    assert_eq!(world.status(&request).await, StatusName::Verified, "nothing is rewritten silently");
    let told = world.notices().await.pop().unwrap().notice;
    assert_eq!((told.kind.as_str(), told.readers.len()), ("indexer.halted", 0));
    for _ in 0..3 {
        assert!(matches!(world.step().await, Progress::Halted { .. }));
    }
    assert_eq!(world.notices().await.iter().filter(|logged| logged.notice.kind.as_str() == "indexer.halted").count(), 1, "said once");
    let final_time = async || world.store.cursor(CHAIN_ID).await.unwrap().unwrap().final_time;
    assert!(final_time().await > 0);
    assert_eq!(indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap(), reason);
    assert_eq!(final_time().await, 0, "no deadline is over by a clock that was taken back");
    assert_eq!(world.settle().await, Progress::Idle);
    assert!(final_time().await > 0);
    assert_eq!(world.status(&request).await, StatusName::Submitted);
    assert_eq!(world.scanned().await, world.chain.head().number);
}

/// While what is final stays final the second payment cannot be: the first payload was dead when the second was signed. Here the chain takes that back.
async fn a09_what_a_reorg_below_finality_lets_be_paid_twice_counts_once_and_is_told(engine: Engine) {
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let before = world.chain.head();
    let dead = world.request_at(&agreement, before.time + 60).await;
    world.chain.mine_after(61);
    world.chain.mine_empty(4);
    world.settle().await;
    assert_eq!(world.status(&dead).await, StatusName::Expired);
    let newer = world.request_with(&agreement, None, (AMOUNT / 2, &world.delegate)).await;
    assert_ne!(dead.unit.nonce, newer.unit.nonce);
    world.chain.mine(&[world.payment(&newer)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&newer).await, StatusName::Verified);

    world.chain.fork(before.number);
    world.chain.mine(&[world.payment(&dead)]);
    world.chain.mine(&[world.payment(&newer)]);
    world.chain.mine_empty(12);
    assert!(matches!(world.settle().await, Progress::Halted { .. }));
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    assert_eq!(world.settle().await, Progress::Idle);

    for paid in [&dead, &newer] {
        assert_eq!(world.status(paid).await, StatusName::Verified, "money that moved is never stranded");
    }
    let facts = world.store.payment_facts(&agreement.id).await.unwrap();
    assert!(facts.paid_in_full && !facts.proof_issue);
    let siblings = world.store.siblings(&agreement.id).await.unwrap();
    assert!(settlement::unit::open_amount(agreement.terms.amount, &siblings).is_zero());
    let told: Vec<_> = world.notices().await.into_iter().filter(|logged| logged.notice.kind.as_str() == "payment.duplicate").collect();
    let [told] = &told[..] else { panic!("told once: {told:?}") };
    assert_eq!(told.notice.readers.len(), 2, "both parties");
    let data = &told.notice.data;
    let half = (AMOUNT / 2).to_string();
    assert_eq!((data["paymentRequestId"].as_str(), data["excessAtomic"].as_str()), (Some(newer.id.as_str()), Some(half.as_str())), "{data}");
    assert_eq!(data["duplicateOf"], serde_json::json!([dead.id.as_str()]));
    assert_eq!(data["refundRequest"]["amountAtomic"], half);
    // The ledger has what moved: both, with their fees.
    let moved = [&dead, &newer].map(|paid| paid.signed.snapshot().quote.total.atomic());
    assert_eq!(world.balance(&agreement.id).await, moved[0] + moved[1]);
}

/// The data of what was told about payments that are too much.
async fn told_twice(world: &World) -> Vec<serde_json::Value> {
    let notices = world.notices().await.into_iter().map(|logged| logged.notice);
    notices.filter(|notice| notice.kind.as_str() == "payment.duplicate").map(|notice| notice.data).collect()
}

async fn a09_what_is_paid_twice_is_told_also_beside_a_payment_that_has_to_be_inspected(engine: Engine) {
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let (whole, half) = (world.request_for(&agreement, None).await, world.request_with(&agreement, None, (AMOUNT / 2, &world.delegate)).await);
    world.chain.mine(&[world.payment(&whole)]);
    world.chain.mine_empty(3);
    world.settle().await;
    let damage = format!("UPDATE proofs SET final_through = 0 WHERE payment_request_id = '{}'", whole.id);
    assert_eq!(world.database.tamper(&damage).await, 1);
    world.chain.mine(&[world.payment(&half)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&half).await, StatusName::Verified);
    let [told] = &told_twice(&world).await[..] else { panic!("told once") };
    assert_eq!((told["paymentRequestId"].as_str(), &told["duplicateOf"]), (Some(half.id.as_str()), &serde_json::json!([whole.id.as_str()])));
}

async fn a09_what_is_told_again_after_a_reorg_asks_only_for_what_is_not_asked_back_yet(engine: Engine) {
    const BACK: u64 = 1_000_000;
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let (whole, half) = (world.request_for(&agreement, None).await, world.request_with(&agreement, None, (AMOUNT / 2, &world.delegate)).await);
    world.chain.mine(&[world.payment(&whole)]);
    let before = world.chain.head();
    world.chain.mine(&[world.payment(&half)]);
    world.chain.mine_empty(3);
    world.settle().await;
    let half = world.stored(&half.id).await;
    world.approved(&half, BACK).await;
    world.chain.fork(before.number);
    world.chain.mine_empty(6);
    assert!(matches!(world.settle().await, Progress::Halted { .. }));
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    world.settle().await;
    world.chain.mine(&[world.payment(&half)]);
    world.chain.mine_empty(3);
    world.settle().await;
    let [first, again] = &told_twice(&world).await[..] else { panic!("told again") };
    assert_eq!(first["refundRequest"]["amountAtomic"], (AMOUNT / 2).to_string());
    assert_eq!((&again["excessAtomic"], &again["refundRequest"]["amountAtomic"]), (&first["excessAtomic"], &(AMOUNT / 2 - BACK).to_string().into()));
}

async fn b04_a_halt_outlives_the_process(engine: Engine) {
    let world = World::new(engine).await;
    world.chain.mine_empty(8);
    world.settle().await;
    world.chain.fork(3);
    world.chain.mine_empty(8);
    world.settle().await;
    world.stop();
    assert!(matches!(world.step().await, Progress::Halted { .. }));
    // The node was wrong, and is mended: acknowledged, reading goes on where it was.
    world.stop();
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    assert_eq!(world.settle().await, Progress::Idle);
}

async fn a12_a_token_that_changes_its_decimals_halts_the_chain(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.settle().await;
    world.chain.set_decimals(TOKEN, 18);
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.clock.pass(601);
    let Progress::Halted { reason } = world.settle().await else { panic!("halted") };
    assert!(reason.starts_with("token_decimals_changed"), "{reason}");
    assert_eq!(world.status(&request).await, StatusName::Signed, "nothing is verified with it");
    // Acknowledging does not help while it is so.
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    assert!(matches!(world.settle().await, Progress::Halted { .. }));
    world.chain.set_decimals(TOKEN, 6);
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
}

async fn what_was_judged_before_a_halt_is_not_judged_again(engine: Engine) {
    let (world, other) = (World::new(engine).await, World::new(Engine::Sqlite).await);
    let (paid, wrong, foreign) = (world.request().await, world.request().await, other.request().await);
    let short = world.altered(&wrong, |event| event.amount -= alloy_primitives::U256::from(1));
    let theirs = other.altered(&foreign, |event| (event.requestId.0[0], event.digest.0[0]) = (1, 1));
    world.chain.mine(&[world.payment(&paid), short, theirs]);
    world.chain.mine_empty(3);
    world.settle().await;
    let told = world.told().await;
    assert_eq!(told, ["payment.verified", "receipt.issued", "payment.inspection_required"]);
    world.chain.set_decimals(TOKEN, 18);
    world.clock.pass(601);
    assert!(matches!(world.settle().await, Progress::Halted { .. }));
    world.chain.set_decimals(TOKEN, 6);
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    assert_eq!(world.settle().await, Progress::Idle, "it goes on, though every block counts as not final until it is read again");
    assert_eq!(world.told().await, told);
    assert_eq!(world.store.open_issues(&wrong.agreement).await.unwrap().len(), 1);
}

async fn only_what_has_halted_can_be_acknowledged(engine: Engine) {
    let world = World::new(engine).await;
    for _ in 0..2 {
        let error = indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap_err();
        assert!(matches!(error, IndexerError::NotHalted(CHAIN_ID)), "{error}");
        world.settle().await;
    }
}
