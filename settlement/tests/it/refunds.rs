//! Refunds: what may be asked back, what is signed for it, and what is believed of it.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolEvent;
use contracts::PaymentRouter;
use proptest::prelude::*;
use settlement::Timestamp;
use settlement::event::{RefundEvent, RouterEvent};
use settlement::finality::FinalityPolicy;
use settlement::ids::{AgreementId, PaymentRequestId, ProfileId, RefundId};
use settlement::ledger::{Account, Side, refund_due, refund_postings};
use settlement::money::Amount;
use settlement::refund::{
    CannotRefund, MAX_REFUNDS, PLATFORM_FEE_NOT_REFUNDABLE, PaidFate, PaidRequest, PayloadLife, REFUND_CHECKS, RefundAsk, RefundEvidence, RefundProof,
    RefundRequest, RefundSibling, RefundSnapshot, RefundState, RefundStatus, Refunds, SettledRefund, SignedRefund, report_refund, verify_refund,
};
use settlement::snapshot::{Signable, Signed, SignedSnapshot, Snapshot, SnapshotError};
use settlement::verify::{Authority, ProofIssue};

use crate::states::{Outcome, Row, outcome};
use crate::world::{self, BLOCK, BUYER, DEADLINE, PAID_AT, PAYEE, ROUTER, SELLER, TOKEN, amount, at};

const STRANGER: Address = Address::repeat_byte(0xee);
/// What the payment of the world paid the seller.
const PAID: u64 = 12_500_000;

pub fn refund_id(n: u64) -> RefundId {
    RefundId::new(world::ulid(200 + n))
}

pub fn refund(state: RefundState) -> RefundRequest {
    RefundRequest {
        id: refund_id(0),
        agreement: world::agreement().id,
        payment: world::request_id(0),
        amount: amount(5_000_000),
        reason: "a third of the images is missing".to_owned(),
        state,
        created_at: at(10),
        updated_at: at(10),
    }
}

fn ask() -> RefundAsk {
    RefundAsk {
        router: ROUTER,
        operator: world::operator().address(),
        payer: SELLER,
        nonce: U256::from(77),
        created_at: at(20),
        deadline: DEADLINE + 1_000,
        finality: FinalityPolicy::Confirmations(3),
    }
}

fn snapshot() -> RefundSnapshot {
    RefundSnapshot::new(&refund(RefundState::Pending), (&world::signed(), &world::proof()), ask()).unwrap()
}

fn sign(snapshot: RefundSnapshot, key: &PrivateKeySigner) -> SignedRefund {
    use alloy_signer::SignerSync;
    let signature = key.sign_hash_sync(&snapshot.digest()).unwrap();
    Signed::new(snapshot, alloy_primitives::Bytes::from(signature.as_bytes().to_vec())).unwrap()
}

fn signed() -> SignedRefund {
    sign(snapshot(), &world::operator())
}

/// Everything a verdict rests on, owned, so that a test can change one thing.
#[derive(Clone)]
struct Case {
    signed: SignedRefund,
    event: RefundEvent,
    payment: SignedSnapshot,
    refunded: Amount,
    authority: Option<Authority>,
    final_through: Option<u64>,
}

impl Case {
    fn sound() -> Self {
        let signed = signed();
        let event = RefundEvent::executing(&signed, world::location());
        Self { event, signed, payment: world::signed(), refunded: Amount::ZERO, authority: Some(Authority::Operator), final_through: Some(BLOCK) }
    }

    fn evidence(&self) -> RefundEvidence<'_> {
        RefundEvidence {
            signed: &self.signed,
            event: &self.event,
            payment: &self.payment,
            refunded: self.refunded,
            authority: self.authority,
            final_through: self.final_through,
        }
    }

    fn verify(&self) -> Result<RefundProof, Vec<ProofIssue>> {
        verify_refund(&self.evidence())
    }

    fn failing(&self) -> Vec<&'static str> {
        self.verify().err().unwrap_or_default().iter().map(|issue| issue.check).collect()
    }
}

fn proof() -> RefundProof {
    Case::sound().verify().unwrap()
}

fn with_event(change: impl FnOnce(&mut RefundEvent)) -> Case {
    let mut case = Case::sound();
    change(&mut case.event);
    case
}

