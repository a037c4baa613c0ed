//! One agreement and one payment that are right in every respect, to be made wrong one field at a time.

use alloy_primitives::{Address, B256, Bytes, U256, address};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use serde_json::{Value, json};
use settlement::Timestamp;
use settlement::agreement::{AgreementRecord, AgreementState, Consent, Party};
use settlement::asset::{Asset, Token};
use settlement::event::{Location, PaymentEvent};
use settlement::finality::FinalityPolicy;
use settlement::ids::{AgreementId, MilestoneId, PaymentRequestId, ProfileId, SubmissionId, UnitId};
use settlement::milestone::{Milestone, MilestoneState, Part, Side};
use settlement::money::{Amount, FeePolicy};
use settlement::payment_request::{PaymentRequest, PaymentRequestState};
use settlement::receipt::{Receipt, ReceiptDraft, Stamp};
use settlement::snapshot::{Ask, SignedSnapshot, Snapshot};
use settlement::terms::Terms;
use settlement::unit::{Unit, UnitKind};
use settlement::verify::{AgreedTerms, Authority, Evidence, Proof, ProofIssue, verify};
use ulid::Ulid;

pub const CHAIN: u64 = 31_337;
pub const ROUTER: Address = Address::repeat_byte(0x52);
pub const TOKEN: Address = address!("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
pub const BUYER: Address = Address::repeat_byte(0xb1);
pub const SELLER: Address = Address::repeat_byte(0x5e);
pub const PAYEE: Address = address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
pub const FEE_RECIPIENT: Address = Address::repeat_byte(0xfe);
/// Time of the block that pays, unix seconds.
pub const PAID_AT: u64 = 1_763_712_300;
/// Last block time at which the request can be paid.
pub const DEADLINE: u64 = PAID_AT + 600;
/// Number of the block that pays.
pub const BLOCK: u64 = 120;

pub fn ulid(n: u64) -> Ulid {
    Ulid::from_parts(1_763_712_000_000, u128::from(n))
}

pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(PAID_AT).plus(std::time::Duration::from_secs(seconds))
}

pub fn amount(atomic: u64) -> Amount {
    Amount::new(U256::from(atomic))
}

/// The operator's own key.
pub fn operator() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(0x11)).unwrap()
}

/// A key that is nobody's delegate unless the evidence says so.
pub fn other_signer() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(0x22)).unwrap()
}

pub fn asset() -> Asset {
    Asset::Erc20 { chain_id: CHAIN, token: TOKEN }
}

pub fn token() -> Token {
    Token { asset: asset(), symbol: "USDC".to_owned(), decimals: 6, eip2612: true, eip3009: true, permit2: true, allowed: true }
}

pub fn terms_document() -> Value {
    json!({
        "title": "Label 1,000 images", "amountAtomic": "12500000", "asset": asset().to_string(), "payeeAddress": PAYEE.to_string(),
        "paymentTiming": "on_delivery", "settlement": "direct",
    })
}

pub fn delivery() -> SubmissionId {
    SubmissionId::new(ulid(5))
}

/// 12.5 USDC on delivery, delivered, with a fee of 2.5 % and 1 unit.
pub fn agreement() -> AgreementRecord {
    AgreementRecord {
        id: AgreementId::new(ulid(1)),
        external_ref: "order-7".to_owned(),
        importer: ProfileId::new(ulid(2)),
        buyer: Party { profile: ProfileId::new(ulid(2)), wallet: BUYER },
        seller: Party { profile: ProfileId::new(ulid(3)), wallet: SELLER },
        terms: Terms::parse(&terms_document()).unwrap(),
        consent: Consent::Attested { by: ProfileId::new(ulid(2)) },
        fee: FeePolicy { bps: 250, fixed: amount(1), recipient: FEE_RECIPIENT },
        payout: None,
        state: AgreementState::Submitted { submission: delivery(), at: at(0) },
        created_at: Timestamp::from_unix_seconds(PAID_AT - 1_000),
        updated_at: Timestamp::from_unix_seconds(PAID_AT - 500),
    }
}

pub fn milestone_id(n: u64) -> MilestoneId {
    MilestoneId::new(ulid(800 + n))
}

