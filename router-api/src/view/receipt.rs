//! The shape of receipts, for the document. The values are `settlement::receipt`'s, which only a proof makes; a test holds the two together.

use serde::Serialize;
use settlement::receipt::Receipt;
use utoipa::ToSchema;

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
    /// Who paid, EIP-55.
    pub payer: String,
    /// Who received, EIP-55.
    pub payee: String,
    /// When it was verified.
    pub verified_at: String,
    /// What the chain says.
    pub event: ReceiptEventSchema,
    /// What was asked and signed.
    pub proof: ReceiptProofSchema,
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
    /// The canonical terms; `termsHash` is the keccak256 of these bytes.
    pub terms: String,
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

/// `{receipt}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptBody {
    /// The receipt.
    #[schema(value_type = ReceiptSchema)]
    pub receipt: Receipt,
}

/// `{receipts, inspectionRequired}`
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptsBody {
    /// One per verified payment, oldest first.
    #[schema(value_type = Vec<ReceiptSchema>)]
    pub receipts: Vec<Receipt>,
    /// Payment requests whose payment does not prove itself: there is no receipt for them.
    pub inspection_required: Vec<String>,
}