/// The operator signs another document than the one whose event is on the chain.
fn with_snapshot(change: impl FnOnce(&mut RefundSnapshot)) -> Case {
    let mut snapshot = snapshot();
    change(&mut snapshot);
    Case { signed: sign(snapshot, &world::operator()), ..Case::sound() }
}

/// The event and the document say the same, and it is not what follows from the payment.
fn executed(change: impl FnOnce(&mut RefundSnapshot)) -> Case {
    let case = with_snapshot(change);
    Case { event: RefundEvent::executing(&case.signed, world::location()), ..case }
}

#[test]
fn what_was_signed_and_paid_back_exactly_is_proven() {
    let case = Case::sound();
    let proof = case.verify().unwrap();
    assert_eq!((proof.refund(), proof.event(), proof.amount()), (&refund_id(0), &case.event, amount(5_000_000)));
    assert_eq!((proof.authority(), proof.final_through()), (Authority::Operator, BLOCK));
    assert!(report_refund(&case.evidence()).iter().all(|(_, result)| result.is_ok()));
}

#[test]
fn the_checks_of_a_refund_have_names_of_their_own_and_an_order() {
    let names: Vec<_> = REFUND_CHECKS.iter().map(|(name, _)| *name).collect();
    insta::assert_snapshot!(names.join(" "), @"chain router request_id digest operator signer payer payee token amount nonce deadline in_time parent payment refundable finality");
}

#[test]
fn g05_an_event_that_differs_in_one_field_fails_exactly_the_check_of_that_field() {
    type Change = fn(&mut RefundEvent);
    let cases: &[(Change, &[&str])] = &[
        (|e| e.location.chain_id = 1, &["chain"]),
        (|e| e.emitter = STRANGER, &["router"]),
        (|e| e.request_id.0[31] ^= 1, &["request_id"]),
        (|e| e.digest.0[0] ^= 0x80, &["digest"]),
        (|e| e.operator = STRANGER, &["operator"]),
        (|e| e.payer = STRANGER, &["payer"]),
        (|e| e.payee = STRANGER, &["payee"]),
        (|e| e.token = STRANGER, &["token"]),
        (|e| e.token = Address::ZERO, &["token"]),
        (|e| e.amount -= U256::ONE, &["amount"]),
        (|e| e.amount += U256::ONE, &["amount"]),
        (|e| e.nonce += U256::ONE, &["nonce"]),
        (|e| e.deadline += U256::ONE, &["deadline"]),
        (|e| e.parent = B256::repeat_byte(9), &["parent"]),
        (|e| e.location.block_time = DEADLINE + 1_001, &["in_time"]),
        (|e| e.location.block_number = BLOCK + 1, &["finality"]),
    ];
    for (n, (change, expected)) in cases.iter().enumerate() {
        assert_eq!(with_event(change).failing(), *expected, "case {n}");
    }
    assert_eq!(with_event(|e| e.location.block_time = DEADLINE + 1_000).failing(), [""; 0], "the deadline itself is in time");
}

#[test]
fn a_document_that_does_not_follow_from_the_payment_proves_nothing_even_if_it_was_executed() {
    type Change = fn(&mut RefundSnapshot);
    let cases: &[(Change, &[&str])] = &[
        (|s| s.payment_request = PaymentRequestId::new(world::ulid(9)), &["payment"]),
        (|s| s.agreement = AgreementId::new(world::ulid(9)), &["payment"]),
        (|s| s.terms_hash = B256::ZERO, &["payment"]),
        (|s| s.buyer = ProfileId::new(world::ulid(9)), &["payment"]),
        (|s| s.seller = ProfileId::new(world::ulid(9)), &["payment"]),
        (|s| s.asset = settlement::asset::Asset::Native { chain_id: world::CHAIN }, &["payment"]),
        (|s| s.payee = STRANGER, &["payment"]),
        (|s| s.parent = B256::repeat_byte(9), &["parent"]),
        (|s| s.amount = amount(PAID + 1), &["refundable"]),
    ];
    for (n, (change, expected)) in cases.iter().enumerate() {
        assert_eq!(executed(change).failing(), *expected, "case {n}");
    }
    assert_eq!(executed(|s| s.amount = amount(PAID)).failing(), [""; 0], "all of it may go back");
}

