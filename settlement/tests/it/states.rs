//! The transition tables, as the code has them.

use alloy_primitives::B256;
use proptest::prelude::*;
use settlement::agreement::{AgreementState, PaymentFacts};
use settlement::error::NotAllowed;
use settlement::payment_request::{FailureReason, PaymentRequestState, StatusName};
use settlement::terms::PaymentTiming;

use crate::world::{self, at, delivery};

/// What became of one action in one state.
pub type Outcome = Result<String, &'static str>;

/// One row of a table: a state (and what goes with it) and the outcome of each action.
pub struct Row {
    pub from: String,
    pub outcomes: Vec<(&'static str, Outcome)>,
}

fn outcome<T>(result: Result<T, NotAllowed>, name: impl FnOnce(&T) -> String) -> Outcome {
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
                ("submit", to(s().submit(delivery(), at(2)))),
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

fn listing(rows: &[Row]) -> String {
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
