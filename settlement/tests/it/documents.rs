//! Snapshot, receipt, invoice and postings as documents: what is written is what is read, and a change anywhere is noticed.

use alloy_primitives::{Address, B256, Bytes, U256};
use proptest::prelude::*;
use serde_json::Value;
use settlement::agreement::{AgreementRecord, AgreementState, PaymentFacts, recover};
use settlement::asset::{Asset, Token};
use settlement::finality::FinalityPolicy;
use settlement::ids::UnitId;
use settlement::invoice::{Invoice, InvoiceParts, InvoiceStatus, LineStatus, RevokedPayment};
use settlement::ledger::{Account, Side, postings, reversal};
use settlement::milestone::{MilestoneState, Plan};
use settlement::money::{Amount, FeePolicy};
use settlement::payment_request::{FailureReason, PaymentRequest, PaymentRequestState, Standing};
use settlement::receipt::{Receipt, ReceiptError, Statement, TypedData, statement_digest};
use settlement::snapshot::{Ask, SignedSnapshot, Snapshot, SnapshotError};
use settlement::terms::Terms;
use settlement::unit::{Unit, UnitKind};
use settlement::verify::{Authority, Evidence, Proof, report};

use crate::world::{self, BLOCK, Case, amount, at};

fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    let finality = prop_oneof![(1..1_000u32).prop_map(FinalityPolicy::Confirmations), Just(FinalityPolicy::Safe), Just(FinalityPolicy::Finalized)];
    let kind =
        prop_oneof![Just(UnitKind::Whole), (1..u32::MAX).prop_map(UnitKind::Instalment), (0..9u64).prop_map(|n| UnitKind::Milestone(world::milestone_id(n)))];
    let words = (any::<[u8; 32]>(), any::<[u8; 32]>());
    ("\\PC{0,12}", any::<u8>(), finality, kind, words, 0..(1u64 << 53), any::<[u8; 20]>(), 0..4_000_000_000_000i64).prop_map(
        |(symbol, decimals, finality, unit_kind, (nonce, seller), deadline, payer, created)| {
            let mut snapshot = world::snapshot();
            (snapshot.symbol, snapshot.decimals, snapshot.finality, snapshot.unit_kind) = (symbol, decimals, finality, unit_kind);
            (snapshot.nonce, snapshot.quote.seller) = (U256::from_be_bytes(nonce), Amount::new(U256::from_be_bytes(seller)));
            (snapshot.deadline, snapshot.payer) = (deadline, Address::from(payer));
            snapshot.created_at = settlement::Timestamp::from_millis(created);
            snapshot
        },
    )
}

proptest! {
    #[test]
    fn a_snapshot_reads_back_from_its_canonical_text(snapshot in any_snapshot()) {
        let text = snapshot.canonical();
        let read = Snapshot::parse(&text).unwrap();
        prop_assert_eq!(&read, &snapshot);
        prop_assert_eq!(read.request_id(), snapshot.request_id());
        prop_assert_eq!(read.digest(), snapshot.digest());
    }
}

#[test]
fn a_snapshot_is_this_text() {
    insta::assert_snapshot!("snapshot", serde_json::to_string_pretty(&serde_json::from_str::<Value>(&world::snapshot().canonical()).unwrap()).unwrap());
    insta::assert_snapshot!(world::snapshot().request_id(), @"0x9645af1f157d5fd210c8ba6b7f64a4254dcdfd170d504e294fb7f50376a40c02");
    insta::assert_snapshot!(world::snapshot().digest(), @"0x94f20321f1baff4169eaa9668b6cdb57930a041bb2982c6c331fa16088f8ee09");
}

