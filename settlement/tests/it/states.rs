//! The transition tables, as the code has them.

use alloy_primitives::B256;
use proptest::prelude::*;
use settlement::agreement::{AgreementState, PaymentFacts};
use settlement::error::NotAllowed;
use settlement::milestone::{Circumstances, MilestoneState, Plan, Progress, Side};
use settlement::payment_request::{FailureReason, PaymentRequestState, StatusName, is_unexpected};
use settlement::terms::PaymentTiming;

use crate::world::{self, at, delivery};

/// What became of one action in one state.
pub type Outcome = Result<String, &'static str>;

/// One row of a table: a state (and what goes with it) and the outcome of each action.
pub struct Row {
    pub from: String,
    pub outcomes: Vec<(&'static str, Outcome)>,
}

pub fn outcome<T>(result: Result<T, NotAllowed>, name: impl FnOnce(&T) -> String) -> Outcome {
    result.as_ref().map(name).map_err(|refusal| refusal.because)
}

pub const NAMED: B256 = B256::repeat_byte(0x77);
const OTHER: B256 = B256::repeat_byte(0x78);

/// Every state of a payment request, the failed one once per reason.
pub fn request_states() -> Vec<(String, PaymentRequestState)> {
    use PaymentRequestState as S;
    let failed = |reason| S::Failed { reason, at: at(1) };
    let verified = S::Verified { proof: Box::new(world::proof()), at: at(1), recovered_from: None };
    let states = [
        S::Signed,
        S::Submitted { tx_hash: NAMED, at: at(1) },
        S::Cancelled { reason: None, at: at(1) },
        failed(FailureReason::Reverted { tx_hash: NAMED }),
        failed(FailureReason::TransferBlocked { tx_hash: NAMED }),
        failed(FailureReason::NotThisPayment { tx_hash: NAMED }),
        failed(FailureReason::UnitPaid { by: world::request_id(1) }),
        S::Expired { tx_hash: None, at: at(1) },
        verified,
    ];
    states.into_iter().map(|state| (request_state_name(&state), state)).collect()
}

fn request_state_name(state: &PaymentRequestState) -> String {
    let name = state.name().as_str();
    match state {
        PaymentRequestState::Failed { reason, .. } => format!("{name} ({})", reason.name()),
        PaymentRequestState::Signed
        | PaymentRequestState::Submitted { .. }
        | PaymentRequestState::Cancelled { .. }
        | PaymentRequestState::Expired { .. }
        | PaymentRequestState::Verified { .. } => name.to_owned(),
    }
}

pub fn request_table() -> Vec<Row> {
    let row = |(from, state): (String, PaymentRequestState)| {
        let s = || state.clone();
        let to = |result| outcome(result, request_state_name);
        let outcomes = vec![
            ("submit", to(s().submit(NAMED, at(2)))),
            ("cancel", to(s().cancel(None, at(2)))),
            ("fail: reverted", to(s().fail(FailureReason::Reverted { tx_hash: NAMED }, at(2)))),
            ("fail: transfer blocked", to(s().fail(FailureReason::TransferBlocked { tx_hash: NAMED }, at(2)))),
            ("fail: not this payment", to(s().fail(FailureReason::NotThisPayment { tx_hash: NAMED }, at(2)))),
            ("fail: another transaction reverted", to(s().fail(FailureReason::Reverted { tx_hash: OTHER }, at(2)))),
            ("fail: unit paid", to(s().fail(FailureReason::UnitPaid { by: world::request_id(1) }, at(2)))),
            ("expire", to(s().expire(at(2)))),
            ("verify", to(world::request(s()).verify(world::proof(), at(2)))),
            ("reorg", to(s().reorg(at(2)))),
        ];
        Row { from, outcomes }
    };
    request_states().into_iter().map(row).collect()
}

/// Every state of an agreement.
pub fn agreement_states() -> Vec<AgreementState> {
    let (submission, reason) = (delivery(), "not what was agreed".to_owned());
    vec![
        AgreementState::InProgress,
        AgreementState::Submitted { submission: submission.clone(), at: at(1) },
        AgreementState::Accepted { submission: submission.clone(), at: at(1) },
        AgreementState::Rejected { submission, reason: reason.clone(), at: at(1) },
        AgreementState::Cancelled { reason, by: world::agreement().buyer.profile, at: at(1) },
    ]
}

/// What payments can say, from nothing to doubt.
pub fn payment_facts() -> Vec<(&'static str, PaymentFacts)> {
    let none = PaymentFacts::default();
    vec![
        ("nothing paid", none),
        ("a live request", PaymentFacts { live_request: true, ..none }),
        ("partly paid", PaymentFacts { any_verified: true, ..none }),
        ("partly paid, a live request", PaymentFacts { any_verified: true, live_request: true, ..none }),
        ("paid in full", PaymentFacts { any_verified: true, paid_in_full: true, ..none }),
        ("a proof in doubt", PaymentFacts { proof_issue: true, ..none }),
        ("paid in full, a proof in doubt", PaymentFacts { any_verified: true, paid_in_full: true, proof_issue: true, ..none }),
        ("milestones, none accepted", PaymentFacts { milestones: Progress::Planned, ..none }),
        ("milestones, some accepted", PaymentFacts { milestones: Progress::Begun, ..none }),
        ("milestones, some accepted and paid", PaymentFacts { any_verified: true, milestones: Progress::Begun, ..none }),
        ("milestones, all accepted", PaymentFacts { milestones: Progress::Accepted, ..none }),
        ("milestones, all accepted and some paid", PaymentFacts { any_verified: true, milestones: Progress::Accepted, ..none }),
        ("milestones, all accepted and paid", PaymentFacts { any_verified: true, paid_in_full: true, milestones: Progress::Accepted, ..none }),
        ("partly paid, not acknowledged", PaymentFacts { any_verified: true, unacknowledged: true, ..none }),
        ("paid in full, not acknowledged", PaymentFacts { any_verified: true, paid_in_full: true, unacknowledged: true, ..none }),
        ("paid in full, the buyer disputes", PaymentFacts { any_verified: true, paid_in_full: true, disputed: true, ..none }),
    ]
}

pub fn agreement_table() -> Vec<Row> {
    let mut rows = Vec::new();
    for state in agreement_states() {
        for (payments, facts) in payment_facts() {
            let s = || state.clone();
            let to = |result| outcome(result, |state: &AgreementState| state.name().to_owned());
            let allowed = |timing| outcome(state.may_pay(timing, facts), |()| "allowed".to_owned());
            let outcomes = vec![
                ("submit", to(s().submit(delivery(), facts, at(2)))),
                ("accept", to(s().accept(facts, at(2)))),
                ("reject", to(s().reject("not what was agreed".to_owned(), facts, at(2)))),
                ("cancel", to(s().cancel("changed plans".to_owned(), world::agreement().buyer.profile, facts, at(2)))),
                ("pay on delivery", allowed(PaymentTiming::OnDelivery)),
                ("pay at any time", allowed(PaymentTiming::AnyTime)),
            ];
            rows.push(Row { from: format!("{}, {payments}", state.name()), outcomes });
        }
    }
    rows
}

/// Every state of a milestone.
pub fn milestone_states() -> Vec<MilestoneState> {
    let (submission, reason) = (delivery(), "not what was agreed".to_owned());
    vec![
        MilestoneState::Proposed,
        MilestoneState::Active,
        MilestoneState::Submitted { submission: submission.clone(), at: at(1) },
        MilestoneState::Accepted { submission: submission.clone(), at: at(1) },
        MilestoneState::Rejected { submission, reason, at: at(1) },
        MilestoneState::Cancelled { by: Side::Seller, at: at(1) },
    ]
}

/// What a change of a milestone can depend on: the agreement's state, what its payments say, whether the plan is final.
pub fn circumstances() -> Vec<(&'static str, AgreementState, PaymentFacts, bool)> {
    let [in_progress, submitted, accepted, rejected, cancelled]: [AgreementState; 5] = agreement_states().try_into().unwrap();
    let none = PaymentFacts::default();
    let verified = PaymentFacts { any_verified: true, ..none };
    let doubt = PaymentFacts { proof_issue: true, ..none };
    let unexpected = PaymentFacts { unacknowledged: true, any_verified: true, ..none };
    vec![
        ("draft plan", in_progress.clone(), none, false),
        ("draft plan, agreement rejected", rejected.clone(), none, false),
        ("draft plan, a live request", in_progress.clone(), PaymentFacts { live_request: true, ..none }, false),
        ("draft plan, something paid", in_progress.clone(), verified, false),
        ("draft plan, a proof in doubt", in_progress.clone(), doubt, false),
        ("draft plan, a payment came unexpectedly", in_progress.clone(), unexpected, false),
        ("draft plan, agreement submitted", submitted.clone(), none, false),
        ("draft plan, agreement accepted", accepted.clone(), none, false),
        ("draft plan, agreement cancelled", cancelled.clone(), none, false),
        ("final plan", in_progress.clone(), none, true),
        ("final plan, agreement rejected", rejected, none, true),
        ("final plan, a live request", in_progress.clone(), PaymentFacts { live_request: true, ..none }, true),
        ("final plan, something paid", in_progress.clone(), verified, true),
        ("final plan, a proof in doubt", in_progress.clone(), doubt, true),
        ("final plan, a payment came unexpectedly", in_progress, unexpected, true),
        ("final plan, agreement submitted", submitted, none, true),
        ("final plan, agreement accepted", accepted, none, true),
        ("final plan, agreement cancelled", cancelled, none, true),
    ]
}

pub fn milestone_table() -> Vec<Row> {
    let mut rows = Vec::new();
    for state in milestone_states() {
        for (what, agreement, payments, is_final) in circumstances() {
            let c = Circumstances { agreement: &agreement, payments, is_final };
            let s = || state.clone();
            let to = |result| outcome(result, |state: &MilestoneState| state.name().to_owned());
            let allowed = |result| outcome(result, |()| "allowed".to_owned());
            let milestone = world::milestone(1, 1, s());
            let outcomes = vec![
                ("activate", to(s().activate(c))),
                ("cancel", to(s().cancel(Side::Buyer, c, at(2)))),
                ("submit", to(s().submit(delivery(), c, at(2)))),
                ("accept", to(s().accept(c, at(2)))),
                ("reject", to(s().reject("not what was agreed".to_owned(), c, at(2)))),
                ("update by the buyer", allowed(state.may_update(Side::Buyer, c))),
                ("update by the seller", allowed(state.may_update(Side::Seller, c))),
                ("pay", allowed(milestone.may_pay(c))),
            ];
            rows.push(Row { from: format!("{}, {what}", state.name()), outcomes });
        }
    }
    rows
}

/// Plans of an agreement of 12.5 USDC.
pub fn plans() -> Vec<(&'static str, Plan)> {
    let of = |states: &[(u64, MilestoneState)]| {
        let numbered = states.iter().enumerate().map(|(n, (amount, state))| world::milestone(n as u64 + 1, *amount, state.clone()));
        Plan { version: 7, milestones: numbered.collect(), ..Plan::default() }
    };
    let (active, proposed) = (MilestoneState::Active, MilestoneState::Proposed);
    let whole = of(&[(2_500_000, active.clone()), (10_000_000, active.clone())]);
    let confirmed = |buyer, seller| Plan { buyer_confirmed: buyer, seller_confirmed: seller, ..whole.clone() };
    vec![
        ("empty", Plan::default()),
        ("less than the amount", of(&[(12_499_999, active.clone())])),
        ("something proposed", of(&[(2_500_000, proposed), (10_000_000, active.clone())])),
        ("everything cancelled", of(&[(12_500_000, MilestoneState::Cancelled { by: Side::Buyer, at: at(1) })])),
        ("complete", whole.clone()),
        ("confirmed by the buyer", confirmed(Some(7), None)),
        ("confirmed by the seller", confirmed(None, Some(7))),
        ("confirmed by both", confirmed(Some(7), Some(7))),
        ("confirmed by both, the seller before the last change", confirmed(Some(7), Some(6))),
        ("final", Plan { finalised_at: Some(at(1)), ..confirmed(Some(7), Some(7)) }),
        ("full", Plan { milestones: (1..=50).map(|n| world::milestone(n, 1, active.clone())).collect(), ..Plan::default() }),
    ]
}

pub fn plan_table() -> Vec<Row> {
    let agreed = world::agreement().terms.amount;
    let row = |(from, plan): (&str, Plan)| {
        let c = Circumstances { agreement: &AgreementState::InProgress, payments: PaymentFacts::default(), is_final: plan.is_final() };
        let allowed = |result| outcome(result, |()| "allowed".to_owned());
        let finalised = plan.may_finalise(c, &[], 0).map_err(|refusal| match refusal {
            settlement::milestone::CannotFinalise::NotAllowed(refusal) => refusal,
            settlement::milestone::CannotFinalise::Payload(alive) => panic!("{alive}"),
        });
        let outcomes = vec![
            ("add a milestone as the buyer", allowed(plan.may_add(Side::Buyer, c))),
            ("add a milestone as the seller", allowed(plan.may_add(Side::Seller, c))),
            ("confirm as the buyer", allowed(plan.may_confirm(Side::Buyer, agreed, c))),
            ("confirm as the seller", allowed(plan.may_confirm(Side::Seller, agreed, c))),
            ("finalise", allowed(finalised)),
        ];
        Row { from: from.to_owned(), outcomes }
    };
    plans().into_iter().map(row).collect()
}

pub fn listing(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        text.push_str(&format!("{}\n", row.from));
        for (action, outcome) in &row.outcomes {
            match outcome {
                Ok(to) => text.push_str(&format!("  {action} -> {to}\n")),
                Err(because) => text.push_str(&format!("  {action} refused: {because}\n")),
            }
        }
    }
    text
}

