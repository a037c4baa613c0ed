//! How far chains are read, and what was found on them.

use alloy_primitives::{Address, B256, U256};
use settlement::event::{Location, RouterEvent};
use settlement::payment_request::{PaymentRequestState, StatusName};
use settlement::verify::Authority;
use store::{Conflict, Cursor, Engine, SeenEvent, StoreError, StoredRequest, Verdict};

use crate::world::{CHAIN, ROUTER, World, at, conflict, event, header, location, moved, operator, signer, unit};

on_both_engines!(
    a_chain_starts_once_and_its_cursor_moves,
    headers_are_replaced_found_and_pruned_but_for_those_of_events,
    b01_a_rewind_takes_the_event_away_and_a_verified_request_back_to_submitted,
    b02_the_same_payment_in_another_block_is_one_payment,
    b03_the_same_payment_under_another_log_index_is_one_payment,
    an_event_is_judged_once,
    events_are_stored_in_bulk_and_a_log_told_twice_is_one,
    a_signer_is_authorised_by_the_newest_standing_word_of_its_operator,
    cancelled_nonces_void_units_and_a_rewind_restores_them,
    who_sent_a_transaction_is_kept_beside_who_paid,
    what_cannot_be_counted_is_refused,
);

async fn a_chain_starts_once_and_its_cursor_moves(engine: Engine) {
    let world = World::new(engine).await;
    assert_eq!(world.store().cursor(CHAIN).await.unwrap(), None);
    let leadership = world.start_chain().await;
    let start = header(1, 0);
    let fresh = world.cursor().await;
    assert_eq!((fresh.scanned.hash, fresh.head.number, fresh.final_through, fresh.final_time), (start.hash, 1, None, 0));
    assert_eq!((fresh.epoch, fresh.halted.clone()), (leadership.epoch(), None));

    let mut tx = world.begin().await;
    assert_eq!(conflict(tx.start_chain(CHAIN, &start, leadership.epoch()).await), Conflict::Duplicate("chain"));
    let next = Cursor { final_through: Some(2), final_time: 77, halted: Some("a deep reorg".to_owned()), ..moved(&fresh, &header(5, 0)) };
    tx.advance(&next).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.cursor().await, next);

    // What was final may have been taken back: nothing is certainly over until the chain says so again.
    let acknowledged = Cursor { final_through: None, final_time: 0, halted: None, ..next.clone() };
    let mut tx = world.begin().await;
    tx.advance(&acknowledged).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.cursor().await, acknowledged);

    // A chain that was never started has no cursor to move.
    let other = world.store().lead(7).await.unwrap();
    let mut tx = world.begin().await;
    assert_eq!(conflict(tx.advance(&Cursor { chain_id: 7, epoch: other.epoch(), ..next }).await), Conflict::Changed);
}

async fn headers_are_replaced_found_and_pruned_but_for_those_of_events(engine: Engine) {
    let world = World::new(engine).await;
    let (leadership, store) = (world.start_chain().await, world.store());
    let request = world.signed(1).await;
    let mut tx = world.begin().await;
    tx.append_headers(CHAIN, &[header(2, 0), header(3, 0), header(3, 1), header(5, 0), header(6, 0)]).await.unwrap();
    tx.insert_events(&[RouterEvent::Payment(event(&request.signed, location(&header(3, 1), 0)))]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.headers(CHAIN, 2, 5).await.unwrap(), vec![header(2, 0), header(3, 1), header(5, 0)]);
    assert_eq!(store.header_below(CHAIN, 5).await.unwrap(), Some(header(3, 1)));
    assert_eq!(store.header_below(CHAIN, 1).await.unwrap(), None);
    assert_eq!(store.headers(CHAIN + 1, 0, 9).await.unwrap(), vec![]);

    let mut tx = world.begin().await;
    assert_eq!(tx.prune_headers(CHAIN, 6).await.unwrap(), 3);
    tx.commit().await.unwrap();
    assert_eq!(store.headers(CHAIN, 0, 9).await.unwrap(), vec![header(3, 1), header(6, 0)], "the block of the event may be a common ancestor");

    let mut tx = world.begin().await;
    tx.rewind(CHAIN, 2, leadership.epoch()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.headers(CHAIN, 0, 9).await.unwrap(), vec![]);
}

