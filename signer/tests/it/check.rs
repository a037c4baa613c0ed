//! A buyer executes a payload only if every part of it says the same, and that is what was agreed.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use contracts::PaymentRouter::payCall;
use proptest::prelude::*;
use serde_json::{Value, json};
use settlement::money::{Amount, FeePolicy, Quote};
use settlement::snapshot::Snapshot;
use signer::wallet::check;
use signer::{ExecutionPayload, Expectation, PayloadIssue};

use crate::fixture::{BUYER, BUYER_KEY, OPERATOR, OPERATOR_KEY, PAYEE, TOKEN, key, native_snapshot, sign_with, signed, snapshot};

/// A buyer that knows all of it.
fn expectation() -> Expectation {
    let agreed = snapshot();
    Expectation {
        operator: Some(OPERATOR),
        signer: Some(OPERATOR),
        asset: Some(agreed.asset),
        payee: Some(PAYEE),
        terms_hash: Some(agreed.terms_hash),
        max_seller_amount: Some(agreed.quote.seller),
        max_total: Some(agreed.quote.total),
        ..Expectation::new(BUYER, 8453)
    }
}

/// A buyer that knows its wallet and its chain.
fn bare() -> Expectation {
    Expectation::new(BUYER, 8453)
}

fn payload() -> ExecutionPayload {
    ExecutionPayload::build(&signed())
}

fn native() -> ExecutionPayload {
    ExecutionPayload::build(&sign_with(OPERATOR_KEY, native_snapshot()))
}

#[test]
fn a_payload_as_agreed_passes_and_is_handed_on_unchanged() {
    let checked = check(&payload(), &expectation()).unwrap();
    assert_eq!((checked.payload(), checked.signed(), checked.snapshot()), (&payload(), &signed(), &snapshot()));
    assert_eq!(check(&native(), &bare()).unwrap().payload(), &native());
}

#[test]
fn d01_every_bit_of_the_payments_calldata_counts() {
    let original = payload();
    for (byte, bit) in bits(&original.payment.data) {
        let mut changed = original.clone();
        changed.payment.data = flipped(&original.payment.data, byte, bit);
        assert!(check(&changed, &bare()).is_err(), "byte {byte}, bit {bit}");
    }
}

#[test]
fn d01_every_bit_of_the_approvals_calldata_counts() {
    let original = payload();
    let data = &original.approval.as_ref().unwrap().data;
    for (byte, bit) in bits(data) {
        let mut changed = original.clone();
        changed.approval.as_mut().unwrap().data = flipped(data, byte, bit);
        assert!(check(&changed, &bare()).is_err(), "byte {byte}, bit {bit}");
    }
}

#[test]
fn d01_calldata_that_is_longer_or_shorter_is_refused() {
    let original = payload();
    let data = &original.payment.data;
    for length in 0..data.len() {
        let changed = with_payment_data(&original, data[..length].to_vec());
        assert!(check(&changed, &bare()).is_err(), "{length}");
    }
    for tail in [vec![0], vec![0; 32], vec![1; 32], data.to_vec()] {
        let changed = with_payment_data(&original, [data.to_vec(), tail].concat());
        assert!(matches!(check(&changed, &bare()).unwrap_err(), PayloadIssue::PaymentEncoding(_)));
    }
}

/// A bit of every character of every text in the JSON, every number, flag, list and key: either the JSON no longer is a payload, or it says
/// the same in another spelling (the case of hex digits), or it is refused.
#[test]
fn d01_every_field_of_the_json_counts() {
    for original in [payload(), native()] {
        let json = serde_json::to_value(&original).unwrap();
        let (mut unreadable, mut refused) = (0, 0);
        for changed in mutations(&json) {
            match serde_json::from_value::<ExecutionPayload>(changed.clone()) {
                Err(_) => unreadable += 1,
                Ok(read) if read == original => {}
                Ok(read) => {
                    assert!(check(&read, &bare()).is_err(), "passed: {changed}");
                    refused += 1;
                }
            }
        }
        assert!(unreadable > 500 && refused > 1_000, "{unreadable} and {refused} are too few to be all of it");
    }
}

