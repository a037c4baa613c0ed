//! What is believed and what is not: one sound case, and each way of making it unsound.

use alloy_primitives::{Address, B256, U256};
use settlement::agreement::ConsentKind;
use settlement::asset::Asset;
use settlement::event::PaymentEvent;
use settlement::finality::FinalityPolicy;
use settlement::ids::{AgreementId, PaymentRequestId, ProfileId, UnitId};
use settlement::milestone::MilestoneState;
use settlement::money::FeePolicy;
use settlement::snapshot::{SignedSnapshot, Snapshot};
use settlement::unit::UnitKind;
use settlement::verify::{AgreedTerms, Authority, CHECKS, Evidence, only_awaits_finality, report, verify};

use crate::world::{self, BLOCK, Case, DEADLINE, PAID_AT, amount};

const STRANGER: Address = Address::repeat_byte(0xee);

fn with_event(change: impl FnOnce(&mut PaymentEvent)) -> Case {
    let mut case = Case::sound();
    change(&mut case.event);
    case
}

fn with_agreed(change: impl FnOnce(&mut AgreedTerms)) -> Case {
    let mut case = Case::sound();
    change(&mut case.agreed);
    case
}

/// The operator signs another snapshot than the one whose event is on the chain.
fn with_snapshot(change: impl FnOnce(&mut Snapshot)) -> Case {
    let mut snapshot = world::snapshot();
    change(&mut snapshot);
    Case { signed: world::sign(snapshot, &world::operator()), ..Case::sound() }
}

#[test]
fn what_was_asked_and_paid_exactly_is_proven() {
    let case = Case::sound();
    let proof = case.verify().unwrap();
    assert_eq!(proof.request(), &world::request_id(0));
    assert_eq!(proof.event(), &case.event);
    assert_eq!(proof.authority(), Authority::Operator);
    assert_eq!(proof.final_through(), BLOCK);
    assert_eq!(proof.quote(), case.signed.snapshot().quote);
    assert!(report(&case.evidence()).iter().all(|(_, result)| result.is_ok()));
}

#[test]
fn the_checks_have_names_of_their_own_and_an_order() {
    let names: Vec<_> = CHECKS.iter().map(|(name, _)| *name).collect();
    insta::assert_snapshot!(names.join(" "), @"chain router request_id digest operator signer payer payee token amount fee_recipient fee_amount nonce deadline in_time fee_split agreement finality");
}

#[test]
fn b13_an_event_that_differs_in_one_field_fails_exactly_the_check_of_that_field() {
    type Change = fn(&mut PaymentEvent);
    let cases: &[(Change, &[&str])] = &[
        (|e| e.location.chain_id = 1, &["chain"]),
        (|e| e.request_id.0[31] ^= 1, &["request_id"]),
        (|e| e.digest.0[0] ^= 0x80, &["digest"]),
        (|e| e.operator = STRANGER, &["operator"]),
        (|e| e.payee = STRANGER, &["payee"]),
        (|e| e.token = STRANGER, &["token"]),
        (|e| e.token = Address::ZERO, &["token"]),
        (|e| e.amount += U256::ONE, &["amount", "fee_split"]),
        (|e| e.amount -= U256::ONE, &["amount", "fee_split"]),
        (|e| e.fee_recipient = STRANGER, &["fee_recipient"]),
        (|e| e.fee_amount -= U256::ONE, &["fee_amount", "fee_split"]),
        (|e| e.nonce += U256::ONE, &["nonce"]),
        (|e| e.deadline += U256::ONE, &["deadline"]),
    ];
    for (n, (change, expected)) in cases.iter().enumerate() {
        assert_eq!(with_event(change).failing(), *expected, "case {n}");
    }
}

#[test]
fn where_an_event_stands_is_recorded_and_not_compared() {
    for case in [with_event(|e| e.location.tx_hash = B256::ZERO), with_event(|e| e.location.log_index = 0), with_event(|e| e.location.block_hash = B256::ZERO)]
    {
        assert_eq!(case.verify().unwrap().event().location, case.event.location);
    }
}

#[test]
fn b12_an_event_of_a_look_alike_contract_proves_nothing() {
    assert_eq!(with_event(|e| e.emitter = STRANGER).failing(), ["router"]);
}