/// The n-th milestone of the agreement, from 1.
pub fn milestone(n: u64, atomic: u64, state: MilestoneState) -> Milestone {
    let part = Part { title: format!("Part {n}"), description: None, acceptance_criteria: vec![], amount: amount(atomic), due_at: None };
    let position = u32::try_from(n).unwrap();
    Milestone { id: milestone_id(n), agreement: agreement().id, position, part, added_by: Side::Buyer, state, version: 1, created_at: at(0), updated_at: at(0) }
}

pub fn unit() -> Unit {
    Unit { id: UnitId::new(ulid(6)), agreement: agreement().id, kind: UnitKind::Whole, nonce: U256::from(42) }
}

pub fn request_id(n: u64) -> PaymentRequestId {
    PaymentRequestId::new(ulid(100 + n))
}

pub fn ask() -> Ask {
    Ask {
        payment_request: request_id(0),
        unit: unit(),
        router: ROUTER,
        operator: operator().address(),
        token: token(),
        payer: BUYER,
        seller_amount: agreement().terms.amount,
        created_at: Timestamp::from_unix_seconds(PAID_AT - 300),
        deadline: DEADLINE,
        finality: FinalityPolicy::Confirmations(3),
    }
}

pub fn snapshot() -> Snapshot {
    Snapshot::new(&agreement(), ask()).unwrap()
}

pub fn sign(snapshot: Snapshot, signer: &PrivateKeySigner) -> SignedSnapshot {
    let signature = signer.sign_hash_sync(&snapshot.digest()).unwrap();
    SignedSnapshot::new(snapshot, Bytes::from(signature.as_bytes().to_vec())).unwrap()
}

pub fn signed() -> SignedSnapshot {
    sign(snapshot(), &operator())
}

pub fn location() -> Location {
    Location { chain_id: CHAIN, block_number: BLOCK, block_hash: B256::repeat_byte(0xbb), block_time: PAID_AT, tx_hash: B256::repeat_byte(0x77), log_index: 3 }
}

/// The event that the router emits when it executes exactly this payload.
pub fn event(signed: &SignedSnapshot) -> PaymentEvent {
    PaymentEvent::executing(signed, location())
}

/// Everything a verdict rests on, owned, so that a test can change one thing.
#[derive(Clone)]
pub struct Case {
    pub signed: SignedSnapshot,
    pub event: PaymentEvent,
    pub agreed: AgreedTerms,
    pub authority: Option<Authority>,
    pub final_through: Option<u64>,
}

impl Case {
    pub fn sound() -> Self {
        let signed = signed();
        Self { event: event(&signed), signed, agreed: AgreedTerms::from(&agreement()), authority: Some(Authority::Operator), final_through: Some(BLOCK) }
    }

    pub fn evidence(&self) -> Evidence<'_> {
        Evidence { signed: &self.signed, event: &self.event, agreed: Some(&self.agreed), authority: self.authority, final_through: self.final_through }
    }

    pub fn verify(&self) -> Result<Proof, Vec<ProofIssue>> {
        verify(&self.evidence())
    }

    /// Names of the checks that do not hold.
    pub fn failing(&self) -> Vec<&'static str> {
        self.verify().err().unwrap_or_default().iter().map(|issue| issue.check).collect()
    }
}

pub fn proof() -> Proof {
    Case::sound().verify().unwrap()
}

pub fn request(state: PaymentRequestState) -> PaymentRequest {
    PaymentRequest { id: request_id(0), agreement: agreement().id, unit: unit(), signed: signed(), state, created_at: at(0), updated_at: at(0) }
}

pub fn stamp() -> Stamp {
    Stamp { verified_at: at(60), issued_at: at(75), final_through: BLOCK + 2 }
}

/// The receipt of a proven payment, signed by this key.
pub fn receipt(proof: &Proof, signed: &SignedSnapshot, issuer: &PrivateKeySigner) -> Receipt {
    let draft = ReceiptDraft::new(proof, signed, (&agreement().terms, (&agreement()).into()), stamp());
    let signature = issuer.sign_hash_sync(&draft.digest()).unwrap();
    draft.sign(Bytes::from(signature.as_bytes().to_vec())).unwrap()
}
