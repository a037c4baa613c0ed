//! Agreements and deliveries.

use std::time::Duration;

use alloy_primitives::{Address, B256, Bytes};
use futures::future::join_all;
use settlement::agreement::{AgreementRecord, AgreementState, Consent, Party};
use settlement::ids::{AgreementId, SubmissionId};
use settlement::unit::UnitKind;
use settlement::wallet::WalletProof;
use store::{AgreementFilter, Conflict, Engine, PageKey, Role, Store, StoreError, Submission, Wallet};

use crate::world::{CHAIN, ROUTER, World, agreement, at, buyer_id, conflict, operator, profile, profile_id, request, seller_id, ulid, unit};

on_both_engines!(
    an_agreement_reads_back_with_either_consent_and_in_every_state,
    one_signing_is_one_agreement,
    a_reference_is_used_once_by_whoever_imports,
    a_pair_of_signatures_makes_one_agreement,
    of_many_imports_of_one_reference_exactly_one_happens,
    e12_of_two_decisions_at_once_one_is_made,
    whoever_locks_the_agreement_decides_alone,
    lists_page_stably_also_where_times_are_equal,
    lists_show_what_a_party_has_a_part_in,
    deliveries_are_numbered_and_paged,
);

fn submission(n: u64, revision: u32, seconds: u64) -> Submission {
    Submission {
        id: SubmissionId::new(ulid(5_000 + n)),
        agreement: agreement(1).id,
        revision,
        deliverable_url: Some(format!("https://example.org/{n}")),
        notes: None,
        deliverable_hash: n.is_multiple_of(2).then_some(B256::repeat_byte(0xde)),
        created_at: at(seconds),
    }
}

async fn one_signing_is_one_agreement(engine: Engine) {
    let world = World::new(engine).await;
    let consent = Consent::Signatures { salt: B256::repeat_byte(1), buyer: Bytes::from(vec![1; 65]), seller: Bytes::from(vec![2; 65]) };
    let signed = AgreementRecord { consent: consent.clone(), ..agreement(2) };
    let mut tx = world.begin().await;
    tx.insert_agreement(&signed).await.unwrap();
    // The same terms, wallets and salt, by the other party and under another reference.
    let again = AgreementRecord { importer: seller_id(), terms: signed.terms.clone(), consent, ..agreement(3) };
    assert_eq!(conflict(tx.insert_agreement(&again).await), Conflict::Duplicate("consent"));
    let other = Consent::Signatures { salt: B256::repeat_byte(2), buyer: Bytes::from(vec![1; 65]), seller: Bytes::from(vec![2; 65]) };
    tx.insert_agreement(&AgreementRecord { consent: other, ..again }).await.unwrap();
    tx.commit().await.unwrap();
}

async fn an_agreement_reads_back_with_either_consent_and_in_every_state(engine: Engine) {
    let world = World::new(engine).await;
    let store = world.store();
    assert_eq!(store.agreement(&world.agreement.id).await.unwrap(), Some(world.agreement.clone()));
    assert_eq!(store.agreement(&agreement(9).id).await.unwrap(), None);
    let consent = Consent::Signatures { salt: B256::repeat_byte(1), buyer: Bytes::from(vec![1; 65]), seller: Bytes::from(vec![2; 300]) };
    let both_signed = AgreementRecord { consent, importer: seller_id(), ..agreement(2) };
    let delivery = submission(1, 1, 1);
    let mut tx = world.begin().await;
    tx.insert_agreement(&both_signed).await.unwrap();
    assert_eq!(tx.agreement(&both_signed.id).await.unwrap(), Some(both_signed.clone()));
    assert_eq!(tx.agreement_by_ref(&seller_id(), "order-2").await.unwrap(), Some(both_signed.clone()));
    tx.insert_submission(&delivery).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.agreement_by_ref(&seller_id(), "order-2").await.unwrap(), Some(both_signed));
    assert_eq!(store.agreement_by_ref(&buyer_id(), "order-2").await.unwrap(), None);

    let (submission, reason, when) = (delivery.id, "wrong \"colour\" ü".to_owned(), at(50));
    let states = [
        AgreementState::Submitted { submission: submission.clone(), at: when },
        AgreementState::Rejected { submission: submission.clone(), reason: reason.clone(), at: when },
        AgreementState::Accepted { submission, at: when },
        AgreementState::Cancelled { reason, by: seller_id(), at: when },
        AgreementState::InProgress,
    ];
    let mut now = world.agreement.clone();
    for (state, seconds) in states.into_iter().zip(60..) {
        let mut tx = world.begin().await;
        tx.set_agreement_state(&now.id, &now, &state, at(seconds)).await.unwrap();
        tx.commit().await.unwrap();
        now = AgreementRecord { state, updated_at: at(seconds), ..now };
        assert_eq!(store.agreement(&now.id).await.unwrap(), Some(now.clone()));
    }
}

