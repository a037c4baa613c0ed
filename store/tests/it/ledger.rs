//! Double entry.

use std::collections::HashMap;

use alloy_primitives::I256;
use settlement::ids::AgreementId;
use settlement::ledger::{Account, Side, postings};
use settlement::payment_request::PaymentRequestState;
use store::{Conflict, Engine, StoredPosting};

use crate::world::{PAYEE, World, amount, at, conflict};

on_both_engines!(posted_reversed_and_posted_again_it_adds_up, an_entry_stands_once, nothing_is_reversed_twice, a_failed_post_leaves_nothing,);

fn lines_of(request: &settlement::payment_request::PaymentRequest, agreement: &settlement::agreement::AgreementRecord) -> Vec<settlement::ledger::Posting> {
    let PaymentRequestState::Verified { proof, .. } = &request.state else { panic!("verified") };
    postings(proof, &agreement.id, agreement.terms.asset)
}

/// Sum per account, and of everything.
async fn balances(world: &World, agreement: &AgreementId) -> (HashMap<&'static str, I256>, I256) {
    let mut accounts = HashMap::new();
    let mut total = I256::ZERO;
    for StoredPosting { posting, .. } in world.store().postings(agreement).await.unwrap() {
        let moved = I256::from_raw(posting.amount.atomic());
        let moved = if posting.side == Side::Debit { -moved } else { moved };
        *accounts.entry(posting.account.name()).or_insert(I256::ZERO) += moved;
        total += moved;
    }
    (accounts, total)
}

async fn posted_reversed_and_posted_again_it_adds_up(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let id = &world.agreement.id;
    let (posted, total) = balances(&world, id).await;
    assert_eq!((posted["seller_proceeds"], total), (I256::try_from(12_500_000).unwrap(), I256::ZERO));

    let mut tx = world.begin().await;
    assert!(tx.reverse(&request.id, at(300)).await.unwrap());
    tx.commit().await.unwrap();
    let (reversed, total) = balances(&world, id).await;
    assert!(reversed.values().all(I256::is_zero), "{reversed:?}");
    assert!(total.is_zero());

    // The same branch comes back: the same event, the same block.
    for round in 0..2 {
        let mut tx = world.begin().await;
        tx.post(&request.id, "block:1", &lines_of(&request, &world.agreement)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(balances(&world, id).await, (posted.clone(), I256::ZERO), "round {round}");
        let mut tx = world.begin().await;
        assert!(tx.reverse(&request.id, at(400)).await.unwrap());
        tx.commit().await.unwrap();
    }
    let stored = world.store().postings(id).await.unwrap();
    assert_eq!(stored.len(), 18);
    for line in &stored {
        let taken_back = stored.iter().filter(|other| other.reverses.as_ref() == Some(&line.entry) && other.line == line.line).count();
        assert_eq!(taken_back, usize::from(line.reverses.is_none()), "{line:?}");
    }
    let seller = stored.iter().find(|line| line.posting.account == Account::SellerProceeds(PAYEE)).unwrap();
    assert_eq!((seller.posting.amount, seller.posting.side, seller.posting.request.clone()), (amount(12_500_000), Side::Credit, request.id));
}

async fn an_entry_stands_once(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let lines = lines_of(&request, &world.agreement);
    let mut tx = world.begin().await;
    assert_eq!(conflict(tx.post(&request.id, "elsewhere:1", &lines).await), Conflict::Duplicate("entry"));
    // The transaction goes on.
    assert!(tx.reverse(&request.id, at(300)).await.unwrap());
    tx.post(&request.id, "elsewhere:1", &lines).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.store().postings(&world.agreement.id).await.unwrap().len(), 9);
}

async fn nothing_is_reversed_twice(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let mut tx = world.begin().await;
    assert!(tx.reverse(&request.id, at(300)).await.unwrap());
    assert!(!tx.reverse(&request.id, at(301)).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = world.begin().await;
    assert!(!tx.reverse(&request.id, at(302)).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(world.store().postings(&world.agreement.id).await.unwrap().len(), 6);
}

async fn a_failed_post_leaves_nothing(engine: Engine) {
    let world = World::new(engine).await;
    world.start_chain().await;
    let request = world.verified(1).await;
    let before = world.store().postings(&world.agreement.id).await.unwrap();
    let mut tx = world.begin().await;
    tx.reverse(&request.id, at(300)).await.unwrap();
    tx.post(&request.id, "elsewhere:1", &lines_of(&request, &world.agreement)).await.unwrap();
    drop(tx);
    assert_eq!(world.store().postings(&world.agreement.id).await.unwrap(), before);
}
