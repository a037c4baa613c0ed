//! Refund requests: what is stored of them, who may change them, and what is believed of it.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use futures::future::join_all;
use settlement::event::{RefundEvent, RouterEvent};
use settlement::finality::FinalityPolicy;
use settlement::ids::RefundId;
use settlement::ledger::{Booked, refund_due, refund_postings};
use settlement::money::Amount;
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use settlement::refund::{
    CannotRefund, PaidFate, PayloadLife, RefundAsk, RefundEvidence, RefundRequest, RefundSnapshot, RefundState, RefundStatus, SignedRefund, verify_refund,
};
use settlement::snapshot::{Signable, Signed};
use settlement::verify::{Authority, ProofIssue};
use store::{Conflict, Engine, RefundIssue, StoredRefund, Verdict};

use crate::world::{CHAIN, DEADLINE, ROUTER, SELLER, World, amount, at, conflict, header, location, operator, ulid};

on_both_engines!(
    every_state_of_a_refund_reads_back,
    of_many_who_answer_a_refund_at_once_exactly_one_wins,
    g01_of_two_refunds_that_do_not_both_fit_exactly_one_is_stored,
    a_payload_is_found_by_whatever_an_event_names_it_by,
    an_earlier_payload_of_the_same_nonce_settles_too,
    d06_a_changed_refund_is_not_believed,
    g06_a_settled_refund_whose_event_is_gone_is_not_believed,
    a_refund_whose_nonce_is_cancelled_is_void_until_a_reorg_takes_that_back,
    the_entries_of_a_refund_stand_once_each_and_are_reversed_alone,
    an_issue_of_a_refund_is_opened_once_and_closed_with_its_event,
    g05_the_operator_closes_an_issue_as_the_page_says,
);

fn refund_id(n: u64) -> RefundId {
    RefundId::new(ulid(5_000 + n))
}

/// A pending refund of 5 of the payment.
fn pending(payment: &PaymentRequest, n: u64, atomic: u64) -> RefundRequest {
    RefundRequest {
        id: refund_id(n),
        agreement: payment.agreement.clone(),
        payment: payment.id.clone(),
        amount: amount(atomic),
        reason: "half of it is missing".to_owned(),
        state: RefundState::Pending,
        created_at: at(200 + n),
        updated_at: at(200 + n),
    }
}

fn signed(refund: &RefundRequest, payment: &PaymentRequest, deadline: u64) -> SignedRefund {
    signed_by(refund, payment, deadline, &operator())
}

fn signed_by(refund: &RefundRequest, payment: &PaymentRequest, deadline: u64, key: &PrivateKeySigner) -> SignedRefund {
    let PaymentRequestState::Verified { proof, .. } = &payment.state else { panic!("verified") };
    let ask = RefundAsk {
        router: ROUTER,
        operator: operator().address(),
        payer: SELLER,
        nonce: U256::from(900),
        created_at: at(300),
        deadline,
        finality: FinalityPolicy::Confirmations(3),
    };
    let snapshot = RefundSnapshot::new(refund, (&payment.signed, proof), ask).unwrap();
    let signature = key.sign_hash_sync(&snapshot.digest()).unwrap();
    Signed::new(snapshot, Bytes::from(signature.as_bytes().to_vec())).unwrap()
}

/// A verified payment of 12.5 and a pending refund of 5 of it.
async fn asked(world: &World) -> (PaymentRequest, RefundRequest) {
    world.start_chain().await;
    let payment = world.verified(1).await;
    let refund = pending(&payment, 1, 5_000_000);
    add(world, &refund).await;
    (payment, refund)
}

async fn add(world: &World, refund: &RefundRequest) {
    let mut tx = world.begin().await;
    tx.insert_refund(refund, CHAIN).await.unwrap();
    tx.commit().await.unwrap();
}

async fn set(world: &World, from: &RefundRequest, to: RefundState, seconds: u64) -> RefundRequest {
    let mut tx = world.begin().await;
    tx.set_refund_state(from, &to, at(seconds)).await.unwrap();
    tx.commit().await.unwrap();
    RefundRequest { state: to, updated_at: at(seconds), ..from.clone() }
}

async fn approved(world: &World) -> (PaymentRequest, RefundRequest) {
    let (payment, refund) = asked(world).await;
    let payload = Box::new(signed(&refund, &payment, DEADLINE));
    let refund = set(world, &refund, RefundState::Approved { payload, response: Some("agreed".to_owned()), at: at(301) }, 301).await;
    (payment, refund)
}

