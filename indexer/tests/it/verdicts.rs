//! What a payment comes to.

use alloy_primitives::{Address, B256, U256};
use settlement::finality::FinalityPolicy;
use settlement::payment_request::{FailureReason, PaymentRequestState, StatusName};
use store::Engine;

use crate::chain::{CHAIN_ID, TestChain, Transaction};
use crate::on_both_engines;
use crate::world::{AMOUNT, World, place, routed, stands_in};

on_both_engines!(
    e13_a_payment_is_verified_once_with_one_receipt,
    a07_an_expired_request_that_was_paid_in_time_is_recovered,
    a08_a_cancelled_request_that_is_paid_is_recovered_and_its_successor_fails,
    a08_a_failed_request_that_is_paid_keeps_its_state_until_that_is_final,
    a_payment_pays_its_unit_and_no_other,
    a16_a_payment_of_a_milestone_pays_that_milestone_and_nothing_else,
    a16_a_payment_that_is_not_what_was_agreed_for_its_milestone_is_an_issue,
    b16_a_request_expires_when_its_deadline_is_final_and_not_before,
    b12_a_look_alike_contract_pays_nothing,
    b13_each_field_that_differs_is_an_issue,
    b13_a_payment_after_the_deadline_is_an_issue,
    b13_a_signer_that_nobody_appointed_is_an_issue,
    an_operator_may_sign_itself,
    b19_the_payer_is_the_events_and_the_sender_is_kept_beside_it,
    c05_a_stranger_that_pays_is_an_issue,
    an_unfinal_payment_submits_its_request_and_counts_confirmations,
    a_payment_of_another_instance_is_foreign,
    h09_a_nonce_that_an_unknown_payload_spent_stops_its_agreement,
    a_delegate_from_before_the_first_block_is_asked_for,
    cancelled_nonces_void_their_units_once_that_is_final,
    a_delegate_that_is_appointed_is_announced,
    an_altered_row_is_inspected_and_verified_once_it_is_mended,
    a_request_waits_for_the_policy_that_it_was_signed_under,
    a_request_that_is_being_paid_does_not_expire,
    a_delegate_that_is_revoked_later_in_the_block_was_one,
    a_delegate_of_the_losing_branch_is_none,
    the_tag_of_the_chain_says_what_is_final,
);

async fn e13_a_payment_is_verified_once_with_one_receipt(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let transaction = world.payment(&request);
    // The payer names the transaction, the scan finds it: one payment.
    world.submit(&request.id, transaction.hash).await;
    let header = world.chain.mine(&[transaction]);
    world.chain.mine_empty(4);
    world.settle().await;
    world.settle().await;
    let paid = world.stored(&request.id).await;
    assert!(stands_in(&place(&paid), &header));
    assert_eq!(world.told().await, ["payment.verified", "receipt.issued"]);
    assert_eq!(world.balance(&request.agreement).await, U256::from(AMOUNT + AMOUNT / 40));
    let PaymentRequestState::Verified { recovered_from, .. } = paid.state else { panic!("verified") };
    assert_eq!(recovered_from, None);
}

async fn a16_a_payment_of_a_milestone_pays_that_milestone_and_nothing_else(engine: Engine) {
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let milestones = world.divide(&agreement, &[AMOUNT / 4, AMOUNT - AMOUNT / 4]).await;
    // Both are live at once; the second is paid.
    let first = world.request_for_milestone(&agreement, &milestones[0]).await;
    let second = world.request_for_milestone(&agreement, &milestones[1]).await;
    world.chain.mine(&[world.payment(&second)]);
    world.settle().await;
    assert_eq!((world.status(&first).await, world.status(&second).await), (StatusName::Signed, StatusName::Submitted));
    world.chain.mine_empty(4);
    world.settle().await;
    assert_eq!((world.status(&first).await, world.status(&second).await), (StatusName::Signed, StatusName::Verified));
    let told = world.store.notices_after(0, 1_000).await.unwrap();
    let verified = told.iter().find(|logged| logged.notice.kind.as_str() == "payment.verified").unwrap();
    assert_eq!(verified.notice.data["milestoneId"], milestones[1].id.as_str());
    let facts = world.store.payment_facts(&agreement.id).await.unwrap();
    assert!(facts.any_verified && !facts.paid_in_full && !facts.proof_issue, "{facts:?}");
    world.chain.mine(&[world.payment(&first)]);
    world.chain.mine_empty(4);
    world.settle().await;
    assert_eq!(world.status(&first).await, StatusName::Verified);
    assert!(world.store.payment_facts(&agreement.id).await.unwrap().paid_in_full, "both together are the agreement");
    let fees = AMOUNT / 4 / 40 + (AMOUNT - AMOUNT / 4) / 40;
    assert_eq!(world.balance(&agreement.id).await, U256::from(AMOUNT + fees));
}

