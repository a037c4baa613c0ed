//! The invoice of an agreement: what is owed, what was asked for and what is paid, as a document.

use alloy_primitives::B256;
use serde::Serialize;

use crate::agreement::{AgreementRecord, AgreementState, ConsentKind, Party, PaymentFacts};
use crate::asset::Token;
use crate::clock::Timestamp;
use crate::duplicate::duplicates;
use crate::ids::{PaymentRequestId, invoice_id};
use crate::milestone::{Milestone, Plan};
use crate::money::{Amount, FeeError, Quote};
use crate::payment_request::{PaymentRequest, PaymentRequestState, Standing};
use crate::refund::SettledRefund;
use crate::unit::{Fate, Sibling, open_amount};

mod line;

use line::lines;
pub use line::{InvoiceLine, LineProof, LineStatus};

/// Version of the document.
const SCHEMA: &str = "counterfoil-invoice-v1";

/// Where an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Nothing is paid.
    Open,
    /// Something is paid, not all.
    PartiallyPaid,
    /// All is paid, each payment proven.
    Paid,
    /// Called off before anything was paid.
    Cancelled,
    /// A payment does not prove itself; what the amounts say is not to be relied on.
    InspectionRequired,
}

/// What an invoice is made of.
#[derive(Clone, Copy, Debug)]
pub struct InvoiceParts<'a> {
    /// What was agreed.
    pub agreement: &'a AgreementRecord,
    /// The registry entry of its asset.
    pub token: &'a Token,
    /// What buyer and seller call themselves today.
    pub names: [&'a str; 2],
    /// What its payments say.
    pub payments: PaymentFacts,
    /// Its payment requests, oldest first.
    pub requests: &'a [Standing<'a>],
    /// What the chain took back of them, the newest of each request.
    pub revoked: &'a [RevokedPayment],
    /// What has been paid back and proves itself.
    pub refunds: &'a [SettledRefund],
    /// Its milestones.
    pub plan: &'a Plan,
}

/// A payment that counted and was taken back by a reorg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedPayment {
    /// The request.
    pub request: PaymentRequestId,
    /// When.
    pub at: Timestamp,
}

/// The JSON of an invoice: amounts as decimal strings in atomic units, times as ISO-8601.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invoice {
    /// `counterfoil-invoice-v1`.
    pub schema: &'static str,
    /// `inv_{contractId}`.
    pub id: String,
    /// The agreement.
    pub contract_id: String,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// When the agreement was imported.
    pub issued_at: String,
    /// What the agreement calls itself.
    pub title: String,
    /// keccak256 of the canonical terms.
    pub terms_hash: B256,
    /// How consent to the terms was shown.
    pub consent: ConsentKind,
    /// Who owes.
    pub buyer: InvoiceParty,
    /// Who is owed.
    pub seller: InvoiceParty,
    /// Where the seller is paid (EIP-55).
    pub payee_address: String,
    /// The payout change that says so; null where the terms do.
    pub payout_change_id: Option<String>,
    /// CAIP-19.
    pub asset: String,
    /// Ticker, for people.
    pub token_symbol: String,
    /// Decimals, for people.
    pub token_decimals: u8,
    /// To the seller in all.
    pub seller_amount_atomic: String,
    /// To the operator in all: the fees that were paid, and those on what is open: of each milestone of a final plan, else of one payment.
    pub fee_amount_atomic: String,
    /// From the buyer in all: seller amount and fee.
    pub total_amount_atomic: String,
    /// What the seller has received, proven.
    pub paid_amount_atomic: String,
    /// What of that paid again what was paid already: it pays nothing that is open, and can be asked back.
    pub duplicate_amount_atomic: String,
    /// What the seller has yet to receive: what was agreed and is not paid, each piece of work counted once. Zero once cancelled.
    pub open_amount_atomic: String,
    /// What the seller has paid back, proven. It opens nothing again: what was paid stays paid.
    pub refunded_amount_atomic: String,
    /// How the fee of each payment is computed: that of the day of the import.
    pub fee_policy: InvoiceFeePolicy,
    /// One per unit that was ever asked for, oldest first.
    pub lines: Vec<InvoiceLine>,
    /// What has been paid back so far, oldest first.
    pub refunds: Vec<SettledRefund>,
}

/// One side of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceParty {
    /// The profile.
    pub profile_id: String,
    /// What it calls itself today.
    pub display_name: String,
    /// The wallet that consented (EIP-55).
    pub wallet_address: String,
}

/// `fee = floor(seller amount × bps / 10000) + fixed`, on top.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceFeePolicy {
    /// Hundredths of a per cent.
    pub bps: u16,
    /// Added to every payment, atomic units.
    pub fixed_atomic: String,
    /// Who receives it (EIP-55).
    pub recipient_address: String,
}

