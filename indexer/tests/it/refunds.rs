//! Refunds: settled by their event alone, and taken back with it.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use indexer::Progress;
use settlement::ids::AgreementId;
use settlement::ledger::Side;
use settlement::payment_request::StatusName;
use settlement::refund::{RefundState, RefundStatus};
use store::Engine;

use crate::chain::{CHAIN_ID, Transaction};
use crate::on_both_engines;
use crate::world::{AMOUNT, World, refund_routed};

on_both_engines!(
    a_refund_that_is_final_and_exact_is_settled_and_posted,
    g05_an_event_that_is_not_what_was_signed_leaves_the_refund_awaited,
    g05_a_refund_of_our_payment_that_nobody_knows_is_reported_at_the_refund_that_awaits,
    g06_a_reorg_takes_the_refund_back_and_reverses_the_ledger,
    g06_a_refund_that_was_seen_and_is_gone_is_awaited_as_before,
    b02_the_same_refund_in_another_block_is_one_refund,
    refunds_of_payments_of_others_are_foreign,
    a_refund_far_below_the_head_is_found_by_range,
    a_late_payload_and_its_successor_carry_one_nonce_and_either_settles,
    d06_a_payload_that_cannot_be_read_holds_up_nobody_and_its_event_waits_for_it,
    d06_an_older_payload_that_cannot_be_read_holds_up_nobody_either,
    a_refund_whose_payment_is_reorged_settles_when_it_is_paid_all_the_same,
    a_reorg_that_takes_payment_and_refund_takes_both_back,
    a_cancelled_refund_that_was_paid_all_the_same_is_settled,
    a_node_that_leaves_a_refund_out_is_caught_when_its_block_is_final,
);

/// What each account stands at, credits less debits; every entry adds up to zero.
async fn balances(world: &World, agreement: &AgreementId) -> BTreeMap<&'static str, i128> {
    let (mut accounts, mut entries) = (BTreeMap::new(), BTreeMap::<String, i128>::new());
    for line in world.store.postings(agreement).await.unwrap() {
        let amount = i128::try_from(line.posting.amount.atomic().to::<u128>()).unwrap();
        let amount = if line.posting.side == Side::Debit { -amount } else { amount };
        *accounts.entry(line.posting.account.name()).or_default() += amount;
        *entries.entry(line.entry).or_default() += amount;
    }
    assert!(entries.values().all(|sum| *sum == 0), "{entries:?}");
    accounts
}

const FIVE: u64 = 5_000_000;
const PAID: i128 = AMOUNT as i128;
const BACK: i128 = FIVE as i128;

async fn told_of_refunds(world: &World) -> Vec<String> {
    world.told().await.into_iter().filter(|kind| kind.starts_with("refund_request.")).collect()
}

async fn a_refund_that_is_final_and_exact_is_settled_and_posted(engine: Engine) {
    let world = World::new(engine).await;
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    let header = world.chain.mine(&[world.repayment(&refund)]);
    world.settle().await;
    let seen = world.refund(&refund.id).await;
    assert_eq!(seen.state.name(), RefundStatus::Approved, "nothing has come back until it is final");
    assert_eq!(balances(&world, &refund.agreement).await["refund_due"], BACK);
    assert_eq!(world.store.seen_refund(&refund.id).await.unwrap().unwrap().location.block_number, header.number);
    world.chain.mine_empty(3);
    world.settle().await;
    let RefundState::Settled { proof, .. } = world.refund(&refund.id).await.state else { panic!("settled") };
    assert_eq!((proof.event().location.block_hash, proof.amount().atomic()), (header.hash, U256::from(FIVE)));
    let accounts = balances(&world, &refund.agreement).await;
    assert_eq!((accounts["seller_proceeds"], accounts["refund_due"]), (PAID - BACK, 0));
    assert_eq!((accounts["platform_fee"], accounts["buyer_external"]), (PAID / 40, BACK - PAID - PAID / 40), "the fee does not come back");
    assert_eq!(told_of_refunds(&world).await, ["refund_request.pending", "refund_request.settled"]);
    let notices = world.notices().await;
    let data = &notices.iter().find(|logged| logged.notice.kind.as_str() == "refund_request.settled").unwrap().notice.data;
    assert_eq!((data["refundRequestId"].as_str(), data["amountAtomic"].as_str()), (Some(refund.id.as_str()), Some("5000000")));
    assert_eq!(world.status(&payment).await, StatusName::Verified);
}