#[test]
fn a_snapshot_in_any_other_spelling_is_refused() {
    let text = world::snapshot().canonical();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert!(matches!(Snapshot::parse(&serde_json::to_string_pretty(&value).unwrap()), Err(SnapshotError::NotCanonical)));
    let respelled = [
        text.replace(&world::PAYEE.to_string(), &world::PAYEE.to_string().to_lowercase()),
        text.replace(".000Z", "Z"),
        text.replace("\"deadline\":", "\"deadline\" :"),
        text.replacen('{', "{\"amount\":\"1\",", 1),
        text.replace("\"sellerAmount\":\"12500000\"", "\"sellerAmount\":12500000"),
        text.replace("\"sellerAmount\":\"12500000\"", "\"sellerAmount\":\"012500000\""),
        text.replace("counterfoil-payment-v1", "counterfoil-payment-v2"),
        text.replace("\"chainId\":31337", "\"chainId\":1"),
        text.replace("\"kind\":\"contract\"", "\"kind\":\"instalment\""),
        text.replace("\"kind\":\"contract\"", "\"index\":0,\"kind\":\"instalment\""),
        text.replace("\"kind\":\"contract\"", "\"index\":1,\"kind\":\"contract\""),
        text.replace("\"kind\":\"contract\"", "\"kind\":\"milestone\""),
        text.replace("\"kind\":\"contract\"", &format!("\"kind\":\"contract\",\"milestoneId\":\"{}\"", world::milestone_id(1))),
        text.replace("\"kind\":\"contract\"", "\"kind\":\"milestone\",\"milestoneId\":\"ms_1\""),
        text.replace("\"kind\":\"contract\"", &format!("\"index\":1,\"kind\":\"milestone\",\"milestoneId\":\"{}\"", world::milestone_id(1))),
        text.replace("\"consent\":\"attested\"", "\"consent\":\"assumed\""),
    ];
    for (n, respelled) in respelled.iter().enumerate() {
        assert_ne!(*respelled, text, "case {n} changes nothing");
        assert!(Snapshot::parse(respelled).is_err(), "case {n}");
    }
}

#[test]
fn a12_decimals_and_symbol_are_pinned_when_the_payment_is_asked_for() {
    let snapshot = world::snapshot();
    assert_eq!((snapshot.symbol.as_str(), snapshot.decimals), ("USDC", 6));
    let copy = Token { decimals: 18, ..world::token() };
    let other = Snapshot::new(&world::agreement(), Ask { token: copy, ..world::ask() }).unwrap();
    assert_ne!(other.request_id(), snapshot.request_id(), "another number of decimals is another request");
    let elsewhere = Token { asset: Asset::Native { chain_id: world::CHAIN }, ..world::token() };
    assert!(matches!(Snapshot::new(&world::agreement(), Ask { token: elsewhere, ..world::ask() }), Err(SnapshotError::WrongToken)));
}

#[test]
fn c08_who_cannot_take_part_is_in_no_snapshot() {
    let (agreement, ask) = (world::agreement, world::ask);
    let payer = |payer| Snapshot::new(&agreement(), Ask { payer, ..ask() });
    for nobody in [Address::ZERO, world::ROUTER, world::TOKEN] {
        assert!(matches!(payer(nobody), Err(SnapshotError::Party(_))), "{nobody}");
    }
    assert!(matches!(payer(world::PAYEE), Err(SnapshotError::PayerIs { role: "payee", .. })));
    assert!(matches!(payer(world::FEE_RECIPIENT), Err(SnapshotError::PayerIs { role: "fee recipient", .. })));
    let fee_to = |recipient| AgreementRecord { fee: FeePolicy { recipient, ..agreement().fee }, ..agreement() };
    assert!(matches!(Snapshot::new(&fee_to(world::PAYEE), ask()), Err(SnapshotError::PayeeIsFeeRecipient(_))));
    assert!(matches!(Snapshot::new(&fee_to(world::ROUTER), ask()), Err(SnapshotError::Party(_))));
    let mut unit = world::unit();
    unit.agreement = settlement::ids::AgreementId::new(world::ulid(9));
    assert!(matches!(Snapshot::new(&agreement(), Ask { unit, ..ask() }), Err(SnapshotError::WrongUnit)));
}

#[test]
fn a_deadline_is_a_number_that_every_reader_of_json_keeps() {
    let deadline = |deadline| Snapshot::new(&world::agreement(), Ask { deadline, ..world::ask() }).unwrap().deadline;
    assert_eq!((deadline(7), deadline((1 << 53) - 1), deadline(1 << 53), deadline(u64::MAX)), (7, (1 << 53) - 1, (1 << 53) - 1, (1 << 53) - 1));
}

