//! Units, their nonces, and what the requests of an agreement say about the next.

use std::collections::BTreeSet;

use alloy_primitives::{Address, U256};
use futures::future::join_all;
use settlement::Timestamp;
use settlement::agreement::PaymentFacts;
use settlement::event::RouterEvent;
use settlement::payment_request::{FailureReason, PaymentRequest, PaymentRequestState, StatusName};
use settlement::unit::{Fate, Unit, UnitKind};
use store::{Conflict, Cursor, Engine, PayableElsewhere, StoredRequest};

use crate::world::{CHAIN, DEADLINE, ROUTER, World, agreement, amount, at, conflict, event, header, location, operator, request, request_id, unit};

on_both_engines!(
    a_nonce_belongs_to_one_unit,
    nonces_are_given_out_once_and_in_order,
    nonces_seen_on_the_chain_are_not_given_out,
    every_fate_is_told_to_the_next_request,
    payments_add_up_to_facts,
    a_payload_of_another_router_or_operator_is_known_until_it_is_over,
);

async fn a_nonce_belongs_to_one_unit(engine: Engine) {
    let world = World::new(engine).await;
    let operator = operator().address();
    let whole = unit(&world.agreement, 5);
    let instalment = Unit { kind: UnitKind::Instalment(3), nonce: U256::MAX, ..unit(&world.agreement, 6) };
    let mut tx = world.begin().await;
    tx.insert_unit(&whole, CHAIN, ROUTER, operator).await.unwrap();
    assert_eq!(conflict(tx.insert_unit(&Unit { id: instalment.id.clone(), ..whole.clone() }, CHAIN, ROUTER, operator).await), Conflict::Duplicate("nonce"));
    // The same number elsewhere is another nonce.
    tx.insert_unit(&Unit { id: unit(&world.agreement, 7).id, ..whole.clone() }, CHAIN + 1, ROUTER, operator).await.unwrap();
    tx.insert_unit(&Unit { id: unit(&world.agreement, 8).id, ..whole.clone() }, CHAIN, Address::repeat_byte(9), operator).await.unwrap();
    tx.insert_unit(&Unit { id: unit(&world.agreement, 9).id, ..whole.clone() }, CHAIN, ROUTER, Address::repeat_byte(9)).await.unwrap();
    tx.insert_unit(&instalment, CHAIN, ROUTER, operator).await.unwrap();
    assert_eq!(tx.unit(&whole.id).await.unwrap(), Some(whole));
    assert_eq!(tx.unit(&instalment.id).await.unwrap(), Some(instalment));
    assert_eq!(tx.unit(&unit(&world.agreement, 99).id).await.unwrap(), None);
}

async fn nonces_are_given_out_once_and_in_order(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.db.another_store().await;
    let operator = operator().address();
    // One that is rolled back is given out again: nothing was signed for it.
    let mut tx = world.begin().await;
    assert_eq!(tx.allocate_nonce(CHAIN, ROUTER, operator).await.unwrap(), U256::ZERO);
    tx.rollback().await.unwrap();
    let take = |n: usize| {
        let store = if n.is_multiple_of(2) { world.store().clone() } else { other.clone() };
        tokio::spawn(async move {
            let mut tx = store.begin().await.unwrap();
            let nonces = [tx.allocate_nonce(CHAIN, ROUTER, operator).await.unwrap(), tx.allocate_nonce(CHAIN, ROUTER, operator).await.unwrap()];
            tx.commit().await.unwrap();
            nonces
        })
    };
    let taken = join_all((0..10).map(take).collect::<Vec<_>>()).await;
    let taken: BTreeSet<U256> = taken.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(taken, (0..20).map(U256::from).collect());
    let mut tx = world.begin().await;
    for (chain, router, of) in [(CHAIN + 1, ROUTER, operator), (CHAIN, Address::repeat_byte(9), operator), (CHAIN, ROUTER, Address::repeat_byte(9))] {
        assert_eq!(tx.allocate_nonce(chain, router, of).await.unwrap(), U256::ZERO, "a sequence of its own");
    }
}

