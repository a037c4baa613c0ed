//! A refund is signed within the key's policy, and paid by a seller's wallet only if every part of it says the same.

use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes, U256};
use serde_json::{Value, json};
use settlement::chain::ChainPolicy;
use settlement::clock::Timestamp;
use settlement::finality::FinalityPolicy;
use settlement::money::{Amount, FeePolicy};
use settlement::refund::{REFUND_LIFETIME, RefundSnapshot, SignedRefund};
use settlement::snapshot::{Signable, Signed};
use signer::policy::{MAX_LIFETIME, Refusal};
use signer::wallet::{RefundExpectation, check, check_refund};
use signer::{ExecutionPayload, Expectation, LocalSigner, PayloadIssue, PolicySigner, RoutingSigner, SignerError, SigningPolicy};

use crate::fixture::{BUYER, FixedClock, NOW_S, OPERATOR, OPERATOR_KEY, PAYEE, key, signed, snapshot};

/// 4 of the 10 USDC back, from the seller to the buyer.
fn refund() -> RefundSnapshot {
    let paid = snapshot();
    RefundSnapshot {
        refund_request: "rf_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
        payment_request: paid.payment_request.clone(),
        agreement: paid.agreement.clone(),
        parent: paid.request_id(),
        terms_hash: paid.terms_hash,
        buyer: paid.buyer.clone(),
        seller: paid.seller.clone(),
        router: paid.router,
        operator: OPERATOR,
        asset: paid.asset,
        symbol: paid.symbol.clone(),
        decimals: paid.decimals,
        payer: PAYEE,
        payee: BUYER,
        amount: Amount::new(U256::from(4_000_000)),
        nonce: U256::from(8),
        created_at: Timestamp::from_unix_seconds(NOW_S),
        deadline: NOW_S + REFUND_LIFETIME.as_secs(),
        finality: FinalityPolicy::Confirmations(12),
    }
}

fn sign(refund: RefundSnapshot) -> SignedRefund {
    let signature = key(OPERATOR_KEY).sign_digest(&refund.digest());
    Signed::new(refund, signature).unwrap()
}

fn payload() -> ExecutionPayload {
    ExecutionPayload::build(&sign(refund()))
}

/// A seller that knows all of it.
fn expectation() -> RefundExpectation {
    let refund = refund();
    RefundExpectation {
        operator: Some(OPERATOR),
        asset: Some(refund.asset),
        payee: Some(BUYER),
        refund: Some(refund.refund_request),
        payment: Some(refund.payment_request),
        max_amount: Some(refund.amount),
        ..RefundExpectation::new(PAYEE, 8453)
    }
}

