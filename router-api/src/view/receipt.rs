//! The shape of receipts, for the document. The values are `settlement::receipt`'s, which only a proof makes; a test holds the two together.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use settlement::ids::{PaymentRequestId, receipt_id};
use settlement::refund::SettledRefund;
use store::Revocation;
use utoipa::ToSchema;

use crate::problem::Problem;

/// Proof of a payment that can be checked against the chain alone.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = Receipt, rename_all = "camelCase")]
pub struct ReceiptSchema {
    /// `counterfoil-receipt-v1`
    pub schema: String,
    /// `rcpt_{paymentRequestId}`
    pub id: String,
    /// The payment request.
    pub payment_request_id: String,
    /// The agreement.
    pub contract_id: String,
    /// Its invoice.
    pub invoice_id: String,
    /// What the agreement calls itself.
    pub title: String,
    /// `signatures` or `attested`: how consent to the terms was shown.
    pub consent: String,
    /// keccak256 of the canonical terms.
    pub terms_hash: String,
    /// CAIP-19.
    pub asset: String,
    /// Ticker, for people.
    pub token_symbol: String,
    /// Decimal places.
    pub token_decimals: u8,
    /// To the seller, atomic units.
    pub seller_amount_atomic: String,
    /// To the operator, atomic units.
    pub fee_amount_atomic: String,
    /// From the buyer, atomic units.
    pub total_amount_atomic: String,
    /// The buyer's wallet in the agreement, EIP-55.
    pub buyer_wallet: String,
    /// The seller's wallet in the agreement, EIP-55.
    pub seller_wallet: String,
    /// Who paid, EIP-55.
    pub payer: String,
    /// Who received, EIP-55.
    pub payee: String,
    /// The payout change that says so; null where the terms do.
    #[schema(required)]
    pub payout_change_id: Option<String>,
    /// When it was verified.
    pub verified_at: String,
    /// When it was made out and signed.
    pub issued_at: String,
    /// What the chain says.
    pub event: ReceiptEventSchema,
    /// What was asked and signed.
    pub proof: ReceiptProofSchema,
    /// Who says all this.
    pub attestation: ReceiptAttestationSchema,
}

/// The issuer's signature over the receipt.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ReceiptAttestation, rename_all = "camelCase")]
pub struct ReceiptAttestationSchema {
    /// Whom the signature recovers to: a routing signer of the operator.
    pub signer: String,
    /// The EIP-712 digest of the typed data.
    pub digest: String,
    /// Over the digest, 65 bytes.
    pub signature: String,
    /// What is signed, as every EIP-712 library takes it.
    pub typed_data: ReceiptTypedDataSchema,
}

/// EIP-712 typed data.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ReceiptTypedData, rename_all = "camelCase")]
pub struct ReceiptTypedDataSchema {
    /// `EIP712Domain` and `Receipt`, with their fields in order.
    pub types: BTreeMap<String, Vec<ReceiptTypedFieldSchema>>,
    /// `Counterfoil`, version `1`, the chain of the payment.
    pub domain: ReceiptDomainSchema,
    /// `Receipt`
    pub primary_type: String,
    /// The values by the names of the fields: addresses, hashes and text as they are, numbers as decimal strings.
    pub message: BTreeMap<String, String>,
}

/// One field of a type.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ReceiptTypedField)]
pub struct ReceiptTypedFieldSchema {
    /// Its name.
    pub name: String,
    /// Its Solidity type.
    pub r#type: String,
}

/// The domain.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ReceiptDomain, rename_all = "camelCase")]
pub struct ReceiptDomainSchema {
    /// `Counterfoil`
    pub name: String,
    /// `1`
    pub version: String,
    /// EIP-155 chain id.
    pub chain_id: u64,
}

/// Where the event stands and what it says.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ReceiptEvent, rename_all = "camelCase")]
pub struct ReceiptEventSchema {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The contract that emitted it.
    pub router: String,
    /// Block number.
    pub block_number: u64,
    /// Block hash.
    pub block_hash: String,
    /// Block time, unix seconds.
    pub block_time: u64,
    /// Transaction.
    pub transaction_hash: String,
    /// Index of the log in the block.
    pub log_index: u64,
    /// Whose signature authorised it.
    pub operator: String,
    /// keccak256 of the snapshot.
    pub request_id: String,
    /// The EIP-712 digest.
    pub digest: String,
    /// Who paid.
    pub payer: String,
    /// Who received.
    pub payee: String,
    /// Zero for the native coin.
    pub token_address: String,
    /// Atomic units.
    pub amount: String,
    /// Zero when there is no fee.
    pub fee_recipient: String,
    /// Atomic units.
    pub fee_amount: String,
    /// The unit's nonce.
    pub nonce: String,
    /// Unix seconds.
    pub deadline: u64,
}