async fn nonces_seen_on_the_chain_are_not_given_out(engine: Engine) {
    let world = World::new(engine).await;
    let (leadership, operator) = (world.start_chain().await, operator().address());
    // A database restored from a backup: the chain knows of payments and cancellations that it does not.
    let paid = |nonce: u64, log_index: u64, of: Address| {
        let request = request(&world.agreement, &unit(&world.agreement, nonce), nonce);
        RouterEvent::Payment(settlement::event::PaymentEvent { operator: of, ..event(&request.signed, location(&header(4, 0), log_index)) })
    };
    let cancelled = |word: u64, mask: U256, log_index: u64, of: Address| RouterEvent::NoncesCancelled {
        location: location(&header(5, 0), log_index),
        operator: of,
        word: U256::from(word),
        mask,
    };
    let somebody = Address::repeat_byte(9);
    let mut tx = world.begin().await;
    let seen =
        [paid(1, 0, operator), paid(4, 1, operator), cancelled(0, U256::from(0b101), 2, operator), paid(3, 3, somebody), cancelled(0, U256::MAX, 4, somebody)];
    tx.insert_events(&seen).await.unwrap();
    assert_eq!(tx.allocate_nonce(CHAIN, ROUTER, operator).await.unwrap(), U256::from(3));
    assert_eq!(tx.allocate_nonce(CHAIN, ROUTER, operator).await.unwrap(), U256::from(5));
    tx.commit().await.unwrap();
    // Also when a reorg took it away: its branch may come back. And a whole word at once.
    let mut tx = world.begin().await;
    tx.insert_events(&[cancelled(0, U256::MAX, 6, operator), cancelled(1, U256::from(1), 7, operator)]).await.unwrap();
    tx.rewind(CHAIN, 3, leadership.epoch()).await.unwrap();
    assert_eq!(tx.allocate_nonce(CHAIN, ROUTER, operator).await.unwrap(), U256::from(257));
}

async fn every_fate_is_told_to_the_next_request(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let ended = [
        PaymentRequestState::Cancelled { reason: None, at: at(5) },
        PaymentRequestState::Expired { tx_hash: None, at: at(5) },
        PaymentRequestState::Failed { reason: FailureReason::UnitPaid { by: request_id(1) }, at: at(5) },
    ];
    let submitted = PaymentRequestState::Submitted { tx_hash: location(&header(1, 0), 0).tx_hash, at: at(5) };
    let (mut expected, mut n) = (Vec::new(), 0);
    for (state, fate) in [(PaymentRequestState::Signed, Fate::Live), (submitted, Fate::Live)].into_iter().chain(ended.map(|state| (state, Fate::Ended))) {
        for is_seen in [false, true] {
            n += 1;
            let request = world.signed(n).await;
            if state.name() != StatusName::Signed {
                world.set(&request.id, StatusName::Signed, &state, at(5)).await.unwrap();
            }
            if is_seen {
                world.see(&request, &header(4, 0), n).await;
            }
            expected.push((request.id, if is_seen { Fate::Settling } else { fate }));
        }
    }
    let paid = world.signed(20).await;
    let event = world.see(&paid, &header(10, 0), 20).await;
    world.verify(&paid, &event).await;
    expected.push((paid.id.clone(), Fate::Paid));
    let siblings = world.store().siblings(&world.agreement.id).await.unwrap();
    assert_eq!(siblings.iter().map(|sibling| (sibling.request.clone(), sibling.fate)).collect::<Vec<_>>(), expected);
    assert_eq!(world.begin().await.siblings(&world.agreement.id).await.unwrap(), siblings);
    let last = siblings.last().unwrap();
    assert_eq!((&last.unit, &last.unit_id, last.seller_amount, last.deadline), (&UnitKind::Whole, &paid.unit.id, amount(12_500_000), DEADLINE));
    assert_eq!(world.store().siblings(&agreement(9).id).await.unwrap(), vec![]);
}