#[test]
fn without_a_fee_nobody_receives_one() {
    let agreement = AgreementRecord { fee: FeePolicy::NONE, ..world::agreement() };
    let payment = Snapshot::new(&agreement, world::ask()).unwrap().payment();
    assert_eq!((payment.feeAmount, payment.feeRecipient), (U256::ZERO, Address::ZERO));
    // A share that rounds to nothing is no fee either, and the router wants no recipient then.
    let dust = AgreementRecord { fee: FeePolicy { bps: 1, fixed: Amount::ZERO, recipient: world::FEE_RECIPIENT }, ..world::agreement() };
    let payment = Snapshot::new(&dust, Ask { seller_amount: amount(1), ..world::ask() }).unwrap().payment();
    assert_eq!((payment.feeAmount, payment.feeRecipient), (U256::ZERO, Address::ZERO));
}

fn receipt_json() -> Value {
    serde_json::from_str(&world::receipt(&world::proof(), &world::signed(), &world::operator()).text()).unwrap()
}

#[test]
fn a_receipt_reads_back_and_proves_itself() {
    for json in [receipt_json(), serde_json::json!({ "receipt": receipt_json() })] {
        let claim = Receipt::parse(&json.to_string()).unwrap();
        assert_eq!(claim.signed, world::signed());
        assert_eq!(claim.event, Case::sound().event);
        assert_eq!((claim.terms.clone(), claim.authority), (Some(world::agreement().terms), Authority::Operator));
        let agreed = claim.agreed().unwrap();
        assert_eq!(agreed, (&world::agreement()).into());
        let evidence =
            Evidence { signed: &claim.signed, event: &claim.event, agreed: Some(&agreed), authority: Some(claim.authority), final_through: Some(BLOCK) };
        assert!(report(&evidence).iter().all(|(_, result)| result.is_ok()));
    }
    insta::assert_json_snapshot!("receipt", receipt_json());
}

#[test]
fn the_receipt_of_a_delegates_signature_says_until_when_it_could_sign() {
    let delegate = world::other_signer();
    let signed = world::sign(world::snapshot(), &delegate);
    let authority = Authority::Delegate { signer: delegate.address(), until: world::PAID_AT + 9 };
    let case = Case { event: world::event(&signed), signed: signed.clone(), authority: Some(authority), ..Case::sound() };
    let receipt = world::receipt(&case.verify().unwrap(), &signed, &delegate);
    assert_eq!(receipt.document().proof.authorised_until, Some(world::PAID_AT + 9));
    let claim = Receipt::parse(&receipt.text()).unwrap();
    assert_eq!((claim.authority, claim.issuer), (authority, delegate.address()));
}

#[test]
fn a_receipt_without_its_terms_is_as_signed_as_before_and_proves_them_only_to_who_has_them() {
    let full = world::receipt(&world::proof(), &world::signed(), &world::operator());
    let text = Receipt::without_terms(&full.text()).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    let mut expected = receipt_json();
    expected["proof"]["terms"] = Value::Null;
    assert_eq!(json, expected, "nothing else is gone");
    let claim = Receipt::parse(&text).unwrap();
    assert_eq!((claim.issuer, &claim.terms, claim.agreed()), (world::operator().address(), &None, None));
    assert!(!claim.proves_itself(&text), "it says nothing of what was agreed");
    let terms = world::agreement().terms;
    assert!(claim.clone().with_terms(terms.clone()).unwrap().proves_itself(&full.text()), "who has the terms has the receipt");

    let mut others = world::terms_document();
    others["title"] = "Label 9,000 images".into();
    let others = Terms::parse(&others).unwrap();
    assert!(matches!(claim.with_terms(others), Err(ReceiptError::Inconsistent { field: "proof.terms", .. })));
    // Nobody's signature covers the title but through the terms.
    let mut renamed = json;
    renamed["title"] = "Label 9,000 images".into();
    let renamed = Receipt::parse(&renamed.to_string()).unwrap();
    assert!(matches!(renamed.with_terms(terms), Err(ReceiptError::Inconsistent { field: "title", .. })));
}