#[test]
fn a17_what_other_refunds_paid_back_counts() {
    let with = |refunded| Case { refunded: amount(refunded), ..Case::sound() };
    assert_eq!(with(PAID - 5_000_000).failing(), [""; 0]);
    assert_eq!(with(PAID - 5_000_000 + 1).failing(), ["refundable"]);
    assert_eq!(Case { refunded: Amount::new(U256::MAX), ..Case::sound() }.failing(), ["refundable"]);
}

#[test]
fn a_signer_that_nobody_named_and_a_delegate_that_was_late_prove_nothing() {
    let other = world::other_signer();
    let by_other = Case { signed: sign(snapshot(), &other), ..Case::sound() };
    assert_eq!(by_other.failing(), ["signer"]);
    let delegate = |until| Some(Authority::Delegate { signer: other.address(), until });
    assert_eq!(Case { authority: delegate(PAID_AT), ..by_other.clone() }.failing(), [""; 0]);
    assert_eq!(Case { authority: delegate(PAID_AT - 1), ..by_other }.failing(), ["signer"]);
    assert_eq!(Case { authority: None, ..Case::sound() }.failing(), ["signer"]);
    assert_eq!(Case { final_through: None, ..Case::sound() }.failing(), ["finality"]);
}

#[test]
fn g13_it_goes_to_whoever_has_paid_and_names_the_payment_as_its_parent() {
    let (paid, back) = (world::signed().payment(), signed().payment());
    assert_eq!((back.payee, back.payer), (BUYER, SELLER));
    assert_eq!(back.payee, world::proof().event().payer);
    assert_eq!((back.parent, back.token), (paid.requestId, TOKEN));
    assert_eq!((back.feeRecipient, back.feeAmount), (Address::ZERO, U256::ZERO));
    assert_ne!((back.nonce, back.requestId), (paid.nonce, paid.requestId));
}

#[test]
fn parties_that_the_router_refuses_are_refused_before_anything_is_signed() {
    let (signed, proof) = (world::signed(), world::proof());
    let with = |payer| RefundSnapshot::new(&refund(RefundState::Pending), (&signed, &proof), RefundAsk { payer, ..ask() });
    assert!(matches!(with(BUYER), Err(SnapshotError::PayerIs { role: "payee", .. })));
    for payer in [Address::ZERO, ROUTER, TOKEN] {
        assert!(matches!(with(payer), Err(SnapshotError::Party(_))), "{payer}");
    }
    let mut other = refund(RefundState::Pending);
    other.payment = world::request_id(1);
    assert!(matches!(RefundSnapshot::new(&other, (&signed, &proof), ask()), Err(SnapshotError::WrongPayment)));
}

#[test]
fn the_document_of_a_refund() {
    let snapshot = snapshot();
    insta::assert_snapshot!(
        "refund_snapshot",
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&snapshot.canonical()).unwrap()).unwrap()
    );
    assert_eq!(RefundSnapshot::parse(&snapshot.canonical()).unwrap(), snapshot);
    assert!(matches!(Snapshot::parse(&snapshot.canonical()), Err(SnapshotError::Malformed(_))), "a refund is no payment");
    assert!(matches!(RefundSnapshot::parse(&world::snapshot().canonical()), Err(SnapshotError::Malformed(_))), "a payment is no refund");
    assert!(matches!(RefundSnapshot::parse(&format!(" {}", snapshot.canonical())), Err(SnapshotError::NotCanonical)));
    let orphan = RefundSnapshot { parent: B256::ZERO, ..snapshot };
    assert!(matches!(RefundSnapshot::parse(&orphan.canonical()), Err(SnapshotError::Malformed(_))), "the router would take it for a payment");
}