/// What a server could send that makes sense on its own and is not what was agreed: signed again, by whoever it likes.
#[test]
fn d01_what_was_not_agreed_is_refused_though_it_is_signed() {
    let other = Address::repeat_byte(0x0b);
    let dearer = |amount: u64| snapshot().fee.quote(Amount::new(U256::from(amount))).unwrap();
    type Case = (Snapshot, fn(&PayloadIssue) -> bool);
    let cases: Vec<Case> = vec![
        (Snapshot { asset: format!("eip155:10/erc20:{TOKEN}").parse().unwrap(), ..snapshot() }, |e| matches!(e, PayloadIssue::Chain(_))),
        (Snapshot { router: other, ..snapshot() }, |e| matches!(e, PayloadIssue::Router(_))),
        (Snapshot { operator: other, ..snapshot() }, |e| matches!(e, PayloadIssue::Operator(_))),
        (Snapshot { asset: format!("eip155:8453/erc20:{other}").parse().unwrap(), ..snapshot() }, |e| matches!(e, PayloadIssue::Asset(_))),
        (Snapshot { payee: other, ..snapshot() }, |e| matches!(e, PayloadIssue::Payee(_))),
        (Snapshot { terms_hash: B256::ZERO, ..snapshot() }, |e| matches!(e, PayloadIssue::TermsHash(_))),
        (Snapshot { quote: dearer(10_000_001), ..snapshot() }, |e| matches!(e, PayloadIssue::SellerAmount(_))),
    ];
    for (changed, is_expected) in cases {
        let issue = check(&ExecutionPayload::build(&sign_with(OPERATOR_KEY, changed)), &expectation()).unwrap_err();
        assert!(is_expected(&issue), "{issue:?}");
        assert!(issue.to_string().contains("expected") && issue.to_string().contains("found"), "{issue}");
    }
    let forged = ExecutionPayload::build(&sign_with(BUYER_KEY, snapshot()));
    let issue = check(&forged, &expectation()).unwrap_err();
    assert_eq!(issue.to_string(), format!("the payment is signed by another key: expected {OPERATOR}, found {BUYER}"));
}

#[test]
fn d01_a_fee_that_makes_it_dearer_is_refused() {
    let fee = FeePolicy { bps: 300, ..snapshot().fee };
    let dearer = Snapshot { fee, quote: fee.quote(snapshot().quote.seller).unwrap(), ..snapshot() };
    let issue = check(&ExecutionPayload::build(&sign_with(OPERATOR_KEY, dearer)), &expectation()).unwrap_err();
    assert_eq!(issue.to_string(), "the total is too high: expected at most 10250000, found 10300000");
    let above_policy =
        Snapshot { quote: Quote { fee: Amount::new(U256::from(250_001)), total: Amount::new(U256::from(10_250_001)), ..snapshot().quote }, ..snapshot() };
    let issue = check(&ExecutionPayload::build(&sign_with(OPERATOR_KEY, above_policy)), &bare()).unwrap_err();
    assert!(matches!(issue, PayloadIssue::FeeSplit(_)), "{issue:?}");
    // An approval of more than payee and fee recipient get would be left over for the router to spend.
    let total = Snapshot { quote: Quote { total: Amount::new(U256::from(99_000_000)), ..snapshot().quote }, ..snapshot() };
    let issue = check(&ExecutionPayload::build(&sign_with(OPERATOR_KEY, total)), &bare()).unwrap_err();
    assert!(matches!(issue, PayloadIssue::FeeSplit(_)), "{issue:?}");
}

#[test]
fn c05_a_payload_for_another_wallet_is_refused() {
    let issue = check(&payload(), &Expectation::new(PAYEE, 8453)).unwrap_err();
    assert_eq!(issue.to_string(), format!("the payer is another wallet: expected {PAYEE}, found {BUYER}"));
}

#[test]
fn d01_each_argument_of_the_call_is_named_with_both_values() {
    type Change = fn(&mut contracts::Payment);
    let arguments: Vec<(&str, Change)> = vec![
        ("operator", |p| p.operator = Address::ZERO),
        ("requestId", |p| p.requestId = B256::ZERO),
        ("parent", |p| p.parent = B256::repeat_byte(1)),
        ("payer", |p| p.payer = Address::ZERO),
        ("payee", |p| p.payee = OPERATOR),
        ("token", |p| p.token = Address::ZERO),
        ("amount", |p| p.amount += U256::ONE),
        ("feeRecipient", |p| p.feeRecipient = OPERATOR),
        ("feeAmount", |p| p.feeAmount += U256::ONE),
        ("nonce", |p| p.nonce += U256::ONE),
        ("deadline", |p| p.deadline += U256::ONE),
    ];
    for (name, change) in arguments {
        let mut call = payCall::abi_decode(&payload().payment.data).unwrap();
        change(&mut call.payment);
        let issue = check(&with_payment_data(&payload(), call.abi_encode()), &bare()).unwrap_err();
        assert!(matches!(&issue, PayloadIssue::Argument { name: found, mismatch } if found == name && mismatch.expected != mismatch.found), "{issue:?}");
    }
    let mut call = payCall::abi_decode(&payload().payment.data).unwrap();
    call.signature = key(BUYER_KEY).sign_digest(&B256::ZERO);
    let issue = check(&with_payment_data(&payload(), call.abi_encode()), &bare()).unwrap_err();
    assert!(matches!(issue, PayloadIssue::SignatureArgument(_)), "{issue:?}");
}