/// Paths of all values in the document that are neither objects nor arrays.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, &format!("{path}/{key}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, value)| leaves(value, &format!("{path}/{n}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(path.to_owned()),
    }
}

/// Another value of the same kind, as a forger would choose it.
fn forged(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with("0x") && text.len() == 42 => Address::repeat_byte(0xee).to_string().into(),
        Value::String(text) if text.starts_with("0x") => format!("{}{}", &text[..text.len() - 3], if text.ends_with("11c") { "22c" } else { "11c" }).into(),
        Value::String(text) if text.bytes().all(|b| b.is_ascii_digit()) => format!("{text}0").into(),
        Value::String(text) if text.starts_with("2025") => text.replacen("2025", "2024", 1).into(),
        Value::String(text) if text.contains("\"title\"") => text.replace("1,000", "9,000").into(),
        Value::String(text) if text.starts_with('{') => text.replace("12500000", "12500001").into(),
        Value::String(text) => match text.as_str() {
            "operator" => "delegate".into(),
            "attested" => "signatures".into(),
            _ => format!("{}0", &text[..text.len() - 1]).into(),
        },
        Value::Number(number) => (number.as_u64().unwrap() + 1).into(),
        Value::Null => 1.into(),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => panic!("a receipt has none"),
    }
}

/// Who notices that a value was changed.
fn noticed_by(json: &Value) -> String {
    let claim = match Receipt::parse(&json.to_string()) {
        Ok(claim) => claim,
        Err(ReceiptError::Inconsistent { field, .. }) => return format!("inconsistent: {field}"),
        Err(error) => return error.to_string(),
    };
    let agreed = claim.agreed();
    let evidence =
        Evidence { signed: &claim.signed, event: &claim.event, agreed: agreed.as_ref(), authority: Some(claim.authority), final_through: Some(BLOCK) };
    let failing: Vec<_> = report(&evidence).into_iter().filter(|(_, result)| result.is_err()).map(|(name, _)| name).collect();
    if failing.is_empty() { "the chain alone".to_owned() } else { format!("checks: {}", failing.join(" ")) }
}

#[test]
fn every_change_to_a_receipt_is_noticed() {
    let (sound, mut paths) = (receipt_json(), Vec::new());
    leaves(&sound, "", &mut paths);
    let (mut listing, mut on_chain_only) = (String::new(), Vec::new());
    for path in &paths {
        let mut json = sound.clone();
        let value = json.pointer_mut(path).unwrap();
        *value = forged(value);
        assert_ne!(json, sound, "{path}");
        let noticed = noticed_by(&json);
        if noticed == "the chain alone" {
            on_chain_only.push(path.as_str());
        }
        listing.push_str(&format!("{path}: {noticed}\n"));
    }
    insta::assert_snapshot!("forged_receipts", listing);
    // Where the event stands is for the node to say; when it was verified and what was final then is this instance's word alone.
    assert_eq!(on_chain_only, [""; 0], "the signature of the issuer covers even what is its word alone");
}

/// What nobody but the issuer knows, signed by somebody else: only the chain tells who may speak for the operator.
#[test]
fn whoever_signs_a_receipt_is_named_in_it() {
    let (own, forged) =
        (world::receipt(&world::proof(), &world::signed(), &world::operator()), world::receipt(&world::proof(), &world::signed(), &world::other_signer()));
    assert_eq!(Receipt::parse(&own.text()).unwrap().issuer, world::operator().address());
    assert_eq!(Receipt::parse(&forged.text()).unwrap().issuer, world::other_signer().address());
    let mut claimed: Value = serde_json::from_str(&forged.text()).unwrap();
    claimed["attestation"]["signer"] = world::operator().address().to_string().into();
    assert_eq!(noticed_by(&claimed), "inconsistent: attestation.signer");
    for signature in ["0x", "0x00", &format!("0x{}", "00".repeat(65))] {
        claimed["attestation"]["signature"] = signature.into();
        assert!(matches!(Receipt::parse(&claimed.to_string()), Err(ReceiptError::BadSignature)), "{signature}");
    }
}

