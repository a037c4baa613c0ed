//! Disputes: who may say what, and how they end.

use proptest::prelude::*;
use settlement::agreement::PaymentFacts;
use settlement::available_action::Action;
use settlement::dispute::{Answer, Dispute, DisputeState, MAX_DISPUTES, MAX_VERSIONS, Outcome, OutcomeError, Proposal, Recommendation, may_open};
use settlement::ids::{DisputeId, ProfileId};
use settlement::milestone::Side;
use settlement::money::Amount;
use settlement::next_action::Actor;

use crate::states::{Row, listing, outcome};
use crate::world::{self, amount, at};

fn proposal(outcome: Outcome) -> Proposal {
    Proposal { outcome, note: Some("that is fair".to_owned()), at: at(2) }
}

fn answer() -> Answer {
    Answer { statement: "it is in the second file".to_owned(), evidence_url: None, at: at(2) }
}

fn recommendation() -> Recommendation {
    Recommendation { by: ProfileId::new(world::ulid(4)), proposal: proposal(Outcome::NoRefund) }
}

/// Something else than [`recommendation`] says.
fn other_recommendation() -> Recommendation {
    Recommendation { proposal: proposal(Outcome::Refund(amount(2))), ..recommendation() }
}

/// Opened by the buyer.
pub fn dispute(state: DisputeState) -> Dispute {
    Dispute {
        id: DisputeId::new(world::ulid(50)),
        agreement: world::agreement().id,
        opened_by: Side::Buyer,
        reason: "chapter three is missing".to_owned(),
        evidence_url: None,
        notes: None,
        answer: None,
        recommendation: None,
        state,
        version: 1,
        created_at: at(1),
        updated_at: at(1),
    }
}

/// Every state of a dispute, with and without an answer, opened by either.
pub fn disputes() -> Vec<(String, Dispute)> {
    let said = |by| DisputeState::Proposed { by, proposal: proposal(Outcome::NoRefund) };
    let resolved = DisputeState::Resolved { by: Side::Buyer, proposal: proposal(Outcome::NoRefund), agreed_note: None, at: at(2) };
    let mut all = Vec::new();
    for opened_by in Side::ALL {
        for (name, state) in [
            ("open", DisputeState::Open),
            ("proposed by the opener", said(opened_by)),
            ("proposed by the other", said(opened_by.other())),
            ("resolved", resolved.clone()),
            ("withdrawn", DisputeState::Withdrawn { at: at(2) }),
        ] {
            for answered in [false, true] {
                let answer = answered.then(answer);
                let name = if answered { format!("{name}, answered") } else { name.to_owned() };
                all.push((name, Dispute { answer, opened_by, ..dispute(state.clone()) }));
            }
        }
        for version in [MAX_VERSIONS / 2, MAX_VERSIONS] {
            for (name, by) in [("opener", opened_by), ("other", opened_by.other())] {
                let long = Dispute { opened_by, version, answer: Some(answer()), recommendation: Some(recommendation()), ..dispute(said(by)) };
                all.push((format!("proposed by the {name}, answered, version {version}"), long));
            }
        }
    }
    all
}

/// Whether the rules accept what an action of `availableActions` does.
pub fn accepted(action: Action, actor: Actor, dispute: &Dispute) -> bool {
    let d = || dispute.clone();
    match (action, actor.side()) {
        (Action::AnswerDispute, Some(side)) => d().answer(side, answer()).is_ok(),
        (Action::ProposeResolution, Some(side)) => d().resolve(side, proposal(Outcome::Refund(amount(1)))).is_ok(),
        (Action::AgreeResolution, Some(side)) => match dispute.awaits(side) {
            Some(outcome) => matches!(d().resolve(side, proposal(outcome)).unwrap().state, DisputeState::Resolved { .. }),
            None => false,
        },
        (Action::WithdrawDispute, Some(side)) => d().withdraw(side, at(2)).is_ok(),
        (Action::RecommendResolution, None) => actor == Actor::Evaluator && d().recommend(other_recommendation()).is_ok(),
        _ => false,
    }
}