#[test]
fn c05_a_payment_by_another_wallet_is_not_attributed() {
    assert_eq!(with_event(|e| e.payer = STRANGER).failing(), ["payer"]);
}

#[test]
fn d02_a_payload_for_another_chain_or_router_proves_nothing_here() {
    let elsewhere = |change: fn(&mut Snapshot)| with_snapshot(change).failing();
    let router = elsewhere(|s| s.router = STRANGER);
    assert_eq!(router, ["router", "request_id", "digest"]);
    let chain = elsewhere(|s| s.asset = Asset::Erc20 { chain_id: 1, token: world::TOKEN });
    assert_eq!(chain, ["chain", "request_id", "digest", "agreement"]);

    // The same text under the domain of another router has another digest, so the signature recovers to somebody else.
    let (mut replayed, original) = (world::snapshot(), world::signed());
    replayed.router = STRANGER;
    let replayed = SignedSnapshot::new(replayed, original.signature().clone()).unwrap();
    assert_ne!(replayed.signer(), original.signer());
    assert_ne!(replayed.digest(), original.digest());
}

type SnapshotChange = (&'static str, fn(&mut Snapshot), &'static [&'static str]);

/// Each field of a snapshot with a change to it, and the checks that fail beside `request_id` and `digest`.
fn snapshot_changes() -> Vec<SnapshotChange> {
    vec![
        ("payment_request", |s| s.payment_request = PaymentRequestId::new(world::ulid(9)), &[]),
        ("agreement", |s| s.agreement = AgreementId::new(world::ulid(9)), &["agreement"]),
        ("unit", |s| s.unit = UnitId::new(world::ulid(9)), &[]),
        ("unit_kind", |s| s.unit_kind = UnitKind::Instalment(1), &[]),
        ("unit_kind of a milestone", |s| s.unit_kind = UnitKind::Milestone(world::milestone_id(1)), &["agreement"]),
        ("terms_hash", |s| s.terms_hash.0[5] ^= 1, &["agreement"]),
        ("consent", |s| s.consent = ConsentKind::Signatures, &["agreement"]),
        ("buyer", |s| s.buyer = ProfileId::new(world::ulid(9)), &["agreement"]),
        ("seller", |s| s.seller = ProfileId::new(world::ulid(9)), &["agreement"]),
        ("router", |s| s.router = STRANGER, &["router"]),
        ("operator", |s| s.operator = STRANGER, &["operator", "signer"]),
        ("asset", |s| s.asset = Asset::Native { chain_id: world::CHAIN }, &["token", "agreement"]),
        ("symbol", |s| s.symbol = "USDT".to_owned(), &[]),
        ("decimals", |s| s.decimals = 18, &[]),
        ("payer", |s| s.payer = STRANGER, &["payer"]),
        ("payee", |s| s.payee = STRANGER, &["payee", "agreement"]),
        ("quote.seller", |s| s.quote.seller = amount(12_499_999), &["amount", "fee_split", "agreement"]),
        ("quote.fee", |s| s.quote.fee = amount(1), &["fee_amount", "fee_split"]),
        ("quote.total", |s| s.quote.total = amount(1), &["fee_split"]),
        ("fee.bps", |s| s.fee.bps = 251, &["fee_split", "agreement"]),
        ("fee.fixed", |s| s.fee.fixed = amount(2), &["fee_split", "agreement"]),
        ("fee.recipient", |s| s.fee.recipient = STRANGER, &["fee_recipient", "agreement"]),
        ("nonce", |s| s.nonce = U256::from(43), &["nonce"]),
        ("created_at", |s| s.created_at = world::at(7), &[]),
        ("deadline", |s| s.deadline += 1, &["deadline"]),
        ("finality", |s| s.finality = FinalityPolicy::Finalized, &[]),
    ]
}

#[test]
fn d01_no_field_of_a_signed_snapshot_can_differ_from_what_was_executed() {
    for (field, change, also) in snapshot_changes() {
        let mut failing = with_snapshot(change).failing();
        assert!(failing.contains(&"request_id") && failing.contains(&"digest"), "{field}: {failing:?}");
        failing.retain(|check| !["request_id", "digest"].contains(check));
        assert_eq!(failing, also, "{field}");
    }
}

#[test]
fn d06_a_snapshot_changed_after_signing_is_not_signed_by_the_operator() {
    for (field, change, _) in snapshot_changes() {
        let mut snapshot = world::snapshot();
        change(&mut snapshot);
        let Ok(signed) = SignedSnapshot::new(snapshot, world::signed().signature().clone()) else { continue };
        let failing = Case { signed, ..Case::sound() }.failing();
        for check in ["request_id", "digest", "signer"] {
            assert!(failing.contains(&check), "{field}: {failing:?}");
        }
    }
}

#[test]
fn d01_every_bit_of_the_signature_counts() {
    let (snapshot, signature) = (world::snapshot(), world::signed().signature().clone());
    for bit in 0..65 * 8 {
        let mut changed = signature.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        let Ok(signed) = SignedSnapshot::new(snapshot.clone(), changed.into()) else { continue };
        assert_eq!(Case { signed, ..Case::sound() }.failing(), ["signer"], "bit {bit}");
    }
}

#[test]
fn a_signature_has_one_spelling() {
    let (snapshot, signature) = (world::snapshot(), world::signed().signature().to_vec());
    for v in (0..=255u8).filter(|v| ![27, 28].contains(v)) {
        let respelled = [&signature[..64], &[v]].concat();
        assert!(SignedSnapshot::new(snapshot.clone(), respelled.into()).is_err(), "v = {v}: the router takes 27 and 28 only");
    }
    for length in [0, 64, 66] {
        let mut other = signature.clone();
        other.resize(length, 27);
        assert!(SignedSnapshot::new(snapshot.clone(), other.into()).is_err(), "{length} bytes");
    }
}

#[test]
fn the_agreement_must_say_the_same() {
    type Change = fn(&mut AgreedTerms);
    let changes: &[(&str, Change)] = &[
        ("agreement", |a| a.agreement = AgreementId::new(world::ulid(9))),
        ("terms_hash", |a| a.terms_hash.0[0] ^= 1),
        ("consent", |a| a.consent = ConsentKind::Signatures),
        ("buyer", |a| a.buyer = ProfileId::new(world::ulid(9))),
        ("seller", |a| a.seller = ProfileId::new(world::ulid(9))),
        ("payee", |a| a.payee = STRANGER),
        ("asset", |a| a.asset = Asset::Native { chain_id: world::CHAIN }),
        ("amount", |a| a.amount = amount(12_499_999)),
        ("amount of a whole agreement", |a| a.amount = amount(12_500_001)),
        ("fee", |a| a.fee = FeePolicy::NONE),
    ];
    for (what, change) in changes {
        assert_eq!(with_agreed(change).failing(), ["agreement"], "{what}");
    }
}

#[test]
fn a16_an_instalment_is_at_most_the_agreed_amount() {
    let instalment = |agreed: u64| {
        let mut snapshot = world::snapshot();
        snapshot.unit_kind = UnitKind::Instalment(1);
        let signed = world::sign(snapshot, &world::operator());
        let mut case = Case { event: world::event(&signed), signed, ..Case::sound() };
        case.agreed.amount = amount(agreed);
        case.failing()
    };
    assert_eq!(instalment(12_500_001), [""; 0]);
    assert_eq!(instalment(12_500_000), [""; 0]);
    assert_eq!(instalment(12_499_999), ["agreement"]);
}

#[test]
fn a16_a_payment_of_a_milestone_is_exactly_its_amount_and_pays_no_other() {
    let case = |change: fn(&mut AgreedTerms)| {
        let mut snapshot = world::snapshot();
        snapshot.unit_kind = UnitKind::Milestone(world::milestone_id(1));
        let signed = world::sign(snapshot, &world::operator());
        let milestone = world::milestone(1, 12_500_000, MilestoneState::Active);
        let mut case = Case { event: world::event(&signed), signed, ..Case::sound() };
        case.agreed = case.agreed.of_milestone(&milestone);
        change(&mut case.agreed);
        case.failing()
    };
    assert_eq!(case(|_| ()), [""; 0]);
    assert_eq!(case(|a| a.milestone = None), ["agreement"], "the plan has no such milestone");
    assert_eq!(case(|a| a.milestone.as_mut().unwrap().id = world::milestone_id(2)), ["agreement"], "another milestone");
    assert_eq!(case(|a| a.milestone.as_mut().unwrap().amount = amount(12_499_999)), ["agreement"], "less was agreed");
    assert_eq!(case(|a| a.milestone.as_mut().unwrap().amount = amount(12_500_001)), ["agreement"], "more was agreed");
    assert_eq!(case(|a| a.amount = amount(12_499_999)), ["agreement"], "more than the whole agreement");
    // And the other way round: what pays the whole or an instalment is judged as that, whatever milestones there are.
    let whole = Case { agreed: Case::sound().agreed.of_milestone(&world::milestone(1, 1, MilestoneState::Active)), ..Case::sound() };
    assert_eq!(whole.failing(), [""; 0]);
}

#[test]
fn a_receipt_can_be_checked_without_the_agreement_but_a_proof_needs_it() {
    let case = Case::sound();
    let evidence = Evidence { agreed: None, ..case.evidence() };
    assert!(report(&evidence).iter().all(|(_, result)| result.is_ok()));
    let issues = verify(&evidence).unwrap_err();
    assert_eq!(issues.iter().map(|i| i.check).collect::<Vec<_>>(), ["agreement"]);
}

#[test]
fn a06_deadline_boundary() {
    let paid_at = |time: u64| with_event(|e| e.location.block_time = time).failing();
    assert_eq!(paid_at(DEADLINE - 1), [""; 0]);
    assert_eq!(paid_at(DEADLINE), [""; 0], "at the deadline is in time");
    assert_eq!(paid_at(DEADLINE + 1), ["in_time"]);
}

fn delegated(until: u64) -> Case {
    let delegate = world::other_signer();
    let signed = world::sign(world::snapshot(), &delegate);
    Case { event: world::event(&signed), signed, authority: Some(Authority::Delegate { signer: delegate.address(), until }), ..Case::sound() }
}

#[test]
fn a_delegate_signs_until_its_last_second() {
    assert_eq!(delegated(PAID_AT + 1).failing(), [""; 0]);
    assert_eq!(delegated(PAID_AT).failing(), [""; 0], "until is inclusive, as in the router");
    assert_eq!(delegated(PAID_AT - 1).failing(), ["signer"]);
    assert_eq!(delegated(0).failing(), ["signer"], "revoked");
}

#[test]
fn only_whom_the_chain_authorised_may_have_signed() {
    let delegate = world::other_signer().address();
    let operator = Some(Authority::Operator);
    let as_delegate = |signer| Some(Authority::Delegate { signer, until: u64::MAX });
    assert_eq!(Case { authority: None, ..Case::sound() }.failing(), ["signer"]);
    assert_eq!(Case { authority: as_delegate(delegate), ..Case::sound() }.failing(), ["signer"], "the operator's signature under a delegate's name");
    assert_eq!(Case { authority: operator, ..delegated(PAID_AT) }.failing(), ["signer"], "a delegate's signature under the operator's name");
    assert_eq!(Case { authority: None, ..delegated(PAID_AT) }.failing(), ["signer"]);
    assert_eq!(Case { authority: as_delegate(STRANGER), ..delegated(PAID_AT) }.failing(), ["signer"]);
}

#[test]
fn an_event_that_only_lacks_finality_waits() {
    for final_through in [None, Some(BLOCK - 1)] {
        let issues = Case { final_through, ..Case::sound() }.verify().unwrap_err();
        assert!(only_awaits_finality(&issues), "{issues:?}");
    }
    assert!(Case { final_through: Some(BLOCK + 1), ..Case::sound() }.verify().is_ok());
    let young_and_wrong = Case { final_through: None, ..with_event(|e| e.payer = STRANGER) };
    assert_eq!(young_and_wrong.failing(), ["payer", "finality"]);
    assert!(!only_awaits_finality(&young_and_wrong.verify().unwrap_err()));
    assert!(!only_awaits_finality(&[]));
}

#[test]
fn an_issue_says_what_was_expected_and_what_was_found() {
    let issues = with_event(|e| e.amount = U256::from(7)).verify().unwrap_err();
    assert_eq!(issues[0].to_string(), "amount: expected 12500000, found 7");
    assert_eq!(issues[1].to_string(), "fee_split: expected fee 1 and total 8, found fee 312501 and total 12812501");
}