async fn g05_an_event_that_is_not_what_was_signed_leaves_the_refund_awaited(engine: Engine) {
    let world = World::new(engine).await;
    type Change = fn(&mut contracts::PaymentRouter::RefundRouted);
    let changes: [(&str, Change); 7] = [
        ("amount", |e| e.amount -= U256::from(1)),
        ("amount", |e| e.amount += U256::from(1)),
        ("token", |e| e.token = Address::repeat_byte(0xbb)),
        ("payee", |e| e.payee = Address::repeat_byte(0xbb)),
        ("payer", |e| e.payer = Address::repeat_byte(0xbb)),
        ("parent", |e| e.parent.0[0] ^= 1),
        ("digest", |e| e.digest.0[0] ^= 1),
    ];
    let mut refunds = Vec::new();
    for (check, change) in changes {
        let payment = world.paid().await;
        let refund = world.approved(&payment, FIVE).await;
        world.chain.mine(&[world.altered_repayment(&refund, change)]);
        refunds.push((check, refund));
    }
    world.chain.mine_empty(3);
    world.settle().await;
    for (check, refund) in refunds {
        assert_eq!(world.refund(&refund.id).await.state.name(), RefundStatus::Approved, "{check}");
        let issues = world.store.refund_issues(&refund.agreement).await.unwrap();
        assert_eq!((issues.len(), &issues[0].refund), (1, &refund.id), "{check}");
        assert!(issues[0].issues.iter().any(|issue| issue.check == check), "{check}: {issues:?}");
        let accounts = balances(&world, &refund.agreement).await;
        assert_eq!((accounts["refund_due"], accounts["seller_proceeds"]), (BACK, PAID - BACK), "{check}: it is still owed");
        assert!(!world.store.payment_facts(&refund.agreement).await.unwrap().proof_issue, "the payment itself is not in doubt");
    }
    assert_eq!(told_of_refunds(&world).await, ["refund_request.settlement_mismatch"; 7]);
    let notices = world.notices().await;
    let mismatch = notices.iter().find(|logged| logged.notice.kind.as_str() == "refund_request.settlement_mismatch").unwrap();
    assert_eq!(mismatch.notice.data["code"], "refund_settlement_mismatch");
}

async fn g05_a_refund_of_our_payment_that_nobody_knows_is_reported_at_the_refund_that_awaits(engine: Engine) {
    let world = World::new(engine).await;
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    let unknown = world.altered_repayment(&refund, |e| {
        (e.digest.0[0], e.requestId.0[0]) = (e.digest.0[0] ^ 1, e.requestId.0[0] ^ 1);
        (e.nonce, e.amount) = (U256::from(9_999), U256::from(1));
    });
    world.chain.mine(&[unknown]);
    world.chain.mine_empty(3);
    world.settle().await;
    let issues = world.store.refund_issues(&refund.agreement).await.unwrap();
    assert_eq!((issues.len(), &issues[0].refund), (1, &refund.id));
    // What was signed can still be paid, and then it is settled.
    world.chain.mine(&[world.repayment(&refund)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.refund(&refund.id).await.state.name(), RefundStatus::Settled);
}

async fn g06_a_reorg_takes_the_refund_back_and_reverses_the_ledger(engine: Engine) {
    let world = World::new(engine).await;
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    let before = world.chain.head();
    let repayment = world.repayment(&refund);
    world.chain.mine(std::slice::from_ref(&repayment));
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.refund(&refund.id).await.state.name(), RefundStatus::Settled);
    world.chain.fork(before.number);
    world.chain.mine_empty(6);
    assert!(matches!(world.settle().await, Progress::Halted { .. }), "deeper than what was final");
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    world.settle().await;
    let RefundState::Approved { payload, .. } = world.refund(&refund.id).await.state else { panic!("awaited again") };
    assert_eq!(payload.digest(), refund.payload().unwrap().digest(), "the same payload may be executed again");
    let accounts = balances(&world, &refund.agreement).await;
    assert_eq!((accounts["refund_due"], accounts["seller_proceeds"]), (BACK, PAID - BACK), "it is owed again");
    assert_eq!(accounts["buyer_external"], -PAID - PAID / 40);
    assert_eq!(told_of_refunds(&world).await, ["refund_request.settled", "refund_request.reorged"]);
    world.chain.mine(&[repayment]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.refund(&refund.id).await.state.name(), RefundStatus::Settled);
    assert_eq!(balances(&world, &refund.agreement).await["refund_due"], 0);
    assert_eq!(world.store.settled_refunds(&payment.id).await.unwrap().len(), 1);
}

async fn g06_a_refund_that_was_seen_and_is_gone_is_awaited_as_before(engine: Engine) {
    let world = World::new(engine).await;
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    let before = world.chain.head();
    world.chain.mine(&[world.repayment(&refund)]);
    world.settle().await;
    assert!(world.store.seen_refund(&refund.id).await.unwrap().is_some());
    world.chain.fork(before.number);
    world.chain.mine_empty(2);
    world.settle().await;
    assert_eq!(world.store.seen_refund(&refund.id).await.unwrap(), None);
    assert_eq!(world.refund(&refund.id).await, refund);
    assert_eq!(told_of_refunds(&world).await, ["refund_request.pending"]);
}