async fn a16_a_payment_that_is_not_what_was_agreed_for_its_milestone_is_an_issue(engine: Engine) {
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let milestones = world.divide(&agreement, &[AMOUNT / 4, AMOUNT - AMOUNT / 4]).await;
    let request = world.request_for_milestone(&agreement, &milestones[0]).await;
    world.chain.mine(&[world.payment(&request)]);
    // What the plan says is no longer what was signed: nobody can tell which of the two was agreed.
    world.database.tamper("UPDATE milestones SET amount = '1' WHERE position = 1").await;
    world.chain.mine_empty(4);
    world.settle().await;
    assert_ne!(world.status(&request).await, StatusName::Verified);
    assert_eq!(world.told().await, ["payment.inspection_required"]);
    assert!(world.store.payment_facts(&agreement.id).await.unwrap().proof_issue);
}

async fn an_unfinal_payment_submits_its_request_and_counts_confirmations(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.settle().await;
    let transaction = world.payment(&request);
    world.chain.mine(std::slice::from_ref(&transaction));
    world.settle().await;
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted);
    assert_eq!(world.told().await, ["payment.pending"]);
    let pending = &world.notices().await.pop().unwrap().notice;
    assert_eq!(pending.data["confirmations"], 1);
    assert_eq!(pending.data["requiredConfirmations"], 3);
    assert_eq!(pending.data["txHash"], transaction.hash.to_string());
    assert_eq!(world.balance(&request.agreement).await, U256::ZERO, "nothing is posted yet");
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
    assert_eq!(world.told().await, ["payment.pending", "payment.verified", "receipt.issued"]);
}

async fn a07_an_expired_request_that_was_paid_in_time_is_recovered(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.chain.mine(&[world.payment(&request)]);
    world.change(&request.id, |state, now| state.expire(now).unwrap()).await;
    world.chain.mine_empty(5);
    world.settle().await;
    let PaymentRequestState::Verified { recovered_from, .. } = world.stored(&request.id).await.state else { panic!("verified") };
    assert_eq!(recovered_from, Some(StatusName::Expired));
    assert_eq!(world.told().await, ["payment.recovered", "payment.verified", "receipt.issued"]);
}

async fn a08_a_cancelled_request_that_is_paid_is_recovered_and_its_successor_fails(engine: Engine) {
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let first = world.request_for(&agreement, None).await;
    world.change(&first.id, |state, now| state.cancel(None, now).unwrap()).await;
    let second = world.request_for(&agreement, Some(&first)).await;
    world.settle().await;
    world.chain.mine(&[world.payment(&first)]);
    world.settle().await;
    assert_eq!((world.status(&first).await, world.status(&second).await), (StatusName::Cancelled, StatusName::Signed), "not before it is final");
    assert_eq!(world.told().await, ["payment.pending"]);
    world.chain.mine_empty(2);
    world.settle().await;
    assert_eq!(world.status(&first).await, StatusName::Verified);
    let PaymentRequestState::Failed { reason, .. } = world.stored(&second.id).await.state else { panic!("failed") };
    assert_eq!(reason, FailureReason::UnitPaid { by: first.id.clone() });
    assert_eq!(world.told().await, ["payment.pending", "payment.failed", "payment.recovered", "payment.verified", "receipt.issued"]);
}

async fn a08_a_failed_request_that_is_paid_keeps_its_state_until_that_is_final(engine: Engine) {
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let first = world.request_for(&agreement, None).await;
    let reverted = Transaction::reverted("out of gas");
    world.submit(&first.id, reverted.hash).await;
    world.chain.mine(std::slice::from_ref(&reverted));
    world.chain.mine_empty(2);
    world.settle().await;
    assert_eq!(world.status(&first).await, StatusName::Failed);
    let second = world.request_for(&agreement, Some(&first)).await;
    world.chain.mine(&[world.payment(&first)]);
    world.settle().await;
    assert_eq!((world.status(&first).await, world.status(&second).await), (StatusName::Failed, StatusName::Signed));
    world.chain.mine_empty(2);
    world.settle().await;
    assert_eq!((world.status(&first).await, world.status(&second).await), (StatusName::Verified, StatusName::Failed));
    assert_eq!(world.balance(&agreement.id).await, U256::from(AMOUNT + AMOUNT / 40), "paid once");
}