impl Invoice {
    /// The invoice of an agreement.
    ///
    /// # Errors
    /// When the fees and amounts do not add up within 256 bits.
    pub fn new(parts: &InvoiceParts<'_>) -> Result<Self, FeeError> {
        let InvoiceParts { agreement, token, names, payments, requests, revoked, refunds, plan } = *parts;
        let terms = &agreement.terms;
        let too_large = |_| FeeError::TooLarge;
        let (mut paid, mut fee) = (Amount::ZERO, Amount::ZERO);
        for quote in requests.iter().filter_map(paid_quote) {
            paid = paid.plus(quote.seller).map_err(too_large)?;
            fee = fee.plus(quote.fee).map_err(too_large)?;
        }
        let proven: Vec<Sibling> = requests.iter().filter_map(paid_sibling).collect();
        let twice = duplicates(terms.amount, &proven).iter().try_fold(Amount::ZERO, |sum, twice| sum.plus(twice.excess)).map_err(too_large)?;
        let owed = open_amount(terms.amount, &proven);
        for payment in yet_to_pay(plan, &proven, owed) {
            fee = fee.plus(agreement.fee.price(payment)?.fee).map_err(too_large)?;
        }
        let cancelled = matches!(agreement.state, AgreementState::Cancelled { .. });
        let open = if cancelled { Amount::ZERO } else { owed };
        let in_doubt = payments.proof_issue || requests.iter().any(|r| matches!(r, Standing::Unproven { .. }));
        let status = if in_doubt {
            InvoiceStatus::InspectionRequired
        } else if owed.is_zero() {
            InvoiceStatus::Paid
        } else if !paid.is_zero() {
            InvoiceStatus::PartiallyPaid
        } else if cancelled {
            InvoiceStatus::Cancelled
        } else {
            InvoiceStatus::Open
        };
        Ok(Self {
            schema: SCHEMA,
            id: invoice_id(&agreement.id),
            contract_id: agreement.id.to_string(),
            status,
            issued_at: agreement.created_at.to_string(),
            title: terms.title.clone(),
            terms_hash: terms.hash(),
            consent: agreement.consent.kind(),
            buyer: party(&agreement.buyer, names[0]),
            seller: party(&agreement.seller, names[1]),
            payee_address: agreement.payee().to_string(),
            payout_change_id: agreement.payout.as_ref().map(|payout| payout.change.to_string()),
            asset: terms.asset.to_string(),
            token_symbol: token.symbol.clone(),
            token_decimals: token.decimals,
            seller_amount_atomic: terms.amount.to_string(),
            fee_amount_atomic: fee.to_string(),
            total_amount_atomic: terms.amount.plus(fee).map_err(too_large)?.to_string(),
            paid_amount_atomic: paid.to_string(),
            duplicate_amount_atomic: twice.to_string(),
            open_amount_atomic: open.to_string(),
            refunded_amount_atomic: refunded(refunds)?.to_string(),
            fee_policy: InvoiceFeePolicy {
                bps: agreement.fee.bps,
                fixed_atomic: agreement.fee.fixed.to_string(),
                recipient_address: agreement.fee.recipient.to_string(),
            },
            lines: lines(requests, revoked),
            refunds: refunds.to_vec(),
        })
    }
}

/// The payments that what is owed takes: one for each milestone of a final plan, else one for all of it.
fn yet_to_pay(plan: &Plan, paid: &[Sibling], owed: Amount) -> Vec<Amount> {
    let is_paid = |milestone: &Milestone| paid.iter().any(|sibling| sibling.unit.milestone() == Some(&milestone.id));
    let parts: Vec<Amount> = if plan.is_final() { plan.live().filter(|m| !is_paid(m)).map(|m| m.part.amount).collect() } else { vec![owed] };
    parts.into_iter().filter(|_| !owed.is_zero()).collect()
}

/// The sum of what came back.
fn refunded(refunds: &[SettledRefund]) -> Result<Amount, FeeError> {
    refunds.iter().try_fold(Amount::ZERO, |sum, refund| {
        let amount: Amount = refund.amount_atomic.parse().map_err(|_| FeeError::TooLarge)?;
        sum.plus(amount).map_err(|_| FeeError::TooLarge)
    })
}

fn party(party: &Party, name: &str) -> InvoiceParty {
    InvoiceParty { profile_id: party.profile.to_string(), display_name: name.to_owned(), wallet_address: party.wallet.to_string() }
}

fn paid_quote(standing: &Standing<'_>) -> Option<Quote> {
    let Standing::Sound(PaymentRequest { state: PaymentRequestState::Verified { proof, .. }, .. }) = standing else { return None };
    Some(proof.quote())
}

fn paid_sibling(standing: &Standing<'_>) -> Option<Sibling> {
    let Standing::Sound(request) = standing else { return None };
    let quote = paid_quote(standing)?;
    Some(Sibling {
        request: request.id.clone(),
        unit: request.unit.kind.clone(),
        unit_id: request.unit.id.clone(),
        seller_amount: quote.seller,
        deadline: request.signed.snapshot().deadline,
        fate: Fate::Paid,
    })
}