async fn b02_the_same_refund_in_another_block_is_one_refund(engine: Engine) {
    let world = World::new(engine).await;
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    let before = world.chain.head();
    let repayment = world.repayment(&refund);
    world.chain.mine(std::slice::from_ref(&repayment));
    world.settle().await;
    world.chain.fork(before.number);
    world.chain.mine_empty(1);
    let header = world.chain.mine(&[repayment]);
    world.chain.mine_empty(3);
    world.settle().await;
    let RefundState::Settled { proof, .. } = world.refund(&refund.id).await.state else { panic!("settled") };
    assert_eq!(proof.event().location.block_hash, header.hash);
    assert_eq!(world.store.settled_refunds(&payment.id).await.unwrap().len(), 1);
    assert_eq!(told_of_refunds(&world).await.iter().filter(|kind| *kind == "refund_request.settled").count(), 1);
    assert_eq!(balances(&world, &refund.agreement).await["seller_proceeds"], PAID - BACK);
}

async fn refunds_of_payments_of_others_are_foreign(engine: Engine) {
    let world = World::new(engine).await;
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    let foreign = world.altered_repayment(&refund, |e| {
        (e.digest.0[0], e.requestId.0[0], e.parent.0[0]) = (e.digest.0[0] ^ 1, e.requestId.0[0] ^ 1, e.parent.0[0] ^ 1);
        e.nonce = U256::from(9_999);
    });
    world.chain.mine(&[foreign]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert!(world.store.refund_issues(&refund.agreement).await.unwrap().is_empty());
    assert_eq!(world.refund(&refund.id).await, refund);
    assert!(world.store.unjudged_refunds(CHAIN_ID, u64::MAX >> 1, 10).await.unwrap().is_empty(), "a verdict was passed");
    assert!(told_of_refunds(&world).await.is_empty());
}

async fn a_refund_far_below_the_head_is_found_by_range(engine: Engine) {
    let world = World::new(engine).await;
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    world.chain.mine_empty(50);
    world.chain.mine(&[world.repayment(&refund)]);
    world.chain.mine_empty(900);
    world.settle().await;
    assert_eq!(world.refund(&refund.id).await.state.name(), RefundStatus::Settled);
    assert_eq!(told_of_refunds(&world).await, ["refund_request.settled"]);
}

async fn a_late_payload_and_its_successor_carry_one_nonce_and_either_settles(engine: Engine) {
    let world = World::new(engine).await;
    let payment = world.paid().await;
    let first = world.approved(&payment, FIVE).await;
    let nonce = first.payload().unwrap().snapshot().nonce;
    world.clock.pass(1);
    let fresh = world.sign_refund(&payment, &first, nonce, world.chain.head().time + 7_200);
    let state = RefundState::Approved { payload: Box::new(fresh), response: None, at: first.updated_at };
    let mut tx = world.store.begin().await.unwrap();
    tx.set_refund_state(&first, &state, first.updated_at).await.unwrap();
    tx.commit().await.unwrap();
    world.chain.mine(&[world.repayment(&first)]);
    world.chain.mine_empty(3);
    world.settle().await;
    let RefundState::Settled { payload, .. } = world.refund(&first.id).await.state else { panic!("settled") };
    assert_eq!(payload.digest(), first.payload().unwrap().digest(), "the one that was paid");
}

async fn d06_a_payload_that_cannot_be_read_holds_up_nobody_and_its_event_waits_for_it(engine: Engine) {
    let world = World::new(engine).await;
    let (payment, other) = (world.paid().await, world.request().await);
    let refund = world.approved(&payment, FIVE).await;
    let damage = format!("UPDATE refund_payloads SET signature = '0x00' WHERE refund_request_id = '{}'", refund.id);
    assert_eq!(world.database.tamper(&damage).await, 1);
    world.chain.mine(&[world.repayment(&refund), world.payment(&other)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&other).await, StatusName::Verified, "the chain is read on");
    assert_eq!(world.store.unjudged_refunds(CHAIN_ID, u64::MAX >> 1, 10).await.unwrap().len(), 1, "no verdict without what was signed");
    let mend = damage.replace("0x00", &refund.payload().unwrap().signature().to_string());
    world.database.tamper(&mend).await;
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.refund(&refund.id).await.state.name(), RefundStatus::Settled);
}