#[test]
fn each_field_of_the_document_is_in_what_is_signed() {
    type Change = fn(&mut RefundSnapshot);
    let changes: Vec<Change> = vec![
        |s| s.refund_request = refund_id(9),
        |s| s.payment_request = world::request_id(9),
        |s| s.agreement = AgreementId::new(world::ulid(9)),
        |s| s.parent.0[0] ^= 1,
        |s| s.terms_hash.0[0] ^= 1,
        |s| s.buyer = ProfileId::new(world::ulid(9)),
        |s| s.seller = ProfileId::new(world::ulid(9)),
        |s| s.router = STRANGER,
        |s| s.operator = STRANGER,
        |s| s.asset = settlement::asset::Asset::Native { chain_id: world::CHAIN },
        |s| s.symbol = "USDT".to_owned(),
        |s| s.decimals = 18,
        |s| s.payer = STRANGER,
        |s| s.payee = STRANGER,
        |s| s.amount = amount(1),
        |s| s.nonce += U256::ONE,
        |s| s.created_at = at(21),
        |s| s.deadline += 1,
        |s| s.finality = FinalityPolicy::Safe,
    ];
    let original = snapshot();
    for (n, change) in changes.iter().enumerate() {
        let mut changed = original.clone();
        change(&mut changed);
        assert_ne!(changed.digest(), original.digest(), "change {n}");
        assert_eq!(RefundSnapshot::parse(&changed.canonical()).unwrap(), changed, "change {n}");
    }
}

#[test]
fn a_refund_routed_log_is_decoded_to_the_field() {
    let event = Case::sound().event;
    let log = PaymentRouter::RefundRouted {
        operator: event.operator,
        parent: event.parent,
        payee: event.payee,
        requestId: event.request_id,
        payer: event.payer,
        token: event.token,
        amount: event.amount,
        nonce: event.nonce,
        deadline: event.deadline,
        digest: event.digest,
    }
    .encode_log_data();
    let decoded = RouterEvent::decode(event.emitter, event.location, &log).unwrap().unwrap();
    assert_eq!((decoded.location(), decoded.operator()), (&event.location, event.operator));
    assert_eq!(decoded, RouterEvent::Refund(event.clone()));
    let cut = alloy_primitives::LogData::new_unchecked(log.topics().to_vec(), log.data.slice(..32));
    assert!(RouterEvent::decode(event.emitter, event.location, &cut).is_err());
}

#[test]
fn the_postings_of_a_refund_add_up_and_leave_the_fee_alone() {
    let (refund, payment) = (refund(RefundState::Pending), world::snapshot());
    let (due, back) = (refund_due(&refund, &payment, at(20)), refund_postings(&refund, &payment, &proof()));
    let all: Vec<_> = due.iter().chain(&back).collect();
    let sum = |account: Account| {
        let of = |side| all.iter().filter(|p| p.account == account && p.side == side).map(|p| p.amount.atomic()).sum::<U256>();
        (of(Side::Debit), of(Side::Credit))
    };
    let five = U256::from(5_000_000);
    assert_eq!(sum(Account::SellerProceeds(PAYEE)), (five, U256::ZERO));
    assert_eq!(sum(Account::RefundDue(PAYEE)), (five, five));
    assert_eq!(sum(Account::BuyerExternal(BUYER)), (U256::ZERO, five));
    for entry in [&due, &back] {
        let side = |side| entry.iter().filter(|p| p.side == side).map(|p| p.amount.atomic()).sum::<U256>();
        assert_eq!((entry.len(), side(Side::Debit)), (2, side(Side::Credit)), "each entry by itself adds up to zero");
        assert!(entry.iter().all(|p| p.refund == Some(refund_id(0)) && p.request == world::request_id(0)));
    }
    assert_eq!(Account::parse("refund_due", PAYEE), Some(Account::RefundDue(PAYEE)));
}

/// Every state of a refund request, an approved one once per what can become of its payload.
fn states() -> Vec<(String, RefundState, Option<PayloadLife>)> {
    let approved = || RefundState::Approved { payload: Box::new(signed()), response: None, at: at(20) };
    vec![
        ("pending".to_owned(), RefundState::Pending, None),
        ("approved, payable".to_owned(), approved(), Some(PayloadLife::Payable)),
        ("approved, too late to pay".to_owned(), approved(), Some(PayloadLife::TooLate)),
        ("approved, seen on the chain".to_owned(), approved(), Some(PayloadLife::Seen)),
        ("approved, dead".to_owned(), approved(), Some(PayloadLife::Dead)),
        ("approved, an event in doubt".to_owned(), approved(), Some(PayloadLife::InDoubt)),
        ("denied".to_owned(), RefundState::Denied { response: None, at: at(20) }, None),
        ("cancelled".to_owned(), RefundState::Cancelled { response: None, at: at(20) }, None),
        (
            "settled".to_owned(),
            RefundState::Settled { payload: Box::new(signed()), proof: Box::new(proof()), response: None, at: at(30) },
            Some(PayloadLife::Seen),
        ),
    ]
}