#[test]
fn the_transitions_of_a_payment_request() {
    insta::assert_snapshot!("payment_request", listing(&request_table()));
}

#[test]
fn the_transitions_of_an_agreement() {
    insta::assert_snapshot!("agreement", listing(&agreement_table()));
}

#[test]
fn the_transitions_of_a_milestone() {
    insta::assert_snapshot!("milestone", listing(&milestone_table()));
}

#[test]
fn what_may_be_done_with_a_plan() {
    insta::assert_snapshot!("plan", listing(&plan_table()));
}

#[test]
fn a07_a08_what_was_paid_is_verified_from_every_state_and_says_where_it_came_from() {
    for (from, state) in request_states() {
        let (name, live) = (state.name(), state.name().is_live());
        match world::request(state).verify(world::proof(), at(3)) {
            Ok(PaymentRequestState::Verified { recovered_from, at: when, proof }) => {
                assert_eq!(recovered_from, (!live).then_some(name), "{from}");
                assert_eq!((when, *proof), (at(3), world::proof()), "{from}");
            }
            other => assert!(other.is_err() && name == StatusName::Verified, "{from}: {other:?}"),
        }
    }
}

#[test]
fn a08_what_was_paid_after_it_was_called_off_has_to_be_acknowledged_and_nothing_else() {
    let (cancelled, in_progress) = (agreement_states().pop().unwrap(), AgreementState::InProgress);
    for (from, state) in request_states() {
        assert!(!is_unexpected(&state, &in_progress), "{from}");
        let Ok(paid) = world::request(state.clone()).verify(world::proof(), at(3)) else { continue };
        let called_off = matches!(state.name(), StatusName::Cancelled | StatusName::Failed);
        assert_eq!(is_unexpected(&paid, &in_progress), called_off, "{from}");
        assert!(is_unexpected(&paid, &cancelled), "{from}");
    }
}