async fn b01_a_rewind_takes_the_event_away_and_a_verified_request_back_to_submitted(engine: Engine) {
    let world = World::new(engine).await;
    let (leadership, store) = (world.start_chain().await, world.store());
    let verified = world.verified(1).await;
    assert_eq!(store.verified_above(CHAIN, 9).await.unwrap(), vec![verified.id.clone()]);
    assert_eq!(store.verified_above(CHAIN, 10).await.unwrap(), vec![]);
    let seen = store.seen_event(&verified.id).await.unwrap().unwrap().event;

    let mut tx = world.begin().await;
    assert_eq!(tx.rewind(CHAIN, 9, leadership.epoch()).await.unwrap(), vec![seen.location]);
    let back = verified.state.clone().reorg(at(200)).unwrap();
    tx.set_request_state(&verified.id, StatusName::Verified, &back, at(200)).await.unwrap();
    tx.commit().await.unwrap();

    let StoredRequest::Sound(now) = world.stored(&verified.id).await else { panic!("what was signed still stands") };
    assert_eq!(now.state, PaymentRequestState::Submitted { tx_hash: seen.location.tx_hash, at: at(200) });
    assert_eq!(store.seen_event(&verified.id).await.unwrap(), None);
    assert_eq!(store.events_of_tx(CHAIN, seen.location.tx_hash).await.unwrap(), vec![]);
    assert_eq!(store.verified_above(CHAIN, 0).await.unwrap(), vec![]);

    // The branch comes back: the same event stands again and waits for its verdict again.
    world.see(&verified, &header(10, 0), 1).await;
    assert_eq!(world.unjudged(10, 9).await, vec![seen]);
}

async fn b02_the_same_payment_in_another_block_is_one_payment(engine: Engine) {
    moves(engine, header(11, 1), 1).await;
}

async fn b03_the_same_payment_under_another_log_index_is_one_payment(engine: Engine) {
    moves(engine, header(10, 1), 7).await;
}

async fn moves(engine: Engine, block: store::Header, log_index: u64) {
    let world = World::new(engine).await;
    let (leadership, store) = (world.start_chain().await, world.store());
    let verified = world.verified(1).await;
    let mut tx = world.begin().await;
    tx.rewind(CHAIN, 9, leadership.epoch()).await.unwrap();
    let back = verified.state.clone().reorg(at(200)).unwrap();
    tx.set_request_state(&verified.id, StatusName::Verified, &back, at(200)).await.unwrap();
    assert!(tx.reverse(&verified.id, at(200)).await.unwrap());
    tx.commit().await.unwrap();

    let StoredRequest::Sound(submitted) = world.stored(&verified.id).await else { panic!("still sound") };
    let moved = world.see(&submitted, &block, log_index).await;
    assert_eq!(world.unjudged(99, 9).await, vec![moved.clone()], "the orphan is not judged");
    assert_eq!(store.events_of_tx(CHAIN, moved.location.tx_hash).await.unwrap(), vec![moved.clone()]);
    assert_eq!(store.seen_event(&verified.id).await.unwrap(), Some(SeenEvent { event: moved.clone(), tx_from: None }));
    let again = world.verify(&submitted, &moved).await;
    assert_eq!(world.stored(&verified.id).await, StoredRequest::Sound(again));
    assert!(store.payment_facts(&world.agreement.id).await.unwrap().paid_in_full);
    assert_eq!(store.postings(&world.agreement.id).await.unwrap().len(), 9, "posted, reversed, posted");
}

async fn an_event_is_judged_once(engine: Engine) {
    let world = World::new(engine).await;
    let (one, two) = (world.signed(1).await, world.signed(2).await);
    let (first, second) = (world.see(&one, &header(3, 0), 0).await, world.see(&two, &header(4, 0), 0).await);
    assert_eq!(world.unjudged(4, 9).await, vec![first.clone(), second.clone()]);
    assert_eq!(world.unjudged(4, 1).await, vec![first.clone()]);
    assert_eq!(world.unjudged(3, 9).await, vec![first.clone()]);
    let mut tx = world.begin().await;
    tx.judge_event(&first.location, Verdict::Foreign).await.unwrap();
    assert_eq!(conflict(tx.judge_event(&first.location, Verdict::Issue).await), Conflict::Changed);
    assert_eq!(conflict(tx.judge_event(&Location { log_index: 8, ..first.location }, Verdict::Issue).await), Conflict::Changed);
    tx.commit().await.unwrap();
    assert_eq!(world.unjudged(4, 9).await, vec![second]);
}

async fn events_are_stored_in_bulk_and_a_log_told_twice_is_one(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.signed(1).await;
    let block = header(3, 0);
    let mut events: Vec<RouterEvent> = (0..250).map(|index| RouterEvent::Payment(event(&request.signed, location(&block, index)))).collect();
    // A node may tell a log twice in one answer.
    events.extend_from_within(240..);
    let mut tx = world.begin().await;
    tx.insert_events(&[]).await.unwrap();
    tx.insert_events(&events).await.unwrap();
    tx.insert_events(&events).await.unwrap();
    tx.commit().await.unwrap();
    let stored = world.unjudged(3, 1_000).await;
    let expected: Vec<_> = (0..250).map(|index| event(&request.signed, location(&block, index))).collect();
    assert_eq!(stored, expected);
}