async fn a_payment_pays_its_unit_and_no_other(engine: Engine) {
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let first = world.request_with(&agreement, None, (AMOUNT / 5, &world.delegate)).await;
    let second = world.request_with(&agreement, None, (AMOUNT / 4, &world.delegate)).await;
    world.chain.mine(&[world.payment(&second)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!((world.status(&first).await, world.status(&second).await), (StatusName::Signed, StatusName::Verified));
    let facts = world.store.payment_facts(&agreement.id).await.unwrap();
    assert!(facts.any_verified && !facts.paid_in_full);
}

async fn b16_a_request_expires_when_its_deadline_is_final_and_not_before(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.settle().await;
    let deadline = request.signed.snapshot().deadline;
    world.chain.mine_after(deadline - world.chain.head().time + 1);
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Signed, "the block that is past the deadline may still go");
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Expired);
    assert_eq!(world.told().await, ["payment_request.expired"]);
}

async fn b12_a_look_alike_contract_pays_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let fake = Address::repeat_byte(0xfa);
    world.chain.mine(&[Transaction::with_logs("look-alike", vec![(fake, routed(&request, |_| ()))])]);
    world.chain.mine_empty(5);
    world.settle().await;
    // Not even when the node sends logs that nobody asked for.
    world.chain.misbehave(|faults| faults.ignores_filter = true);
    world.chain.mine(&[Transaction::with_logs("look-alike again", vec![(fake, routed(&request, |_| ()))])]);
    world.chain.mine_empty(5);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Signed);
    assert_eq!(world.store.seen_event(&request.id).await.unwrap(), None);
    assert!(world.told().await.is_empty());
}

async fn b13_each_field_that_differs_is_an_issue(engine: Engine) {
    let world = World::new(engine).await;
    type Change = fn(&mut contracts::PaymentRouter::PaymentRouted);
    let changes: [(&str, Change); 9] = [
        ("payer", |e| e.payer = Address::repeat_byte(0xbb)),
        ("payee", |e| e.payee = Address::repeat_byte(0xbb)),
        ("token", |e| e.token = Address::repeat_byte(0xbb)),
        ("amount", |e| e.amount -= U256::from(1)),
        ("fee_recipient", |e| e.feeRecipient = Address::repeat_byte(0xbb)),
        ("fee_amount", |e| e.feeAmount += U256::from(1)),
        ("nonce", |e| e.nonce += U256::from(1)),
        ("deadline", |e| e.deadline += U256::from(1)),
        ("digest", |e| e.digest.0[0] ^= 1),
    ];
    let mut requests = Vec::new();
    for (check, change) in changes {
        let request = world.request().await;
        world.chain.mine(&[world.altered(&request, change)]);
        requests.push((check, request));
    }
    world.chain.mine_empty(3);
    world.settle().await;
    for (check, request) in requests {
        assert_ne!(world.status(&request).await, StatusName::Verified, "{check}");
        let issues = world.store.open_issues(&request.agreement).await.unwrap();
        assert_eq!(issues.len(), 1, "{check}");
        assert!(issues[0].issues.iter().any(|issue| issue.check == check), "{check}: {issues:?}");
        assert!(world.store.payment_facts(&request.agreement).await.unwrap().proof_issue, "{check}");
        assert_eq!(world.balance(&request.agreement).await, U256::ZERO, "{check}");
    }
    assert_eq!(world.told().await, ["payment.inspection_required"; 9]);
}

async fn b13_a_payment_after_the_deadline_is_an_issue(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.chain.mine_after(4_000);
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.store.open_issues(&request.agreement).await.unwrap()[0].issues[0].check, "in_time");
}

async fn b13_a_signer_that_nobody_appointed_is_an_issue(engine: Engine) {
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let request = world.request_with(&agreement, None, (AMOUNT, &world.buyer)).await;
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.store.open_issues(&agreement.id).await.unwrap()[0].issues[0].check, "signer");
}