/// The payload is executed in block 20, whose header is stored too.
async fn see(world: &World, payload: &SignedRefund) -> RefundEvent {
    let block = header(20, 0);
    let event = RefundEvent::executing(payload, location(&block, 5));
    let mut tx = world.begin().await;
    tx.append_headers(CHAIN, &[block]).await.unwrap();
    tx.insert_events(&[RouterEvent::Refund(event.clone())]).await.unwrap();
    tx.commit().await.unwrap();
    event
}

fn settled_state(payment: &PaymentRequest, refund: &RefundRequest, payload: &SignedRefund, event: &RefundEvent) -> RefundState {
    let evidence = RefundEvidence {
        signed: payload,
        event,
        payment: &payment.signed,
        refunded: Amount::ZERO,
        authority: Some(Authority::Operator),
        final_through: Some(22),
    };
    refund.settle(payload.clone(), verify_refund(&evidence).unwrap(), at(400)).unwrap()
}

/// The same with its entries in the ledger.
pub async fn booked(world: &World) -> (PaymentRequest, RefundRequest) {
    let (payment, refund) = settled(world).await;
    let RefundState::Settled { proof, .. } = &refund.state else { panic!("settled") };
    let mut tx = world.begin().await;
    tx.post(Booked::RefundDue(&refund.id), "due", &refund_due(&refund, payment.signed.snapshot(), at(301))).await.unwrap();
    tx.post(Booked::Refund(&refund.id), "block:5", &refund_postings(&refund, payment.signed.snapshot(), proof)).await.unwrap();
    tx.commit().await.unwrap();
    (payment, refund)
}

async fn settled(world: &World) -> (PaymentRequest, RefundRequest) {
    let (payment, refund) = approved(world).await;
    let payload = refund.payload().unwrap().clone();
    let event = see(world, &payload).await;
    let state = settled_state(&payment, &refund, &payload, &event);
    let refund = set(world, &refund, state, 400).await;
    let mut tx = world.begin().await;
    tx.judge_event(&event.location, Verdict::Verified).await.unwrap();
    tx.commit().await.unwrap();
    (payment, refund)
}

async fn stored(world: &World, id: &RefundId) -> StoredRefund {
    world.store().refund(id).await.unwrap().expect("the refund is there")
}

async fn every_state_of_a_refund_reads_back(engine: Engine) {
    let world = World::new(engine).await;
    let (payment, refund) = asked(&world).await;
    let other = pending(&payment, 2, 1);
    add(&world, &other).await;
    let payload = signed(&refund, &payment, DEADLINE);
    let approved = RefundState::Approved { payload: Box::new(payload.clone()), response: Some("agreed".to_owned()), at: at(301) };
    let mut now = refund.clone();
    assert_eq!(stored(&world, &now.id).await, StoredRefund::Sound(now.clone()));
    now = set(&world, &now, approved, 301).await;
    assert_eq!(stored(&world, &now.id).await, StoredRefund::Sound(now.clone()));
    let event = see(&world, &payload).await;
    assert_eq!(world.store().seen_refund(&now.id).await.unwrap(), Some(event.clone()));
    assert_eq!(world.store().unjudged_refunds(CHAIN, 20, 10).await.unwrap(), vec![event.clone()]);
    assert!(world.store().unjudged_events(CHAIN, 20, 10).await.unwrap().is_empty(), "a refund is no payment");
    let state = settled_state(&payment, &now, &payload, &event);
    now = set(&world, &now, state, 400).await;
    assert_eq!(stored(&world, &now.id).await, StoredRefund::Sound(now.clone()));
    assert_eq!(world.begin().await.refund(&now.id).await.unwrap(), Some(StoredRefund::Sound(now.clone())));
    let denied = set(&world, &other, RefundState::Denied { response: None, at: at(310) }, 310).await;
    assert_eq!(world.store().refunds_of(&world.agreement.id).await.unwrap(), vec![StoredRefund::Sound(now.clone()), StoredRefund::Sound(denied)]);
    let shown = world.store().settled_refunds(&payment.id).await.unwrap();
    assert_eq!((shown.len(), shown[0].refund_request_id.as_str(), shown[0].amount_atomic.as_str()), (1, now.id.as_str(), "5000000"));
    let back = now.state.clone().reorg(at(500)).unwrap();
    now = set(&world, &now, back, 500).await;
    assert_eq!(stored(&world, &now.id).await, StoredRefund::Sound(now.clone()));
    now = set(&world, &now, RefundState::Cancelled { response: None, at: at(600) }, 600).await;
    assert_eq!(stored(&world, &now.id).await, StoredRefund::Sound(now));
    assert_eq!(conflict(world.begin().await.insert_refund(&other, CHAIN).await), Conflict::Duplicate("id"));
}