pub fn dispute_table() -> Vec<Row> {
    let by_buyer = disputes().into_iter().filter(|(_, dispute)| dispute.opened_by == Side::Buyer);
    let row = |(from, dispute): (String, Dispute)| {
        let d = || dispute.clone();
        let to = |result| outcome(result, |dispute: &Dispute| dispute.state.name().to_owned());
        let other_outcome = Outcome::Refund(amount(1));
        let outcomes = vec![
            ("answer: opener", to(d().answer(Side::Buyer, answer()))),
            ("answer: other", to(d().answer(Side::Seller, answer()))),
            ("propose: opener", to(d().resolve(Side::Buyer, proposal(other_outcome)))),
            ("propose: other", to(d().resolve(Side::Seller, proposal(other_outcome)))),
            ("agree: opener", to(d().resolve(Side::Buyer, proposal(Outcome::NoRefund)))),
            ("agree: other", to(d().resolve(Side::Seller, proposal(Outcome::NoRefund)))),
            ("withdraw: opener", to(d().withdraw(Side::Buyer, at(2)))),
            ("withdraw: other", to(d().withdraw(Side::Seller, at(2)))),
            ("recommend", to(d().recommend(other_recommendation()))),
        ];
        Row { from, outcomes }
    };
    by_buyer.map(row).collect()
}

#[test]
fn the_transitions_of_a_dispute() {
    insta::assert_snapshot!("dispute", listing(&dispute_table()));
}

#[test]
fn who_opened_it_makes_no_difference_but_for_the_names() {
    let swap = |dispute: &Dispute| {
        let state = match &dispute.state {
            DisputeState::Proposed { by, proposal } => DisputeState::Proposed { by: by.other(), proposal: proposal.clone() },
            DisputeState::Resolved { by, proposal, agreed_note, at } => {
                DisputeState::Resolved { by: by.other(), proposal: proposal.clone(), agreed_note: agreed_note.clone(), at: *at }
            }
            same @ (DisputeState::Open | DisputeState::Withdrawn { .. }) => same.clone(),
        };
        Dispute { opened_by: dispute.opened_by.other(), state, ..dispute.clone() }
    };
    for (from, dispute) in disputes() {
        for side in Side::ALL {
            let (this, other) = (dispute.clone(), swap(&dispute));
            assert_eq!(this.clone().answer(side, answer()).is_ok(), other.clone().answer(side.other(), answer()).is_ok(), "{from}");
            assert_eq!(this.clone().withdraw(side, at(2)).is_ok(), other.clone().withdraw(side.other(), at(2)).is_ok(), "{from}");
            let said = proposal(Outcome::NoRefund);
            assert_eq!(this.resolve(side, said.clone()).map(|d| swap(&d)), other.resolve(side.other(), said), "{from}");
        }
    }
}

#[test]
fn g12_a_dispute_that_has_ended_is_not_ended_again() {
    for (from, dispute) in disputes().into_iter().filter(|(_, dispute)| !dispute.state.is_open()) {
        for side in Side::ALL {
            assert!(dispute.clone().resolve(side, proposal(Outcome::NoRefund)).is_err(), "{from}");
            assert!(dispute.clone().withdraw(side, at(3)).is_err(), "{from}");
        }
    }
}

#[test]
fn a_dispute_needs_a_payment_and_there_is_one_at_a_time() {
    let paid = PaymentFacts { any_verified: true, ..PaymentFacts::default() };
    assert!(may_open(paid, 0, false).is_ok());
    assert!(may_open(paid, MAX_DISPUTES - 1, false).is_ok());
    for (payments, earlier, open) in [(PaymentFacts::default(), 0, false), (paid, 1, true), (paid, MAX_DISPUTES, false)] {
        assert!(may_open(payments, earlier, open).is_err(), "{payments:?} {earlier} {open}");
    }
}

#[test]
fn no_more_than_is_left_goes_back() {
    let left = amount(100);
    assert_eq!(Outcome::Refund(amount(100)).check(left), Ok(()));
    assert_eq!(Outcome::NoRefund.check(Amount::ZERO), Ok(()));
    assert_eq!(Outcome::Refund(Amount::ZERO).check(left), Err(OutcomeError::Zero));
    assert_eq!(Outcome::Refund(amount(101)).check(left), Err(OutcomeError::MoreThanLeft { asked: amount(101), left }));
}

#[test]
fn to_say_the_same_again_changes_nothing() {
    let proposed = dispute(DisputeState::Open).resolve(Side::Buyer, proposal(Outcome::Refund(amount(1)))).unwrap();
    let later = |outcome| Proposal { at: at(9), ..proposal(outcome) };
    assert_eq!(proposed.clone().resolve(Side::Buyer, later(Outcome::Refund(amount(1)))), Ok(proposed.clone()));
    let other_words = Proposal { note: None, ..later(Outcome::Refund(amount(1))) };
    assert_eq!(proposed.clone().resolve(Side::Buyer, other_words).unwrap().version, proposed.version + 1);
    let recommended = proposed.recommend(recommendation()).unwrap();
    let again = Recommendation { proposal: later(Outcome::NoRefund), ..recommendation() };
    assert_eq!(recommended.clone().recommend(again), Ok(recommended));
}