#[test]
fn a16_the_proof_of_one_request_verifies_no_other() {
    let mut request = world::request(PaymentRequestState::Signed);
    request.id = world::request_id(1);
    assert_eq!(request.verify(world::proof(), at(1)).unwrap_err().because, "the proof is of another request");
}

#[test]
fn b01_a_reorg_leads_back_to_the_transaction_that_paid() {
    let verified = PaymentRequestState::Verified { proof: Box::new(world::proof()), at: at(1), recovered_from: Some(StatusName::Expired) };
    assert_eq!(verified.reorg(at(2)), Ok(PaymentRequestState::Submitted { tx_hash: world::location().tx_hash, at: at(2) }));
}

#[test]
fn an_expired_request_remembers_the_transaction_that_was_named() {
    let submitted = PaymentRequestState::Submitted { tx_hash: NAMED, at: at(1) };
    assert_eq!(submitted.expire(at(2)), Ok(PaymentRequestState::Expired { tx_hash: Some(NAMED), at: at(2) }));
}

#[test]
fn a_status_reads_back_and_nothing_else_does() {
    for name in StatusName::ALL {
        assert_eq!(StatusName::parse(name.as_str()), Some(name));
    }
    for text in ["verified", "Signed", "", "paid"] {
        assert_eq!(StatusName::parse(text), None, "{text}");
    }
}