#[test]
fn d01_each_part_that_differs_is_its_own_issue() {
    type Case = (&'static str, fn(&mut ExecutionPayload), fn(&PayloadIssue) -> bool);
    let cases: Vec<Case> = vec![
        ("snapshot", |p| p.snapshot.push(' '), |e| matches!(e, PayloadIssue::Snapshot(_))),
        ("signature", |p| p.signature = Bytes::new(), |e| matches!(e, PayloadIssue::Snapshot(_))),
        ("requestId", |p| p.request_id = B256::ZERO, |e| matches!(e, PayloadIssue::RequestId(_))),
        ("digest", |p| p.digest = B256::ZERO, |e| matches!(e, PayloadIssue::Digest(_))),
        ("chainId", |p| p.chain_id = 1, |e| matches!(e, PayloadIssue::ChainId(_))),
        ("payment.to", |p| p.payment.to = TOKEN, |e| matches!(e, PayloadIssue::PaymentTo(_))),
        ("payment.value", |p| p.payment.value = U256::ONE, |e| matches!(e, PayloadIssue::PaymentValue(_))),
        ("payment.data", |p| p.payment.data = Bytes::new(), |e| matches!(e, PayloadIssue::PaymentCalldata(_))),
        ("approval", |p| p.approval = None, |e| matches!(e, PayloadIssue::Approval(_))),
        ("approval.to", |p| p.approval.as_mut().unwrap().to = PAYEE, |e| matches!(e, PayloadIssue::ApprovalTo(_))),
        ("approval.value", |p| p.approval.as_mut().unwrap().value = U256::ONE, |e| matches!(e, PayloadIssue::ApprovalValue(_))),
        ("approval.data", |p| p.approval.as_mut().unwrap().data = Bytes::new(), |e| matches!(e, PayloadIssue::ApprovalCalldata(_))),
        (
            "decodedCall",
            |p| p.decoded_call.function_name = "approve".to_owned(),
            |e| matches!(e, PayloadIssue::DecodedCall { path, .. } if path == "/functionName"),
        ),
        ("decodedCall", |p| p.decoded_call.args.0.amount = U256::ONE, |e| matches!(e, PayloadIssue::DecodedCall { path, .. } if path == "/args/0/amount")),
        ("typedData", |p| p.typed_data.domain.chain_id = 1, |e| matches!(e, PayloadIssue::TypedData { path, .. } if path == "/domain/chainId")),
        ("typedData", |p| p.typed_data.message.payee = BUYER, |e| matches!(e, PayloadIssue::TypedData { path, .. } if path == "/message/payee")),
        ("walletSendCalls", |p| drop(p.wallet_send_calls.calls.pop()), |e| matches!(e, PayloadIssue::WalletSendCalls { path, .. } if path == "/calls")),
        ("walletSendCalls", |p| p.wallet_send_calls.from = PAYEE, |e| matches!(e, PayloadIssue::WalletSendCalls { path, .. } if path == "/from")),
    ];
    for (part, change, is_expected) in cases {
        let mut changed = payload();
        change(&mut changed);
        let issue = check(&changed, &bare()).unwrap_err();
        assert!(is_expected(&issue), "{part}: {issue:?}");
    }
    let mut unwanted = native();
    unwanted.approval = payload().approval;
    assert!(matches!(check(&unwanted, &bare()).unwrap_err(), PayloadIssue::Approval(_)));
}

#[test]
fn d01_an_approval_of_more_or_for_another_is_refused() {
    alloy_sol_types::sol! { function approve(address spender, uint256 value) external returns (bool); }
    let router = contracts::router_address();
    let approving = |spender, value| {
        let mut changed = payload();
        changed.approval.as_mut().unwrap().data = approveCall { spender, value }.abi_encode().into();
        check(&changed, &bare()).map(|_| ()).unwrap_err()
    };
    for value in [U256::MAX, U256::ZERO, U256::from(10_250_001), U256::from(10_249_999)] {
        let issue = approving(router, value);
        assert!(matches!(&issue, PayloadIssue::ApprovalAmount(m) if m.expected == "10250000" && m.found == value.to_string()), "{issue:?}");
    }
    assert!(matches!(approving(OPERATOR, U256::from(10_250_000)), PayloadIssue::ApprovalSpender(_)));
    let mut padded = payload();
    let data = &mut padded.approval.as_mut().unwrap().data;
    *data = [data.to_vec(), vec![0]].concat().into();
    assert!(matches!(check(&padded, &bare()).unwrap_err(), PayloadIssue::ApprovalEncoding(_)));
}

#[test]
fn what_nobody_has_checked_is_not_read() {
    let mut json = serde_json::to_value(payload()).unwrap();
    json["permit"] = json!({});
    assert!(serde_json::from_value::<ExecutionPayload>(json).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is signed within the rules can be paid: both sides share one encoding over the whole range.
    #[test]
    fn what_is_built_passes(seller in 1u128.., bps in 0u16..=2_500, nonce in any::<[u8; 32]>(), deadline in 0u64..(1 << 53), native in any::<bool>()) {
        let fee = if bps == 0 { FeePolicy::NONE } else { FeePolicy { bps, ..snapshot().fee } };
        let quote = fee.quote(Amount::new(U256::from(seller))).unwrap();
        let asset = if native { native_snapshot().asset } else { snapshot().asset };
        let agreed = Snapshot { fee, quote, asset, nonce: U256::from_be_bytes(nonce), deadline, ..snapshot() };
        let payload = ExecutionPayload::build(&sign_with(OPERATOR_KEY, agreed));
        let text = serde_json::to_string(&payload).unwrap();
        let read: ExecutionPayload = serde_json::from_str(&text).unwrap();
        prop_assert!(check(&read, &bare()).is_ok());
        prop_assert_eq!(read, payload);
    }

    /// Bytes from anywhere are an error, not a panic.
    #[test]
    fn d01_any_calldata_is_only_an_error(data in proptest::collection::vec(any::<u8>(), 0..700)) {
        let with_selector = [&payCall::SELECTOR, data.as_slice()].concat();
        for data in [data, with_selector] {
            prop_assert!(check(&with_payment_data(&payload(), data), &bare()).is_err());
        }
    }
}

fn with_payment_data(original: &ExecutionPayload, data: Vec<u8>) -> ExecutionPayload {
    let mut changed = original.clone();
    changed.payment.data = data.into();
    changed
}

fn bits(data: &Bytes) -> impl Iterator<Item = (usize, u8)> {
    (0..data.len()).flat_map(|byte| (0..8).map(move |bit| (byte, bit)))
}

fn flipped(data: &Bytes, byte: usize, bit: u8) -> Bytes {
    let mut data = data.to_vec();
    data[byte] ^= 1 << bit;
    data.into()
}

/// Every document that differs from `json` in one place.
fn mutations(json: &Value) -> Vec<Value> {
    match json {
        Value::Null => vec![],
        Value::Bool(flag) => vec![json!(!flag), Value::Null],
        Value::Number(number) => vec![json!(number.as_u64().unwrap() ^ 1), json!(-1), json!(number.to_string()), Value::Null],
        Value::String(text) => {
            let flip = |at: usize| {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1;
                Value::String(String::from_utf8(bytes).unwrap())
            };
            (0..text.len()).map(flip).chain([json!(""), json!(format!("{text}0")), json!(0), Value::Null]).collect()
        }
        Value::Array(items) => {
            let without = (0..items.len()).map(|at| [&items[..at], &items[at + 1..]].concat());
            let twice = (0..items.len()).map(|at| [&items[..=at], &items[at..]].concat());
            let swapped = (1..items.len()).map(|at| {
                let mut items = items.clone();
                items.swap(at - 1, at);
                items
            });
            let inside = items
                .iter()
                .enumerate()
                .flat_map(|(at, item)| mutations(item).into_iter().map(move |changed| [&items[..at], &[changed], &items[at + 1..]].concat()));
            without.chain(twice).chain(swapped).chain(inside).map(Value::Array).collect()
        }
        Value::Object(fields) => {
            let mut all = vec![];
            for (key, value) in fields {
                let mut without = fields.clone();
                without.remove(key);
                all.push(Value::Object(without));
                for changed in mutations(value) {
                    let mut with = fields.clone();
                    with.insert(key.clone(), changed);
                    all.push(Value::Object(with));
                }
            }
            let mut more = fields.clone();
            more.insert("unknown".to_owned(), json!(1));
            all.push(Value::Object(more));
            all
        }
    }
}