/// Written by viem, which shares nothing with us: `settlement/bin/vectors`.
#[test]
fn a_receipt_is_hashed_and_signed_as_every_eip712_library_does_it() {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("../../vectors/receipts.json")).unwrap();
    assert!(vectors.len() > 2);
    for vector in vectors {
        let (text, number) =
            (|name: &str| vector["message"][name].as_str().unwrap(), |name: &str| vector["message"][name].as_str().unwrap().parse::<U256>().unwrap());
        let (address, hash) = (|name: &str| text(name).parse::<Address>().unwrap(), |name: &str| text(name).parse::<B256>().unwrap());
        let statement = Statement {
            receiptId: text("receiptId").to_owned(),
            termsHash: hash("termsHash"),
            consent: text("consent").to_owned(),
            buyer: address("buyer"),
            seller: address("seller"),
            payer: address("payer"),
            payee: address("payee"),
            asset: text("asset").to_owned(),
            amount: number("amount"),
            fee: number("fee"),
            total: number("total"),
            operator: address("operator"),
            requestId: hash("requestId"),
            digest: hash("digest"),
            signer: address("signer"),
            blockNumber: number("blockNumber"),
            blockHash: hash("blockHash"),
            blockTime: number("blockTime"),
            transactionHash: hash("transactionHash"),
            logIndex: number("logIndex"),
            finality: text("finality").to_owned(),
            finalThrough: number("finalThrough"),
            verifiedAt: text("verifiedAt").to_owned(),
            issuedAt: text("issuedAt").to_owned(),
        };
        let chain_id = vector["chainId"].as_u64().unwrap();
        let typed = serde_json::to_value(TypedData::new(&statement, chain_id)).unwrap();
        assert_eq!(typed["message"], vector["message"]);
        assert_eq!(typed["types"]["Receipt"], vector["types"]["Receipt"]);
        let digest = statement_digest(&statement, chain_id);
        assert_eq!(digest.to_string(), vector["digest"]);
        let signature: Bytes = vector["signature"].as_str().unwrap().parse().unwrap();
        assert_eq!(recover(&digest, &signature).unwrap().to_string(), vector["signer"]);
    }
}

#[test]
fn a_receipt_with_a_key_too_many_or_too_few_is_none() {
    let mut more = receipt_json();
    more["note"] = "paid twice".into();
    assert!(matches!(Receipt::parse(&more.to_string()), Err(ReceiptError::Malformed(_))));
    for key in receipt_json().as_object().unwrap().keys() {
        let mut less = receipt_json();
        less.as_object_mut().unwrap().remove(key);
        assert!(matches!(Receipt::parse(&less.to_string()), Err(ReceiptError::Malformed(_))), "{key}");
    }
}

fn request(n: u64, unit: (u64, UnitKind), seller_amount: u64) -> PaymentRequest {
    let unit = Unit { id: UnitId::new(world::ulid(500 + unit.0)), agreement: world::agreement().id, kind: unit.1, nonce: U256::from(unit.0) };
    let ask = Ask { payment_request: world::request_id(n), unit: unit.clone(), seller_amount: amount(seller_amount), ..world::ask() };
    let signed = world::sign(Snapshot::new(&world::agreement(), ask).unwrap(), &world::operator());
    let agreement = world::agreement().id;
    PaymentRequest { id: world::request_id(n), agreement, unit, signed, state: PaymentRequestState::Signed, created_at: at(0), updated_at: at(0) }
}

fn prove(signed: &SignedSnapshot) -> Proof {
    Case { event: world::event(signed), signed: signed.clone(), ..Case::sound() }.verify().unwrap()
}

fn in_state(request: PaymentRequest, state: PaymentRequestState) -> PaymentRequest {
    PaymentRequest { state, ..request }
}

fn paid(request: PaymentRequest) -> PaymentRequest {
    let state = request.verify(prove(&request.signed), at(60)).unwrap();
    in_state(request, state)
}

static NO_PLAN: Plan = Plan { version: 0, buyer_confirmed: None, seller_confirmed: None, finalised_at: None, milestones: Vec::new() };