async fn a_payload_of_another_router_or_operator_is_known_until_it_is_over(engine: Engine) {
    let world = World::new(engine).await;
    let leadership = world.start_chain().await;
    let (present, other) = ((ROUTER, operator().address()), Address::repeat_byte(9));
    let mut tx = world.begin().await;
    tx.allocate_nonce(CHAIN, ROUTER, operator().address()).await.unwrap();
    tx.commit().await.unwrap();
    let elsewhere = async |at| world.store().payable_elsewhere(CHAIN, at).await.unwrap();
    assert_eq!(elsewhere((ROUTER, other)).await, None, "nothing was signed");
    let request = world.signed(1).await;
    let alive = Some(PayableElsewhere { router: ROUTER, operator: operator().address(), payloads: 1, until: Timestamp::from_unix_seconds(DEADLINE) });
    assert_eq!(elsewhere((ROUTER, other)).await, alive, "another operator");
    assert_eq!(elsewhere((other, operator().address())).await, alive, "another router");
    assert_eq!(elsewhere(present).await, None);
    assert_eq!(world.store().payable_elsewhere(CHAIN + 1, (other, other)).await.unwrap(), None, "another chain");
    // What has ended off-chain can be paid all the same, until its deadline is final.
    world.set(&request.id, StatusName::Signed, &PaymentRequestState::Expired { tx_hash: None, at: at(9) }, at(9)).await.unwrap();
    assert_eq!(elsewhere((ROUTER, other)).await, alive);
    // A nonce that the operator has cancelled, finally, pays nothing. One of which only the row says so can be paid.
    let (block, word, mask) = (header(7, 0), U256::ZERO, U256::from(0b10));
    let cancel = RouterEvent::NoncesCancelled { location: location(&block, 0), operator: operator().address(), word, mask };
    let mut tx = world.begin().await;
    tx.append_headers(CHAIN, &[block]).await.unwrap();
    tx.insert_events(&[cancel]).await.unwrap();
    tx.void_nonces(&location(&block, 0), ROUTER, operator().address(), word, mask).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(elsewhere((ROUTER, other)).await, None);
    let mut tx = world.begin().await;
    tx.rewind(CHAIN, 6, leadership.epoch()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(elsewhere((ROUTER, other)).await, alive);
    world.db.tamper("UPDATE units SET voided_in_block = 7").await;
    assert_eq!(elsewhere((ROUTER, other)).await, alive);
    for (final_time, expected) in [(DEADLINE, alive), (DEADLINE + 1, None)] {
        let mut tx = world.begin().await;
        tx.advance(&Cursor { final_time, ..world.cursor().await }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(elsewhere((ROUTER, other)).await, expected, "{final_time}");
    }
}

async fn payments_add_up_to_facts(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let facts = async || world.store().payment_facts(&world.agreement.id).await.unwrap();
    assert_eq!(facts().await, PaymentFacts::default());
    assert_eq!(world.store().payment_facts(&agreement(9).id).await.unwrap(), PaymentFacts::default());
    // Five instalments of a fifth each.
    for n in 1..=5_u64 {
        let unit = Unit { kind: UnitKind::Instalment(u32::try_from(n).unwrap()), ..unit(&world.agreement, n) };
        world.add_unit(&unit).await;
        let request = request(&world.agreement, &unit, n);
        let mut tx = world.begin().await;
        tx.insert_request(&request).await.unwrap();
        tx.commit().await.unwrap();
        let paid_before = n > 1;
        assert_eq!(facts().await, PaymentFacts { live_request: true, any_verified: paid_before, ..PaymentFacts::default() });
        let event = world.see(&request, &header(10 + n, 0), 0).await;
        let expired = PaymentRequestState::Expired { tx_hash: None, at: at(9) };
        world.set(&request.id, StatusName::Signed, &expired, at(9)).await.unwrap();
        assert!(facts().await.live_request, "it has ended, and is on its way to be paid all the same");
        world.verify(&PaymentRequest { state: expired, ..request }, &event).await;
        assert_eq!(facts().await, PaymentFacts { any_verified: true, paid_in_full: n == 5, ..PaymentFacts::default() });
    }
    assert_eq!(world.begin().await.related(&world.agreement).await.unwrap().payments, facts().await);
    world.db.tamper("UPDATE proofs SET final_through = 0 WHERE block_number = 12").await;
    let doubtful = facts().await;
    assert_eq!(doubtful, PaymentFacts { any_verified: true, proof_issue: true, ..PaymentFacts::default() });
    assert!(matches!(world.stored(&request_id(2)).await, StoredRequest::Unproven { .. }));
}