async fn refusal(refund: RefundSnapshot) -> Option<Refusal> {
    let chain = ChainPolicy {
        chain_id: 8453,
        name: "Base".to_owned(),
        router: contracts::router_address(),
        operator: OPERATOR,
        finality: FinalityPolicy::Safe,
        fee: FeePolicy::NONE,
    };
    let clock = FixedClock(Timestamp::from_unix_seconds(NOW_S));
    let signer = PolicySigner::new(Arc::new(LocalSigner::new(key(OPERATOR_KEY))), SigningPolicy::of(&chain), Arc::new(clock));
    match signer.sign_refund(refund.clone()).await {
        Ok(signed) => {
            assert_eq!((signed.signer(), signed.snapshot()), (OPERATOR, &refund));
            None
        }
        Err(SignerError::Refused(refusal)) => Some(refusal),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_refund_within_the_policy_is_signed_and_everything_else_is_refused() {
    let other = Address::repeat_byte(0x0b);
    assert_eq!(refusal(refund()).await, None);
    assert_eq!(refusal(RefundSnapshot { amount: Amount::ZERO, ..refund() }).await, Some(Refusal::ZeroAmount));
    assert_eq!(refusal(RefundSnapshot { parent: B256::ZERO, ..refund() }).await, Some(Refusal::NoParent), "the router would take it for a payment");
    assert_eq!(refusal(RefundSnapshot { payer: BUYER, ..refund() }).await, Some(Refusal::PaysItself(BUYER)));
    assert!(matches!(refusal(RefundSnapshot { payee: Address::ZERO, ..refund() }).await, Some(Refusal::Party(_))));
    assert!(matches!(refusal(RefundSnapshot { payer: contracts::router_address(), ..refund() }).await, Some(Refusal::Party(_))));
    assert_eq!(refusal(RefundSnapshot { operator: other, ..refund() }).await, Some(Refusal::Operator { allowed: OPERATOR, asked: other }));
    let router = Refusal::Router { allowed: contracts::router_address(), asked: other };
    assert_eq!(refusal(RefundSnapshot { router: other, ..refund() }).await, Some(router));
    let late = NOW_S + MAX_LIFETIME.as_secs() + 61;
    assert_eq!(refusal(RefundSnapshot { deadline: late, ..refund() }).await, Some(Refusal::Deadline { latest: late - 1, deadline: late }));
}

#[test]
fn a_refund_as_approved_passes_and_is_handed_on_unchanged() {
    let checked = check_refund(&payload(), &expectation()).unwrap();
    assert_eq!((checked.payload(), checked.snapshot()), (&payload(), &refund()));
    let message = &payload().typed_data.message;
    assert_eq!((message.parent, message.fee_amount), (snapshot().request_id(), U256::ZERO));
    assert_eq!(payload().approval.unwrap().value, U256::ZERO);
}

#[test]
fn a_payment_is_no_refund_and_a_refund_is_no_payment() {
    let paid = ExecutionPayload::build(&signed());
    assert!(matches!(check_refund(&paid, &RefundExpectation::new(BUYER, 8453)), Err(PayloadIssue::Snapshot(_))));
    assert!(matches!(check(&payload(), &Expectation::new(PAYEE, 8453)), Err(PayloadIssue::Snapshot(_))));
}

#[test]
fn c05_what_the_seller_did_not_approve_is_refused() {
    let other = Address::repeat_byte(0x0b);
    let with = |change: fn(&mut RefundExpectation)| {
        let mut expected = expectation();
        change(&mut expected);
        check_refund(&payload(), &expected).unwrap_err()
    };
    assert!(matches!(with(|e| e.payer = BUYER), PayloadIssue::Payer(_)));
    assert!(matches!(with(|e| e.chain_id = 1), PayloadIssue::Chain(_)));
    assert!(matches!(with(|e| e.router = Address::ZERO), PayloadIssue::Router(_)));
    assert!(matches!(with(|e| e.operator = Some(BUYER)), PayloadIssue::Operator(_)));
    assert!(matches!(with(|e| e.asset = Some("eip155:8453/slip44:60".parse().unwrap())), PayloadIssue::Asset(_)));
    assert!(matches!(with(|e| e.payee = Some(PAYEE)), PayloadIssue::Payee(_)));
    assert!(matches!(with(|e| e.refund = Some("rf_7ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse().unwrap())), PayloadIssue::RefundRequest(_)));
    assert!(matches!(with(|e| e.payment = Some("pr_7ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse().unwrap())), PayloadIssue::PaymentRequest(_)));
    assert!(matches!(with(|e| e.max_amount = Some(Amount::new(U256::from(3_999_999)))), PayloadIssue::Total(_)));
    let bare = RefundExpectation::new(PAYEE, 8453);
    assert!(check_refund(&payload(), &bare).is_ok());
    assert!(check_refund(&payload(), &RefundExpectation { payer: other, ..bare }).is_err());
}

/// The places of all texts and numbers in a document, as JSON pointers.
fn leaves(value: &Value, path: &str) -> Vec<String> {
    match value {
        Value::Object(members) => members.iter().flat_map(|(key, value)| leaves(value, &format!("{path}/{key}"))).collect(),
        Value::Array(items) => items.iter().enumerate().flat_map(|(n, value)| leaves(value, &format!("{path}/{n}"))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![path.to_owned()],
    }
}

#[test]
fn d01_every_part_of_a_refunds_payload_counts() {
    let document = serde_json::to_value(payload()).unwrap();
    let places = leaves(&document, "");
    assert!(places.len() > 60, "{places:?}");
    for place in places {
        let mut changed = document.clone();
        let leaf = changed.pointer_mut(&place).unwrap();
        *leaf = match leaf.clone() {
            Value::String(text) if text.starts_with("0x") && text.len() > 3 => {
                let last = if text.ends_with('1') { '2' } else { '1' };
                json!(format!("{}{last}", &text[..text.len() - 1]).to_lowercase())
            }
            Value::String(text) => json!(format!("{text}1")),
            Value::Number(_) => json!(1),
            other => json!(!other.as_bool().unwrap_or(true)),
        };
        let refused = match serde_json::from_value::<ExecutionPayload>(changed) {
            Ok(payload) => check_refund(&payload, &RefundExpectation::new(PAYEE, 8453)).is_err(),
            Err(_) => true,
        };
        assert!(refused, "{place}");
    }
    let mut trailing = payload();
    trailing.payment.data = Bytes::from([trailing.payment.data.as_ref(), &[0]].concat());
    assert!(matches!(check_refund(&trailing, &expectation()), Err(PayloadIssue::PaymentEncoding(_))));
}