async fn an_operator_may_sign_itself(engine: Engine) {
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let request = world.request_with(&agreement, None, (AMOUNT, &world.operator)).await;
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.settle().await;
    let PaymentRequestState::Verified { proof, .. } = world.stored(&request.id).await.state else { panic!("verified") };
    assert_eq!(proof.authority(), settlement::verify::Authority::Operator);
}

async fn b19_the_payer_is_the_events_and_the_sender_is_kept_beside_it(engine: Engine) {
    let world = World::new(engine).await;
    let (first, second) = (world.request().await, world.request().await);
    // One transaction of a bundler pays two requests, among other things.
    let logs = [&first, &second].map(|request| (world.policy.router, routed(request, |_| ())));
    let noise = (Address::repeat_byte(0x99), logs[0].1.clone());
    let bundle = Transaction::with_logs("bundle", vec![noise, logs[0].clone(), logs[1].clone()]);
    world.chain.mine(std::slice::from_ref(&bundle));
    world.chain.mine_empty(3);
    world.settle().await;
    for request in [&first, &second] {
        assert_eq!(world.status(request).await, StatusName::Verified);
        let seen = world.store.seen_event(&request.id).await.unwrap().unwrap();
        assert_eq!((seen.event.payer, seen.tx_from), (world.buyer.address(), Some(bundle.from)));
    }
}

async fn c05_a_stranger_that_pays_is_an_issue(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.chain.mine(&[world.altered(&request, |event| event.payer = Address::repeat_byte(0xbb))]);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Signed, "a payment that does not match submits nothing");
    assert!(world.told().await.is_empty(), "nothing is said of it before it is final");
    world.chain.mine_empty(3);
    world.settle().await;
    let issues = world.store.open_issues(&request.agreement).await.unwrap();
    assert_eq!((issues.len(), issues[0].issues[0].check), (1, "payer"));
    assert_eq!(world.status(&request).await, StatusName::Signed, "never attributed silently");
}

async fn a_payment_of_another_instance_is_foreign(engine: Engine) {
    let (world, other) = (World::new(engine).await, World::new(Engine::Sqlite).await);
    let theirs = other.request().await;
    world.chain.mine(&[other.altered(&theirs, |event| event.requestId.0[0] ^= 1)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.database.tamper("UPDATE router_events SET tx_from = NULL WHERE verdict = 'foreign'").await, 1);
    assert!(world.told().await.is_empty());
}

async fn h09_a_nonce_that_an_unknown_payload_spent_stops_its_agreement(engine: Engine) {
    let world = World::new(engine).await;
    let (request, other) = (world.request().await, world.request().await);
    world.settle().await;
    let before = world.chain.head();
    // The same nonce under another payload: signed before this database was restored, say, and not in it.
    let spent = world.altered(&request, |event| (event.requestId, event.digest) = (B256::repeat_byte(1), B256::repeat_byte(2)));
    world.chain.mine(&[spent]);
    world.chain.mine_empty(1);
    world.settle().await;
    assert!(!world.store.payment_facts(&request.agreement).await.unwrap().proof_issue, "it is not final");
    world.chain.mine_empty(1);
    world.settle().await;
    assert!(world.store.payment_facts(&request.agreement).await.unwrap().proof_issue, "it may have paid this very work");
    assert_eq!(world.store.siblings(&request.agreement).await.unwrap().len(), 1, "and no other nonce is given out for it");
    assert!(!world.store.payment_facts(&other.agreement).await.unwrap().proof_issue, "nobody else's");
    world.chain.fork(before.number);
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(5);
    world.settle().await;
    indexer::acknowledge(&world.store, CHAIN_ID, &*world.clock).await.unwrap();
    world.settle().await;
    let facts = world.store.payment_facts(&request.agreement).await.unwrap();
    assert!(facts.paid_in_full && !facts.proof_issue, "what is paid after all is paid: {facts:?}");
}

async fn a_delegate_from_before_the_first_block_is_asked_for(engine: Engine) {
    let mut world = World::new(engine).await;
    world.chain.mine_empty(200);
    world.start_block = Some(100);
    let (first, second) = (world.request().await, world.request().await);
    world.chain.mine(&[world.payment(&first)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&first).await, StatusName::Verified);
    // A node without old state is asked for the logs instead.
    world.chain.misbehave(|faults| (faults.forgets_state, faults.max_range) = (true, Some(50)));
    world.chain.mine(&[world.payment(&second)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&second).await, StatusName::Verified);
}

async fn cancelled_nonces_void_their_units_once_that_is_final(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let nonce = request.unit.nonce.to::<u64>();
    world.settle().await;
    world.chain.mine(&[Transaction::cancel_nonces(world.policy.router, world.policy.operator, 0, 1 << nonce)]);
    world.settle().await;
    assert_eq!(world.store.siblings(&request.agreement).await.unwrap().len(), 1);
    world.chain.mine_empty(2);
    world.settle().await;
    assert!(world.store.siblings(&request.agreement).await.unwrap().is_empty(), "nothing signed for the unit can be paid");
}

async fn a_delegate_that_is_appointed_is_announced(engine: Engine) {
    let world = World::new(engine).await;
    world.settle().await;
    let told = world.notices().await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].notice.kind.as_str(), &told[0].notice.data["signer"]), ("signer.rotated", &world.delegate.address().to_string().into()));
    // Revoked, it may no longer sign.
    let request = world.request().await;
    world.chain.mine(&[Transaction::appoint(world.policy.router, world.policy.operator, world.delegate.address(), 0), world.payment(&request)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.store.open_issues(&request.agreement).await.unwrap()[0].issues[0].check, "signer");
}

