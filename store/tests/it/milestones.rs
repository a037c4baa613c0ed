//! Milestones and their plans: what is stored is what is read, a change starts from what was seen, and what they add up to holds.

use alloy_primitives::U256;
use futures::future::join_all;
use settlement::agreement::{AgreementRecord, PaymentFacts};
use settlement::ids::{MilestoneId, SubmissionId};
use settlement::ledger::postings;
use settlement::milestone::{Milestone, MilestoneState, Part, Plan, Progress, Side};
use settlement::payment_request::PaymentRequest;
use settlement::unit::{Fate, Unit, UnitKind};
use settlement::verify::{Authority, Evidence, verify};
use store::{Conflict, Engine, MilestoneDelivery, Store, StoreError, StoredRequest, Verdict};

use crate::world::{World, agreement, amount, at, conflict, header, request, ulid, unit};

on_both_engines!(
    a_plan_reads_back_as_it_was_written,
    e11_a_change_starts_from_the_version_that_was_seen,
    two_confirmations_at_once_are_both_kept_or_one_is_told,
    a15_milestones_never_add_up_to_more_than_was_agreed,
    deliveries_are_numbered_and_the_present_one_is_found,
    a16_a_payment_of_a_milestone_rests_on_what_was_agreed_for_it,
);

fn milestone_id(n: u64) -> MilestoneId {
    MilestoneId::new(ulid(6_000 + n))
}

fn milestone(agreement: &AgreementRecord, n: u64, atomic: u64, state: MilestoneState) -> Milestone {
    let part = Part {
        title: format!("Part {n}"),
        description: n.is_multiple_of(2).then(|| "at length".to_owned()),
        acceptance_criteria: (0..n).map(|n| format!("criterion \"{n}\"")).collect(),
        amount: amount(atomic),
        due_at: n.is_multiple_of(2).then(|| at(1_000)),
    };
    let position = u32::try_from(n).unwrap();
    Milestone {
        id: milestone_id(n),
        agreement: agreement.id.clone(),
        position,
        added_by: Side::Seller,
        part,
        state,
        version: 1,
        created_at: at(n),
        updated_at: at(n),
    }
}

