//! The shape of invoices, for the document. The values are `settlement::invoice`'s; a test holds the two together.

use serde::Serialize;
use settlement::invoice::Invoice;
use utoipa::ToSchema;

use super::receipt::SettledRefundSchema;

/// What is owed, what was asked for and what is paid.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = Invoice, rename_all = "camelCase")]
pub struct InvoiceSchema {
    /// `counterfoil-invoice-v1`
    pub schema: String,
    /// `inv_{contractId}`
    pub id: String,
    /// The agreement.
    pub contract_id: String,
    /// `open`, `partially_paid`, `paid`, `cancelled` or `inspection_required`.
    pub status: String,
    /// When the agreement was imported.
    pub issued_at: String,
    /// What the agreement calls itself.
    pub title: String,
    /// keccak256 of the canonical terms.
    pub terms_hash: String,
    /// `signatures` or `attested`: how consent to the terms was shown.
    pub consent: String,
    /// Who owes.
    pub buyer: InvoicePartySchema,
    /// Who is owed.
    pub seller: InvoicePartySchema,
    /// Where the seller is paid, EIP-55.
    pub payee_address: String,
    /// The payout change that says so; null where the terms do.
    #[schema(required)]
    pub payout_change_id: Option<String>,
    /// CAIP-19.
    pub asset: String,
    /// Ticker, for people.
    pub token_symbol: String,
    /// Decimal places.
    pub token_decimals: u8,
    /// To the seller in all, atomic units.
    pub seller_amount_atomic: String,
    /// To the operator in all, atomic units.
    pub fee_amount_atomic: String,
    /// From the buyer in all, atomic units.
    pub total_amount_atomic: String,
    /// What the seller has received, proven.
    pub paid_amount_atomic: String,
    /// What of that paid again what was paid already: it pays nothing that is open, and can be asked back.
    pub duplicate_amount_atomic: String,
    /// What the seller has yet to receive, each piece of work counted once.
    pub open_amount_atomic: String,
    /// What the seller has paid back, proven.
    pub refunded_amount_atomic: String,
    /// How the fee of each payment is computed.
    pub fee_policy: InvoiceFeePolicySchema,
    /// One per unit that was ever asked for, oldest first.
    pub lines: Vec<InvoiceLineSchema>,
    /// What has been paid back so far, oldest first.
    pub refunds: Vec<SettledRefundSchema>,
}

/// One side of an invoice.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = InvoiceParty, rename_all = "camelCase")]
pub struct InvoicePartySchema {
    /// The profile.
    pub profile_id: String,
    /// What it calls itself today.
    pub display_name: String,
    /// The wallet that consented, EIP-55.
    pub wallet_address: String,
}

/// One unit of an invoice.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = InvoiceLine, rename_all = "camelCase")]
pub struct InvoiceLineSchema {
    /// The unit.
    pub unit_id: String,
    /// `contract`, `instalment` or `milestone`.
    pub kind: String,
    /// Which instalment, from 1.
    #[schema(required)]
    pub index: Option<u32>,
    /// Which milestone, `ms_…`.
    #[schema(required)]
    pub milestone_id: Option<String>,
    /// `open`, `requested`, `pending`, `paid` or `inspection_required`.
    pub status: String,
    /// The request that paid it, else the latest one for it.
    pub payment_request_id: String,
    /// To the seller; null where the request cannot be read any more.
    #[schema(required)]
    pub seller_amount_atomic: Option<String>,
    /// To the operator.
    #[schema(required)]
    pub fee_amount_atomic: Option<String>,
    /// From the buyer.
    #[schema(required)]
    pub total_amount_atomic: Option<String>,
    /// `rcpt_{paymentRequestId}`, once paid.
    #[schema(required)]
    pub receipt_id: Option<String>,
    /// The transaction, once paid.
    #[schema(required)]
    pub paid_tx_hash: Option<String>,
    /// Block time, once paid.
    #[schema(required)]
    pub paid_at: Option<String>,
    /// Where the payment stands on the chain, once paid.
    #[schema(required)]
    pub proof: Option<InvoiceLineProofSchema>,
    /// When the chain took a payment back that had counted, and nothing has replaced it: the receipt `rcpt_{paymentRequestId}` is revoked.
    #[schema(required)]
    pub receipt_revoked_at: Option<String>,
}

/// `fee = floor(seller amount × bps / 10000) + fixed`, on top.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = InvoiceFeePolicy, rename_all = "camelCase")]
pub struct InvoiceFeePolicySchema {
    /// Hundredths of a per cent.
    pub bps: u16,
    /// Added to every payment, atomic units.
    pub fixed_atomic: String,
    /// Who receives it, EIP-55.
    pub recipient_address: String,
}

/// Where the payment of a line stands on the chain.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = InvoiceLineProof, rename_all = "camelCase")]
pub struct InvoiceLineProofSchema {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Block number.
    pub block_number: u64,
    /// Block hash.
    pub block_hash: String,
    /// Transaction.
    pub transaction_hash: String,
    /// Index of the log in the block.
    pub log_index: u64,
    /// keccak256 of the snapshot.
    pub request_id: String,
    /// The EIP-712 digest that was signed.
    pub digest: String,
}

/// `{invoice}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InvoiceBody {
    /// The invoice.
    #[schema(value_type = InvoiceSchema)]
    pub invoice: Invoice,
}

/// `{invoices}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InvoicesBody {
    /// An agreement has one.
    #[schema(value_type = Vec<InvoiceSchema>)]
    pub invoices: Vec<Invoice>,
}