/// What was asked and signed, and by whom.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = ReceiptProof, rename_all = "camelCase")]
pub struct ReceiptProofSchema {
    /// The canonical snapshot; `requestId` is the keccak256 of these bytes.
    pub snapshot: String,
    /// The canonical terms; `termsHash` is the keccak256 of these bytes. Null on public pages.
    #[schema(required)]
    pub terms: Option<String>,
    /// Over the digest, 65 bytes.
    pub signature: String,
    /// Whom it recovers to.
    pub signer: String,
    /// `operator` or `delegate`.
    pub authority: String,
    /// Until when the delegate could sign, unix seconds; null for the operator.
    #[schema(required)]
    pub authorised_until: Option<u64>,
    /// The published policy.
    pub finality: String,
    /// The newest final block when it was verified.
    pub final_through: u64,
}

/// `{receipt, refunds}`
#[derive(Clone, Debug, ToSchema)]
pub struct ReceiptBody {
    /// The receipt: the same bytes every time.
    pub receipt: ReceiptSchema,
    /// What of the payment has been paid back so far: beside the receipt, because it is no part of what was signed.
    pub refunds: Vec<SettledRefundSchema>,
}

/// A refund that was paid back, proven like a payment.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = SettledRefund, rename_all = "camelCase")]
pub struct SettledRefundSchema {
    /// `rf_…`
    pub refund_request_id: String,
    /// The payment request whose payment was paid back.
    pub payment_request_id: String,
    /// What the buyer got back, atomic units.
    pub amount_atomic: String,
    /// `platform_fee_not_refundable`
    pub fee: String,
    /// Who paid back, EIP-55.
    pub payer: String,
    /// Who got it, EIP-55.
    pub payee: String,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The transaction.
    pub transaction_hash: String,
    /// Its block.
    pub block_number: u64,
    /// Hash of that block.
    pub block_hash: String,
    /// Index of the log in the block.
    pub log_index: u64,
    /// Hash of the refund's snapshot, as in the event.
    pub request_id: String,
    /// The EIP-712 digest that was signed, as in the event.
    pub digest: String,
    /// Time of the block.
    pub settled_at: String,
}

impl ReceiptBody {
    /// The body around the text of a receipt.
    #[must_use]
    pub fn json(receipt: &str, refunds: &[SettledRefund]) -> String {
        let refunds = serde_json::to_string(refunds).expect("structs of strings and numbers are always JSON");
        format!("{{\"receipt\":{receipt},\"refunds\":{refunds}}}")
    }
}

/// `{receipts, refunds, revoked, inspectionRequired, notIssued}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptsBody {
    /// One per verified payment, oldest first.
    #[schema(value_type = Vec<ReceiptSchema>)]
    pub receipts: Vec<Box<RawValue>>,
    /// What of these payments has been paid back so far.
    #[schema(value_type = Vec<SettledRefundSchema>)]
    pub refunds: Vec<SettledRefund>,
    /// Receipts that a reorganisation of the chain took back, and that nothing has replaced.
    pub revoked: Vec<RevokedReceiptView>,
    /// Payment requests whose payment does not prove itself: there is no receipt for them.
    pub inspection_required: Vec<String>,
    /// Verified payments whose receipt nobody has read yet, and that cannot be signed now.
    pub not_issued: Vec<NotIssuedView>,
}

/// A receipt that there is not yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NotIssuedReceipt)]
pub struct NotIssuedView {
    /// `rcpt_{paymentRequestId}`
    pub receipt_id: String,
    /// The payment request, which is verified.
    pub payment_request_id: String,
    /// The problem that reading it alone would have: `signer_unavailable`
    pub code: &'static str,
    /// The same in words.
    pub reason: String,
}

impl NotIssuedView {
    /// Of a request whose receipt cannot be made out for this reason.
    #[must_use]
    pub fn new(request: &PaymentRequestId, problem: &Problem) -> Self {
        Self { receipt_id: receipt_id(request), payment_request_id: request.to_string(), code: problem.code().as_str(), reason: problem.detail().to_owned() }
    }
}

/// A receipt that no longer counts.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RevokedReceipt)]
pub struct RevokedReceiptView {
    /// `rcpt_{paymentRequestId}`
    pub receipt_id: String,
    /// The payment request, which is no longer verified.
    pub payment_request_id: String,
    /// When the chain took the payment back.
    pub revoked_at: String,
    /// The block that is no longer on the chain.
    pub block_hash: String,
    /// The event in that block.
    pub log_index: u64,
}

impl From<&Revocation> for RevokedReceiptView {
    fn from(revocation: &Revocation) -> Self {
        Self {
            receipt_id: receipt_id(&revocation.request),
            payment_request_id: revocation.request.to_string(),
            revoked_at: revocation.at.to_string(),
            block_hash: revocation.block_hash.to_string(),
            log_index: revocation.log_index,
        }
    }
}