async fn an_altered_row_is_inspected_and_verified_once_it_is_mended(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    let alter = |by: u64| format!("UPDATE payment_requests SET seller_amount = '{by}' WHERE id = '{}'", request.id);
    world.database.tamper(&alter(1)).await;
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.settle().await;
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.told().await, ["payment.inspection_required"], "said once");
    world.database.tamper(&alter(AMOUNT)).await;
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
    assert!(world.store.open_issues(&request.agreement).await.unwrap().is_empty());
}

async fn a_request_waits_for_the_policy_that_it_was_signed_under(engine: Engine) {
    let mut world = World::with_finality(engine, FinalityPolicy::Confirmations(6)).await;
    let request = world.request().await;
    world.policy.finality = FinalityPolicy::Confirmations(2);
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(4);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted, "five of six");
    world.chain.mine_empty(1);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
}

async fn the_tag_of_the_chain_says_what_is_final(engine: Engine) {
    let world = World::over(engine, TestChain::new(), FinalityPolicy::Finalized).await;
    let request = world.request().await;
    let header = world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(5);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted);
    // The tag moves without a new block.
    world.chain.finalize(header.number);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
    assert_eq!(world.store.cursor(CHAIN_ID).await.unwrap().unwrap().final_through, Some(header.number));
}

async fn a_request_that_is_being_paid_does_not_expire(engine: Engine) {
    let mut world = World::with_finality(engine, FinalityPolicy::Confirmations(8)).await;
    let request = world.request().await;
    world.policy.finality = FinalityPolicy::Confirmations(2);
    world.chain.mine(&[world.payment(&request)]);
    world.settle().await;
    // The deadline is final under today's policy, the payment is not under that of the request.
    world.chain.mine_after(4_000);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Submitted);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
}

async fn a_delegate_of_the_losing_branch_is_none(engine: Engine) {
    let world = World::new(engine).await;
    let agreement = world.agreement().await;
    let request = world.request_with(&agreement, None, (AMOUNT, &world.buyer)).await;
    let before = world.chain.head();
    world.chain.mine(&[Transaction::appoint(world.policy.router, world.policy.operator, world.buyer.address(), 4_000_000_000)]);
    world.settle().await;
    world.chain.fork(before.number);
    // On the winning branch nobody was appointed; the payment is in it all the same, deep enough to be judged with the reorg.
    world.chain.mine_empty(1);
    world.chain.mine(&[world.payment(&request)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.store.open_issues(&agreement.id).await.unwrap()[0].issues[0].check, "signer");
}

async fn a_delegate_that_is_revoked_later_in_the_block_was_one(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.request().await;
    world.chain.mine(&[world.payment(&request), Transaction::appoint(world.policy.router, world.policy.operator, world.delegate.address(), 0)]);
    world.chain.mine_empty(3);
    world.settle().await;
    assert_eq!(world.status(&request).await, StatusName::Verified);
}
