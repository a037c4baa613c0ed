//! Disputes, and payments that came unexpectedly.

use futures::future::join_all;
use settlement::agreement::AgreementRecord;
use settlement::dispute::{Answer, Dispute, DisputeState, Outcome, Proposal, Recommendation};
use settlement::ids::DisputeId;
use settlement::milestone::Side;
use settlement::payment_request::{Acknowledgement, PaymentRequest, PaymentRequestState, StatusName};
use store::{Conflict, Engine, PageKey};

use crate::world::{World, agreement, amount, at, conflict, header, seller_id, ulid};

on_both_engines!(
    a_dispute_reads_back_as_it_was_written,
    one_dispute_of_an_agreement_is_open,
    g12_of_many_changes_of_a_version_one_is_made,
    disputes_are_listed_newest_first,
    a08_a_payment_after_its_request_was_cancelled_waits_for_a_party,
);

fn dispute(agreement: &AgreementRecord, n: u64) -> Dispute {
    Dispute {
        id: DisputeId::new(ulid(700 + n)),
        agreement: agreement.id.clone(),
        opened_by: Side::Buyer,
        reason: "chapter three is missing".to_owned(),
        evidence_url: Some("https://files.example/toc".to_owned()),
        notes: None,
        answer: None,
        recommendation: None,
        state: DisputeState::Open,
        version: 1,
        created_at: at(n),
        updated_at: at(n),
    }
}

fn proposal(outcome: Outcome, seconds: u64) -> Proposal {
    Proposal { outcome, note: Some("that is fair".to_owned()), at: at(seconds) }
}

/// Through every state, each as it was written.
async fn a_dispute_reads_back_as_it_was_written(engine: Engine) {
    let world = World::new(engine).await;
    let open = dispute(&world.agreement, 1);
    let mut tx = world.begin().await;
    tx.insert_dispute(&open).await.unwrap();
    tx.commit().await.unwrap();
    let answer = Answer { statement: "it is in the second file".to_owned(), evidence_url: None, at: at(2) };
    let answered = open.clone().answer(Side::Seller, answer).unwrap();
    let said = Recommendation { by: seller_id(), proposal: proposal(Outcome::NoRefund, 3) };
    let recommended = answered.clone().recommend(said).unwrap();
    let proposed = recommended.clone().resolve(Side::Seller, proposal(Outcome::Refund(amount(5)), 4)).unwrap();
    let agrees = Proposal { note: Some("so be it".to_owned()), ..proposal(Outcome::Refund(amount(5)), 5) };
    let resolved = proposed.clone().resolve(Side::Buyer, agrees).unwrap();
    assert!(matches!(&resolved.state, DisputeState::Resolved { agreed_note: Some(note), .. } if note == "so be it"), "{resolved:?}");
    for state in [answered, recommended, proposed, resolved] {
        let mut tx = world.begin().await;
        tx.update_dispute(&state).await.unwrap();
        assert_eq!(tx.dispute(&state.id).await.unwrap(), Some(state.clone()));
        tx.commit().await.unwrap();
        assert_eq!(world.store().open_dispute(&state.agreement).await.unwrap(), state.state.is_open().then_some(state));
    }
    let other = dispute(&world.agreement, 2);
    let mut tx = world.begin().await;
    tx.insert_dispute(&other).await.unwrap();
    let withdrawn = other.withdraw(Side::Buyer, at(6)).unwrap();
    tx.update_dispute(&withdrawn).await.unwrap();
    assert_eq!((tx.dispute(&withdrawn.id).await.unwrap(), tx.count_disputes(&world.agreement.id).await.unwrap()), (Some(withdrawn), 2));
}