pub fn refund_table() -> Vec<Row> {
    let row = |(from, state, life): (String, RefundState, Option<PayloadLife>)| {
        let s = || state.clone();
        let to = |result| -> Outcome { outcome(result, |state: &RefundState| state.name().as_str().to_owned()) };
        let outcomes = vec![
            ("approve", to(s().approve(signed(), None, at(40)))),
            ("sign again", to(s().reissue((signed(), None), life.unwrap_or(PayloadLife::Payable), at(40)))),
            ("deny", to(s().deny(None, at(40)))),
            ("cancel", to(s().cancel(None, life, at(40)))),
            ("settle", to(refund(s()).settle(signed(), proof(), at(40)))),
            ("reorg", to(s().reorg(at(40)))),
        ];
        Row { from, outcomes }
    };
    states().into_iter().map(row).collect()
}

#[test]
fn the_transitions_of_a_refund() {
    let mut text = String::new();
    for row in refund_table() {
        text.push_str(&format!("{}\n", row.from));
        for (action, outcome) in &row.outcomes {
            match outcome {
                Ok(to) => text.push_str(&format!("  {action} -> {to}\n")),
                Err(because) => text.push_str(&format!("  {action} refused: {because}\n")),
            }
        }
    }
    insta::assert_snapshot!("refund", text);
}

#[test]
fn a_payload_dies_only_when_a_final_block_is_younger_than_its_deadline() {
    let of = |seen, now: u64, final_time| PayloadLife::of(DEADLINE, seen, Timestamp::from_unix_seconds(now), final_time);
    assert_eq!(of(false, DEADLINE - 30, 0), PayloadLife::Payable);
    assert_eq!(of(false, DEADLINE - 29, 0), PayloadLife::TooLate, "nobody begins to pay in the last seconds");
    assert_eq!(of(false, DEADLINE + 9_999, DEADLINE), PayloadLife::TooLate, "a block at the deadline may still hold it");
    assert_eq!(of(false, DEADLINE, DEADLINE + 1), PayloadLife::Dead);
    assert_eq!(of(true, DEADLINE, DEADLINE + 1), PayloadLife::Seen, "what stands on the chain beats every clock");
}

#[test]
fn a_fresh_payload_keeps_what_was_said_unless_something_else_is_said() {
    let approved = || RefundState::Approved { payload: Box::new(signed()), response: Some("agreed".to_owned()), at: at(20) };
    let again = |said: Option<&str>| approved().reissue((signed(), said.map(str::to_owned)), PayloadLife::Dead, at(30)).unwrap();
    assert_eq!((again(None).response(), again(Some("late, sorry")).response()), (Some("agreed"), Some("late, sorry")));
}

#[test]
fn a_settled_refund_keeps_what_was_paid_and_loses_it_in_a_reorg() {
    let fresh = sign(RefundSnapshot { deadline: DEADLINE + 5_000, ..snapshot() }, &world::operator());
    let approved = RefundState::Approved { payload: Box::new(fresh.clone()), response: Some("sorry".to_owned()), at: at(25) };
    // The earlier of two payloads was executed: they carry one nonce.
    let settled = refund(approved).settle(signed(), proof(), at(30)).unwrap();
    assert_eq!(refund(settled.clone()).payload().unwrap().digest(), signed().digest());
    let shown = SettledRefund::of(&refund(settled.clone())).unwrap();
    assert_eq!((shown.amount_atomic.as_str(), shown.fee, shown.payee.as_str()), ("5000000", PLATFORM_FEE_NOT_REFUNDABLE, BUYER.to_string().as_str()));
    let RefundState::Approved { payload, response, .. } = settled.reorg(at(31)).unwrap() else { panic!("awaited again") };
    assert_eq!((payload.digest(), response.as_deref()), (signed().digest(), Some("sorry")));
    assert_eq!(SettledRefund::of(&refund(RefundState::Pending)), None);
    assert!(
        refund(RefundState::Approved { payload: Box::new(fresh.clone()), response: None, at: at(1) }).settle(fresh, proof(), at(2)).is_err(),
        "not what was executed"
    );
}