async fn a_signer_is_authorised_by_the_newest_standing_word_of_its_operator(engine: Engine) {
    let world = World::new(engine).await;
    let (leadership, store) = (world.start_chain().await, world.store());
    let (operator, delegate) = (operator().address(), signer(0x22).address());
    let set = |number: u64, log_index: u64, until: u64| RouterEvent::SignerSet {
        location: location(&header(number, 0), log_index),
        operator,
        signer: delegate,
        until,
    };
    let mut tx = world.begin().await;
    tx.insert_events(&[set(3, 1, 500), set(3, 5, 900), set(6, 0, 0)]).await.unwrap();
    tx.commit().await.unwrap();
    let authority =
        async |number: u64, log_index: u64, signer: Address| store.authority(CHAIN, operator, signer, &location(&header(number, 0), log_index)).await.unwrap();
    let until = |until: u64| Some(Authority::Delegate { signer: delegate, until });
    assert_eq!(authority(3, 1, delegate).await, None, "a log speaks for what comes after it");
    assert_eq!(authority(3, 2, delegate).await, until(500));
    assert_eq!(authority(3, 6, delegate).await, until(900));
    assert_eq!(authority(6, 0, delegate).await, until(900));
    assert_eq!(authority(6, 1, delegate).await, None, "revoked");
    assert_eq!(authority(9, 0, Address::repeat_byte(9)).await, None);
    assert_eq!(authority(0, 0, operator).await, Some(Authority::Operator));

    let mut tx = world.begin().await;
    tx.rewind(CHAIN, 5, leadership.epoch()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(authority(9, 0, delegate).await, until(900), "the revocation is no longer on the chain");
}

async fn cancelled_nonces_void_units_and_a_rewind_restores_them(engine: Engine) {
    let world = World::new(engine).await;
    let (leadership, store) = (world.start_chain().await, world.store());
    let (first, second) = (world.signed(1).await, world.signed(257).await);
    let (block, operator) = (header(4, 0), operator().address());
    let cancelled = |number: u64, word: u64, bits: u64| RouterEvent::NoncesCancelled {
        location: location(&header(number, 0), 2),
        operator,
        word: U256::from(word),
        mask: U256::from(bits),
    };
    let mut tx = world.begin().await;
    tx.append_headers(CHAIN, &[block]).await.unwrap();
    tx.insert_events(&[cancelled(4, 1, 0b110), cancelled(9, 0, 1)]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.cancellations(8).await, vec![cancelled(4, 1, 0b110)]);

    let mut tx = world.begin().await;
    tx.void_nonces(&location(&block, 2), ROUTER, operator, U256::from(1), U256::from(0b110)).await.unwrap();
    tx.judge_event(&location(&block, 2), Verdict::Applied).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.cancellations(9).await, vec![cancelled(9, 0, 1)]);
    let left = async || store.siblings(&world.agreement.id).await.unwrap().into_iter().map(|sibling| sibling.request).collect::<Vec<_>>();
    assert_eq!(left().await, vec![first.id.clone()], "nothing signed for a void nonce can be paid");

    let mut tx = world.begin().await;
    tx.rewind(CHAIN, 4, leadership.epoch()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(left().await, vec![first.id.clone()], "block 4 still stands");
    let mut tx = world.begin().await;
    tx.rewind(CHAIN, 3, leadership.epoch()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(left().await, vec![first.id, second.id], "the cancellation is gone");
    assert_eq!(world.cancellations(9).await, vec![]);
}

async fn who_sent_a_transaction_is_kept_beside_who_paid(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.signed(1).await;
    let event = world.see(&request, &header(3, 0), 0).await;
    let sender = Address::repeat_byte(0x4a);
    let mut tx = world.begin().await;
    tx.set_tx_from(CHAIN, event.location.tx_hash, sender).await.unwrap();
    assert_eq!(tx.seen_event(&request.id).await.unwrap(), Some(SeenEvent { event: event.clone(), tx_from: Some(sender) }));
    assert_eq!(tx.events_of_tx(CHAIN, event.location.tx_hash).await.unwrap(), vec![event]);
    tx.commit().await.unwrap();
}

async fn what_cannot_be_counted_is_refused(engine: Engine) {
    let world = World::new(engine).await;
    let unit = unit(&world.agreement, 1);
    let mut tx = world.begin().await;
    let refused = tx.insert_unit(&unit, u64::MAX, ROUTER, operator().address()).await;
    assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
    let numberless = Location { block_number: u64::MAX, ..location(&header(1, 0), 0) };
    let request = crate::world::request(&world.agreement, &unit, 1);
    let refused = tx.insert_events(&[RouterEvent::Payment(event(&request.signed, numberless))]).await;
    assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
    // The largest amounts are no numbers to the database, and come back exactly.
    let large = settlement::event::PaymentEvent { amount: U256::MAX, deadline: U256::MAX, ..event(&request.signed, location(&header(2, 0), 0)) };
    tx.insert_events(&[RouterEvent::Payment(large.clone())]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.unjudged(9, 9).await, vec![large]);
    assert_eq!(world.store().events_of_tx(CHAIN, B256::ZERO).await.unwrap(), vec![]);
}