#[test]
fn what_the_side_that_agrees_says_is_kept() {
    let proposed = dispute(DisputeState::Open).resolve(Side::Buyer, proposal(Outcome::NoRefund)).unwrap();
    let agrees = Proposal { note: Some("so be it".to_owned()), ..proposal(Outcome::NoRefund) };
    let DisputeState::Resolved { proposal: said, agreed_note, .. } = proposed.resolve(Side::Seller, agrees).unwrap().state else { panic!("both agree") };
    assert_eq!((said.note.as_deref(), agreed_note.as_deref()), (Some("that is fair"), Some("so be it")));
}

#[test]
fn nobody_speaks_for_ever_and_nobody_uses_up_what_is_left_to_the_others() {
    let mut now = dispute(DisputeState::Open);
    let mut refunds = (1..).map(|n| Outcome::Refund(amount(n)));
    // One side goes on and on.
    while let Ok(next) = now.clone().resolve(Side::Buyer, proposal(refunds.next().unwrap())) {
        now = next;
    }
    assert_eq!(now.version, MAX_VERSIONS / 2);
    // The evaluator has not spoken, and may, once.
    let mut now = now.recommend(recommendation()).unwrap();
    assert!(now.clone().recommend(other_recommendation()).is_err());
    // The other side answers, and so on.
    for side in Side::ALL.into_iter().rev().cycle() {
        assert!(now.clone().resolve(side.other(), proposal(refunds.next().unwrap())).is_err(), "{now:?}");
        match now.clone().resolve(side, proposal(refunds.next().unwrap())) {
            Ok(next) => now = next,
            Err(_) => break,
        }
    }
    assert_eq!(now.version, MAX_VERSIONS);
    for side in Side::ALL {
        assert!(now.may_propose(side).is_err());
    }
    let DisputeState::Proposed { by, proposal: last } = now.state.clone() else { panic!("it is open") };
    assert_eq!(now.clone().resolve(by, last.clone()), Ok(now.clone()), "to say the same again is no error");
    assert!(matches!(now.clone().resolve(by.other(), last).unwrap().state, DisputeState::Resolved { .. }));
    assert!(now.clone().withdraw(now.opened_by, at(9)).is_ok());
    assert!(now.answer(Side::Seller, answer()).is_ok());
}

/// Anything that anybody can do.
#[derive(Clone, Debug)]
enum Step {
    Answer(Side),
    Resolve(Side, u64),
    Withdraw(Side),
    Recommend,
}

fn any_step() -> impl Strategy<Value = Step> {
    let side = || prop::sample::select(Side::ALL.to_vec());
    prop_oneof![
        side().prop_map(Step::Answer),
        (side(), 0..3u64).prop_map(|(side, refund)| Step::Resolve(side, refund)),
        side().prop_map(Step::Withdraw),
        Just(Step::Recommend),
    ]
}

fn take(dispute: Dispute, step: &Step) -> Option<Dispute> {
    match *step {
        Step::Answer(side) => dispute.answer(side, answer()),
        Step::Resolve(side, 0) => dispute.resolve(side, proposal(Outcome::NoRefund)),
        Step::Resolve(side, refund) => dispute.resolve(side, proposal(Outcome::Refund(amount(refund)))),
        Step::Withdraw(side) => dispute.withdraw(side, at(2)),
        Step::Recommend => dispute.recommend(recommendation()),
    }
    .ok()
}

proptest! {
    #[test]
    fn a_dispute_is_resolved_only_as_both_have_said(steps in prop::collection::vec(any_step(), 0..20)) {
        let (mut now, mut said) = (dispute(DisputeState::Open), [None, None]);
        for step in &steps {
            let Some(next) = take(now.clone(), step) else { continue };
            prop_assert!(now.state.is_open(), "what has ended changes no more");
            prop_assert_eq!(next.version, now.version + u32::from(next != now));
            if let Step::Resolve(side, refund) = step {
                said[usize::from(*side == Side::Seller)] = Some(*refund);
            }
            now = next;
        }
        if let DisputeState::Resolved { proposal, .. } = &now.state {
            let refund = proposal.outcome.refund().map_or(0, |amount| amount.atomic().to::<u64>());
            prop_assert_eq!(said, [Some(refund), Some(refund)]);
        }
    }
}