fn parts<'a>(agreement: &'a AgreementRecord, token: &'a Token, requests: &'a [Standing<'a>]) -> InvoiceParts<'a> {
    InvoiceParts {
        agreement,
        token,
        names: ["Harbour Books", "Ada's Translations"],
        payments: PaymentFacts::default(),
        requests,
        revoked: &[],
        refunds: &[],
        plan: &NO_PLAN,
    }
}

fn invoice(agreement: &AgreementRecord, requests: &[&PaymentRequest]) -> Invoice {
    let standings: Vec<_> = requests.iter().map(|r| Standing::Sound(r)).collect();
    Invoice::new(&parts(agreement, &world::token(), &standings)).unwrap()
}

const WHOLE: (u64, UnitKind) = (1, UnitKind::Whole);
const FIRST: (u64, UnitKind) = (2, UnitKind::Instalment(1));
const SECOND: (u64, UnitKind) = (3, UnitKind::Instalment(2));

#[test]
fn an_invoice_adds_up_from_open_to_paid() {
    let agreement = world::agreement();
    let open = invoice(&agreement, &[]);
    assert_eq!((open.status, open.lines.len()), (InvoiceStatus::Open, 0));
    assert_eq!((open.paid_amount_atomic.as_str(), open.open_amount_atomic.as_str()), ("0", "12500000"));
    assert_eq!((open.fee_amount_atomic.as_str(), open.total_amount_atomic.as_str()), ("312501", "12812501"));

    let first = paid(request(0, FIRST, 10_000_000));
    let part = invoice(&agreement, &[&first]);
    assert_eq!((part.status, part.lines[0].status, part.lines[0].index), (InvoiceStatus::PartiallyPaid, LineStatus::Paid, Some(1)));
    assert_eq!((part.paid_amount_atomic.as_str(), part.open_amount_atomic.as_str()), ("10000000", "2500000"));
    // The fixed part of the fee is due on each payment.
    assert_eq!((part.fee_amount_atomic.as_str(), part.total_amount_atomic.as_str()), ("312502", "12812502"));

    let second = paid(request(1, SECOND, 2_500_000));
    let done = invoice(&agreement, &[&first, &second]);
    assert_eq!((done.status, done.open_amount_atomic.as_str()), (InvoiceStatus::Paid, "0"));
    assert_eq!(done.total_amount_atomic, part.total_amount_atomic);
    let receipts: Vec<_> = done.lines.iter().map(|line| line.receipt_id.clone().unwrap()).collect();
    assert_eq!(receipts, [format!("rcpt_{}", first.id), format!("rcpt_{}", second.id)]);
    insta::assert_json_snapshot!("invoice", done);
}

#[test]
fn an_invoice_over_milestones_knows_the_fee_of_each_payment() {
    // 2.5 per cent and a fixed part for each: what is paid in two payments costs the fixed part twice.
    let halves = [1, 2].map(|n| world::milestone(n, 6_250_000, MilestoneState::Active)).to_vec();
    let (agreement, token, plan) = (world::agreement(), world::token(), Plan::signed(halves, at(0)));
    let of = |standings: &[Standing<'_>]| Invoice::new(&InvoiceParts { plan: &plan, ..parts(&agreement, &token, standings) }).unwrap();
    let fee = agreement.fee.price(amount(6_250_000)).unwrap().fee;
    let both = fee.plus(fee).unwrap();
    assert_ne!(both, agreement.fee.price(amount(12_500_000)).unwrap().fee);
    let open = of(&[]);
    assert_eq!((open.fee_amount_atomic, open.total_amount_atomic), (both.to_string(), amount(12_500_000).plus(both).unwrap().to_string()));
    let first = paid_milestone(2, 4);
    let half = of(&[Standing::Sound(&first)]);
    assert_eq!((half.fee_amount_atomic, half.open_amount_atomic.as_str()), (both.to_string(), "6250000"), "the same, one of them paid");
}

/// Half of the agreement, paid as its first milestone.
fn paid_milestone(n: u64, unit: u64) -> PaymentRequest {
    let request = request(n, (unit, UnitKind::Milestone(world::milestone_id(1))), 6_250_000);
    let agreed = Case::sound().agreed.of_milestone(&world::milestone(1, 6_250_000, MilestoneState::Active));
    let proof = Case { event: world::event(&request.signed), signed: request.signed.clone(), agreed, ..Case::sound() }.verify().unwrap();
    let state = request.verify(proof, at(60)).unwrap();
    in_state(request, state)
}

#[test]
fn a09_what_was_paid_twice_pays_nothing_else() {
    // Instalment 1 was paid, and so was the whole, whose payload had counted as dead: what is too much of it leaves nothing open, and a smaller one does not
    // pay for what nobody has paid yet.
    let (first, whole) = (paid(request(0, FIRST, 10_000_000)), paid(request(1, WHOLE, 12_500_000)));
    let twice = invoice(&world::agreement(), &[&first, &whole]);
    assert_eq!((twice.status, twice.open_amount_atomic.as_str()), (InvoiceStatus::Paid, "0"));
    assert_eq!((twice.paid_amount_atomic.as_str(), twice.duplicate_amount_atomic.as_str()), ("22500000", "10000000"));

    let (one, again) = (paid_milestone(2, 4), paid_milestone(3, 5));
    let half = invoice(&world::agreement(), &[&one, &again]);
    assert_eq!((half.status, half.open_amount_atomic.as_str()), (InvoiceStatus::PartiallyPaid, "6250000"), "the other milestone is not paid by it");
    assert_eq!((half.paid_amount_atomic.as_str(), half.duplicate_amount_atomic.as_str()), ("12500000", "6250000"));
}

#[test]
fn a_unit_is_one_line_whatever_was_signed_for_it() {
    let cancelled = in_state(request(0, WHOLE, 12_500_000), PaymentRequestState::Cancelled { reason: None, at: at(1) });
    let by = world::request_id(0);
    let failed = in_state(request(1, WHOLE, 12_500_000), PaymentRequestState::Failed { reason: FailureReason::UnitPaid { by }, at: at(1) });
    let live = request(2, WHOLE, 12_500_000);
    let line = |requests: &[&PaymentRequest]| {
        let invoice = invoice(&world::agreement(), requests);
        assert_eq!(invoice.lines.len(), 1);
        (invoice.lines[0].status, invoice.lines[0].payment_request_id.clone())
    };
    assert_eq!(line(&[&cancelled]), (LineStatus::Open, cancelled.id.to_string()));
    assert_eq!(line(&[&cancelled, &failed]), (LineStatus::Open, failed.id.to_string()), "the later one");
    assert_eq!(line(&[&cancelled, &live]), (LineStatus::Requested, live.id.to_string()));
    let recovered = paid(cancelled);
    assert_eq!(line(&[&recovered, &failed]), (LineStatus::Paid, recovered.id.to_string()), "the one that was paid");
    let submitted = in_state(request(3, WHOLE, 12_500_000), PaymentRequestState::Submitted { tx_hash: B256::ZERO, at: at(1) });
    assert_eq!(line(&[&submitted]), (LineStatus::Pending, submitted.id.to_string()));
}

#[test]
fn b13_an_invoice_with_a_payment_in_doubt_says_so() {
    let (first, unit) = (paid(request(0, WHOLE, 12_500_000)), world::unit());
    let (agreement, token, doubt) = (world::agreement(), world::token(), PaymentFacts { proof_issue: true, ..PaymentFacts::default() });
    assert_eq!(
        Invoice::new(&InvoiceParts { payments: doubt, ..parts(&agreement, &token, &[Standing::Sound(&first)]) }).unwrap().status,
        InvoiceStatus::InspectionRequired
    );
    let unproven = [Standing::Unproven { id: &first.id, unit: &unit }];
    let invoice = Invoice::new(&parts(&agreement, &token, &unproven)).unwrap();
    assert_eq!((invoice.status, invoice.lines[0].status), (InvoiceStatus::InspectionRequired, LineStatus::InspectionRequired));
    assert_eq!((invoice.paid_amount_atomic.as_str(), invoice.lines[0].receipt_id.clone()), ("0", None), "what does not prove itself is not paid");
}

#[test]
fn b01_an_invoice_names_the_receipt_that_was_revoked_until_the_payment_counts_again() {
    let (agreement, token, request) = (world::agreement(), world::token(), request(0, WHOLE, 12_500_000));
    let gone = [RevokedPayment { request: request.id.clone(), at: at(90) }];
    let with = |request: &PaymentRequest| {
        let standings = [Standing::Sound(request)];
        Invoice::new(&InvoiceParts { revoked: &gone, ..parts(&agreement, &token, &standings) }).unwrap().lines.remove(0)
    };
    let waiting = with(&in_state(request.clone(), PaymentRequestState::Submitted { tx_hash: B256::repeat_byte(0x77), at: at(90) }));
    assert_eq!((waiting.receipt_revoked_at, waiting.proof), (Some(at(90).to_string()), None));
    let again = with(&paid(request));
    assert_eq!((again.receipt_revoked_at, again.proof.unwrap().block_number), (None, BLOCK));
}

#[test]
fn a08_a_cancelled_agreement_owes_nothing_unless_it_was_paid_all_the_same() {
    let state = AgreementState::Cancelled { reason: "changed plans".to_owned(), by: world::agreement().buyer.profile, at: at(1) };
    let agreement = AgreementRecord { state, ..world::agreement() };
    let nothing = invoice(&agreement, &[]);
    assert_eq!((nothing.status, nothing.open_amount_atomic.as_str()), (InvoiceStatus::Cancelled, "0"));
    let paid = paid(request(0, WHOLE, 12_500_000));
    assert_eq!(invoice(&agreement, &[&paid]).status, InvoiceStatus::Paid);
}

#[test]
fn postings_of_a_payment_and_of_its_reversal_sum_to_nothing() {
    let lines = postings(&world::proof(), &world::agreement().id, world::asset());
    let accounts: Vec<_> = lines.iter().map(|line| (line.account, line.side, line.amount)).collect();
    let expected = [
        (Account::BuyerExternal(world::BUYER), Side::Debit, amount(12_812_501)),
        (Account::SellerProceeds(world::PAYEE), Side::Credit, amount(12_500_000)),
        (Account::PlatformFee(world::FEE_RECIPIENT), Side::Credit, amount(312_501)),
    ];
    assert_eq!(accounts, expected);
    for lines in [&lines, &reversal(&lines)] {
        let sum = |side| lines.iter().filter(|l| l.side == side).map(|l| l.amount.atomic()).sum::<U256>();
        assert_eq!(sum(Side::Debit), sum(Side::Credit));
    }
    let back: Vec<_> = reversal(&lines).iter().map(|line| (line.account, line.side, line.amount)).collect();
    assert_eq!(back, expected.map(|(account, side, amount)| (account, if side == Side::Debit { Side::Credit } else { Side::Debit }, amount)));
    for account in [Account::BuyerExternal(world::BUYER), Account::SellerProceeds(world::PAYEE), Account::PlatformFee(world::FEE_RECIPIENT)] {
        assert_eq!(Account::parse(account.name(), account.wallet()), Some(account));
    }
    assert_eq!(Account::parse("escrow", world::BUYER), None);
}

#[test]
fn a_payment_without_fee_has_two_postings() {
    let agreement = AgreementRecord { fee: FeePolicy::NONE, ..world::agreement() };
    let signed = world::sign(Snapshot::new(&agreement, world::ask()).unwrap(), &world::operator());
    let case = Case { event: world::event(&signed), signed, agreed: (&agreement).into(), ..Case::sound() };
    assert_eq!(postings(&case.verify().unwrap(), &agreement.id, world::asset()).len(), 2);
}

#[test]
fn a_signed_snapshot_reads_back_and_a_changed_text_has_another_signer() {
    let signed = world::signed();
    assert_eq!(SignedSnapshot::parse(signed.canonical(), signed.signature().clone()).unwrap(), signed);
    assert_eq!(signed.signer(), world::operator().address());
    let changed = signed.canonical().replace("12500000", "12500001");
    assert_ne!(SignedSnapshot::parse(&changed, signed.signature().clone()).unwrap().signer(), signed.signer());
    assert!(matches!(SignedSnapshot::parse(signed.canonical(), Bytes::new()), Err(SnapshotError::BadSignature)));
}