async fn d06_an_older_payload_that_cannot_be_read_holds_up_nobody_either(engine: Engine) {
    let world = World::new(engine).await;
    let (payment, other) = (world.paid().await, world.request().await);
    let first = world.approved(&payment, FIVE).await;
    world.clock.pass(1);
    let fresh = world.sign_refund(&payment, &first, first.payload().unwrap().snapshot().nonce, world.chain.head().time + 7_200);
    let state = RefundState::Approved { payload: Box::new(fresh), response: None, at: first.updated_at };
    let mut tx = world.store.begin().await.unwrap();
    tx.set_refund_state(&first, &state, first.updated_at).await.unwrap();
    tx.commit().await.unwrap();
    let digest = first.payload().unwrap().digest();
    assert_eq!(world.database.tamper(&format!("UPDATE refund_payloads SET snapshot = '{{}}' WHERE digest = '{digest:#x}'")).await, 1);
    world.chain.mine(&[world.repayment(&first), world.payment(&other)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&other).await, StatusName::Verified, "the chain is read on");
    assert_eq!(world.refund(&first.id).await.state.name(), RefundStatus::Approved);
    assert_eq!(world.store.unjudged_refunds(CHAIN_ID, u64::MAX >> 1, 10).await.unwrap().len(), 1);
}

async fn a_refund_whose_payment_is_reorged_settles_when_it_is_paid_all_the_same(engine: Engine) {
    let world = World::new(engine).await;
    let before = world.chain.head();
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    world.chain.fork(before.number);
    world.chain.mine_empty(6);
    assert!(matches!(world.settle().await, Progress::Halted { .. }));
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    world.settle().await;
    assert_eq!(world.status(&payment).await, StatusName::Submitted);
    assert_eq!(world.refund(&refund.id).await, refund, "it stays what it was");
    world.chain.mine(&[world.repayment(&refund)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.refund(&refund.id).await.state.name(), RefundStatus::Settled, "money that went back went back");
    let accounts = balances(&world, &refund.agreement).await;
    assert_eq!((accounts["seller_proceeds"], accounts["buyer_external"]), (-BACK, BACK));
    // The payment comes back, and everything adds up again.
    world.chain.mine(&[world.payment(&payment)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&payment).await, StatusName::Verified);
    assert_eq!(balances(&world, &refund.agreement).await["seller_proceeds"], PAID - BACK);
}

async fn a_reorg_that_takes_payment_and_refund_takes_both_back(engine: Engine) {
    let world = World::new(engine).await;
    let before = world.chain.head();
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    world.chain.mine(&[world.repayment(&refund)]);
    world.chain.mine_empty(3);
    world.settle().await;
    world.chain.fork(before.number);
    world.chain.mine_empty(12);
    world.settle().await;
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    world.settle().await;
    assert_eq!(world.status(&payment).await, StatusName::Submitted);
    assert_eq!(world.refund(&refund.id).await.state.name(), RefundStatus::Approved);
    let accounts = balances(&world, &refund.agreement).await;
    assert_eq!((accounts["buyer_external"], accounts["platform_fee"], accounts["refund_due"]), (0, 0, BACK));
    let told = world.told().await;
    let tail: Vec<_> = told.iter().skip(told.len() - 3).map(String::as_str).collect();
    assert_eq!(tail, ["payment.reorged", "receipt.revoked", "refund_request.reorged"]);
}

async fn a_cancelled_refund_that_was_paid_all_the_same_is_settled(engine: Engine) {
    let world = World::new(engine).await;
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    // Its payload looked dead, because a node had hidden the block.
    let cancelled = RefundState::Cancelled { response: None, at: refund.updated_at };
    let mut tx = world.store.begin().await.unwrap();
    tx.set_refund_state(&refund, &cancelled, refund.updated_at).await.unwrap();
    tx.reverse(settlement::ledger::Booked::RefundDue(&refund.id), refund.updated_at).await.unwrap();
    tx.commit().await.unwrap();
    world.chain.mine(&[world.repayment(&refund)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.refund(&refund.id).await.state.name(), RefundStatus::Settled);
    let accounts = balances(&world, &refund.agreement).await;
    assert_eq!((accounts["refund_due"], accounts["seller_proceeds"]), (0, PAID - BACK));
}

async fn a_node_that_leaves_a_refund_out_is_caught_when_its_block_is_final(engine: Engine) {
    let world = World::new(engine).await;
    let payment = world.paid().await;
    let refund = world.approved(&payment, FIVE).await;
    let log = (world.policy.router, refund_routed(&refund, |_| ()));
    world.chain.misbehave(|faults| faults.hides_everything = true);
    world.chain.mine(&[Transaction::with_logs("hidden refund", vec![log])]);
    world.settle_somehow().await;
    assert_eq!(world.store.seen_refund(&refund.id).await.unwrap(), None);
    world.chain.behave();
    world.chain.mine_empty(4);
    world.settle().await;
    assert_eq!(world.refund(&refund.id).await.state.name(), RefundStatus::Settled);
}