async fn store_plan(store: &Store, agreement: &AgreementRecord, plan: &Plan) {
    let mut tx = store.begin().await.unwrap();
    tx.set_plan(&agreement.id, &Plan::default(), plan).await.unwrap();
    for milestone in &plan.milestones {
        tx.insert_milestone(milestone).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn submission(n: u64) -> SubmissionId {
    SubmissionId::new(ulid(7_000 + n))
}

async fn a_plan_reads_back_as_it_was_written(engine: Engine) {
    let world = World::new(engine).await;
    assert_eq!(world.store().plan(&world.agreement.id).await.unwrap(), Plan::default());
    let states = [
        MilestoneState::Proposed,
        MilestoneState::Active,
        MilestoneState::Submitted { submission: submission(1), at: at(1) },
        MilestoneState::Accepted { submission: submission(2), at: at(2) },
        MilestoneState::Rejected { submission: submission(3), reason: "not what was agreed".to_owned(), at: at(3) },
        MilestoneState::Cancelled { by: Side::Seller, at: at(4) },
    ];
    let milestones = states.into_iter().zip(1..).map(|(state, n)| milestone(&world.agreement, n, 1_000 + n, state)).collect();
    let plan = Plan { version: 9, buyer_confirmed: Some(9), seller_confirmed: Some(9), finalised_at: Some(at(5)), milestones };
    store_plan(world.store(), &world.agreement, &plan).await;
    assert_eq!(world.store().plan(&world.agreement.id).await.unwrap(), plan);
    let mut tx = world.begin().await;
    assert_eq!(tx.plan(&world.agreement.id).await.unwrap(), plan);
    let same_place = Milestone { id: milestone_id(99), ..plan.milestones[0].clone() };
    assert_eq!(conflict(tx.insert_milestone(&same_place).await), Conflict::Duplicate("position"));
    // A final plan does not change, whoever asks for it.
    assert_eq!(conflict(tx.set_plan(&world.agreement.id, &plan, &Plan { version: 10, finalised_at: None, ..plan.clone() }).await), Conflict::Changed);
    assert_eq!(world.store().plan(&agreement(2).id).await.unwrap(), Plan::default());
}

async fn e11_a_change_starts_from_the_version_that_was_seen(engine: Engine) {
    let world = World::new(engine).await;
    let seen = milestone(&world.agreement, 1, 1_000, MilestoneState::Proposed);
    let plan = Plan { version: 1, milestones: vec![seen.clone()], ..Plan::default() };
    store_plan(world.store(), &world.agreement, &plan).await;
    let changes = [
        Milestone { state: MilestoneState::Active, version: 2, ..seen.clone() },
        Milestone { state: MilestoneState::Cancelled { by: Side::Seller, at: at(2) }, version: 2, ..seen.clone() },
        Milestone { part: Part { amount: amount(2_000), ..seen.part.clone() }, version: 2, ..seen.clone() },
    ];
    let other = world.db.another_store().await;
    let attempt = |n: usize| {
        let (store, from, to) = (if n == 0 { world.store().clone() } else { other.clone() }, seen.clone(), changes[n].clone());
        tokio::spawn(async move {
            let mut tx = store.begin().await?;
            tx.set_milestone(&from, &to).await?;
            tx.commit().await
        })
    };
    let results: Vec<Result<(), StoreError>> = join_all((0..3).map(attempt).collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect();
    let won = results.iter().position(Result::is_ok).unwrap();
    assert!(results.iter().enumerate().all(|(n, result)| n == won || matches!(result, Err(StoreError::Conflict(Conflict::Changed)))), "{results:?}");
    assert_eq!(world.store().plan(&world.agreement.id).await.unwrap().milestones, [changes[won].clone()]);
}

async fn two_confirmations_at_once_are_both_kept_or_one_is_told(engine: Engine) {
    let world = World::new(engine).await;
    let draft = Plan { version: 3, ..Plan::default() };
    store_plan(world.store(), &world.agreement, &draft).await;
    let other = world.db.another_store().await;
    let confirm = |store: Store, to: Plan| {
        let (id, from) = (world.agreement.id.clone(), draft.clone());
        tokio::spawn(async move {
            let mut tx = store.begin().await?;
            tx.set_plan(&id, &from, &to).await?;
            tx.commit().await
        })
    };
    let buyer = confirm(world.store().clone(), Plan { buyer_confirmed: Some(3), ..draft.clone() });
    let seller = confirm(other, Plan { seller_confirmed: Some(3), ..draft.clone() });
    let (buyer, seller) = (buyer.await.unwrap(), seller.await.unwrap());
    let stored = world.store().plan(&world.agreement.id).await.unwrap();
    assert_eq!((stored.buyer_confirmed.is_some(), stored.seller_confirmed.is_some()), (buyer.is_ok(), seller.is_ok()), "no confirmation is lost silently");
    assert!(buyer.is_ok() != seller.is_ok(), "both start from a plan without confirmations");
}

async fn a15_milestones_never_add_up_to_more_than_was_agreed(engine: Engine) {
    let world = World::new(engine).await;
    let other = world.db.another_store().await;
    // Eight at once, of 5 out of 12.5 each: two fit.
    let add = |n: u64| {
        let store = if n.is_multiple_of(2) { world.store().clone() } else { other.clone() };
        let id = world.agreement.id.clone();
        tokio::spawn(async move {
            let mut tx = store.begin().await.unwrap();
            let agreement = tx.agreement(&id).await.unwrap().unwrap();
            let plan = tx.plan(&id).await.unwrap();
            if plan.fits(agreement.terms.amount, amount(5_000_000), None).is_err() {
                return false;
            }
            let place = plan.milestones.len() as u64 + 1;
            tx.set_plan(&id, &plan, &Plan { version: plan.next_version(), ..plan.clone() }).await.unwrap();
            let added = milestone(&agreement, place, 5_000_000, MilestoneState::Active);
            tx.insert_milestone(&Milestone { id: milestone_id(n), ..added }).await.unwrap();
            tx.commit().await.unwrap();
            true
        })
    };
    let added = join_all((0..8).map(add).collect::<Vec<_>>()).await.into_iter().filter(|added| *added.as_ref().unwrap()).count();
    let plan = world.store().plan(&world.agreement.id).await.unwrap();
    assert_eq!((added, plan.milestones.len(), plan.version), (2, 2, 2));
    assert_eq!(plan.left(world.agreement.terms.amount, None), amount(2_500_000));
}

async fn deliveries_are_numbered_and_the_present_one_is_found(engine: Engine) {
    let world = World::new(engine).await;
    let rejected = MilestoneState::Rejected { submission: submission(2), reason: "not what was agreed".to_owned(), at: at(3) };
    let milestones = vec![milestone(&world.agreement, 1, 1_000, rejected), milestone(&world.agreement, 2, 1_000, MilestoneState::Active)];
    store_plan(world.store(), &world.agreement, &Plan { version: 1, milestones, ..Plan::default() }).await;
    let delivery = |n: u64, revision: u32| MilestoneDelivery {
        id: submission(n),
        milestone: milestone_id(1),
        revision,
        deliverable_url: Some("https://files.example/part.pdf".to_owned()),
        notes: None,
        created_at: at(n),
    };
    let mut tx = world.begin().await;
    assert_eq!(tx.next_milestone_revision(&milestone_id(1)).await.unwrap(), 1);
    tx.insert_milestone_delivery(&delivery(1, 1)).await.unwrap();
    assert_eq!(conflict(tx.insert_milestone_delivery(&delivery(3, 1)).await), Conflict::Duplicate("revision"));
    assert_eq!(tx.next_milestone_revision(&milestone_id(1)).await.unwrap(), 2);
    tx.insert_milestone_delivery(&delivery(2, 2)).await.unwrap();
    let plan = tx.plan(&world.agreement.id).await.unwrap();
    assert_eq!(tx.milestone_deliveries(&plan).await.unwrap(), [delivery(2, 2)]);
    tx.commit().await.unwrap();
    assert_eq!(world.store().milestone_deliveries(&plan).await.unwrap(), [delivery(2, 2)]);
    // Whoever has read the milestone before it was delivered again sees the delivery that its version is about.
    let before = MilestoneState::Submitted { submission: submission(1), at: at(1) };
    let earlier = Plan { milestones: vec![Milestone { state: before, ..plan.milestones[0].clone() }], ..plan };
    assert_eq!(world.store().milestone_deliveries(&earlier).await.unwrap(), [delivery(1, 1)]);
}

/// A milestone of 2.5, accepted, with a request for it.
async fn requested(world: &World) -> PaymentRequest {
    let accepted = MilestoneState::Accepted { submission: submission(1), at: at(2) };
    let milestones = vec![milestone(&world.agreement, 1, 2_500_000, accepted), milestone(&world.agreement, 2, 10_000_000, MilestoneState::Active)];
    let plan = Plan { version: 1, buyer_confirmed: Some(1), seller_confirmed: Some(1), finalised_at: Some(at(1)), milestones };
    store_plan(world.store(), &world.agreement, &plan).await;
    let unit = Unit { kind: UnitKind::Milestone(milestone_id(1)), nonce: U256::from(77), ..unit(&world.agreement, 1) };
    world.add_unit(&unit).await;
    let mut tx = world.begin().await;
    assert_eq!(tx.unit(&unit.id).await.unwrap(), Some(unit.clone()));
    let request = request(&world.agreement, &unit, 1);
    tx.insert_request(&request).await.unwrap();
    tx.commit().await.unwrap();
    request
}

async fn a16_a_payment_of_a_milestone_rests_on_what_was_agreed_for_it(engine: Engine) {
    let world = World::new(engine).await;
    let request = requested(&world).await;
    let event = world.see(&request, &header(10, 0), 1).await;
    let mut tx = world.begin().await;
    let agreed = tx.agreed_terms(&world.agreement, &request.unit, &request.signed).await.unwrap();
    assert_eq!(agreed.milestone.as_ref().map(|m| (&m.id, m.amount)), Some((&milestone_id(1), amount(2_500_000))));
    let undivided = tx.agreed_terms(&world.agreement, &unit(&world.agreement, 9), &request.signed).await.unwrap();
    let foreign = tx.agreed_terms(&agreement(2), &request.unit, &request.signed).await.unwrap();
    assert_eq!((undivided.milestone, foreign.milestone), (None, None));
    let evidence = Evidence { signed: &request.signed, event: &event, agreed: Some(&agreed), authority: Some(Authority::Operator), final_through: Some(12) };
    let proof = verify(&evidence).unwrap();
    let lines = postings(&proof, &world.agreement.id, world.agreement.terms.asset);
    let verified = request.verify(proof, at(100)).unwrap();
    tx.set_request_state(&request.id, request.state.name(), &verified, at(100)).await.unwrap();
    tx.post(&request.id, "one:1", &lines).await.unwrap();
    tx.judge_event(&event.location, Verdict::Verified).await.unwrap();
    tx.commit().await.unwrap();

    assert!(matches!(world.stored(&request.id).await, StoredRequest::Sound(_)));
    let siblings = world.store().siblings(&world.agreement.id).await.unwrap();
    assert_eq!((&siblings[0].unit, siblings[0].fate), (&UnitKind::Milestone(milestone_id(1)), Fate::Paid));
    let facts = world.store().payment_facts(&world.agreement.id).await.unwrap();
    assert_eq!(facts, PaymentFacts { any_verified: true, milestones: Progress::Begun, ..PaymentFacts::default() }, "one milestone is not the agreement");

    for set in ["amount = '2500001'", "amount = '2499999'", "agreement_id = 'agr_01ARZ3NDEKTSV4RRFFQ69G5FAV'"] {
        world.damage("milestones", set, "position = 1").await;
        let StoredRequest::Unproven { issues, .. } = world.stored(&request.id).await else { panic!("{set} is not noticed") };
        assert_eq!(issues.iter().map(|issue| issue.check).collect::<Vec<_>>(), ["agreement"], "{set}");
        world.mend("milestones").await;
    }
    for set in ["milestone_id = NULL", "milestone_id = (SELECT id FROM milestones WHERE position = 2)"] {
        world.damage("units", set, "milestone_id IS NOT NULL").await;
        let StoredRequest::Unproven { issues, .. } = world.stored(&request.id).await else { panic!("{set} is not noticed") };
        assert_eq!(issues.iter().map(|issue| issue.check).collect::<Vec<_>>(), ["snapshot.unit_kind"], "{set}");
        world.mend("units").await;
    }
    assert!(matches!(world.stored(&request.id).await, StoredRequest::Sound(_)), "as it was");
}