async fn of_many_who_answer_a_refund_at_once_exactly_one_wins(engine: Engine) {
    let world = World::new(engine).await;
    let (payment, refund) = asked(&world).await;
    let answers = (0..12u64).map(|n| {
        let (world, refund, payment) = (&world, &refund, &payment);
        async move {
            let to = match n % 3 {
                0 => RefundState::Approved { payload: Box::new(signed(refund, payment, DEADLINE + n)), response: None, at: at(301) },
                1 => RefundState::Denied { response: None, at: at(301) },
                _ => RefundState::Cancelled { response: None, at: at(301) },
            };
            let mut tx = world.begin().await;
            match tx.set_refund_state(refund, &to, at(301)).await {
                Ok(()) => tx.commit().await.map(|()| true).unwrap(),
                Err(error) => {
                    assert_eq!(conflict::<()>(Err(error)), Conflict::Changed);
                    false
                }
            }
        }
    });
    let won = join_all(answers).await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
    assert!(stored(&world, &refund.id).await.sound().is_some());
}

async fn g01_of_two_refunds_that_do_not_both_fit_exactly_one_is_stored(engine: Engine) {
    for round in 0..5 {
        let world = World::new(engine).await;
        world.start_chain().await;
        let payment = world.verified(1).await;
        let ask = |n: u64| {
            let (world, payment) = (&world, &payment);
            async move {
                let mut tx = world.begin().await;
                tx.agreement(&world.agreement.id).await.unwrap();
                let known = tx.refunds(&world.agreement.id).await.unwrap();
                let reserved = known.reserve(Some(&payment.id), Some(amount(7_500_000)));
                if reserved.is_ok() {
                    tx.insert_refund(&pending(payment, n, 7_500_000), CHAIN).await.unwrap();
                    tx.commit().await.unwrap();
                }
                reserved
            }
        };
        let answers = join_all([ask(1), ask(2), ask(3)]).await;
        let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        let exceeds = CannotRefund::Exceeds { asked: amount(7_500_000), remaining: amount(5_000_000) };
        assert_eq!(refused, [&exceeds, &exceeds], "round {round}");
    }
}

async fn a_payload_is_found_by_whatever_an_event_names_it_by(engine: Engine) {
    let world = World::new(engine).await;
    let (_, refund) = approved(&world).await;
    let payload = refund.payload().unwrap();
    let exact = RefundEvent::executing(payload, location(&header(20, 0), 5));
    let unknown = RefundEvent { digest: B256::ZERO, request_id: B256::ZERO, nonce: U256::from(901), parent: B256::ZERO, ..exact.clone() };
    let names: [fn(&mut RefundEvent, &RefundEvent); 4] =
        [|e, exact| e.digest = exact.digest, |e, exact| e.request_id = exact.request_id, |e, exact| e.nonce = exact.nonce, |e, exact| e.parent = exact.parent];
    for (n, name) in names.iter().enumerate() {
        let mut event = unknown.clone();
        name(&mut event, &exact);
        let found = world.store().payload_of(&event).await.unwrap().unwrap_or_else(|| panic!("name {n}"));
        assert_eq!((&found.refund, found.signed.map(|signed| signed.digest())), (&refund.id, Some(payload.digest())));
    }
    assert_eq!(world.store().payload_of(&unknown).await.unwrap(), None);
    let elsewhere = RefundEvent { nonce: exact.nonce, emitter: Address::ZERO, ..unknown.clone() };
    assert_eq!(world.store().payload_of(&elsewhere).await.unwrap(), None, "the same number under another router is another nonce");
    let denied = World::new(engine).await;
    let (payment, refund) = asked(&denied).await;
    set(&denied, &refund, RefundState::Denied { response: None, at: at(301) }, 301).await;
    let by_parent = RefundEvent { parent: payment.signed.request_id(), ..unknown };
    assert_eq!(denied.store().payload_of(&by_parent).await.unwrap(), None, "nothing was signed for it");
}

async fn an_earlier_payload_of_the_same_nonce_settles_too(engine: Engine) {
    let world = World::new(engine).await;
    let (payment, refund) = approved(&world).await;
    let first = refund.payload().unwrap().clone();
    let fresh = RefundState::Approved { payload: Box::new(signed(&refund, &payment, DEADLINE + 500)), response: None, at: at(350) };
    let refund = set(&world, &refund, fresh, 350).await;
    let event = see(&world, &first).await;
    assert_eq!(world.store().payload_of(&event).await.unwrap().unwrap().signed, Some(first.clone()));
    assert_eq!(world.store().seen_refund(&refund.id).await.unwrap(), Some(event.clone()));
    let settled = set(&world, &refund, settled_state(&payment, &refund, &first, &event), 400).await;
    assert_eq!(stored(&world, &refund.id).await, StoredRefund::Sound(settled));
}

