//! Payment requests: what is stored of them, and who may change it.

use alloy_primitives::B256;
use futures::future::join_all;
use settlement::payment_request::{FailureReason, PaymentRequest, PaymentRequestState, StatusName};
use settlement::unit::{Unit, UnitKind};
use settlement::verify::ProofIssue;
use store::{Conflict, Engine, OpenIssue, Store, StoreError, StoredRequest};

use crate::world::{CHAIN, DEADLINE, World, agreement, at, conflict, header, location, request, request_id, unit};

on_both_engines!(
    every_state_reads_back,
    a_paid_request_reads_back_with_where_it_was_recovered_from,
    requests_are_found_by_id_digest_hash_and_agreement,
    of_many_who_change_a_state_at_once_exactly_one_wins,
    d09_of_many_requests_for_one_unit_exactly_one_is_live,
    d09_the_same_payload_is_stored_once,
    a_second_live_request_of_a_unit_is_refused_and_the_transaction_goes_on,
    a_request_is_stored_with_its_unit_unless_one_of_them_is_there,
    two_requests_of_a_unit_that_become_live_at_once_do_not_both,
    b15_a_transaction_is_named_for_one_request,
    e13_two_who_find_the_payment_verify_it_once,
    pages_of_live_requests_pass_over_what_does_not_prove_itself,
    a_proof_issue_is_opened_once_and_closed_with_its_event,
);

const TX: B256 = B256::repeat_byte(0x77);

fn submitted(seconds: u64) -> PaymentRequestState {
    PaymentRequestState::Submitted { tx_hash: TX, at: at(seconds) }
}

fn cancelled() -> PaymentRequestState {
    PaymentRequestState::Cancelled { reason: Some("too dear".to_owned()), at: at(5) }
}

async fn every_state_reads_back(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.signed(1).await;
    let states = [
        submitted(2),
        PaymentRequestState::Failed { reason: FailureReason::Reverted { tx_hash: TX }, at: at(3) },
        PaymentRequestState::Failed { reason: FailureReason::TransferBlocked { tx_hash: TX }, at: at(3) },
        PaymentRequestState::Failed { reason: FailureReason::NotThisPayment { tx_hash: TX }, at: at(3) },
        PaymentRequestState::Failed { reason: FailureReason::UnitPaid { by: request_id(9) }, at: at(4) },
        cancelled(),
        PaymentRequestState::Cancelled { reason: None, at: at(5) },
        PaymentRequestState::Expired { tx_hash: None, at: at(6) },
        PaymentRequestState::Expired { tx_hash: Some(TX), at: at(7) },
        PaymentRequestState::Signed,
    ];
    let mut from = StatusName::Signed;
    for (state, seconds) in states.into_iter().zip(10..) {
        world.set(&request.id, from, &state, at(seconds)).await.unwrap();
        from = state.name();
        assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(PaymentRequest { state, updated_at: at(seconds), ..request.clone() }));
    }
}

async fn a_paid_request_reads_back_with_where_it_was_recovered_from(engine: Engine) {
    for recovered_from in [None, Some(StatusName::Cancelled)] {
        let world = World::new(engine).await;
        world.start_chain().await;
        let mut request = world.signed(1).await;
        if recovered_from.is_some() {
            world.set(&request.id, StatusName::Signed, &cancelled(), at(5)).await.unwrap();
            request = PaymentRequest { state: cancelled(), ..request };
        }
        let event = world.see(&request, &header(10, 0), 3).await;
        let verified = world.verify(&request, &event).await;
        assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(verified.clone()));
        assert!(matches!(verified.state, PaymentRequestState::Verified { recovered_from: from, .. } if from == recovered_from));
        assert_eq!(world.begin().await.request(&request.id).await.unwrap(), Some(StoredRequest::Sound(verified)));
    }
}

