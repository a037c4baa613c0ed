//! The shape of invoices, for the document. The values are `settlement::invoice`'s; a test holds the two together.

use serde::Serialize;
use settlement::invoice::Invoice;
use utoipa::ToSchema;

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
    /// What the seller has yet to receive.
    pub open_amount_atomic: String,
    /// One per unit that was ever asked for, oldest first.
    pub lines: Vec<InvoiceLineSchema>,
}

/// One side of an invoice.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = InvoiceParty, rename_all = "camelCase")]
pub struct InvoicePartySchema {
    /// The profile.
    pub profile_id: String,
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