async fn d06_a_changed_refund_is_not_believed(engine: Engine) {
    let world = World::new(engine).await;
    let (payment, refund) = settled(&world).await;
    let only = format!("id = '{}'", refund.id);
    let damages = [
        ("refund_requests", "amount = '1'", only.as_str(), "snapshot.amount"),
        ("refund_requests", "nonce = '7'", &only, "snapshot.nonce"),
        ("refund_requests", "status = 'approved'", &only, "stored_status"),
        ("refund_payloads", "snapshot = '{}'", "1 = 1", "snapshot"),
        ("refund_payloads", "deadline = deadline + 1", "1 = 1", "snapshot.deadline"),
        ("refund_payloads", "signature = '0x00'", "1 = 1", "snapshot"),
        ("refund_proofs", "block_number = 19", "1 = 1", "stored_block"),
        ("refund_proofs", "final_through = 19", "1 = 1", "finality"),
        ("router_events", "amount = '1'", "kind = 'refund'", "amount"),
        ("router_events", "payee = '0x0000000000000000000000000000000000000001'", "kind = 'refund'", "payee"),
        ("router_events", "payee = 'nobody'", "kind = 'refund'", "stored_row"),
    ];
    for (table, set, only, check) in damages {
        assert_eq!(world.damage(table, set, only).await, 1, "{table} {set}");
        let StoredRefund::Unproven { issues, .. } = stored(&world, &refund.id).await else { panic!("{table} {set}: believed") };
        assert_eq!(issues[0].check, check, "{table} {set}: {issues:?}");
        let known = world.related().await.refunds;
        assert_eq!(known.reserve(Some(&payment.id), None), Err(CannotRefund::RefundInDoubt(refund.id.clone())), "{table} {set}");
        assert!(world.store().settled_refunds(&payment.id).await.unwrap().is_empty(), "a receipt shows nothing that does not prove itself");
        world.mend(table).await;
    }
    assert!(stored(&world, &refund.id).await.sound().is_some());
    world.damage("payment_requests", "snapshot = '{}'", "1 = 1").await;
    let known = world.related().await.refunds;
    assert_eq!(known.payments[0].fate, PaidFate::InDoubt);
}

async fn g06_a_settled_refund_whose_event_is_gone_is_not_believed(engine: Engine) {
    let world = World::new(engine).await;
    let (_, refund) = settled(&world).await;
    assert_eq!(world.store().settled_above(CHAIN, 19).await.unwrap(), vec![refund.id.clone()]);
    assert_eq!(world.store().settled_above(CHAIN, 20).await.unwrap(), vec![]);
    let leadership = world.store().lead(CHAIN).await;
    drop(leadership);
    world.db.tamper("UPDATE router_events SET orphaned = 1 WHERE kind = 'refund'").await;
    let StoredRefund::Unproven { issues, status, .. } = stored(&world, &refund.id).await else { panic!("believed without its event") };
    assert_eq!((issues[0].check, status), ("stored_event", RefundStatus::Settled));
}

async fn a_refund_whose_nonce_is_cancelled_is_void_until_a_reorg_takes_that_back(engine: Engine) {
    let world = World::new(engine).await;
    let leadership = world.start_chain().await;
    let payment = world.verified(1).await;
    let refund = pending(&payment, 1, 5_000_000);
    add(&world, &refund).await;
    let payload = Box::new(signed(&refund, &payment, DEADLINE));
    set(&world, &refund, RefundState::Approved { payload, response: None, at: at(301) }, 301).await;
    let block = header(15, 0);
    let (word, mask) = (U256::from(3), U256::ONE << (900 - 3 * 256));
    let cancel = RouterEvent::NoncesCancelled { location: location(&block, 0), operator: operator().address(), word, mask };
    let is_void = async || world.related().await.refunds.refunds[0].is_void;
    assert!(!is_void().await);
    let mut tx = world.begin().await;
    tx.append_headers(CHAIN, &[block]).await.unwrap();
    tx.insert_events(&[cancel]).await.unwrap();
    tx.void_nonces(&location(&block, 0), ROUTER, operator().address(), word, mask).await.unwrap();
    tx.commit().await.unwrap();
    assert!(is_void().await);
    let mut tx = world.begin().await;
    tx.rewind(CHAIN, 14, leadership.epoch()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!is_void().await);
    world.db.tamper("UPDATE refund_requests SET voided_in_block = 15").await;
    assert!(!is_void().await, "a row that only says so could be paid beside the next");
}