/// One payment, paid, and refunds of it.
fn refunds(fate: PaidFate, of: &[(u64, RefundStatus)]) -> Refunds {
    let sibling = |(n, (atomic, status)): (usize, &(u64, RefundStatus))| RefundSibling {
        refund: refund_id(n as u64),
        payment: world::request_id(0),
        amount: amount(*atomic),
        status: *status,
        is_sound: true,
        payer: None,
        deadline: None,
        signer_until: None,
        is_void: false,
        is_seen: false,
        has_issue: false,
        updated_at: at(0),
    };
    Refunds { payments: vec![PaidRequest { payment: world::request_id(0), amount: amount(PAID), fate }], refunds: of.iter().enumerate().map(sibling).collect() }
}

#[test]
fn g02_exactly_what_is_left_may_be_asked_for_and_nothing_more() {
    let known = refunds(PaidFate::Proven, &[(5_000_000, RefundStatus::Pending), (2_000_000, RefundStatus::Settled), (9_000_000, RefundStatus::Denied)]);
    let left = PAID - 7_000_000;
    assert_eq!(known.remaining(&world::request_id(0)), Ok(amount(left)));
    assert_eq!(known.reserve(None, Some(amount(left))).unwrap().amount, amount(left));
    assert_eq!(known.reserve(None, None).unwrap().amount, amount(left), "all that is left when nothing is said");
    let more = known.reserve(None, Some(amount(left + 1)));
    assert_eq!(more, Err(CannotRefund::Exceeds { asked: amount(left + 1), remaining: amount(left) }));
    assert_eq!(known.reserve(None, Some(Amount::ZERO)), Err(CannotRefund::Zero));
    let none = refunds(PaidFate::Proven, &[(PAID, RefundStatus::Approved)]);
    assert_eq!(none.reserve(None, None), Err(CannotRefund::Exceeds { asked: Amount::ZERO, remaining: Amount::ZERO }));
    let many = refunds(PaidFate::Proven, &vec![(1, RefundStatus::Denied); MAX_REFUNDS]);
    assert_eq!(many.reserve(None, None), Err(CannotRefund::Limit));
}

#[test]
fn what_has_gone_back_or_is_promised_cannot_be_agreed_on_again_and_what_is_only_asked_for_can() {
    let known = refunds(
        PaidFate::Proven,
        &[
            (5_000_000, RefundStatus::Pending),
            (2_000_000, RefundStatus::Settled),
            (1_000_000, RefundStatus::Approved),
            (9_000_000, RefundStatus::Denied),
            (9_000_000, RefundStatus::Cancelled),
        ],
    );
    assert_eq!(known.unpromised_of_all(), amount(PAID - 3_000_000));
    assert_eq!(refunds(PaidFate::InDoubt, &[(1, RefundStatus::Pending)]).unpromised_of_all(), Amount::ZERO);
    assert_eq!(refunds(PaidFate::Unverified, &[]).unpromised_of_all(), Amount::ZERO);
}

#[test]
fn g03_only_a_payment_that_proves_itself_is_paid_back() {
    let named = world::request_id(0);
    assert_eq!(refunds(PaidFate::Unverified, &[]).reserve(Some(&named), None), Err(CannotRefund::Unverified(named.clone())));
    assert_eq!(refunds(PaidFate::InDoubt, &[]).reserve(Some(&named), None), Err(CannotRefund::InDoubt(named.clone())));
    assert_eq!(refunds(PaidFate::InDoubt, &[]).reserve(None, None), Err(CannotRefund::InDoubt(named.clone())), "the doubt is named, not hidden");
    assert_eq!(refunds(PaidFate::Unverified, &[]).reserve(None, None), Err(CannotRefund::NothingPaid));
    assert_eq!(refunds(PaidFate::Proven, &[]).reserve(Some(&world::request_id(5)), None), Err(CannotRefund::Unknown(world::request_id(5))));
    let mut two = refunds(PaidFate::Proven, &[]);
    two.payments.push(PaidRequest { payment: world::request_id(1), ..two.payments[0].clone() });
    assert_eq!(two.reserve(None, None), Err(CannotRefund::Ambiguous));
    assert_eq!(two.remaining_of_all(), amount(2 * PAID));
    let mut altered = refunds(PaidFate::Proven, &[(1, RefundStatus::Denied)]);
    altered.refunds[0].is_sound = false;
    assert_eq!(altered.reserve(None, None), Err(CannotRefund::RefundInDoubt(refund_id(0))), "nobody knows what was signed for it");
    assert_eq!((altered.remaining_of_all(), altered.covers(&named).is_err()), (Amount::ZERO, true));
    let over = refunds(PaidFate::Proven, &[(PAID, RefundStatus::Approved), (1, RefundStatus::Pending)]);
    assert_eq!(over.covers(&named), Err(CannotRefund::Exceeds { asked: amount(PAID + 1), remaining: amount(PAID) }), "nothing is signed beyond what was paid");
}