async fn a_reference_is_used_once_by_whoever_imports(engine: Engine) {
    let world = World::new(engine).await;
    let again = AgreementRecord { external_ref: "order-1".to_owned(), ..agreement(2) };
    let mut tx = world.begin().await;
    assert_eq!(conflict(tx.insert_agreement(&again).await), Conflict::Duplicate("external_ref"));
    // The transaction goes on, and another party may use the same reference.
    tx.insert_agreement(&AgreementRecord { importer: seller_id(), ..again }).await.unwrap();
    assert_eq!(conflict(tx.insert_agreement(&AgreementRecord { id: world.agreement.id.clone(), ..agreement(3) }).await), Conflict::Duplicate("id"));
    tx.insert_agreement(&agreement(4)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_pair_of_signatures_makes_one_agreement(engine: Engine) {
    let world = World::new(engine).await;
    let signed = |n: u64, salt: u8| AgreementRecord {
        consent: Consent::Signatures { salt: B256::repeat_byte(salt), buyer: Bytes::from(vec![1; 65]), seller: Bytes::from(vec![2; 65]) },
        terms: agreement(2).terms,
        ..agreement(n)
    };
    let first = signed(2, 1);
    let (hash, wallets) = (first.terms.hash(), (first.buyer.wallet, first.seller.wallet));
    let mut tx = world.begin().await;
    tx.insert_agreement(&first).await.unwrap();
    let again = AgreementRecord { importer: seller_id(), ..signed(3, 1) };
    assert_eq!(conflict(tx.insert_agreement(&again).await), Conflict::Duplicate("consent"));
    tx.insert_agreement(&signed(4, 2)).await.unwrap();
    assert_eq!(tx.agreement_by_consent(hash, wallets, B256::repeat_byte(1)).await.unwrap(), Some(first.id));
    assert_eq!(tx.agreement_by_consent(hash, wallets, B256::repeat_byte(3)).await.unwrap(), None);
    tx.commit().await.unwrap();
}

async fn of_many_imports_of_one_reference_exactly_one_happens(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.db.another_store().await;
    let import = |n: u64| {
        let store = if n.is_multiple_of(2) { world.store().clone() } else { other.clone() };
        let record = AgreementRecord { external_ref: "order-7".to_owned(), ..agreement(10 + n) };
        tokio::spawn(async move {
            let mut tx = store.begin().await?;
            match tx.insert_agreement(&record).await {
                Ok(()) => tx.commit().await.map(|()| record.id),
                Err(StoreError::Conflict(Conflict::Duplicate("external_ref"))) => {
                    Ok(tx.agreement_by_ref(&record.importer, &record.external_ref).await?.expect("whoever won has committed").id)
                }
                Err(error) => Err(error),
            }
        })
    };
    let mut ids: Vec<AgreementId> = join_all((0..8).map(import).collect::<Vec<_>>()).await.into_iter().map(|id| id.unwrap().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "everybody is told of the same agreement");
}

async fn e12_of_two_decisions_at_once_one_is_made(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.db.another_store().await;
    let mut now = world.agreement.clone();
    for round in 0..8 {
        let decide = |store: Store, by: u64, now: AgreementRecord| {
            let to = AgreementState::Cancelled { reason: format!("by {by}"), by: profile_id(by), at: at(by) };
            tokio::spawn(async move {
                let mut tx = store.begin().await?;
                tx.set_agreement_state(&now.id, &now, &to, at(100 + round)).await?;
                tx.commit().await
            })
        };
        let (one, two) = (decide(world.store().clone(), 1, now.clone()), decide(other.clone(), 2, now.clone()));
        let results = [one.await.unwrap(), two.await.unwrap()];
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert!(results.iter().any(|result| matches!(result, Err(StoreError::Conflict(Conflict::Changed)))), "{results:?}");
        now = world.store().agreement(&now.id).await.unwrap().unwrap();
    }
}

async fn whoever_locks_the_agreement_decides_alone(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.db.another_store().await;
    // Each signs for a unit of its own, the whole and an instalment, unless the other has signed already.
    let create = |store: Store, n: u64| {
        let record = world.agreement.clone();
        tokio::spawn(async move {
            let mut tx = store.begin().await?;
            tx.agreement(&record.id).await?.expect("the agreement is there");
            if !tx.siblings(&record.id).await?.is_empty() {
                return Ok::<bool, StoreError>(false);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            let kind = if n.is_multiple_of(2) { UnitKind::Whole } else { UnitKind::Instalment(1) };
            let nonce = tx.allocate_nonce(CHAIN, ROUTER, operator().address()).await?;
            let unit = settlement::unit::Unit { kind, nonce, ..unit(&record, n) };
            tx.insert_unit(&unit, CHAIN, ROUTER, operator().address()).await?;
            tx.insert_request(&request(&record, &unit, n)).await?;
            tx.commit().await?;
            Ok(true)
        })
    };
    let tasks: Vec<_> = (0..6).map(|n| create(if n % 3 == 0 { other.clone() } else { world.store().clone() }, n)).collect();
    let signed: Vec<bool> = join_all(tasks).await.into_iter().map(|result| result.unwrap().unwrap()).collect();
    assert_eq!(signed.iter().filter(|signed| **signed).count(), 1);
    assert_eq!(world.store().requests_of(&world.agreement.id).await.unwrap().len(), 1);
}

async fn listed(store: &Store, filter: &AgreementFilter) -> Vec<AgreementId> {
    let mut filter = filter.clone();
    let mut ids = Vec::new();
    loop {
        let page = store.agreements(&filter).await.unwrap();
        assert!(page.len() <= usize::try_from(filter.limit).unwrap());
        let Some(last) = page.last() else { return ids };
        filter.after = Some(PageKey { at: last.created_at, id: last.id.to_string() });
        ids.extend(page.into_iter().map(|record| record.id));
    }
}

fn filter(profile: u64, role: Option<Role>) -> AgreementFilter {
    AgreementFilter { profile: profile_id(profile), role, status: None, after: None, limit: 3 }
}

async fn lists_page_stably_also_where_times_are_equal(engine: Engine) {
    let world = World::new(engine).await;
    let mut expected = vec![(at(0), world.agreement.id.clone())];
    let mut tx = world.begin().await;
    for n in 2..=11 {
        // Three moments, several agreements in each.
        let record = AgreementRecord { created_at: at(n % 3), ..agreement(n) };
        tx.insert_agreement(&record).await.unwrap();
        expected.push((record.created_at, record.id));
    }
    tx.commit().await.unwrap();
    expected.sort();
    expected.reverse();
    let expected: Vec<AgreementId> = expected.into_iter().map(|(_, id)| id).collect();
    for role in [None, Some(Role::Buyer)] {
        for limit in [1, 2, 3, 11, 50] {
            assert_eq!(listed(world.store(), &AgreementFilter { limit, ..filter(1, role) }).await, expected, "{role:?} in pages of {limit}");
        }
    }
    // What is added meanwhile is newer than the page that is being read, so nothing is shown twice or left out.
    let first = world.store().agreements(&filter(1, None)).await.unwrap();
    let mut tx = world.begin().await;
    tx.insert_agreement(&AgreementRecord { created_at: at(99), ..agreement(50) }).await.unwrap();
    tx.commit().await.unwrap();
    let last = first.last().unwrap();
    let after = Some(PageKey { at: last.created_at, id: last.id.to_string() });
    assert_eq!(listed(world.store(), &AgreementFilter { after, ..filter(1, None) }).await, expected[3..]);
    assert_eq!(world.store().agreements(&AgreementFilter { limit: 0, ..filter(1, None) }).await.unwrap(), vec![]);
}

async fn lists_show_what_a_party_has_a_part_in(engine: Engine) {
    let world = World::new(engine).await;
    let (judge, wallet) = (3, Address::repeat_byte(0xe7));
    let delivery = submission(1, 1, 1);
    let mut tx = world.begin().await;
    for n in [judge, 4, 5] {
        tx.insert_profile(&profile(n)).await.unwrap();
    }
    for (address, proof) in [(Address::repeat_byte(0xe8), WalletProof::Key), (wallet, WalletProof::Contract { chain_id: CHAIN })] {
        tx.insert_wallet(&Wallet::new(address, proof, profile_id(judge), at(0))).await.unwrap();
    }
    tx.insert_wallet(&Wallet::new(wallet, WalletProof::Contract { chain_id: CHAIN + 1 }, profile_id(5), at(0))).await.unwrap();
    // Imported by a marketplace that is no party of it.
    tx.insert_agreement(&AgreementRecord { importer: profile_id(4), buyer: Party { profile: profile_id(4), wallet: Address::repeat_byte(4) }, ..agreement(2) })
        .await
        .unwrap();
    tx.insert_agreement(&AgreementRecord { importer: profile_id(4), ..agreement(3) }).await.unwrap();
    tx.insert_submission(&delivery).await.unwrap();
    tx.set_agreement_state(&world.agreement.id, &world.agreement, &AgreementState::Submitted { submission: delivery.id, at: at(1) }, at(1)).await.unwrap();
    tx.commit().await.unwrap();
    let ids = async |profile, role| listed(world.store(), &filter(profile, role)).await;
    let of = |numbers: &[u64]| numbers.iter().map(|n| agreement(*n).id).collect::<Vec<_>>();
    assert_eq!(ids(1, Some(Role::Buyer)).await, of(&[3, 1]));
    assert_eq!(ids(1, Some(Role::Seller)).await, of(&[]));
    assert_eq!(ids(2, Some(Role::Seller)).await, of(&[3, 2, 1]));
    assert_eq!(ids(judge, Some(Role::Evaluator)).await, of(&[3, 2, 1]), "through its wallet");
    assert_eq!(ids(judge, None).await, of(&[3, 2, 1]));
    assert_eq!(ids(5, Some(Role::Evaluator)).await, of(&[]), "its contract is on another chain");
    assert_eq!(ids(5, None).await, of(&[]));
    assert_eq!(ids(4, None).await, of(&[3, 2]), "what it imported");
    assert_eq!(ids(4, Some(Role::Buyer)).await, of(&[2]));
    assert_eq!(ids(9, None).await, of(&[]));
    for (profile, role) in [(2, None), (2, Some(Role::Seller)), (1, Some(Role::Buyer)), (judge, Some(Role::Evaluator)), (judge, None)] {
        let submitted = AgreementFilter { status: Some("submitted".to_owned()), ..filter(profile, role) };
        assert_eq!(listed(world.store(), &submitted).await, of(&[1]), "{profile} {role:?}");
    }
    let open = AgreementFilter { status: Some("in_progress".to_owned()), ..filter(4, None) };
    assert_eq!(listed(world.store(), &open).await, of(&[3, 2]), "what it imported");
    let mut tx = world.begin().await;
    tx.retire_wallet(&profile_id(judge), wallet, at(2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(ids(judge, Some(Role::Evaluator)).await, of(&[]), "a retired wallet judges nothing");
}

async fn deliveries_are_numbered_and_paged(engine: Engine) {
    let world = World::new(engine).await;
    let (store, id) = (world.store(), &world.agreement.id);
    let mut tx = world.begin().await;
    for n in 1..=5 {
        assert_eq!(tx.next_revision(id).await.unwrap(), n);
        // All in one moment: the number decides nothing about the page, the id does.
        tx.insert_submission(&submission(u64::from(n), n, 7)).await.unwrap();
    }
    assert_eq!(conflict(tx.insert_submission(&submission(9, 3, 8)).await), Conflict::Duplicate("revision"));
    assert_eq!(tx.submission(&submission(2, 2, 7).id).await.unwrap(), Some(submission(2, 2, 7)));
    tx.commit().await.unwrap();
    assert_eq!(store.submission(&submission(5, 5, 7).id).await.unwrap(), Some(submission(5, 5, 7)));
    assert_eq!(store.submission(&submission(9, 9, 7).id).await.unwrap(), None);
    let (first, total) = store.submissions(id, None, 2).await.unwrap();
    assert_eq!((first, total), (vec![submission(5, 5, 7), submission(4, 4, 7)], 5));
    let after = PageKey { at: at(7), id: submission(4, 4, 7).id.to_string() };
    let (rest, total) = store.submissions(id, Some(&after), 9).await.unwrap();
    assert_eq!((rest, total), (vec![submission(3, 3, 7), submission(2, 2, 7), submission(1, 1, 7)], 5));
    assert_eq!(store.submissions(&agreement(9).id, None, 2).await.unwrap(), (vec![], 0));
}