async fn requests_are_found_by_id_digest_hash_and_agreement(engine: Engine) {
    let world = World::new(engine).await;
    let requests = [world.signed(1).await, world.signed(2).await, world.signed(3).await];
    let store = world.store();
    let sound = |n: usize| StoredRequest::Sound(requests[n].clone());
    assert_eq!(store.request(&request_id(99)).await.unwrap(), None);
    assert_eq!(store.request_by_request_id(requests[1].signed.request_id()).await.unwrap(), Some(sound(1)));
    assert_eq!(store.request_by_request_id(B256::ZERO).await.unwrap(), None);
    assert_eq!(store.requests_of(&world.agreement.id).await.unwrap(), vec![sound(0), sound(1), sound(2)]);
    assert_eq!(store.requests_of(&agreement(7).id).await.unwrap(), vec![]);

    // More digests than one statement takes, among them ours.
    let mut digests: Vec<B256> = (0..1_200_u64).map(|n| B256::from(alloy_primitives::U256::from(n + 1))).collect();
    digests[3] = requests[0].signed.digest();
    digests[1_100] = requests[2].signed.digest();
    let expected = vec![(requests[0].signed.digest(), sound(0)), (requests[2].signed.digest(), sound(2))];
    assert_eq!(store.requests_by_digest(&digests).await.unwrap(), expected);
    assert_eq!(world.begin().await.requests_by_digest(&digests).await.unwrap(), expected);
    assert_eq!(store.requests_by_digest(&[]).await.unwrap(), vec![]);
}

async fn of_many_who_change_a_state_at_once_exactly_one_wins(engine: Engine) {
    const WRITERS: usize = 6;
    const CHANGES: u64 = 12;
    let world = World::new(engine).await;
    let request = world.signed(1).await;
    let stores: Vec<Store> = vec![world.store().clone(), world.db.another_store().await, world.db.another_store().await];
    for change in 0..CHANGES {
        let (from, to) = if change % 2 == 0 { (StatusName::Signed, submitted(change)) } else { (StatusName::Submitted, PaymentRequestState::Signed) };
        let attempt = |writer: usize| {
            let (store, id, to) = (stores[writer % stores.len()].clone(), request.id.clone(), to.clone());
            tokio::spawn(async move {
                let mut tx = store.begin().await?;
                tx.set_request_state(&id, from, &to, at(100 + change)).await?;
                tx.commit().await
            })
        };
        let results = join_all((0..WRITERS).map(attempt).collect::<Vec<_>>()).await;
        let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().map(Result::unwrap).partition(Result::is_ok);
        assert_eq!(won.len(), 1, "change {change}: {lost:?}");
        assert!(lost.iter().all(|lost| matches!(lost, Err(StoreError::Conflict(Conflict::Changed)))), "{lost:?}");
    }
    assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(PaymentRequest { updated_at: at(111), ..request }));
}

async fn d09_of_many_requests_for_one_unit_exactly_one_is_live(engine: Engine) {
    const WRITERS: u64 = 12;
    let world = World::new(engine).await;
    let unit = unit(&world.agreement, 1);
    world.add_unit(&unit).await;
    let other = world.db.another_store().await;
    let attempt = |n: u64| {
        let store = if n.is_multiple_of(2) { world.store().clone() } else { other.clone() };
        let request = request(&world.agreement, &unit, n);
        tokio::spawn(async move {
            let mut tx = store.begin().await?;
            let inserted = tx.insert_request(&request).await;
            // Whatever came of it, the transaction can go on and commit.
            tx.insert_nonce(&format!("n{n}"), at(900)).await?;
            tx.commit().await?;
            inserted
        })
    };
    let results = join_all((1..=WRITERS).map(attempt).collect::<Vec<_>>()).await;
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().map(Result::unwrap).partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.iter().all(|lost| matches!(lost, Err(StoreError::Conflict(Conflict::Duplicate("live_request"))))), "{lost:?}");
    assert_eq!(world.store().requests_of(&world.agreement.id).await.unwrap().len(), 1);
    let mut tx = world.begin().await;
    for n in 1..=WRITERS {
        assert!(tx.take_nonce(&format!("n{n}"), at(1)).await.unwrap(), "transaction {n} went on");
    }
}