async fn one_dispute_of_an_agreement_is_open(engine: Engine) {
    let world = World::new(engine).await;
    let mut tx = world.begin().await;
    tx.insert_agreement(&agreement(2)).await.unwrap();
    tx.insert_dispute(&dispute(&world.agreement, 1)).await.unwrap();
    assert_eq!(conflict(tx.insert_dispute(&dispute(&world.agreement, 2)).await), Conflict::Duplicate("open_dispute"));
    tx.insert_dispute(&dispute(&agreement(2), 3)).await.unwrap();
    let withdrawn = dispute(&world.agreement, 1).withdraw(Side::Buyer, at(9)).unwrap();
    tx.update_dispute(&withdrawn).await.unwrap();
    tx.insert_dispute(&dispute(&world.agreement, 2)).await.unwrap();
    tx.commit().await.unwrap();
    let pending = world.related().await.pending;
    assert_eq!((pending.dispute, pending.disputes), (Some(dispute(&world.agreement, 2)), 2));
    assert!(world.store().payment_facts(&world.agreement.id).await.unwrap().disputed, "the buyer's");
}

async fn g12_of_many_changes_of_a_version_one_is_made(engine: Engine) {
    let world = World::new(engine).await;
    let open = dispute(&world.agreement, 1);
    let mut tx = world.begin().await;
    tx.insert_dispute(&open).await.unwrap();
    tx.commit().await.unwrap();
    let change = |n: u64| {
        let (store, open) = (world.store().clone(), open.clone());
        tokio::spawn(async move {
            let changed = match n % 2 {
                0 => open.withdraw(Side::Buyer, at(n)).unwrap(),
                _ => open.resolve(Side::Seller, proposal(Outcome::Refund(amount(n)), n)).unwrap(),
            };
            let mut tx = store.begin().await.unwrap();
            match tx.update_dispute(&changed).await {
                Ok(()) => tx.commit().await.map(|()| true).unwrap(),
                refused => {
                    assert_eq!(conflict(refused), Conflict::Changed);
                    false
                }
            }
        })
    };
    let done = join_all((1..=10).map(change).collect::<Vec<_>>()).await.into_iter().filter(|done| *done.as_ref().unwrap()).count();
    assert_eq!((done, world.store().dispute(&open.id).await.unwrap().unwrap().version), (1, 2));
}

async fn disputes_are_listed_newest_first(engine: Engine) {
    let world = World::new(engine).await;
    let mut tx = world.begin().await;
    for n in 1..=3 {
        tx.insert_dispute(&dispute(&world.agreement, n)).await.unwrap();
        tx.update_dispute(&dispute(&world.agreement, n).withdraw(Side::Buyer, at(9)).unwrap()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let page = world.store().disputes(&world.agreement.id, None, 2).await.unwrap();
    let last = PageKey { at: page[1].created_at, id: page[1].id.to_string() };
    let rest = world.store().disputes(&world.agreement.id, Some(&last), 2).await.unwrap();
    let ids: Vec<_> = page.into_iter().chain(rest).map(|dispute| dispute.id).collect();
    assert_eq!(ids, [3, 2, 1].map(|n| dispute(&world.agreement, n).id));
}

async fn a08_a_payment_after_its_request_was_cancelled_waits_for_a_party(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.signed(1).await;
    let cancelled = PaymentRequestState::Cancelled { reason: None, at: at(1) };
    world.set(&request.id, StatusName::Signed, &cancelled, at(1)).await.unwrap();
    let event = world.see(&request, &header(10, 0), 1).await;
    assert!(!world.store().payment_facts(&world.agreement.id).await.unwrap().unacknowledged, "it is not final");
    let paid = world.verify(&PaymentRequest { state: cancelled, ..request }, &event).await.id;
    let facts = world.store().payment_facts(&world.agreement.id).await.unwrap();
    assert!(facts.unacknowledged && facts.paid_in_full);
    let pending = world.related().await.pending;
    assert_eq!(pending.to_acknowledge, std::slice::from_ref(&paid));
    let known = Acknowledgement { request: paid, agreement: world.agreement.id.clone(), by: Side::Seller, at: at(9) };
    let mut tx = world.begin().await;
    tx.acknowledge(&known).await.unwrap();
    assert_eq!(conflict(tx.acknowledge(&known).await), Conflict::Duplicate("acknowledgement"));
    assert!(!tx.related(&world.agreement).await.unwrap().payments.unacknowledged);
    tx.commit().await.unwrap();
    assert_eq!(world.store().acknowledgements(&world.agreement.id).await.unwrap(), [known]);
}
