use super::*;
use alloy_primitives::{B256, U256};
use secrecy::SecretString;
use serde_json::{Value, json};
use settlement::Timestamp;
use settlement::agreement::{AgreementRecord, AgreementState, Consent, Party};
use settlement::asset::Token;
use settlement::event::{Location, PaymentEvent};
use settlement::finality::FinalityPolicy;
use settlement::ids::{AgreementId, PaymentRequestId, ProfileId, UnitId};
use settlement::money::{Amount, FeePolicy};
use settlement::receipt::{ReceiptDraft, Stamp};
use settlement::snapshot::{Ask, SignedSnapshot, Snapshot};
use settlement::unit::{Unit, UnitKind};
use settlement::verify::{AgreedTerms, verify};
use signer::WalletKey;
use ulid::Ulid;

const DEADLINE: u64 = 1_800_000_000;
const ISSUED_AT: u64 = DEADLINE - 30;

fn key(digit: char) -> WalletKey {
    WalletKey::from_hex(&SecretString::from(digit.to_string().repeat(64))).unwrap()
}

fn ulid(n: u128) -> Ulid {
    Ulid::from_parts(1_700_000_000_000, n)
}

fn terms() -> Value {
    json!({"title": "Label 1,000 images", "amountAtomic": "12500000", "asset": "eip155:31337/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "payeeAddress": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "paymentTiming": "any_time", "settlement": "direct"})
}

fn agreement() -> AgreementRecord {
    let at = Timestamp::from_millis(1_700_000_000_000);
    AgreementRecord {
        id: AgreementId::new(ulid(1)),
        external_ref: "job-1".into(),
        importer: ProfileId::new(ulid(2)),
        buyer: Party { profile: ProfileId::new(ulid(2)), wallet: key('1').address() },
        seller: Party { profile: ProfileId::new(ulid(3)), wallet: key('2').address() },
        terms: Terms::parse(&terms()).unwrap(),
        consent: Consent::Attested { by: ProfileId::new(ulid(2)) },
        fee: FeePolicy { bps: 250, fixed: Amount::ZERO, recipient: Address::repeat_byte(0xfe) },
        payout: None,
        state: AgreementState::InProgress,
        created_at: at,
        updated_at: at,
    }
}

fn signed(agreement: &AgreementRecord) -> SignedSnapshot {
    let token = Token { asset: agreement.terms.asset, symbol: "tUSD".into(), decimals: 6, eip2612: true, eip3009: true, permit2: true, allowed: true };
    let unit = Unit { id: UnitId::new(ulid(4)), agreement: agreement.id.clone(), kind: UnitKind::Whole, nonce: U256::from(7) };
    let ask = Ask {
        payment_request: PaymentRequestId::new(ulid(5)),
        unit,
        router: contracts::router_address(),
        operator: key('3').address(),
        token,
        payer: key('1').address(),
        seller_amount: agreement.terms.amount,
        created_at: agreement.created_at,
        deadline: DEADLINE,
        finality: FinalityPolicy::Confirmations(3),
    };
    let snapshot = Snapshot::new(agreement, ask).unwrap();
    let signature = key('4').sign_digest(&snapshot.digest());
    SignedSnapshot::new(snapshot, signature).unwrap()
}

fn event(signed: &SignedSnapshot) -> PaymentEvent {
    let location = Location {
        chain_id: 31_337,
        block_number: 10,
        block_hash: B256::repeat_byte(0xb0),
        block_time: DEADLINE - 60,
        tx_hash: B256::repeat_byte(0x77),
        log_index: 2,
    };
    PaymentEvent::executing(signed, location)
}

fn delegate() -> Authority {
    Authority::Delegate { signer: key('4').address(), until: DEADLINE }
}

/// A receipt as our own server would issue it.
fn receipt() -> String {
    let agreement = agreement();
    let signed = signed(&agreement);
    let event = event(&signed);
    let agreed = AgreedTerms::from(&agreement);
    let evidence = Evidence { signed: &signed, event: &event, agreed: Some(&agreed), authority: Some(delegate()), final_through: Some(12) };
    let proof = verify(&evidence).unwrap();
    let stamp = Stamp { verified_at: agreement.created_at, issued_at: Timestamp::from_unix_seconds(ISSUED_AT), final_through: proof.final_through() };
    let draft = ReceiptDraft::new(&proof, &signed, (&agreement.terms, (&agreement).into()), stamp);
    let signature = key('5').sign_digest(&draft.digest());
    draft.sign(signature).unwrap().text()
}

fn claim() -> ReceiptClaim {
    Receipt::parse(&receipt()).unwrap()
}

fn facts(claim: &ReceiptClaim) -> Facts {
    Facts {
        is_router: true,
        event: Some(claim.event.clone()),
        authority: Some(delegate()),
        final_through: Some(12),
        issuer: IssuerStanding::Delegate { until: ISSUED_AT },
    }
}

fn trusting() -> Trust {
    Trust { operator: Some(key('3').address()), terms: Some(terms().to_string()), strict: false }
}

#[test]
fn a_receipt_that_holds_says_what_was_checked_and_what_was_not() {
    let claim = claim();
    let verdict = judge(&claim, &facts(&claim), &trusting());
    assert!(verdict.verified, "{}", verdict.for_people());
    assert!(verdict.steps.iter().all(|step| step.outcome == Outcome::Holds));
    insta::assert_snapshot!(verdict.for_people());
}

#[test]
fn what_nobody_gave_is_not_called_checked() {
    let claim = claim();
    let verdict = judge(&claim, &facts(&claim), &Trust::default());
    let not_checked: Vec<_> = verdict.steps.iter().filter(|step| step.outcome == Outcome::NotChecked).map(|step| step.name).collect();
    assert_eq!(not_checked, ["accepted_operator", "accepted_terms"]);
    assert!(verdict.verified);
    assert_eq!(verdict.cannot_know.len(), 5);
}

#[test]
fn the_step_that_fails_is_named() {
    let claim = claim();
    let good = facts(&claim);
    let mut other_amount = claim.event.clone();
    other_amount.amount += U256::from(1);
    let cases: [(&str, Facts); 9] = [
        ("router_code", Facts { is_router: false, ..good.clone() }),
        ("event", Facts { event: None, ..good.clone() }),
        ("event", Facts { event: Some(other_amount), ..good.clone() }),
        ("signer", Facts { authority: None, ..good.clone() }),
        ("signer", Facts { authority: Some(Authority::Delegate { signer: key('4').address(), until: DEADLINE - 61 }), ..good.clone() }),
        ("authority", Facts { authority: Some(Authority::Delegate { signer: key('4').address(), until: DEADLINE + 1 }), ..good.clone() }),
        ("issuer", Facts { issuer: IssuerStanding::Delegate { until: ISSUED_AT - 1 }, ..good.clone() }),
        ("issuer", Facts { issuer: IssuerStanding::Stranger, ..good.clone() }),
        ("finality", Facts { final_through: Some(9), ..good }),
    ];
    for (step, facts) in cases {
        let verdict = judge(&claim, &facts, &trusting());
        assert_eq!(verdict.failed_step, Some(step), "{}", verdict.for_people());
        assert!(!verdict.verified);
        assert!(verdict.for_people().contains(&format!("does NOT hold: {step} fails")));
    }
}

/// A receipt that shows a payment which is on the chain, and is not the one that was signed.
#[test]
fn another_payment_than_the_signed_one_fails_at_the_field_that_differs() {
    type Change = fn(&mut PaymentEvent);
    let changes: [(&str, Change); 15] = [
        ("chain", |e| e.location.chain_id = 1),
        ("router", |e| e.emitter = Address::repeat_byte(1)),
        ("request_id", |e| e.request_id = B256::repeat_byte(1)),
        ("digest", |e| e.digest = B256::repeat_byte(1)),
        ("operator", |e| e.operator = Address::repeat_byte(1)),
        ("payer", |e| e.payer = Address::repeat_byte(1)),
        ("payee", |e| e.payee = Address::repeat_byte(1)),
        ("token", |e| e.token = Address::repeat_byte(1)),
        ("amount", |e| e.amount -= U256::from(1)),
        ("fee_recipient", |e| e.fee_recipient = Address::repeat_byte(1)),
        ("fee_amount", |e| e.fee_amount -= U256::from(1)),
        ("nonce", |e| e.nonce += U256::from(1)),
        ("deadline", |e| e.deadline += U256::from(1)),
        ("in_time", |e| e.location.block_time = DEADLINE + 1),
        ("finality", |e| e.location.block_number = 13),
    ];
    for (step, change) in changes {
        let mut claim = claim();
        change(&mut claim.event);
        let verdict = judge(&claim, &facts(&claim), &trusting());
        let failed: Vec<_> = verdict.steps.iter().filter(|s| s.outcome == Outcome::Fails).map(|s| s.name).collect();
        assert!(failed.contains(&step), "{step}: {}", verdict.for_people());
        assert!(!verdict.verified);
    }
}

/// Its signature was good when it was made; now anybody who stole the key could have made it.
#[test]
fn d04_a_receipt_of_a_revoked_signer_rests_on_the_chain_alone() {
    let claim = claim();
    let verdict = judge(&claim, &Facts { issuer: IssuerStanding::Revoked, ..facts(&claim) }, &trusting());
    let not_checked: Vec<_> = verdict.steps.iter().filter(|step| step.outcome == Outcome::NotChecked).map(|step| step.name).collect();
    assert!(verdict.verified && not_checked == ["issuer"], "{}", verdict.for_people());
    assert!(verdict.cannot_know.iter().any(|what| what.contains("buyerWallet and sellerWallet")));
    let said = verdict.for_people();
    assert!(said.contains("The payment holds. Who the parties are is NOT proven") && !said.contains("The receipt holds"), "{said}");
    let strict = Trust { strict: true, ..trusting() };
    let verdict = judge(&claim, &Facts { issuer: IssuerStanding::Revoked, ..facts(&claim) }, &strict);
    assert!(!verdict.verified && verdict.failed_step == Some("issuer"), "{}", verdict.for_people());
    assert!(verdict.for_people().contains("NOT proven: issuer was not checked"), "{}", verdict.for_people());
    let verdict = judge(&claim, &facts(&claim), &strict);
    assert!(verdict.verified && verdict.for_people().contains("The receipt holds."), "all of it was checked");
    let verdict = judge(&claim, &Facts { final_through: Some(9), ..facts(&claim) }, &Trust { strict: true, ..Trust::default() });
    assert_eq!(verdict.failed_step, Some("finality"), "what does not hold comes first");
    let operator = judge(&claim, &Facts { issuer: IssuerStanding::Operator, ..facts(&claim) }, &trusting());
    assert!(operator.verified && operator.steps.iter().all(|step| step.outcome == Outcome::Holds));
}

#[test]
fn an_operator_or_terms_that_the_reader_does_not_know_are_named() {
    let claim = claim();
    let stranger = Trust { operator: Some(Address::repeat_byte(1)), ..trusting() };
    assert_eq!(judge(&claim, &facts(&claim), &stranger).failed_step, Some("accepted_operator"));
    for text in [terms().to_string(), json!({ "externalRef": "job-1", "terms": terms() }).to_string()] {
        assert!(judge(&claim, &facts(&claim), &Trust { terms: Some(text), ..trusting() }).verified, "alone, or as part of the agreement");
    }
    let mut other = terms();
    other["title"] = json!("Label 10 images");
    for text in [other.to_string(), "{}".to_owned(), "not JSON".to_owned()] {
        assert_eq!(judge(&claim, &facts(&claim), &Trust { terms: Some(text), ..trusting() }).failed_step, Some("accepted_terms"));
    }
}

#[tokio::test]
async fn what_a_receipt_says_draws_nothing_on_the_terminal() {
    let mut hostile: Value = serde_json::from_str(&receipt()).unwrap();
    hostile["title"] = json!("x\u{1b}[2J\u{1b}[H\nThe receipt holds.\u{202e}\u{9b}1A");
    let verdict = check(&hostile.to_string(), &SecretUrl::new("http://127.0.0.1:1"), &Trust::default()).await.unwrap();
    let said = verdict.for_people();
    assert!(!said.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{said:?}");
    assert!(!said.lines().any(|line| line.starts_with("The receipt holds")) && said.contains("\\u{1b}[2J"), "{said}");
}

/// As the code of a printed receipt leads to it.
#[test]
fn a_receipt_without_its_terms_is_checked_but_for_them_and_wholly_with_those_of_the_reader() {
    let public = Receipt::without_terms(&receipt()).unwrap();
    let claim = Receipt::parse(&public).unwrap();
    let verdict = judge(&claim, &facts(&claim), &Trust { terms: None, ..trusting() });
    let not_checked: Vec<_> = verdict.steps.iter().filter(|step| step.outcome == Outcome::NotChecked).map(|step| step.name).collect();
    assert!(verdict.verified && not_checked == ["accepted_terms", "agreement"], "{}", verdict.for_people());
    let verdict = judge(&claim, &facts(&claim), &trusting());
    assert!(verdict.verified && verdict.steps.iter().all(|step| step.outcome == Outcome::Holds), "{}", verdict.for_people());
    let mut other = terms();
    other["title"] = json!("Label 10 images");
    assert_eq!(judge(&claim, &facts(&claim), &Trust { terms: Some(other.to_string()), ..trusting() }).failed_step, Some("accepted_terms"));
    // The title is signed only as part of the terms.
    let renamed = Receipt::parse(&public.replace("Label 1,000 images", "Label 10 images")).unwrap();
    assert_eq!(judge(&renamed, &facts(&renamed), &trusting()).failed_step, Some("accepted_terms"));
    assert!(!judge(&renamed, &facts(&renamed), &Trust::default()).for_people().contains("Label"), "an unproven title is not repeated");
}

#[tokio::test]
async fn a_document_that_contradicts_what_was_signed_fails_before_any_node_is_asked() {
    let nowhere = SecretUrl::new("http://127.0.0.1:1");
    let good: Value = serde_json::from_str(&receipt()).unwrap();
    let of = |field: &str, value: Value| {
        let mut tampered = good.clone();
        assert_ne!(tampered.pointer(field), Some(&value), "{field} is tampered with");
        *tampered.pointer_mut(field).unwrap() = value;
        tampered.to_string()
    };
    let tampered = [
        of("/sellerAmountAtomic", json!("12500001")),
        of("/totalAmountAtomic", json!("1")),
        of("/payee", json!(Address::repeat_byte(1))),
        of("/title", json!("Label 10 images")),
        of("/tokenDecimals", json!(18)),
        of("/proof/signer", json!(Address::repeat_byte(1))),
        of("/proof/snapshot", json!(good["proof"]["snapshot"].as_str().unwrap().replace("12500000", "12500001"))),
        of("/proof/terms", json!(good["proof"]["terms"].as_str().unwrap().replace("Label", "Lapel"))),
        of("/schema", json!("another")),
    ];
    for text in tampered.into_iter().chain(["{}".to_owned(), "receipt".to_owned()]) {
        let verdict = check(&text, &nowhere, &Trust::default()).await.unwrap();
        assert_eq!(verdict.failed_step, Some("document"), "{text}");
    }
}