async fn d09_the_same_payload_is_stored_once(engine: Engine) {
    let world = World::new(engine).await;
    let unit = unit(&world.agreement, 1);
    world.add_unit(&unit).await;
    let same = request(&world.agreement, &unit, 1);
    let results = join_all((0..6).map(|_| {
        let (store, request) = (world.store().clone(), same.clone());
        async move {
            let mut tx = store.begin().await?;
            tx.insert_request(&request).await?;
            tx.commit().await
        }
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert!(results.into_iter().filter_map(Result::err).all(|error| matches!(error, StoreError::Conflict(Conflict::Duplicate("signed_payload")))));
    // Nor another snapshot under the same id, also when the first is over.
    world.set(&same.id, StatusName::Signed, &cancelled(), at(5)).await.unwrap();
    let other_unit = crate::world::unit(&world.agreement, 2);
    world.add_unit(&other_unit).await;
    let reused = request(&world.agreement, &other_unit, 1);
    assert_eq!(conflict(world.begin().await.insert_request(&reused).await), Conflict::Duplicate("signed_payload"));
}

async fn a_second_live_request_of_a_unit_is_refused_and_the_transaction_goes_on(engine: Engine) {
    let world = World::new(engine).await;
    let first = world.signed(1).await;
    let second = request(&world.agreement, &first.unit, 2);
    let mut tx = world.begin().await;
    assert_eq!(conflict(tx.insert_request(&second).await), Conflict::Duplicate("live_request"));
    tx.set_request_state(&first.id, StatusName::Signed, &cancelled(), at(5)).await.unwrap();
    tx.insert_request(&second).await.unwrap();
    // The first comes back (a transaction is named for it): not beside the second.
    assert_eq!(conflict(tx.set_request_state(&first.id, StatusName::Cancelled, &submitted(6), at(6)).await), Conflict::Duplicate("live_request"));
    assert_eq!(conflict(tx.set_request_state(&first.id, StatusName::Failed, &submitted(6), at(6)).await), Conflict::Changed);
    tx.set_request_state(&second.id, StatusName::Signed, &submitted(7), at(7)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.stored(&first.id).await.status(), StatusName::Cancelled);
    assert_eq!(world.stored(&second.id).await.status(), StatusName::Submitted);
    // A request of another unit does not stand in the way.
    world.signed(3).await;
}

async fn a_request_is_stored_with_its_unit_unless_one_of_them_is_there(engine: Engine) {
    let world = World::new(engine).await;
    let first = request(&world.agreement, &unit(&world.agreement, 1), 1);
    let mut tx = world.begin().await;
    tx.insert_request_and_unit(&first).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.stored(&first.id).await, StoredRequest::Sound(first.clone()));
    // Its nonce is another unit's, which is not paid by what is signed for this one.
    let taken = Unit { nonce: first.unit.nonce, ..unit(&world.agreement, 2) };
    let stolen = request(&world.agreement, &taken, 2);
    assert_eq!(conflict(world.begin().await.insert_request_and_unit(&stolen).await), Conflict::Duplicate("nonce"));
    // Another payload is stored under its id.
    let reused = request(&world.agreement, &unit(&world.agreement, 3), 1);
    assert_eq!(conflict(world.begin().await.insert_request_and_unit(&reused).await), Conflict::Duplicate("signed_payload"));
}

async fn two_requests_of_a_unit_that_become_live_at_once_do_not_both(engine: Engine) {
    let world = World::new(engine).await;
    let first = world.signed(1).await;
    world.set(&first.id, StatusName::Signed, &cancelled(), at(5)).await.unwrap();
    let second = request(&world.agreement, &first.unit, 2);
    let mut tx = world.begin().await;
    tx.insert_request(&second).await.unwrap();
    tx.set_request_state(&second.id, StatusName::Signed, &cancelled(), at(5)).await.unwrap();
    tx.commit().await.unwrap();
    let other = world.db.another_store().await;
    let revive = |store: Store, id| {
        tokio::spawn(async move {
            let mut tx = store.begin().await?;
            let revived = tx.set_request_state(&id, StatusName::Cancelled, &submitted(9), at(9)).await;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            tx.insert_nonce(id.as_str(), at(900)).await?;
            tx.commit().await?;
            revived
        })
    };
    let (one, two) = (revive(world.store().clone(), first.id.clone()), revive(other, second.id.clone()));
    let results = [one.await.unwrap(), two.await.unwrap()];
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert!(results.into_iter().filter_map(Result::err).all(|error| matches!(error, StoreError::Conflict(Conflict::Duplicate("live_request")))));
    let mut tx = world.begin().await;
    for id in [first.id, second.id] {
        assert!(tx.take_nonce(id.as_str(), at(1)).await.unwrap(), "both transactions went on");
    }
}

async fn b15_a_transaction_is_named_for_one_request(engine: Engine) {
    let world = World::new(engine).await;
    let (first, second) = (world.signed(1).await, world.signed(2).await);
    let mut tx = world.begin().await;
    tx.claim_hint(CHAIN, TX, &first.id).await.unwrap();
    tx.claim_hint(CHAIN, TX, &first.id).await.unwrap();
    assert_eq!(conflict(tx.claim_hint(CHAIN, TX, &second.id).await), Conflict::Duplicate("tx_hash"));
    tx.claim_hint(CHAIN + 1, TX, &second.id).await.unwrap();
    tx.commit().await.unwrap();

    // Two at once: the first.
    let hash = B256::repeat_byte(9);
    let claims = join_all([&first, &second].map(|request| {
        let (store, id) = (world.store().clone(), request.id.clone());
        async move {
            let mut tx = store.begin().await?;
            tx.claim_hint(CHAIN, hash, &id).await?;
            tx.commit().await
        }
    }))
    .await;
    assert_eq!(claims.iter().filter(|claim| claim.is_ok()).count(), 1, "{claims:?}");

    // A request holds one: what it named before is free.
    let (sped_up, mut tx) = (B256::repeat_byte(10), world.begin().await);
    tx.claim_hint(CHAIN, TX, &first.id).await.unwrap();
    tx.claim_hint(CHAIN, sped_up, &first.id).await.unwrap();
    tx.claim_hint(CHAIN, TX, &second.id).await.unwrap();
    assert_eq!(conflict(tx.claim_hint(CHAIN, sped_up, &second.id).await), Conflict::Duplicate("tx_hash"));
    tx.claim_hint(CHAIN, hash, &second.id).await.unwrap();
    tx.claim_hint(CHAIN, TX, &first.id).await.unwrap();
    tx.commit().await.unwrap();

    // A request that failed by it gives it free.
    world.set(&first.id, StatusName::Signed, &submitted(2), at(2)).await.unwrap();
    let failed = PaymentRequestState::Failed { reason: FailureReason::NotThisPayment { tx_hash: TX }, at: at(3) };
    world.set(&first.id, StatusName::Submitted, &failed, at(3)).await.unwrap();
    let mut tx = world.begin().await;
    tx.claim_hint(CHAIN, TX, &second.id).await.unwrap();
    tx.commit().await.unwrap();
}

async fn e13_two_who_find_the_payment_verify_it_once(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.signed(1).await;
    let event = world.see(&request, &header(10, 0), 3).await;
    let proof = crate::world::proof_of(&world.agreement, &request, &event, settlement::verify::Authority::Operator);
    let lines = settlement::ledger::postings(&proof, &world.agreement.id, world.agreement.terms.asset);
    let state = request.verify(proof, at(100)).unwrap();
    let other = world.db.another_store().await;
    let find = |store: Store| {
        let (id, state, lines) = (request.id.clone(), state.clone(), lines.clone());
        tokio::spawn(async move {
            let mut tx = store.begin().await?;
            tx.set_request_state(&id, StatusName::Signed, &state, at(100)).await?;
            tx.post(&id, "block:3", &lines).await?;
            tx.commit().await
        })
    };
    let results = join_all([find(world.store().clone()), find(other.clone()), find(world.store().clone()), find(other)]).await;
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().map(Result::unwrap).partition(Result::is_ok);
    assert_eq!(won.len(), 1, "{lost:?}");
    assert!(lost.iter().all(|lost| matches!(lost, Err(StoreError::Conflict(Conflict::Changed)))), "{lost:?}");
    assert_eq!(world.store().postings(&world.agreement.id).await.unwrap().len(), lines.len());
    assert_eq!(world.stored(&request.id).await, StoredRequest::Sound(PaymentRequest { state, updated_at: at(100), ..request }));
}

async fn pages_of_live_requests_pass_over_what_does_not_prove_itself(engine: Engine) {
    let world = World::new(engine).await;
    let mut requests = Vec::new();
    for n in 1..=9 {
        requests.push(world.signed(n).await);
    }
    let store = world.store();
    let ids = |page: Vec<PaymentRequest>| page.into_iter().map(|request| request.id).collect::<Vec<_>>();
    assert_eq!(store.live_requests_before(CHAIN, DEADLINE, 9).await.unwrap(), vec![], "its last second counts");
    assert_eq!(store.live_requests_before(CHAIN + 1, DEADLINE + 1, 9).await.unwrap(), vec![]);
    assert_eq!(store.live_requests_before(CHAIN, DEADLINE + 1, 9).await.unwrap(), requests);
    assert_eq!(ids(store.live_requests_before(CHAIN, DEADLINE + 1, 2).await.unwrap()), vec![request_id(1), request_id(2)]);
    assert_eq!(store.live_requests_before(CHAIN, DEADLINE + 1, 0).await.unwrap(), vec![]);

    world.db.tamper(&format!("UPDATE payment_requests SET signature = '0x00' WHERE id < '{}'", request_id(6))).await;
    world.db.tamper(&format!("UPDATE units SET nonce = 'x' WHERE id = '{}'", requests[6].unit.id)).await;
    assert_eq!(ids(store.live_requests_before(CHAIN, DEADLINE + 1, 2).await.unwrap()), vec![request_id(6), request_id(8)]);
    assert_eq!(ids(store.live_requests_before(CHAIN, DEADLINE + 1, 5).await.unwrap()), vec![request_id(6), request_id(8), request_id(9)]);

    assert_eq!(store.submitted_requests(CHAIN, 9, None).await.unwrap(), vec![]);
    for n in [6, 8, 9] {
        world.set(&request_id(n), StatusName::Signed, &submitted(n), at(n)).await.unwrap();
    }
    assert_eq!(ids(store.submitted_requests(CHAIN, 2, None).await.unwrap()), vec![request_id(6), request_id(8)]);
    assert_eq!(ids(store.submitted_requests(CHAIN, 2, Some(&request_id(8))).await.unwrap()), vec![request_id(9)]);
    assert_eq!(store.submitted_requests(CHAIN, 2, Some(&request_id(9))).await.unwrap(), vec![]);
    world.set(&request_id(8), StatusName::Submitted, &PaymentRequestState::Expired { tx_hash: None, at: at(1) }, at(20)).await.unwrap();
    assert_eq!(ids(store.live_requests_before(CHAIN, DEADLINE + 1, 9).await.unwrap()), vec![request_id(6), request_id(9)]);
    assert_eq!(requests[0].unit.kind, UnitKind::Whole);
}

async fn a_proof_issue_is_opened_once_and_closed_with_its_event(engine: Engine) {
    let world = World::new(engine).await;
    let request = world.signed(1).await;
    let place = location(&header(10, 0), 3);
    let check = |check: &'static str, found: &str| ProofIssue { check, expected: "1".to_owned(), found: found.to_owned() };
    let issue = |found: &str, seconds: u64| OpenIssue {
        request: request.id.clone(),
        agreement: world.agreement.id.clone(),
        issues: vec![check("amount", found), check("payee", "0x1")],
        opened_at: at(seconds),
    };
    let mut tx = world.begin().await;
    assert!(tx.open_issue(&issue("2", 1), &place).await.unwrap());
    assert!(!tx.open_issue(&issue("3", 2), &place).await.unwrap(), "that is known");
    assert!(tx.open_issue(&issue("4", 3), &location(&header(11, 0), 0)).await.unwrap());
    tx.commit().await.unwrap();
    let store = world.store();
    assert_eq!(store.open_issues(&world.agreement.id).await.unwrap(), vec![issue("2", 1), issue("4", 3)]);
    assert!(store.payment_facts(&world.agreement.id).await.unwrap().proof_issue);

    let mut tx = world.begin().await;
    assert_eq!(tx.close_issues_of_event(&place, at(9)).await.unwrap(), 1);
    assert_eq!(tx.close_issues_of_event(&place, at(9)).await.unwrap(), 0);
    assert_eq!(tx.close_issues_of_event(&location(&header(11, 0), 0), at(9)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(store.open_issues(&world.agreement.id).await.unwrap(), vec![]);
    assert!(!store.payment_facts(&world.agreement.id).await.unwrap().proof_issue);

    // The branch comes back, and with it the issue.
    let mut tx = world.begin().await;
    assert!(tx.open_issue(&issue("5", 20), &place).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.open_issues(&world.agreement.id).await.unwrap(), vec![issue("5", 20)]);
}