/// Everything that can be done to a request, except showing a proof.
#[derive(Clone, Debug)]
enum Step {
    Submit(u8),
    Cancel,
    Reverted(u8),
    NotThisPayment(u8),
    UnitPaid,
    Expire,
    Reorg,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3u8).prop_map(Step::Submit),
        Just(Step::Cancel),
        (0..3u8).prop_map(Step::Reverted),
        (0..3u8).prop_map(Step::NotThisPayment),
        Just(Step::UnitPaid),
        Just(Step::Expire),
        Just(Step::Reorg),
    ]
}

fn take(state: PaymentRequestState, step: &Step) -> Result<PaymentRequestState, NotAllowed> {
    let hash = B256::repeat_byte;
    match *step {
        Step::Submit(tx) => state.submit(hash(tx), at(2)),
        Step::Cancel => state.cancel(None, at(2)),
        Step::Reverted(tx) => state.fail(FailureReason::Reverted { tx_hash: hash(tx) }, at(2)),
        Step::NotThisPayment(tx) => state.fail(FailureReason::NotThisPayment { tx_hash: hash(tx) }, at(2)),
        Step::UnitPaid => state.fail(FailureReason::UnitPaid { by: world::request_id(1) }, at(2)),
        Step::Expire => state.expire(at(2)),
        Step::Reorg => state.reorg(at(2)),
    }
}

proptest! {
    #[test]
    fn without_a_proof_no_path_leads_to_verified(steps in prop::collection::vec(step(), 0..30)) {
        let mut state = PaymentRequestState::Signed;
        for step in steps {
            state = take(state.clone(), &step).unwrap_or(state);
            prop_assert_ne!(state.name(), StatusName::Verified);
        }
        // And whatever happened, money that moved is not stranded.
        let verified = world::request(state).verify(world::proof(), at(3));
        prop_assert!(verified.is_ok());
    }

    #[test]
    fn a_refusal_names_the_state_and_the_action(steps in prop::collection::vec(step(), 0..30)) {
        let mut state = PaymentRequestState::Signed;
        for step in steps {
            match take(state.clone(), &step) {
                Ok(next) => state = next,
                Err(refusal) => {
                    prop_assert_eq!(refusal.from, state.name().as_str());
                    let text = format!("cannot {} while {}: {}", refusal.action, refusal.from, refusal.because);
                    prop_assert_eq!(refusal.to_string(), text);
                }
            }
        }
    }
}