async fn the_entries_of_a_refund_stand_once_each_and_are_reversed_alone(engine: Engine) {
    let world = World::new(engine).await;
    let (payment, refund) = settled(&world).await;
    let RefundState::Settled { proof, .. } = &refund.state else { panic!("settled") };
    let (due, back) = (refund_due(&refund, payment.signed.snapshot(), at(301)), refund_postings(&refund, payment.signed.snapshot(), proof));
    let mut tx = world.begin().await;
    tx.post(Booked::RefundDue(&refund.id), "due", &due).await.unwrap();
    tx.post(Booked::Refund(&refund.id), "0x20:5", &back).await.unwrap();
    assert_eq!(conflict(tx.post(Booked::Refund(&refund.id), "0x20:5", &back).await), Conflict::Duplicate("entry"));
    assert!(tx.reverse(Booked::Refund(&refund.id), at(500)).await.unwrap());
    assert!(!tx.reverse(Booked::Refund(&refund.id), at(500)).await.unwrap());
    assert!(tx.is_posted(Booked::RefundDue(&refund.id)).await.unwrap(), "what is owed is still owed");
    assert!(tx.is_posted(Booked::Payment(&payment.id)).await.unwrap(), "the payment was made all the same");
    tx.post(Booked::Refund(&refund.id), "0x21:5", &back).await.unwrap();
    tx.commit().await.unwrap();
    let lines = world.store().postings(&world.agreement.id).await.unwrap();
    assert_eq!(lines.len(), 3 + 2 + 2 + 2 + 2);
    let mut sums = std::collections::BTreeMap::new();
    for line in &lines {
        let amount = alloy_primitives::I256::from_raw(line.posting.amount.atomic());
        let signed = if line.posting.side == settlement::ledger::Side::Debit { -amount } else { amount };
        *sums.entry((line.entry.clone(), ())).or_insert(alloy_primitives::I256::ZERO) += signed;
    }
    assert!(sums.values().all(alloy_primitives::I256::is_zero), "every entry adds up to zero: {sums:?}");
    assert_eq!(lines.iter().filter(|line| line.posting.refund == Some(refund.id.clone())).count(), 8);
}

async fn g05_the_operator_closes_an_issue_as_the_page_says(engine: Engine) {
    const PAGE: &str = include_str!("../../../docs/DATABASE.md");
    let world = World::new(engine).await;
    let (_, refund) = approved(&world).await;
    let found = ProofIssue { check: "digest", expected: "what was signed".to_owned(), found: "something else".to_owned() };
    let issue = RefundIssue { refund: refund.id.clone(), issues: vec![found], opened_at: at(400) };
    let mut tx = world.begin().await;
    assert!(tx.open_refund_issue(&issue, &location(&header(20, 0), 5)).await.unwrap());
    tx.commit().await.unwrap();
    let life = async || world.related().await.refunds.refunds[0].life(at(1_000_000), u64::MAX);
    assert_eq!(life().await, Some(PayloadLife::InDoubt), "whatever the clock says");
    let statement = PAGE.lines().find(|line| line.starts_with("UPDATE refund_issues")).expect("the page says how");
    world.db.tamper(&statement.replace("rf_…", refund.id.as_str())).await;
    assert_eq!(life().await, Some(PayloadLife::Dead));
}

async fn an_issue_of_a_refund_is_opened_once_and_closed_with_its_event(engine: Engine) {
    let world = World::new(engine).await;
    let (_, refund) = approved(&world).await;
    let place = location(&header(20, 0), 5);
    let found = ProofIssue { check: "refundable", expected: "less".to_owned(), found: "more".to_owned() };
    let issue = RefundIssue { refund: refund.id.clone(), issues: vec![found], opened_at: at(400) };
    let mut tx = world.begin().await;
    assert!(tx.open_refund_issue(&issue, &place).await.unwrap());
    assert!(!tx.open_refund_issue(&issue, &place).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(world.store().refund_issues(&world.agreement.id).await.unwrap(), vec![issue.clone()]);
    assert!(world.related().await.refunds.refunds[0].has_issue);
    let mut tx = world.begin().await;
    assert_eq!(tx.close_issues_of_event(&place, at(500)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert!(world.store().refund_issues(&world.agreement.id).await.unwrap().is_empty());
    let mut tx = world.begin().await;
    assert!(tx.open_refund_issue(&issue, &place).await.unwrap(), "the branch came back");
    tx.commit().await.unwrap();
}