/// What may happen to refunds of one payment.
#[derive(Clone, Debug)]
enum Step {
    Ask(Option<u64>),
    Approve(usize),
    Deny(usize),
    Cancel(usize, PayloadLife),
    Settle(usize),
    Reorg(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let life = prop::sample::select(vec![PayloadLife::Payable, PayloadLife::TooLate, PayloadLife::Seen, PayloadLife::Dead, PayloadLife::InDoubt]);
    prop_oneof![
        4 => prop::option::of(0..PAID + 2).prop_map(Step::Ask),
        2 => (0..8usize).prop_map(Step::Approve),
        1 => (0..8usize).prop_map(Step::Deny),
        2 => (0..8usize, life).prop_map(|(n, life)| Step::Cancel(n, life)),
        2 => (0..8usize).prop_map(Step::Settle),
        1 => (0..8usize).prop_map(Step::Reorg),
    ]
}

proptest! {
    #[test]
    fn g01_whatever_happens_no_more_than_was_paid_is_ever_reserved(steps in prop::collection::vec(step(), 0..60)) {
        let mut all: BTreeMap<usize, (u64, RefundState)> = BTreeMap::new();
        for step in steps {
            let known: Vec<_> = all.values().map(|(atomic, state)| (*atomic, state.name())).collect();
            let known = refunds(PaidFate::Proven, &known);
            let next = |n: usize| all.get(&n).map(|(_, state)| state.clone());
            let changed = match step {
                Step::Ask(asked) => {
                    if let Ok(reserved) = known.reserve(None, asked.map(amount)) {
                        let n = all.len();
                        all.insert(n, (reserved.amount.atomic().to(), RefundState::Pending));
                    }
                    None
                }
                Step::Approve(n) => next(n).and_then(|s| s.approve(signed(), None, at(1)).ok()).map(|s| (n, s)),
                Step::Deny(n) => next(n).and_then(|s| s.deny(None, at(1)).ok()).map(|s| (n, s)),
                Step::Cancel(n, life) => next(n).and_then(|s| { let life = (s.name() == RefundStatus::Approved).then_some(life); s.cancel(None, life, at(1)).ok() }).map(|s| (n, s)),
                // What is dead at finality is not paid any more, so only an approved one settles here.
                Step::Settle(n) => next(n).filter(|s| s.name() == RefundStatus::Approved).and_then(|s| refund(s).settle(signed(), proof(), at(1)).ok()).map(|s| (n, s)),
                Step::Reorg(n) => next(n).and_then(|s| s.reorg(at(1)).ok()).map(|s| (n, s)),
            };
            if let Some((n, state)) = changed {
                all.get_mut(&n).unwrap().1 = state;
            }
            let reserved: u64 = all.values().filter(|(_, s)| s.name().reserves()).map(|(atomic, _)| atomic).sum();
            prop_assert!(reserved <= PAID);
        }
    }
}

#[test]
fn a_status_of_a_refund_reads_back_and_nothing_else_does() {
    for name in RefundStatus::ALL {
        assert_eq!(RefundStatus::parse(name.as_str()), Some(name));
    }
    for text in ["awaiting_seller_settlement", "Pending", "", "paid"] {
        assert_eq!(RefundStatus::parse(text), None, "{text}");
    }
}
